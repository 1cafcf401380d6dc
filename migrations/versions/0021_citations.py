"""Posts say which consultations took them as evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("citations", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("post", "citations")
