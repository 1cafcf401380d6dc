"""What happens elsewhere puts items into the queue, and takes them out again.

These run in the transaction of the event that they react to, whoever acts there.
"""

from forum.accounts import queries as accounts
from forum.core.db import db
from forum.moderation.actions.deciding import Matter, Ruling, record_decision
from forum.moderation.actions.items import (
    Opening,
    close_edit,
    close_item,
    hold_item_of,
    open_item,
    open_item_of,
)
from forum.moderation.actions.log import hold_log
from forum.moderation.enums import DecisionKind, ItemKind, ItemState
from forum.moderation.models import ReviewItem
from forum.organisations.enums import OrganisationState
from forum.organisations.models import Organisation
from forum.threads import queries as threads
from forum.threads.models import Post

FLAG_SCORE = 100


def queue_held_post(post_id: int) -> None:
    """A post waits: put it into the queue with the reasons why."""
    post = db.session.get_one(Post, post_id)
    open_item_of(None, post, ItemKind.PENDING_POST, reasons=post.holds)


def queue_held_edit(post_id: int) -> None:
    """Put a post into the queue when an edit of it waits."""
    held = threads.held_edit_of(post_id)
    if held is not None:
        open_item_of(None, held.post, ItemKind.EDIT, reasons=held.holds)


def queue_flagged_post(post_id: int, words: tuple[str, ...]) -> None:
    """A published post holds words that a moderator should look at: like a report of the site."""
    reasons = [{"why": "watched-word", "word": word} for word in words]
    post = db.session.get_one(Post, post_id)
    open_item_of(None, post, ItemKind.REPORT, reasons=reasons, score=FLAG_SCORE)


def drop_withdrawn_post(post_id: int) -> None:
    """An author took a post back: nothing is left to decide."""
    item = hold_item_of(db.session.get_one(Post, post_id))
    if item is not None:
        close_item(None, item, None)


def drop_edit(post_id: int) -> None:
    """An author took an edit back: what was reported of the post is still to be looked at."""
    item = hold_item_of(db.session.get_one(Post, post_id))
    if item is not None and item.kind is ItemKind.EDIT:
        close_edit(None, item, None)


def queue_organisation(organisation_id: int) -> None:
    """An organisation waits for the centre of its region; national ones wait for administrators."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None or organisation.centre_id is None:
        return
    item = open_item(
        None,
        Opening(
            kind=ItemKind.ORGANISATION,
            target_type="organisation",
            target_id=organisation.id,
            centre_id=organisation.centre_id,
            author_id=organisation.created_by,
        ),
    )
    # Only managers confirm organisations.
    item.escalated_at = item.opened_at


def close_organisation(organisation_id: int, actor_id: int | None) -> None:
    """An organisation was confirmed or refused: the log tells so, the item is closed."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        return
    hold_log()
    item = (
        db.session.query(ReviewItem)
        .filter_by(target_type="organisation", target_id=organisation_id, state=ItemState.OPEN)
        .with_for_update()
        .one_or_none()
    )
    confirmed = organisation.state is OrganisationState.CONFIRMED
    kind = DecisionKind.CONFIRM_ORGANISATION if confirmed else DecisionKind.REFUSE_ORGANISATION
    matter = Matter(
        centre_id=organisation.centre_id,
        name="organisation",
        path=organisation.path if confirmed else "",
        item=item,
        since=item.opened_at if item else None,
    )
    actor = accounts.find_account(actor_id) if actor_id is not None else None
    decision = record_decision(actor, kind, matter, Ruling(reason=organisation.refusal))
    if item is not None:
        close_item(actor, item, decision)
