"""Sanctions: what staff note about a member, warn them of, or restrict."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import select

from forum.accounts import actions as accounts_actions
from forum.accounts.models import Account
from forum.core import clock
from forum.core.access import Actor, Restriction, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.texts import accept_paragraphs
from forum.moderation import policy, queries
from forum.moderation.actions.deciding import (
    Matter,
    Recused,
    Ruling,
    deciding,
    record_decision,
)
from forum.moderation.enums import DecisionKind, SanctionKind
from forum.moderation.models import Decision, Sanction

LONGEST_TEXT = 2_000
LONGEST_PAUSE_MINUTES = 7 * 24 * 60
LONGEST_RESTRICTION = timedelta(days=366)
DECISIONS = {
    SanctionKind.NOTE: DecisionKind.NOTE,
    SanctionKind.WARNING: DecisionKind.WARN,
    SanctionKind.SLOW_MODE: DecisionKind.SLOW_MEMBER,
    SanctionKind.SUSPENSION: DecisionKind.SUSPEND,
    SanctionKind.BAN: DecisionKind.BAN,
}

RESTRICTIONS: dict[SanctionKind, Literal["slow-mode", "suspension", "ban"]] = {
    SanctionKind.SLOW_MODE: "slow-mode",
    SanctionKind.SUSPENSION: "suspension",
    SanctionKind.BAN: "ban",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What is imposed: where (``centre_id`` None: in all centres), and what the member reads."""

    kind: SanctionKind
    centre_id: int | None
    member_text: str = ""
    minutes: int = 0


@deciding
def note_member(actor: Actor, member: Account, *, centre_id: int | None, text: str) -> Sanction:
    """Note something about a member for the staff of the centre; it restricts nothing."""
    ensure(policy.can_note(actor, member, centre_id))
    text = accept_paragraphs(
        text, field="staff_text", longest=LONGEST_TEXT, missing="Write the note"
    )
    return _impose(actor, member, Measure(SanctionKind.NOTE, centre_id), Ruling(staff_note=text))


@deciding
def warn_member(
    actor: Actor, member: Account, *, centre_id: int | None, member_text: str, ruling: Ruling
) -> Sanction:
    """Warn a member; it restricts nothing, and both sides remember it."""
    ensure(policy.can_sanction(actor, member, centre_id))
    _ensure_disinterested(actor, member)
    measure = Measure(SanctionKind.WARNING, centre_id, _accept(member_text))
    return _impose(actor, member, measure, ruling)


@deciding
def slow_member(
    actor: Actor,
    member: Account,
    *,
    centre_id: int | None,
    minutes: int,
    member_text: str,
    ruling: Ruling,
) -> Sanction:
    """Let a member post only every so many ``minutes``, until ``ruling.until``."""
    ensure(policy.can_sanction(actor, member, centre_id))
    _ensure_disinterested(actor, member)
    if not 1 <= minutes <= LONGEST_PAUSE_MINUTES:
        raise Invalid(
            f"Enter minutes between 1 and {LONGEST_PAUSE_MINUTES:,} (7 days)", field="minutes"
        )
    _check_end(ruling)
    measure = Measure(SanctionKind.SLOW_MODE, centre_id, _accept(member_text), minutes)
    return _impose(actor, member, measure, ruling)


@deciding
def suspend_member(
    actor: Actor, member: Account, *, centre_id: int | None, member_text: str, ruling: Ruling
) -> Sanction:
    """Keep a member from posting until ``ruling.until``, in the centre or in all."""
    ensure(policy.can_sanction(actor, member, centre_id))
    _ensure_disinterested(actor, member)
    _check_end(ruling)
    measure = Measure(SanctionKind.SUSPENSION, centre_id, _accept(member_text))
    return _impose(actor, member, measure, ruling)


@deciding
def ban_member(
    actor: Actor, member: Account, *, centre_id: int | None, member_text: str, ruling: Ruling
) -> Sanction:
    """Keep a member from taking part until the ban is lifted, in the centre or in all."""
    ensure(policy.can_ban(actor, member, centre_id))
    _ensure_disinterested(actor, member)
    if ruling.until is not None:
        raise Invalid("A ban has no end. Suspend the member instead.", field="until")
    measure = Measure(SanctionKind.BAN, centre_id, _accept(member_text))
    return _impose(actor, member, measure, ruling)


@deciding
def lift_sanction(actor: Actor, sanction_id: int, *, ruling: Ruling) -> Decision:
    """End a restriction before its time; what it was stays in the member's record."""
    sanction = queries.hold_sanction(sanction_id)
    ensure(policy.can_lift(actor, sanction))
    _ensure_disinterested(actor, sanction.account)
    matter = _matter(sanction.centre_id, sanction.account_id, {"sanction": sanction.id})
    decision = record_decision(actor, DecisionKind.LIFT, matter, ruling)
    sanction.lifted_at = clock.now()
    _copy_restrictions(sanction.account_id)
    return decision


def withdraw_sanction(decision: Decision) -> None:
    """Within an action, let what ``decision`` imposed be as if it had never been."""
    imposed = select(Sanction.id).where(Sanction.decision_id == decision.id)
    sanction = queries.hold_sanction(db.session.scalars(imposed).one())
    sanction.lifted_at = sanction.lifted_at or clock.now()
    _copy_restrictions(sanction.account_id)


def impose_again(decision: Decision) -> None:
    """Within an action, let what ``decision`` lifted hold again, for what is left of its time.

    Raises Conflict when it was withdrawn as a whole meanwhile.
    """
    sanction = queries.hold_sanction(decision.before["sanction"])
    if sanction.decision.undone_at is not None:
        raise Conflict("What was lifted has been taken back altogether since.")
    sanction.lifted_at = None
    _copy_restrictions(sanction.account_id)


def _impose(actor: Actor, member: Account, measure: Measure, ruling: Ruling) -> Sanction:
    member = queries.hold_account(member.id)
    matter = _matter(measure.centre_id, member.id, {})
    decision = record_decision(actor, DECISIONS[measure.kind], matter, ruling)
    sanction = Sanction(
        account=member,
        kind=measure.kind,
        centre_id=measure.centre_id,
        starts_at=decision.at,
        ends_at=ruling.until,
        minutes=measure.minutes,
        member_text=measure.member_text,
        staff_text=decision.staff_note,
        decision=decision,
    )
    db.session.add(sanction)
    _copy_restrictions(member.id)
    return sanction


def _matter(centre_id: int | None, account_id: int, before: dict[str, int]) -> Matter:
    """How the log calls it: a member, without name or address."""
    return Matter(centre_id=centre_id, name="member", account_id=account_id, before=before)


def _copy_restrictions(account_id: int) -> None:
    """Write the sanctions in force to the member's account, where every page looks."""
    db.session.flush()
    account = queries.hold_account(account_id)
    accounts_actions.set_restrictions(
        account,
        [
            Restriction(
                kind=RESTRICTIONS[sanction.kind],
                centre_id=sanction.centre_id,
                until=sanction.ends_at,
                minutes=sanction.minutes,
                entry_number=sanction.decision.entry_number,
            )
            for sanction in queries.sanctions_in_force(account_id)
        ],
    )


def _ensure_disinterested(actor: Actor, member: Account) -> None:
    if concern := queries.concern_about(actor, member.id):
        raise Recused(concern, post_id=None, item_id=None, account_id=member.id)


def _accept(text: str) -> str:
    return accept_paragraphs(text, field="member_text", longest=LONGEST_TEXT)


def _check_end(ruling: Ruling) -> None:
    if ruling.until is None:
        raise Invalid("Say when this ends", field="until")
    if ruling.until > clock.now() + LONGEST_RESTRICTION:
        raise Invalid("Choose an end within a year", field="until")
