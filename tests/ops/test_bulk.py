"""Load data: of the wanted size and shape, the same for a seed, and counted truly."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select, text

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core import markup
from forum.core.db import db
from forum.core.errors import Invalid
from forum.ops import actions, queries
from forum.ops.actions import bulk_texts
from forum.ops.actions.bulk_plan import SPAN_SECONDS, Plan, thread_lengths
from forum.organisations.models import Membership, Organisation
from forum.search import actions as search
from forum.search import index
from forum.search.enums import Source
from forum.search.models import SearchDocument, base
from forum.threads.actions.texts import LONGEST_TITLE, SHORTEST_TITLE
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread, ThreadTopic, Voice
from tests import factories

SMALL = actions.Size(users=12, threads=15, posts=90)

# A load moves the sequences and statistics of its database for good.
pytestmark = pytest.mark.usefixtures("worn_database")


def chance(seed):
    return random.Random(seed)  # noqa: S311 — load data, no secret


def load(size=SMALL, *, seed=7):
    told = []
    actions.load_bulk(size, seed=seed, progress=told.append)
    return told


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def scalar(statement):
    return db.session.scalar(text(statement))


def content():
    """What a reader finds, without identifiers."""
    posts = db.session.execute(
        select(Thread.title, Post.number, Post.source, Post.created_at, Post.sector, Post.capacity)
        .join(Thread, Thread.id == Post.thread_id)
        .order_by(Post.created_at, Thread.title, Post.number)
    )
    return [tuple(row) for row in posts]


def everything_wrong():
    return [
        *queries.wrong_threads(),
        *queries.wrong_thread_topics(),
        *queries.wrong_voices(),
        *queries.wrong_boards(),
    ]


@given(threads=st.integers(1, 300), more=st.integers(0, 20_000))
def test_lengths_make_up_the_number_of_posts(threads, more):
    lengths = thread_lengths(threads, threads + more)
    assert len(lengths) == threads
    assert sum(lengths) == threads + more
    assert min(lengths) >= 1


def test_lengths_fall_by_a_power_of_the_rank():
    lengths = thread_lengths(20_000, 400_000)
    assert lengths[0] == 5_000
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[99] < lengths[9] / 2 < lengths[0] / 4


def test_the_same_seed_plans_the_same():
    first, second, other = (
        list(Plan(chance(seed), users=9, threads=20, posts=200).posts(organised=[True] * 9))
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


def test_posts_are_planned_in_the_order_of_time_with_dense_numbers():
    plan = Plan(chance(3), users=9, threads=20, posts=400)
    posts = list(plan.posts(organised=[True, False, False] * 3))
    assert [post.second for post in posts] == sorted(post.second for post in posts)
    assert posts[0].second >= 0
    assert posts[-1].second <= SPAN_SECONDS
    for thread, length in enumerate(plan.lengths):
        mine = [post for post in posts if post.thread == thread]
        assert [post.number for post in mine] == list(range(1, length + 1))
        assert mine[0].author == plan.circles[thread][0]
        assert (mine[0].second, mine[-1].second) == (plan.starts[thread], plan.ends[thread])
    assert not [post for post in posts if post.as_organisation and post.author % 3]
    assert sum(plan.voices.values()) == 400


def test_texts_are_rendered_and_short_enough():
    texts = bulk_texts.make_texts(chance(1), 1_000)
    assert len({text.source for text in texts}) == len(texts) > 200
    assert all(len(text.source) <= markup.LONGEST_TEXT for text in texts)
    assert all(text.html == markup.render(text.source) for text in texts[:20])
    titles = bulk_texts.make_titles(chance(1), 2_000)
    assert all(SHORTEST_TITLE <= len(title) <= LONGEST_TITLE for title in titles)


def test_data_have_the_wanted_size_and_true_counters(app):
    assert load() == [90]
    assert (count(Account), count(Thread), count(Post)) == (12, 15, 90)
    assert count(Organisation) == 2
    assert 0 < count(Membership) < 12
    assert count(ThreadTopic) >= 15
    assert db.session.scalar(select(func.sum(Voice.posts))) == 90
    assert everything_wrong() == []


def test_loaded_posts_are_like_written_ones(app):
    """Columns that the load leaves to the database have the values of an ordinary post."""
    load()
    post = db.session.scalars(select(Post).limit(1)).one()
    thread = db.session.get(Thread, post.thread_id)
    assert (post.holds, post.redactions, post.hidden_rule) == ([], [], "")
    assert (post.interest, post.entry_number) == (None, None)
    assert (thread.last_shown, thread.slow_minutes, thread.has_trail) == (
        thread.last_number,
        0,
        False,
    )
    assert db.session.get(Account, post.author_id).restrictions == []


def test_the_index_is_such_as_the_sweep_makes_it(app):
    told = []
    for seed in (1, 2):
        load(seed=seed)
        actions.index_bulk(progress=told.append)
    assert told == [90, 90]
    assert count(SearchDocument) > 180
    assert search.sweep() == 0
    index.remove(db.session.scalars(select(SearchDocument.id)).all())
    db.session.commit()
    # Nothing is left aside: what looks at each document does so again.
    assert search.sweep() > 180


def test_the_index_is_made_all_at_once(app, backend):
    """FTS5 has one segment, not one for each thread, which it would merge again and again."""
    load()
    actions.index_bulk(progress=int)
    if backend == "sqlite":
        assert scalar("SELECT count(DISTINCT segid) FROM search_text_idx") == 1
    else:
        assert scalar("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'ix_search_doc%'") == 2


def test_a_load_may_take_its_time(app, backend):
    """Whatever PostgreSQL itself, or somebody else, does with its tables meanwhile."""
    limits = [f"{name}_timeout" for name in ("statement", "lock", "idle_in_transaction_session")]
    told = set()

    def look(_posts):
        told.update(scalar(f"SHOW {limit}") for limit in limits if backend == "postgresql")

    actions.load_bulk(SMALL, seed=7, progress=look)
    actions.index_bulk(progress=look)
    assert told <= {"0"}


def test_threads_without_replies_are_indexed(app):
    load(actions.Size(users=2, threads=3, posts=3))
    actions.index_bulk(progress=int)
    assert search.sweep() == 0


def test_posts_that_nobody_may_read_are_not_indexed(app):
    load()
    hidden = db.session.scalars(select(Post).where(Post.number == 2).limit(1)).one()
    hidden.state = PostState.HIDDEN
    db.session.commit()
    actions.index_bulk(progress=int)
    assert db.session.get(SearchDocument, base(Source.POST) + hidden.id) is None
    assert search.sweep() == 0


def test_every_centre_gets_boards(app):
    load()
    boards = Counter(db.session.scalars(select(Board.centre_id)))
    assert len(boards) == 9
    assert set(boards.values()) == {4}


def test_boards_that_exist_are_used_unless_archived(app):
    open_board = factories.make_board()
    archived = factories.make_board(archived=True)
    closed = factories.make_board(readers="members")
    load()
    db.session.refresh(open_board)
    assert open_board.thread_count > 0
    assert archived.thread_count == closed.thread_count == 0


def test_the_same_seed_gives_the_same_data(app):
    load()
    first = content()
    for model in (Voice, ThreadTopic, Post, Thread, Membership, Organisation, Account):
        db.session.query(model).delete()
    factories.commit()
    load()
    assert content() == first
    load(seed=8)
    assert len(content()) == 180


def test_data_may_be_added_to_data(app):
    author = factories.make_account()
    thread = factories.make_thread(author=author, posts=3)
    load()
    load(seed=8)
    assert count(Post) == 183
    assert everything_wrong() == []
    after = factories.make_post(thread, author)
    assert after.id > 183


def test_the_site_goes_on_after_a_load(app, client):
    load()
    account = factories.make_account()
    thread = factories.make_thread(author=account)
    assert client.get(thread.path).status_code == 200
    loaded = db.session.scalars(
        select(Thread).where(Thread.id != thread.id).order_by(Thread.reply_count.desc())
    ).first()
    assert loaded.title in client.get(loaded.path).words


def test_batches_are_told(app, monkeypatch):
    monkeypatch.setattr(actions.bulk, "BATCH", 40)
    assert load() == [40, 40, 10]
    assert everything_wrong() == []


def test_a_load_that_breaks_off_leaves_nothing(app, monkeypatch):
    indexes = inspect(db.session.connection()).get_indexes("post")

    def stop(_count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.load_bulk(SMALL, seed=7, progress=stop)
    assert count(Account) == count(Thread) == count(Post) == 0
    assert inspect(db.session.connection()).get_indexes("post") == indexes


def test_every_index_is_there_after_a_load(app):
    indexes = inspect(db.session.connection()).get_indexes("post")
    load()
    assert inspect(db.session.connection()).get_indexes("post") == indexes


def test_refuses_fewer_posts_than_threads(app):
    with pytest.raises(Invalid, match="at least as many posts"):
        load(actions.Size(users=1, threads=3, posts=2))
    assert count(Account) == 0


def test_one_of_each_is_enough(app):
    load(actions.Size(users=1, threads=1, posts=1))
    assert (count(Account), count(Thread), count(Post)) == (1, 1, 1)
    assert everything_wrong() == []


def test_the_command_tells_how_fast_it_was(run):
    output = run("bulk", "--users", "3", "--threads", "4", "--posts", "20", "--seed", "5")
    assert "20 posts in" in output
    assert "a second" in output
    assert count(Post) == 20


def test_the_command_refuses_in_sentences(run):
    assert "at least as many posts" in run("bulk", "--threads", "5", "--posts", "4", code=1)
    assert "Invalid value for '--users'" in run("bulk", "--users", "0", code=2)


@pytest.mark.usefixtures("in_production")
def test_refuses_production(run):
    assert "never added in production" in run("bulk", "--posts", "1000", code=1)
    assert count(Post) == 0


@pytest.mark.parametrize("command", ["bulk", "demo", "serve", "worker", "counters"])
def test_every_command_explains_itself(run, command):
    assert "Usage:" in run(command, "--help")
