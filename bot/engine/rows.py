"""The rows of the engine: every statement over `work` and `action` but the claim, the same on SQLite and PostgreSQL.

Moments a person may name (`run_at`) are compared with the injected clock. Leases and settling go by the clock of the
database, in milliseconds: it is one clock, however many machines there are.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, insert, or_, select, update

from bot.engine.kinds import Job, Stuck
from bot.store import Unit
from bot.store.instant import now_ms
from bot.store.schema import action, work

READY, RUNNING, WAITING, DONE, UNKNOWN, DEAD = "ready", "running", "waiting", "done", "unknown", "dead"
INTENT, REFUSED = "intent", "refused"  # of the ledger, which also knows DONE and UNKNOWN
CANCELLED = "cancelled"

_ADD = insert(work)


def now(unit: Unit) -> ColumnElement[int]:
    """The database's clock in milliseconds."""
    return now_ms(unit.connection)


def ticket_of(unit: Unit, key: str) -> str | None:
    """The ticket a piece of work belongs to; None for other work, and for none."""
    return unit.connection.scalar(select(work.c.ticket_id).where(work.c.key == key))


def get(unit: Unit, key: str) -> Job:
    """The work of this key as it stands. NoResultFound if there is none."""
    return job_of(unit.connection.execute(select(work).where(work.c.key == key)).one())


def job_of(row: Row) -> Job:
    """The row as its kind sees it."""
    return Job(row.key, row.kind, row.args, row.ticket_id, row.tries, row.fence, row.made_at, row.error)


# -- a claimed row


_OURS = and_(work.c.key == bindparam("claimed"), work.c.fence == bindparam("under"), work.c.state == RUNNING)
_HOLDS = select(work.c.key).where(_OURS).with_for_update()
_LET_GO = (
    update(work)
    .where(_OURS)
    .values(
        owner=None,
        lease_until=None,
        state=bindparam("to"),
        error=bindparam("because"),
        tries=bindparam("counted"),
        run_at=func.coalesce(bindparam("again_at", type_=work.c.run_at.type), work.c.run_at),
        done_at=bindparam("ended_at", type_=work.c.done_at.type),
    )
)


def holds(unit: Unit, job: Job) -> bool:
    """Whether this claim still stands. The row is locked until the commit, so it goes on standing until then."""
    return unit.connection.scalar(_HOLDS, {"claimed": job.key, "under": job.fence}) is not None


def let_go(unit: Unit, job: Job, state: str, error: str | None, *, tries: int, run_at: datetime | None = None) -> bool:
    """Whether this claim still stood. It is over now, and the row says how; `run_at`: when somebody may claim it."""
    done_at = unit.now if state == DONE else None
    values = {"to": state, "because": error, "counted": tries, "again_at": run_at, "ended_at": done_at}
    return unit.connection.execute(_LET_GO, {"claimed": job.key, "under": job.fence, **values}).rowcount == 1


def renew(unit: Unit, owner: str, keys: Collection[str], lease_ms: int) -> None:
    """The leases of these rows run anew."""
    mine = and_(work.c.owner == owner, work.c.state == RUNNING, work.c.key.in_(keys))
    unit.connection.execute(update(work).where(mine).values(lease_until=now(unit) + lease_ms))


def expire(unit: Unit, owner: str | None, but: Collection[str]) -> int:
    """The leases of this owner (None: of everybody) are over, except for these rows; how many."""
    left = [work.c.state == RUNNING, work.c.key.not_in(but)]
    if owner is not None:
        left.append(work.c.owner == owner)
    return unit.connection.execute(update(work).where(*left).values(lease_until=0)).rowcount


def add(unit: Unit, new: Sequence[Mapping[str, Any]]) -> None:
    """Work that does not stand yet; IntegrityError otherwise."""
    unit.connection.execute(_ADD, new)


def turn(unit: Unit, key: str, sources: Collection[str], **values: Any) -> bool:
    """Whether the row stood in one of these states and now holds these values. A row somebody works on is not waited
    for: the one who waits holds a ticket, and the one who works may be about to ask for it.
    """  # fmt: skip
    free = select(work.c.key).where(work.c.key == key, work.c.state.in_(sources)).with_for_update(skip_locked=True)
    chosen = free.cte("chosen")
    changed = update(work).where(work.c.key.in_(select(chosen.c.key))).values(**values).returning(work.c.key)
    return unit.connection.scalar(changed) is not None  # SQLite counts no rows of a statement that begins with WITH


_FREE = (
    select(work.c.key)
    .where(work.c.key.in_(bindparam("keys", expanding=True)), work.c.state.in_([READY, WAITING]))
    .where(work.c.key.not_in(select(action.c.key).where(action.c.state == INTENT)))
    .with_for_update(skip_locked=True, of=work)
    .cte("free")
)
_CALL_OFF = (
    update(work)
    .where(work.c.key.in_(select(_FREE.c.key)))
    .values(state=DEAD, error=CANCELLED)
    .returning(work.c.key)
)


def call_off(unit: Unit, keys: Collection[str]) -> bool:
    """Whether any of this work was still to be begun, and will not be. What somebody works on is not waited for."""
    return bool(unit.connection.execute(_CALL_OFF, {"keys": list(keys)}).all())


# -- the ledger


def entry(unit: Unit, key: str) -> Row | None:
    """The act as the ledger knows it, with its age in milliseconds; None while nothing was ever begun."""
    ask = select(action, (now(unit) - action.c.started).label("age_ms")).where(action.c.key == key)
    return unit.connection.execute(ask).one_or_none()


def intend(unit: Unit, job: Job, known: Row | None) -> None:
    """The act is about to be begun. `tries` counts the attempts in a row nobody knows the answer of."""
    tries = known.tries + 1 if known is not None and known.state == INTENT else 1
    values = {
        "kind": job.kind, "ticket_id": job.ticket_id, "state": INTENT, "fence": job.fence,
        "tries": tries, "started": now(unit), "finished": None, "result": {},
    }  # fmt: skip
    if known is None:
        unit.connection.execute(action.insert().values(key=job.key, **values))
    else:
        unit.connection.execute(update(action).where(action.c.key == job.key).values(**values))


def conclude(unit: Unit, key: str, state: str, result: Mapping[str, Any]) -> None:
    """The ledger knows what became of the act."""
    values = {"state": state, "result": dict(result), "finished": now(unit)}
    unit.connection.execute(update(action).where(action.c.key == key).values(**values))


def withdraw(unit: Unit, key: str, state: str = INTENT) -> None:
    """The act had no effect: as if it had never been begun."""
    unit.connection.execute(delete(action).where(action.c.key == key, action.c.state == state))


# -- looked up


def stuck(unit: Unit, limit: int) -> list[Stuck]:
    """Running past its lease, waiting past its time, unknown, dead, and the oldest that is ready and due."""
    late = or_(
        and_(work.c.state == RUNNING, work.c.lease_until < now(unit)),
        and_(work.c.state == WAITING, work.c.run_at < unit.now),
        work.c.state == UNKNOWN,
        and_(work.c.state == DEAD, work.c.error != CANCELLED),
    )
    oldest = select(work).where(work.c.state == READY, work.c.run_at < unit.now).order_by(work.c.run_at).limit(1)
    found = [*unit.connection.execute(select(work).where(late).order_by(work.c.run_at).limit(limit)),
             *unit.connection.execute(oldest)]  # fmt: skip
    return [_stuck(row) for row in found]


def unsettled(unit: Unit, ticket_id: str) -> list[Job]:
    """The acts of a ticket only a person can settle."""
    ask = select(work).where(work.c.ticket_id == ticket_id, work.c.state == UNKNOWN).order_by(work.c.run_at)
    return [job_of(row) for row in unit.connection.execute(ask)]


def unfinished(unit: Unit, ticket_id: str, kinds: Collection[str]) -> bool:
    """Whether work of these kinds for this ticket has yet to end, or to be settled."""
    open_ = work.c.state.in_([READY, RUNNING, WAITING, UNKNOWN])
    ask = select(work.c.key).where(work.c.ticket_id == ticket_id, work.c.kind.in_(kinds), open_).limit(1)
    return unit.connection.scalar(ask) is not None


def queued(unit: Unit, kind: str, most: int) -> list[str]:
    """The tickets whose work of this kind waits to be begun, `most` at the most, in no order."""
    ask = select(work.c.ticket_id).where(work.c.state == READY, work.c.kind == kind, work.c.ticket_id.is_not(None))
    return list(unit.connection.scalars(ask.limit(most)))


def states(unit: Unit, keys: Collection[str]) -> dict[str, str]:
    """Key → state, of the work there is among these keys."""
    found = unit.connection.execute(select(work.c.key, work.c.state).where(work.c.key.in_(keys)))
    return {row.key: row.state for row in found}


def run_at(unit: Unit, key: str) -> datetime | None:
    """When the work of this key is or was due; None if there is none."""
    return unit.connection.scalar(select(work.c.run_at).where(work.c.key == key))


def _stuck(row: Row) -> Stuck:
    return Stuck(row.key, row.kind, row.state, row.ticket_id, row.run_at, row.error)
