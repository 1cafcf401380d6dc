"""Declared interests: on the profile, in threads, beside posts, and when they end."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from forum.accounts import actions as accounts
from forum.core import clock
from forum.core.access import Anonymous, Restriction
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed, NotFound
from forum.threads import actions, queries
from forum.threads.enums import InterestAnswer
from forum.threads.models import Interest, Post
from tests import factories as make
from tests.statements import count_statements

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 11, 23, 12, tzinfo=UTC)
PAGE = "/account/interests/"
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} **bold** & 'x'"


@pytest.fixture(autouse=True)
def frozen():
    with clock.at(NOW):
        yield


@pytest.fixture
def member(app):
    return make.make_account(display_name="Leah Sutton")


def declare(member, text="We supply telecare.", **more):
    return actions.declare_interest(member, text=text, **more)


def reply(member, thread, answer=None, text="", *, key="one"):
    said = actions.Declaration(InterestAnswer(answer), text) if answer else None
    sent = {"source": "A reply.", "organisation_id": None, "submission_id": key}
    return actions.reply(member, thread, interest=said, **sent)


def live(member, at=NOW):
    return [
        (one.thread_id, one.organisation_id, one.text)
        for one in queries.interests_of(member.id, at)
    ]


class TestStanding:
    def test_it_holds_for_twelve_months(self, member):
        interest = declare(member)
        assert interest.expires_at == NEXT_YEAR
        with clock.at(NEXT_YEAR - timedelta(seconds=1)):
            assert queries.standing_interest(member.id).id == interest.id
        with clock.at(NEXT_YEAR):
            assert queries.standing_interest(member.id) is None
        assert live(member, NEXT_YEAR) == []

    def test_leap_day(self, member):
        with clock.at(datetime(2028, 2, 29, 9, tzinfo=UTC)):
            assert declare(member).expires_at == datetime(2029, 2, 28, 9, tzinfo=UTC)

    def test_newer_takes_the_place_of_the_older(self, member):
        older = declare(member)
        with clock.at(NOW + timedelta(days=1)):
            newer = declare(member, None)
        assert older.withdrawn_at == NOW + timedelta(days=1)
        assert live(member, NOW) == [(None, None, "We supply telecare.")]
        assert live(member, NOW + timedelta(days=2)) == [(None, None, "")]
        assert queries.standing_interest(member.id).id == newer.id

    def test_renewing_is_a_declaration_of_today(self, member):
        interest = declare(member)
        later = NEXT_YEAR + timedelta(days=3)
        with clock.at(later):
            newer = actions.renew_interest(member, interest)
            assert (newer.text, newer.declared_at) == (interest.text, later)
            assert queries.standing_interest(member.id).id == newer.id

    def test_withdrawing_ends_it_and_no_older_one_comes_back(self, member):
        declare(member, "Older.")
        newer = declare(member)
        actions.withdraw_interest(member, newer)
        assert queries.standing_interest(member.id) is None
        assert live(member, NOW + timedelta(seconds=1)) == []

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "Say what"),
            (" . ", "Say what"),
            ("x" * 301, "300 characters"),
            ("bell \x07", "cannot be shown"),
            ("in\u200bvisible", "invisible"),
        ],
    )
    def test_text_that_cannot_be_accepted(self, member, text, message):
        with pytest.raises(Invalid, match=message) as refused:
            declare(member, text)
        assert refused.value.field == "text"
        assert db.session.scalars(select(Interest)).all() == []

    def test_record_holds_no_text(self, member):
        declare(member)
        record = db.session.scalars(select(AuditRecord).filter_by(tag="interest.declare")).one()
        assert "telecare" not in str(record.details) + record.reason


class TestOrganisation:
    def test_by_name_in_any_case_or_by_number(self, member):
        bell = make.make_organisation("Änne's Bell Ltd")
        make.make_organisation("Änne's Bell Ltd and sons")
        for words in ("änne's bell ltd", "  Änne's  Bell Ltd ", str(bell.id)):
            assert declare(member, organisation=words).organisation_id == bell.id
        assert declare(member).organisation_id is None

    def test_unknown_name_gets_hints(self, member):
        bell = make.make_organisation("Bell Telecare")
        make.make_organisation("Bell Hidden", state="waiting")
        with pytest.raises(Invalid) as refused:
            declare(member, organisation="bell")
        assert refused.value.field == "organisation"
        assert f"Did you mean: Bell Telecare (number {bell.id})?" in refused.value.message
        assert "Hidden" not in refused.value.message

    def test_name_of_several_needs_the_number(self, member):
        one, two = make.make_organisation("Bell"), make.make_organisation("Bell")
        with pytest.raises(Invalid, match="Several organisations") as refused:
            declare(member, organisation="Bell")
        assert f"number {one.id}" in refused.value.message
        assert f"number {two.id}" in refused.value.message

    @pytest.mark.parametrize("words", ["%", "_", "999999999", "9" * 50, "²", "'; DROP TABLE"])
    def test_strange_names(self, member, words):
        make.make_organisation("Bell")
        with pytest.raises(Invalid, match="no organisation of this name"):
            declare(member, organisation=words)


class TestRights:
    def test_only_confirmed_members_who_are_not_banned(self, member):
        for nobody in (Anonymous(), make.make_account(confirmed=False)):
            with pytest.raises(NotAllowed):
                declare(nobody)
        interest = declare(member)
        accounts.set_restrictions(member, [Restriction("ban")])
        with pytest.raises(NotAllowed, match="banned"):
            declare(member)
        with pytest.raises(NotAllowed, match="banned"):
            actions.renew_interest(member, interest)
        actions.withdraw_interest(member, interest)

    def test_ending_twice_is_ending_once(self, member):
        interest = declare(member)
        actions.withdraw_interest(member, interest)
        ended = interest.withdrawn_at
        with clock.at(NEXT_YEAR):
            actions.withdraw_interest(member, interest)
        assert interest.withdrawn_at == ended
        tags = db.session.scalars(select(AuditRecord.tag)).all()
        assert tags.count("interest.withdraw") == 1

    def test_nobody_touches_others(self, client, member):
        interest, other = declare(member), make.make_account()
        with pytest.raises(NotFound):
            queries.get_interest(other, interest.id)
        for verb in (actions.renew_interest, actions.withdraw_interest):
            with pytest.raises(NotAllowed):
                verb(other, interest)
        client.sign_in(other)
        token = {"csrf_token": client.token()}
        client.post(f"{PAGE}{interest.id}/withdraw/", data=token, status=404)

    def test_what_was_said_in_a_thread_is_not_renewed(self, member):
        reply(member, make.make_thread(), "declare", "We bid.")
        with pytest.raises(NotAllowed, match="next post"):
            actions.renew_interest(member, db.session.scalars(select(Interest)).one())


class TestWithPosts:
    @pytest.mark.parametrize(
        ("answer", "text", "stands", "stored"),
        [
            (None, "", None, []),
            ("nothing", "", "", [""]),
            ("declare", " We  bid. ", "We bid.", ["We bid."]),
            ("profile", "", "We supply telecare.", []),
        ],
    )
    def test_what_stands_beside_and_what_is_kept(self, member, answer, text, stands, stored):
        declare(member)
        thread = make.make_thread()
        assert reply(member, thread, answer, text).interest == stands
        kept = [one[2] for one in live(member) if one[0] == thread.id]
        assert kept == stored

    def test_later_posts_repeat_it_until_it_expires(self, member):
        thread = make.make_thread()
        reply(member, thread, "declare", "We bid.")
        assert reply(member, thread, "thread", key="two").interest == "We bid."
        with clock.at(NEXT_YEAR), pytest.raises(Invalid) as refused:
            reply(member, thread, "thread", key="three")
        assert refused.value.field == "interest"

    def test_new_answer_in_a_thread_replaces_the_old(self, member):
        thread = make.make_thread()
        first = reply(member, thread, "declare", "We bid.")
        with clock.at(NOW + timedelta(days=1)):
            reply(member, thread, "nothing", key="two")
        assert live(member, NOW + timedelta(days=2)) == [(thread.id, None, "")]
        assert first.interest == "We bid."

    def test_profile_and_other_threads_are_left_alone(self, member):
        declare(member)
        reply(member, make.make_thread(), "declare", "We bid here.")
        reply(member, make.make_thread(), "nothing", key="two")
        assert [one[2] for one in live(member)] == ["We supply telecare.", "We bid here.", ""]

    @pytest.mark.parametrize(
        ("answer", "text", "field"),
        [
            ("profile", "", "interest"),
            ("thread", "", "interest"),
            ("declare", "", "interest_text"),
            ("declare", "x" * 301, "interest_text"),
            ("nothing", "But we bid.", "interest"),
        ],
    )
    def test_answers_that_cannot_be(self, member, answer, text, field):
        with pytest.raises(Invalid) as refused:
            reply(member, make.make_thread(), answer, text)
        assert refused.value.field == field
        assert db.session.scalars(select(Interest)).all() == []

    def test_new_thread_declares_too(self, member):
        thread = actions.start_thread(
            member,
            make.make_board(),
            title="Thirty days from what?",
            source="From the invoice.",
            topic_ids=[make.make_topic().id],
            kind="question",
            organisation_id=None,
            submission_id="one",
            interest=actions.Declaration(InterestAnswer.DECLARE, "We are paid late."),
        )
        assert live(member) == [(thread.id, None, "We are paid late.")]


class TestForm:
    def test_profile_is_the_default_and_then_the_thread(self, client, member):
        thread = make.make_thread()
        page = client.sign_in(member).get(thread.path)
        assert "interest" not in page.fields(button="Post reply")
        declare(member)
        page = client.get(thread.path)
        assert "As on my profile (We supply telecare.)" in page.main
        assert page.fields(button="Post reply")["interest"] == ["profile"]
        client.post_form(page, {"source": "One."}, button="Post reply")
        said = {"source": "Two.", "interest": "declare", "interest_text": "We bid."}
        client.post_form(client.get(thread.path), said, button="Post reply")
        page = client.get(thread.path)
        assert page.fields(button="Post reply")["interest"] == ["thread"]
        client.post_form(page, {"source": "Three."}, button="Post reply")
        stands = db.session.scalars(
            select(Post.interest).where(Post.author_id == member.id).order_by(Post.id)
        ).all()
        assert stands == ["We supply telecare.", "We bid.", "We bid."]

    def test_refusal_and_preview_keep_the_answer(self, client, member):
        thread = make.make_thread()
        said = {"source": "Two.", "interest": "nothing", "interest_text": "We bid."}
        page = client.sign_in(member).post_form(thread.path, said, button="Post reply", status=422)
        assert "You wrote an interest and chose another answer" in page.errors
        assert page.fields(button="Post reply")["interest_text"] == ["We bid."]
        said = {"interest": "declare"}
        page = client.post_form(page, said, button="Preview", status=200)
        assert page.fields(button="Post reply")["interest"] == ["declare"]
        client.post_form(page, {}, button="Post reply")
        assert live(member) == [(thread.id, None, "We bid.")]

    def test_text_alone_is_a_declaration(self, client, member):
        thread = make.make_thread()
        said = {"source": "Two.", "interest_text": "We bid."}
        client.sign_in(member).post_form(thread.path, said, button="Post reply")
        assert live(member) == [(thread.id, None, "We bid.")]

    def test_draft_keeps_it(self, client, member):
        thread = make.make_thread()
        said = {"source": "Two.", "interest": "declare", "interest_text": "We bid."}
        client.sign_in(member).post_form(thread.path, said, button="Save draft")
        fields = client.get(thread.path).fields(button="Post reply")
        assert (fields["interest"], fields["interest_text"]) == (["declare"], ["We bid."])

    @pytest.mark.parametrize("answer", ["x", "'", "thread", "profile"])
    def test_strange_answers_do_no_harm(self, client, member, answer):
        thread = make.make_thread()
        client.sign_in(member)
        said = {"csrf_token": client.token(), "source": "Two.", "speak_as": "", "interest": answer}
        status = 422 if answer in {"thread", "profile"} else 303
        client.post(f"/threads/{thread.id}/reply/", data=said, status=status)
        assert live(member) == []


class TestShown:
    def test_beside_the_post(self, client):
        thread = make.make_thread()
        for interest in (HOSTILE, "", None):
            make.make_post(thread, interest=interest)
        page = client.get(thread.path)
        assert page.texts("p", css="post__interest") == [
            f"Declared interest: {HOSTILE}",
            "Declared: nothing to declare",
        ]

    @pytest.mark.parametrize("state", ["hidden", "withdrawn", "pending", "rejected"])
    def test_not_beside_a_tombstone(self, client, state):
        thread = make.make_thread()
        make.make_post(thread, interest="Unique phrase", state=state)
        assert "Unique phrase" not in client.get(thread.path).text

    def test_page_costs_the_same_with_many_declarations(self, client, member):
        short, long = make.make_thread(), make.make_thread()
        for number in range(12):
            reply(member, long, "declare", f"Interest {number}", key=str(number))
        client.sign_in(member).get(short.path)
        counts = []
        for thread in (short, long):
            with count_statements() as statements:
                client.get(thread.path)
            counts.append(len(statements))
        assert counts[0] == counts[1]

    def test_on_the_public_page_while_it_holds(self, client, member):
        bell = make.make_organisation("Bell")
        interest = declare(member, HOSTILE, organisation="Bell")
        page = client.get(member.path)
        assert f"Declares: {HOSTILE}" in page.main
        assert page.links["Bell"] == bell.path
        assert "Declared on 23 November 2026, holds until 23 November 2027." in page.main
        with clock.at(NEXT_YEAR):
            assert "Declares" not in client.get(member.path).main
        actions.withdraw_interest(member, interest)
        assert "Declares" not in client.get(member.path).main

    def test_nothing_to_declare_is_shown_too(self, client, member):
        declare(member, None)
        assert "Declares: nothing to declare" in client.get(member.path).main


class TestPage:
    def test_declare_renew_withdraw(self, client, member):
        own = make.make_organisation("Bell")
        make.make_membership(member, own)
        page = client.sign_in(member).get(PAGE)
        assert client.get("/account/").links["Your interests"] == PAGE
        assert "You have declared nothing" in page.main
        assert "Yours: Bell." in page.main
        said = {"kind": "something", "text": HOSTILE, "organisation": "Bell"}
        page = client.follow(client.post_form(page, said, button="Declare"))
        assert f"{HOSTILE} ( Bell )" in page.main or f"{HOSTILE} (Bell)" in page.main
        with clock.at(NOW + timedelta(days=30)):
            client.sign_in(member)
            page = client.get(PAGE)
            page = client.follow(client.post_form(page, {}, button="Renew for 12 months"))
            assert "holds until 23 December 2027" in page.main
            assert "Ended on 23 December 2026." in page.main
            page = client.follow(client.post_form(page, {}, button="Withdraw declaration"))
        assert "You have declared nothing" in page.main

    def test_threads_are_listed_while_they_can_be_seen(self, client, member):
        thread, hidden = make.make_thread(title="A debate"), make.make_thread(title="Secret one")
        reply(member, thread, "declare", "We bid.")
        reply(member, hidden, "declare", "We bid.", key="two")
        hidden.state = "hidden"
        make.commit()
        page = client.sign_in(member).get(PAGE)
        assert page.links["A debate"] == thread.path
        assert "Secret one" not in page.main
        client.post_form(page, {}, button="Withdraw A debate")
        assert [one[0] for one in live(member, NOW + timedelta(seconds=1))] == [hidden.id]

    @pytest.mark.parametrize(
        ("said", "message"),
        [
            ({}, "Choose what you declare"),
            ({"kind": "something"}, "Say what your interest is"),
            ({"kind": "something", "text": "x" * 301}, "Shorten your interest"),
            ({"kind": "something", "text": "We bid.", "organisation": "Nobody"}, "no organisation"),
            ({"kind": "something", "text": "bell \x07"}, "cannot be shown"),
        ],
    )
    def test_wrong_value_is_told_and_nothing_lost(self, client, member, said, message):
        page = client.sign_in(member).post_form(PAGE, said, button="Declare", status=422)
        assert any(message in error for error in page.errors)
        if len(said.get("text", "")) == 7:
            assert page.fields(button="Declare")["text"] == ["We bid."]
        assert live(member) == []

    def test_banned_member_sees_it_without_a_form(self, client, member):
        accounts.set_restrictions(member, [Restriction("ban")])
        make.commit()
        page = client.sign_in(member).get(PAGE)
        assert "Declare" not in page.buttons
        assert "You are banned" in page.main

    def test_long_history_costs_the_same(self, client, member):
        declare(member)
        client.sign_in(member).get(PAGE)
        with count_statements() as few:
            client.get(PAGE)
        for number in range(5):
            declare(member, f"Interest {number}", organisation=make.make_organisation().name)
            reply(member, make.make_thread(), "declare", "We bid.", key=str(number))
        with count_statements() as many:
            client.get(PAGE)
        assert len(many) == len(few)
