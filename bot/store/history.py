"""The schema's history: alembic's migrations, run in process."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, text

from bot.store.schema import data_key

_HERE = Path(__file__).parent / "migrations"
_LOCK = 0x5AB1EC7  # any number of ours: two processes never upgrade at once
_RUN = "Run `subjectline db upgrade`."
EMPTY = f"The database is empty. {_RUN}"


def upgrade(connection: Connection) -> None:
    """The schema is this release's, within the transaction of this connection."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(_config(connection), "head")


def check(connection: Connection, main_key: str) -> list[str]:
    """How the database differs from what this release needs, one sentence each."""
    here = MigrationContext.configure(connection).get_current_revision()
    if here is None:
        if inspect(connection).has_table("ticket"):
            return ["The database has tables but no history; it was not made by this program. Use an empty one."]
        return [EMPTY]
    script = ScriptDirectory.from_config(_config())
    newest = script.get_current_head()
    if here not in {each.revision for each in script.walk_revisions()}:
        return [f"The database is at revision {here}, which this release does not know. Install the newer release."]
    if here != newest:
        return [f"The database is at revision {here}; this release needs {newest}. {_RUN}"]
    return _check_key(connection, main_key)


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
