"""Threads whose titles share words with a title that is being typed."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from forum.centres.models import Centre
from forum.core.access import Actor
from forum.core.db import db
from forum.search.queries.asking import ENOUGH, of_words
from forum.search.queries.candidates import Candidate, titled_threads
from forum.threads.models import Thread
from forum.threads.queries import SimilarThread

MOST_SIMILAR = 5
# Of the telling words of a title so large a part must stand in a similar one.
LEAST_SHARE = 0.3


def similar_threads(actor: Actor, title: str) -> Sequence[SimilarThread]:
    """At most ``MOST_SIMILAR`` threads that the actor may read, in two statements.

    Those that share more words come first, then those that were written in last.
    """
    question = of_words(title)
    if question.is_empty:
        return ()
    least = max(min(ENOUGH, len(question.wanted)), LEAST_SHARE * len(question.wanted))
    found = [one for one in titled_threads(actor, question) if one.in_title >= least]
    best = sorted(found, key=_order, reverse=True)[:MOST_SIMILAR]
    rows = _rows([one.key for one in best])
    return [rows[one.key] for one in best if one.key in rows]


def _order(one: Candidate) -> tuple[int, str, int]:
    return one.in_title, one.fresh_at.isoformat() if one.fresh_at else "", one.key


def _rows(thread_ids: Sequence[int]) -> Mapping[int, SimilarThread]:
    if not thread_ids:
        return {}
    rows = db.session.execute(
        select(
            Thread.id,
            Thread.title,
            Thread.slug,
            Thread.reply_count,
            Thread.accepted_post_id,
            Thread.last_post_at,
            Centre.name.label("centre_name"),
        )
        .join(Centre, Centre.id == Thread.centre_id)
        .where(Thread.id.in_(thread_ids))
    )
    return {
        row.id: SimilarThread(
            title=row.title,
            url=f"/threads/{row.id}/{row.slug}/",
            centre_name=row.centre_name,
            reply_count=row.reply_count,
            is_answered=row.accepted_post_id is not None,
            last_post_at=row.last_post_at,
        )
        for row in rows
    }
