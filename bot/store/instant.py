"""The clock of the database: one for all processes, however many machines they run on."""

from sqlalchemy import BigInteger, ColumnElement, Connection, literal_column

_NOW = {
    "sqlite": literal_column("CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)", BigInteger),
    "postgresql": literal_column("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)", BigInteger),
}


def now_ms(connection: Connection) -> ColumnElement[int]:
    """The moment by the database's clock, in milliseconds since 1970, as part of a statement."""
    return _NOW[connection.dialect.name]
