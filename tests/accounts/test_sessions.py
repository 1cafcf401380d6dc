"""The browsers in which a member is signed in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.accounts import actions
from forum.accounts.models import LoginSession
from forum.core import clock
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import NotAllowed
from tests import factories

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


def test_a_member_sees_and_ends_sessions(own, member, browser):
    phone = browser(member)
    factories.make_session(member, browser="", ended_at=clock.now())
    factories.make_session(member, expires_at=clock.now() - timedelta(seconds=1))
    page = own.get("/account/sessions/")
    names = page.texts("h2", css="thread__title")
    assert sorted(names) == ["Firefox on Linux", "Firefox on Linux (this browser)"]
    other = names.index("Firefox on Linux") + 1
    own.post_form(page, button=f"End session {other}")
    phone.get("/account/", status=303)
    assert len(own.get("/account/sessions/").texts("h2", css="thread__title")) == 1


def test_ending_the_own_session_signs_out(own):
    answer = own.post_form("/account/sessions/", button="End session 1")
    assert answer.headers["Location"] == "/"
    assert not own.has_session


def test_a_member_ends_all_other_sessions_at_once(own, member, browser):
    others = [browser(member) for _ in range(3)]
    own.post_form("/account/sessions/", button="End all other sessions")
    for other in others:
        other.get("/account/", status=303)
    own.get("/account/")


def test_sessions_of_others_do_not_exist(own, member, app):
    factories.make_session(factories.make_account())
    session = db.session.scalars(
        select(LoginSession).where(LoginSession.account_id != member.id)
    ).one()
    token = own.get("/account/profile/").fields(button="Save profile")["csrf_token"]
    own.post(f"/account/sessions/{session.id}/end/", data={"csrf_token": token}, status=404)
    with pytest.raises(NotAllowed):
        actions.end_session(member, session)
    db.session.refresh(session)
    assert session.ended_at is None


def test_ending_a_session_twice_is_recorded_once(member):
    factories.make_session(member)
    session = db.session.scalars(select(LoginSession)).one()
    for _ in range(2):
        actions.end_session(member, session)
    ends = select(AuditRecord).where(AuditRecord.tag == "session.end")
    assert len(db.session.scalars(ends).all()) == 1


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on iOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Firefox/1", "Firefox"),
        ("Something on Windows", "Windows"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_browsers_are_described_in_words(user_agent, words):
    assert actions.describe_browser(user_agent) == words
