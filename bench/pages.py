"""Which pages are measured, for whom, and what they may cost."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from bench.data import SECRET, Data
from bench.servers import Load
from forum import config
from forum.accounts import actions as accounts
from forum.accounts.models import Account
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.access import Anonymous
from forum.core.db import db, writing
from forum.core.transactions import action
from forum.factory import create_app
from forum.threads import queries
from forum.threads.models import Post, Thread, ThreadTopic
from forum.topics.models import Topic
from tests.statements import count_statements

CSRF = "0123456789abcdef0123456789abcdef01234567"
WORDS = "payment lots"
TEXT = """Thirty days from a valid invoice, and the clock starts when it *arrives*.

> What did the finance team say?

- the notice gave £46,500 as the value
- the contract runs for **two years**, which I find hard to price
- see the guidance at https://www.gov.uk/ under prompt payment

If the buyer reads this: it belongs on the first page, not in annex C. We lost a whole winter
because the incumbent would not move on staff transfer, and said as much in the debrief.
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page for somebody, and its budget.

    ``compared_to``: name of the limit or page whose cost, times ``times``, is the budget.
    ``expect`` is the status that it answers with.
    """

    name: str
    load: Load
    statements: int = 0
    compared_to: str = ""
    times: float = 0.0
    most_ms: float = 0.0
    expect: int = 200
    by_latency: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses in one database that are worth measuring."""

    thread_id: int
    thread: str
    longest: str
    longest_last: str
    board: str
    board_deep: str
    centre: str
    topic: str
    person: str
    cookie: str
    reply_body: str


def open_site(data: Data) -> Flask:
    """The application on the database, in this process, without its page cache."""
    return create_app(config.load({**data.environ, "FORUM_PAGE_CACHE": "0"}))


def find_places(app: Flask) -> Places:
    """The addresses, and a signed-in member who has been here for a while."""
    with app.app_context():
        writing.set(True)
        fullness = func.abs(Thread.last_number - queries.PAGE_SIZE)
        usual = db.session.scalars(select(Thread).order_by(fullness, Thread.id).limit(1)).one()
        longest = db.session.scalars(
            select(Thread).order_by(Thread.last_number.desc(), Thread.id).limit(1)
        ).one()
        board = db.session.scalars(select(Board).order_by(Board.thread_count.desc()).limit(1)).one()
        topic = db.session.scalars(select(Topic).join(ThreadTopic).limit(1)).one()
        centre = db.session.get_one(Centre, board.centre_id)
        author = db.session.get_one(Account, _busiest())
        places = Places(
            thread_id=usual.id,
            thread=usual.path,
            longest=longest.path,
            longest_last=f"{longest.path}?page={-(-longest.last_number // queries.PAGE_SIZE)}",
            board=board.path,
            board_deep=f"{board.path}?after={_cursor(board)}",
            centre=centre.path,
            topic=f"/topics/{topic.slug}/",
            person=author.path,
            cookie=sign_in(app, author),
            reply_body=urlencode(
                {"source": TEXT, "speak_as": "", "do": "post", "csrf_token": _token()}
            ),
        )
        db.session.remove()
        return places


def _busiest() -> int:
    some = select(Post.author_id).order_by(Post.id).limit(1000).subquery()
    most = select(some.c.author_id).group_by(some.c.author_id).order_by(func.count().desc())
    busiest: int = db.session.execute(most.limit(1)).scalar_one()
    return busiest


def _cursor(board: Board) -> str:
    """The cursor of a page of the board's threads: the 500th, or as far as half of them."""
    steps = min(500, board.thread_count // 30 // 2)
    cursor = after = ""
    for _ in range(steps):
        after = queries.list_board(Anonymous(), board, after=cursor).next_cursor
        if not after:
            break
        cursor = after
    return quote(cursor)


def sign_in(app: Flask, member: Account) -> str:
    """The cookie of a session of the member."""
    token = action(accounts.begin_session)(member)
    interface: Any = app.session_interface
    content = {
        "_user_id": token,
        "_fresh": True,
        "_permanent": True,
        "seen": int(time.time()),
        "csrf_token": CSRF,
    }
    value = interface.get_signing_serializer(app).dumps(content)
    return f"{app.config['SESSION_COOKIE_NAME']}={value}"


def _token() -> str:
    """A CSRF token of that session, as a form would hold it (Flask-WTF's format)."""
    return str(URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(CSRF))


def kept_pages(places: Places) -> Sequence[Page]:
    """Pages that are answered from the page cache; the budget of "304" needs its ETag."""
    brotli = "Accept-Encoding: br"
    return [
        Page(
            "thread, visitor, cached",
            Load(places.thread, headers=[brotli]),
            compared_to="constant",
            times=0.75,
        ),
        Page("board, visitor, cached", Load(places.board, headers=[brotli])),
        Page("thread, visitor, missed and kept", Load(places.thread, "new", headers=[brotli])),
    ]


def not_modified(page: Page, etag: str) -> Page:
    """The same page for a browser that has it."""
    load = Load(page.load.path, headers=[*page.load.headers, f"If-None-Match: {etag}"])
    return Page("thread, visitor, 304", load, compared_to="constant", times=0.75, expect=304)


def made_pages(places: Places, origin: str) -> Sequence[Page]:
    """Pages that are made anew each time."""
    cookie = [f"Cookie: {places.cookie}"]
    sent = {
        "BENCH_BODY": places.reply_body,
        "BENCH_COOKIE": places.cookie,
        "BENCH_ORIGIN": origin,
    }
    return [
        Page("thread", Load(places.thread), statements=6, compared_to="core", times=2),
        Page("longest thread, first page", Load(places.longest), statements=6),
        Page(
            "longest thread, last page",
            Load(places.longest_last),
            statements=6,
            compared_to="longest thread, first page",
            times=1.2,
        ),
        _list("board", places.board),
        Page(
            "board, deep",
            Load(places.board_deep),
            statements=8,
            compared_to="board",
            times=1.2,
        ),
        _list("home", "/"),
        _list("centre", places.centre),
        _list("topic", places.topic),
        _list("person", places.person),
        Page(
            "thread, member",
            Load(places.thread, headers=cookie),
            statements=10,
            compared_to="core",
            times=4,
        ),
        Page("board, member", Load(places.board, headers=cookie), statements=10),
        Page(
            "search, two words",
            Load(f"/search/?q={quote(WORDS)}"),
            compared_to="thread",
            times=10,
            by_latency=True,
        ),
        Page(
            "reply",
            Load(f"/threads/{places.thread_id}/reply/", "reply", variables=sent),
            statements=15,
            most_ms=9,
            expect=303,
        ),
    ]


def _list(name: str, path: str) -> Page:
    return Page(name, Load(path), statements=8, compared_to="core", times=3)


@contextmanager
def visited(app: Flask) -> Iterator[Any]:
    """A function that visits a page in this process and tells how many statements it took."""

    def visit(page: Page) -> int:
        writing.set(False)
        client = app.test_client(use_cookies=False)
        headers = [tuple(header.split(": ", 1)) for header in page.load.headers]
        if page.load.mode == "reply":
            sent = dict(page.load.variables or {})
            body = f"{sent['BENCH_BODY']}&submission_id={os.urandom(8).hex()}"
            kind = "application/x-www-form-urlencoded"
            headers = [("Cookie", sent["BENCH_COOKIE"])]
            with count_statements() as statements:
                answer = client.post(page.load.path, data=body, headers=headers, content_type=kind)
        else:
            with count_statements() as statements:
                answer = client.get(page.load.path, headers=headers)
        if answer.status_code != page.expect:
            raise SystemExit(f"{page.name}: {page.load.path} answered {answer.status_code}")
        return len(statements)

    yield visit
    with app.app_context():
        db.engine.dispose()
