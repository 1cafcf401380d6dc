"""What a member says about themself."""

from sqlalchemy import delete

from forum.accounts import queries
from forum.accounts.actions import values
from forum.accounts.enums import Region, Sector
from forum.accounts.models import Account, FormerHandle
from forum.core import audit, clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.transactions import action


@action
def edit_profile(
    actor: Actor,
    *,
    version: int,
    display_name: str,
    handle: str,
    about: str,
    sector: Sector,
    region: Region | None,
    is_hidden: bool,
) -> Account:
    """Change the actor's profile.

    Raises Conflict when it is no longer at ``version``, Invalid for values that cannot be
    accepted.
    """
    account = queries.get_own_account(actor)
    if account.version != version:
        raise Conflict("Your profile was changed meanwhile, perhaps in another window.")
    _change_handle(account, values.accept_handle(handle, account=account))
    account.display_name = values.accept_name(display_name)
    account.about = values.accept_about(about)
    account.sector = sector
    account.region = region
    account.is_hidden = is_hidden
    audit.record(actor, "account.edit", account)
    return account


def _change_handle(account: Account, handle: str) -> None:
    if handle == account.handle:
        return
    db.session.execute(delete(FormerHandle).where(FormerHandle.handle == handle))
    db.session.add(
        FormerHandle(handle=account.handle, account_id=account.id, given_up_at=clock.now())
    )
    account.handle = handle
    db.session.flush()
