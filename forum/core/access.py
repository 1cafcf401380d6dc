"""Who acts, and the answer to whether they may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from forum.core.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no; a no has a sentence that tells the actor why."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Decision(True)


def no(reason: str) -> Decision:
    """A refusal with its reason, a sentence that may be shown to the actor."""
    return Decision(False, reason)


def ensure(decision: Decision) -> None:
    """Raise NotAllowed with the reason unless ``decision`` is a yes."""
    if not decision:
        raise NotAllowed(decision.reason)


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a moderator has imposed on a member.

    ``centre_id`` None: it holds everywhere; ``until`` None: until it is lifted. ``minutes`` is
    the pause between two posts in slow mode, ``entry_number`` leads to the public log.
    """

    kind: Literal["slow-mode", "suspension", "ban"]
    centre_id: int | None = None
    until: datetime | None = None
    minutes: int = 0
    entry_number: int | None = None


class Actor(Protocol):
    """Whoever asks: a member's account or ``Anonymous``, never None."""

    @property
    def actor_id(self) -> int | None: ...
    @property
    def is_authenticated(self) -> bool: ...
    @property
    def is_confirmed(self) -> bool: ...
    @property
    def is_admin(self) -> bool: ...
    @property
    def is_staff(self) -> bool: ...
    @property
    def sector_value(self) -> str: ...
    @property
    def moderated_centres(self) -> frozenset[int]: ...
    @property
    def managed_centres(self) -> frozenset[int]: ...
    def restrictions_in(self, centre_id: int | None) -> Sequence[Restriction]: ...


class Anonymous:
    """A visitor without an account."""

    actor_id = None
    is_authenticated = False
    is_active = False
    is_anonymous = True
    is_confirmed = False
    is_admin = False
    is_staff = False
    sector_value = ""
    moderated_centres: frozenset[int] = frozenset()
    managed_centres: frozenset[int] = frozenset()

    def restrictions_in(self, centre_id: int | None) -> Sequence[Restriction]:
        """Nothing is imposed on visitors."""
        del centre_id
        return ()

    def get_id(self) -> None:
        """A visitor has no session identifier (asked by Flask-Login)."""


class Operator(Anonymous):
    """Whoever runs a command on the server: may do what an administrator may."""

    is_confirmed = True
    is_admin = True
    is_staff = True


OPERATOR = Operator()


def moderates(actor: Actor, centre_id: int) -> bool:
    """Whether the actor is a moderator or manager of the centre, or an administrator."""
    return actor.is_admin or centre_id in actor.moderated_centres


def manages(actor: Actor, centre_id: int) -> bool:
    """Whether the actor is a manager of the centre, or an administrator."""
    return actor.is_admin or centre_id in actor.managed_centres
