"""Reading: a board's threads, a thread, a post's permalink and history."""

from itertools import pairwise
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forum.boards import policy as board_policy
from forum.boards import queries as boards
from forum.core.access import Actor
from forum.core.errors import MovedInto, NotFound
from forum.core.pages import number_pages
from forum.core.texts import difference
from forum.threads import exports, policy, queries
from forum.threads.views.blueprint import bp
from forum.threads.views.showing import (
    offer_interests,
    offer_rules,
    permissions_on_page,
    reply_form,
)
from forum.web.access import access, anyone, member
from forum.web.login import current_actor
from forum.web.page_cache import cached, depends_on, good_until

LONGEST_PAGE_NUMBER = 9


@bp.get("/centres/<centre>/boards/<board>/")
@access(anyone)
@cached("after")
def board(centre: str, board: str) -> ResponseReturnValue:
    """The threads of a board, pinned above, newest activity first."""
    actor = current_actor()
    place = boards.get_board(actor, centre, board)
    depends_on(f"board:{place.id}")
    return render_template(
        "threads/board.html",
        board=place,
        page=queries.list_board(actor, place, after=request.args.get("after", "")),
        may_start=policy.can_start(actor, place),
        may_manage=board_policy.can_manage(actor, place.centre_id),
    )


@bp.app_errorhandler(MovedInto)
def lead_on(moved: MovedInto) -> ResponseReturnValue:
    """Every address of a thread that was merged leads to the same one of the other for ever.

    A reply that was being written there is sent on; nothing else that was sent is.
    """
    values = {**(request.view_args or {}), "thread_id": moved.into_id}
    if "slug" in values:
        values["slug"] = moved.slug
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for(request.endpoint or "", **values), 301)
    if request.endpoint in {"threads.reply", "threads.save_reply_draft"}:
        return redirect(url_for(request.endpoint, **values), 308)
    return redirect(f"/threads/{moved.into_id}/", 303)


@bp.get("/threads/<int:thread_id>/")
@access(anyone)
def short(thread_id: int) -> ResponseReturnValue:
    """A thread's address without its title."""
    return redirect(queries.get_thread(current_actor(), thread_id).path, 301)


@bp.get("/threads/<int:thread_id>/<slug>/")
@access(anyone)
@cached("page", "quote", "text")
def show(thread_id: int, slug: str) -> ResponseReturnValue:
    """A page of a thread's posts, oldest first."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    depends_on(f"thread:{thread.id}")
    good_until(thread.locked_until)
    if slug != thread.slug:
        return redirect(_with_query(thread.path), 301)
    return render_template("threads/show.html", **_page_of_thread(actor, thread))


def _page_of_thread(actor: Actor, thread: Any) -> dict[str, Any]:
    place = queries.place_in(actor, thread)
    pages = number_pages(place.last, size=queries.PAGE_SIZE)
    page = _page_number(pages)
    posts = queries.posts_on_page(actor, thread, page=page)
    may_join = policy.can_join(actor, thread)
    return {
        "thread": thread,
        "posts": posts,
        "can": permissions_on_page(actor, thread, may_reply=bool(may_join), page=page),
        "topics": queries.topics_of(thread.id),
        "trail": queries.trail_of(thread),
        "voices": queries.voices_of(thread.id),
        "page": page,
        "pages": pages,
        "last": place.last,
        "read": place.read,
        "first_unread": _first_unread(posts, place.read, page=page),
        "may_reply": may_join and policy.keeps_pace(actor, thread.centre_id, thread),
        "is_locked": policy.is_locked(thread),
        "is_pinned": policy.is_pinned(thread),
        "slow_minutes": policy.slow_minutes(thread),
        "may_moderate": policy.can_moderate(actor, thread),
        "form": _form_below(actor, thread, place.draft) if may_join else None,
        "linked": _linked_data(actor, thread, posts, page=page),
    }


def _linked_data(actor: Actor, thread: Any, posts: list[queries.PostRow], *, page: int) -> Any:
    """What search engines read of the page; members need none."""
    if actor.is_authenticated:
        return None
    site_url = current_app.config["SITE_URL"]
    return exports.describe_thread(thread, posts, page=page, site_url=site_url)


def _first_unread(posts: list[queries.PostRow], read: int | None, *, page: int) -> int:
    """Number of the first post that is new since ``read``; 0 when it is on no or another page."""
    if read is None or queries.page_of(read + 1) != page:
        return 0
    return next((post.number for post in posts if post.number > read), 0)


def _form_below(actor: Actor, thread: Any, draft: Any) -> Any:
    form = reply_form(actor, draft)
    offer_rules(actor, form, thread.board.centre)
    offer_interests(actor, form, thread)
    if quoted := _quoted(actor, thread):
        form.source.data = "\n\n".join(filter(None, [form.source.data, quoted])) + "\n\n"
    return form


def _quoted(actor: Actor, thread: Any) -> str:
    """Quotation of the post named by ``?quote=``, of the text given by ``&text=`` if any."""
    post_id = request.args.get("quote", type=int)
    if post_id is None or not 0 < post_id < 2**63:
        return ""
    return queries.quotation(actor, thread, post_id, text=request.args.get("text", ""))


def _page_number(pages: int) -> int:
    text = request.args.get("page", "1")
    if not (
        text.isascii()
        and text.isdigit()
        and len(text) <= LONGEST_PAGE_NUMBER
        and 1 <= int(text) <= pages
    ):
        raise NotFound("This thread has no such page.")
    return int(text)


def _with_query(path: str) -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path


@bp.get("/posts/<int:post_id>/")
@access(anyone)
def post(post_id: int) -> ResponseReturnValue:
    """Permalink: leads to the post on its page of the thread."""
    found = queries.get_post(current_actor(), post_id)
    page = queries.page_of(found.number)
    query = f"?page={page}" if page > 1 else ""
    return redirect(f"{found.thread.path}{query}#post-{found.number}", 302)


@bp.get("/posts/<int:post_id>/history/")
@access(anyone)
@cached()
def history(post_id: int) -> ResponseReturnValue:
    """Every text a post has had, with what changed between them."""
    actor = current_actor()
    found = queries.history_of(actor, queries.get_post(actor, post_id))
    depends_on(f"thread:{found.post.thread_id}")
    versions = list(found.versions)
    changes = [
        (later, difference(earlier.source, later.source)) for earlier, later in pairwise(versions)
    ]
    return render_template(
        "threads/history.html", post=found.post, first=versions[0], changes=changes[::-1]
    )


@bp.get("/threads/<int:thread_id>/unread/")
@access(member)
def unread(thread_id: int) -> ResponseReturnValue:
    """Leads a member to the first post not yet read, or to the last one."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    read = queries.read_number(actor, thread.id) or 0
    number = queries.first_unread(actor, thread, read=read)
    page = queries.page_of(number)
    address = url_for("threads.show", thread_id=thread.id, slug=thread.slug)
    query = f"?page={page}" if page > 1 else ""
    return redirect(f"{address}{query}#post-{number}", 302)
