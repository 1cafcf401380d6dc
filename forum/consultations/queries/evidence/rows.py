"""What rows of the evidence file are made of: which responses, who did it, a batch at a time."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from forum.accounts.models import Account
from forum.consultations.enums import ResponseState
from forum.consultations.models import Consultation, Response
from forum.consultations.queries import published
from forum.core.db import db

Row = dict[str, Any]
# Rows that are in memory at a time.
BATCH = 500


class Staff:
    """Names of those who did something for the centre, each looked up once."""

    def __init__(self) -> None:
        self._name = cache(self._look_up)

    def __call__(self, account_id: int | None) -> Row | None:
        """Id and name; None for nobody."""
        return None if account_id is None else {"id": account_id, "name": self._name(account_id)}

    def _look_up(self, account_id: int) -> str:
        found = select(Account.display_name).where(Account.id == account_id)
        return db.session.scalar(found) or ""


def is_sent(consultation: Consultation) -> ColumnElement[bool]:
    """Filter for Response: those that were sent, also when they were withdrawn since."""
    return and_(Response.consultation_id == consultation.id, Response.state != ResponseState.DRAFT)


def is_published(consultation: Consultation) -> ColumnElement[bool]:
    """Filter for Response: those that everybody can read."""
    return and_(*published.published(consultation))


def stream(statement: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows, of which a batch is in memory at a time."""
    return iter(db.session.execute(statement, execution_options={"yield_per": BATCH}))
