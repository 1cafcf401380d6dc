"""Small numbers of a published table: which cells to hide so that none can be worked out.

The table has two ways, with its sums: places by sectors, one of the places being all together.
Hiding the small numbers is not enough: what is missing from a sum is the difference of what is
shown. So further cells are hidden, as few as possible (complementary suppression; Willenborg
and de Waal, Elements of Statistical Disclosure Control, 2001).

Rows and columns are taken for the points of a graph, hidden cells for its edges. A hidden cell
follows from what is shown exactly when its edge is a bridge, that is in no circle of hidden
cells (Gusfield, A graph theoretic approach to statistical data security, 1988).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

FEWEST = 5
# So many sets of cells are looked at in search of the fewest; afterwards few will do.
PATIENCE = 3_000
# Row and column.
Cell = tuple[str, str]
Point = tuple[int, str]


def cells_to_hide(
    values: Mapping[Cell, int], *, total: str, secret: frozenset[Cell] = frozenset()
) -> frozenset[Cell]:
    """The cells of 1 to FEWEST - 1 and those ``secret``, and as few more as protect them.

    ``values`` are the cells of every row and column, the row ``total`` being the sum of the
    others. Readers know the sum of each row. What is hidden of a row or column of which the sum
    is shown is FEWEST or more together, and more than one for each cell, as far as the numbers
    allow it: a nought is hidden only where nothing else is left.
    """
    small = frozenset(cell for cell, value in values.items() if 0 < value < FEWEST)
    table = _Table(values, total)
    few = table.hide_step_by_step(small | secret)
    patience = iter(range(PATIENCE))
    for more in range(len(few - small - secret)):
        if fewest := table.search(small | secret, more, patience, frozenset()):
            return fewest
    return few


class _Table:
    """The numbers, and what can be seen of them."""

    def __init__(self, values: Mapping[Cell, int], total: str) -> None:
        self.values = values
        self.total = total
        self.lines: dict[Point, list[Cell]] = {}
        for cell in sorted(values, key=self._cost):
            for point in _ends(cell):
                self.lines.setdefault(point, []).append(cell)

    def _cost(self, cell: Cell) -> tuple[bool, bool, int, Cell]:
        """Small before large, parts before sums, and a nought, which hides little, last."""
        return self.values[cell] == 0, cell[0] == self.total, self.values[cell], cell

    def search(
        self,
        hidden: frozenset[Cell],
        more: int,
        patience: Iterator[int],
        barred: frozenset[Cell],
    ) -> frozenset[Cell] | None:
        """``hidden`` with ``more`` cells that make it safe; None: not found without ``barred``."""
        if more < _loose_ends(hidden):
            return None
        remedies = self._remedies(hidden)
        if remedies is None:
            return hidden
        for cell in remedies if more else ():
            if cell in barred:
                continue
            if next(patience, None) is None:
                return None
            if found := self.search(hidden | {cell}, more - 1, patience, barred):
                return found
            # Every set that holds the cell has been looked at.
            barred |= {cell}
        return None

    def hide_step_by_step(self, hidden: frozenset[Cell]) -> frozenset[Cell]:
        """``hidden`` with cells that make it safe, none of which can be left out."""
        start = hidden
        while remedies := self._remedies(hidden):
            hidden |= {remedies[0]}
        for cell in sorted(hidden - start, key=self._cost, reverse=True):
            if self._remedies(hidden - {cell}) is None:
                hidden -= {cell}
        return hidden

    def _remedies(self, hidden: frozenset[Cell]) -> Sequence[Cell] | None:
        """Cells of which one at least has to be hidden too, cheapest first; None: all is safe."""
        for line in self.lines:
            if cells := self._padding(line, hidden):
                return cells
        side = behind_a_bridge(hidden)
        if side is None:
            return None
        leads_out = [
            cell
            for cell in self.values
            if cell not in hidden and len(side.intersection(_ends(cell))) == 1
        ]
        return sorted(leads_out, key=self._cost)

    def _padding(self, line: Point, hidden: frozenset[Cell]) -> Sequence[Cell]:
        """What can be hidden of a row or column of which the hidden part tells too much."""
        way, name = line
        if way == 1 and (self.total, name) in hidden:
            return []
        cells = [cell for cell in self.lines[line] if way == 0 or cell[0] != self.total]
        kept = [self.values[cell] for cell in cells if cell in hidden]
        if not kept or sum(kept) >= max(FEWEST, len(kept) + 1):
            return []
        rest = [cell for cell in self.lines[line] if cell not in hidden]
        filled = [cell for cell in rest if self.values[cell]]
        # All that there is are ones: only a nought among them leaves a doubt.
        return filled or (rest if sum(kept) == len(kept) and all(kept) else [])


def behind_a_bridge(hidden: frozenset[Cell]) -> frozenset[Point] | None:
    """The points on one side of a hidden cell that follows from what is shown, as few as can be.

    None when no hidden cell does.
    """
    sides = []
    for cell in sorted(hidden):
        ends = _ends(cell)
        sides += [_reached(end, hidden - {cell}) for end in ends]
        if ends[1] in sides[-2]:
            del sides[-2:]
    return min(sides, key=lambda side: (len(side), sorted(side))) if sides else None


def _reached(point: Point, cells: frozenset[Cell]) -> frozenset[Point]:
    """The points that are connected with ``point`` by the cells."""
    reached, left = {point}, set(cells)
    while near := {cell for cell in left if not reached.isdisjoint(_ends(cell))}:
        reached.update(*map(_ends, near))
        left -= near
    return frozenset(reached)


def _ends(cell: Cell) -> tuple[Point, Point]:
    return (0, cell[0]), (1, cell[1])


def _loose_ends(hidden: frozenset[Cell]) -> int:
    """The number of rows, or of columns, with a single hidden cell: each needs another one."""
    met = Counter(end for cell in hidden for end in _ends(cell))
    ways = Counter(way for (way, _name), times in met.items() if times == 1)
    return max(ways.values(), default=0)
