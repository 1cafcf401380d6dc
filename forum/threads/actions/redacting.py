"""Giving a post another text without a trace in its history; without a gate."""

from sqlalchemy import delete

from forum.core import markup
from forum.core.db import db
from forum.threads.actions.texts import render_text, slug_of
from forum.threads.actions.writing import add_mentions
from forum.threads.models import Mention, Post, Thread


def put_text(post: Post, source: str) -> None:
    """Give the post this text, rendered anew; its version grows, so that no older edit is saved."""
    text = render_text(source)
    post.source, post.html, post.renderer = text.source, text.html, markup.RENDERER
    db.session.execute(delete(Mention).where(Mention.post_id == post.id))
    add_mentions(post, text.mentioned)
    db.session.flush()


def mark_redacted(post: Post, *, code: str, entry: int) -> None:
    """Show beside the post that, and why, something was removed from it."""
    post.redactions = [*post.redactions, {"code": code, "entry": entry}]
    db.session.flush()


def unmark_redacted(post: Post, *, entry: int) -> None:
    """Take back that something was removed by the decision of the entry."""
    post.redactions = [kept for kept in post.redactions if kept["entry"] != entry]
    db.session.flush()


def put_title(thread: Thread, title: str) -> None:
    """Give the thread this title and the address that fits."""
    thread.title = title
    thread.slug = slug_of(title)
    db.session.flush()
