"""Durable work: a row first, then the act, once.

A piece of work is a row with a unique key. Any engine on the database may claim it, for the time of a lease and under a
fencing number that rises with every claim; whoever comes back with an older number is not heard. An act that must not
happen twice also has a row in the ledger (`action`):

    claim ── intent ── call ── outcome and all that follows from it (`Kind.after`), in one transaction
               └ no answer: once the call cannot be at work any more (started + timeout_s + settle_s by the
                 database's clock), look (`Kind.probe`): Seen is the outcome; NotSeen: again; cannot tell: a person

What happens when it breaks between the lines:

- Killed after the intent, or hung, or an exception nobody foresaw: the intent stands, so the next pass looks and never
  just repeats. A probe right after a crash lies: the far side may still be busy with the call nobody waits for.
- Frozen, then thawed: a call that would begin noticeably after its intent is not made; a late outcome is not heard.
- The answer is known and the database is away: the outcome is written again and again, until it stands or another
  owner has the row or the process ends.
- `after` is killed: the outcome went with it, the intent stands, the next pass looks.
- `after` raises: the outcome is written without what should follow, the work is dead and `failed` tells a person.
  "Again" then runs `after` with the outcome the ledger holds; the act is not repeated.
- `failed` raises: the row ends in its state without it, and shows up in `stuck`.
"""

import os
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Update

from bot.engine import rows
from bot.engine.attempt import Attempt, Fenced, Stopped
from bot.engine.calls import Calls, directly
from bot.engine.claim import claim, claim_statement
from bot.engine.kinds import Job, Kind, Limit, Stuck
from bot.engine.rows import DEAD, DONE, READY, UNKNOWN, WAITING
from bot.store import Store, Unit
from bot.store.schema import work

__all__ = ["Engine", "Job", "Kind", "Limit", "Stuck"]

TICK_S = 1.0  # how often the claimer looks without being woken
NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")

_log = structlog.get_logger("engine")


def this_process() -> str:
    """Host, boot and process: no two owners of leases are ever called the same."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()[:48]}:{boot.read_text()[:8] if boot.exists() else '-'}:{os.getpid()}"


class Engine:
    """Carries out the work of one database, together with all other engines on it. Safe to use from any thread."""

    def __init__(self, store: Store, clock: Callable[[], datetime], owner: str | None = None, lease_s: float = 30,
                 slots: int = 8, limits: Mapping[str, Limit] | None = None) -> None:  # fmt: skip
        self.owner = owner or this_process()
        self._store = store
        self._clock = clock
        self._lease_ms = round(lease_s * 1000)
        self._slots = slots
        self._limits = dict(limits or {})
        self._kinds: dict[str, Kind] = {}
        self._statement: Update | None = None
        self._lock = Lock()
        self._mine: set[str] = set()  # keys this process is carrying out
        self._calls = Calls()
        self._carried: set[Future[None]] = set()
        self._pool: ThreadPoolExecutor | None = None
        self._claimer: Thread | None = None
        self._bell = Event()
        self._stopping = Event()  # nothing new is begun
        self._abandoned = Event()  # nothing is waited for
        store.on_commit(self.wake)

    def register(self, kind: Kind) -> None:
        """Work of this kind is carried out from now on; of kinds it does not know, an engine claims nothing."""
        if kind.name in self._kinds:
            raise ValueError(f"the kind {kind.name} is registered already")
        self._kinds[kind.name] = kind
        self._statement = None

    # -- what the desk says, each inside the desk's own transaction

    def put(self, unit: Unit, kind: str, key: str, args: Mapping[str, Any], *, lane: str = "",
            ticket_id: str | None = None, run_at: datetime | None = None, waiting: bool = False) -> bool:  # fmt: skip
        """Whether the work is new; work of this key that stands already stays as it is.

        `waiting`: nobody begins it before `ready`; `run_at` is then the time it should not wait beyond.
        """
        row = {
            "key": key, "kind": kind, "args": dict(args), "lane": lane, "ticket_id": ticket_id,
            "state": WAITING if waiting else READY, "run_at": run_at or (NEVER if waiting else unit.now),
            "tries": 0, "fence": 0, "made_at": unit.now,
        }  # fmt: skip
        unit.wake()
        return unit.insert_first(work, row, on="key")

    def put_each(self, unit: Unit, kind: str, tickets: Sequence[str], *, lane: str = "") -> None:
        """One new piece of work for each of these tickets, its key `kind:ticket`. IntegrityError where one stands."""
        row = {
            "kind": kind, "lane": lane, "state": READY, "run_at": unit.now, "tries": 0, "fence": 0, "made_at": unit.now,
        }  # fmt: skip
        if tickets:
            rows.add(unit, [
                {**row, "key": f"{kind}:{each}", "args": {"ticket": each}, "ticket_id": each} for each in tickets
            ])  # fmt: skip
            unit.wake()

    def ready(self, unit: Unit, key: str, run_at: datetime | None = None) -> bool:
        """Whether work that waited, or was dead, may be begun now or from `run_at` on. A second click does nothing."""
        unit.wake()
        return rows.turn(unit, key, {WAITING, DEAD}, state=READY, run_at=run_at or unit.now, tries=0, error=None)

    def settle(self, unit: Unit, key: str, *, seen: bool) -> bool:
        """Whether an unknown act is settled by what a person saw: done, with all that follows, or to be done again."""
        if not seen:
            again = rows.turn(unit, key, {UNKNOWN}, state=READY, run_at=unit.now, tries=0, error=None)
            if again:
                rows.withdraw(unit, key, UNKNOWN)
                unit.wake()
            return again
        if not rows.turn(unit, key, {UNKNOWN}, state=DONE, done_at=unit.now, error=None):
            return False
        rows.conclude(unit, key, DONE, {})
        job = rows.get(unit, key)
        self._kinds[job.kind].after(unit, job, {})
        return True

    def cancel(self, unit: Unit, *keys: str) -> bool:
        """Whether some of it will not be begun: not what is running, nor what has an unsettled earlier attempt."""
        return rows.call_off(unit, keys)

    def ticket_of(self, unit: Unit, key: str) -> str | None:
        """The ticket a piece of work belongs to; None for other work, and for none."""
        return rows.ticket_of(unit, key)

    def unsettled(self, unit: Unit, ticket_id: str) -> list[Job]:
        """The acts of a ticket only a person can settle."""
        return rows.unsettled(unit, ticket_id)

    def unfinished(self, unit: Unit, ticket_id: str, kinds: Collection[str]) -> bool:
        """Whether work of these kinds for this ticket has yet to end, or to be settled."""
        return rows.unfinished(unit, ticket_id, kinds)

    def queued(self, unit: Unit, kind: str, most: int) -> list[str]:
        """The tickets whose work of this kind waits to be begun, `most` at the most, in no order."""
        return rows.queued(unit, kind, most)

    def states(self, unit: Unit, keys: Collection[str]) -> dict[str, str]:
        """Key → state (ready running waiting done unknown dead), of the work there is among these keys."""
        return rows.states(unit, keys)

    def run_at(self, unit: Unit, key: str) -> datetime | None:
        """When the work of this key is or was due; None if there is none."""
        return rows.run_at(unit, key)

    def result(self, unit: Unit, key: str) -> Mapping[str, Any] | None:
        """What the ledger holds of a finished act; None while it is not finished."""
        known = rows.entry(unit, key)
        return known.result if known is not None and known.state == DONE else None

    def stuck(self, limit: int = 100) -> list[Stuck]:
        """Running past its lease, waiting past its time, unknown, dead, and the oldest that is due and ready."""
        with self._store.read() as unit:
            return rows.stuck(unit, limit)

    # -- life

    def start(self) -> None:
        """Due work is carried out in threads of its own from now on."""
        self._stopping.clear()
        self._abandoned.clear()
        self._pool = ThreadPoolExecutor(self._slots, "engine")
        self._claimer = Thread(target=self._keep_claiming, name="claimer", daemon=True)
        self._claimer.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Nothing is claimed any more and every claim has an end: calls under way had most of `timeout` seconds to
        finish; one that still has no answer is left to be looked for, like any other lost answer.
        """  # fmt: skip
        if self._pool is None or self._claimer is None:
            return
        ends = monotonic() + timeout
        self._stopping.set()
        self._bell.set()
        self._claimer.join(timeout * 0.8)
        wait(list(self._carried), max(0.0, ends - timeout * 0.2 - monotonic()))
        self._abandoned.set()
        self._calls.abandon()
        wait(list(self._carried), max(0.0, ends - monotonic()))
        self._pool.shutdown(wait=False)
        self._pool = None

    def wake(self) -> None:
        """The claimer looks now."""
        self._bell.set()

    def renew(self) -> None:
        """The leases of what this process is carrying out run anew. To be called three times a lease."""
        with self._lock:
            mine = list(self._mine)
        if mine:
            with self._store.begin(patient=True) as unit:
                rows.renew(unit, self.owner, mine, self._lease_ms)

    def recover(self) -> int:
        """How many leases of dead owners were ended before their time, so that work goes on at once after a restart.

        On SQLite all that are not ours: to be called once `Store.exclusive` has proved that no other process lives.
        On PostgreSQL those of this owner's name only; the others run out by themselves.
        """
        with self._lock:
            mine = list(self._mine)
        with self._store.begin(patient=True) as unit:
            unit.wake()
            return rows.expire(unit, None if self._store.dialect == "sqlite" else self.owner, mine)

    def step(self, limit: int | None = None) -> int:
        """Claims what is due, carries it out in this thread and says how much it was. Nobody enforces a time-out."""
        jobs, _ = self._claim(self._slots if limit is None else limit)
        for job in jobs:
            self._carry(job, directly)
        return len(jobs)

    def _keep_claiming(self) -> None:
        while not self._stopping.is_set():
            began = monotonic()
            self._bell.clear()
            try:
                jobs, opens_s = self._claim(self._slots - len(self._mine))
                for job in jobs:
                    self._submit(job)
            except Exception as error:  # noqa: BLE001 the door of this thread: it outlives a database that is away
                _log.warning("claim_failed", error=type(error).__name__)
                self._stopping.wait(TICK_S / 2)
                continue
            if not jobs:  # an empty look at a long queue leaves the database to others four fifths of the time
                self._stopping.wait(min(4 * (monotonic() - began), TICK_S / 10))
                self._bell.wait(TICK_S if opens_s is None else min(TICK_S, opens_s))

    def _submit(self, job: Job) -> None:
        assert self._pool is not None
        carried = self._pool.submit(self._carry, job, self._calls.within)
        self._carried.add(carried)
        carried.add_done_callback(self._carried.discard)

    def _claim(self, most: int) -> tuple[list[Job], float | None]:
        if most < 1 or not self._kinds:
            return [], None
        if self._statement is None:  # made once: 20 ms that a start should not pay for each kind
            self._statement = claim_statement(self._kinds, self._limits)
        with self._store.begin(patient=True) as unit:
            jobs, opens_s = claim(
                unit, self._statement, self._limits,
                at=self._clock(), most=most, by=self.owner, lease_ms=self._lease_ms,
            )  # fmt: skip
        with self._lock:
            self._mine.update(job.key for job in jobs)
        return jobs, opens_s

    def _carry(self, job: Job, run: Callable[[Callable[[Job], Any], Job, float], Any]) -> None:
        kind = self._kinds[job.kind]
        try:
            Attempt(kind, job, self._store, self._clock, run, self._stopping, self._abandoned).carry()
        except (Fenced, Stopped):
            pass
        except Exception as error:  # noqa: BLE001 the door: the row stays as it is until its lease is over
            _log.error("attempt_failed", work=job.key, error=type(error).__name__)
        finally:
            with self._lock:
                self._mine.discard(job.key)
            self._bell.set()
