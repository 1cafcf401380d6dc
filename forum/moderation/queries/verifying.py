"""Proof of the public log: every entry whole, none missing, each chained to the one before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from forum.centres.models import Centre
from forum.core.canonical import digest, read_canonical, stamp
from forum.core.db import db
from forum.core.transactions import pause
from forum.moderation.models import Decision, LogEntry, LogHead

BATCH = 500
BEFORE_THE_FIRST = "0" * 64
Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries are whole from the first on, and the first that is not.

    ``broken`` is its number and ``problem`` a sentence; None and "" when the log is whole.
    ``head`` is the hash of the last entry when the log is whole.
    """

    entries: int
    head: str
    broken: int | None = None
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None


class _Broken(Exception):
    def __init__(self, number: int, problem: str) -> None:
        super().__init__(problem)
        self.number = number
        self.problem = problem


def log_length() -> int:
    """The number of the newest entry."""
    return db.session.scalar(select(func.max(LogEntry.number))) or 0


def verify_log(
    *, kept: Mapping[int, Iterable[str]] | None = None, progress: Progress | None = None
) -> Verdict:
    """Walk through the whole log in batches; the site may stay in use.

    ``kept`` holds hashes that somebody wrote down earlier, by number. ``progress`` is called
    with the number of entries after each batch.
    """
    walk = _Walk({number: set(hashes) for number, hashes in (kept or {}).items()})
    try:
        walk.run(progress or _ignore)
    except _Broken as broken:
        whole = max(0, min(walk.number, broken.number - 1))
        return Verdict(whole, walk.hash, broken.number, broken.problem)
    finally:
        pause()
    return Verdict(walk.number, walk.hash)


def _ignore(_entries: int) -> None:
    """Tell nobody how far the walk has come."""


class _Walk:
    """Where the walk is: number and hash of the last entry that is whole."""

    def __init__(self, kept: Mapping[int, set[str]]) -> None:
        self.number = 0
        self.hash = BEFORE_THE_FIRST
        self.kept = kept

    def run(self, progress: Progress) -> None:
        """Check everything; raises _Broken for the first thing that is wrong."""
        self._check_start()
        while not self._at_end():
            rows = _read(self.number)
            for row in rows:
                self._check(row)
                self.number, self.hash = row.number, row.hash
            self._check_decisions(rows[0].number, rows[-1].number)
            pause()
            progress(len(rows))
        self._check_end()

    def _check_start(self) -> None:
        first = db.session.scalar(select(func.min(LogEntry.number)).where(LogEntry.number < 1))
        if first is not None:
            raise _Broken(first, "It stands before the first entry, where there is none.")

    def _at_end(self) -> bool:
        """Whether no entry follows; those appended meanwhile follow too."""
        following = select(LogEntry.number).where(LogEntry.number > self.number)
        return db.session.scalar(following.limit(1)) is None

    def _check(self, row: Any) -> None:
        due = self.number + 1
        if row.number != due:
            raise _Broken(due, f"It is missing: the log goes on with entry {row.number}.")
        if problem := _problem_of(row, self.hash):
            raise _Broken(due, problem)
        if any(kept != row.hash for kept in self.kept.get(due, ())):
            raise _Broken(due, "Its hash is not the one that was kept.")

    def _check_decisions(self, first: int, last: int) -> None:
        """Every decision and its entry tell of the same kind."""
        other = (
            select(func.min(Decision.entry_number))
            .join(LogEntry, LogEntry.number == Decision.entry_number)
            .where(Decision.entry_number.between(first, last), Decision.kind != LogEntry.action)
        )
        number = db.session.scalar(other)
        if number is not None:
            raise _Broken(number, "It tells of another action than the decision that it is of.")

    def _check_end(self) -> None:
        """Nothing was cut off: the head, the decisions and the kept hashes know no more."""
        head = db.session.execute(select(LogHead.number, LogHead.hash)).one_or_none()
        if head is None:
            raise _Broken(self.number + 1, "The row that names the newest entry is missing.")
        # An entry appended since the walk ended moved the head with it, within one transaction.
        if head.number > self.number and not self._at_end():
            self.run(_ignore)
            return
        last = db.session.scalar(select(func.max(Decision.entry_number))) or 0
        known = max(head.number, last, *self.kept, 0)
        if known > self.number:
            raise _Broken(self.number + 1, f"It is missing: there were {known} entries or more.")
        if (head.number, head.hash) != (self.number, self.hash):
            raise _Broken(
                self.number,
                f"It is the last one, but entry {head.number} was the last that was written.",
            )


def _problem_of(row: Any, previous: str) -> str:
    """What is wrong with an entry, as a sentence; "" when nothing is."""
    if digest(row.body) != row.hash:
        return "Its text and its hash do not fit: one of them was changed."
    body = read_canonical(row.body)
    if body is None:
        return "Its text is not JSON in the canonical form."
    if body.get("number") != row.number:
        return f"Its text is that of entry {body.get('number')}."
    if body.get("previous") != previous:
        return "It does not hold the hash of the entry before."
    rules = body.get("rules")
    columns = {
        "at": (stamp(row.at), body.get("at")),
        "centre": (row.slug, body.get("centre")),
        "action": (row.action, body.get("action")),
        "clause": (row.clause, rules.get("clause") if isinstance(rules, dict) else ""),
    }
    wrong = [name for name, (column, told) in columns.items() if column != told]
    return f"Its {' and '.join(wrong)} beside the text tell something else." if wrong else ""


def _read(after: int) -> Sequence[Any]:
    """The next entries, up to the first that the database cannot read; raises _Broken for that."""
    limit = BATCH
    while True:
        statement = (
            select(
                LogEntry.number,
                LogEntry.at,
                LogEntry.action,
                LogEntry.clause,
                LogEntry.body,
                LogEntry.hash,
                Centre.slug,
            )
            .outerjoin(Centre, Centre.id == LogEntry.centre_id)
            .where(LogEntry.number > after)
            .order_by(LogEntry.number)
            .limit(limit)
        )
        try:
            return db.session.execute(statement).all()
        except (ValueError, TypeError, DBAPIError) as error:
            db.session.rollback()
            if limit == 1:
                # Fails too when it is not the entry but the database that cannot be used.
                number = _next_number(after)
                raise _Broken(number, "What the database holds of it cannot be read.") from error
            limit = max(1, limit // 8)


def _next_number(after: int) -> int:
    following = select(func.min(LogEntry.number)).where(LogEntry.number > after)
    return db.session.scalar(following) or after + 1
