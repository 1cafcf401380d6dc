"""Orders for files with all responses, and the index by which these are read in batches."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "response_export",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("with_names", sa.Boolean(), nullable=False),
        sa.Column("format", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_response_export_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_response_export_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_export")),
    )
    op.create_index(
        "ix_response_export_consultation",
        "response_export",
        ["consultation_id", "account_id", "id"],
    )
    op.create_index(op.f("ix_response_export_account_id"), "response_export", ["account_id"])
    op.create_index("ix_response_in_order", "response", ["consultation_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_response_in_order", table_name="response")
    op.drop_table("response_export")
