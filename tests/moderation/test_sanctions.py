"""Sanctions: who may impose what on whom, what they do, how they end, and who reads what."""

import json
from datetime import timedelta

import pytest

from forum.core import audit, clock
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.moderation import actions, queries
from forum.moderation.actions import Recused, Ruling
from forum.moderation.enums import DecisionKind, SanctionKind
from forum.moderation.models import Sanction
from forum.threads import policy as threads
from tests import factories, hostile
from tests.moderation.making import decisions, entries, manager, moderator, ruling
from tests.moderation.reporting import hidden_post, in_days, report, visible_post
from tests.statements import count_statements

ACTS = {
    "warn": actions.warn_member,
    "slow": actions.slow_member,
    "suspend": actions.suspend_member,
    "ban": actions.ban_member,
}


@pytest.fixture
def here(app):
    return factories.get_centre().id


@pytest.fixture
def judge(app):
    return moderator()


@pytest.fixture
def member(app):
    return factories.make_account(display_name="Rosalind Marsh", handle="rosalind-marsh")


def impose(act, actor, member, centre_id, *, days=7, **fields):
    """Do ``act`` with an ordinary ruling."""
    ends = in_days(days) if act in {"slow", "suspend"} else None
    more = {"minutes": 30} if act == "slow" else {}
    values = {"member_text": "Please read clause 3.", "ruling": ruling(until=ends), **more}
    return ACTS[act](actor, member, centre_id=centre_id, **{**values, **fields})


def kinds(member, centre_id):
    return [one.kind for one in member.restrictions_in(centre_id)]


class TestImposing:
    def test_a_suspension_keeps_from_posting_until_it_ends(self, app, judge, member, here):
        thread = factories.make_thread()
        elsewhere = factories.make_thread(factories.make_board(factories.get_centre("london")))
        sanction = impose("suspend", judge, member, here)
        assert not threads.can_reply(member, thread)
        assert threads.can_reply(member, elsewhere)
        assert sanction.ends_at == sanction.decision.until
        with clock.at(sanction.ends_at - timedelta(seconds=1)):
            assert not threads.can_reply(member, thread)
        with clock.at(sanction.ends_at):
            assert threads.can_reply(member, thread)
            assert queries.sanctions_in_force(member.id) == []

    def test_slow_mode_tells_the_minutes(self, app, judge, member, here):
        impose("slow", judge, member, here)
        (one,) = member.restrictions_in(here)
        assert (one.kind, one.minutes) == ("slow-mode", 30)
        assert one.entry_number == decisions()[-1].entry_number

    def test_a_warning_restricts_nothing(self, app, judge, member, here):
        sanction = impose("warn", judge, member, here)
        assert member.restrictions == []
        assert sanction.kind is SanctionKind.WARNING
        assert threads.can_reply(member, factories.make_thread())

    def test_several_at_once_hold_together(self, app, judge, member, here):
        impose("slow", judge, member, here)
        impose("suspend", moderator("london"), member, factories.get_centre("london").id)
        assert kinds(member, here) == ["slow-mode"]
        assert len(member.restrictions) == 2

    def test_the_log_names_nobody(self, app, judge, member, here):
        impose("suspend", judge, member, here, ruling=ruling(staff_note="Third.", until=in_days(7)))
        body = json.loads(entries()[-1].body)
        assert body["target"] == {"type": "member", "path": None}
        text = entries()[-1].body
        for secret in (member.display_name, member.handle, "Third.", "Please read clause 3"):
            assert secret not in text
        assert judge.display_name not in text
        assert body["reason"] == ruling().reason

    def test_everything_is_recorded(self, app, judge, member, here):
        impose("ban", manager(), member, here)
        record = db.session.query(audit.AuditRecord).filter_by(tag="moderation.ban").one()
        assert record.centre_id == here
        (decision,) = decisions()
        assert (decision.account_id, decision.post_id) == (member.id, None)

    def test_a_note_is_for_staff_alone(self, app, judge, member, here):
        sanction = actions.note_member(judge, member, centre_id=here, text=" Knows the law well. ")
        assert sanction.staff_text == "Knows the law well."
        assert "Knows" not in entries()[-1].body
        assert queries.decisions_about(member).rows == []

    @pytest.mark.parametrize("name", ["Rosalind Marsh", "rosalind marsh", "@rosalind-marsh"])
    def test_the_public_reason_names_nobody(self, app, judge, member, here, name):
        with pytest.raises(Invalid, match="Leave out the name") as refused:
            impose("warn", judge, member, here, ruling=ruling(reason=f"{name} sells a service."))
        assert refused.value.field == "reason"
        assert (decisions(), entries()) == ([], [])

    @pytest.mark.parametrize("act", ACTS)
    def test_clause_and_reason_are_needed(self, app, member, here, act):
        with pytest.raises(Invalid) as refused:
            impose(act, manager(), member, here, ruling=ruling(clause="", until=ends(act)))
        assert refused.value.field == "clause"
        with pytest.raises(Invalid) as refused:
            impose(act, manager(), member, here, ruling=ruling(reason=" ", until=ends(act)))
        assert refused.value.field == "reason"
        assert db.session.query(Sanction).count() == 0

    @pytest.mark.parametrize("act", ["slow", "suspend"])
    @pytest.mark.parametrize("days", [None, -1, 400])
    def test_an_end_within_a_year_is_needed(self, member, here, act, days):
        judge = moderator()
        until = in_days(days) if days else None
        with pytest.raises(Invalid) as refused:
            impose(act, judge, member, here, ruling=ruling(until=until))
        assert refused.value.field == "until"

    def test_a_ban_has_no_end(self, app, member, here):
        with pytest.raises(Invalid):
            impose("ban", manager(), member, here, ruling=ruling(until=in_days(3)))

    @pytest.mark.parametrize("minutes", [0, -5, 10_081, 2**40])
    def test_minutes_out_of_bounds(self, app, judge, member, here, minutes):
        with pytest.raises(Invalid) as refused:
            impose("slow", judge, member, here, minutes=minutes)
        assert refused.value.field == "minutes"

    @pytest.mark.parametrize("field", ["member_text", "staff_note"])
    def test_texts_too_long(self, app, judge, member, here, field):
        long = {"member_text": "x" * 2001} if field == "member_text" else {}
        note = "x" * 2001 if field == "staff_note" else ""
        with pytest.raises(Invalid) as refused:
            impose("warn", judge, member, here, **long, ruling=ruling(staff_note=note))
        assert refused.value.field == field


def ends(act):
    return in_days(7) if act in {"slow", "suspend"} else None


class TestRights:
    @pytest.mark.parametrize("act", ACTS)
    def test_a_moderator_elsewhere_can_do_nothing(self, app, member, here, act):
        with pytest.raises(NotAllowed):
            impose(act, manager("london"), member, here)
        assert member.restrictions == []

    def test_a_moderator_elsewhere_writes_no_note(self, app, member, here):
        with pytest.raises(NotAllowed):
            actions.note_member(moderator("london"), member, centre_id=here, text="A note")

    @pytest.mark.parametrize("act", ACTS)
    def test_members_can_do_nothing(self, app, member, here, act):
        with pytest.raises(NotAllowed):
            impose(act, factories.make_account(), member, here)

    @pytest.mark.parametrize("act", ACTS)
    def test_only_administrators_act_for_all_centres(self, app, member, act):
        with pytest.raises(NotAllowed, match="administrators"):
            impose(act, manager(), member, None)
        impose(act, factories.make_account(role="administrator"), member, None)
        every = [factories.get_centre(slug).id for slug in ("north-east", "london")]
        assert all(bool(kinds(member, one)) is (act != "warn") for one in every)

    def test_managers_ban_and_moderators_do_not(self, app, judge, member, here):
        with pytest.raises(NotAllowed, match="Only managers"):
            impose("ban", judge, member, here)
        impose("ban", manager(), member, here)
        assert kinds(member, here) == ["ban"]
        assert kinds(member, factories.get_centre("london").id) == []

    @pytest.mark.parametrize("act", ACTS)
    def test_nobody_sanctions_themself(self, app, here, act):
        judge = manager()
        with pytest.raises(NotAllowed, match="concerns you"):
            impose(act, judge, judge, here)

    @pytest.mark.parametrize("act", ACTS)
    def test_staff_of_the_centre_are_out_of_reach(self, app, here, act):
        with pytest.raises(NotAllowed, match="staff there"):
            impose(act, manager(), moderator(), here)

    def test_staff_of_another_centre_are_not(self, app, judge, here):
        impose("warn", judge, moderator("london"), here)

    def test_staff_are_out_of_reach_for_all_centres(self, app):
        with pytest.raises(NotAllowed, match="staff there"):
            impose("ban", factories.make_account(role="administrator"), moderator(), None)

    @pytest.mark.parametrize("act", ACTS)
    def test_administrators_are_out_of_reach(self, app, here, act):
        with pytest.raises(NotAllowed, match="Administrators"):
            impose(act, manager(), factories.make_account(role="administrator"), here)

    def test_a_colleague_of_the_member_is_recused_and_it_is_recorded(self, app, here):
        organisation = factories.make_organisation()
        judge, member = moderator(), factories.make_account(organisation=organisation)
        factories.make_membership(judge, organisation)
        with pytest.raises(Recused):
            impose("warn", judge, member, here)
        record = db.session.query(audit.AuditRecord).filter_by(tag="moderation.recused").one()
        assert (record.actor_id, record.target_id) == (judge.id, member.id)
        assert decisions() == []


class TestLifting:
    def test_lifted_before_its_time(self, app, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        actions.lift_sanction(moderator(), sanction.id, ruling=Ruling(reason="All is well."))
        assert member.restrictions == []
        assert sanction.lifted_at is not None
        assert decisions()[-1].kind is DecisionKind.LIFT
        assert threads.can_reply(member, factories.make_thread())

    def test_lifting_one_leaves_the_others(self, app, judge, member, here):
        first = impose("suspend", judge, member, here)
        impose("slow", judge, member, here)
        actions.lift_sanction(judge, first.id, ruling=Ruling())
        assert kinds(member, here) == ["slow-mode"]

    def test_twice_is_refused(self, app, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        actions.lift_sanction(judge, sanction.id, ruling=Ruling())
        with pytest.raises(NotAllowed, match="lifted already"):
            actions.lift_sanction(judge, sanction.id, ruling=Ruling())

    def test_what_has_ended_cannot_be_lifted(self, app, judge, member, here):
        sanction = impose("suspend", judge, member, here, days=1)
        with clock.at(sanction.ends_at), pytest.raises(NotAllowed, match="ended by itself"):
            actions.lift_sanction(judge, sanction.id, ruling=Ruling())

    def test_warnings_cannot_be_lifted(self, app, judge, member, here):
        sanction = impose("warn", judge, member, here)
        with pytest.raises(NotAllowed):
            actions.lift_sanction(judge, sanction.id, ruling=Ruling())

    def test_a_ban_is_lifted_by_managers(self, app, judge, member, here):
        sanction = impose("ban", manager(), member, here)
        with pytest.raises(NotAllowed, match="Only managers"):
            actions.lift_sanction(judge, sanction.id, ruling=Ruling())
        actions.lift_sanction(manager(), sanction.id, ruling=Ruling())
        assert member.restrictions == []

    def test_not_from_elsewhere_nor_by_oneself(self, app, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        for actor in (manager("london"), member):
            with pytest.raises(NotAllowed):
                actions.lift_sanction(actor, sanction.id, ruling=Ruling())


class TestUndoing:
    @pytest.mark.parametrize("act", ACTS)
    def test_undoing_restores_exactly(self, app, member, here, act):
        judge = manager()
        impose("slow", judge, member, here)
        before = list(member.restrictions)
        sanction = impose(act, judge, member, here)
        actions.undo_decision(judge, sanction.decision_id)
        assert member.restrictions == before
        assert queries.warnings_of(member.id) == []
        assert sanction.decision.undone_at is not None

    def test_undoing_a_lift_lets_it_hold_again(self, app, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        before = list(member.restrictions)
        lifted = actions.lift_sanction(judge, sanction.id, ruling=Ruling())
        actions.undo_decision(judge, lifted.id)
        assert member.restrictions == before

    def test_undoing_a_lift_of_what_was_undone_is_refused(self, app, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        lifted = actions.lift_sanction(judge, sanction.id, ruling=Ruling())
        actions.undo_decision(judge, sanction.decision_id)
        with pytest.raises(Conflict):
            actions.undo_decision(judge, lifted.id)
        assert member.restrictions == []

    def test_sanctions_are_undone_in_any_order(self, app, judge, member, here):
        first = impose("suspend", judge, member, here)
        impose("slow", judge, member, here)
        actions.undo_decision(judge, first.decision_id)
        assert kinds(member, here) == ["slow-mode"]

    def test_after_ten_minutes_it_stands(self, app, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        with clock.at(clock.now() + timedelta(minutes=10)), pytest.raises(NotAllowed):
            actions.undo_decision(judge, sanction.decision_id)


class TestPages:
    def path(self, member):
        return f"/moderation/members/{member.handle}/"

    def test_the_record_tells_what_happened_here(self, browser, judge, member, here):
        hidden_post(judge, author=member)
        visible_post(author=member)
        report(member, visible_post())
        impose("warn", judge, member, here, ruling=ruling(staff_note="Told before, by phone."))
        london = factories.get_centre("london")
        impose(
            "suspend",
            moderator("london"),
            member,
            london.id,
            ruling=ruling(reason="A matter of London.", until=in_days(3)),
        )
        page = browser(judge).get(self.path(member))
        facts = dict(
            zip(
                page.texts("dt", css="govuk-summary-list__key"),
                page.texts("dd", css="govuk-summary-list__value"),
                strict=True,
            )
        )
        assert facts["Posts hidden"] == "1"
        assert facts["Reports made"] == "1"
        assert "Told before, by phone." in page.main
        assert "Please read clause 3." in page.main
        assert "A matter of London" not in page.text
        elsewhere = browser(moderator("london")).get(self.path(member))
        assert "A matter of London." in elsewhere.main
        assert "Told before" not in elsewhere.text
        every = browser(factories.make_account(role="administrator")).get(self.path(member))
        assert "A matter of London." in every.main
        assert "Told before" in every.main

    def test_members_do_not_see_it(self, browser, client, member):
        client.get(self.path(member), status=303)
        browser(factories.make_account()).get(self.path(member), status=403)
        browser(member).get(self.path(member), status=403)

    def test_a_former_handle_leads_on(self, browser, judge, member):
        browser(judge).get("/moderation/members/nobody-at-all/", status=404)
        browser(judge).get("/moderation/members/Rosalind-Marsh/", status=301)

    def test_staff_find_it_from_the_public_page(self, browser, client, judge, member):
        assert browser(judge).get(member.path).links["Record for staff"] == self.path(member)
        assert "Record for staff" not in client.get(member.path).links
        own = browser(member).get(member.path).links
        assert "Record for staff" not in own
        assert own["Your standing"] == "/account/standing/"

    def test_a_moderator_suspends_by_form(self, browser, judge, member, here):
        opened = browser(judge)
        answer = opened.post_form(
            f"{self.path(member)}suspend/",
            {
                "clause": ruling().clause,
                "reason": "This sells a service.",
                "days": "7",
                "member_text": "Come back next week.",
                "staff_text": "Second time.",
            },
            button="Suspend member",
        )
        page = opened.follow(answer)
        assert "Suspension, North East" in page.main
        assert "Come back next week." in page.main
        assert kinds(member, here) == ["suspension"]
        assert browser(member).get("/account/standing/")

    @pytest.mark.parametrize(
        ("act", "button", "more"),
        [
            ("warn", "Warn member", {}),
            ("slow", "Slow member down", {"minutes": "30", "days": "3"}),
            ("suspend", "Suspend member", {"days": "1"}),
            ("ban", "Ban member", {}),
        ],
    )
    def test_each_form_works(self, browser, member, act, button, more):
        browser(manager()).post_form(
            f"{self.path(member)}{act}/",
            {"clause": ruling().clause, "reason": "This sells a service.", **more},
            button=button,
        )
        assert len(decisions()) == 1

    def test_a_note_by_form(self, browser, judge, member):
        opened = browser(judge)
        path = f"{self.path(member)}note/"
        page = opened.post_form(path, {}, button="Save note", status=422)
        assert page.errors == ["Write the note"]
        opened.post_form(path, {"staff_text": "Knows the law well."}, button="Save note")
        assert "Knows the law well." in opened.get(self.path(member)).main

    def test_what_is_missing_is_said_beside_its_field(self, browser, judge, member):
        page = browser(judge).post_form(
            f"{self.path(member)}slow/",
            {"reason": "Rosalind Marsh sells.", "member_text": "Kept."},
            button="Slow member down",
            status=422,
        )
        assert page.errors == [
            "Choose the house rule that was broken",
            "Enter the minutes between two posts",
            "Say when this ends",
        ]
        assert "Kept." in page.text

    def test_only_ones_own_centres_are_on_offer(self, browser, judge, member, here):
        opened = browser(judge)
        page = opened.get(f"{self.path(member)}warn/")
        assert page.texts("option")[0] == "North East"
        assert "All centres" not in page.texts("option")
        london = factories.get_centre("london").id
        for value in (str(london), "all", "0", "x"):
            fields = {"clause": ruling().clause, "reason": "Why.", "centre": value}
            opened.post_form(page, fields, button="Warn member", status=422)
        assert decisions() == []

    def test_who_may_not_ban_is_not_offered_it(self, browser, judge, member):
        assert "Suspend" in browser(judge).get(self.path(member)).links
        assert "Ban" not in browser(judge).get(self.path(member)).links
        manager = factories.make_account(role="manager")
        assert "Ban" in browser(manager).get(self.path(member)).links

    def test_a_moderator_who_may_not_ban_is_refused(self, browser, judge, member):
        browser(judge).post_form(
            f"{self.path(member)}ban/",
            {"clause": ruling().clause, "reason": "Why."},
            button="Ban member",
            status=403,
        )

    def test_ones_own_record_offers_nothing(self, browser, judge):
        opened = browser(judge)
        assert "Warn" not in opened.get(self.path(judge)).links
        opened.get(f"{self.path(judge)}warn/", status=403)

    @pytest.mark.parametrize("act", ["praise", "WARN", "note%00", "%F0%9F%92%A9", "sanctions"])
    def test_no_such_act(self, browser, judge, member, act):
        browser(judge).get(f"{self.path(member)}{act}/", status=404)

    def test_lifting_by_form(self, browser, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        opened = browser(judge)
        path = f"{self.path(member)}sanctions/{sanction.id}/lift/"
        assert path in opened.get(self.path(member)).links.values()
        page = opened.post_form(
            path, {"reason": "Rosalind Marsh is fine."}, button="Lift restriction", status=422
        )
        assert page.errors == ["Leave out the name: everybody can read the reason"]
        opened.post_form(path, {"reason": "All is well."}, button="Lift restriction")
        assert member.restrictions == []
        opened.get(path, status=403)

    def test_undoing_by_button_for_ten_minutes(self, browser, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        path = f"/moderation/decisions/{sanction.decision_id}/undo/"
        assert not browser(moderator()).get(self.path(member)).find("form", action=path)
        opened = browser(judge)
        with clock.at(clock.now() + timedelta(minutes=11)):
            assert not browser(judge).get(self.path(member)).find("form", action=path)
        opened.post_form(self.path(member), {}, action=path)
        assert member.restrictions == []

    def test_lifting_from_elsewhere_finds_nothing(self, browser, judge, member, here):
        sanction = impose("suspend", judge, member, here)
        path = f"{self.path(member)}sanctions/{sanction.id}/lift/"
        browser(moderator("london")).get(path, status=404)
        other = factories.make_account()
        browser(judge).get(f"{self.path(other)}sanctions/{sanction.id}/lift/", status=404)

    def test_hostile_texts_are_shown_as_typed(self, browser, judge, member, here):
        opened = browser(judge)
        path = f"{self.path(member)}note/"
        for text in [*hostile.strings()[:80:8], "\x00", "<b>me</b>\x1b", "…"]:
            before = db.session.query(Sanction).count()
            answer = opened.open(
                path,
                method="POST",
                data={
                    "csrf_token": opened.token(),
                    "centre": str(here),
                    "staff_text": text,
                },
                headers={"Origin": "http://localhost"},
            )
            if not hostile.can_be_written(text, required=True):
                assert (answer.status_code, db.session.query(Sanction).count()) == (422, before)
                continue
            assert answer.status_code == 303
            note = db.session.query(Sanction).order_by(Sanction.id.desc()).first()
            assert note.staff_text == hostile.as_stored(text)
            assert " ".join(note.staff_text.split()) in opened.get(self.path(member)).main

    def test_statements_do_not_grow(self, browser, judge, member, here):
        impose("warn", judge, member, here)
        opened = browser(judge)
        path = self.path(member)
        opened.get(path)
        with count_statements() as few:
            opened.get(path)
        for _ in range(5):
            impose("warn", moderator(), member, here)
        with count_statements() as many:
            opened.get(path)
        assert len(many) == len(few), "\n".join(many)

    def test_decisions_page_by_page(self, browser, judge, member, here):
        for _ in range(21):
            actions.note_member(judge, member, centre_id=here, text="A note")
        opened = browser(judge)
        page = opened.get(self.path(member))
        older = next(url for text, url in page.links.items() if "Older" in text)
        assert "Newer" in "".join(opened.get(older).links)
