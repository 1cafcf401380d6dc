"""Tables of the foundation: members, centres, topics, organisations, boards, threads."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", KEY, nullable=False),
        sa.Column("handle", sa.String(length=30), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("sector", sa.String(length=30), nullable=False),
        sa.Column("region", sa.String(length=30), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("handle", name=op.f("uq_account_handle")),
    )
    op.create_table(
        "centre",
        sa.Column("id", KEY, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("region", sa.String(length=30), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("hosting", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("edit_window_hours", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre")),
        sa.UniqueConstraint("region", name=op.f("uq_centre_region")),
        sa.UniqueConstraint("slug", name=op.f("uq_centre_slug")),
    )
    op.create_table(
        "cpv_code",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("check_digit", sa.String(length=1), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("parent_code", sa.String(length=8), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cpv_code")),
    )
    op.create_index("ix_cpv_code_parent_code", "cpv_code", ["parent_code"], unique=False)

    op.create_table(
        "outbox_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    op.create_index(
        "ix_outbox_event_due",
        "outbox_event",
        ["next_attempt_at", "id"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL AND given_up_at IS NULL"),
        sqlite_where=sa.text("delivered_at IS NULL AND given_up_at IS NULL"),
    )

    op.create_table(
        "topic",
        sa.Column("id", KEY, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["topic.id"], name=op.f("fk_topic_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("slug", name=op.f("uq_topic_slug")),
    )
    op.create_index("ix_topic_order", "topic", ["kind", "name", "id"], unique=False)
    op.create_index("ix_topic_parent_id", "topic", ["parent_id"], unique=False)

    op.create_table(
        "account_token",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_token_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_token_token_hash")),
    )
    op.create_index("ix_account_token_account_id", "account_token", ["account_id"], unique=False)

    op.create_table(
        "audit_record",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", KEY, nullable=True),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("target_type", sa.String(length=40), nullable=False),
        sa.Column("target_id", KEY, nullable=False),
        sa.Column("centre_id", KEY, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["account.id"], name=op.f("fk_audit_record_actor_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
    )
    op.create_index("ix_audit_record_actor_id", "audit_record", ["actor_id"], unique=False)
    op.create_index("ix_audit_record_at", "audit_record", ["at"], unique=False)
    op.create_index("ix_audit_record_centre_id", "audit_record", ["centre_id"], unique=False)
    op.create_index("ix_audit_record_tag", "audit_record", ["tag"], unique=False)
    op.create_index(
        "ix_audit_record_target", "audit_record", ["target_type", "target_id"], unique=False
    )

    op.create_table(
        "board",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", KEY, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("readers", sa.String(length=30), nullable=False),
        sa.Column("start_sectors", sa.JSON(), nullable=False),
        sa.Column("reply_sectors", sa.JSON(), nullable=False),
        sa.Column("thread_count", sa.Integer(), nullable=False),
        sa.Column("post_count", sa.Integer(), nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_board_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
        sa.UniqueConstraint("centre_id", "slug", name=op.f("uq_board_centre_id_slug")),
    )
    op.create_index("ix_board_order", "board", ["centre_id", "position", "id"], unique=False)

    op.create_table(
        "council",
        sa.Column("id", KEY, nullable=False),
        sa.Column("gss_code", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_council_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council")),
        sa.UniqueConstraint("gss_code", name=op.f("uq_council_gss_code")),
    )
    op.create_index("ix_council_centre_id", "council", ["centre_id"], unique=False)

    op.create_table(
        "former_handle",
        sa.Column("handle", sa.String(length=30), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_former_handle_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_former_handle")),
    )
    op.create_index("ix_former_handle_account_id", "former_handle", ["account_id"], unique=False)

    op.create_table(
        "house_rules",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("change_note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_house_rules_centre_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["account.id"], name=op.f("fk_house_rules_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_rules")),
        sa.UniqueConstraint("centre_id", "version", name=op.f("uq_house_rules_centre_id_version")),
    )
    op.create_table(
        "login_session",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_login_session_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("sector", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("size", sa.String(length=30), nullable=False),
        sa.Column("region", sa.String(length=30), nullable=True),
        sa.Column("company_number", sa.String(length=8), nullable=False),
        sa.Column("charity_number", sa.String(length=10), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["account.id"],
            name=op.f("fk_organisation_created_by"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index("ix_organisation_name", "organisation", ["name", "id"], unique=False)
    op.create_index("ix_organisation_state", "organisation", ["state", "region"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("centre_id", KEY, nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", KEY, nullable=True),
        sa.CheckConstraint(
            "(role = 'administrator') = (centre_id IS NULL)",
            name=op.f("ck_role_grant_centre_of_role"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_role_grant_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_role_grant_centre_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["account.id"], name=op.f("fk_role_grant_granted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "account_id", "role", "centre_id", name=op.f("uq_role_grant_account_id_role_centre_id")
        ),
    )
    op.create_index("ix_role_grant_centre_id", "role_grant", ["centre_id"], unique=False)
    op.create_index(
        "uq_role_grant_administrator",
        "role_grant",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("centre_id IS NULL"),
        sqlite_where=sa.text("centre_id IS NULL"),
    )

    op.create_table(
        "topic_division",
        sa.Column("topic_id", KEY, nullable=False),
        sa.Column("division", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_topic_division_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("topic_id", "division", name=op.f("pk_topic_division")),
    )
    op.create_table(
        "topic_synonym",
        sa.Column("id", KEY, nullable=False),
        sa.Column("topic_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_topic_synonym_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_synonym")),
        sa.UniqueConstraint("topic_id", "name", name=op.f("uq_topic_synonym_topic_id_name")),
    )
    op.create_table(
        "membership",
        sa.Column("id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("is_steward", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_membership_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_membership_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_membership_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "organisation_id", "account_id", name=op.f("uq_membership_organisation_id_account_id")
        ),
    )
    op.create_index("ix_membership_account_id", "membership", ["account_id", "state"], unique=False)

    op.create_table(
        "rules_acceptance",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("rules_id", KEY, nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_rules_acceptance_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rules_id"], ["house_rules.id"], name=op.f("fk_rules_acceptance_rules_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "rules_id", name=op.f("pk_rules_acceptance")),
    )
    op.create_table(
        "thread",
        sa.Column("id", KEY, nullable=False),
        sa.Column("board_id", KEY, nullable=False),
        sa.Column("centre_id", KEY, nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("slug", sa.String(length=150), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("reply_count", sa.Integer(), nullable=False),
        sa.Column("accepted_post_id", KEY, nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("locked_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_thread_author_id")),
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=op.f("fk_thread_board_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_thread_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
    )
    op.create_index("ix_thread_author", "thread", ["author_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_thread_board", "thread", ["board_id", "is_pinned", "last_post_at", "id"], unique=False
    )
    op.create_index("ix_thread_centre", "thread", ["centre_id", "last_post_at", "id"], unique=False)
    op.create_index("ix_thread_latest", "thread", ["last_post_at", "id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("board_id", KEY, nullable=False),
        sa.Column("thread_id", KEY, nullable=True),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_draft_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_draft_board_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_draft_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(
        "uq_draft_board",
        "draft",
        ["account_id", "board_id"],
        unique=True,
        postgresql_where=sa.text("thread_id IS NULL"),
        sqlite_where=sa.text("thread_id IS NULL"),
    )
    op.create_index(
        "uq_draft_thread",
        "draft",
        ["account_id", "thread_id"],
        unique=True,
        postgresql_where=sa.text("thread_id IS NOT NULL"),
        sqlite_where=sa.text("thread_id IS NOT NULL"),
    )

    op.create_table(
        "post",
        sa.Column("id", KEY, nullable=False),
        sa.Column("thread_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("capacity", sa.String(length=30), nullable=False),
        sa.Column("sector", sa.String(length=30), nullable=False),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("organisation_name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("hidden_reason", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_post_author_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_post_organisation_id")
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_post_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint(
            "author_id", "submission_id", name=op.f("uq_post_author_id_submission_id")
        ),
        sa.UniqueConstraint("thread_id", "number", name=op.f("uq_post_thread_id_number")),
    )
    op.create_index("ix_post_author", "post", ["author_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_post_organisation", "post", ["organisation_id", "created_at", "id"], unique=False
    )

    op.create_table(
        "read_mark",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("thread_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_read_mark_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_read_mark_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "thread_id", name=op.f("pk_read_mark")),
    )
    op.create_table(
        "thread_topic",
        sa.Column("thread_id", KEY, nullable=False),
        sa.Column("topic_id", KEY, nullable=False),
        sa.Column("centre_id", KEY, nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_thread_topic_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_thread_topic_thread_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_thread_topic_topic_id")),
        sa.PrimaryKeyConstraint("thread_id", "topic_id", name=op.f("pk_thread_topic")),
    )
    op.create_index(
        "ix_thread_topic_centre",
        "thread_topic",
        ["topic_id", "centre_id", "last_post_at", "thread_id"],
        unique=False,
    )
    op.create_index(
        "ix_thread_topic_latest",
        "thread_topic",
        ["topic_id", "last_post_at", "thread_id"],
        unique=False,
    )

    op.create_table(
        "voice",
        sa.Column("thread_id", KEY, nullable=False),
        sa.Column("sector", sa.String(length=30), nullable=False),
        sa.Column("speaker", sa.String(length=24), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_voice_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("thread_id", "sector", "speaker", name=op.f("pk_voice")),
    )
    op.create_table(
        "mention",
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_mention_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_mention_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "account_id", name=op.f("pk_mention")),
    )
    op.create_index("ix_mention_account_id", "mention", ["account_id", "post_id"], unique=False)

    op.create_table(
        "post_revision",
        sa.Column("id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", KEY, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_revision_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["account.id"], name=op.f("fk_post_revision_replaced_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_revision")),
        sa.UniqueConstraint("post_id", "version", name=op.f("uq_post_revision_post_id_version")),
    )


def downgrade() -> None:
    op.drop_table("post_revision")
    op.drop_index("ix_mention_account_id", table_name="mention")

    op.drop_table("mention")
    op.drop_table("voice")
    op.drop_index("ix_thread_topic_latest", table_name="thread_topic")
    op.drop_index("ix_thread_topic_centre", table_name="thread_topic")

    op.drop_table("thread_topic")
    op.drop_table("read_mark")
    op.drop_index("ix_post_organisation", table_name="post")
    op.drop_index("ix_post_author", table_name="post")

    op.drop_table("post")
    op.drop_index(
        "uq_draft_thread",
        table_name="draft",
        postgresql_where=sa.text("thread_id IS NOT NULL"),
        sqlite_where=sa.text("thread_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_draft_board",
        table_name="draft",
        postgresql_where=sa.text("thread_id IS NULL"),
        sqlite_where=sa.text("thread_id IS NULL"),
    )

    op.drop_table("draft")
    op.drop_index("ix_thread_latest", table_name="thread")
    op.drop_index("ix_thread_centre", table_name="thread")
    op.drop_index("ix_thread_board", table_name="thread")
    op.drop_index("ix_thread_author", table_name="thread")

    op.drop_table("thread")
    op.drop_table("rules_acceptance")
    op.drop_index("ix_membership_account_id", table_name="membership")

    op.drop_table("membership")
    op.drop_table("topic_synonym")
    op.drop_table("topic_division")
    op.drop_index(
        "uq_role_grant_administrator",
        table_name="role_grant",
        postgresql_where=sa.text("centre_id IS NULL"),
        sqlite_where=sa.text("centre_id IS NULL"),
    )
    op.drop_index("ix_role_grant_centre_id", table_name="role_grant")

    op.drop_table("role_grant")
    op.drop_index("ix_organisation_state", table_name="organisation")
    op.drop_index("ix_organisation_name", table_name="organisation")

    op.drop_table("organisation")
    op.drop_index("ix_login_session_account_id", table_name="login_session")

    op.drop_table("login_session")
    op.drop_table("house_rules")
    op.drop_index("ix_former_handle_account_id", table_name="former_handle")

    op.drop_table("former_handle")
    op.drop_index("ix_council_centre_id", table_name="council")

    op.drop_table("council")
    op.drop_index("ix_board_order", table_name="board")

    op.drop_table("board")
    op.drop_index("ix_audit_record_target", table_name="audit_record")
    op.drop_index("ix_audit_record_tag", table_name="audit_record")
    op.drop_index("ix_audit_record_centre_id", table_name="audit_record")
    op.drop_index("ix_audit_record_at", table_name="audit_record")
    op.drop_index("ix_audit_record_actor_id", table_name="audit_record")

    op.drop_table("audit_record")
    op.drop_index("ix_account_token_account_id", table_name="account_token")

    op.drop_table("account_token")
    op.drop_index("ix_topic_parent_id", table_name="topic")
    op.drop_index("ix_topic_order", table_name="topic")

    op.drop_table("topic")
    op.drop_index(
        "ix_outbox_event_due",
        table_name="outbox_event",
        postgresql_where=sa.text("delivered_at IS NULL AND given_up_at IS NULL"),
        sqlite_where=sa.text("delivered_at IS NULL AND given_up_at IS NULL"),
    )

    op.drop_table("outbox_event")
    op.drop_index("ix_cpv_code_parent_code", table_name="cpv_code")

    op.drop_table("cpv_code")
    op.drop_table("centre")
    op.drop_table("account")
