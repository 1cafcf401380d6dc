"""The proof of the public log: what the database refuses, and what verify-log finds."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forum.core.canonical import canonical, digest, read_canonical
from forum.core.db import db, writing
from forum.moderation import actions, queries
from forum.moderation.models import LogEntry, LogHead
from forum.moderation.queries import verifying
from tests import factories, hostile
from tests.moderation import making
from tests.statements import count_statements

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from([word for word in hostile.strings() if word.isprintable()] or ["x"]),
)


@pytest.fixture
def verify(app):
    """Runs the command; the answer has its exit and its words."""

    def run(*args):
        factories.commit()
        return app.test_cli_runner().invoke(args=["moderation", "verify-log", *args])

    return run


@pytest.fixture
def log(app):
    """Seven entries."""
    return making.enter_many(7)


def finds(verify, number, words):
    """The command names the entry and says what is wrong with it."""
    answer = verify()
    assert answer.exit_code == 1
    assert f"Entry {number} is broken." in answer.output
    assert words in answer.output
    assert f"The {number - 1} entries before it are whole." in answer.output


def approve(item):
    """A decision with its entry."""
    judge = making.moderator()
    actions.approve(judge, item.id, version=item.version, ruling=making.Ruling())


def is_picky():
    """Whether the database itself lets nothing but times and texts into such columns."""
    return db.engine.dialect.name == "postgresql"


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE log_entry SET body = 'x' WHERE number = 2",
            "UPDATE log_entry SET hash = hash",
            "UPDATE log_entry SET clause = '9' WHERE number = 7",
            "DELETE FROM log_entry",
            "DELETE FROM log_entry WHERE number = 7",
        ],
    )
    def test_changes(self, app, log, statement):
        with pytest.raises(DBAPIError, match="append-only"), db.session.begin_nested():
            db.session.execute(text(statement))
        assert queries.verify_log().entries == 7

    def test_truncation(self, app, log):
        if db.engine.dialect.name == "sqlite":
            # It has no such statement: there DELETE without a condition is what truncates.
            with pytest.raises(DBAPIError), db.session.begin_nested():
                db.session.execute(text("TRUNCATE log_entry"))
        else:
            with pytest.raises(DBAPIError, match="append-only"), db.session.begin_nested():
                db.session.execute(text("TRUNCATE log_entry CASCADE"))
        assert queries.verify_log().entries == 7

    def test_changes_through_the_mapper_too(self, app, log):
        log[3].body = "{}"
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.flush()
        db.session.rollback()

    def test_second_entry_with_the_same_number(self, app, log):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(
                text(
                    "INSERT INTO log_entry (number, at, action, clause, body, hash) "
                    "SELECT number, at, action, clause, body, hash FROM log_entry WHERE number = 3"
                )
            )


class TestWholeLog:
    def test_is_told_with_its_head(self, app, log, verify):
        answer = verify()
        assert answer.exit_code == 0
        assert f"7 entries, whole. The head is 7:{log[-1].hash}" in answer.output

    def test_may_be_empty(self, app, verify):
        answer = verify()
        assert answer.exit_code == 0
        assert "0 entries, whole" in answer.output

    def test_of_decisions(self, app, verify):
        for _ in range(3):
            _post, item = making.held_post()
            approve(item)
        assert verify().exit_code == 0
        assert len(making.entries()) == 3

    def test_is_read_in_batches(self, app, verify, monkeypatch):
        monkeypatch.setattr(verifying, "BATCH", 3)
        making.enter_many(8)
        steps = []
        assert queries.verify_log(progress=steps.append).entries == 8
        assert steps == [3, 3, 2]

    def test_statements_do_not_grow_within_a_batch(self, app):
        making.enter_many(10)
        with count_statements() as few:
            queries.verify_log()
        making.enter_many(300)
        with count_statements() as many:
            queries.verify_log()
        assert len(few) == len(many)

    def test_command_leaves_writing_as_it_was(self, app, verify, log):
        verify()
        assert writing.get() is True

    def test_entry_written_meanwhile_is_checked_too(self, app, log):
        def append_one(_entries):
            if len(making.entries()) == 7:
                making.enter_many(1)

        assert queries.verify_log(progress=append_one).entries == 8


class TestTampering:
    def test_one_byte_of_a_text(self, log, verify):
        making.tamper(
            "UPDATE log_entry SET body = replace(body, 'service', 'Service') WHERE number = 4"
        )
        finds(verify, 4, "text and its hash do not fit")

    def test_one_digit_of_a_hash(self, log, verify):
        flipped = ("1" if log[1].hash[0] == "0" else "0") + log[1].hash[1:]
        making.tamper("UPDATE log_entry SET hash = :hash WHERE number = 2", hash=flipped)
        finds(verify, 2, "text and its hash do not fit")

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ("action = 'approve'", "action"),
            ("clause = '4'", "clause"),
            ("clause = ''", "clause"),
            ("centre_id = NULL", "centre"),
            ("centre_id = (SELECT id FROM centre WHERE slug = 'london')", "centre"),
            ("at = '2025-01-01 00:00:00.000000'", "at"),
        ],
    )
    def test_columns_beside_the_text(self, log, verify, change, name):
        making.tamper(f"UPDATE log_entry SET {change} WHERE number = 6")  # noqa: S608 — see above
        finds(verify, 6, f"Its {name} beside the text")

    def test_entry_taken_from_the_middle(self, log, verify):
        making.tamper("DELETE FROM log_entry WHERE number = 3")
        finds(verify, 3, "the log goes on with entry 4")

    def test_first_entry_taken(self, log, verify):
        making.tamper("DELETE FROM log_entry WHERE number = 1")
        finds(verify, 1, "the log goes on with entry 2")

    def test_last_entries_cut_off(self, log, verify):
        making.tamper("DELETE FROM log_entry WHERE number > 5")
        finds(verify, 6, "there were 7 entries or more")

    def test_everything_taken(self, log, verify):
        making.tamper("DELETE FROM log_entry")
        finds(verify, 1, "there were 7 entries or more")

    def test_two_entries_swapped(self, log, verify):
        making.tamper("UPDATE log_entry SET number = number + 100 WHERE number IN (2, 5)")
        for old, new in ((102, 5), (105, 2)):
            db.session.execute(
                text("UPDATE log_entry SET number = :new WHERE number = :old"),
                {"old": old, "new": new},
            )
        finds(verify, 2, "Its text is that of entry 5")

    def test_entry_put_before_the_first(self, log, verify):
        making.tamper("UPDATE log_entry SET number = -1 WHERE number = 4")
        answer = verify()
        assert answer.exit_code == 1
        assert "Entry -1 is broken. It stands before the first entry" in answer.output

    def test_entry_written_anew_with_its_hash(self, log, verify):
        body = json.loads(log[3].body) | {"reason": "Something nicer."}
        forged = canonical(body)
        making.tamper(
            "UPDATE log_entry SET body = :body, hash = :hash WHERE number = 4",
            body=forged,
            hash=digest(forged),
        )
        finds(verify, 5, "does not hold the hash of the entry before")

    def test_text_in_another_form_with_its_hash(self, log, verify):
        loose = json.dumps(json.loads(log[6].body))
        making.tamper(
            "UPDATE log_entry SET body = :body, hash = :hash WHERE number = 7",
            body=loose,
            hash=digest(loose),
        )
        finds(verify, 7, "not JSON in the canonical form")

    def test_text_that_is_no_json_with_its_hash(self, log, verify):
        making.tamper(
            "UPDATE log_entry SET body = :body, hash = :hash WHERE number = 7",
            body="[" * 5000,
            hash=digest("[" * 5000),
        )
        finds(verify, 7, "not JSON in the canonical form")

    def test_last_entry_written_anew(self, log, verify):
        body = canonical(json.loads(log[6].body) | {"reason": "Something nicer."})
        making.tamper(
            "UPDATE log_entry SET body = :body, hash = :hash WHERE number = 7",
            body=body,
            hash=digest(body),
        )
        answer = verify()
        assert answer.exit_code == 1
        assert "Entry 7 is broken." in answer.output

    def test_head_gone(self, log, verify):
        db.session.delete(db.session.query(LogHead).one())
        finds(verify, 8, "row that names the newest entry is missing")

    def test_head_set_back_with_the_entries(self, log, verify):
        """The decisions know of entries that are no more."""
        _post, item = making.held_post()
        approve(item)
        making.tamper("DELETE FROM log_entry WHERE number = 8")
        head = db.session.query(LogHead).one()
        head.number, head.hash = 7, log[6].hash
        finds(verify, 8, "there were 8 entries or more")

    def test_decision_of_another_kind(self, app, verify):
        _post, item = making.held_post()
        approve(item)
        db.session.execute(text("UPDATE decision SET kind = 'reject'"))
        finds(verify, 1, "another action than the decision")

    def test_time_that_cannot_be_read(self, log, verify):
        forged = "UPDATE log_entry SET at = 'the other day' WHERE number = 5"
        if is_picky():
            with pytest.raises(DBAPIError), db.session.begin_nested():
                making.tamper(forged)
            return
        making.tamper(forged)
        finds(verify, 5, "cannot be read")

    def test_bytes_that_are_no_text(self, log, verify):
        if is_picky():
            with pytest.raises(DBAPIError), db.session.begin_nested():
                making.tamper(
                    "UPDATE log_entry SET body = convert_from('\\xff', 'UTF8') WHERE number = 5"
                )
            return
        making.tamper("UPDATE log_entry SET body = CAST(x'7bff7d' AS TEXT) WHERE number = 5")
        finds(verify, 5, "cannot be read")


class TestKeptHeads:
    def test_fits(self, log, verify):
        answer = verify("--from-head", f"4:{log[3].hash}", "--from-head", f"7:{log[6].hash}")
        assert answer.exit_code == 0

    def test_whole_log_written_anew(self, app, log, verify):
        """Whoever holds the server can forge a log that is whole; a kept head tells."""
        kept = log[6].hash
        making.tamper("DELETE FROM log_entry")
        head = db.session.query(LogHead).one()
        head.number, head.hash = 0, "0" * 64
        making.enter_many(7, reason="Never mind.")
        assert verify().exit_code == 0
        answer = verify("--from-head", f"7:{kept}")
        assert answer.exit_code == 1
        assert "Entry 7 is broken. Its hash is not the one that was kept." in answer.output

    def test_log_is_shorter_than_it_was(self, log, verify):
        answer = verify("--from-head", "9:" + "a" * 64)
        assert answer.exit_code == 1
        assert "Entry 8 is broken. It is missing: there were 9 entries or more." in answer.output

    @pytest.mark.parametrize("value", ["", "7", "7:", "7:abc", "0:" + "a" * 64, "x:" + "a" * 64])
    def test_unreadable_head_is_told(self, app, verify, value):
        answer = verify("--from-head", value)
        assert answer.exit_code == 2
        assert "64 hexadecimal digits" in answer.output


class TestCanonicalForm:
    @given(reason=TEXTS, key=TEXTS, number=st.integers(-(2**53), 2**53))
    def test_is_stable_and_can_be_read(self, reason, key, number):
        body = {"reason": reason, "number": number, "target": {"type": key, "path": None}}
        form = canonical(body)
        assert json.loads(form) == body
        assert read_canonical(form) == body
        assert canonical(json.loads(form)) == form
        assert canonical(dict(reversed(body.items()))) == form
        assert len(digest(form)) == 64

    @given(TEXTS)
    def test_another_spelling_is_not_canonical(self, reason):
        form = canonical({"number": 1, "reason": reason})
        assert read_canonical(f"{form} ") is None
        assert read_canonical(form.replace(":", ": ", 1)) is None

    @pytest.mark.parametrize(
        "form", ["", "null", "[]", "{", '{"a":1,"a":2}', '{"b":1,"a":2}', '{"a":NaN }', "[" * 9999]
    )
    def test_what_nobody_wrote_is_not_read(self, form):
        assert read_canonical(form) is None

    def test_escapes_are_those_of_rfc_8785(self):
        assert canonical({"a": '\u20ac$\u000f\nA\'B"\\\\"/'}) == (
            '{"a":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        )


@pytest.mark.live
def test_many_writers_leave_one_chain(live_app):
    """Four writers append fifty entries each at the same time."""
    start = threading.Barrier(4)
    errors = []

    def work():
        with live_app.app_context():
            start.wait()
            for _ in range(50):
                try:
                    making.enter()
                    db.session.commit()
                except DBAPIError as error:
                    errors.append(error)
                    db.session.rollback()
            db.session.remove()

    writers = [threading.Thread(target=work) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with live_app.app_context():
        assert errors == []
        verdict = queries.verify_log()
        assert (verdict.entries, verdict.problem) == (200, "")
        assert db.session.query(LogEntry).count() == 200
