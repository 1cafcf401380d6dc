"""Saving the answers of a page, and forgetting those that are no longer asked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import BinaryIO

from sqlalchemy import delete, exists, select

from forum.consultations import queries
from forum.consultations.actions.holding import ensure_free, renew_hold
from forum.consultations.actions.signing import ask_anew
from forum.consultations.actions.uploads import accept_upload
from forum.consultations.enums import ResponseState
from forum.consultations.models import Answer, Choice, Question, Response, Upload
from forum.consultations.policy import responses as policy
from forum.consultations.policy.answers import (
    NOTHING,
    Given,
    asked,
    can_answer,
    fingerprint,
)
from forum.consultations.policy.responses import Holder
from forum.consultations.policy.signing import can_change_sent
from forum.core import clock
from forum.core.access import ensure
from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.markup import normalise
from forum.core.transactions import action

File = tuple[BinaryIO, str]
NO_FILES: Mapping[int, File] = {}
CHANGED = "The answers on this page were changed in another window or by a colleague."


@action
def save_page(
    holder: Holder,
    response: Response,
    *,
    questions: Sequence[Question],
    given: Mapping[int, Given],
    began_from: str,
    files: Mapping[int, File] = NO_FILES,
) -> dict[int, str]:
    """Save what was given on a page of ``questions``; returns why answers were refused, by id.

    ``files`` were handed in for questions just now; one that is not taken raises Invalid.
    What can be accepted of a draft is saved beside what is refused. A response that counts
    already takes all of the page or nothing. Raises Conflict when the stored answers are not
    those of the fingerprint ``began_from``, or while a colleague edits the response, and
    NotAllowed once the consultation has closed.
    """
    ensure(policy.can_open(holder, response))
    ensure(policy.can_change(response, clock.now()))
    ensure(can_change_sent(holder, response))
    ensure_free(holder, response)
    stored = queries.answers_of(response.id)
    if fingerprint(stored, questions) != began_from:
        raise Conflict(CHANGED)
    wanted = {question.id: _normal(given.get(question.id, NOTHING)) for question in questions}
    wanted |= {
        key: Given(upload_id=store_upload(holder, response, *file, field=f"q{key}").id)
        for key, file in files.items()
    }
    everything = queries.questions_to_answer(response.consultation_id)
    shown = {question.id for question in asked(everything, stored | wanted)}
    refused = {
        question.id: decision.reason
        for question in questions
        if question.id in shown and not (decision := can_answer(question, wanted[question.id]))
    }
    if not (refused and response.state is ResponseState.SUBMITTED):
        if {**stored, **wanted} != stored:
            ask_anew(holder, response)
        _store_page(response, questions, stored, wanted)
        renew_hold(holder, response)
    drop_unused(one.upload_id for one in (*stored.values(), *wanted.values()))
    return refused


@action
def store_upload(
    holder: Holder, response: Response, stream: BinaryIO, filename: str, *, field: str
) -> Upload:
    """Keep a file for an answer; raises Invalid for ``field`` when it is not one we take."""
    ensure(policy.can_open(holder, response))
    ensure(policy.can_change(response, clock.now()))
    upload = accept_upload(stream, filename, field=field)
    db.session.add(upload)
    db.session.flush()
    return upload


def remove_unasked(response: Response) -> None:
    """Remove the answers to questions that the other answers do not lead to."""
    answers = queries.answers_of(response.id)
    shown = asked(queries.questions_to_answer(response.consultation_id), answers)
    _forget(response.id, set(answers) - {question.id for question in shown})
    drop_unused(given.upload_id for given in answers.values())


def _store_page(
    response: Response,
    questions: Sequence[Question],
    stored: Mapping[int, Given],
    wanted: Mapping[int, Given],
) -> None:
    for question in questions:
        # What is not asked may be left as it is, but nothing unacceptable is stored.
        if can_answer(question, wanted[question.id]) or wanted[question.id].is_empty:
            _store(response, question, stored.get(question.id, NOTHING), wanted[question.id])
    response.saved_at = clock.now()
    response.edition = response.consultation.edition


def _store(response: Response, question: Question, before: Given, after: Given) -> None:
    if before == after:
        return
    _forget(response.id, [question.id])
    if after.is_empty:
        return
    answer = Answer(
        response_id=response.id,
        question_id=question.id,
        text=after.text,
        number=after.number,
        date=after.day,
        upload_id=after.upload_id,
        confidentiality=after.confidentiality,
        confidential_reason=after.confidential_reason if after.confidentiality else "",
    )
    answer.choices = [
        Choice(question_id=question.id, row=one.row, option=one.option, rank=one.rank)
        for one in after.choices
    ]
    db.session.add(answer)


def _forget(response_id: int, question_ids: Collection[int]) -> None:
    if not question_ids:
        return
    gone = select(Answer.id).where(
        Answer.response_id == response_id, Answer.question_id.in_(sorted(question_ids))
    )
    db.session.execute(delete(Choice).where(Choice.answer_id.in_(gone)))
    db.session.execute(delete(Answer).where(Answer.id.in_(gone)))


def drop_unused(upload_ids: Iterable[int | None]) -> None:
    """Delete those files of respondents that no answer holds any longer."""
    ids = sorted(set(filter(None, upload_ids)))
    if ids:
        is_used = exists().where(Answer.upload_id == Upload.id)
        db.session.execute(delete(Upload).where(Upload.id.in_(ids), ~is_used))


def _normal(given: Given) -> Given:
    """With texts that can be stored and shown; a refused one is treated as it was typed."""
    return Given(
        text=normalise(given.text).strip(),
        number=given.number,
        day=given.day,
        choices=given.choices,
        upload_id=given.upload_id,
        confidentiality=given.confidentiality,
        confidential_reason=normalise(given.confidential_reason).strip(),
    )
