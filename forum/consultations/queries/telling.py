"""Reads about whom an edition concerns, and what they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager

from forum.accounts.models import Account
from forum.consultations.enums import Channel, ResponseState
from forum.consultations.models import Consultation, Edition, Respondent, Response
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.organisations.enums import MembershipState, OrganisationState
from forum.organisations.models import Membership, Organisation

# Responses, begun or sent, that can still be changed here by those who gave them.
GOING_ON = and_(Response.state != ResponseState.WITHDRAWN, Response.channel == Channel.ONLINE)
IS_VISITOR = and_(Respondent.account_id.is_(None), Respondent.organisation_id.is_(None))


@dataclass(frozen=True, slots=True)
class EditionNews:
    """What respondents are told of an edition; ``is_longer``: the closing was moved."""

    title: str
    path: str
    note: str
    closes_at: datetime
    is_longer: bool


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where to write to somebody without an account, and their consultation and reference."""

    email: str
    reference: str
    consultation_id: int


def news_of(consultation_id: int, edition: int) -> EditionNews:
    """What is new in an edition."""
    consultation = db.session.get_one(Consultation, consultation_id)
    newest, *before = db.session.scalars(
        select(Edition)
        .where(Edition.consultation_id == consultation_id, Edition.number <= edition)
        .order_by(Edition.number.desc())
        .limit(2)
    )
    return EditionNews(
        title=consultation.title,
        path=consultation.path,
        note=newest.note,
        closes_at=newest.closes_at,
        is_longer=any(newest.closes_at > one.closes_at for one in before),
    )


def visitors_concerned(consultation_id: int) -> Sequence[int]:
    """Ids of the responses without an account whose respondents gave an address."""
    return db.session.scalars(
        select(Response.id)
        .join(Respondent, Respondent.response_id == Response.id)
        .where(
            Response.consultation_id == consultation_id,
            GOING_ON,
            IS_VISITOR,
            Respondent.email != "",
        )
        .order_by(Response.id)
    ).all()


def address_of(response_id: int) -> Addressed | None:
    """Where to write to about a response; None when it was withdrawn, or nobody is named."""
    row = db.session.execute(
        select(Respondent.email, Response.reference, Response.consultation_id)
        .join(Respondent, Respondent.response_id == Response.id)
        .where(Response.id == response_id, GOING_ON, IS_VISITOR)
    ).one_or_none()
    return Addressed(*row) if row else None


def members_concerned(consultation_id: int, *, account_id: int | None = None) -> Sequence[Account]:
    """The members who respond for themselves, or write for an organisation; perhaps only one.

    The latter are whoever began or last edited its response, and its stewards, while they speak
    for it.
    """
    responses = (
        select(Respondent.account_id)
        .join(Response, Response.id == Respondent.response_id)
        .where(Response.consultation_id == consultation_id, GOING_ON)
    )
    own = responses.where(Respondent.organisation_id.is_(None), Respondent.account_id.is_not(None))
    joint = (
        responses.with_only_columns(Membership.account_id)
        .join(Membership, Membership.organisation_id == Respondent.organisation_id)
        .join(Membership.organisation)
        .where(_writes())
    )
    wanted = select(Account).where(or_(Account.id.in_(own), Account.id.in_(joint)))
    if account_id is not None:
        wanted = wanted.where(Account.id == account_id)
    return db.session.scalars(wanted.order_by(Account.id)).all()


def stewards_of(response: Response) -> Sequence[Account]:
    """Who may sign off what an organisation sends: its confirmed stewards."""
    return db.session.scalars(
        _people_of(response).where(Membership.is_steward.is_(True)).order_by(Account.id)
    ).all()


def writers_of(response: Response) -> Sequence[Account]:
    """Who writes for an organisation: whoever began or last edited its response."""
    respondent = response.respondent
    writers = [respondent.account_id, response.editor_id] if respondent else []
    return db.session.scalars(
        _people_of(response).where(Account.id.in_(filter(None, writers))).order_by(Account.id)
    ).all()


def response_with_respondent(response_id: int) -> Response | None:
    """A response that somebody is named for; None when it is gone."""
    return db.session.scalar(
        select(Response)
        .join(Response.respondent)
        .join(Response.consultation)
        .options(contains_eager(Response.respondent), contains_eager(Response.consultation))
        .where(Response.id == response_id)
    )


def _people_of(response: Response) -> Select[Account]:
    """Accounts that speak for the organisation of a response, joined with Membership."""
    respondent = response.respondent
    return (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .join(Membership.organisation)
        .where(
            Membership.organisation_id == (respondent.organisation_id if respondent else None),
            Membership.state == MembershipState.CONFIRMED,
            Organisation.state == OrganisationState.CONFIRMED,
        )
    )


def was_told(tag: str, consultation_id: int, edition: int) -> bool:
    """Whether ``tag`` records that respondents were told of the edition."""
    found = select(AuditRecord.id).where(
        AuditRecord.tag == tag,
        AuditRecord.target_type == Consultation.__tablename__,
        AuditRecord.target_id == consultation_id,
        AuditRecord.details["edition"].as_integer() == edition,
    )
    return db.session.scalar(found.limit(1)) is not None


def _writes() -> ColumnElement[bool]:
    """Filter for Membership joined with Organisation, Respondent and Response."""
    return and_(
        Membership.state == MembershipState.CONFIRMED,
        Organisation.state == OrganisationState.CONFIRMED,
        or_(
            Membership.is_steward.is_(True),
            Membership.account_id == Respondent.account_id,
            Membership.account_id == Response.editor_id,
        ),
    )
