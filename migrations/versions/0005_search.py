"""The index of the search."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Signs that make of words hosts, files or tags in PostgreSQL's parser, but not in FTS5's.
SPLIT = "translate({column}, '/.-_@:<>&', '         ')"


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
    )
    op.create_table(
        "search_trigram",
        sa.Column("trigram", sa.String(length=3), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("trigram", "word", name=op.f("pk_search_trigram")),
    )
    op.create_table(
        "search_sweep",
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("after_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_search_sweep")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _add_vector()
    else:
        _add_fts()


def _add_vector() -> None:
    title, body = SPLIT.format(column="title"), SPLIT.format(column="body")
    op.execute(
        "ALTER TABLE search_document ADD COLUMN vector tsvector GENERATED ALWAYS AS ("
        f"setweight(to_tsvector('english', {title}), 'A') || "
        f"setweight(to_tsvector('english', {body}), 'D')) STORED"
    )
    op.execute("CREATE INDEX ix_search_document_vector ON search_document USING gin (vector)")


def _add_fts() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search_text USING fts5(title, body, content='search_document', "
        "content_rowid='id', tokenize='porter unicode61')"
    )
    added = "INSERT INTO search_text(rowid, title, body) VALUES (new.id, new.title, new.body);"
    gone = (
        "INSERT INTO search_text(search_text, rowid, title, body) "
        "VALUES ('delete', old.id, old.title, old.body);"
    )
    for name, when, act in (
        ("added", "INSERT", added),
        ("changed", "UPDATE", gone + added),
        ("removed", "DELETE", gone),
    ):
        op.execute(
            f"CREATE TRIGGER search_document_{name} AFTER {when} ON search_document BEGIN {act} END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for name in ("added", "changed", "removed"):
            op.execute(f"DROP TRIGGER search_document_{name}")
        op.execute("DROP TABLE search_text")
    op.drop_table("search_sweep")
    op.drop_table("search_trigram")
    op.drop_table("search_document")
