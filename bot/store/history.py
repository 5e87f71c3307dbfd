"""The schema's history: alembic's migrations, run in process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select

from bot.errors import Misconfigured
from bot.store.schema import data_key

_HERE = Path(__file__).parent / "migrations"
_LOCK = 0x5AB1EC7  # any number of ours: two processes never upgrade at once
_RUN = "Run `subjectline db upgrade`."
EMPTY = f"The database is empty. {_RUN}"


def upgrade(connection: Connection) -> None:
    """The schema is this release's; all steps are one transaction. Misconfigured when the history is not ours."""
    with _transaction(connection):
        if faults := _strange(connection):
            raise Misconfigured(faults)
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
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if here != newest:
        return [f"The database is at revision {here}; this release needs {newest}. {_RUN}"]
    return _check_key(connection, main_key)


def _strange(connection: Connection) -> list[str]:
    here = _here(connection)
    if here is None:
        if inspect(connection).has_table("ticket"):
            return ["The database has tables but no history: it was not made by this program. Use an empty one."]
    elif here not in {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}:
        return [f"The database is at revision {here}, which this release does not know. Install the newer release."]
    return []


def _here(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _check_key(connection: Connection, main_key: str) -> list[str]:
    query = select(func.count()).select_from(data_key).where(data_key.c.main_key != main_key)
    strange = connection.execute(query).scalar_one()
    return [f"SUBJECTLINE_KEY is not the key of this database: {strange} tickets cannot be read."] if strange else []


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
