"""Who has an erased address again, the message that says so, and how the last looks over the systems ended.

What was seen holds the address, sealed under a key of its own, until somebody has decided about it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from bot.store.schema import alarm, erased, sighting, watched, work
from bot.store.transaction import Transaction

KNOWN, AGAIN, PLANNED, CONSENT, GONE = "known", "again", "planned", "consent", "gone"
OPEN = (AGAIN, PLANNED)

_S, _A = sighting.c, alarm.c
_OF = select(erased.c.hash).where(erased.c.request_id == bindparam("of"))
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
