"""What moderation imposes on a member, kept with the account."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import update

from forum.accounts.actions.sessions import end_sessions
from forum.accounts.models import Account
from forum.core.access import Restriction
from forum.core.db import db

BAN = "ban"


def set_restrictions(account: Account, restrictions: Sequence[Restriction]) -> None:
    """Within an action of moderation, make these the member's restrictions, in place of others.

    A new ban ends the member's sessions everywhere.
    """
    was_banned = any(stored["kind"] == BAN for stored in account.restrictions)
    # Not through the account, whose version tells of changes by the member.
    db.session.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(restrictions=[_stored(one) for one in restrictions])
    )
    db.session.refresh(account, ["restrictions"])
    if not was_banned and any(one.kind == BAN for one in restrictions):
        end_sessions(account)


def _stored(one: Restriction) -> dict[str, object]:
    return {**asdict(one), "until": one.until.isoformat() if one.until else None}
