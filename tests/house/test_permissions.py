"""The permission table is what the site really answers, so a review sees what a change opens."""

import os

import pytest

from tests.house import permissions
from tests.house.conftest import HINT
from tests.house.world import ROLES

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize("role", ROLES)
def test_the_table_is_current(app, world, client, role):
    if os.environ.get("FORUM_TEST_WRITE") == "1":
        return
    found = permissions.answers(app, world, client, role)
    stored = {key: cells[role] for key, cells in permissions.read().items()}
    differences = {
        f"{method} {address}": (stored.get((address, method)), found.get((address, method)))
        for address, method in stored.keys() | found.keys()
        if stored.get((address, method)) != found.get((address, method))
    }
    assert differences == {}, f"(stored, found); {HINT}"


def test_the_document_is_written_from_the_table(app, world, client, keep):
    """With FORUM_TEST_WRITE=1 this makes the document anew."""
    if os.environ.get("FORUM_TEST_WRITE") == "1":
        columns = {role: permissions.answers(app, world, client, role) for role in ROLES}
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
