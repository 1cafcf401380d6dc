"""What is in feeds, what is in none, and how programs keep up with them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, insert

from forum.core import clock
from forum.core.atom import lasting_id
from forum.core.db import db
from forum.core.transactions import action
from forum.feeds import queries
from forum.feeds.queries.entries import ENTRIES_A_PART
from forum.threads import actions as threads
from forum.threads.actions import states
from forum.threads.enums import ThreadKind
from forum.threads.models import Post, Thread, ThreadTopic
from forum.topics.models import Topic
from tests import factories
from tests.feeds.reading import links_of, parse, read
from tests.moderation import making
from tests.statements import count_statements

WORDS = "Zugzwanghaft"


def feeds_of(thread, organisation=None):
    """The addresses of every feed that the thread, or its first author, is in."""
    tied = db.session.query(Topic).join(ThreadTopic, ThreadTopic.topic_id == Topic.id)
    topic = tied.filter(ThreadTopic.thread_id == thread.id).first()
    return [
        "/feeds/all/",
        f"/feeds{thread.board.centre.path}",
        f"/feeds{thread.board.path}",
        f"/feeds{topic.path}",
        f"/feeds/threads/{thread.id}/",
        f"/feeds{thread.author.path}",
        *([f"/feeds/organisations/{organisation.id}/"] if organisation else []),
    ]


def test_threads_that_nobody_may_read_do_not_push_others_out_of_a_feed(client):
    shown = factories.make_thread(title="What all may read")
    closed = factories.make_board(shown.board.centre, readers="members")
    for _number in range(ENTRIES_A_PART + 1):
        factories.make_thread(closed, shown.author)
        factories.make_thread(shown.board, shown.author, state="withdrawn")
        merged = factories.make_thread(shown.board, shown.author)
        merged.merged_into_id = shown.id
    factories.commit()
    for address in ("/feeds/all/", f"/feeds{shown.board.centre.path}"):
        assert [entry.title for entry in read(client, address).entries] == ["What all may read"]


def test_a_new_thread_is_in_every_feed_with_its_whole_text(client):
    organisation = factories.make_organisation()
    author = factories.make_account(display_name="Ann <Able> & Co", about="Writes.")
    link = "See [the rules](/house-rules/), [below](#post-2) and https://example.org/a."
    thread = factories.make_thread(
        author=author,
        organisation=organisation,
        title="Is <b>30 days</b> & more right?",
        text=f"**Yes**, said `<script>`. {link}",
    )
    post = db.session.query(Post).one()
    hidden = factories.make_account(is_hidden=True)
    factories.make_post(thread, hidden, state="hidden")
    post.interest = "We <bid>."
    for address in feeds_of(thread, organisation):
        parsed = read(client, address)
        (entry,) = parsed.entries
        assert entry.id == lasting_id(f"http://localhost/posts/{post.id}/")
        assert entry.link == f"http://localhost/posts/{post.id}/"
        # feedparser takes titles for HTML unless they say otherwise; ours are plain text.
        assert entry.title_detail.type == "text/plain"
        assert entry.title == thread.title
        assert entry.author == f"{author.display_name} for {organisation.name}"
        assert entry.author_detail.href == f"http://localhost{author.path}"
        (content,) = entry.content
        assert content.type == "text/html"
        assert "<strong>Yes</strong>" in content.value
        assert "&lt;script&gt;" in content.value
        assert "<em>Declared interest: We &lt;bid&gt;.</em>" in content.value
        assert 'href="http://localhost/house-rules/"' in content.value
        assert f'href="http://localhost{thread.path}#post-2"' in content.value
        assert 'href="https://example.org/a"' in content.value
        assert [tag.term for tag in entry.tags] == ["north-east"]
        assert parsed.feed.title.endswith("– Roundtable")
        assert links_of(parsed)["self"] == f"http://localhost{address}"
        client.get(links_of(parsed)["alternate"].removeprefix("http://localhost"))


def test_replies_are_in_the_feeds_of_thread_person_and_organisation(client):
    thread = factories.make_thread(posts=1)
    organisation = factories.make_organisation()
    author = factories.make_account()
    reply = factories.make_post(thread, author, organisation=organisation, text="From day one.")
    for address in (
        f"/feeds/threads/{thread.id}/",
        f"/feeds{author.path}",
        f"/feeds/organisations/{organisation.id}/",
    ):
        entry = read(client, address).entries[0]
        assert entry.title == f"Reply to: {thread.title}"
        assert entry.link == f"http://localhost{reply.path}"
    assert len(read(client, "/feeds/all/").entries) == 1


def test_an_empty_feed_is_valid(client):
    board = factories.make_board()
    assert read(client, f"/feeds{board.path}").entries == []


def test_odd_characters_break_no_feed(client):
    thread = factories.make_thread(title="Odd \ufffe and \x0b ]]> title", text="Plain ]]> text.")
    (entry,) = read(client, f"/feeds/threads/{thread.id}/").entries
    assert entry.title == "Odd \ufffd and \ufffd ]]> title"


@pytest.mark.parametrize("state", ["hidden", "pending", "rejected", "withdrawn", "retracted"])
def test_what_nobody_may_read_is_in_no_feed(client, state):
    author = factories.make_account()
    thread = factories.make_thread(author=author, text=f"{WORDS} first.", state=state)
    shown = factories.make_thread(author=author)
    factories.make_post(shown, author, text=f"{WORDS} reply.", state=state)
    addresses = {*feeds_of(thread), *feeds_of(shown)}
    for who in (None, making.moderator(), author):
        if who:
            client.sign_in(who)
        for address in addresses:
            answer = client.open(address)
            # A withdrawn thread keeps its place, empty; the others are as if they were not.
            gone = address == f"/feeds/threads/{thread.id}/" and state != "withdrawn"
            assert answer.status_code == (404 if gone else 200), address
            assert WORDS not in answer.text
            assert f"/posts/{thread.id}/" not in answer.text or thread.id == shown.id
        assert thread.title not in client.get("/feeds/all/").text


def test_what_only_members_may_read_is_in_no_feed(client):
    author = factories.make_account()
    board = factories.make_board(readers="members")
    thread = factories.make_thread(board, author, text=WORDS)
    client.sign_in(factories.make_account())
    for address in feeds_of(thread):
        answer = client.open(address)
        of_board = address in {f"/feeds{board.path}", f"/feeds/threads/{thread.id}/"}
        assert answer.status_code == (404 if of_board else 200)
        assert WORDS not in answer.text
        assert thread.title not in answer.text
    for page in (board.path, thread.path):
        assert "Follow by feed" not in client.get(page).links
        assert client.get(page).find("link", type="application/atom+xml") == []


def test_somebody_without_a_public_page_has_no_feed(client):
    author = factories.make_account(is_hidden=True)
    thread = factories.make_thread(author=author)
    client.get(f"/feeds{author.path}", status=404)
    (entry,) = read(client, f"/feeds/threads/{thread.id}/").entries
    assert "href" not in entry.author_detail
    assert author.handle not in client.get(thread.path).text


def test_an_edit_changes_the_time_and_keeps_the_id(client):
    thread = factories.make_thread(at=clock.now() - timedelta(hours=1))
    address = f"/feeds{thread.board.path}"
    before = read(client, address)
    post = db.session.query(Post).one()
    threads.edit_post(
        post.author, post, source="Another text.", note="Clearer", version=post.version
    )
    after = read(client, address)
    assert after.entries[0].id == before.entries[0].id
    assert after.entries[0].published == before.entries[0].published
    assert after.entries[0].updated > before.entries[0].updated
    assert after.feed.updated == after.entries[0].updated
    assert "Another text." in after.entries[0].content[0].value


def test_parts_lead_to_the_oldest_without_loss(client, monkeypatch):
    monkeypatch.setattr(queries.entries, "ENTRIES_A_PART", 3)
    author, board = factories.make_account(), factories.make_board()
    topic = factories.make_topic()
    made = [factories.make_thread(board, author, [topic]) for _ in range(7)]
    factories.make_thread(made[0].board, state="hidden")
    for address in [*feeds_of(made[0])[:4], f"/feeds{author.path}"]:
        found, part = [], address
        while part:
            parsed = read(client, part)
            links = links_of(parsed)
            assert links["self"] == f"http://localhost{part}"
            assert links["first"] == f"http://localhost{address}"
            found += [entry.title for entry in parsed.entries]
            part = links.get("next", "").removeprefix("http://localhost")
        assert found == [thread.title for thread in reversed(made)]
    long = made[0]
    for _ in range(4):
        factories.make_post(long)
    parsed = read(client, f"/feeds/threads/{long.id}/")
    older = read(client, links_of(parsed)["next"].removeprefix("http://localhost"))
    assert len(parsed.entries + older.entries) == 5
    for forged in ("x", "W10", "WyJhIl0", "9" * 300):
        client.get(f"/feeds/all/?after={forged}", status=404)


def test_a_feed_of_nothing_is_not_found_and_other_parameters_lead_away(client):
    for name in ("centres/nowhere", "centres/north-east/boards/none", "topics/none", "threads/9"):
        client.get(f"/feeds/{name}/", status=404)
    for name in ("people/nobody", "organisations/9"):
        client.get(f"/feeds/{name}/", status=404)
    assert client.get("/feeds/all/?x=1", status=301).headers["Location"] == "/feeds/all/"


def test_a_merged_thread_and_a_former_handle_lead_on(client):
    thread, into = factories.make_thread(), factories.make_thread()
    thread.merged_into_id = into.id
    answer = client.get(f"/feeds/threads/{thread.id}/", status=301)
    assert answer.headers["Location"] == f"/feeds/threads/{into.id}/"
    path = f"/feeds{thread.author.path}"
    assert client.get(path.upper().replace("/FEEDS/PEOPLE", "/feeds/people"), status=301)


def test_pages_name_their_feed(client):
    organisation = factories.make_organisation()
    thread = factories.make_thread(organisation=organisation)
    pages = {
        "/": "/feeds/all/",
        thread.path: f"/feeds/threads/{thread.id}/",
        thread.board.path: f"/feeds{thread.board.path}",
        thread.board.centre.path: f"/feeds{thread.board.centre.path}",
        thread.author.path: f"/feeds{thread.author.path}",
        organisation.path: f"/feeds/organisations/{organisation.id}/",
    }
    for page, feed in pages.items():
        seen = client.get(page)
        assert seen.links["Follow by feed"] == feed
        (link,) = seen.find("link", type="application/atom+xml")
        assert link.get("rel") == "alternate"
        assert link.get("href") == feed
    listed = client.get("/feeds/").links
    assert listed["All centres"] == "/feeds/all/"
    assert listed["North East"] == "/feeds/centres/north-east/"
    assert client.get("/").links["Feeds"] == "/feeds/"


def test_statements_do_not_grow(client):
    organisation = factories.make_organisation()
    thread = factories.make_thread(organisation=organisation)
    addresses = feeds_of(thread, organisation)
    counts = []
    for _ in range(2):
        for address in addresses:
            with count_statements() as statements:
                client.get(address)
            counts.append(len(statements))
        for _more in range(5):
            factories.make_post(thread, thread.author, organisation=organisation)
            factories.make_thread(thread.board, thread.author, organisation=organisation)
    few, many = counts[: len(addresses)], counts[len(addresses) :]
    assert few == many
    assert max(few) <= 3


def fill(thread, *, boards, number):
    """Rows that only the database counts: ``number`` threads, and as many posts."""
    now = clock.now()
    topics_made = [factories.make_topic() for _ in boards]
    # Above all that the database has given or will give itself during this test.
    first = thread.id + 100_000
    place = [boards[n % len(boards)] for n in range(number)]
    db.session.execute(
        insert(Thread),
        [
            {
                "id": first + n,
                "board_id": place[n].id,
                "centre_id": place[n].centre_id,
                "author_id": thread.author_id,
                "title": "A thread",
                "slug": "a-thread",
                "kind": ThreadKind.QUESTION,
                "created_at": now,
                "last_post_at": now,
                "version": 1,
            }
            for n in range(number)
        ],
    )
    db.session.execute(
        insert(ThreadTopic),
        [
            {
                "thread_id": first + n,
                "topic_id": topics_made[n % len(boards)].id,
                "centre_id": place[n].centre_id,
                "last_post_at": now,
            }
            for n in range(number)
        ],
    )
    columns = {c.name for c in Post.__table__.columns} - {"id"}
    like = {name: getattr(db.session.query(Post).first(), name) for name in columns}
    accounts = [factories.make_account().id for _ in range(2)]
    db.session.execute(
        insert(Post),
        [
            {
                **like,
                "thread_id": first + n,
                "number": 1,
                "submission_id": f"{n:032}",
                "author_id": accounts[min(n % 100, 1)],
            }
            for n in range(number)
        ],
    )
    db.session.connection().exec_driver_sql("ANALYZE")
    factories.commit()
    return topics_made, accounts


def plan_of(ask):
    """How the database finds what ``ask`` selects, in its own words."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    statement, parameters = next(pair for pair in seen if "FROM thread" in pair[0])
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    rows = db.session.connection().exec_driver_sql(explain + statement, parameters)
    return "\n".join(row[-1] for row in rows)


@pytest.mark.usefixtures("own_database")
def test_every_feed_is_found_by_an_index(app):
    thread = factories.make_thread()
    centres = [factories.get_centre("north-east"), *99 * [factories.get_centre("london")]]
    boards = [factories.make_board(centre) for centre in centres]
    topics_made, accounts = fill(thread, boards=boards, number=6_000)
    expected = {
        "ix_thread_new_of_centre": lambda: queries.new_threads(centre_id=centres[0].id),
        "ix_thread_new_of_board": lambda: queries.new_threads_of_board(boards[0].id),
        "ix_thread_topic_new": lambda: queries.new_threads_on_topic(topics_made[0].id),
        "uq_post_thread_id_number": lambda: queries.posts_of_thread(thread.id),
        "ix_post_author": lambda: queries.posts_of_person(accounts[0]),
        "ix_post_organisation": lambda: queries.posts_for_organisation(1),
    }
    sqlite = db.engine.dialect.name == "sqlite"
    for index, ask in expected.items():
        plan = plan_of(ask)
        # SQLite keeps the index of a unique constraint under a name of its own.
        name = "sqlite_autoindex_post" if sqlite and index.startswith("uq") else index
        assert name in plan, f"{index}:\n{plan}"
        assert "Seq Scan on thread " not in plan, plan
        assert "Seq Scan on post " not in plan, plan
        assert "SCAN post" not in plan, plan
    newest = plan_of(queries.new_threads)
    if sqlite:
        # What is sorted at the end are the rows of one part.
        assert "TEMP B-TREE" not in newest.partition("SCAN anon_1")[0], newest
        assert "SCAN post" not in newest, newest
    else:
        assert "pk_thread" in newest, newest
        assert "Seq Scan on post " not in newest, newest


@pytest.fixture
def kept(applications, backend):
    """An application with kept pages, and one without, on the same database."""
    url = applications.databases(backend).create("live", template="migrated")
    made = [
        applications.make(url, applications.folder, FORUM_PAGE_CACHE=pages) for pages in ("50", "0")
    ]
    yield made
    made[0].wsgi_app.inner.sources.close()
    for app in made:
        with app.app_context():
            db.engine.dispose()
        applications.made.remove(app)


@pytest.mark.live
def test_feeds_are_kept_and_true_the_moment_something_is_hidden(kept):
    site, other = kept
    with other.app_context():
        thread = factories.make_thread(text=f"{WORDS} first.")
        post_id = db.session.query(Post).one().id
        author_id = thread.author_id
        addresses = feeds_of(thread)
        db.session.remove()
    browser = site.test_client(use_cookies=False)
    tags = {}
    for address in addresses:
        answer = browser.get(address)
        assert WORDS in parse(answer.text).entries[0].content[0].value
        tags[address] = {"If-None-Match": answer.headers["ETag"]}
        with count_statements() as statements:
            assert browser.get(address, headers=tags[address], status=304).data == b""
        assert statements == []
    with other.app_context():
        author = db.session.get_one(type(thread.author), author_id)
        post = db.session.get_one(Post, post_id)
        threads.edit_post(author, post, source="Edited.", note="Clearer", version=post.version)
        db.session.remove()
    for address in addresses:
        assert "Edited." in browser.get(address, headers=tags[address]).text
    with other.app_context():
        post = db.session.get_one(Post, post_id)
        action(states.hide)(post, rule="A rule", reason="A reason.", entry=None)
        db.session.remove()
    for address in addresses:
        answer = browser.open(address, headers=tags[address])
        assert "Edited." not in answer.text
