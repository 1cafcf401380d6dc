"""Reads for administrators: accounts and their roles, the audit trail, events that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from forum.accounts import policy
from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.accounts.queries import UNTYPABLE, normal_email
from forum.centres.models import Centre
from forum.core.access import Actor, ensure
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.outbox import OutboxEvent
from forum.core.pages import Page, before, decode_cursor, encode_cursor

MOST_FOUND = 50
MOST_EVENTS = 100
RECORDS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list."""

    id: int
    handle: str
    display_name: str
    is_confirmed: bool

    @property
    def url(self) -> str:
        """Address of the page that shows the account to administrators."""
        return f"/admin/accounts/{self.id}/"


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role somebody holds; ``centre_name`` and ``granted_by`` are "" for none."""

    id: int
    account: AccountRow
    role: Role
    centre_name: str
    granted_at: datetime
    granted_by: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """What somebody did; ``actor_name`` is "" for the site itself and for commands."""

    id: int
    at: datetime
    actor_name: str
    actor_url: str
    tag: str
    target: str
    centre_name: str
    reason: str
    details: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event that was not delivered yet."""

    id: int
    name: str
    created_at: datetime
    next_attempt_at: datetime
    attempts: int
    last_error: str
    is_given_up: bool


def search_accounts(actor: Actor, text: str) -> Sequence[AccountRow]:
    """Accounts whose handle or name holds ``text`` or whose address it is, by handle."""
    ensure(policy.can_administer(actor))
    text = text.strip()
    if not text or UNTYPABLE.search(text.replace(" ", "")):
        return []
    rows = db.session.execute(
        select(*ACCOUNT_COLUMNS)
        .where(
            or_(
                Account.handle.icontains(text.removeprefix("@"), autoescape=True),
                Account.display_name.icontains(text, autoescape=True),
                Account.email == normal_email(text),
            )
        )
        .order_by(Account.handle)
        .limit(MOST_FOUND)
    )
    return [_account_row(*row) for row in rows]


ACCOUNT_COLUMNS = (Account.id, Account.handle, Account.display_name, Account.confirmed_at)


def _account_row(
    key: int, handle: str, display_name: str, confirmed_at: datetime | None
) -> AccountRow:
    return AccountRow(key, handle, display_name, is_confirmed=confirmed_at is not None)


def get_account(actor: Actor, account_id: int) -> Account:
    """Any account, for an administrator; raises NotFound."""
    ensure(policy.can_administer(actor))
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def list_grants(actor: Actor, account_id: int | None = None) -> Sequence[GrantRow]:
    """All roles, or those of one account: administrators first, then by centre and name."""
    ensure(policy.can_administer(actor))
    giver = aliased(Account)
    statement = (
        select(
            RoleGrant.id,
            RoleGrant.role,
            RoleGrant.granted_at,
            Centre.name,
            giver.display_name,
            *ACCOUNT_COLUMNS,
        )
        .join(Account, Account.id == RoleGrant.account_id)
        .outerjoin(Centre, Centre.id == RoleGrant.centre_id)
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .order_by(
            RoleGrant.centre_id.is_not(None),
            Centre.region,
            RoleGrant.role,
            Account.display_name,
            RoleGrant.id,
        )
    )
    if account_id is not None:
        statement = statement.where(RoleGrant.account_id == account_id)
    return [_grant_row(*row) for row in db.session.execute(statement)]


def _grant_row(
    key: int, role: Role, at: datetime, centre: str | None, by: str | None, *account: Any
) -> GrantRow:
    return GrantRow(key, _account_row(*account), role, centre or "", at, by or "")


def get_grant(actor: Actor, account_id: int, grant_id: int) -> RoleGrant:
    """A role of an account; raises NotFound."""
    ensure(policy.can_administer(actor))
    grant = db.session.get(RoleGrant, grant_id)
    if grant is None or grant.account_id != account_id:
        raise NotFound("The account does not have this role any more.")
    return grant


def list_records(
    actor: Actor, *, after: str = "", limit: int = RECORDS_A_PAGE, account_id: int | None = None
) -> Page[RecordRow]:
    """The audit trail, newest first; ``account_id`` narrows it to one account's role and data."""
    ensure(policy.can_administer(actor))
    statement = (
        select(AuditRecord, Account.display_name, Account.id, Centre.name)
        .outerjoin(Account, Account.id == AuditRecord.actor_id)
        .outerjoin(Centre, Centre.id == AuditRecord.centre_id)
        .order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
        .limit(limit + 1)
    )
    if account_id is not None:
        statement = statement.where(
            AuditRecord.target_type == Account.__tablename__, AuditRecord.target_id == account_id
        )
    if after:
        place = decode_cursor(after, datetime, int)
        statement = before(statement, (AuditRecord.at, AuditRecord.id), place)
    rows = db.session.execute(statement).all()
    last = rows[limit - 1][0] if len(rows) > limit else None
    return Page(
        [_record_row(*row) for row in rows[:limit]],
        encode_cursor(last.at, last.id) if last else "",
    )


def _record_row(
    record: AuditRecord, actor_name: str | None, actor_id: int | None, centre_name: str | None
) -> RecordRow:
    return RecordRow(
        id=record.id,
        at=record.at,
        actor_name=actor_name or "",
        actor_url=f"/admin/accounts/{actor_id}/" if actor_id else "",
        tag=record.tag,
        target=f"{record.target_type} {record.target_id}",
        centre_name=centre_name or "",
        reason=record.reason,
        details=_words(record.details),
    )


def _words(details: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(details.items()) if value)


def undelivered_events(actor: Actor) -> Sequence[EventRow]:
    """Events tried in vain or given up, oldest first."""
    ensure(policy.can_administer(actor))
    events = db.session.scalars(
        select(OutboxEvent)
        .where(OutboxEvent.delivered_at.is_(None), OutboxEvent.last_error != "")
        .order_by(OutboxEvent.created_at, OutboxEvent.id)
        .limit(MOST_EVENTS)
    )
    return [
        EventRow(
            event.id,
            event.name,
            event.created_at,
            event.next_attempt_at,
            event.attempts,
            event.last_error,
            is_given_up=event.given_up_at is not None,
        )
        for event in events
    ]


def get_event(actor: Actor, event_id: int) -> OutboxEvent:
    """An event that was not delivered yet; raises NotFound."""
    ensure(policy.can_administer(actor))
    event = db.session.get(OutboxEvent, event_id)
    if event is None or event.delivered_at is not None:
        raise NotFound("There is no such event, or it has been delivered.")
    return event
