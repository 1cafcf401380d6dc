"""Load data for benchmarks: many members, threads and posts, the same for the same seed."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select, update

from forum.accounts.enums import Region, Sector
from forum.accounts.models import Account
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core import clock, markup, tags
from forum.core.db import Model, db
from forum.core.errors import Invalid
from forum.core.transactions import action
from forum.ops.actions.bulk_plan import Plan
from forum.ops.actions.bulk_rows import (
    lay_aside_indexes,
    make_indexes,
    take_time,
    time_writer,
    write_posts,
    write_voices,
)
from forum.ops.actions.bulk_texts import make_texts, make_titles
from forum.ops.actions.statistics import look_at_tables
from forum.organisations.enums import (
    MembershipState,
    OrganisationKind,
    OrganisationState,
    SizeBand,
)
from forum.organisations.models import Membership, Organisation
from forum.threads.actions import count_topics
from forum.threads.enums import Capacity, PostState, ThreadKind
from forum.threads.models import Post, Thread, ThreadTopic
from forum.topics.models import Topic

BEGINNING = datetime(2023, 1, 1, tzinfo=UTC)
BATCH = 20_000
# Titles of load data are plain enough for a simpler rule than the site's own.
NOT_IN_SLUGS = re.compile("[^a-z0-9]+")
BOARDS_OF_A_CENTRE = 4
USERS_OF_AN_ORGANISATION = 5
# Nobody can sign in with a hash that no password has.
NO_PASSWORD = "!"  # noqa: S105 — not a password
Numbered = Account | Organisation | Thread | Post
SECTORS = tuple(Sector)
REGIONS = tuple(Region)


@dataclass(frozen=True, slots=True)
class Size:
    """How much load data is wanted."""

    users: int
    threads: int
    posts: int


@dataclass(frozen=True, slots=True)
class First:
    """The first identifiers that this load takes."""

    account: int
    organisation: int
    thread: int
    post: int


@dataclass(frozen=True, slots=True)
class Speaker:
    """A member, with the columns that tell for whom they speak."""

    account: int
    organisation: int | None
    for_self: tuple[str, str, int | None, str]
    for_organisation: tuple[str, str, int | None, str]


@action
def load_bulk(size: Size, *, seed: int, progress: Callable[[int], object]) -> None:
    """Add load data; ``progress`` is told how many more posts were written.

    All of it or nothing. Raises Invalid for sizes that do not fit together.
    """
    if size.posts < size.threads:
        raise Invalid("There must be at least as many posts as threads.")
    chance = random.Random(seed)  # noqa: S311 — load data, no secret
    plan = Plan(chance, users=size.users, threads=size.threads, posts=size.posts)
    # It writes past the session, which would have seen what concerns which page.
    tags.touch(tags.EVERYTHING)
    take_time()
    load = Load(size, plan, chance)
    load.add_members()
    load.add_threads()
    lay_aside_indexes()
    posts = load.rows_of_posts()
    while written := load.add_posts(posts):
        progress(written)
    make_indexes()
    load.finish()
    count_topics(all_of_them=True)


class Load:
    """One load of data on its way into the database."""

    def __init__(self, size: Size, plan: Plan, chance: random.Random) -> None:
        self.size = size
        self.plan = plan
        self.chance = chance
        self.texts = make_texts(chance, size.posts)
        self.organisations = max(1, size.users // USERS_OF_AN_ORGANISATION)
        self.boards: list[tuple[int, int]] = []
        self.first = First(0, 0, 0, 0)

    def add_members(self) -> None:
        """Add boards where there are none, organisations, accounts and memberships."""
        self.first = First(
            _next_id(Account), _next_id(Organisation), _next_id(Thread), _next_id(Post)
        )
        self.boards = _boards()
        now = clock.now()
        _insert(Organisation, self._organisations())
        _insert(Account, self._accounts())
        memberships = (
            {
                "organisation_id": self._organisation_of(user),
                "account_id": self.first.account + user,
                "state": MembershipState.CONFIRMED,
                "requested_at": BEGINNING,
                "decided_at": now,
            }
            for user in range(self.size.users)
            if self._organisation_of(user)
        )
        _insert(Membership, memberships)

    def _organisations(self) -> Iterator[dict[str, Any]]:
        for index in range(self.organisations):
            number = self.first.organisation + index
            yield {
                "id": number,
                "name": f"Load organisation {number}",
                "slug": f"load-organisation-{number}",
                "sector": SECTORS[index % len(SECTORS)],
                "kind": OrganisationKind.COMPANY,
                "size": SizeBand.SMALL,
                "region": REGIONS[index % len(REGIONS)],
                "state": OrganisationState.CONFIRMED,
                "created_at": BEGINNING,
            }

    def _accounts(self) -> Iterator[dict[str, Any]]:
        for user in range(self.size.users):
            number = self.first.account + user
            yield {
                "id": number,
                "handle": f"load-{number}",
                "display_name": f"Load member {number}",
                "email": f"load-{number}@load.example",
                "password_hash": NO_PASSWORD,
                "sector": self._sector_of(user),
                "region": REGIONS[user % len(REGIONS)],
                "created_at": BEGINNING,
                "confirmed_at": BEGINNING,
            }

    def add_threads(self) -> None:
        """Add the threads, counted as they will be, and their ties to topics."""
        topics = db.session.scalars(select(Topic.id).order_by(Topic.id)).all()
        # A few boards have most of the threads.
        weights = [1 / rank for rank in range(1, len(self.boards) + 1)]
        placed = self.chance.choices(self.boards, weights, k=self.size.threads)
        _insert(Thread, self._threads(placed))
        ties = (
            {
                "thread_id": self.first.thread + thread,
                "topic_id": topic,
                "centre_id": centre,
                "last_post_at": BEGINNING + timedelta(seconds=self.plan.ends[thread]),
            }
            for thread, (_, centre) in enumerate(placed)
            for topic in self.chance.sample(topics, self.chance.choice((1, 1, 1, 2, 2, 3, 5)))
        )
        _insert(ThreadTopic, ties)

    def _threads(self, placed: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
        kinds = (ThreadKind.QUESTION, ThreadKind.DISCUSSION, ThreadKind.GOOD_PRACTICE)
        titles = make_titles(self.chance, self.size.threads)
        for thread, (board, centre) in enumerate(placed):
            title = self.chance.choice(titles)
            yield {
                "id": self.first.thread + thread,
                "board_id": board,
                "centre_id": centre,
                "author_id": self.first.account + self.plan.circles[thread][0],
                "title": title,
                "slug": NOT_IN_SLUGS.sub("-", title.lower()).strip("-")[:80],
                "kind": kinds[thread % len(kinds)],
                "state": PostState.VISIBLE,
                "created_at": BEGINNING + timedelta(seconds=self.plan.starts[thread]),
                "last_post_at": BEGINNING + timedelta(seconds=self.plan.ends[thread]),
                "last_number": self.plan.lengths[thread],
                "last_shown": self.plan.lengths[thread],
                "reply_count": self.plan.lengths[thread] - 1,
            }

    def rows_of_posts(self) -> Iterator[tuple[Any, ...]]:
        """A row for every post, the oldest first, as it was written on a living site."""
        speakers = [self._speaker(user) for user in range(self.size.users)]
        planned = self.plan.posts(
            organised=[speaker.organisation is not None for speaker in speakers]
        )
        texts, draw, write_time = self.texts, self.chance.random, time_writer()
        visible = PostState.VISIBLE.value
        for post_id, post in enumerate(planned, start=self.first.post):
            speaker = speakers[post.author]
            written = texts[int(draw() * len(texts))]
            yield (
                post_id,
                self.first.thread + post.thread,
                post.number,
                speaker.account,
                *(speaker.for_organisation if post.as_organisation else speaker.for_self),
                written.source,
                written.html,
                markup.RENDERER,
                visible,
                write_time(BEGINNING + timedelta(seconds=post.second)),
                0,
                "",
                f"load-{post_id}",
                1,
            )

    def _speaker(self, user: int) -> Speaker:
        sector, organisation = self._sector_of(user).value, self._organisation_of(user)
        return Speaker(
            account=self.first.account + user,
            organisation=organisation,
            for_self=(Capacity.PERSONAL.value, sector, None, ""),
            for_organisation=(
                Capacity.ORGANISATION.value,
                sector,
                organisation,
                f"Load organisation {organisation}",
            ),
        )

    def add_posts(self, rows: Iterator[tuple[Any, ...]]) -> int:
        """Write the next batch of ``rows``; returns how many there were."""
        batch = list(islice(rows, BATCH))
        if batch:
            write_posts(batch)
        return len(batch)

    def finish(self) -> None:
        """Add the voices, count the boards, and let the database look at its new size."""
        write_voices(self._voices())
        _count_boards(self.first.thread)
        connection = db.session.connection()
        if connection.dialect.name == "postgresql":
            for model in (Account, Organisation, Thread, Post):
                _advance_sequence(model)
        look_at_tables()

    def _voices(self) -> Iterator[tuple[Any, ...]]:
        counted: dict[tuple[int, str, str], int] = {}
        for (thread, author, as_organisation), posts in self.plan.voices.items():
            organisation = self._organisation_of(author) if as_organisation else None
            speaker = f"o{organisation}" if organisation else f"a{self.first.account + author}"
            key = (self.first.thread + thread, self._sector_of(author).value, speaker)
            counted[key] = counted.get(key, 0) + posts
        for key, posts in counted.items():
            yield (*key, posts)

    def _organisation_of(self, user: int) -> int | None:
        return self.first.organisation + user % self.organisations if user % 3 else None

    def _sector_of(self, user: int) -> Sector:
        index = user % self.organisations if user % 3 else user
        return SECTORS[index % len(SECTORS)]


def _insert(model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert without the session, which would make an object of each row."""
    values = list(rows)
    if values:
        db.session.connection().execute(insert(Model.metadata.tables[model.__tablename__]), values)


def _next_id(model: type[Numbered]) -> int:
    return (db.session.scalar(select(func.max(model.id))) or 0) + 1


def _boards() -> list[tuple[int, int]]:
    """Identifiers of all boards and their centres; centres without boards get some."""
    centres = select(Centre.id).where(Centre.id.not_in(select(Board.centre_id)))
    for centre in db.session.scalars(centres.order_by(Centre.id)).all():
        for number in range(1, BOARDS_OF_A_CENTRE + 1):
            db.session.add(
                Board(
                    centre_id=centre,
                    slug=f"load-{number}",
                    title=f"Load board {number}",
                    purpose="Load data for benchmarks.",
                    position=number,
                    readers=Readers.EVERYONE,
                )
            )
    db.session.flush()
    boards = db.session.execute(
        select(Board.id, Board.centre_id)
        .where(Board.is_archived.is_(False), Board.readers == Readers.EVERYONE)
        .order_by(Board.id)
    )
    return [(board, centre) for board, centre in boards]


def _count_boards(first_thread: int) -> None:
    """Add what the threads from ``first_thread`` on bring to their boards."""
    added = db.session.execute(
        select(
            Thread.board_id,
            func.count(),
            func.sum(Thread.last_number),
            func.max(Thread.last_post_at),
        )
        .where(Thread.id >= first_thread)
        .group_by(Thread.board_id)
    ).all()
    for board_id, threads, posts, newest in added:
        latest = db.session.scalar(select(Board.last_post_at).where(Board.id == board_id))
        db.session.execute(
            update(Board)
            .where(Board.id == board_id)
            .values(
                thread_count=Board.thread_count + threads,
                post_count=Board.post_count + posts,
                last_post_at=max(newest, latest or newest),
            ),
            execution_options={"synchronize_session": False},
        )
    db.session.expire_all()


def _advance_sequence(model: type[Numbered]) -> None:
    """Rows written with their own identifiers do not move PostgreSQL's sequence."""
    table = model.__tablename__
    sequence = func.pg_get_serial_sequence(table, "id")
    db.session.execute(select(func.setval(sequence, select(func.max(model.id)).scalar_subquery())))
