"""The dates of consultations as iCalendar (RFC 5545)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from forum.consultations.models import Consultation
from forum.consultations.stages import outcome_due_at

if TYPE_CHECKING:
    from icalendar import Event

# What subscribers ask again after; calendars that know neither ask when they like.
REFRESH = timedelta(hours=12)


def calendar(consultations: Sequence[Consultation], *, name: str, site_url: str) -> bytes:
    """Opening, closing and the date of the outcome of announced consultations, each an event.

    An event keeps its identifier when its date moves, so that a calendar moves it, too.
    """
    from icalendar import Calendar  # noqa: PLC0415 — it weighs megabytes, and few requests need it

    host = site_url.rpartition("/")[2]
    made = Calendar()
    made.add("prodid", f"-//{host}//consultations//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for consultation in consultations:
        for event in _events(consultation, site_url=site_url, host=host):
            made.add_component(event)
    return bytes(made.to_ical())


def _events(consultation: Consultation, *, site_url: str, host: str) -> Iterator["Event"]:
    from icalendar import Event  # noqa: PLC0415 — as above

    for what, words, at in _dates(consultation):
        event = Event()
        event.add("uid", f"consultation-{consultation.id}-{what}@{host}")
        event.add("dtstamp", consultation.announced_at or at)
        event.add("sequence", consultation.edition)
        event.add("dtstart", at)
        event.add("summary", f"{words}: {consultation.title}")
        event.add("description", consultation.summary)
        event.add("location", consultation.centre.name)
        event.add("url", f"{site_url}{consultation.path}")
        event.add("transp", "TRANSPARENT")
        yield event


def _dates(consultation: Consultation) -> Iterator[tuple[str, str, datetime]]:
    """Word, label and instant of what is told: nothing more once it has ended."""
    ended = consultation.ended_at
    dates = (
        ("opens", _("Opens"), consultation.opens_at),
        ("closes", _("Closes"), consultation.closes_at),
        ("outcome", _("Outcome due"), outcome_due_at(consultation)),
    )
    for what, words, at in dates:
        if at is not None and (ended is None or at <= ended):
            yield what, words, at
