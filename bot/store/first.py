"""Insert-first: whoever writes a key first wins, and everybody learns who they are."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_first(connection: Connection, table: Table, values: Mapping[str, Any], on: str) -> bool:
    """Whether this row is new. A row with the same value in the unique column `on` stands as it was.

    On PostgreSQL it waits for a transaction that is just writing the same key, and answers by how that one ends.
    """
    statement = _statement(table, on, connection.dialect.name)
    return connection.execute(statement, values).one_or_none() is not None


@cache
def _statement(table: Table, on: str, dialect: str) -> Executable:
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=[on]).returning(table.c[on])
    return sqlite.insert(table).on_conflict_do_nothing(index_elements=[on]).returning(table.c[on])
