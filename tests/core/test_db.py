"""Times are instants, words are text, and SQLite behaves like a database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.core.db import Limits, Model, UTCDateTime, db, engine_options, writing
from tests import factories


def test_times_come_back_as_the_same_instant(app):
    moment = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=1)))
    account = factories.make_account(created_at=moment)
    stored = db.session.scalar(select(Account.created_at).where(Account.id == account.id))
    assert stored == moment
    assert stored.tzinfo is UTC


def test_naive_times_are_refused(app):
    with pytest.raises(StatementError, match="must be aware"):
        factories.make_account(created_at=datetime(2026, 1, 1))  # noqa: DTZ001 — the point


def test_no_time_stays_no_time(app):
    account = factories.make_account(confirmed=False)
    assert db.session.scalar(select(Account.confirmed_at).filter_by(id=account.id)) is None


def test_every_time_column_is_an_instant():
    naive = [
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if "DATETIME" in str(column.type).upper() and not isinstance(column.type, UTCDateTime)
    ]
    assert naive == []


def test_words_are_stored_as_they_read(app):
    account = factories.make_account(sector="social-enterprise")
    stored = db.session.execute(text("SELECT sector FROM account")).scalar_one()
    assert stored == "social-enterprise"
    db.session.expire_all()
    assert account.sector is Sector.SOCIAL_ENTERPRISE


def test_foreign_keys_hold(app):
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("INSERT INTO topic_synonym (topic_id, name) VALUES (0, 'x')"))


def test_every_constraint_has_a_name_that_fits():
    unnamed = [
        f"{table.name}: {constraint}"
        for table in Model.metadata.tables.values()
        for constraint in [*table.constraints, *table.indexes]
        if not constraint.name or len(str(constraint.name)) > 63
    ]
    assert unnamed == []


def test_every_foreign_key_that_cascades_or_is_sought_has_an_index(app):
    """A deletion of the parent would otherwise read the whole child table."""
    inspector = inspect(db.session.connection())
    missing = []
    for table in Model.metadata.tables.values():
        leading = {index["column_names"][0] for index in inspector.get_indexes(table.name)}
        leading |= {
            rule["column_names"][0] for rule in inspector.get_unique_constraints(table.name)
        }
        leading |= {inspector.get_pk_constraint(table.name)["constrained_columns"][0]}
        missing += [
            f"{table.name}.{key.parent.name}"
            for key in table.foreign_keys
            if key.ondelete and key.parent.name not in leading
        ]
    allowed = {
        # Small tables, or parents that are never deleted in the course of things.
        "audit_record.actor_id",
        "draft.board_id",
        "draft.thread_id",
        "mention.account_id",
        "organisation.created_by",
        "read_mark.thread_id",
        "rules_acceptance.account_id",
    }
    assert set(missing) <= allowed


def test_sqlite_waits_logs_ahead_and_begins_as_told(live_app, backend):
    if backend != "sqlite":
        return
    with live_app.app_context(), db.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
        assert settings == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000}
        connection.rollback()
        token = writing.set(False)
        reader = db.engine.connect()
        reader.begin()
        writing.reset(token)
        with db.engine.begin() as writer:
            writer.execute(text("UPDATE centre SET version = version"))
        reader.close()


def test_a_reading_transaction_takes_no_lock(live_app, backend):
    """Two readers and a writer at once: on SQLite only BEGIN IMMEDIATE would stand in the way."""
    with live_app.app_context():
        token = writing.set(False)
        first, second = db.engine.connect(), db.engine.connect()
        for connection in (first, second):
            assert connection.execute(text("SELECT count(*) FROM centre")).scalar() == 9
        writing.reset(token)
        first.close()
        second.close()


def test_options_of_engines():
    assert engine_options("sqlite:///x", Limits())["connect_args"]["timeout"] == 5
    options = engine_options("postgresql+psycopg:///x", Limits(statement=7, lock=3, connections=9))
    assert "statement_timeout=7s" in options["connect_args"]["options"]
    assert "lock_timeout=3s" in options["connect_args"]["options"]
    assert "jit=off" in options["connect_args"]["options"]
    assert options["pool_pre_ping"] is True
    assert options["pool_size"] == 9


def test_behind_pgbouncer_nothing_belongs_to_a_session():
    connect = engine_options("postgresql+psycopg:///x", Limits(pooled=True))["connect_args"]
    assert "options" not in connect
    assert connect["prepare_threshold"] is None


def test_a_site_on_sqlite_has_no_need_of_a_pooler(make_app):
    """The parameters that are set anew in each transaction are PostgreSQL's alone."""
    with make_app(FORUM_PGBOUNCER="1").app_context():
        assert db.session.scalar(text("SELECT 1")) == 1
        db.session.remove()
