"""Removing what names respondents when the date has come, and holding it back.

Goes: who responded, drafts, answers of withdrawn responses, files, what was given in confidence,
and a respondent's own name and address within other texts. Stays: the other answers with their
codings, sector, size, region and times (docs/decisions: what goes at the retention date).
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, select, update

from forum.consultations import queries
from forum.consultations.actions.answers import drop_unused
from forum.consultations.actions.exporting import forget_exports
from forum.consultations.actions.responding import make_reference
from forum.consultations.enums import Reminder, ResponseState
from forum.consultations.events import (
    IdentitiesRemoved,
    ManagersReminded,
    MemberConcerned,
    RespondentConcerned,
    ResponseBegun,
    ResponseSubmitted,
    ResponseWithdrawn,
    SignOffAsked,
    SignOffDecided,
)
from forum.consultations.models import (
    Answer,
    Choice,
    Consultation,
    Respondent,
    Response,
    ThemeSuggestion,
)
from forum.consultations.policy import retention as policy
from forum.consultations.queries.retention import HELD, LIFTED, REMOVED, Counted, Identity
from forum.core import audit, clock, spans, tags
from forum.core.access import Actor, ensure
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import OutboxEvent, emit
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action

BEFORE_REMOVAL = timedelta(days=14)
# Few, since on SQLite nobody else writes meanwhile.
BATCH = 50
LONGEST_REASON = 2_000
MARKER = "[removed]"
ABOUT = (
    ResponseBegun,
    ResponseSubmitted,
    ResponseWithdrawn,
    RespondentConcerned,
    SignOffAsked,
    SignOffDecided,
)
EVENTS = tuple(kind.__name__ for kind in ABOUT)


@action
def hold_identities(actor: Actor, consultation: Consultation, *, reason: str) -> None:
    """Keep what names respondents beyond its date, for a reason that managers read.

    Raises Invalid without a reason.
    """
    ensure(policy.can_hold(actor, consultation))
    consultation.legal_hold = _reason(reason, missing="Say what the law asks you to keep them for")
    _record(actor, HELD, consultation, consultation.legal_hold)


@action
def lift_hold(actor: Actor, consultation: Consultation, *, reason: str) -> None:
    """Let what names respondents go at its date, or in the next night when that has passed.

    Raises Invalid without a reason, or when there is no hold.
    """
    ensure(policy.can_hold(actor, consultation))
    if not consultation.legal_hold:
        raise Invalid("There is no legal hold")
    text = _reason(reason, missing="Say why they need not be kept any longer")
    consultation.legal_hold = ""
    _record(actor, LIFTED, consultation, text)


def end_retention() -> int:
    """Tell managers what will be removed soon, and remove what is due; returns of how many.

    Each batch of responses is a transaction of its own and looks again whether there is a hold,
    so a job that was killed goes on where it was, and nothing is done twice.
    """
    warn_managers()
    removed = 0
    for consultation_id in queries.list_removable(clock.now()):
        while batch := remove_batch(consultation_id):
            removed += batch
    return removed


@action
def warn_managers() -> None:
    """Tell managers, once and two weeks ahead, that what names respondents will be removed."""
    for consultation in queries.list_due_within(clock.now(), BEFORE_REMOVAL):
        assert consultation.retention_on is not None  # noqa: S101 — it is due
        at = datetime.combine(consultation.retention_on, time(12), UTC).isoformat()
        what = Reminder.RETENTION.value
        emit(ManagersReminded(consultation.id, what, at))
        _record(None, "consultation.remind", consultation, what=what, at=at)


@action
def remove_batch(consultation_id: int) -> int:
    """Remove what names the next respondents; returns how many, 0 when all is done or held."""
    consultation = queries.lock_consultation(consultation_id)
    if not policy.can_remove(consultation, clock.now()):
        return 0
    found = queries.identities_of(consultation_id, limit=BATCH)
    if found:
        forget_exports(consultation_id)
        counted = _remove(found)
        tags.touch(*consultation.page_tags)
        _record(None, REMOVED, consultation, **asdict(counted))
    else:
        consultation.identities_removed_at = clock.now()
        _remove_events((MemberConcerned.__name__,), "consultation_id", [consultation_id])
        # Their words are those of answers; what staff took over is a theme.
        of_it = ThemeSuggestion.consultation_id == consultation_id
        db.session.execute(delete(ThemeSuggestion).where(of_it))
        _record(None, "consultation.end-retention", consultation)
        emit(IdentitiesRemoved(consultation_id))
    return len(found)


def _remove(found: Sequence[Identity]) -> Counted:
    ids = [one.response.id for one in found]
    drafts = [one.response.id for one in found if one.response.state is ResponseState.DRAFT]
    withdrawn = [one.response.id for one in found if one.response.state is ResponseState.WITHDRAWN]
    files = _remove_files(ids)
    _remove_answers([*drafts, *withdrawn])
    confidential, mentions = _clean_answers(found)
    for one in found:
        _forget_person(one.response)
    db.session.flush()
    db.session.execute(delete(Respondent).where(Respondent.response_id.in_(ids)))
    _remove_traces(ids)
    db.session.execute(delete(Response).where(Response.id.in_(drafts)))
    return Counted(len(found), len(drafts), len(withdrawn), files, confidential, mentions)


def _remove_files(response_ids: Sequence[int]) -> int:
    """A file may name its author anywhere, in what it shows and in what it does not."""
    of_them = Answer.response_id.in_(response_ids)
    uploads = db.session.scalars(
        select(Answer.upload_id).where(of_them, Answer.upload_id.is_not(None))
    ).all()
    db.session.execute(update(Answer).where(of_them).values(upload_id=None))
    drop_unused(uploads)
    return len(uploads)


def _remove_answers(response_ids: Sequence[int]) -> None:
    gone = select(Answer.id).where(Answer.response_id.in_(response_ids))
    db.session.execute(delete(Choice).where(Choice.answer_id.in_(gone)))
    db.session.execute(delete(Answer).where(Answer.response_id.in_(response_ids)))


def _clean_answers(found: Sequence[Identity]) -> tuple[int, int]:
    """Empty what was given in confidence, and take names out of the rest; how many of each."""
    names = {one.response.id: _names(one) for one in found}
    confidential = mentions = 0
    for answer in db.session.scalars(select(Answer).where(Answer.response_id.in_(names))):
        if answer.confidentiality is not None:
            confidential += bool(answer.text)
            answer.text = answer.confidential_reason = answer.published_text = ""
        elif spans.contains(answer.text, names[answer.response_id]):
            mentions += 1
            for column in ("text", "published_text"):
                text = getattr(answer, column)
                cleaned = spans.replace_plain(text, names[answer.response_id], MARKER)
                setattr(answer, column, cleaned)
    return confidential, mentions


def _names(one: Identity) -> Sequence[spans.Span]:
    """What the respondent is called; a single word could be any word, so it is left."""
    person = one.respondent
    told = (person.name, person.organisation_name, person.email, *one.known_as)
    names = {name for name in told if "@" in name or " " in name}
    return spans.read_spans("\n".join(sorted(names))) if names else ()


def _forget_person(response: Response) -> None:
    """Whoever has the reference, or edited for an organisation, is known to nobody here."""
    response.reference = make_reference()
    response.submission_id = response.sign_off_note = ""
    response.editor_id = response.edited_until = response.signed_off_by = None
    response.may_contact = response.has_said_equality = False


def _remove_traces(response_ids: Sequence[int]) -> None:
    """Reasons of staff say who asked, and errors of mail servers hold addresses."""
    db.session.execute(
        update(AuditRecord)
        .where(
            AuditRecord.target_type == Response.__tablename__,
            AuditRecord.target_id.in_(response_ids),
            AuditRecord.tag == "response.remove",
        )
        .values(reason="")
    )
    _remove_events(EVENTS, "response_id", response_ids)


def _remove_events(names: Sequence[str], key: str, ids: Sequence[int]) -> None:
    """Those that could not be delivered still hold what they are about."""
    db.session.execute(
        delete(OutboxEvent)
        .where(OutboxEvent.name.in_(names), OutboxEvent.payload[key].as_integer().in_(ids))
        .execution_options(synchronize_session=False)
    )


def _reason(text: str, *, missing: str) -> str:
    return accept_paragraphs(text, field="reason", longest=LONGEST_REASON, missing=missing)


def _record(
    actor: Actor | None, tag: str, consultation: Consultation, reason: str = "", **details: object
) -> None:
    audit.record(
        actor, tag, consultation, centre_id=consultation.centre_id, reason=reason, **details
    )
