"""Which posts and edits wait for a moderator, and why."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from forum.centres.enums import Holding
from forum.core import clock
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import OutboxEvent
from forum.moderation.enums import ItemKind
from forum.moderation.queries.screening import _recent_posts, _visible_posts, external_links
from forum.threads import actions
from forum.threads.enums import PostState, ThreadHold, ThreadKind
from forum.threads.models import HeldEdit
from tests import factories as make
from tests.moderation.making import items, manager, moderator, watched_word
from tests.statements import count_statements

LINK = "See [this](https://elsewhere.example/offer)."


@pytest.fixture
def board(app):
    return make.make_board()


def policy(holding, *, first=3, slug="north-east"):
    centre = make.get_centre(slug)
    centre.holding, centre.held_posts = Holding(holding), first
    make.commit()
    return centre


def known(posts, *, days=0, centre="north-east", **fields):
    """A member with so many visible posts, who came so many days ago."""
    came = clock.now() - timedelta(days=days)
    member = make.make_account(created_at=came, confirmed_at=came, **fields)
    if posts:
        board = make.make_board(make.get_centre(centre))
        make.make_thread(board, member, posts=posts, at=clock.now() - timedelta(days=1))
    return member


def reply(author, thread, source="An answer.", *, key=""):
    return actions.reply(
        author,
        thread,
        source=source,
        organisation_id=None,
        submission_id=key or f"{author.id}-{clock.now().timestamp()}-{source[:20]}",
    )


def start(author, board, *, title="What is the usual notice?", source="I wonder."):
    return actions.start_thread(
        author,
        board,
        title=title,
        source=source,
        topic_ids=[make.make_topic().id],
        kind=ThreadKind.QUESTION,
        organisation_id=None,
        submission_id=f"{author.id}-{title}-{source}"[:64],
    )


def edit(post, source):
    return actions.edit_post(post.author, post, source=source, note="", version=post.version)


def held_edit(post):
    return db.session.query(HeldEdit).filter_by(post_id=post.id).one_or_none()


def event_names():
    return [event.name for event in db.session.query(OutboxEvent).order_by(OutboxEvent.id)]


class TestCentre:
    def test_nobody_waits_where_the_centre_says_never(self, board):
        post = reply(make.make_account(), make.make_thread(board))
        assert (post.state, post.holds) == (PostState.VISIBLE, [])
        assert "PostPublished" in event_names()

    def test_everybody_waits_where_it_says_always(self, board):
        policy("always")
        post = reply(known(30, days=400), make.make_thread(board))
        assert (post.state, post.holds) == (PostState.PENDING, [{"why": "centre"}])
        assert "PostPublished" not in event_names()
        assert [(item.kind, item.post_id) for item in items()] == [(ItemKind.PENDING_POST, post.id)]

    @pytest.mark.parametrize(("posts", "waits"), [(0, True), (2, True), (3, False), (4, False)])
    def test_the_first_posts_of_a_member_wait(self, board, posts, waits):
        policy("new-members")
        post = reply(known(posts), make.make_thread(board))
        assert post.holds == ([{"why": "new-member", "first": 3}] if waits else [])

    def test_the_centre_says_how_many(self, board):
        policy("new-members", first=1)
        assert reply(known(1), make.make_thread(board)).holds == []
        policy("new-members", first=5)
        assert reply(known(4), make.make_thread(board)).holds == [{"why": "new-member", "first": 5}]

    def test_approved_posts_count_in_whatever_centre(self, board):
        policy("new-members")
        assert reply(known(3, centre="london"), make.make_thread(board)).holds == []

    @pytest.mark.parametrize("state", ["pending", "rejected", "hidden", "withdrawn"])
    def test_only_what_others_can_read_counts(self, board, state):
        policy("new-members", first=1)
        member, thread = make.make_account(), make.make_thread(board)
        make.make_post(thread, member, state=state)
        assert reply(member, thread).holds

    def test_another_centre_keeps_its_own_policy(self, board):
        policy("always", slug="london")
        assert reply(make.make_account(), make.make_thread(board)).holds == []

    def test_a_new_thread_waits_as_a_whole(self, board):
        policy("new-members")
        thread = start(make.make_account(), board)
        assert thread.state is PostState.PENDING

    @pytest.mark.parametrize("make_staff", [moderator, manager])
    def test_staff_of_the_centre_never_wait(self, board, make_staff):
        policy("always")
        assert reply(make_staff(), make.make_thread(board), LINK).holds == []

    def test_administrators_never_wait(self, board):
        policy("always")
        admin = make.make_account(role="administrator")
        assert reply(admin, make.make_thread(board)).holds == []

    def test_staff_of_another_centre_wait_as_members_do(self, board):
        policy("always")
        assert reply(moderator("london"), make.make_thread(board)).holds == [{"why": "centre"}]


class TestBoardAndThread:
    def test_the_board_holds_every_post(self, app):
        board = make.make_board(holds_posts=True)
        assert reply(known(30), make.make_thread(board)).holds == [{"why": "board"}]
        assert start(known(30), board).state is PostState.PENDING

    @pytest.mark.parametrize("hold", list(ThreadHold))
    def test_the_thread_holds_until_it_is_undone(self, board, hold):
        thread = make.make_thread(board, hold=hold)
        assert reply(known(30), thread).holds == [{"why": "thread", "hold": hold.value}]

    def test_the_thread_holds_until_a_time(self, board):
        until = clock.now() + timedelta(hours=2)
        thread = make.make_thread(board, hold=ThreadHold.LIVE_TENDER, hold_until=until)
        assert reply(known(30), thread).holds == [
            {"why": "thread", "hold": "live-tender", "until": until.isoformat()}
        ]
        with clock.at(until):
            assert reply(known(30), thread, "A later answer.").holds == []

    def test_all_reasons_are_told(self, app):
        policy("new-members")
        watched_word("gift card")
        thread = make.make_thread(make.make_board(holds_posts=True), hold=ThreadHold.SENSITIVE)
        post = reply(make.make_account(), thread, f"A gift card. {LINK}")
        whys = [hold["why"] for hold in post.holds]
        assert whys == ["new-member", "board", "thread", "watched-word", "links"]


class TestLinks:
    @pytest.mark.parametrize("text", [LINK, "https://elsewhere.example", "<http://a.example/b>"])
    def test_links_of_new_members_wait_even_where_nothing_else_does(self, board, text):
        post = reply(known(2), make.make_thread(board), text)
        assert post.holds == [{"why": "links"}]

    @pytest.mark.parametrize(
        "text",
        [
            "See [that](/threads/1/x/).",
            "See [that](http://localhost/threads/1/x/).",
            "Write to <mailto:ann@example.org>.",
            "`https://elsewhere.example`",
            "[Below](#more)",
        ],
    )
    def test_links_within_the_site_and_addresses_of_mail_do_not(self, board, text):
        assert reply(make.make_account(), make.make_thread(board), text).holds == []

    def test_members_with_enough_posts_may_link(self, board):
        assert reply(known(3), make.make_thread(board), LINK).holds == []

    @pytest.mark.parametrize(
        "link",
        ["http://localhost.example/", "https://x@localhost@evil.example/", "http://localhost:81/"],
    )
    def test_what_only_looks_like_the_site_is_another(self, link):
        html = f'<a href="{link}">x</a>'
        assert external_links(html, "http://localhost") == {link}

    def test_the_site_is_known_by_its_name_in_any_case(self):
        html = '<a href="HTTPS://Forum.Example/a?b=1&amp;c=2">x</a>'
        assert external_links(html, "https://forum.example") == set()


class TestSpeed:
    def post_quickly(self, member, board, count):
        thread = make.make_thread(board)
        return [reply(member, thread, f"Answer {n}.").holds for n in range(count)]

    def test_the_sixth_post_within_ten_minutes_waits(self, board):
        holds = self.post_quickly(make.make_account(), board, 7)
        assert holds == [[]] * 5 + [[{"why": "speed"}]] * 2

    def test_after_ten_minutes_one_may_go_on(self, board):
        member = make.make_account()
        self.post_quickly(member, board, 5)
        with clock.at(clock.now() + timedelta(minutes=10)):
            assert reply(member, make.make_thread(board), "Later.").holds == []

    def test_established_members_may_be_quick(self, board):
        assert self.post_quickly(known(10, days=60), board, 8) == [[]] * 8

    def test_many_posts_do_not_make_up_for_time(self, board):
        assert self.post_quickly(known(30, days=2), board, 6)[5] == [{"why": "speed"}]

    def test_an_edit_is_not_a_post(self, board):
        member, thread = make.make_account(), make.make_thread(board)
        posts = [reply(member, thread, f"Answer {n}.") for n in range(5)]
        edit(posts[0], "Another answer.")
        assert held_edit(posts[0]) is None
        assert posts[0].source == "Another answer."


class TestWords:
    def test_a_held_word_is_named(self, board):
        watched_word("gift card", centre=make.get_centre())
        post = reply(known(30), make.make_thread(board), "Take a **Gift**-Card!")
        assert post.holds == [{"why": "watched-word", "word": "gift card"}]

    def test_a_word_for_all_holds_everywhere(self, board):
        watched_word("gift card")
        assert reply(known(30), make.make_thread(board), "A gift card").holds

    def test_a_word_of_another_centre_does_not(self, board):
        watched_word("gift card", centre=make.get_centre("london"))
        assert reply(known(30), make.make_thread(board), "A gift card").holds == []

    def test_titles_are_looked_through(self, board):
        watched_word("gift card")
        thread = start(known(30), board, title="How do I buy a gift card?")
        assert thread.state is PostState.PENDING

    def test_a_flagged_word_is_published_and_looked_at(self, board):
        watched_word("cartel*", effect="flag")
        post = reply(known(30), make.make_thread(board), "These cartels again.")
        assert post.state is PostState.VISIBLE
        (item,) = items()
        assert (item.kind, item.post_id) == (ItemKind.REPORT, post.id)
        assert item.reasons == [{"why": "watched-word", "word": "cartel*"}]

    def test_a_blocked_word_is_refused_with_its_message(self, board):
        watched_word("badword", effect="block", message="Say it without that word.")
        thread = make.make_thread(board)
        with pytest.raises(Invalid) as refused:
            reply(known(30), thread, "A badword here.")
        assert (refused.value.message, refused.value.field) == (
            "Say it without that word.",
            "source",
        )
        with pytest.raises(Invalid) as refused:
            start(known(30), board, title="A title with a badword")
        assert refused.value.field == "title"

    def test_staff_are_refused_too_and_nothing_of_theirs_waits(self, board):
        watched_word("badword", effect="block", message="No.")
        watched_word("gift card")
        with pytest.raises(Invalid):
            reply(moderator(), make.make_thread(board), "badword")
        assert reply(moderator(), make.make_thread(board), "gift card").holds == []

    def test_a_change_holds_at_once(self, board):
        member, thread = known(30), make.make_thread(board)
        word = watched_word("gift card")
        assert reply(member, thread, "A gift card").holds
        word.phrase = "voucher"
        make.commit()
        assert reply(member, thread, "One more gift card").holds == []
        assert reply(member, thread, "A voucher").holds
        db.session.delete(word)
        make.commit()
        assert reply(member, thread, "Two vouchers: a voucher and a voucher").holds == []

    def test_refused_text_is_shown_again_with_the_message(self, client, board):
        watched_word("badword", effect="block", message="Say it without that word.")
        thread = make.make_thread(board)
        client.sign_in(known(30))
        typed = {"source": "All that I typed, and a badword."}
        page = client.post_form(thread.path, typed, button="Post reply", status=422)
        assert "Say it without that word." in page.errors
        assert page.fields(button="Post reply")["source"] == [typed["source"]]
        assert thread.reply_count == 0


class TestEdits:
    def approved(self, member, board, source="An answer."):
        return make.make_post(make.make_thread(board), member, text=source)

    def test_an_edit_of_a_new_member_waits_and_the_post_stands(self, board):
        policy("new-members")
        post = self.approved(make.make_account(), board)
        edit(post, "Buy our forms.")
        assert (post.state, post.source) == (PostState.VISIBLE, "An answer.")
        assert held_edit(post).holds == [{"why": "new-member", "first": 3}]
        assert [item.kind for item in items()] == [ItemKind.EDIT]

    def test_an_edit_of_a_member_with_enough_posts_does_not(self, board):
        policy("new-members")
        post = self.approved(known(3), board)
        edit(post, "A better answer.")
        assert (post.source, held_edit(post)) == ("A better answer.", None)

    def test_where_every_post_waits_every_edit_does(self, board):
        policy("always")
        post = self.approved(known(30), board)
        edit(post, "Something else.")
        assert held_edit(post).holds == [{"why": "centre"}]

    def test_an_edit_that_adds_a_watched_word_waits(self, board):
        watched_word("gift card")
        post = self.approved(known(30), board)
        edit(post, "A gift card.")
        assert held_edit(post).holds == [{"why": "watched-word", "word": "gift card"}]

    def test_an_edit_that_adds_a_blocked_word_is_refused(self, board):
        watched_word("badword", effect="block", message="No.")
        post = self.approved(known(30), board)
        with pytest.raises(Invalid):
            edit(post, "A badword.")

    def test_a_word_that_was_there_before_holds_nothing_up(self, board):
        watched_word("gift card")
        watched_word("badword", effect="block", message="No.")
        post = self.approved(known(30), board, "A gift card and a badword.")
        edit(post, "A gift card and a badword, corrected.")
        assert (held_edit(post), post.edits) == (None, 1)

    def test_an_edit_of_a_new_member_that_adds_a_link_waits(self, board):
        post = self.approved(make.make_account(), board)
        edit(post, LINK)
        assert held_edit(post).holds == [{"why": "links"}]

    def test_a_link_that_was_there_before_does_not_count(self, board):
        post = self.approved(make.make_account(), board, LINK)
        edit(post, f"{LINK} More words.")
        assert held_edit(post) is None
        edit(post, f"{LINK} And [more](https://another.example/).")
        assert held_edit(post).holds == [{"why": "links"}]

    def test_a_waiting_post_is_screened_as_a_whole(self, board):
        policy("new-members")
        post = reply(make.make_account(), make.make_thread(board))
        edit(post, LINK)
        assert [hold["why"] for hold in post.holds] == ["new-member", "links"]


class TestCost:
    def test_screening_takes_one_statement(self, board):
        thread = make.make_thread(board)
        member = known(3)
        reply(member, thread, "The first.")
        before = self.statements(member, thread, "The second.")
        for number in range(100):
            watched_word(f"phrase {number}", centre=make.get_centre())
        after = self.statements(member, thread, "The third.")
        assert after == before
        assert len([text for text in after if "watched_word" in text]) == 1

    def test_the_author_s_posts_are_read_by_their_index(self, board, backend):
        """What is read does not grow with what the author has written."""
        explain = "EXPLAIN QUERY PLAN " if backend == "sqlite" else "EXPLAIN "
        if backend == "postgresql":
            # So few rows might be sorted as well; only an index gives them in order otherwise.
            for way in ("seqscan", "bitmapscan", "sort"):
                db.session.execute(text(f"SET LOCAL enable_{way} = off"))
        for part in (_visible_posts(), _recent_posts()):
            asked = select(part).params(author_id=1, most=3, since=clock.now())
            compiled = asked.compile(
                db.engine, compile_kwargs={"literal_binds": True, "render_postcompile": True}
            )
            plan = db.session.execute(text(explain + str(compiled).replace(":", r"\:"))).all()
            lines = " ".join(str(line) for line in plan)
            assert "ix_post_author" in lines, lines
            assert "TEMP B-TREE" not in lines
            assert "Sort" not in lines

    def statements(self, member, thread, source):
        db.session.expire_all()
        with count_statements() as statements:
            reply(member, thread, source)
        return statements
