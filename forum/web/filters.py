"""How values read in templates."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, g
from flask_babel import get_translations, ngettext
from flask_babel import gettext as _
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import escape

from forum.core import clock, markup

datetime_words, date_words = clock.datetime_words, clock.date_words

MINUTES_OF_HOUR = 60
MINUTES_OF_DAY = 24 * 60
SECTOR_NAMES = {
    "private": "Private",
    "voluntary": "Voluntary",
    "social-enterprise": "Social enterprise",
    "community": "Community",
    "public": "Public",
}

REGION_NAMES = {
    "E12000001": "North East",
    "E12000002": "North West",
    "E12000003": "Yorkshire and the Humber",
    "E12000004": "East Midlands",
    "E12000005": "West Midlands",
    "E12000006": "East of England",
    "E12000007": "London",
    "E12000008": "South East",
    "E12000009": "South West",
}

KIND_NAMES = {
    "company": "Company",
    "partnership": "Partnership",
    "sole-trader": "Sole trader",
    "charity": "Charity",
    "community-interest-company": "Community interest company",
    "co-operative": "Co-operative or mutual",
    "community-group": "Community group",
    "council": "Council",
    "other-public-body": "Other public body",
}
SIZE_NAMES = {
    "micro": "Micro (under 10 staff)",
    "small": "Small (10 to 49 staff)",
    "medium": "Medium (50 to 249 staff)",
    "large": "Large (250 staff or more)",
}


def thousands(number: int) -> str:
    """A count as British English writes it: 12,345."""
    return f"{number:,}"


def age_words(moment: datetime) -> str:
    """How long ago the instant was, in the largest whole unit up to days."""
    minutes = max(0, int((clock.now() - moment).total_seconds()) // 60)
    if minutes < MINUTES_OF_HOUR:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    if minutes < MINUTES_OF_DAY:
        return str(ngettext("%(num)s hour", "%(num)s hours", minutes // MINUTES_OF_HOUR))
    return str(ngettext("%(num)s day", "%(num)s days", minutes // MINUTES_OF_DAY))


def iso(moment: datetime) -> str:
    """The instant for machines, in UTC and to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=4096)
def time_tag(moment: datetime) -> str:
    """The instant as an element, in words and for machines.

    A list that is shown anew has nearly the same times as before.
    """
    return markup.time(iso(moment), datetime_words(moment))


def from_iso(text: str) -> datetime:
    """The instant that was written as ISO 8601 with its offset, as JSON values keep it."""
    return datetime.fromisoformat(text)


def sector_name(sector: str) -> str:
    """Name of a sector as people read it."""
    return str(_(SECTOR_NAMES[str(sector)]))


def region_name(region: str | None) -> str:
    """Name of a region by its code; "National" for none."""
    return str(_(REGION_NAMES[str(region)]) if region else _("National"))


def kind_name(kind: str) -> str:
    """Name of an organisation's legal form as people read it."""
    return str(_(KIND_NAMES[str(kind)]))


def size_name(size: str) -> str:
    """Name of an organisation's size band as people read it."""
    return str(_(SIZE_NAMES[str(size)]))


def _translations() -> Any:
    """The catalogue of the present request, looked up once."""
    found = g.get("translations")
    if found is None:
        found = g.translations = get_translations()
    return found


@pass_eval_context
def _gettext(context: EvalContext, text: str, /, **values: Any) -> str:
    """The text in the reader's language; Jinja's own would take any text for HTML."""
    return _fill(context, _translations().ugettext(text), values)


@pass_eval_context
def _ngettext(context: EvalContext, one: str, many: str, number: int, /, **values: Any) -> str:
    return _fill(
        context, _translations().ungettext(one, many, number), {"num": thousands(number), **values}
    )


def _fill(context: EvalContext, text: str, values: dict[str, Any]) -> str:
    words = escape(text) if context.autoescape else text
    return words % values if values else words


def init_filters(app: Flask) -> None:
    """Give the filters to every template."""
    # Flask-Babel would look for the locale and its catalogue with each word of a page.
    app.jinja_env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext)
    app.jinja_env.filters.update(
        datetime_words=datetime_words,
        date_words=date_words,
        age_words=age_words,
        thousands=thousands,
        iso=iso,
        time_tag=time_tag,
        from_iso=from_iso,
        sector_name=sector_name,
        region_name=region_name,
        kind_name=kind_name,
        size_name=size_name,
        safe_html=markup.safe,
    )
