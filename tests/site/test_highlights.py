"""Unanswered questions, the most helpful, voices of the week, and a topic's table as CSV."""

from datetime import UTC, datetime, timedelta

from forum.core import clock
from forum.core.db import db
from forum.threads.actions import count_topics
from forum.threads.enums import PostState
from tests import factories as make
from tests.statements import count_statements, writes


def answered(asker, helper, *, title, at=None, board=None):
    thread = make.make_thread(board, asker, title=title, at=at)
    post = make.make_post(thread, helper, text="An answer.", at=at)
    thread.accepted_post_id = post.id
    db.session.commit()
    return thread, post


class TestQuestions:
    def test_only_what_has_no_accepted_answer(self, client):
        asker, helper = make.make_account(), make.make_account()
        make.make_thread(author=asker, title="Who pays for the skip")
        make.make_thread(author=asker, title="What we learned", kind="discussion")
        make.make_thread(author=asker, title="A hidden question", state="hidden")
        make.make_thread(make.make_board(readers="members"), title="For members alone")
        answered(asker, helper, title="Who pays for the lorry")
        page = client.get("/questions/")
        assert "Who pays for the skip" in page.main
        for title in ("What we learned", "A hidden question", "For members", "the lorry"):
            assert title not in page.main
        assert "Who pays for the skip" in client.get("/").words

    def test_of_a_centre_page_by_page(self, client):
        board = make.make_board(make.get_centre("london"))
        for number in range(33):
            make.make_thread(board, title=f"Question number {number:02}")
        make.make_thread(title="Asked elsewhere")
        seen, address = [], "/questions/?centre=london"
        while address:
            page = client.get(address)
            seen += [text for text in page.links if text.startswith("Question number")]
            address = next((url for text, url in page.links.items() if "Older" in text), None)
        assert sorted(seen) == [f"Question number {number:02}" for number in range(33)]
        client.get("/questions/?centre=nowhere", status=404)
        client.get("/questions/?after=xyz", status=404)

    def test_nothing_is_open(self, client):
        assert "No question is open" in client.get("/questions/").main


class TestHelpful:
    def test_accepted_answers_to_others(self, client):
        asker = make.make_account(display_name="Ada Asker")
        helper = make.make_account(display_name="Henry Helper")
        hidden = make.make_account(display_name="Una Unseen", hidden=True)
        for number in range(2):
            answered(asker, helper, title=f"Asked and answered {number}")
        answered(asker, asker, title="Answered by herself")
        answered(asker, hidden, title="Answered by somebody")
        old = clock.now() - timedelta(days=400)
        answered(asker, make.make_account(display_name="Olga Old"), title="Long ago", at=old)
        page = client.get("/helpful/")
        assert "Henry Helper Private 2" in page.words
        for name in ("Ada Asker", "Una Unseen", "Olga Old"):
            assert name not in page.main
        person = client.get(helper.path)
        assert "Accepted answers Asked and answered" in person.words

    def test_a_hidden_answer_does_not_count(self, client):
        helper = make.make_account(display_name="Henry Helper")
        _thread, post = answered(make.make_account(), helper, title="Asked and answered")
        post.state = PostState.HIDDEN
        db.session.commit()
        page = client.get("/helpful/")
        assert "Henry Helper" not in page.main
        assert "No accepted answers yet" in page.main


class TestVoices:
    def test_who_was_heard_this_week_and_who_not(self, client):
        works = make.make_organisation("Tyne Works", sector="voluntary")
        thread = make.make_thread(author=make.make_account(sector="private"))
        for _again in range(2):
            make.make_post(thread, organisation=works)
        quiet = make.make_organisation("Silent Partners")
        make.make_post(thread, organisation=quiet, at=clock.now() - timedelta(days=9))
        members = make.make_thread(make.make_board(readers="members"))
        make.make_post(members, organisation=make.make_organisation("Behind the Door"))
        page = client.get("/voices/")
        assert "Voluntary 1 0 2" in page.words
        assert "Private 0 1 1" in page.words
        assert "Community not heard this week 0 0 0" in page.words
        assert "Tyne Works" in page.main
        assert "Silent Partners" not in page.main
        assert "Behind the Door" not in page.main

    def test_nobody(self, client):
        assert "No organisation was heard this week" in client.get("/voices/").main


def test_the_regions_on_a_topic_as_csv(client):
    topic = make.make_topic("Bus shelters")
    make.make_thread(make.make_board(make.get_centre("london")), topics=[topic], posts=3)
    address = "/topics/bus-shelters/csv/"
    assert client.get(address).text == "centre,threads,posts,sectors heard,counted at\r\n"
    with clock.at(datetime(2026, 11, 23, 7, 5, tzinfo=UTC)):
        count_topics()
    page = client.get("/topics/bus-shelters/")
    assert 'class="bars"' in page.text
    answer = client.get(address)
    assert answer.mimetype == "text/csv"
    lines = answer.text.splitlines()
    assert lines[0] == "centre,threads,posts,sectors heard,counted at"
    assert "London,1,3,private,2026-11-23T07:05:00+00:00" in lines
    assert len(lines) == 10
    client.get("/topics/no-such-topic/csv/", status=404)


def test_statements_are_few_and_do_not_grow(client):
    topic = make.make_topic("Bus shelters")
    asker, helper = make.make_account(), make.make_account()
    addresses = ("/", "/questions/", "/helpful/", "/voices/", "/topics/bus-shelters/", helper.path)
    counts = []
    for more in (1, 8):
        for number in range(more):
            thread, _post = answered(asker, helper, title=f"Asked {more} {number}")
            make.make_thread(author=helper, topics=[topic], title=f"Open {more} {number}")
            make.make_post(thread, organisation=make.make_organisation())
        found = []
        for address in addresses:
            client.get(address)
            with count_statements() as statements:
                client.get(address)
            assert writes(statements) == []
            found.append(len(statements))
        counts.append(found)
    assert counts[0] == counts[1], dict(zip(addresses, counts, strict=False))
    assert max(counts[0]) <= 8, dict(zip(addresses, counts[0], strict=True))
