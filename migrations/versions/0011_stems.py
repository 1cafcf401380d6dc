"""The index of the search holds stems, made by the application, the same on both databases."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# A chunk is 4,096 documents; its number is one more word of theirs.
CHUNK = "array_to_tsvector(ARRAY['#' || (id >> 12)::text])"
TITLE = "to_tsvector('simple', title)"
BODY = "to_tsvector('simple', body)"


def upgrade() -> None:
    _empty()
    op.add_column(
        "search_document", sa.Column("name", sa.Text(), nullable=False, server_default="")
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_document DROP COLUMN vector")
        _add_vector("vector", f"{CHUNK} || {TITLE} || {BODY}")
        _add_vector("title_vector", f"CASE WHEN title = '' THEN NULL ELSE {CHUNK} || {TITLE} END")
    else:
        _replace_fts("ascii")


def downgrade() -> None:
    _empty()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_document DROP COLUMN vector")
        op.execute("ALTER TABLE search_document DROP COLUMN title_vector")
        split = "translate({}, '/.-_@:<>&', '         ')"
        _add_vector(
            "vector",
            f"setweight(to_tsvector('english', {split.format('title')}), 'A') || "
            f"setweight(to_tsvector('english', {split.format('body')}), 'D')",
        )
    else:
        _replace_fts("porter unicode61")
    op.drop_column("search_document", "name")


def _empty() -> None:
    """The index is made anew by the sweep, from its beginning."""
    if op.get_bind().dialect.name != "postgresql":
        for name in ("added", "changed", "removed"):
            op.execute(f"DROP TRIGGER search_document_{name}")
        op.execute("DROP TABLE search_text")
    op.execute("DELETE FROM search_document")
    op.execute("DELETE FROM search_trigram")
    op.execute("DELETE FROM search_sweep")


def _add_vector(name: str, expression: str) -> None:
    op.execute(
        f"ALTER TABLE search_document ADD COLUMN {name} tsvector "
        f"GENERATED ALWAYS AS ({expression}) STORED"
    )
    # What was just written is not yet sorted in and is read as a whole by every search (in kB).
    op.execute(
        f"CREATE INDEX ix_search_document_{name} ON search_document USING gin ({name}) "
        "WITH (gin_pending_list_limit = 256)"
    )


def _replace_fts(tokenizer: str) -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search_text USING fts5(title, body, content='search_document', "
        f"content_rowid='id', tokenize='{tokenizer}')"
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
