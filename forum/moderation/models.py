"""Tables of moderation: queue, reports, decisions, the public log, sanctions, appeals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.models import Account, HouseRules
from forum.centres.models import Centre
from forum.core.db import Key, Model, words
from forum.core.tags import Private
from forum.core.transactions import explain
from forum.moderation.enums import (
    AppealState,
    DecisionKind,
    ItemEventKind,
    ItemKind,
    ItemState,
    ReportOutcome,
    ReportReason,
    SanctionKind,
    Seat,
    WordEffect,
)
from forum.threads.models import Post, Thread

IS_NAMED = "submission_id != ''"


def _unique_if(condition: str, name: str, *columns: str) -> Index:
    """That no two rows that fulfil the condition are alike in the columns."""
    where = text(condition)
    return Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)


class WatchedWord(Private, Model):
    """Words to look for in posts of a centre, or of all (``centre_id`` None).

    ``phrase`` is one or more words in lower case; a ``*`` at its end stands for any ending.
    """

    __tablename__ = "watched_word"
    __table_args__ = (
        UniqueConstraint("centre_id", "phrase"),
        # The constraint above takes no notice of rows without a centre.
        _unique_if("centre_id IS NULL", "uq_watched_word_for_all", "phrase"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int | None] = mapped_column(Key, ForeignKey("centre.id"))
    phrase: Mapped[str] = mapped_column(String(80))
    effect: Mapped[WordEffect] = mapped_column(words(WordEffect))
    message: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    centre: Mapped[Centre | None] = relationship()


class ReviewItem(Private, Model):
    """Something that waits, or waited, for a moderator: one row for each target.

    ``target_type`` and ``target_id`` name the row of another table. ``centre_id`` is where it
    belongs, ``handed_to`` the neighbouring centre that decides instead. ``reasons`` are words
    of why it waits, ``score`` grows with the weight of reports.
    """

    __tablename__ = "review_item"
    __table_args__ = (
        UniqueConstraint("target_type", "target_id"),
        Index("ix_review_item_queue", "state", "centre_id", "opened_at", "id"),
        Index("ix_review_item_handed", "state", "handed_to", "opened_at", "id"),
        Index("ix_review_item_kind", "state", "kind", "opened_at", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[ItemKind] = mapped_column(words(ItemKind))
    state: Mapped[ItemState] = mapped_column(words(ItemState), default=ItemState.OPEN)
    centre_id: Mapped[int] = mapped_column(Key, ForeignKey("centre.id"))
    handed_to: Mapped[int | None] = mapped_column(Key, ForeignKey("centre.id"))
    target_type: Mapped[str] = mapped_column(String(40))
    target_id: Mapped[int] = mapped_column(Key)
    post_id: Mapped[int | None] = mapped_column(Key, ForeignKey("post.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"), index=True)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    score: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    times_opened: Mapped[int] = mapped_column(default=1)
    claimed_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"), index=True)
    claimed_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    centre: Mapped[Centre] = relationship(foreign_keys=[centre_id])
    post: Mapped[Post | None] = relationship()
    author: Mapped[Account | None] = relationship(foreign_keys=[author_id])
    claimant: Mapped[Account | None] = relationship(foreign_keys=[claimed_by])

    @property
    def path(self) -> str:
        """Address of the item in the workbench."""
        return f"/moderation/items/{self.id}/"


class ItemEvent(Private, Model):
    """A line of an item's history, for staff."""

    __tablename__ = "item_event"
    __table_args__ = (Index("ix_item_event_item_id", "item_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    item_id: Mapped[int] = mapped_column(Key, ForeignKey("review_item.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    what: Mapped[ItemEventKind] = mapped_column(words(ItemEventKind))
    text: Mapped[str] = mapped_column(Text, default="")

    item: Mapped[ReviewItem] = relationship()
    actor: Mapped[Account | None] = relationship()


class Report(Private, Model):
    """That somebody asks a moderator to look at a post.

    ``reporter_id`` is None for visitors, who follow their report by its ``reference``.
    ``submission_id`` names the form that was sent: sent twice, it is one report.
    ``weight`` in hundredths is what the report counted for when it was made.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("reporter_id", "post_id", "round"),
        Index("ix_report_post_id", "post_id", "outcome"),
        _unique_if(IS_NAMED, "uq_report_submission_id", "post_id", "submission_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    item_id: Mapped[int] = mapped_column(Key, ForeignKey("review_item.id"), index=True)
    post_id: Mapped[int] = mapped_column(Key, ForeignKey("post.id"))
    reporter_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("account.id", ondelete="SET NULL")
    )
    # How often the item had been opened: one may report again what was decided before.
    round: Mapped[int] = mapped_column(default=1)
    reference: Mapped[str] = mapped_column(String(16))
    reason: Mapped[ReportReason] = mapped_column(words(ReportReason))
    note: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int] = mapped_column(default=100)
    created_at: Mapped[datetime]
    outcome: Mapped[ReportOutcome] = mapped_column(words(ReportOutcome), default=ReportOutcome.OPEN)
    closed_at: Mapped[datetime | None]
    decision_id: Mapped[int | None] = mapped_column(Key, ForeignKey("decision.id"), index=True)
    submission_id: Mapped[str] = mapped_column(String(64), default="")

    item: Mapped[ReviewItem] = relationship()
    post: Mapped[Post] = relationship()
    reporter: Mapped[Account | None] = relationship()


class Decision(Private, Model):
    """What somebody decided, with all that staff may know of it.

    ``before`` holds what undoing needs to restore. ``account_id`` is the member restricted or
    whose post was judged. ``rules_id`` and ``clause`` name the clause of the house rules,
    ``rule`` is how it reads on a tombstone.
    """

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("entry_number"),
        Index("ix_decision_account_id", "account_id", "at", "id"),
        Index("ix_decision_post_id", "post_id", "at"),
        Index("ix_decision_centre_id", "centre_id", "at", "id"),
        Index("ix_decision_item_id", "item_id", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[DecisionKind] = mapped_column(words(DecisionKind))
    seat: Mapped[Seat] = mapped_column(words(Seat))
    actor_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    centre_id: Mapped[int | None] = mapped_column(Key, ForeignKey("centre.id"))
    item_id: Mapped[int | None] = mapped_column(Key, ForeignKey("review_item.id"))
    post_id: Mapped[int | None] = mapped_column(Key, ForeignKey("post.id"))
    thread_id: Mapped[int | None] = mapped_column(Key, ForeignKey("thread.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    rules_id: Mapped[int | None] = mapped_column(Key, ForeignKey("house_rules.id"))
    clause: Mapped[str] = mapped_column(String(12), default="")
    rule: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    staff_note: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None]
    waited_seconds: Mapped[int | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    parent_id: Mapped[int | None] = mapped_column(Key, ForeignKey("decision.id"), index=True)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("decision.id"))
    entry_number: Mapped[int] = mapped_column(Key)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    centre: Mapped[Centre | None] = relationship()
    item: Mapped[ReviewItem | None] = relationship()
    post: Mapped[Post | None] = relationship()
    thread: Mapped[Thread | None] = relationship()
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    actor: Mapped[Account | None] = relationship(foreign_keys=[actor_id])
    rules: Mapped[HouseRules | None] = relationship()

    @property
    def target_name(self) -> str:
        """What was decided about, as the public log calls it."""
        if self.post_id is not None or self.thread_id is not None:
            return "post" if self.post_id is not None else "thread"
        elsewhere = "queue" if self.kind is DecisionKind.BULK else "site"
        return "member" if self.account_id is not None else elsewhere

    @property
    def target_path(self) -> str:
        """Address of what was decided about; "" for members, whom the log does not name."""
        if self.post_id is not None:
            return f"/posts/{self.post_id}/"
        return f"/threads/{self.thread_id}/" if self.thread_id is not None else ""

    @property
    def entry_path(self) -> str:
        """Address of the decision in the public log."""
        return f"/moderation-log/{self.entry_number}/"


class LogEntry(Model):
    """An entry of the public log; triggers refuse every update and delete.

    ``body`` is the entry as canonical JSON (RFC 8785), ``hash`` the SHA-256 of ``body`` in
    hexadecimal; the body holds the hash of the entry before. The other columns repeat parts of
    the body for filters.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("ix_log_entry_centre_id", "centre_id", "number"),
        Index("ix_log_entry_action", "action", "number"),
        Index("ix_log_entry_at", "at", "number"),
    )

    number: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    centre_id: Mapped[int | None] = mapped_column(Key, ForeignKey("centre.id"))
    action: Mapped[str] = mapped_column(String(30))
    clause: Mapped[str] = mapped_column(String(12), default="")
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))

    @property
    def page_tags(self) -> Sequence[str]:
        """What a new entry concerns."""
        return ("log",)


class LogHead(Private, Model):
    """The newest entry of the log: whoever appends holds this one row."""

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Key)
    hash: Mapped[str] = mapped_column(String(64))


class Sanction(Private, Model):
    """Something imposed on a member; ``centre_id`` None holds in all centres.

    ``ends_at`` None: until it is lifted. ``minutes`` is the pause between posts in slow mode.
    Restrictions in force are copied to ``account.restrictions``.
    """

    __tablename__ = "sanction"
    __table_args__ = (Index("ix_sanction_account_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    kind: Mapped[SanctionKind] = mapped_column(words(SanctionKind))
    centre_id: Mapped[int | None] = mapped_column(Key, ForeignKey("centre.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    minutes: Mapped[int] = mapped_column(default=0)
    member_text: Mapped[str] = mapped_column(Text, default="")
    staff_text: Mapped[str] = mapped_column(Text, default="")
    decision_id: Mapped[int] = mapped_column(Key, ForeignKey("decision.id"), index=True)
    lifted_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    centre: Mapped[Centre | None] = relationship()
    decision: Mapped[Decision] = relationship()


class Appeal(Private, Model):
    """That the person restricted asks another centre to look at a decision again."""

    __tablename__ = "appeal"
    __table_args__ = (UniqueConstraint("decision_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    decision_id: Mapped[int] = mapped_column(Key, ForeignKey("decision.id"))
    appellant_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    lodged_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[AppealState] = mapped_column(words(AppealState), default=AppealState.WAITING)
    decided_at: Mapped[datetime | None]
    outcome_id: Mapped[int | None] = mapped_column(Key, ForeignKey("decision.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    decision: Mapped[Decision] = relationship(foreign_keys=[decision_id])
    outcome: Mapped[Decision | None] = relationship(foreign_keys=[outcome_id])
    appellant: Mapped[Account] = relationship()


class SealedText(Private, Model):
    """What a redaction removed; read only by two persons who agree (``SealOpening``)."""

    __tablename__ = "sealed_text"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    post_id: Mapped[int] = mapped_column(Key, ForeignKey("post.id"), index=True)
    decision_id: Mapped[int] = mapped_column(Key, ForeignKey("decision.id"), index=True)
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed_at: Mapped[datetime]

    post: Mapped[Post] = relationship()
    decision: Mapped[Decision] = relationship()


class SealOpening(Private, Model):
    """That somebody asked to read a sealed text, and who else agreed; good for an hour."""

    __tablename__ = "seal_opening"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sealed_id: Mapped[int] = mapped_column(Key, ForeignKey("sealed_text.id"), index=True)
    asked_by: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), index=True)
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    agreed_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    agreed_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    sealed: Mapped[SealedText] = relationship()
    asker: Mapped[Account] = relationship(foreign_keys=[asked_by])


class Complaint(Private, Model):
    """A complaint about a centre; ``reference`` and ``submission_id`` are as those of Report."""

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("reference"),
        _unique_if(IS_NAMED, "uq_complaint_submission_id", "centre_id", "submission_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(Key, ForeignKey("centre.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    reference: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
    submission_id: Mapped[str] = mapped_column(String(64), default="")

    centre: Mapped[Centre] = relationship()


explain("uq_watched_word_centre_id_phrase", "This is on the list already.", field="phrase")
explain("uq_watched_word_for_all", "This is on the list already.", field="phrase")
explain("uq_report_reporter_id_post_id_round", "You have reported this post already.")
explain("uq_appeal_decision_id", "This decision was appealed already. There is one appeal.")
