"""Who decides, who reports and who takes back take what they need in one order: nobody deadlocks.

On PostgreSQL each of two is held back until the other has what the first will want: in another
order both would wait for each other, and one be told that somebody else was first. SQLite knows
a single lock.
"""

import re
import threading

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from forum.accounts.models import Account
from forum.consultations import actions as consultations
from forum.consultations.models import Consultation
from forum.core.db import db
from forum.core.errors import Conflict
from forum.moderation import actions
from forum.moderation.enums import DecisionKind
from forum.moderation.models import Decision, Report, ReviewItem
from forum.moderation.queries import verify_log
from forum.ops.queries import counters
from forum.threads.actions import reply, withdraw_post
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread
from forum.threads.queries import topics_of
from tests import factories
from tests.consultations import making as consulting
from tests.moderation.making import held_post, moderator, ruling
from tests.moderation.reporting import established, report, visible_post
from tests.moderation.test_at_once import at_once, errors, reporting

pytestmark = pytest.mark.live
PATIENCE = 0.6
HELD = re.compile(
    r"FROM (?:log_head|post|review_item|thread)\b.*FOR (?:NO KEY )?UPDATE"
    r"|UPDATE (?:post|thread|board) SET|INSERT INTO citation\b",
    re.DOTALL,
)
TABLE = re.compile(r"(?:FROM|UPDATE|INTO) (\w+)")


@pytest.fixture
def meeting(live_app):
    """Lets two threads meet: each, once it holds the row that it is sent for, waits a while."""
    wanted, arrived = {}, []

    def wait(_connection, _cursor, statement, *_more):
        found = HELD.search(statement)
        mine = wanted.get(threading.current_thread())
        if found is None or mine is None or mine[0] != TABLE.search(found[0])[1]:
            return
        del wanted[threading.current_thread()]
        mine[1].set()
        for other in arrived:
            other.wait(PATIENCE)

    with live_app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", wait)

    def until(place, act):
        here = threading.Event()
        arrived.append(here)

        def run():
            wanted[threading.current_thread()] = place, here
            return act()

        return run

    yield until
    event.remove(engine, "after_cursor_execute", wait)


def taking_back(post):
    """An author's act, in a thread of its own."""
    author_id, post_id = post.author_id, post.id
    return lambda: withdraw_post(
        db.session.get_one(Account, author_id), db.session.get_one(Post, post_id)
    )


def judging(act, moderator_id, *arguments, **more):
    """A moderator's act, in a thread of its own."""
    return lambda: act(db.session.get_one(Account, moderator_id), *arguments, **more)


def counters_are_true():
    """That what is counted of threads, voices and boards is what there is."""
    return not (counters.wrong_threads() or counters.wrong_voices() or counters.wrong_boards())


def nobody_waited_in_vain(results):
    """No deadlock; that somebody else was first is told by the versions, too, and rightly."""
    return not any(isinstance(one.__cause__, OperationalError) for one in errors(results))


def test_report_that_hides_and_decision(live_app, meeting):
    with live_app.app_context():
        post = visible_post()
        for _ in range(2):
            report(established(), post)
        item = db.session.query(ReviewItem).one()
        third, judge, post_id, why = established().id, moderator().id, post.id, ruling()
        decide = judging(actions.keep, judge, item.id, version=item.version, ruling=why)
    results = at_once(
        live_app, meeting("review_item", reporting(third, post_id)), meeting("log_head", decide)
    )
    assert nobody_waited_in_vain(results)
    with live_app.app_context():
        assert db.session.query(Report).count() == 3
        # Whoever was first: it was hidden and shown again, or looked at and reported once more.
        last = db.session.query(Decision).order_by(Decision.id.desc()).first()
        assert (db.session.get_one(Post, post_id).state is PostState.HIDDEN) == (
            last.kind is DecisionKind.HIDE
        )


def test_author_who_takes_back_and_decision(live_app, meeting):
    with live_app.app_context():
        post, item = held_post()
        judge, post_id, take_back = moderator().id, post.id, taking_back(post)
        decide = judging(actions.approve, judge, item.id, version=item.version, ruling=ruling())
    results = at_once(live_app, meeting("post", take_back), meeting("review_item", decide))
    assert nobody_waited_in_vain(results)
    with live_app.app_context():
        state = db.session.get_one(Post, post_id).state
    told = [number for number, one in enumerate(results) if isinstance(one, Conflict)]
    # Whoever came second was told, or has taken back what was published by then.
    assert (state, told) in [
        (PostState.RETRACTED, [1]),
        (PostState.VISIBLE, [0]),
        (PostState.WITHDRAWN, []),
    ]


def test_author_who_takes_back_and_many_decisions(live_app, meeting):
    with live_app.app_context():
        thread = factories.make_thread()
        made = [held_post(thread=thread) for _ in range(3)]
        chosen = {item.id: item.version for _post, item in made}
        last, _item = made[-1]
        judge, post_id, take_back = moderator().id, last.id, taking_back(last)
        decide = judging(
            actions.decide_many, judge, DecisionKind.APPROVE, chosen=chosen, ruling=ruling()
        )
    results = at_once(live_app, meeting("post", take_back), meeting("post", decide))
    assert nobody_waited_in_vain(results)
    with live_app.app_context():
        states = {post.id: post.state for post in db.session.query(Post).filter(Post.number > 1)}
        taken_back = not errors(results)
        assert (states.pop(post_id) is not PostState.VISIBLE) == taken_back
        assert set(states.values()) == {PostState.VISIBLE}


def test_author_who_takes_back_and_merging(live_app, meeting):
    with live_app.app_context():
        thread, into = factories.make_thread(), factories.make_thread()
        post = factories.make_post(thread)
        judge, take_back, why = moderator().id, taking_back(post), ruling()
        thread_id, into_id = thread.id, into.id

    def merge():
        first, second = (db.session.get_one(Thread, one) for one in (thread_id, into_id))
        actions.merge_threads(db.session.get_one(Account, judge), first, into=second, ruling=why)

    results = at_once(live_app, meeting("post", take_back), meeting("thread", merge))
    assert errors(results) == []
    with live_app.app_context():
        assert counters_are_true()


def test_author_who_takes_back_and_splitting(live_app, meeting):
    with live_app.app_context():
        thread = factories.make_thread()
        chosen = [factories.make_post(thread) for _ in range(2)]
        judge, take_back = moderator().id, taking_back(chosen[1])
        thread_id, post_ids = thread.id, [post.id for post in chosen]
        topics = [topic.id for topic in topics_of(thread_id)]

    def split():
        actions.split_thread(
            db.session.get_one(Account, judge),
            db.session.get_one(Thread, thread_id),
            post_ids=post_ids,
            title="Prices of the second year",
            topic_ids=topics,
            ruling=ruling(),
        )

    results = at_once(live_app, meeting("post", take_back), meeting("thread", split))
    assert errors(results) == []
    with live_app.app_context():
        assert counters_are_true()


@pytest.mark.parametrize("is_undone", [False, True])
def test_reply_and_many_decisions_on_its_board(live_app, meeting, is_undone):
    """The reply has its thread and wants the board; who decides has it from another thread."""
    with live_app.app_context():
        board = factories.make_board()
        threads = [factories.make_thread(board) for _ in range(2)]
        made = [held_post(thread=thread) for thread in threads]
        chosen = {item.id: item.version for _post, item in made}
        judge, writer, thread_id = moderator().id, established().id, threads[not is_undone].id
        why = {"chosen": chosen, "ruling": ruling()}
        decide = judging(actions.decide_many, judge, DecisionKind.APPROVE, **why)
        if is_undone:
            decide = judging(actions.undo_decision, judge, decide().parents[0].id)

    def answer():
        author, thread = db.session.get_one(Account, writer), db.session.get_one(Thread, thread_id)
        reply(author, thread, source="We do.", organisation_id=None, submission_id="one")

    results = at_once(live_app, meeting("thread", answer), meeting("board", decide))
    assert errors(results) == []
    with live_app.app_context():
        assert counters_are_true()


def test_two_who_cite_one_post(live_app, meeting):
    with live_app.app_context():
        post_id, boss = visible_post().id, consulting.manager()
        boss_id = boss.id
        asked = [consulting.make_open(author=boss).id for _ in range(2)]

    def citing(consultation_id):
        def cite():
            consultation = db.session.get_one(Consultation, consultation_id)
            boss, post = db.session.get_one(Account, boss_id), db.session.get_one(Post, post_id)
            consultations.cite_post(boss, consultation, post, theme_id=None, note="")

        return meeting("citation", cite)

    assert errors(at_once(live_app, *map(citing, asked))) == []
    with live_app.app_context():
        assert len(db.session.get_one(Post, post_id).citations) == 2


def test_many_reports_and_decisions(live_app):
    """Whatever meets whatever: everybody's report is kept, and the log is whole."""
    with live_app.app_context():
        posts = [visible_post().id for _ in range(2)]
        members = [established().id for _ in range(4)]
        judges = [moderator().id for _ in range(2)]
        why = ruling()

    def hide(judge, post_id):
        act = judging(actions.hide_post, judge, db.session.get_one(Post, post_id), ruling=why)
        return act()

    results = at_once(
        live_app,
        *(reporting(member, post_id) for member in members for post_id in posts),
        *((lambda j=judge, p=post_id: hide(j, p)) for judge in judges for post_id in posts),
    )
    assert nobody_waited_in_vain(results)
    with live_app.app_context():
        assert verify_log().broken is None
        assert [db.session.get_one(Post, post_id).state for post_id in posts] == [
            PostState.HIDDEN
        ] * 2
