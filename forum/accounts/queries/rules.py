"""Reads of the house rules: what holds where, clause by clause, and what held before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select

from forum.accounts.models import Account, HouseRules, RulesAcceptance
from forum.core import markup
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.texts import difference

LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered clause as plain text; ``url`` leads to it in its own version of the rules."""

    number: int
    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The newest rules of the site or of a centre, with their clauses."""

    rules: HouseRules
    clauses: Sequence[Clause]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the rules in the list of them."""

    id: int
    version: int
    url: str
    change_note: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class RulesPage:
    """A version of the rules as its page shows it; ``changes`` are lines against the one before.

    ``successor`` is the newest version, when this one is no longer in force.
    """

    rules: HouseRules
    html: str
    changes: Sequence[tuple[str, str]]
    versions: Sequence[VersionRow]
    successor: VersionRow | None


@dataclass(frozen=True, slots=True)
class NewRules:
    """A version of the rules that a member has not accepted yet."""

    id: int
    centre_id: int | None
    version: int
    change_note: str
    url: str


def current_rules(centre_id: int | None = None) -> HouseRules | None:
    """The newest house rules of the site, or those that a centre adds."""
    statement = _current_rules(is_of_site=centre_id is None)
    return db.session.scalar(statement, {"centre_id": centre_id})


@cache
def _current_rules(*, is_of_site: bool) -> Select[HouseRules]:
    which = _of(None if is_of_site else bindparam("centre_id"))
    return select(HouseRules).where(which).order_by(HouseRules.version.desc()).limit(1)


def get_rules(rules_id: int) -> HouseRules:
    """A version of the rules, in force or not; raises NotFound."""
    rules = db.session.get(HouseRules, rules_id)
    if rules is None:
        raise NotFound("There are no such house rules.")
    return rules


def clauses_of(rules: HouseRules) -> Sequence[Clause]:
    """The numbered clauses of the rules; a clause without a bold title has its beginning."""
    return [
        Clause(
            number=item.number,
            title=item.title.rstrip(".") or _beginning(item.text),
            text=item.text,
            url=f"{rules.path}#clause-{item.number}",
        )
        for item in markup.numbered_items(rules.source)
    ]


def find_clause(rules_id: int, number: int) -> Clause | None:
    """A clause of a version of the rules; None when that version has no such clause.

    Raises NotFound when there is no such version.
    """
    clauses = clauses_of(get_rules(rules_id))
    return next((clause for clause in clauses if clause.number == number), None)


def rules_in_force(centre_id: int) -> Sequence[RulesInForce]:
    """What holds in a centre: the rules of the site, then those that the centre adds, if any."""
    found = db.session.scalars(
        select(HouseRules).where(_newest(centre_id)).order_by(HouseRules.centre_id.is_not(None))
    )
    return [RulesInForce(rules, clauses_of(rules)) for rules in found if rules.source]


def show_rules(rules: HouseRules) -> RulesPage:
    """A version of the rules with its clauses to link to, and all versions, newest first."""
    versions = [
        VersionRow(row.id, row.version, f"/house-rules/versions/{row.id}/", row.change_note, row.at)
        for row in db.session.execute(
            select(
                HouseRules.id,
                HouseRules.version,
                HouseRules.change_note,
                HouseRules.published_at.label("at"),
            )
            .where(_of(rules.centre_id))
            .order_by(HouseRules.version.desc())
        )
    ]
    before = db.session.scalar(
        select(HouseRules.source).where(
            _of(rules.centre_id), HouseRules.version == rules.version - 1
        )
    )
    return RulesPage(
        rules=rules,
        html=markup.render_clauses(rules.source),
        changes=difference(before, rules.source) if before is not None else [],
        versions=versions,
        successor=versions[0] if versions[0].id != rules.id else None,
    )


def rules_to_accept(account_id: int | None, centre_id: int) -> Sequence[NewRules]:
    """Newest rules that hold in a centre and were published since the member registered.

    Those that the member has accepted are left out, and the first version of the site's rules,
    which is older than every account.
    """
    asked = {"account_id": account_id, "centre_id": centre_id}
    rows = db.session.execute(_rules_new_to_member(), asked)
    return [
        NewRules(
            row.id, row.centre_id, row.version, row.change_note, f"/house-rules/versions/{row.id}/"
        )
        for row in rows
    ]


@cache
def _rules_new_to_member() -> Select[*tuple[Any, ...]]:
    """Asked with every form for a post: to put it together takes longer than to run it."""
    return (
        select(HouseRules.id, HouseRules.centre_id, HouseRules.version, HouseRules.change_note)
        .where(_new_to(bindparam("account_id"), bindparam("centre_id")))
        .order_by(HouseRules.centre_id.is_not(None))
    )


def has_new_rules(account_id: Any, centre_id: Any) -> ColumnElement[bool]:
    """Whether there are ``rules_to_accept``, as a column of a statement that asks more."""
    return exists(HouseRules.id).where(_new_to(account_id, centre_id))


def _new_to(account_id: Any, centre_id: Any) -> ColumnElement[bool]:
    joined = (
        select(Account.created_at).where(Account.id == account_id).correlate(None).scalar_subquery()
    )
    accepted = exists().where(
        RulesAcceptance.account_id == account_id, RulesAcceptance.rules_id == HouseRules.id
    )
    return and_(
        _newest(centre_id),
        HouseRules.source != "",
        or_(HouseRules.version > 1, HouseRules.centre_id.is_not(None)),
        HouseRules.published_at > joined,
        ~accepted,
    )


def _of(centre_id: int | ColumnElement[int] | None) -> ColumnElement[bool]:
    if centre_id is None:
        return HouseRules.centre_id.is_(None)
    return HouseRules.centre_id == centre_id


def _newest(centre_id: Any) -> ColumnElement[bool]:
    """The newest version of the site's rules and of the centre's: later ones have higher keys."""
    newest = (
        select(func.max(HouseRules.id))
        .where(or_(HouseRules.centre_id.is_(None), HouseRules.centre_id == centre_id))
        .group_by(HouseRules.centre_id)
        .correlate(None)
    )
    return HouseRules.id.in_(newest)


def _beginning(text: str) -> str:
    if len(text) <= LONGEST_TITLE:
        return text
    return text[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
