"""What all forms share: refusals beside fields, submission ids, versions, well-formed text."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import InputRequired

from forum.core.errors import Invalid
from forum.web import forms


class TitleForm(forms.OnceForm):
    """One field."""

    title = StringField(
        filters=[forms.one_line], validators=[InputRequired("Enter a title"), forms.well_formed]
    )


class VersionForm(forms.VersionedForm):
    """Only a version."""


def make(app, kind=TitleForm, **data):
    with app.test_request_context(method="POST"):
        form = kind(MultiDict(data), meta={"csrf": False})
        return form, form.submitted()


def test_a_good_form_is_submitted(app):
    form, submitted = make(app, title="  A\t title \n")
    assert submitted
    assert form.title.data == "A title"
    assert form.status == 200


def test_a_form_that_was_not_sent_is_not_submitted(app):
    with app.test_request_context():
        assert not TitleForm().submitted()


def test_an_empty_field_says_what_to_do(app):
    form, submitted = make(app, title="")
    assert not submitted
    assert form.title.errors == ["Enter a title"]
    assert form.status == 422


def test_a_refusal_stands_beside_its_field(app):
    form, _ = make(app, title="x")
    form.refuse(Invalid("Taken", field="title"))
    assert form.title.errors == ["Taken"]
    assert form.status == 422


@pytest.mark.parametrize("field", ["", "nothing-here"])
def test_a_refusal_without_a_field_stands_above_the_form(app, field):
    form, _ = make(app, title="x")
    form.refuse(Invalid("Not now", field=field))
    form.refuse(Invalid("Nor then", field=field))
    assert form.form_errors == ["Not now", "Nor then"]
    assert form.status == 422


def test_a_refusal_of_one_form_is_not_shown_by_another(app):
    first, _ = make(app, title="x")
    first.refuse(Invalid("Not now"))
    second, _ = make(app, title="x")
    assert second.form_errors == []


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "\ud800"])
def test_text_that_cannot_be_shown_is_refused_and_shown(app, text):
    form, submitted = make(app, title=text)
    assert not submitted
    assert "cannot be shown" in form.title.errors[0]
    assert form.title.data.isprintable()


def test_text_is_composed(app):
    form, _ = make(app, title="Cafe\u0301")
    assert form.title.data == "Café"


def test_each_form_has_its_own_submission_id(app):
    with app.test_request_context():
        first, second = TitleForm(), TitleForm()
    assert len(first.submission_id.data) == 32
    assert first.submission_id.data != second.submission_id.data


def test_a_sent_submission_id_comes_back(app):
    form, submitted = make(app, title="x", submission_id="abc")
    assert submitted
    assert form.submission_id.data == "abc"


def test_a_long_submission_id_is_refused(app):
    _, submitted = make(app, title="x", submission_id="a" * 65)
    assert not submitted


@pytest.mark.parametrize(
    ("text", "version"),
    [("3", 3), ("", 0), ("x", 0), ("-1", 0), ("٣", 0), ("1" * 30, 0), ("1.0", 0)],
)
def test_versions_are_read_with_care(app, text, version):
    form, _ = make(app, VersionForm, version=text)
    assert form.began_from == version


def test_a_form_can_begin_anew(app):
    form, _ = make(app, VersionForm, version="3")
    form.begin_from(5)
    assert form.began_from == 5


@pytest.mark.parametrize(("text", "line"), [(None, None), ("", ""), (" a\r\n b\u2003c ", "a b c")])
def test_one_line(text, line):
    assert forms.one_line(text) == line


def test_the_button_that_was_pressed_is_known(app):
    with app.test_request_context(method="POST", data={"do": "preview"}):
        assert forms.wants("preview")
        assert not forms.wants("save")
