"""An attacker who works out numbers that are kept back, by all sums that hold among them."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

Number = int | Fraction


def follow_from_the_rest(secret: Collection[Any], sums: Sequence[Mapping[Any, Number]]) -> set[Any]:
    """Those of ``secret`` that follow from all other numbers.

    Each of ``sums`` gives factors by name: the numbers times their factors add up to something
    that is known. A number follows when asking for it adds nothing to the rank of the equations.
    """
    order = sorted(secret)
    matrix = [[Fraction(item.get(name, 0)) for name in order] for item in sums]
    whole = rank(matrix)
    return {
        name
        for n, name in enumerate(order)
        if rank([*matrix, [Fraction(m == n) for m in range(len(order))]]) == whole
    }


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """Rank of a matrix of fractions, by plain elimination."""
    left, found = [list(row) for row in rows], 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((n for n in range(found, len(left)) if left[n][column]), None)
        if pivot is None:
            continue
        left[found], left[pivot] = left[pivot], left[found]
        for n in range(found + 1, len(left)):
            times = left[n][column] / left[found][column]
            left[n] = [a - times * b for a, b in zip(left[n], left[found], strict=True)]
        found += 1
    return found
