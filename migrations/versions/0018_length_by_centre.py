"""How long the consultations of a centre are usually open."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "centre",
        sa.Column("consultation_weeks", sa.Integer(), nullable=False, server_default="6"),
    )
    op.add_column("consultation", sa.Column("usual_weeks", sa.Integer()))
    op.execute("UPDATE consultation SET usual_weeks = 6 WHERE announced_at IS NOT NULL")


def downgrade() -> None:
    op.drop_column("consultation", "usual_weeks")
    op.drop_column("centre", "consultation_weeks")
