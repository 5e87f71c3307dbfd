"""What must not come back: erased addresses as keyed hashes.

A row belongs to one run. It is written before the run's first destructive call and outlives the ticket: no key of a
ticket opens it, and nobody learns an address from it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.intake import normal_address
from bot.store.schema import action, alarm, erased, sighting, work
from bot.store.transaction import Transaction

OWNER = "ledger"  # whose key seals where people came back

_E, _S, _A = erased.c, sighting.c, alarm.c
_OF = select(_E.hash).where(_E.request_id == bindparam("of"))
_ADD = insert(erased)
_AGAIN = update(erased).where(_E.request_id == bindparam("of"), _E.hash.in_(bindparam("hashes", expanding=True)))
_BACK = delete(erased).where(_E.request_id == bindparam("of"), _E.proved_at.is_(None))
_PROVED = update(erased).where(_E.request_id == bindparam("of"))
_STANDS = select(_E.hash).where(_E.hash == bindparam("is_"), _E.lifted_at.is_(None)).limit(1)
_WATCHED = (
    select(_E.hash)
    .where(
        _E.hash.in_(bindparam("hashes", expanding=True)), _E.lifted_at.is_(None), _E.proved_at.is_not(None),
    )
    .distinct()
)  # fmt: skip
_ANY = select(_E.hash).where(_E.lifted_at.is_(None), _E.proved_at.is_not(None)).limit(1)
_LIFT = update(erased).where(_E.hash == bindparam("is_"), _E.request_id == bindparam("of"))
_STANDING = select(_E.request_id).where(_E.hash == bindparam("is_"), _E.lifted_at.is_(None))
_OLD = delete(erased).where(_E.entered_at < bindparam("before"))
_OLD_ALARMS = delete(alarm).where(_A.at < bindparam("before"))
_UNKNOWN = delete(sighting).where(_S.hash.not_in(select(_E.hash)))
_ANY_OLD = select(_E.hash).where(_E.entered_at < bindparam("before")).limit(1)
_COPIED = [each for each in erased.c if each.name != "why_sealed"]
_LATER = ("proved_at", "lifted_at", "lifted_on", "lifted_by")
_HERE = select(*(erased.c[name] for name in _LATER)).where(
    _E.hash == bindparam("is_"), _E.request_id == bindparam("of")
)
_WHY = select(_E.why_sealed, _E.lifted_on, _E.lifted_by).where(
    _E.hash == bindparam("is_"), _E.request_id == bindparam("of")
)
_BEGUN = select(action.c.key, action.c.state, action.c.result).where(
    action.c.ticket_id == bindparam("of"), action.c.kind == "erase"
)
_TO_COME = select(work.c.key).where(
    work.c.ticket_id == bindparam("of"), work.c.kind == "erase", work.c.state.in_(("ready", "running", "waiting"))
)


class Ledger:
    """Erased addresses."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def hash(self, address: str) -> bytes:
        """By what the address is known, however it is written."""
        return self._unit.keys.erased(normal_address(address) or address.strip().casefold())

    def enter(self, request_id: str, ref: str, addresses: Collection[str]) -> int:
        """These addresses are erased by this run: how many. What stood stands, and is to be proved anew."""
        hashes = {self.hash(each) for each in addresses if each.strip()}
        standing = set(self._run(_OF, {"of": request_id}).scalars())
        row = {"request_id": request_id, "ref": ref, "entered_at": self._unit.now}
        if new := [{"hash": each, **row} for each in sorted(hashes - standing)]:
            self._run(_ADD, new)
        if old := sorted(hashes & standing):
            self._run(_AGAIN, {"of": request_id, "hashes": old, "entered_at": self._unit.now, "proved_at": None})
        return len(hashes)

    def entered(self, request_id: str, mark: bytes) -> bool:
        """Whether this hash is one of those this run erased."""
        return mark in self._run(_OF, {"of": request_id}).scalars().all()

    def take_back(self, ticket_id: str, request_id: str) -> int:
        """How many entries of this run are gone, because it destroyed nothing. 0 where it may have, or still may."""
        begun = self._run(_BEGUN, {"of": ticket_id}).all()
        acted = [each.key for each in begun if not (each.state == "done" and "changed" in each.result)]
        acted += self._run(_TO_COME, {"of": ticket_id}).scalars()
        if any(each.startswith(f"{request_id}:") for each in acted):
            return 0
        return self._run(_BACK, {"of": request_id}).rowcount

    def proved(self, request_id: str) -> None:
        """The run of this request is proved: its addresses are watched for from now on."""
        self._run(_PROVED, {"of": request_id, "proved_at": self._unit.now})

    def erased(self, address: str) -> bool:
        """Whether this address must not be written anywhere: it was erased, and nobody has come back since."""
        return self._run(_STANDS, {"is_": self.hash(address)}).first() is not None

    def any(self) -> bool:
        """Whether there is anything to watch for."""
        return self._run(_ANY).first() is not None

    def among(self, addresses: Sequence[str]) -> dict[bytes, str]:
        """Those of these addresses that are watched for, by their hashes, in one query."""
        hashes = {self.hash(each): each for each in addresses}
        found = self._run(_WATCHED, {"hashes": list(hashes)}).scalars() if hashes else ()
        return {each: hashes[each] for each in found}

    def lift(self, mark: bytes, by: str, on: date, why: str) -> int:
        """How many entries of this hash do not count any more: the person came back, on this day. `why` is sealed."""
        runs = self._run(_STANDING, {"is_": mark}).scalars().all()
        if runs:
            self._unit.lasting_key(OWNER)
        for run in runs:
            sealed = self._unit.seal(OWNER, "erased", "why_sealed", f"{mark.hex()}|{run}", why.encode())
            values = {"lifted_at": self._unit.now, "lifted_on": on, "lifted_by": by, "why_sealed": sealed}
            self._run(_LIFT, {"is_": mark, "of": run, **values})
        return len(runs)

    def why(self, mark: bytes, request_id: str) -> str:
        """Where the person came back, as it was recorded; empty where nobody did."""
        row = self._run(_WHY, {"is_": mark, "of": request_id}).one()
        if row.why_sealed is None:
            return ""
        return self._unit.open(OWNER, "erased", "why_sealed", f"{mark.hex()}|{request_id}", row.why_sealed).decode()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every entry, for a copy outside the database; without what is sealed."""
        for row in self._run(select(*_COPIED).order_by(_E.entered_at, _E.hash)):
            yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name

    def restore(self, row: Mapping[str, Any]) -> bool:
        """Whether an entry of a copy was missing here, or was not known to be proved or lifted."""
        here = self._run(_HERE, {"is_": row["hash"], "of": row["request_id"]}).one_or_none()
        if here is None:
            self._run(_ADD, row)
            return True
        news = {name: row[name] for name in _LATER if row[name] is not None and here._mapping[name] is None}  # noqa: SLF001
        if news:
            self._run(_LIFT, {"is_": row["hash"], "of": row["request_id"], **news})
        return bool(news)

    def old(self, before: datetime) -> bool:
        """Whether there is an entry of before this moment."""
        return self._run(_ANY_OLD, {"before": before}).first() is not None

    def forget(self, before: datetime) -> int:
        """How many entries of before this moment are gone, with all that was seen of them."""
        gone = self._run(_OLD, {"before": before}).rowcount
        self._run(_OLD_ALARMS, {"before": before})
        self._run(_UNKNOWN)
        return gone
