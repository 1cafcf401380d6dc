"""What people are told when moderators act as they do on the site."""

from datetime import timedelta

from forum.core import clock
from forum.core.db import db
from forum.core.outbox import OutboxEvent
from forum.moderation import actions
from forum.moderation.enums import RedactionCode
from forum.notifications.models import Notice
from tests import factories
from tests.moderation import making
from tests.notifications.hearing import notices, only_mail, only_notice

PHRASE = "zyxomma at Hillcrest"


def test_removed_words_stand_in_no_notice_and_no_mail(app, deliver, outbox_mail):
    post = factories.make_post(factories.make_thread(), text=f"Ask {PHRASE} about it.")
    actions.redact_post(
        making.moderator(),
        post,
        text=PHRASE,
        code=RedactionCode.PERSONAL_DATA,
        ruling=making.ruling(),
    )
    deliver()
    assert notices(post.author) == ["post-redacted"]
    subject, text = only_mail(outbox_mail, post.author)
    assert subject == "Part of your post was removed"
    assert making.REASON in text
    assert PHRASE not in text
    assert not [row for row in db.session.query(Notice) if PHRASE in str(row.details)]
    assert not [row for row in db.session.query(OutboxEvent) if PHRASE in str(row.payload)]


def test_notice_and_mail_lead_to_the_appeal(app, deliver, outbox_mail, browser):
    post = factories.make_post(factories.make_thread())
    actions.hide_post(making.moderator(), post, ruling=making.ruling())
    deliver()
    _subject, text = only_mail(outbox_mail, post.author)
    opened = browser(post.author)
    page = opened.get("/account/notices/")
    appeal = next(path for words, path in page.links.items() if "Appeal this decision" in words)
    assert f"To appeal: http://localhost{appeal} " in text
    assert making.REASON in opened.get(appeal).main


def test_what_restricts_nobody_leads_to_no_appeal(app, deliver, outbox_mail, browser):
    post, item = making.held_post()
    actions.approve(making.moderator(), item.id, version=item.version, ruling=making.Ruling())
    deliver()
    _subject, text = only_mail(outbox_mail, post.author)
    assert "appeal" not in text.lower()
    page = browser(post.author).get("/account/notices/")
    assert "Your post was published" in page.main
    assert not [words for words in page.links if "Appeal" in words]


def test_a_lock_tells_its_reason_and_its_end_once(app, deliver, outbox_mail):
    thread = factories.make_thread()
    until = clock.now() + timedelta(days=3)
    actions.lock_thread(making.moderator(), thread, ruling=making.ruling(until=until))
    deliver()
    assert notices() == ["thread-locked"]
    subject, text = only_mail(outbox_mail, thread.author)
    assert subject == "Your thread was locked"
    assert making.REASON in text
    assert "Until: " in text
    assert only_notice().details["until"] == until.isoformat()


def test_a_lock_that_was_undone_at_once_is_not_told(app, deliver, outbox_mail):
    moderator = making.moderator()
    decision = actions.lock_thread(moderator, factories.make_thread(), ruling=making.ruling())
    actions.undo_decision(moderator, decision.id)
    deliver()
    assert notices() == []
    assert len(outbox_mail) == 0


def test_a_reversal_is_told_once(app, deliver, outbox_mail):
    post = factories.make_post(factories.make_thread())
    decision = actions.hide_post(making.moderator(), post, ruling=making.ruling())
    deliver()
    appeal = actions.lodge_appeal(post.author, decision.id, text="It sells nothing.")
    deliver()
    item = making.items()[-1]
    actions.reverse_decision(
        making.moderator("london"),
        appeal.id,
        version=item.version,
        ruling=making.Ruling(reason="It tells an experience."),
    )
    deliver()
    assert notices(post.author) == ["post-hidden", "appeal-lodged", "appeal-reversed"]
    assert len(outbox_mail.to(post.author.email)) == 3
    last = outbox_mail.to(post.author.email)[-1].get_content()
    assert "It tells an experience." in last
    assert "/moderation-log/" in last


def test_a_suspension_and_its_end_before_time(app, deliver, outbox_mail):
    member, moderator = factories.make_account(), making.moderator()
    centre = factories.get_centre()
    sanction = actions.suspend_member(
        moderator,
        member,
        centre_id=centre.id,
        member_text="Rest for a week.",
        ruling=making.ruling(until=clock.now() + timedelta(days=7)),
    )
    deliver()
    actions.lift_sanction(moderator, sanction.id, ruling=making.Ruling(reason="Well done."))
    deliver()
    assert notices(member) == ["member-suspended", "restriction-lifted"]
    first, second = (message.get_content() for message in outbox_mail.to(member.email))
    assert "Rest for a week." in first
    assert "Well done." in second


def test_three_reports_hide_a_post_for_now_and_nobody_learns_who_reported(
    app, deliver, outbox_mail
):
    making.moderator()
    long_ago = clock.now() - timedelta(days=60)
    post = factories.make_post(factories.make_thread())
    names = []
    for name in ("Rita", "Rosa", "Rolf"):
        reporter = factories.make_account(
            display_name=f"{name} Reporter", confirmed_at=long_ago, created_at=long_ago
        )
        for _ in range(3):
            factories.make_post(factories.make_thread(), reporter)
        actions.report_post(reporter, post, reason="spam", note=f"{name} thinks so.")
        names.append(name)
    deliver()
    assert notices(post.author) == ["post-hidden-for-now"]
    (message,) = outbox_mail.to(post.author.email)
    assert not [name for name in names if name in message.as_string()]
