"""Hidden cells of a published table cannot be worked out from what is shown."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.core import suppression
from forum.core.suppression import FEWEST, cells_to_hide
from tests.adding_up import follow_from_the_rest

PLACES = ("east", "north", "south", "west")
SECTORS = ("community", "private", "public")
COUNTS = st.one_of(st.just(0), st.integers(0, 6), st.integers(0, 60))


def with_sums(rows):
    """Cells of rows of numbers by place, with the row of their sums."""
    cells = {
        (place, sector): number
        for place, row in rows.items()
        for sector, number in zip(SECTORS, row, strict=False)
    }
    for sector in SECTORS[: len(next(iter(rows.values())))]:
        cells["all", sector] = sum(cells[place, sector] for place in rows)
    return cells


@st.composite
def published(draw):
    return with_sums({place: [draw(COUNTS) for _ in SECTORS] for place in PLACES})


def can_be_worked_out(values, hidden):
    """What an attacker gets by linear algebra who knows the sum of each row and the rest."""
    places = sorted({place for place, _ in values})
    sectors = sorted({sector for _, sector in values})
    rows = [{(place, sector): 1 for sector in sectors} for place in places]
    columns = [
        {(place, sector): -1 if place == "all" else 1 for place in places} for sector in sectors
    ]
    return follow_from_the_rest(hidden, [*rows, *columns])


def small(values):
    return {cell for cell, value in values.items() if 0 < value < FEWEST}


class TestProof:
    @settings(max_examples=25)
    @given(published())
    def test_no_hidden_cell_follows_from_what_is_shown(self, values):
        hidden = cells_to_hide(values, total="all")
        assert small(values) <= hidden
        assert can_be_worked_out(values, hidden) == set()

    @settings(max_examples=25)
    @given(published(), st.data())
    def test_nor_does_a_secret(self, values, data):
        secret = frozenset(data.draw(st.sets(st.sampled_from(sorted(values)))))
        hidden = cells_to_hide(values, total="all", secret=secret)
        assert secret | small(values) <= hidden
        assert can_be_worked_out(values, hidden) == set()

    @settings(max_examples=25)
    @given(published())
    def test_what_is_hidden_of_a_sum_is_not_small_and_not_one_each(self, values):
        hidden = cells_to_hide(values, total="all")
        for place in (*PLACES, "all"):
            row = [(place, sector) for sector in SECTORS]
            self.check(values, row, hidden)
        for sector in SECTORS:
            if ("all", sector) not in hidden:
                self.check(values, [(place, sector) for place in PLACES], hidden)

    def check(self, values, cells, hidden):
        kept = [values[cell] for cell in cells if cell in hidden]
        if kept and any(values[cell] for cell in cells if cell not in hidden):
            assert sum(kept) >= FEWEST
        # A reader who takes none of them for nought must not find that all are one.
        assert not kept or 0 in kept or sum(kept) > len(kept) or len(kept) == len(cells)

    @settings(max_examples=20)
    @given(published())
    def test_leaving_out_a_cell_gives_something_away(self, values):
        hidden = cells_to_hide(values, total="all")
        table = suppression._Table(values, "all")
        for cell in hidden - small(values):
            assert table._remedies(hidden - {cell})

    @settings(max_examples=30)
    @given(published())
    def test_no_smaller_set_would_do(self, values):
        """Compared with every smaller set that there is."""
        hidden, must = cells_to_hide(values, total="all"), frozenset(small(values))
        table = suppression._Table(values, "all")
        rest = sorted(values.keys() - must)
        for count in range(min(len(hidden - must), 4)):
            for more in combinations(rest, count):
                assert table._remedies(must | set(more))

    @settings(max_examples=20)
    @given(published())
    def test_without_patience_it_is_as_safe(self, values):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(suppression, "PATIENCE", 0)
            hidden = cells_to_hide(values, total="all")
        assert small(values) <= hidden
        assert can_be_worked_out(values, hidden) == set()
        assert len(hidden) >= len(cells_to_hide(values, total="all"))

    @settings(max_examples=20)
    @given(published())
    def test_is_the_same_each_time(self, values):
        again = dict(sorted(values.items(), reverse=True))
        assert cells_to_hide(values, total="all") == cells_to_hide(again, total="all")


class TestAttacker:
    """The attacker of these tests is worth something."""

    def test_finds_the_missing_part(self):
        assert follow_from_the_rest({"a"}, [{"a": 1, "b": 1, "c": 1}]) == {"a"}

    def test_does_not_tell_two_missing_parts(self):
        assert follow_from_the_rest({"a", "b"}, [{"a": 1, "b": 1, "c": 1}]) == set()

    def test_combines_sums(self):
        sums = [{"a": 1, "b": 1}, {"b": 1, "c": 1}, {"a": 1, "c": 1}]
        assert follow_from_the_rest({"a", "b", "c"}, sums) == {"a", "b", "c"}

    def test_takes_fractions(self):
        assert follow_from_the_rest({"a"}, [{"a": Fraction(1, 2), "b": 1}]) == {"a"}


class TestExamples:
    def test_nothing_small_nothing_hidden(self):
        rows = {"east": [5, 60], "west": [0, 700]}
        assert cells_to_hide(with_sums(rows), total="all") == frozenset()

    def test_single_small_one_takes_the_three_smallest_of_a_rectangle(self):
        rows = {"east": [3, 60], "south": [8, 7], "west": [90, 900]}
        assert cells_to_hide(with_sums(rows), total="all") == {
            (place, sector) for place in ("east", "south") for sector in SECTORS[:2]
        }

    def test_four_that_protect_each_other_suffice(self):
        rows = {"east": [4, 3, 50], "south": [4, 4, 60], "west": [30, 40, 50]}
        hidden = cells_to_hide(with_sums(rows), total="all")
        assert hidden == {(p, s) for p in ("east", "south") for s in SECTORS[:2]}

    def test_two_ones_take_a_third_number_with_them(self):
        """Their sum is 2 and none is nought, so each would be known to be 1."""
        rows = {"east": [1, 1, 70], "south": [4, 4, 80], "west": [90, 90, 90]}
        hidden = cells_to_hide(with_sums(rows), total="all")
        assert ("east", "public") in hidden
        assert ("west", "community") not in hidden

    def test_alone_in_its_row_it_takes_a_nought(self):
        rows = {"east": [3, 0], "west": [30, 40]}
        assert {("east", "community"), ("east", "private")} <= cells_to_hide(
            with_sums(rows), total="all"
        )

    def test_no_table_nothing_to_do(self):
        assert cells_to_hide({}, total="all") == frozenset()
