"""From draft to ended: who may take which step when, what each leaves behind, and the pages."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from forum.consultations import policy
from forum.consultations.actions import announcing, editing, threads
from forum.consultations.enums import Stage
from forum.consultations.models import Consultation, ConsultationTopic, Edition
from forum.consultations.stages import in_stage, next_change, outcome_due_at, stage_of
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.outbox import OutboxEvent
from tests import factories as make
from tests.consultations import making

ROLES = ("visitor", "member", "moderator", "manager", "elsewhere", "administrator")


@pytest.fixture
def boss(app):
    return making.manager()


def one_of_each(boss):
    """Consultations by stage."""
    ended, responded = making.make_open(author=boss), making.make_closed(author=boss)
    announcing.end(boss, ended, reason="No money.")
    responded.responded_at = clock.now()
    make.commit()
    return {
        Stage.DRAFT: making.make_draft(author=boss),
        Stage.FORTHCOMING: making.make_announced(author=boss),
        Stage.OPEN: making.make_open(author=boss),
        Stage.ANALYSING: making.make_closed(author=boss),
        Stage.RESPONDED: responded,
        Stage.ENDED: ended,
    }


def people(boss):
    return {
        "visitor": Anonymous(),
        "member": make.make_account(),
        "moderator": make.make_account(role="moderator"),
        "manager": boss,
        "elsewhere": making.manager("london"),
        "administrator": make.make_account(role="administrator"),
    }


class TestPolicy:
    def test_twins_agree_for_every_role_and_stage(self, boss):
        found = one_of_each(boss)
        for role, actor in people(boss).items():
            listed = set(db.session.scalars(select(Consultation).where(policy.visible_to(actor))))
            for stage, one in found.items():
                seen = bool(policy.can_see(actor, one))
                assert seen == (one in listed)
                assert seen == (stage is not Stage.DRAFT or role in {"manager", "administrator"})

    def test_stages_agree_with_their_filters(self, boss):
        found = one_of_each(boss)
        now = clock.now()
        for stage, one in found.items():
            assert stage_of(one, now) is stage
            listed = db.session.scalars(select(Consultation).where(in_stage(stage, now))).all()
            assert one in listed
            assert all(stage_of(other, now) is stage for other in listed)

    def test_steps_by_role_and_stage(self, boss):
        found = one_of_each(boss)
        may = {
            "build": {Stage.DRAFT},
            "edit": {Stage.DRAFT, Stage.FORTHCOMING, Stage.OPEN},
            "announce": {Stage.DRAFT},
            "take_back": {Stage.FORTHCOMING},
            "extend": {Stage.FORTHCOMING, Stage.OPEN},
            "end": {Stage.FORTHCOMING, Stage.OPEN, Stage.ANALYSING},
            "delete": {Stage.DRAFT},
            "manage": set(Stage),
        }
        for role, actor in people(boss).items():
            for verb, stages in may.items():
                for stage, one in found.items():
                    decision = getattr(policy, f"can_{verb}")(actor, one)
                    is_theirs = role in {"manager", "administrator"}
                    assert bool(decision) == (is_theirs and stage in stages), (role, verb, stage)
                    assert decision or decision.reason


class TestClock:
    def test_the_clock_alone_opens_and_closes(self, boss):
        found = making.make_announced(author=boss)
        tick = timedelta(microseconds=1)
        due = outcome_due_at(found)
        for instant, stage, change in (
            (found.opens_at - tick, Stage.FORTHCOMING, found.opens_at),
            (found.opens_at, Stage.OPEN, found.closes_at),
            (found.closes_at - tick, Stage.OPEN, found.closes_at),
            (found.closes_at, Stage.ANALYSING, due),
            (due, Stage.ANALYSING, None),
        ):
            assert stage_of(found, instant) is stage
            assert next_change(found, instant) == change

    def test_the_outcome_is_due_twelve_weeks_after_closing(self, boss):
        found = making.make_announced(author=boss)
        assert outcome_due_at(found) - found.closes_at == timedelta(weeks=12)
        assert outcome_due_at(making.make_draft(author=boss)) is None

    def test_a_clock_that_goes_back_opens_nothing_twice(self, boss):
        found = making.make_open(author=boss)
        with clock.at(found.opens_at - timedelta(hours=1)):
            announcing.take_back(boss, found)
        assert stage_of(found, clock.now()) is Stage.DRAFT


class TestAnnouncing:
    def test_it_keeps_an_edition_a_record_and_an_event(self, boss):
        found = making.make_complete(author=boss)
        announcing.announce(boss, found)
        edition = db.session.query(Edition).one()
        assert edition.content["purpose"] == found.purpose
        assert edition.content["sections"][0]["questions"][0]["text"] == "What do you think?"
        assert edition.closes_at == found.closes_at
        assert db.session.query(AuditRecord).filter_by(tag="consultation.announce").count() == 1
        assert [event.name for event in db.session.query(OutboxEvent)] == ["ConsultationAnnounced"]

    def test_editions_never_change(self, boss):
        found = making.make_open(author=boss)
        before = db.session.query(Edition).one().content
        editing.edit(
            boss, found, version=found.version, changes={"purpose": "Another."}, note="Better."
        )
        first, second = db.session.query(Edition).order_by(Edition.number)
        assert first.content == before
        assert second.content["purpose"] == "Another."
        assert [event.name for event in db.session.query(OutboxEvent)][-1] == "ConsultationChanged"

    def test_taken_back_and_announced_again_with_a_note(self, boss):
        found = making.make_announced(author=boss)
        announcing.take_back(boss, found)
        with pytest.raises(Invalid, match="what has changed"):
            announcing.announce(boss, found)
        announcing.announce(boss, found, note="We moved it.")
        assert found.edition == 2
        with pytest.raises(NotAllowed):
            editing.delete_draft(boss, found)

    def test_a_draft_is_deleted_with_all_of_it(self, boss):
        draft = making.make_complete(author=boss)
        editing.delete_draft(boss, draft)
        assert db.session.query(Consultation).count() == 0


class TestEditing:
    def test_announced_texts_need_a_note_a_change_and_stay_complete(self, boss):
        found = making.make_open(author=boss)

        def edit(note="Note.", **changes):
            editing.edit(boss, found, version=found.version, changes=changes, note=note)

        with pytest.raises(Invalid, match="Say what has changed"):
            edit("", purpose="Other.")
        with pytest.raises(Invalid, match="Nothing has changed"):
            edit(purpose=found.purpose)
        with pytest.raises(Invalid, match="Say who decides"):
            edit(decider="")
        db.session.refresh(found)
        assert (found.decider, found.edition) == ("The procurement board", 1)

    def test_late_responses_come_after_the_closing(self, boss):
        draft = making.make_complete(author=boss)
        for late, is_right in ((draft.closes_at, False), (draft.closes_at + making.WEEK, True)):
            changes = {"late_until": late, "late_rule": "By post."}
            if is_right:
                editing.edit(boss, draft, version=draft.version, changes=changes)
                continue
            with pytest.raises(Invalid, match="after the closing"):
                editing.edit(boss, draft, version=draft.version, changes=changes)

    def test_the_later_of_two_is_told(self, boss):
        draft = making.make_draft(author=boss)
        version = draft.version
        editing.edit(boss, draft, version=version, changes={"purpose": "First."})
        with pytest.raises(Conflict):
            editing.edit(boss, draft, version=version, changes={"purpose": "Second."})

    def test_dates_of_an_announced_one_only_move_later(self, boss):
        found = making.make_open(author=boss)
        dates = {"opens_at": None, "closes_at": None, "short_reason": "", "holiday_reason": ""}
        with pytest.raises(NotAllowed):
            editing.set_dates(boss, found, version=found.version, **dates)
        for moment in (found.closes_at, found.closes_at - timedelta(days=1)):
            with pytest.raises(Invalid, match="later"):
                announcing.extend(boss, found, closes_at=moment, note="x")
        with pytest.raises(Invalid, match="a year"):
            announcing.extend(boss, found, closes_at=moment + timedelta(days=400), note="x")
        with pytest.raises(Invalid, match="Say what has changed"):
            announcing.extend(boss, found, closes_at=found.closes_at + making.WEEK, note="")
        announcing.extend(boss, found, closes_at=found.closes_at + making.WEEK, note="Asked for.")
        newest = db.session.query(Edition).order_by(Edition.number.desc()).first()
        assert (newest.note, newest.closes_at) == ("Asked for.", found.closes_at)

    def test_what_was_agreed_to_holds_while_dates_and_reason_stay(self, boss):
        draft = making.make_complete(author=boss, days=21, short_reason="A court set the date.")
        announcing.approve_length(making.manager(), draft)
        dates = {
            "opens_at": draft.opens_at,
            "closes_at": draft.closes_at,
            "short_reason": draft.short_reason,
            "holiday_reason": "Nobody is away.",
        }
        editing.set_dates(boss, draft, version=draft.version, **dates)
        assert draft.approver_id is not None
        dates["short_reason"] = "We are in a hurry."
        editing.set_dates(boss, draft, version=draft.version, **dates)
        assert draft.approver_id is None
        with pytest.raises(Invalid, match="A second manager of the centre has to agree"):
            announcing.announce(boss, draft)

    def test_what_no_form_offers_is_refused_by_the_action_too(self, boss):
        draft = making.make_draft(author=boss)
        topics = [make.make_topic().id for _number in range(6)]
        for wanted, field in (
            ({"changes": {"decision_on": date(2019, 12, 31)}}, "decision_on"),
            ({"changes": {"retention_on": date(2100, 1, 1)}}, "retention_on"),
            ({"changes": {"engagement_purposes": ["suppliers", "gossip"]}}, "engagement_purposes"),
            ({"changes": {"purpose": "Half."}, "topic_ids": topics}, "topics"),
        ):
            with pytest.raises(Invalid) as refused:
                editing.edit(boss, draft, version=draft.version, **wanted)
            assert refused.value.field == field
            db.session.refresh(draft)
        assert (draft.decision_on, draft.retention_on, draft.purpose) == (None, None, "")
        assert draft.engagement_purposes == []
        assert db.session.query(ConsultationTopic).count() == 0

    def test_a_reason_is_needed_to_end(self, boss):
        found = making.make_open(author=boss)
        with pytest.raises(Invalid, match="Say why"):
            announcing.end(boss, found, reason=" ")
        announcing.end(boss, found, reason="No money.")
        with pytest.raises(NotAllowed):
            announcing.end(boss, found, reason="Again.")


class TestPages:
    def test_a_manager_is_stopped_by_the_gate_completes_it_and_announces(self, client, boss):
        client.sign_in(boss)
        topic = make.make_topic("Lifts")
        new = "/centres/north-east/consultations/new/"
        page = client.follow(client.post_form(new, {"kind": "consultation", "title": "Lifts"}))
        assert "Complete the checklist to announce it." in page.main
        assert page.texts(css="tag").count("Complete") == 0
        draft = db.session.query(Consultation).one()
        assert draft.controller == draft.centre.host
        base = f"/consultations/{draft.id}/manage/"
        refused = client.post_form(f"{base}announce/", button="Announce", status=422)
        assert "This is not complete" in refused.main
        fill_in(client, base, topic)
        page = client.get(base)
        assert page.texts(css="tag").count("Not complete") == 0
        shown = client.follow(client.post_form(page.links["Announce it"], button="Announce"))
        assert shown.h1 == "Lifts"
        assert "Forthcoming" in client.sign_out().get(draft.path).texts(css="tag")

    def test_a_time_that_does_not_exist_is_told_and_the_rest_kept(self, client, boss):
        draft = making.make_draft(author=boss)
        client.sign_in(boss)
        path = f"/consultations/{draft.id}/manage/dates/"
        typed = {"opens_on": "2027-03-28", "opens_hour": "01:30", "short_reason": "So."}
        page = client.post_form(path, typed, status=422)
        assert page.errors == ["Clocks go forward on that day: there is no 01:30"]
        held = page.fields(button="Save")
        assert {name: held[name] for name in typed} == {
            name: [value] for name, value in typed.items()
        }
        for name, value in (
            ("opens_on", "2027-02-30"),
            ("opens_on", "0001-01-01"),
            ("opens_on", "²"),
            ("opens_hour", "25:00"),
            ("opens_hour", ""),
        ):
            filled = {"opens_on": "2027-03-01", "opens_hour": "09:00", name: value}
            assert client.post_form(path, filled, status=422).errors

    def test_dates_come_in_order_and_one_can_be_left_open(self, client, boss):
        draft = making.make_draft(author=boss)
        client.sign_in(boss)
        path = f"/consultations/{draft.id}/manage/dates/"
        opening = {"opens_on": "2097-03-01", "opens_hour": "09:00"}
        for closes_on, message in (
            ("2097-03-01", "The closing must come after the opening"),
            ("2097-02-28", "The closing must come after the opening"),
            ("2098-03-09", "A consultation is open for a year at most"),
        ):
            typed = {**opening, "closes_on": closes_on, "closes_hour": "09:00"}
            page = client.post_form(path, typed, status=422)
            assert page.errors == [message]
            assert page.fields(button="Save")["closes_on"] == [closes_on]
        page = client.follow(client.post_form(path, opening))
        assert "Dates saved." in page.words
        assert (draft.opens_at, draft.closes_at) == (making.london(2097, 3, 1), None)

    def test_the_later_of_two_sees_both_texts(self, client, boss):
        draft = making.make_draft(author=boss)
        client.sign_in(boss)
        path = f"/consultations/{draft.id}/manage/purpose/"
        page = client.get(path)
        editing.edit(boss, draft, version=draft.version, changes={"purpose": "First."})
        answer = client.post_form(page, {"purpose": "Second."}, status=409)
        assert "First." in answer.main
        client.post_form(answer, {})
        db.session.refresh(draft)
        assert draft.purpose == "Second."

    def test_steps_by_hand(self, client, boss):
        client.sign_in(boss)
        soon, opened = making.make_announced(author=boss), making.make_open(author=boss)
        page = client.follow(
            client.post_form(f"/consultations/{soon.id}/manage/take-back/", button="Take it back")
        )
        assert "It is a draft again." in page.words
        client.post_form(
            f"/consultations/{soon.id}/manage/announce/", button="Announce", status=422
        )
        base = f"/consultations/{opened.id}/manage/"
        day = (opened.closes_at + making.WEEK).astimezone(clock.LONDON).date().isoformat()
        filled = {"closes_on": day, "closes_hour": "17:00", "note": "Many asked for it."}
        assert "edition 2" in client.follow(client.post_form(f"{base}extend/", filled)).main
        filled = {"purpose": "Clearer.", "note": "It was not clear."}
        client.post_form(f"{base}purpose/", filled)
        assert "Clearer." in client.get(f"{opened.path}history/").main
        client.post_form(f"{base}end/", {"reason": "No money."})
        assert "No money." in client.get(opened.path).main
        client.get(f"{base}extend/", status=403)
        base = f"/consultations/{making.make_draft(author=boss).id}/manage/"
        client.post_form(f"{base}delete/", button="Delete draft")
        client.get(base, status=404)

    def test_managers_are_led_only_to_what_they_can_open(self, client, boss):
        client.sign_in(boss)
        for found in one_of_each(boss).values():
            page = client.get(f"/consultations/{found.id}/manage/")
            for address in page.links.values():
                if address.startswith(f"/consultations/{found.id}/"):
                    client.get(address)

    def test_the_second_manager_agrees_by_a_page(self, client, boss):
        draft = making.make_complete(
            author=boss,
            opens_at=making.london(2098, 2, 3),
            days=21,
            short_reason="A court set the date.",
            decision_on=date(2098, 12, 1),
        )
        path = f"/consultations/{draft.id}/manage/approve/"
        client.sign_in(boss).get(path, status=403)
        client.sign_in(making.manager())
        page = client.get(path)
        assert "A court set the date." in page.main
        assert "21 days" in page.main
        page = client.follow(client.post_form(page, button="Agree"))
        assert "another manager announces it" in page.main


def fill_in(client, base, topic):
    """Complete every item of the gate by its page."""
    opens = (clock.now() + making.WEEK).date().isoformat()
    closes = (clock.now() + making.WEEK * 12).date().isoformat()
    for part, fields in {
        "details/": {"summary": "How lifts are bought.", "topics": [str(topic.id)]},
        "purpose/": {
            "purpose": "To hear how.",
            "still_open": "The lots.",
            "already_fixed": "Nothing.",
            "decider": "The board",
            "decision_on": "2098-01-01",
            "options_considered": "One lot or two.",
            "options_rejected": "Three lots, as nobody bids for so little.",
        },
        "privacy/": {"lawful_basis": "Public task.", "retention_on": "2099-01-01"},
        "dates/": {
            "opens_on": opens,
            "opens_hour": "09:00",
            "closes_on": closes,
            "closes_hour": "17:00",
        },
        "documents/new/": {"title": "The plan", "text": "What is planned."},
        "sections/new/": {"title": "You"},
    }.items():
        client.post_form(base + part, fields)
    page = client.get(f"{base}questions/")
    new = next(address for text, address in page.links.items() if text.startswith("Add a question"))
    client.post_form(f"{new}?kind=long-text", {"text": "Why?"}, button="Save question")


class TestThread:
    def test_each_leads_to_the_other_while_it_is_public(self, client, boss):
        thread = make.make_thread(title="Lifts in practice")
        found = making.make_announced(author=boss, title="Lifts")
        client.sign_in(boss)
        path = f"/consultations/{found.id}/manage/thread/"
        client.post_form(path, {"thread": str(thread.id)})
        client.sign_out()
        assert client.get(found.path).links["Lifts in practice"] == thread.path
        assert client.get(thread.path).links["Lifts"] == f"/consultations/{found.id}/"
        announcing.take_back(boss, found)
        assert "Lifts" not in client.get(thread.path).links
        announcing.announce(boss, found, note="Again.")
        assert "Lifts" in client.get(thread.path).links
        threads.tie_thread(boss, found, None)
        assert "Lifts" not in client.get(thread.path).links
        assert "Lifts in practice" not in client.get(found.path).links

    def test_only_threads_of_the_centre(self, client, boss):
        found = making.make_draft(author=boss)
        elsewhere = make.make_thread(make.make_board(make.get_centre("london")))
        client.sign_in(boss)
        path = f"/consultations/{found.id}/manage/thread/"
        for number in (str(elsewhere.id), "999999", "x", "9" * 30, "-1"):
            page = client.post_form(path, {"thread": number}, status=422)
            assert page.fields(button="Save")["thread"] == [number]

    def test_one_can_be_started_on_an_open_board(self, client, boss):
        found = making.make_draft(author=boss)
        archived = make.make_board(title="Old lifts", archived=True)
        path = f"/consultations/{found.id}/manage/thread/"
        assert "The centre has no open boards." in client.sign_in(boss).get(path).main
        board = make.make_board(title="Lifts")
        page = client.get(path)
        assert page.links["On the board “Lifts”"] == f"{board.path}start/"
        assert archived.title not in page.main

    def test_a_hidden_thread_is_not_told_of(self, client, boss):
        thread = make.make_thread(title="Secret lifts", state="hidden")
        found = making.make_announced(author=boss, thread_id=thread.id)
        assert "Secret lifts" not in client.get(found.path).text
