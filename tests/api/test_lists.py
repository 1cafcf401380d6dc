"""The lists of the API: the same things as on the pages, page by page, and nothing hidden."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from forum.core import clock
from forum.core.db import db
from forum.moderation import actions as moderation
from forum.threads import actions as threads
from forum.threads.models import Thread
from tests import factories
from tests.api.reading import Program
from tests.moderation.making import moderator, ruling
from tests.statements import count_statements

API = "/api/v1"


@pytest.fixture
def program(client):
    """A program that reads the API."""
    return Program(client)


def ids(items):
    """The identifiers of things, in their order."""
    return [item["id"] for item in items]


def moment(at):
    """The instant as a parameter."""
    return quote(at.isoformat())


def test_a_walk_through_the_threads_of_a_board_finds_those_of_its_pages(program, client):
    board = factories.make_board()
    made = [factories.make_thread(board, at=clock.now() - timedelta(hours=n)) for n in range(1, 8)]
    factories.make_thread()
    items, pages = program.walk(f"{API}/threads/?board={board.id}&limit=3")
    assert ids(items) == [thread.id for thread in made]
    assert pages == 3
    page = client.get(board.path)
    assert {item["url"].removeprefix("http://localhost") for item in items} <= set(
        page.links.values()
    )
    assert [item["title"] for item in items] == [thread.title for thread in made]


def test_a_walk_through_the_posts_of_a_thread_finds_those_of_its_pages(program, client):
    thread = factories.make_thread(posts=23)
    items, pages = program.walk(f"{API}/threads/{thread.id}/posts/?limit=10")
    assert [item["number"] for item in items] == list(range(1, 24))
    assert pages == 3
    shown = [
        text
        for n in (1, 2)
        for text in client.get(f"{thread.path}?page={n}").texts("div", css="post-body")
    ]
    assert [item["source"] for item in items] == shown
    newest = program.items(f"{API}/posts/?limit=5")
    assert [item["number"] for item in newest] == [23, 22, 21, 20, 19]


def test_each_list_is_walked_whole_and_its_things_are_found_by_themselves(program):
    factories.make_thread(posts=3, organisation=factories.make_organisation())
    moderation.hide_post(moderator(), factories.make_post(factories.make_thread()), ruling=ruling())
    root = program.get(f"{API}/").json
    for name in ("centres", "boards", "topics", "organisations", "people", "threads", "posts"):
        whole, pages = program.walk(f"{root[name]}?limit=100")
        parts, _ = program.walk(f"{root[name]}?limit={max(1, len(whole) // 3)}")
        assert parts == whole != []
        assert pages == -(-len(whole) // 100)
        key = {"centres": "slug", "topics": "slug", "people": "handle"}.get(name, "id")
        for item in whole[:2]:
            assert program.get(f"{root[name]}{item[key]}/").json == item
    entries, _ = program.walk(f"{root['decisions']}?limit=1")
    number = entries[0]["entry"]["number"]
    assert program.get(f"{root['decisions']}{number}/").json == entries[0]


def test_a_thread_says_what_its_page_says(program):
    board = factories.make_board(factories.get_centre("london"))
    topic = factories.make_topic()
    db.session.execute(
        text("INSERT INTO topic_division (topic_id, division) VALUES (:id, '45'), (:id, '09')"),
        {"id": topic.id},
    )
    author = factories.make_account(sector="voluntary")
    thread = factories.make_thread(board, author, [topic], posts=3, is_locked=True)
    told = program.get(f"{API}/threads/{thread.id}/").json
    assert told["centre"] == "london"
    assert told["topics"] == [topic.slug]
    assert told["cpv_divisions"] == ["09", "45"]
    assert told["author"] == {
        "name": author.display_name,
        "handle": author.handle,
        "url": f"http://localhost{author.path}",
    }
    assert (told["sector"], told["reply_count"], told["is_locked"]) == ("voluntary", 2, True)
    assert program.get(f"{API}/topics/{topic.slug}/").json["cpv_divisions"] == ["09", "45"]


def test_a_post_says_for_whom_it_speaks(program):
    organisation = factories.make_organisation(sector="community")
    thread = factories.make_thread(organisation=organisation, text="**Bold** words.")
    (told,) = program.items(f"{API}/threads/{thread.id}/posts/")
    assert told["source"] == "**Bold** words."
    assert told["html"] == "<p><strong>Bold</strong> words.</p>\n"
    assert (told["capacity"], told["sector"]) == ("organisation", "community")
    assert told["organisation"]["name"] == organisation.name
    assert told["organisation"]["url"].endswith(organisation.path)


def test_threads_are_chosen_by_every_filter(program):
    now = clock.now()
    centre, topic, author = (
        factories.get_centre("london"),
        factories.make_topic(),
        factories.make_account(),
    )
    board = factories.make_board(centre)
    mine = factories.make_thread(board, author, [topic], at=now - timedelta(days=3))
    talk = factories.make_thread(kind="discussion", at=now - timedelta(days=2))
    answered = factories.make_thread(posts=2, at=now - timedelta(days=1))
    answered.accepted_post_id = 1
    factories.commit()
    for query, expected in {
        "centre=london": [mine],
        f"board={board.id}": [mine],
        f"topic={topic.slug}": [mine],
        f"topic={topic.slug}&centre=london": [mine],
        f"topic={topic.slug}&centre=north-east": [],
        f"author={author.handle.upper()}": [mine],
        "kind=discussion": [talk],
        "answered=true": [answered],
        "answered=false": [mine],
        f"since={moment(now - timedelta(days=2, hours=1))}": [answered, talk],
        f"until={moment(now - timedelta(days=2, hours=1))}": [mine],
        "centre=nowhere": [],
        "author=nobody-at-all": [],
    }.items():
        assert ids(program.items(f"{API}/threads/?{query}")) == [one.id for one in expected], query


def test_posts_people_and_places_are_chosen_by_every_filter(program):
    organisation = factories.make_organisation(sector="community", region="E12000007")
    author = factories.make_account(sector="social-enterprise", region="E12000009")
    thread = factories.make_thread(author=author, at=clock.now() - timedelta(days=9))
    factories.make_post(thread, organisation=organisation)
    for query, count in {
        f"posts/?author={author.handle}": 1,
        f"posts/?organisation={organisation.id}": 1,
        "posts/?sector=community": 1,
        f"posts/?until={moment(clock.now() - timedelta(days=8))}": 1,
        f"posts/?since={moment(clock.now() - timedelta(days=8))}": 1,
        "people/?sector=social-enterprise": 1,
        "people/?region=E12000009": 1,
        "organisations/?sector=community&region=E12000007&kind=company": 1,
        "organisations/?sector=private": 0,
        f"boards/?centre={thread.board.centre.slug}": 1,
        "boards/?centre=london": 0,
        "centres/": 9,
    }.items():
        assert len(program.items(f"{API}/{query}")) == count, query
    kinds = {item["kind"] for item in program.items(f"{API}/topics/?kind=market&limit=100")}
    assert kinds == {"market"}


def test_decisions_are_the_entries_of_the_public_log(program, client):
    post = factories.make_post(factories.make_thread())
    moderation.hide_post(moderator(), post, ruling=ruling())
    items, _ = program.walk(f"{API}/decisions/?limit=1")
    log = client.get("/moderation-log/json/").json["entries"]
    assert items == log[::-1]
    assert program.items(f"{API}/decisions/?centre=north-east&action=hide") == [
        one for one in items if one["entry"]["action"] == "hide"
    ]
    assert program.items(f"{API}/decisions/?centre=site&action=hide") == []
    assert program.items(f"{API}/decisions/?until=2020-01-01T00:00:00Z") == []


def test_what_only_some_may_read_is_in_no_list(program):
    members = factories.make_thread(factories.make_board(readers="members"))
    hidden = factories.make_thread(state="hidden")
    pending = factories.make_thread(state="pending")
    shown = factories.make_thread()
    waits = factories.make_post(shown, state="pending")
    for thread in (members, hidden, pending):
        program.refused(f"{API}/threads/{thread.id}/", status=404)
        program.refused(f"{API}/threads/{thread.id}/posts/", status=404)
        assert program.items(f"{API}/threads/?board={thread.board_id}") == []
        assert program.items(f"{API}/threads/?author={thread.author.handle}") == []
        assert program.items(f"{API}/posts/?author={thread.author.handle}") == []
    program.refused(f"{API}/boards/{members.board_id}/", status=404)
    program.refused(f"{API}/posts/{waits.id}/", status=404)
    assert ids(program.items(f"{API}/threads/")) == [shown.id]
    assert [post["number"] for post in program.items(f"{API}/posts/")] == [1]


def test_what_is_not_public_is_in_no_list_and_has_no_address(program):
    waiting = factories.make_organisation(state="waiting")
    confirmed = factories.make_organisation()
    alone = factories.make_thread(state="withdrawn")
    assert ids(program.items(f"{API}/organisations/")) == [confirmed.id]
    assert program.items(f"{API}/threads/?board={alone.board_id}") == []
    for address in (
        f"organisations/{waiting.id}/",
        f"threads/{alone.id}/",
        "organisations/999999/",
        "posts/999999/",
        "decisions/999999/",
        "centres/nowhere/",
        "topics/nothing/",
        "people/nobody-at-all/",
    ):
        program.refused(f"{API}/{address}", status=404)


def test_a_tombstone_says_what_the_page_says_and_no_more(program, client):
    thread = factories.make_thread(posts=2)
    words = "words that were hidden"
    hidden = factories.make_post(thread, text=words, interest="We bid on it.")
    withdrawn = factories.make_post(thread, text=words)
    moderation.hide_post(moderator(), hidden, ruling=ruling())
    threads.withdraw_post(withdrawn.author, withdrawn)
    answer = program.get(f"{API}/threads/{thread.id}/posts/")
    assert words not in answer.text
    assert "We bid" not in answer.text
    first, second = answer.json["items"][2:]
    assert (first["state"], second["state"]) == ("hidden", "withdrawn")
    assert first["hidden_reason"] in client.get(thread.path).main
    assert first["decision"] == 1
    assert (second["hidden_reason"], second["decision"]) == (None, None)
    assert first["source"] is first["html"] is first["interest"] is None


def test_people_who_hide_are_told_by_name_alone(program):
    person = factories.make_account(hidden=True, display_name="Shy Person")
    unconfirmed = factories.make_account(confirmed=False)
    thread = factories.make_thread(author=person)
    listed = {one["handle"] for one in program.items(f"{API}/people/?limit=100")}
    assert listed.isdisjoint({person.handle, unconfirmed.handle})
    for handle in (person.handle, unconfirmed.handle):
        program.refused(f"{API}/people/{handle}/", status=404)
    author = program.get(f"{API}/threads/{thread.id}/").json["author"]
    assert author == {"name": "Shy Person", "handle": None, "url": None}
    assert program.items(f"{API}/threads/?author={person.handle}") == []
    assert program.items(f"{API}/posts/?author={person.handle}") == []


def test_no_answer_holds_an_address_of_mail(program):
    author = factories.make_account(email="secret@canary.example")
    factories.make_thread(author=author)
    for name in ("people", "threads", "posts"):
        assert "canary" not in program.get(f"{API}/{name}/").text


def test_a_merged_thread_leads_to_the_other(program, client):
    board = factories.make_board()
    one, other = factories.make_thread(board), factories.make_thread(board)
    staff = moderator()
    moderation.merge_threads(staff, one, into=other, ruling=ruling())
    answer = client.get(f"{API}/threads/{one.id}/posts/", status=301)
    assert answer.headers["Location"] == f"{API}/threads/{other.id}/posts/"
    assert len(program.items(f"{API}/threads/{other.id}/posts/")) == 2


def test_the_number_of_statements_does_not_grow(program, client):
    def cost(address):
        with count_statements() as statements:
            client.get(address)
        return len(statements)

    thread = factories.make_thread()
    post = factories.make_post(thread)
    lists = {
        "threads/": 2,
        "posts/": 1,
        f"threads/{thread.id}/posts/": 2,
        "boards/": 1,
        "topics/": 3,
        "people/": 1,
        "organisations/": 1,
        "centres/": 1,
        "decisions/": 1,
        f"threads/{thread.id}/": 2,
        f"posts/{post.id}/": 1,
    }
    before = {path: cost(f"{API}/{path}") for path in lists}
    for _ in range(6):
        factories.make_thread(thread.board, posts=3, organisation=factories.make_organisation())
    assert {path: cost(f"{API}/{path}") for path in lists} == before
    assert {path: count for path, count in before.items() if count > lists[path]} == {}


PLANS = {
    "threads/?limit=5": "ix_thread_latest",
    "threads/?centre=london": "ix_thread_centre",
    "threads/?board=1": "ix_thread_board_activity",
    "threads/?topic=roofing": "ix_thread_topic_latest",
    "threads/?topic=roofing&centre=london": "ix_thread_topic_centre",
    "threads/?author=ann": "ix_thread_author",
    "posts/?limit=5": "ix_post_latest",
    "posts/?author=ann": "ix_post_author",
    "posts/?organisation=1": "ix_post_organisation",
    "posts/?since=2026-01-01T00:00:00Z": "ix_post_latest",
    "decisions/?centre=london": "ix_log_entry_centre_id",
    "decisions/?action=hide": "ix_log_entry_action",
}


@pytest.mark.usefixtures("own_database")
def test_lists_are_read_by_their_indexes(client):
    for query, index in PLANS.items():
        plan = plan_of(client, f"{API}/{query}")
        assert index in plan, f"{query}\n{plan}"
        # The threads of one person are few, and are sorted.
        if "threads/?author" not in query:
            assert "TEMP B-TREE" not in plan, f"{query}\n{plan}"
            assert "Sort " not in plan, f"{query}\n{plan}"


def plan_of(client, address):
    """How the database reads the list; PostgreSQL as it would if the tables were large."""
    noted = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "LIMIT" in statement:
            noted.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    client.get(address)
    event.remove(Engine, "before_cursor_execute", note)
    statement, parameters = noted[0]
    connection = db.session.connection()
    explain = "EXPLAIN QUERY PLAN "
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        sorts = "on" if "threads/?author" in address else "off"
        connection.execute(text(f"SET LOCAL enable_sort = {sorts}"))
        explain = "EXPLAIN "
    rows = connection.exec_driver_sql(explain + statement, parameters)
    return "\n".join(" ".join(map(str, row)) for row in rows)


def test_pages_go_on_where_they_were_while_threads_come_and_go(program):
    board = factories.make_board()
    made = [factories.make_thread(board, at=clock.now() - timedelta(hours=n)) for n in range(1, 6)]
    first = program.get(f"{API}/threads/?board={board.id}&limit=2").json
    factories.make_thread(board)
    db.session.get_one(Thread, made[1].id).state = "hidden"
    factories.commit()
    rest, _ = program.walk(first["next"])
    assert ids(first["items"]) + ids(rest) == [thread.id for thread in made]
