"""Letting those who respond know that a consultation has changed."""

from forum.consultations import queries
from forum.consultations.events import MemberConcerned, RespondentConcerned
from forum.core import audit
from forum.core.outbox import emit
from forum.core.transactions import action

TAG = "consultation.tell-edition"


@action
def tell_respondents(consultation_id: int, edition: int) -> int:
    """Have each respondent told of an edition by an event of their own; returns how many.

    Once for each edition: one mail that cannot be sent then holds up, and repeats, no other.
    """
    consultation = queries.lock_consultation(consultation_id)
    if queries.was_told(TAG, consultation_id, edition):
        return 0
    visitors = queries.visitors_concerned(consultation_id)
    members = queries.members_concerned(consultation_id)
    for response_id in visitors:
        emit(RespondentConcerned(response_id, edition))
    for account in members:
        emit(MemberConcerned(consultation_id, account.id, edition))
    told = len(visitors) + len(members)
    audit.record(
        None,
        TAG,
        consultation,
        centre_id=consultation.centre_id,
        edition=edition,
        respondents=told,
    )
    return told
