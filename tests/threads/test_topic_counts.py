"""The regions on a topic are counted when something changed, and never again for nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from forum.core import clock, tags
from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.transactions import action
from forum.ops.actions import reconcile_counters
from forum.threads import actions, queries
from forum.threads.actions import regions, states
from forum.topics.models import TopicCount, TopicRegion
from tests import factories as make

MORNING = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)


class Scene:
    """A topic that one thread in London is tied to, counted at 7:05."""

    def __init__(self):
        self.topic = make.make_topic("Bus shelters")
        self.london = make.get_centre("london")
        self.board = make.make_board(self.london)
        self.thread = make.make_thread(self.board, topics=[self.topic], posts=2)
        make.commit()
        self.count(0)

    def count(self, minutes):
        """Count as the job does, so many minutes after 7:05; on how many topics it changed."""
        with clock.at(MORNING + timedelta(minutes=minutes)):
            return actions.count_topics()

    def reply(self, *, sector="private"):
        actions.reply(
            make.make_account(sector=sector),
            self.thread,
            source="One more.",
            organisation_id=None,
            submission_id="one-more",
        )

    def shown(self, actor=None):
        """Threads and posts in London, and the minutes after 7:05 at which they were counted."""
        compared = queries.topic_comparison(actor or Anonymous(), self.topic.id)
        (row,) = [row for row in compared.regions if row.centre_url == self.london.path]
        minutes = (compared.counted_at - MORNING) / timedelta(minutes=1)
        return row.threads, row.posts, minutes

    def raised(self):
        """The version of the tag that a changed count raises."""
        return tags.versions([f"regions:{self.topic.id}"])


@pytest.fixture
def scene(app):
    return Scene()


def test_an_uncounted_topic_shows_no_numbers(client):
    topic = make.make_topic()
    make.make_thread(topics=[topic], posts=3)
    page = client.get(topic.path)
    assert "Not counted yet. The regions are counted every ten minutes." in page.words
    assert page.texts("tr") == []
    assert "Counted on" not in page.main
    assert f"{topic.path}csv/" not in page.links.values()
    assert queries.topic_comparison(Anonymous(), topic.id).counted_at is None


def test_the_page_says_when(scene, client):
    page = client.get(scene.topic.path)
    assert "Counted on 23 November 2026 at 7:05am." in page.words
    assert "London 1 2 Private" in page.texts("tr")
    assert "Not counted yet" not in page.main
    assert f"{scene.topic.path}csv/" in page.links.values()


def test_a_topic_without_threads_has_been_counted_too(scene, client):
    empty = make.make_topic("Park benches")
    make.commit()
    scene.count(10)
    rows = client.get(empty.path).texts("tr")
    assert len(rows) == 10
    assert "London 0 0 Nobody yet" in rows


def test_nothing_is_counted_again_for_nothing(scene):
    before = scene.raised()
    for minutes in (10, 20):
        assert scene.count(minutes) == 0
        assert scene.shown() == (1, 2, 0)
    assert scene.raised() == before


def test_a_reply_is_counted_by_the_next_job_and_only_by_it(scene):
    scene.reply()
    assert scene.shown() == (1, 2, 0)
    assert scene.count(10) == 1
    assert scene.shown() == (1, 3, 10)
    assert scene.count(20) == 0
    assert scene.shown() == (1, 3, 10)


def test_other_topics_are_left_alone_by_a_reply(scene):
    other = make.make_topic("Park benches")
    make.commit()
    scene.count(5)
    scene.reply()
    scene.count(10)
    compared = queries.topic_comparison(Anonymous(), other.id)
    assert compared.counted_at == MORNING + timedelta(minutes=5)


def test_what_is_hidden_is_counted_no_more(scene):
    post = queries.first_post_of(scene.thread.id)
    action(states.hide)(post, rule="Rule", reason="A reason.", entry=None)
    scene.count(10)
    assert scene.shown() == (0, 0, 10)
    assert scene.shown(make.make_account()) == (0, 0, 10)


def test_what_is_for_members_is_counted_for_members(scene):
    @action
    def close():
        scene.board.readers = "members"

    close()
    assert scene.count(10) == 1
    member, stranger = make.make_account(), make.make_account(confirmed=False)
    assert scene.shown(member) == (1, 2, 10)
    assert scene.shown() == scene.shown(stranger) == (0, 0, 10)


def test_both_kinds_of_boards_add_up_for_members(scene):
    closed = make.make_board(scene.london, readers="members")
    speaker = make.make_account(sector="community")
    make.make_thread(closed, speaker, topics=[scene.topic])
    actions.count_topics(all_of_them=True)
    for actor, threads, sectors in (
        (Anonymous(), 1, ["private"]),
        (make.make_account(), 2, ["private", "community"]),
    ):
        compared = queries.topic_comparison(actor, scene.topic.id)
        assert len(compared.regions) == 9
        (row,) = [row for row in compared.regions if row.threads]
        assert (row.threads, row.posts) == (threads, threads + 1)
        assert sorted(row.sectors) == sorted(sectors)


def test_a_change_that_moves_no_number_throws_no_page_away(scene):
    before = scene.raised()
    action(tags.touch)(f"topic:{scene.topic.id}")
    assert scene.count(10) == 0
    assert scene.shown() == (1, 2, 10)
    assert scene.raised() == before


def test_what_changes_during_a_count_is_counted_the_next_time(scene, monkeypatch):
    real = regions._tallies

    def while_somebody_posts(topic_id):
        # Its transaction commits after the versions were read.
        tags.touch(f"topic:{topic_id}")
        return real(topic_id)

    scene.reply()
    with monkeypatch.context() as patched:
        patched.setattr(regions, "_tallies", while_somebody_posts)
        scene.count(10)
    scene.count(20)
    assert scene.shown() == (1, 3, 20)
    scene.count(30)
    assert scene.shown() == (1, 3, 20)


def test_the_repair_of_counters_counts_every_topic(scene):
    action(db.session.execute)(update(TopicRegion).values(posts=77))
    scene.count(10)
    # That raised everything, so break it once more where no tag tells.
    quietly = update(TopicRegion).values(posts=77)
    action(db.session.execute)(quietly, execution_options={tags.KEPT: ()})
    scene.count(20)
    assert scene.shown()[1] == 77
    reconcile_counters(dry_run=True)
    assert scene.shown()[1] == 77
    reconcile_counters()
    assert scene.shown()[:2] == (1, 2)


def test_a_topic_that_goes_meanwhile_is_passed_over(scene, monkeypatch):
    monkeypatch.setattr(regions, "_changed_topics", lambda: [999_999])
    assert scene.count(10) == 0
    assert db.session.scalar(select(TopicCount).where(TopicCount.topic_id == 999_999)) is None


def test_a_topic_that_was_never_counted_is(scene):
    for model in (TopicCount, TopicRegion):
        action(db.session.execute)(delete(model), execution_options={tags.KEPT: ()})
    assert scene.count(10) >= 1
    assert scene.shown() == (1, 2, 10)
