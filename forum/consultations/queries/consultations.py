"""Reads of consultations: one with what stands on its page, and lists by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import contains_eager

from forum.accounts.models import Account
from forum.centres.models import Centre
from forum.consultations import policy
from forum.consultations.enums import Kind, Stage
from forum.consultations.models import Consultation, ConsultationTopic
from forum.consultations.stages import in_stage, stage_of
from forum.core import clock
from forum.core.access import Actor, Anonymous
from forum.core.audit import AuditRecord
from forum.core.db import UTCDateTime, db
from forum.core.errors import MovedInto, NotFound
from forum.core.pages import Page, before, decode_cursor, encode_cursor
from forum.threads import queries as threads
from forum.threads.models import Thread
from forum.topics.models import Topic

CONSULTATIONS_PER_PAGE = 20
SHOWN_ELSEWHERE = 5
# What is going on stands above; what has closed is a list with pages below it.
UPCOMING = (Stage.OPEN, Stage.FORTHCOMING)
CLOSED = (Stage.ANALYSING, Stage.RESPONDED, Stage.ENDED)


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    """A consultation in a list, with the stage that it has at the moment of asking."""

    id: int
    title: str
    url: str
    summary: str
    kind: Kind
    stage: Stage
    centre_name: str
    opens_at: datetime | None
    closes_at: datetime | None
    ended_at: datetime | None

    @property
    def next_at(self) -> datetime | None:
        """When the clock opens or closes it next."""
        return {Stage.FORTHCOMING: self.opens_at, Stage.OPEN: self.closes_at}.get(self.stage)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which consultations are looked for; None: all."""

    stage: Stage | None = None
    kind: Kind | None = None
    centre_id: int | None = None
    topic_id: int | None = None


def get_consultation(actor: Actor, consultation_id: int) -> Consultation:
    """The consultation with its centre.

    Raises NotFound when there is none that the actor may see.
    """
    found = db.session.scalar(
        select(Consultation)
        .join(Consultation.centre)
        .options(contains_eager(Consultation.centre))
        .where(Consultation.id == consultation_id, policy.visible_to(actor))
    )
    if found is None:
        raise NotFound("There is no such consultation.")
    return found


def find_draft(actor: Actor, submission_id: str) -> Consultation | None:
    """What the actor made by the form called ``submission_id``; the actor's row is held for it.

    Of two sendings at once the second one so finds what the first has made.
    """
    if not submission_id or actor.actor_id is None:
        return None
    db.session.execute(
        select(Account.id).where(Account.id == actor.actor_id).with_for_update(key_share=True)
    ).one()
    return db.session.scalar(
        select(Consultation).where(
            Consultation.author_id == actor.actor_id, Consultation.submission_id == submission_id
        )
    )


def topics_of(consultation_id: int) -> Sequence[Topic]:
    """The topics of a consultation, by name."""
    return db.session.scalars(
        select(Topic)
        .join(ConsultationTopic, ConsultationTopic.topic_id == Topic.id)
        .where(ConsultationTopic.consultation_id == consultation_id)
        .order_by(Topic.name, Topic.id)
    ).all()


def thread_of(actor: Actor, consultation: Consultation) -> Thread | None:
    """The thread where it is discussed; None without one that the actor may see."""
    thread_id = consultation.thread_id
    while thread_id is not None:
        try:
            return threads.get_thread(actor, thread_id)
        except MovedInto as moved:
            thread_id = moved.into_id
        except NotFound:
            return None
    return None


def approver_of(consultation: Consultation) -> Account | None:
    """The second manager who agreed to its length."""
    if consultation.approver_id is None:
        return None
    return db.session.get(Account, consultation.approver_id)


def list_upcoming(choice: Choice) -> Sequence[ConsultationRow]:
    """What is open, closing soonest first, and then what will open, soonest first.

    Announced ones alone; all of them, since a list is true until the first of them changes.
    """
    now = clock.now()
    wanted = tuple(stage for stage in UPCOMING if choice.stage in {None, stage})
    if not wanted:
        return []
    places = {"centre_id": choice.centre_id, "topic_id": choice.topic_id}
    given = {name: key for name, key in places.items() if key is not None}
    statement = _upcoming(wanted, choice.kind, frozenset(given))
    return [_row(found, now) for found in db.session.scalars(statement, {"now": now, **given})]


@cache
def _upcoming(
    wanted: tuple[Stage, ...], kind: Kind | None, given: frozenset[str]
) -> Select[Consultation]:
    """What everybody may see; the statement is put together once, since many pages have it."""
    now: Any = bindparam("now", type_=UTCDateTime())
    keys: dict[str, Any] = {name: bindparam(name) for name in given}
    is_later = Consultation.opens_at > now
    happens_next = case((is_later, Consultation.opens_at), else_=Consultation.closes_at)
    return (
        _chosen(Anonymous(), Choice(kind=kind, **keys))
        .where(_any_stage(wanted, now))
        .order_by(case((is_later, 1), else_=0), happens_next, Consultation.id)
    )


def list_closed(actor: Actor, choice: Choice, *, after: str = "") -> Page[ConsultationRow]:
    """What has closed, closed last first."""
    now = clock.now()
    wanted = [stage for stage in CLOSED if choice.stage in {None, stage}]
    if not wanted:
        return Page([], "")
    order = (Consultation.closes_at, Consultation.id)
    statement = _chosen(actor, choice).where(_any_stage(wanted, now))
    if after:
        statement = before(statement, order, decode_cursor(after, datetime, int))
    found = db.session.scalars(
        statement.order_by(*(column.desc() for column in order)).limit(CONSULTATIONS_PER_PAGE + 1)
    ).all()
    shown = found[:CONSULTATIONS_PER_PAGE]
    cursor = ""
    if len(found) > CONSULTATIONS_PER_PAGE and shown[-1].closes_at is not None:
        cursor = encode_cursor(shown[-1].closes_at, shown[-1].id)
    return Page([_row(one, now) for one in shown], cursor)


def list_of_centre(actor: Actor, centre_id: int) -> Sequence[ConsultationRow]:
    """All consultations of a centre that the actor may see, drafts among them, newest first."""
    now = clock.now()
    rows = db.session.scalars(
        _visible(actor)
        .where(Consultation.centre_id == centre_id)
        .order_by(Consultation.created_at.desc(), Consultation.id.desc())
    )
    return [_row(found, now) for found in rows]


def list_dated(actor: Actor, *, centre_id: int | None = None) -> Sequence[Consultation]:
    """Announced consultations for a calendar, of all centres or one, newest opening first."""
    statement = _chosen(actor, Choice(centre_id=centre_id))
    return db.session.scalars(
        statement.order_by(Consultation.opens_at.desc(), Consultation.id.desc()).limit(500)
    ).all()


def list_going_on() -> Sequence[Consultation]:
    """Announced consultations that have neither an outcome nor ended; for the nightly job."""
    return db.session.scalars(
        select(Consultation)
        .where(
            Consultation.announced_at.is_not(None),
            Consultation.responded_at.is_(None),
            Consultation.ended_at.is_(None),
        )
        .order_by(Consultation.id)
    ).all()


def reminders_told(tag: str) -> frozenset[tuple[int, str, str]]:
    """Consultation, word and date of the reminders that ``tag`` records of what goes on."""
    going_on = select(Consultation.id).where(
        Consultation.responded_at.is_(None), Consultation.ended_at.is_(None)
    )
    rows = db.session.execute(
        select(AuditRecord.target_id, AuditRecord.details).where(
            AuditRecord.tag == tag, AuditRecord.target_id.in_(going_on)
        )
    )
    return frozenset((row.target_id, row.details["what"], row.details["at"]) for row in rows)


def next_opening_or_closing() -> datetime | None:
    """The next instant at which any list of announced consultations changes by the clock."""
    now = clock.now()
    instants = (Consultation.opens_at, Consultation.closes_at)
    soonest = union_all(
        *(
            select(func.min(instant).label("at")).where(
                Consultation.announced_at.is_not(None), instant > now
            )
            for instant in instants
        )
    ).subquery()
    return min((at for at in db.session.scalars(select(soonest.c.at)) if at), default=None)


def _visible(actor: Actor) -> Select[Consultation]:
    return (
        select(Consultation)
        .join(Consultation.centre)
        .options(contains_eager(Consultation.centre))
        .where(policy.visible_to(actor))
    )


def _chosen(actor: Actor, choice: Choice) -> Select[Consultation]:
    """Announced consultations that fit ``choice``, whatever their stage."""
    statement = _visible(actor).where(Consultation.announced_at.is_not(None))
    if choice.kind is not None:
        statement = statement.where(Consultation.kind == choice.kind)
    if choice.centre_id is not None:
        statement = statement.where(Centre.id == choice.centre_id)
    if choice.topic_id is not None:
        tied = select(ConsultationTopic.consultation_id).where(
            ConsultationTopic.topic_id == choice.topic_id
        )
        statement = statement.where(Consultation.id.in_(tied))
    return statement


def _any_stage(stages: Sequence[Stage], now: datetime) -> ColumnElement[bool]:
    return or_(*(in_stage(stage, now) for stage in stages))


def _row(consultation: Consultation, now: datetime) -> ConsultationRow:
    return ConsultationRow(
        id=consultation.id,
        title=consultation.title,
        url=consultation.path,
        summary=consultation.summary,
        kind=consultation.kind,
        stage=stage_of(consultation, now),
        centre_name=consultation.centre.name,
        opens_at=consultation.opens_at,
        closes_at=consultation.closes_at,
        ended_at=consultation.ended_at,
    )
