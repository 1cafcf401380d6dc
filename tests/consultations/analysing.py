"""Makers of consultations that have closed, and of what became of them."""

import io
import itertools
from collections.abc import Sequence
from datetime import timedelta

from forum.accounts.models import Account
from forum.consultations import actions
from forum.consultations.enums import PromiseState, QuestionKind, ResponseState, Ruling
from forum.consultations.models import (
    Answer,
    Consultation,
    Outcome,
    Promise,
    PromiseUpdate,
    Question,
    Response,
    ResponseGroup,
    ResponseGroupMember,
    SuggestionRun,
    Theme,
    ThemeSuggestion,
)
from forum.consultations.policy.answers import Given
from forum.core import clock
from forum.core.db import db
from tests import factories
from tests.consultations import answering, files

_numbers = itertools.count(1)


def make_closed(*, weeks: int = 13) -> tuple[Consultation, Response]:
    """A consultation that closed ``weeks`` ago, with a response with a file, not looked at yet.

    It has a theme and a promise that are not published, and suggestions to decide about.
    """
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation), QuestionKind.FILE)
    response, holder = answering.begin(consultation, name="Ann")
    upload = actions.store_upload(
        holder, response, io.BytesIO(files.pdf()), "annex.pdf", field="file"
    )
    answering.answer(holder, response, {question: Given(upload_id=upload.id)})
    actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=False)
    now = clock.now()
    consultation.opens_at = now - timedelta(weeks=weeks + 6)
    consultation.closes_at = now - timedelta(weeks=weeks)
    db.session.add(Theme(consultation_id=consultation.id, position=1, title="Late payment"))
    _promise(consultation)
    _suggestions(consultation, response)
    return consultation, response


def _suggestions(consultation: Consultation, response: Response) -> None:
    now = clock.now()
    group = ResponseGroup(consultation_id=consultation.id)
    db.session.add_all(
        [
            group,
            SuggestionRun(
                consultation_id=consultation.id,
                asked_at=now,
                asked_by=consultation.author_id,
                made_at=now,
                texts=1,
            ),
            ThemeSuggestion(
                consultation_id=consultation.id,
                title="Prompt payment",
                terms=["invoices", "within thirty days"],
                count=3,
                examples=[response.id],
            ),
        ]
    )
    db.session.flush()
    db.session.add(ResponseGroupMember(group_id=group.id, response_id=response.id))
    factories.commit()


def say(consultation: Consultation, question: Question, texts: Sequence[str]) -> list[Answer]:
    """Responses that were sent, with one text each, in the order of ``texts``."""
    now = clock.now()
    responses = [
        Response(
            consultation_id=consultation.id,
            reference=f"S{next(_numbers):013}",
            state=ResponseState.SUBMITTED,
            began_at=now,
            saved_at=now,
            submitted_at=now + timedelta(seconds=place),
            edition=1,
        )
        for place, _text in enumerate(texts)
    ]
    db.session.add_all(responses)
    db.session.flush()
    answers = [
        Answer(response_id=response.id, question_id=question.id, text=text)
        for response, text in zip(responses, texts, strict=True)
    ]
    db.session.add_all(answers)
    factories.commit()
    return answers


def make_responded() -> Consultation:
    """A consultation with an outcome and a promise that everybody can read."""
    consultation, _response = make_closed()
    now = clock.now()
    consultation.responded_at = consultation.results_at = now
    for theme in db.session.query(Theme).filter_by(consultation_id=consultation.id):
        theme.ruling, theme.reason = Ruling.ACCEPTED, "Most said so."
    db.session.add(
        Outcome(
            consultation_id=consultation.id,
            asked="When are you paid?",
            said="Too late.",
            decided="We pay sooner.",
            signer="Pat Lee",
            signer_role="Head of Commissioning",
            signed_at=now,
            signed_by=consultation.author_id,
        )
    )
    factories.commit()
    return consultation


def _promise(consultation: Consultation) -> None:
    now = clock.now()
    promise = Promise(
        consultation_id=consultation.id,
        text="Pay within 10 days",
        owner="Finance",
        due_on=(now + timedelta(days=90)).date(),
        state=PromiseState.OPEN,
    )
    db.session.add(promise)
    db.session.flush()
    author = db.session.get_one(Account, consultation.author_id)
    db.session.add(
        PromiseUpdate(
            promise_id=promise.id,
            at=now,
            account_id=author.id,
            state=promise.state,
            due_on=promise.due_on,
        )
    )
    factories.commit()
