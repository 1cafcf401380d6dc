"""The public log and the figures as JSON, CSV and Atom, for other programs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from forum.core import atom
from forum.core.tables import write_csv
from forum.moderation.enums import ACTION_WORDS, SEAT_WORDS
from forum.moderation.queries import ALL, Entry, Figures, Head

LONG_TITLE = 200
# How statistics of the government mark a number that is kept back.
HIDDEN = "[c]"
PLACE_COLUMNS = (
    *("centre", "waiting", "oldest since", "decisions", "median hours", "95th percentile hours"),
    *("appeals decided", "decisions reversed"),
)
LOG_COLUMNS = (
    *("number", "at", "centre", "action", "action in words", "decided by"),
    *("rules", "version", "clause", "rule", "reason", "until"),
    *("target", "address", "parent", "corrects", "previous", "hash"),
)


def log_json(entries: Iterable[Entry]) -> Iterator[str]:
    """The entries as one JSON document, piece by piece, an entry a line.

    ``hash`` is the SHA-256 of ``entry`` in its canonical form (RFC 8785). A damaged entry is
    given as the text that is stored.
    """
    yield '{"algorithm":"SHA-256 of each entry in the form of RFC 8785","entries":[\n'
    for place, entry in enumerate(entries):
        told = entry.body if entry.is_whole else json.dumps(entry.body, ensure_ascii=True)
        yield f'{"," if place else ""}{{"hash":{json.dumps(entry.hash)},"entry":{told}}}\n'
    yield "]}\n"


def log_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """The entries as a CSV table with a head, row by row."""
    return write_csv(chain([LOG_COLUMNS], map(_log_row, entries)))


def _log_row(entry: Entry) -> Sequence[object]:
    action, rules, target = entry.word("action"), "rules", "target"
    return (
        entry.number,
        entry.word("at"),
        entry.word("centre"),
        action,
        ACTION_WORDS.get(action, action),
        SEAT_WORDS.get(entry.word("seat"), entry.word("seat")),
        entry.part(rules, "of"),
        entry.part(rules, "version"),
        entry.part(rules, "clause"),
        entry.part(rules, "title"),
        entry.word("reason"),
        entry.word("until"),
        entry.part(target, "type"),
        entry.part(target, "path"),
        entry.link("parent") or "",
        entry.link("corrects") or "",
        entry.word("previous"),
        entry.hash,
    )


def heads_json(heads: Iterable[Head]) -> Iterator[str]:
    """The daily heads as one JSON document, piece by piece."""
    yield '{"heads":[\n'
    for place, head in enumerate(heads):
        facts = {"date": head.day.isoformat(), "number": head.number, "hash": head.hash}
        yield f"{',' if place else ''}{json.dumps(facts)}\n"
    yield "]}\n"


def log_atom(
    entries: Sequence[Entry],
    *,
    site_url: str,
    address: str,
    page: str,
    title: str,
    author: str,
    centres: Mapping[str, str],
) -> str:
    """An Atom feed of ``entries``, newest first.

    ``address`` is that of the feed and ``page`` that of the same choice as a page, both without
    ``site_url``; ``centres`` tells the names of centres by their slugs.
    """
    return atom.write_atom(
        atom.Feed(
            id=atom.lasting_id(f"{site_url}{address}"),
            title=title,
            url=f"{site_url}{address}",
            page_url=f"{site_url}{page}",
            author=atom.Person(author, f"{site_url}/"),
            entries=[_atom_entry(entry, site_url, centres) for entry in entries],
        )
    )


def _atom_entry(entry: Entry, site_url: str, centres: Mapping[str, str]) -> atom.Entry:
    place = entry.word("centre")
    name = centres.get(place, place) or "The whole site"
    action = entry.word("action")
    at = entry.instant("at") or atom.NEVER
    return atom.Entry(
        id=atom.lasting_id(f"{site_url}{entry.path}"),
        title=f"{ACTION_WORDS.get(action, action)} – {name}"[:LONG_TITLE],
        url=f"{site_url}{entry.path}",
        published=at,
        updated=at,
        content="\n".join(_lines(entry)),
        is_html=False,
    )


def _lines(entry: Entry) -> Iterator[str]:
    if not entry.is_whole:
        yield "This entry was damaged and cannot be read."
        return
    yield f"Decided by: {SEAT_WORDS.get(entry.word('seat'), entry.word('seat'))}"
    if clause := entry.part("rules", "clause"):
        version = entry.part("rules", "version")
        yield f"Rule: version {version}, clause {clause}: {entry.part('rules', 'title')}"
    if reason := entry.word("reason"):
        yield f"Reason: {reason}"
    if until := entry.word("until"):
        yield f"Until: {until}"
    yield f"SHA-256: {entry.hash}"


def figures_csv(figures: Figures, table: str) -> Iterator[str]:
    """A table of the figures as CSV with a head; ``table`` is one of ``queries.TABLES``."""
    if table == "places":
        return write_csv(chain([PLACE_COLUMNS], _place_rows(figures)))
    rows = getattr(figures, table)
    cells = (
        (figures.place.slug, row.word, HIDDEN if row.count is None else row.count) for row in rows
    )
    return write_csv(chain([("centre", table.removesuffix("s"), "decisions")], cells))


def _place_rows(figures: Figures) -> Iterator[Sequence[object]]:
    own = [figures.place] if figures.place.slug != ALL else []
    for place in [*own, *figures.places] or [figures.place]:
        hours = ("" if value is None else f"{value:.1f}" for value in (place.median, place.high))
        yield (
            place.slug,
            place.waiting,
            place.oldest.strftime("%Y-%m-%dT%H:%M:%SZ") if place.oldest else "",
            place.decisions,
            *hours,
            place.appeals,
            place.reversals,
        )
