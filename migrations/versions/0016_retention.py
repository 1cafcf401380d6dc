"""When identities were removed, and what of them stays countable without them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consultation", sa.Column("identities_removed_at", sa.DateTime(timezone=True)))
    op.add_column(
        "response",
        sa.Column("is_registered", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        "UPDATE response SET is_registered = true WHERE id IN "
        "(SELECT response_id FROM respondent WHERE organisation_id IS NOT NULL)"
    )
    handed_in = sa.text("upload_id IS NOT NULL")
    op.create_index(
        "ix_answer_upload",
        "answer",
        ["upload_id"],
        postgresql_where=handed_in,
        sqlite_where=handed_in,
    )


def downgrade() -> None:
    op.drop_index("ix_answer_upload", table_name="answer")
    op.drop_column("response", "is_registered")
    op.drop_column("consultation", "identities_removed_at")
