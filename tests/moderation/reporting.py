"""Makers for reports, sanctions and appeals."""

from datetime import timedelta

from forum.core import clock
from forum.moderation import actions
from forum.moderation.actions import Ruling
from tests import factories
from tests.moderation.making import REASON, clause


def visible_post(**fields):
    """A reply that everybody can read, in a thread of somebody else."""
    return factories.make_post(factories.make_thread(), **fields)


def established(**fields):
    """A member who has taken part for a while, and whose posts can be read."""
    long_ago = clock.now() - timedelta(days=90)
    account = factories.make_account(created_at=long_ago, confirmed_at=long_ago, **fields)
    factories.make_thread(author=account, posts=3)
    return account


def report(actor, post, *, reason="advertising", note=""):
    """A report of the post by an account or a visitor."""
    return actions.report_post(actor, post, reason=reason, note=note)


def hidden_post(judge, **fields):
    """A post that the moderator has hidden, and the decision."""
    post = visible_post(**fields)
    return post, actions.hide_post(judge, post, ruling=Ruling(clause=clause(), reason=REASON))


def in_days(days):
    """The instant so many days from now."""
    return clock.now() + timedelta(days=days)
