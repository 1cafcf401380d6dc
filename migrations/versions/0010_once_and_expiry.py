"""Reports and complaints sent twice are one; indexes for what ends by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ONCE = (("report", "post_id"), ("complaint", "centre_id"))
ENDS = ("locked_until", "pinned_until", "slow_until", "hold_until")


def upgrade() -> None:
    named = sa.text("submission_id != ''")
    for table, place in ONCE:
        op.add_column(
            table,
            sa.Column("submission_id", sa.String(length=64), nullable=False, server_default=""),
        )
        op.create_index(
            f"uq_{table}_submission_id",
            table,
            [place, "submission_id"],
            unique=True,
            postgresql_where=named,
            sqlite_where=named,
        )
    for column in ENDS:
        ends = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_thread_{column}", "thread", [column], postgresql_where=ends, sqlite_where=ends
        )


def downgrade() -> None:
    for column in ENDS:
        op.drop_index(f"ix_thread_{column}", "thread")
    for table, _place in ONCE:
        op.drop_index(f"uq_{table}_submission_id", table)
        op.drop_column(table, "submission_id")
