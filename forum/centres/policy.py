"""Who may change a centre; everybody may see every centre."""

from forum.centres.models import Centre
from forum.core.access import YES, Actor, Decision, manages, no


def can_edit(actor: Actor, centre: Centre) -> Decision:
    """Whether the actor may change what the centre says of itself, and its rules."""
    if manages(actor, centre.id):
        return YES
    return no("Only managers of this centre can do this.")
