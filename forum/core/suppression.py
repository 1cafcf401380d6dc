"""Small numbers of published tables: which cells to hide so that none can be worked out.

Hiding the small numbers is not enough: what is missing from a sum is the difference of what is
shown. So further cells are hidden until no hidden one follows from what is shown, by whatever
additions and subtractions (complementary suppression; Willenborg and de Waal, Elements of
Statistical Disclosure Control, 2001).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

FEWEST = 5
Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """That ``total`` is the sum of ``parts``, and that readers know it."""

    total: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The total and its parts."""
        return (self.total, *self.parts)


def cells_to_hide(
    values: Mapping[Cell, int],
    sums: Sequence[Sum],
    *,
    known: Iterable[frozenset[Cell]] = (frozenset(),),
) -> frozenset[Cell]:
    """The cells of 1 to FEWEST - 1, and as many more as protect them; a nought is shown.

    Each of ``known`` is a set of cells that some readers know from elsewhere; hidden cells are
    safe from each kind of reader. What is left of a sum, when the shown parts are taken away, is
    FEWEST or more, and more than one for each part that is hidden.
    """
    hidden = {cell for cell, value in values.items() if 0 < value < FEWEST}
    readers = list(known)
    while more := {cell for told in readers for cell in _complements(values, sums, hidden, told)}:
        hidden |= more
    return frozenset(hidden)


def derivable(secret: Iterable[Cell], sums: Iterable[Sum]) -> frozenset[Cell]:
    """Those of the ``secret`` cells that follow from all others by adding and subtracting.

    They are the rows with a single entry in the reduced echelon form of the sums.
    """
    wanted = frozenset(secret)
    pivots: dict[Cell, dict[Cell, Fraction]] = {}
    for item in sums:
        row = {cell: Fraction(1) for cell in item.parts if cell in wanted}
        if item.total in wanted:
            row[item.total] = Fraction(-1)
        for cell in [cell for cell in row if cell in pivots]:
            _subtract(row, pivots[cell], row[cell])
        if not row:
            continue
        pivot = min(row)
        scale = row[pivot]
        row = {cell: value / scale for cell, value in row.items()}
        for other in pivots.values():
            if pivot in other:
                _subtract(other, row, other[pivot])
        pivots[pivot] = row
    return frozenset(cell for cell, row in pivots.items() if len(row) == 1)


def _subtract(row: dict[Cell, Fraction], other: Mapping[Cell, Fraction], times: Fraction) -> None:
    for cell, value in other.items():
        left = row.get(cell, Fraction(0)) - times * value
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)


def _complements(
    values: Mapping[Cell, int], sums: Sequence[Sum], hidden: set[Cell], told: frozenset[Cell]
) -> set[Cell]:
    """Cells to hide as well, for a reader who has been told some; empty when all is safe."""
    secret = hidden - told
    open_cells = values.keys() - hidden - told
    chosen: set[Cell] = set()
    exposed = derivable(secret, sums)
    for item in _weak_sums(values, sums, secret, exposed):
        if chosen.isdisjoint(item.cells):
            candidates = [cell for cell in item.cells if cell in open_cells]
            chosen.update(sorted(candidates, key=lambda cell: _cost(cell, item, values))[:1])
    if exposed and not chosen:
        # Nothing beside the exposed cells is left to hide: only other tables' cells can help.
        chosen = set(open_cells)
    return chosen


def _weak_sums(
    values: Mapping[Cell, int],
    sums: Sequence[Sum],
    secret: set[Cell],
    exposed: frozenset[Cell],
) -> Iterator[Sum]:
    """The sums that give something away."""
    for item in sums:
        parts = [cell for cell in item.parts if cell in secret]
        left = sum(values[cell] for cell in parts)
        is_small = bool(parts) and item.total not in secret and left < max(FEWEST, len(parts) + 1)
        if is_small or not exposed.isdisjoint(item.cells):
            yield item


def _cost(cell: Cell, item: Sum, values: Mapping[Cell, int]) -> tuple[bool, bool, int, Cell]:
    """Parts before totals, small before large, and a nought, which hides little, last."""
    return values[cell] == 0, cell == item.total, values[cell], cell
