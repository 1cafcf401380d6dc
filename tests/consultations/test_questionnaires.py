"""Questionnaires as files: out and back the same, and hostile JSON told in plain words."""

import io
import json

import pytest

from forum.consultations import exports, queries
from forum.consultations.actions import importing
from forum.consultations.enums import Operator
from forum.consultations.models import Question
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from tests import factories as make
from tests.consultations import making


@pytest.fixture
def boss(app):
    return making.manager()


def make_source(boss, **fields):
    """A draft with questions of many kinds, one of them conditional."""
    draft = making.make_draft(author=boss, **fields)
    first = making.make_section(draft, title="You", introduction="Tell us.")
    size = making.make_question(
        first, "single-choice", options=making.options("Small", "Large"), settings={"other": True}
    )
    making.make_question(first, "information", text="Thank you.")
    making.make_question(first, "number", settings={"least": "0.5", "most": "10"})
    second = making.make_section(draft, title="Equality", is_equality=True)
    making.make_question(
        second,
        "yes-no",
        condition_question_id=size.id,
        condition_operator=Operator.IS,
        condition_value="o2",
    )
    making.make_question(second, "multiple-choice", options=making.options("A", "B"))
    return draft


def written(draft):
    return exports.write_questionnaire(queries.questionnaire_of(draft.id))


def test_out_and_back(boss):
    source, target = make_source(boss), making.make_draft(author=boss)
    assert importing.import_questionnaire(boss, target, written(source)) == 5
    assert written(target) == written(source)
    asked = queries.questions_of(target.id)
    assert asked[3].condition_question_id == asked[0].id
    assert asked[3].condition_value == asked[0].options[1]["key"]


def test_what_is_there_stays(boss):
    source, target = make_source(boss), making.make_draft(author=boss)
    making.make_question(making.make_section(target, title="Before"), text="First?")
    importing.import_questionnaire(boss, target, written(source))
    sections = queries.questionnaire_of(target.id)
    assert [one.title for one in sections] == ["Before", "You", "Equality"]
    assert [one.number for one in queries.questions_in(sections)] == [1, 2, 0, 3, 4, 5]
    assert queries.questions_of(target.id)[4].condition_question_id == (
        queries.questions_of(target.id)[1].id
    )


def test_copy_from_an_earlier_one(client, boss):
    source, target = make_source(boss, title="Earlier"), making.make_draft(author=boss)
    client.sign_in(boss)
    path = f"/consultations/{target.id}/manage/questions/copy/"
    page = client.follow(client.post_form(path, {"source": str(source.id)}))
    assert "5 questions added." in page.words
    assert written(target) == written(source)


def test_drafts_of_other_centres_are_not_offered(client, boss):
    elsewhere = make_source(making.manager("london"), centre=make.get_centre("london"))
    target = making.make_draft(author=boss)
    client.sign_in(boss)
    assert (
        "no other consultation"
        in client.get(f"/consultations/{target.id}/manage/questions/copy/").main
    )
    with pytest.raises(Invalid, match="from the list"):
        importing.copy_questionnaire(boss, target, elsewhere.id)


def test_the_file_is_a_download(client, boss):
    draft = make_source(boss)
    answer = client.sign_in(boss).get(f"/consultations/{draft.id}/manage/questions/export/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.data)["sections"][0]["title"] == "You"
    client.sign_in(make.make_account()).get(
        f"/consultations/{draft.id}/manage/questions/export/", status=403
    )


def test_import_by_hand(client, boss):
    draft, source = making.make_draft(author=boss), make_source(boss)
    client.sign_in(boss)
    path = f"/consultations/{draft.id}/manage/questions/import/"

    def send(content, status):
        token = client.get(path).fields(button="Import questions")["csrf_token"]
        data = {"csrf_token": token}
        if content:
            data["file"] = (io.BytesIO(content), "questions.json")
        return client.post(path, data=data, content_type="multipart/form-data", status=status)

    assert send(None, 422).errors == ["Choose a file"]
    assert send(b"nothing", 422).errors == ["This is not a JSON file"]
    assert "5 questions added." in client.follow(send(written(source), 303)).words


def test_only_drafts_and_managers(boss):
    found, source = making.make_announced(author=boss), make_source(boss)
    with pytest.raises(NotAllowed):
        importing.import_questionnaire(boss, found, written(source))
    with pytest.raises(NotAllowed):
        importing.import_questionnaire(make.make_account(), source, written(source))
    with pytest.raises(NotAllowed):
        importing.import_questionnaire(make.make_account(), source, b"not even a questionnaire")


def file(*questions, **fields):
    sections = [{"title": "One", "questions": list(questions)}]
    whole = {"format": "roundtable-questionnaire", "version": 1, "sections": sections}
    return json.dumps({**whole, **fields}).encode()


def question(**fields):
    return {"kind": "yes-no", "text": "Really?", **fields}


def options(*labels, **fields):
    return question(kind="single-choice", options=list(labels), **fields)


HOSTILE = {
    "deep nesting": b"[" * 100_000,
    "deep nesting within": file(question(help="X")).replace(b'"X"', b"[" * 100_000),
    "a surrogate": b'{"format": "\xed\xa0\x80"}',
    "another format": file(format="other"),
    "another version": file(version=2),
    "a huge version": file().replace(b'"version": 1', b'"version": ' + b"9" * 5_000),
    "a huge exponent": file().replace(b'"version": 1', b'"version": 1e999999'),
    "no sections": file(sections=[]),
    "sections of another type": file(sections={"title": "One"}),
    "too many sections": file(sections=[{"title": "x"}] * 31),
    "too many questions": file(*[question()] * 201),
    "a title of another type": file(sections=[{"title": 5}]),
    "a title without a letter": file(sections=[{"title": "–"}]),
    "no text": file({"kind": "yes-no"}),
    "an unknown kind": file(question(kind="essay")),
    "an unknown field": file(question(colour="red")),
    "a number for yes": file(question(required=1)),
    "text for a number": file(question(longest="ten")),
    "a huge number": file(question(longest=10**30)),
    "not a number": file(question()).replace(b'"Really?"', b"NaN"),
    "a null": file(question(text=None)),
    "5,000 options": file(options(*map(str, range(5_000)))),
    "one option": file(options("A")),
    "equal options": file(options("A", "A")),
    "a control character": file(question(text="a\x07b")),
    "a lone surrogate": file(question(text="a\ud800b")),
    "a condition on itself": file(question(condition={"question": 1, "operator": "answered"})),
    "a condition on a later one": file(
        question(condition={"question": 2, "operator": "answered"}), question()
    ),
    "a condition on number 0": file(question(condition={"question": 0, "operator": "answered"})),
    "an impossible condition": file(
        question(), question(condition={"question": 1, "operator": "is", "value": "perhaps"})
    ),
    "an unknown operator": file(question(condition={"question": 1, "operator": "like"})),
    "bytes": b"\xff\xfe\x00",
    "nothing": b"",
    "too large": b" " * (exports.LARGEST_FILE + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_add_nothing(boss, name):
    draft = making.make_draft(author=boss)
    with pytest.raises(Invalid) as refused:
        importing.import_questionnaire(boss, draft, HOSTILE[name])
    assert refused.value.field == "file"
    assert len(refused.value.message) < 200
    assert db.session.query(Question).count() == 0
    assert queries.questionnaire_of(draft.id) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a title of another type", "At sections 1, title: Expected text, got a whole number"),
        ("a title without a letter", "At sections 1: Enter a title"),
        ("an unknown kind", "At sections 1, questions 1, kind: Invalid enum value 'essay'"),
        ("one option", "At sections 1, questions 1: Enter at least 2, each on a line of its own"),
        ("no text", "At sections 1, questions 1: Object missing required field text"),
    ],
)
def test_the_place_is_named(boss, name, message):
    with pytest.raises(Invalid) as refused:
        importing.import_questionnaire(boss, making.make_draft(author=boss), HOSTILE[name])
    assert refused.value.message == message
