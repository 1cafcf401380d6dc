"""Drafting a consultation: once, by the length of the centre, and nothing lost between two."""

from datetime import date, timedelta

import pytest

from forum.consultations import queries
from forum.consultations.actions import announcing, editing
from forum.consultations.enums import Kind
from forum.consultations.models import Consultation, ConsultationTopic
from forum.consultations.policy.gate import gate, missing
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid
from tests import factories
from tests.consultations import making
from tests.consultations.making import london

EDIT = "/centres/north-east/edit/"
NEW = "/centres/north-east/consultations/new/"
KEY = "govuk-summary-list__key"
# No holiday falls into the weeks after it.
PLAIN = london(2098, 2, 3)
DECIDED = date(2098, 12, 1)


@pytest.fixture
def boss(app):
    return making.manager()


def facts_of(found):
    return dict(fact for item in gate(queries.basis_of(found)) for fact in item.facts)


def lacking(found):
    return missing(queries.basis_of(found))


class TestOnce:
    def test_the_form_sent_twice_makes_one_draft(self, client, boss):
        page = client.sign_in(boss).get(NEW)
        filled = {"kind": "consultation", "title": "Lifts"}
        first, second = (client.post_form(page, filled) for _time in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert db.session.query(Consultation).count() == 1
        assert db.session.query(AuditRecord).filter_by(tag="consultation.create").count() == 1
        client.post_form(NEW, filled)
        assert db.session.query(Consultation).count() == 2

    def test_the_same_word_of_another_manager_is_another_draft(self, boss):
        fields = {"kind": Kind.CONSULTATION, "title": "Lifts", "summary": "", "submission_id": "x"}
        centre = factories.get_centre()
        mine = editing.create(boss, centre, **fields)
        theirs = editing.create(making.manager(), centre, **fields)
        assert theirs.id != mine.id
        assert editing.create(boss, centre, **fields).id == mine.id


class TestLength:
    def test_each_centre_says_how_long_is_usual(self, client, boss):
        draft = making.make_complete(author=boss, opens_at=PLAIN, days=42, decision_on=DECIDED)
        assert lacking(draft) == []
        assert facts_of(draft)["Usual at this centre"].startswith("6 weeks, and 2 more")
        client.sign_in(boss).post_form(EDIT, {"consultation_weeks": "8"}, action=EDIT)
        db.session.expire_all()
        assert lacking(draft) == ["It is open for 42 days. Say why it is fewer than 8 weeks"]
        page = client.get(f"/consultations/{draft.id}/manage/dates/")
        assert "8 weeks are usual at this centre" in page.main
        record = db.session.query(AuditRecord).filter_by(tag="centre.change-consultation-weeks")
        assert record.one().details == {"weeks": 8, "before": 6}
        other = making.make_complete(centre=factories.get_centre("london"), opens_at=PLAIN, days=42)
        assert other.weeks == 6

    def test_holidays_ask_for_two_weeks_more_than_usual(self, boss):
        boss_centre = factories.get_centre()
        boss_centre.consultation_weeks = 10
        draft = making.make_complete(
            author=boss, opens_at=london(2098, 7, 1), days=83, decision_on=DECIDED
        )
        assert "overlaps with August" in " ".join(lacking(draft))
        draft.closes_at += timedelta(days=1)
        assert lacking(draft) == []

    def test_under_four_weeks_needs_a_second_manager_wherever_it_is(self, boss):
        factories.get_centre().consultation_weeks = 4
        draft = making.make_complete(author=boss, opens_at=PLAIN, days=28, decision_on=DECIDED)
        assert lacking(draft) == []
        draft.closes_at -= timedelta(days=1)
        draft.short_reason = "The offer ends."
        assert "second manager" in " ".join(lacking(draft))

    def test_what_was_announced_keeps_the_length_of_that_day(self, boss, client):
        found = making.make_announced(author=boss)
        centre = factories.get_centre()
        centre.consultation_weeks = 20
        factories.commit()
        assert found.weeks == 6
        # Texts can still be changed, and it can be extended.
        editing.edit(boss, found, version=found.version, changes={"purpose": "P."}, note="Why.")
        announcing.extend(boss, found, closes_at=found.closes_at + making.WEEK, note="Asked for.")
        assert "6 weeks, and 2 more" in client.get(found.path).main
        announcing.take_back(boss, found)
        assert found.weeks == 20
        with pytest.raises(Invalid, match="fewer than 20 weeks"):
            announcing.announce(boss, found, note="Again.")

    def test_papers_have_no_usual_length(self, boss):
        paper = making.make_complete(author=boss, kind=Kind.DISCUSSION, days=10)
        assert "Usual at this centre" not in facts_of(paper)
        assert lacking(paper) == []


class TestConflict:
    """Whoever comes second sees what differs, of every kind of field, and nothing else."""

    def differing(self, answer):
        return dict(
            zip(answer.texts("dt", css=KEY), answer.texts("pre", css="stored"), strict=True)
        )

    def test_details(self, client, boss):
        old, new = factories.make_topic(name="Roofs"), factories.make_topic(name="Lifts")
        draft = making.make_draft(author=boss, title="Repairs", summary="How we buy.")
        db.session.add(ConsultationTopic(consultation_id=draft.id, topic_id=old.id))
        factories.commit()
        page = client.sign_in(boss).get(f"/consultations/{draft.id}/manage/details/")
        editing.edit(
            boss,
            draft,
            version=draft.version,
            changes={
                "takes_visitors": False,
                "late_rule": "Call us.",
                "late_until": london(2098, 3, 2, 9, 30),
            },
            topic_ids=[new.id],
        )
        answer = client.post_form(page, {"summary": "How we buy now."}, status=409)
        assert self.differing(answer) == {
            "Summary": "How we buy.",
            "Procurement topics": "Lifts",
            "People can respond without an account": "No",
            "Rule for late responses": "Call us.",
            "Late responses are taken until (day)": "2 March 2098",
            "Late responses are taken until (time)": "09:30",
        }
        client.post_form(answer, {})
        db.session.refresh(draft)
        assert (draft.summary, draft.takes_visitors) == ("How we buy now.", True)

    def test_dates(self, client, boss):
        draft = making.make_draft(author=boss)
        page = client.sign_in(boss).get(f"/consultations/{draft.id}/manage/dates/")
        editing.set_dates(
            boss,
            draft,
            version=draft.version,
            opens_at=PLAIN,
            closes_at=london(2098, 5, 1, 17),
            short_reason="",
            holiday_reason="Nobody is away.",
        )
        filled = {"opens_on": "2098-02-03", "opens_hour": "10:00"}
        answer = client.post_form(page, filled, status=409)
        assert self.differing(answer) == {
            "Opens at": "09:00",
            "Closes on": "1 May 2098",
            "Closes at": "17:00",
            "Why there is no more time for holidays": "Nobody is away.",
        }

    def test_purposes_of_an_engagement(self, client, boss):
        draft = making.make_draft(author=boss, kind=Kind.ENGAGEMENT)
        page = client.sign_in(boss).get(f"/consultations/{draft.id}/manage/engagement/")
        changes = {"engagement_purposes": ["capacity", "suppliers"], "notice_number": ""}
        editing.edit(boss, draft, version=draft.version, changes=changes)
        answer = client.post_form(page, {"notice_number": "012345-2026"}, status=409)
        assert self.differing(answer) == {
            "What the engagement is for": "Identifying suppliers who may be interested "
            "Building capacity among suppliers",
            "Number of the notice": "Nothing",
        }

    def test_a_change_elsewhere_is_told_without_a_list(self, client, boss):
        draft = making.make_draft(author=boss)
        page = client.sign_in(boss).get(f"/consultations/{draft.id}/manage/privacy/")
        editing.edit(boss, draft, version=draft.version, changes={"purpose": "First."})
        answer = client.post_form(page, {}, status=409)
        assert "Somebody changed this consultation while you were writing." in answer.main
        assert "What is stored now" not in answer.main
