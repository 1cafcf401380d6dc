"""Pages of threads as their readers and writers find them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.core import clock
from forum.core.db import db
from forum.threads import actions, queries
from forum.threads.models import Draft, Post, ReadMark, Thread
from tests import factories as make
from tests.statements import count_statements, writes

TITLE = "Thirty days from what, exactly?"


@pytest.fixture
def member(app):
    return make.make_account(sector="social-enterprise", display_name="Leah Sutton")


@pytest.fixture
def moderator(app):
    return make.make_account(role="moderator")


def start_path(board):
    return f"{board.path}start/"


class TestBoard:
    def test_threads_newest_activity_first_pinned_above(self, client):
        board = make.make_board()
        now = clock.now()
        make.make_thread(board, title="Oldest of them", at=now - timedelta(days=3))
        make.make_thread(board, title="Newest of them", at=now - timedelta(days=1))
        make.make_thread(
            board, title="Pinned and ancient", at=now - timedelta(days=99), is_pinned=True
        )
        titles = client.get(board.path).texts("h3", css="thread__title")
        order = [" ".join(titles).index(word) for word in ("Pinned and", "Newest", "Oldest")]
        assert order == sorted(order)

    def test_visitor_is_offered_to_start(self, client):
        page = client.get(make.make_board().path)
        assert "Start a thread" in page.links

    def test_archived_board_offers_nothing(self, client):
        page = client.get(make.make_board(archived=True).path)
        assert "Start a thread" not in page.links

    def test_member_of_another_sector_is_told_why(self, client, member):
        board = make.make_board(start_sectors=["public"])
        page = client.sign_in(member).get(board.path)
        assert "Start a thread" not in page.links

    def test_empty_board_says_what_will_be_here(self, client):
        assert "No threads yet" in client.get(make.make_board().path).main

    def test_pages_follow_each_other_without_gap_or_repetition(self, client):
        board = make.make_board()
        author, topic = make.make_account(), make.make_topic()
        moment = clock.now() - timedelta(days=2)
        for number in range(65):
            # Several threads share a time: the id decides between them.
            at = moment + timedelta(minutes=number // 3)
            make.make_thread(board, author, [topic], title=f"Thread number {number:02}", at=at)
        seen, address = [], board.path
        while address:
            page = client.get(address)
            seen += [text for text in page.links if text.startswith("Thread number")]
            address = next((url for text, url in page.links.items() if "Older" in text), None)
        assert len(seen) == 65
        assert len(set(seen)) == 65

    @pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "A" * 300, "WzEsMiwzXQ", "é"])
    def test_forged_cursor_is_not_found(self, client, cursor):
        client.get(f"{make.make_board().path}?after={cursor}", status=404)

    def test_members_board_is_not_found_by_visitors(self, client, member):
        board = make.make_board(readers="members")
        client.get(board.path, status=404)
        client.sign_in(member).get(board.path)

    def test_unknown_board_or_centre(self, client):
        client.get("/centres/north-east/boards/nothing/", status=404)
        client.get("/centres/atlantis/boards/nothing/", status=404)

    def test_statements_do_not_grow_with_threads(self, client):
        few, many = make.make_board(), make.make_board()
        make.make_thread(few)
        for _ in range(12):
            make.make_thread(many)
        short, long = few.path, many.path
        with count_statements() as first:
            client.get(short)
        with count_statements() as second:
            client.get(long)
        assert len(first) == len(second) <= 8


class TestThread:
    def test_posts_in_order_with_permalinks(self, client):
        thread = make.make_thread(posts=3)
        page = client.get(thread.path)
        assert [article.get("id") for article in page.find("article")] == [
            "post-1",
            "post-2",
            "post-3",
        ]

    def test_capacity_and_sector_stand_beside_the_post(self, client):
        organisation = make.make_organisation("Harbour Advice Trust", sector="voluntary")
        author = make.make_account(organisation=organisation, display_name="Amara Okafor")
        thread = make.make_thread(author=author, organisation=organisation)
        article = client.get(thread.path).texts("article")[0]
        assert "Amara Okafor" in article
        assert "for Harbour Advice Trust" in article
        assert "Voluntary" in article

    def test_twenty_posts_a_page(self, client):
        thread = make.make_thread(posts=41)
        assert len(client.get(thread.path).find("article")) == 20
        last = client.get(f"{thread.path}?page=3")
        assert [article.get("id") for article in last.find("article")] == ["post-41"]

    @pytest.mark.parametrize("page", ["0", "-1", "3", "1e3", "abc", "", "9" * 30, "٣"])
    def test_pages_that_do_not_exist(self, client, page):
        client.get(f"{make.make_thread(posts=21).path}?page={page}", status=404)

    def test_other_slug_leads_to_the_right_address(self, client):
        thread = make.make_thread(posts=21)
        answer = client.get(f"/threads/{thread.id}/old-words/?page=2", status=301)
        assert answer.headers["Location"].endswith(f"{thread.path}?page=2")
        client.get(f"/threads/{thread.id}/", status=301)

    @pytest.mark.parametrize("key", ["0", "999999999", str(2**63), "9" * 40])
    def test_unknown_threads_and_posts(self, client, key):
        client.get(f"/threads/{key}/x/", status=404)
        client.get(f"/posts/{key}/", status=404)

    def test_permalink_lands_on_the_right_page(self, client):
        thread = make.make_thread(posts=45)
        keys = dict(db.session.execute(select(Post.number, Post.id)).all())
        for number, query in ((1, ""), (20, ""), (21, "?page=2"), (45, "?page=3")):
            answer = client.get(f"/posts/{keys[number]}/", status=302)
            assert answer.headers["Location"] == f"{thread.path}{query}#post-{number}"

    def test_hidden_post_shows_only_its_reason(self, client):
        thread = make.make_thread()
        make.make_post(thread, text="secret words", state="hidden", hidden_reason="Rule 4.")
        page = client.get(thread.path)
        assert "secret words" not in page.text
        assert "Rule 4." in page.main

    def test_author_and_moderator_see_the_hidden_text(self, browser, member, moderator):
        thread = make.make_thread()
        make.make_post(thread, member, text="secret words", state="hidden")
        assert "secret words" in browser(member).get(thread.path).main
        assert "secret words" in browser(moderator).get(thread.path).main
        assert "secret words" not in browser(make.make_account()).get(thread.path).text

    def test_withdrawn_post_is_a_tombstone(self, client):
        thread = make.make_thread()
        make.make_post(thread, text="secret words", state="withdrawn")
        page = client.get(thread.path)
        assert "secret words" not in page.text
        assert "Withdrawn by its author" in page.main

    def test_hidden_thread_is_not_found_and_in_no_list(self, client):
        thread = make.make_thread(state="hidden", title="Nobody shall read this")
        client.get(thread.path, status=404)
        for address in (thread.board.path, thread.board.centre.path, "/"):
            assert "Nobody shall read this" not in client.get(address).text

    def test_voices_heard_and_not_yet_heard(self, client):
        thread = make.make_thread(author=make.make_account(sector="community"))
        words = " ".join(client.get(thread.path).texts("section", css="voices"))
        assert "Community 1 individual" in words
        assert "Voluntary Not yet heard" in words

    def test_locked_thread_says_why_and_takes_no_reply(self, client, member):
        thread = make.make_thread(is_locked=True, locked_reason="The tender is live.")
        page = client.sign_in(member).get(thread.path)
        assert "The tender is live." in page.main
        assert "Post reply" not in page.buttons

    def test_reading_writes_nothing(self, browser, member):
        thread = make.make_thread(posts=2)
        for reader in (browser(), browser(member)):
            with count_statements() as statements:
                reader.get(thread.path)
            assert writes(statements) == []

    @pytest.mark.parametrize(("who", "most"), [("visitor", 6), ("member", 10)])
    def test_statements_do_not_grow_with_posts(self, client, member, who, most):
        short, long = make.make_thread(posts=1), make.make_thread(posts=60)
        for thread in (short, long):
            for _ in range(3):
                make.make_post(thread)
        if who == "member":
            client.sign_in(member)
        client.get(short.path)
        counts = []
        for address in (short.path, f"{long.path}?page=2"):
            with count_statements() as statements:
                client.get(address)
            counts.append(len(statements))
        assert counts[0] == counts[1] <= most, statements

    def test_the_database_is_told_how_many_posts_a_page_has(self, client):
        """PostgreSQL expects thousands in a long thread, and would read all accounts for them."""
        thread = make.make_thread(posts=2)
        with count_statements() as statements:
            client.get(thread.path)
        (posts,) = [statement for statement in statements if "post.html" in statement]
        assert "LIMIT" in posts.partition("ORDER BY")[2]

    def test_page_is_light(self, client):
        thread = make.make_thread(posts=20)
        assert len(client.get(thread.path).get_data()) <= 60_000


class TestStart:
    def test_form_to_thread(self, client, member):
        board = make.make_board()
        topic, other = make.make_topic("Prompt payments"), make.make_topic("Care fees")
        client.sign_in(member)
        answer = client.post_form(
            start_path(board),
            {
                "title": TITLE,
                "source": "When does the clock **begin**?",
                "kind": "question",
                "topics": [str(topic.id), str(other.id)],
            },
            button="Start thread",
        )
        page = client.follow(answer)
        assert page.h1 == TITLE
        assert "Prompt payments" in page.links
        assert "Social enterprise" in page.texts("article")[0]

    def test_visitor_signs_in_first(self, client):
        board = make.make_board()
        answer = client.get(start_path(board), status=303)
        assert "/account/sign-in/?next=" in answer.headers["Location"]

    def test_errors_keep_every_word(self, client, member):
        board, topic = make.make_board(), make.make_topic()
        page = client.sign_in(member).post_form(
            start_path(board),
            {"title": "Short", "source": "Every word\n\nis kept", "topics": str(topic.id)},
            button="Start thread",
            status=422,
        )
        fields = page.fields(button="Start thread")
        assert fields["title"] == ["Short"]
        assert fields["source"] == ["Every word\n\nis kept"]
        assert fields["topics"] == [str(topic.id)]
        assert "Write a title of at least 10 characters" in page.errors
        assert page.title.startswith("Error:")

    def test_preview_is_shown_and_nothing_posted(self, client, member):
        page = client.sign_in(member).post_form(
            start_path(make.make_board()),
            {"title": TITLE, "source": "**bold**"},
            button="Preview",
            status=422,
        )
        assert page.find("strong")
        assert db.session.scalar(select(func.count(Thread.id))) == 0

    def test_preview_of_a_whole_form(self, client, member):
        topic = make.make_topic()
        page = client.sign_in(member).post_form(
            start_path(make.make_board()),
            {"title": TITLE, "source": "**bold**", "topics": str(topic.id)},
            button="Preview",
            status=200,
        )
        assert page.texts("h2")[0] == "Preview"

    def test_sent_twice_is_one_thread(self, client, member):
        board, topic = make.make_board(), make.make_topic()
        client.sign_in(member)
        page = client.get(start_path(board))
        fields = {"title": TITLE, "source": "Once", "topics": str(topic.id)}
        first = client.post_form(page, fields, button="Start thread")
        second = client.post_form(page, fields, button="Start thread")
        assert first.headers["Location"] == second.headers["Location"]
        assert db.session.scalar(select(func.count(Thread.id))) == 1

    def test_draft_comes_back(self, client, member):
        board, topic = make.make_board(), make.make_topic()
        client.sign_in(member)
        answer = client.post_form(
            start_path(board),
            {
                "title": "Half a title",
                "source": "Half a",
                "kind": "discussion",
                "topics": str(topic.id),
            },
            button="Save draft",
        )
        drafts = client.follow(answer)
        assert "Half a title" in drafts.links
        fields = client.get(start_path(board)).fields(button="Start thread")
        assert fields["title"] == ["Half a title"]
        assert fields["source"] == ["Half a"]
        assert fields["kind"] == ["discussion"]
        assert fields["topics"] == [str(topic.id)]

    def test_refused_board_is_refused_by_name(self, client, member):
        page = client.sign_in(member).get(start_path(make.make_board(archived=True)), status=403)
        assert "archived" in page.main

    def test_unconfirmed_member_is_told_to_confirm(self, client):
        client.sign_in(make.make_account(confirmed=False))
        page = client.get(start_path(make.make_board()), status=403)
        assert "Confirm your email address" in page.main

    def test_only_staff_are_offered_announcements(self, browser, member, moderator):
        board = make.make_board()
        kinds = [
            browser(who).get(start_path(board)).find("input", name="kind")
            for who in (member, moderator)
        ]
        assert [len(found) for found in kinds] == [3, 4]


class TestReply:
    def test_reply_lands_on_itself(self, client, member):
        thread = make.make_thread(posts=20)
        client.sign_in(member)
        answer = client.post_form(thread.path, {"source": "An answer."}, button="Post reply")
        post = client.get(answer.headers["Location"], status=302)
        assert post.headers["Location"] == f"{thread.path}?page=2#post-21"

    def test_number_of_statements(self, client):
        organisation = make.make_organisation("Second Wind Bikes CIC")
        member = make.make_account(organisation=organisation)
        thread = make.make_thread(posts=25)
        page = client.sign_in(member).get(thread.path)
        for speak_as in ("", str(organisation.id)):
            fields = {"source": "An answer.", "speak_as": speak_as, "submission_id": f"s{speak_as}"}
            with count_statements() as statements:
                client.post_form(page, fields, button="Post reply")
            assert len(statements) <= 15, "\n".join(statements)
        assert db.session.scalar(select(func.count(Post.id))) == 27

    @pytest.mark.parametrize("speak_as", ["999999", "x", "0", "-1", "9" * 40])
    def test_for_an_organisation_of_others(self, client, member, speak_as):
        thread = make.make_thread()
        client.sign_in(member).get(thread.path)
        fields = {"source": "Kept words", "speak_as": speak_as, "csrf_token": client.token()}
        refused = client.post(f"/threads/{thread.id}/reply/", data=fields, status=422)
        assert "You cannot post for this organisation" in refused.errors
        assert refused.fields(button="Post reply")["source"] == ["Kept words"]
        assert db.session.scalar(select(func.count(Post.id))) == 1

    def test_sent_twice_in_slow_mode_is_one_post_and_no_refusal(self, client, member):
        thread = make.make_thread(slow_minutes=30)
        page = client.sign_in(member).get(thread.path)
        first, second = (
            client.post_form(page, {"source": "Once"}, button="Post reply").headers["Location"]
            for _ in range(2)
        )
        assert first == second

    def test_sent_twice_or_fifty_times_is_one_post(self, client, member):
        thread = make.make_thread()
        client.sign_in(member)
        page = client.get(thread.path)
        places = {
            client.post_form(page, {"source": "Once"}, button="Post reply").headers["Location"]
            for _ in range(5)
        }
        assert len(places) == 1
        assert db.session.scalar(select(func.count(Post.id))) == 2

    def test_empty_reply_is_an_error_on_a_page_of_its_own(self, client, member):
        thread = make.make_thread(title=TITLE)
        client.sign_in(member)
        page = client.post_form(thread.path, {"source": " "}, button="Post reply", status=422)
        assert "Write your post" in page.errors
        assert TITLE in page.links

    def test_too_long_keeps_every_word(self, client, member):
        thread, text = make.make_thread(), "long " * 2_001
        client.sign_in(member)
        page = client.post_form(thread.path, {"source": text}, button="Post reply", status=422)
        assert page.fields(button="Post reply")["source"] == [text]
        assert "10,000" in page.errors[0]

    def test_control_characters_are_refused_with_a_sentence(self, client, member):
        thread = make.make_thread()
        page = client.sign_in(member).post_form(
            thread.path, {"source": "a\x00b"}, button="Post reply", status=422
        )
        assert "cannot be shown" in page.errors[0]

    def test_preview_equals_the_post(self, client, member):
        thread = make.make_thread()
        text = "> quote\n\n- one\n- two\n\n| a | b |\n|---|--:|\n| 1 | 2 |"
        page = client.sign_in(member).post_form(
            thread.path, {"source": text}, button="Preview", status=200
        )
        answer = client.post_form(page, {}, button="Post reply")
        shown = client.follow(client.get(answer.headers["Location"], status=302))
        preview = page.texts(css="post-body")[0]
        assert shown.texts(css="post-body")[1] == preview

    def test_for_an_organisation(self, client):
        organisation = make.make_organisation("Second Wind Bikes CIC")
        member = make.make_account(organisation=organisation)
        thread = make.make_thread()
        answer = client.sign_in(member).post_form(
            thread.path,
            {"source": "We do.", "speak_as": str(organisation.id)},
            button="Post reply",
        )
        page = client.follow(client.get(answer.headers["Location"], status=302))
        assert "for Second Wind Bikes CIC" in page.texts("article")[1]

    def test_quotation_is_filled_in(self, client, member):
        author = make.make_account(display_name="Priya Nair")
        thread = make.make_thread(author=author, text="Thirty days from a valid invoice.")
        client.sign_in(member)
        quote = next(url for text, url in client.get(thread.path).links.items() if "Quote" in text)
        source = client.get(quote.partition("#")[0]).fields(button="Post reply")["source"][0]
        post_id = db.session.scalars(select(Post.id)).one()
        assert source.startswith(f"> [Priya Nair wrote](/posts/{post_id}/):\n>\n> Thirty days")

    def test_part_of_a_post_is_quoted(self, client, member):
        thread = make.make_thread(text="One thing. Another thing.")
        post_id = db.session.scalars(select(Post.id)).one()
        page = client.sign_in(member).get(f"{thread.path}?quote={post_id}&text=Another thing.")
        source = page.fields(button="Post reply")["source"][0]
        assert "> Another thing." in source
        assert "One thing" not in source

    @pytest.mark.parametrize("quote", ["x", "-1", "0", str(2**70), "999999"])
    def test_quoting_nothing_is_no_error(self, client, member, quote):
        page = client.sign_in(member).get(f"{make.make_thread().path}?quote={quote}")
        assert page.fields(button="Post reply")["source"] == [""]

    def test_hidden_text_cannot_be_quoted(self, client, member):
        thread = make.make_thread()
        post = make.make_post(thread, text="secret words", state="hidden")
        page = client.sign_in(member).get(f"{thread.path}?quote={post.id}")
        assert "secret words" not in page.text

    def test_draft_comes_back_and_goes_with_the_post(self, client, member):
        thread = make.make_thread()
        client.sign_in(member)
        client.post_form(thread.path, {"source": "Half a"}, button="Save draft")
        page = client.get(thread.path)
        assert page.fields(button="Post reply")["source"] == ["Half a"]
        client.post_form(page, {}, button="Post reply")
        assert client.get(thread.path).fields(button="Post reply")["source"] == [""]

    def test_ended_session_loses_no_word(self, client):
        thread = make.make_thread()
        member = make.make_account()
        page = client.sign_in(member).get(thread.path)
        client.sign_out()
        answer = client.post(
            f"/threads/{thread.id}/reply/",
            data={
                "source": "Every word",
                "csrf_token": page.fields(button="Post reply")["csrf_token"][0],
            },
            status=400,
        )
        assert "Every word" in answer.text


class TestDrafts:
    def test_saved_as_one_types(self, client, member):
        thread = make.make_thread()
        page = client.sign_in(member).get(thread.path)
        token = page.fields(button="Post reply")["csrf_token"][0]
        data = {"source": "As I type", "speak_as": "", "csrf_token": token}
        client.post(f"/threads/{thread.id}/draft/", data=data, status=204)
        client.post(f"{thread.board.path}draft/", data={**data, "title": "T"}, status=204)
        assert db.session.scalar(select(func.count(Draft.id))) == 2

    def test_discard(self, client, member):
        actions.save_reply_draft(member, make.make_thread(), source="x", choices={})
        client.sign_in(member)
        page = client.follow(client.post_form("/account/drafts/", button="Delete draft 1"))
        assert "No drafts" in page.main

    def test_of_another_member_are_not_found(self, client, member):
        draft = actions.save_reply_draft(
            make.make_account(), make.make_thread(), source="x", choices={}
        )
        client.sign_in(member)
        token = client.get("/account/drafts/").form(action="/account/sign-out/")
        csrf = next(
            field.get("value") for field in token.iter() if field.get("name") == "csrf_token"
        )
        client.post(f"/account/drafts/{draft.id}/discard/", data={"csrf_token": csrf}, status=404)
        assert db.session.get(Draft, draft.id)


class TestEdit:
    def test_edit_and_see_the_difference(self, client, member):
        thread = make.make_thread(author=member, text="Thirty days.\n\nKept line.")
        post = db.session.scalars(select(Post)).one()
        client.sign_in(member).post_form(
            f"/posts/{post.id}/edit/",
            {"source": "Twenty days.\n\nKept line.", "note": "Wrong number"},
            button="Save changes",
        )
        page = client.get(f"/posts/{post.id}/history/")
        assert "Twenty days." in page.texts("ins")[0]
        assert "Thirty days." in page.texts("del")[0]
        assert "Wrong number" in page.main
        assert "Edited" in client.get(thread.path).texts("article")[0]

    def test_two_editors_the_later_sees_both_texts(self, browser, member, moderator):
        make.make_thread(author=member, text="first")
        post = db.session.scalars(select(Post)).one()
        address = f"/posts/{post.id}/edit/"
        late = browser(member)
        page = late.get(address)
        browser(moderator).post_form(
            address, {"source": "by the moderator", "note": "why"}, button="Save changes"
        )
        conflict = late.post_form(
            page, {"source": "by the author"}, button="Save changes", status=409
        )
        assert "by the moderator" in conflict.main
        assert conflict.fields(button="Save changes")["source"] == ["by the author"]
        late.post_form(conflict, {}, button="Save changes")
        db.session.expire_all()
        assert db.session.get(Post, post.id).source == "by the author"
        assert len(queries.history_of(member, queries.get_post(member, post.id)).versions) == 3

    def test_preview(self, client, member):
        make.make_thread(author=member)
        post = db.session.scalars(select(Post)).one()
        page = client.sign_in(member).post_form(
            f"/posts/{post.id}/edit/", {"source": "**new**"}, button="Preview", status=200
        )
        assert page.find("strong")
        assert db.session.get(Post, post.id).edits == 0

    @pytest.mark.parametrize("version", ["", "x", "٣", "-1", "99999999999999999999"])
    def test_forged_version(self, client, member, version):
        make.make_thread(author=member, text="first")
        post = db.session.scalars(select(Post)).one()
        client.sign_in(member)
        status = 422 if version == "" else 409
        client.post_form(
            f"/posts/{post.id}/edit/",
            {"source": "second", "version": version},
            button="Save changes",
            status=status,
        )

    def test_others_may_not(self, client, member):
        make.make_thread()
        post = db.session.scalars(select(Post)).one()
        client.sign_in(member).get(f"/posts/{post.id}/edit/", status=403)

    def test_history_of_a_hidden_post_is_not_found(self, client):
        post = make.make_post(make.make_thread(), state="hidden")
        client.get(f"/posts/{post.id}/history/", status=404)


class TestWithdraw:
    def test_asks_first(self, client, member):
        thread = make.make_thread()
        post = make.make_post(thread, member, text="Too hasty.")
        client.sign_in(member)
        client.post_form(f"/posts/{post.id}/withdraw/", button="Withdraw post")
        page = client.get(thread.path)
        assert "Too hasty." not in page.text
        assert "Withdrawn by its author" in page.main

    def test_of_others_is_refused(self, client, member):
        post = make.make_post(make.make_thread())
        client.sign_in(member).get(f"/posts/{post.id}/withdraw/", status=403)


class TestAnswer:
    def test_whoever_asked_accepts_and_takes_back(self, client, member):
        thread = make.make_thread(author=member)
        make.make_post(thread, text="From a valid invoice.")
        client.sign_in(member)
        client.post_form(thread.path, button="Accept this answer (post 2)")
        page = client.get(thread.path)
        assert "Accepted answer" in page.texts("article")[1]
        assert "Answered" in client.get(thread.board.path).main
        client.post_form(page, button="No longer the accepted answer (post 2)")
        assert "Accepted answer" not in client.get(thread.path).texts("article")[1]

    def test_others_are_not_offered_it(self, client, member):
        thread = make.make_thread(posts=2)
        page = client.sign_in(member).get(thread.path)
        assert not [text for text in page.buttons if "Accept" in text]


class TestReading:
    def test_first_unread_is_marked_and_reached(self, client, member):
        thread = make.make_thread(posts=45)
        actions.mark_read(member, thread, number=20)
        client.sign_in(member)
        answer = client.get(f"/threads/{thread.id}/unread/", status=302)
        assert answer.headers["Location"] == f"{thread.path}?page=2#post-21"
        page = client.get(f"{thread.path}?page=2")
        assert page.texts(css="post__new") == ["New since your last visit"]
        assert "New to you" in client.get(thread.board.path).main

    def test_all_read_leads_to_the_last_post(self, client, member):
        thread = make.make_thread(posts=3)
        actions.mark_read(member, thread, number=3)
        answer = client.sign_in(member).get(f"/threads/{thread.id}/unread/", status=302)
        assert answer.headers["Location"].endswith("#post-3")

    def test_button_marks_as_read(self, client, member):
        thread = make.make_thread(posts=3)
        client.sign_in(member)
        client.post_form(thread.path, button="Mark as read and go back to the board")
        assert db.session.scalars(select(ReadMark.number)).one() == 3

    def test_script_marks_as_read(self, client, member):
        thread = make.make_thread(posts=3)
        page = client.sign_in(member).get(thread.path)
        token = page.find(css="posts")[0].get("data-csrf")
        client.post(
            f"/threads/{thread.id}/read/",
            data={"number": "2"},
            headers={"X-CSRFToken": token},
            status=204,
        )
        assert db.session.scalars(select(ReadMark.number)).one() == 2

    @pytest.mark.parametrize("number", ["", "x", "9" * 40])
    def test_nonsense_marks_nothing_wrong(self, client, member, number):
        thread = make.make_thread(posts=3)
        page = client.sign_in(member).get(thread.path)
        token = page.find(css="posts")[0].get("data-csrf")
        client.post(
            f"/threads/{thread.id}/read/",
            data={"number": number},
            headers={"X-CSRFToken": token},
            status=204,
        )
        assert set(db.session.scalars(select(ReadMark.number))) <= {3}


class TestSuggestions:
    def test_by_handle_and_name(self, client, member):
        make.make_account(handle="priya-nair", display_name="Priya Nair")
        make.make_account(handle="paul-b", display_name="Paul B", hidden=True)
        client.sign_in(member)
        assert client.get("/people/suggestions/?q=pri").json == [
            {"handle": "priya-nair", "name": "Priya Nair"}
        ]
        assert client.get("/people/suggestions/?q=paul").json == []
        assert client.get("/people/suggestions/?q=").json == []
        assert client.get("/people/suggestions/?q=%25").json == []

    def test_for_members_only(self, client):
        client.get("/people/suggestions/?q=a", status=303)
