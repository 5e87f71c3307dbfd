"""Reminders: which ticket is to be looked at, and what was said of it. A row that stands is never said again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.errors import ShutOut
from bot.reminders import Kind
from bot.store.first import insert_first
from bot.store.rows import ReminderRow
from bot.store.schema import clock_event, code, moment, reminder, request, ticket, work
from bot.store.tickets import Ticket, tickets_of
from bot.store.transaction import Transaction
from bot.tickets import State

PLANNED, DUE, SAID, DROPPED = "planned", "due", "said", "dropped"
NOBODY = ""  # in `message`: nobody is to be told of it
REST = "rest"  # in `message`: whoever it is for was told something today already; it goes into the next digest

_R, _T = reminder.c, ticket.c
_COLUMNS = [reminder.c[each.name] for each in fields(ReminderRow)]

_TO_LOOK_AT = (
    select(_T.id)
    .where(_T.remind_at <= bindparam("now"))
    .order_by(_T.remind_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_ANY = select(_T.id).where(_T.remind_at <= bindparam("now")).limit(1)
_COMING = select(func.min(_T.remind_at)).where(_T.remind_at > bindparam("now"))
_NEXT = update(ticket).where(_T.id == bindparam("id_")).values(remind_at=bindparam("at"))
_BEGUN = select(request.c.ticket_id).where(
    request.c.ticket_id.in_(bindparam("ids", expanding=True)), request.c.state != bindparam("not_yet")
)
_OF = select(*_COLUMNS).where(_R.ticket_id.in_(bindparam("ids", expanding=True))).order_by(_R.made_at, _R.key)
_GET = select(*_COLUMNS).where(_R.key == bindparam("is_"))
_CLAIM = (
    update(reminder)
    .where(_R.key == bindparam("is_"), _R.state == PLANNED)
    .values(state=DUE, message=bindparam("by"), made_at=bindparam("now"))
    .returning(_R.key)
)
_FORGET = (
    update(reminder)
    .where(
        _R.ticket_id == bindparam("of"),
        _R.kind == bindparam("why"),
        _R.key.startswith(bindparam("begins"), autoescape=False),
        _R.state == PLANNED,
    )
    .values(state=DROPPED)
)
_END = update(reminder).where(_R.key.in_(bindparam("keys", expanding=True)))
_TELL = update(reminder).where(_R.key.in_(bindparam("keys", expanding=True))).values(message=bindparam("by"))
_UNTELL = update(reminder).where(_R.message == bindparam("was")).values(message=bindparam("by"))
_SAID_IN = select(*_COLUMNS).where(_R.message == bindparam("is_")).order_by(_R.on_date, _R.key)
_UNTOLD = (
    select(*_COLUMNS, _T.owner, _T.state.label("ticket_state"))
    .join(ticket, _T.id == _R.ticket_id)
    .where(_R.message.is_(None))
    .order_by(_R.key)
    .limit(bindparam("most"))
)
_CHANGED = select(clock_event.c.id).where(
    clock_event.c.ticket_id.in_(bindparam("of", expanding=True)),
    clock_event.c.at > bindparam("since"),
    clock_event.c.kind != "received",
)
_WAITING = (  # posts that failed and are still to be made; few, and none while Slack is well
    select(work.c.made_at)
    .where(
        work.c.state == "ready",
        work.c.kind.in_(bindparam("kinds", expanding=True)),
        work.c.made_at <= bindparam("before"),
        work.c.error.is_not(None),
    )
    .limit(1)
)
_SHUT_OUT = (
    select(work.c.error)
    .where(
        work.c.state.in_(("ready", "running")),
        work.c.kind.in_(bindparam("kinds", expanding=True)),
        work.c.error.startswith(ShutOut.BEGINS, autoescape=True),
    )
    .order_by(work.c.made_at)
    .limit(1)
)
_LAPSED = select(code.c.id).where(code.c.used_at.is_(None), code.c.expires_at <= bindparam("now")).limit(1)
_LAPSE = update(code).where(code.c.used_at.is_(None), code.c.expires_at <= bindparam("now"))
_MADE_AT = select(work.c.made_at).where(work.c.key == bindparam("is_"))


@dataclass(frozen=True)
class Untold:
    """A reminder nobody was told of, and who should be."""

    row: ReminderRow
    owner: str | None
    open: bool


class Reminders:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    # -- which tickets

    def any_due(self) -> bool:
        """Whether a ticket is to be looked at now."""
        return self._run(_ANY, {"now": self._unit.now}).first() is not None

    def coming(self) -> datetime | None:
        """When the next ticket is to be looked at; None where no reminder is planned."""
        return self._run(_COMING, {"now": self._unit.now}).scalar()

    def due(self, most: int) -> list[Ticket]:
        """Tickets to be looked at now, the longest due first; locked, and none that somebody else is working on."""
        ids = self._run(_TO_LOOK_AT, {"now": self._unit.now, "most": most}).scalars().all()
        return tickets_of(self._unit, ids)

    def look_at(self, moments: Mapping[str, datetime | None]) -> None:
        """Each ticket is looked at again at its moment; None: never, until something changes."""
        if moments:
            self._run(_NEXT, [{"id_": ticket_id, "at": at} for ticket_id, at in moments.items()])

    def begun(self, ticket_ids: Sequence[str]) -> set[str]:
        """Those of these tickets with which somebody has begun."""
        return set(self._run(_BEGUN, {"ids": ticket_ids, "not_yet": State.RECEIVED}).scalars())

    # -- rows

    def of(self, ticket_id: str) -> list[ReminderRow]:
        """What was said of this ticket, and what others have planned to say, oldest first."""
        return self.of_each([ticket_id])[ticket_id]

    def of_each(self, ticket_ids: Sequence[str]) -> dict[str, list[ReminderRow]]:
        """The same of each of these tickets."""
        found: dict[str, list[ReminderRow]] = {each: [] for each in ticket_ids}
        for row in self._run(_OF, {"ids": ticket_ids}):
            found[row.ticket_id].append(ReminderRow(**row._mapping))  # noqa: SLF001 - documented name
        return found

    def get(self, key: str) -> ReminderRow:
        """The row. LookupError if there is none."""
        row = self._run(_GET, {"is_": key}).one_or_none()
        if row is None:
            raise LookupError(f"no reminder {key}")
        return ReminderRow(**row._mapping)  # noqa: SLF001

    def say(self, ticket_id: str, days: Sequence[tuple[Kind, date]]) -> list[str]:
        """The keys of what is to be said now, in this order; without what stands already, whoever wrote it."""
        rows = [self._row(ticket_id, ticket_id, *each) for each in days]
        return [each["key"] for each in rows if self._new({**each, "state": DUE, "message": None})]

    def plan(self, ticket_id: str, of: str, kind: Kind, on: date) -> None:
        """To be said of this request or letter when its day comes, once, unless `forget` is called before."""
        self._new({**self._row(ticket_id, of, kind, on), "state": PLANNED, "message": NOBODY})

    def claim(self, key: str) -> bool:
        """Whether what was planned is to be said now, by this unit."""
        return self._run(_CLAIM, {"is_": key, "by": None, "now": self._unit.now}).first() is not None

    def forget(self, ticket_id: str, kind: Kind, of: str) -> None:
        """What was planned of this kind, of this request or letter, is not said any more."""
        self._run(_FORGET, {"of": ticket_id, "why": kind, "begins": f"{of}:"})

    def _new(self, row: Mapping[str, Any]) -> bool:
        return insert_first(self._unit.connection, reminder, row, "key")

    def _row(self, ticket_id: str, of: str, kind: Kind, on: date) -> dict[str, Any]:
        key = f"{of}:{kind}:{on.isoformat()}"
        return {"key": key, "ticket_id": ticket_id, "kind": kind, "on_date": on, "made_at": self._unit.now}

    def end(self, keys: Sequence[str], *, said: bool) -> None:
        """These were said in the ticket's thread; or they were not, because something newer says it all."""
        if keys:
            told = {"state": SAID, "said_at": self._unit.now} if said else {"state": DROPPED}
            self._run(_END, {"keys": keys, **told})

    # -- who was told

    def untold(self, most: int) -> list[Untold]:
        """Rows nobody was told of yet."""
        rows = self._run(_UNTOLD, {"most": most}).mappings().all()
        return [Untold(ReminderRow(**{column.name: row[column.name] for column in _COLUMNS}), row["owner"],
                       row["ticket_state"] == "open") for row in rows]  # fmt: skip

    def tell(self, keys: Sequence[str], message: str) -> None:
        """The message of this work's key tells of these; or REST, or NOBODY."""
        if keys:
            self._run(_TELL, {"keys": keys, "by": message})

    def untell(self, message: str, instead: str | None) -> None:
        """What this message was to tell is told otherwise: in the rest, or (None) as if nobody had been told."""
        self._run(_UNTELL, {"was": message, "by": instead})

    def told_in(self, message: str) -> list[ReminderRow]:
        return [ReminderRow(**row._mapping) for row in self._run(_SAID_IN, {"is_": message})]  # noqa: SLF001

    def changed(self, ticket_ids: Sequence[str], since: datetime) -> bool:
        """Whether a clock of one of these tickets was moved since then."""
        return self._run(_CHANGED, {"of": ticket_ids, "since": since}).first() is not None

    def made_at(self, work_key: str) -> datetime | None:
        return self._run(_MADE_AT, {"is_": work_key}).scalar()

    def waiting(self, kinds: Collection[str], before: datetime) -> datetime | None:
        """Since when a post of these kinds has been failing that was to be made before this moment."""
        return self._run(_WAITING, {"kinds": sorted(kinds), "before": before}).scalar()

    def shut_out(self, kinds: Collection[str]) -> str:
        """Why posts of these kinds wait for a person to mend something at the far side; empty when none does."""
        found = self._run(_SHUT_OUT, {"kinds": sorted(kinds)}).scalar()
        return found.removeprefix(ShutOut.BEGINS) if found else ""

    # -- codes whose time is over

    def lapse(self) -> bool:
        """Whether codes had run out: from now on they are void, even for a clock that is set back."""
        now = self._unit.now
        if self._run(_LAPSED, {"now": now}).first() is None:
            return False
        if self._unit.writes:
            self._run(_LAPSE, {"now": now, "used_at": now})
        return True


class Moments:
    """Moments worth remembering, by name."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def get(self, name: str) -> datetime | None:
        return self._run(select(moment.c.at).where(moment.c.name == name)).scalar()

    def first(self, name: str) -> bool:
        """Whether this unit is the first to remember it: now."""
        return insert_first(self._unit.connection, moment, {"name": name, "at": self._unit.now}, "name")

    def put(self, name: str) -> None:
        """It is now."""
        self.forget(name)
        self._run(insert(moment), {"name": name, "at": self._unit.now})

    def forget(self, name: str) -> None:
        self._run(delete(moment).where(moment.c.name == name))
