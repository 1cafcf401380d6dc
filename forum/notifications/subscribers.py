"""Mails to the people whom an event concerns.

Each handler may run again for the same event; its mail then has the same Message-ID.
"""

from flask import current_app
from flask_babel import gettext as _

from forum.core import mail
from forum.core.outbox import subscribe
from forum.notifications import queries
from forum.threads.events import PostHidden, PostRestored, ThreadLocked


def register() -> None:
    """Subscribe to the events that somebody is told of."""
    subscribe(PostHidden, tell_of_hidden_post)
    subscribe(PostRestored, tell_of_restored_post)
    subscribe(ThreadLocked, tell_of_locked_thread)


def tell_of_hidden_post(event: PostHidden) -> None:
    """Tell the author that a post was hidden, and why."""
    notice = queries.notice_of_post(event.post_id)
    _send(notice, "post_hidden", _("Your post was hidden"), key=f"post-hidden-{_id(event)}")


def tell_of_restored_post(event: PostRestored) -> None:
    """Tell the author that a hidden post can be read again."""
    notice = queries.notice_of_post(event.post_id)
    _send(notice, "post_restored", _("Your post is shown again"), key=f"post-restored-{_id(event)}")


def tell_of_locked_thread(event: ThreadLocked) -> None:
    """Tell whoever started a thread that it was locked, and why."""
    notice = queries.notice_of_thread(event.thread_id)
    key = f"thread-locked-{event.thread_id}-{event.version}"
    _send(notice, "thread_locked", _("Your thread was locked"), key=key)


def _id(event: PostHidden | PostRestored) -> str:
    return f"{event.post_id}-{event.version}"


def _send(notice: queries.Notice, template: str, subject: str, *, key: str) -> None:
    text = current_app.jinja_env.get_template(f"emails/threads/{template}.txt").render(
        notice=notice,
        site_name=current_app.config["SITE_NAME"],
        site_url=current_app.config["SITE_URL"],
    )
    mail.send(to=notice.email, subject=subject, text=text, key=key)
