"""Who is told of questions, appeals, reports, complaints and items passed on."""

from datetime import timedelta

import pytest

from forum.accounts.enums import Role
from forum.core import clock
from forum.core.db import db
from forum.core.outbox import emit
from forum.moderation import actions
from forum.moderation.enums import AppealState, ReportOutcome, ReportReason
from forum.moderation.events import AppealDecided, AppealLodged, ComplaintAnswered, ReportClosed
from forum.moderation.models import Appeal, Complaint, Report
from tests import factories
from tests.moderation import making
from tests.notifications.hearing import notices, only_mail, only_notice

WHY = "An interest of mine is concerned."


@pytest.fixture(autouse=True)
def _in_the_app(app):
    """Each test needs the database."""


def save(thing):
    db.session.add(thing)
    db.session.flush()
    return thing


def make_report(item, reporter=None, **fields):
    return save(
        Report(
            **{
                "item_id": item.id,
                "post_id": item.post_id,
                "reporter_id": reporter.id if reporter else None,
                "reference": f"R{item.id}-{reporter.id if reporter else 0}",
                "reason": ReportReason.ADVERTISING,
                "note": "They telephoned me as well",
                "created_at": clock.now(),
                **fields,
            }
        )
    )


def make_appeal(decision, **fields):
    return save(
        Appeal(
            **{
                "decision_id": decision.id,
                "appellant_id": decision.account_id,
                "text": "It was no advertisement.",
                "lodged_at": clock.now(),
                "due_at": clock.now() + timedelta(days=10),
                **fields,
            }
        )
    )


def hidden_post():
    post = factories.make_post(factories.make_thread())
    return actions.hide_post(making.moderator(), post, ruling=making.ruling())


def test_a_question_is_told_until_it_is_answered(deliver, outbox_mail):
    post, item = making.held_post()
    actions.ask_author(making.moderator(), item.id, text="Whom do you speak for?")
    deliver()
    assert notices(post.author) == ["author-asked"]
    subject, text = only_mail(outbox_mail, post.author)
    assert subject == "A moderator has a question for you"
    assert f"http://localhost/account/standing/questions/{item.id}/" in text
    actions.answer_moderator(post.author, item.id, text="For myself.")
    actions.ask_author(making.moderator(), item.id, text="Since when?")
    actions.answer_moderator(post.author, item.id, text="Since May.")
    deliver()
    assert notices(post.author) == ["author-asked"]


def test_reporters_hear_the_outcome_and_nothing_of_each_other(deliver, outbox_mail):
    post, item = making.reported_post()
    reporter = factories.make_account(display_name="Rita Reporter")
    make_report(item, reporter)
    make_report(item)
    actions.hide_post(making.moderator(display_name="Quentin Quill"), post, ruling=making.ruling())
    deliver()
    assert notices(reporter) == ["report-upheld"]
    (to_reporter,) = outbox_mail.to(reporter.email)
    (to_author,) = outbox_mail.to(post.author.email)
    for message in (to_reporter, to_author):
        assert "Quill" not in message.as_string()
        assert "They telephoned" not in message.as_string()
    assert "Rita" not in to_author.as_string()
    assert post.author.display_name not in to_reporter.as_string()
    assert len(outbox_mail) == 2


@pytest.mark.parametrize(
    ("outcome", "kinds"),
    [
        (ReportOutcome.NOT_UPHELD, ["report-not-upheld"]),
        (ReportOutcome.WITHDRAWN, ["report-withdrawn"]),
        (ReportOutcome.OPEN, []),
    ],
)
def test_other_outcomes_of_reports(deliver, outcome, kinds):
    _, item = making.reported_post()
    report = make_report(item, factories.make_account(), outcome=outcome)
    emit(ReportClosed(report.id))
    deliver()
    assert notices() == kinds


def test_an_appeal_is_confirmed_with_its_date(deliver, outbox_mail):
    decision = hidden_post()
    deliver()
    with clock.at(clock.now()):
        appeal = make_appeal(decision)
        emit(AppealLodged(appeal.id))
        deliver()
    assert notices(appeal.appellant) == ["post-hidden", "appeal-lodged"]
    assert "Until: " in outbox_mail[1].get_content()


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (AppealState.UPHELD, "appeal-upheld"),
        (AppealState.REVERSED, "appeal-reversed"),
        (AppealState.WAITING, None),
    ],
)
def test_the_outcome_of_an_appeal(deliver, state, kind):
    decision = hidden_post()
    appeal = make_appeal(decision, state=state, outcome_id=decision.id)
    emit(AppealDecided(appeal.id))
    deliver()
    told = [heard for heard in notices(appeal.appellant) if heard.startswith("appeal")]
    assert told == ([kind] if kind else [])


@pytest.mark.parametrize("answered", [True, False])
def test_the_answer_to_a_complaint(deliver, outbox_mail, answered):
    member = factories.make_account()
    for account_id in (member.id, None):
        complaint = save(
            Complaint(
                centre_id=factories.get_centre().id,
                account_id=account_id,
                reference=f"C{account_id}",
                text="Nobody looked for a week.",
                created_at=clock.now(),
                answer="We are sorry.",
                answered_at=clock.now() if answered else None,
            )
        )
        emit(ComplaintAnswered(complaint.id))
    deliver()
    assert notices() == (["complaint-answered"] if answered else [])
    assert len(outbox_mail) == len(notices())


def test_managers_hear_of_an_item_passed_on(deliver, outbox_mail):
    manager = making.manager()
    making.manager("london")
    making.moderator()
    _, item = making.reported_post()
    actions.escalate_item(making.moderator(), item.id, text=WHY)
    deliver()
    assert notices() == ["item-escalated"]
    assert only_notice().path == f"/moderation/items/{item.id}/"
    subject, text = only_mail(outbox_mail, manager)
    assert subject == "An item waits for a manager"
    assert f"http://localhost/moderation/items/{item.id}/" in text
    assert WHY not in text


def test_administrators_hear_where_there_is_no_manager(deliver):
    administrator = factories.make_account(role=Role.ADMINISTRATOR)
    _, item = making.reported_post()
    actions.escalate_item(making.moderator(), item.id, text=WHY)
    deliver()
    assert notices(administrator) == notices() == ["item-escalated"]


def test_whoever_passes_an_item_on_is_not_told(deliver):
    manager, other = making.manager(), making.manager()
    _, item = making.reported_post()
    actions.escalate_item(manager, item.id, text=WHY)
    deliver()
    assert notices(manager) == []
    assert notices(other) == ["item-escalated"]


def test_a_neighbouring_centre_hears_of_what_it_is_asked_to_decide(deliver):
    there = making.moderator("north-west")
    here = making.manager()
    _, item = making.reported_post()
    actions.hand_over_item(making.moderator(), item.id, centre="north-west", text=WHY)
    deliver()
    assert notices(there) == ["item-handed-over"]
    assert notices(here) == []


def test_staff_get_one_mail_an_hour_and_every_notice(deliver, outbox_mail):
    manager, moderator = making.manager(), making.moderator()
    start = clock.now()
    mails = []
    for minutes in (0, 20, 59, 61, 100, 122):
        _, item = making.reported_post()
        with clock.at(start + timedelta(minutes=minutes)):
            actions.escalate_item(moderator, item.id, text=WHY)
            deliver()
        mails.append(len(outbox_mail))
    assert notices(manager) == ["item-escalated"] * 6
    assert mails == [1, 1, 1, 2, 2, 3]


def test_a_mail_for_staff_that_failed_is_tried_again(deliver, outbox_mail, monkeypatch):
    def away(*_args, **_kwargs):
        raise OSError("away")

    making.manager()
    _, item = making.reported_post()
    actions.escalate_item(making.moderator(), item.id, text=WHY)
    with monkeypatch.context() as patch:
        patch.setattr("forum.core.mail.send", away)
        deliver(failing=True)
    assert notices() == ["item-escalated"]
    with clock.at(clock.now() + timedelta(minutes=5)):
        deliver()
    assert notices() == ["item-escalated"]
    assert len(outbox_mail) == 1


def test_an_item_that_was_decided_meanwhile_is_not_told(deliver):
    manager = making.manager()
    post, item = making.reported_post()
    actions.escalate_item(making.moderator(), item.id, text=WHY)
    db.session.refresh(item)
    actions.keep(manager, item.id, version=item.version, ruling=making.Ruling())
    deliver()
    assert notices() == []
    assert post.state == "visible"
