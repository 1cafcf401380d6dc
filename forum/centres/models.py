"""Tables of the centres and of the councils in their regions."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.enums import Region
from forum.centres.enums import Holding
from forum.core.db import Key, Model, words


class Centre(Model):
    """A regional procurement centre, hosted by one council for the others.

    ``held_posts`` is how many approved posts a member needs before the next need not wait,
    where ``holding`` says so. ``consultation_weeks``: how long its consultations are usually open.
    """

    __tablename__ = "centre"
    __table_args__ = (UniqueConstraint("slug"), UniqueConstraint("region"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    region: Mapped[Region] = mapped_column(words(Region))
    host: Mapped[str] = mapped_column(String(120))
    hosting: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    edit_window_hours: Mapped[int] = mapped_column(default=24)
    holding: Mapped[Holding] = mapped_column(words(Holding), default=Holding.NEW_MEMBERS)
    held_posts: Mapped[int] = mapped_column(default=3)
    consultation_weeks: Mapped[int] = mapped_column(default=6)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    @property
    def path(self) -> str:
        """Address of the centre's page."""
        return f"/centres/{self.slug}/"

    @property
    def url(self) -> str:
        """The same address under the name that components use."""
        return self.path

    @property
    def region_code(self) -> str:
        """ONS code of the region as plain text."""
        return str(self.region)


class Council(Model):
    """A council of a centre's region, imported from open data."""

    __tablename__ = "council"
    __table_args__ = (UniqueConstraint("gss_code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    gss_code: Mapped[str] = mapped_column(String(9))
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(60))
    updated_at: Mapped[datetime]
    centre_id: Mapped[int] = mapped_column(Key, ForeignKey("centre.id"), index=True)

    centre: Mapped[Centre] = relationship()
