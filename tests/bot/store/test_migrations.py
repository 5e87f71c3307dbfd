import os
import subprocess
import sys
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, create_engine, insert, inspect, text

from bot.errors import Misconfigured
from bot.store import Keys, Store, history
from bot.store.schema import metadata
from tests.fixtures import store as fixtures
from tests.fixtures.store import ANN, SECRET, Clock, Ids, a_request, a_ticket, opened

LATER = '''
"""A later release: a column more, a constraint less."""
import sqlalchemy as sa
from alembic import op
revision = "9999_later"
down_revision = "{newest}"

def upgrade():
    with op.batch_alter_table("ticket") as ticket:
        ticket.add_column(sa.Column("colour", sa.String(8)))
        ticket.alter_column("channel", existing_type=sa.String(16), type_=sa.String(40), nullable=True)
'''
NEWEST = max(file.stem for file in (history._HERE / "versions").glob("0*.py"))

# Upgrades once in peace and says how many statements that took; then dies as by kill -9 before each given one.
DIES = """
import os, signal, sys
from sqlalchemy import Engine, event
from bot.store import Keys, Store

peaceful, url = sys.argv[1:]
said, dies_at = 0, None

@event.listens_for(Engine, "before_cursor_execute")
def _(*_):
    global said
    said += 1
    if said == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)

def store(url, verb):
    global said
    said = 0
    made = Store(url, Keys(bytes(range(32))), None, None)
    result = getattr(made, verb)()
    made.close()
    return result

store(peaceful, "upgrade")
statements = said
print(statements)
for place in (5, statements // 3, statements // 2, statements - 10, statements - 3):  # SQLite says one after the commit
    child = os.fork()
    if child == 0:
        dies_at = place
        store(url, "upgrade")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status), *store(url, "check"))
store(url, "upgrade")
print(*store(url, "check"), "complete")
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    with fixtures.server().database() as url:
        yield url


@pytest.fixture
def empty(empty_url: str, keys: Keys, clock: Clock, ids: Ids) -> Any:
    with opened(empty_url, keys, clock, ids) as made:
        yield made


def test_migrations_build_exactly_the_schema(store: Store) -> None:
    """Tables, columns, types, keys and indexes: nothing to add, nothing too much."""
    with store.read() as unit:
        context = MigrationContext.configure(unit.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        found = inspect(unit.connection)
        for table in metadata.sorted_tables:
            assert found.get_pk_constraint(table.name)["constrained_columns"] == [each.name for each in table.primary_key]
            assert {each["name"] for each in found.get_unique_constraints(table.name)} == {
                each.name for each in table.constraints if each.__visit_name__ == "unique_constraint"
            }
            assert {each["name"] for each in found.get_foreign_keys(table.name)} == {
                each.name for each in table.foreign_key_constraints
            }
            partial = {each.name for each in table.indexes if each.dialect_options[store.dialect]["where"] is not None}
            options = {each["name"]: each.get("dialect_options", {}) for each in found.get_indexes(table.name)}
            assert partial == {name for name, each in options.items() if f"{store.dialect}_where" in each}


def test_the_files_bear_the_names_of_their_revisions() -> None:
    """Which revision is the newest is known without alembic, in the order alembic gives them."""
    known = [each.revision for each in ScriptDirectory.from_config(history._config()).walk_revisions()]
    assert history._revisions() == known[::-1]


def test_a_running_bot_does_not_load_what_only_an_upgrade_needs() -> None:
    """8 MB of every process: alembic, its templates, and the lexers those load."""
    loaded = "import sys, handlers.cli, handlers.run, bot.build; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=60).stdout
    assert not {"alembic", "mako", "pygments.lexers.web"} & set(found.split())


def test_an_empty_database_is_told_apart_and_filled(empty: Store) -> None:
    """`check` says what to do; `upgrade` does it, and doing it again changes nothing."""
    assert empty.check() == ["The database is empty. Run `subjectline db upgrade`."]
    empty.upgrade()
    assert empty.check() == []
    with empty.begin() as unit:
        a_ticket(unit)
    empty.upgrade()
    with empty.read() as unit:
        assert len(unit.tickets.list()) == 1


def test_what_had_ended_before_says_since_when(empty: Store) -> None:
    """From the first release: an answer by its own date, a refusal by the record, what is open has no end."""
    with empty._writers.connect() as connection, history._transaction(connection):
        command.upgrade(history._config(connection), "0001_first")
        old = MetaData()
        old.reflect(connection, only=["ticket", "request", "audit"])
        row = {"ticket_id": "t", "version": 1, "generation": 1, "result": {}}
        connection.execute(insert(old.tables["ticket"]).values({**_any(old.tables["ticket"]), "id": "t"}))
        for right, state, result in (
            ("access", "done", {"answered_on": "2026-12-01"}), ("deletion", "refused", {}), ("correction", "planning", {}),
        ):  # fmt: skip
            values = {**row, "id": right, "right": right, "state": state, "result": result}
            connection.execute(insert(old.tables["request"]).values(**values))
        said = {**_any(old.tables["audit"]), "at": datetime(2026, 12, 3, 9, tzinfo=UTC), "request_id": "deletion"}
        connection.execute(insert(old.tables["audit"]).values(**{**said, "seq": 1, "verb": "refuse"}))
    empty.upgrade()
    with empty.read() as unit:
        found = {each.id: each.ended_on for each in unit.requests.of("t")}
    assert found == {"access": date(2026, 12, 1), "deletion": date(2026, 12, 3), "correction": None}


def _any(table: Table) -> dict[str, Any]:
    """Something for every column that must have a value."""
    plain: dict[type, Any] = {
        str: "x", int: 1, bytes: b"x", date: date(2026, 11, 1), datetime: datetime(2026, 11, 1, tzinfo=UTC), object: {},
    }  # fmt: skip
    return {each.name: plain[each.type.python_type] for each in table.columns if not each.nullable}


def test_a_newer_database_is_left_alone(store: Store) -> None:
    """The words say which revision, and what to do."""
    with store.begin() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = '0099_future'"))
    words = "The database is at revision 0099_future, which this release does not know. Install the newer release."
    assert store.check() == [words]
    with pytest.raises(Misconfigured) as caught:
        store.upgrade()
    assert caught.value.faults == [words]


def test_a_strange_database_is_left_alone(empty: Store, empty_url: str) -> None:
    """Tables of ours without a history: nobody knows what they are."""
    engine = create_engine(empty_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ticket (id integer)"))
    engine.dispose()
    with pytest.raises(Misconfigured, match="not made by this program"):
        empty.upgrade()
    assert len(empty.check()) == 1


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    """A release with one migration more than this one, installed over a database of this one."""
    assert store.check() == []
    folder = tmp_path / "migrations"
    here = history._HERE
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((here / "env.py").read_text())
    for file in (here / "versions").glob("0*.py"):
        (folder / "versions" / file.name).write_text(file.read_text())
    (folder / "versions" / "9999_later.py").write_text(LATER.format(newest=NEWEST))
    monkeypatch.setattr(history, "_HERE", folder)


@pytest.fixture
def full_store(store: Store) -> Store:
    with store.begin() as unit:
        a_request(unit, a_ticket(unit, "DPE-2026-0001"))
    return store


@pytest.mark.usefixtures("later")
def test_a_table_that_others_refer_to_can_be_altered(full_store: Store) -> None:
    """SQLite writes it anew; its rows and those that refer to it stay, and foreign keys hold afterwards."""
    assert full_store.check() == [
        f"The database is at revision {NEWEST}; this release needs 9999_later. Run `subjectline db upgrade`."
    ]
    full_store.upgrade()
    assert full_store.check() == []
    with full_store.begin() as unit:
        ticket = unit.tickets.by_ref("DPE-2026-0001")
        assert ticket is not None
        assert unit.tickets.correspondent(ticket.id) == ANN
        assert len(unit.requests.of(ticket.id)) == 1
        if full_store.dialect == "sqlite":
            assert unit.connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        columns = {each["name"]: each for each in inspect(unit.connection).get_columns("ticket")}
        assert columns["colour"]["nullable"]
        assert columns["channel"]["nullable"]


def test_an_interrupted_migration_is_as_if_it_had_not_begun(empty_url: str, empty: Store) -> None:
    """F54: killed early, in the middle and just before the commit; the next start completes it."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with (fixtures.server().database() if empty.dialect == "postgresql" else nullcontext(f"{empty_url}.2")) as other:
        words = [sys.executable, "-c", DIES, other, empty_url]
        run = subprocess.run(words, stdout=-1, text=True, env=environment, check=True)
    statements, *killed, complete = run.stdout.splitlines()
    assert int(statements) > len(metadata.tables)
    assert killed == ["9 The database is empty. Run `subjectline db upgrade`."] * 5
    assert complete == "complete"


def test_the_history_needs_no_key_and_no_clock(empty_url: str) -> None:
    """`db upgrade` runs before anything else is configured; another key later reads an empty database all the same."""
    with opened(empty_url, Keys(SECRET), Clock(), Ids()) as made:
        made.upgrade()
    with opened(empty_url, Keys(bytes(32)), Clock(), Ids()) as made:
        assert made.check() == []
