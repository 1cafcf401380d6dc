"""Who is asking: the account of the session cookie, or Anonymous.

A request without the cookie never touches the session, so its answer may be cached.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import cast

from flask import Flask, Response, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from forum.core import clock
from forum.core.access import Actor, Anonymous

STAFF_IDLE = timedelta(minutes=30)
SEEN_STEP = timedelta(minutes=1)

ANONYMOUS = Anonymous()


class Manager(LoginManager):  # type: ignore[misc]  # the library has no types
    """Flask-Login without its "remember me" cookie, for which it looks into every session."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


manager = Manager()
manager.session_protection = None


class SignedIn(UserMixin):  # type: ignore[misc]  # the library has no types
    """What Flask-Login keeps: the actor and the token of the session."""

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor = actor
        self.token = token

    def get_id(self) -> str:
        """The token, which Flask-Login stores in the signed cookie."""
        return self.token


def init_login(app: Flask, load: Callable[[str], Actor | None]) -> None:
    """Set up Flask-Login; ``load`` finds the account of a session token, or None."""

    @manager.user_loader  # type: ignore[untyped-decorator]  # the library has no types
    def load_signed_in(token: str) -> SignedIn | None:
        actor = load(token)
        if actor is None or (actor.is_staff and _idle_too_long()):
            return None
        return SignedIn(actor, token)

    # Its context processor would read the session for every page, also of visitors.
    manager.init_app(app, add_context_processor=False)


def current_actor() -> Actor:
    """Whoever sent the present request."""
    if "actor" not in g:
        g.actor = _actor_of_cookie()
    return cast("Actor", g.actor)


def current_token() -> str:
    """Token of the present session ("" for visitors)."""
    return current_user.token if current_actor().is_authenticated else ""


def begin(actor: Actor, token: str) -> None:
    """Sign ``actor`` in with the session of ``token``; the cookie starts anew."""
    session.clear()
    # Made for the session that has just been cleared; the page shown now needs a new one.
    g.pop("csrf_token", None)
    login_user(SignedIn(actor, token))
    session.permanent = True
    session["seen"] = int(clock.now().timestamp())
    g.actor = actor


def end() -> None:
    """Forget the session in this browser."""
    logout_user()
    session.clear()
    g.actor = ANONYMOUS


def has_cookie() -> bool:
    """Whether the request carries a session cookie."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def _actor_of_cookie() -> Actor:
    if not has_cookie() or not current_user.is_authenticated:
        return ANONYMOUS
    return cast("Actor", current_user.actor)


def _idle_too_long() -> bool:
    """Whether staff were away too long; the time last seen lives in the signed cookie."""
    now = int(clock.now().timestamp())
    seen = session.get("seen", 0)
    if now - seen > STAFF_IDLE.total_seconds():
        return True
    if now - seen > SEEN_STEP.total_seconds():
        session["seen"] = now
    return False
