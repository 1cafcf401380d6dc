"""The first door: every route names who may use it."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from forum.core.access import YES, Actor, Decision, no
from forum.web import resume
from forum.web.login import current_actor
from forum.web.sources import is_reading_only

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., Any])
Rule = Callable[[Actor], Decision]


def anyone(_actor: Actor) -> Decision:
    """Everybody, with or without an account."""
    return YES


def visitor(actor: Actor) -> Decision:
    """Only those who are not signed in."""
    return no("You are signed in already.") if actor.is_authenticated else YES


def member(actor: Actor) -> Decision:
    """Everybody who is signed in."""
    return YES if actor.is_authenticated else no("Sign in to do this.")


def staff(actor: Actor) -> Decision:
    """Moderators and managers of any centre, and administrators."""
    return YES if actor.is_staff else no("Only staff of a centre can do this.")


def manager(actor: Actor) -> Decision:
    """Managers of any centre, and administrators."""
    if actor.is_admin or actor.managed_centres:
        return YES
    return no("Only managers of a centre can do this.")


def admin(actor: Actor) -> Decision:
    """Administrators of the site."""
    return YES if actor.is_admin else no("Only administrators can do this.")


def developer(_actor: Actor) -> Decision:
    """Everybody, on a development site only."""
    if current_app.config["ENVIRONMENT"] == "production":
        abort(404)
    return YES


def access(rule: Rule) -> Callable[[V], V]:
    """Let the view run only for actors whom ``rule`` lets in.

    Visitors are sent to sign in (what they typed goes with them); others get 403.
    """

    def decorate(view: V) -> V:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            decision = rule(current_actor())
            if decision:
                answer: ResponseReturnValue = view(*args, **kwargs)
                return answer
            return _refuse(decision)

        guarded.access_rule = rule.__name__  # type: ignore[attr-defined]  # read by a house test
        return guarded  # type: ignore[return-value]  # same parameters as the view

    return decorate


def _refuse(decision: Decision) -> ResponseReturnValue:
    if is_reading_only():
        abort(503)
    if current_actor().is_authenticated:
        if request.endpoint in {"accounts.sign_in", "accounts.register"}:
            return redirect(url_for("site.home"), 303)
        abort(403, decision.reason)
    if request.method == "POST":
        return resume.ask_to_sign_in()
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
