"""What respondents say about themselves, stored apart from what they respond."""

import uuid
from collections.abc import Mapping

from forum.consultations import queries
from forum.consultations.enums import ResponseState
from forum.consultations.models import EqualityAnswer, Response
from forum.consultations.policy import responses as policy
from forum.consultations.policy.answers import NOTHING, Given, can_answer
from forum.consultations.policy.responses import Holder
from forum.core.access import ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.transactions import action


@action
def say_equality(holder: Holder, response: Response, *, given: Mapping[int, Given]) -> None:
    """Store the answers, by question id, with nothing that leads to the response; once.

    Raises Invalid for an answer that was not offered.
    """
    ensure(policy.can_open(holder, response))
    if response.has_said_equality:
        return
    if response.state is not ResponseState.SUBMITTED:
        raise Invalid("Send your response first.")
    for question in queries.equality_questions(response.consultation_id):
        answer = given.get(question.id, NOTHING)
        if not (decision := can_answer(question, answer)):
            raise Invalid(decision.reason, field=f"q{question.id}")
        db.session.add_all(
            EqualityAnswer(id=str(uuid.uuid4()), question_id=question.id, option=one.option)
            for one in answer.choices
        )
    response.has_said_equality = True
