"""Posts that are not published: nobody but author and moderators of the centre finds a trace."""

import pytest
from sqlalchemy import select

from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.errors import NotFound
from forum.threads import actions, policy, queries
from forum.threads.enums import UNPUBLISHED, PostState
from forum.threads.models import Post, ReadMark, Thread
from tests import factories as make
from tests.statements import count_statements

SECRET = "Zugzwanghaft"
STATES = sorted(UNPUBLISHED)
OUTSIDERS = ("visitor", "unconfirmed", "member", "starter", "moderator elsewhere")
INSIDERS = ("author", "moderator", "manager", "administrator")


class Scene:
    """A thread of one member with an unpublished post of another between published ones."""

    def __init__(self, state):
        self.topic = make.make_topic()
        self.organisation = make.make_organisation("Harbour Advice")
        self.author = make.make_account(organisation=self.organisation)
        self.starter = make.make_account()
        self.board = make.make_board()
        self.thread = make.make_thread(self.board, self.starter, [self.topic], posts=2)
        self.post = make.make_post(
            self.thread,
            self.author,
            text=f"{SECRET} is all I say.",
            state=state,
            organisation=self.organisation,
            holds=[{"why": "watched-word", "word": SECRET}],
            hidden_rule=SECRET,
            hidden_reason=SECRET,
        )
        self.own = make.make_thread(
            self.board, self.author, [self.topic], title=f"{SECRET} as a title", state=state
        )

    def person(self, name):
        """The account of somebody, None for a visitor."""
        if name == "visitor":
            return None
        if name in {"author", "starter"}:
            return getattr(self, name)
        traits = {
            "unconfirmed": {"confirmed": False},
            "member": {},
            "moderator elsewhere": {"role": "moderator", "centre": make.get_centre("london")},
        }
        return make.make_account(**traits.get(name, {"role": name}))

    @property
    def pages(self):
        """Every page on which a post or thread of the centre may stand."""
        return [
            "/",
            "/centres/north-east/",
            self.board.path,
            self.thread.path,
            f"{self.thread.path}?quote={self.post.id}",
            "/topics/",
            self.topic.path,
            f"{self.topic.path}?centre=north-east",
            f"/people/{self.author.handle}/",
            self.organisation.path,
        ]

    @property
    def addresses(self):
        """Addresses that lead to what is not published."""
        return [
            self.own.path,
            f"/threads/{self.own.id}/",
            f"/posts/{self.post.id}/",
            f"/posts/{self.post.id}/history/",
        ]


@pytest.fixture(params=STATES)
def scene(app, request):
    return Scene(request.param)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_on_no_page(scene, browser, name):
    client = browser(scene.person(name))
    for path in scene.pages:
        text = client.get(path).text
        assert SECRET not in text, path
        assert f"/posts/{scene.post.id}/" not in text, path
        assert f"/threads/{scene.own.id}/" not in text, path
    for path in scene.addresses:
        client.get(path, status=404)


@pytest.mark.parametrize("name", ["member", "moderator elsewhere"])
def test_there_is_nothing_to_act_on(scene, browser, name):
    client = browser(scene.person(name))
    page = client.get(scene.thread.path)
    token = page.find("input", name="csrf_token")[0].get("value")
    for verb in ("edit", "withdraw", "accept", "unaccept"):
        client.post(f"/posts/{scene.post.id}/{verb}/", data={"csrf_token": token}, status=404)
    for verb in ("reply", "read", "draft"):
        client.post(f"/threads/{scene.own.id}/{verb}/", data={"csrf_token": token}, status=404)


@pytest.mark.parametrize("name", INSIDERS)
def test_author_and_moderators_find_it_in_its_place(scene, browser, name):
    client = browser(scene.person(name))
    page = client.get(scene.thread.path)
    articles = page.find("article")
    assert [article.get("id") for article in articles] == ["post-1", "post-2", "post-3"]
    is_retracted = scene.post.state is PostState.RETRACTED
    assert (SECRET in page.main) is not is_retracted
    assert client.get(f"/posts/{scene.post.id}/", status=302).location.endswith("#post-3")
    assert client.get(scene.own.path).h1 == f"{SECRET} as a title"


@pytest.mark.parametrize("name", [*OUTSIDERS, *INSIDERS])
def test_check_and_filter_agree(scene, name):
    actor = scene.person(name) or Anonymous()
    seen = set(
        db.session.scalars(
            select(Post.id)
            .join(Post.thread)
            .join(Thread.board)
            .where(policy.posts_visible_to(actor))
        )
    )
    within = set(
        db.session.scalars(
            select(Post.id).where(
                Post.thread_id == scene.thread.id, policy.has_post(actor, scene.thread)
            )
        )
    )
    for post in db.session.scalars(select(Post)):
        assert (post.id in seen) is bool(policy.can_see_post(actor, post))
        if post.thread_id == scene.thread.id:
            assert (post.id in within) is bool(policy.can_see_post(actor, post))
    assert (scene.post.id in seen) is (name in INSIDERS)


@pytest.mark.parametrize("name", ["visitor", "member", "moderator", "administrator"])
def test_check_and_filter_agree_on_posts_of_threads_that_are_not_for_all(scene, name):
    make.make_thread(make.make_board(readers="members"), posts=2)
    make.make_thread(scene.board, posts=2, state="hidden")
    actor = scene.person(name) or Anonymous()
    joined = select(Post.id).join(Post.thread).join(Thread.board)
    seen = set(db.session.scalars(joined.where(policy.posts_visible_to(actor))))
    read = set(db.session.scalars(joined.where(policy.readable_by(actor))))
    for post in db.session.scalars(select(Post)):
        assert (post.id in seen) is bool(policy.can_see_post(actor, post))
        assert (post.id in read) is bool(policy.can_read(actor, post))


def test_nobody_is_quoted_unread(scene):
    for actor in (scene.starter, scene.author, make.make_account(role="moderator")):
        assert queries.quotation(actor, scene.thread, scene.post.id) == ""
        assert queries.quotation(actor, scene.thread, scene.post.id, text="words") == ""


def test_nothing_is_accepted_or_hidden_unread(scene):
    moderator = make.make_account(role="moderator")
    assert not policy.can_accept(scene.starter, scene.post)
    assert not policy.can_hide(moderator, scene.post)
    assert not policy.can_restore(moderator, scene.post)


def test_lists_are_as_if_it_were_not_there(app):
    """A thread of many waits and its quiet twin look the same to a stranger."""
    board, reader = make.make_board(), make.make_account()
    topic = make.make_topic()
    quiet, busy = (make.make_thread(board, topics=[topic]) for _ in range(2))
    for state in STATES:
        make.make_post(busy, state=state)
        make.make_thread(board, topics=[topic], state=state)
    for thread in (quiet, busy):
        actions.mark_read(reader, thread, number=1)
    rows = {row.id: row for row in queries.list_board(reader, board).rows}
    assert set(rows) == {quiet.id, busy.id}
    for row in rows.values():
        assert (row.reply_count, row.unread) == (0, False)
    assert len(queries.list_topic(reader, topic.id).rows) == 2
    actions.count_topics()
    compared = queries.topic_comparison(reader, topic.id)
    north_east = next(row for row in compared.regions if "north-east" in row.centre_url)
    assert (north_east.threads, north_east.posts) == (2, 2)
    assert (board.thread_count, board.post_count) == (2, 2)


class TestNumbersAndPages:
    @pytest.fixture
    def long(self, app):
        """Twenty published posts; what follows waits."""
        thread = make.make_thread(posts=20)
        self.author = make.make_account()
        self.post = make.make_post(thread, self.author, text=SECRET, state="pending")
        return thread

    def test_there_is_no_second_page_for_others(self, long, client, browser):
        for reader in (client, browser(make.make_account())):
            assert "page=2" not in reader.get(long.path).text
            reader.get(f"{long.path}?page=2", status=404)

    def test_there_is_one_for_author_and_moderators(self, long, browser):
        for actor in (self.author, make.make_account(role="moderator")):
            reader = browser(actor)
            assert SECRET in reader.get(f"{long.path}?page=2").main
            assert "?page=2#post-21" in reader.get(self.post.path, status=302).location

    def test_the_author_sees_no_other_posts_that_wait(self, long, browser):
        for _ in range(25):
            make.make_post(long, state="pending")
        page = browser(self.author).get(f"{long.path}?page=2")
        assert len(page.find("article")) == 1
        browser(self.author).get(f"{long.path}?page=3", status=404)

    def test_a_page_may_be_empty_for_others(self, long, client, browser):
        for _ in range(19):
            make.make_post(long, state="rejected")
        make.make_post(long, text="Further on.")
        page = client.get(f"{long.path}?page=2")
        assert "There is nothing to read on this page." in page.main
        assert "Further on." in client.get(f"{long.path}?page=3").main
        assert page.find("article") == []
        browser(make.make_account()).get(f"{long.path}?page=2")

    def test_the_first_unread_is_one_that_can_be_read(self, app, browser):
        thread, reader = make.make_thread(posts=2), make.make_account()
        for state in ("pending", "rejected", "retracted"):
            make.make_post(thread, state=state)
        actions.mark_read(reader, thread, number=2)
        opened = browser(reader)
        unread = f"/threads/{thread.id}/unread/"
        assert opened.get(unread, status=302).location.endswith("#post-2")
        assert "New since your last visit" not in opened.get(thread.path).main
        make.make_post(thread)
        assert opened.get(unread, status=302).location.endswith("#post-6")
        page = opened.get(thread.path)
        assert page.main.count("New since your last visit") == 1
        assert "Go to the first post you have not read" in page.main

    def test_nobody_reads_further_than_they_can_see(self, app):
        thread, reader = make.make_thread(), make.make_account()
        make.make_post(thread, state="pending")
        actions.mark_read(reader, thread, number=2)
        assert db.session.get(ReadMark, (reader.id, thread.id)).number == 1

    @pytest.mark.parametrize(("who", "most"), [("visitor", 6), ("member", 10), ("author", 10)])
    def test_number_of_statements(self, long, client, who, most):
        if who != "visitor":
            client.sign_in(make.make_account() if who == "member" else self.author)
        longer = make.make_thread(posts=20)
        for _ in range(15):
            make.make_post(longer, self.author, state="pending")
        paths = [long.path, longer.path]
        client.get(paths[0])
        counts = []
        for path in paths:
            make.commit()
            with count_statements() as statements:
                client.get(path)
            counts.append(len(statements))
        assert counts[0] == counts[1] <= most, statements


def test_a_draft_for_a_thread_that_no_longer_stands_open_is_no_way_in(app, browser):
    writer = make.make_account()
    thread = make.make_thread(title="A title to be forgotten")
    make.make_draft(writer, thread=thread)
    first = db.session.scalars(select(Post).filter_by(thread_id=thread.id)).one()
    first.state = thread.state = PostState.PENDING
    make.commit()
    assert thread.title not in browser(writer).get("/account/drafts/").text


def test_histories_are_for_those_who_may_read(scene):
    for name in OUTSIDERS:
        with pytest.raises(NotFound):
            queries.get_post(scene.person(name) or Anonymous(), scene.post.id)
    assert queries.history_of(scene.author, scene.post).versions
