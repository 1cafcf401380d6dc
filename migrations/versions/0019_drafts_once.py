"""The form of a new consultation sent twice is one draft."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "consultation",
        sa.Column("submission_id", sa.String(length=64), nullable=False, server_default=""),
    )
    named = sa.text("submission_id != ''")
    op.create_index(
        "uq_consultation_submission_id",
        "consultation",
        ["author_id", "submission_id"],
        unique=True,
        postgresql_where=named,
        sqlite_where=named,
    )


def downgrade() -> None:
    op.drop_index("uq_consultation_submission_id", table_name="consultation")
    op.drop_column("consultation", "submission_id")
