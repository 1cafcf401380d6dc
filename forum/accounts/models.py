"""Tables of accounts: members, former handles, sessions, roles, mailed tokens, house rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    column,
    func,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from forum.accounts.enums import Region, Role, Sector, TokenPurpose
from forum.core import clock
from forum.core.access import Restriction
from forum.core.db import Key, Model, words
from forum.core.tags import EVERYTHING, PEOPLE, Private
from forum.core.transactions import explain

# What other people see of a member on pages of every kind.
SHOWN = ("display_name", "handle", "is_hidden", "sector", "region")


# Notices are a feature above this one; only how many are unread is asked here.
NOTICE = table("notice", column("account_id", Integer), column("read_at", DateTime))


class Account(Model):
    """A member. ``email`` is kept in lower case; ``region`` is None for national members.

    ``restrictions`` are the sanctions in force as JSON (``Restriction``), a copy that spares
    every page a look at the sanctions themselves.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("email"), UniqueConstraint("handle"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    handle: Mapped[str] = mapped_column(String(30))
    display_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    sector: Mapped[Sector] = mapped_column(words(Sector))
    region: Mapped[Region | None] = mapped_column(words(Region))
    about: Mapped[str] = mapped_column(Text, default="")
    is_hidden: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    restrictions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)

    # Asked for with the owner of a session, since the head of each page shows it.
    unread_notices: Mapped[int] = column_property(
        select(func.count())
        .where(NOTICE.c.account_id == id, NOTICE.c.read_at.is_(None))
        .correlate_except(NOTICE)
        .scalar_subquery(),
        deferred=True,
    )
    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="account",
        order_by="RoleGrant.id",
        foreign_keys="RoleGrant.account_id",
        lazy="selectin",
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    @property
    def path(self) -> str:
        """Address of the member's public page."""
        return f"/people/{self.handle}/"

    @property
    def actor_id(self) -> int:
        """Identifier in records of what was done."""
        return self.id

    @property
    def is_authenticated(self) -> bool:
        """A member has signed in by definition."""
        return True

    @property
    def is_active(self) -> bool:
        """Asked by Flask-Login; accounts are never merely inactive."""
        return True

    @property
    def is_anonymous(self) -> bool:
        """Asked by Flask-Login."""
        return False

    @property
    def is_confirmed(self) -> bool:
        """Whether the mail address was confirmed."""
        return self.confirmed_at is not None

    @property
    def sector_value(self) -> str:
        """The sector as its plain word."""
        return str(self.sector)

    @property
    def is_admin(self) -> bool:
        """Whether the account administers the site."""
        return any(grant.role is Role.ADMINISTRATOR for grant in self.grants)

    @property
    def is_staff(self) -> bool:
        """Whether the account holds any role."""
        return bool(self.grants)

    @property
    def moderated_centres(self) -> frozenset[int]:
        """Centres where the account moderates or manages."""
        return frozenset(g.centre_id for g in self.grants if g.centre_id is not None)

    @property
    def managed_centres(self) -> frozenset[int]:
        """Centres that the account manages."""
        return frozenset(
            grant.centre_id
            for grant in self.grants
            if grant.role is Role.MANAGER and grant.centre_id is not None
        )

    def restrictions_in(self, centre_id: int | None) -> Sequence[Restriction]:
        """What is imposed on the member now in a centre; None: what holds everywhere."""
        now = clock.now()
        every = (_restriction(stored) for stored in self.restrictions or ())
        return [
            one
            for one in every
            if one.centre_id in {None, centre_id} and (one.until is None or one.until > now)
        ]

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of the account concerns; the name stands beside every post."""
        state = inspect(self)
        if not state.persistent:
            return ()
        if any(state.attrs[name].history.has_changes() for name in SHOWN):
            return (EVERYTHING,)
        return (f"person:{self.id}", PEOPLE)


def _restriction(stored: dict[str, Any]) -> Restriction:
    until = stored.get("until")
    return Restriction(**{**stored, "until": datetime.fromisoformat(until) if until else None})


class FormerHandle(Private, Model):
    """A handle that a member gave up: its address leads on, and nobody else may take it."""

    __tablename__ = "former_handle"

    handle: Mapped[str] = mapped_column(String(30), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        Key, ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    given_up_at: Mapped[datetime]


class RoleGrant(Model):
    """A role of an account; moderators and managers have it for one centre."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "centre_id"),
        CheckConstraint("(role = 'administrator') = (centre_id IS NULL)", name="centre_of_role"),
        Index(
            "uq_role_grant_administrator",
            "account_id",
            unique=True,
            postgresql_where=text("centre_id IS NULL"),
            sqlite_where=text("centre_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(words(Role))
    centre_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("centre.id", ondelete="CASCADE"), index=True
    )
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))

    account: Mapped[Account] = relationship(back_populates="grants", foreign_keys=[account_id])


class LoginSession(Private, Model):
    """A signed-in browser; the cookie holds the token, the table only its SHA-256."""

    __tablename__ = "login_session"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(
        Key, ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(String(200), default="")


class AccountToken(Private, Model):
    """A link mailed to a member, good once and for a while; only its SHA-256 is kept."""

    __tablename__ = "account_token"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(
        Key, ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[TokenPurpose] = mapped_column(words(TokenPurpose))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class HouseRules(Model):
    """A version of the rules of the site (``centre_id`` None) or added by one centre."""

    __tablename__ = "house_rules"
    __table_args__ = (UniqueConstraint("centre_id", "version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int | None] = mapped_column(Key, ForeignKey("centre.id", ondelete="CASCADE"))
    version: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    change_note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))

    @property
    def path(self) -> str:
        """Permanent address of this version; its clause 3 is ``path`` and "#clause-3"."""
        return f"/house-rules/versions/{self.id}/"


class RulesAcceptance(Private, Model):
    """That a member accepted a version of the house rules."""

    __tablename__ = "rules_acceptance"

    account_id: Mapped[int] = mapped_column(
        Key, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    rules_id: Mapped[int] = mapped_column(Key, ForeignKey("house_rules.id"), primary_key=True)
    accepted_at: Mapped[datetime]


explain("uq_account_email", "That email address cannot be used.", field="email")
explain("uq_account_handle", "Somebody else has this handle. Choose another.", field="handle")
explain(
    "uq_role_grant_account_id_role_centre_id", "The account has this role already.", field="role"
)
explain("uq_role_grant_administrator", "The account has this role already.", field="role")
