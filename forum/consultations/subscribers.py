"""What follows what respondents do, and slow work that people ask for.

Handlers may run again for the same event.
"""

from flask import current_app
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.actions.telling import tell_respondents
from forum.consultations.email import compose, link_to
from forum.consultations.enums import ResponseState
from forum.consultations.events import (
    ConsultationChanged,
    ExportOrdered,
    RespondentConcerned,
    ResponseBegun,
    ResponseSubmitted,
    SuggestionsAsked,
)
from forum.consultations.queries import Written
from forum.core import clock, mail, queue, transactions
from forum.core.outbox import subscribe

# The job of the schedule (forum/ops/jobs.py).
MAKE_EXPORTS = "consultations.export"


def register() -> None:
    """Subscribe to the events of consultations."""
    subscribe(ResponseBegun, send_link)
    subscribe(ResponseSubmitted, send_receipt)
    subscribe(ConsultationChanged, tell_of_edition)
    subscribe(RespondentConcerned, send_edition)
    subscribe(SuggestionsAsked, make_suggestions)
    subscribe(ExportOrdered, have_export_made)


def send_link(event: ResponseBegun) -> None:
    """Mail the private link to whoever began a response without an account."""
    written = queries.written_response(event.response_id)
    if written is None or not written.is_without_account:
        return
    _send(
        written,
        subject=_("Your link to a response"),
        text=compose(
            "return_link",
            title=written.title,
            link=link_to(written.reference),
            closes=clock.datetime_words(written.closes_at),
        ),
        key=f"response-link-{written.id}",
    )


def send_receipt(event: ResponseSubmitted) -> None:
    """Mail the reference of a response that was sent, and how to change it."""
    written = queries.written_response(event.response_id)
    if written is None or written.state is not ResponseState.SUBMITTED:
        return
    path = f"/responses/{written.reference}/"
    if written.is_without_account:
        path = f"/responses/return/{link_to(written.reference)}/"
    _send(
        written,
        subject=_("We have your changes") if event.is_change else _("We have your response"),
        text=compose(
            "receipt",
            is_change=event.is_change,
            title=written.title,
            reference=written.reference,
            path=path,
            closes=clock.datetime_words(written.closes_at),
        ),
        key=f"response-receipt-{written.id}-{event.version}",
    )


def tell_of_edition(event: ConsultationChanged) -> None:
    """Have everybody told who gave or began a response."""
    tell_respondents(event.consultation_id, event.edition)


def send_edition(event: RespondentConcerned) -> None:
    """Mail whoever responds without an account what has changed, with their private link."""
    to = queries.address_of(event.response_id)
    if to is None or not to.email:
        return
    news = queries.news_of(to.consultation_id, event.edition)
    _mail(
        to.email,
        subject=_("More time to respond") if news.is_longer else _("A consultation has changed"),
        text=compose(
            "edition",
            news=news,
            closes=clock.datetime_words(news.closes_at),
            link=link_to(to.reference),
        ),
        key=f"response-edition-{event.response_id}-{event.edition}",
    )


def make_suggestions(event: SuggestionsAsked) -> None:
    """Look for what responses have in common."""
    actions.make_suggestions(event.consultation_id)


def have_export_made(_event: ExportOrdered) -> None:
    """Ask the worker for the files that wait; making one takes longer than an event may."""
    queue.put(MAKE_EXPORTS)


def _send(written: Written, *, subject: str, text: str, key: str) -> None:
    if written.email:
        _mail(written.email, subject=subject, text=text, key=key)


def _mail(email: str, *, subject: str, text: str, key: str) -> None:
    place = current_app.config["SITE_NAME"]
    # The reading is over: no lock is held while a mail server thinks.
    transactions.pause()
    mail.send(to=email, subject=f"{subject} – {place}", text=text, key=key)
