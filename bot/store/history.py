"""The schema's history: alembic's migrations, run in process.

Alembic is loaded by an upgrade only. A running bot asks no more than which revision stands in the database: the files
bear the names of their revisions (a test compares with what alembic makes of them).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select

from bot.errors import Misconfigured
from bot.store.schema import data_key

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent / "migrations"
_LOCK = 0x5AB1EC7  # any number of ours: two processes never upgrade at once
_RUN = "Run `subjectline db upgrade`."
EMPTY = f"The database is empty. {_RUN}"


def upgrade(connection: Connection) -> None:
    """The schema is this release's; all steps are one transaction. Misconfigured when the history is not ours."""
    with _transaction(connection):
        if faults := _strange(connection):
            raise Misconfigured(faults)
        from alembic import command  # noqa: PLC0415  8 MB with all it loads

        command.upgrade(_config(connection), "head")


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "postgresql":
        with connection.begin():
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield
        return
    # A table is altered by writing a new one; the old one must go although rows refer to it.
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.rollback()
    try:
        with connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the migration left rows without the row they refer to")
    finally:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def check(connection: Connection, main_key: str) -> list[str]:
    """How the database differs from what this release needs, one sentence each."""
    if faults := _strange(connection):
        return faults
    here = _here(connection)
    if here is None:
        return [EMPTY]
    newest = _revisions()[-1]
    if here != newest:
        return [f"The database is at revision {here}; this release needs {newest}. {_RUN}"]
    return _check_key(connection, main_key)


def _strange(connection: Connection) -> list[str]:
    here = _here(connection)
    if here is None:
        if inspect(connection).has_table("ticket"):
            return ["The database has tables but no history: it was not made by this program. Use an empty one."]
    elif here not in _revisions():
        return [f"The database is at revision {here}, which this release does not know. Install the newer release."]
    return []


def _revisions() -> list[str]:
    """Oldest first."""
    return sorted(file.stem for file in (_HERE / "versions").glob("[0-9]*.py"))


def _here(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _check_key(connection: Connection, main_key: str) -> list[str]:
    query = select(func.count()).select_from(data_key).where(data_key.c.main_key != main_key)
    strange = connection.execute(query).scalar_one()
    return [f"SUBJECTLINE_KEY is not the key of this database: {strange} tickets cannot be read."] if strange else []


def _config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  as above

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
