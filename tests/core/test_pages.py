"""Cursors come back as they went out; forged ones are not found."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from forum.accounts.models import Account
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.pages import LONGEST_CURSOR, before, decode_cursor, encode_cursor, number_pages
from tests import factories

moments = st.datetimes(
    min_value=datetime(1000, 1, 1),  # noqa: DTZ001 — hypothesis wants naive bounds
    max_value=datetime(3000, 1, 1),  # noqa: DTZ001 — as above
    timezones=st.just(UTC),
)
numbers = st.integers(min_value=-(2**63), max_value=2**63 - 1)
words = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=30)


def forged(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(moments, numbers, words)
def test_what_goes_in_comes_out(moment, number, word):
    cursor = encode_cursor(moment, number, word)
    assert decode_cursor(cursor, datetime, int, str) == (moment, number, word)
    assert "=" not in cursor
    assert len(cursor) <= LONGEST_CURSOR


def test_booleans_stay_booleans():
    assert decode_cursor(encode_cursor(True, 1), bool, int) == (True, 1)


def test_times_of_other_zones_come_out_in_utc():
    moment = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    (result,) = decode_cursor(encode_cursor(moment), datetime)
    assert result == moment
    assert result.tzinfo is UTC


@given(st.text(max_size=250))
def test_any_other_text_is_not_found(text):
    with pytest.raises(NotFound):
        decode_cursor(text, datetime, int)


@given(st.binary(max_size=150))
def test_any_other_bytes_are_not_found(data):
    with pytest.raises(NotFound):
        decode_cursor(base64.urlsafe_b64encode(data).decode(), datetime, int)


@given(st.recursive(st.none() | st.booleans() | st.floats() | words, st.lists, max_leaves=6))
def test_other_values_are_not_found(value):
    with pytest.raises(NotFound):
        decode_cursor(forged(value), datetime, int)


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        ([1], (int, int)),
        ([1, 2], (int,)),
        ([True], (int,)),
        ([1], (bool,)),
        ([1], (datetime,)),
        (["2026-01-01T00:00:00"], (datetime,)),
        (["0001-01-01T00:00:00+14:00"], (datetime,)),
        (["9999-12-31T23:59:59-14:00"], (datetime,)),
        (["x"], (datetime,)),
        ([2**63], (int,)),
        ([-(2**63) - 1], (int,)),
        ([float("nan")], (int,)),
        (["a\x00b"], (str,)),
        (["\ud800"], (str,)),
        ({"a": 1}, (int,)),
        ("1", (int,)),
        (["x" * LONGEST_CURSOR], (str,)),
    ],
)
def test_forged_cursors_are_not_found(value, kinds):
    with pytest.raises(NotFound):
        decode_cursor(forged(value), *kinds)


def test_a_cut_cursor_is_not_found():
    cursor = encode_cursor(datetime(2026, 1, 1, tzinfo=UTC), 12)
    for length in range(len(cursor)):
        with pytest.raises(NotFound):
            decode_cursor(cursor[:length], datetime, int)


def test_before_walks_through_all_rows_once(app):
    made = {factories.make_account(display_name="Same").id for _ in range(7)}
    columns = (Account.display_name, Account.id)
    ordered = select(*columns).order_by(*(column.desc() for column in columns)).limit(3)
    found: list[int] = []
    rows = db.session.execute(ordered).all()
    while rows:
        found += [row.id for row in rows]
        rows = db.session.execute(before(ordered, columns, tuple(rows[-1]))).all()
    assert found == sorted(made, reverse=True)


@pytest.mark.parametrize(
    ("last", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (40, 2), (41, 3), (4000, 200)]
)
def test_number_of_pages(last, pages):
    assert number_pages(last, size=20) == pages
