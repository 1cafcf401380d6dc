"""Starting threads and replying."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

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
from forum.threads.actions.texts import Text, clean_source, clean_title, prepare, slug_of
from forum.threads.enums import Capacity, PostState, ThreadKind
from forum.threads.events import PostFlagged, PostHeld, PostPublished
from forum.threads.models import Draft, Mention, Post, Thread, ThreadTopic
from forum.topics import queries as topics
from forum.topics.models import Topic

MOST_TOPICS = 5


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and for which organisation (None: for themself).

    ``has_new_rules``: the house rules hold something that the account has not accepted yet.
    """

    account: Account
    organisation: Organisation | None
    has_new_rules: bool


def find_started(
    actor: Actor,
    board: Board,
    *,
    title: str,
    source: str,
    organisation_id: int | None,
    submission_id: str,
) -> Thread | None:
    """The thread that an earlier sending of the same form or the same words has started.

    Raises Invalid as ``start_thread`` does for the title and the text.
    """
    sending = queries.thread_sent(
        actor.actor_id or 0,
        organisation_id,
        submission_id,
        board_id=board.id,
        title=clean_title(title),
        source=clean_source(source),
    )
    earlier = queries.find_sent(sending)
    return earlier.thread if earlier else None


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
    title, text = clean_title(title), prepare(source)
    words = {"title": title, "source": text.source}
    sending = queries.thread_sent(
        account.id, organisation_id, submission_id, board_id=board.id, **words
    )
    if earlier := queries.find_sent(sending):
        return earlier.thread
    _check_pace(policy.keeps_pace(account, board.centre_id))
    _accept_rules(author, board.centre_id, accepted_rules)
    thread = _write_thread(
        author,
        board,
        title=title,
        kind=kind,
        tied=check_topics(topic_ids),
        text=text,
        sending=sending,
        interest=interest,
    )
    audit.record(actor, "thread.start", thread, centre_id=thread.centre_id)
    return thread


def _write_thread(
    author: Author,
    board: Board,
    *,
    title: str,
    kind: ThreadKind,
    tied: Sequence[Topic],
    text: Text,
    sending: queries.Sending,
    interest: Declaration | None,
) -> Thread:
    account = author.account
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
        sending=sending,
        interest=declare_with_post(account, thread, interest),
        at=thread.created_at,
    )
    if not screening.holds:
        counting.count_new_thread(thread, thread.created_at)
    _forget_draft(account, Draft.board_id == board.id, Draft.thread_id.is_(None))
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
    author, text = _hold_author(actor, thread.centre_id, organisation_id), prepare(source)
    sending = queries.reply_sent(
        author.account.id,
        organisation_id,
        submission_id,
        thread_id=thread.id,
        source=text.source,
    )
    try:
        _check_pace(policy.keeps_pace(author.account, thread.centre_id, thread))
        _accept_rules(author, thread.centre_id, accepted_rules)
        post = _write_reply(author, thread, text=text, sending=sending, interest=interest)
    except (Invalid, Conflict):
        # Only now, since few forms are sent twice; then whatever is refused was accepted before.
        if earlier := queries.find_sent(sending):
            return earlier
        raise
    audit.record(actor, "post.reply", post, centre_id=thread.centre_id)
    return post


def _write_reply(
    author: Author,
    thread: Thread,
    *,
    text: Text,
    sending: queries.Sending,
    interest: Declaration | None,
) -> Post:
    account, now = author.account, clock.now()
    screening = screen(Submission(account, thread.board, thread, "", text.source, text.html))
    number = counting.take_number(
        thread.id,
        now,
        waits=bool(screening.holds),
        unless=queries.was_sent(sending),
    )
    post = _add_post(
        author,
        thread,
        number=number,
        text=text,
        screening=screening,
        sending=sending,
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
    sending: queries.Sending,
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
        submission_id=sending.key,
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
