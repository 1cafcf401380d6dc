"""Who may change a centre."""

import pytest

from forum.centres import policy
from forum.core.access import Anonymous
from tests import factories as make


@pytest.mark.parametrize(
    ("role", "centre", "expected"),
    [
        (None, None, False),
        ("moderator", "north-east", False),
        ("manager", "london", False),
        ("manager", "north-east", True),
        ("administrator", None, True),
    ],
)
def test_only_managers_of_the_centre_change_it(app, role, centre, expected):
    place = make.get_centre("north-east")
    where = make.get_centre(centre) if centre else None
    decision = policy.can_edit(make.make_account(role=role, centre=where), place)
    assert bool(decision) is expected
    assert bool(decision.reason) is not expected


def test_visitors_do_not_change_centres(app):
    assert not policy.can_edit(Anonymous(), make.get_centre())
