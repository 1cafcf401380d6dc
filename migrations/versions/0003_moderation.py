"""Moderation: queue, reports, decisions, the public log, sanctions, appeals, interests, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "log_head",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "complaint",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", KEY, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_complaint_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_complaint_answered_by")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_complaint_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("reference", name=op.f("uq_complaint_reference")),
    )
    op.create_index("ix_complaint_account_id", "complaint", ["account_id"])
    op.create_index("ix_complaint_centre_id", "complaint", ["centre_id"])

    op.create_table(
        "log_entry",
        sa.Column("number", KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", KEY, nullable=True),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("clause", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_log_entry_centre_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_entry")),
    )
    op.create_index("ix_log_entry_action", "log_entry", ["action", "number"])
    op.create_index("ix_log_entry_at", "log_entry", ["at", "number"])
    op.create_index("ix_log_entry_centre_id", "log_entry", ["centre_id", "number"])

    op.create_table(
        "notice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notice_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_notice_account_id_key")),
    )
    op.create_index("ix_notice_account_id", "notice", ["account_id", "id"])
    op.create_index("ix_notice_unread", "notice", ["account_id", "read_at"])

    op.create_table(
        "watched_word",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", KEY, nullable=True),
        sa.Column("phrase", sa.String(length=80), nullable=False),
        sa.Column("effect", sa.String(length=30), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_watched_word_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_watched_word_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_word")),
        sa.UniqueConstraint("centre_id", "phrase", name=op.f("uq_watched_word_centre_id_phrase")),
    )
    op.create_index(
        "uq_watched_word_for_all",
        "watched_word",
        ["phrase"],
        unique=True,
        postgresql_where=sa.text("centre_id IS NULL"),
        sqlite_where=sa.text("centre_id IS NULL"),
    )
    op.create_table(
        "interest",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("thread_id", KEY, nullable=True),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_interest_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_interest_organisation_id")
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_interest_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    op.create_index("ix_interest_account_id", "interest", ["account_id", "thread_id", "id"])
    op.create_index("ix_interest_organisation_id", "interest", ["organisation_id", "account_id"])
    op.create_index("ix_interest_thread_id", "interest", ["thread_id"])

    op.create_table(
        "trail_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("thread_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("entry_number", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_trail_line_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_line")),
    )
    op.create_index("ix_trail_line_thread_id", "trail_line", ["thread_id", "id"])

    op.create_table(
        "held_edit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_held_edit_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_edit")),
        sa.UniqueConstraint("post_id", name=op.f("uq_held_edit_post_id")),
    )
    op.create_table(
        "review_item",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("centre_id", KEY, nullable=False),
        sa.Column("handed_to", KEY, nullable=True),
        sa.Column("target_type", sa.String(length=40), nullable=False),
        sa.Column("target_id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=True),
        sa.Column("author_id", KEY, nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_opened", sa.Integer(), nullable=False),
        sa.Column("claimed_by", KEY, nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_review_item_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_review_item_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["account.id"], name=op.f("fk_review_item_claimed_by")
        ),
        sa.ForeignKeyConstraint(
            ["handed_to"], ["centre.id"], name=op.f("fk_review_item_handed_to")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_review_item_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_item")),
        sa.UniqueConstraint(
            "target_type", "target_id", name=op.f("uq_review_item_target_type_target_id")
        ),
    )
    op.create_index("ix_review_item_author_id", "review_item", ["author_id"])
    op.create_index("ix_review_item_claimed_by", "review_item", ["claimed_by"])
    op.create_index(
        "ix_review_item_handed", "review_item", ["state", "handed_to", "opened_at", "id"]
    )
    op.create_index("ix_review_item_kind", "review_item", ["state", "kind", "opened_at", "id"])
    op.create_index("ix_review_item_post_id", "review_item", ["post_id"])
    op.create_index(
        "ix_review_item_queue", "review_item", ["state", "centre_id", "opened_at", "id"]
    )

    op.create_table(
        "decision",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("seat", sa.String(length=30), nullable=False),
        sa.Column("actor_id", KEY, nullable=True),
        sa.Column("centre_id", KEY, nullable=True),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("post_id", KEY, nullable=True),
        sa.Column("thread_id", KEY, nullable=True),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("rules_id", KEY, nullable=True),
        sa.Column("clause", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("staff_note", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waited_seconds", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", KEY, nullable=True),
        sa.Column("entry_number", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_decision_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["account.id"], name=op.f("fk_decision_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_decision_centre_id")),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.id"], name=op.f("fk_decision_item_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["decision.id"], name=op.f("fk_decision_parent_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_decision_post_id")),
        sa.ForeignKeyConstraint(
            ["rules_id"], ["house_rules.id"], name=op.f("fk_decision_rules_id")
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_decision_thread_id")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["decision.id"], name=op.f("fk_decision_undone_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("entry_number", name=op.f("uq_decision_entry_number")),
    )
    op.create_index("ix_decision_account_id", "decision", ["account_id", "at", "id"])
    op.create_index("ix_decision_actor_id", "decision", ["actor_id"])
    op.create_index("ix_decision_centre_id", "decision", ["centre_id", "at", "id"])
    op.create_index("ix_decision_item_id", "decision", ["item_id", "id"])
    op.create_index("ix_decision_parent_id", "decision", ["parent_id"])
    op.create_index("ix_decision_post_id", "decision", ["post_id", "at"])
    op.create_index("ix_decision_thread_id", "decision", ["thread_id"])

    op.create_table(
        "item_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", KEY, nullable=True),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["account.id"], name=op.f("fk_item_event_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_item.id"], name=op.f("fk_item_event_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_event")),
    )
    op.create_index("ix_item_event_actor_id", "item_event", ["actor_id"])
    op.create_index("ix_item_event_item_id", "item_event", ["item_id", "id"])

    op.create_table(
        "appeal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("decision_id", KEY, nullable=False),
        sa.Column("appellant_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lodged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_id", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appellant_id"], ["account.id"], name=op.f("fk_appeal_appellant_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_appeal_decision_id")
        ),
        sa.ForeignKeyConstraint(["outcome_id"], ["decision.id"], name=op.f("fk_appeal_outcome_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_appeal_decision_id")),
    )
    op.create_index("ix_appeal_appellant_id", "appeal", ["appellant_id"])
    op.create_index("ix_appeal_outcome_id", "appeal", ["outcome_id"])

    op.create_table(
        "report",
        sa.Column("id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("reporter_id", KEY, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_report_decision_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.id"], name=op.f("fk_report_item_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_report_post_id")),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["account.id"], name=op.f("fk_report_reporter_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("reference", name=op.f("uq_report_reference")),
        sa.UniqueConstraint(
            "reporter_id", "post_id", "round", name=op.f("uq_report_reporter_id_post_id_round")
        ),
    )
    op.create_index("ix_report_decision_id", "report", ["decision_id"])
    op.create_index("ix_report_item_id", "report", ["item_id"])
    op.create_index("ix_report_post_id", "report", ["post_id", "outcome"])

    op.create_table(
        "sanction",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("centre_id", KEY, nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("member_text", sa.Text(), nullable=False),
        sa.Column("staff_text", sa.Text(), nullable=False),
        sa.Column("decision_id", KEY, nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sanction_account_id")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_sanction_centre_id")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_sanction_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
    )
    op.create_index("ix_sanction_account_id", "sanction", ["account_id", "id"])
    op.create_index("ix_sanction_centre_id", "sanction", ["centre_id"])
    op.create_index("ix_sanction_decision_id", "sanction", ["decision_id"])

    op.create_table(
        "sealed_text",
        sa.Column("id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("decision_id", KEY, nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_sealed_text_decision_id")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_sealed_text_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_text")),
    )
    op.create_index("ix_sealed_text_decision_id", "sealed_text", ["decision_id"])
    op.create_index("ix_sealed_text_post_id", "sealed_text", ["post_id"])

    op.create_table(
        "seal_opening",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sealed_id", KEY, nullable=False),
        sa.Column("asked_by", KEY, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agreed_by", KEY, nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreed_by"], ["account.id"], name=op.f("fk_seal_opening_agreed_by")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["account.id"], name=op.f("fk_seal_opening_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["sealed_id"], ["sealed_text.id"], name=op.f("fk_seal_opening_sealed_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_opening")),
    )
    op.create_index("ix_seal_opening_asked_by", "seal_opening", ["asked_by"])
    op.create_index("ix_seal_opening_sealed_id", "seal_opening", ["sealed_id"])

    op.add_column(
        "account", sa.Column("restrictions", sa.JSON(), nullable=False, server_default="[]")
    )

    op.add_column(
        "board", sa.Column("holds_posts", sa.Boolean(), nullable=False, server_default=sa.false())
    )

    op.add_column(
        "centre",
        sa.Column("holding", sa.String(length=30), nullable=False, server_default="new-members"),
    )
    op.add_column(
        "centre", sa.Column("held_posts", sa.Integer(), nullable=False, server_default="3")
    )

    op.add_column(
        "post", sa.Column("hidden_rule", sa.String(length=200), nullable=False, server_default="")
    )
    op.add_column("post", sa.Column("entry_number", KEY, nullable=True))
    op.add_column("post", sa.Column("holds", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("post", sa.Column("interest", sa.String(length=300), nullable=True))
    op.add_column("post", sa.Column("redactions", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "post_revision",
        sa.Column("was_read", sa.Boolean(), nullable=False, server_default=sa.true()),
    )

    op.add_column(
        "thread", sa.Column("last_shown", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("thread", sa.Column("pinned_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("thread", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "thread", sa.Column("slow_minutes", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("thread", sa.Column("slow_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("thread", sa.Column("hold", sa.String(length=30), nullable=True))
    op.add_column("thread", sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("thread", sa.Column("merged_into_id", KEY, nullable=True))
    op.add_column(
        "thread", sa.Column("has_trail", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_thread_merged_into_id", "thread", ["merged_into_id"])

    op.execute("UPDATE thread SET last_shown = last_number")
    head = sa.table("log_head", *map(sa.column, ("id", "number", "hash")))
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64}])
    _guard_log()


def _guard_log() -> None:
    """Let the database itself refuse every change of the public log."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER log_entry_no_{event.lower()} BEFORE {event} ON log_entry "
                "BEGIN SELECT RAISE(ABORT, 'the moderation log is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the moderation log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER log_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()"
    )


def downgrade() -> None:
    # What waits, or was rejected, is known to nobody before this step; nobody may read it.
    for table in ("post", "thread"):
        op.execute(
            f"UPDATE {table} SET state = 'hidden' "  # noqa: S608 — our own names
            "WHERE state IN ('pending', 'rejected', 'retracted')"
        )
    op.execute("DELETE FROM post_revision WHERE NOT was_read")
    op.drop_column("post_revision", "was_read")
    op.drop_index("ix_thread_merged_into_id", table_name="thread")
    op.drop_column("thread", "has_trail")
    op.drop_column("thread", "merged_into_id")
    op.drop_column("thread", "hold_until")
    op.drop_column("thread", "hold")
    op.drop_column("thread", "slow_until")
    op.drop_column("thread", "slow_minutes")
    op.drop_column("thread", "locked_until")
    op.drop_column("thread", "pinned_until")
    op.drop_column("thread", "last_shown")

    op.drop_column("post", "redactions")
    op.drop_column("post", "interest")
    op.drop_column("post", "holds")
    op.drop_column("post", "entry_number")
    op.drop_column("post", "hidden_rule")

    op.drop_column("centre", "held_posts")
    op.drop_column("centre", "holding")

    op.drop_column("board", "holds_posts")

    op.drop_column("account", "restrictions")

    op.drop_index("ix_seal_opening_sealed_id", table_name="seal_opening")
    op.drop_index("ix_seal_opening_asked_by", table_name="seal_opening")

    op.drop_table("seal_opening")
    op.drop_index("ix_sealed_text_post_id", table_name="sealed_text")
    op.drop_index("ix_sealed_text_decision_id", table_name="sealed_text")

    op.drop_table("sealed_text")
    op.drop_index("ix_sanction_decision_id", table_name="sanction")
    op.drop_index("ix_sanction_centre_id", table_name="sanction")
    op.drop_index("ix_sanction_account_id", table_name="sanction")

    op.drop_table("sanction")
    op.drop_index("ix_report_post_id", table_name="report")
    op.drop_index("ix_report_item_id", table_name="report")
    op.drop_index("ix_report_decision_id", table_name="report")

    op.drop_table("report")
    op.drop_index("ix_appeal_outcome_id", table_name="appeal")
    op.drop_index("ix_appeal_appellant_id", table_name="appeal")

    op.drop_table("appeal")
    op.drop_index("ix_item_event_item_id", table_name="item_event")
    op.drop_index("ix_item_event_actor_id", table_name="item_event")

    op.drop_table("item_event")
    op.drop_index("ix_decision_thread_id", table_name="decision")
    op.drop_index("ix_decision_post_id", table_name="decision")
    op.drop_index("ix_decision_parent_id", table_name="decision")
    op.drop_index("ix_decision_item_id", table_name="decision")
    op.drop_index("ix_decision_centre_id", table_name="decision")
    op.drop_index("ix_decision_actor_id", table_name="decision")
    op.drop_index("ix_decision_account_id", table_name="decision")

    op.drop_table("decision")
    op.drop_index("ix_review_item_queue", table_name="review_item")
    op.drop_index("ix_review_item_post_id", table_name="review_item")
    op.drop_index("ix_review_item_kind", table_name="review_item")
    op.drop_index("ix_review_item_handed", table_name="review_item")
    op.drop_index("ix_review_item_claimed_by", table_name="review_item")
    op.drop_index("ix_review_item_author_id", table_name="review_item")

    op.drop_table("review_item")
    op.drop_table("held_edit")
    op.drop_index("ix_trail_line_thread_id", table_name="trail_line")

    op.drop_table("trail_line")
    op.drop_index("ix_interest_thread_id", table_name="interest")
    op.drop_index("ix_interest_organisation_id", table_name="interest")
    op.drop_index("ix_interest_account_id", table_name="interest")

    op.drop_table("interest")
    op.drop_index(
        "uq_watched_word_for_all",
        table_name="watched_word",
        postgresql_where=sa.text("centre_id IS NULL"),
        sqlite_where=sa.text("centre_id IS NULL"),
    )
    op.drop_table("watched_word")
    op.drop_index("ix_notice_unread", table_name="notice")
    op.drop_index("ix_notice_account_id", table_name="notice")

    op.drop_table("notice")
    op.drop_index("ix_log_entry_centre_id", table_name="log_entry")
    op.drop_index("ix_log_entry_at", table_name="log_entry")
    op.drop_index("ix_log_entry_action", table_name="log_entry")

    op.drop_table("log_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_log()")
    op.drop_index("ix_complaint_centre_id", table_name="complaint")
    op.drop_index("ix_complaint_account_id", table_name="complaint")

    op.drop_table("complaint")
    op.drop_table("log_head")
