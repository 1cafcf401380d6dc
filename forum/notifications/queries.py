"""What a notice says: read when it is sent, so that it is true then."""

from dataclasses import dataclass

from sqlalchemy import select

from forum.accounts.models import Account
from forum.core import transactions
from forum.core.db import db
from forum.threads.models import Post, Thread


@dataclass(frozen=True, slots=True)
class Notice:
    """Whom to tell of which thing; ``path`` is its address on the site."""

    email: str
    name: str
    title: str
    path: str
    reason: str


def notice_of_post(post_id: int) -> Notice:
    """A notice to the author of a post."""
    row = db.session.execute(
        select(Account.email, Account.display_name, Thread.title, Post.hidden_reason)
        .select_from(Post)
        .join(Post.thread)
        .join(Account, Account.id == Post.author_id)
        .where(Post.id == post_id)
    ).one()
    transactions.pause()
    return Notice(row.email, row.display_name, row.title, f"/posts/{post_id}/", row.hidden_reason)


def notice_of_thread(thread_id: int) -> Notice:
    """A notice to whoever started a thread."""
    thread = db.session.get_one(Thread, thread_id)
    author = thread.author
    transactions.pause()
    return Notice(
        author.email, author.display_name, thread.title, thread.path, thread.locked_reason
    )
