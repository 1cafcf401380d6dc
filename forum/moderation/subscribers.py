"""What moderation does when something happens in the features below, in the same transaction."""

from flask import current_app

from forum.core.outbox import react
from forum.moderation import queries
from forum.moderation.actions import queueing
from forum.organisations.events import (
    OrganisationConfirmed,
    OrganisationRefused,
    OrganisationRegistered,
)
from forum.threads.actions.screening import Screening, Submission, screen_with
from forum.threads.events import EditDropped, EditHeld, PostFlagged, PostHeld, PostWithdrawn


def register() -> None:
    """Listen to threads and organisations, and screen what members write."""
    screen_with(_screen)
    react(PostHeld, _queue_held_post)
    react(EditHeld, _queue_held_edit)
    react(EditDropped, _drop_edit)
    react(PostFlagged, _queue_flagged_post)
    react(PostWithdrawn, _drop_withdrawn_post)
    react(OrganisationRegistered, _queue_organisation)
    react(OrganisationConfirmed, _close_organisation)
    react(OrganisationRefused, _close_organisation)


def _screen(submission: Submission) -> Screening:
    return queries.screen_submission(submission, site_url=current_app.config["SITE_URL"])


def _queue_held_post(event: PostHeld) -> None:
    queueing.queue_held_post(event.post_id)


def _queue_held_edit(event: EditHeld) -> None:
    queueing.queue_held_edit(event.post_id)


def _drop_edit(event: EditDropped) -> None:
    queueing.drop_edit(event.post_id)


def _queue_flagged_post(event: PostFlagged) -> None:
    queueing.queue_flagged_post(event.post_id, event.words)


def _drop_withdrawn_post(event: PostWithdrawn) -> None:
    queueing.drop_withdrawn_post(event.post_id)


def _queue_organisation(event: OrganisationRegistered) -> None:
    queueing.queue_organisation(event.organisation_id)


def _close_organisation(event: OrganisationConfirmed | OrganisationRefused) -> None:
    queueing.close_organisation(event.organisation_id, event.actor_id)
