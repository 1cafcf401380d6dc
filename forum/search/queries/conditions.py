"""What is asked of threads and posts beside their words, such as their author and board."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select

from forum.accounts.models import Account, FormerHandle
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.organisations.models import Organisation
from forum.search.queries.asking import Question
from forum.threads.enums import ThreadKind
from forum.threads.models import Post, Thread, ThreadTopic
from forum.topics.models import Topic


def asked_of_posts(question: Question) -> list[ColumnElement[bool]]:
    """Conditions for statements that join posts, their threads and boards."""
    rules: list[ColumnElement[bool]] = []
    if question.author:
        former = select(FormerHandle.account_id).where(FormerHandle.handle == question.author)
        named = select(Account.id).where(
            or_(Account.handle == question.author, Account.id == former.scalar_subquery())
        )
        rules.append(Post.author_id.in_(named))
    if question.organisation:
        named = select(Organisation.id).where(Organisation.slug == question.organisation)
        rules.append(Post.organisation_id.in_(named))
    if question.centre:
        rules.append(Thread.centre_id.in_(_centres(question)))
    if question.board:
        rules.append(Board.slug == question.board)
    if question.topic:
        tied = select(Topic.id).where(Topic.slug == question.topic)
        rules.append(
            exists().where(ThreadTopic.thread_id == Thread.id, ThreadTopic.topic_id.in_(tied))
        )
    if question.sector:
        rules.append(Post.sector == question.sector)
    return rules + _asked_of_debate(question)


def _asked_of_debate(question: Question) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = []
    if question.is_question or question.is_answered is not None:
        rules.append(Thread.kind == ThreadKind.QUESTION)
    if question.is_answered is not None:
        answered = Thread.accepted_post_id.is_not(None)
        rules.append(answered if question.is_answered else ~answered)
    if question.before:
        rules.append(Post.created_at < question.before)
    if question.after:
        rules.append(Post.created_at >= question.after)
    return rules


def _centres(question: Question) -> Select[*tuple[Any, ...]]:
    return select(Centre.id).where(Centre.slug == question.centre)
