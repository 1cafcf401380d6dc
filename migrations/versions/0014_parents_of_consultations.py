"""Indexes by which what belongs to a section, question or theme is found when that goes."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = (
    ("consultation_question", "section_id"),
    ("consultation_question", "condition_question_id"),
    ("promise", "theme_id"),
    ("citation", "theme_id"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in COLUMNS:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
