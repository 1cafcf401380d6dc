"""Statements for visitors are put together once, and are nobody else's."""

from forum.core.access import OPERATOR, Anonymous
from forum.core.statements import once_for_visitors


def builder():
    built = []

    @once_for_visitors
    def build(actor, name="", *, has_place=False):
        built.append(actor)
        return (actor.is_admin, name, has_place)

    return build, built


def test_statements_for_visitors_are_built_once_for_each_choice():
    build, built = builder()
    for _ in range(2):
        assert build(Anonymous(), "board") == (False, "board", False)
        assert build(Anonymous(), "board", has_place=True) == (False, "board", True)
    assert len(built) == 2


def test_others_have_one_of_their_own_each_time():
    build, built = builder()
    build(Anonymous())
    assert build(OPERATOR) == build(OPERATOR) == (True, "", False)
    assert built[1:] == [OPERATOR, OPERATOR]
