"""Aids to analysis: who coded which answers, suggested themes, responses much alike."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "coded_answer",
        sa.Column("answer_id", KEY, nullable=False),
        sa.Column("coder_id", KEY, nullable=False),
        sa.Column("coded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answer.id"],
            name=op.f("fk_coded_answer_answer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["coder_id"], ["account.id"], name=op.f("fk_coded_answer_coder_id")
        ),
        sa.PrimaryKeyConstraint("answer_id", "coder_id", name=op.f("pk_coded_answer")),
    )
    op.create_index("ix_coded_answer_coder", "coded_answer", ["coder_id", "answer_id"])
    # Whoever found a theme has coded the answer; who found none left no trace so far.
    op.execute(
        "INSERT INTO coded_answer (answer_id, coder_id, coded_at) "
        "SELECT answer_id, coder_id, max(coded_at) FROM coding GROUP BY answer_id, coder_id"
    )
    op.create_table(
        "suggestion_run",
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", KEY, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_suggestion_run_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["account.id"], name=op.f("fk_suggestion_run_asked_by")
        ),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_suggestion_run")),
    )
    _create_suggestion(
        "theme_suggestion",
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
    )
    _create_suggestion("response_group")
    op.create_table(
        "response_group_member",
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("response_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["response_group.id"],
            name=op.f("fk_response_group_member_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["response.id"],
            name=op.f("fk_response_group_member_response_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "response_id", name=op.f("pk_response_group_member")),
    )
    op.create_index(
        "ix_response_group_member_response", "response_group_member", ["response_id", "group_id"]
    )


def _create_suggestion(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        *columns,
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f(f"fk_{name}_consultation_id"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f(f"fk_{name}_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_state", name, ["consultation_id", "state", "id"])


def downgrade() -> None:
    op.drop_table("response_group_member")
    op.drop_table("response_group")
    op.drop_table("theme_suggestion")
    op.drop_table("suggestion_run")
    op.drop_table("coded_answer")
