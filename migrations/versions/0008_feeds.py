"""Indexes for feeds: the newest threads of a board, a centre and a topic."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_thread_new_of_board", "thread", ["board_id", "id"])
    op.create_index("ix_thread_new_of_centre", "thread", ["centre_id", "id"])
    op.create_index("ix_thread_topic_new", "thread_topic", ["topic_id", "thread_id"])


def downgrade() -> None:
    op.drop_index("ix_thread_topic_new", "thread_topic")
    op.drop_index("ix_thread_new_of_centre", "thread")
    op.drop_index("ix_thread_new_of_board", "thread")
