"""Declaring interests: on the profile, for 12 months, and in a thread with a post."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from forum.accounts.models import Account
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.texts import accept_line
from forum.core.transactions import action
from forum.organisations import queries as organisations
from forum.threads import policy, queries
from forum.threads.enums import InterestAnswer
from forum.threads.models import Interest, Thread

LONGEST_INTEREST = 300
LONGEST_ORGANISATION = 120
MOST_NAMED = 5
NO_TEXT = "Say what your interest is"
GONE = "What you declared there holds no longer. Choose another answer."


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an author says of their interest with a post; ``text`` goes with DECLARE alone."""

    answer: InterestAnswer
    text: str = ""


@action
def declare_interest(actor: Actor, *, text: str | None, organisation: str = "") -> Interest:
    """Declare on the profile, for 12 months, in place of what was declared there before.

    ``text`` None: there is nothing to declare. ``organisation`` is the name or the number of
    one that it concerns. Raises Invalid for values that cannot be accepted.
    """
    ensure(policy.can_declare(actor))
    return _declare(
        actor,
        text="" if text is None else _accept_interest(text, field="text"),
        thread_id=None,
        organisation_id=None if text is None else _find_organisation(organisation),
    )


@action
def renew_interest(actor: Actor, interest: Interest) -> Interest:
    """Declare the same on the profile once more, for 12 months from now."""
    ensure(policy.can_renew(actor, interest))
    return _declare(
        actor,
        text=interest.text,
        thread_id=None,
        organisation_id=interest.organisation_id,
    )


@action
def withdraw_interest(actor: Actor, interest: Interest) -> None:
    """End one of the actor's declarations; what stands beside posts stays there."""
    ensure(policy.can_withdraw_interest(actor, interest))
    if interest.withdrawn_at is None:
        interest.withdrawn_at = clock.now()
        audit.record(actor, "interest.withdraw", interest)


def declare_with_post(
    author: Account, thread: Thread, declaration: Declaration | None
) -> str | None:
    """Within an action, what stands beside a post of the author's in the thread.

    None: nothing was said; "": nothing to declare. What is declared for this thread is stored,
    for later posts in it. Raises Invalid, for ``interest`` or ``interest_text``.
    """
    if declaration is None:
        return None
    if declaration.answer in {InterestAnswer.PROFILE, InterestAnswer.THREAD}:
        live = queries.author_interests(author.id, thread.id)
        at_profile = declaration.answer is InterestAnswer.PROFILE
        said = live.standing if at_profile else live.in_thread
        if said is None:
            raise Invalid(GONE, field="interest")
        return said.text
    if declaration.answer is InterestAnswer.DECLARE:
        text = _accept_interest(declaration.text, field="interest_text")
    elif declaration.text.strip():
        raise Invalid("You wrote an interest and chose another answer", field="interest")
    else:
        text = ""
    return _declare(author, text=text, thread_id=thread.id, organisation_id=None).text


def _declare(
    actor: Actor, *, text: str, thread_id: int | None, organisation_id: int | None
) -> Interest:
    now = clock.now()
    same_place = (
        Interest.thread_id.is_(None) if thread_id is None else Interest.thread_id == thread_id
    )
    db.session.execute(
        update(Interest)
        .where(Interest.account_id == actor.actor_id, same_place, queries.is_live(now))
        .values(withdrawn_at=now)
    )
    interest = Interest(
        account_id=actor.actor_id,
        thread_id=thread_id,
        organisation_id=organisation_id,
        text=text,
        declared_at=now,
        expires_at=_year_after(now),
        withdrawn_at=None,
    )
    db.session.add(interest)
    audit.record(actor, "interest.declare", interest, in_thread=thread_id is not None)
    return interest


def _accept_interest(text: str, *, field: str) -> str:
    return accept_line(text, field=field, longest=LONGEST_INTEREST, missing=NO_TEXT)


def _find_organisation(text: str) -> int | None:
    text = accept_line(text, field="organisation", longest=LONGEST_ORGANISATION)
    if not text:
        return None
    found = organisations.find_named(text)
    exact = [key for key, name in found if text == str(key) or text.casefold() == name.casefold()]
    if len(exact) == 1:
        return exact[0]
    names = ", ".join(f"{name} (number {key})" for key, name in found[:MOST_NAMED])
    if exact:
        raise Invalid(
            f"Several organisations have this name. Enter the number of one: {names}.",
            field="organisation",
        )
    hint = f" Did you mean: {names}?" if names else ""
    raise Invalid(f"There is no organisation of this name here.{hint}", field="organisation")


def _year_after(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        # The 29th of February has no counterpart.
        return moment.replace(year=moment.year + 1, day=28)
