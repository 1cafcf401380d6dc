"""Files of responses and evidence: ordered on the site and made by the worker, or by a command."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from threading import get_ident
from typing import IO, Any

import structlog
from sqlalchemy import delete, or_, select, update

from forum.config import Settings
from forum.consultations import exports, queries
from forum.consultations.actions.evidence import record_evidence, write_ordered
from forum.consultations.enums import FileFormat
from forum.consultations.events import ExportOrdered
from forum.consultations.models import Consultation, ResponseExport
from forum.consultations.policy import exporting as policy
from forum.consultations.queries import ExportedResponse, Extract
from forum.core import audit, clock
from forum.core.access import OPERATOR, Actor, ensure
from forum.core.db import beside, db, reading
from forum.core.errors import Invalid, NotFound, RoundtableError
from forum.core.outbox import emit
from forum.core.transactions import action, pause

log = structlog.get_logger(__name__)

# So many are written while somebody waits for the page; the worker writes more than that.
AT_ONCE = 500
KEPT = timedelta(days=1)
# Renewed with each batch; whoever was stopped holds its order no longer than this.
HELD = timedelta(minutes=5)
MOST_ATTEMPTS = 3
TOO_MANY = "A spreadsheet cannot hold so many responses. Choose CSV or JSON."


def order_export(
    actor: Actor,
    consultation: Consultation,
    settings: Settings,
    *,
    kind: FileFormat,
    with_names: bool,
) -> ResponseExport:
    """Order a file with all responses that count; a short one is made at once."""
    order = _order(actor, consultation, kind=kind, with_names=with_names)
    if order.total <= AT_ONCE and order.finished_at is None:
        make_export(order.id, settings)
    return order


@action
def _order(
    actor: Actor, consultation: Consultation, *, kind: FileFormat, with_names: bool
) -> ResponseExport:
    ensure(policy.can_export(actor, consultation))
    extract = Extract(consultation, with_names=with_names)
    waiting = _unfinished(actor, extract, kind)
    if waiting is not None:
        return waiting
    order = _add(actor, extract, kind)
    if order.total <= AT_ONCE:
        order.held_until = clock.now() + HELD
    else:
        emit(ExportOrdered(order.id))
    audit.record(
        actor,
        "consultation.export",
        consultation,
        centre_id=consultation.centre_id,
        format=kind.value,
        with_names=with_names,
        responses=order.total,
    )
    return order


@action
def order_evidence(actor: Actor, consultation: Consultation) -> ResponseExport:
    """Order the evidence file of the consultation, which the worker makes."""
    ensure(policy.can_export(actor, consultation))
    extract = Extract(consultation)
    waiting = _unfinished(actor, extract, FileFormat.ZIP)
    if waiting is not None:
        return waiting
    order = _add(actor, extract, FileFormat.ZIP)
    emit(ExportOrdered(order.id))
    record_evidence(actor, consultation)
    return order


@action
def order_published(
    actor: Actor, consultation: Consultation, *, kind: FileFormat
) -> ResponseExport:
    """Order a file with what is published of the responses, for everybody; once for each state."""
    ensure(policy.can_export_published(consultation, clock.now()))
    waiting = queries.published_exports(consultation).get(kind)
    if waiting is not None:
        return waiting
    order = _add(actor, Extract(consultation, is_public=True), kind)
    emit(ExportOrdered(order.id))
    audit.record(
        actor,
        "consultation.export-published",
        consultation,
        centre_id=consultation.centre_id,
        format=kind.value,
        responses=order.total,
    )
    return order


def _unfinished(actor: Actor, extract: Extract, kind: FileFormat) -> ResponseExport | None:
    """The order that the actor has given already and that is not done."""
    return next(
        (
            order
            for order in queries.list_exports(actor, extract.consultation)
            if (order.format, order.with_names) == (kind, extract.with_names)
            and order.finished_at is None
            and order.failed_at is None
        ),
        None,
    )


def _add(actor: Actor, extract: Extract, kind: FileFormat) -> ResponseExport:
    total, now = _count(extract, kind), clock.now()
    _check_length(kind, total)
    order = ResponseExport(
        consultation_id=extract.consultation.id,
        account_id=None if extract.is_public else actor.actor_id,
        is_public=extract.is_public,
        with_names=extract.with_names,
        format=kind,
        version=queries.published_version(extract.consultation) if extract.is_public else 0,
        total=total,
        asked_at=now,
        expires_at=now + KEPT,
    )
    db.session.add(order)
    db.session.flush()
    return order


def _count(extract: Extract, kind: FileFormat) -> int:
    """How many rows there are to write."""
    if kind is FileFormat.ZIP:
        return queries.count_evidence(extract.consultation)
    return queries.count_to_export(extract)


def make_waiting_exports(settings: Settings) -> int:
    """Make the files that were ordered and that nobody makes, the oldest first; how many."""
    _give_up()
    made = 0
    while (order_id := _claim()) is not None:
        make_export(order_id, settings)
        made += 1
    return made


@action
def _claim() -> int | None:
    """Hold the next order."""
    now = clock.now()
    order = db.session.scalar(
        select(ResponseExport)
        .where(
            ResponseExport.finished_at.is_(None),
            ResponseExport.failed_at.is_(None),
            ResponseExport.attempts < MOST_ATTEMPTS,
            or_(ResponseExport.held_until.is_(None), ResponseExport.held_until <= now),
        )
        .order_by(ResponseExport.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if order is None:
        return None
    order.held_until, order.attempts, order.done = now + HELD, order.attempts + 1, 0
    return order.id


@action
def _give_up() -> None:
    """An order whose maker was stopped too often has failed."""
    now = clock.now()
    db.session.execute(
        update(ResponseExport)
        .where(
            ResponseExport.finished_at.is_(None),
            ResponseExport.failed_at.is_(None),
            ResponseExport.attempts >= MOST_ATTEMPTS,
            ResponseExport.held_until <= now,
        )
        .values(failed_at=now)
    )


def make_export(order_id: int, settings: Settings) -> None:
    """Make the file of an order that one holds; a failure is noted with the order."""
    order = db.session.get_one(ResponseExport, order_id)
    consultation = db.session.get_one(Consultation, order.consultation_id)
    extract = Extract(consultation, is_public=order.is_public, with_names=order.with_names)
    target = path_of(order, settings)

    def note(count: int) -> None:
        written = {"done": ResponseExport.done + count, "held_until": clock.now() + HELD}
        if order.format is FileFormat.ZIP:
            _note_beside(order_id, **written)
        else:
            _note(order_id, **written)

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, order.format, extract, settings, note)
    except Exception as error:
        db.session.rollback()
        _note(order_id, failed_at=clock.now())
        log.exception("export.failed", export=order_id, error=type(error).__name__)
    else:
        now = clock.now()
        _note(order_id, finished_at=now, expires_at=now + KEPT, size=target.stat().st_size)


@action
def _note(order_id: int, **values: Any) -> None:
    db.session.execute(update(ResponseExport).where(ResponseExport.id == order_id).values(**values))


def _note_beside(order_id: int, **values: Any) -> None:
    """Note it while all of the evidence is read from one state."""
    with beside() as session:
        session.execute(
            update(ResponseExport).where(ResponseExport.id == order_id).values(**values)
        )


def remove_old_exports(settings: Settings) -> int:
    """Remove files that have expired, and what nobody ordered; returns how many orders went."""
    kept, removed = _forget_old()
    for path in folder(settings).glob("*"):
        if path.name.partition(".")[0] not in kept:
            path.unlink(missing_ok=True)
    return removed


@action
def forget_exports(consultation_id: int) -> None:
    """Let nobody have the files that were ordered so far; they go when the old ones go."""
    db.session.execute(
        delete(ResponseExport).where(ResponseExport.consultation_id == consultation_id)
    )


@action
def _forget_old() -> tuple[set[str], int]:
    """The ids of the orders that are kept, and how many are not."""
    old = ResponseExport.expires_at <= clock.now()
    gone = db.session.scalars(delete(ResponseExport).where(old).returning(ResponseExport.id)).all()
    return {str(key) for key in db.session.scalars(select(ResponseExport.id))}, len(gone)


def folder(settings: Settings) -> Path:
    """Where the files stand that were ordered."""
    return settings.instance / "exports"


def path_of(order: ResponseExport, settings: Settings) -> Path:
    """Where the file of an order stands."""
    return folder(settings) / f"{order.id}.{order.format}"


def open_export(order: ResponseExport, settings: Settings) -> IO[bytes]:
    """The file of an order, to be closed by the caller; raises NotFound when there is none."""
    try:
        return path_of(order, settings).open("rb")
    except FileNotFoundError:
        raise NotFound("This file is not ready, or it has expired.") from None


def open_published(
    consultation: Consultation, settings: Settings, *, kind: FileFormat
) -> IO[bytes]:
    """What is published of the responses as a file without a name, to be closed by the caller.

    Of many, the one that was ordered. Raises NotFound while there is none.
    """
    ensure(policy.can_export_published(consultation, clock.now()))
    extract = Extract(consultation, is_public=True)
    if queries.count_to_export(extract) > AT_ONCE:
        order = queries.published_exports(consultation).get(kind)
        if order is None or order.finished_at is None:
            raise NotFound("This file was not prepared yet.")
        return open_export(order, settings)
    file = TemporaryFile()  # noqa: SIM115 — whoever sends it closes it
    _write_into(file, kind, extract, settings, int)
    file.seek(0)
    return file


def export_responses(
    extract: Extract,
    target: Path,
    settings: Settings,
    *,
    kind: FileFormat,
    progress: Callable[[int, int], object],
) -> int:
    """Write all responses of the extract into the new file ``target``; returns how many.

    ``progress`` is told how many more were written and how many there are. Raises Invalid when
    there is such a file, or too many responses for its kind, RoundtableError when it cannot be
    written.
    """
    if target.exists() or target.is_symlink():
        raise Invalid(f"{target} exists already. Name a file that does not.", field="target")
    total = queries.count_to_export(extract)
    _check_length(kind, total)
    _record(extract, kind, total)
    try:
        _write(target, kind, extract, settings, lambda count: progress(count, total))
    except OSError as error:
        raise RoundtableError(f"{target} cannot be written: {error.strerror}.") from error
    return total


@action
def _record(extract: Extract, kind: FileFormat, total: int) -> None:
    audit.record(
        OPERATOR,
        "consultation.export",
        extract.consultation,
        centre_id=extract.consultation.centre_id,
        format=kind.value,
        with_names=extract.with_names,
        responses=total,
    )


def _check_length(kind: FileFormat, total: int) -> None:
    if kind is FileFormat.XLSX and total > exports.MOST_IN_SPREADSHEET:
        raise Invalid(TOO_MANY, field="format")


def _write(
    target: Path,
    kind: FileFormat,
    extract: Extract,
    settings: Settings,
    progress: Callable[[int], object],
) -> None:
    """Write a file that others on the machine cannot read; it appears when it is whole."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}-{get_ident()}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            _write_into(file, kind, extract, settings, progress)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_into(
    file: IO[bytes],
    kind: FileFormat,
    extract: Extract,
    settings: Settings,
    progress: Callable[[int], object],
) -> None:
    if kind is FileFormat.ZIP:
        write_ordered(extract.consultation, file, progress)
        return
    sheet = exports.Sheet(
        extract, queries.questions_to_export(extract), settings.site_url.rstrip("/")
    )
    exports.write_responses(kind, file, sheet, _batches(extract, progress))


def _batches(
    extract: Extract, progress: Callable[[int], object]
) -> Iterator[Sequence[ExportedResponse]]:
    """All responses, each batch in a transaction of its own that holds up nobody."""
    after = 0
    while batch := _read(extract, after):
        yield batch
        after = batch[-1].id
        progress(len(batch))


def _read(extract: Extract, after: int) -> Sequence[ExportedResponse]:
    with reading():
        batch = queries.batch_to_export(extract, after=after)
        pause()
    return batch
