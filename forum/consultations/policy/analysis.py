"""Who may see what was answered, and who analyses and decides."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, true

from forum.consultations.enums import Publication, ResponseState, Stage
from forum.consultations.models import Answer, Consultation, Response
from forum.consultations.stages import in_stage, outcome_due_at, stage_of
from forum.core.access import YES, Actor, Anonymous, Decision, manages, no
from forum.threads import policy as threads
from forum.threads.models import Post

CLOSED = frozenset({Stage.ANALYSING, Stage.RESPONDED, Stage.ENDED})
CITING = (Stage.FORTHCOMING, Stage.OPEN, Stage.ANALYSING)


def can_analyse(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may read responses, code and publish them: the centre's managers."""
    if manages(actor, consultation.centre_id):
        return YES
    return no("Only managers of this centre can do this.")


def can_see_results(actor: Actor, consultation: Consultation, now: datetime) -> Decision:
    """Whether the actor may see counts of answers: the public only what was published."""
    if can_analyse(actor, consultation):
        return YES
    if consultation.results_at is not None and has_closed(consultation, now):
        return YES
    return no("The results are not published yet.")


def has_closed(consultation: Consultation, now: datetime) -> bool:
    """Whether nobody can respond in time any longer."""
    return stage_of(consultation, now) in CLOSED


def can_publish_results(actor: Actor, consultation: Consultation, now: datetime) -> Decision:
    """Whether the actor may let everybody see the counts: not before closing."""
    if not (decision := can_analyse(actor, consultation)):
        return decision
    if has_closed(consultation, now):
        return YES
    return no("Results are published after closing.")


def can_remove(actor: Actor, response: Response, now: datetime) -> Decision:
    """Whether the actor may take the response out of count: after closing, when it counts."""
    if not (decision := can_publish_results(actor, response.consultation, now)):
        return decision
    if response.state is ResponseState.SUBMITTED:
        return YES
    return no("This response does not count.")


def can_review(actor: Actor, response: Response, now: datetime) -> Decision:
    """Whether the actor may decide what the public reads of the response."""
    if not (decision := can_remove(actor, response, now)):
        return decision
    return YES if response.may_publish else no("Its respondent does not want it published.")


def can_decide(actor: Actor, consultation: Consultation, now: datetime) -> Decision:
    """Whether the actor may write themes, outcome and promises: until it is published."""
    if not (decision := can_publish_results(actor, consultation, now)):
        return decision
    if stage_of(consultation, now) is Stage.ANALYSING:
        return YES
    return no("The outcome is published, so it stays as it is.")


def can_give_notice(actor: Actor, consultation: Consultation, now: datetime) -> Decision:
    """Whether the actor may tell the public that the outcome comes late: once it is due."""
    if not (decision := can_decide(actor, consultation, now)):
        return decision
    due = outcome_due_at(consultation)
    return YES if due is not None and now >= due else no("The outcome is not late.")


def can_update_promises(actor: Actor, consultation: Consultation, now: datetime) -> Decision:
    """Whether the actor may tell how far a promise has come: once it was published."""
    if not (decision := can_analyse(actor, consultation)):
        return decision
    if stage_of(consultation, now) is Stage.RESPONDED:
        return YES
    return no("Promises are kept after the outcome is published.")


def can_show(answer: Answer) -> Decision:
    """Whether the answer may be shown at all: not what was given in confidence."""
    return YES if answer.confidentiality is None else no("The respondent asked to keep it.")


def has_public_file() -> ColumnElement[bool]:
    """Filter for answers of published responses: those with a file that the public may have."""
    return and_(
        Answer.publication == Publication.APPROVED,
        Answer.confidentiality.is_(None),
        Answer.upload_id.is_not(None),
    )


def can_cite(actor: Actor, consultation: Consultation, now: datetime) -> Decision:
    """Whether the actor may take posts of the debate as evidence; twin of ``citing_by``."""
    if not (decision := can_analyse(actor, consultation)):
        return decision
    if stage_of(consultation, now) in CITING:
        return YES
    return no("Posts are cited from the announcement until there is an outcome.")


def citing_by(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Filter for consultations in which the actor may cite posts; twin of ``can_cite``."""
    managed = Consultation.centre_id.in_(sorted(actor.managed_centres))
    return and_(
        true() if actor.is_admin else managed, or_(*(in_stage(stage, now) for stage in CITING))
    )


def can_be_cited(post: Post) -> Decision:
    """Whether the post may be taken as evidence: only what everybody can read."""
    if threads.can_read(Anonymous(), post):
        return YES
    return no("Only posts that everybody can read can be cited.")
