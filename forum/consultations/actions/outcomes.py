"""Themes, the outcome, and what is promised in it."""

from datetime import date

from sqlalchemy import func, select

from forum.consultations import queries
from forum.consultations.actions.citing import known_theme, show_citations
from forum.consultations.enums import PromiseState, Ruling
from forum.consultations.events import OutcomePublished
from forum.consultations.models import (
    Consultation,
    LatenessNotice,
    Outcome,
    Promise,
    PromiseUpdate,
    Theme,
)
from forum.consultations.policy import analysis as policy
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.outbox import emit
from forum.core.texts import accept_line, accept_paragraphs
from forum.core.transactions import action, explain

LONGEST_TITLE = 120
LONGEST_TEXT = 5_000
LONGEST_PROMISE = 500
MOST_THEMES = 100
CHANGED = "Somebody changed this while you were writing."

explain("uq_theme_consultation_id_title", "There is a theme of this name already.", field="title")


@action
def add_theme(actor: Actor, consultation: Consultation, *, title: str, description: str) -> Theme:
    """A new theme at the end of the code frame; raises Invalid for what cannot be accepted."""
    ensure(policy.can_decide(actor, consultation, clock.now()))
    count = db.session.scalar(select(func.count()).where(Theme.consultation_id == consultation.id))
    if (count or 0) >= MOST_THEMES:
        raise Invalid(f"There are {MOST_THEMES} themes already. Remove one first")
    theme = Theme(
        consultation_id=consultation.id,
        position=(count or 0) + 1,
        title=_title(title),
        description=_text(description, field="description"),
    )
    db.session.add(theme)
    audit.record(actor, "theme.add", theme, centre_id=consultation.centre_id)
    return theme


@action
def edit_theme(
    actor: Actor,
    consultation: Consultation,
    theme: Theme,
    *,
    version: int,
    title: str,
    description: str,
    ruling: Ruling | None,
    reason: str,
    did: str,
) -> None:
    """Change a theme and what is decided about it; a decision needs its reason.

    Raises Conflict when the theme is no longer at ``version``.
    """
    ensure(policy.can_decide(actor, consultation, clock.now()))
    if theme.version != version:
        raise Conflict(CHANGED)
    theme.title = _title(title)
    theme.description = _text(description, field="description")
    theme.ruling = ruling
    missing = "Say why it was decided so" if ruling else ""
    theme.reason = _text(reason, field="reason", missing=missing)
    theme.did = _text(did, field="did")
    audit.record(actor, "theme.edit", theme, centre_id=consultation.centre_id, ruling=ruling or "")


@action
def remove_theme(actor: Actor, consultation: Consultation, theme: Theme) -> None:
    """Remove a theme with its codings, before the outcome is published."""
    ensure(policy.can_decide(actor, consultation, clock.now()))
    audit.record(
        actor,
        "theme.remove",
        theme,
        centre_id=consultation.centre_id,
        consultation=consultation.id,
        title=theme.title,
    )
    db.session.delete(theme)


@action
def write_outcome(
    actor: Actor,
    consultation: Consultation,
    *,
    version: int,
    asked: str,
    said: str,
    decided: str,
    signer: str,
    signer_role: str,
) -> Outcome:
    """Write what was asked, said and decided, and who decides; nothing is public yet.

    ``version`` 0: there was no text yet. Raises Conflict when somebody else has written.
    """
    ensure(policy.can_decide(actor, consultation, clock.now()))
    outcome = db.session.get(Outcome, consultation.id)
    if (outcome.version if outcome else 0) != version:
        raise Conflict(CHANGED)
    if outcome is None:
        outcome = Outcome(consultation_id=consultation.id)
        db.session.add(outcome)
    outcome.asked = _text(asked, field="asked")
    outcome.said = _text(said, field="said")
    outcome.decided = _text(decided, field="decided")
    outcome.signer = accept_line(signer, field="signer", longest=LONGEST_TITLE)
    outcome.signer_role = accept_line(signer_role, field="signer_role", longest=LONGEST_TITLE)
    audit.record(actor, "outcome.write", consultation, centre_id=consultation.centre_id)
    return outcome


@action
def publish_outcome(actor: Actor, consultation: Consultation) -> None:
    """Sign the outcome off and publish it, with results and promises.

    Raises Invalid with what is missing: the texts, who signs, a reasoned decision on a theme.
    """
    now = clock.now()
    ensure(policy.can_decide(actor, consultation, now))
    if missing := queries.missing_for_outcome(consultation):
        raise Invalid(" ".join(missing))
    outcome = db.session.get_one(Outcome, consultation.id)
    outcome.signed_at, outcome.signed_by = now, actor.actor_id
    consultation.responded_at = now
    consultation.results_at = consultation.results_at or now
    show_citations(consultation)
    audit.record(
        actor,
        "consultation.respond",
        consultation,
        centre_id=consultation.centre_id,
        signer=outcome.signer,
    )
    emit(OutcomePublished(consultation.id))


@action
def give_notice(
    actor: Actor, consultation: Consultation, *, due_on: date | None, reason: str
) -> LatenessNotice:
    """Tell the public that the outcome comes late, why, and when it will come."""
    now = clock.now()
    ensure(policy.can_give_notice(actor, consultation, now))
    notice = LatenessNotice(
        consultation_id=consultation.id,
        due_on=_coming(due_on),
        reason=_text(reason, field="reason", missing="Say why it comes late"),
        published_at=now,
        published_by=_id(actor),
    )
    db.session.add(notice)
    audit.record(actor, "consultation.lateness", consultation, centre_id=consultation.centre_id)
    return notice


@action
def make_promise(
    actor: Actor,
    consultation: Consultation,
    *,
    text: str,
    owner: str,
    due_on: date | None,
    theme_id: int | None,
) -> Promise:
    """Commit the centre to something; it becomes public with the outcome."""
    ensure(policy.can_decide(actor, consultation, clock.now()))
    promise = Promise(
        consultation_id=consultation.id,
        theme_id=known_theme(consultation, theme_id),
        text=accept_line(
            text, field="text", longest=LONGEST_PROMISE, missing="Say what will be done"
        ),
        owner=accept_line(owner, field="owner", longest=LONGEST_TITLE, missing="Say who does it"),
        due_on=_coming(due_on),
        state=PromiseState.OPEN,
    )
    db.session.add(promise)
    db.session.flush()
    _note(actor, promise, "")
    audit.record(actor, "promise.make", promise, centre_id=consultation.centre_id)
    return promise


@action
def drop_promise(actor: Actor, consultation: Consultation, promise: Promise) -> None:
    """Remove a promise that was not published yet."""
    ensure(policy.can_decide(actor, consultation, clock.now()))
    audit.record(
        actor,
        "promise.remove",
        promise,
        centre_id=consultation.centre_id,
        consultation=consultation.id,
    )
    for update in queries.updates_of([promise.id]).get(promise.id, ()):
        db.session.delete(update)
    db.session.flush()
    db.session.delete(promise)


@action
def update_promise(
    actor: Actor,
    promise: Promise,
    *,
    version: int,
    state: PromiseState,
    due_on: date | None,
    note: str,
) -> None:
    """Tell the public how far a promise has come; every step stays in its history.

    Raises Conflict when the promise is no longer at ``version``.
    """
    ensure(policy.can_update_promises(actor, promise.consultation, clock.now()))
    if promise.version != version:
        raise Conflict(CHANGED)
    note = _text(note, field="note", missing="Say what was done, or why it changes")
    promise.state, promise.due_on = state, due_on or promise.due_on
    _note(actor, promise, note)
    audit.record(
        actor, "promise.update", promise, centre_id=promise.consultation.centre_id, state=state
    )


def _note(actor: Actor, promise: Promise, note: str) -> None:
    db.session.add(
        PromiseUpdate(
            promise_id=promise.id,
            at=clock.now(),
            account_id=_id(actor),
            state=promise.state,
            due_on=promise.due_on,
            note=note,
        )
    )


def _coming(day: date | None) -> date:
    if day is None or day <= queries.today():
        raise Invalid("Give a date that is still to come", field="due_on")
    return day


def _title(title: str) -> str:
    return accept_line(title, field="title", longest=LONGEST_TITLE, missing="Enter a name")


def _text(text: str, *, field: str, missing: str = "") -> str:
    return accept_paragraphs(text, field=field, longest=LONGEST_TEXT, missing=missing)


def _id(actor: Actor) -> int:
    if actor.actor_id is None:
        raise Invalid("A person has to do this")
    return actor.actor_id
