"""Versions of the house rules for tests."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from forum.accounts.models import HouseRules
from forum.centres.models import Centre
from forum.core import clock, markup
from forum.core.db import db
from tests import factories


def make_rules(
    centre: Centre | None = None,
    *,
    source: str = "1. **Be civil.** Argue with what was said.",
    at: datetime | None = None,
    **fields: Any,
) -> HouseRules:
    """The next version of the rules of the site, or of those that ``centre`` adds."""
    centre_id = centre.id if centre else None
    of_these = (
        HouseRules.centre_id.is_(None) if centre is None else HouseRules.centre_id == centre_id
    )
    newest = db.session.scalar(select(func.max(HouseRules.version)).where(of_these))
    rules = HouseRules(
        **{
            "centre_id": centre_id,
            "version": 1 + (newest or 0),
            "source": source,
            "html": markup.render(source),
            "change_note": "Made plainer",
            "published_at": at or clock.now(),
            **fields,
        }
    )
    db.session.add(rules)
    factories.commit()
    return rules
