"""Decisions are yes, or no with a reason; rights of an administrator reach every centre."""

import pytest

from forum.core.access import OPERATOR, YES, Anonymous, ensure, manages, moderates, no
from forum.core.errors import Conflict, Invalid, NotAllowed, RoundtableError
from tests import factories


def test_a_decision_reads_as_a_truth():
    assert YES
    assert not no("Because.")
    assert no("Because.").reason == "Because."


def test_ensure_raises_the_reason():
    ensure(YES)
    with pytest.raises(NotAllowed) as refusal:
        ensure(no("Only staff can do this."))
    assert refusal.value.message == "Only staff can do this."


def test_errors_carry_their_sentence():
    assert str(Conflict("Changed.")) == "Changed."
    error = Invalid("Too long", field="title")
    assert (error.message, error.field) == ("Too long", "title")
    assert RoundtableError().message == ""


def test_a_visitor_is_nobody():
    visitor = Anonymous()
    assert visitor.get_id() is None
    assert visitor.actor_id is None
    assert not visitor.is_authenticated
    assert not moderates(visitor, 1)
    assert not manages(visitor, 1)


def test_the_operator_of_commands_may_do_everything():
    assert moderates(OPERATOR, 1)
    assert manages(OPERATOR, 1)
    assert OPERATOR.actor_id is None


@pytest.mark.parametrize(
    ("role", "here", "elsewhere"),
    [
        (None, (False, False), (False, False)),
        ("moderator", (True, False), (False, False)),
        ("manager", (True, True), (False, False)),
        ("administrator", (True, True), (True, True)),
    ],
)
def test_roles_reach_their_centre(app, role, here, elsewhere):
    account = factories.make_account(role=role)
    centre, other = factories.get_centre("north-east"), factories.get_centre("london")
    assert (moderates(account, centre.id), manages(account, centre.id)) == here
    assert (moderates(account, other.id), manages(account, other.id)) == elsewhere
