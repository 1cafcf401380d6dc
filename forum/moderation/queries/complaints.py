"""Reads of complaints."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from forum.core.access import Actor, manages
from forum.core.db import db
from forum.core.errors import NotFound
from forum.moderation.models import Complaint


def get_complaint(actor: Actor, complaint_id: int) -> Complaint:
    """The complaint with its centre, for managers; raises NotFound for those of other centres."""
    complaint = db.session.scalar(
        select(Complaint).options(joinedload(Complaint.centre)).where(Complaint.id == complaint_id)
    )
    if complaint is None or not manages(actor, complaint.centre_id):
        raise NotFound("There is no such complaint for you to answer.")
    return complaint


def find_complaint(centre_id: int, submission_id: str) -> Complaint | None:
    """The complaint about the centre that an earlier sending of the same form has made."""
    if not submission_id:
        return None
    return db.session.scalar(
        select(Complaint).where(
            Complaint.centre_id == centre_id, Complaint.submission_id == submission_id
        )
    )


def complaint_by_reference(reference: str) -> Complaint:
    """The complaint with its centre, for whoever knows its reference; raises NotFound."""
    complaint = db.session.scalar(
        select(Complaint)
        .options(joinedload(Complaint.centre))
        .where(Complaint.reference == reference)
    )
    if complaint is None:
        raise NotFound("There is no complaint with this reference. Check it for slips.")
    return complaint
