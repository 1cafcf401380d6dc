"""Starting threads and replying."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from slugify import slugify
from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, insert, select
from sqlalchemy.orm import lazyload

from forum.accounts import actions as accounts
from forum.accounts import queries as account_queries
from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.boards import policy as boards
from forum.boards.models import Board
from forum.core import audit, clock, markup, tags
from forum.core.access import Actor, Decision, ensure
from forum.core.db import Key, db
from forum.core.errors import Conflict, Invalid
from forum.core.outbox import emit
from forum.core.transactions import action
from forum.organisations import queries as organisations
from forum.organisations.models import Organisation
from forum.threads import policy, queries
from forum.threads.actions import counting
from forum.threads.actions.drafts import mark_read_until
from forum.threads.actions.interests import Declaration, declare_with_post
from forum.threads.actions.screening import Screening, Submission, screen
from forum.threads.enums import Capacity, PostState, ThreadKind
from forum.threads.events import PostFlagged, PostHeld, PostPublished
from forum.threads.models import Draft, Mention, Post, Thread, ThreadTopic
from forum.topics import queries as topics
from forum.topics.models import Topic

MOST_TOPICS = 5
SHORTEST_TITLE = 10
LONGEST_TITLE = 150
MOST_MENTIONS = 20


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and for which organisation (None: for themself).

    ``has_new_rules``: the house rules hold something that the account has not accepted yet.
    """

    account: Account
    organisation: Organisation | None
    has_new_rules: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready to be stored: source, HTML and who is mentioned."""

    source: str
    html: str
    mentioned: Sequence[int]


@action
def start_thread(
    actor: Actor,
    board: Board,
    *,
    title: str,
    source: str,
    topic_ids: Sequence[int],
    kind: ThreadKind,
    organisation_id: int | None,
    submission_id: str,
    accepted_rules: Collection[int] = (),
    interest: Declaration | None = None,
) -> Thread:
    """Start a thread; sending the same form again gives the thread of the first time.

    ``organisation_id`` None: the actor speaks for themself. ``accepted_rules`` are the versions
    of the house rules that the actor has ticked. Raises Invalid for a field that
    cannot be accepted and NotAllowed when the actor may not start this thread here.
    """
    ensure(boards.can_start(actor, board) and policy.can_start_kind(actor, board.centre_id, kind))
    author = _hold_author(actor, board.centre_id, organisation_id)
    account = author.account
    if earlier := queries.find_submission(account.id, submission_id):
        return earlier.thread
    _check_pace(policy.keeps_pace(account, board.centre_id))
    _accept_rules(author, board.centre_id, accepted_rules)
    title, tied, text = clean_title(title), check_topics(topic_ids), prepare(source)
    screening = screen(Submission(account, board, None, title, text.source, text.html))
    thread = _new_thread(
        account, board, title=title, kind=kind, tied=tied, waits=bool(screening.holds)
    )
    _add_post(
        author,
        thread,
        number=1,
        text=text,
        screening=screening,
        submission_id=submission_id,
        interest=declare_with_post(account, thread, interest),
        at=thread.created_at,
    )
    if not screening.holds:
        counting.count_new_thread(thread, thread.created_at)
    _forget_draft(account, Draft.board_id == board.id, Draft.thread_id.is_(None))
    audit.record(actor, "thread.start", thread, centre_id=thread.centre_id)
    return thread


def _new_thread(
    author: Account,
    board: Board,
    *,
    title: str,
    kind: ThreadKind,
    tied: Sequence[Topic],
    waits: bool,
) -> Thread:
    now = clock.now()
    thread = Thread(
        board_id=board.id,
        centre_id=board.centre_id,
        author_id=author.id,
        title=title,
        slug=slug_of(title),
        kind=kind,
        state=PostState.PENDING if waits else PostState.VISIBLE,
        created_at=now,
        last_post_at=now,
        last_number=1,
        last_shown=0 if waits else 1,
    )
    db.session.add(thread)
    db.session.flush()
    _tie(thread, tied)
    return thread


@action
def reply(
    actor: Actor,
    thread: Thread,
    *,
    source: str,
    organisation_id: int | None,
    submission_id: str,
    accepted_rules: Collection[int] = (),
    interest: Declaration | None = None,
) -> Post:
    """Post a reply; sending the same form again gives the post of the first time.

    It may wait for a moderator: its state tells. Raises Invalid for a text that cannot be
    accepted, NotAllowed where the actor may not post.
    """
    ensure(policy.can_join(actor, thread))
    author = _hold_author(actor, thread.centre_id, organisation_id)
    try:
        _check_pace(policy.keeps_pace(author.account, thread.centre_id, thread))
        _accept_rules(author, thread.centre_id, accepted_rules)
        post = _write_reply(
            author, thread, source=source, submission_id=submission_id, interest=interest
        )
    except (Invalid, Conflict):
        # Only now, since few forms are sent twice; then whatever is refused was accepted before.
        if earlier := queries.find_submission(author.account.id, submission_id):
            return earlier
        raise
    audit.record(actor, "post.reply", post, centre_id=thread.centre_id)
    return post


def _write_reply(
    author: Author,
    thread: Thread,
    *,
    source: str,
    submission_id: str,
    interest: Declaration | None,
) -> Post:
    account, now, text = author.account, clock.now(), prepare(source)
    screening = screen(Submission(account, thread.board, thread, "", text.source, text.html))
    number = counting.take_number(
        thread.id,
        now,
        waits=bool(screening.holds),
        unless=queries.was_sent(account.id, submission_id),
    )
    post = _add_post(
        author,
        thread,
        number=number,
        text=text,
        screening=screening,
        submission_id=submission_id,
        interest=declare_with_post(account, thread, interest),
        at=now,
    )
    if not screening.holds:
        counting.count_new_reply(thread, now)
    _forget_draft(account, Draft.thread_id == thread.id)
    return post


def _accept_rules(author: Author, centre_id: int, accepted: Collection[int]) -> None:
    if author.has_new_rules:
        accounts.accept_new_rules(author.account, centre_id, accepted=accepted)


def _check_pace(decision: Decision) -> None:
    # The form comes back with the text in it, which a refusal for good would not do.
    if not decision:
        raise Invalid(decision.reason, field="source")


def _forget_draft(author: Account, *which: ColumnElement[bool]) -> None:
    db.session.execute(delete(Draft).where(Draft.account_id == author.id, *which))


def preview(source: str) -> str:
    """The HTML that ``source`` would have as a post.

    Raises Invalid for a text that cannot be accepted.
    """
    return prepare(source).html


def prepare(source: str) -> Text:
    """Check and render a text, with links for the members it mentions.

    Raises Invalid, for the field ``source``, for a text that cannot be accepted.
    """
    try:
        source = markup.clean_source(source)
    except Invalid as error:
        raise Invalid(error.message, field="source") from error
    text = render_text(source)
    if not text.html.strip():
        raise Invalid("Write your post", field="source")
    return text


def render_text(source: str) -> Text:
    """Render a text that was accepted before, with links for the members it mentions."""
    handles = sorted(markup.find_mentions(source))[:MOST_MENTIONS]
    members = (
        db.session.execute(
            select(Account.handle, Account.id, Account.is_hidden).where(Account.handle.in_(handles))
        ).all()
        if handles
        else []
    )
    # Who shows no public page is told of the mention, too, but nothing leads there.
    pages = {row.handle: f"/people/{row.handle}/" for row in members if not row.is_hidden}
    html = markup.render(source, mentions=pages)
    return Text(source=source, html=html, mentioned=[row.id for row in members])


def _hold_author(actor: Actor, centre_id: int, organisation_id: int | None) -> Author:
    """Who writes in a centre, held so that two sendings of one form come one after the other.

    Raises Invalid for an organisation that they may not speak for.
    """
    account_id = actor.actor_id or 0
    account, organisation, has_new_rules = db.session.execute(
        _author_by_id(),
        {"account_id": account_id, "organisation_id": organisation_id, "centre_id": centre_id},
    ).one()
    if organisation_id is not None and organisation is None:
        raise Invalid("You cannot post for this organisation", field="speak_as")
    return Author(account, organisation, has_new_rules)


@cache
def _author_by_id() -> Select[*tuple[Any, ...]]:
    account_id = bindparam("account_id", type_=Key)
    spoken_for = and_(
        Organisation.id == bindparam("organisation_id"), organisations.has_speaker(account_id)
    )
    new_rules = account_queries.has_new_rules(account_id, bindparam("centre_id", type_=Key))
    return (
        select(Account, Organisation, new_rules)
        .outerjoin(Organisation, spoken_for)
        .options(lazyload(Account.grants))
        .where(Account.id == account_id)
        .with_for_update(of=Account, key_share=True)
    )


def clean_title(title: str) -> str:
    """The title as it is stored; raises Invalid for the field ``title``."""
    title = " ".join(markup.normalise(title).split())
    if len(title) < SHORTEST_TITLE:
        raise Invalid(f"Write a title of at least {SHORTEST_TITLE} characters", field="title")
    if len(title) > LONGEST_TITLE:
        raise Invalid(f"Shorten the title to {LONGEST_TITLE} characters or fewer", field="title")
    return title


def slug_of(title: str) -> str:
    """The title as it stands in the thread's address."""
    return slugify(title, max_length=80, word_boundary=True) or "thread"


def check_topics(topic_ids: Sequence[int]) -> Sequence[Topic]:
    """The topics, one to five; raises Invalid for the field ``topics``."""
    wanted = set(topic_ids)
    if not 1 <= len(wanted) <= MOST_TOPICS:
        raise Invalid(f"Choose one to {MOST_TOPICS} procurement topics", field="topics")
    found = topics.topics_by_ids(sorted(wanted))
    if len(found) != len(wanted):
        raise Invalid("Choose topics from the list", field="topics")
    return found


def _tie(thread: Thread, tied: Sequence[Topic]) -> None:
    db.session.execute(
        insert(ThreadTopic),
        [
            {
                "thread_id": thread.id,
                "topic_id": topic.id,
                "centre_id": thread.centre_id,
                "last_post_at": thread.last_post_at,
            }
            for topic in tied
        ],
        execution_options={tags.KEPT: [f"topic:{topic.id}" for topic in tied]},
    )


def _add_post(
    author: Author,
    thread: Thread,
    *,
    number: int,
    text: Text,
    screening: Screening,
    submission_id: str,
    interest: str | None,
    at: datetime,
) -> Post:
    account, organisation = author.account, author.organisation
    post = Post(
        thread_id=thread.id,
        number=number,
        author_id=account.id,
        capacity=Capacity.ORGANISATION if organisation else Capacity.PERSONAL,
        sector=Sector(organisation.sector if organisation else account.sector),
        organisation_id=organisation.id if organisation else None,
        organisation_name=organisation.name if organisation else "",
        source=text.source,
        html=text.html,
        renderer=markup.RENDERER,
        state=PostState.PENDING if screening.holds else PostState.VISIBLE,
        holds=list(screening.holds),
        interest=interest,
        created_at=at,
        submission_id=submission_id,
    )
    db.session.add(post)
    db.session.flush()
    add_mentions(post, text.mentioned)
    mark_read_until(account, thread, number=number)
    if not screening.holds:
        counting.count_voice(post, by=1)
    _announce(post, screening)
    return post


def _announce(post: Post, screening: Screening) -> None:
    emit(PostHeld(post.id) if screening.holds else PostPublished(post.id))
    if screening.flags:
        emit(PostFlagged(post.id, tuple(screening.flags)))


def add_mentions(post: Post, mentioned: Sequence[int]) -> None:
    """Note whom a post mentions."""
    if mentioned:
        db.session.execute(
            insert(Mention), [{"post_id": post.id, "account_id": account} for account in mentioned]
        )
