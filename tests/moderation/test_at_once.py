"""Several people at the same moment, each with a connection and a transaction of their own."""

import threading

import pytest

from forum.accounts.models import Account
from forum.centres import queries as centres
from forum.core.access import Anonymous
from forum.core.db import db, writing
from forum.core.errors import RoundtableError
from forum.moderation import actions
from forum.moderation.models import Appeal, Complaint, LogEntry, Report, ReviewItem, Sanction
from forum.threads.models import Post
from tests import factories
from tests.moderation.making import manager, moderator, ruling
from tests.moderation.reporting import hidden_post, in_days, visible_post

pytestmark = pytest.mark.live


def at_once(app, *tasks):
    """Run the tasks at the same moment; their results, or the errors that they raised."""
    barrier = threading.Barrier(len(tasks))
    results = [None] * len(tasks)

    def run(number, task):
        writing.set(True)
        with app.app_context():
            barrier.wait(10)
            try:
                results[number] = task()
            except RoundtableError as error:
                results[number] = error
            finally:
                db.session.remove()

    threads = [
        threading.Thread(target=run, args=(number, task)) for number, task in enumerate(tasks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def errors(results):
    return [one for one in results if isinstance(one, RoundtableError)]


def account(key):
    return db.session.get_one(Account, key)


def reporting(account_id, post_id, reason="spam"):
    def act():
        post = db.session.get_one(Post, post_id)
        return actions.report_post(account(account_id), post, reason=reason, note="").id

    return act


def test_one_member_reports_twice_at_once(live_app):
    with live_app.app_context():
        post, member = visible_post().id, factories.make_account().id
    results = at_once(live_app, *[reporting(member, post)] * 4)
    assert len(errors(results)) == 3
    with live_app.app_context():
        assert db.session.query(Report).count() == 1
        item = db.session.query(ReviewItem).one()
        assert (item.score, item.times_opened) == (100, 1)


def test_one_form_of_a_visitor_is_sent_twice_at_once(live_app):
    with live_app.app_context():
        post, centre = visible_post(), factories.get_centre().slug
        post_id = post.id

    def report():
        return actions.report_post(
            Anonymous(),
            db.session.get_one(Post, post_id),
            reason="spam",
            note="",
            submission_id="the-form",
        ).id

    def complain():
        place = centres.get_centre(Anonymous(), centre)
        return actions.complain(Anonymous(), place, text="Slow.", submission_id="the-form").id

    for act, table in ((report, Report), (complain, Complaint)):
        results = at_once(live_app, *[act] * 3)
        assert errors(results) == []
        assert len(set(results)) == 1
        with live_app.app_context():
            assert db.session.query(table).count() == 1


def test_four_members_report_at_once(live_app):
    with live_app.app_context():
        post = visible_post().id
        members = [factories.make_account().id for _ in range(4)]
    results = at_once(live_app, *(reporting(member, post) for member in members))
    assert errors(results) == []
    with live_app.app_context():
        assert db.session.query(Report).count() == 4
        item = db.session.query(ReviewItem).one()
        assert (item.score, item.times_opened) == (400, 1)


def test_two_appeals_at_once(live_app):
    with live_app.app_context():
        _post, decision = hidden_post(moderator())
        decision_id, author = decision.id, decision.account_id

    def lodge():
        return actions.lodge_appeal(account(author), decision_id, text="It tells.").id

    results = at_once(live_app, lodge, lodge, lodge)
    assert len(errors(results)) == 2
    with live_app.app_context():
        assert db.session.query(Appeal).count() == 1
        assert db.session.query(ReviewItem).filter_by(target_type="appeal").count() == 1


def test_an_appeal_is_decided_once(live_app):
    with live_app.app_context():
        _post, decision = hidden_post(moderator())
        appeal = actions.lodge_appeal(decision.account, decision.id, text="It tells.")
        item = db.session.query(ReviewItem).filter_by(target_type="appeal").one()
        judges = [moderator("london").id, moderator("south-west").id]
        appeal_id, version, number = appeal.id, item.version, decision.entry_number

    def decide(act, judge):
        ruling_ = actions.Ruling(reason="We have looked again.")
        return lambda: act(account(judge), appeal_id, version=version, ruling=ruling_).id

    results = at_once(
        live_app,
        decide(actions.reverse_decision, judges[0]),
        decide(actions.uphold_decision, judges[1]),
    )
    assert len(errors(results)) == 1
    with live_app.app_context():
        assert db.session.query(LogEntry).filter(LogEntry.number > number).count() == 1
        assert db.session.query(Appeal).one().outcome_id in results


def test_sanctions_at_once_are_all_in_force(live_app):
    with live_app.app_context():
        member, judges = factories.make_account().id, [manager().id for _ in range(3)]
        centre = factories.get_centre().id
        until = in_days(7)
        ruled = ruling(until=until)

    def suspend(judge):
        return lambda: (
            actions.suspend_member(
                account(judge), account(member), centre_id=centre, member_text="", ruling=ruled
            ).id
        )

    results = at_once(live_app, *(suspend(judge) for judge in judges))
    assert errors(results) == []
    with live_app.app_context():
        assert db.session.query(Sanction).count() == 3
        assert len(account(member).restrictions) == 3
