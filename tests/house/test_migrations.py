"""Migrations are numbered, pinned and reversible, and equal to the models."""

import re
from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, select

from forum.core.db import Model, db
from tests import factories

FOLDER = Path(__file__).parent.parent.parent / "migrations"
VERSIONS = sorted((FOLDER / "versions").glob("*.py"))
# Columns that PostgreSQL computes for the search; each has an index.
VECTORS = ("vector", "title_vector")


def pinned():
    return (FOLDER / "HEAD").read_text("utf-8").strip()


def is_own(name):
    """Whether the models tell of a table: not Alembic's, nor those that FTS5 keeps on SQLite."""
    return name != "alembic_version" and not name.startswith("search_text")


def tables():
    return set(filter(is_own, inspect(db.engine).get_table_names()))


def contents():
    """Every row of every table, as sorted texts."""
    found = MetaData()
    with db.engine.connect() as connection:
        found.reflect(connection, only=lambda name, _: is_own(name))
        return {
            name: sorted(str(tuple(row)) for row in connection.execute(select(table)))
            for name, table in found.tables.items()
        }


def columns():
    """Names, types and nullability of every column; indexes and constraints of every table."""
    inspector, names = inspect(db.engine), sorted(tables())
    rules = [
        of_all(filter_names=names)
        for of_all in (
            inspector.get_multi_indexes,
            inspector.get_multi_unique_constraints,
            inspector.get_multi_foreign_keys,
            inspector.get_multi_check_constraints,
        )
    ]
    return {
        key: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in found],
            *(sorted(str(rule["name"]) for rule in named.get(key, [])) for named in rules),
        )
        for key, found in inspector.get_multi_columns(filter_names=names).items()
    }


def is_of_database_alone(difference):
    """Whether the database has something that it keeps itself, as part of the search."""
    kind, *what = difference
    name = getattr(what[-1], "name", "")
    return (
        (kind == "remove_table" and not is_own(name))
        or (kind == "remove_column" and name in VECTORS)
        or (kind == "remove_index" and name.removeprefix("ix_search_document_") in VECTORS)
    )


def test_files_are_numbered_without_gaps():
    numbers = [re.match(r"(\d{4})_[a-z0-9_]+\.py$", path.name) for path in VERSIONS]
    assert all(numbers), [path.name for path in VERSIONS]
    assert [int(match[1]) for match in numbers] == list(range(1, len(VERSIONS) + 1))


def test_there_is_one_head_and_it_is_pinned():
    """Two changes that add a migration each then conflict in the file HEAD, not in production."""
    script = ScriptDirectory(str(FOLDER))
    assert script.get_heads() == [pinned()]
    assert VERSIONS[-1].name.startswith(pinned())


def test_every_migration_can_be_undone():
    script = ScriptDirectory(str(FOLDER))
    for revision in script.walk_revisions():
        assert "def downgrade" in Path(revision.path).read_text("utf-8")
        assert revision.doc


def test_the_database_is_as_the_models_say(live_app):
    with live_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == pinned()
        differences = [
            difference
            for difference in compare_metadata(context, Model.metadata)
            if not is_of_database_alone(difference)
        ]
    assert differences == []


def test_all_the_way_up_down_and_up(bare_app):
    with bare_app.app_context():
        flask_migrate.upgrade()
        schema, rows = columns(), contents()
        flask_migrate.downgrade(revision="base")
        assert tables() == set()
        flask_migrate.upgrade()
        assert columns() == schema
        assert {name: len(lines) for name, lines in contents().items()} == {
            name: len(lines) for name, lines in rows.items()
        }


def test_every_step_can_be_taken_back_alone(bare_app):
    with bare_app.app_context():
        schemas = {}
        for path in VERSIONS:
            flask_migrate.upgrade(revision=path.name[:4])
            schemas[path.name[:4]] = columns()
        for path in reversed(VERSIONS[1:]):
            flask_migrate.downgrade(revision=f"{int(path.name[:4]) - 1:04d}")
            assert columns() == schemas[f"{int(path.name[:4]) - 1:04d}"]


def test_what_people_wrote_survives_a_step_back_and_forth(live_app):
    """Back to the first migration and up again: every row that somebody made is as it was."""
    with live_app.app_context():
        topic = factories.make_topic("A topic of ours")
        organisation = factories.make_organisation()
        member = factories.make_account(role="manager", organisation=organisation)
        thread = factories.make_thread(author=member, topics=[topic], posts=3)
        factories.make_draft(member, thread=thread)
        db.session.remove()
        before = contents()
        flask_migrate.downgrade(revision="0001")
        flask_migrate.upgrade()
        after = contents()
    # Reference data that nobody uses is removed and comes back, with other numbers.
    reference = {"centre", "topic", "topic_synonym", "topic_division", "house_rules"}
    # The index of the search is made anew by its sweep.
    derived = {"search_document", "search_trigram", "search_sweep"}
    for name, rows in before.items():
        if name in derived:
            continue
        if name in reference:
            assert len(after[name]) == len(rows), name
        else:
            assert after[name] == rows, name
    assert any("A topic of ours" in row for row in after["topic"])
