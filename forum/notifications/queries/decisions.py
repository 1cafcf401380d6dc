"""Whom to tell of a decision: read when it is told, so that it is true then."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from forum.accounts.models import Account
from forum.core import clock
from forum.core.db import db
from forum.moderation.enums import DecisionKind, Seat
from forum.moderation.models import Decision, Sanction
from forum.moderation.policy import RESTRICTIONS
from forum.notifications.enums import NoticeKind
from forum.notifications.queries.messages import STANDING, Message, was_told
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread

# What is told of decisions about a post, and the state in which it must be for that to be true.
POSTS = {
    DecisionKind.APPROVE: (NoticeKind.POST_APPROVED, PostState.VISIBLE),
    DecisionKind.EDIT: (NoticeKind.POST_EDITED, PostState.VISIBLE),
    DecisionKind.REJECT: (NoticeKind.POST_REJECTED, PostState.REJECTED),
    DecisionKind.HIDE: (NoticeKind.POST_HIDDEN, PostState.HIDDEN),
    DecisionKind.RESTORE: (NoticeKind.POST_RESTORED, PostState.VISIBLE),
    DecisionKind.REDACT: (NoticeKind.POST_REDACTED, None),
}
EDITS = {
    DecisionKind.APPROVE: NoticeKind.EDIT_APPROVED,
    DecisionKind.REJECT: NoticeKind.EDIT_REJECTED,
}
THREADS = {
    DecisionKind.LOCK: NoticeKind.THREAD_LOCKED,
    DecisionKind.UNLOCK: NoticeKind.THREAD_UNLOCKED,
    DecisionKind.MOVE: NoticeKind.THREAD_MOVED,
    DecisionKind.MERGE: NoticeKind.THREAD_MERGED,
    DecisionKind.SPLIT: NoticeKind.THREAD_SPLIT,
    DecisionKind.RETOPIC: NoticeKind.THREAD_RETOPICED,
}
MEMBERS = {
    DecisionKind.WARN: NoticeKind.MEMBER_WARNED,
    DecisionKind.SLOW_MEMBER: NoticeKind.MEMBER_SLOWED,
    DecisionKind.SUSPEND: NoticeKind.MEMBER_SUSPENDED,
    DecisionKind.BAN: NoticeKind.MEMBER_BANNED,
    DecisionKind.LIFT: NoticeKind.RESTRICTION_LIFTED,
}


def tell_of_decision(decision_id: int) -> Message | None:
    """What the person concerned is told; None when nobody is, or it is no longer true."""
    decision = db.session.get(Decision, decision_id)
    if decision is None or decision.undone_at is not None:
        return None
    if decision.kind is DecisionKind.UNDO:
        return _of_undoing(decision)
    if decision.kind in MEMBERS:
        return _about_member(decision)
    if decision.post is not None:
        return _about_post(decision, decision.post)
    if decision.thread is not None and decision.kind in THREADS:
        return _about_thread(decision, decision.thread)
    return None


def key_of(decision: Decision) -> str:
    """The key of the notice of a decision."""
    return f"decision-{decision.id}"


def _about_post(decision: Decision, post: Post) -> Message | None:
    kind = _kind_for_post(decision, post)
    if kind is None or _is_own(decision, post.author_id):
        return None
    return Message(
        account=post.author,
        kind=kind,
        path=post.path,
        key=key_of(decision),
        details=_ruling(decision) | {"post": post.id},
        title=_title_for_mail(post),
    )


def _kind_for_post(decision: Decision, post: Post) -> NoticeKind | None:
    if "held_edit" in decision.before and decision.kind in EDITS:
        return EDITS[decision.kind]
    if decision.kind is DecisionKind.KEEP:
        was_hidden = decision.before.get("state") == PostState.HIDDEN
        shown = was_hidden and post.state is PostState.VISIBLE
        return NoticeKind.POST_RESTORED if shown else None
    kind, state = POSTS.get(decision.kind, (None, None))
    if state is not None and post.state is not state:
        return None
    if kind is NoticeKind.POST_HIDDEN and decision.seat is Seat.SITE:
        return NoticeKind.POST_HIDDEN_FOR_NOW
    return kind


def _about_thread(decision: Decision, thread: Thread) -> Message | None:
    kind = THREADS[decision.kind]
    if kind is NoticeKind.THREAD_LOCKED and not thread.is_locked:
        return None
    if kind is NoticeKind.THREAD_UNLOCKED and thread.is_locked:
        return None
    if _is_own(decision, thread.author_id):
        return None
    return Message(
        account=thread.author,
        kind=kind,
        path=thread.path,
        key=key_of(decision),
        details=_ruling(decision) | {"thread": thread.id},
        title=thread.title if thread.state is PostState.VISIBLE else "",
    )


def _about_member(decision: Decision) -> Message | None:
    account = decision.account
    if account is None or _is_own(decision, account.id):
        return None
    sanction = db.session.scalar(select(Sanction).where(Sanction.decision_id == decision.id))
    if sanction is not None and not _is_in_force(sanction):
        return None
    details = _ruling(decision)
    if sanction is not None:
        details["reason"] = sanction.member_text or decision.reason
        details["until"] = _iso(sanction.ends_at)
        details["centre"] = sanction.centre.name if sanction.centre else ""
    return Message(
        account=account,
        kind=MEMBERS[decision.kind],
        path=STANDING,
        key=key_of(decision),
        details=details,
    )


def _is_in_force(sanction: Sanction) -> bool:
    if sanction.lifted_at is not None:
        return False
    return sanction.ends_at is None or sanction.ends_at > clock.now()


def _of_undoing(undoing: Decision) -> Message | None:
    """Whoever was told of the decision that was undone hears of that too; nobody else."""
    undone = db.session.scalar(select(Decision).where(Decision.undone_by_id == undoing.id))
    if undone is None:
        return None
    account = _concerned(undone)
    if account is None or not was_told(account.id, key_of(undone)):
        return None
    about = undone.target_path or STANDING
    details: dict[str, Any] = {"post": undone.post_id} if undone.post_id else {}
    return Message(account, NoticeKind.DECISION_UNDONE, about, key_of(undoing), details)


def _concerned(decision: Decision) -> Account | None:
    if decision.post is not None:
        return decision.post.author
    return decision.thread.author if decision.thread is not None else decision.account


def _is_own(decision: Decision, account_id: int) -> bool:
    return decision.actor_id == account_id


def _title_for_mail(post: Post) -> str:
    """The thread's title for a reply; the title of what is itself in question is left out."""
    visible = post.thread.state is PostState.VISIBLE
    return post.thread.title if post.number > 1 and visible else ""


def _ruling(decision: Decision) -> dict[str, Any]:
    """Rule, reason and end of a decision, as they are told, and which one may be appealed."""
    appealable = {"decision": decision.id} if decision.kind in RESTRICTIONS else {}
    return {
        "rule": decision.rule,
        "reason": decision.reason,
        "until": _iso(decision.until),
        **appealable,
    }


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
