"""What the pages of consultations share."""

from typing import Any

from flask import render_template

from forum.consultations import policy, queries
from forum.consultations.forms import (
    CHANNEL_NAMES,
    KIND_NAMES,
    PUBLICATION_NAMES,
    REMOVAL_NAMES,
    STAGE_NAMES,
)
from forum.consultations.stages import stage_of
from forum.core import clock
from forum.core.access import ensure
from forum.web.login import current_actor

NAMES = {
    "channels": CHANNEL_NAMES,
    "kinds": KIND_NAMES,
    "publications": PUBLICATION_NAMES,
    "removals": REMOVAL_NAMES,
    "stages": STAGE_NAMES,
}


def page(template: str, **shown: Any) -> str:
    """A page of this feature, with the names of the words that it shows."""
    if found := shown.get("consultation"):
        shown["stage"] = stage_of(found, clock.now())
    return render_template(template, **NAMES, **shown)


def load_managed(consultation_id: int) -> Any:
    """The consultation, for those who look after it alone."""
    actor = current_actor()
    found = queries.get_consultation(actor, consultation_id)
    ensure(policy.can_manage(actor, found))
    return found
