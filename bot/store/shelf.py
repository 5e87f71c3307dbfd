"""Small secrets that connectors keep across restarts and share between processes (an access token), sealed."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

from sqlalchemy import bindparam, delete, select, update

from bot.errors import Temporary
from bot.store.first import insert_first
from bot.store.instant import now_ms
from bot.store.schema import shelf
from bot.store.transaction import Transaction

OWNER = "shelf"
LOOK_S = 0.05  # between two looks whether the others have come out
_S = shelf.c
_GET = select(_S.value_sealed).where(_S.name == bindparam("is_"))
_PUT = update(shelf).where(_S.name == bindparam("is_"))
_DROP = delete(shelf).where(_S.name == bindparam("is_"), _S.holder == "")
_LEAVE = update(shelf).where(_S.name == bindparam("is_"), _S.holder == bindparam("by"))
_NOBODY = {"holder": "", "held_until": 0}


class Shelf:
    """Named values. A turn is a lease by the database's clock: whoever dies inside gives it back after `lease_s`.

    What is inside must be over before that: a value put after the lease is over replaces that of the next one.
    """

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
        self._lease_ms = round(lease_s * 1000)
        self._patience_s = patience_s
        self._mine: defaultdict[str, Lock] = defaultdict(Lock)  # of this process's threads only one asks the database

    def get(self, name: str) -> bytes | None:
        """The value as last put; None when there is none."""
        with self._read() as unit:
            sealed = unit.connection.execute(_GET, {"is_": name}).scalar()
            return None if sealed is None else unit.open(OWNER, "shelf", "value_sealed", name, sealed)

    def put(self, name: str, value: bytes) -> None:
        """The value is there for every process."""
        with self._begin() as unit:
            _make(unit, name)
            sealed = unit.seal(OWNER, "shelf", "value_sealed", name, value)
            unit.connection.execute(_PUT, {"is_": name, "value_sealed": sealed})

    def drop(self, name: str) -> None:
        """There is no such value any more. Not to be called for a name somebody may be taking a turn on."""
        with self._begin() as unit:
            unit.connection.execute(_DROP, {"is_": name})

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Only one of all processes and threads is inside. Temporary when the others do not come out in time.

        No transaction is open meanwhile: whoever is inside may call the outside world, for less than the lease.
        """
        until = time.monotonic() + self._patience_s
        if not self._mine[name].acquire(timeout=self._patience_s):
            raise self._impatient(name)
        try:
            holder = self._enter(name, until)
            try:
                yield
            finally:
                with self._begin() as unit:
                    unit.connection.execute(_LEAVE, {"is_": name, "by": holder, **_NOBODY})
        finally:
            self._mine[name].release()

    def _enter(self, name: str, until: float) -> str:
        while True:
            if self._free(name):
                with self._begin() as unit:
                    holder = self._take(unit, name)
                if holder is not None:
                    return holder
            if time.monotonic() > until:
                raise self._impatient(name)
            time.sleep(LOOK_S)

    def _free(self, name: str) -> bool:
        """A look that locks nothing: whoever waits keeps nobody from writing."""
        with self._read() as unit:
            held = select(_S.held_until >= now_ms(unit.connection)).where(_S.name == name)
            return not unit.connection.scalar(held)

    def _take(self, unit: Transaction, name: str) -> str | None:
        _make(unit, name)
        moment, holder = now_ms(unit.connection), unit.id()
        mine = update(shelf).where(_S.name == name, _S.held_until < moment)
        taken = unit.connection.execute(mine.values(holder=holder, held_until=moment + self._lease_ms))
        return holder if taken.rowcount else None

    def _impatient(self, name: str) -> Temporary:
        return Temporary(f"Somebody else has held “{name}” for {self._patience_s:.0f} s.")


def _make(unit: Transaction, name: str) -> None:
    """The shelf has a key and the name a row, whoever of several processes comes first."""
    unit.lasting_key(OWNER)
    insert_first(unit.connection, shelf, {"name": name, **_NOBODY}, "name")
