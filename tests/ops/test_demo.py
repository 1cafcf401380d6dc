"""Loading the demo content."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.accounts import actions as accounts
from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.boards.models import Board
from forum.core import clock
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.outbox import OutboxEvent
from forum.ops import actions, queries
from forum.ops.commands.demo import describe_sign_ins
from forum.ops.queries import (
    Demo,
    DemoCentre,
    DemoDraft,
    DemoMember,
    DemoOrganisation,
    DemoPost,
    DemoReading,
    DemoThread,
)
from forum.ops.queries.demo import DemoBoard
from forum.threads.enums import Capacity, PostState, ThreadKind
from forum.threads.models import Draft, Mention, Post, PostRevision, ReadMark, Thread
from tests import factories

ASKER = DemoMember(
    handle="asker", name="Ada Asker", sector="private", organisation="works", steward=True
)
HELPER = DemoMember(
    handle="helper",
    name="Hal Helper",
    sector="public",
    role="moderator",
    email="moderator@demo.example",
)
ADMIN = DemoMember(
    handle="keeper", name="Kit Keeper", sector="public", role="administrator", national=True
)
WORKS = DemoOrganisation(
    key="works", name="Asker Works", sector="private", kind="company", size="micro"
)
QUESTION = DemoThread(
    board="paying",
    title="When is a bill due in the end?",
    kind="question",
    topics=("prompt-payment",),
    days_ago=10.0,
    posts=(
        DemoPost(by="asker", capacity="organisation", text="Thirty days from when, @helper?"),
        DemoPost(
            by="helper",
            hours_later=4.0,
            quoted_post=1,
            quoted_text="Thirty days",
            text="From the day of a valid invoice.",
            first_text="From the invoice.",
            edit_note="An invalid one does not count",
            accepted=True,
        ),
        DemoPost(by="asker", hours_later=1.0, text="Thank you.", withdrawn=True),
        DemoPost(
            by="asker", hours_later=1.0, text="The firm is a crook.", hidden_reason="Names a firm."
        ),
    ),
    pinned=True,
    locked="Answered.",
)
CENTRE = DemoCentre(
    slug="north-east",
    organisations=(),
    members=(),
    boards=(DemoBoard(slug="paying", title="Getting paid", purpose="Bills.", archived=True),),
    threads=(QUESTION,),
)
SMALL = Demo(
    organisations=(WORKS,),
    members=(ASKER, HELPER, ADMIN),
    drafts=(),
    readings=(DemoReading(by="helper", centre="north-east", thread=QUESTION.title, number=3),),
    centres=(CENTRE,),
)


def load(demo):
    actions.load_demo(demo, password_hash=factories.CHEAP_HASH)


def with_thread(**changes):
    return replace(SMALL, centres=(replace(CENTRE, threads=(replace(QUESTION, **changes),)),))


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def everything_wrong():
    return [
        difference
        for compare in (
            queries.wrong_threads,
            queries.wrong_thread_topics,
            queries.wrong_voices,
            queries.wrong_boards,
        )
        for difference in compare()
    ]


@pytest.mark.timeout(300)
def test_the_whole_demo(run, client):
    output = run("demo")
    assert "roundtable-demo" in output
    demo = queries.read_demo()
    assert count(Post) == demo.post_count
    assert count(Thread) == sum(len(centre.threads) for centre in demo.centres)
    assert count(Draft) == len(demo.drafts)
    assert count(OutboxEvent) == 0
    assert everything_wrong() == []
    newest = db.session.scalar(select(func.max(Post.created_at)))
    assert newest < clock.now()
    for path in ("/", "/centres/", "/centres/london/"):
        client.get(path)
    for email in queries.sign_ins():
        assert email in output
        client.post_form("/account/sign-in/", {"email": email, "password": "roundtable-demo"})
        assert client.get("/account/").status_code == 200
        client.post_form(client.get("/"), button="Sign out")

    refused = run("demo", code=1)
    assert "There are accounts." in refused
    assert count(Post) == demo.post_count


def test_posts_happen_in_their_time(app):
    load(SMALL)
    thread = db.session.scalars(select(Thread)).one()
    assert timedelta(days=9, hours=23) < clock.now() - thread.created_at < timedelta(days=10.1)
    posts = db.session.scalars(select(Post).order_by(Post.number)).all()
    assert [post.state for post in posts] == [
        PostState.VISIBLE,
        PostState.VISIBLE,
        PostState.WITHDRAWN,
        PostState.HIDDEN,
    ]
    assert posts[1].created_at - posts[0].created_at == timedelta(hours=4)
    assert posts[0].capacity is Capacity.ORGANISATION
    assert posts[0].organisation_name == "Asker Works"
    assert posts[3].hidden_reason == "Names a firm."
    assert thread.kind is ThreadKind.QUESTION
    assert thread.accepted_post_id == posts[1].id
    assert thread.is_pinned
    assert thread.locked_reason == "Answered."
    assert everything_wrong() == []


def test_an_edit_keeps_the_quotation_and_the_first_text(app):
    load(SMALL)
    post = db.session.scalars(select(Post).where(Post.number == 2)).one()
    assert post.source.startswith("> [Ada Asker wrote](/posts/")
    assert post.source.endswith("From the day of a valid invoice.")
    assert "<blockquote>" in post.html
    first = db.session.scalars(select(PostRevision)).one()
    assert first.source.endswith("From the invoice.")
    assert post.created_at < post.edited_at <= post.created_at + timedelta(minutes=20)


def test_members_have_their_roles_places_and_mentions(app):
    load(SMALL)
    helper = db.session.scalars(select(Account).where(Account.handle == "helper")).one()
    centre = factories.get_centre("north-east")
    assert [grant.role for grant in helper.grants] == [Role.MODERATOR]
    assert helper.moderated_centres == {centre.id}
    assert helper.region == centre.region
    assert helper.is_confirmed
    assert count(Mention) == 1
    keeper = db.session.scalars(select(Account).where(Account.handle == "keeper")).one()
    assert keeper.is_admin
    assert keeper.region is None
    assert count(RoleGrant) == 2


def test_a_board_is_archived_in_the_end(app):
    load(SMALL)
    assert db.session.scalars(select(Board)).one().is_archived


def test_reading_is_remembered(app):
    load(SMALL)
    marks = select(Account.handle, ReadMark.number).where(Account.id == ReadMark.account_id)
    assert {(handle, number) for handle, number in db.session.execute(marks)} == {
        ("asker", 4),
        ("helper", 3),
    }


def test_the_administrator_moderates_where_nobody_else_does(app):
    load(replace(SMALL, centres=(replace(CENTRE, slug="south-west"),), readings=()))
    tag = select(AuditRecord.actor_id).where(AuditRecord.tag == "thread.lock")
    keeper = select(Account.id).where(Account.handle == "keeper")
    assert db.session.scalar(tag) == db.session.scalar(keeper)


def test_drafts_of_both_kinds(app):
    board = replace(CENTRE.boards[0], archived=False)
    thread = replace(QUESTION, locked="")
    drafts = (
        DemoDraft(by="asker", centre="north-east", board="paying", title="New one", text="I was"),
        DemoDraft(
            by="helper", centre="north-east", board="paying", thread=thread.title, text="Half"
        ),
    )
    centre = replace(CENTRE, boards=(board,), threads=(thread,))
    load(replace(SMALL, centres=(centre,), drafts=drafts))
    found = db.session.scalars(select(Draft).order_by(Draft.id)).all()
    assert [(draft.title, draft.thread_id is None) for draft in found] == [
        ("New one", True),
        ("", False),
    ]


def test_progress_is_told_after_each_post(app):
    told = []
    actions.load_demo(
        SMALL, password_hash=factories.CHEAP_HASH, progress=lambda: told.append(count(Post))
    )
    assert told == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("demo", "message"),
    [
        (with_thread(title="Short"), "is refused: Write a title"),
        (with_thread(kind="announcement"), "is refused: Only staff"),
        (with_thread(topics=("no-such-topic",)), "names something unknown"),
        (with_thread(board="no-such-board"), "names something unknown"),
        (with_thread(days_ago=0.1), "runs into the future"),
        (replace(SMALL, centres=(replace(CENTRE, slug="wales"),)), "names something unknown"),
        (replace(SMALL, members=(replace(ASKER, sector="martian"),)), "names something unknown"),
    ],
)
def test_contradictions_are_told_and_nothing_is_kept(app, demo, message):
    with pytest.raises(queries.DemoError, match=message):
        load(demo)
    assert count(Account) == 0
    assert count(Post) == 0


def test_refuses_a_database_with_an_account(app, run):
    factories.make_account()
    with pytest.raises(Conflict):
        load(SMALL)
    assert "There are accounts." in run("demo", code=1)
    assert count(Post) == 0


@pytest.mark.usefixtures("in_production")
def test_refuses_production(run):
    assert "never loaded in production" in run("demo", code=1)
    assert count(Account) == 0


def test_waiting_events_from_before_are_kept(app):
    accounts.request_password_reset(None, email="nobody@example.org")
    load(SMALL)
    assert count(OutboxEvent) == 1


def test_broken_content_ends_the_command_with_a_sentence(run, monkeypatch):
    def broken():
        raise queries.DemoError("The demo file x.toml cannot be read.")

    monkeypatch.setattr(queries, "read_demo", broken)
    assert "The demo file x.toml cannot be read." in run("demo", code=1)


def test_sign_ins_are_told_only_where_they_exist(app):
    assert describe_sign_ins() == ""
    load(SMALL)
    assert describe_sign_ins().splitlines() == [
        "Sign in with the password roundtable-demo as",
        "  moderator@demo.example",
    ]
