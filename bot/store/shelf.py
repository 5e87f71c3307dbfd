"""Small secrets that connectors keep across restarts and share between processes (an access token), sealed."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import bindparam, select, update

from bot.errors import Temporary
from bot.store.first import insert_first
from bot.store.schema import data_key, shelf
from bot.store.transaction import Transaction

OWNER = "shelf"
_S = shelf.c
_GET = select(_S.value_sealed).where(_S.name == bindparam("is_"))
_PUT = update(shelf).where(_S.name == bindparam("is_"))
_KEY = select(data_key.c.owner).where(data_key.c.owner == OWNER)
_FREE = update(shelf).where(_S.name == bindparam("is_"), _S.held_until < bindparam("now"))
_LEAVE = update(shelf).where(_S.name == bindparam("is_"), _S.holder == bindparam("by"))


class Shelf:
    """Named values. A turn is a lease: whoever dies inside gives it back after `lease_s`."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Transaction]],
        read: Callable[[], AbstractContextManager[Transaction]],
        *,
        lease_s: float = 60.0,
        patience_s: float = 30.0,
    ) -> None:
        self._begin = begin
        self._read = read
        self._lease_s = lease_s
        self._patience_s = patience_s

    def get(self, name: str) -> bytes | None:
        """The value as last put; None when there is none."""
        with self._read() as unit:
            sealed = unit.connection.execute(_GET, {"is_": name}).scalar()
            return None if sealed is None else unit.open(OWNER, "shelf", "value_sealed", name, sealed)

    def put(self, name: str, value: bytes) -> None:
        """The value is there for every process."""
        with self._begin() as unit:
            self._make(unit, name)
            sealed = unit.seal(OWNER, "shelf", "value_sealed", name, value)
            unit.connection.execute(_PUT, {"is_": name, "value_sealed": sealed})

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Only one of all processes and threads is inside. Temporary when the others do not come out in time.

        No transaction is open meanwhile: whoever is inside may call the outside world, for less than the lease.
        """
        holder = self._enter(name)
        try:
            yield
        finally:
            with self._begin() as unit:
                unit.connection.execute(_LEAVE, {"is_": name, "by": holder, "held_until": 0})

    def _enter(self, name: str) -> str:
        until = time.monotonic() + self._patience_s
        while True:
            with self._begin() as unit:
                self._make(unit, name)
                holder, moment = unit.id(), time.time()
                taken = {"holder": holder, "held_until": int((moment + self._lease_s) * 1000)}
                if unit.connection.execute(_FREE, {"is_": name, "now": int(moment * 1000), **taken}).rowcount:
                    return holder
            if time.monotonic() > until:
                raise Temporary(f"Somebody else has held “{name}” for {self._patience_s:.0f} s.")
            time.sleep(0.05)

    def _make(self, unit: Transaction, name: str) -> None:
        if unit.connection.execute(_KEY).first() is None:
            unit.new_key(OWNER)
        insert_first(unit.connection, shelf, {"name": name, "holder": "", "held_until": 0}, "name")
