"""Makers of things that tests need, as plain functions with traits.

Each commits what it made, with the derived columns (counters, voices) true; what one makes for
another is committed with it. Without arguments they make something ordinary: a confirmed member
of the private sector, a board of North East that everybody reads, a thread with one post.
"""

import functools
import hashlib
import itertools
import secrets
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from slugify import slugify
from sqlalchemy import select

from forum.accounts.enums import Region, Role, Sector
from forum.accounts.models import Account, LoginSession, RoleGrant
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core import clock, markup
from forum.core.db import Model, db
from forum.organisations.enums import (
    MembershipState,
    OrganisationKind,
    OrganisationState,
    SizeBand,
)
from forum.organisations.models import Membership, Organisation
from forum.search.index import NOTED
from forum.threads.enums import UNPUBLISHED, Capacity, PostState, ThreadKind
from forum.threads.models import Draft, Post, Thread, ThreadTopic
from forum.topics.enums import TopicKind
from forum.topics.models import Topic
from tests.counting import count

# argon2id of PASSWORD with the least memory and time, so that a check costs nothing.
PASSWORD = "a long enough password"
CHEAP_HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$UjaBpHKWTJ6hlHyfS3i+Kg$EaAgz+AZHvQflN6G2vwL2pzYR5J4aZMkNgz0N2GahcU"
)

_numbers = itertools.count(1)

# Tests of the search switch this on (fixture ``indexed``); for all others it only costs time.
indexing = False

P = ParamSpec("P")
R = TypeVar("R")
_inside: ContextVar[bool] = ContextVar("inside_maker", default=False)


def maker(make: Callable[P, R]) -> Callable[P, R]:
    """Commit what ``make`` and the makers that it calls have made once, when it is done."""

    @functools.wraps(make)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            return make(*args, **kwargs)
        token = _inside.set(True)
        try:
            made = make(*args, **kwargs)
        finally:
            _inside.reset(token)
        commit()
        return made

    return run


@maker
def make_account(
    *,
    sector: Sector | str = Sector.PRIVATE,
    role: Role | str | None = None,
    centre: Centre | None = None,
    confirmed: bool = True,
    organisation: Organisation | None = None,
    steward: bool = False,
    hidden: bool = False,
    **fields: Any,
) -> Account:
    """A member; ``role`` is held for ``centre`` (default North East) unless administrator.

    With ``organisation`` the member has a confirmed membership of it.
    """
    number = next(_numbers)
    now = clock.now()
    account = Account(
        **{
            "handle": f"member-{number}",
            "display_name": f"Member {number}",
            "email": f"member-{number}@example.org",
            "password_hash": CHEAP_HASH,
            "sector": Sector(sector),
            "region": Region.NORTH_EAST,
            "about": "",
            "is_hidden": hidden,
            "created_at": now,
            "confirmed_at": now if confirmed else None,
            **fields,
        }
    )
    account.grants = []
    _save(account)
    if role:
        grant_role(account, role, centre=centre)
    if organisation:
        make_membership(account, organisation, steward=steward)
    return account


@maker
def grant_role(account: Account, role: Role | str, *, centre: Centre | None = None) -> RoleGrant:
    """A role of the account, for ``centre`` (default North East) unless administrator."""
    where = None if role == Role.ADMINISTRATOR else (centre or get_centre("north-east"))
    grant = RoleGrant(
        role=Role(role), centre_id=where.id if where else None, granted_at=clock.now()
    )
    account.grants.append(grant)
    _save(grant)
    return grant


@maker
def make_session(account: Account, *, browser: str = "Firefox on Linux", **fields: Any) -> str:
    """Token of a new sign-in session of the account."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    _save(
        LoginSession(
            **{
                "account_id": account.id,
                "token_hash": hashlib.sha256(token.encode()).hexdigest(),
                "created_at": now,
                "expires_at": now + timedelta(hours=8),
                "browser": browser,
                **fields,
            }
        )
    )
    return token


def get_centre(slug: str = "north-east") -> Centre:
    """One of the nine centres, which stand in every database from the start."""
    return db.session.scalars(select(Centre).where(Centre.slug == slug)).one()


@maker
def make_board(
    centre: Centre | None = None,
    *,
    title: str = "",
    readers: Readers | str = Readers.EVERYONE,
    archived: bool = False,
    start_sectors: Sequence[str] = (),
    reply_sectors: Sequence[str] = (),
    **fields: Any,
) -> Board:
    """A board of ``centre`` (default North East)."""
    number = next(_numbers)
    title = title or f"Board {number}"
    board = Board(
        **{
            "centre": centre or get_centre(),
            "slug": slugify(title, max_length=60),
            "title": title,
            "purpose": "What this board is for.",
            "position": number,
            "is_archived": archived,
            "readers": Readers(readers),
            "start_sectors": [str(sector) for sector in start_sectors],
            "reply_sectors": [str(sector) for sector in reply_sectors],
            "last_post_at": None,
            **fields,
        }
    )
    _save(board)
    return board


@maker
def make_topic(name: str = "", *, parent: Topic | None = None, **fields: Any) -> Topic:
    """A procurement topic, a market unless ``kind`` says otherwise."""
    name = name or f"Topic {next(_numbers)}"
    topic = Topic(
        **{
            "slug": slugify(name, max_length=60),
            "name": name,
            "kind": TopicKind.MARKET,
            "description": f"About {name.lower()}.",
            "parent_id": parent.id if parent else None,
            **fields,
        }
    )
    _save(topic)
    return topic


@maker
def make_organisation(
    name: str = "",
    *,
    sector: Sector | str = Sector.PRIVATE,
    state: OrganisationState | str = OrganisationState.CONFIRMED,
    **fields: Any,
) -> Organisation:
    """An organisation, confirmed unless ``state`` says otherwise."""
    name = name or f"Organisation {next(_numbers)}"
    organisation = Organisation(
        **{
            "name": name,
            "slug": slugify(name, max_length=120),
            "sector": Sector(sector),
            "kind": OrganisationKind.COMPANY,
            "size": SizeBand.SMALL,
            "region": Region.NORTH_EAST,
            "state": OrganisationState(state),
            "created_at": clock.now(),
            **fields,
        }
    )
    _save(organisation)
    return organisation


@maker
def make_membership(
    account: Account,
    organisation: Organisation,
    *,
    state: MembershipState | str = MembershipState.CONFIRMED,
    steward: bool = False,
) -> Membership:
    """That the account speaks for the organisation, or wishes to."""
    now = clock.now()
    membership = Membership(
        organisation=organisation,
        account=account,
        is_steward=steward,
        state=MembershipState(state),
        requested_at=now,
        decided_at=None if state == MembershipState.WAITING else now,
    )
    _save(membership)
    return membership


@maker
def make_thread(
    board: Board | None = None,
    author: Account | None = None,
    topics: Sequence[Topic] = (),
    *,
    posts: int = 1,
    title: str = "",
    text: str = "What is the usual notice for a change of price?",
    at: datetime | None = None,
    state: PostState | str = PostState.VISIBLE,
    organisation: Organisation | None = None,
    **fields: Any,
) -> Thread:
    """A thread with ``posts`` posts, one a minute from ``at``; replies by the same author.

    ``state`` is that of the first post. Without ``topics`` it is tied to a new one.
    """
    board = board or make_board()
    author = author or make_account()
    began = at or clock.now() - timedelta(minutes=posts)
    title = title or f"Thread {next(_numbers)}"
    thread = Thread(
        **{
            "board": board,
            "centre_id": board.centre_id,
            "author": author,
            "title": title,
            "slug": slugify(title, max_length=150) or "thread",
            "kind": ThreadKind.QUESTION,
            "state": PostState(state),
            "created_at": began,
            "last_post_at": began,
            **fields,
        }
    )
    _save(thread)
    for topic in topics or [make_topic()]:
        db.session.add(
            ThreadTopic(
                thread_id=thread.id,
                topic_id=topic.id,
                centre_id=thread.centre_id,
                last_post_at=began,
            )
        )
    make_post(thread, author, text=text, at=began, state=state, organisation=organisation)
    for number in range(2, posts + 1):
        make_post(thread, author, text=f"Reply {number}.", at=began + timedelta(minutes=number - 1))
    return thread


@maker
def make_post(
    thread: Thread,
    author: Account | None = None,
    *,
    text: str = "",
    at: datetime | None = None,
    state: PostState | str = PostState.VISIBLE,
    organisation: Organisation | None = None,
    **fields: Any,
) -> Post:
    """The next post of the thread, spoken for ``organisation`` when one is given."""
    author = author or make_account()
    speaks_for = organisation or author
    text = text or f"Post {next(_numbers)}."
    thread.last_number += 1
    post = Post(
        **{
            "thread": thread,
            "number": thread.last_number,
            "author": author,
            "capacity": Capacity.ORGANISATION if organisation else Capacity.PERSONAL,
            "sector": speaks_for.sector,
            "organisation": organisation,
            "organisation_name": organisation.name if organisation else "",
            "source": text,
            "html": markup.render(text),
            "renderer": markup.RENDERER,
            "state": PostState(state),
            "created_at": at or clock.now(),
            "submission_id": secrets.token_hex(16),
            **fields,
        }
    )
    if post.state not in UNPUBLISHED:
        thread.last_shown = post.number
    db.session.add(post)
    db.session.flush()
    count(post)
    return post


@maker
def make_draft(
    account: Account,
    *,
    board: Board | None = None,
    thread: Thread | None = None,
    source: str = "What I was about to say.",
    **fields: Any,
) -> Draft:
    """What the account has begun to write: a reply to ``thread``, or a thread for ``board``."""
    place = thread.board if thread else (board or make_board())
    draft = Draft(
        **{
            "account_id": account.id,
            "board_id": place.id,
            "thread_id": thread.id if thread else None,
            "source": source,
            "choices": {},
            "saved_at": clock.now(),
            **fields,
        }
    )
    _save(draft)
    return draft


def commit() -> None:
    """Commit what was made; it is put into the index of the search when ``indexing`` says so."""
    if not indexing:
        db.session.flush()
        db.session.info.pop(NOTED, None)
    db.session.commit()


def _save(thing: Model) -> None:
    db.session.add(thing)
    db.session.flush()
