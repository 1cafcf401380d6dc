"""Links by mail: each works once and for a while, and a newer one ends the older ones."""

import secrets
from datetime import timedelta

from sqlalchemy import select, update

from forum.accounts.enums import TokenPurpose
from forum.accounts.models import Account, AccountToken
from forum.accounts.queries import DEAD_LINK, hash_token
from forum.core import clock
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.transactions import action

TOKEN_BYTES = 32
LIFETIMES = {
    TokenPurpose.CONFIRM: timedelta(days=3),
    TokenPurpose.RESET: timedelta(hours=1),
    TokenPurpose.CHANGE_EMAIL: timedelta(days=1),
}


@action
def issue_token(account: Account, purpose: TokenPurpose, *, email: str = "") -> str:
    """A new token for a link mailed to ``email`` (default: the account's address)."""
    _use_up(account.id, [purpose])
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = clock.now()
    db.session.add(
        AccountToken(
            account_id=account.id,
            purpose=purpose,
            token_hash=hash_token(token),
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
            details={"email": email or account.email},
        )
    )
    return token


def redeem(token: str, purpose: TokenPurpose) -> AccountToken:
    """Use up a token within an action; raises NotFound when it does not work any more."""
    found = db.session.scalar(
        select(AccountToken)
        .where(
            AccountToken.token_hash == hash_token(token),
            AccountToken.purpose == purpose,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > clock.now(),
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound(DEAD_LINK)
    found.used_at = clock.now()
    return found


@action
def end_links(account: Account) -> None:
    """Let no link work that was mailed to the account before."""
    _use_up(account.id, list(TokenPurpose))


def _use_up(account_id: int, purposes: list[TokenPurpose]) -> None:
    db.session.execute(
        update(AccountToken)
        .where(
            AccountToken.account_id == account_id,
            AccountToken.purpose.in_(purposes),
            AccountToken.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
