"""Making the evidence file; that it was made is recorded, and stands in no such file."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from forum.consultations import queries
from forum.consultations.exports import evidence
from forum.consultations.models import Consultation
from forum.consultations.policy import analysis as policy
from forum.core import audit
from forum.core.access import Actor, ensure
from forum.core.db import db, hold_snapshot, reading
from forum.core.errors import Invalid, RoundtableError
from forum.core.transactions import action, pause


def write_evidence(
    actor: Actor, consultation: Consultation, file: IO[bytes], progress: evidence.Progress
) -> None:
    """Write the evidence file of the consultation, all of it from one state of the database.

    ``progress`` is told the name of the part at each row.
    """
    ensure(policy.can_analyse(actor, consultation))
    record_evidence(actor, consultation)
    with _one_state(consultation):
        evidence.write_evidence(file, consultation, progress)


def write_ordered(
    consultation: Consultation, file: IO[bytes], progress: Callable[[int], object]
) -> None:
    """Write an evidence file whose order was allowed and is on record.

    ``progress`` is told how many more of the rows are written that ``count_evidence`` counts.
    """
    with _one_state(consultation):
        evidence.write_evidence(file, consultation, _in_batches(progress))


def _in_batches(progress: Callable[[int], object]) -> evidence.Progress:
    """Tell ``progress`` of the rows that are counted, a batch at a time."""
    rows = 0

    def tell(name: str) -> None:
        nonlocal rows
        rows += name in evidence.COUNTED
        if rows >= queries.BATCH:
            progress(rows)
            rows = 0

    return tell


def save_evidence(
    actor: Actor, consultation: Consultation, target: Path, progress: evidence.Progress
) -> None:
    """Write the evidence file to ``target``, which is there once it is whole.

    Raises Invalid when there is such a file, RoundtableError when it cannot be written.
    """
    if target.exists() or target.is_symlink():
        raise Invalid(f"{target} exists already. Name a file that does not.", field="target")
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent) as file:
            write_evidence(actor, consultation, file, progress)
            file.flush()
            os.link(file.name, target)
    except OSError as error:
        reason = error.strerror or error
        raise RoundtableError(f"{target} cannot be written: {reason}.") from error


@action
def record_evidence(actor: Actor, consultation: Consultation) -> None:
    """Put on record that somebody has the evidence file made."""
    audit.record(actor, "consultation.evidence", consultation, centre_id=consultation.centre_id)


@contextmanager
def _one_state(consultation: Consultation) -> Iterator[None]:
    """Keep nobody from writing meanwhile, and see nothing of what they write."""
    with reading():
        pause()
        hold_snapshot()
        db.session.refresh(consultation)
        yield
        pause()
