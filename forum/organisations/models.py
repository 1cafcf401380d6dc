"""Tables of organisations and of who may speak for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    column,
    select,
    table,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from forum.accounts.enums import Region, Sector
from forum.accounts.models import Account
from forum.core.db import Key, Model, words
from forum.core.transactions import explain
from forum.organisations.enums import (
    MembershipState,
    OrganisationKind,
    OrganisationState,
    SizeBand,
)

# Centres are a feature above this one; only the key of a region's centre is needed here.
CENTRE = table("centre", column("id", Integer), column("region", String))


class Organisation(Model):
    """A supplier, group or public body; ``region`` is None for national ones."""

    __tablename__ = "organisation"
    __table_args__ = (
        Index("ix_organisation_name", "name", "id"),
        Index("ix_organisation_state", "state", "region"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(120))
    sector: Mapped[Sector] = mapped_column(words(Sector))
    kind: Mapped[OrganisationKind] = mapped_column(words(OrganisationKind))
    size: Mapped[SizeBand] = mapped_column(words(SizeBand))
    region: Mapped[Region | None] = mapped_column(words(Region))
    company_number: Mapped[str] = mapped_column(String(8), default="")
    charity_number: Mapped[str] = mapped_column(String(10), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[OrganisationState] = mapped_column(words(OrganisationState))
    refusal: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(
        Key, ForeignKey("account.id", ondelete="SET NULL")
    )
    version: Mapped[int] = mapped_column(default=1)

    # The centre that serves the region; None for national organisations.
    centre_id: Mapped[int | None] = column_property(
        select(CENTRE.c.id)
        .where(CENTRE.c.region == region)
        .correlate_except(CENTRE)
        .scalar_subquery()
    )
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="organisation", order_by="Membership.id", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    @property
    def path(self) -> str:
        """Address of the organisation's public page."""
        return f"/organisations/{self.id}/{self.slug}/"


class Membership(Model):
    """That somebody speaks, or wishes to speak, for an organisation."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("organisation_id", "account_id"),
        Index("ix_membership_account_id", "account_id", "state"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        Key, ForeignKey("organisation.id", ondelete="CASCADE")
    )
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id", ondelete="CASCADE"))
    is_steward: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MembershipState] = mapped_column(words(MembershipState))
    refusal: Mapped[str] = mapped_column(Text, default="")
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))

    organisation: Mapped[Organisation] = relationship(back_populates="memberships")
    account: Mapped[Account] = relationship(foreign_keys=[account_id])

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of the membership concerns."""
        return (f"organisation:{self.organisation_id}", f"person:{self.account_id}")


explain(
    "uq_membership_organisation_id_account_id",
    "You have asked to join this organisation already.",
)
