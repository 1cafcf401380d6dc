"""Files of responses: every kind of question, names by order alone, no formulas, flat memory."""

import csv
import gc
import io
import json
import re
import tracemalloc
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import func, select

from forum.consultations import actions, queries
from forum.consultations.actions import exporting, retention
from forum.consultations.enums import (
    RESPONSE_FORMATS,
    Confidentiality,
    FileFormat,
    QuestionKind,
    Removal,
)
from forum.consultations.models import Response, ResponseExport
from forum.consultations.policy import exporting as policy
from forum.consultations.policy.answers import Chosen, Given
from forum.consultations.queries import Extract
from forum.core import clock
from forum.core.access import OPERATOR, Anonymous, no
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed, NotFound
from forum.ops import jobs
from tests import factories
from tests.consultations import analysing, answering, files, making
from tests.core.test_tables import UNSEEN
from tests.statements import count_statements

CSV, XLSX, JSON = RESPONSE_FORMATS
MATRIX_ROWS = [{"key": "r1", "label": "Price"}, {"key": "r2", "label": "Quality"}]
CELL = re.compile(r'<c r="([A-Z]+)\d+"[^>]*>(?:<is><t[^>]*>([^<]*)</t></is>|<v>([^<]*)</v>)</c>')
FORMULA = '=HYPERLINK("http://example.org","x")'
PHRASE = "Zugzwanghaft"
PAGES_OF_MANY = (
    "{path}results/",
    "{path}results/?by=sector",
    "{path}results/?by=capacity",
    "{path}responses/",
    "{path}responses/?q=buyers+invoices",
    "{path}responses/download/",
    "/consultations/{id}/manage/responses/",
    "/consultations/{id}/manage/responses/?unread=1",
    "/consultations/{id}/manage/exports/",
)


@pytest.fixture
def small(monkeypatch):
    """What is long already with three responses, and read in batches of two."""
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    monkeypatch.setattr("forum.consultations.queries.exporting.BATCH", 2)


def one_text(**fields):
    """An open consultation that asks for a text alone."""
    consultation = answering.open_consultation(**fields)
    return consultation, answering.question(answering.section(consultation))


def send(consultation, answers, *, may_publish=True, may_name=False, **fields):
    """A response that was sent."""
    response, holder = answering.begin(consultation, **fields)
    if answers:
        assert answering.answer(holder, response, answers) == {}
    return actions.submit_response(
        holder, response, may_publish=may_publish, may_name=may_name, may_contact=True
    )


def close(consultation):
    """Let the consultation have closed an hour ago."""
    consultation.opens_at = clock.now() - timedelta(days=40)
    consultation.closes_at = clock.now() - timedelta(hours=1)
    factories.commit()


def written(site, extract, kind=CSV):
    """The bytes of the file that a command writes."""
    target = site.instance / f"file-{kind}-{extract.is_public}-{extract.with_names}"
    actions.export_responses(extract, target, site, kind=kind, progress=lambda _count, _all: None)
    content = target.read_bytes()
    target.unlink()
    return content


def table(content):
    """The rows of a CSV file by column."""
    return list(csv.DictReader(io.StringIO(content.decode())))


def spreadsheet(content, sheet=1):
    """The rows of a sheet by column: texts as text, numbers as numbers; formulas fail."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(f"xl/worksheets/sheet{sheet}.xml").decode()
    assert "<f>" not in text
    return [
        {
            place: float(number) if number else unescape(words)
            for place, words, number in CELL.findall(row)
        }
        for row in text.split("<row ")[1:]
    ]


@pytest.fixture
def every(app):
    """A consultation with every kind of question, and what a respondent of a charity said."""
    consultation = answering.open_consultation()
    where = answering.section(consultation)
    options = answering.OPTIONS
    asked = {
        "short": answering.question(where, QuestionKind.SHORT_TEXT),
        "long": answering.question(where, may_be_confidential=True),
        "yes": answering.question(where, QuestionKind.YES_NO),
        "single": answering.question(
            where, QuestionKind.SINGLE, options=options, settings={"other": True}
        ),
        "multiple": answering.question(where, QuestionKind.MULTIPLE, options=options),
        "scale": answering.question(where, QuestionKind.SCALE, settings={"least": 0, "most": 10}),
        "matrix": answering.question(where, QuestionKind.MATRIX, options=options, rows=MATRIX_ROWS),
        "ranking": answering.question(where, QuestionKind.RANKING, options=options),
        "number": answering.question(where, QuestionKind.NUMBER),
        "date": answering.question(where, QuestionKind.DATE),
        "file": answering.question(where, QuestionKind.FILE),
    }
    response, holder = answering.begin(
        consultation, name="Ann Ash", organisation_name="Ash Trust", email="ann@example.org"
    )
    upload = actions.store_upload(
        holder, response, io.BytesIO(files.pdf()), "annex.pdf", field="file"
    )
    said = {
        "short": answering.text("Soon"),
        "long": Given(
            text="Our prices",
            confidentiality=Confidentiality.COMMERCIAL,
            confidential_reason="Rivals read this",
        ),
        "yes": answering.choose("unknown"),
        "single": Given(text="By hand", choices=(Chosen("other"),)),
        "multiple": answering.choose("a", "c"),
        "scale": answering.choose("0"),
        "matrix": Given(choices=(Chosen("b", row="r1"), Chosen("a", row="r2"))),
        "ranking": Given(choices=(Chosen("c", rank=1), Chosen("a", rank=2))),
        "number": Given(number=Decimal("-12.50")),
        "date": Given(day=date(2027, 3, 31)),
        "file": Given(upload_id=upload.id),
    }
    answers = {asked[name]: given for name, given in said.items()}
    assert answering.answer(holder, response, answers) == {}
    actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=True)
    send(consultation, {})
    return consultation, response


def test_every_kind_of_question_has_its_columns(every, site):
    consultation, response = every
    first, second = table(written(site, Extract(consultation)))
    base = f"http://localhost/consultations/{consultation.id}/manage/responses/{response.id}/"
    address = first.pop("q11_address")
    assert address.startswith(f"{base}files/")
    assert {name: cell for name, cell in first.items() if name.startswith("q")} == {
        "q1": "Soon",
        "q2": "Our prices",
        "q2_confidential": "commercial",
        "q2_confidential_reason": "Rivals read this",
        "q3": "unknown",
        "q4": "other",
        "q4_other_text": "By hand",
        "q5_a": "1",
        "q5_b": "0",
        "q5_c": "1",
        "q6": "0",
        "q7_r1": "Within 30 days",
        "q7_r2": "Within 10 days",
        "q8_a": "2",
        "q8_b": "",
        "q8_c": "1",
        "q9": "-12.5",
        "q10": "2027-03-31",
        "q11": "annex.pdf",
    }
    assert {cell for name, cell in second.items() if name.startswith("q")} == {""}
    assert first["response"] == str(response.id)
    assert [first[name] for name in ("capacity", "sector", "size", "region", "late")] == [
        "individual" if not response.is_organisation else "organisation",
        "voluntary",
        response.size or "",
        "E12000001",
        "no",
    ]
    assert first["channel"] == "online"
    assert first["submitted_at"] == f"{response.submitted_at:%Y-%m-%dT%H:%M:%SZ}"


def test_a_spreadsheet_says_the_same_with_numbers_as_numbers(every, site):
    consultation, _response = every
    content = written(site, Extract(consultation), XLSX)
    head, *rows = spreadsheet(content)
    told = table(written(site, Extract(consultation)))
    for cells, expected in zip(rows, told, strict=True):
        found = {head[place]: value for place, value in cells.items()}
        assert set(found) == {name for name, text in expected.items() if text}
        for name, value in found.items():
            text = expected[name]
            assert value == (float(text) if isinstance(value, float) else text), name
    by_name = {head[place]: value for place, value in rows[0].items()}
    assert (by_name["q9"], by_name["q6"], by_name["q8_c"]) == (-12.5, 0.0, 1.0)
    questions = spreadsheet(content, 2)
    assert list(questions[0].values()) == ["column", "number", "kind", "meaning", "part"]
    assert ["q7_r2", 7.0, "matrix", "What should change?", "Quality"] in [
        list(row.values()) for row in questions
    ]


def test_json_tells_answers_with_their_questions(every, site):
    consultation, response = every
    told = json.loads(written(site, Extract(consultation), JSON))
    assert (told["format"], told["version"], told["published_only"]) == (
        "roundtable-responses",
        1,
        False,
    )
    assert told["consultation"]["address"] == f"http://localhost{consultation.path}"
    assert [one["number"] for one in told["questions"]] == list(range(1, 12))
    first, second = told["responses"]
    assert (first["response"], second["answers"]) == (response.id, [])
    by_number = {answer.pop("question"): answer for answer in first["answers"]}
    assert by_number[2] == {
        "text": "Our prices",
        "confidential": "commercial",
        "confidential_reason": "Rivals read this",
    }
    assert by_number[7]["choices"][0] == {"option": "b", "label": "Within 30 days", "row": "r1"}
    assert by_number[8]["choices"][0]["rank"] == 1
    assert by_number[9] == {"number": -12.5}
    assert by_number[11]["file"]["name"] == "annex.pdf"


def test_an_empty_set_is_a_file_with_a_head(app, site):
    extract = Extract(answering.small_consultation()[0])
    assert table(written(site, extract)) == []
    assert json.loads(written(site, extract, JSON))["responses"] == []
    assert len(spreadsheet(written(site, extract, XLSX))) == 1


@pytest.mark.parametrize("kind", RESPONSE_FORMATS)
def test_names_are_in_a_file_that_was_ordered_with_names_alone(every, site, kind):
    consultation, response = every
    identity = [name.encode() for name in ("Ann Ash", "Ash Trust", "ann@example.org")]
    identity.append(response.reference.encode())
    plain = told_by(written(site, Extract(consultation), kind), kind)
    named = told_by(written(site, Extract(consultation, with_names=True), kind), kind)
    assert [name for name in identity if name in plain] == []
    assert [name for name in identity if name not in named] == []
    response.may_contact = False
    factories.commit()
    named = told_by(written(site, Extract(consultation, with_names=True), kind), kind)
    assert b"ann@example.org" not in named
    assert b"Ann Ash" in named


def told_by(content, kind):
    """Everything that the file says."""
    if kind is not XLSX:
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("text", [FORMULA, "+1", "-1+1", "@SUM(A1)", "\uff1d1", "http://a.example"])
def test_no_text_is_a_formula_or_a_link(app, site, text):
    consultation, question = one_text()
    send(consultation, {question: answering.text(text)})
    extract = Extract(consultation)
    cell = table(written(site, extract))[0]["q1"]
    assert cell == (text if text.startswith("http") else f"'{text}")
    content = written(site, extract, XLSX)
    assert text in spreadsheet(content)[1].values()
    assert b"<hyperlink " not in told_by(content, XLSX)
    assert json.loads(written(site, extract, JSON))["responses"][0]["answers"][0]["text"] == text


def test_nothing_unseen_before_it_makes_a_formula(app, site):
    consultation, question = one_text()
    texts = [f"{unseen}{FORMULA}" for unseen in UNSEEN]
    analysing.say(consultation, question, texts)
    extract = Extract(consultation)
    assert [row["q1"] for row in table(written(site, extract))] == [f"'{text}" for text in texts]
    _head, *rows = spreadsheet(written(site, extract, XLSX))
    assert [list(row.values())[-1] for row in rows] == texts


def test_what_does_not_count_is_in_no_file(app, site):
    consultation, first, _second = answering.small_consultation(checks_offline=True)
    draft, holder = answering.begin(consultation)
    answering.answer(holder, draft, {first: answering.choose("a")})
    gone = send(consultation, {first: answering.choose("a")})
    actions.withdraw_response(answering.holder_of(None, gone.reference), gone)
    unchecked = send(consultation, {first: answering.choose("a")})
    unchecked.channel = "paper"
    kept = send(consultation, {first: answering.choose("b")})
    factories.commit()
    rows = table(written(site, Extract(consultation)))
    assert [(row["response"], row["q1"]) for row in rows] == [(str(kept.id), "Within 30 days")]


def test_answers_on_equality_are_in_no_file(app, site):
    consultation, first, _second = answering.small_consultation()
    apart = answering.section(consultation, "Equality", is_equality=True)
    answering.question(
        apart, QuestionKind.SINGLE, text=PHRASE, options=[{"key": "z", "label": PHRASE}]
    )
    actions.fill_consultation(consultation, responses=3, seed=1)
    close(consultation)
    for kind in RESPONSE_FORMATS:
        for extract in (Extract(consultation, with_names=True), Extract(consultation, True)):
            assert PHRASE.encode() not in told_by(written(site, extract, kind), kind)
    assert first.number == 1


@pytest.fixture
def decided(app):
    """Closed, with a response of which parts are published, and others of which nothing is."""
    consultation = answering.open_consultation()
    where = answering.section(consultation)
    texts = [answering.question(where, may_be_confidential=True) for _number in range(4)]
    choice = answering.question(where, QuestionKind.SINGLE, options=answering.OPTIONS)
    shown = send(
        consultation,
        {
            texts[0]: answering.text("Plain words"),
            texts[1]: answering.text(f"Words and {PHRASE}"),
            texts[2]: answering.text(f"Never {PHRASE}"),
            texts[3]: Given(
                text=f"Secret {PHRASE}",
                confidentiality=Confidentiality.PERSONAL,
                confidential_reason=PHRASE,
            ),
            choice: answering.choose("a"),
        },
        name=PHRASE,
        email=f"{PHRASE}@example.org",
    )
    send(consultation, {texts[0]: answering.text(PHRASE)}, may_publish=False)
    send(consultation, {texts[0]: answering.text(PHRASE)})
    close(consultation)
    manager = making.manager()
    by_text = queries.answers_to_review(shown.id)
    actions.approve_answer(manager, shown, by_text[texts[0].id])
    actions.redact_answer(manager, shown, by_text[texts[1].id], spans=PHRASE, why=Removal.PERSONAL)
    actions.withhold_answer(manager, shown, by_text[texts[2].id], why=Removal.UNLAWFUL)
    return consultation, shown


@pytest.mark.parametrize("kind", RESPONSE_FORMATS)
def test_the_public_file_says_what_the_page_says(decided, site, kind):
    consultation, shown = decided
    content = written(site, Extract(consultation, is_public=True), kind)
    assert PHRASE.encode() not in told_by(content, kind)
    assert shown.reference.encode() not in told_by(content, kind)
    if kind is CSV:
        (row,) = table(content)
        assert (row["response"], row["name"]) == (str(shown.id), "")
        assert [row[f"q{number}"] for number in range(1, 6)] == [
            *("Plain words", "Words and [removed]", "", ""),
            "Within 10 days",
        ]
        assert row["not_shown"] == (
            "q2 redacted: personal-data; q3 unlawful-or-abusive; q4 confidential"
        )
        assert not {"submitted_at", "channel", "reference", "q4_confidential"} & set(row)
    if kind is JSON:
        (response,) = json.loads(content)["responses"]
        assert response["answers"][1] == {
            "question": 2,
            "text": "Words and [removed]",
            "redacted": "personal-data",
        }
        assert response["answers"][3] == {"question": 4, "not_shown": "confidential"}


def test_names_are_public_by_choice_alone(decided, site):
    consultation, shown = decided
    shown.may_name = True
    factories.commit()
    assert table(written(site, Extract(consultation, is_public=True)))[0]["name"] == PHRASE
    shown.respondent.organisation_name = "Ash Trust"
    factories.commit()
    content = written(site, Extract(consultation, is_public=True))
    assert table(content)[0]["name"] == "Ash Trust"
    assert PHRASE.encode() not in content


def test_nobody_has_the_public_file_before_closing(decided, site, client):
    consultation, _shown = decided
    address = f"{consultation.path}responses/download/"
    assert "Plain words" in client.get(f"{address}csv/").text
    consultation.closes_at = clock.now() + timedelta(days=1)
    factories.commit()
    for end in ("", *(f"{kind}/" for kind in RESPONSE_FORMATS)):
        assert PHRASE not in client.get(f"{address}{end}", status=404).text
    with pytest.raises(NotAllowed):
        actions.open_published(consultation, site, kind=CSV)
    with pytest.raises(NotAllowed):
        actions.order_published(Anonymous(), consultation, kind=CSV)


def test_a_short_public_file_is_a_download_without_an_account(decided, site, client):
    consultation, _shown = decided
    page = client.get(f"{consultation.path}responses/")
    assert "Download what is published" in page.main
    page = client.get(f"{consultation.path}responses/download/")
    assert "1 response is published" in page.main
    for kind, media in (("csv", "text/csv"), ("xlsx", "spreadsheetml"), ("json", "/json")):
        assert f'responses/download/{kind}/"' in page.text
        answer = client.get(f"{consultation.path}responses/download/{kind}/")
        assert media in answer.content_type
        assert answer.headers["Content-Disposition"] == (
            f"attachment; filename=consultation-{consultation.id}-responses.{kind}"
        )
        assert b"Plain words" in told_by(answer.data, FileFormat(kind))
    assert db.session.scalar(select(func.count()).select_from(ResponseExport)) == 0


def test_what_the_columns_mean_is_a_table(every, site, client):
    consultation, _response = every
    rows = table(client.get(f"{consultation.path}questions/columns/").data)
    assert {
        "column": "q1",
        "number": "1",
        "kind": "short-text",
        "meaning": "What should change?",
        "part": "",
    } in rows
    told = written(site, Extract(consultation, with_names=True)).decode().splitlines()[0]
    assert set(told.split(",")) < {row["column"] for row in rows}
    assert {"q5_b", "q7_r1", "q8_c", "q2_confidential"} <= {row["column"] for row in rows}


def test_a_manager_orders_a_file_and_has_it(every, site, client):
    consultation, response = every
    manager = making.manager()
    client.sign_in(manager)
    base = f"/consultations/{consultation.id}/manage/"
    assert f"{base}exports/" in client.get(f"{base}responses/").text
    assert f"{base}exports/" in client.get(f"{consultation.path}results/").text
    page = client.get(f"{base}exports/")
    refused = client.post_form(page, button="Prepare the file", status=422)
    assert "Choose a kind of file" in refused.main
    answer = client.post_form(page, {"format": "csv", "with_names": "y"}, button="Prepare the file")
    ready = client.follow(answer)
    assert "2 responses" in ready.main
    assert "with names" in ready.main
    file = client.get(f"{answer.headers['Location']}file/")
    assert file.headers["Cache-Control"] == "private, no-store"
    assert table(file.data)[0]["reference"] == response.reference
    assert "with names" in client.get(f"{base}exports/").main
    record = db.session.scalars(
        select(AuditRecord).where(AuditRecord.tag == "consultation.export")
    ).one()
    assert (record.actor_id, record.details) == (
        manager.id,
        {"format": "csv", "with_names": True, "responses": 2},
    )


def test_a_file_is_nobody_elses(every, site, client):
    consultation, _response = every
    owner, colleague = making.manager(), making.manager()
    order = actions.order_export(owner, consultation, site, kind=CSV, with_names=True)
    address = f"/consultations/{consultation.id}/manage/exports/"
    for account, status in (
        (colleague, 404),
        (making.manager("london"), 403),
        (factories.make_account(role="moderator"), 403),
        (factories.make_account(), 403),
    ):
        client.sign_in(account)
        client.get(f"{address}{order.id}/", status=status)
        client.get(f"{address}{order.id}/file/", status=status)
    client.get(address, status=403)
    with pytest.raises(NotAllowed):
        actions.order_export(
            making.manager("london"), consultation, site, kind=CSV, with_names=False
        )
    other, *_questions = answering.small_consultation()
    with pytest.raises(NotFound):
        queries.get_export(owner, other, order.id)


def test_the_check_and_the_filter_of_orders_say_the_same(every, site):
    consultation, _response = every
    owner, colleague = making.manager(), making.manager()
    actions.order_export(owner, consultation, site, kind=CSV, with_names=False)
    close(consultation)
    actions.order_published(Anonymous(), consultation, kind=CSV)
    actions.order_published(owner, consultation, kind=JSON)
    orders = db.session.scalars(select(ResponseExport)).all()
    assert len(orders) == 3
    for actor in (owner, colleague, Anonymous(), OPERATOR):
        seen = set(db.session.scalars(select(ResponseExport.id).where(policy.ordered_by(actor))))
        assert seen == {one.id for one in orders if policy.can_open_export(actor, one)}
        assert len(seen) == (1 if actor is owner else 0)


@pytest.mark.usefixtures("site", "small")
def test_a_long_file_is_made_by_the_worker_and_the_page_says_how_far_it_is(
    every, client, deliver, monkeypatch
):
    consultation, _response = every
    send(consultation, {})
    manager = making.manager()
    client.sign_in(manager)
    address = f"/consultations/{consultation.id}/manage/exports/"
    answer = client.post_form(address, {"format": "json"}, button="Prepare the file")
    waiting = client.follow(answer)
    assert "0 of 3 responses are written" in waiting.main
    client.get(f"{answer.headers['Location']}file/", status=404)
    again = client.post_form(address, {"format": "json"}, button="Prepare the file")
    assert again.headers["Location"] == answer.headers["Location"]
    asked = []
    monkeypatch.setattr("forum.core.queue.put", asked.append)
    deliver()
    assert asked == ["consultations.export"]
    seen = []
    note = exporting._note

    def watch(order_id, **values):
        note(order_id, **values)
        seen.append(client.get(answer.headers["Location"]).main)

    monkeypatch.setattr(exporting, "_note", watch)
    jobs.make_response_exports()
    assert "2 of 3 responses are written" in seen[0]
    file = client.get(f"{answer.headers['Location']}file/")
    assert len(json.loads(file.data)["responses"]) == 3


def test_a_long_public_file_is_ordered_once_and_goes_when_something_changes(
    app, site, small, client, browser
):
    consultation, question = one_text()
    responses = [send(consultation, {question: answering.text("Yes")}) for _number in range(4)]
    close(consultation)
    manager = making.manager()
    for response in responses[:3]:
        actions.approve_answers(manager, response)
    address = f"{consultation.path}responses/download/"
    client.get(f"{address}csv/", status=404)
    client.post_form(address, button="Prepare CSV")
    assert "0 of 3 responses are written" in browser().get(address).main
    browser().post_form(address, button="Prepare XLSX")
    actions.order_published(Anonymous(), consultation, kind=CSV)
    assert db.session.scalar(select(func.count()).select_from(ResponseExport)) == 2
    assert jobs.make_response_exports() == 2
    page = browser().get(address)
    assert "Download CSV (" in page.main
    assert len(table(browser().get(f"{address}csv/").data)) == 3
    # As when another machine has made it.
    for path in (site.instance / "exports").glob("*.csv"):
        path.unlink()
    assert "not ready, or it has expired" in browser().get(f"{address}csv/", status=404).text
    actions.remove_response(manager, responses[0], reason="They asked for it.")
    actions.approve_answers(manager, responses[3])
    browser().get(f"{address}csv/", status=404)
    assert "Prepare CSV" in browser().get(address).main


def test_pages_of_files_ask_the_rule_of_files(every, client, monkeypatch):
    """It allows what managers may do anyway; should it be narrowed, the pages are narrowed, too."""
    consultation, _response = every
    client.sign_in(making.manager())
    address = f"/consultations/{consultation.id}/manage/exports/"
    client.get(address)
    monkeypatch.setattr(policy, "can_export", lambda *_: no("Files are for analysts."))
    assert "Files are for analysts." in client.get(address, status=403).main


def test_a_file_is_gone_after_a_day_and_what_nobody_ordered_at_once(every, site, client):
    consultation, _response = every
    manager = making.manager()
    order = actions.order_export(manager, consultation, site, kind=CSV, with_names=False)
    folder = site.instance / "exports"
    (folder / "999.csv.12-34").write_text("left behind")
    assert actions.remove_old_exports(site) == 0
    assert [path.name for path in folder.iterdir()] == [f"{order.id}.csv"]
    assert (folder / f"{order.id}.csv").stat().st_mode & 0o777 == 0o600
    with clock.at(clock.now() + timedelta(hours=25)):
        jobs.make_response_exports()
    assert list(folder.iterdir()) == []
    client.sign_in(manager)
    client.get(f"/consultations/{consultation.id}/manage/exports/{order.id}/", status=404)


def test_files_with_names_go_with_the_names(every, site):
    consultation, _response = every
    actions.order_export(making.manager(), consultation, site, kind=CSV, with_names=True)
    consultation.retention_on = (clock.now() - timedelta(days=1)).date()
    close(consultation)
    retention.end_retention()
    jobs.make_response_exports()
    assert list((site.instance / "exports").iterdir()) == []
    assert db.session.scalar(select(func.count()).select_from(ResponseExport)) == 0


def test_a_file_that_cannot_be_written_says_so_and_can_be_ordered_anew(every, site, client):
    consultation, _response = every
    manager = making.manager()
    (site.instance / "exports").write_text("in the way")
    order = actions.order_export(manager, consultation, site, kind=CSV, with_names=False)
    client.sign_in(manager)
    address = f"/consultations/{consultation.id}/manage/exports/"
    assert "could not be prepared" in client.get(f"{address}{order.id}/").main
    assert "Failed" in client.get(address).main
    (site.instance / "exports").unlink()
    again = actions.order_export(manager, consultation, site, kind=CSV, with_names=False)
    assert again.id != order.id
    assert "Download the file" in client.get(f"{address}{again.id}/").main


def test_an_order_whose_worker_was_stopped_is_taken_up_a_few_times(every, site, small):
    consultation, _response = every
    send(consultation, {})
    order = actions.order_export(making.manager(), consultation, site, kind=CSV, with_names=False)
    for number in range(exporting.MOST_ATTEMPTS):
        later = clock.now() + number * exporting.HELD
        with clock.at(later):
            assert exporting._claim() == order.id
            assert exporting._claim() is None
    with clock.at(later + exporting.HELD):
        assert actions.make_waiting_exports(site) == 0
    assert order.finished_at is None
    assert order.failed_at is not None


def test_a_spreadsheet_that_would_be_too_long_is_refused(every, site, client, monkeypatch):
    consultation, _response = every
    monkeypatch.setattr("forum.consultations.exports.MOST_IN_SPREADSHEET", 1)
    client.sign_in(making.manager())
    address = f"/consultations/{consultation.id}/manage/exports/"
    refused = client.post_form(address, {"format": "xlsx"}, button="Prepare the file", status=422)
    assert "Choose CSV or JSON" in refused.main
    with pytest.raises(Invalid):
        written(site, Extract(consultation), XLSX)
    assert len(table(written(site, Extract(consultation)))) == 2


def test_a_batch_takes_three_statements_however_many_answers_it_has(every, site):
    consultation, _response = every
    extract = Extract(consultation, with_names=True)

    def count():
        with count_statements() as statements:
            assert queries.batch_to_export(extract, after=0)
        return len(statements)

    assert count() == 3
    actions.fill_consultation(consultation, responses=60, seed=1)
    assert count() == 3


def test_every_response_is_in_the_file_once_whatever_the_batches(every, site, small):
    consultation, _response = every
    actions.fill_consultation(consultation, responses=5, seed=1)
    ids = [int(row["response"]) for row in table(written(site, Extract(consultation)))]
    assert len(ids) == 7
    assert ids == sorted(set(ids))


def test_memory_does_not_grow_with_the_number_of_responses(app, site, monkeypatch):
    monkeypatch.setattr("forum.consultations.queries.exporting.BATCH", 20)
    consultation, *_questions = answering.small_consultation()
    actions.fill_consultation(consultation, responses=40, seed=1)
    # What was there before need not be looked through each time.
    gc.collect()
    gc.freeze()
    for kind in RESPONSE_FORMATS:
        write_away(site, consultation, kind)
    few = peaks(site, consultation)
    actions.fill_consultation(consultation, responses=360, seed=2)
    many = peaks(site, consultation)
    assert [kind for kind in RESPONSE_FORMATS if many[kind] >= 1.5 * few[kind]] == []


def peaks(site, consultation):
    """The most memory that a file of each kind took while it was written, in bytes."""
    return {
        kind: peak_of(lambda kind=kind: write_away(site, consultation, kind))
        for kind in RESPONSE_FORMATS
    }


def write_away(site, consultation, kind):
    """Write the file without reading it; how many responses it has."""
    target = site.instance / "away"
    extract = Extract(consultation, with_names=True)
    # What is garbage already would count as memory until Python looks for it.
    count = actions.export_responses(
        extract, target, site, kind=kind, progress=lambda _count, _all: gc.collect()
    )
    target.unlink()
    return count


def peak_of(work):
    """The most memory that was taken in addition while it worked, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def run(app, *arguments, code=0):
    factories.commit()
    result = app.test_cli_runner().invoke(args=["consultations", "export", *arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def test_the_command_writes_a_file_and_leaves_a_record(every, site, app):
    consultation, _response = every
    target = site.instance / "responses.csv"
    number = str(consultation.id)
    told = run(app, number, "--format", "csv", "--output", str(target), "--names")
    assert "2 responses are in" in told
    assert table(target.read_bytes())[0]["name"] == "Ann Ash"
    assert target.stat().st_mode & 0o777 == 0o600
    record = db.session.scalars(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).one()
    assert (record.tag, record.actor_id, record.details["with_names"]) == (
        "consultation.export",
        None,
        True,
    )
    again = run(app, number, "--format", "csv", "--output", str(target), code=1)
    assert "exists already" in again
    nowhere = str(site.instance / "no" / "file")
    assert "cannot be written" in run(app, number, "--format", "json", "--output", nowhere, code=1)
    run(app, "999999", "--format", "csv", "--output", str(site.instance / "x"), code=1)
    wrong = run(app, number, "--format", "csv", "--output", "x", "--names", "--published", code=2)
    assert "by choice alone" in wrong


def test_pages_about_responses_take_the_same_statements_however_many_there_are(app, site, client):
    consultation, _question = one_text()
    manager = making.manager()

    def publish():
        for response in db.session.scalars(select(Response)):
            response.may_publish, response.published_at = True, clock.now()
        factories.commit()

    def count():
        publish()
        found = []
        for path in PAGES_OF_MANY:
            address = path.format(path=consultation.path, id=consultation.id)
            with count_statements() as statements:
                client.get(address)
            found.append(len(statements))
        return found

    actions.fill_consultation(consultation, responses=3, seed=1)
    close(consultation)
    client.sign_in(manager)
    client.get("/")
    few = count()
    consultation.closes_at = clock.now() + timedelta(days=1)
    actions.fill_consultation(consultation, responses=60, seed=2)
    close(consultation)
    assert count() == few
    assert max(few) <= 20
