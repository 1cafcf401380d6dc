"""What is shown of results: addresses, names, and extracts in pieces, found words apart."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core.db import db
from forum.organisations.models import Organisation
from forum.search.enums import Kind
from forum.search.queries.asking import Question
from forum.search.queries.candidates import Candidate
from forum.search.queries.matching import GREATER, LESS, MARK, UNMARK, extracts
from forum.threads.enums import ThreadKind
from forum.threads.models import Post, Thread
from forum.topics.models import Topic

Pieces = Sequence[tuple[str, bool]]
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
    if not found:
        return ()
    texts = {
        row.id: (pieces(row.title), pieces(row.extract))
        for row in db.session.execute(extracts(question, [one.id for one in found]))
    }
    rows = _rows(found)
    return [
        _result(one, rows[one.kind, one.key], texts.get(one.id, ((), ())), centres)
        for one in found
        if (one.kind, one.key) in rows
    ]


def pieces(marked: str) -> Pieces:
    """The text in pieces, each with whether it was found; marks out of place do no harm."""
    found: list[tuple[str, bool]] = []
    is_found = False
    plain = marked.replace(LESS, "<").replace(GREATER, ">")
    for part in re.split(f"([{MARK}{UNMARK}])", plain):
        if part in {MARK, UNMARK}:
            is_found = part == MARK
        elif part:
            found.append((part, is_found))
    return found


def _rows(found: Sequence[Candidate]) -> dict[tuple[Kind, int], Any]:
    rows: dict[tuple[Kind, int], Any] = {}
    for kinds, statement_for in STATEMENTS:
        keys = {one.key: one.kind for one in found if one.kind in kinds}
        if keys:
            for row in db.session.execute(statement_for(sorted(keys))):
                rows[keys[row.key], row.key] = row
    return rows


def _result(one: Candidate, row: Any, texts: tuple[Pieces, Pieces], centres: Centres) -> Result:
    title, extract = texts
    place = centres.get(one.centre_id or 0, ("", ""))[1]
    if one.kind not in {Kind.THREAD, Kind.POST}:
        url = {
            Kind.TOPIC: f"/topics/{row.slug}/",
            Kind.ORGANISATION: f"/organisations/{row.key}/{row.slug}/",
            Kind.PERSON: f"/people/{row.slug}/",
        }[one.kind]
        return Result(
            one.kind, url, title or ((row.name, False),), extract, "", "", one.sector or "", place
        )
    is_thread = one.kind is Kind.THREAD
    return Result(
        kind=one.kind,
        url=f"/threads/{row.thread_id}/{row.slug}/" if is_thread else f"/posts/{row.key}/",
        title=title if is_thread and title else ((row.title, False),),
        extract=extract,
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


def _of_posts(keys: Collection[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Post.id.label("key"),
            Post.thread_id,
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
        .where(Post.id.in_(keys))
    )


def _of_topics(keys: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(Topic.id.label("key"), Topic.name, Topic.slug).where(Topic.id.in_(keys))


def _of_organisations(keys: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(Organisation.id.label("key"), Organisation.name, Organisation.slug).where(
        Organisation.id.in_(keys)
    )


def _of_people(keys: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(
        Account.id.label("key"), Account.display_name.label("name"), Account.handle.label("slug")
    ).where(Account.id.in_(keys))


STATEMENTS = (
    ({Kind.THREAD, Kind.POST}, _of_posts),
    ({Kind.TOPIC}, _of_topics),
    ({Kind.ORGANISATION}, _of_organisations),
    ({Kind.PERSON}, _of_people),
)
