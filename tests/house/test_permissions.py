"""The permission table is what the site really answers, so a review sees what a change opens."""

import os

import pytest

from tests.house import permissions
from tests.house.conftest import HINT
from tests.house.world import ROLES

pytestmark = pytest.mark.timeout(600)


def test_the_table_is_current_and_reading_writes_nothing(app, world, client):
    """Every page is read by everybody: no write, no error, and each page is proof-read."""
    stored = permissions.read()
    differences, wrong = {}, {}
    for role in ROLES:
        found, faults = permissions.answers(app, world, client, role)
        wrong |= faults
        differences |= {
            f"{role}: {method} {address}": (stored.get((address, method), {}).get(role), answer)
            for (address, method), answer in found.items()
        }
        gone = stored.keys() - found.keys()
        differences |= {f"{role}: {key}": (stored[key][role], None) for key in gone}
    differences = {key: (was, now) for key, (was, now) in differences.items() if was != now}
    assert wrong == {}
    if os.environ.get("FORUM_TEST_WRITE") != "1":
        assert differences == {}, f"(stored, found); {HINT}"


def test_the_document_is_written_from_the_table(app, world, client, keep):
    """With FORUM_TEST_WRITE=1 this makes the document anew."""
    if os.environ.get("FORUM_TEST_WRITE") == "1":
        columns = {role: permissions.answers(app, world, client, role)[0] for role in ROLES}
    else:
        rows = permissions.read()
        columns = {role: {key: cells[role] for key, cells in rows.items()} for role in ROLES}
    keep(permissions.PATH, permissions.write(app, columns))


def test_nobody_gets_an_error(app):
    broken = {
        key: cells
        for key, cells in permissions.read().items()
        if any(cell.startswith("5") or cell == "400" for cell in cells.values())
    }
    assert broken == {}
