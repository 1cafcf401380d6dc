"""What the database knows of its own tables, by which it chooses among indexes."""

from forum.core.db import db
from forum.core.transactions import action

# Rows of each index that are looked at: enough to choose by, quick on tables of any size.
ROWS_LOOKED_AT = 1000


@action
def renew_statistics() -> None:
    """Have SQLite look at its tables and indexes anew; PostgreSQL does so by itself.

    An index that it has never looked at, as after an upgrade, may be chosen wrongly.
    """
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
        connection.exec_driver_sql("ANALYZE")
