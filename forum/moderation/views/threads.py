"""Decisions about threads: one page for each."""

from collections.abc import Callable
from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.access import ensure
from forum.moderation import actions, policy, queries
from forum.moderation.actions import Ruling
from forum.moderation.forms import (
    HoldForm,
    LockForm,
    MergeForm,
    MoveForm,
    PinForm,
    RulingForm,
    SlowThreadForm,
    SplitForm,
    TopicsForm,
)
from forum.moderation.views.blueprint import bp
from forum.moderation.views.ruling import decide
from forum.moderation.views.showing import flash_done
from forum.threads import queries as threads
from forum.topics import queries as topics
from forum.web.access import access, staff
from forum.web.login import current_actor

LONGEST_BEGINNING = 120
PATH = "/threads/<int:thread_id>"


@bp.route(f"{PATH}/lock/", methods=["GET", "POST"])
@access(staff)
def lock(thread_id: int) -> ResponseReturnValue:
    """Lock a thread, with a reason for everybody."""
    thread = _thread_to_decide(thread_id)

    def act(ruling: Ruling) -> Any:
        return actions.lock_thread(current_actor(), thread, ruling=ruling)

    return _decide(
        thread, LockForm(), act, page="moderation/lock.html", done=_("The thread is locked.")
    )


@bp.post(f"{PATH}/unlock/")
@access(staff)
def unlock(thread_id: int) -> ResponseReturnValue:
    """Open a locked thread again."""
    thread = _thread_to_decide(thread_id)
    decision = actions.unlock_thread(current_actor(), thread, ruling=Ruling())
    flash_done(_("The thread is open again."), decision)
    return redirect(thread.path, 303)


@bp.route(f"{PATH}/pin/", methods=["GET", "POST"])
@access(staff)
def pin(thread_id: int) -> ResponseReturnValue:
    """Keep a thread above the others of its board."""
    actor = current_actor()
    thread = threads.get_thread(actor, thread_id)
    own = policy.can_arrange_own(actor, thread)
    ensure(own or policy.can_judge(actor, thread, thread.centre_id))

    def act(ruling: Ruling) -> Any:
        return actions.pin_thread(actor, thread, ruling=ruling)

    return _decide(
        thread, PinForm(), act, page="moderation/pin.html", done=_("The thread is pinned.")
    )


@bp.post(f"{PATH}/unpin/")
@access(staff)
def unpin(thread_id: int) -> ResponseReturnValue:
    """Let a pinned thread stand in its order again."""
    actor = current_actor()
    thread = threads.get_thread(actor, thread_id)
    decision = actions.unpin_thread(actor, thread, ruling=Ruling())
    flash_done(_("The thread is no longer pinned."), decision)
    return redirect(thread.path, 303)


@bp.route(f"{PATH}/slow/", methods=["GET", "POST"])
@access(staff)
def slow(thread_id: int) -> ResponseReturnValue:
    """Let members pause between their posts in a thread."""
    thread = _thread_to_decide(thread_id)
    form = SlowThreadForm(minutes=thread.slow_minutes or None)

    def act(ruling: Ruling) -> Any:
        minutes = form.minutes.data or 0
        return actions.slow_thread(current_actor(), thread, minutes=minutes, ruling=ruling)

    done = _("Slow mode was changed.")
    return _decide(thread, form, act, page="moderation/slow.html", done=done)


@bp.route(f"{PATH}/hold/", methods=["GET", "POST"])
@access(staff)
def hold(thread_id: int) -> ResponseReturnValue:
    """Let the posts of a thread wait for a moderator."""
    thread = _thread_to_decide(thread_id)
    form = HoldForm(why=thread.hold.value if thread.hold else None)

    def act(ruling: Ruling) -> Any:
        return actions.hold_thread(current_actor(), thread, why=form.hold, ruling=ruling)

    return _decide(
        thread, form, act, page="moderation/hold.html", done=_("It was changed which posts wait.")
    )


@bp.route(f"{PATH}/move/", methods=["GET", "POST"])
@access(staff)
def move(thread_id: int) -> ResponseReturnValue:
    """Put a thread on another board."""
    actor = current_actor()
    thread = _thread_to_decide(thread_id)
    form = MoveForm()
    form.offer_boards(queries.boards_to_move_to(actor, thread))

    def act(ruling: Ruling) -> Any:
        board = queries.get_board(actor, form.board.data)
        return actions.move_thread(actor, thread, board=board, ruling=ruling)

    done = _("The thread was moved.")
    return _decide(thread, form, act, page="moderation/move.html", done=done)


@bp.route(f"{PATH}/merge/", methods=["GET", "POST"])
@access(staff)
def merge(thread_id: int) -> ResponseReturnValue:
    """Put the posts of a thread at the end of another."""
    actor = current_actor()
    thread = _thread_to_decide(thread_id)
    form = MergeForm()

    def act(ruling: Ruling) -> Any:
        into = queries.find_thread(actor, form.into_id)
        return actions.merge_threads(actor, thread, into=into, ruling=ruling)

    def back(decision: Any) -> str:
        return f"/threads/{decision.before['into']}/"

    done = _("The threads are one now.")
    return _decide(thread, form, act, page="moderation/merge.html", done=done, back=back)


@bp.route(f"{PATH}/split/", methods=["GET", "POST"])
@access(staff)
def split(thread_id: int) -> ResponseReturnValue:
    """Put posts of a thread into a new one."""
    thread = _thread_to_decide(thread_id)
    form = SplitForm(topics=[topic.id for topic in threads.topics_of(thread.id)])
    form.offer(_replies(thread), topics.list_topics())

    def act(ruling: Ruling) -> Any:
        return actions.split_thread(
            current_actor(),
            thread,
            post_ids=form.posts.data or (),
            title=form.title.data or "",
            topic_ids=form.topics.data or (),
            ruling=ruling,
        )

    done = _("The posts stand in a thread of their own now.")
    return _decide(thread, form, act, page="moderation/split.html", done=done, back=_to_new_thread)


@bp.route(f"{PATH}/topics/", methods=["GET", "POST"])
@access(staff)
def retopic(thread_id: int) -> ResponseReturnValue:
    """Tie a thread to other topics."""
    thread = _thread_to_decide(thread_id)
    form = TopicsForm(topics=[topic.id for topic in threads.topics_of(thread.id)])
    form.topics.offer(topics.list_topics())

    def act(ruling: Ruling) -> Any:
        topic_ids = form.topics.data or ()
        return actions.retopic_thread(current_actor(), thread, topic_ids=topic_ids, ruling=ruling)

    return _decide(
        thread, form, act, page="moderation/topics.html", done=_("The topics were changed.")
    )


def _thread_to_decide(thread_id: int) -> Any:
    actor = current_actor()
    thread = threads.get_thread(actor, thread_id)
    ensure(policy.can_judge(actor, thread, thread.centre_id))
    return thread


def _decide(
    thread: Any,
    form: RulingForm,
    act: Callable[[Ruling], Any],
    *,
    page: str,
    done: str,
    back: Callable[[Any], str] | None = None,
) -> ResponseReturnValue:
    path = thread.path
    return decide(
        form,
        act,
        centre_id=thread.centre_id,
        page=page,
        done=done,
        back=back or (lambda _decision: path),
        thread=thread,
        path=path,
        concern=queries.concern_of_thread(current_actor(), thread),
    )


def _to_new_thread(decision: Any) -> str:
    return f"/threads/{decision.before['new']}/"


def _replies(thread: Any) -> list[tuple[int, str]]:
    replies = threads.posts_after_first(current_actor(), thread)
    return [(post.id, _label(post)) for post in replies]


def _label(post: Any) -> str:
    beginning = " ".join(post.source.split())
    if len(beginning) > LONGEST_BEGINNING:
        beginning = beginning[:LONGEST_BEGINNING].rsplit(" ", 1)[0] + "…"
    label: str = _(
        "Post %(number)s by %(name)s: %(text)s",
        number=post.number,
        name=post.author.display_name,
        text=beginning,
    )
    return label
