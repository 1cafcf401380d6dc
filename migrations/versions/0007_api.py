"""Indexes for lists of the API: the newest posts of all threads, the newest threads of a board."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_post_latest", "post", ["created_at", "id"])
    op.create_index("ix_thread_board_activity", "thread", ["board_id", "last_post_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_thread_board_activity", table_name="thread")
    op.drop_index("ix_post_latest", table_name="post")
