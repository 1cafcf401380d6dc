"""Fields as browsers get them. Radio buttons, which hot pages have, are those of govuk-frontend."""

import re

import pytest
from flask import render_template_string
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired

HOSTILE = "<b>\"Terms\" & 'more'</b>"
OURS = """{% import "components/fields.html" as fields %}
{{ fields.radios(field, hint=hint, inline=inline, item_hints=item_hints) }}"""
THEIRS = """{% from "govuk_frontend_jinja/components/radios/macro.html" import govukRadios %}
{{ govukRadios({
  "idPrefix": field.id,
  "name": field.name,
  "classes": "govuk-radios--inline" if inline else "",
  "fieldset": {"legend": {"text": field.label.text}},
  "hint": {"text": hint} if hint else none,
  "errorMessage": {"text": field.errors|join(" ")} if field.errors else none,
  "items": items
}) }}"""


class Choice(Form):
    kind = RadioField(
        HOSTILE,
        choices=[SelectChoice("one", "One"), SelectChoice(2, HOSTILE), SelectChoice("", "None")],
        validators=[InputRequired("Choose one")],
        validate_choice=False,
    )


BLOCKS = r"</?(?:div|p|label|legend|fieldset|input)\b[^>]*?"


def tight(html):
    """The HTML without the space that no browser shows."""
    return re.sub(rf" ?({BLOCKS}) ?> ?", r"\1>", re.sub(r"\s+", " ", html)).strip()


@pytest.mark.parametrize("chosen", ["one", "2", "", "another", None])
@pytest.mark.parametrize("hint", [None, HOSTILE])
@pytest.mark.parametrize("item_hints", [{}, {"one": HOSTILE, 2: "The second"}])
def test_radio_buttons_are_those_of_govuk_frontend(app, chosen, hint, item_hints):
    form = Choice(data={"kind": chosen})
    for inline in (False, True):
        items = [
            {
                "value": choice[0],
                "text": choice[1],
                "checked": choice[2],
                "hint": {"text": item_hints[choice[0]]} if choice[0] in item_hints else None,
            }
            for choice in form.kind.iter_choices()
        ]
        words = {"field": form.kind, "hint": hint, "inline": inline, "item_hints": item_hints}
        with app.test_request_context():
            ours = render_template_string(OURS, **words)
            theirs = render_template_string(THEIRS, items=items, **words)
        assert tight(ours) == tight(theirs)
        assert ours.count('type="radio"') == 3
        assert "<b>" not in ours
        form.validate()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/account/sign-in/", "email"),
        ("/account/register/", "email"),
        ("/account/forgotten-password/", "email"),
    ],
)
def test_no_browser_corrects_the_spelling_of_an_address(client, path, name):
    (field,) = client.get(path).find("input", name=name)
    assert field.get("spellcheck") == "false"
