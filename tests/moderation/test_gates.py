"""Gates of actions and pages that are seldom met, because another stands before them."""

import pytest
from sqlalchemy import update

from forum.core.db import db
from forum.core.errors import Conflict, NotAllowed
from forum.moderation import actions, queries
from forum.moderation.enums import RedactionCode, WordEffect
from forum.moderation.models import ItemEvent, Report, WatchedWord
from forum.organisations.enums import MembershipState
from forum.threads import actions as threads
from forum.threads.enums import PostState
from forum.threads.models import Post
from tests import factories as make
from tests.moderation.making import clause, held_post, manager, moderator, ruling

PHRASE = "Josephine Zebulon"


def test_nobody_claims_what_concerns_them_or_waits_for_managers(app):
    judge = moderator()
    _post, own = held_post(author=judge)
    _other, escalated = held_post()
    actions.escalate_item(moderator(), escalated.id, text="Please.")
    for item in (own, escalated):
        with pytest.raises(NotAllowed):
            actions.claim_item(judge, item.id)
    db.session.expire_all()
    assert (own.claimed_by, escalated.claimed_by) == (None, None)
    assert "claimed" not in {row.what.value for row in db.session.query(ItemEvent)}


def test_a_post_hidden_meanwhile_is_not_reported(app):
    post = make.make_post(make.make_thread())
    db.session.execute(
        update(Post).where(Post.id == post.id).values(state=PostState.HIDDEN),
        execution_options={"synchronize_session": False},
    )
    assert post.state is PostState.VISIBLE
    with pytest.raises(NotAllowed):
        actions.report_post(make.make_account(), post, reason="spam", note="")
    assert db.session.query(Report).count() == 0


def test_strangers_are_not_shown_what_a_redaction_would_find(app):
    post = make.make_post(make.make_thread(), text=f"Ask {PHRASE}.")
    for actor in (make.make_account(), moderator("london"), post.author):
        with pytest.raises(NotAllowed):
            actions.find_removal(actor, post, text=PHRASE, code=RedactionCode.PERSONAL_DATA)


def test_only_managers_of_the_centre_agree_to_and_read_a_seal(app):
    post = make.make_post(make.make_thread(), text=f"Ask {PHRASE}.")
    decision = actions.redact_post(
        moderator(),
        post,
        text=PHRASE,
        code=RedactionCode.PERSONAL_DATA,
        ruling=ruling("It names somebody.", clause=clause(6)),
    )
    sealed = queries.sealed_by(decision.id)
    opening = actions.ask_to_open(manager(), sealed, reason="A court asks.")
    for actor in (moderator(), manager("london"), make.make_account()):
        with pytest.raises(NotAllowed, match="anager"):
            actions.agree_to_open(actor, sealed, opening_id=opening.id)
        with pytest.raises(NotAllowed, match="anager"):
            actions.read_seal(actor, sealed)
    db.session.refresh(opening)
    assert opening.agreed_by is None


def test_what_was_left_as_it_is_cannot_be_appealed(app, browser):
    post, item = held_post()
    decision = actions.approve(
        moderator(), item.id, version=item.version, ruling=ruling(reason="", clause="")
    )
    address = f"/account/standing/decisions/{decision.id}/appeal/"
    assert "nothing to appeal" in browser(post.author).get(address, status=403).text


def test_moderators_do_not_change_the_words_for_all(app, browser):
    word = WatchedWord(
        centre_id=None,
        phrase="sealed bid",
        effect=WordEffect.HOLD,
        created_at=make.clock.now(),
    )
    db.session.add(word)
    make.commit()
    browser(moderator()).get(f"/moderation/words/{word.id}/", status=404)
    db.session.refresh(word)
    assert word.phrase == "sealed bid"


def test_nobody_refuses_their_own_wish_to_speak(app, browser):
    asking = make.make_membership(make.make_account(), make.make_organisation(), state="waiting")
    browser(asking.account).get(f"/memberships/{asking.id}/refuse/", status=403)
    assert asking.state is MembershipState.WAITING


def test_nobody_gives_up_what_another_was_given(app, browser):
    membership = make.make_membership(make.make_account(), make.make_organisation())
    page = f"/memberships/{membership.id}/leave/"
    browser(manager()).get(page, status=403)
    assert membership.state is MembershipState.CONFIRMED


def test_what_was_decided_anew_is_not_appealed(app, browser):
    post, item = held_post()
    decision = actions.reject(moderator(), item.id, version=item.version, ruling=ruling())
    address = f"/account/standing/decisions/{decision.id}/appeal/"
    author = browser(post.author)
    author.get(address)
    threads.edit_post(post.author, post, source="What we learnt.", note="", version=post.version)
    assert "You have sent this again" in author.get(address, status=403).text


def test_nobody_moves_a_thread_where_they_cannot_read(app):
    """A moderator who has not confirmed an address might be anybody."""
    thread = make.make_thread()
    closed = make.make_board(readers="members")
    with pytest.raises(NotAllowed, match="Only members can read this board"):
        actions.move_thread(moderator(confirmed=False), thread, board=closed, ruling=ruling())


def test_strangers_are_not_told_what_happened_to_an_item(app):
    _post, item = held_post()
    judge = moderator()
    actions.reject(judge, item.id, version=item.version, ruling=ruling())
    with pytest.raises(Conflict, match="rejected"):
        actions.claim_item(moderator(), item.id)
    with pytest.raises(NotAllowed):
        actions.claim_item(moderator("london"), item.id)


def test_whoever_moderates_no_longer_has_no_claim_to_release(app):
    judge = moderator()
    _post, item = held_post()
    actions.claim_item(judge, item.id)
    db.session.delete(judge.grants[0])
    make.commit()
    db.session.refresh(judge)
    with pytest.raises(NotAllowed):
        actions.release_item(judge, item.id)
    db.session.expire_all()
    assert item.claimed_by == judge.id


def test_a_report_is_refused_before_it_is_looked_at(app):
    post = make.make_post(make.make_thread())
    with pytest.raises(NotAllowed):
        actions.report_post(post.author, post, reason="nonsense", note="")
