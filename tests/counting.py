"""Derived columns of threads and boards, as the factories keep them true."""

from sqlalchemy import select

from forum.core.db import db
from forum.threads.enums import UNPUBLISHED, PostState
from forum.threads.models import Post, ThreadTopic, Voice


def count(post: Post) -> None:
    """Let the derived columns of the thread and its board count the post, too."""
    thread, board = post.thread, post.thread.board
    if post.state == PostState.VISIBLE:
        _count_visible(post)
    if thread.state not in UNPUBLISHED:
        newest = board.last_post_at or thread.last_post_at
        board.last_post_at = max(newest, thread.last_post_at)


def _count_visible(post: Post) -> None:
    thread = post.thread
    speaker = f"o{post.organisation_id}" if post.organisation_id else f"a{post.author_id}"
    voice = db.session.get(Voice, (thread.id, post.sector, speaker)) or Voice(
        thread_id=thread.id, sector=post.sector, speaker=speaker, posts=0
    )
    voice.posts += 1
    db.session.add(voice)
    if post.created_at > thread.last_post_at:
        thread.last_post_at = post.created_at
        for tie in db.session.scalars(select(ThreadTopic).filter_by(thread_id=thread.id)):
            tie.last_post_at = thread.last_post_at
    thread.board.post_count += 1
    if post.number > 1:
        thread.reply_count += 1
    else:
        thread.board.thread_count += 1
