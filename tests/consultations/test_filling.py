"""``flask consultations fill``: acceptable answers, the same for a seed; never in production."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.consultations import actions, queries
from forum.consultations.actions.filling import CHUNK
from forum.consultations.actions.inventing import Inventor
from forum.consultations.enums import Operator, QuestionKind, ResponseState
from forum.consultations.models import (
    Answer,
    EqualityAnswer,
    Question,
    Respondent,
    Response,
    Section,
    Upload,
)
from forum.consultations.policy.answers import asked, can_answer
from forum.core import clock
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid
from tests import factories
from tests.consultations import making
from tests.statements import count_statements

OPTIONS = making.options("Sooner", "Later", "Never")
QUESTIONS = [
    {"kind": QuestionKind.YES_NO, "is_required": True},
    {"kind": QuestionKind.SHORT_TEXT, "settings": {"longest": 12}},
    {"kind": QuestionKind.LONG_TEXT, "may_be_confidential": True, "is_required": True},
    {"kind": QuestionKind.SINGLE, "options": OPTIONS, "settings": {"other": True}},
    {"kind": QuestionKind.MULTIPLE, "options": OPTIONS, "settings": {"least": 2, "most": 2}},
    {"kind": QuestionKind.SCALE, "settings": {"least": 0, "most": 10}},
    {
        "kind": QuestionKind.MATRIX,
        "options": OPTIONS,
        "rows": [{"key": "r1", "label": "Price"}, {"key": "r2", "label": "Place"}],
        "is_required": True,
    },
    {"kind": QuestionKind.RANKING, "options": OPTIONS, "is_required": True},
    {"kind": QuestionKind.NUMBER, "settings": {"least": "0.5", "most": "1.25"}},
    {"kind": QuestionKind.NUMBER, "settings": {"most": "-5"}},
    {"kind": QuestionKind.NUMBER},
    {"kind": QuestionKind.DATE},
    {"kind": QuestionKind.FILE, "is_required": True},
    {"kind": QuestionKind.INFORMATION},
]


@pytest.fixture
def consultation(app):
    """An open one with questions of all kinds, one of them asked of some, and one on equality."""
    made = making.make_open(questions=QUESTIONS)
    first, second, *_rest = queries.questions_of(made.id)
    second.condition_question_id = first.id
    second.condition_operator, second.condition_value = Operator.IS, "yes"
    apart = making.make_section(made, title="Equality", is_equality=True)
    making.make_question(apart, QuestionKind.SINGLE, options=OPTIONS)
    factories.commit()
    return made


def fill(consultation, responses=40, seed=7):
    told = []
    actions.fill_consultation(consultation, responses=responses, seed=seed, progress=told.append)
    return told


def run(app, *arguments, code=0):
    factories.commit()
    result = app.test_cli_runner().invoke(args=["consultations", "fill", *arguments])
    db.session.expire_all()
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def count(model, *which):
    return db.session.scalar(select(func.count()).select_from(model).where(*which))


def content():
    """What was answered, without identifiers that a database gives."""
    answers = select(
        Response.reference,
        Response.submitted_at,
        Response.sector,
        Answer.question_id,
        Answer.text,
        Answer.number,
        Answer.date,
    ).join(Answer, Answer.response_id == Response.id)
    rows = db.session.execute(answers.order_by(Response.id, Answer.question_id))
    return [tuple(row) for row in rows]


def test_every_answer_is_one_that_a_respondent_could_give(consultation):
    assert fill(consultation) == [40]
    questions = queries.questions_of(consultation.id)
    is_apart = select(Section.id).where(Section.is_equality)
    apart = set(db.session.scalars(select(Question.id).where(Question.section_id.in_(is_apart))))
    skipped = 0
    for response in db.session.scalars(select(Response)):
        assert response.state is ResponseState.SUBMITTED
        assert consultation.opens_at <= response.began_at <= response.submitted_at <= clock.now()
        assert response.edition == consultation.edition
        answers = queries.answers_of(response.id)
        shown = {question.id for question in asked(questions, answers)}
        kinds = {one.id: one.kind for one in questions}
        wanted = {key for key in shown if kinds[key] is not QuestionKind.INFORMATION} - apart
        assert set(answers) == wanted
        for question in questions:
            if question.id in answers:
                assert can_answer(question, answers[question.id]), question.kind
        skipped += len(questions) - len(shown)
    assert 0 < skipped < 40
    assert count(EqualityAnswer) == 40
    assert count(Upload) == 1
    assert count(Respondent) == 40


class Terse(Inventor):
    """Those who answer only what they must."""

    def skips(self, question, persona):
        return True


def test_what_may_be_left_out_is_left_out_by_those_who_skip(consultation):
    actions.fill_consultation(consultation, responses=3, seed=7, invent=Terse)
    required = {one.id for one in queries.questions_of(consultation.id) if one.is_required}
    for response in db.session.scalars(select(Response)):
        assert set(queries.answers_of(response.id)) == required
    assert count(Response, Response.state == ResponseState.SUBMITTED) == 3
    assert count(EqualityAnswer) == 0


def test_organisations_of_the_site_respond_once(consultation):
    known = {factories.make_organisation().id for _number in range(3)}
    fill(consultation)
    fill(consultation)
    spoken = select(Respondent.organisation_id).where(Respondent.organisation_id.is_not(None))
    assert sorted(db.session.scalars(spoken)) == sorted(known)
    assert queries.results_of(consultation, exact=True).submissions == 80


def test_the_same_seed_gives_the_same_and_more_can_be_added(consultation):
    with clock.at(clock.now()):
        fill(consultation)
        first = content()
        for response in db.session.scalars(select(Response)):
            db.session.delete(response)
        db.session.commit()
        fill(consultation)
        assert content() == first
        fill(consultation)
    assert content()[: len(first)] == first
    assert len(content()) > len(first)
    (record,) = db.session.scalars(
        select(AuditRecord).where(AuditRecord.tag == "consultation.fill").limit(1)
    )
    assert record.details == {"responses": 40, "seed": 7}


def test_another_seed_gives_another_content(consultation):
    fill(consultation, responses=5, seed=1)
    fill(consultation, responses=5, seed=2)
    assert len(set(db.session.scalars(select(Response.reference)))) == 10


def test_statements_grow_with_chunks_alone(consultation):
    with count_statements() as few:
        fill(consultation, responses=2)
    with count_statements() as many:
        assert fill(consultation, responses=60) == [60]
    assert len(many) == len(few)
    assert CHUNK > 60


def test_answers_of_one_that_has_closed_came_in_time(app):
    closed = making.make_closed(ago=timedelta(days=2))
    fill(closed)
    assert db.session.scalar(select(func.max(Response.submitted_at))) <= closed.closes_at
    assert count(Response, Response.is_late) == 0


def test_what_has_not_opened_or_asks_nothing_is_refused(app):
    for make in (making.make_draft, making.make_announced):
        with pytest.raises(Invalid, match="has not opened"):
            fill(make())
    empty = making.make_open()
    for question in queries.questions_of(empty.id):
        db.session.delete(question)
    factories.commit()
    with pytest.raises(Invalid, match="asks nothing"):
        fill(empty)
    assert count(Response) == 0


def test_the_command(app, consultation):
    output = run(app, str(consultation.id), "--responses", "12", "--seed", "3")
    assert "12 responses were added to “Consultation" in output
    assert count(Response) == 12


def test_the_command_says_what_is_wrong(app, consultation, monkeypatch):
    assert "There is no such consultation." in run(app, str(consultation.id + 99), code=1)
    assert "--responses" in run(app, str(consultation.id), "--responses", "0", code=2)
    assert "has not opened" in run(app, str(making.make_draft().id), code=1)
    settings = replace(app.config["SETTINGS"], environment="production")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert "never added in production" in run(app, str(consultation.id), code=1)
    assert count(Response) == 0
