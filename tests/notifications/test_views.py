"""The pages of one's own notices and their number in the head of every page."""

import pytest
from sqlalchemy import func, select

from forum.core import clock
from forum.core.db import db
from forum.moderation import actions
from forum.notifications.enums import WORDS, NoticeKind
from forum.notifications.models import Notice
from tests import factories
from tests.moderation import making
from tests.statements import count_statements, writes

ADDRESS = "/account/notices/"


def tell(account, number=1, **fields):
    notice = Notice(
        **{
            "account_id": account.id,
            "at": clock.now(),
            "kind": "post-hidden",
            "path": "/posts/1/",
            "details": {"reason": f"Reason {number}."},
            "key": f"decision-{number}",
            **fields,
        }
    )
    db.session.add(notice)
    factories.commit()
    return notice


def unread(account):
    return db.session.scalar(
        select(func.count()).where(Notice.account_id == account.id, Notice.read_at.is_(None))
    )


@pytest.fixture
def member(app):
    return factories.make_account()


def test_every_kind_has_words():
    assert set(WORDS) == set(NoticeKind)
    for words in WORDS.values():
        assert len(words.headline) < 60
        assert words.meaning.endswith(".")


def test_a_decision_is_read_in_full(member, browser, deliver):
    post = factories.make_post(factories.make_thread(title="Who pays for the bond?"), member)
    actions.hide_post(making.moderator(), post, ruling=making.ruling())
    deliver()
    page = browser(member).get(ADDRESS)
    assert page.h1 == "Your notices"
    assert page.links["Your post was hidden"] == f"/posts/{post.id}/"
    assert "in “Who pays for the bond?”" in page.main
    assert "Rule: House rules, version 1, clause 3: Do not advertise" in page.main
    assert f"Reason: {making.REASON}" in page.main


def test_a_title_that_one_may_not_read_is_not_shown(member, browser, app):
    thread = factories.make_thread(title="Hidden title", state="hidden")
    post = factories.make_post(thread, member)
    tell(member, details={"post": post.id})
    assert "Hidden title" not in browser(member).get(ADDRESS).words


def test_without_notices_the_page_says_what_will_be_here(member, browser):
    page = browser(member).get(ADDRESS)
    assert "No notices" in page.main
    assert page.find("form", method="post") == page.find("form", action="/account/sign-out/")


def test_others_notices_are_neither_seen_nor_marked(member, browser):
    notice = tell(member)
    other = browser(factories.make_account())
    assert "Your post was hidden" not in other.get(ADDRESS).main
    tell(factories.make_account(), key="decision-2")
    page = other.get("/account/")
    token = page.find("input", name="csrf_token")[0].get("value")
    for status, path in ((404, f"{ADDRESS}{notice.id}/read/"), (303, f"{ADDRESS}read/")):
        other.post(path, data={"csrf_token": token, "newest": "99999"}, status=status)
    assert unread(member) == 1


def test_reading_writes_nothing(member, browser):
    tell(member)
    reader = browser(member)
    with count_statements() as statements:
        reader.get(ADDRESS)
    assert writes(statements) == []
    assert unread(member) == 1


def test_one_notice_is_marked_as_read(member, browser):
    first, second = tell(member, 1), tell(member, 2)
    reader = browser(member)
    page = reader.get(ADDRESS)
    assert len(page.find("li", css="thread--unread")) == 2
    reader.post_form(page, action=f"{ADDRESS}{first.id}/read/")
    db.session.expire_all()
    assert first.read_at is not None
    assert second.read_at is None
    assert len(reader.get(ADDRESS).find("li", css="thread--unread")) == 1


def test_marking_one_again_keeps_when_it_was_read(member, browser):
    notice = tell(member)
    reader = browser(member)
    page = reader.get(ADDRESS)
    reader.post_form(page, action=f"{ADDRESS}{notice.id}/read/")
    db.session.expire_all()
    first = notice.read_at
    reader.post_form(page, action=f"{ADDRESS}{notice.id}/read/")
    db.session.expire_all()
    assert notice.read_at == first


def test_all_are_marked_but_not_what_came_meanwhile(member, browser):
    tell(member, 1)
    tell(member, 2)
    reader = browser(member)
    page = reader.get(ADDRESS)
    tell(member, 3)
    reader.post_form(page, button="Mark all as read")
    assert unread(member) == 1


@pytest.mark.parametrize("newest", ["", "x", "-1", "²", "9" * 40])
def test_nonsense_in_place_of_the_newest_marks_nothing(member, browser, newest):
    tell(member)
    reader = browser(member)
    reader.post_form(reader.get(ADDRESS), {"newest": newest}, button="Mark all as read")
    assert unread(member) == 1


def test_older_notices_have_pages_of_their_own(member, browser):
    for number in range(1, 33):
        tell(member, number)
    reader = browser(member)
    page = reader.get(ADDRESS)
    assert "Reason 32." in page.main
    assert "Reason 2." not in page.main
    older = reader.get(page.links["Older →"])
    assert "Reason 2." in older.main
    assert "Reason 3." not in older.main
    assert older.links["← Newer"] == ADDRESS
    reader.get(f"{ADDRESS}?after=nonsense", status=404)


def test_marking_on_an_older_page_leads_back_to_it(member, browser):
    for number in range(1, 32):
        tell(member, number)
    reader = browser(member)
    older = reader.get(reader.get(ADDRESS).links["Older →"])
    (form,) = (f for f in older.find("form") if "/read/?after=" in f.get("action", ""))
    token = older.find("input", name="csrf_token")[0].get("value")
    answer = reader.post(form.get("action"), data={"csrf_token": token})
    assert answer.location.startswith(f"{ADDRESS}?after=")


def test_the_head_counts_what_is_unread(member, browser):
    reader = browser(member)
    assert reader.get("/centres/").links["Notices"] == ADDRESS
    tell(member, 1)
    tell(member, 2)
    assert reader.get("/centres/").links["Notices 2 unread"] == ADDRESS


def test_visitors_see_no_notices(client, app):
    with count_statements() as statements:
        page = client.get("/house-rules/")
    assert "Notices" not in page.words
    assert not [text for text in statements if "notice" in text]
    client.get(ADDRESS, status=303)


def test_the_list_takes_the_same_statements_however_long(member, browser):
    reader = browser(member)
    post = factories.make_post(factories.make_thread(), member)
    tell(member, 1, details={"post": post.id})
    reader.get(ADDRESS)
    with count_statements() as few:
        reader.get(ADDRESS)
    for number in range(2, 30):
        again = factories.make_post(factories.make_thread(), member)
        tell(member, number, details={"post": again.id})
    with count_statements() as many:
        reader.get(ADDRESS)
    assert len(few) == len(many)
    assert len([text for text in many if "FROM notice" in text]) <= 3
