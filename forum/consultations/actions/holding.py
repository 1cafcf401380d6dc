"""Who edits the joint draft of an organisation: one member at a time, visibly."""

from datetime import timedelta

from forum.consultations import queries
from forum.consultations.models import Response
from forum.consultations.policy import responses as policy
from forum.consultations.policy.responses import Holder
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Conflict
from forum.core.transactions import action

HELD_FOR = timedelta(minutes=30)


@action
def hold_response(holder: Holder, response: Response) -> None:
    """Take the joint draft of an organisation for editing; raises Conflict while it is held."""
    ensure(policy.can_open(holder, response))
    ensure(policy.can_change(response, clock.now()))
    ensure_free(holder, response)
    renew_hold(holder, response)


@action
def release_response(holder: Holder, response: Response) -> None:
    """Let a colleague go on with the joint draft."""
    ensure(policy.can_open(holder, response))
    if response.editor_id == holder.actor.actor_id:
        response.edited_until = None


def ensure_free(holder: Holder, response: Response) -> None:
    """Raise Conflict while a colleague holds the joint draft."""
    now = clock.now()
    editor = queries.editor_of(response, now)
    if editor is None:
        return
    decision = policy.can_edit(holder.actor, response, now, editor=editor.display_name)
    if not decision:
        raise Conflict(decision.reason)


def renew_hold(holder: Holder, response: Response) -> None:
    """Let the actor hold a joint draft for another while; other responses need no hold."""
    respondent = response.respondent
    if respondent is not None and respondent.organisation_id is not None:
        response.editor_id = holder.actor.actor_id
        response.edited_until = clock.now() + HELD_FOR
