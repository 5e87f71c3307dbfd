"""One pass over one claimed piece of work: from the claim to an end that stands in the database."""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from threading import Event
from time import monotonic
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.checkpoints import checkpoint
from bot.engine import rows
from bot.engine.kinds import Job, Kind
from bot.engine.rows import DEAD, DONE, INTENT, READY, REFUSED, UNKNOWN
from bot.errors import Refused, SubjectlineError, Temporary, Unclear, Unsupported
from bot.store import AWAY, Store
from bot.workflow import NotSeen, Seen

PATIENCE = 5000  # passes before a far side that stays away becomes a person's matter: about two and a half days
POISON = 5  # passes in a row that ended nobody knows how
LONGEST_PAUSE_S = 60.0

_T = TypeVar("_T")
_log = structlog.get_logger("engine")


@dataclass(frozen=True)
class End:
    """How a pass ends. `ledger`: what the ledger is told; READY withdraws the intent, None leaves it as it is."""

    state: str
    ledger: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    wait_s: float = 0.0  # until the next pass
    told: str | None = None  # the word for `failed`
    counts: bool = True  # as a try; a pass that only found out that it is too early does not


class Fenced(Exception):
    pass


class Stopped(Exception):
    pass


@dataclass(frozen=True)
class Attempt:
    """One pass. `run` makes an outside call within seconds; the events say what the engine is about to do."""

    kind: Kind
    job: Job
    store: Store
    clock: Callable[[], datetime]
    run: Callable[[Callable[[Job], Any], Job, float], Any]
    stopping: Event  # nothing new is begun
    abandoned: Event  # nothing is waited for

    def carry(self) -> None:
        """The row has an end: done, dead, unknown, or ready for the next pass. Fenced, Stopped: it is left as it is."""
        checkpoint(f"{self.kind.name}.claimed")
        self._record(self._end())
        checkpoint(f"{self.kind.name}.recorded")

    # -- what is to be done

    def _end(self) -> End:
        if self.stopping.is_set():
            return End(READY, error=self.job.error, counts=False)
        if self.kind.harmless:
            return _poison(self.job) or self._call(monotonic())
        begun = self._insist(partial(self._intend, looked=None))
        if begun is None:
            looked = self._look()
            if isinstance(looked, End):
                return looked
            begun = self._insist(partial(self._intend, looked=looked))
        return begun if isinstance(begun, End) else self._call(begun)

    def _intend(self, looked: NotSeen | None) -> Any:
        """The moment the intent was written; or the end, if nothing is to be called; or None: somebody has to look."""
        with self.store.begin(patient=True) as unit:
            if not rows.holds(unit, self.job):
                raise Fenced
            known = rows.entry(unit, self.job.key)
            if known is not None and known.state == DONE:
                return _poison(self.job) or End(DONE, DONE, known.result)
            if known is not None and known.state == INTENT and known.fence != self.job.fence:
                settles_s = self.kind.timeout_s + self.kind.settle_s - known.age_ms / 1000
                if settles_s > 0:
                    return End(READY, error=self.job.error, wait_s=settles_s, counts=False)
                if looked is None:
                    return _poison(self.job, UNKNOWN)
                if known.tries >= POISON:
                    return End(DEAD, READY, error=f"begun {known.tries} times without an answer or effect", told=DEAD)
            elif poison := _poison(self.job):
                return poison
            begun = monotonic()
            rows.intend(unit, self.job, known)
        return begun

    def _call(self, begun: float) -> End:
        checkpoint(f"{self.kind.name}.before_call")
        try:
            left_s = self.kind.timeout_s - (monotonic() - begun)
            result = self.run(partial(self._in_time, begun), self.job, left_s) or {}
            end = End(DONE, DONE, result) if self.kind.harmless else _plain(result)
        except Exception as error:  # noqa: BLE001 the far side, and all that can be wrong with it
            end = self._fallen(error, begun)
        checkpoint(f"{self.kind.name}.after_call")
        return end

    def _in_time(self, begun: float, job: Job) -> Mapping[str, Any] | None:
        """The call, if it is still the moment for it. Who was frozen since the intent, or is being stopped, must not
        begin one: somebody else may be looking for it by now. (Frozen inside a call, only a key at the far side helps.)
        """  # fmt: skip
        late_s = monotonic() - begun
        if self.abandoned.is_set() or (not self.kind.harmless and late_s > max(0.25, self.kind.settle_s / 4)):
            raise Temporary("not called: too long after the intent")
        return self.kind.call(job)

    def _fallen(self, error: Exception, begun: float) -> End:
        words = _words(error)
        if isinstance(error, Refused | Unsupported):
            return End(DEAD, REFUSED, error=words, told=REFUSED)
        if not isinstance(error, Temporary) and not self.kind.harmless:
            settled = begun + self.kind.timeout_s + self.kind.settle_s
            return End(READY, error=words, wait_s=settled - monotonic())
        if self.job.tries >= _bears(error):
            return End(DEAD, READY, error=words, told=DEAD)
        return End(READY, READY, error=words, wait_s=pause_s(self.job, error))

    def _look(self) -> End | NotSeen:
        """What the probe saw, once it can be believed."""
        saw, words = None, "only a person can tell what became of it"
        try:
            saw = self.run(self.kind.probe, self.job, self.kind.timeout_s) if self.kind.probe else None
        except (Refused, Unsupported) as error:
            words = _words(error)
        except Exception as error:  # noqa: BLE001 as in _call; looking again does no harm
            words = _words(error)
            if self.job.tries < _bears(error):
                return End(READY, error=words, wait_s=pause_s(self.job, error))
        if isinstance(saw, Seen):
            return End(DONE, DONE, dict(saw.result))
        return saw if isinstance(saw, NotSeen) else End(UNKNOWN, UNKNOWN, error=words, told=UNKNOWN)

    # -- what became of it

    def _record(self, end: End) -> None:
        """The end stands in the database, whatever it takes; without what should follow, if that is what fails."""
        tell = True
        while True:
            try:
                return self._insist(partial(self._write, end, tell=tell))
            except (Fenced, Stopped):
                raise
            except Exception as error:
                _log.error("aftermath_failed", work=self.job.key, state=end.state, error=type(error).__name__)
                if not tell:
                    raise
                if end.state == DONE:
                    end = replace(end, state=DEAD, told=DEAD, error=f"done, but what follows failed: {_words(error)}")
                else:
                    tell = False

    def _write(self, end: End, *, tell: bool) -> None:
        job, kind = self.job, self.kind
        with self.store.begin(patient=True) as unit:
            tries = job.tries if end.counts else job.tries - 1
            if not rows.let_go(unit, job, end.state, end.error, tries=tries, run_at=self._again_at(end)):
                raise Fenced
            if end.ledger == READY:
                rows.withdraw(unit, job.key)
            elif end.ledger is not None and not kind.harmless:
                rows.conclude(unit, job.key, end.ledger, end.result)
            if tell and end.state == DONE:
                kind.after(unit, job, end.result)
            elif tell and end.told:
                kind.failed(unit, job, end.told, end.error or "")

    def _again_at(self, end: End) -> datetime | None:
        """When the next pass begins. In tenths, upwards: what a real clock measured must not make two simulated runs
        differ.
        """  # fmt: skip
        if end.state != READY:
            return None
        return self.clock() + timedelta(seconds=max(0, ceil(end.wait_s * 10)) / 10)

    def _insist(self, write: Callable[[], _T]) -> _T:
        """What `write` answers, however long the database is away. Its error, when the database is well without it."""
        pause, well = 0.05, 0
        while True:
            try:
                return write()
            except AWAY:
                if self.abandoned.is_set():
                    raise Stopped from None
                well += self._database_is_well()
                if well >= POISON:
                    raise
            self.abandoned.wait(pause)
            pause = min(2 * pause, 2.0)

    def _database_is_well(self) -> bool:
        try:
            with self.store.begin(patient=True) as unit:
                if not rows.holds(unit, self.job):
                    raise Fenced
        except SQLAlchemyError:
            return False
        return True


def _poison(job: Job, state: str = DEAD) -> End | None:
    """The end of work that took its owner with it again and again."""
    if not job.lost or job.tries <= POISON:
        return None
    ledger = UNKNOWN if state == UNKNOWN else None
    return End(state, ledger, error=f"its owner was lost {job.tries} times in a row", told=state)


def _plain(result: Mapping[str, Any]) -> End:
    """Done, with a result the ledger can hold. Done without it, and dead, when it is none: the act is not repeated."""
    try:
        return End(DONE, DONE, json.loads(json.dumps(dict(result), allow_nan=False)))
    except (TypeError, ValueError):
        return End(DEAD, DONE, error="done, but the result is nothing a ledger holds", told=DEAD)


def _words(error: Exception) -> str:
    """What may be kept of an error: the words of our own family, which name nobody; of any other only its class."""
    return str(error)[:500] if isinstance(error, SubjectlineError) else type(error).__name__


def _bears(error: Exception) -> int:
    return PATIENCE if isinstance(error, Temporary | Unclear) else POISON


def pause_s(job: Job, error: Exception) -> float:
    """Twice as long each time, up to a minute; as long as the far side asked for, if it did. Spread by key and try."""
    spread = zlib.crc32(f"{job.key}:{job.tries}".encode()) / 2**32
    if isinstance(error, Temporary) and error.retry_after is not None:
        return error.retry_after * (1 + spread / 10)
    return min(LONGEST_PAUSE_S, 2.0 ** min(job.tries - 1, 16)) * (0.5 + spread / 2)
