"""Complaints about how a centre moderates: made by anybody, answered by its managers."""

import secrets

from sqlalchemy import select

from forum.centres.models import Centre
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.outbox import emit
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action
from forum.moderation import policy, queries
from forum.moderation.actions.items import Opening, close_item, open_item
from forum.moderation.enums import ItemKind
from forum.moderation.events import ComplaintAnswered, ItemEscalated
from forum.moderation.models import Complaint, ReviewItem

LONGEST_TEXT = 2_000
REFERENCE_LENGTH = 16
# Letters and digits that nobody takes for one another; sixteen of them hold 78 bits.
REFERENCE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@action
def complain(actor: Actor, centre: Centre, *, text: str, submission_id: str = "") -> Complaint:
    """Complain about how a centre moderates; its managers find it in their queue.

    Whoever knows the complaint's reference can follow it. Sending the same form again gives the
    complaint of the first time. Raises Invalid for the text.
    """
    # Of two sendings at once the second one finds what the first has made.
    db.session.execute(
        select(Centre.id).where(Centre.id == centre.id).with_for_update(key_share=True)
    ).one()
    if earlier := queries.find_complaint(centre.id, submission_id):
        return earlier
    complaint = Complaint(
        centre=centre,
        account_id=actor.actor_id,
        reference="".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH)),
        text=accept_paragraphs(
            text, field="text", longest=LONGEST_TEXT, missing="Write what you complain about"
        ),
        created_at=clock.now(),
        submission_id=submission_id,
    )
    db.session.add(complaint)
    db.session.flush()
    item = open_item(
        actor,
        Opening(
            kind=ItemKind.COMPLAINT,
            target_type="complaint",
            target_id=complaint.id,
            centre_id=centre.id,
            author_id=actor.actor_id,
        ),
    )
    item.escalated_at = item.opened_at
    audit.record(actor, "complaint.make", complaint, centre_id=centre.id)
    emit(ItemEscalated(item.id))
    return complaint


@action
def answer_complaint(actor: Actor, complaint: Complaint, *, answer: str) -> None:
    """Answer a complaint, once; its status page shows the answer.

    Raises Conflict when it was answered meanwhile, Invalid for the answer.
    """
    ensure(policy.can_answer_complaint(actor, complaint))
    # Held first, so that two managers cannot both answer.
    item = db.session.scalars(
        select(ReviewItem)
        .where(ReviewItem.target_type == "complaint", ReviewItem.target_id == complaint.id)
        .with_for_update()
    ).one()
    db.session.refresh(complaint)
    if complaint.answered_at is not None:
        raise Conflict("Another manager has answered this complaint. Nothing was changed.")
    complaint.answer = accept_paragraphs(
        answer, field="answer", longest=LONGEST_TEXT, missing="Write your answer"
    )
    complaint.answered_at, complaint.answered_by = clock.now(), actor.actor_id
    close_item(actor, item, None)
    audit.record(actor, "complaint.answer", complaint, centre_id=complaint.centre_id)
    emit(ComplaintAnswered(complaint.id))
