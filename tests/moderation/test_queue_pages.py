"""The review queue: what stands in it, for whom, and in how many statements."""

from datetime import timedelta

import pytest

from forum.core import clock
from forum.core.db import db
from forum.moderation import actions, policy, queries
from forum.moderation.actions.queueing import queue_organisation
from forum.moderation.enums import ItemKind, ReportReason
from forum.moderation.models import Report, ReviewItem
from forum.moderation.queries import QueueFilter
from tests import factories
from tests.moderation.making import (
    decisions,
    held_post,
    manager,
    moderator,
    queue,
    reported_post,
    ruling,
)
from tests.statements import count_statements

PATH = "/moderation/"


def report(item, reason=ReportReason.SPAM, *, reporter=None, note=""):
    """A report on the post of the item."""
    number = db.session.query(Report).count()
    made = Report(
        item_id=item.id,
        post_id=item.post_id,
        reporter_id=reporter.id if reporter else None,
        reference=f"REF-{number}",
        reason=reason,
        note=note,
        created_at=clock.now(),
    )
    db.session.add(made)
    factories.commit()
    return made


def in_london(**fields):
    """A post that waits in London, with its item."""
    board = factories.make_board(factories.get_centre("london"))
    return held_post(thread=factories.make_thread(board), **fields)


@pytest.fixture
def judge(app):
    return moderator(display_name="Jo Judge")


def test_the_queue_shows_what_waits_with_its_context(browser, judge):
    author = factories.make_account(display_name="Ann Author")
    thread = factories.make_thread(title="Catering lots of the hospital")
    _post, item = held_post(
        author=author, thread=thread, text="> quoted\n\nBuy our excellent forms."
    )
    page = browser(judge).get(PATH)
    assert page.h1 == "Review queue"
    assert page.title.startswith("Review queue")
    assert page.links["Waiting post: Catering lots of the hospital"] == item.path
    assert f"North East, {thread.board.title}" in page.main
    assert "Buy our excellent forms." in page.main
    assert "quoted" not in page.main
    assert page.links["Ann Author"] == f"/people/{author.handle}/"
    assert "0 approved, 0 rejected, 0 hidden" in page.main
    assert "The first 3 posts of a member in a centre are read by a moderator" in page.main
    assert "waiting since" in page.main


def test_an_empty_queue_says_what_will_be_here(browser, judge):
    page = browser(judge).get(PATH)
    assert "Nothing waits" in page.main
    assert "Approve" not in page.buttons
    filtered = browser(judge).get(PATH + "?kind=report")
    assert "Nothing like this waits" in filtered.main
    assert filtered.links["Show everything that waits"] == PATH


def test_the_record_of_an_author_counts_what_stands(browser, judge):
    author = factories.make_account()
    decide = (actions.approve, actions.reject, actions.hide_of_item)
    for act in decide:
        _post, item = (
            reported_post(author=author)
            if act is actions.hide_of_item
            else held_post(author=author)
        )
        act(judge, item.id, version=item.version, ruling=ruling())
    undone = decisions()[1]
    held_post(author=author)
    assert "1 approved, 1 rejected, 1 hidden" in browser(judge).get(PATH).main
    actions.undo_decision(judge, undone.id)
    assert "1 approved, 0 rejected, 1 hidden" in browser(judge).get(PATH).main


def test_reports_are_counted_by_reason(browser, judge):
    _post, item = reported_post()
    for reason in (ReportReason.SPAM, ReportReason.SPAM, ReportReason.ILLEGAL):
        report(item, reason)
    page = browser(judge).get(PATH)
    assert "2 reports: Spam" in page.main
    assert "1 report: Illegal" in page.main
    assert "score 100" in page.main


def test_marks_tell_who_has_an_item_and_where_it_is(browser, judge):
    titles = ["First thread", "Second thread", "Third thread", "Fourth thread"]
    posts = [held_post(thread=factories.make_thread(title=title)) for title in titles]
    other = moderator(display_name="Olive Other")
    actions.claim_item(judge, posts[0][1].id)
    actions.claim_item(other, posts[1][1].id)
    actions.escalate_item(other, posts[2][1].id, text="Too hard for me.")
    actions.hand_over_item(other, posts[3][1].id, centre="north-west", text="My sister wrote it.")
    page = browser(judge).get(PATH)
    assert "Claimed by you" in page.main
    assert "Claimed by Olive Other" in page.main
    assert "Passed to the managers" in page.main
    assert "Passed to North West" in page.main
    assert len(page.find("input", name="items")) == 2, "the claimed and the escalated are not mine"


def test_a_claim_that_went_stale_is_told_as_past(browser, judge):
    _post, item = held_post()
    now = clock.now()
    actions.claim_item(moderator(display_name="Olive Other"), item.id)
    with clock.at(now + timedelta(minutes=31)):
        page = browser(judge).get(PATH)
        assert "Was claimed by Olive Other" in page.main
        assert page.find("input", name="items")


def test_recused_items_say_so_and_cannot_be_chosen(browser, judge):
    organisation = factories.make_organisation()
    factories.make_membership(judge, organisation)
    held_post(organisation=organisation)
    page = browser(judge).get(PATH)
    assert "You speak for an organisation that this concerns." in page.main
    assert page.find("input", name="items") == []


def test_own_posts_cannot_be_chosen(browser, judge):
    held_post(author=judge)
    page = browser(judge).get(PATH)
    assert "This concerns you." in page.main
    assert page.find("input", name="items") == []


def test_concerns_of_many_posts_are_those_of_each(app, judge):
    own, other = factories.make_organisation(), factories.make_organisation()
    factories.make_membership(judge, own)
    factories.make_membership(factories.make_account(), own, state="waiting")
    author = factories.make_account(organisation=own)
    posts = [
        held_post(author=author)[0],
        held_post(organisation=own)[0],
        held_post(organisation=other)[0],
        held_post()[0],
    ]
    found = queries.concerns_of(judge, posts)
    assert {post.id: queries.concern_of(judge, post) for post in posts} == {
        post.id: found.get(post.id, "") for post in posts
    }
    assert set(found) == {posts[0].id, posts[1].id}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["old", "reported", "claimed", "mine"]),
        ("?kind=report", ["reported"]),
        ("?age=3", ["old"]),
        ("?claimed=mine", ["mine"]),
        ("?claimed=others", ["claimed"]),
        ("?claimed=nobody", ["old", "reported"]),
        ("?order=score", ["reported", "old", "claimed", "mine"]),
        ("?centre=north-east", ["old", "reported", "claimed", "mine"]),
    ],
)
def test_filters_choose_and_order(browser, judge, query, expected):
    now = clock.now()
    with clock.at(now - timedelta(days=4)):
        held_post(thread=factories.make_thread(title="old"))
    post = factories.make_post(factories.make_thread(title="reported"))
    queue(post, ItemKind.REPORT, score=100)
    _post, claimed = held_post(thread=factories.make_thread(title="claimed"))
    _post, mine = held_post(thread=factories.make_thread(title="mine"))
    actions.claim_item(moderator(), claimed.id)
    actions.claim_item(judge, mine.id)
    page = browser(judge).get(PATH + query)
    titles = [text.partition(": ")[2] for text in page.texts("h2", css="rows__title")]
    assert titles == expected


@pytest.mark.parametrize(
    "query",
    [
        "?kind=nothing",
        "?centre=paris",
        "?centre=london",
        "?age=2",
        "?claimed=x",
        "?order=y",
        "?after=zzz",
    ],
)
def test_words_that_nobody_offers_are_not_found(browser, judge, query):
    browser(judge).get(PATH + query, status=404)


def test_of_several_centres_one_can_be_chosen(browser):
    opened = browser(factories.make_account(role="administrator"))
    held_post(thread=factories.make_thread(title="Kerbs by the mile"))
    assert "Kerbs by the mile" in opened.get(f"{PATH}?centre=north-east").main
    assert "Kerbs by the mile" not in opened.get(f"{PATH}?centre=london").main


def test_pages_follow_each_other_without_gap_or_repetition(app, judge, monkeypatch):
    monkeypatch.setattr("forum.moderation.queries.queue.PAGE_SIZE", 3)
    made = [held_post()[1].id for _ in range(8)]
    for wanted in (QueueFilter(), QueueFilter(by_score=True)):
        seen, cursor = [], ""
        for _ in range(3):
            page = queries.list_queue(judge, wanted, cursor=cursor)
            seen += [row.id for row in page.rows]
            cursor = page.next_cursor
        assert seen == made
        assert cursor == ""


def test_one_sees_own_centres_what_was_handed_over_and_appeals_of_others(app):
    _post, here = held_post()
    _post, there = in_london()
    _post, handed = held_post()
    actions.hand_over_item(moderator(), handed.id, centre="north-west", text="Concerned.")
    appeals = [queue(in_london()[0], ItemKind.APPEAL), queue(held_post()[0], ItemKind.APPEAL)]
    actors = {
        "here": moderator(),
        "neighbour": moderator("north-west"),
        "london": moderator("london"),
        "admin": factories.make_account(role="administrator"),
        "member": factories.make_account(),
    }
    seen = {
        name: {row.id for row in queries.list_queue(actor, QueueFilter()).rows}
        for name, actor in actors.items()
    }
    assert seen == {
        "here": {here.id, handed.id, appeals[0].id},
        "neighbour": {handed.id, appeals[0].id, appeals[1].id},
        "london": {there.id, appeals[1].id},
        "admin": {here.id, there.id, handed.id, appeals[0].id, appeals[1].id},
        "member": set(),
    }
    for name, actor in actors.items():
        assert queries.count_waiting(actor).count == len(seen[name])


def test_other_kinds_lead_to_their_own_pages(browser):
    boss = manager()
    organisation = factories.make_organisation("Tyne Forms", state="waiting")
    queue_organisation(organisation.id)
    factories.commit()
    page = browser(boss).get(PATH)
    assert page.links["Organisation: Tyne Forms"] == f"/organisations/{organisation.id}/confirm/"


def test_complaints_are_for_managers_alone(browser, judge):
    complaint = actions.complain(
        factories.make_account(), factories.get_centre(), text="Jo Judge is unfair."
    )
    page = browser(judge).get(PATH)
    assert "unfair" not in page.words
    assert "nothing waits" in page.words
    item = db.session.query(ReviewItem).filter_by(target_type="complaint").one()
    browser(judge).get(item.path, status=404)
    for actor, sees in ((judge, False), (manager(), True), (manager("london"), False)):
        assert bool(policy.can_see(actor, item)) == sees
        rows = queries.list_queue(actor, QueueFilter()).rows
        assert [row.id for row in rows] == ([item.id] if sees else [])
    boss = browser(manager())
    assert boss.get(PATH).links["Complaint"] == f"/moderation/complaints/{complaint.id}/"
    shown = boss.get(item.path)
    assert shown.links["Look at it and decide"] == f"/moderation/complaints/{complaint.id}/"


def test_the_list_takes_a_constant_number_of_statements(browser, judge):
    def fill(number):
        for _ in range(number):
            author = factories.make_account(organisation=factories.make_organisation())
            _post, item = held_post(author=author, thread=thread)
            report(item)

    thread = factories.make_thread()
    opened = browser(judge)
    fill(3)
    opened.get(PATH)
    with count_statements() as few:
        opened.get(PATH)
    fill(60)
    with count_statements() as many:
        page = opened.get(PATH)
    assert len(page.find("input", name="items")) == queries.PAGE_SIZE
    assert len(many) == len(few)
    assert len(few) <= 16, "\n\n".join(few)


def test_the_head_tells_staff_how_much_waits_and_since_when(browser, judge):
    now = clock.now()
    with clock.at(now - timedelta(days=2, hours=3)):
        held_post()
    held_post()
    with clock.at(now):
        page = browser(judge).get("/topics/")
    assert page.links["Review queue"] == PATH
    assert "2 waiting, oldest 2 days" in page.words


def test_the_head_costs_staff_one_statement_and_others_none(browser, client, judge):
    held_post()
    counted = {}
    for name, opened in {
        "staff": browser(judge),
        "member": browser(factories.make_account()),
        "visitor": client,
    }.items():
        opened.get("/accessibility/")
        with count_statements() as statements:
            page = opened.get("/accessibility/")
        counted[name] = [text for text in statements if "review_item" in text]
        assert ("Review queue" in page.words) == (name == "staff")
    assert {name: len(found) for name, found in counted.items()} == {
        "staff": 1,
        "member": 0,
        "visitor": 0,
    }


def test_visitors_are_asked_to_sign_in_and_members_are_refused(browser, client):
    assert "/account/sign-in/" in client.get(PATH, status=303).headers["Location"]
    browser(factories.make_account()).get(PATH, status=403)
