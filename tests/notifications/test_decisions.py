"""Who is told of decisions, on the site and by mail, and who is not."""

from datetime import timedelta

import pytest

from forum.core import clock
from forum.core.db import db
from forum.core.outbox import OutboxEvent
from forum.moderation import actions
from forum.moderation.actions.deciding import Matter, record_decision
from forum.moderation.enums import DecisionKind, ItemKind, SanctionKind
from forum.moderation.models import Decision, Sanction
from forum.notifications import subscribers
from forum.threads.actions import states
from forum.threads.models import HeldEdit, Post
from tests import factories
from tests.moderation import making
from tests.notifications.hearing import notices, only_mail, only_notice, words_of

PHRASE = "zyxomma is the secret word"
UNTIL = timedelta(days=7)
SANCTIONS = {
    DecisionKind.WARN: "member-warned",
    DecisionKind.SLOW_MEMBER: "member-slowed",
    DecisionKind.SUSPEND: "member-suspended",
    DecisionKind.BAN: "member-banned",
}


def approve(item, moderator=None):
    return actions.approve(
        moderator or making.moderator(), item.id, version=item.version, ruling=making.Ruling()
    )


def reject(item, moderator=None):
    return actions.reject(
        moderator or making.moderator(), item.id, version=item.version, ruling=making.ruling()
    )


def hide(post, moderator=None):
    return actions.hide_post(moderator or making.moderator(), post, ruling=making.ruling())


def held_thread(text):
    thread = factories.make_thread(state="pending", title=text, text=text)
    return db.session.query(Post).filter_by(thread_id=thread.id).one()


def decide(kind, **matter):
    """A decision that no action of this suite takes; the centre is North East."""
    decision = record_decision(
        making.moderator(),
        kind,
        Matter(centre_id=factories.get_centre().id, **matter),
        making.ruling(),
    )
    factories.commit()
    return decision


def test_the_author_hears_that_a_waiting_post_was_published(app, deliver, outbox_mail):
    post, item = making.held_post()
    approve(item)
    deliver()
    assert notices() == ["post-approved"]
    assert only_notice().path == f"/posts/{post.id}/"
    subject, text = only_mail(outbox_mail, post.author)
    assert subject == "Your post was published"
    assert f"Hello {post.author.display_name}," in text
    assert f"It is in the thread “{post.thread.title}”." in text
    assert f"http://localhost/posts/{post.id}/" in text
    assert "http://localhost/account/notices/" in text


def test_the_author_hears_of_a_rejection_and_why(app, deliver, outbox_mail):
    post, item = making.held_post(text=PHRASE)
    reject(item, making.moderator(display_name="Quentin Quill"))
    deliver()
    subject, text = only_mail(outbox_mail, post.author)
    assert subject == "Your post was not published"
    assert "version 1, clause 3: Do not advertise" in text
    assert making.REASON in text
    assert PHRASE not in text
    assert "Quill" not in text
    assert only_notice().details["reason"] == making.REASON


def test_no_words_of_a_thread_that_was_rejected_or_hidden_are_told(app, deliver, outbox_mail):
    reject(making.queue(held_thread(PHRASE)))
    shown = factories.make_thread(title=PHRASE, text=PHRASE)
    hide(db.session.query(Post).filter_by(thread_id=shown.id).one())
    deliver()
    assert sorted(notices()) == ["post-hidden", "post-rejected"]
    assert len(outbox_mail) == 2
    for message in outbox_mail:
        assert PHRASE not in message.as_string()
    for event in db.session.query(OutboxEvent):
        assert PHRASE not in str(event.payload)


def test_hiding_is_told_once_with_the_reason(app, deliver, outbox_mail):
    post = factories.make_post(factories.make_thread(), text=PHRASE)
    decision = hide(post)
    deliver()
    subscribers.tell_of_decision(subscribers.DecisionTaken(decision.id))
    subject, text = only_mail(outbox_mail, post.author)
    assert subject == "Your post was hidden"
    assert making.REASON in text
    assert PHRASE not in text
    assert notices() == ["post-hidden"]
    assert outbox_mail[0]["Message-ID"] == (
        f"<notice-decision-{decision.id}-{post.author_id}@roundtable.example>"
    )


def test_a_restored_post_is_told(app, deliver, outbox_mail):
    post = factories.make_post(factories.make_thread())
    hide(post)
    deliver()
    actions.restore_post(making.moderator(), post, ruling=making.Ruling())
    deliver()
    assert notices(post.author) == ["post-hidden", "post-restored"]
    assert "Your post is shown again" in outbox_mail[1]["Subject"]


def test_what_was_undone_before_it_was_told_is_never_told(app, deliver, outbox_mail):
    post = factories.make_post(factories.make_thread())
    moderator = making.moderator()
    decision = hide(post, moderator)
    actions.undo_decision(moderator, decision.id)
    deliver()
    assert notices() == []
    assert len(outbox_mail) == 0


def test_what_was_undone_after_it_was_told_is_taken_back(app, deliver, outbox_mail):
    post = factories.make_post(factories.make_thread())
    moderator = making.moderator()
    decision = hide(post, moderator)
    deliver()
    actions.undo_decision(moderator, decision.id)
    deliver()
    assert notices(post.author) == ["post-hidden", "decision-undone"]
    assert "A decision was taken back" in outbox_mail[1]["Subject"]
    assert f"http://localhost/posts/{post.id}/" in words_of(outbox_mail[1])


def test_what_is_no_longer_so_is_not_told(app, deliver, outbox_mail):
    post = factories.make_post(factories.make_thread())
    hide(post)
    actions.restore_post(making.moderator(), post, ruling=making.Ruling())
    deliver()
    assert notices() == ["post-restored"]
    assert len(outbox_mail) == 1


def test_a_post_that_is_left_as_it_is_tells_its_author_nothing(app, deliver, outbox_mail):
    _, item = making.reported_post()
    actions.keep(making.moderator(), item.id, version=item.version, ruling=making.Ruling())
    deliver()
    assert notices() == []
    assert len(outbox_mail) == 0


def test_what_the_site_hid_for_now_and_a_moderator_left(app, deliver, outbox_mail):
    post, item = making.reported_post()
    matter = Matter(
        centre_id=post.thread.centre_id,
        name="post",
        path=post.path,
        item=item,
        post=post,
        thread=post.thread,
        account_id=post.author_id,
        before={"state": "visible"},
    )
    decision = record_decision(None, DecisionKind.HIDE, matter, making.ruling())
    states.hide(post, rule=decision.rule, reason=decision.reason, entry=decision.entry_number)
    deliver()
    assert notices(post.author) == ["post-hidden-for-now"]
    assert "until a moderator has looked" in words_of(outbox_mail[0])
    actions.keep(making.moderator(), item.id, version=item.version, ruling=making.Ruling())
    deliver()
    assert notices(post.author) == ["post-hidden-for-now", "post-restored"]


def test_a_post_edited_by_a_moderator(app, deliver, outbox_mail):
    post, item = making.held_post(text=PHRASE)
    actions.edit_and_approve(
        making.moderator(),
        item.id,
        version=item.version,
        source="We sell forms, and learnt this.",
        ruling=making.ruling("The telephone number is left out."),
    )
    deliver()
    subject, text = only_mail(outbox_mail, post.author)
    assert subject == "Your post was edited and published"
    assert "The telephone number is left out." in text
    assert PHRASE not in text


@pytest.mark.parametrize(("act", "kind"), [(approve, "edit-approved"), (reject, "edit-rejected")])
def test_an_edit_that_waited(app, deliver, act, kind):
    post = factories.make_post(factories.make_thread())
    db.session.add(HeldEdit(post_id=post.id, source="Another.", written_at=clock.now(), holds=[]))
    act(making.queue(post, ItemKind.EDIT))
    deliver()
    assert notices(post.author) == [kind]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (DecisionKind.MOVE, "thread-moved"),
        (DecisionKind.MERGE, "thread-merged"),
        (DecisionKind.SPLIT, "thread-split"),
        (DecisionKind.RETOPIC, "thread-retopiced"),
        (DecisionKind.UNLOCK, "thread-unlocked"),
    ],
)
def test_decisions_about_a_thread(app, deliver, outbox_mail, kind, told):
    thread = factories.make_thread()
    decide(kind, name="thread", path=thread.path, thread=thread)
    deliver()
    assert notices(thread.author) == [told]
    assert only_notice().path == thread.path
    assert len(outbox_mail) == 0


def test_a_lock_is_mailed_while_it_holds(app, deliver, outbox_mail):
    thread = factories.make_thread(is_locked=True)
    decide(DecisionKind.LOCK, name="thread", path=thread.path, thread=thread)
    open_again = factories.make_thread()
    decide(DecisionKind.LOCK, name="thread", path=open_again.path, thread=open_again)
    deliver()
    subject, text = only_mail(outbox_mail, thread.author)
    assert subject == "Your thread was locked"
    assert thread.title in text
    assert notices(open_again.author) == []


@pytest.mark.parametrize(
    "kind", [DecisionKind.PIN, DecisionKind.SLOW_MODE, DecisionKind.HOLD_POSTS]
)
def test_what_takes_nothing_from_the_author_of_a_thread_is_not_told(app, deliver, kind):
    thread = factories.make_thread()
    decide(kind, name="thread", path=thread.path, thread=thread)
    deliver()
    assert notices() == []


def sanction(kind, decided, member, **fields):
    decision = decide(decided, name="member", account_id=member.id)
    db.session.add(
        Sanction(
            **{
                "account_id": member.id,
                "kind": kind,
                "centre_id": factories.get_centre().id,
                "starts_at": clock.now(),
                "ends_at": clock.now() + UNTIL,
                "member_text": "Please keep to what you have seen yourself.",
                "staff_text": "Third time this month",
                "decision_id": decision.id,
                **fields,
            }
        )
    )
    factories.commit()
    return decision


@pytest.mark.parametrize(
    ("kind", "decided"),
    [
        (SanctionKind.WARNING, DecisionKind.WARN),
        (SanctionKind.SLOW_MODE, DecisionKind.SLOW_MEMBER),
        (SanctionKind.SUSPENSION, DecisionKind.SUSPEND),
        (SanctionKind.BAN, DecisionKind.BAN),
    ],
)
def test_a_sanction_tells_its_text_for_the_member_alone(app, deliver, outbox_mail, kind, decided):
    member = factories.make_account()
    sanction(kind, decided, member)
    deliver()
    assert notices(member) == [SANCTIONS[decided]]
    assert only_notice().path == "/account/standing/"
    _, text = only_mail(outbox_mail, member)
    assert "Please keep to what you have seen yourself." in text
    assert "Centre: North East." in text
    assert "Until: " in text
    assert "Third time" not in text


def test_a_sanction_that_has_ended_or_was_lifted_is_not_told(app, deliver):
    member = factories.make_account()
    past = clock.now() - UNTIL
    sanction(SanctionKind.SUSPENSION, DecisionKind.SUSPEND, member, ends_at=past)
    sanction(SanctionKind.SUSPENSION, DecisionKind.SUSPEND, member, lifted_at=past)
    deliver()
    assert notices() == []


def test_lifting_is_told_and_a_note_for_staff_is_not(app, deliver):
    member = factories.make_account()
    decide(DecisionKind.LIFT, name="member", account_id=member.id)
    decide(DecisionKind.NOTE, name="member", account_id=member.id)
    deliver()
    assert notices(member) == ["restriction-lifted"]


def test_nobody_is_told_what_they_did_themselves(app, deliver):
    moderator = making.moderator()
    thread = factories.make_thread(author=moderator, is_locked=True)
    matter = Matter(centre_id=thread.centre_id, name="thread", path=thread.path, thread=thread)
    record_decision(moderator, DecisionKind.LOCK, matter, making.ruling())
    deliver()
    assert notices() == []


def test_an_address_that_was_never_confirmed_gets_no_mail(app, deliver, outbox_mail):
    author = factories.make_account(confirmed=False)
    hide(factories.make_post(factories.make_thread(), author))
    deliver()
    assert notices(author) == ["post-hidden"]
    assert len(outbox_mail) == 0


def test_a_mail_that_fails_is_tried_again_and_the_site_tells_at_once(
    app, deliver, outbox_mail, monkeypatch
):
    def away(*_args, **_kwargs):
        raise OSError("away")

    post = factories.make_post(factories.make_thread())
    hide(post)
    with monkeypatch.context() as patch:
        patch.setattr("forum.core.mail.send", away)
        deliver(failing=True)
    assert notices(post.author) == ["post-hidden"]
    with clock.at(clock.now() + timedelta(hours=2)):
        deliver()
    assert notices(post.author) == ["post-hidden"]
    assert len(outbox_mail) == 1


def test_a_decision_that_is_gone_tells_nothing(app):
    subscribers.tell_of_decision(subscribers.DecisionTaken(987654))
    assert notices() == []
    assert db.session.query(Decision).count() == 0
