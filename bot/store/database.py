"""The two databases and how each must be set up."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import Misconfigured

BUSY_MS = 30_000  # how long a writer waits for another (TRUST F50: locked for 10 s, then on it goes)
_STATEMENT_MS = 15_000
_LOCK_MS = 10_000
_IDLE_IN_TRANSACTION_MS = 15_000  # a frozen process gives its locks back: back at work within 60 s (P5)
_CONNECT_S = 5

AWAY = (OperationalError, InterfaceError, PoolTimeout)  # the database is away, busy or full

# Said by the store itself on SQLite: an event on the engine would slow down every statement.
WRITE, READ = "BEGIN IMMEDIATE", "BEGIN"


_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # what was acknowledged survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # TRUST T31
    "PRAGMA temp_store=MEMORY",  # no temporary file with persons in it
    f"PRAGMA busy_timeout={BUSY_MS}",
)


_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


# hide_parameters: no value of a statement ends up in the text of an exception.
_COMMON: dict[str, Any] = {"json_serializer": _json, "hide_parameters": True, "query_cache_size": 1000}


def parsed(url: str) -> URL:
    """The address of a database we can work with; Misconfigured otherwise. Its password is not repeated."""
    try:
        found = make_url(url)
    except ArgumentError:
        raise Misconfigured(["DATABASE_URL is not an address such as sqlite:///var/subjectline.sqlite."]) from None
    backend = "postgresql" if found.drivername == "postgres" else found.get_backend_name()
    if backend == "postgresql":
        return found.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise Misconfigured([f"DATABASE_URL names {backend}; Subjectline works on sqlite and postgresql."])
    if not found.database or found.database == ":memory:" or found.query:
        raise Misconfigured(["DATABASE_URL must name a SQLite file, without options."])
    return found.set(drivername="sqlite+pysqlite")


def engines(url: URL) -> tuple[Engine, Engine]:
    """One engine for writers, one for readers. A reader that writes gets an error on both databases."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url), _sqlite(url, "PRAGMA query_only=ON")
    writers = _postgresql(url)
    # One snapshot for the whole of a reading unit, as SQLite gives it; read only, so nobody is ever told to try again.
    return writers, writers.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite(url: URL, *more: str) -> Engine:
    # isolation_level None: the driver begins nothing by itself; the store does (`BEGIN` below).
    engine = create_engine(url, connect_args={"isolation_level": None}, pool_size=16, max_overflow=48,
                           **_COMMON)  # fmt: skip

    @event.listens_for(engine, "do_connect")
    def _(_dialect: Any, _record: Any, _args: Any, _kwargs: Any) -> None:
        _private(Path(url.database or ""))

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        for pragma in (*_PRAGMAS, *more):
            connection.execute(pragma)

    return engine


def _private(file: Path) -> None:
    """The file exists and only its owner reads it; SQLite gives its side files the same mode."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _postgresql(url: URL) -> Engine:
    options = {"timezone": "UTC", "statement_timeout": _STATEMENT_MS, "lock_timeout": _LOCK_MS,
               "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION_MS}  # fmt: skip
    connect = {"options": " ".join(f"-c {name}={value}" for name, value in options.items()),
               "connect_timeout": _CONNECT_S}  # fmt: skip
    return create_engine(url, connect_args=connect, isolation_level="READ COMMITTED", pool_size=5, max_overflow=20,
                         pool_pre_ping=True, **_COMMON)  # fmt: skip


def locked() -> OperationalError:
    """What SQLite itself says when a writer waited too long."""
    return OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
