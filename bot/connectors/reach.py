"""Reaching a company's database: connections with hard limits, and errors that carry no values.

SQLAlchemy's exceptions hold the statement and its parameters, PostgreSQL's hold the row that offended. Both end in
`quietly`: what leaves is one of our own errors with the database's error code.
"""

import functools
import logging
import sqlite3
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.checkpoints import checkpoint
from bot.connectors.ground import lower
from bot.errors import Misconfigured, Refused, SubjectlineError, Temporary, Unclear

CONNECT_S = 5
LOCK_S = 5  # how long a row or a file locked by somebody else is waited for
_NEVER_BETTER = ("SQLITE_ERROR", "SQLITE_READONLY", "SQLITE_AUTH", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_MISMATCH")
S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


class Reach:
    """One database. A transaction is `reading` or `writing`; it is over within `statement_s` and one statement more."""

    def __init__(self, url: str, name: str, statement_s: float) -> None:
        self.statement_s = statement_s
        self._engine = _engine(url, name)
        self.dialect = self._engine.dialect.name
        event.listen(self._engine, "begin", self._begin)
        event.listen(self._engine, "before_cursor_execute", _in_time)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent picture; the database refuses any change."""
        options: dict[str, Any] = {"subjectline_writes": False}
        if self.dialect == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """All or nothing. Unclear when the answer to the COMMIT was lost."""
        with self._engine.connect().execution_options(subjectline_writes=True) as connection:
            transaction = connection.begin()
            try:
                yield connection
                checkpoint("database.changed")
            except BaseException:
                transaction.rollback()
                raise
            _commit(transaction)
            checkpoint("database.committed")

    def close(self) -> None:
        self._engine.dispose()

    def _begin(self, connection: sa.Connection) -> None:
        deadline = connection.info["deadline"] = time.monotonic() + self.statement_s
        writes = connection.get_execution_options()["subjectline_writes"]
        if self.dialect == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)  # stops a statement in its course
            connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
            return
        limits = {
            "statement_timeout": f"{self.statement_s * 1000:.0f}",
            "lock_timeout": f"{LOCK_S * 1000}",
            "idle_in_transaction_session_timeout": f"{self.statement_s * 2000:.0f}",
            "timezone": "UTC",
            "datestyle": "ISO",
        }
        connection.execute(sa.select(*(sa.func.set_config(name, value, True) for name, value in limits.items())))


def _in_time(connection: sa.Connection, *_: object) -> None:
    if time.monotonic() > connection.info.get("deadline", float("inf")):
        raise Temporary("The company's database took too long.")


def _commit(transaction: sa.RootTransaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        busy = _code(error).startswith("SQLITE_BUSY")
        known = busy or (bool(getattr(error.orig, "sqlstate", None)) and not error.connection_invalidated)
        if known or not isinstance(error, OperationalError | InterfaceError):
            transaction.rollback()
            raise
        lost = Unclear(f"The answer to the COMMIT was lost ({_code(error)}).")
    else:
        return
    raise lost


def quietly(call: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """The call, whose errors are ours and hold no value: no statement, no parameter, no context, no frames."""

    @functools.wraps(call)
    def quiet(self: S, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(self, *args, **kwargs)
        except SubjectlineError as error:
            fault = error.with_traceback(None)
        except (SQLAlchemyError, UnicodeError, OverflowError) as error:
            fault = _spoken(error)
        fault.__context__ = fault.__cause__ = None
        raise fault

    return quiet


def quietly_each(call: Callable[Concatenate[S, P], Iterator[R]]) -> Callable[Concatenate[S, P], Iterator[R]]:
    """The same for a generator, at every step."""

    @functools.wraps(call)
    def quiet(self: S, *args: P.args, **kwargs: P.kwargs) -> Iterator[R]:
        pieces = call(self, *args, **kwargs)
        step = quietly(lambda _: next(pieces, None))
        while (piece := step(self)) is not None:
            yield piece

    return quiet


def _spoken(error: Exception) -> SubjectlineError:
    if isinstance(error, PoolTimeout):
        return Temporary("Too many calls to the company's database at once.")
    code = _code(error)
    passing = isinstance(error, OperationalError | InterfaceError) and not code.startswith(_NEVER_BETTER)
    if passing or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return Temporary(f"The company's database did not answer ({code}).")
    return Refused(f"The company's database refused ({code}).")


def _code(error: Exception) -> str:
    """The database's own code for what went wrong: a SQLSTATE, SQLite's error name, or the class."""
    cause = getattr(error, "orig", None) or error
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or type(cause).__name__)


def _engine(url: str, name: str) -> sa.Engine:
    quiet = f"subjectline-{name}"
    logging.getLogger(f"sqlalchemy.engine.Engine.{quiet}").setLevel(logging.WARNING)  # at DEBUG it would log rows
    options: dict[str, Any] = {"hide_parameters": True, "logging_name": quiet}
    try:
        address = sa.make_url(url)
    except ArgumentError:
        address = None
    kind = address.get_backend_name() if address is not None else ""
    if address is not None and kind == "sqlite" and address.database:
        path = urllib.parse.quote(address.database)
        return sa.create_engine("sqlite://", creator=lambda: _sqlite(path), poolclass=sa.NullPool, **options)
    if address is not None and kind in {"postgresql", "postgres"}:
        return sa.create_engine(
            address.set(drivername="postgresql+psycopg"), pool_size=2, max_overflow=8, pool_timeout=CONNECT_S,
            pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_S, "tcp_user_timeout": 15_000}, **options,
        )  # fmt: skip
    raise Misconfigured([f"Connector {name}: its address is neither sqlite:///… nor postgresql://…"])


def _sqlite(path: str) -> sqlite3.Connection:
    """Opens the file, never makes one; foreign keys are kept."""
    connection = sqlite3.connect(
        f"file:{path}?mode=rw", uri=True, timeout=LOCK_S, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")  # bytes that are no text survive
    connection.create_function("subjectline_lower", 1, _lower, deterministic=True)
    return connection


def _lower(value: Any) -> Any:
    return lower(value) if isinstance(value, str) else value
