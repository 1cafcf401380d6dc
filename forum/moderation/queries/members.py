"""The record of a member, for staff, within the centres that the actor moderates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from forum.accounts import queries as accounts
from forum.accounts.models import Account
from forum.centres.models import Centre
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.pages import Page, before, decode_cursor, encode_cursor
from forum.moderation.enums import DecisionKind, ReportOutcome
from forum.moderation.models import Decision, Report, ReviewItem, Sanction
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread

DECISIONS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """What staff of the actor's centres should know before they decide about a member.

    ``posts`` counts the member's posts by state, ``decided`` the decisions about them by kind
    that were not undone, ``reports`` those that the member made by outcome.
    """

    posts: Mapping[PostState, int]
    decided: Mapping[DecisionKind, int]
    reports: Mapping[ReportOutcome, int]
    sanctions: Sequence[Sanction]
    decisions: Page[Decision]


def member_record(actor: Actor, account_id: int, *, after: str = "") -> MemberRecord:
    """The member's record in the centres of the actor; administrators see all centres."""
    return MemberRecord(
        posts=_posts(actor, account_id),
        decided=_decided(actor, account_id),
        reports=_reports(actor, account_id),
        sanctions=_sanctions(actor, account_id),
        decisions=_decisions(actor, account_id, after=after),
    )


def _posts(actor: Actor, account_id: int) -> dict[PostState, int]:
    rows = db.session.execute(
        select(Post.state, func.count())
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.author_id == account_id, _within(actor, Thread.centre_id))
        .group_by(Post.state)
    )
    return {row[0]: row[1] for row in rows}


def _decided(actor: Actor, account_id: int) -> dict[DecisionKind, int]:
    rows = db.session.execute(
        select(Decision.kind, func.count())
        .where(
            Decision.account_id == account_id,
            Decision.undone_at.is_(None),
            _within_or_all(actor, Decision.centre_id),
        )
        .group_by(Decision.kind)
    )
    return {row[0]: row[1] for row in rows}


def _reports(actor: Actor, account_id: int) -> dict[ReportOutcome, int]:
    rows = db.session.execute(
        select(Report.outcome, func.count())
        .join(ReviewItem, ReviewItem.id == Report.item_id)
        .where(Report.reporter_id == account_id, _within(actor, ReviewItem.centre_id))
        .group_by(Report.outcome)
    )
    return {row[0]: row[1] for row in rows}


def _sanctions(actor: Actor, account_id: int) -> Sequence[Sanction]:
    return db.session.scalars(
        select(Sanction)
        .options(
            joinedload(Sanction.centre),
            joinedload(Sanction.decision).joinedload(Decision.actor).lazyload(Account.grants),
        )
        .where(
            Sanction.account_id == account_id,
            _within_or_all(actor, Sanction.centre_id),
        )
        .order_by(Sanction.id.desc())
    ).all()


def _decisions(actor: Actor, account_id: int, *, after: str) -> Page[Decision]:
    statement = (
        select(Decision)
        .options(
            joinedload(Decision.centre),
            joinedload(Decision.actor).lazyload(Account.grants),
        )
        .where(Decision.account_id == account_id, _within_or_all(actor, Decision.centre_id))
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(DECISIONS_PER_PAGE + 1)
    )
    if after:
        statement = before(
            statement, (Decision.at, Decision.id), decode_cursor(after, datetime, int)
        )
    found = db.session.scalars(statement).all()
    rows = found[:DECISIONS_PER_PAGE]
    more = len(found) > DECISIONS_PER_PAGE
    return Page(rows, encode_cursor(rows[-1].at, rows[-1].id) if more else "")


def get_sanction(actor: Actor, account_id: int, sanction_id: int) -> Sanction:
    """A sanction of the member in a centre of the actor or in all; raises NotFound."""
    sanction = db.session.scalar(
        select(Sanction)
        .options(joinedload(Sanction.centre))
        .where(
            Sanction.id == sanction_id,
            Sanction.account_id == account_id,
            _within_or_all(actor, Sanction.centre_id),
        )
    )
    if sanction is None or not actor.is_staff:
        raise NotFound("There is no such sanction.")
    return sanction


def hold_account(account_id: int) -> Account:
    """The member's account, read anew and held until this transaction ends; raises NotFound."""
    account = db.session.scalar(
        select(Account)
        .where(Account.id == account_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if account is None:
        raise NotFound("There is no such member.")
    return account


def hold_sanction(sanction_id: int) -> Sanction:
    """The sanction, read anew and held until this transaction ends; raises NotFound."""
    sanction = db.session.scalar(
        select(Sanction)
        .where(Sanction.id == sanction_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if sanction is None:
        raise NotFound("There is no such sanction.")
    return sanction


def moderated_by(actor: Actor) -> Sequence[Centre]:
    """The centres that the actor moderates, by name."""
    return db.session.scalars(
        select(Centre).where(_within(actor, Centre.id)).order_by(Centre.name, Centre.id)
    ).all()


def clauses_to_choose(places: Iterable[Centre]) -> dict[str, Sequence[tuple[str, str]]]:
    """The clauses in force in the centres, as values and titles, in groups by their rules."""
    groups: dict[str, Sequence[tuple[str, str]]] = {}
    for place in places:
        for held in accounts.rules_in_force(place.id):
            title = "House rules" if held.rules.centre_id is None else f"Rules of {place.name}"
            groups[title] = [
                (f"{held.rules.id}:{clause.number}", f"{clause.number}. {clause.title}")
                for clause in held.clauses
            ]
    return groups


def _within(actor: Actor, centre_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return true() if actor.is_admin else centre_id.in_(sorted(actor.moderated_centres))


def _within_or_all(
    actor: Actor, centre_id: InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """In a centre of the actor, or for the whole site."""
    if actor.is_admin:
        return true()
    return or_(centre_id.in_(sorted(actor.moderated_centres)), centre_id.is_(None))
