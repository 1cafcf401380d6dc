"""The gate: each item stops what lacks it, by kind; dates and lengths by the clocks of London."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from forum.consultations import queries
from forum.consultations.actions import announcing, editing
from forum.consultations.enums import Kind
from forum.consultations.policy.gate import gate, missing
from forum.consultations.policy.length import bank_holidays, length_of
from forum.core import clock
from forum.core.errors import Invalid, NotAllowed
from tests.consultations import making
from tests.consultations.making import london

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
HOURS = st.times()


@pytest.fixture
def boss(app):
    return making.manager()


def lacking(consultation):
    return missing(queries.basis_of(consultation))


class TestItems:
    def test_a_complete_draft_lacks_nothing(self, boss):
        for kind in Kind:
            assert (
                lacking(
                    making.make_complete(
                        author=boss,
                        kind=kind,
                        notice_number="012345-2026",
                        engagement_purposes=["requirements"],
                    )
                )
                == []
            )

    def test_what_is_missing_is_told_in_words(self, boss):
        for field, value, sentence in (
            ("summary", "", "Sum up in a few sentences"),
            ("purpose", "", "Say what this is for"),
            ("still_open", "", "Say what can still change"),
            ("already_fixed", "", "Say what is fixed already"),
            ("decider", "", "Say who decides"),
            ("decision_on", None, "Say when it will be decided"),
            ("decision_on", date(2020, 1, 1), "must come after the closing"),
            ("options_considered", "", "Describe the options"),
            ("options_rejected", "", "Say which options you rejected"),
            ("controller", "", "Name the controller"),
            ("lawful_basis", "", "Give the lawful basis"),
            ("retention_on", None, "Say until when personal data are kept"),
            ("retention_on", date(2098, 1, 31), "until after the decision"),
            ("opens_at", None, "Enter when it opens"),
        ):
            draft = making.make_complete(author=boss)
            setattr(draft, field, value)
            found = lacking(draft)
            assert len(found) == 1
            assert sentence in found[0]
            with pytest.raises(Invalid, match="This is not complete"):
                announcing.announce(boss, draft)
            assert draft.announced_at is None
            assert draft.edition == 0

    def test_parts_beside_the_texts(self, boss):
        bare = making.make_draft(author=boss)
        found = lacking(bare)
        assert "Add at least one document with what respondents should know" in found
        assert "Ask at least one question" in found
        assert "Choose one to five procurement topics" in found
        draft = making.make_complete(author=boss, questions=[{"kind": "information"}])
        assert lacking(draft) == ["Ask at least one question"]

    def test_a_paper_needs_less(self, boss):
        draft = making.make_complete(author=boss, kind="discussion-paper", days=7)
        draft.decider = draft.still_open = draft.options_considered = ""
        assert lacking(draft) == []

    def test_market_engagement_names_its_purposes_and_notice(self, boss):
        draft = making.make_complete(author=boss, kind="preliminary-market-engagement")
        assert len(lacking(draft)) == 2
        draft.engagement_purposes = ["suppliers", "capacity"]
        for number, is_right in (
            ("012345-2026", True),
            ("12345-2026", False),
            ("012345-1999", False),
            ("012345/2026", False),
        ):
            draft.notice_number = number
            assert (lacking(draft) == []) is is_right
        draft.notice_number, draft.no_notice_reason = "", "Below the threshold."
        assert lacking(draft) == []
        facts = dict(fact for item in gate(queries.basis_of(draft)) for fact in item.facts)
        assert facts["Why there is no notice"] == "Below the threshold."
        assert "Identifying suppliers" in facts["Purposes of the engagement"]


class TestLength:
    def make(self, boss, opens, closes, **fields):
        return making.make_complete(author=boss, opens_at=opens, closes_at=closes, **fields)

    def test_six_weeks_and_eight_with_holidays(self, boss):
        plain = london(2098, 2, 3)
        draft = making.make_complete(
            author=boss, opens_at=plain, days=42, decision_on=date(2098, 12, 1)
        )
        assert lacking(draft) == []
        draft.closes_at = plain + timedelta(days=41)
        assert "Say why it is fewer than 6 weeks" in lacking(draft)[0]
        draft.short_reason = "The market asked for it."
        assert lacking(draft) == []

    def test_overlap_asks_for_two_weeks_or_a_reason(self, boss):
        august = london(2027, 7, 1)
        draft = making.make_complete(author=boss, opens_at=august, days=55)
        assert "overlaps with August" in lacking(draft)[0]
        draft.closes_at = august + timedelta(days=56)
        assert lacking(draft) == []
        draft.closes_at = august + timedelta(days=55)
        draft.holiday_reason = "The grant ends in September."
        assert lacking(draft) == []

    def test_under_four_weeks_a_second_manager_agrees(self, boss):
        second, third = making.manager(), making.manager()
        draft = making.make_complete(
            author=boss,
            opens_at=london(2098, 2, 3),
            days=21,
            short_reason="A court set the date.",
            decision_on=date(2098, 12, 1),
        )
        assert "A second manager" in lacking(draft)[0]
        for actor in (boss, making.manager("london")):
            with pytest.raises(NotAllowed):
                announcing.approve_length(actor, draft)
        announcing.approve_length(second, draft)
        assert lacking(draft) == []
        with pytest.raises(NotAllowed, match="another manager announces"):
            announcing.announce(second, draft)
        editing.set_dates(
            third,
            draft,
            version=draft.version,
            opens_at=draft.opens_at,
            closes_at=draft.closes_at + timedelta(days=1),
            short_reason=draft.short_reason,
            holiday_reason="",
        )
        assert "A second manager" in lacking(draft)[0]
        announcing.approve_length(second, draft)
        announcing.announce(boss, draft)

    def test_nothing_to_agree_to(self, boss):
        second = making.manager()
        for fields in ({"days": 42}, {"days": 21}, {"opens_at": None, "closes_at": None}):
            draft = making.make_complete(author=boss, **{"days": 21, **fields})
            if "opens_at" in fields:
                draft.opens_at = draft.closes_at = None
            with pytest.raises(Invalid):
                announcing.approve_length(second, draft)

    def test_the_opening_lies_ahead(self, boss):
        draft = making.make_complete(author=boss)
        with (
            clock.at(draft.opens_at + timedelta(seconds=1)),
            pytest.raises(Invalid, match="passed"),
        ):
            announcing.announce(boss, draft)


class TestDays:
    def test_begun_days_count_whole(self):
        for closes, days in (
            (london(2027, 3, 2, 9), 1),
            (london(2027, 3, 2, 9, 1), 2),
            (london(2027, 4, 12, 17), 43),
        ):
            assert length_of(london(2027, 3, 1), closes, weeks=6).days == days

    def test_bank_holidays_of_england(self):
        assert bank_holidays(2027)[date(2027, 3, 26)] == "Good Friday"
        assert date(2027, 12, 27) in bank_holidays(2027)
        # Scotland's alone.
        assert date(2027, 11, 30) not in bank_holidays(2027)
        assert length_of(london(2027, 5, 1), london(2027, 5, 20), weeks=6).overlaps == (
            "May Day (3 May 2027)",
        )

    def test_edges_of_august_and_christmas(self):
        assert length_of(london(2027, 7, 1), london(2027, 8, 1, 0), weeks=6).overlaps == ()
        assert length_of(london(2027, 7, 1), london(2027, 8, 1, 0, 1), weeks=6).overlaps == (
            "August",
        )
        assert length_of(london(2027, 9, 1, 0), london(2027, 9, 9), weeks=6).overlaps == ()
        assert length_of(london(2027, 12, 1), london(2027, 12, 20, 0), weeks=6).overlaps == ()
        assert length_of(london(2028, 1, 2, 23), london(2028, 1, 3, 0), weeks=6).overlaps == (
            "Christmas and New Year",
        )
        assert length_of(london(2028, 1, 4, 0), london(2028, 1, 9), weeks=6).overlaps == ()

    @given(DAYS, HOURS, st.integers(1, 366))
    def test_summer_time_and_leap_days_change_no_length(self, day, hour, days):
        try:
            opens, closes = (clock.from_london(one, hour) for one in (day, day + timedelta(days)))
        except ValueError:
            reject()  # Nobody can enter what clocks leave out, or show twice.
        for zone in (UTC, clock.LONDON):
            length = length_of(opens.astimezone(zone), closes.astimezone(zone), weeks=6)
            assert length.days == days


class TestClocks:
    @given(DAYS, HOURS)
    def test_what_is_entered_is_what_clocks_show_or_is_refused(self, day, hour):
        shown = datetime.combine(day, hour)
        instants = {
            shown.replace(tzinfo=clock.LONDON, fold=fold).astimezone(UTC) for fold in (0, 1)
        }
        try:
            instant = clock.from_london(day, hour)
        except ValueError:
            assert len(instants) == 2
            assert day.month in {3, 10}
            assert day.weekday() == 6
        else:
            assert instants == {instant}
            assert instant.astimezone(clock.LONDON).replace(tzinfo=None) == shown

    def test_times_that_are_left_out_or_come_twice(self):
        with pytest.raises(ValueError, match="there is no 01:30"):
            clock.from_london(date(2027, 3, 28), time(1, 30))
        with pytest.raises(ValueError, match="01:30 comes twice"):
            clock.from_london(date(2027, 10, 31), time(1, 30))
        assert clock.from_london(date(2027, 3, 28), time(2)) == datetime(2027, 3, 28, 1, tzinfo=UTC)
        assert clock.from_london(date(2027, 7, 1), time(9)).hour == 8
