"""Pages are escaped exactly as Jinja itself would escape them."""

from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import lazy_gettext
from hypothesis import given
from hypothesis import strategies as some
from jinja2 import ChainableUndefined, Environment
from markupsafe import Markup, escape

from forum.web.escaping import init_escaping, written

HOSTILE = "<script>alert('1')</script> & \"more\""


class Word(StrEnum):
    HOSTILE = HOSTILE


class Text(str):
    __slots__ = ()


class Element:
    def __html__(self):
        return "<b>made</b>"


class Thing:
    def __str__(self):
        return HOSTILE


VALUES = [HOSTILE, Word.HOSTILE, Text(HOSTILE), Markup("<b>made</b>"), Element(), Thing()]
VALUES += [None, 12, 1.5, True, b"<b>", ["<i>"], ChainableUndefined(name="nothing")]

TEMPLATES = [
    "{{ value }}",
    "{% macro show(x) %}[{{ x }}]{% endmacro %}{{ show(value) }}{{ show(show(value)) }}",
    "{% set kept %}<i>{{ value }}</i>{% endset %}{{ kept }}{{ kept ~ value }}",
    "{% autoescape false %}{{ value }}{% endautoescape %}{{ value }}",
    "{% filter upper %}{{ value }}{% endfilter %}",
    "{% macro box() %}<p>{{ caller() }}</p>{% endmacro %}{% call box() %}{{ value }}{% endcall %}",
    "{% for one in [value, value] %}{{ one }}{{ one|string|length }}{% endfor %}",
    "{{ value|e }}{{ value|string|safe }}{{ value is defined }}",
]


@pytest.fixture(scope="module")
def ours():
    application = Flask(__name__)
    init_escaping(application)
    return application.jinja_env


@given(some.text())
def test_every_text_is_escaped_as_by_the_library(text):
    assert written(text) == escape(text)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_every_kind_of_value_is_escaped_as_by_the_library(value):
    assert written(value) == escape(value)


@pytest.mark.parametrize("source", TEMPLATES)
def test_templates_read_as_those_of_jinja(ours, source):
    plain = Environment(autoescape=True, extensions=["jinja2.ext.do"])
    compiled = ours.from_string(source)
    told = [compiled.render(value=value) for value in VALUES]
    assert told == [plain.from_string(source).render(value=value) for value in VALUES]


def test_what_is_hostile_never_becomes_an_element(ours):
    shown = ours.from_string("{{ a }}{{ b }}{{ c }}").render(
        a=HOSTILE, b=Word.HOSTILE, c=Text(HOSTILE)
    )
    assert "<" not in shown
    assert shown.count("&lt;script&gt;") == 3


def test_translations_that_wait_are_written_as_by_the_library(app):
    words = lazy_gettext("Terms & conditions")
    assert written(words) == escape(words)


def test_the_site_uses_it(app):
    assert "environment.written(" in app.jinja_env._generate(
        app.jinja_env._parse("{{ value }}", None, "page.html"), "page.html", "page.html"
    )
