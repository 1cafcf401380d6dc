"""How values read: dates in London's time, names of sectors and regions."""

from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from pathlib import Path

import pytest
from flask import render_template_string
from jinja2 import DictLoader

from forum.accounts.enums import Region, Sector
from forum.organisations.enums import OrganisationKind, SizeBand
from forum.web import filters

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 22, 14, 5, tzinfo=UTC), "22 November 2026 at 2:05pm"),
        (datetime(2026, 7, 1, 13, 5, tzinfo=UTC), "1 July 2026 at 2:05pm"),
        (datetime(2026, 1, 9, 0, 0, tzinfo=UTC), "9 January 2026 at 12:00am"),
        (datetime(2026, 1, 9, 12, 0, tzinfo=UTC), "9 January 2026 at 12:00pm"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 July 2026 at 12:30am"),
        (datetime(2024, 2, 29, 9, 9, tzinfo=UTC), "29 February 2024 at 9:09am"),
        # The hour that summer time skips, and the one that comes twice.
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "29 March 2026 at 12:59am"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29 March 2026 at 2:00am"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 October 2026 at 1:30am"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 October 2026 at 1:30am"),
        (
            datetime(2026, 1, 1, 3, 0, tzinfo=timezone(timedelta(hours=5))),
            "31 December 2025 at 10:00pm",
        ),
    ],
)
def test_instants_read_in_londons_time(moment, words):
    assert filters.datetime_words(moment) == words
    assert filters.date_words(moment) == words.partition(" at ")[0]


def test_an_instant_in_json_is_read_back():
    moment = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    assert filters.from_iso(moment.isoformat()) == moment


def test_instants_for_machines_are_in_utc():
    moment = datetime(2026, 7, 1, 13, 5, 59, 999_999, tzinfo=UTC)
    assert filters.iso(moment) == "2026-07-01T13:05:59Z"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (Sector, filters.sector_name),
        (Region, filters.region_name),
        (OrganisationKind, filters.kind_name),
        (SizeBand, filters.size_name),
    ],
)
def test_every_word_has_a_name(app, words, name):
    with app.test_request_context():
        names = [name(word) for word in words]
    assert len(set(names)) == len(names)
    assert all(text[0].isupper() for text in names)


def test_no_region_is_national(app):
    with app.test_request_context():
        assert filters.region_name(None) == "National"


def test_templates_have_the_filters(app):
    moment = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    with app.test_request_context():
        text = render_template_string(
            "{{ m|datetime_words }}, {{ m|date_words }}, {{ m|iso }}, {{ 'private'|sector_name }}, "
            "{{ '<b>x</b>' }}{{ '<b>x</b>'|safe_html }}",
            m=moment,
        )
    assert text == (
        "22 November 2026 at 2:05pm, 22 November 2026, 2026-11-22T14:05:00Z, Private, "
        "&lt;b&gt;x&lt;/b&gt;<b>x</b>"
    )


def shown(app, template, file="page.html", **values):
    """What ``template`` shows; HTML is escaped in files of that kind alone."""
    with app.test_request_context():
        environment = app.jinja_env.overlay(loader=DictLoader({file: template}))
        return environment.get_template(file).render(**values)


HOSTILE = "<script>alert('100% off %(x)s')</script>"


def test_a_text_to_translate_is_never_taken_for_html(app):
    answer = shown(app, "{{ _(text) }}", text=HOSTILE)
    assert unescape(answer) == HOSTILE
    assert "<" not in answer


def test_what_is_put_into_a_text_is_escaped_once(app):
    answer = shown(app, '{{ _("About %(name)s", name=name) }}', name="<b>Q&A</b>")
    assert answer == "About &lt;b&gt;Q&amp;A&lt;/b&gt;"
    counted = '{{ ngettext("%(num)s of %(name)s", "%(num)s by %(name)s", 2, name=name) }}'
    assert shown(app, counted, name="<i>") == "2 by &lt;i&gt;"


def test_a_mail_keeps_its_text_as_it_is(app):
    answer = shown(app, '{{ _("About %(name)s", name=name) }}', "mail.txt", name="Q&A 'x' <y>")
    assert answer == "About Q&A 'x' <y>"


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 responses"), (1, "1 response"), (999, "999 responses"), (12345, "12,345 responses")],
)
def test_counts_have_commas_from_a_thousand(app, number, words):
    page = '{{ ngettext("%(num)s response", "%(num)s responses", n) }}; {{ n|thousands }}'
    with app.test_request_context():
        assert render_template_string(page, n=number) == f"{words}; {words.partition(' ')[0]}"


def test_one_filter_writes_counts():
    pages = [path for path in TEMPLATES.rglob("*.html") if "{:,}" in path.read_text("utf-8")]
    assert pages == []
