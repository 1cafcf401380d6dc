"""Who may take responses away as a file."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false

from forum.consultations.models import Consultation, ResponseExport
from forum.consultations.policy.analysis import can_analyse, has_closed
from forum.core.access import YES, Actor, Decision, no


def can_export(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may have all responses that count as a file, with who gave them.

    Who reads the responses on the site may: the centre's managers.
    """
    return can_analyse(actor, consultation)


def can_export_published(consultation: Consultation, now: datetime) -> Decision:
    """Whether everybody may have what is published of the responses as a file: after closing."""
    if has_closed(consultation, now):
        return YES
    return no("Responses are published after closing.")


def can_open_export(actor: Actor, export: ResponseExport) -> Decision:
    """Whether the file is one that the actor has ordered; twin of ``ordered_by``."""
    if not export.is_public and actor.actor_id is not None:
        return YES if export.account_id == actor.actor_id else no("Somebody else ordered this.")
    return no("Nobody ordered this for themselves.")


def ordered_by(actor: Actor) -> ColumnElement[bool]:
    """Filter for ResponseExport: those that the actor has ordered; twin of ``can_open_export``."""
    if actor.actor_id is None:
        return false()
    return and_(ResponseExport.is_public.is_(False), ResponseExport.account_id == actor.actor_id)
