"""Reads of accounts, sessions, mailed links and handles."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload, lazyload, undefer

from forum.accounts import policy
from forum.accounts.enums import TokenPurpose
from forum.accounts.models import (
    Account,
    AccountToken,
    FormerHandle,
    LoginSession,
)
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.statements import once_for_visitors

NO_PERSON = "There is no such member, or they do not show a public page."
DEAD_LINK = "This link does not work any more. It may have been used, or a newer one was sent."
HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,28})[a-z0-9]")
UNTYPABLE = re.compile("[\x00-\x20\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser in which the member is signed in."""

    id: int
    browser: str
    since: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is needed to check a password."""

    account_id: int
    password_hash: str


def hash_token(token: str) -> str:
    """What the database keeps of a token of 256 random bits: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def account_of_session(token: str) -> Account | None:
    """The account signed in with ``token``, unless its session has ended."""
    asked = {"token_hash": hash_token(token), "now": clock.now()}
    return db.session.scalars(_account_by_session(), asked).unique().one_or_none()


@cache
def _account_by_session() -> Select[Account]:
    """Asked with every request of a member: to put it together takes longer than to run it."""
    return (
        select(Account)
        .options(joinedload(Account.grants), undefer(Account.unread_notices))
        .join(LoginSession, LoginSession.account_id == Account.id)
        .where(
            LoginSession.token_hash == bindparam("token_hash"),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > bindparam("now"),
        )
    )


def find_account(account_id: int) -> Account | None:
    """The account with this identifier, for the site's own work."""
    return db.session.get(Account, account_id)


def account_by_email(email: str) -> Account | None:
    """The account with this address, whatever its case."""
    return db.session.scalar(select(Account).where(Account.email == normal_email(email)))


def normal_email(email: str) -> str:
    """An address as it is compared and stored; "" for what cannot be one."""
    email = email.strip().lower()
    if UNTYPABLE.search(email):
        return ""
    if email.isascii():
        return email
    try:
        found = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return found.ascii_email or ""


def credentials_of(email: str) -> Credentials | None:
    """Identifier and password hash of the account with this address."""
    row = db.session.execute(
        select(Account.id, Account.password_hash).where(Account.email == normal_email(email))
    ).first()
    return Credentials(row.id, row.password_hash) if row else None


def find_member(handle: str) -> Account | None:
    """The member with exactly this handle, whatever its case."""
    handle = handle.lower()
    if not HANDLE.fullmatch(handle):
        return None
    return db.session.scalar(select(Account).where(Account.handle == handle))


def get_person(actor: Actor, handle: str) -> Account:
    """The member with the handle, or who once had it: compare ``handle`` and redirect.

    Raises NotFound when there is none or the actor may not see their public page.
    """
    handle = handle.lower()
    if not HANDLE.fullmatch(handle):
        raise NotFound(NO_PERSON)
    account = db.session.scalar(_person_by_handle(actor), {"handle": handle})
    if account is None:
        raise NotFound(NO_PERSON)
    return account


@once_for_visitors
def _person_by_handle(actor: Actor) -> Select[Account]:
    handle = bindparam("handle", type_=Account.handle.type)
    # One value, not a set: PostgreSQL would read every account to look for them in a set.
    former = select(FormerHandle.account_id).where(FormerHandle.handle == handle)
    return (
        select(Account)
        .options(lazyload(Account.grants))
        .where(
            (Account.handle == handle) | (Account.id == former.scalar_subquery()),
            policy.visible_to(actor),
        )
        .order_by((Account.handle == handle).desc(), Account.id)
        .limit(1)
    )


def sessions_of(actor: Actor, *, token: str) -> Sequence[SessionRow]:
    """Live sessions of the actor, newest first; ``token`` tells which is this browser's."""
    sessions = db.session.scalars(
        select(LoginSession)
        .where(
            LoginSession.account_id == actor.actor_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > clock.now(),
        )
        .order_by(LoginSession.created_at.desc(), LoginSession.id.desc())
    )
    this = hash_token(token)
    return [
        SessionRow(
            session.id, session.browser, session.created_at, is_this=session.token_hash == this
        )
        for session in sessions
    ]


def get_session(actor: Actor, session_id: int) -> LoginSession:
    """A session of the actor's own; raises NotFound for anybody else's."""
    session = db.session.scalar(
        select(LoginSession).where(
            LoginSession.id == session_id, LoginSession.account_id == actor.actor_id
        )
    )
    if session is None:
        raise NotFound("There is no such session.")
    return session


def session_of(token: str) -> LoginSession | None:
    """The session of a token, ended or not."""
    return db.session.scalar(
        select(LoginSession).where(LoginSession.token_hash == hash_token(token))
    )


def get_own_account(actor: Actor) -> Account:
    """The actor's account; raises NotFound for visitors."""
    account = db.session.get(Account, actor.actor_id) if actor.actor_id else None
    if account is None:
        raise NotFound("There is no such account.")
    return account


def account_of_link(token: str, purpose: TokenPurpose) -> Account:
    """The account of a mailed link that still works; raises NotFound for a dead one."""
    account = db.session.scalar(
        select(Account)
        .join(AccountToken, AccountToken.account_id == Account.id)
        .where(
            AccountToken.token_hash == hash_token(token),
            AccountToken.purpose == purpose,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > clock.now(),
        )
    )
    if account is None:
        raise NotFound(DEAD_LINK)
    return account


def is_confirmed_by(token: str) -> bool:
    """Whether ``token`` was a link for confirming an address that is confirmed by now."""
    confirmed = select(AccountToken.id).where(
        AccountToken.token_hash == hash_token(token),
        AccountToken.purpose == TokenPurpose.CONFIRM,
        AccountToken.account_id == Account.id,
        Account.confirmed_at.is_not(None),
    )
    return db.session.scalar(confirmed) is not None


def taken_handles(beginning: str) -> frozenset[str]:
    """Handles equal to ``beginning`` or followed by a hyphen, in use now or formerly."""
    like = f"{beginning}-%"
    now = select(Account.handle).where((Account.handle == beginning) | Account.handle.like(like))
    formerly = select(FormerHandle.handle).where(
        (FormerHandle.handle == beginning) | FormerHandle.handle.like(like)
    )
    return frozenset(db.session.scalars(now.union(formerly)))


def holder_of_former_handle(handle: str) -> int | None:
    """Identifier of the account that gave up the handle."""
    return db.session.scalar(select(FormerHandle.account_id).where(FormerHandle.handle == handle))
