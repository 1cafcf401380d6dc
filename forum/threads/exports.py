"""A thread as linked data (schema.org), as search engines read it."""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from forum.threads.enums import Capacity, PostState
from forum.threads.models import Thread
from forum.threads.queries import PostRow

TAG = re.compile("<[^>]*>")
# A tag or a named character that was cut through.
HALF = re.compile("(<[^>]*|&[^;]{0,8})$")
# Search engines show less; the page holds the whole text anyway.
LONGEST_TEXT = 300
# More is not looked at: HTML for about so much text.
LONGEST_HTML = 2 * LONGEST_TEXT

Node = dict[str, Any]


def describe_thread(
    thread: Thread, posts: Sequence[PostRow], *, page: int, site_url: str
) -> Mapping[str, Any]:
    """The posts of a page of the thread that can be read, as a DiscussionForumPosting.

    Pages after the first name the thread and hold its replies as comments, as Google's guide to
    discussion forums asks for.
    """
    url = f"{site_url}{thread.path}"
    page_url = f"{url}?page={page}" if page > 1 else url
    readable = [post for post in posts if post.state is PostState.VISIBLE]
    first = next((post for post in readable if post.number == 1), None)
    replies = [post for post in readable if post.number > 1]
    node: Node = {
        "@type": "DiscussionForumPosting",
        "url": url,
        "headline": thread.title,
        "datePublished": _instant(thread.created_at),
        "author": _author(first, site_url) if first else _person(thread.author.display_name, ""),
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/CommentAction",
            "userInteractionCount": thread.reply_count,
        },
        "comment": [_comment(post, page_url, site_url) for post in replies],
    }
    if first:
        node["text"] = _text(first.html)
        if first.edited_at:
            node["dateModified"] = _instant(first.edited_at)
    return node


def _comment(post: PostRow, page_url: str, site_url: str) -> Node:
    node = {
        "@type": "Comment",
        "url": f"{page_url}#post-{post.number}",
        "text": _text(post.html),
        "datePublished": _instant(post.created_at),
        "author": _author(post, site_url),
    }
    if post.edited_at:
        node["dateModified"] = _instant(post.edited_at)
    return node


def _author(post: PostRow, site_url: str) -> Node:
    node = _person(post.author_name, f"{site_url}{post.author_url}" if post.author_url else "")
    if post.capacity is Capacity.ORGANISATION:
        node["affiliation"] = {"@type": "Organization", "name": post.organisation_name}
    return node


def _person(name: str, url: str) -> Node:
    node = {"@type": "Person", "name": name}
    return {**node, "url": url} if url else node


def _text(stored: str) -> str:
    """The beginning of stored HTML as plain text."""
    begin = stored if len(stored) <= LONGEST_HTML else HALF.sub("", stored[:LONGEST_HTML])
    plain = TAG.sub(" ", begin)
    text = " ".join((html.unescape(plain) if "&" in plain else plain).split())
    if len(text) <= LONGEST_TEXT and begin is stored:
        return text
    return text[:LONGEST_TEXT].rsplit(" ", 1)[0] + "…"


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
