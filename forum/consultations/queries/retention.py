"""Reads of what names respondents: how much there is, what is due, what was removed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from forum.accounts.models import Account
from forum.consultations.enums import Reminder, ResponseState
from forum.consultations.models import Answer, Consultation, Respondent, Response
from forum.consultations.policy.retention import kept, removable
from forum.core.audit import AuditRecord
from forum.core.clock import london_day
from forum.core.db import db

REMOVED = "consultation.remove-identities"
HELD = "consultation.hold"
LIFTED = "consultation.lift-hold"


@dataclass(frozen=True, slots=True)
class Counted:
    """What is, or was, removed, in numbers.

    ``drafts``: responses that were never sent; ``withdrawn``: those whose answers go;
    ``confidential``: texts that were given in confidence; ``mentions``: other texts in which
    the respondent's own name or address stands.
    """

    identities: int = 0
    drafts: int = 0
    withdrawn: int = 0
    files: int = 0
    confidential: int = 0
    mentions: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A legal hold that was set or lifted, when, by whom ("" : not known) and why."""

    at: datetime
    name: str
    reason: str
    is_lifted: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """A response, who gave it, and the words by which its account is known, if any."""

    response: Response
    respondent: Respondent
    known_as: Sequence[str]


def list_removable(now: datetime) -> Sequence[int]:
    """Ids of the consultations whose identities are to be removed; for the nightly job."""
    return db.session.scalars(
        select(Consultation.id).where(removable(now)).order_by(Consultation.id)
    ).all()


def list_due_within(now: datetime, ahead: timedelta) -> Sequence[Consultation]:
    """Consultations whose identities go within ``ahead``, and whose managers were not told."""
    told = select(AuditRecord.target_id).where(
        AuditRecord.tag == "consultation.remind",
        AuditRecord.target_type == Consultation.__tablename__,
        AuditRecord.details["what"].as_string() == Reminder.RETENTION,
    )
    return db.session.scalars(
        select(Consultation)
        .where(
            kept(),
            Consultation.legal_hold == "",
            Consultation.retention_on <= london_day(now + ahead),
            Consultation.id.not_in(told),
        )
        .order_by(Consultation.id)
    ).all()


def lock_consultation(consultation_id: int) -> Consultation:
    """The consultation as it is stored, kept from changes until the transaction ends."""
    return db.session.get_one(
        Consultation, consultation_id, populate_existing=True, with_for_update=True
    )


def identities_of(consultation_id: int, *, limit: int) -> Sequence[Identity]:
    """The first ``limit`` responses of a consultation that somebody is named for."""
    rows = db.session.execute(
        select(Response, Respondent, Account.display_name, Account.email, Account.handle)
        .join(Respondent, Respondent.response_id == Response.id)
        .outerjoin(Account, Account.id == Respondent.account_id)
        .where(Respondent.consultation_id == consultation_id)
        .order_by(Response.id)
        .limit(limit)
    )
    return [
        Identity(
            row.Response,
            row.Respondent,
            (row.display_name, row.email, f"@{row.handle}") if row.handle else (),
        )
        for row in rows
    ]


def identities_left(consultation_id: int) -> Counted:
    """What the removal will find, counted; nobody's answers are read for it."""
    of_it = Response.consultation_id == consultation_id
    return Counted(
        identities=_count(Respondent.response_id, Respondent.consultation_id == consultation_id),
        drafts=_count(Response.id, of_it, Response.state == ResponseState.DRAFT),
        withdrawn=_count(Response.id, of_it, Response.state == ResponseState.WITHDRAWN),
        files=_count_answers(of_it, Answer.upload_id.is_not(None)),
        confidential=_count_answers(
            of_it,
            Answer.confidentiality.is_not(None),
            Answer.text != "",
            Response.state == ResponseState.SUBMITTED,
        ),
    )


def identities_removed(consultation_id: int) -> Counted:
    """What was removed, in all batches together."""
    total: Counter[str] = Counter()
    for details in db.session.scalars(
        select(AuditRecord.details).where(
            AuditRecord.tag == REMOVED,
            AuditRecord.target_type == Consultation.__tablename__,
            AuditRecord.target_id == consultation_id,
        )
    ):
        total.update(_counts(details))
    return Counted(**total)


def holds_of(consultation_id: int) -> Sequence[Held]:
    """The legal holds of a consultation, the newest first."""
    rows = db.session.execute(
        select(AuditRecord, Account.display_name)
        .outerjoin(Account, Account.id == AuditRecord.actor_id)
        .where(
            AuditRecord.tag.in_([HELD, LIFTED]),
            AuditRecord.target_type == Consultation.__tablename__,
            AuditRecord.target_id == consultation_id,
        )
        .order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
    )
    return [
        Held(
            row.AuditRecord.at,
            row.display_name or "",
            row.AuditRecord.reason,
            row.AuditRecord.tag == LIFTED,
        )
        for row in rows
    ]


def _counts(details: Mapping[str, int]) -> dict[str, int]:
    return {name: details.get(name, 0) for name in Counted.__slots__}


def _count(column: InstrumentedAttribute[int], *which: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(column)).where(*which)) or 0


def _count_answers(*which: ColumnElement[bool]) -> int:
    return (
        db.session.scalar(
            select(func.count(Answer.id))
            .join(Response, Response.id == Answer.response_id)
            .where(*which)
        )
        or 0
    )
