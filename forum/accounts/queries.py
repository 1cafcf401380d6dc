"""Reads of accounts."""

import hashlib

from sqlalchemy import func, select

from forum.accounts.models import Account, HouseRules, LoginSession
from forum.core import clock
from forum.core.db import db


def hash_token(token: str) -> str:
    """What the database keeps of a token of 256 random bits: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def account_of_session(token: str) -> Account | None:
    """The account signed in with ``token``, unless its session has ended."""
    return db.session.scalar(
        select(Account)
        .join(LoginSession, LoginSession.account_id == Account.id)
        .where(
            LoginSession.token_hash == hash_token(token),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > clock.now(),
        )
    )


def account_by_email(email: str) -> Account | None:
    """The account with this address, whatever its case."""
    return db.session.scalar(select(Account).where(Account.email == normal_email(email)))


def normal_email(email: str) -> str:
    """An address as it is compared and stored."""
    return email.strip().lower()


def current_rules(centre_id: int | None = None) -> HouseRules | None:
    """The newest house rules of the site, or those that a centre adds."""
    same = (
        HouseRules.centre_id.is_(None) if centre_id is None else HouseRules.centre_id == centre_id
    )
    return db.session.scalar(
        select(HouseRules).where(same).order_by(HouseRules.version.desc()).limit(1)
    )


def count_accounts() -> int:
    """How many accounts there are."""
    return db.session.scalar(select(func.count()).select_from(Account)) or 0
