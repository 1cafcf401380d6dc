"""The time is aware, and tests can hold it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from forum.core import clock


def test_now_is_aware_and_present():
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().utcoffset() == timedelta(0)


def test_the_time_can_be_held_and_nested():
    first = datetime(2024, 2, 29, 12, tzinfo=UTC)
    second = datetime(2026, 3, 29, 2, tzinfo=timezone(timedelta(hours=1)))
    with clock.at(first):
        assert clock.now() == first
        with clock.at(second):
            assert clock.now() == second
            assert clock.now().tzinfo is UTC
        assert clock.now() == first
    assert clock.now() > second


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"), clock.at(datetime(2026, 1, 1)):  # noqa: DTZ001 — the point
        pass


def test_the_time_runs_again_after_an_error():
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(RuntimeError), clock.at(moment):
        raise RuntimeError
    assert clock.now() > moment
