"""Reaching the database: hard limits, errors that say what to do next and never carry a value."""

import logging
import socket
import sqlite3
import threading
import time
import traceback
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.connectors.database import Database
from bot.errors import Refused, SubjectlineError, Temporary, Unclear
from bot.law import Right
from bot.sandbox import company as people
from tests.fixtures.company import TODAY, CompanyDatabase, company_map

CANARIES = ("mara", "lindt", "203.0.113", "argon2id", "Ahornweg", "R2014-0001-0")


def assert_clean(words: str) -> None:
    assert not [each for each in CANARIES if each.lower() in words.lower()], words


def whole(error: BaseException) -> str:
    """Everything an error could tell: its chain and the locals of its frames end at the connector's door."""
    assert error.__cause__ is None
    assert error.__context__ is None
    assert [each.name for each in traceback.extract_tb(error.__traceback__)][-1] == "quiet"
    return str(error) + repr(vars(error)) + repr(error.args)


def test_an_error_of_the_database_carries_no_value(company: CompanyDatabase):
    """A constraint that offends: PostgreSQL's own words would quote the row."""
    if company.kind == "sqlite":
        company.sql("CREATE TRIGGER no BEFORE UPDATE ON account BEGIN SELECT raise(ABORT, 'mara.lindt@example.com'); END")
    else:
        company.sql("ALTER TABLE account ADD CONSTRAINT no CHECK (email NOT LIKE 'erased%')")
    server, mara, plan = company.planned(people.MARA)
    with pytest.raises(Refused, match=r"23514|SQLITE_CONSTRAINT_TRIGGER") as told:
        server.erase(mara, plan, "key")
    assert_clean(whole(told.value))


def test_nothing_is_logged_even_at_debug(company: CompanyDatabase, caplog: pytest.LogCaptureFixture):
    """A whole walk with every logger turned up: no statement with values, no row."""
    with caplog.at_level(logging.DEBUG):
        for name in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            server, mara, plan = company.planned(people.MARA)
            list(server.export(mara))
            server.erase(mara, plan, "key")
            server.prove(Right.DELETION, mara, [people.MARA], plan)
        finally:
            for name in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg"):
                logging.getLogger(name).setLevel(logging.NOTSET)
    assert_clean(caplog.text)


def test_neither_a_person_nor_a_plan_shows_itself(company_file: CompanyDatabase):
    """repr() of what travels between the rooms carries counts and references."""
    server, mara, plan = company_file.planned(people.MARA)
    assert_clean(repr(mara) + repr(plan) + repr(list(server.export(mara))) + repr(server))


def test_a_locked_database_is_waited_for_and_then_tried_later(company: CompanyDatabase, monkeypatch: pytest.MonkeyPatch):
    """Somebody else holds the rows: Temporary after the waiting time, nothing changed."""
    monkeypatch.setattr("bot.connectors.reach.LOCK_S", 1)
    server, mara, plan = company.planned(people.MARA)
    before = company.everything()
    with holding(company, "UPDATE account SET phone = phone WHERE id = 1"):
        started = time.monotonic()
        with pytest.raises(Temporary, match=r"55P03|SQLITE_BUSY"):
            server.erase(mara, plan, "key")
        assert time.monotonic() - started < 10
    assert company.everything() == before


class holding:  # noqa: N801
    """Somebody else's transaction, open while the block lasts."""

    def __init__(self, company: CompanyDatabase, words: str) -> None:
        self._engine = company._engine()
        self._words = words

    def __enter__(self) -> None:
        self._connection = self._engine.connect()
        self._connection.execute(sa.text(self._words))

    def __exit__(self, *_: object) -> None:
        self._connection.rollback()
        self._connection.close()
        self._engine.dispose()


def test_a_statement_that_never_ends_is_stopped(company: CompanyDatabase):
    """The limit is the connector's own: a slow query ends as Temporary."""
    if company.kind == "sqlite":
        company.sql(
            "CREATE TRIGGER slow BEFORE DELETE ON licence BEGIN SELECT count(*) FROM "
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000000) SELECT i FROM n); END"
        )
    else:
        company.sql("CREATE FUNCTION slow() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(60); RETURN OLD; END' LANGUAGE plpgsql")
        company.sql("CREATE TRIGGER slow BEFORE DELETE ON licence FOR EACH ROW EXECUTE FUNCTION slow()")
    _, mara, plan = company.planned(people.MARA)
    before = company.everything()
    server = company.connect(statement_s=2)
    started = time.monotonic()
    with pytest.raises(Temporary):
        server.erase(mara, plan, "key")
    assert time.monotonic() - started < server.timeout_s
    assert company.everything() == before


def test_time_runs_out_between_statements_too(company: CompanyDatabase):
    """Many short statements together have the same limit."""
    server = company.connect(statement_s=0.001)
    with pytest.raises(Temporary, match=r"too long|57014|INTERRUPT"):
        server.find([people.MARA])


def test_a_reading_connection_cannot_write(company: CompanyDatabase):
    """Find, plan, export and proof could not change anything if they tried."""
    server = company.connect()
    with pytest.raises(sa.exc.DBAPIError), server._reach.reading() as connection:
        connection.execute(sa.text("DELETE FROM login_log"))
    assert company.sql("SELECT count(*) FROM login_log") != [(0,)]


def test_a_server_that_is_not_there_is_tried_later(company_file: CompanyDatabase):
    """Nobody listens: Temporary within the time-out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    server = Database(company_map(), f"postgresql://nobody:hunter2@127.0.0.1:{port}/x", lambda: TODAY)
    with pytest.raises(Temporary) as told:
        server.find([people.MARA])
    assert "hunter2" not in whole(told.value)
    server.close()


@pytest.mark.postgres
def test_a_connection_cut_before_the_commit_did_nothing(company_server: CompanyDatabase):
    """The server ends our session in the middle: Temporary, and the probe sees nothing."""
    company = company_server
    company.sql(
        "CREATE FUNCTION cut() RETURNS trigger AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN OLD; END' LANGUAGE plpgsql"
    )
    company.sql("CREATE TRIGGER cut BEFORE DELETE ON licence FOR EACH ROW EXECUTE FUNCTION cut()")
    server, mara, plan = company.planned(people.MARA)
    before = company.everything()
    with pytest.raises(Temporary) as told:
        server.erase(mara, plan, "key")
    assert_clean(whole(told.value))
    assert company.everything() == before


@pytest.mark.postgres
@pytest.mark.parametrize("happened", [True, False])
def test_an_answer_lost_during_the_commit_is_settled_by_looking(company_server: CompanyDatabase, happened: bool):
    """A proxy cuts the line at the COMMIT, before or after the server has it (F31): Unclear, then the probe tells."""
    company = company_server
    server, mara, plan = company.planned(people.MARA)
    with Cutting(company, deliver=happened) as url:
        cut = Database(company.config, url, lambda: TODAY)
        with pytest.raises(Unclear) as told:
            cut.erase(mara, plan, "key")
        cut.close()
    assert_clean(whole(told.value))
    wait_until(lambda: not company.sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"))
    assert bool(getattr(server.erased(mara, plan, "key"), "result", None)) is happened
    assert server.erase(mara, plan, "key")["licence"] == 2
    assert server.prove(Right.DELETION, mara, [people.MARA], plan) == []


def wait_until(true: object) -> None:
    deadline = time.monotonic() + 20
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


class Cutting:
    """A proxy in front of PostgreSQL that cuts the line when it sees COMMIT; it delivers it first, or not."""

    def __init__(self, company: CompanyDatabase, *, deliver: bool) -> None:
        self._address = sa.make_url(company.url)
        self._deliver = deliver
        self._door = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._mute = False
        self._answered = threading.Event()

    def __enter__(self) -> str:
        self._start(self._serve)
        port = self._door.getsockname()[1]
        return f"postgresql://postgres@127.0.0.1:{port}/{self._address.database}?sslmode=disable&gssencmode=disable"

    def __exit__(self, *_: object) -> None:
        self._door.close()
        for each in self._threads:
            each.join(5)

    def _start(self, run, *args) -> None:
        self._threads.append(threading.Thread(target=run, args=args, daemon=True))
        self._threads[-1].start()

    def _serve(self) -> None:
        near, _ = self._door.accept()
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{self._address.query['host']}/.s.PGSQL.5432")
        self._start(self._back, far, near)
        while data := near.recv(65536):
            if data[:1] == b"Q" and b"COMMIT" in data:
                self._mute = True
                if self._deliver:
                    far.sendall(data)
                    self._answered.wait(5)  # the server has done it; nobody hears so
                near.shutdown(socket.SHUT_RDWR)
                break
            far.sendall(data)
        far.shutdown(socket.SHUT_RDWR)
        far.close()
        near.close()

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        try:
            while data := far.recv(65536):
                if self._mute:
                    self._answered.set()
                else:
                    near.sendall(data)
        except OSError:
            pass


def test_sqlite_says_unclear_when_the_disk_fails_during_the_commit(company_file: CompanyDatabase, monkeypatch: pytest.MonkeyPatch):
    """What became of a COMMIT that met a failing disk nobody knows."""
    server, mara, plan = company_file.planned(people.MARA)
    failure = sqlite3.OperationalError("disk I/O error")
    failure.sqlite_errorname = "SQLITE_IOERR_FSYNC"

    def commit(_connection: object) -> None:
        raise failure

    monkeypatch.setattr(server._reach._engine.dialect, "do_commit", commit)
    with pytest.raises(Unclear, match="SQLITE_IOERR_FSYNC"):
        server.erase(mara, plan, "key")


def test_texts_that_are_no_text_and_dates_that_are_no_dates_are_exported_as_they_are(company: CompanyDatabase):
    """Hostile data in the system (F72) stop neither plan nor export nor run."""
    if company.kind == "sqlite":
        company.sql("UPDATE account SET company = CAST(x'ff41fe' AS TEXT), born_on = '31.02.1980', created_at = 'never' WHERE id = 1")
    else:
        company.sql("UPDATE account SET born_on = 'infinity', created_at = '0044-03-15 BC' WHERE id = 1")
    server, mara, plan = company.planned(people.MARA)
    (account,) = (table for table in server.export(mara) if table.name == "account")
    row = dict(zip(account.columns, account.rows[0], strict=True))
    assert row["born_on"] == ("31.02.1980" if company.kind == "sqlite" else "infinity")
    server.erase(mara, plan, "key")
    assert server.prove(Right.DELETION, mara, [people.MARA], plan) == []


def test_every_error_is_one_of_ours(company_file: CompanyDatabase):
    """A file that is no database, a database without tables: Refused or Temporary, never a stranger."""
    mara = company_file.one(people.MARA)
    path = Path(company_file.url.removeprefix("sqlite:///"))
    for content in (b"this is no database, it only looks like a file " * 50, b""):
        path.write_bytes(content)
        server = company_file.connect()
        for ask in (lambda s: s.find(["a@example.com"]), lambda s: list(s.export(mara)), lambda s: s.erase(mara, [], "key")):
            with pytest.raises(SubjectlineError) as told:
                ask(server)
            assert_clean(whole(told.value))
