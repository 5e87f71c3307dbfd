"""What must not come back: erased addresses as keyed hashes, and who has one of them again.

A row of the ledger belongs to one run. It is written before the run's first destructive call and outlives the ticket:
no key of a ticket opens it, and nobody learns an address from it. What was seen again holds the address, sealed under a
key of its own, until somebody has decided about it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from bot.intake import normal_address
from bot.store.schema import action, alarm, erased, sighting, watched, work
from bot.store.transaction import Transaction

OWNER = "ledger"  # whose key seals where people came back
KNOWN, AGAIN, PLANNED, CONSENT, GONE = "known", "again", "planned", "consent", "gone"
OPEN = (AGAIN, PLANNED)

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

_SEEN = select(sighting).where(
    _S.hash == bindparam("is_"), _S.system == bindparam("in_"), _S.who == bindparam("by")
)
_SET = update(sighting).where(_S.id == bindparam("id_"))
_PASSED = select(_S.id, _S.state).where(
    _S.system == bindparam("in_"), _S.seen_at < bindparam("since"), _S.state != GONE
)
_KNOWN = select(_S.hash, _S.who).where(
    _S.system == bindparam("in_"), _S.hash.in_(bindparam("hashes", expanding=True)), _S.state == KNOWN
)
_OPEN_OF = select(_S.id).where(_S.hash.in_(bindparam("hashes", expanding=True)), _S.state.in_(OPEN))
_UNTOLD = select(sighting).where(_S.state == AGAIN, _S.alarm_id.is_(None)).order_by(_S.id)
_TELL = update(sighting).where(_S.id.in_(bindparam("ids", expanding=True)))
_OF_ALARM = select(sighting).where(_S.alarm_id == bindparam("of")).order_by(_S.since, _S.id)
_TO_DECIDE = _OF_ALARM.where(_S.state == AGAIN).limit(200).with_for_update()
_ONE = select(sighting).where(_S.id == bindparam("id_")).with_for_update()
_SEALED = select(_S.address_sealed).where(_S.id == bindparam("id_"))
_GET_ALARM = select(alarm).where(_A.id == bindparam("id_"))
_LOOKING = select(work.c.key).where(
    work.c.kind == "watch", work.c.state.in_(("ready", "running")), work.c.error.is_(None)
)


@dataclass(frozen=True)
class Sighting:
    """Somebody in a system who has an erased address."""

    id: str
    hash: bytes = field(repr=False)
    system: str
    who: bytes = field(repr=False)
    state: str
    since: datetime
    seen_at: datetime
    alarm_id: str | None = None
    ticket_id: str | None = None


@dataclass(frozen=True)
class Alarm:
    """One message about sightings. `counts`: system → addresses; `addresses`: how many different ones."""

    id: str
    at: datetime
    counts: Mapping[str, int]
    addresses: int


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


class Sightings:
    """Who has an erased address: somebody known since the proof, or somebody who must not be there."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def who(self, system: str, key: str) -> bytes:
        """By what somebody in a system is known again: a keyed hash of the system's reference."""
        return self._unit.keys.digest("sighting", f"{system}\0{key}")

    def known(self, system: str, hashes: Collection[bytes]) -> set[tuple[bytes, bytes]]:
        """(hash, who) of those who were there when an erasure was proved: other people, what the law keeps."""
        return {(row.hash, row.who) for row in self._run(_KNOWN, {"in_": system, "hashes": list(hashes)})}

    def note(self, mark: bytes, system: str, who: bytes, *, known: bool = False, address: str = "") -> bool:
        """Somebody was seen there; whether that is news. Who was gone and is there again is news again."""
        row = self._run(_SEEN, {"is_": mark, "in_": system, "by": who}).one_or_none()
        if row is not None and row.state != GONE:
            if known:
                self._end(row.id, KNOWN, seen_at=self._unit.now)
            else:
                self._run(_SET, {"id_": row.id, "seen_at": self._unit.now})
            return False
        sighting_id = row.id if row else self._unit.id()
        sealed = None
        if not known:
            self._unit.new_key(f"sighting:{sighting_id}")
            place = (f"sighting:{sighting_id}", "sighting", "address_sealed", sighting_id)
            sealed = self._unit.seal(*place, address.encode("utf-8", "surrogatepass"))
        values = {
            "state": KNOWN if known else AGAIN, "since": self._unit.now, "seen_at": self._unit.now, "alarm_id": None,
            "ticket_id": None, "address_sealed": sealed,
        }  # fmt: skip
        if row:
            self._run(_SET, {"id_": sighting_id, **values})
        else:
            self._run(insert(sighting), {"id": sighting_id, "hash": mark, "system": system, "who": who, **values})
        return not known

    def passed(self, system: str, since: datetime) -> list[str]:
        """Whoever was not seen there since this moment is gone; the alarms they stand in."""
        alarms: dict[str, None] = {}
        for row in self._run(_PASSED, {"in_": system, "since": since}).all():
            alarms |= self._end(row.id, GONE)
        return list(alarms)

    def untold(self) -> list[Sighting]:
        """Whom nobody was told of yet."""
        return [_sighting(row) for row in self._run(_UNTOLD.with_for_update() if self._unit.writes else _UNTOLD)]

    def over(self, request_id: str) -> list[str]:
        """Whoever was there again and was erased by this run is gone; the alarms they stand in."""
        hashes = self._run(_OF, {"of": request_id}).scalars().all()
        alarms: dict[str, None] = {}
        for row in self._run(_OPEN_OF, {"hashes": hashes}).all() if hashes else ():
            alarms |= self._end(row.id, GONE)
        return list(alarms)

    def sound(self, seen: Sequence[Sighting]) -> Alarm:
        """One alarm about all of these."""
        counts: dict[str, set[bytes]] = {}
        for each in seen:
            counts.setdefault(each.system, set()).add(each.hash)
        made = Alarm(
            self._unit.id(), self._unit.now, {name: len(hashes) for name, hashes in sorted(counts.items())},
            len({each.hash for each in seen}),
        )  # fmt: skip
        self._run(insert(alarm), {"id": made.id, "at": made.at, "counts": made.counts, "addresses": made.addresses})
        self._run(_TELL, {"ids": [each.id for each in seen], "alarm_id": made.id})
        return made

    def alarm(self, alarm_id: str) -> Alarm:
        """The alarm. LookupError if there is none."""
        row = self._run(_GET_ALARM, {"id_": alarm_id}).one_or_none()
        if row is None:
            raise LookupError(f"no alarm {alarm_id}")
        return Alarm(row.id, row.at, row.counts, row.addresses)

    def of(self, alarm_id: str) -> list[Sighting]:
        """What an alarm told of, as far as it was not seen anew since."""
        return [_sighting(row) for row in self._run(_OF_ALARM, {"of": alarm_id})]

    def to_decide(self, alarm_id: str) -> list[Sighting]:
        """Of an alarm, those nobody has decided about; locked."""
        return [_sighting(row) for row in self._run(_TO_DECIDE, {"of": alarm_id})]

    def get(self, sighting_id: str) -> Sighting:
        """One of them, locked. LookupError if there is none."""
        row = self._run(_ONE, {"id_": sighting_id}).one_or_none()
        if row is None:
            raise LookupError(f"no sighting {sighting_id}")
        return _sighting(row)

    def address(self, sighting_id: str) -> str:
        """The address, until somebody has decided; Purged afterwards."""
        sealed = self._run(_SEALED, {"id_": sighting_id}).scalar_one()
        place = (f"sighting:{sighting_id}", "sighting", "address_sealed", sighting_id)
        return self._unit.open(*place, sealed or b"").decode("utf-8", "surrogatepass")

    def planned(self, sighting_id: str, ticket_id: str) -> None:
        """The erasure is planned again, in this ticket, which holds the address from now on."""
        self._end(sighting_id, PLANNED, ticket_id=ticket_id)

    def consents(self, mark: bytes) -> list[str]:
        """There is new consent for this hash: nobody who has it is there wrongly. The alarms they stand in."""
        alarms: dict[str, None] = {}
        for row in self._run(select(_S.id).where(_S.hash == mark, _S.state.in_(OPEN))).all():
            alarms |= self._end(row.id, CONSENT)
        return list(alarms)

    def _end(self, sighting_id: str, state: str, **columns: Any) -> dict[str, None]:
        """Decided or over: the address is forgotten. The alarm it stands in, if there is one."""
        if self._run(_SEALED, {"id_": sighting_id}).scalar() is not None:
            self._unit.destroy_key(f"sighting:{sighting_id}")
        values = {"id_": sighting_id, "state": state, "address_sealed": None, **columns}
        told = self._run(_SET.returning(_S.alarm_id), values).scalar()
        return {told: None} if told else {}

    def undecided(self) -> int:
        """How many addresses somebody was told of and nobody has decided about."""
        asked = select(func.count(_S.hash.distinct())).where(_S.state == AGAIN, _S.alarm_id.is_not(None))
        return self._run(asked).scalar_one()

    # -- how the looks ended

    def looked(self, system: str, addresses: int | None, again: int, error: str | None = None) -> None:
        """The last look over this system: addresses compared (None: it cannot list them), erased ones among them.

        `error`: why there was none.
        """
        self._run(delete(watched).where(watched.c.system == system))
        row = {"system": system, "at": self._unit.now, "addresses": addresses, "again": again, "error": error}
        self._run(insert(watched), row)

    def blind(self) -> list[str]:
        """Systems that cannot list what addresses they hold."""
        asked = select(watched.c.system).where(watched.c.addresses.is_(None), watched.c.error.is_(None))
        return list(self._run(asked).scalars())

    def failed(self) -> dict[str, str]:
        """Systems whose last look went wrong, and why."""
        asked = select(watched.c.system, watched.c.error).where(watched.c.error.is_not(None))
        return {row.system: row.error for row in self._run(asked)}

    def looking(self) -> bool:
        """Whether a look is under way, or about to begin; one that waits for a system that is away is not."""
        return self._run(_LOOKING).first() is not None

    def there(self, system: str) -> int:
        """How many erased addresses this system holds that nobody has said may be there."""
        asked = select(func.count(_S.hash.distinct())).where(_S.system == system, _S.state.in_(OPEN))
        return self._run(asked).scalar_one()


def _sighting(row: Row[Any]) -> Sighting:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    del values["address_sealed"]
    return Sighting(**values)
