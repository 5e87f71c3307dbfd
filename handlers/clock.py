"""The clock ticks: claim due work, renew leases, sweep. APScheduler keeps time and nothing else (DESIGN section 5)."""

from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler


class Ticker:
    """A memory-only scheduler over a few plain calls. No business fact lives in it, so any number may run."""

    def __init__(self, wake: Callable[[], None], renew: Callable[[], None], sweep: Callable[[], object]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_job(wake, "interval", seconds=1, id="claim")
        self._scheduler.add_job(renew, "interval", seconds=10, jitter=1, id="renew")
        self._scheduler.add_job(sweep, "interval", seconds=60, jitter=5, id="sweep")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=True)
