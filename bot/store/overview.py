"""Lists and counts for people: each reads an index as far as it shows, however many tickets there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, bindparam, func, select

from bot.store.schema import BEGUN, WAITING, audit, request, ticket
from bot.store.tickets import Ticket, tickets_of
from bot.store.transaction import Transaction
from bot.tickets import State

MOST = 1000  # counted one by one; beyond it is “more than”
_T, _R, _A = ticket.c, request.c, audit.c
_WEEK = timedelta(days=7)

_OPEN = select(_T.id).where(_T.state == "open")
_BY_DUE = (_T.due, _T.ref)
_WAITING = select(_T.id).where(WAITING)
_NOBODYS = _OPEN.where(_T.owner.is_(None))
_MINE = _OPEN.where(_T.owner == bindparam("user"))
_LATE = _OPEN.where(_T.due < bindparam("today"), _T.clock == "running")
_SOON = _OPEN.where(_T.due.between(bindparam("today"), bindparam("until")))
_OF_SENDER = (
    select(_T.id)
    .where(_T.sender_blind == bindparam("sender"))
    .order_by(_T.state.desc(), _T.due.desc(), _T.ref.desc())
    .limit(bindparam("most"))
)
_ASKED = (
    select(_R.ticket_id, _R.id)
    .where(_R.state == bindparam("is_"), _R.chosen_at.is_not(None))
    .order_by(_R.chosen_at, _R.id)
    .limit(bindparam("most"))
)
_RECEIVED = (
    select(func.count())
    .select_from(ticket)
    .where(_T.received_on.between(bindparam("since"), bindparam("until")))
)  # fmt: skip
_ENDED = (
    select(func.count(), func.count().filter(_R.ended_on > _T.due))
    .select_from(request.join(ticket, _T.id == _R.ticket_id))
    .where(_R.state != State.WITHDRAWN, _R.ended_on.between(bindparam("since"), bindparam("until")))
)
_BEGUN = (
    select(func.max(_A.at).label("at"))
    .select_from(audit.join(request, _R.id == _A.request_id))
    .where(BEGUN, _A.at > bindparam("since"), _A.ticket_id != bindparam("but"), _R.right == "deletion")
    .group_by(_A.ticket_id)
    .order_by(func.max(_A.at).desc())
)


@dataclass(frozen=True)
class Count:
    """How many there are; `more`: at least."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"more than {self.number}" if self.more else str(self.number)


@dataclass(frozen=True)
class WeekCount:
    """What came and what was answered in the week that began on this Monday."""

    monday: date
    received: int
    answered: int
    late: int


class Overview:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def open(self, most: int) -> list[Ticket]:
        """Open tickets, soonest due first."""
        return self._soonest(_OPEN, most)

    def late(self, today: date, most: int) -> list[Ticket]:
        """Open tickets past the law's last day whose clock runs, longest overdue first."""
        return self._soonest(_LATE, most, today=today)

    def soon(self, today: date, until: date, most: int) -> list[Ticket]:
        """Open tickets whose last day is one of these, soonest due first."""
        return self._soonest(_SOON, most, today=today, until=until)

    def mine(self, user: str, most: int) -> list[Ticket]:
        """Open tickets of this owner, soonest due first."""
        return self._soonest(_MINE, most, user=user)

    def nobodys(self, most: int) -> list[Ticket]:
        """Open tickets nobody has taken, soonest due first."""
        return self._soonest(_NOBODYS, most)

    def waiting(self, most: int) -> list[Ticket]:
        """Open tickets that wait for the person who wrote, soonest due first."""
        return self._soonest(_WAITING, most)

    def of_sender(self, blind: bytes, most: int) -> list[Ticket]:
        """The tickets of this address, open ones first."""
        ids = self._run(_OF_SENDER, {"sender": blind, "most": most}).scalars().all()
        return tickets_of(self._unit, ids)

    def in_state(self, state: State, most: int) -> list[Ticket]:
        """Tickets with a right in this state, longest since it was chosen first."""
        ids = [row.ticket_id for row in self._run(_ASKED, {"is_": state, "most": most})]
        return tickets_of(self._unit, list(dict.fromkeys(ids)))

    def count_open(self) -> Count:
        return self._count(_OPEN)

    def count_late(self, today: date) -> Count:
        return self._count(_LATE, today=today)

    def weeks(self, last: date, number: int) -> list[WeekCount]:
        """What came of so many weeks, oldest first; the last begins on the Monday `last`."""
        return [self._week(last - _WEEK * back) for back in reversed(range(number))]

    def begun_since(self, moment: datetime, but: str = "") -> list[datetime]:
        """When approved deletions began since, newest first: one moment a ticket but for this one, for what is approved
        together is one.
        """  # fmt: skip
        return list(self._run(_BEGUN, {"since": moment, "but": but}).scalars())

    def _week(self, monday: date) -> WeekCount:
        span = {"since": monday, "until": monday + _WEEK - timedelta(days=1)}
        answered, late = self._run(_ENDED, span).one()
        return WeekCount(monday, self._run(_RECEIVED, span).scalar_one(), answered, late)

    def _soonest(self, query: Select, most: int, **values: object) -> list[Ticket]:
        ids: Sequence[str] = self._run(query.order_by(*_BY_DUE).limit(most), values).scalars().all()
        return tickets_of(self._unit, ids)

    def _count(self, query: Select, **values: object) -> Count:
        some = query.order_by(*_BY_DUE).limit(MOST + 1)  # in the order of the index, so that it is read
        found = self._run(select(func.count()).select_from(some.subquery()), values).scalar_one()
        return Count(min(found, MOST), found > MOST)
