"""Deciding many items of the queue at once, under one parent decision for each centre."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed, NotFound, RoundtableError, together
from forum.moderation import policy
from forum.moderation.actions.deciding import (
    Matter,
    Recused,
    Ruling,
    check_reason,
    deciding,
    note_recusal,
    record_decision,
)
from forum.moderation.actions.posts import approve, hide_of_item, keep, reject
from forum.moderation.enums import DecisionKind
from forum.moderation.models import Decision, ReviewItem
from forum.threads import queries as threads
from forum.threads.models import Post

MOST_AT_ONCE = 100

ACTS: dict[DecisionKind, Callable[..., Decision]] = {
    DecisionKind.APPROVE: approve,
    DecisionKind.REJECT: reject,
    DecisionKind.KEEP: keep,
    DecisionKind.HIDE: hide_of_item,
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item that was not decided with the others, and why."""

    path: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of many items: parent decisions by centre, number decided, the rest."""

    parents: Sequence[Decision]
    decided: int
    skipped: Sequence[Skipped]


@dataclass(slots=True)
class Attempt:
    """An item to decide, and what stood in the way."""

    item: ReviewItem
    refusal: RoundtableError | None = None


@deciding
def decide_many(
    actor: Actor, kind: DecisionKind, *, chosen: Mapping[int, int], ruling: Ruling
) -> Bulk:
    """Decide the items in ``chosen`` (versions as shown, by id) alike.

    Those that cannot be decided are skipped; the others go through. Raises Invalid when nothing
    or too much was chosen, or clause or reason cannot be accepted; NotAllowed when none of the
    items is in the actor's queue.
    """
    _check(kind, chosen, ruling)
    attempts = [Attempt(item) for item in _hold_items(chosen)]
    if not attempts:
        raise NotFound("There are no such items.")
    if not any(policy.can_see(actor, attempt.item) for attempt in attempts):
        raise NotAllowed(policy.NOT_HERE)
    parents = [
        _decide_in_centre(actor, kind, list(group), chosen=chosen, ruling=ruling)
        for _centre, group in groupby(attempts, key=attrgetter("item.centre_id"))
    ]
    refused = [attempt for attempt in attempts if attempt.refusal]
    _raise_if_all_invalid(attempts)
    for attempt in refused:
        if isinstance(attempt.refusal, Recused):
            note_recusal(actor, attempt.refusal)
    return Bulk(
        parents=[parent for parent in parents if parent],
        decided=len(attempts) - len(refused),
        skipped=[_skipped(actor, attempt) for attempt in refused],
    )


def _check(kind: DecisionKind, chosen: Mapping[int, int], ruling: Ruling) -> None:
    if kind not in ACTS:
        raise Invalid("Choose what to do with the items")
    if not chosen:
        raise Invalid("Choose at least one item", field="items")
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid(f"Choose no more than {MOST_AT_ONCE} items", field="items")
    together(lambda: _check_clause(kind, ruling), lambda: check_reason(kind, ruling.reason, None))


def _check_clause(kind: DecisionKind, ruling: Ruling) -> None:
    if kind in policy.RESTRICTIONS and not ruling.clause:
        raise Invalid("Choose the house rule that was broken", field="clause")


def _hold_items(chosen: Mapping[int, int]) -> Sequence[ReviewItem]:
    """The items, by centre, with their posts and threads, held until this transaction ends."""
    of_items = select(ReviewItem.post_id).where(ReviewItem.id.in_(sorted(chosen)))
    threads.hold_threads(threads.hold_posts(Post.id.in_(of_items)))
    return db.session.scalars(
        select(ReviewItem)
        .options(joinedload(ReviewItem.post).joinedload(Post.thread))
        .where(ReviewItem.id.in_(sorted(chosen)))
        .order_by(ReviewItem.centre_id, ReviewItem.id)
        .with_for_update(of=ReviewItem)
        .execution_options(populate_existing=True)
    ).all()


def _decide_in_centre(
    actor: Actor,
    kind: DecisionKind,
    attempts: Sequence[Attempt],
    *,
    chosen: Mapping[int, int],
    ruling: Ruling,
) -> Decision | None:
    """The parent of what was decided; None when nothing was, which leaves no trace."""
    with db.session.begin_nested() as savepoint:
        centre_id = attempts[0].item.centre_id
        try:
            parent = record_decision(
                actor, DecisionKind.BULK, Matter(centre_id=centre_id, name="queue"), ruling
            )
        except Invalid as refusal:
            for attempt in attempts:
                attempt.refusal = refusal
            return None
        for attempt in attempts:
            _try(
                actor, kind, attempt, version=chosen[attempt.item.id], ruling=ruling, parent=parent
            )
        if all(attempt.refusal for attempt in attempts):
            savepoint.rollback()
            return None
    return parent


def _try(
    actor: Actor,
    kind: DecisionKind,
    attempt: Attempt,
    *,
    version: int,
    ruling: Ruling,
    parent: Decision,
) -> None:
    try:
        with db.session.begin_nested():
            ACTS[kind](actor, attempt.item.id, version=version, ruling=ruling, parent=parent)
    except RoundtableError as refusal:
        attempt.refusal = refusal


def _raise_if_all_invalid(attempts: Sequence[Attempt]) -> None:
    """When the clause or the reason stands in the way of all, the form is wrong."""
    refusals = [attempt.refusal for attempt in attempts]
    first = refusals[0]
    if isinstance(first, Invalid) and first.field and all(isinstance(r, Invalid) for r in refusals):
        raise first


def _skipped(actor: Actor, attempt: Attempt) -> Skipped:
    item = attempt.item
    why = attempt.refusal.message if attempt.refusal else ""
    if not policy.can_see(actor, item):
        return Skipped("", "", why)
    return Skipped(item.path, item.post.thread.title if item.post else "", why)
