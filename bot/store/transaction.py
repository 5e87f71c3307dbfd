"""One transaction: its moment, its keys, its audit rows."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from bot.store import audit
from bot.store.crypto import DataKey, Keys, Purged
from bot.store.first import insert_first
from bot.store.rows import AuditRow
from bot.store.schema import data_key

_BYTES = "base64:bytes"  # the one key of a JSON object that stands for bytes

_NEW_KEY = insert(data_key)
_DESTROY = delete(data_key).where(data_key.c.owner == bindparam("of"))
_KEY = select(data_key.c.main_key, data_key.c.wrapped).where(data_key.c.owner == bindparam("of"))


class Transaction:
    """Everything done through it happens at one moment (`now`) and together, or not at all."""

    def __init__(self, connection: Connection, keys: Keys, now: datetime, ids: Callable[[], str], *,
                 writes: bool) -> None:  # fmt: skip
        self.connection = connection
        self.keys = keys
        self.now = now
        self.id = ids
        self.writes = writes
        self.woken = False
        self.purged = False
        self.shed = False  # what it wrote over opened a copy: it must not stay in the files (TRUST T28)
        self._held: dict[str, DataKey] = {}
        self._audited: list[audit.Entry] = []

    def wake(self) -> None:
        """Whoever called `Store.on_commit` hears of this transaction's commit."""
        self.woken = True

    # -- the record

    def audit(self, actor_id: str, verb: str, ticket: str | None = None, request: str | None = None,
              **detail: Any) -> None:  # fmt: skip
        """Queues a row of the record; it is chained and written as the last act of this transaction.

        `detail` holds ids, counts, hashes and dates only: it outlives the purge.
        """
        if not self.writes:
            raise RuntimeError("a reading unit cannot audit: use Store.begin()")
        self._audited.append(audit.Entry(self.now, actor_id, verb, ticket, request, audit.canonical(detail)))

    def trail(self, ticket: str | None = None, limit: int = 1000) -> list[AuditRow]:
        """The record of one ticket, or all of it, oldest first; of a longer one the newest `limit` rows."""
        return audit.trail(self.connection, ticket, limit)

    def finish(self) -> None:
        """Writes the queued audit rows. Last, because from here to the commit everybody else waits for the head."""
        if self._audited:
            audit.append(self.connection, self.keys, self._audited)
            self._audited = []

    # -- sealed fields

    def new_key(self, *owners: str) -> None:
        """Each owner (`ticket:<id>` or `mail:<id>`) has a data key of its own. IntegrityError if it had one."""
        fresh = {owner: self.keys.fresh(owner) for owner in owners}
        self.connection.execute(_NEW_KEY, [
            {"owner": owner, "main_key": self.keys.main, "wrapped": wrapped, "made_at": self.now}
            for owner, (_, wrapped) in fresh.items()
        ])  # fmt: skip
        self._held |= {owner: held for owner, (held, _) in fresh.items()}

    def lasting_key(self, owner: str) -> None:
        """The owner has a data key, made now if there was none: for what outlives tickets, as the ledger does."""
        if self.connection.execute(_KEY, {"of": owner}).first() is None:
            _, wrapped = self.keys.fresh(owner)
            row = {"owner": owner, "main_key": self.keys.main, "wrapped": wrapped, "made_at": self.now}
            insert_first(self.connection, data_key, row, "owner")

    def destroy_key(self, owner: str) -> None:
        """After the commit nothing sealed for this owner can be read again, and no database file holds the key.

        On PostgreSQL the old row leaves with VACUUM; archives of the write-ahead log keep it until they expire.
        """
        self._held.pop(owner, None)
        self.connection.execute(_DESTROY, {"of": owner})
        self.purged = True

    def seal(self, owner: str, table: str, column: str, row_id: str, value: bytes) -> bytes:
        """The value, to be stored in exactly this column of this row. Purged when the owner has no key."""
        return self._key(owner).seal(table, column, row_id, value)

    def open(self, owner: str, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """What was sealed for this place. Purged when the key is gone, Unreadable when the value is not intact."""
        return self._key(owner).open(table, column, row_id, sealed)

    def derived_key(self, owner: str, use: str) -> bytes:
        """A key for what this owner keeps outside the database. Purged when the owner has no key."""
        return self._key(owner).derived(use)

    def seal_json(self, owner: str, table: str, column: str, row_id: str, value: Any) -> bytes:
        """As `seal`, of anything JSON can say, and bytes."""
        return self.seal(owner, table, column, row_id, json_bytes(value))

    def open_json(self, owner: str, table: str, column: str, row_id: str, sealed: bytes) -> Any:
        """What `seal_json` sealed; tuples come back as lists."""
        text = self.open(owner, table, column, row_id, sealed).decode("utf-8", "surrogatepass")
        return json.loads(text, object_hook=_to_bytes)

    def _key(self, owner: str) -> DataKey:
        held = self._held.get(owner)
        if held is None:
            row = self.connection.execute(_KEY, {"of": owner}).one_or_none()
            if row is None:
                raise Purged("The personal data of this ticket have been destroyed.")
            held = self._held[owner] = self.keys.unwrap(owner, row.main_key, row.wrapped)
        return held

    # -- rows

    def insert_first(self, table: Table, values: Mapping[str, Any], *, on: str) -> bool:
        """Whether this row is new. A row with the same value in the unique column `on` stands as it was."""
        return insert_first(self.connection, table, values, on)


def json_bytes(value: Any) -> bytes:
    """The form `seal_json` seals. Lone surrogates of broken mails survive."""
    return _sealable(value).encode("utf-8", "surrogatepass")


def _from_bytes(value: Any) -> dict[str, str]:
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} cannot be sealed as JSON")


_sealable = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_from_bytes).encode


def _to_bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value[_BYTES]) if value.keys() == {_BYTES} else value
