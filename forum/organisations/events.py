"""What happens to organisations and memberships.

Each event has a ``key`` of its own, from which the mails about it get their Message-ID.
"""

import secrets
from dataclasses import dataclass, field


def _new_key() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class OrganisationRegistered:
    """An organisation waits for the centre of its region."""

    organisation_id: int
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class OrganisationConfirmed:
    """An organisation was confirmed; whoever registered it is told."""

    organisation_id: int
    actor_id: int | None = None
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class OrganisationRefused:
    """An organisation was refused; whoever registered it is told the reason."""

    organisation_id: int
    actor_id: int | None = None
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class MembershipRequested:
    """Somebody wishes to speak for an organisation; its stewards are told."""

    membership_id: int
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class MembershipConfirmed:
    """Somebody may speak for an organisation and is told so."""

    membership_id: int
    key: str = field(default_factory=_new_key)


@dataclass(frozen=True, slots=True)
class MembershipRefused:
    """Somebody may not, or no longer, speak for an organisation and is told the reason."""

    membership_id: int
    key: str = field(default_factory=_new_key)
