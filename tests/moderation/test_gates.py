"""Gates of actions and pages that are seldom met, because another stands before them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from forum.core import clock
from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.core.outbox import OutboxEvent
from forum.moderation import actions, policy, queries
from forum.moderation.actions.queueing import queue_organisation
from forum.moderation.enums import DecisionKind, ItemState, RedactionCode, WordEffect
from forum.moderation.models import ItemEvent, Report, WatchedWord
from forum.organisations import actions as organisations
from forum.organisations.enums import MembershipState, OrganisationState
from forum.threads import actions as threads
from forum.threads.enums import PostState
from forum.threads.models import Post
from tests import factories as make
from tests.moderation.making import (
    clause,
    decisions,
    entries,
    events,
    held_post,
    items,
    manager,
    moderator,
    reported_post,
    ruling,
)
from tests.moderation.reporting import hidden_post

PHRASE = "Josephine Zebulon"


def waiting_organisation():
    """An organisation that waits to be confirmed, with its item."""
    organisation = make.make_organisation(state="waiting")
    queue_organisation(organisation.id)
    make.commit()
    (item,) = items()
    return organisation, item


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


def test_nobody_is_told_of_boards_that_they_cannot_read(app):
    thread = make.make_thread()
    open_to_all = make.make_board()
    closed = make.make_board(readers="members")
    judge, unconfirmed = moderator(), moderator(confirmed=False)
    assert queries.get_board(judge, closed.id) is closed
    for actor in (Anonymous(), unconfirmed):
        with pytest.raises(NotFound):
            queries.get_board(actor, closed.id)
    offered = [
        {
            number
            for boards in queries.boards_to_move_to(actor, thread).values()
            for number, _ in boards
        }
        for actor in (judge, unconfirmed)
    ]
    assert [open_to_all.id in boards for boards in offered] == [True, True]
    assert [closed.id in boards for boards in offered] == [True, False]


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


def test_claiming_again_prolongs_the_claim_and_says_so_once(app):
    judge, (_post, item) = moderator(), held_post()
    now = clock.now()
    with clock.at(now):
        actions.claim_item(judge, item.id)
    with clock.at(now + timedelta(minutes=20)):
        actions.claim_item(judge, item.id)
    with clock.at(now + timedelta(minutes=49)), pytest.raises(Conflict, match="has claimed"):
        actions.claim_item(moderator(), item.id)
    assert events(item) == ["opened", "claimed"]


def test_a_visitor_who_complained_cannot_be_asked(app, browser):
    actions.complain(Anonymous(), make.get_centre(), text="Nobody answers.")
    (item,) = items()
    opened = browser(manager())
    assert "Ask the author" not in opened.get(item.path).buttons
    data = {"csrf_token": opened.token(), "do": "ask", "text": "Who are you?"}
    page = opened.post(f"{item.path}decide/", data=data, status=422)
    assert "There is nobody to ask." in page.main
    assert "asked" not in events(item)
    assert db.session.query(OutboxEvent).filter_by(name="AuthorAsked").count() == 0


def test_what_is_decided_is_passed_on_to_nobody(app):
    _post, item = held_post()
    actions.approve(
        moderator(display_name="Ada First"),
        item.id,
        version=item.version,
        ruling=ruling(reason="", clause=""),
    )
    judge = moderator()
    for act in (
        lambda: actions.escalate_item(judge, item.id, text="Hard."),
        lambda: actions.hand_over_item(judge, item.id, centre="north-west", text="Hard."),
    ):
        with pytest.raises(Conflict, match="Ada First approved this"):
            act()
    db.session.expire_all()
    assert (item.handed_to, item.escalated_at, item.state) == (None, None, ItemState.CLOSED)
    assert events(item) == ["opened", "decided"]


def test_an_appeal_is_not_passed_to_the_managers_who_are_concerned(app):
    _post, decision = hidden_post(moderator())
    appeal = queries.item_of(actions.lodge_appeal(decision.account, decision.id, text="No.").id)
    with pytest.raises(Invalid, match="Appeals cannot be passed on"):
        actions.escalate_item(moderator("london"), appeal.id, text="Hard.")
    assert appeal.escalated_at is None


def test_organisations_are_not_passed_to_another_centre(app):
    _organisation, item = waiting_organisation()
    with pytest.raises(Invalid, match="Only posts and reports"):
        actions.hand_over_item(manager(), item.id, centre="north-west", text="Theirs.")
    assert item.handed_to is None


def test_an_organisation_is_not_decided_as_if_it_were_a_post(app):
    organisation, item = waiting_organisation()
    for act in (actions.approve, actions.reject, actions.keep, actions.hide_of_item):
        with pytest.raises(Invalid, match="not about a post"):
            act(manager(), item.id, version=item.version, ruling=ruling())
    assert organisation.state is OrganisationState.WAITING
    assert item.state is ItemState.OPEN
    assert decisions() == entries() == []


def test_a_confirmation_is_not_undone_but_refused_anew(app):
    """Somebody may speak for the organisation already: to end that takes a reason."""
    organisation, item = waiting_organisation()
    boss = manager()
    organisations.confirm_organisation(boss, organisation)
    (decision,) = decisions()
    assert decision.kind is DecisionKind.CONFIRM_ORGANISATION
    with pytest.raises(Conflict, match="A new decision can correct it"):
        actions.undo_decision(boss, decision.id)
    db.session.expire_all()
    assert organisation.state is OrganisationState.CONFIRMED
    assert (decision.undone_at, item.state) == (None, ItemState.CLOSED)
    assert len(entries()) == 1


def test_what_everybody_reads_is_not_rejected_nor_what_waits_hidden(app):
    judge, (shown, reported) = moderator(), reported_post()
    waiting, held = held_post()
    for act in (
        lambda: actions.reject(judge, reported.id, version=reported.version, ruling=ruling()),
        lambda: actions.edit_and_approve(
            judge, reported.id, version=reported.version, source="Other.", ruling=ruling()
        ),
        lambda: actions.hide_of_item(judge, held.id, version=held.version, ruling=ruling()),
    ):
        with pytest.raises(Conflict, match="while you were looking"):
            act()
    db.session.expire_all()
    assert (shown.state, waiting.state) == (PostState.VISIBLE, PostState.PENDING)
    assert {reported.state, held.state} == {ItemState.OPEN}
    assert decisions() == entries() == []


def test_a_neighbour_hides_what_was_handed_over_and_nothing_else(app):
    author = make.make_account()
    post, item = reported_post(author=author)
    other = make.make_post(make.make_thread(), author)
    actions.hand_over_item(moderator(), item.id, centre="north-west", text="I know them.")
    neighbour = moderator("north-west")
    with pytest.raises(NotAllowed):
        actions.hide_post(neighbour, other, ruling=ruling())
    with pytest.raises(NotAllowed):
        actions.hide_post(moderator("london"), post, ruling=ruling(), version=item.version)
    db.session.expire_all()
    actions.hide_of_item(neighbour, item.id, version=item.version, ruling=ruling())
    assert (post.state, other.state) == (PostState.HIDDEN, PostState.VISIBLE)
    assert [decision.seat for decision in decisions()] == ["moderator-of-another-centre"]


def test_only_the_person_concerned_appeals(app):
    _post, decision = hidden_post(moderator())
    assert policy.can_appeal(decision.account, decision)
    for actor in (make.make_account(), moderator(), moderator("london")):
        assert not policy.can_appeal(actor, decision)
    # A decision about nobody is not a visitor's.
    decision.account_id = None
    assert not policy.can_appeal(Anonymous(), decision)
    db.session.rollback()


def test_only_staff_open_the_record_of_another_member(app):
    member, judge = make.make_account(), moderator()
    for actor in (judge, manager("london"), make.make_account(role="administrator")):
        assert policy.can_open_record(actor, member)
    for actor in (Anonymous(), make.make_account()):
        assert policy.can_open_record(actor, member).reason == "Only staff of a centre can do this."
    assert not policy.can_open_record(judge, judge)
