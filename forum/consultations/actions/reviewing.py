"""What analysts do with responses: read them, and decide what the public may read."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from forum.consultations.enums import Publication, QuestionKind, Removal, ResponseState
from forum.consultations.models import (
    Answer,
    CodedAnswer,
    Coding,
    Question,
    Reading,
    Response,
    Theme,
)
from forum.consultations.policy import analysis as policy
from forum.core import audit, clock, tags
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.spans import read_spans
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action

MARKER = "[removed]"
LONGEST_REASON = 1_000


@action
def mark_read(actor: Actor, response: Response) -> None:
    """Record that the actor has read the response."""
    ensure(policy.can_analyse(actor, response.consultation))
    if db.session.get(Reading, (response.id, actor.actor_id)) is None:
        db.session.add(
            Reading(response_id=response.id, analyst_id=actor.actor_id, read_at=clock.now())
        )


@action
def approve_answers(actor: Actor, response: Response) -> None:
    """Let the public read all answers of the response that nothing was decided about."""
    ensure(policy.can_review(actor, response, clock.now()))
    for answer in _answers(response):
        if answer.publication is Publication.UNDECIDED and answer.confidentiality is None:
            _decide(answer, Publication.APPROVED, answer.text, "")
    _publish(actor, response)


@action
def approve_answer(actor: Actor, response: Response, answer: Answer) -> None:
    """Let the public read the answer as it is."""
    ensure(policy.can_review(actor, response, clock.now()))
    ensure(policy.can_show(answer))
    _decide(answer, Publication.APPROVED, answer.text, "")
    _publish(actor, response)


@action
def redact_answer(
    actor: Actor, response: Response, answer: Answer, *, spans: str, why: Removal
) -> None:
    """Let the public read the answer without the words of ``spans``, one on each line.

    Raises Invalid for the field ``spans`` when one is not in the answer.
    """
    ensure(policy.can_review(actor, response, clock.now()))
    ensure(policy.can_show(answer))
    text = answer.text
    for span in read_spans(spans):
        text, found = span.pattern.subn(MARKER, text)
        if not found:
            raise Invalid(f"“{span.text}” is not in the answer", field="spans")
    _decide(answer, Publication.REDACTED, text, why)
    _publish(actor, response)


@action
def withhold_answer(actor: Actor, response: Response, answer: Answer, *, why: Removal) -> None:
    """Keep the answer from the public; that it was withheld, and why, is said."""
    ensure(policy.can_review(actor, response, clock.now()))
    _decide(answer, Publication.WITHHELD, "", why)
    _publish(actor, response)


@action
def remove_response(actor: Actor, response: Response, *, reason: str) -> None:
    """Take a response out of count and publication, as its respondent asks after closing."""
    ensure(policy.can_remove(actor, response, clock.now()))
    reason = accept_paragraphs(
        reason, field="reason", longest=LONGEST_REASON, missing="Say who asked for it, and why"
    )
    response.state = ResponseState.WITHDRAWN
    response.withdrawn_at = clock.now()
    response.published_at = None
    _tell_pages(response)
    audit.record(
        actor,
        "response.remove",
        response,
        centre_id=response.consultation.centre_id,
        reason=reason,
    )


@action
def code_answer(
    actor: Actor, response: Response, answer: Answer, *, theme_ids: Collection[int]
) -> None:
    """Let the themes that the actor finds in the answer be ``theme_ids``; others' stay.

    That the actor has coded it is kept too: finding none is a finding.
    """
    ensure(policy.can_analyse(actor, response.consultation))
    known = set(
        db.session.scalars(
            select(Theme.id).where(Theme.consultation_id == response.consultation_id)
        )
    )
    if not set(theme_ids) <= known:
        raise Invalid("Choose among the themes", field="themes")
    now = clock.now()
    mine = select(Coding).where(
        Coding.answer_id == answer.id,
        Coding.coder_id == actor.actor_id,
        Coding.removed_at.is_(None),
    )
    kept = set()
    for coding in db.session.scalars(mine):
        if coding.theme_id in theme_ids:
            kept.add(coding.theme_id)
        else:
            coding.removed_at, coding.removed_by = now, actor.actor_id
    db.session.add_all(
        Coding(answer_id=answer.id, theme_id=theme_id, coder_id=actor.actor_id, coded_at=now)
        for theme_id in sorted(set(theme_ids) - kept)
    )
    _note_coder(actor, answer)
    _tell_pages(response)


def _note_coder(actor: Actor, answer: Answer) -> None:
    coded = db.session.get(CodedAnswer, (answer.id, actor.actor_id))
    if coded is None:
        coded = CodedAnswer(answer_id=answer.id, coder_id=actor.actor_id)
        db.session.add(coded)
    coded.coded_at = clock.now()


def _answers(response: Response) -> Sequence[Answer]:
    return db.session.scalars(
        select(Answer).where(Answer.response_id == response.id).order_by(Answer.id)
    ).all()


def _decide(answer: Answer, publication: Publication, text: str, why: str) -> None:
    answer.publication = publication
    answer.published_text = text
    answer.publication_reason = why


def _publish(actor: Actor, response: Response) -> None:
    """Show the response once nothing of it is left to decide; hide it while something is."""
    db.session.flush()
    undecided = db.session.scalar(
        select(Answer.id)
        .join(Question, Question.id == Answer.question_id)
        .where(
            Answer.response_id == response.id,
            Answer.publication == Publication.UNDECIDED,
            Answer.confidentiality.is_(None),
            (Answer.text != "") | (Question.kind == QuestionKind.FILE),
        )
        .limit(1)
    )
    if undecided is None and response.published_at is None:
        response.published_at = clock.now()
    elif undecided is not None:
        response.published_at = None
    _tell_pages(response)
    audit.record(actor, "response.review", response, centre_id=response.consultation.centre_id)


def _tell_pages(response: Response) -> None:
    tags.touch(f"consultation:{response.consultation_id}")
