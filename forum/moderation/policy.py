"""Who may decide what. Whether an interest stands in the way is asked in ``queries.concerns``."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, and_, false, or_, true

from forum.accounts import policy as accounts
from forum.accounts.models import Account
from forum.core import clock
from forum.core.access import YES, Actor, Decision, manages, moderates, no
from forum.moderation.enums import DecisionKind, ItemKind, ItemState, SanctionKind, Seat
from forum.moderation.models import Complaint, ReviewItem, Sanction, SealOpening
from forum.moderation.models import Decision as Decided
from forum.threads.enums import PostState, ThreadKind
from forum.threads.models import Thread

UNDO_FOR = timedelta(minutes=10)
APPEAL_FOR = timedelta(days=28)
CLAIM_FOR = timedelta(minutes=30)
ANSWER_WITHIN = timedelta(days=1)
NOT_HERE = "Only moderators of this centre can do this."
OWN = "This concerns you. Somebody else must decide."
ALL_CENTRES = "Only administrators can do this for all centres."
# Sanctions that restrict what a member may do; notes and warnings do not.
IMPOSED = (SanctionKind.SLOW_MODE, SanctionKind.SUSPENSION, SanctionKind.BAN)

# What takes something from somebody: needs a clause and a reason, and can be appealed.
RESTRICTIONS = frozenset(
    {
        DecisionKind.REJECT,
        DecisionKind.HIDE,
        DecisionKind.REDACT,
        DecisionKind.LOCK,
        DecisionKind.WARN,
        DecisionKind.SLOW_MEMBER,
        DecisionKind.SUSPEND,
        DecisionKind.BAN,
    }
)
# What changes a debate for all: needs a reason.
EXPLAINED = RESTRICTIONS | {
    DecisionKind.EDIT,
    DecisionKind.MOVE,
    DecisionKind.MERGE,
    DecisionKind.SPLIT,
    DecisionKind.RETOPIC,
    DecisionKind.SLOW_MODE,
    DecisionKind.HOLD_POSTS,
    DecisionKind.REFUSE_ORGANISATION,
    DecisionKind.UPHOLD_DECISION,
    DecisionKind.REVERSE,
}


class Judged(Protocol):
    """What a rule needs to know of a post or a thread."""

    @property
    def author_id(self) -> int: ...


class Reported(Judged, Protocol):
    """What a rule needs to know of a post that somebody wants to report."""

    @property
    def state(self) -> PostState: ...
    @property
    def thread(self) -> Thread: ...


class Claimed(Protocol):
    """What a rule needs to know of an item that somebody may have claimed."""

    @property
    def claimed_by(self) -> int | None: ...
    @property
    def claimed_at(self) -> datetime | None: ...


def can_see(actor: Actor, item: ReviewItem) -> Decision:
    """Whether the item stands in the actor's queue; twin of ``visible_to``."""
    if item.kind is ItemKind.APPEAL:
        return can_hear(actor, item.centre_id)
    if item.kind is ItemKind.COMPLAINT:
        return YES if manages(actor, item.centre_id) else no(NOT_HERE)
    if moderates(actor, item.centre_id):
        return YES
    if item.handed_to is not None and item.handed_to in actor.moderated_centres:
        return YES
    return no(NOT_HERE)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter for statements that select from ReviewItem; twin of ``can_see``."""
    return or_(false(), *visible_parts(actor))


def visible_parts(actor: Actor) -> Sequence[ColumnElement[bool]]:
    """``visible_to`` in parts without a common item, for each of which there is an index."""
    if actor.is_admin:
        return [true()]
    centres = sorted(actor.moderated_centres)
    if not centres:
        return []
    is_appeal = ReviewItem.kind == ItemKind.APPEAL
    is_own = ReviewItem.centre_id.in_(centres)
    # What is said of the moderators of a centre is for its managers alone.
    is_theirs = or_(
        ReviewItem.kind != ItemKind.COMPLAINT,
        ReviewItem.centre_id.in_(sorted(actor.managed_centres)),
    )
    return [
        and_(is_own, ~is_appeal, is_theirs),
        and_(ReviewItem.handed_to.in_(centres), ~is_own, ~is_appeal),
        and_(is_appeal, ~is_own),
    ]


def can_hear(actor: Actor, centre_id: int) -> Decision:
    """Whether the actor may decide appeals against decisions of the centre."""
    if actor.is_admin:
        return YES
    if not actor.moderated_centres:
        return no("Only moderators can do this.")
    if centre_id in actor.moderated_centres:
        return no("Appeals are decided by moderators of another centre.")
    return YES


def can_decide(actor: Actor, item: ReviewItem) -> Decision:
    """Whether the actor may decide the item: in the right seat, and not about themself."""
    if not (decision := can_see(actor, item)):
        return decision
    if item.author_id is not None and item.author_id == actor.actor_id:
        return no(OWN)
    if item.escalated_at and item.handed_to is None and item.kind is not ItemKind.APPEAL:
        return _can_decide_escalated(actor, item)
    return YES


def _can_decide_escalated(actor: Actor, item: ReviewItem) -> Decision:
    if manages(actor, item.centre_id):
        return YES
    return no("This was passed to the managers of the centre.")


def can_claim(actor: Actor, item: ReviewItem) -> Decision:
    """Whether the actor may take the item for themself."""
    if item.state is not ItemState.OPEN:
        return no("This has been decided.")
    return can_decide(actor, item)


def is_claimed_by_another(actor: Actor, item: Claimed) -> bool:
    """Whether somebody else has claimed the item within the last half hour."""
    if item.claimed_by in {None, actor.actor_id} or item.claimed_at is None:
        return False
    return clock.now() < item.claimed_at + CLAIM_FOR


def was_claimed_by_another(actor: Actor, item: Claimed) -> bool:
    """Whether somebody else has claimed the item, and the half hour is over."""
    by_another = item.claimed_by not in {None, actor.actor_id}
    return by_another and not is_claimed_by_another(actor, item)


def can_judge(
    actor: Actor, thing: Judged, centre_id: int, item: ReviewItem | None = None
) -> Decision:
    """Whether the actor may decide about a post or thread of the centre, with its item if any."""
    if thing.author_id == actor.actor_id:
        return no(OWN)
    if moderates(actor, centre_id):
        return YES
    if item is not None and item.handed_to is not None:
        return can_see(actor, item)
    return no(NOT_HERE)


def can_arrange_own(actor: Actor, thread: Thread) -> Decision:
    """Whether the actor may pin or unpin the thread as staff who announce something."""
    if thread.kind is not ThreadKind.ANNOUNCEMENT or thread.author_id != actor.actor_id:
        return no(OWN)
    return YES if moderates(actor, thread.centre_id) else no(NOT_HERE)


def can_move_to(actor: Actor, centre_id: int) -> Decision:
    """Whether the actor may put threads on boards of the centre."""
    if moderates(actor, centre_id):
        return YES
    return no("You can move threads only to boards of centres that you moderate.")


def can_open_seal(actor: Actor, centre_id: int) -> Decision:
    """Whether the actor may, with a second person, read what was removed from a post."""
    if actor.actor_id is not None and manages(actor, centre_id):
        return YES
    return no("Only managers of this centre and administrators can do this.")


def can_read_seal(actor: Actor, openings: Sequence[SealOpening]) -> Decision:
    """Whether the actor asked or agreed within the last hour that a sealed text is read."""
    if any(
        is_open(opening) and actor.actor_id in {opening.asked_by, opening.agreed_by}
        for opening in openings
    ):
        return YES
    return no("Two persons have to agree first. They can read it for one hour.")


def is_open(opening: SealOpening) -> bool:
    """Whether two persons may read the sealed text now."""
    return opening.closes_at is not None and clock.now() < opening.closes_at


def waits(opening: SealOpening) -> bool:
    """Whether a second person can agree to it now: within a day."""
    return opening.agreed_at is None and clock.now() < opening.asked_at + ANSWER_WITHIN


def can_undo(actor: Actor, decision: Decided) -> Decision:
    """Whether the actor may take the decision back: one's own, for ten minutes."""
    if decision.actor_id is None or decision.actor_id != actor.actor_id:
        return no("Only whoever decided can undo this.")
    if decision.undone_at is not None:
        return no("This has been undone already.")
    if decision.kind in {DecisionKind.UNDO, DecisionKind.REVERSE, DecisionKind.UPHOLD_DECISION}:
        return no("This cannot be undone. A new decision can correct it.")
    if clock.now() >= decision.at + UNDO_FOR:
        return no("The ten minutes for undoing have passed. A new decision can correct it.")
    return YES


def can_appeal(actor: Actor, decision: Decided) -> Decision:
    """Whether the actor may appeal: the person restricted, within 28 days."""
    if actor.actor_id is None or decision.account_id != actor.actor_id:
        return no("Only the person concerned can appeal.")
    if decision.kind not in RESTRICTIONS:
        return no("This decision restricts nobody, so there is nothing to appeal.")
    if decision.undone_at is not None:
        return no("This decision has been undone.")
    if clock.now() >= decision.at + APPEAL_FOR:
        return no("The 28 days for an appeal have passed.")
    return YES


def can_watch(actor: Actor, centre_id: int | None) -> Decision:
    """Whether the actor may change the watched words of the centre (None: those for all)."""
    if centre_id is None:
        return YES if actor.is_admin else no("Only administrators change the words for all.")
    return YES if moderates(actor, centre_id) else no(NOT_HERE)


def can_answer_complaint(actor: Actor, complaint: Complaint) -> Decision:
    """Whether the actor may read and answer the complaint: the centre's managers, not their own."""
    if not manages(actor, complaint.centre_id):
        return no("Only managers of this centre can do this.")
    if complaint.account_id is not None and complaint.account_id == actor.actor_id:
        return no(OWN)
    return YES


def seat_of(actor: Actor | None, centre_id: int | None) -> Seat:
    """In which role the actor decides something of the centre (None: of the whole site)."""
    if actor is None:
        return Seat.SITE
    if centre_id is not None and centre_id in actor.managed_centres:
        return Seat.MANAGER
    if centre_id is not None and centre_id in actor.moderated_centres:
        return Seat.MODERATOR
    return Seat.ADMINISTRATOR if actor.is_admin else Seat.NEIGHBOUR


def can_report(actor: Actor, post: Reported) -> Decision:
    """Whether the actor, who may be a visitor, may report the post that they can see."""
    if actor.actor_id is not None and post.author_id == actor.actor_id:
        return no("This is your own post. Edit it or withdraw it.")
    if not (decision := accounts.is_free(actor, post.thread.centre_id)):
        return decision
    if post.state is not PostState.VISIBLE:
        return no("This post cannot be read by everybody now, so there is nothing to report.")
    return YES


def can_note(actor: Actor, member: Account, centre_id: int | None) -> Decision:
    """Whether the actor may note something about the member, for staff of the centre alone."""
    if member.id == actor.actor_id:
        return no(OWN)
    if centre_id is None:
        return YES if actor.is_admin else no(ALL_CENTRES)
    return YES if moderates(actor, centre_id) else no(NOT_HERE)


def can_open_record(actor: Actor, member: Account) -> Decision:
    """Whether the actor may write into the member's record for some centre."""
    if member.id == actor.actor_id:
        return no(OWN)
    if actor.is_admin or actor.moderated_centres:
        return YES
    return no("Only staff of a centre can do this.")


def can_sanction(actor: Actor, member: Account, centre_id: int | None) -> Decision:
    """Whether the actor may warn or restrict the member in the centre (None: in all).

    Roles are ended by administrators, not by sanctions: staff of the place are out of reach.
    """
    if not (decision := can_note(actor, member, centre_id)):
        return decision
    if member.is_admin:
        return no("Administrators cannot be sanctioned. Another one can end their role.")
    if centre_id in member.moderated_centres or (centre_id is None and member.is_staff):
        return no("This member is staff there. An administrator can end their role first.")
    return YES


def can_ban(actor: Actor, member: Account, centre_id: int | None) -> Decision:
    """Whether the actor may ban the member from the centre (a manager) or from all."""
    if not (decision := can_sanction(actor, member, centre_id)):
        return decision
    if not _may_ban(actor, centre_id):
        return no("Only managers of the centre can ban a member from it.")
    return YES


def can_lift(actor: Actor, sanction: Sanction) -> Decision:
    """Whether the actor may end a sanction before its time."""
    if not (decision := can_note(actor, sanction.account, sanction.centre_id)):
        return decision
    if sanction.kind is SanctionKind.BAN and not _may_ban(actor, sanction.centre_id):
        return no("Only managers of the centre can lift a ban.")
    if sanction.kind not in IMPOSED:
        return no("This restricts nothing, so there is nothing to lift.")
    if sanction.lifted_at is not None:
        return no("This has been lifted already.")
    if sanction.ends_at is not None and sanction.ends_at <= clock.now():
        return no("This has ended by itself.")
    return YES


def _may_ban(actor: Actor, centre_id: int | None) -> bool:
    return actor.is_admin or (centre_id is not None and manages(actor, centre_id))
