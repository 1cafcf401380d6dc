"""Addresses are made of plain letters, digits and hyphens."""

import pytest

from forum.core.slugs import slug_of


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Contracts below £250,000", "contracts-below-250000"),
        ("Café & crèche: who pays?", "cafe-creche-who-pays"),
        ("Лоты", "loty"),
        ("¿¿¿", "board"),
        ("£", "board"),
        ("", "board"),
    ],
)
def test_slugs(text, slug):
    assert slug_of(text, longest=40, otherwise="board") == slug


def test_a_long_text_is_cut_between_words():
    assert slug_of("late payment of subcontractors", longest=15, otherwise="x") == "late-payment-of"
    assert slug_of("late payment of subcontractors", longest=14, otherwise="x") == "late-payment"
