"""What happens to accounts.

Each event has a ``key`` of its own, from which the mail about it gets its Message-ID.
"""

import secrets
from dataclasses import dataclass, field


def _new_key() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class AccountRegistered:
    """A new account waits for its address to be confirmed."""

    account_id: int
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class RegistrationRepeated:
    """Somebody registered with the address of an account that exists."""

    account_id: int
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class ConfirmationRequested:
    """A member wants the link that confirms the address once more."""

    account_id: int
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class PasswordResetRequested:
    """Somebody asked for a new password for an address, known or not."""

    email: str
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class EmailChangeRequested:
    """A member wants another address; it is confirmed by a link mailed there."""

    account_id: int
    email: str
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A password was changed or reset; its owner is told."""

    account_id: int
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class EmailChanged:
    """The address of an account was changed; the old address is told."""

    account_id: int
    old_email: str
    key: str = field(default_factory=_new_key)
