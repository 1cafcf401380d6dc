"""The import of CPV codes."""

from pathlib import Path

import pytest
from sqlalchemy import select

from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.topics import queries
from forum.topics.models import CpvCode
from tests import factories as make

HEAD = "code,check_digit,level,parent,label_en"
DIVISION = "85000000,9,division,,Health and social work services"
GROUP = "85300000,2,group,85000000,Social work and related services"
# Its parent is two levels above, as for a few real codes.
CATEGORY = "85321000,5,category,85000000,Administrative social services"
REAL_FILE = Path(__file__).parents[3] / "shared/data/cpv/cpv_2008_en.csv"


@pytest.fixture
def run(app, tmp_path):
    def invoke(*lines, data=None, file=None):
        path = file or tmp_path / "cpv.csv"
        if file is None:
            path.write_bytes(data if data is not None else "\n".join(lines).encode())
        make.commit()
        result = app.test_cli_runner().invoke(args=["topics", "import-cpv", str(path)])
        db.session.expire_all()
        return result

    return invoke


def labels():
    return dict(
        db.session.execute(select(CpvCode.code, CpvCode.label).order_by(CpvCode.code)).all()
    )


def test_codes_are_added_changed_and_kept(run):
    result = run(HEAD, DIVISION, GROUP, CATEGORY)
    assert result.exit_code == 0
    assert "CPV codes: 3 added, 0 changed, 0 unchanged.\n" in result.output
    assert len(labels()) == 3
    result = run(
        HEAD, DIVISION.replace("Health", "Wealth"), GROUP.replace("85300000,2", "85300000,3")
    )
    assert "CPV codes: 0 added, 2 changed, 0 unchanged.\n" in result.output
    assert labels()["85000000"].startswith("Wealth")
    assert "85321000" in labels()
    assert "2 unchanged" in run(HEAD, DIVISION.replace("Health", "Wealth"), CATEGORY).output


def test_parents_are_stored(run):
    run(HEAD, DIVISION, GROUP)
    assert db.session.get(CpvCode, "85000000").parent_code is None
    assert db.session.get(CpvCode, "85300000").parent_code == "85000000"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["code,level", "85000000,division"], "Line 1: there is no column called check_digit"),
        ([HEAD], "has no rows"),
        ([HEAD, DIVISION.replace("85000000", "8500000")], "Line 2: '8500000' is not a code"),
        ([HEAD, DIVISION.replace("85000000", "8500000X")], "Line 2: '8500000X' is not a code"),
        ([HEAD, DIVISION.replace(",9,", ",,")], "Line 2: '' is not a check digit"),
        ([HEAD, DIVISION.replace(",9,", ",19,")], "Line 2: '19' is not a check digit"),
        ([HEAD, DIVISION.replace("division", "chapter")], "Line 2: 'chapter' is not a level"),
        ([HEAD, "85000000,9,division,,"], "Line 2: the label_en is missing"),
        ([HEAD, DIVISION, DIVISION], "Line 3: 85000000 stands in the file twice"),
        ([HEAD, GROUP], "Line 2: the parent 85000000 is not in the file"),
        ([HEAD, DIVISION, GROUP.replace("85000000", "85300000")], "Line 3: 85300000 is its own"),
        ([HEAD, DIVISION.replace(",,", ",85000000,")], "Line 2: a division has no parent"),
        ([HEAD, DIVISION + ",x"], "Line 2: 6 values, but the head has 5"),
    ],
)
def test_broken_file_changes_nothing(run, lines, message):
    run(HEAD, DIVISION)
    result = run(*lines)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert labels() == {"85000000": "Health and social work services"}


def test_code_without_a_parent_is_taken(run):
    assert run(HEAD, GROUP.replace("85000000", "")).exit_code == 0


def test_file_must_be_utf_8(run):
    assert "is not a text file in UTF-8" in run(data=b"\xff").output


def test_file_that_vanishes(monkeypatch, run):
    def gone(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("forum.topics.commands.read_table", gone)
    result = run(HEAD, DIVISION)
    assert result.exit_code == 1
    assert "cannot be read: Permission denied." in result.output


def test_database_without_tables_is_told(run):
    db.session.connection().exec_driver_sql("ALTER TABLE cpv_code RENAME TO cpv_elsewhere")
    result = run(HEAD, DIVISION)
    assert result.exit_code == 1
    assert "flask --app wsgi db upgrade" in result.output


def test_failure_in_the_middle_undoes_all(run, monkeypatch):
    lines = [HEAD, *(f"{number:08d},1,division,,Label {number}" for number in range(1200))]

    def fail(*_args, **_kwargs):
        raise OSError(5, "the terminal is gone")

    monkeypatch.setattr("tqdm.tqdm.update", fail)
    result = run(*lines)
    assert result.exit_code == 1
    assert labels() == {}


def test_import_is_recorded(run):
    run(HEAD, DIVISION)
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.tag == "cpv.import")).one()
    assert record.details == {"added": 1, "changed": 0, "unchanged": 0}


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the open data is not beside the project")
def test_real_file_and_its_divisions(run):
    assert "CPV codes: 9454 added, 0 changed, 0 unchanged.\n" in run(file=REAL_FILE).output
    known = {code[:2] for code in labels() if code.endswith("000000")}
    used = {division for topic in queries.list_topics() for division in topic.divisions}
    assert used <= known


def test_group_explains_itself(app):
    assert "import-cpv" in app.test_cli_runner().invoke(args=["topics", "--help"]).output
