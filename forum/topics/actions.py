"""The import of CPV codes."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select

from forum.core import clock
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.transactions import action
from forum.topics.models import CpvCode

BATCH = 500


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """A CPV code of eight digits as imported; ``parent_code`` is "" for divisions."""

    code: str
    check_digit: str
    level: str
    parent_code: str
    label: str


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did."""

    added: int
    changed: int
    unchanged: int


@action
def import_codes(facts: Sequence[CodeFacts], *, progress: Callable[[int], object]) -> ImportCounts:
    """Add and change CPV codes so that they read as in ``facts``; others stay.

    ``progress`` is called with the number of codes done since it was called last.
    """
    present = {code.code: code for code in db.session.scalars(select(CpvCode))}
    new = [fact for fact in facts if fact.code not in present]
    changed = [fact for fact in facts if fact.code in present and _update(present, fact)]
    progress(len(facts) - len(new))
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        db.session.execute(
            insert(CpvCode),
            [{**asdict(fact), "parent_code": fact.parent_code or None} for fact in batch],
        )
        progress(len(batch))
    counts = ImportCounts(len(new), len(changed), len(facts) - len(new) - len(changed))
    # A record of the whole table: its rows have no numbers to point at.
    db.session.add(
        AuditRecord(
            at=clock.now(),
            actor_id=None,
            tag="cpv.import",
            target_type=CpvCode.__tablename__,
            target_id=0,
            details=asdict(counts),
        )
    )
    return counts


def _update(present: dict[str, CpvCode], fact: CodeFacts) -> bool:
    """Make a stored code read as ``fact``; returns whether it read otherwise."""
    stored = present[fact.code]
    wanted = (fact.check_digit, fact.level, fact.parent_code or None, fact.label)
    if (stored.check_digit, stored.level, stored.parent_code, stored.label) == wanted:
        return False
    stored.check_digit, stored.level, stored.parent_code, stored.label = wanted
    return True
