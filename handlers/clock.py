"""The clock ticks: claim due work, renew leases, remind, sweep. APScheduler keeps time and nothing else.

APScheduler goes by the machine's clock: set back by a day, it would not tick for a day. `Watch` goes by the monotonic
one, notices the jump, and has every tick due at once.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

_log = structlog.get_logger("clock")

JUMP_S = 60.0  # TRUST T35: from here on it is no correction but a jump


class Ticker:
    """A memory-only scheduler over a few plain calls. No business fact lives in it, so any number may run."""

    def __init__(
        self, wake: Callable[[], None], renew: Callable[[], None], sweep: Callable[[], object],
        remind: Callable[[], object], watch: Callable[[], object], jumped: Callable[[float], object],
    ) -> None:  # fmt: skip
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_job(wake, "interval", seconds=1, id="claim")
        self._scheduler.add_job(renew, "interval", seconds=10, jitter=1, id="renew")
        self._scheduler.add_job(remind, "interval", seconds=5, jitter=1, id="remind")
        self._scheduler.add_job(sweep, "interval", seconds=60, jitter=5, id="sweep")
        self._scheduler.add_job(watch, "interval", seconds=60, jitter=5, id="watch")
        self._jumped = jumped
        self._watch = Watch(self._catch_up)

    def start(self) -> None:
        self._scheduler.start()
        self._watch.start()

    def stop(self) -> None:
        self._watch.stop()
        self._scheduler.shutdown(wait=True)

    def _catch_up(self, seconds: float) -> None:
        """Every tick is due now, by the clock as it runs from here on."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))
        self._scheduler.wakeup()
        self._jumped(seconds)  # not as a job of the scheduler: one that ends while it is shut down is an error there


class Watch:
    """Compares the machine's clock with the monotonic one and calls `jumped` with the seconds it was moved by."""

    def __init__(
        self, jumped: Callable[[float], None], clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic, every_s: float = 1.0,
    ) -> None:  # fmt: skip
        self._jumped, self._clock, self._steady, self._every_s = jumped, clock, steady, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking, name="watch", daemon=True)
        self._ahead = clock() - steady()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(5)

    def look(self) -> None:
        """One comparison with the last one. A clock that is corrected bit by bit has not jumped."""
        ahead = self._clock() - self._steady()
        moved, self._ahead = ahead - self._ahead, ahead
        if abs(moved) >= JUMP_S:
            self._jumped(moved)

    def _keep_looking(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 the door of this thread: a database that is away ends no watch
                _log.error("jump_not_told", error=type(error).__name__)
