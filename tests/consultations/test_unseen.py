"""What lists, counts and files of consultations leave out, each condition by itself."""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from forum.consultations import actions, queries
from forum.consultations.enums import (
    Channel,
    Confidentiality,
    Publication,
    QuestionKind,
    ResponseState,
)
from forum.consultations.models import Answer, Theme
from forum.consultations.policy.answers import Given
from forum.consultations.queries import telling
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.errors import NotFound
from forum.organisations.enums import OrganisationState
from tests import factories
from tests.consultations import analysing, answering, making


@pytest.fixture
def published(app):
    """A closed consultation and its response, by a named organisation, of which all is public."""
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation), QuestionKind.LONG_TEXT)
    response, holder = answering.begin(consultation, organisation_name="Tyne Carers")
    answering.answer(holder, response, {question: Given(text="It hurts small firms.")})
    actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=False)
    consultation.closes_at = clock.now() - timedelta(minutes=1)
    factories.commit()
    actions.approve_answers(making.manager(), response)
    return consultation, response


@contextmanager
def changed(thing, **change):
    """Within the block the thing is otherwise, as the database holds it."""
    before = {name: getattr(thing, name) for name in change}
    for values in (change, before):
        for name, value in values.items():
            setattr(thing, name, value)
        factories.commit()
        if values is change:
            yield


def found(consultation, words=""):
    """The ids of published responses with these words."""
    rows = queries.list_published(consultation, queries.Wanted(words=words)).rows
    return [row.id for row in rows]


def test_responses_that_are_not_published_are_in_no_list_and_no_number(published):
    consultation, response = published
    for change in (
        {"state": ResponseState.WITHDRAWN},
        {"published_at": None},
        {"may_publish": False},
    ):
        assert found(consultation) == [response.id]
        assert queries.count_published(consultation) == 1
        with changed(response, **change):
            assert found(consultation) == []
            assert queries.count_published(consultation) == 0


def test_words_that_are_not_published_find_nothing(published):
    consultation, response = published
    answer = db.session.query(Answer).one()
    for change in (
        {"confidentiality": Confidentiality.COMMERCIAL},
        {"publication": Publication.WITHHELD},
        {"publication": Publication.UNDECIDED},
    ):
        assert found(consultation, "firms") == [response.id]
        with changed(answer, **change):
            assert found(consultation, "firms") == []
            assert found(consultation, "carers") == [response.id]
    with changed(response, may_name=False):
        assert found(consultation, "carers") == []
        assert found(consultation, "firms") == [response.id]


def test_a_file_that_is_not_published_is_not_found(app):
    consultation, response = analysing.make_closed()
    actions.approve_answers(making.manager(), response)
    answer = db.session.query(Answer).one()
    for thing, change in (
        (answer, {"publication": Publication.WITHHELD}),
        (answer, {"publication": Publication.REDACTED}),
        (answer, {"confidentiality": Confidentiality.PERSONAL}),
        (response, {"state": ResponseState.WITHDRAWN}),
        (response, {"published_at": None}),
        (response, {"may_publish": False}),
    ):
        assert queries.get_published_file(consultation, answer.upload_id) == answer.upload
        with changed(thing, **change), pytest.raises(NotFound):
            queries.get_published_file(consultation, answer.upload_id)


def test_what_does_not_count_is_neither_analysed_nor_counted(app):
    consultation, response = analysing.make_closed()
    analyst = making.manager()
    answer, theme = db.session.query(Answer).one(), db.session.query(Theme).one()
    actions.code_answer(analyst, response, answer, theme_ids=[theme.id])

    def seen():
        (themes,) = queries.count_themes(consultation, exact=True)
        return (
            len(queries.list_to_analyse(analyst, consultation).rows),
            queries.next_unread(analyst, consultation, 0),
            themes.responses,
        )

    assert seen() == (1, response.id, 1)
    with changed(response, state=ResponseState.WITHDRAWN):
        assert seen() == (0, None, 0)
    actions.code_answer(analyst, response, answer, theme_ids=[])
    assert seen() == (1, response.id, 0)
    assert queries.codings_of(response.id) == {}


def test_what_was_entered_is_listed_until_it_is_taken_back(app):
    consultation, _first, _second = answering.small_consultation()
    answering.begin(consultation)
    entered = actions.enter_response(
        making.manager(),
        consultation,
        speaker=answering.speaker(),
        channel=Channel.PAPER,
        received_on=queries.today(),
    )
    assert queries.list_entered(consultation) == [entered]
    with changed(entered, state=ResponseState.WITHDRAWN, withdrawn_at=clock.now()):
        assert queries.list_entered(consultation) == []
    assert queries.list_entered(answering.open_consultation()) == []


def test_only_what_is_announced_and_without_an_end_goes_on(app):
    making.make_draft()
    going_on = making.make_closed()
    for change in ({"responded_at": clock.now()}, {"ended_at": clock.now()}):
        assert queries.list_going_on() == [going_on]
        with changed(going_on, **change):
            assert queries.list_going_on() == []


def test_a_draft_is_there_for_managers_of_its_centre_alone(app):
    draft = making.make_draft()
    boss, stranger = making.manager(), making.manager("london")
    assert queries.get_consultation(boss, draft.id) == draft
    assert [row.id for row in queries.list_of_centre(boss, draft.centre_id)] == [draft.id]
    for actor in (Anonymous(), factories.make_account(), stranger):
        assert queries.list_of_centre(actor, draft.centre_id) == []
        with pytest.raises(NotFound):
            queries.get_consultation(actor, draft.id)


def test_lists_for_everybody_name_no_draft_to_its_managers_either(app):
    boss = making.manager()
    soon = clock.now() + timedelta(hours=1)
    making.make_complete(author=boss, opens_at=soon)
    announced = making.make_announced(author=boss)
    assert queries.list_dated(boss) == [announced]
    assert queries.next_opening_or_closing() == announced.opens_at


def test_respondents_list_their_own_responses_that_were_not_withdrawn(app):
    consultation, _first, _second = answering.small_consultation()
    account, other = factories.make_account(), factories.make_account()
    mine, holder = answering.begin(consultation, account)
    answering.begin(consultation, other)
    assert queries.responses_of(holder, consultation.id) == [mine]
    with changed(mine, state=ResponseState.WITHDRAWN, withdrawn_at=clock.now()):
        assert queries.responses_of(holder, consultation.id) == []


def test_nobody_speaks_for_an_organisation_that_they_are_no_member_of(app):
    organisation = factories.make_organisation()
    member = factories.make_account(organisation=organisation)
    stranger = factories.make_account(organisation=factories.make_organisation())
    assert queries.organisations_to_speak_for(member) == [organisation]
    assert organisation not in queries.organisations_to_speak_for(stranger)
    assert queries.holder_of(member).organisations == {organisation.id}
    assert organisation.id not in queries.holder_of(stranger).organisations
    with changed(organisation, state=OrganisationState.WAITING):
        assert queries.organisations_to_speak_for(member) == []
        assert queries.holder_of(member).organisations == set()


def test_numbers_are_of_the_responses_that_count_alone(app):
    consultation, choice, words = answering.small_consultation()
    number = answering.question(answering.section(consultation), QuestionKind.NUMBER)
    given = {choice: answering.choose("b"), words: answering.text("Sooner.")}

    def respond(amount):
        response, holder = answering.begin(consultation, factories.make_account())
        answering.answer(holder, response, {**given, number: Given(number=amount)})
        return response, actions.submit_response(
            holder, response, may_publish=True, may_name=True, may_contact=True
        )

    respond(Decimal(4))
    alone = queries.results_of(consultation, exact=True)
    taken_back, _sent = respond(Decimal(10))
    assert queries.results_of(consultation, exact=True) != alone
    with changed(taken_back, state=ResponseState.WITHDRAWN, withdrawn_at=clock.now()):
        assert queries.results_of(consultation, exact=True) == alone
        secret = db.session.query(Answer).filter_by(question_id=number.id).first()
        with changed(secret, confidentiality=Confidentiality.COMMERCIAL):
            assert queries.results_of(consultation, exact=True) != alone


def test_promises_of_what_was_never_announced_are_in_no_list(app):
    consultation = analysing.make_responded()
    visitor = Anonymous()
    assert queries.open_promises(visitor)
    with changed(consultation, announced_at=None):
        assert queries.open_promises(visitor) == []


def test_a_member_is_told_as_a_member_and_not_by_an_address_of_the_response(app):
    consultation = answering.open_consultation()
    visitors, _holder = answering.begin(consultation, submission_id="v", email="ann@example.org")
    member = factories.make_account()
    members, _holder = answering.begin(consultation, member)
    members.respondent.email = "ben@example.org"
    factories.commit()
    assert telling.visitors_concerned(consultation.id) == [visitors.id]
    assert telling.address_of(visitors.id).email == "ann@example.org"
    assert telling.address_of(members.id) is None
    assert telling.members_concerned(consultation.id) == [member]


def test_nobody_is_told_of_what_they_took_back(app):
    consultation = answering.open_consultation()
    visitors, _holder = answering.begin(consultation, submission_id="v", email="ann@example.org")
    members, _holder = answering.begin(consultation, factories.make_account())
    for response in (visitors, members):
        response.state, response.withdrawn_at = ResponseState.WITHDRAWN, clock.now()
    factories.commit()
    assert telling.visitors_concerned(consultation.id) == []
    assert telling.address_of(visitors.id) is None
    assert telling.members_concerned(consultation.id) == []
