"""Values of accounts as they are accepted: addresses, names, handles, passwords."""

import unicodedata
from collections.abc import Iterable

from email_validator import EmailNotValidError, validate_email
from slugify import slugify

from forum.accounts import policy, queries
from forum.accounts.models import Account, HouseRules
from forum.core import markup
from forum.core.errors import Invalid

LONGEST_EMAIL = 254
LONGEST_NAME = 80
LONGEST_STEM = 25
LONGEST_ABOUT = 1000
RESERVED = frozenset(
    {
        "admin",
        "administrator",
        "anonymous",
        "everyone",
        "help",
        "manager",
        "member",
        "moderator",
        "moderators",
        "official",
        "operator",
        "roundtable",
        "security",
        "staff",
        "support",
        "system",
        "visitor",
    }
)


def accept_email(email: str) -> str:
    """The address as stored; raises Invalid when it is not one."""
    try:
        found = validate_email(
            email.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError:
        raise Invalid(
            "Enter an email address in the correct format, like name@example.com", field="email"
        ) from None
    return queries.normal_email(found.ascii_email or found.normalized)


def accept_name(name: str) -> str:
    """The display name in one line; raises Invalid when it is empty, too long or not visible."""
    name = " ".join(markup.normalise(name).split())
    if any(unicodedata.category(character) in {"Cf", "Co"} for character in name):
        raise Invalid("Remove the invisible characters from your name", field="display_name")
    if not any(character.isalnum() for character in name):
        raise Invalid("Enter a display name", field="display_name")
    if len(name) > LONGEST_NAME:
        raise Invalid(
            f"Your display name must be {LONGEST_NAME} characters or fewer", field="display_name"
        )
    return name


def accept_about(about: str) -> str:
    """The text about a member; raises Invalid when it is too long."""
    about = markup.normalise(about).strip()
    if len(about) > LONGEST_ABOUT:
        raise Invalid(f"Shorten this to {LONGEST_ABOUT:,} characters or fewer", field="about")
    return about


def accept_handle(handle: str, *, account: Account) -> str:
    """The handle in lower case; raises Invalid when it has no right form or is taken."""
    handle = handle.strip().lower().removeprefix("@")
    if not queries.HANDLE.fullmatch(handle):
        raise Invalid(
            "A handle has 3 to 30 letters a to z, digits and hyphens, and begins and ends "
            "with a letter or digit",
            field="handle",
        )
    if handle == account.handle:
        return handle
    holder = queries.holder_of_former_handle(handle)
    if handle in RESERVED or holder not in {None, account.id}:
        raise Invalid("Somebody else has this handle. Choose another.", field="handle")
    return handle


def accept_password(password: str, *, names: Iterable[str], field: str = "password") -> None:
    """Raises Invalid with the reason when the password is not good enough."""
    decision = policy.can_use_password(password, names=names)
    if not decision:
        raise Invalid(decision.reason, field=field)


def accept_rules(rules_id: int | None) -> HouseRules | None:
    """The house rules that were accepted; raises Invalid when they are not the newest."""
    rules = queries.current_rules()
    if rules is not None and rules.id != rules_id:
        raise Invalid(
            "The house rules have changed. Read them and accept them.", field="accept_rules"
        )
    return rules


def make_handle(display_name: str) -> str:
    """A handle made of the name that nobody has or had."""
    stem = slugify(display_name, max_length=LONGEST_STEM, word_boundary=True) or "member"
    if not queries.HANDLE.fullmatch(stem):
        stem = f"member-{stem}"
    taken = queries.taken_handles(stem) | RESERVED
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
