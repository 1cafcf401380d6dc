"""What is shown of results: addresses, names, and extracts in pieces, found words apart."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.consultations.models import Consultation
from forum.core.db import db
from forum.core.stems import places_in
from forum.organisations.models import Organisation
from forum.search.enums import Kind
from forum.search.queries.asking import Question
from forum.search.queries.candidates import Candidate
from forum.search.queries.sources import one_line, plain_text
from forum.threads.enums import PostState, ThreadKind
from forum.threads.models import Post, Thread
from forum.topics.models import Topic

EXTRACT_LENGTH = 300
# So many signs stand before the first found word of an extract.
LEAD = 80
ADDRESSES = {
    Kind.CONSULTATION: "/consultations/{key}/{slug}/",
    Kind.TOPIC: "/topics/{slug}/",
    Kind.ORGANISATION: "/organisations/{key}/{slug}/",
    Kind.PERSON: "/people/{slug}/",
}

Pieces = Sequence[tuple[str, bool]]
Phrases = Sequence[tuple[str, ...]]
Centres = Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Result:
    """Something that was found; of ``title`` and ``extract`` the found words are marked."""

    kind: Kind
    url: str
    title: Pieces
    extract: Pieces
    author_name: str = ""
    organisation_name: str = ""
    sector: str = ""
    centre_name: str = ""
    board_title: str = ""
    created_at: datetime | None = None
    is_question: bool = False
    is_answered: bool = False
    is_accepted: bool = False


def show(question: Question, found: Sequence[Candidate], centres: Centres) -> Sequence[Result]:
    """The results in the order of ``found``; at most one statement for each sort of rows."""
    rows = _rows(found)
    phrases = [term.stems for term in question.wanted]
    return [
        _result(one, rows[one.kind, one.key], phrases, centres)
        for one in found
        if (one.kind, one.key) in rows
    ]


def marked(text: str, phrases: Phrases) -> Pieces:
    """The text in pieces, each with whether it is one of the phrases (stems side by side)."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for first, last in _spans(text, phrases):
        if first > end:
            pieces.append((text[end:first], False))
        pieces.append((text[first:last], True))
        end = last
    if end < len(text):
        pieces.append((text[end:], False))
    return pieces


def extract(text: str, phrases: Phrases) -> Pieces:
    """Up to ``EXTRACT_LENGTH`` signs of the text, around the first phrase that is found."""
    spans = _spans(text, phrases)
    begin = max(0, spans[0][0] - LEAD) if spans else 0
    begin = text.find(" ", begin) + 1 if begin else 0
    end = len(text)
    if end - begin > EXTRACT_LENGTH:
        end = max(text.rfind(" ", begin, begin + EXTRACT_LENGTH), begin) or begin + EXTRACT_LENGTH
    if end <= begin:
        end = begin + EXTRACT_LENGTH
    pieces = list(marked(text[begin:end], phrases))
    before = [("… ", False)] if begin else []
    return [*before, *pieces, *([(" …", False)] if end < len(text) else [])]


def _spans(text: str, phrases: Phrases) -> list[tuple[int, int]]:
    """Where phrases begin and end in the text, apart from each other, in their order."""
    places = list(places_in(text))
    stems = [stem for _, _, stem in places]
    found: list[tuple[int, int]] = []
    for index in range(len(places)):
        for phrase in phrases:
            if tuple(stems[index : index + len(phrase)]) == phrase:
                span = (places[index][0], places[index + len(phrase) - 1][1])
                if not found or span[0] >= found[-1][1]:
                    found.append(span)
    return found


def _rows(found: Sequence[Candidate]) -> dict[tuple[Kind, int], Any]:
    keys: dict[Kind, list[int]] = defaultdict(list)
    for one in found:
        keys[one.kind].append(one.key)
    rows = {
        (kind, row.key): row
        for kind, statement_for in STATEMENTS.items()
        if keys[kind]
        for row in db.session.execute(statement_for(sorted(keys[kind])))
    }
    if keys[Kind.THREAD] or keys[Kind.POST]:
        for row in db.session.execute(_written(keys[Kind.THREAD], keys[Kind.POST])):
            is_thread = row.number == 1
            rows[(Kind.THREAD, row.thread_id) if is_thread else (Kind.POST, row.post_id)] = row
    return rows


def _result(one: Candidate, row: Any, phrases: Phrases, centres: Centres) -> Result:
    place = centres.get(one.centre_id or 0, ("", ""))[1]
    if one.kind not in {Kind.THREAD, Kind.POST}:
        return Result(
            kind=one.kind,
            url=ADDRESSES[one.kind].format(key=row.key, slug=row.slug),
            title=marked(row.name, phrases),
            extract=extract(one_line(row.about), phrases),
            sector=one.sector or "",
            centre_name=place,
        )
    is_thread = one.kind is Kind.THREAD
    return Result(
        kind=one.kind,
        url=f"/threads/{row.thread_id}/{row.slug}/" if is_thread else f"/posts/{row.post_id}/",
        title=marked(row.title, phrases if is_thread else ()),
        extract=extract(plain_text(row.html), phrases),
        author_name=row.display_name,
        organisation_name=row.organisation_name,
        sector=one.sector or "",
        centre_name=place,
        board_title=row.board_title,
        created_at=one.created_at,
        is_question=row.kind is ThreadKind.QUESTION,
        is_answered=row.accepted_post_id is not None,
        is_accepted=one.is_accepted,
    )


def _written(thread_ids: Collection[int], post_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """First posts of the threads, and the posts."""
    return (
        select(
            Post.id.label("post_id"),
            Post.thread_id,
            Post.number,
            Post.html,
            Post.organisation_name,
            Thread.title,
            Thread.slug,
            Thread.kind,
            Thread.accepted_post_id,
            Board.title.label("board_title"),
            Account.display_name,
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .join(Account, Account.id == Post.author_id)
        .where(
            or_(
                and_(Post.thread_id.in_(sorted(thread_ids)), Post.number == 1),
                Post.id.in_(sorted(post_ids)),
            ),
            Post.state == PostState.VISIBLE,
        )
    )


def _of_topics(keys: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(
        Topic.id.label("key"), Topic.name, Topic.slug, Topic.description.label("about")
    ).where(Topic.id.in_(keys))


def _of_organisations(keys: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(
        Organisation.id.label("key"), Organisation.name, Organisation.slug, Organisation.about
    ).where(Organisation.id.in_(keys))


def _of_people(keys: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(
        Account.id.label("key"),
        Account.display_name.label("name"),
        Account.handle.label("slug"),
        Account.about,
    ).where(Account.id.in_(keys))


def _of_consultations(keys: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(
        Consultation.id.label("key"),
        Consultation.title.label("name"),
        Consultation.slug,
        (Consultation.summary + " " + Consultation.purpose).label("about"),
    ).where(Consultation.id.in_(keys))


STATEMENTS = {
    Kind.CONSULTATION: _of_consultations,
    Kind.TOPIC: _of_topics,
    Kind.ORGANISATION: _of_organisations,
    Kind.PERSON: _of_people,
}
