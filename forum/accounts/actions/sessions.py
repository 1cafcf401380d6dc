"""Signing in and out; sessions end on the server."""

import re
import secrets
from datetime import timedelta

from sqlalchemy import update

from forum.accounts import policy, queries
from forum.accounts.actions import hashing
from forum.accounts.models import Account, LoginSession
from forum.core import audit, clock, tags
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.transactions import action, pause

TOKEN_BYTES = 32
MEMBER_HOURS = timedelta(hours=12)
STAFF_HOURS = timedelta(hours=8)
LONGEST_USER_AGENT = 500

# The first that fits: some browsers name their forebears too.
BROWSERS = (
    (re.compile(r"Edg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"OPR/|Opera"), "Opera"),
    (re.compile(r"SamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"Firefox/|FxiOS/"), "Firefox"),
    (re.compile(r"Chrome/|CriOS/|Chromium/"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
)
SYSTEMS = (
    (re.compile(r"iPhone|iPad|iPod"), "iOS"),
    (re.compile(r"Android"), "Android"),
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"CrOS"), "ChromeOS"),
    (re.compile(r"Mac OS X|Macintosh"), "macOS"),
    (re.compile(r"Linux|X11"), "Linux"),
)


def sign_in(
    actor: Actor, *, email: str, password: str, user_agent: str = ""
) -> tuple[Account, str]:
    """The account of address and password, and the token of its new session.

    Raises Invalid, in the same time and words for a wrong address and a wrong password.
    """
    del actor
    found = queries.credentials_of(email)
    pause()
    password_hash = found.password_hash if found else hashing.NOBODYS_HASH
    if not hashing.is_right(password_hash, password) or found is None:
        raise Invalid("The email address or the password is wrong. Check both and try again.")
    newer = hashing.hash_password(password) if hashing.is_outdated(password_hash) else ""
    return _enter(found.account_id, checked=password_hash, newer=newer, user_agent=user_agent)


@action
def _enter(account_id: int, *, checked: str, newer: str, user_agent: str) -> tuple[Account, str]:
    account = db.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if account.password_hash != checked:
        raise Invalid("Your password was changed at this moment. Sign in with the new one.")
    if newer:
        # Not through the account, whose version tells of changes by people.
        db.session.execute(
            update(Account).where(Account.id == account_id).values(password_hash=newer),
            execution_options={tags.KEPT: ()},
        )
    return account, begin_session(account, user_agent=user_agent)


@action
def begin_session(account: Account, *, user_agent: str = "") -> str:
    """Begin a session of the account; returns its token, which only the cookie keeps."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = clock.now()
    session = LoginSession(
        account_id=account.id,
        token_hash=queries.hash_token(token),
        created_at=now,
        expires_at=now + (STAFF_HOURS if account.is_staff else MEMBER_HOURS),
        browser=describe_browser(user_agent),
    )
    db.session.add(session)
    audit.record(account, "session.begin", session)
    return token


@action
def sign_out(actor: Actor, *, token: str) -> None:
    """End the session of this browser."""
    session = queries.session_of(token)
    if session is not None:
        end_session(actor, session)


@action
def end_session(actor: Actor, session: LoginSession) -> None:
    """End one of the actor's sessions."""
    ensure(policy.can_end(actor, session))
    if session.ended_at is None:
        session.ended_at = clock.now()
        audit.record(actor, "session.end", session)


@action
def end_other_sessions(actor: Actor, *, token: str) -> None:
    """End the actor's sessions in all browsers but that of ``token``."""
    account = queries.get_own_account(actor)
    end_sessions(account, but=token)
    audit.record(actor, "session.end-others", account)


@action
def end_sessions(account: Account, *, but: str = "") -> None:
    """End the account's sessions, except that of the token ``but``."""
    db.session.execute(
        update(LoginSession)
        .where(
            LoginSession.account_id == account.id,
            LoginSession.token_hash != queries.hash_token(but),
            LoginSession.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
    )


def describe_browser(user_agent: str) -> str:
    """Browser and system in words, such as "Firefox on Linux", of a User-Agent header."""
    user_agent = user_agent[:LONGEST_USER_AGENT]
    browser = next((name for sign, name in BROWSERS if sign.search(user_agent)), "")
    system = next((name for sign, name in SYSTEMS if sign.search(user_agent)), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system
