"""What has failed is left alone for a while, then tried by one."""

import pytest
import structlog
from structlog.testing import capture_logs

from forum.core import breaker
from forum.core.breaker import Breaker


@pytest.fixture
def now(monkeypatch):
    """The seconds that a breaker reads; a test moves them on."""
    seconds = [100.0]
    monkeypatch.setattr(breaker.time, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def said():
    """What is logged, whatever level an application that another test made has asked for."""
    kept = structlog.get_config()
    structlog.reset_defaults()
    with capture_logs() as entries:
        yield entries
    structlog.configure(**kept)


def test_what_works_is_used(now):
    one = Breaker("x", seconds=5)
    one.worked()
    assert one.may_try()
    assert one.is_closed


def test_what_failed_rests_and_is_tried_by_one(now):
    one = Breaker("x", seconds=5)
    one.failed("gone")
    assert not one.is_closed
    assert not one.may_try()
    now[0] += 5
    assert [one.may_try() for _ in range(3)] == [True, False, False]
    one.failed("still gone")
    assert not one.may_try()
    now[0] += 5
    assert one.may_try()
    one.worked()
    assert one.is_closed
    assert [one.may_try() for _ in range(3)] == [True] * 3


def test_a_trial_that_never_ends_is_not_waited_for(now):
    one = Breaker("x", seconds=5)
    one.failed("gone")
    now[0] += 5
    assert one.may_try()
    now[0] += breaker.LONGEST_TRIAL_SECONDS
    assert one.may_try()


def test_patience_counts_failures_in_a_row(now):
    one = Breaker("x", seconds=5, patience=3)
    for _ in range(2):
        one.failed("behind")
        one.failed("behind")
        assert one.may_try()
        one.worked()
    for _ in range(3):
        assert one.may_try()
        one.failed("behind")
    assert not one.may_try()


def test_opening_and_closing_are_logged_once(now, said):
    one = Breaker("replica", seconds=5)
    for _ in range(3):
        one.failed("OperationalError")
    one.worked()
    one.worked()
    assert [entry["event"] for entry in said] == ["breaker.opened", "breaker.closed"]
    assert said[0]["reason"] == "OperationalError"
