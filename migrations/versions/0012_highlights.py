"""Indexes for questions without an accepted answer, and for those with one."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("kind = 'question' AND accepted_post_id IS NULL")
ANSWERED = sa.text("accepted_post_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_thread_unanswered",
        "thread",
        ["created_at", "id"],
        postgresql_where=UNANSWERED,
        sqlite_where=UNANSWERED,
    )
    op.create_index(
        "ix_thread_answered",
        "thread",
        ["accepted_post_id"],
        postgresql_where=ANSWERED,
        sqlite_where=ANSWERED,
    )


def downgrade() -> None:
    op.drop_index("ix_thread_answered", "thread")
    op.drop_index("ix_thread_unanswered", "thread")
