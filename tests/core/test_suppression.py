"""Hidden cells of published tables cannot be worked out from what is shown."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.core.suppression import FEWEST, Sum, cells_to_hide, derivable

PLACES = ("east", "west", "north")
KINDS = ("hide", "lock", "warn")
SECTORS = ("private", "public")
COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 60))


def rank(rows):
    """Rank of a matrix of fractions, by plain elimination."""
    rows, found = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((n for n in range(found, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for n in range(found + 1, len(rows)):
            times = rows[n][column] / rows[found][column]
            rows[n] = [a - times * b for a, b in zip(rows[n], rows[found], strict=True)]
        found += 1
    return found


def follow_from_the_rest(secret, sums):
    """The secret cells that are linear combinations of everything else.

    A cell is one when asking for it adds nothing to the rank of the equations.
    """
    order = sorted(secret)
    matrix = [
        [Fraction((cell in item.parts) - (cell == item.total)) for cell in order] for item in sums
    ]
    whole = rank(matrix)
    return {
        cell
        for n, cell in enumerate(order)
        if rank([*matrix, [Fraction(m == n) for m in range(len(order))]]) == whole
    }


@st.composite
def published(draw):
    """Two tables of the same decisions, by place, with all their margins."""
    values, sums = {}, []
    for place in PLACES:
        kinds = [draw(COUNTS) for _ in KINDS]
        total = sum(kinds)
        first = draw(st.integers(0, total))
        values |= {("kind", place, k): n for k, n in zip(KINDS, kinds, strict=True)}
        sectors = (first, total - first)
        values |= {("sector", place, s): n for s, n in zip(SECTORS, sectors, strict=True)}
    for table, columns in (("kind", KINDS), ("sector", SECTORS)):
        for column in columns:
            sums.append(Sum((table, "all", column), tuple((table, p, column) for p in PLACES)))
            values[table, "all", column] = sum(values[table, p, column] for p in PLACES)
        for place in (*PLACES, "all"):
            sums.append(Sum(("total", place), tuple((table, place, c) for c in columns)))
            values["total", place] = sum(values[table, place, c] for c in columns)
    sums.append(Sum(("total", "all"), tuple(("total", p) for p in PLACES)))
    return values, sums


class TestProof:
    @settings(max_examples=40)
    @given(published())
    def test_no_hidden_cell_follows_from_what_is_shown(self, tables):
        values, sums = tables
        hidden = cells_to_hide(values, sums)
        assert {cell for cell, value in values.items() if 0 < value < FEWEST} <= hidden
        assert follow_from_the_rest(hidden, sums) == set()

    @settings(max_examples=40)
    @given(published())
    def test_nor_for_who_knows_the_totals_and_kinds(self, tables):
        """The log tells them to everybody; it does not name sectors."""
        values, sums = tables
        told = frozenset(cell for cell in values if cell[0] != "sector")
        hidden = cells_to_hide(values, sums, known=(frozenset(), told))
        assert follow_from_the_rest(hidden, sums) == set()
        assert follow_from_the_rest(hidden - told, sums) == set()

    @settings(max_examples=40)
    @given(published())
    def test_what_is_left_of_a_sum_is_not_small_either(self, tables):
        values, sums = tables
        hidden = cells_to_hide(values, sums)
        for item in sums:
            parts = [cell for cell in item.parts if cell in hidden]
            if parts and item.total not in hidden:
                left = sum(values[cell] for cell in parts)
                assert left >= FEWEST
                # Since a nought is shown, as many as there are parts would mean one each.
                assert left > len(parts)

    @settings(max_examples=40)
    @given(published(), st.data())
    def test_both_ways_to_ask_agree(self, tables, data):
        values, sums = tables
        secret = data.draw(st.sets(st.sampled_from(sorted(values))))
        assert derivable(secret, sums) == follow_from_the_rest(secret, sums)

    @settings(max_examples=40)
    @given(published())
    def test_is_the_same_each_time(self, tables):
        values, sums = tables
        again = dict(sorted(values.items(), reverse=True))
        assert cells_to_hide(values, sums) == cells_to_hide(again, sums)


def table(*numbers):
    """A row of numbers with their sum."""
    values = {("cell", str(n)): number for n, number in enumerate(numbers)}
    total = Sum(("total",), tuple(values))
    return values | {("total",): sum(numbers)}, [total]


class TestExamples:
    def test_nothing_small_nothing_hidden(self):
        assert cells_to_hide(*table(5, 60, 700)) == frozenset()

    def test_nought_is_shown(self):
        assert cells_to_hide(*table(0, 60, 700)) == frozenset()

    def test_single_small_one_takes_the_smallest_other_with_it(self):
        assert cells_to_hide(*table(3, 60, 700)) == {("cell", "0"), ("cell", "1")}

    def test_two_small_ones_protect_each_other_when_together_large_enough(self):
        assert cells_to_hide(*table(4, 4, 700)) == {("cell", "0"), ("cell", "1")}

    def test_two_ones_do_not(self):
        """Their sum is 2 and none is nought, so each would be known to be 1."""
        assert cells_to_hide(*table(1, 1, 700)) == {("cell", "0"), ("cell", "1"), ("cell", "2")}

    def test_five_ones_do_not(self):
        hidden = cells_to_hide(*table(1, 1, 1, 1, 1, 700, 800))
        assert ("cell", "5") in hidden
        assert ("total",) not in hidden

    def test_alone_in_its_sum_it_takes_the_total(self):
        assert cells_to_hide(*table(3, 0)) >= {("cell", "0"), ("total",)}

    def test_small_total_is_hidden_with_all_its_parts(self):
        assert cells_to_hide(*table(1, 1)) == {("cell", "0"), ("cell", "1"), ("total",)}

    def test_no_table_nothing_to_do(self):
        assert cells_to_hide({}, []) == frozenset()

    @pytest.mark.parametrize("value", [1, 4])
    def test_cell_in_no_sum_is_hidden_alone(self, value):
        assert cells_to_hide({("a",): value, ("b",): 9}, []) == {("a",)}
