"""Lists of organisations: all of them, those that wait, one's own."""

from enum import StrEnum
from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from forum.accounts.enums import Region, Sector
from forum.core.errors import NotFound
from forum.organisations import queries
from forum.organisations.forms import NATIONAL
from forum.organisations.views.blueprint import bp
from forum.web.access import access, anyone, manager, member
from forum.web.login import current_actor

W = TypeVar("W", bound=StrEnum)


@bp.get("/organisations/")
@access(anyone)
def index() -> ResponseReturnValue:
    """The confirmed organisations, all or those of a sector or region."""
    sector, region = request.args.get("sector", ""), request.args.get("region", "")
    page = queries.list_organisations(
        sector=_chosen(Sector, sector),
        region=None if region == NATIONAL else _chosen(Region, region),
        national=region == NATIONAL,
        cursor=request.args.get("after", ""),
    )
    return render_template(
        "organisations/index.html",
        page=page,
        sector=sector,
        region=region,
        sectors=list(Sector),
        regions=list(Region),
    )


@bp.get("/organisations/waiting/")
@access(manager)
def waiting() -> ResponseReturnValue:
    """What waits for the manager: organisations, and members of them."""
    actor = current_actor()
    return render_template(
        "organisations/waiting.html",
        organisations=queries.waiting_for(actor),
        members=queries.waiting_members_for(actor),
    )


@bp.get("/account/organisations/")
@access(member)
def own() -> ResponseReturnValue:
    """The organisations that the member speaks for, or wishes to."""
    actor = current_actor()
    return render_template(
        "organisations/own.html", memberships=queries.memberships_of(actor.actor_id or 0)
    )


def _chosen(kind: type[W], word: str) -> W | None:
    """The word of ``kind`` in a query; None for an empty one, NotFound for any other."""
    if not word:
        return None
    try:
        return kind(word)
    except ValueError:
        raise NotFound("There is no such list of organisations.") from None
