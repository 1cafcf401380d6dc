"""What administrators do that no feature owns."""

from forum.accounts import policy
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.outbox import OutboxEvent
from forum.core.transactions import action


@action
def retry_event(actor: Actor, event: OutboxEvent) -> None:
    """Have an event that was not delivered tried again at once, even one given up."""
    ensure(policy.can_administer(actor))
    event.next_attempt_at = clock.now()
    if event.given_up_at is not None:
        # The days for which it is tried begin anew.
        event.given_up_at = None
        event.created_at = clock.now()
    audit.record(actor, "event.retry", event, name=event.name)
