"""Documents that tell of code are compared with it."""

import json
import re
from dataclasses import fields
from pathlib import Path

from forum.config import Settings
from tests.house.settings_table import settings_table

ROOT = Path(__file__).parent.parent.parent
DEPENDENCIES = ROOT / "docs" / "dependencies.md"
ADMINISTRATORS = ROOT / "docs" / "administrators.md"


def required(name):
    """The packages that a file of requirements asks for."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    wanted = [re.match(r"[A-Za-z0-9_-]+", line) for line in lines if not line.startswith("-")]
    return {match[0].lower() for match in wanted if match}


def test_every_dependency_has_a_reason():
    text = DEPENDENCIES.read_text("utf-8")
    told = dict(re.findall(r"^\| `([a-z0-9_-]+)` \| (.+?) \|", text, re.MULTILINE))
    front = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]
    wanted = required("requirements.in") | required("requirements-dev.in") | set(front)
    assert wanted == set(told)
    assert [name for name, reason in told.items() if len(reason) < 20] == []


def test_every_locked_package_has_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text("utf-8").lower())
        pinned = [block for block in blocks if "==" in block.splitlines()[0]]
        assert len(pinned) > 10
        assert [block.splitlines()[0] for block in pinned if "--hash=sha256:" not in block] == []


def test_every_setting_is_documented(keep):
    text = ADMINISTRATORS.read_text("utf-8")
    parts = re.split(r"(?<=<!-- settings -->\n)|(?=<!-- end of settings -->)", text)
    assert len(parts) == 3, (
        "docs/administrators.md needs the two marks around the table of settings"
    )
    keep(ADMINISTRATORS, parts[0] + settings_table() + parts[2])


def test_the_table_names_every_setting():
    table = settings_table()
    for item in fields(Settings):
        assert f"`FORUM_{item.name.upper()}`" in table
        assert item.metadata["doc"]
