"""Loading the demo content."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, or_, select

from forum.accounts import actions as accounts
from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.boards.models import Board
from forum.core import clock
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.outbox import OutboxEvent
from forum.moderation.enums import AppealState, ItemKind, ItemState
from forum.moderation.models import (
    Appeal,
    Complaint,
    Decision,
    LogEntry,
    Report,
    ReviewItem,
    Sanction,
    SealedText,
    WatchedWord,
)
from forum.notifications.models import Notice
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
from forum.ops.queries.demo_moderation import (
    DemoAppeal,
    DemoArrangement,
    DemoCase,
    DemoComplaint,
    DemoInterest,
    DemoModeration,
    DemoRegistration,
    DemoReport,
    DemoSanction,
    DemoVerdict,
    DemoWord,
)
from forum.threads.enums import Capacity, PostState, ThreadKind
from forum.threads.models import Draft, Interest, Mention, Post, PostRevision, ReadMark, Thread
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
            by="asker",
            hours_later=1.0,
            text="The firm is a crook.",
            hidden_reason="Names a firm.",
            hidden_clause=9,
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


def count_where(model, *which):
    return db.session.scalar(select(func.count()).select_from(model).where(*which))


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
@pytest.mark.usefixtures("demo_database")
def test_the_whole_demo(applications, backend, run, client):
    output = applications.demo(backend)
    assert "roundtable-demo" in output
    demo = queries.read_demo()
    assert count(Post) == demo.post_count
    started = sum(1 for case in demo.moderation.cases if case.board)
    assert count(Thread) == sum(len(centre.threads) for centre in demo.centres) + started
    assert count(Draft) == len(demo.drafts)
    assert count(OutboxEvent) == 0
    assert everything_wrong() == []
    newest = db.session.scalar(select(func.max(Post.created_at)))
    assert newest < clock.now()
    waiting = ReviewItem.state == ItemState.OPEN
    assert set(db.session.scalars(select(ReviewItem.kind).where(waiting))) == set(ItemKind)
    here = factories.get_centre("north-east").id
    others = or_(ReviewItem.handed_to == here, ReviewItem.kind == ItemKind.APPEAL)
    assert count_where(ReviewItem, waiting, or_(ReviewItem.centre_id == here, others)) >= 12
    assert count(LogEntry) >= 40
    assert len(set(db.session.scalars(select(LogEntry.centre_id)))) == len(demo.centres)
    assert set(db.session.scalars(select(Appeal.state))) >= {
        AppealState.WAITING,
        AppealState.REVERSED,
    }
    assert "whole" in run("moderation", "verify-log")
    times = list(db.session.scalars(select(LogEntry.at).order_by(LogEntry.number)))
    assert times == sorted(times)
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
    tag = select(AuditRecord.actor_id).where(AuditRecord.tag == "moderation.lock")
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


NEWCOMER = DemoMember(handle="newcomer", name="Nan Newcomer", sector="community")
ARRANGED = {"centre": "north-east", "thread": QUESTION.title, "reason": "It belongs there."}
LONDONER = DemoMember(
    handle="londoner", name="Lou Londoner", sector="public", role="moderator", centre="london"
)


def with_moderation(*cases, **fields):
    """The small demo, its thread left open, and what moderators did there."""
    board = replace(CENTRE.boards[0], archived=False)
    centre = replace(CENTRE, boards=(board,), threads=(replace(QUESTION, locked=""),))
    moderation = DemoModeration(members=(NEWCOMER, LONDONER), cases=cases, **fields)
    return replace(SMALL, centres=(centre,), moderation=moderation)


def a_case(**fields):
    return DemoCase(
        **{
            "centre": "north-east",
            "thread": QUESTION.title,
            "days_ago": 5.0,
            "by": "newcomer",
            "text": "I have a form to sell.",
            **fields,
        }
    )


def no(hours=2.0, **fields):
    return DemoVerdict(
        **{"kind": "reject", "hours_later": hours, "clause": 3, "reason": "It sells.", **fields}
    )


def no_hold():
    """The verdict that lets a newcomer's post be read."""
    return DemoVerdict(kind="approve", hours_later=1.0)


def the_post():
    author = select(Account.id).where(Account.handle == "newcomer").scalar_subquery()
    return db.session.scalars(select(Post).where(Post.author_id == author)).one()


def test_the_post_of_a_newcomer_waits_for_the_reason_it_would_have(app):
    load(with_moderation(a_case(asked="Whom do you speak for?", claimed_by="helper")))
    assert the_post().state is PostState.PENDING
    assert the_post().holds == [{"why": "new-member", "first": 3}]
    item = db.session.scalars(select(ReviewItem)).one()
    assert (item.kind, item.state) == (ItemKind.PENDING_POST, ItemState.OPEN)
    assert item.claimant.handle == "helper"
    told = [notice.kind for notice in db.session.scalars(select(Notice).order_by(Notice.id))]
    assert told == ["post-hidden", "author-asked"]
    assert everything_wrong() == []


def test_a_verdict_is_taken_at_its_time_and_told_without_a_mail(app, outbox_mail):
    load(with_moderation(a_case(verdicts=(no(),))))
    decision = db.session.scalars(select(Decision).order_by(Decision.id.desc())).first()
    assert timedelta(days=4, hours=21) < clock.now() - decision.at < timedelta(days=5)
    assert decision.actor.handle == "helper"
    assert "clause 3: Do not advertise" in decision.rule
    assert the_post().state is PostState.REJECTED
    author = the_post().author_id
    (notice,) = db.session.scalars(select(Notice).where(Notice.account_id == author))
    assert notice.kind == "post-rejected"
    assert notice.at == decision.at
    assert notice.read_at is not None
    assert count(OutboxEvent) == 0
    assert len(outbox_mail) == 0


def test_a_post_that_was_edited_by_a_moderator_and_one_whose_edit_waits(app):
    load(
        with_moderation(
            a_case(verdicts=(no(kind="edit", clause=0, text="A form helped me."),)),
        )
    )
    assert the_post().source == "A form helped me."
    assert the_post().state is PostState.VISIBLE


def test_an_edit_of_a_newcomer_waits(app):
    approved = DemoVerdict(kind="approve", hours_later=1.0)
    edited = {"edited_text": "I sell forms.", "edited_hours_later": 4.0}
    load(with_moderation(a_case(verdicts=(approved,), **edited)))
    assert the_post().source == "I have a form to sell."
    item = db.session.scalars(select(ReviewItem)).one()
    assert (item.kind, item.state) == (ItemKind.EDIT, ItemState.OPEN)


def test_reports_escalation_and_a_neighbour(app):
    reports = (
        DemoReport(reason="spam", hours_later=1.0),
        DemoReport(reason="spam", by="newcomer", hours_later=2.0, note="Again."),
    )
    passed = {"escalated": "Not for me.", "noted": "Look at the date."}
    load(
        with_moderation(
            a_case(by="", text="", post=2, reports=reports, **passed),
            a_case(by="", text="", post=1, reports=reports[:1], handed_to="north-west", **passed),
        )
    )
    assert [report.reporter_id is None for report in db.session.scalars(select(Report))] == [
        True,
        True,
        False,
    ]
    items = db.session.scalars(select(ReviewItem).order_by(ReviewItem.post_id)).all()
    assert [item.handed_to is None for item in items] == [False, True]
    assert all(item.escalated_at for item in items)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("", AppealState.WAITING), ("upheld", AppealState.UPHELD), ("reversed", AppealState.REVERSED)],
)
def test_an_appeal(app, outcome, state):
    appeal = DemoAppeal(
        text="It sells nothing.",
        hours_later=5.0,
        outcome=outcome,
        by="londoner",
        reason="We have looked at it.",
        decided_hours_later=40.0,
    )
    load(with_moderation(a_case(verdicts=(no(),), appeal=appeal)))
    assert db.session.scalars(select(Appeal)).one().state is state
    published = state is AppealState.REVERSED
    assert the_post().state is (PostState.VISIBLE if published else PostState.REJECTED)
    assert everything_wrong() == []


def test_a_thread_that_waits_and_one_more_decision(app):
    case = a_case(
        thread="Our grant has become a tender", board="paying", topics=("prompt-payment",)
    )
    load(with_moderation(case))
    assert the_post().thread.title == "Our grant has become a tender"
    assert the_post().thread.state is PostState.PENDING


def test_hidden_and_restored(app):
    hide = no(kind="hide", hours=1.0)
    restore = DemoVerdict(kind="restore", hours_later=2.0, reason="On a second look.")
    load(with_moderation(a_case(by="", text="", post=1, verdicts=(hide, restore))))
    kinds = [str(kind) for kind in db.session.scalars(select(Decision.kind).order_by(Decision.id))]
    assert kinds[-2:] == ["hide", "restore"]


def test_words_are_removed_for_good(app):
    verdict = no(kind="redact", clause=6, text="a form", code="personal-data", reason="A person.")
    load(with_moderation(a_case(text="Ask Ann about a form.", verdicts=(no_hold(), verdict))))
    assert [mark["code"] for mark in the_post().redactions] == ["personal-data"]
    assert "a form" not in the_post().source
    assert count(SealedText) == 1


def test_threads_are_moved_slowed_and_found_elsewhere(app):
    demo = with_moderation(
        arrangements=(
            DemoArrangement(kind="move", board="other", days_ago=3.0, **ARRANGED),
            DemoArrangement(kind="slow-mode", minutes=30, days=9.0, days_ago=2.0, **ARRANGED),
            DemoArrangement(kind="retopic", topics=("social-value",), days_ago=1.0, **ARRANGED),
        )
    )
    (centre,) = demo.centres
    other = DemoBoard(slug="other", title="Other things", purpose="The rest.")
    load(replace(demo, centres=(replace(centre, boards=(*centre.boards, other)),)))
    thread = db.session.scalars(select(Thread)).one()
    assert thread.board.slug == "other"
    assert thread.slow_minutes == 30
    assert thread.has_trail
    assert everything_wrong() == []


def test_sanctions_complaints_organisations_interests_and_words(app):
    imposed = {
        "member": "newcomer",
        "centre": "north-east",
        "days_ago": 4.0,
        "days": 9.0,
        "clause": 8,
        "reason": "The same text twice.",
        "text": "Once is enough.",
    }
    load(
        with_moderation(
            sanctions=(
                DemoSanction(kind="suspension", **imposed),
                DemoSanction(kind="warning", **(imposed | {"days": 0.0})),
                DemoSanction(
                    kind="slow-mode",
                    minutes=30,
                    lifted_days_ago=2.0,
                    lifted_reason="Well done.",
                    **imposed,
                ),
            ),
            complaints=(
                DemoComplaint(centre="north-east", text="Too slow.", days_ago=3.0),
                DemoComplaint(
                    centre="london",
                    by="asker",
                    text="Too quick.",
                    days_ago=3.0,
                    answer="Thank you.",
                    answered_days_ago=1.0,
                ),
            ),
            registrations=(
                DemoRegistration(
                    by="newcomer",
                    centre="north-east",
                    name="Mending Shed",
                    kind="community-group",
                    size="micro",
                    about="",
                    days_ago=2.0,
                    confirmed_days_ago=1.0,
                ),
            ),
            interests=(
                DemoInterest(
                    by="helper", text="My brother.", organisation="Asker Works", days_ago=8
                ),
                DemoInterest(by="asker", days_ago=8.0),
            ),
            words=(DemoWord(phrase="gift card", effect="hold", days_ago=9.0),),
        )
    )
    sanctions = db.session.scalars(select(Sanction).order_by(Sanction.id)).all()
    assert [sanction.lifted_at is None for sanction in sanctions] == [True, True, False]
    answers = db.session.scalars(select(Complaint.answer).order_by(Complaint.id)).all()
    assert answers == ["", "Thank you."]
    assert sorted(db.session.scalars(select(Interest.text))) == ["", "My brother."]
    assert count(WatchedWord) == 1
    numbers = db.session.execute(select(LogEntry.at).order_by(LogEntry.number)).scalars().all()
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (a_case(days_ago=0.01, verdicts=(no(),)), "runs into the future"),
        (a_case(by="", text="", post=1, noted="A note."), "Nothing waits"),
        (a_case(by="", text="", post=9), "names something unknown"),
        (a_case(verdicts=(no(clause=0),)), "is refused: Choose the house rule"),
        (a_case(verdicts=(no(kind="marvel"),)), "names something unknown"),
    ],
)
def test_contradictions_in_what_moderators_did_are_told(app, case, message):
    with pytest.raises(queries.DemoError, match=message):
        load(with_moderation(case))
    assert count(Account) == 0
