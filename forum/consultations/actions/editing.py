"""Drafting a consultation, and changing what one that was announced says."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from forum.centres.models import Centre
from forum.consultations import policy, queries
from forum.consultations.actions.citing import show_citations
from forum.consultations.actions.publishing import publish_edition
from forum.consultations.actions.threads import show_tie
from forum.consultations.enums import EngagementPurpose, Kind
from forum.consultations.models import Consultation, ConsultationTopic, Edition
from forum.consultations.policy.gate import MOST_TOPICS
from forum.consultations.policy.length import DAY, LONGEST_DAYS
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.slugs import slug_of
from forum.core.texts import accept_line, accept_paragraphs
from forum.core.transactions import action
from forum.topics import queries as topics

LONGEST_TITLE = 150
LONGEST_SUMMARY = 1_000
LONGEST_TEXT = 10_000
LONGEST_NAME = 200
FIRST_YEAR, LAST_YEAR = 2020, 2099
CHANGED = "Somebody changed this consultation while you were writing."

Accept = Callable[[str, Any], Any]


@action
def create(
    actor: Actor,
    centre: Centre,
    *,
    kind: Kind,
    title: str,
    summary: str,
    submission_id: str = "",
) -> Consultation:
    """A draft of the centre's; its host council is the controller until somebody says otherwise.

    Sending the same form again gives the draft of the first time. Raises Invalid for texts that
    cannot be accepted.
    """
    ensure(policy.can_create(actor, centre.id))
    if earlier := queries.find_draft(actor, submission_id):
        return earlier
    accepted = _title("title", title)
    consultation = Consultation(
        centre=centre,
        author_id=actor.actor_id,
        kind=kind,
        title=accepted,
        slug=_slug(accepted),
        summary=_paragraphs("summary", summary),
        controller=centre.host,
        created_at=clock.now(),
        submission_id=submission_id,
    )
    db.session.add(consultation)
    audit.record(actor, "consultation.create", consultation, centre_id=centre.id)
    return consultation


@action
def edit(
    actor: Actor,
    consultation: Consultation,
    *,
    version: int,
    changes: Mapping[str, Any],
    topic_ids: Collection[int] | None = None,
    note: str = "",
) -> Edition | None:
    """Change texts, those named in ``changes`` alone; ``topic_ids`` None leaves the topics.

    One that was announced gets a new edition with the public ``note`` and stays complete.
    Raises Conflict when it is no longer at ``version``, Invalid for values that cannot be
    accepted, NotAllowed once it has closed.
    """
    ensure(policy.can_edit(actor, consultation))
    if consultation.version != version:
        raise Conflict(CHANGED)
    for name, value in changes.items():
        setattr(consultation, name, ACCEPTED[name](name, value))
    _check_late(consultation)
    if "title" in changes:
        consultation.slug = _slug(consultation.title)
    if topic_ids is not None:
        _tie_topics(consultation, topic_ids)
    edition = None
    if consultation.announced_at is not None:
        edition = publish_edition(actor, consultation, note=note)
        show_tie(actor, consultation)
        show_citations(consultation)
    audit.record(
        actor,
        "consultation.edit",
        consultation,
        centre_id=consultation.centre_id,
        fields=sorted(changes),
    )
    return edition


@action
def set_dates(
    actor: Actor,
    consultation: Consultation,
    *,
    version: int,
    opens_at: datetime | None,
    closes_at: datetime | None,
    short_reason: str,
    holiday_reason: str,
) -> None:
    """Say when a draft will open and close; what a second manager agreed to is asked for anew.

    Raises Conflict when it is no longer at ``version``, Invalid for dates that cannot be.
    """
    ensure(policy.can_build(actor, consultation))
    if consultation.version != version:
        raise Conflict(CHANGED)
    _check_dates(opens_at, closes_at)
    before = (consultation.opens_at, consultation.closes_at, consultation.short_reason)
    consultation.opens_at, consultation.closes_at = opens_at, closes_at
    consultation.short_reason = _paragraphs("short_reason", short_reason)
    consultation.holiday_reason = _paragraphs("holiday_reason", holiday_reason)
    if before != (consultation.opens_at, consultation.closes_at, consultation.short_reason):
        consultation.approver_id = None
    audit.record(actor, "consultation.set-dates", consultation, centre_id=consultation.centre_id)


@action
def delete_draft(actor: Actor, consultation: Consultation) -> None:
    """Remove a draft that was never announced."""
    ensure(policy.can_delete(actor, consultation))
    audit.record(actor, "consultation.delete", consultation, centre_id=consultation.centre_id)
    db.session.delete(consultation)


def _check_dates(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at is None or closes_at is None:
        return
    if closes_at <= opens_at:
        raise Invalid("The closing must come after the opening", field="closes_on")
    if closes_at - opens_at > LONGEST_DAYS * DAY:
        raise Invalid("A consultation is open for a year at most", field="closes_on")


def _check_late(consultation: Consultation) -> None:
    late_until, closes_at = consultation.late_until, consultation.closes_at
    if late_until and closes_at and late_until <= closes_at:
        raise Invalid("Late responses come after the closing", field="late_hour")


def _tie_topics(consultation: Consultation, topic_ids: Collection[int]) -> None:
    found = topics.topics_by_ids(topic_ids)
    if len(found) > MOST_TOPICS:
        raise Invalid("Choose up to five topics", field="topics")
    wanted = {topic.id for topic in found}
    tied = set(
        db.session.scalars(
            select(ConsultationTopic.topic_id).where(
                ConsultationTopic.consultation_id == consultation.id
            )
        )
    )
    db.session.execute(
        delete(ConsultationTopic).where(
            ConsultationTopic.consultation_id == consultation.id,
            ConsultationTopic.topic_id.in_(tied - wanted),
        ),
        execution_options={"page_tags": consultation.page_tags},
    )
    for topic_id in sorted(wanted - tied):
        db.session.add(ConsultationTopic(consultation_id=consultation.id, topic_id=topic_id))


def _slug(title: str) -> str:
    return slug_of(title, longest=LONGEST_TITLE, otherwise="consultation")


def _title(field: str, text: Any) -> str:
    return accept_line(text or "", field=field, longest=LONGEST_TITLE, missing="Enter a title")


def _line(field: str, text: Any) -> str:
    return accept_line(text or "", field=field, longest=LONGEST_NAME)


def _paragraphs(field: str, text: Any) -> str:
    longest = LONGEST_SUMMARY if field == "summary" else LONGEST_TEXT
    return accept_paragraphs(text or "", field=field, longest=longest)


def _day(field: str, day: date | None) -> date | None:
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid(f"Enter a year from {FIRST_YEAR} to {LAST_YEAR}", field=field)
    return day


def _instant(_field: str, moment: datetime | None) -> datetime | None:
    return moment


def _yes(_field: str, value: Any) -> bool:
    return bool(value)


def _notice(field: str, text: Any) -> str:
    return accept_line(text or "", field=field, longest=11)


def _purposes(field: str, words: Any) -> list[str]:
    chosen = set(words or ())
    if not chosen <= set(EngagementPurpose):
        raise Invalid("Choose among the purposes", field=field)
    return [purpose.value for purpose in EngagementPurpose if purpose in chosen]


ACCEPTED: dict[str, Accept] = {
    "title": _title,
    "summary": _paragraphs,
    "takes_visitors": _yes,
    "checks_offline": _yes,
    "late_rule": _paragraphs,
    "late_until": _instant,
    "purpose": _paragraphs,
    "still_open": _paragraphs,
    "already_fixed": _paragraphs,
    "decider": _line,
    "decision_on": _day,
    "options_considered": _paragraphs,
    "options_rejected": _paragraphs,
    "controller": _line,
    "lawful_basis": _paragraphs,
    "retention_on": _day,
    "engagement_purposes": _purposes,
    "notice_number": _notice,
    "no_notice_reason": _paragraphs,
}
