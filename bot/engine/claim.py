"""The claim: which work is begun now, within what each lane bears, in one statement on SQLite and PostgreSQL.

Leases and calls a second go by the clock of the database, in milliseconds: it is one clock, however many machines
there are.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    or_,
    select,
    update,
)

from bot.engine.kinds import LOST, Job, Limit
from bot.engine.rows import READY, RUNNING, job_of, now
from bot.store import Unit
from bot.store.schema import lane, work

_ANY = 1 << 30
_MOMENT = bindparam("moment", type_=BigInteger)  # one for the whole claim, by the database's clock


def claim_statement(kinds: Collection[str], limits: Mapping[str, Limit]) -> Update:
    """The claim, in one statement: what is due or was left by a lost owner, oldest first, within the lanes' limits."""
    due = and_(
        work.c.kind.in_(sorted(kinds)),
        or_(
            and_(work.c.state == READY, work.c.run_at <= bindparam("at")),
            and_(work.c.state == RUNNING, work.c.lease_until < _MOMENT),
        ),
    )
    choice = _within(due, limits) if limits else select(work.c.key).where(due)
    choice = choice.order_by(work.c.run_at, work.c.key).limit(bindparam("most"))
    chosen = choice.with_for_update(skip_locked=True, of=work).cte("chosen")  # never inlined: locks exactly these
    left = work.c.state == RUNNING
    return (
        update(work)
        .where(work.c.key.in_(select(chosen.c.key)))
        .values(
            state=RUNNING,
            owner=bindparam("by"),
            fence=work.c.fence + 1,
            lease_until=_MOMENT + bindparam("lease_ms", type_=BigInteger),
            # lost passes are counted from the first in a row: a restart after a long outage is no poison
            tries=case((and_(left, func.coalesce(work.c.error, "") != LOST), 1), else_=work.c.tries + 1),
            error=case((left, LOST), else_=work.c.error),
        )
        .returning(work)
    )


def _within(due: ColumnElement[bool], limits: Mapping[str, Limit]) -> Select:
    """The keys of what is due, without what its lane has no room for: calls in flight, and calls a second.

    A closed or full lane is left out before anything is counted, so a long queue behind it costs little and hides
    nobody; of the open ones the first few are looked at, for whoever is chosen makes room for the next look.
    """
    closest = sorted(limits, reverse=True)  # `card:special` before `card`
    other = work.alias("other")
    room = _by_lane(other.c.lane, {name: limits[name].in_flight for name in closest})
    calls = func.count().label("calls")
    alive = and_(other.c.state == RUNNING, other.c.lease_until >= _MOMENT)
    busy = select(other.c.lane, calls, room.label("room")).where(alive).group_by(other.c.lane).subquery("busy")
    closed = select(lane.c.name).where(lane.c.next_at > _MOMENT)
    full = select(busy.c.lane).where(busy.c.calls >= busy.c.room)
    first = (
        select(work.c.key, work.c.lane, work.c.run_at)
        .where(due, work.c.lane.not_in(closed), work.c.lane.not_in(full))
        .order_by(work.c.run_at, work.c.key)
        .limit(bindparam("look"))
        .subquery("first")
    )
    place = func.row_number().over(partition_by=first.c.lane, order_by=[first.c.run_at, first.c.key])
    rates = {name: _burst(limits[name]) for name in closest}
    free = _by_lane(first.c.lane, {name: limits[name].in_flight for name in closest}) - func.coalesce(busy.c.calls, 0)
    # Few rows, found once: MATERIALIZED, so that no guess of a planner asks for them again and again.
    ranked = (
        select(first.c.key, place.label("place"), free.label("free"), _by_lane(first.c.lane, rates).label("turns"))
        .outerjoin(busy, busy.c.lane == first.c.lane)
        .cte("ranked")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    fits = and_(ranked.c.place <= ranked.c.free, ranked.c.place <= ranked.c.turns)
    # Asked again on the locked row, which may have changed since it was read; as a CASE, so that rows are found by key.
    still = case(
        (work.c.state == READY, work.c.run_at <= bindparam("at")),
        (work.c.state == RUNNING, work.c.lease_until < _MOMENT),
        else_=false(),
    )
    return select(work.c.key).join(ranked, ranked.c.key == work.c.key).where(fits, still)


def _by_lane(name: ColumnElement[str], values: Mapping[str, int]) -> ColumnElement[int]:
    """What holds for the lane of this name, or for the family before the colon; of the first that fits."""
    fitting = [
        (or_(name == each, name.startswith(f"{each}:", autoescape=True)), value) for each, value in values.items()
    ]
    return case(*fitting, else_=_ANY)


def _burst(limit: Limit) -> int:
    """A second's worth of calls may begin at once; then none until they are paid for."""
    return max(1, int(limit.per_second)) if limit.per_second else _ANY


def claim(unit: Unit, statement: Update, limits: Mapping[str, Limit], *, at: datetime, most: int, by: str,
          lease_ms: int) -> tuple[list[Job], float | None]:  # fmt: skip
    """Up to `most` pieces of work, now ours for the time of a lease; and the seconds until a closed lane opens."""
    _lock_lanes(unit, limits)
    moment = unit.connection.scalar(select(now(unit))) or 0
    values = {"at": at, "moment": moment, "most": most, "look": 8 * most, "by": by, "lease_ms": lease_ms}
    found = sorted(unit.connection.execute(statement, values), key=lambda row: (row.run_at, row.key))
    return [job_of(row) for row in found], _close_lanes(unit, limits, Counter(row.lane for row in found), moment)


def _lock_lanes(unit: Unit, limits: Mapping[str, Limit]) -> None:
    """Nobody else claims in limited lanes until the commit: two who count at the same time would both find room."""
    if not limits:
        return
    ask = select(lane.c.name).where(lane.c.name.in_(sorted(limits))).order_by(lane.c.name).with_for_update()
    missing = limits.keys() - set(unit.connection.scalars(ask))
    for name in sorted(missing):
        unit.insert_first(lane, {"name": name, "next_at": 0}, on="name")
    if missing:
        unit.connection.execute(ask)


def _close_lanes(unit: Unit, limits: Mapping[str, Limit], calls: Mapping[str, int], moment: int) -> float | None:
    """Lanes with calls a second are closed until these calls are paid for; the seconds until one opens."""
    if not any(limit.per_second for limit in limits.values()):
        return None
    for name in sorted(calls):
        limit = limits.get(name) or limits.get(name.partition(":")[0])
        if limit and limit.per_second:
            unit.insert_first(lane, {"name": name, "next_at": 0}, on="name")
            opens = moment + round(calls[name] * 1000 / limit.per_second)
            unit.connection.execute(update(lane).where(lane.c.name == name).values(next_at=opens))
    if calls:  # an open lane needs no row, only its family does, to be locked
        unit.connection.execute(delete(lane).where(lane.c.next_at <= moment, lane.c.name.not_in(sorted(limits))))
    opens = unit.connection.scalar(select(func.min(lane.c.next_at)).where(lane.c.next_at > moment))
    return None if opens is None else (opens - moment) / 1000
