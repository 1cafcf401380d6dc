"""What ``make deletions`` deletes, and nothing beside it."""

import ast
from pathlib import Path

from tests import deletions

SOURCE = """\
def remove(actor, thing):
    "Ümlaute count as two bytes."; ensure(
        policy.can_remove(actor, thing),
    )
    return select(Thing).where(policy.visible_to(actor), Thing.id == 1)
"""


def found_in(source, tmp_path, monkeypatch):
    (tmp_path / "forum" / "things").mkdir(parents=True)
    (tmp_path / "forum" / "things" / "actions.py").write_text(source)
    monkeypatch.setattr(deletions, "ROOT", tmp_path)
    return list(deletions.gates())


def test_each_gate_is_deleted_alone(tmp_path, monkeypatch):
    check, condition = found_in(SOURCE, tmp_path, monkeypatch)
    assert (str(check), check.folder) == ("forum/things/actions.py:2", "tests/things")
    without = check.deleted(SOURCE)
    assert "ensure" not in without
    assert "visible_to" in without
    without = condition.deleted(SOURCE)
    assert "ensure" in without
    assert "visible_to" not in without
    assert "Thing.id == 1" in without


def test_what_is_left_is_a_program():
    found = list(deletions.gates())
    assert len(found) > 200
    for gate in found:
        ast.parse(gate.deleted(Path(deletions.ROOT, gate.path).read_text()))


def test_a_rule_is_no_gate(tmp_path, monkeypatch):
    rule = "def visible_to(actor):\n    return true()\n"
    assert found_in(rule, tmp_path, monkeypatch) == []
