"""Reads of posts of the debate that were taken as evidence."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.boards.models import Board
from forum.consultations.models import Citation, Consultation, Theme
from forum.consultations.policy import analysis as policy
from forum.core import clock
from forum.core.access import Actor, Anonymous
from forum.core.db import db
from forum.core.errors import NotFound
from forum.threads import policy as thread_policy
from forum.threads import queries as threads
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread

# A post as people copy its address: its permalink, its place in a thread, or its number alone.
PERMALINK = re.compile(r"(?:.*/posts/)?([0-9]{1,18})/?(?:[?#].*)?", re.ASCII)
PLACE = re.compile(r".*/threads/([0-9]{1,18})/.*#post-([0-9]{1,9})", re.ASCII)
MOST_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as everybody reads it; there is nothing of the post's text in it.

    ``url`` is empty when the post, even as a tombstone, is not for everybody any more; then, and
    when it was hidden or withdrawn, there are no ``author_name``, ``organisation_name``,
    ``sector`` and ``note``.
    """

    id: int
    thread_id: int
    theme: Theme | None
    url: str
    thread_title: str
    number: int
    state: PostState | None
    author_name: str
    organisation_name: str
    sector: Sector | None
    posted_at: datetime
    is_redacted: bool
    note: str


def citations_of(consultation_id: int) -> Sequence[Cited]:
    """The citations of a consultation by the order of its themes, those without one last."""
    rows = db.session.execute(
        select(
            Citation,
            Post,
            Thread.title,
            Account.display_name,
            thread_policy.posts_visible_to(Anonymous()).label("is_seen"),
        )
        .join(Post, Post.id == Citation.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .join(Account, Account.id == Post.author_id)
        .outerjoin(Theme, Theme.id == Citation.theme_id)
        .options(joinedload(Citation.theme))
        .where(Citation.consultation_id == consultation_id)
        .order_by(
            Theme.position.is_(None), Theme.position, Theme.id, Citation.cited_at, Citation.id
        )
    )
    return [_cited(row) for row in rows]


def _cited(row: Any) -> Cited:
    citation, post = row.Citation, row.Post
    is_read = row.is_seen and post.state is PostState.VISIBLE
    return Cited(
        id=citation.id,
        thread_id=post.thread_id,
        theme=citation.theme,
        url=post.path if row.is_seen else "",
        thread_title=row.title if row.is_seen else "",
        number=post.number,
        state=post.state if row.is_seen else None,
        author_name=row.display_name if is_read else "",
        organisation_name=post.organisation_name if is_read else "",
        sector=post.sector if is_read else None,
        posted_at=post.created_at,
        is_redacted=bool(post.redactions),
        note=citation.note if is_read else "",
    )


def get_citation(consultation: Consultation, citation_id: int) -> Citation:
    """A citation of the consultation; raises NotFound when it is not one."""
    citation = db.session.get(Citation, citation_id)
    if citation is None or citation.consultation_id != consultation.id:
        raise NotFound("There is no such citation.")
    return citation


def post_at(actor: Actor, address: str) -> Post:
    """The post at an address of this site, or of a number.

    Raises NotFound when the address is none of a post, or the actor may not see it.
    """
    if found := PLACE.fullmatch(address.strip()):
        thread_id, number = map(int, found.groups())
        place = select(Post.id).where(Post.thread_id == thread_id, Post.number == number)
        return threads.get_post(actor, db.session.scalar(place) or 0)
    if found := PERMALINK.fullmatch(address.strip()):
        return threads.get_post(actor, int(found[1]))
    raise NotFound("There is no such post.")


def citable_consultations(actor: Actor) -> Sequence[tuple[Consultation, Sequence[Theme]]]:
    """The consultations in which the actor may cite posts, by title, with their themes."""
    found = db.session.scalars(
        select(Consultation)
        .where(policy.citing_by(actor, clock.now()))
        .order_by(Consultation.title, Consultation.id)
        .limit(MOST_OFFERED)
    ).all()
    themes: dict[int, list[Theme]] = {one.id: [] for one in found}
    for theme in db.session.scalars(
        select(Theme)
        .where(Theme.consultation_id.in_(sorted(themes)))
        .order_by(Theme.position, Theme.id)
    ):
        themes[theme.consultation_id].append(theme)
    return [(one, themes[one.id]) for one in found]


def citations_told(post_ids: Collection[int] | None = None) -> Mapping[int, list[dict[str, Any]]]:
    """What posts (None: all) say of the consultations that cite them: ``threads.actions.citing``.

    Themes and what was decided are told once the outcome is published.
    """
    statement = (
        select(Citation.post_id, Consultation, Theme)
        .join(Consultation, Consultation.id == Citation.consultation_id)
        .outerjoin(Theme, Theme.id == Citation.theme_id)
        .where(Consultation.announced_at.is_not(None))
        .order_by(Citation.post_id, Citation.consultation_id)
    )
    if post_ids is not None:
        statement = statement.where(Citation.post_id.in_(sorted(post_ids)))
    told: dict[int, list[dict[str, Any]]] = {}
    for post_id, consultation, theme in db.session.execute(statement):
        told.setdefault(post_id, []).append(_entry(consultation, theme))
    return told


def _entry(consultation: Consultation, theme: Theme | None) -> dict[str, Any]:
    is_decided = consultation.responded_at is not None
    decided = theme if is_decided else None
    return {
        "path": consultation.path,
        "title": consultation.title,
        "outcome": f"{consultation.path}outcome/" if is_decided else "",
        "theme": decided.title if decided else "",
        "ruling": str(decided.ruling or "") if decided else "",
        "reason": decided.reason if decided else "",
    }
