"""The record: an append-only keyed hash chain (TRUST T29).

Each row's hash covers the hash before it and every column of the row as stored, so a changed, removed or swapped row
shows; the head row, sealed with another key, shows a tail cut off. What only a copy of the head kept outside the
database can show is a whole older state put back: `verify` takes such a copy (`published`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, String, func, insert, select, type_coerce, update

from bot.store.crypto import Keys
from bot.store.first import insert_first
from bot.store.rows import AuditRow, Broken, Head
from bot.store.schema import audit, audit_head

_GENESIS = bytes(32)
_ONLY = 1  # the head row's id
_AT_A_TIME = 2000

_LAST = select(audit_head.c.seq, audit_head.c.hash, audit_head.c.seal).where(audit_head.c.id == _ONLY)
_LOCKED = _LAST.with_for_update()
_ADD = insert(audit)
_MOVE = update(audit_head).where(audit_head.c.id == _ONLY)
# As stored, unread: on SQLite moments are this text already, PostgreSQL writes it.
_PLACED = (audit.c.actor, audit.c.verb, audit.c.ticket_id, audit.c.request_id, audit.c.detail)
_STORED = {
    "sqlite": type_coerce(audit.c.at, String),
    "postgresql": func.to_char(func.timezone("UTC", audit.c.at), "YYYY-MM-DD HH24:MI:SS.US"),
}
_RAW = {
    dialect: select(audit.c.seq, at, *_PLACED, audit.c.previous, audit.c.hash)
    .order_by(audit.c.seq)
    .execution_options(yield_per=_AT_A_TIME)
    for dialect, at in _STORED.items()
}


@dataclass(frozen=True)
class Entry:
    """A row of the record before it has its place in the chain."""

    at: datetime
    actor: str
    verb: str
    ticket_id: str | None
    request_id: str | None
    detail: str


def canonical(detail: Mapping[str, Any]) -> str:
    """The one way to write these details down. TypeError on what JSON cannot say."""
    return _canonical(dict(detail))


def _dates(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the record")


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, default=_dates).encode


def append(connection: Connection, keys: Keys, entries: Sequence[Entry]) -> None:
    """The entries are the newest rows and the head names the last. The head stays locked until the commit."""
    seq, last = _locked(connection, keys)
    rows: list[dict[str, Any]] = []
    for entry in entries:
        seq += 1
        row = _row(seq, _text(entry.at), entry.actor, entry.verb, entry.ticket_id, entry.request_id, entry.detail)
        mark = keys.chained(last, row)
        rows.append({"seq": seq, **entry.__dict__, "previous": last, "hash": mark})
        last = mark
    connection.execute(_ADD, rows)
    connection.execute(_MOVE, {"seq": seq, "hash": last, "seal": keys.sealed_head(seq, last)})


def _locked(connection: Connection, keys: Keys) -> tuple[int, bytes]:
    row = connection.execute(_LOCKED).one_or_none()
    if row is None:
        start = {"id": _ONLY, "seq": 0, "hash": _GENESIS, "seal": keys.sealed_head(0, _GENESIS)}
        insert_first(connection, audit_head, start, on="id")
        row = connection.execute(_LOCKED).one()
    return row.seq, row.hash


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _row(seq: int, at: str, actor: str, verb: str, ticket_id: str | None, request_id: str | None, detail: str) -> bytes:
    """Every column, and where each ends: no two rows read the same."""
    first = "-" if ticket_id is None else len(ticket_id)
    second = "-" if request_id is None else len(request_id)
    ends = f"{seq},{len(at)},{len(actor)},{len(verb)},{first},{second}:"
    return f"{ends}{at}{actor}{verb}{ticket_id or ''}{request_id or ''}{detail}".encode("utf-8", "surrogatepass")


def trail(connection: Connection, ticket: str | None, limit: int) -> list[AuditRow]:
    """The newest `limit` rows, oldest of them first."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if ticket is not None:
        query = query.where(audit.c.ticket_id == ticket)
    rows = connection.execute(query).all()
    return [
        AuditRow(row.seq, row.at, row.actor, row.verb, row.ticket_id, row.request_id, json.loads(row.detail))
        for row in reversed(rows)
    ]


def head(connection: Connection) -> Head | None:
    """The newest row's number and hash; None while the record is empty."""
    row = connection.execute(_LAST).one_or_none()
    return None if row is None else Head(row.seq, row.hash)


def verify(connection: Connection, keys: Keys, published: Head | None = None) -> Broken | None:
    """None when every row is as it was written and none is missing; else the first that is not.

    With `published` (a head kept outside) also when the record was set back to an older state.
    """
    seq, last, kept = 0, _GENESIS, published is None or published.seq == 0
    with connection.execute(_RAW[connection.dialect.name]) as rows:
        for number, at, actor, verb, ticket_id, request_id, detail, previous, mark in rows:
            seq += 1
            if number != seq:
                return Broken(seq, f"row {seq} is missing: the next is {number}")
            if previous != last:
                return Broken(seq, f"row {seq} does not follow the row before it")
            last = keys.chained(last, _row(seq, at, actor, verb, ticket_id, request_id, detail))
            if mark != last:
                return Broken(seq, f"row {seq} was changed")
            if published is not None and seq == published.seq:
                kept = last == published.hash
    return _broken_head(connection, keys, seq, last, kept=kept)


def _broken_head(connection: Connection, keys: Keys, seq: int, last: bytes, *, kept: bool) -> Broken | None:
    top = connection.execute(_LAST).one_or_none()
    if top is None:
        if seq:
            return Broken(0, "the head is missing")
    elif top.seal != keys.sealed_head(top.seq, top.hash):
        return Broken(0, "the head was changed")
    elif top.seq != seq:
        return Broken(min(seq, top.seq) + 1, f"the record ends at row {seq}, its head at row {top.seq}")
    elif top.hash != last:
        return Broken(0, "the head names another last row")
    return None if kept else Broken(seq, "the record is not the one whose head was published")
