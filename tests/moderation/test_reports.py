"""Reports: who may, what they count, what several do, and what becomes of them."""

import re
from datetime import timedelta

import pytest

from forum.accounts import queries as accounts
from forum.core import audit, clock
from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed, NotFound
from forum.core.outbox import OutboxEvent
from forum.moderation import actions, queries
from forum.moderation.actions.log import hold_log
from forum.moderation.actions.reports import clause_for, new_reference
from forum.moderation.enums import (
    DecisionKind,
    ItemKind,
    ItemState,
    ReportOutcome,
    ReportReason,
    Seat,
)
from forum.moderation.models import Report
from forum.threads.enums import PostState
from forum.threads.models import Post
from tests import factories, hostile
from tests.moderation.making import (
    decisions,
    entries,
    events,
    held_post,
    items,
    moderator,
    ruling,
)
from tests.moderation.reporting import established, report, visible_post
from tests.statements import count_statements

VISITOR = Anonymous()
REFERENCE = re.compile(r"RT-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


CLAUSES = {
    ReportReason.PERSONAL_ATTACK: "Be civil",
    ReportReason.OFF_TOPIC: "Keep to the subject",
    ReportReason.ADVERTISING: "Do not advertise",
    ReportReason.CONFIDENTIAL: "Keep confidences",
    ReportReason.LIVE_TENDER: "Leave live tenders to their own route",
    ReportReason.PERSONAL_DATA: "Protect people",
    ReportReason.SPAM: "No spam",
    ReportReason.ILLEGAL: "Stay within the law",
}


@pytest.fixture
def judge(app):
    return moderator()


@pytest.fixture
def post(app):
    return visible_post(text="Our platform does this. Book a demonstration.")


def reports():
    return db.session.query(Report).order_by(Report.id).all()


def made_by(account, outcome, *, number=1, days_ago=1):
    """Reports of the account that were decided some days ago."""
    for _ in range(number):
        made = report(account, visible_post())
        made.outcome = ReportOutcome(outcome)
        made.closed_at = clock.now() - timedelta(days=days_ago)
    factories.commit()


class TestReporting:
    def test_a_report_waits_in_the_queue_of_the_centre(self, app, post):
        account = factories.make_account()
        made = report(account, post, reason="spam", note="  The third time this week. ")
        (item,) = items()
        assert (item.kind, item.state) == (ItemKind.REPORT, ItemState.OPEN)
        assert item.centre_id == post.thread.centre_id
        assert item.author_id == post.author_id
        assert item.reasons == [{"why": "spam"}]
        assert item.score == 100
        assert events(item) == ["opened", "reported"]
        assert (made.note, made.reporter_id, made.round) == (
            "The third time this week.",
            account.id,
            1,
        )
        assert post.state is PostState.VISIBLE
        tags = [row.tag for row in db.session.query(audit.AuditRecord)]
        assert "post.report" in tags

    def test_a_second_report_adds_to_the_item(self, app, post):
        report(factories.make_account(), post)
        report(factories.make_account(), post, reason="spam")
        report(VISITOR, post, reason="spam")
        (item,) = items()
        assert item.score == 250
        assert [reason["why"] for reason in item.reasons] == ["advertising", "spam"]
        assert len(reports()) == 3

    def test_a_visitor_counts_half(self, app, post):
        made = report(VISITOR, post)
        assert (made.weight, made.reporter_id) == (50, None)

    def test_who_has_not_confirmed_counts_half(self, app, post):
        assert report(factories.make_account(confirmed=False), post).weight == 50

    def test_twice_in_one_round_is_refused(self, app, post):
        account = factories.make_account()
        report(account, post)
        with pytest.raises(Invalid, match="reported this post already"):
            report(account, post, reason="spam")
        (item,) = items()
        assert (item.score, len(reports())) == (100, 1)

    def test_again_after_a_decision_opens_the_item_again(self, app, post, judge):
        account = factories.make_account()
        report(account, post)
        (item,) = items()
        actions.keep(judge, item.id, version=item.version, ruling=ruling(clause="", reason=""))
        report(account, post, reason="spam")
        (item,) = items()
        assert (item.state, item.times_opened, item.score) == (ItemState.OPEN, 2, 67)

    def test_ones_own_post_is_refused(self, app, post):
        with pytest.raises(NotAllowed, match="your own post"):
            report(post.author, post)
        assert items() == []

    @pytest.mark.parametrize("state", ["hidden", "withdrawn", "pending", "rejected", "retracted"])
    def test_what_cannot_be_read_is_refused(self, app, state):
        post = visible_post(state=state)
        with pytest.raises(NotAllowed, match="nothing to report"):
            report(factories.make_account(), post)
        assert (items(), reports()) == ([], [])

    def test_a_suspended_member_is_refused(self, app, post, judge):
        account = factories.make_account()
        actions.suspend_member(
            judge,
            account,
            centre_id=post.thread.centre_id,
            member_text="",
            ruling=ruling(until=clock.now() + timedelta(days=3)),
        )
        with pytest.raises(NotAllowed):
            report(account, post)
        assert items() == []

    def test_other_needs_a_note(self, app, post):
        with pytest.raises(Invalid, match="Say what is wrong") as refused:
            report(VISITOR, post, reason="other", note=" … ")
        assert refused.value.field == "note"

    @pytest.mark.parametrize("reason", ["", "hate", "SPAM", "\x00", "1"])
    def test_a_reason_that_is_none(self, app, post, reason):
        with pytest.raises(Invalid) as refused:
            report(VISITOR, post, reason=reason)
        assert refused.value.field == "reason"

    def test_a_note_too_long(self, app, post):
        with pytest.raises(Invalid) as refused:
            report(VISITOR, post, note="x" * 1001)
        assert refused.value.field == "note"

    def test_references_are_not_guessed(self):
        found = {new_reference() for _ in range(500)}
        assert len(found) == 500
        assert all(REFERENCE.fullmatch(one) for one in found)


class TestWeight:
    @pytest.mark.parametrize(
        ("upheld", "not_upheld", "weight"),
        [(0, 0, 100), (1, 0, 100), (0, 1, 67), (3, 3, 62), (0, 2, 50), (0, 18, 10), (0, 30, 10)],
    )
    def test_the_share_that_was_upheld(self, app, upheld, not_upheld, weight):
        assert queries.ReporterRecord(upheld, not_upheld).weight == weight

    def test_only_decided_reports_of_a_year_count(self, app):
        account = factories.make_account()
        made_by(account, "upheld")
        made_by(account, "not-upheld", number=2)
        made_by(account, "not-upheld", days_ago=366)
        made_by(account, "withdrawn")
        report(account, visible_post())
        record = queries.reporter_record(account.id)
        assert (record.upheld, record.not_upheld) == (1, 2)
        assert report(account, visible_post()).weight == 60

    def test_others_do_not_count(self, app):
        made_by(factories.make_account(), "not-upheld", number=2)
        assert queries.weight_of(factories.make_account()) == 100


class TestHiding:
    def test_three_established_members_hide_until_review(self, app, post, judge):
        first, second, third = established(), established(), established()
        report(first, post)
        report(second, post)
        assert post.state is PostState.VISIBLE
        report(third, post, reason="spam")
        assert post.state is PostState.HIDDEN
        (decision,) = decisions()
        assert (decision.kind, decision.seat, decision.actor_id) == (
            DecisionKind.HIDE,
            Seat.SITE,
            None,
        )
        assert decision.rule.endswith("clause 3: Do not advertise")
        assert "until a moderator has looked" in decision.reason
        (item,) = items()
        assert item.state is ItemState.OPEN
        assert {one.outcome for one in reports()} == {ReportOutcome.OPEN}
        assert len(entries()) == 1

    def test_a_fourth_report_hides_nothing_more(self, app, post, judge):
        members = [established() for _ in range(3)]
        for member in members:
            report(member, post)
        with pytest.raises(NotAllowed):
            report(established(), post)
        assert len(decisions()) == 1

    def test_what_a_moderator_left_meanwhile_is_not_hidden(self, app, post, judge, monkeypatch):
        """The last reporter waits for the log, which a moderator who decides has."""
        for _ in range(2):
            report(established(), post)
        (item,) = items()

        def keep_first():
            monkeypatch.undo()
            ruled = ruling(clause="", reason="")
            actions.keep(judge, item.id, version=item.version, ruling=ruled)
            hold_log()

        monkeypatch.setattr("forum.moderation.actions.reports.hold_log", keep_first)
        third = report(established(), post, reason="spam")
        assert post.state is PostState.VISIBLE
        assert [decision.kind for decision in decisions()] == [DecisionKind.KEEP]
        outcomes = [one.outcome for one in reports()]
        assert outcomes == [ReportOutcome.NOT_UPHELD] * 2 + [ReportOutcome.OPEN]
        assert (item.state, item.times_opened, third.round) == (ItemState.OPEN, 2, 2)

    def test_a_moderator_shows_it_again(self, app, post, judge):
        for _ in range(3):
            report(established(), post)
        (item,) = items()
        actions.keep(judge, item.id, version=item.version, ruling=ruling(clause="", reason=""))
        assert post.state is PostState.VISIBLE
        assert {one.outcome for one in reports()} == {ReportOutcome.NOT_UPHELD}

    def test_a_moderator_agrees(self, app, post, judge):
        for _ in range(3):
            report(established(), post)
        (item,) = items()
        actions.hide_post(judge, post, ruling=ruling(), version=item.version)
        assert post.state is PostState.HIDDEN
        assert post.hidden_reason == ruling().reason
        assert {one.outcome for one in reports()} == {ReportOutcome.UPHELD}

    def test_new_members_hide_nothing(self, app, post, judge):
        report(established(), post)
        report(established(), post)
        report(factories.make_account(), post)
        newcomer = factories.make_account()
        factories.make_thread(author=newcomer, posts=3)
        report(newcomer, post)
        quiet = factories.make_account(confirmed_at=clock.now() - timedelta(days=90))
        report(quiet, post)
        assert post.state is PostState.VISIBLE

    def test_visitors_hide_nothing(self, app, post, judge):
        for _ in range(9):
            report(VISITOR, post)
        assert post.state is PostState.VISIBLE

    def test_those_with_little_weight_hide_nothing(self, app, post, judge):
        unreliable = established()
        made_by(unreliable, "not-upheld", number=3)
        for member in (established(), established(), unreliable):
            report(member, post)
        assert post.state is PostState.VISIBLE

    def test_the_restricted_are_not_established(self, app, post, judge):
        slow = established()
        actions.slow_member(
            judge,
            slow,
            centre_id=post.thread.centre_id,
            minutes=5,
            member_text="",
            ruling=ruling(until=clock.now() + timedelta(days=3)),
        )
        for member in (established(), established(), slow):
            report(member, post)
        assert post.state is PostState.VISIBLE

    def test_nothing_is_hidden_where_nobody_could_review_it(self, app, post):
        moderator("london")
        factories.make_account(role="administrator")
        for _ in range(4):
            report(established(), post)
        assert post.state is PostState.VISIBLE

    def test_staff_of_the_centre_are_not_silenced(self, app, judge):
        moderator()
        post = visible_post(author=judge)
        for _ in range(4):
            report(established(), post)
        assert post.state is PostState.VISIBLE
        assert items()[0].score == 400

    def test_without_rules_nothing_is_hidden(self, app, post, judge, monkeypatch):
        monkeypatch.setattr("forum.accounts.queries.rules_in_force", lambda _centre: [])
        for _ in range(3):
            report(established(), post)
        assert post.state is PostState.VISIBLE

    @pytest.mark.parametrize("reason", [r for r in ReportReason if r is not ReportReason.OTHER])
    def test_every_reason_has_its_clause(self, app, reason):
        centre = factories.get_centre()
        named = clause_for(centre.id, [reason, reason, ReportReason.OTHER])
        rules_id, number = map(int, named.split(":"))
        clause = accounts.find_clause(rules_id, number)
        assert clause.title == CLAUSES[reason]

    def test_what_fits_none_names_the_first(self, app):
        assert clause_for(factories.get_centre().id, [ReportReason.OTHER]).endswith(":1")


class TestPage:
    def test_a_visitor_reports_and_follows_the_reference(self, client, post, judge):
        page = client.get(post.thread.path)
        link = page.find("a", href=f"/posts/{post.id}/report/")
        assert len(link) == 1
        answer = client.post_form(
            f"/posts/{post.id}/report/",
            {"reason": "spam", "note": "Again."},
            button="Send report",
        )
        (made,) = reports()
        assert answer.headers["Location"] == f"/reports/{made.reference}/"
        assert made.reporter_id is None
        page = client.follow(answer)
        assert made.reference in page.h1
        assert "Waiting for a moderator" in page.main
        assert "Again." not in page.main
        assert page.headers["Cache-Control"] == "private, no-store"
        assert '<meta name="robots" content="noindex">' in page.text
        (item,) = items()
        actions.hide_post(judge, post, ruling=ruling(), version=item.version)
        page = client.get(f"/reports/{made.reference.lower()}/")
        assert "Upheld" in page.main
        assert judge.display_name not in page.words
        assert page.links["Read the decision in the public log"] == entry_path()

    def test_without_a_session_the_status_page_sets_no_cookie(self, browser, post):
        made = report(VISITOR, post)
        page = browser().get(f"/reports/{made.reference}/")
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "private, no-store"

    def test_a_member_reports_and_sees_what_became_of_it(self, browser, post, judge):
        account = factories.make_account()
        opened = browser(account)
        answer = opened.post_form(
            f"/posts/{post.id}/report/", {"reason": "personal-attack"}, button="Send report"
        )
        assert answer.headers["Location"] == "/account/reports/"
        page = opened.follow(answer)
        assert "Thank you" in page.words
        assert "Waiting for a moderator" in page.main
        assert "Your reports count in full" in page.main
        (item,) = items()
        actions.keep(judge, item.id, version=item.version, ruling=ruling(clause="", reason=""))
        page = opened.get("/account/reports/")
        assert "Not upheld" in page.main
        assert "count for 67%" in page.main
        assert "did not uphold 1" in page.main
        assert judge.display_name not in page.words

    def test_every_reason_has_an_example(self, client, post):
        page = client.get(f"/posts/{post.id}/report/")
        assert len(page.find("input", type="radio")) == len(ReportReason)
        assert len(page.find("div", css="govuk-radios__hint")) == len(ReportReason)

    def test_reporting_twice_says_so_and_keeps_the_note(self, browser, post):
        account = factories.make_account()
        report(account, post)
        page = browser(account).post_form(
            f"/posts/{post.id}/report/",
            {"reason": "spam", "note": "Still there."},
            button="Send report",
            status=422,
        )
        assert "You have reported this post already" in page.main
        assert "Still there." in page.text

    def test_the_same_form_sent_twice_is_one_report(self, client, browser, post):
        """A visitor has no account by which a second sending could be known."""
        path = f"/posts/{post.id}/report/"
        page = client.get(path)
        answers = [
            client.post_form(page, {"reason": "spam"}, button="Send report") for _ in range(2)
        ]
        (made,) = reports()
        assert {answer.headers["Location"] for answer in answers} == {f"/reports/{made.reference}/"}
        (item,) = items()
        assert (item.score, events(item)) == (50, ["opened", "reported"])
        member = browser(factories.make_account())
        page = member.get(path)
        for _ in range(2):
            answer = member.post_form(page, {"reason": "spam"}, button="Send report")
            assert answer.headers["Location"] == "/account/reports/"
        assert len(reports()) == 2

    def test_another_form_or_post_is_another_report(self, client, browser, post):
        path, other = f"/posts/{post.id}/report/", visible_post()
        for _ in range(2):
            client.post_form(path, {"reason": "spam"}, button="Send report")
        page = client.get(path)
        form = page.fields(button="Send report")["submission_id"][0]
        wording = {"reason": "spam", "submission_id": form}
        client.post_form(page, wording, button="Send report")
        client.post_form(f"/posts/{other.id}/report/", wording, button="Send report")
        assert len(reports()) == 4
        # The same form, sent again after signing in, leads to the report that it made.
        answer = browser(factories.make_account()).post_form(path, wording, button="Send report")
        assert answer.headers["Location"] == f"/reports/{reports()[2].reference}/"
        assert len(reports()) == 4

    def test_a_form_sent_again_after_the_decision_changes_nothing(self, client, post, judge):
        page = client.get(f"/posts/{post.id}/report/")
        client.post_form(page, {"reason": "spam"}, button="Send report")
        (item,) = items()
        actions.keep(judge, item.id, version=item.version, ruling=ruling(clause="", reason=""))
        client.post_form(page, {"reason": "spam"}, button="Send report")
        assert len(reports()) == 1
        assert items()[0].state is ItemState.CLOSED

    def test_something_else_without_a_note(self, client, post):
        page = client.post_form(
            f"/posts/{post.id}/report/", {"reason": "other"}, button="Send report", status=422
        )
        assert page.errors == ["Say what is wrong with the post"]
        assert page.title.startswith("Error:")

    def test_no_reason_chosen(self, client, post):
        page = client.post_form(f"/posts/{post.id}/report/", {}, button="Send report", status=422)
        assert page.errors == ["Choose what is wrong with the post"]

    def test_ones_own_post_has_no_link_and_is_refused(self, browser, post):
        opened = browser(post.author)
        assert not opened.get(post.thread.path).find("a", href=f"/posts/{post.id}/report/")
        page = opened.get(f"/posts/{post.id}/report/", status=403)
        assert "Edit it or withdraw it" in page.main

    def test_a_post_that_one_cannot_see_is_not_there(self, client, browser):
        waiting, _item = held_post()
        private = factories.make_post(
            factories.make_thread(factories.make_board(readers="members"))
        )
        for path in (f"/posts/{waiting.id}/report/", f"/posts/{private.id}/report/"):
            client.get(path, status=404)
            client.post(path, status=404, data={"csrf_token": client.token(), "reason": "spam"})
        browser(factories.make_account()).get(f"/posts/{waiting.id}/report/", status=404)
        assert reports() == []

    def test_a_tombstone_cannot_be_reported(self, client):
        post = visible_post(state="withdrawn")
        client.get(f"/posts/{post.id}/report/", status=403)
        assert not client.get(post.thread.path).find("a", href=f"/posts/{post.id}/report/")

    @pytest.mark.parametrize("reference", ["RT-2222-2222", "x", "%C3%A9", "'--", "%F0%9F%92%A9"])
    def test_no_such_reference(self, client, post, reference):
        report(VISITOR, post)
        client.get(f"/reports/{reference}/", status=404)

    def test_a_members_report_is_theirs_alone(self, client, browser, post):
        account = factories.make_account()
        made = report(account, post)
        client.get(f"/reports/{made.reference}/", status=404)
        browser(factories.make_account()).get(f"/reports/{made.reference}/", status=404)
        browser(account).get(f"/reports/{made.reference}/")

    def test_a_thread_out_of_sight_does_not_show_its_title(self, browser, judge):
        account = factories.make_account()
        thread = factories.make_thread(title="Hush about the winning bid")
        first = thread_post(thread)
        report(account, first)
        (item,) = items()
        actions.hide_post(judge, first, ruling=ruling(), version=item.version)
        page = browser(account).get("/account/reports/")
        assert "Hush" not in page.words
        assert "cannot read now" in page.main

    def test_the_author_never_learns_who_reported(self, browser, post, judge):
        account = factories.make_account(display_name="Quiet Observer", handle="quiet-observer")
        report(account, post, note="I saw this at work.")
        (item,) = items()
        actions.hide_post(judge, post, ruling=ruling(), version=item.version)
        opened = browser(post.author)
        for path in (post.thread.path, "/account/standing/", "/account/reports/"):
            page = opened.get(path)
            assert "Quiet Observer" not in page.text
            assert "quiet-observer" not in page.text
            assert "I saw this at work" not in page.text

    def test_hostile_notes_are_shown_as_typed(self, browser, post):
        account = factories.make_account()
        opened = browser(account)
        for text in [*hostile.strings()[:60:6], "\x00", "<b>me</b>\x1b"]:
            target = visible_post()
            answer = opened.open(
                f"/posts/{target.id}/report/",
                method="POST",
                data={"csrf_token": opened.token(), "reason": "spam", "note": text},
                headers={"Origin": "http://localhost"},
            )
            if hostile.can_be_written(text):
                assert answer.status_code == 303
                assert reports()[-1].note == hostile.as_stored(text)
                page = opened.get("/account/reports/")
                assert " ".join(hostile.as_stored(text).split()) in page.main
            else:
                assert answer.status_code == 422
                assert "a character that cannot be shown" in answer.main
                assert not db.session.query(Report).filter_by(post_id=target.id).all()

    def test_reports_page_by_page(self, browser):
        account = factories.make_account()
        for _ in range(21):
            report(account, visible_post())
        page = browser(account).get("/account/reports/")
        assert len(page.find("h2", css="rows__title")) == 20
        older = browser(account).get(
            next(url for text, url in page.links.items() if "Older" in text)
        )
        assert len(older.find("h2", css="rows__title")) == 1

    def test_statements_do_not_grow(self, browser):
        account = factories.make_account()
        report(account, visible_post())
        opened = browser(account)
        opened.get("/account/reports/")
        with count_statements() as few:
            opened.get("/account/reports/")
        for _ in range(8):
            report(account, visible_post())
        with count_statements() as many:
            opened.get("/account/reports/")
        assert len(many) == len(few), "\n".join(many)

    def test_limits(self, browser, limits_on):
        posts = [visible_post() for _ in range(11)]
        opened = browser(factories.make_account())
        for post in posts[:10]:
            opened.post_form(f"/posts/{post.id}/report/", {"reason": "spam"}, button="Send report")
        opened.post_form(
            f"/posts/{posts[10].id}/report/", {"reason": "spam"}, button="Send report", status=429
        )
        assert len(reports()) == 10

    def test_refused_forms_count_for_nothing(self, client, post, limits_on):
        for _ in range(12):
            client.post_form(f"/posts/{post.id}/report/", {}, button="Send report", status=422)
        client.post_form(f"/posts/{post.id}/report/", {"reason": "spam"}, button="Send report")


def test_closing_tells_each_reporter_once(app, post, judge):
    for _ in range(3):
        report(factories.make_account(), post)
    (item,) = items()
    actions.hide_post(judge, post, ruling=ruling(), version=item.version)
    names = [event.name for event in db.session.query(OutboxEvent)]
    assert names.count("ReportClosed") == 3


def test_a_reference_is_found_whatever_its_case(app, post):
    made = report(VISITOR, post)
    assert queries.get_report(VISITOR, made.reference.lower()).id == made.id
    with pytest.raises(NotFound):
        queries.get_report(VISITOR, made.reference + "\x00")


def entry_path():
    return f"/moderation-log/{decisions()[-1].entry_number}/"


def thread_post(thread):
    return db.session.query(Post).filter_by(thread_id=thread.id, number=1).one()
