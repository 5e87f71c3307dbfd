"""Tickets: the enquiry, who wrote it (sealed), its clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, text, update

from bot.law import Right
from bot.store.rows import ClockEvent
from bot.store.schema import clock_event, request, ticket
from bot.store.transaction import Transaction
from bot.tickets import Correspondent, Identity, Ticket

FIRST_LOOK = timedelta(minutes=5)  # after opening, for reminders: in a flood, mail goes first

_T = ticket.c
_COLUMNS = [ticket.c[each.name] for each in fields(Ticket)]

_GET = select(*_COLUMNS).where(_T.id == bindparam("id_"))
_LOCK = _GET.with_for_update()
_LOCK_OF = (
    select(*_COLUMNS)
    .where(_T.id == select(request.c.ticket_id).where(request.c.id == bindparam("request_id_")).scalar_subquery())
    .with_for_update()
)
_BY_REF = select(*_COLUMNS).where(_T.ref == bindparam("ref_"))
_ALL = select(*_COLUMNS).order_by(_T.due, _T.ref)
_SOME = select(*_COLUMNS).where(_T.id.in_(bindparam("ids", expanding=True)))
_SENDERS = select(_T.sender_blind).where(
    _T.sender_blind.in_(bindparam("senders", expanding=True)), _T.state == "open", _T.opened_at > bindparam("since")
)
_OFTEN = (
    select(_T.sender_blind)
    .where(_T.sender_blind.in_(bindparam("senders", expanding=True)), _T.opened_at > bindparam("since"))
    .group_by(_T.sender_blind)
    .having(func.count() >= bindparam("times"))
)
_ADD = insert(ticket)
_SEALED = select(_T.correspondent_sealed).where(_T.id == bindparam("id_"))
_RESEAL = update(ticket).where(_T.id == bindparam("id_"))
_CHANGE = (
    update(ticket)
    .where(_T.id == bindparam("id_"), _T.version == bindparam("expected"))
    .values(version=_T.version + 1)
    .returning(*_COLUMNS)
)
_TOUCH = (
    update(ticket)
    .where(_T.id == bindparam("id_"))
    .values(version=_T.version + 1, remind_at=bindparam("now"))
    .returning(_T.version, _T.card_ts)
)
_OWN = update(ticket).where(_T.id == bindparam("id_"), _T.owner.is_(None))
_SHOWN = update(ticket).where(_T.id == bindparam("id_"), _T.card_version <= bindparam("shown"))
_EVENTS = select(clock_event).where(clock_event.c.ticket_id == bindparam("of")).order_by(
    clock_event.c.at, clock_event.c.id
)  # fmt: skip
_ADD_EVENT = insert(clock_event)
# One statement on both databases; the row stays locked until the commit, so no number is given twice or left out.
_NEXT = text(
    "INSERT INTO counter (name, value) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)
_PLACE = ("ticket", "correspondent_sealed")


def owner(ticket_id: str) -> str:
    """Whose key seals what belongs to this ticket."""
    return f"ticket:{ticket_id}"


class Tickets:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def next_refs(self, year: int, count: int) -> list[str]:
        """The next references of this year, `DPE-2026-0001` on."""
        name = f"DPE-{year}"
        last = self._run(_NEXT, {"name": name, "count": count}).scalar_one()
        return [f"{name}-{number:04d}" for number in range(last - count + 1, last + 1)]

    def add(self, *new: tuple[Ticket, Correspondent, bytes]) -> None:
        """Each ticket is stored under a data key of its own, with whoever wrote sealed by it, and their blind index."""
        self._unit.new_key(*(owner(ticket.id) for ticket, _, _ in new))
        self._run(_ADD, [self._row(*each) for each in new])

    def _row(self, new: Ticket, correspondent: Correspondent, sender_blind: bytes) -> dict[str, Any]:
        row = {each.name: _stored(getattr(new, each.name)) for each in fields(Ticket)}
        row["opened_at"] = new.opened_at or self._unit.now
        row["remind_at"] = row["opened_at"] + FIRST_LOOK
        row["sender_blind"] = sender_blind
        row["correspondent_sealed"] = self._sealed(new.id, correspondent)
        return row

    def get(self, ticket_id: str) -> Ticket:
        """The ticket. LookupError if there is none."""
        found = self.find(ticket_id)
        if found is None:
            raise LookupError(f"no ticket {ticket_id}")
        return found

    def find(self, ticket_id: str) -> Ticket | None:
        """The ticket, if there is one: the id is somebody else's word."""
        row = self._run(_GET, {"id_": ticket_id}).one_or_none()
        return None if row is None else _ticket(row)

    def goes_on_in(self, ticket: Ticket) -> Ticket:
        """The ticket it was joined with, and that one with another, until one that was not; itself, if it never was."""
        while ticket.merged_into:
            ticket = self.get(ticket.merged_into)
        return ticket

    def lock(self, ticket_id: str) -> Ticket:
        """The ticket as it stands, and nobody else changes it before this unit ends. LookupError if there is none."""
        row = self._run(_LOCK, {"id_": ticket_id}).one_or_none()
        if row is None:
            raise LookupError(f"no ticket {ticket_id}")
        return _ticket(row)

    def lock_of(self, request_id: str) -> Ticket:
        """The ticket of this request, locked as by `lock`. LookupError if there is none."""
        row = self._run(_LOCK_OF, {"request_id_": request_id}).one_or_none()
        if row is None:
            raise LookupError(f"no request {request_id}")
        return _ticket(row)

    def by_ref(self, ref: str) -> Ticket | None:
        """The ticket with this reference, written as we write it; None for anything else."""
        if not (ref.isascii() and ref.isprintable()):  # foreign text; a database may choke on it
            return None
        row = self._run(_BY_REF, {"ref_": ref}).one_or_none()
        return None if row is None else _ticket(row)

    def senders_since(self, sender_blinds: Collection[bytes], since: datetime) -> set[bytes]:
        """Who of these has a ticket, still open, that was opened after this moment."""
        return set(self._run(_SENDERS, {"senders": list(sender_blinds), "since": since}).scalars())

    def senders_often(self, sender_blinds: Collection[bytes], since: datetime, times: int) -> set[bytes]:
        """Who of these had so many tickets opened after this moment, open or not."""
        return set(self._run(_OFTEN, {"senders": list(sender_blinds), "since": since, "times": times}).scalars())

    def change(self, ticket_id: str, version: int, **columns: Any) -> Ticket | None:
        """The changed ticket with its version one higher; None when somebody changed it since `version`."""
        values = {"id_": ticket_id, "expected": version, **_columns(columns)}
        row = self._run(_CHANGE, values).one_or_none()
        return None if row is None else _ticket(row)

    def own(self, ticket_id: str, user: str) -> bool:
        """Whether the ticket had nobody and is this user's now."""
        return self._run(_OWN, {"id_": ticket_id, "owner": user}).rowcount == 1

    def touch(self, ticket_id: str) -> tuple[int, bool]:
        """The ticket's new version, and whether its card stands somewhere: something on it has changed.

        Its reminders are looked at again.
        """
        row = self._run(_TOUCH, {"id_": ticket_id, "now": self._unit.now}).one()
        return row.version, row.card_ts is not None

    def card_shown(self, ticket_id: str, channel: str, ts: str, version: int) -> None:
        """The card stands there and shows this version; an older version than already shown changes nothing."""
        values = {"card_channel": channel, "card_ts": ts, "card_version": version}
        self._run(_SHOWN, {"id_": ticket_id, "shown": version, **values})

    def correspondent(self, ticket_id: str) -> Correspondent:
        """Who wrote. Purged after the purge."""
        sealed = self._run(_SEALED, {"id_": ticket_id}).scalar_one()
        values = self._unit.open_json(owner(ticket_id), *_PLACE, ticket_id, sealed)
        known: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in values.items()}
        return Correspondent(**known)

    def set_correspondent(
        self, ticket_id: str, correspondent: Correspondent, sender_blind: bytes | None = None
    ) -> None:
        """Who wrote, as is known now; found by `sender_blind` from now on, where it is given."""
        row: dict[str, Any] = {"correspondent_sealed": self._sealed(ticket_id, correspondent)}
        if sender_blind is not None:
            row["sender_blind"] = sender_blind
        self._run(_RESEAL, {"id_": ticket_id, **row})

    def clock_events(self, ticket_id: str) -> list[ClockEvent]:
        """What moved or explained the deadline, oldest first."""
        return [ClockEvent(**row._mapping) for row in self._run(_EVENTS, {"of": ticket_id})]  # noqa: SLF001 - documented name

    def add_clock_event(self, id: str, ticket_id: str, kind: str, on_date: date, detail: Mapping[str, Any],  # noqa: A002
                        by: str) -> None:  # fmt: skip
        self.add_clock_events([ClockEvent(id, ticket_id, kind, on_date, dict(detail), by, self._unit.now)])

    def add_clock_events(self, events: Sequence[ClockEvent]) -> None:
        self._run(_ADD_EVENT, [each.__dict__ for each in events])

    def list(self, state: str | None = None, limit: int = 100) -> list[Ticket]:
        """Tickets by due date, soonest first; only in this state, where given."""
        query = _ALL.limit(limit)
        if state is not None:
            query = query.where(_T.state == state)
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


def tickets_of(unit: Transaction, ids: Sequence[str]) -> list[Ticket]:
    """The tickets of these ids, in this order."""
    found = {row.id: _ticket(row) for row in unit.connection.execute(_SOME, {"ids": ids})} if ids else {}
    return [found[each] for each in ids]
