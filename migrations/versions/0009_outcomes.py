"""What becomes of consultations: themes, outcome, promises, posts cited; published results."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lateness_notice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_lateness_notice_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["account.id"], name=op.f("fk_lateness_notice_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lateness_notice")),
    )
    op.create_index(
        "ix_lateness_notice_order", "lateness_notice", ["consultation_id", "published_at", "id"]
    )

    op.create_table(
        "outcome",
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("signer", sa.String(length=120), nullable=False),
        sa.Column("signer_role", sa.String(length=120), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_outcome_consultation_id")
        ),
        sa.ForeignKeyConstraint(["signed_by"], ["account.id"], name=op.f("fk_outcome_signed_by")),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_outcome")),
    )
    op.create_table(
        "theme",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("ruling", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("did", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_theme_consultation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint(
            "consultation_id", "title", name=op.f("uq_theme_consultation_id_title")
        ),
    )
    op.create_index("ix_theme_order", "theme", ["consultation_id", "position", "id"])

    op.create_table(
        "citation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("theme_id", KEY, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cited_by", KEY, nullable=False),
        sa.ForeignKeyConstraint(["cited_by"], ["account.id"], name=op.f("fk_citation_cited_by")),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_citation_consultation_id")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_citation_post_id")),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_citation_theme_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citation")),
        sa.UniqueConstraint(
            "consultation_id", "post_id", name=op.f("uq_citation_consultation_id_post_id")
        ),
    )
    op.create_index("ix_citation_post", "citation", ["post_id", "consultation_id"])

    op.create_table(
        "promise",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("theme_id", KEY, nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_promise_consultation_id")
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_promise_theme_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    op.create_index("ix_promise_consultation", "promise", ["consultation_id", "due_on", "id"])
    op.create_index("ix_promise_due", "promise", ["state", "due_on", "id"])

    op.create_table(
        "response_reading",
        sa.Column("response_id", KEY, nullable=False),
        sa.Column("analyst_id", KEY, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["analyst_id"], ["account.id"], name=op.f("fk_response_reading_analyst_id")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["response.id"],
            name=op.f("fk_response_reading_response_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("response_id", "analyst_id", name=op.f("pk_response_reading")),
    )
    op.create_table(
        "promise_update",
        sa.Column("id", KEY, nullable=False),
        sa.Column("promise_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_promise_update_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name=op.f("fk_promise_update_promise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_update")),
    )
    op.create_index("ix_promise_update_order", "promise_update", ["promise_id", "at", "id"])

    op.create_table(
        "coding",
        sa.Column("id", KEY, nullable=False),
        sa.Column("answer_id", KEY, nullable=False),
        sa.Column("theme_id", KEY, nullable=False),
        sa.Column("coder_id", KEY, nullable=False),
        sa.Column("coded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_coding_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["coder_id"], ["account.id"], name=op.f("fk_coding_coder_id")),
        sa.ForeignKeyConstraint(["removed_by"], ["account.id"], name=op.f("fk_coding_removed_by")),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_coding_theme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding")),
    )
    op.create_index("ix_coding_answer", "coding", ["answer_id", "theme_id", "coder_id"])
    op.create_index("ix_coding_theme", "coding", ["theme_id", "answer_id"])

    op.add_column("consultation", sa.Column("results_at", sa.DateTime(timezone=True)))
    op.add_column("response", sa.Column("published_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_response_published",
        "response",
        ["consultation_id", "published_at", "id"],
        postgresql_where=sa.text("published_at IS NOT NULL"),
        sqlite_where=sa.text("published_at IS NOT NULL"),
    )
    op.add_column(
        "response",
        sa.Column("wants_sign_off", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("response", "wants_sign_off")
    op.drop_index("ix_response_published", table_name="response")
    op.drop_column("response", "published_at")

    op.drop_column("consultation", "results_at")

    op.drop_table("coding")

    op.drop_table("promise_update")
    op.drop_table("response_reading")

    op.drop_table("promise")

    op.drop_table("citation")

    op.drop_table("theme")
    op.drop_table("outcome")

    op.drop_table("lateness_notice")
