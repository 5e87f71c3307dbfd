"""Tickets: the enquiry, who wrote it (sealed), its clock."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, text, update

from bot.law import Right
from bot.store.rows import ClockEvent
from bot.store.schema import clock_event, ticket
from bot.store.transaction import Transaction
from bot.tickets import Correspondent, Identity, Ticket

_T = ticket.c
_COLUMNS = [ticket.c[each.name] for each in fields(Ticket)]

_GET = select(*_COLUMNS).where(_T.id == bindparam("id_"))
_LOCK = _GET.with_for_update()
_BY_REF = select(*_COLUMNS).where(_T.ref == bindparam("ref_"))
_ALL = select(*_COLUMNS).order_by(_T.due, _T.ref)
_OPEN_OF = _ALL.where(_T.sender_blind == bindparam("sender"), _T.state == "open")
_ADD = insert(ticket)
_SEALED = select(_T.correspondent_sealed).where(_T.id == bindparam("id_"))
_RESEAL = update(ticket).where(_T.id == bindparam("id_"))
_CHANGE = (
    update(ticket)
    .where(_T.id == bindparam("id_"), _T.version == bindparam("expected"))
    .values(version=_T.version + 1)
    .returning(*_COLUMNS)
)
_TOUCH = update(ticket).where(_T.id == bindparam("id_")).values(version=_T.version + 1).returning(_T.version)
_OWN = update(ticket).where(_T.id == bindparam("id_"), _T.owner.is_(None))
_SHOWN = update(ticket).where(_T.id == bindparam("id_"), _T.card_version <= bindparam("shown"))
_EVENTS = select(clock_event).where(clock_event.c.ticket_id == bindparam("of")).order_by(
    clock_event.c.at, clock_event.c.id
)  # fmt: skip
_ADD_EVENT = insert(clock_event)
# One statement on both databases; the row stays locked until the commit, so no number is given twice or left out.
_NEXT = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)
_PLACE = ("ticket", "correspondent_sealed")


def owner(ticket_id: str) -> str:
    """Whose key seals what belongs to this ticket."""
    return f"ticket:{ticket_id}"


class Tickets:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def next_ref(self, year: int) -> str:
        """The next reference of this year, `DPE-2026-0001` on."""
        name = f"DPE-{year}"
        return f"{name}-{self._run(_NEXT, {'name': name}).scalar_one():04d}"

    def add(self, new: Ticket, correspondent: Correspondent, sender_blind: bytes) -> None:
        """The ticket is stored under a data key of its own, with whoever wrote sealed by it."""
        self._unit.new_key(owner(new.id))
        row = {each.name: _stored(getattr(new, each.name)) for each in fields(Ticket)}
        row["opened_at"] = new.opened_at or self._unit.now
        row["sender_blind"] = sender_blind
        row["correspondent_sealed"] = self._sealed(new.id, correspondent)
        self._run(_ADD, row)

    def get(self, ticket_id: str) -> Ticket:
        """The ticket. LookupError if there is none."""
        row = self._run(_GET, {"id_": ticket_id}).one_or_none()
        if row is None:
            raise LookupError(f"no ticket {ticket_id}")
        return _ticket(row)

    def lock(self, ticket_id: str) -> Ticket:
        """The ticket as it stands, and nobody else changes it before this unit ends. LookupError if there is none."""
        row = self._run(_LOCK, {"id_": ticket_id}).one_or_none()
        if row is None:
            raise LookupError(f"no ticket {ticket_id}")
        return _ticket(row)

    def by_ref(self, ref: str) -> Ticket | None:
        """The ticket with this reference, written as we write it; None for anything else."""
        if not (ref.isascii() and ref.isprintable()):  # foreign text; a database may choke on it
            return None
        row = self._run(_BY_REF, {"ref_": ref}).one_or_none()
        return None if row is None else _ticket(row)

    def open_of(self, sender_blind: bytes) -> list[Ticket]:
        """The open tickets of one sender, soonest due first."""
        return [_ticket(row) for row in self._run(_OPEN_OF, {"sender": sender_blind})]

    def change(self, ticket_id: str, version: int, **columns: Any) -> Ticket | None:
        """The changed ticket with its version one higher; None when somebody changed it since `version`."""
        values = {"id_": ticket_id, "expected": version, **_columns(columns)}
        row = self._run(_CHANGE, values).one_or_none()
        return None if row is None else _ticket(row)

    def own(self, ticket_id: str, user: str) -> bool:
        """Whether the ticket had nobody and is this user's now."""
        return self._run(_OWN, {"id_": ticket_id, "owner": user}).rowcount == 1

    def touch(self, ticket_id: str) -> int:
        """The ticket's new version: something its card shows has changed."""
        return self._run(_TOUCH, {"id_": ticket_id}).scalar_one()

    def card_shown(self, ticket_id: str, channel: str, ts: str, version: int) -> None:
        """The card stands there and shows this version; an older version than already shown changes nothing."""
        values = {"card_channel": channel, "card_ts": ts, "card_version": version}
        self._run(_SHOWN, {"id_": ticket_id, "shown": version, **values})

    def correspondent(self, ticket_id: str) -> Correspondent:
        """Who wrote. Purged after the purge."""
        sealed = self._run(_SEALED, {"id_": ticket_id}).scalar_one()
        values = self._unit.open_json(owner(ticket_id), *_PLACE, ticket_id, sealed)
        return Correspondent(**{**values, "references": tuple(values["references"])})

    def set_correspondent(self, ticket_id: str, correspondent: Correspondent) -> None:
        self._run(_RESEAL, {"id_": ticket_id, "correspondent_sealed": self._sealed(ticket_id, correspondent)})

    def clock_events(self, ticket_id: str) -> list[ClockEvent]:
        """What moved or explained the deadline, oldest first."""
        return [ClockEvent(**row._mapping) for row in self._run(_EVENTS, {"of": ticket_id})]  # noqa: SLF001 - documented name

    def add_clock_event(self, id: str, ticket_id: str, kind: str, on_date: date, detail: Mapping[str, Any],  # noqa: A002
                        by: str) -> None:  # fmt: skip
        row = {"id": id, "ticket_id": ticket_id, "kind": kind, "on_date": on_date, "detail": dict(detail), "by": by}
        self._run(_ADD_EVENT, {**row, "at": self._unit.now})

    def list(self, state: str | None = None, limit: int = 100, before: date | None = None) -> list[Ticket]:
        """Tickets by due date, soonest first; only in this state, only due before this date, where given."""
        query = _ALL.limit(limit)
        if state is not None:
            query = query.where(_T.state == state)
        if before is not None:
            query = query.where(_T.due < before)
        return [_ticket(row) for row in self._run(query)]

    def _sealed(self, ticket_id: str, correspondent: Correspondent) -> bytes:
        return self._unit.seal_json(owner(ticket_id), *_PLACE, ticket_id, asdict(correspondent))


def _columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What a caller may change, as stored; a misspelt or protected column is a TypeError."""
    allowed = {each.name for each in fields(Ticket)} - {"id", "ref", "version"}
    if wrong := columns.keys() - allowed:
        raise TypeError(f"not a column to change: {', '.join(sorted(wrong))}")
    return {name: _stored(value) for name, value in columns.items()}


def _stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _ticket(row: Row[Any]) -> Ticket:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values["rights"] = tuple(Right(each) for each in values["rights"])
    values["regimes"] = tuple(values["regimes"])
    values["why"] = tuple(values["why"])
    values["identity"] = Identity(values["identity"])
    return Ticket(**values)
