"""Managers are reminded of dates, each once, on the site and by mail."""

from datetime import timedelta

import pytest

from forum.consultations import queries
from forum.consultations.actions import announcing, reminding
from forum.consultations.stages import outcome_due_at
from forum.core import clock
from forum.core.db import db
from forum.notifications.enums import NoticeKind
from forum.notifications.models import Notice
from tests import factories as make
from tests.consultations import making

HOUR = timedelta(hours=1)


@pytest.fixture
def boss(app):
    return making.manager()


def notices():
    return db.session.query(Notice).order_by(Notice.id).all()


def nights(first, last):
    """Let the job run at each of the nights between two instants."""
    moment = first
    told = 0
    while moment < last:
        with clock.at(moment):
            told += reminding.remind_managers()
        moment += timedelta(days=1)
    return told


def test_each_date_is_told_once_to_every_manager(boss, deliver, outbox_mail):
    second = making.manager()
    making.manager("london")
    make.make_account(role="moderator")
    found = making.make_announced(author=boss, title="Lifts")
    end = outcome_due_at(found) + timedelta(days=5)
    assert nights(found.opens_at - timedelta(days=6), end) == 5
    with clock.at(end):
        deliver()
    told = [(notice.account_id, notice.kind) for notice in notices()]
    wanted = [
        NoticeKind.CONSULTATION_OPENS,
        NoticeKind.CONSULTATION_CLOSES,
        NoticeKind.CONSULTATION_CLOSED,
        NoticeKind.OUTCOME_DUE,
        NoticeKind.OUTCOME_OVERDUE,
    ]
    assert told == [(account.id, kind) for kind in wanted for account in (boss, second)]
    assert len(outbox_mail) == 10
    text = outbox_mail[0].get_content()
    assert "Consultation: Lifts" in text
    assert clock.datetime_words(found.opens_at) in text
    assert f"/consultations/{found.id}/manage/" in text


def test_the_days_are_those_of_the_plan(boss):
    found = making.make_announced(author=boss)
    outcome = outcome_due_at(found)
    for at, what in (
        (found.opens_at - timedelta(days=1), "opens"),
        (found.closes_at - timedelta(days=3), "closes"),
        (found.closes_at, "closed"),
        (outcome - timedelta(days=14), "outcome-due"),
        (outcome, "overdue"),
    ):
        before = {word.value for word, _at in reminding.due_reminders(found, at - HOUR)}
        now = {word.value for word, _at in reminding.due_reminders(found, at)}
        assert what in now - before


def test_a_closing_that_moved_is_told_anew(boss):
    found = making.make_open(author=boss, ago=timedelta(days=68))
    assert reminding.remind_managers() == 1
    announcing.extend(boss, found, closes_at=found.closes_at + making.WEEK, note="Asked for.")
    assert reminding.remind_managers() == 0
    with clock.at(found.closes_at - HOUR):
        assert reminding.remind_managers() == 1


def test_nothing_of_drafts_and_of_what_has_ended(boss, deliver):
    making.make_complete(author=boss)
    ended = making.make_open(author=boss, ago=timedelta(days=68))
    reminding.remind_managers()
    assert len(queries.reminders_told(reminding.TAG)) == 1
    announcing.end(boss, ended, reason="No money.")
    assert reminding.remind_managers() == 0
    assert queries.reminders_told(reminding.TAG) == frozenset()
    deliver()
    assert notices() == []


def test_the_list_of_notices_names_it(client, boss, deliver):
    making.make_open(author=boss, title="Lifts", ago=timedelta(days=68))
    reminding.remind_managers()
    deliver()
    page = client.sign_in(boss).get("/account/notices/")
    assert "A consultation of your centre closes soon" in page.links
    assert "about “Lifts”" in page.main
