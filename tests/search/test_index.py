"""The index is true when a transaction ends: what nobody may read is not in it."""

import pytest
from sqlalchemy import text, update

from forum.core.db import db
from forum.core.transactions import action
from forum.moderation import actions as moderation
from forum.moderation.enums import RedactionCode
from forum.organisations.enums import OrganisationState
from forum.search.enums import Source
from forum.search.models import SearchDocument, base
from forum.threads import actions as threads
from forum.threads.actions import states
from forum.threads.enums import PostState
from tests import factories as make
from tests.consultations import making as consultations
from tests.moderation import making
from tests.statements import count_statements


@pytest.fixture
def thread(app):
    return make.make_thread(title="Weighing parsnips fairly", text="Scales and turnips.")


@pytest.fixture
def post(thread):
    return make.make_post(thread, text="A marrow of **great** size.")


def test_first_posts_have_the_title_and_replies_do_not(library, thread, post):
    assert library.text_of_thread(thread) == "weigh parsnip fair scale and turnip"
    assert library.text_of(thread_first(thread)) is None
    assert library.text_of(post) == "a marrow of great size"


def thread_first(thread):
    return db.session.query(states.Post).filter_by(thread_id=thread.id, number=1).one()


def hide(post):
    states.hide(post, rule="", reason="Vegetables are off topic here.", entry=None)
    db.session.commit()


def test_an_edit_is_indexed_at_once(library, post):
    threads.edit_post(post.author, post, source="A pumpkin instead.", note="", version=post.version)
    assert library.holds("pumpkin")
    assert not library.holds("marrow")


class TestGone:
    def test_hidden_and_shown_again(self, library, post):
        hide(post)
        assert library.text_of(post) is None
        assert not library.holds("marrow")
        states.show_again(post)
        db.session.commit()
        assert library.holds("marrow")

    def test_a_hidden_thread_loses_its_title_too(self, library, thread):
        first = thread_first(thread)
        hide(first)
        assert not library.holds("parsnips")
        assert not library.holds("turnips")
        assert library.titles("parsnips", make.make_account(role="administrator")) == []

    def test_withdrawn(self, library, post):
        threads.withdraw_post(post.author, post)
        assert not library.holds("marrow")

    @pytest.mark.parametrize("state", ["pending", "rejected", "retracted"])
    def test_never_published(self, library, thread, state):
        post = make.make_post(thread, text="A courgette.", state=state)
        assert library.text_of(post) is None
        assert not library.holds("courgette")

    def test_published_after_waiting(self, library, thread):
        post = make.make_post(thread, text="A courgette.", state=PostState.PENDING)
        states.publish(post)
        db.session.commit()
        assert library.holds("courgette")

    def test_redacted(self, library, post):
        moderation.redact_post(
            make.make_account(role="moderator"),
            post,
            text="marrow",
            code=RedactionCode.PERSONAL_DATA,
            ruling=making.ruling(),
        )
        assert not library.holds("marrow")
        assert library.holds("great")

    def test_an_action_that_fails_leaves_the_index(self, library, post):
        states.hide(post, rule="", reason="x", entry=None)
        db.session.rollback()
        assert library.holds("marrow")


def test_posts_of_a_merged_thread_are_replies(library, thread):
    first = thread_first(thread)
    other = make.make_thread(title="Vegetables of every kind", board=thread.board)
    thread.merged_into_id, thread.state = other.id, PostState.RETRACTED
    db.session.execute(
        text("UPDATE post SET thread_id = :into, number = 2 WHERE id = :id"),
        {"into": other.id, "id": first.id},
    )
    db.session.commit()
    assert library.text_of_thread(thread) is None
    assert library.text_of(first) == "scale and turnip"
    assert library.titles("turnips") == ["Vegetables of every kind"]


def test_organisations_people_and_topics(library):
    organisation = make.make_organisation("Bramley Orchards", about="Apples by the crate.")
    member = make.make_account(display_name="Cox Pippin", about="Grows russets.")
    make.make_topic("Fruit in season", description="What to buy when.")
    assert library.titles("crate") == ["Bramley Orchards"]
    assert library.titles("russets") == ["Cox Pippin"]
    assert library.titles("season") == ["Fruit in season"]
    member.is_hidden = True
    organisation.state = "refused"
    db.session.commit()
    assert not library.holds("russets")
    assert not library.holds("crate")


def test_indexing_a_reply_costs_one_statement(thread):
    with count_statements() as statements:
        make.make_post(thread, author=thread.author, text="Leeks.")
    indexing = [one for one in statements if "search_" in one or "post.html AS body" in one]
    assert len(indexing) == 1, indexing


@pytest.mark.parametrize("change", [{"state": PostState.HIDDEN}, {"html": "<p>Kale.</p>"}])
def test_a_reply_changed_past_the_session_is_indexed_as_it_is(library, thread, change):
    @action
    def reply_and_change():
        post = threads.reply(
            thread.author, thread, source="Sorrel.", organisation_id=None, submission_id="s"
        )
        db.session.execute(
            update(states.Post).where(states.Post.id == post.id).values(**change),
            execution_options={"synchronize_session": False},
        )

    reply_and_change()
    assert not library.holds("sorrel")
    assert library.holds("kale") == ("html" in change)


def test_control_characters_and_long_texts(library, thread):
    post = make.make_post(thread, text="x" * 3000 + " " + "word " * 30_000)
    assert len(library.text_of(post)) <= 100_000
    assert db.session.get(SearchDocument, base(Source.POST) + post.id)


def test_an_index_that_came_too_late_tells_nothing(library, thread, post):
    boss, admin = make.make_account(role="manager"), make.make_account(role="administrator")
    author = make.make_account(role="manager", display_name="Parsnip Pete")
    organisation = make.make_organisation("Parsnip Growers")
    consultation = consultations.make_open(title="Parsnips by contract", author=author)
    actors = (None, author, boss, admin, thread.author)
    everything = {author.display_name, organisation.name, consultation.title, thread.title}
    for actor in actors:
        assert set(library.titles("parsnip", actor)) == everything
    # Past the session, so that the index hears nothing of it.
    for thing, change in (
        (author, {"is_hidden": True}),
        (organisation, {"state": OrganisationState.WAITING}),
        (consultation, {"announced_at": None}),
        (thread_first(thread), {"state": PostState.HIDDEN}),
        (post, {"state": PostState.HIDDEN}),
    ):
        table = thing.__table__
        db.session.execute(update(table).where(table.c.id == thing.id).values(**change))
    db.session.commit()
    assert library.text_of(post) is not None
    for actor in actors:
        assert library.titles("parsnip", actor) == library.titles("marrow", actor) == []
