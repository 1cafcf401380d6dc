"""One decision: the row for staff, the entry of the public log, the record, the event."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from forum.accounts import queries as accounts
from forum.accounts.models import Account
from forum.centres.models import Centre
from forum.core import audit, clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, together
from forum.core.outbox import emit
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action
from forum.moderation import policy, queries
from forum.moderation.actions.log import Public, append_entry, hold_log
from forum.moderation.enums import DecisionKind, ItemEventKind, Seat
from forum.moderation.events import DecisionTaken
from forum.moderation.models import Decision, ItemEvent, LogEntry, ReviewItem
from forum.threads.models import Post, Thread

LONGEST_REASON = 1_000
LONGEST_NOTE = 2_000
LONGEST_RULE = 200
# Where only the rules of the site hold.
NO_CENTRE = 0
EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[a-z]{2,}", re.IGNORECASE)
# Ten digits or more, as telephone numbers have, whatever stands between them.
TELEPHONE = re.compile(r"(?:\d[\s().-]{0,2}){10,}")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ruling:
    """Why something is decided: clause of the rules, reason (public), note (staff), expiry.

    ``clause`` reads "12:3", the identifier of a version of the house rules and the number of
    the clause in it; "" names none.
    """

    clause: str = ""
    reason: str = ""
    staff_note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What is decided about; ``centre_id`` None for the whole site.

    ``name`` is how the public log calls it; ``path`` its address, "" for a person.
    """

    centre_id: int | None
    name: str
    path: str = ""
    item: ReviewItem | None = None
    post: Post | None = None
    thread: Thread | None = None
    account_id: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    parent: Decision | None = None
    corrects: Decision | None = None
    since: datetime | None = None


class Recused(NotAllowed):
    """An interest of whoever wanted to decide stands in the way; the attempt is recorded."""

    def __init__(
        self,
        message: str,
        *,
        post_id: int | None,
        item_id: int | None,
        account_id: int | None = None,
    ) -> None:
        super().__init__(message)
        self.post_id = post_id
        self.item_id = item_id
        self.account_id = account_id


def deciding(
    function: Callable[Concatenate[Actor, P], R],
) -> Callable[Concatenate[Actor, P], R]:
    """Make ``function`` an action whose refusal for an interest leaves a record.

    It holds the log from its beginning.
    """

    @action
    def act(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        hold_log()
        return function(actor, *args, **kwargs)

    @functools.wraps(function)
    def run(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return act(actor, *args, **kwargs)
        except Recused as refusal:
            note_recusal(actor, refusal)
            raise

    return run


@action
def note_recusal(actor: Actor, refusal: Recused) -> None:
    """Write that the actor tried to decide what concerns them."""
    if refusal.item_id is not None:
        item = db.session.get_one(ReviewItem, refusal.item_id)
        note_event(actor, item, ItemEventKind.RECUSED, refusal.message)
        audit.record(actor, "moderation.recused", item, centre_id=item.centre_id)
    elif refusal.post_id is not None:
        post = db.session.get_one(Post, refusal.post_id)
        audit.record(actor, "moderation.recused", post, centre_id=post.thread.centre_id)
    else:
        account = db.session.get_one(Account, refusal.account_id)
        audit.record(actor, "moderation.recused", account)


def ensure_disinterested(actor: Actor, post: Post, item: ReviewItem | None = None) -> None:
    """Raise Recused when an interest of the actor is concerned."""
    if concern := queries.concern_of(actor, post):
        raise Recused(concern, post_id=post.id, item_id=item.id if item else None)


def record_decision(
    actor: Actor | None, kind: DecisionKind, matter: Matter, ruling: Ruling
) -> Decision:
    """Write what was decided in the present transaction.

    Raises Invalid when clause or reason are missing where they are needed, are not those in
    force, or hold what must not be public.
    """
    rule, reason = together(
        lambda: check_rule(kind, matter.centre_id, ruling),
        lambda: check_reason(kind, ruling.reason, matter.account_id),
    )
    _check_until(ruling.until)
    seat = policy.seat_of(actor, matter.centre_id)
    entry = _enter(
        kind=kind, seat=seat, matter=matter, rule=rule, reason=reason, until=ruling.until
    )
    now = clock.now()
    decision = Decision(
        at=now,
        kind=kind,
        seat=seat,
        actor_id=actor.actor_id if actor else None,
        centre_id=matter.centre_id,
        item=matter.item,
        post=matter.post,
        thread=matter.thread,
        account_id=matter.account_id,
        rules_id=rule["id"] if rule else None,
        clause=rule["clause"] if rule else "",
        rule=rule_words(rule),
        reason=reason,
        staff_note=accept_paragraphs(ruling.staff_note, field="staff_note", longest=LONGEST_NOTE),
        until=ruling.until,
        waited_seconds=int((now - matter.since).total_seconds()) if matter.since else None,
        before=matter.before,
        parent_id=matter.parent.id if matter.parent else None,
        entry_number=entry.number,
    )
    db.session.add(decision)
    db.session.flush()
    audit.record(actor, f"moderation.{kind}", decision, centre_id=matter.centre_id)
    emit(DecisionTaken(decision.id))
    return decision


def _enter(
    *,
    kind: DecisionKind,
    seat: Seat,
    matter: Matter,
    rule: dict[str, Any] | None,
    reason: str,
    until: datetime | None,
) -> LogEntry:
    centre = db.session.get_one(Centre, matter.centre_id) if matter.centre_id else None
    public = Public(
        action=kind,
        seat=seat,
        centre=centre.slug if centre else None,
        target={"type": matter.name, "path": matter.path or None},
        rules={name: value for name, value in rule.items() if name != "id"} if rule else None,
        reason=reason,
        until=until,
        parent=matter.parent.entry_number if matter.parent else None,
        corrects=matter.corrects.entry_number if matter.corrects else None,
    )
    return append_entry(public, centre_id=matter.centre_id)


def check_rule(kind: DecisionKind, centre_id: int | None, ruling: Ruling) -> dict[str, Any] | None:
    """The clause that ``ruling`` names, as the log writes it, with the rules' ``id``.

    Raises Invalid when one is needed and none is named, or it is no longer in force.
    """
    if not ruling.clause:
        if kind in policy.RESTRICTIONS:
            raise Invalid("Choose the house rule that was broken", field="clause")
        return None
    for held in accounts.rules_in_force(centre_id or NO_CENTRE):
        for clause in held.clauses:
            if f"{held.rules.id}:{clause.number}" == ruling.clause:
                return {
                    "id": held.rules.id,
                    "of": "site" if held.rules.centre_id is None else "centre",
                    "version": held.rules.version,
                    "clause": str(clause.number),
                    "title": clause.title,
                }
    if re.fullmatch(r"\d{1,9}:\d{1,4}", ruling.clause, re.ASCII):
        raise Invalid(
            "The house rules have changed since this page was opened. Choose the clause again",
            field="clause",
        )
    raise Invalid("Choose a clause from the list", field="clause")


def rule_words(rule: dict[str, Any] | None) -> str:
    """The rule as it stands on a tombstone."""
    if rule is None:
        return ""
    of = "House rules" if rule["of"] == "site" else "Rules of the centre"
    return f"{of}, version {rule['version']}, clause {rule['clause']}: {rule['title']}"[
        :LONGEST_RULE
    ]


def check_reason(kind: DecisionKind, reason: str, account_id: int | None) -> str:
    """The reason as it will be public; raises Invalid for the field ``reason``."""
    missing = "Give a reason; the author will read it" if kind in policy.EXPLAINED else ""
    reason = accept_paragraphs(reason, field="reason", longest=LONGEST_REASON, missing=missing)
    if EMAIL.search(reason) or TELEPHONE.search(reason):
        raise Invalid(
            "Leave out email addresses and telephone numbers: everybody can read the reason",
            field="reason",
        )
    account = db.session.get(Account, account_id) if account_id else None
    if account and any(
        re.search(rf"\b{re.escape(name)}\b", reason, re.IGNORECASE)
        for name in (account.display_name, account.handle)
    ):
        raise Invalid("Leave out the name: everybody can read the reason", field="reason")
    return reason


def _check_until(until: datetime | None) -> None:
    if until is not None and until <= clock.now():
        raise Invalid("Enter a time in the future", field="until")


def note_event(
    actor: Actor | None, item: ReviewItem, what: ItemEventKind, text: str = ""
) -> ItemEvent:
    """Write a line of the item's history."""
    event = ItemEvent(
        item=item,
        at=clock.now(),
        actor_id=actor.actor_id if actor else None,
        what=what,
        text=text,
    )
    db.session.add(event)
    return event


def ensure_version(item: ReviewItem, version: int) -> None:
    """Raise Conflict, telling what happened meanwhile, unless the item is as it was shown."""
    if item.version != version:
        raise Conflict(queries.what_happened(item))
