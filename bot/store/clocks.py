"""Clocks: what was recorded on one, and whose dates were computed by other rules than those of today."""

from sqlalchemy import bindparam, select, union_all

from bot.store.rows import ClockEvent
from bot.store.schema import clock_event, ticket
from bot.store.transaction import Transaction

_T = ticket.c
_EVENT = select(clock_event).where(clock_event.c.id == bindparam("id_"))
_OPEN = select(_T.id).where(_T.state == bindparam("open"))
# Two ranges of one index: “another than” would read every open ticket.
_OTHER = union_all(_OPEN.where(_T.rules < bindparam("rules")), _OPEN.where(_T.rules > bindparam("rules")))


class Clocks:
    def __init__(self, unit: Transaction) -> None:
        self._run = unit.connection.execute

    def event(self, event_id: str) -> ClockEvent:
        """One row of a clock. LookupError if there is none."""
        row = self._run(_EVENT, {"id_": event_id}).one_or_none()
        if row is None:
            raise LookupError(f"no clock event {event_id}")
        return ClockEvent(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name

    def of_other_rules(self, rules: str, limit: int) -> list[str]:
        """Open tickets whose dates were computed by other rules than these, at most so many."""
        return list(self._run(_OTHER.limit(limit), {"open": "open", "rules": rules}).scalars())
