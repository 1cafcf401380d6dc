"""Who may see and change accounts and roles, and which passwords are good enough."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnElement, or_, true

from forum.accounts.enums import Role
from forum.accounts.models import Account, LoginSession, RoleGrant
from forum.core import clock
from forum.core.access import YES, Actor, Decision, manages, no

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
LONGEST_REPEATED_BLOCK = 8
FEWEST_CHARACTERS = 5
SHORTEST_RUN = 4
# So much of a password must be left beside an easily guessed word or run.
LEAST_REMAINDER = 8
SHORTEST_NAME = 4

BAN, SLOW_MODE = "ban", "slow-mode"
READ_WHY = "Read why on your standing page."
NEVER = datetime.min.replace(tzinfo=UTC)

PRODUCT = "roundtable"
EASY_WORDS = (
    "password",
    "passw0rd",
    "welcome",
    "letmein",
    "qwerty",
    "administrator",
    "procurement",
    "consultation",
    "supplier",
    "council",
    "northeast",
    "northwest",
    "yorkshire",
    "eastmidlands",
    "westmidlands",
    "eastofengland",
    "london",
    "southeast",
    "southwest",
)
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol",
    "qazwsxedcrfvtgbyhnujm",
    "1q2w3e4r5t6y7u8i9o0p",
)


def can_see(actor: Actor, account: Account) -> Decision:
    """Whether the actor may see the member's public page; twin of ``visible_to``."""
    if not account.is_hidden or actor.is_staff or actor.actor_id == account.id:
        return YES
    return no("This member does not show a public page.")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter of accounts whose public page the actor may see; twin of ``can_see``."""
    if actor.is_staff:
        return true()
    return or_(Account.is_hidden.is_(False), Account.id == actor.actor_id)


def can_register(actor: Actor) -> Decision:
    """Whether the actor may create an account."""
    return no("You are signed in already.") if actor.is_authenticated else YES


def can_take_part(actor: Actor, centre_id: int | None = None, *, place: str = "") -> Decision:
    """Whether the actor may post, report, register and so on: a confirmed member, not barred.

    ``centre_id`` and its name ``place``: where; None: anywhere.
    """
    if not actor.is_authenticated:
        return no("Sign in to take part.")
    if not actor.is_confirmed:
        return no("Confirm your email address before you take part.")
    return is_free(actor, centre_id, place=place)


def is_free(actor: Actor, centre_id: int | None = None, *, place: str = "") -> Decision:
    """Whether no ban and no suspension keeps the actor from posting in a centre, or anywhere."""
    barred = [one for one in actor.restrictions_in(centre_id) if one.kind != SLOW_MODE]
    if not barred:
        return YES
    # A ban counts first, then what lasts longest.
    worst = max(barred, key=lambda one: (one.kind == BAN, one.until is None, one.until or NEVER))
    end = f" until {_end(worst.until)}" if worst.until else ""
    if worst.kind == BAN:
        return no(f"You are banned from taking part{end}. {READ_WHY}")
    where = f" in {place}" if place and worst.centre_id is not None else ""
    return no(f"You cannot post{where}{end}. {READ_WHY}")


def _end(until: datetime) -> str:
    is_soon = until - clock.now() < timedelta(days=1)
    return clock.datetime_words(until) if is_soon else clock.date_words(until)


def can_end(actor: Actor, session: LoginSession) -> Decision:
    """Whether the actor may end the session."""
    if actor.actor_id == session.account_id:
        return YES
    return no("Only the member can end this session.")


def can_administer(actor: Actor) -> Decision:
    """Whether the actor may see all accounts and change roles."""
    return YES if actor.is_admin else no("Only administrators can do this.")


def can_grant(
    actor: Actor,
    account: Account,
    *,
    role: Role = Role.ADMINISTRATOR,
    centre_id: int | None = None,
) -> Decision:
    """Whether the actor may give the account a role: managers appoint their centre's moderators."""
    if not _appoints(actor, role, centre_id):
        return can_administer(actor)
    if actor.actor_id == account.id:
        return no("Nobody can raise their own role. Ask another administrator.")
    if not account.is_confirmed:
        return no("This member has not confirmed their email address.")
    return YES


def can_revoke(actor: Actor, grant: RoleGrant) -> Decision:
    """Whether the actor may take the role away; the last administrator is kept elsewhere."""
    return YES if _appoints(actor, grant.role, grant.centre_id) else can_administer(actor)


def _appoints(actor: Actor, role: Role, centre_id: int | None) -> bool:
    if actor.is_admin:
        return True
    return role is Role.MODERATOR and centre_id is not None and manages(actor, centre_id)


def normal_password(password: str) -> str:
    """A password as it is compared: in NFC, otherwise to the letter."""
    return unicodedata.normalize("NFC", password)


def can_use_password(password: str, *, names: Iterable[str] = ()) -> Decision:
    """Whether the password is long enough and not easily guessed.

    ``names`` are the site's, the member's and the mail address. Rules of NIST 800-63B-4:
    length and a list of what attackers try first, no composition rules.
    """
    password = normal_password(password)
    if len(password) < SHORTEST_PASSWORD:
        return no(f"Choose a password of at least {SHORTEST_PASSWORD} characters.")
    if len(password) > LONGEST_PASSWORD:
        return no(f"Choose a password of at most {LONGEST_PASSWORD:,} characters.")
    if _is_common(password):
        return no("This password is one of the first that attackers try. Choose another.")
    if _is_pattern(password):
        return no("This password follows a simple pattern. Choose one that is harder to guess.")
    if _holds_name(password, (PRODUCT, *names)):
        return no(
            "Your password must not contain the name of the site, your name or your email "
            "address. Choose another."
        )
    return YES


@cache
def _common_passwords() -> frozenset[str]:
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _is_common(password: str) -> bool:
    plain = password.casefold()
    if plain.strip() in _common_passwords():
        return True
    letters = _letters(plain)
    return any(
        word in letters and len(letters.replace(word, "")) < LEAST_REMAINDER for word in EASY_WORDS
    )


def _is_pattern(password: str) -> bool:
    plain = password.casefold()
    if len(set(plain)) < FEWEST_CHARACTERS:
        return True
    for length in range(1, LONGEST_REPEATED_BLOCK + 1):
        block = plain[:length]
        if (block * (len(plain) // length + 1))[: len(plain)] == plain:
            return True
    return len(_without_runs(plain)) < LEAST_REMAINDER // 2


def _without_runs(text: str) -> str:
    """What is left of ``text`` without pieces of the alphabet, digits and keyboard rows."""
    rest = []
    position = 0
    while position < len(text):
        length = _run_at(text, position)
        if length < SHORTEST_RUN:
            rest.append(text[position])
            length = 1
        position += length
    return "".join(rest)


def _run_at(text: str, position: int) -> int:
    length = 1
    while position + length < len(text) and any(
        text[position : position + length + 1] in run for run in _runs()
    ):
        length += 1
    return length


@cache
def _runs() -> tuple[str, ...]:
    return (*RUNS, *(run[::-1] for run in RUNS))


def _holds_name(password: str, names: Iterable[str]) -> bool:
    plain = _letters(password.casefold())
    return any(
        len(part) >= SHORTEST_NAME and part in plain for name in names for part in _parts_of(name)
    )


def _parts_of(name: str) -> tuple[str, ...]:
    """A name without spaces and signs; of an address also what stands before the @."""
    plain = normal_password(name).casefold()
    return (_letters(plain), _letters(plain.partition("@")[0]))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
