"""Why a steward gave the response of an organisation back."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "response", sa.Column("sign_off_note", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("response", "sign_off_note")
