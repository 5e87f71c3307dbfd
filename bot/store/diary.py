"""What the calendar of deadlines shows: the open tickets that still have to be answered."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, or_, select

from bot.store.requests import requests_of
from bot.store.schema import audit, clock_event, request, ticket
from bot.store.tickets import tickets_of
from bot.store.transaction import Transaction
from bot.tickets import FINAL, Request, Ticket

_T, _R = ticket.c, request.c
_ANY = exists().where(_R.ticket_id == _T.id)
_TO_ANSWER = (
    select(_T.id)
    .where(_T.state == "open", or_(~_ANY, _ANY.where(_R.state.not_in(sorted(FINAL)), _R.ended_on.is_(None))))
    .order_by(_T.unrolled, _T.ref)
    .limit(bindparam("most"))
)
_MOVES = (
    select(clock_event.c.ticket_id, func.count())
    .where(clock_event.c.ticket_id.in_(bindparam("of", expanding=True)))
    .group_by(clock_event.c.ticket_id)
)
_CHANGED = (
    select(audit.c.ticket_id, func.max(audit.c.at))
    .where(audit.c.ticket_id.in_(bindparam("of", expanding=True)))
    .group_by(audit.c.ticket_id)
)


@dataclass(frozen=True)
class ToAnswer:
    """An open ticket, its requests, how often its clock was written on, and when anything was last done to it."""

    ticket: Ticket
    requests: tuple[Request, ...]
    moves: int
    changed_at: datetime


class Diary:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def to_answer(self, most: int) -> list[ToAnswer]:
        """The tickets that still have to be answered, the soonest first, at most so many."""
        ids = self._run(_TO_ANSWER, {"most": most}).scalars().all()
        if not ids:
            return []
        moves: dict[str, int] = {row[0]: row[1] for row in self._run(_MOVES, {"of": ids})}
        changed: dict[str, datetime] = {row[0]: row[1] for row in self._run(_CHANGED, {"of": ids})}
        requests = self._requests(ids)
        return [
            ToAnswer(each, tuple(requests[each.id]), moves.get(each.id, 0), changed.get(each.id) or each.received_at)
            for each in tickets_of(self._unit, ids)
        ]

    def _requests(self, ids: Sequence[str]) -> dict[str, list[Request]]:
        found = defaultdict[str, list[Request]](list)
        for each in requests_of(self._unit, ids):
            found[each.ticket_id].append(each)
        return found
