"""What the report counts. The database counts what is alike; a request whose clock was moved is looked at alone."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.report import NearMisses, Week
from bot.store.rows import ClockEvent
from bot.store.schema import clock_event, mail, request, ticket
from bot.store.transaction import Transaction
from bot.tickets import SILENT, State

MOVES = ("identity", "clarification", "extension")  # what moves a clock
FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_CHUNK = 500

_T, _R, _E = ticket.c, request.c, clock_event.c
_WRITTEN = _T.channel.not_in(sorted(SILENT))  # somebody wrote or called: what the bot opens by itself is no enquiry


class _DaysBetween(FunctionElement[int]):
    """Whole days from the first date to the second; null where one is."""

    type = Integer()
    inherit_cache = True


@compiles(_DaysBetween, "sqlite")
def _(element: _DaysBetween, compiler: SQLCompiler, **how: Any) -> str:
    since, until = (compiler.process(each, **how) for each in element.clauses)
    return f"CAST(julianday({until}) - julianday({since}) AS INTEGER)"


@compiles(_DaysBetween, "postgresql")
def _(element: _DaysBetween, compiler: SQLCompiler, **how: Any) -> str:
    since, until = (compiler.process(each, **how) for each in element.clauses)
    return f"({until} - {since})"


@dataclass(frozen=True)
class Alike:
    """What the report asks about a request; a ticket without one counts as a request of no right and state."""

    right: str | None
    state: str | None
    channel: str
    language: str
    regimes: tuple[str, ...]
    identity: str
    clock: str
    days: int | None  # from receipt to the end
    met_due: bool | None  # ended on that day or before; None while it has not ended
    met_unrolled: bool | None
    past_due: bool  # the day is over today
    past_unrolled: bool


@dataclass(frozen=True)
class Moved:
    """A request of a ticket whose clock was moved, with everything recorded on that clock."""

    request: Alike
    ticket_id: str
    received: date
    ended: date | None
    events: tuple[ClockEvent, ...]


_MOVED = exists().where(_E.ticket_id == _T.id, _E.kind.in_(MOVES))
_ASKED = (
    select(
        _R.right.label("right"),
        _R.state.label("state"),
        _T.channel,
        _T.language,
        cast(_T.regimes, Text).label("regimes"),
        _T.identity,
        _T.clock,
        _DaysBetween(_T.received_on, _R.ended_on).label("days"),
        (_R.ended_on <= _T.due).label("met_due"),
        (_R.ended_on <= _T.unrolled).label("met_unrolled"),
        (_T.due < bindparam("today")).label("past_due"),
        (_T.unrolled < bindparam("today")).label("past_unrolled"),
    )
    .select_from(ticket.outerjoin(request, _R.ticket_id == _T.id))
    .where(_T.received_on.between(bindparam("since"), bindparam("until")), _WRITTEN)
)  # fmt: skip
_ONES = (
    select(_T.id)
    .where(_T.received_on.between(bindparam("since"), bindparam("until")), _WRITTEN, _MOVED, _T.id > bindparam("after"))
    .order_by(_T.id)
    .limit(_CHUNK)
)
_ALONE = (
    _ASKED.add_columns(_T.id.label("ticket_id"), _T.received_on, _R.ended_on)
    .where(_T.id.in_(bindparam("of", expanding=True)))
    .order_by(_T.id, _R.id)
)
_EVENTS = select(clock_event).where(_E.ticket_id.in_(bindparam("of", expanding=True))).order_by(_E.at, _E.id)
_TICKETS = (
    select(func.count())
    .select_from(ticket)
    .where(_T.received_on.between(bindparam("since"), bindparam("until")), _WRITTEN)
)  # fmt: skip
_REFUSALS = (
    select(_R.reason, func.count())
    .join(ticket, _T.id == _R.ticket_id)
    .where(_T.received_on.between(bindparam("since"), bindparam("until")), _WRITTEN, _R.state == State.REFUSED)
    .group_by(_R.reason)
)
_NEAR_MISSES = select(mail.c.arrived_at, mail.c.settled_at).where(
    mail.c.verdict == "near_miss", mail.c.arrived_at >= bindparam("since"), mail.c.arrived_at < bindparam("until")
)


def _grouped() -> Select[Any]:
    """The rows that are alike, and how many. A query of its own inside: each value is bound once for both databases."""
    alike = _ASKED.where(~_MOVED).subquery()
    return select(*alike.c, func.count().label("count")).group_by(*alike.c)


_ALIKE = _grouped()


class Reports:
    """The report's questions. `since` and `until` are days of receipt, both counted."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def alike(self, today: date, since: date = FIRST, until: date = LAST) -> list[tuple[Alike, int]]:
        """The requests whose clock nobody moved, and how many there are of each kind."""
        rows = self._run(_ALIKE, {"today": today, "since": since, "until": until})
        return [(_alike(row), row.count) for row in rows.mappings()]

    def moved(self, today: date, since: date = FIRST, until: date = LAST) -> Iterator[Moved]:
        """The requests of the other tickets, one by one."""
        span, after = {"since": since, "until": until}, ""
        while ids := self._run(_ONES, {**span, "after": after}).scalars().all():
            after, events = ids[-1], self._events(ids)
            for row in self._run(_ALONE, {**span, "today": today, "of": ids}).mappings():
                ticket_id, received, ended = row["ticket_id"], row["received_on"], row["ended_on"]
                yield Moved(_alike(row), ticket_id, received, ended, tuple(events[ticket_id]))

    def _events(self, ticket_ids: Sequence[str]) -> dict[str, list[ClockEvent]]:
        found = defaultdict[str, list[ClockEvent]](list)
        for row in self._run(_EVENTS, {"of": ticket_ids}):
            found[row.ticket_id].append(ClockEvent(**row._mapping))  # noqa: SLF001 - documented name
        return found

    def tickets(self, since: date = FIRST, until: date = LAST) -> int:
        """How many tickets were received."""
        return self._run(_TICKETS, {"since": since, "until": until}).scalar_one()

    def refusals(self, since: date = FIRST, until: date = LAST) -> dict[str, int]:
        """Ground → how many requests were refused for it."""
        found = self._run(_REFUSALS, {"since": since, "until": until})
        return {reason or "no ground recorded": number for reason, number in found}

    def near_misses(self, since: datetime, until: datetime) -> NearMisses:
        """The near misses that arrived from `since` until before `until`; late where nobody settled them in a day."""
        rows = self._run(_NEAR_MISSES, {"since": since, "until": until}).all()
        late = sum((row.settled_at or self._unit.now) - row.arrived_at > _DAY for row in rows)
        return NearMisses(len(rows), late)

    def weeks(self, last: date, number: int) -> list[Week]:
        """What came of so many weeks, oldest first; the last begins on the Monday `last`."""
        mondays = [last - _WEEK * back for back in reversed(range(number))]
        columns = [
            func.count().filter(condition).label(f"{name}_{place}")
            for place, monday in enumerate(mondays)
            for name, condition in _in_week(monday).items()
        ]
        query = select(*columns).select_from(ticket.outerjoin(request, _R.ticket_id == _T.id)).where(_WRITTEN)
        row = self._run(query).mappings().one()
        return [
            Week(monday, **{name: row[f"{name}_{place}"] for name in _in_week(monday)})
            for place, monday in enumerate(mondays)
        ]


def _in_week(monday: date) -> dict[str, ColumnElement[bool]]:
    sunday = monday + _DAY * 6
    answered = and_(_R.state != State.WITHDRAWN, _R.ended_on.between(monday, sunday))
    still_open = and_(_T.received_on <= sunday, or_(_R.ended_on.is_(None), _R.ended_on > sunday))
    return {
        "received": _T.received_on.between(monday, sunday),
        "answered": answered,
        "late": and_(answered, _R.ended_on > _T.due),
        "open": still_open,
        "overdue": and_(still_open, _T.due <= sunday, _T.clock == "running"),
    }


def _alike(row: Any) -> Alike:
    values = {each.name: row[each.name] for each in fields(Alike)}
    return Alike(**{**values, "regimes": tuple(json.loads(row["regimes"]))})
