"""What one person is told of one thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from forum.accounts.models import Account
from forum.core import clock
from forum.core.db import db
from forum.notifications.enums import NoticeKind
from forum.notifications.models import Notice

STANDING = "/account/standing/"
# Whoever looks after a queue is mailed at most once in this time; the site tells of each item.
ONE_MAIL_IN = timedelta(hours=1)
FOR_STAFF = (NoticeKind.ITEM_ESCALATED, NoticeKind.ITEM_HANDED_OVER)


@dataclass(frozen=True, slots=True)
class Message:
    """What an account is told; ``details`` are JSON values.

    ``key`` makes telling it twice impossible; ``path`` is where it leads. Of ``details`` the
    words "reason", "note", "rule", "until", "centre" and "organisation" are shown; "post" and
    "thread" name what it is about, whose title is looked up when the notice is read; "decision"
    names what may be appealed. Nothing of a post's text is here.
    """

    account: Account
    kind: NoticeKind
    path: str
    key: str
    details: dict[str, Any] = field(default_factory=dict)
    title: str = ""

    @property
    def appeal_path(self) -> str:
        """Where one appeals what is told; "" when nothing can be appealed."""
        return appeal_path(self.details)


def appeal_path(details: Mapping[str, Any]) -> str:
    """Where the decision that ``details`` name is appealed; "" when they name none."""
    decision = details.get("decision")
    return f"{STANDING}decisions/{decision}/appeal/" if decision else ""


def was_told(account_id: int, key: str) -> bool:
    """Whether the account has the notice of ``key``."""
    found = select(Notice.id).where(Notice.account_id == account_id, Notice.key == key)
    return db.session.scalar(found) is not None


def is_mailed_lately(account_id: int) -> bool:
    """Whether the account was mailed a notice for staff within the last hour."""
    lately = db.session.scalars(
        select(Notice.details).where(
            Notice.account_id == account_id,
            Notice.kind.in_(FOR_STAFF),
            Notice.at > clock.now() - ONE_MAIL_IN,
        )
    )
    return any(not details.get("quiet") for details in lately)


def is_quiet(account_id: int, key: str) -> bool:
    """Whether the notice is for the site alone, since a mail went just before it."""
    details = db.session.scalar(
        select(Notice.details).where(Notice.account_id == account_id, Notice.key == key)
    )
    return bool(details and details.get("quiet"))
