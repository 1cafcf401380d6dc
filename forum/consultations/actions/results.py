"""Letting the public see what was answered."""

from forum.consultations.models import Consultation
from forum.consultations.policy.analysis import can_publish_results
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.transactions import action


@action
def publish_results(actor: Actor, consultation: Consultation) -> None:
    """Show the counts of all answers to everybody, from now on; after closing alone."""
    now = clock.now()
    ensure(can_publish_results(actor, consultation, now))
    if consultation.results_at is not None:
        return
    consultation.results_at = now
    audit.record(
        actor, "consultation.publish-results", consultation, centre_id=consultation.centre_id
    )
