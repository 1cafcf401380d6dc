"""What the regions say on each topic, as it was last counted; the job of the worker counts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "topic_count",
        sa.Column("topic_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
            name=op.f("fk_topic_count_topic_id_topic"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("topic_id", name=op.f("pk_topic_count")),
    )
    op.create_table(
        "topic_region",
        sa.Column("topic_id", KEY, nullable=False),
        sa.Column("for_members", sa.Boolean(), nullable=False),
        sa.Column("centre_id", KEY, nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
            name=op.f("fk_topic_region_topic_id_topic"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_topic_region_centre_id_centre")
        ),
        sa.PrimaryKeyConstraint(
            "topic_id", "for_members", "centre_id", name=op.f("pk_topic_region")
        ),
    )


def downgrade() -> None:
    op.drop_table("topic_region")
    op.drop_table("topic_count")
