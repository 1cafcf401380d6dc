"""Appeals: lodged by the person restricted, decided by others, restored exactly."""

import json
from datetime import timedelta

import pytest

from forum.core import clock
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.core.outbox import OutboxEvent
from forum.moderation import actions, queries
from forum.moderation.actions import Recused, Ruling
from forum.moderation.enums import (
    AppealState,
    DecisionKind,
    ItemKind,
    ItemState,
    ReportOutcome,
    Seat,
)
from forum.moderation.models import Appeal, ReviewItem
from forum.ops.queries import counters
from forum.threads import actions as threads
from forum.threads.enums import PostState
from forum.threads.models import HeldEdit
from tests import factories, hostile
from tests.moderation.making import (
    decisions,
    entries,
    events,
    held_post,
    items,
    manager,
    moderator,
    queue,
    ruling,
)
from tests.moderation.reporting import established, hidden_post, in_days, report, visible_post
from tests.statements import count_statements

OUTCOME = Ruling(reason="The post tells what was learnt. Clause 3 allows that.")
TEXT = "It tells what we have learnt, and sells nothing."


@pytest.fixture
def judge(app):
    return moderator()


@pytest.fixture
def other(app):
    return moderator("london")


def lodge(decision, text=TEXT):
    return actions.lodge_appeal(decision.account, decision.id, text=text)


def item_of(appeal):
    return queries.item_of(appeal.id)


def reverse(actor, appeal, **fields):
    version = fields.pop("version", item_of(appeal).version)
    return actions.reverse_decision(actor, appeal.id, version=version, ruling=OUTCOME, **fields)


def uphold(actor, appeal, **fields):
    version = fields.pop("version", item_of(appeal).version)
    return actions.uphold_decision(actor, appeal.id, version=version, ruling=OUTCOME, **fields)


def rejected_post(judge, **fields):
    post, item = held_post(**fields)
    decision = actions.reject(judge, item.id, version=item.version, ruling=ruling())
    return post, decision


def wrong_counters():
    return [
        *counters.wrong_threads(),
        *counters.wrong_boards(),
        *counters.wrong_voices(),
        *counters.wrong_thread_topics(),
    ]


def names_of_events():
    return [event.name for event in db.session.query(OutboxEvent).order_by(OutboxEvent.id)]


class TestLodging:
    def test_it_waits_for_another_centre(self, app, judge, other):
        post, decision = hidden_post(judge)
        appeal = lodge(decision)
        assert appeal.due_at - appeal.lodged_at == timedelta(days=14)
        item = item_of(appeal)
        assert (item.kind, item.state) == (ItemKind.APPEAL, ItemState.OPEN)
        assert item.centre_id == post.thread.centre_id
        assert item.author_id == post.author_id
        queries.get_item(other, item.id)
        with pytest.raises(NotFound):
            queries.get_item(judge, item.id)
        with pytest.raises(NotFound):
            queries.get_appeal(judge, appeal.id)
        assert "AppealLodged" in names_of_events()

    def test_only_the_person_restricted(self, app, judge):
        _post, decision = hidden_post(judge)
        for actor in (factories.make_account(), judge, moderator("london")):
            with pytest.raises(NotFound):
                actions.lodge_appeal(actor, decision.id, text=TEXT)
        assert db.session.query(Appeal).count() == 0

    def test_once_for_each_decision(self, app, judge):
        _post, decision = hidden_post(judge)
        lodge(decision)
        with pytest.raises(Invalid, match="appealed already"):
            lodge(decision)

    def test_within_28_days(self, app, judge):
        _post, decision = hidden_post(judge)
        last = decision.at + timedelta(days=28)
        with clock.at(last), pytest.raises(NotAllowed, match="28 days"):
            lodge(decision)
        with clock.at(last - timedelta(seconds=1)):
            lodge(decision)

    def test_not_what_restricts_nobody(self, app, judge):
        _post, item = held_post()
        decision = actions.approve(
            judge, item.id, version=item.version, ruling=ruling(clause="", reason="")
        )
        with pytest.raises(NotAllowed, match="restricts nobody"):
            lodge(decision)

    def test_not_what_was_undone(self, app, judge):
        _post, decision = hidden_post(judge)
        actions.undo_decision(judge, decision.id)
        with pytest.raises(NotAllowed, match="has been undone"):
            lodge(decision)

    def test_not_what_was_decided_again(self, app, judge):
        post, decision = hidden_post(judge)
        actions.restore_post(judge, post, ruling=Ruling())
        with pytest.raises(NotAllowed, match="Appeal the later decision"):
            lodge(decision)

    def test_not_what_was_sent_again(self, app, judge):
        post, decision = rejected_post(judge)
        threads.edit_post(
            post.author,
            post,
            source="What we have learnt from forms.",
            note="",
            version=post.version,
        )
        with pytest.raises(NotAllowed, match="sent this again"):
            lodge(decision)

    def test_not_before_a_moderator_has_looked(self, app, judge):
        post = visible_post()
        for _ in range(3):
            report(established(), post)
        (decision,) = decisions()
        with pytest.raises(NotAllowed, match="A moderator will look"):
            lodge(decision)

    @pytest.mark.parametrize("text", ["", " \n ", "…", "x" * 5001, "a\x00b"])
    def test_texts_that_cannot_be_accepted(self, app, judge, text):
        _post, decision = hidden_post(judge)
        with pytest.raises(Invalid) as refused:
            lodge(decision, text)
        assert refused.value.field == "text"
        assert db.session.query(Appeal).count() == 0

    def test_against_the_whole_site_the_own_centre_stays_out(self, app):
        member = factories.make_account()
        sanction = actions.ban_member(
            factories.make_account(role="administrator"),
            member,
            centre_id=None,
            member_text="",
            ruling=ruling(),
        )
        appeal = lodge(sanction.decision)
        assert item_of(appeal).centre_id == factories.get_centre("north-east").id
        reverse(moderator("london"), appeal)
        assert member.restrictions == []

    def test_a_national_member_can_appeal_as_well(self, app):
        member = factories.make_account(region=None)
        sanction = actions.warn_member(
            factories.make_account(role="administrator"),
            member,
            centre_id=None,
            member_text="",
            ruling=ruling(),
        )
        lodge(sanction.decision)


class TestDeciding:
    def test_reversing_restores_everything(self, app, judge, other):
        thread = factories.make_thread(posts=2)
        post = factories.make_post(thread, text="What we have learnt.")
        factories.make_post(thread)
        was = (post.number, post.created_at, post.html, post.edited_at)
        db.session.refresh(thread)
        counts = (thread.reply_count, thread.last_shown, thread.board.post_count)
        decision = actions.hide_post(judge, post, ruling=ruling())
        db.session.refresh(thread)
        assert thread.reply_count == counts[0] - 1
        appeal = lodge(decision)
        outcome = reverse(other, appeal)
        db.session.refresh(thread)
        db.session.refresh(thread.board)
        assert post.state is PostState.VISIBLE
        assert (post.number, post.created_at, post.html, post.edited_at) == was
        assert (thread.reply_count, thread.last_shown, thread.board.post_count) == counts
        assert (post.hidden_rule, post.hidden_reason, post.entry_number) == ("", "", None)
        assert wrong_counters() == []
        assert outcome.waited_seconds is not None
        assert (outcome.kind, outcome.seat) == (DecisionKind.REVERSE, Seat.NEIGHBOUR)
        assert (appeal.state, appeal.outcome_id) == (AppealState.REVERSED, outcome.id)
        assert decision.undone_at is not None
        assert item_of(appeal).state is ItemState.CLOSED

    def test_the_log_shows_the_chain(self, app, judge, other):
        _post, decision = hidden_post(judge)
        reverse(other, lodge(decision))
        first, second = (json.loads(entry.body) for entry in entries())
        assert second["action"] == "reverse"
        assert second["corrects"] == first["number"] == decision.entry_number
        assert second["reason"] == OUTCOME.reason
        assert TEXT not in entries()[-1].body
        assert other.display_name not in entries()[-1].body

    def test_the_appellant_is_told_once(self, app, judge, other):
        for act in (reverse, uphold):
            _post, decision = hidden_post(judge)
            act(other, lodge(decision))
        assert names_of_events().count("AppealDecided") == 2

    def test_upholding_changes_nothing_but_the_appeal(self, app, judge, other):
        post, decision = hidden_post(judge)
        appeal = lodge(decision)
        outcome = uphold(other, appeal)
        assert post.state is PostState.HIDDEN
        assert decision.undone_at is None
        assert (appeal.state, appeal.outcome_id) == (AppealState.UPHELD, outcome.id)
        assert json.loads(entries()[-1].body)["corrects"] == decision.entry_number
        with pytest.raises(Invalid, match="appealed already"):
            lodge(decision)

    def test_a_reason_is_needed(self, app, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        for act in (actions.uphold_decision, actions.reverse_decision):
            with pytest.raises(Invalid) as refused:
                act(other, appeal.id, version=item_of(appeal).version, ruling=Ruling())
            assert refused.value.field == "reason"
        assert appeal.state is AppealState.WAITING

    def test_a_rejected_post_is_published_in_its_place(self, app, judge, other):
        post, decision = rejected_post(judge)
        later = factories.make_post(post.thread)
        written = post.created_at
        reverse(other, lodge(decision))
        assert post.state is PostState.VISIBLE
        assert (post.created_at, post.holds) == (written, [])
        assert post.number < later.number
        assert "PostPublished" in names_of_events()
        assert wrong_counters() == []
        assert all(item.state is ItemState.CLOSED for item in items())

    def test_a_suspension_ends(self, app, judge, other):
        member = factories.make_account()
        sanction = actions.suspend_member(
            judge,
            member,
            centre_id=factories.get_centre().id,
            member_text="",
            ruling=ruling(until=in_days(7)),
        )
        actions.warn_member(
            judge, member, centre_id=factories.get_centre().id, member_text="", ruling=ruling()
        )
        reverse(other, lodge(sanction.decision))
        assert member.restrictions == []
        assert len(queries.warnings_of(member.id)) == 1

    def test_reports_that_were_upheld_count_as_not_upheld(self, app, judge, other):
        reporter = factories.make_account()
        post = visible_post()
        made = report(reporter, post)
        (item,) = items()
        decision = actions.hide_post(judge, post, ruling=ruling(), version=item.version)
        assert made.outcome is ReportOutcome.UPHELD
        reverse(other, lodge(decision))
        assert made.outcome is ReportOutcome.NOT_UPHELD
        record = queries.reporter_record(reporter.id)
        assert (record.upheld, record.not_upheld) == (0, 1)

    def test_undoing_in_ten_minutes_settles_the_appeal(self, app, judge):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        undone = actions.undo_decision(judge, decision.id)
        assert (appeal.state, appeal.outcome_id) == (AppealState.REVERSED, undone.id)
        assert item_of(appeal).state is ItemState.CLOSED

    def test_twice_is_a_conflict(self, app, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        version = item_of(appeal).version
        reverse(other, appeal)
        with pytest.raises(Conflict, match=f"{other.display_name} reversed the decision"):
            uphold(moderator("south-west"), appeal, version=version)

    def test_an_item_that_changed_meanwhile(self, app, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        version = item_of(appeal).version
        actions.claim_item(other, item_of(appeal).id)
        with pytest.raises(Conflict):
            reverse(other, appeal, version=version)
        with pytest.raises(Conflict, match="has claimed"):
            reverse(moderator("south-west"), appeal)

    def test_what_the_author_withdrew_cannot_be_restored(self, app, judge, other):
        post, decision = rejected_post(judge)
        appeal = lodge(decision)
        threads.withdraw_post(post.author, post)
        with pytest.raises(Conflict, match="nothing to restore"):
            reverse(other, appeal)
        uphold(other, appeal)
        assert post.state is PostState.RETRACTED

    def test_what_was_restored_meanwhile_cannot_be_restored(self, app, judge, other):
        post, decision = hidden_post(judge)
        appeal = lodge(decision)
        actions.restore_post(judge, post, ruling=Ruling())
        with pytest.raises(Conflict):
            reverse(other, appeal)

    def test_an_outcome_cannot_be_undone(self, app, judge, other):
        _post, decision = hidden_post(judge)
        outcome = reverse(other, lodge(decision))
        with pytest.raises(NotAllowed):
            actions.undo_decision(other, outcome.id)


class TestRights:
    def decide(self, actor, appeal, error=NotAllowed):
        for act in (uphold, reverse):
            with pytest.raises(error):
                act(actor, appeal)
        assert appeal.state is AppealState.WAITING

    def test_nobody_of_the_same_centre(self, app, judge):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        for actor in (judge, moderator(), manager(), decision.account, factories.make_account()):
            self.decide(actor, appeal)

    def test_an_administrator_who_took_no_part(self, app, judge):
        _post, decision = hidden_post(judge)
        reverse(factories.make_account(role="administrator"), lodge(decision))

    def test_not_an_administrator_who_decided(self, app):
        admin = factories.make_account(role="administrator")
        _post, decision = hidden_post(admin)
        self.decide(admin, lodge(decision))

    def test_not_who_reported_the_post(self, app, judge, other):
        post = visible_post()
        report(other, post)
        (item,) = items()
        decision = actions.hide_post(judge, post, ruling=ruling(), version=item.version)
        self.decide(other, lodge(decision))

    def test_not_who_noted_or_claimed_the_item(self, app, judge):
        both = moderator("london")
        factories.grant_role(both, "moderator")
        post, item = held_post()
        actions.note_item(both, item.id, text="I know this one.")
        decision = actions.reject(judge, item.id, version=item.version, ruling=ruling())
        appeal = lodge(decision)
        db.session.delete(next(g for g in both.grants if g.centre_id == post.thread.centre_id))
        factories.commit()
        db.session.refresh(both)
        self.decide(both, appeal)

    def test_not_the_appellant_who_moderates_elsewhere(self, app, judge):
        author = moderator("london")
        _post, decision = hidden_post(judge, author=author)
        appeal = lodge(decision)
        self.decide(author, appeal)
        with pytest.raises(NotFound):
            queries.get_appeal(author, appeal.id)

    def test_an_interest_recuses_and_is_recorded(self, app, judge, other):
        organisation = factories.make_organisation()
        author = factories.make_account(organisation=organisation)
        factories.make_membership(other, organisation)
        _post, decision = hidden_post(judge, author=author)
        appeal = lodge(decision)
        self.decide(other, appeal, Recused)
        assert "recused" in events(item_of(appeal))

    def test_an_interest_in_the_member_recuses(self, app, judge, other):
        organisation = factories.make_organisation()
        member = factories.make_account(organisation=organisation)
        factories.make_membership(other, organisation)
        sanction = actions.warn_member(
            judge, member, centre_id=factories.get_centre().id, member_text="", ruling=ruling()
        )
        self.decide(other, lodge(sanction.decision), Recused)


class TestWithdrawing:
    def test_it_leaves_the_queue_for_good(self, app, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        actions.withdraw_appeal(decision.account, decision.id)
        assert appeal.state is AppealState.WITHDRAWN
        assert item_of(appeal).state is ItemState.CLOSED
        with pytest.raises(Invalid):
            lodge(decision)
        with pytest.raises(Conflict):
            reverse(other, appeal)

    def test_not_what_was_decided(self, app, judge, other):
        _post, decision = hidden_post(judge)
        uphold(other, lodge(decision))
        with pytest.raises(Conflict):
            actions.withdraw_appeal(decision.account, decision.id)

    def test_only_ones_own(self, app, judge, other):
        _post, decision = hidden_post(judge)
        lodge(decision)
        with pytest.raises(NotFound):
            actions.withdraw_appeal(other, decision.id)
        _post, unappealed = hidden_post(judge)
        with pytest.raises(Invalid):
            actions.withdraw_appeal(unappealed.account, unappealed.id)


class TestPages:
    def own(self, decision, what="appeal"):
        return f"/account/standing/decisions/{decision.id}/{what}/"

    def test_from_standing_to_reversal(self, browser, judge, other):
        post, decision = hidden_post(judge)
        author = browser(post.author)
        page = author.get("/account/standing/")
        path = next(url for text, url in page.links.items() if "Appeal this decision" in text)
        assert path == self.own(decision)
        page = author.get(path)
        assert page.h1 == "Appeal this decision"
        assert ruling().reason in page.main
        page = author.follow(author.post_form(page, {"text": TEXT}, button="Send appeal"))
        assert page.h1 == "Your appeal"
        assert TEXT in page.main
        appeal = db.session.query(Appeal).one()
        hearing = browser(other)
        page = hearing.get(f"/moderation/appeals/{appeal.id}/")
        assert TEXT in page.main
        assert "Overdue" not in page.main
        answer = hearing.post_form(page, {"reason": OUTCOME.reason}, button="Reverse the decision")
        page = hearing.follow(answer)
        assert "The decision was reversed." in page.main
        assert "Uphold the decision" not in page.buttons
        page = author.get(path)
        assert "The decision was taken back" in page.main
        assert OUTCOME.reason in page.main
        assert "taken back on" in author.get("/account/standing/").main
        assert post.state is PostState.VISIBLE

    def test_the_queue_leads_to_it(self, browser, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        page = browser(other).get("/moderation/")
        assert f"/moderation/appeals/{appeal.id}/" in page.links.values()
        assert "Somebody asks that a decision be looked at again." in page.main
        page = browser(judge).get("/moderation/")
        assert f"/moderation/appeals/{appeal.id}/" not in page.links.values()

    def test_upholding_by_form(self, browser, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        hearing = browser(other)
        path = f"/moderation/appeals/{appeal.id}/"
        page = hearing.post_form(path, {}, button="Uphold the decision", status=422)
        assert page.errors == ["Give a reason; everybody can read it"]
        hearing.post_form(path, {"reason": OUTCOME.reason}, button="Uphold the decision")
        page = browser(decision.account).get(self.own(decision))
        assert "The decision stands." in page.main

    def test_neither_button(self, browser, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        opened = browser(other)
        path = f"/moderation/appeals/{appeal.id}/"
        page = opened.post_form(path, {"reason": "Because."}, status=422)
        assert "Choose what becomes of the decision" in page.main
        assert "Because." in page.text
        assert appeal.state is AppealState.WAITING

    def test_the_second_is_told_what_the_first_did(self, browser, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        first, second = browser(other), browser(moderator("south-west"))
        path = f"/moderation/appeals/{appeal.id}/"
        page = second.get(path)
        first.post_form(path, {"reason": OUTCOME.reason}, button="Reverse the decision")
        page = second.post_form(
            page, {"reason": "It stands."}, button="Uphold the decision", status=409
        )
        assert f"{other.display_name} reversed the decision" in page.main

    def test_names_of_the_decider_stay_hidden(self, browser, app):
        judge = moderator(display_name="Judge Whitlock")
        other = moderator("london", display_name="Judge Farrow")
        post = visible_post()
        report(factories.make_account(display_name="Reporter Quill"), post, note="Seen at work.")
        (item,) = items()
        decision = actions.hide_post(
            judge,
            post,
            ruling=ruling(staff_note="Known from before."),
            version=item.version,
        )
        appeal = lodge(decision)
        actions.uphold_decision(
            other,
            appeal.id,
            version=item_of(appeal).version,
            ruling=Ruling(reason=OUTCOME.reason, staff_note="A hard one."),
        )
        author = browser(post.author)
        for path in ("/account/standing/", self.own(decision), post.thread.path):
            text = author.get(path).text
            for secret in (
                "Whitlock",
                "Farrow",
                "Quill",
                "Seen at work",
                "Known from before",
                "A hard one",
            ):
                assert secret not in text, (path, secret)

    def test_who_may_open_it(self, browser, client, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        path = f"/moderation/appeals/{appeal.id}/"
        for actor in (judge, manager()):
            opened = browser(actor)
            opened.get(path, status=404)
            data = {"csrf_token": opened.token(), "reason": "x", "do": "uphold"}
            opened.post(path, status=404, data=data)
        browser(decision.account).get(path, status=403)
        client.get(path, status=303)
        browser(other).get("/moderation/appeals/999999/", status=404)

    def test_who_took_part_reads_why_they_cannot_decide(self, browser, app):
        admin = factories.make_account(role="administrator")
        _post, decision = hidden_post(admin)
        appeal = lodge(decision)
        opened = browser(admin)
        page = opened.get(f"/moderation/appeals/{appeal.id}/")
        assert "You took part in this" in page.main
        assert "Uphold the decision" not in page.buttons
        data = {
            "csrf_token": opened.token(),
            "reason": "It stands.",
            "do": "uphold",
            "version": str(item_of(appeal).version),
        }
        opened.post(f"/moderation/appeals/{appeal.id}/", status=403, data=data)

    def test_an_overdue_appeal_is_marked(self, browser, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        with clock.at(appeal.due_at + timedelta(seconds=1)):
            page = browser(other).get(f"/moderation/appeals/{appeal.id}/")
            assert "Overdue" in page.main
            assert (
                "moderators see that it is late"
                in browser(decision.account).get(self.own(decision)).main
            )

    def test_others_find_nothing(self, browser, judge):
        _post, decision = hidden_post(judge)
        stranger = browser(factories.make_account())
        stranger.get(self.own(decision), status=404)
        stranger.get(self.own(decision, "withdraw"), status=404)

    def test_what_was_undone_says_so(self, browser, judge):
        post, decision = hidden_post(judge)
        actions.undo_decision(judge, decision.id)
        page = browser(post.author).get(self.own(decision), status=403)
        assert "This decision has been undone." in page.main

    def test_a_text_too_long_is_kept(self, browser, judge):
        post, decision = hidden_post(judge)
        page = browser(post.author).post_form(
            self.own(decision), {"text": "y" * 5001}, button="Send appeal", status=422
        )
        assert page.errors == ["Shorten this to 5,000 characters or fewer"]
        assert "y" * 5001 in page.text

    def test_sending_twice_is_told(self, browser, judge):
        post, decision = hidden_post(judge)
        author = browser(post.author)
        page = author.get(self.own(decision))
        author.post_form(page, {"text": TEXT}, button="Send appeal")
        page = author.post_form(page, {"text": TEXT}, button="Send appeal", status=422)
        assert "appealed already" in page.main

    def test_withdrawing_by_form(self, browser, judge):
        post, decision = hidden_post(judge)
        author = browser(post.author)
        author.get(self.own(decision, "withdraw"), status=404)
        appeal = lodge(decision)
        author.post_form(self.own(decision, "withdraw"), {}, button="Withdraw appeal")
        assert appeal.state is AppealState.WITHDRAWN
        assert "You withdrew your appeal" in author.get(self.own(decision)).main

    def test_hostile_texts_are_shown_as_typed(self, browser, judge, other):
        opened = None
        for text in [*hostile.strings()[:60:6], "\x00", "<b>me</b>\x1b", "…"]:
            post, decision = hidden_post(judge)
            opened = browser(post.author)
            answer = opened.open(
                self.own(decision),
                method="POST",
                data={"csrf_token": opened.token(), "text": text},
                headers={"Origin": "http://localhost"},
            )
            appeal = db.session.query(Appeal).filter_by(decision_id=decision.id).one_or_none()
            if not hostile.can_be_written(text, required=True):
                assert (answer.status_code, appeal) == (422, None)
                continue
            assert answer.status_code == 303
            assert appeal.text == hostile.as_stored(text)
            shown = " ".join(appeal.text.split())
            assert shown in opened.follow(answer).main
            assert shown in browser(other).get(f"/moderation/appeals/{appeal.id}/").main

    def test_statements(self, browser, judge, other):
        _post, decision = hidden_post(judge)
        appeal = lodge(decision)
        path = f"/moderation/appeals/{appeal.id}/"
        opened = browser(other)
        opened.get(path)
        with count_statements() as statements:
            opened.get(path)
        assert len(statements) <= 14, "\n".join(statements)


def edited_post(**fields):
    """A post that can be read, and the item of an edit of it that waits."""
    post = visible_post(text="The first words.", **fields)
    db.session.add(
        HeldEdit(
            post_id=post.id,
            source="Better words.",
            note="",
            holds=[{"why": "edit"}],
            written_at=clock.now(),
        )
    )
    factories.commit()
    return post, queue(post, ItemKind.EDIT)


def test_an_edit_that_was_rejected_is_applied(app, judge, other):
    post, item = edited_post(author=factories.make_account())
    decision = actions.reject(judge, item.id, version=item.version, ruling=ruling())
    assert post.source == "The first words."
    reverse(other, lodge(decision))
    assert post.source == "Better words."
    assert post.state is PostState.VISIBLE
    assert queries.hold_decision(decision.id).undone_at is not None


@pytest.mark.parametrize("way", ["restored", "reversed"])
def test_an_edit_of_a_hidden_post_waits_again_when_the_post_is_shown(app, judge, other, way):
    post, item = edited_post(author=factories.make_account())
    decision = actions.hide_post(judge, post, ruling=ruling())
    assert item.state is ItemState.CLOSED
    if way == "restored":
        actions.restore_post(judge, post, ruling=ruling())
    else:
        reverse(other, lodge(decision))
    waiting = db.session.query(ReviewItem).filter_by(state=ItemState.OPEN).one()
    assert (waiting.kind, waiting.post_id) == (ItemKind.EDIT, post.id)
    actions.approve(judge, waiting.id, version=waiting.version, ruling=ruling())
    assert post.source == "Better words."


def test_nothing_waits_when_a_post_without_an_edit_is_restored(app, judge):
    post = visible_post()
    actions.hide_post(judge, post, ruling=ruling())
    actions.restore_post(judge, post, ruling=ruling())
    assert db.session.query(ReviewItem).filter_by(state=ItemState.OPEN).count() == 0
