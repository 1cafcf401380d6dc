"""Whether a text waits for a moderator before others can read it.

The rules, in the order in which their reasons are given:

- the centre holds every post, or the first ``held_posts`` of a member;
- the board, or the thread while its ``hold_until`` lies ahead, holds every post;
- watched words of the centre and for all: hold, flag, or refuse with their message;
- links to other sites from members who are new, whatever the centre's policy is;
- more than SPEED_POSTS posts within SPEED_WITHIN of a member who is not ``established``.

A member is new until as many of their posts are visible, in any centre, as the centre asks for.
An edit waits where a new post would, except for its speed, so that nobody changes a post past
the moderator who approved it; words and links count only when the edit adds them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Integer, ScalarSelect, Select, bindparam, func, select

from forum.centres.enums import Holding
from forum.centres.models import Centre
from forum.core import clock
from forum.core.access import moderates
from forum.core.db import db
from forum.core.errors import Invalid
from forum.moderation.enums import WordEffect
from forum.moderation.models import WatchedWord
from forum.moderation.queries.matching import Watched
from forum.moderation.queries.standing import established
from forum.moderation.queries.words import Found, holds_in, match_words
from forum.threads.actions.screening import Screening, Submission
from forum.threads.enums import HoldReason, PostState
from forum.threads.models import Post, Thread

SPEED_POSTS = 5
SPEED_WITHIN = timedelta(minutes=10)

MOST_WORDS_NAMED = 5
LINK = re.compile(r'\bhref="(https?://[^"]+)"', re.IGNORECASE)
BLOCKED = "This contains words that cannot be posted here."


@dataclass(frozen=True, slots=True)
class Author:
    """Of whoever posts: whether they are new, and whether they posted often of late."""

    id: int
    is_new: bool
    is_quick: bool


def _read(author_id: int, centre: Centre) -> tuple[Author, tuple[Watched, ...]]:
    """How the author stands and what is watched for in the centre, in one statement.

    It reads no more of the author's posts than it needs.
    """
    about = {
        "author_id": author_id,
        "most": centre.held_posts,
        "since": clock.now() - SPEED_WITHIN,
        "centre_id": centre.id,
    }
    rows = db.session.execute(_standing_and_words(), about).all()
    visible, recent = rows[0][:2]
    words = tuple(Watched(*row[2:]) for row in rows if row[2] is not None)
    return Author(author_id, visible < centre.held_posts, recent >= SPEED_POSTS), words


@cache
def _standing_and_words() -> Select[*tuple[Any, ...]]:
    standing = select(_visible_posts().label("visible"), _recent_posts().label("recent")).subquery()
    watched = WatchedWord.phrase, WatchedWord.effect, WatchedWord.message
    return (
        select(standing.c.visible, standing.c.recent, *watched)
        .select_from(standing.outerjoin(WatchedWord, holds_in(bindparam("centre_id"))))
        .order_by(WatchedWord.id)
    )


def _visible_posts() -> ScalarSelect[int]:
    newest = (
        select(Post.id)
        .where(Post.author_id == bindparam("author_id"), Post.state == PostState.VISIBLE)
        # The order of an index, so that no more rows are read than needed.
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(bindparam("most", type_=Integer))
    )
    return select(func.count()).select_from(newest.subquery()).scalar_subquery()


def _recent_posts() -> ScalarSelect[int]:
    recent = (
        select(Post.id)
        .where(Post.author_id == bindparam("author_id"), Post.created_at > bindparam("since"))
        .limit(SPEED_POSTS)
    )
    return select(func.count()).select_from(recent.subquery()).scalar_subquery()


def screen_submission(submission: Submission, *, site_url: str) -> Screening:
    """Why the text waits: one statement, one more where somebody posts quickly.

    Links that begin with ``site_url`` are none to other sites. Raises Invalid, for ``title`` or
    ``source``, with the message of a watched word that refuses the text; also for staff, whose
    posts never wait.
    """
    author, watched = _read(submission.author.id, submission.board.centre)
    found = _found(submission, watched)
    _refuse_blocked(found)
    if moderates(submission.author, submission.board.centre_id):
        return Screening()
    words = [*found.title, *found.text]
    return Screening(
        holds=[
            *_place_holds(submission, author),
            *_word_holds(words),
            *_member_holds(submission, author, site_url),
        ],
        flags=_phrases(words, WordEffect.FLAG),
    )


def _found(submission: Submission, watched: tuple[Watched, ...]) -> Found:
    found = match_words(
        watched, title=submission.title, source=submission.source, rendered=submission.html
    )
    before = _approved(submission)
    if before is None or not found.text:
        return found
    had = match_words(watched, title="", source=before.source, rendered=before.html).text
    return Found(title=found.title, text=[word for word in found.text if word not in had])


def _approved(submission: Submission) -> Post | None:
    """The post that an edit changes, when others can read it."""
    post = submission.post
    return post if post is not None and post.state is PostState.VISIBLE else None


def _refuse_blocked(found: Found) -> None:
    for field, words in (("title", found.title), ("source", found.text)):
        for word in words:
            if word.effect is WordEffect.BLOCK:
                raise Invalid(word.message or BLOCKED, field=field)


def _place_holds(submission: Submission, author: Author) -> Iterator[dict[str, Any]]:
    centre = submission.board.centre
    if centre.holding is Holding.ALWAYS:
        yield {"why": HoldReason.CENTRE.value}
    elif centre.holding is Holding.NEW_MEMBERS and author.is_new:
        yield {"why": HoldReason.NEW_MEMBER.value, "first": centre.held_posts}
    if submission.board.holds_posts:
        yield {"why": HoldReason.BOARD.value}
    if submission.thread is not None:
        yield from _thread_holds(submission.thread)


def _thread_holds(thread: Thread) -> Iterator[dict[str, Any]]:
    if thread.hold is None or (thread.hold_until and thread.hold_until <= clock.now()):
        return
    hold = {"why": HoldReason.THREAD.value, "hold": thread.hold.value}
    if thread.hold_until:
        hold["until"] = thread.hold_until.isoformat()
    yield hold


def _word_holds(words: Sequence[Watched]) -> Iterator[dict[str, Any]]:
    for phrase in _phrases(words, WordEffect.HOLD)[:MOST_WORDS_NAMED]:
        yield {"why": HoldReason.WATCHED_WORD.value, "word": phrase}


def _phrases(words: Sequence[Watched], effect: WordEffect) -> list[str]:
    return sorted({word.phrase for word in words if word.effect is effect})


def _member_holds(
    submission: Submission, author: Author, site_url: str
) -> Iterator[dict[str, Any]]:
    if author.is_new and _adds_links(submission, site_url):
        yield {"why": HoldReason.LINKS.value}
    if author.is_quick and submission.post is None and not established([author.id]):
        yield {"why": HoldReason.SPEED.value}


def _adds_links(submission: Submission, site_url: str) -> bool:
    before = _approved(submission)
    had = external_links(before.html, site_url) if before else set()
    return bool(external_links(submission.html, site_url) - had)


def external_links(rendered: str, site_url: str) -> set[str]:
    """Addresses of other sites that the HTML of a post links to."""
    own = urlsplit(site_url).netloc.lower()
    links = {unescape(address) for address in LINK.findall(rendered)}
    return {link for link in links if urlsplit(link).netloc.lower() != own}
