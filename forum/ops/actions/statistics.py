"""What the database knows of its own tables, by which it chooses among indexes."""

from forum.core.db import db
from forum.core.transactions import action

# Rows of each index that are looked at: enough to choose by, quick on tables of any size.
ROWS_LOOKED_AT = 1000
# The index of the search grows from nothing. Told that the table of its pages is small, as it was
# when it was looked at, SQLite reads all of it whenever FTS5 drops some pages: with each text.
TAKE_FTS_FOR_LARGE = "UPDATE sqlite_stat1 SET stat = '1000000' WHERE tbl = 'search_text_data'"


@action
def renew_statistics() -> None:
    """Have SQLite look at its tables and indexes anew; PostgreSQL does so by itself.

    An index that it has never looked at, as after an upgrade, may be chosen wrongly.
    """
    if db.session.connection().dialect.name == "sqlite":
        look_at_tables()


def look_at_tables() -> None:
    """Have the database look at its tables and indexes now, within the present transaction."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE")
        return
    connection.exec_driver_sql(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
    connection.exec_driver_sql("ANALYZE")
    connection.exec_driver_sql(TAKE_FTS_FOR_LARGE)
    # It goes by what it has in memory, until it reads that table again.
    connection.exec_driver_sql("ANALYZE sqlite_schema")
