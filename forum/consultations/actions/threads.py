"""The thread where a consultation is discussed."""

from sqlalchemy import delete

from forum.consultations import policy
from forum.consultations.models import Consultation
from forum.core import audit
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid, NotFound
from forum.core.tags import EVERYTHING
from forum.core.transactions import action
from forum.threads import queries as threads
from forum.threads.actions.threads import add_trail
from forum.threads.enums import TrailKind
from forum.threads.models import Thread, TrailLine


@action
def tie_thread(actor: Actor, consultation: Consultation, thread_id: int | None) -> None:
    """Name the thread of the centre where the consultation is discussed; None: there is none.

    Raises Invalid for a thread that there is not, or that stands on another centre's board.
    """
    ensure(policy.can_manage(actor, consultation))
    thread = None if thread_id is None else _find(actor, consultation, thread_id)
    _hide_tie(consultation)
    consultation.thread_id = thread.id if thread else None
    show_tie(actor, consultation)
    audit.record(
        actor,
        "consultation.tie-thread",
        consultation,
        centre_id=consultation.centre_id,
        thread=consultation.thread_id,
    )


def show_tie(actor: Actor, consultation: Consultation) -> None:
    """Let the thread lead to the consultation while that is public, and only then."""
    _hide_tie(consultation)
    if consultation.thread_id is None or consultation.announced_at is None:
        return
    thread = db.session.get_one(Thread, consultation.thread_id)
    details = {"consultation": consultation.id, "title": consultation.title}
    add_trail(thread, TrailKind.CONSULTED, entry=None, details=details)
    audit.record(actor, "thread.tie-consultation", thread, centre_id=thread.centre_id)


def _hide_tie(consultation: Consultation) -> None:
    if consultation.thread_id is None:
        return
    db.session.execute(
        delete(TrailLine).where(
            TrailLine.thread_id == consultation.thread_id,
            TrailLine.kind == TrailKind.CONSULTED,
            TrailLine.details["consultation"].as_integer() == consultation.id,
        ),
        execution_options={"page_tags": (EVERYTHING,), "synchronize_session": False},
    )


def _find(actor: Actor, consultation: Consultation, thread_id: int) -> Thread:
    try:
        thread = threads.get_thread(actor, thread_id)
    except NotFound:
        raise Invalid("There is no such thread", field="thread") from None
    if thread.centre_id != consultation.centre_id:
        raise Invalid("Choose a thread on a board of this centre", field="thread")
    return thread
