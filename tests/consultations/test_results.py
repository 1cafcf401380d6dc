"""Results: counted right, hidden until they are published, and nobody told by small numbers."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest

from forum.consultations import actions, queries
from forum.consultations.enums import QuestionKind
from forum.consultations.policy.answers import Chosen, Given
from forum.consultations.queries.results import GROUPS
from forum.core import clock
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.organisations.enums import SizeBand
from tests import factories
from tests.consultations import answering
from tests.statements import count_statements

CHOICES = {"may_publish": False, "may_name": False, "may_contact": False}


def submit(consultation, answers, **fields):
    """A response of a visitor that was sent."""
    response, holder = answering.begin(consultation, **fields)
    answering.answer(holder, response, answers)
    return actions.submit_response(holder, response, **CHOICES)


@pytest.fixture
def answered(app):
    """Nine responses to a choice: of three sectors, some from organisations."""
    consultation, first, _second = answering.small_consultation()
    for sector, option, count in (
        ("private", "a", 3),
        ("private", "b", 3),
        ("voluntary", "b", 2),
        ("community", "c", 1),
    ):
        for _number in range(count):
            submit(consultation, {first: answering.choose(option)}, sector=factories.Sector(sector))
    return consultation, first


def close(consultation):
    """Let the consultation have closed an hour ago."""
    consultation.opens_at = clock.now() - timedelta(days=40)
    consultation.closes_at = clock.now() - timedelta(hours=1)
    factories.commit()


def published(consultation):
    """The consultation, closed, with its results published."""
    close(consultation)
    consultation.results_at = clock.now()
    factories.commit()
    return consultation


def test_choices_are_counted_for_all_and_for_each_group(answered):
    consultation, first = answered
    # Of sectors of which nobody else is, so that these must not be told either.
    draft, holder = answering.begin(consultation, sector=factories.Sector.PUBLIC)
    answering.answer(holder, draft, {first: answering.choose("a")})
    gone = factories.Sector.SOCIAL_ENTERPRISE
    withdrawn = submit(consultation, {first: answering.choose("a")}, sector=gone)
    actions.withdraw_response(answering.holder_of(None, withdrawn.reference), withdrawn)
    results = queries.results_of(consultation, by="sector", exact=True)
    assert (results.submissions, results.organisations, results.late) == (9, 0, 0)
    assert results.groups == ["private", "voluntary", "community"]
    assert [one.sector for one in results.heard if one.least] == results.groups
    choice, text = results.questions
    assert (choice.answered, text.answered) == (9, 0)
    assert [(line.option, line.count, list(line.cells)) for line in choice.lines] == [
        ("a", 3, [3, 0, 0]),
        ("b", 5, [3, 2, 0]),
        ("c", 1, [0, 0, 1]),
        ("total", 9, [6, 2, 1]),
    ]


def test_sectors_are_heard_in_bands(answered):
    consultation, _first = answered
    heard = {one.sector: (one.least, one.most) for one in queries.results_of(consultation).heard}
    assert heard == {
        "private": (5, 9),
        "voluntary": (1, 4),
        "social-enterprise": (0, 0),
        "community": (1, 4),
        "public": (0, 0),
    }


def possible(lines, group, groups, wanted):
    """Whether numbers for the hidden cells exist with ``wanted`` in the cell of the group."""
    rows = [line for line in lines if line.option != "total"]
    total = next(line for line in lines if line.option == "total")
    hidden = [
        (number, column)
        for number, line in enumerate(rows)
        for column in range(len(groups))
        if line.cells[column] is None
    ]
    table = [list(line.cells) for line in rows]

    def fill(left):
        if not left:
            sums = [sum(row[column] for row in table) for column in range(len(groups))]
            fits = all(
                cell is None or cell == found for cell, found in zip(total.cells, sums, strict=True)
            )
            return fits and all(sum(table[i]) == rows[i].count for i in range(len(rows)))
        (number, column), *rest = left
        known = sum(cell or 0 for cell in table[number])
        values = [wanted] if (number, column) == group else range(rows[number].count - known + 1)
        for value in values:
            table[number][column] = value
            if known + value <= rows[number].count and fill(rest):
                table[number][column] = None
                return True
            table[number][column] = None
        return False

    return fill(hidden)


def test_small_cells_cannot_be_worked_out_from_what_is_published(answered):
    consultation, _first = answered
    checked = 0
    for by in GROUPS:
        results = queries.results_of(consultation, by=by)
        exact = queries.results_of(consultation, by=by, exact=True)
        if not results.groups:
            # All responses are of one group: that is, its numbers are those of all.
            assert len(exact.groups) == 1
            continue
        for shown, true in zip(results.questions[0].lines, exact.questions[0].lines, strict=True):
            for column, cell in enumerate(shown.cells):
                value = true.cells[column]
                assert cell in {None, value}
                if 0 < value < 5:
                    assert cell is None
                if cell is None and shown.option != "total":
                    checked += 1
                    place = (["a", "b", "c"].index(shown.option), column)
                    others = [other for other in range(10) if other != value]
                    assert any(
                        possible(results.questions[0].lines, place, results.groups, other)
                        for other in others
                    ), f"{by}: {shown.option} of {results.groups[column]} can only be {value}"
    assert checked


def test_results_are_nobody_elses_until_they_are_published(answered, client, browser):
    consultation, _first = answered
    address = f"{consultation.path}results/"
    manager = factories.make_account(role="manager")
    strangers = (
        None,
        factories.make_account(),
        factories.make_account(role="moderator"),
        factories.make_account(role="manager", centre=factories.get_centre("london")),
    )

    def statuses():
        found = []
        for account in strangers:
            visitor = browser()
            if account:
                visitor.sign_in(account)
            found += [
                visitor.open(f"{address}{end}").status_code for end in ("", "csv/", "?by=sector")
            ]
        return set(found)

    client.sign_in(manager)
    assert "Within 30 days" in client.get(address).main
    assert statuses() == {404}
    token = {"csrf_token": client.token()}
    publish = f"/consultations/{consultation.id}/manage/publish-results/"
    client.post(publish, data=token, status=403)
    close(consultation)
    assert statuses() == {404}
    client.post_form(client.get(address), button="Publish results")
    assert statuses() == {200}
    assert "[c]" in browser().get(f"{address}?by=sector").main
    assert "[c]" not in client.get(f"{address}?by=sector").main


def test_results_are_published_once_however_often_the_button_is_pressed(answered, client, browser):
    consultation, _first = answered
    close(consultation)
    address = f"{consultation.path}results/"
    page = client.sign_in(factories.make_account(role="manager")).get(address)
    other = browser().sign_in(factories.make_account(role="manager"))
    late = other.get(address)
    client.post_form(page, button="Publish results")
    published_at = consultation.results_at
    told = other.follow(other.post_form(late, button="Publish results"))
    assert "Everybody can see the results now." in told.words
    assert consultation.results_at == published_at
    assert db.session.query(AuditRecord).filter_by(tag="consultation.publish-results").count() == 1


def test_managers_of_another_centre_do_not_publish(answered, client):
    consultation, _first = answered
    close(consultation)
    client.sign_in(factories.make_account(role="manager", centre=factories.get_centre("london")))
    address = f"/consultations/{consultation.id}/manage/publish-results/"
    client.post(address, data={"csrf_token": client.token()}, status=403)
    assert consultation.results_at is None


def test_what_is_said_of_a_question_is_sentences(client):
    consultation = answering.open_consultation()
    number = answering.question(answering.section(consultation), QuestionKind.NUMBER)
    for days in (10, 20):
        submit(consultation, {number: Given(number=Decimal(days))})
    client.sign_in(factories.make_account(role="manager"))
    page = client.get(f"{consultation.path}results/")
    assert (
        "2 responses answered this. The mean is 15.00. "
        "Answers in words and files are not counted here." in page.main
    )


def test_every_kind_of_question_has_its_numbers(app):
    consultation = answering.open_consultation()
    where = answering.section(consultation)
    matrix = answering.question(
        where, QuestionKind.MATRIX, options=answering.OPTIONS, rows=answering.ROWS
    )
    ranking = answering.question(where, QuestionKind.RANKING, options=answering.OPTIONS)
    number = answering.question(where, QuestionKind.NUMBER, may_be_confidential=True)
    scale = answering.question(where, QuestionKind.SCALE, settings={"least": 1, "most": 3})
    for price, days in (("a", 10), ("b", 20)):
        submit(
            consultation,
            {
                matrix: Given(choices=(Chosen(price, row="r1"), Chosen("c", row="r2"))),
                ranking: Given(choices=(Chosen("c", rank=1), Chosen(price, rank=2))),
                number: Given(number=Decimal(days)),
                scale: answering.choose("3"),
            },
        )
    submit(
        consultation,
        {
            number: Given(
                number=Decimal(999), confidentiality="commercial", confidential_reason="Prices"
            )
        },
    )
    one, two, three, four = queries.results_of(consultation, exact=True).questions
    assert [(line.row, line.option, line.count) for line in one.lines] == [
        ("r1", "a", 1),
        ("r1", "b", 1),
        ("r1", "c", 0),
        ("r2", "a", 0),
        ("r2", "b", 0),
        ("r2", "c", 2),
    ]
    assert [(line.option, line.count, line.place) for line in two.lines] == [
        ("a", 1, 2),
        ("b", 1, 2),
        ("c", 2, 1),
    ]
    assert (three.answered, three.mean) == (3, 15)
    # To the public the mean of so few would tell too much.
    assert queries.results_of(consultation).questions[2].mean is None
    assert [(line.option, line.count) for line in four.lines] == [("1", 0), ("2", 0), ("3", 2)]


def test_what_was_given_in_confidence_does_not_make_few_numbers_many(app):
    """Beside four others in confidence the mean would be the number of the fifth."""
    consultation = answering.open_consultation()
    where = answering.section(consultation)
    number = answering.question(where, QuestionKind.NUMBER, may_be_confidential=True)
    secret = {"confidentiality": "commercial", "confidential_reason": "Prices"}
    for days in range(1, 5):
        submit(consultation, {number: Given(number=Decimal(days), **secret)})
    submit(consultation, {number: Given(number=Decimal(30))})
    (told,) = queries.results_of(consultation).questions
    assert (told.answered, told.mean) == (5, None)
    (known,) = queries.results_of(consultation, exact=True).questions
    assert known.mean == 30
    for _number in range(4):
        submit(consultation, {number: Given(number=Decimal(10))})
    assert queries.results_of(consultation).questions[0].mean == 14


def test_answers_are_set_against_size_region_and_capacity(app):
    consultation, first, _second = answering.small_consultation()
    submit(consultation, {first: answering.choose("a")}, size=SizeBand.MICRO, region=None)
    submit(consultation, {first: answering.choose("b")}, organisation_name="Tyne Carers")
    found = {
        by: (results.groups, [list(line.cells) for line in results.questions[0].lines[:2]])
        for by in ("size", "region", "capacity")
        for results in [queries.results_of(consultation, by=by, exact=True)]
    }
    assert found == {
        "size": (["micro", "not-given"], [[1, 0], [0, 1]]),
        "region": (["E12000001", "not-given"], [[0, 1], [1, 0]]),
        "capacity": (["organisation", "individual"], [[0, 1], [1, 0]]),
    }


def test_the_csv_holds_the_page_and_no_formula(app, client):
    consultation = answering.open_consultation()
    options = [{"key": "a", "label": "=HYPERLINK(1)"}, {"key": "b", "label": "Bread"}]
    question = answering.question(
        answering.section(consultation), QuestionKind.SINGLE, options=options, text="@Which?"
    )
    submit(consultation, {question: answering.choose("a")})
    published(consultation)
    answer = client.get(f"{consultation.path}results/csv/?by=sector")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [
        ["number", "question", "row", "option", "responses", "answered"],
        ["1", "'@Which?", "", "'=HYPERLINK(1)", "1", "1"],
        ["1", "'@Which?", "", "Bread", "0", "1"],
    ]


def test_the_page_asks_as_often_for_many_answers_as_for_few(app, client):
    consultation, first, _second = answering.small_consultation()
    address = f"{published(consultation).path}results/?by=sector"
    with count_statements() as few:
        client.get(address)
    consultation.closes_at = clock.now() + timedelta(days=1)
    for option in "abcabc":
        submit(consultation, {first: answering.choose(option)})
    published(consultation)
    with count_statements() as many:
        client.get(address)
    assert len(many) == len(few) <= 9
