"""What follows an acknowledgement, after a burst of presses is over.

A press is acknowledged on the way in; its work is handed over here. Both want the same processor, and Slack waits three
seconds only: fifty presses are acknowledged before the first one's work begins.
"""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

import structlog

log = structlog.get_logger("slack.afterwards")

LULL_S, LONGEST_S = 0.015, 0.3


class Afterwards(Executor):
    """Work begins in one of `threads` threads when nothing was handed over for 15 ms, or after a third of a second.

    One thread waits for the lull: handing over costs the press nothing, not even the start of a thread.
    """

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="slack-listener")
        self._waiting: SimpleQueue[tuple[float, Callable[[], object]] | None] = SimpleQueue()
        self._last = 0.0
        self._over = Event()
        self._porter = Thread(target=self._carry, name="slack-afterwards", daemon=True)
        self._porter.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Handed over. RuntimeError after the shutdown."""
        if self._over.is_set():
            raise RuntimeError("nothing is begun any more")
        done: Future[Any] = Future()
        self._last = time.monotonic()
        self._waiting.put((self._last, partial(_run, done, partial(fn, *args, **kwargs))))
        return done

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What was handed over has begun, unless `cancel_futures` and no thread was free; and ended, if waited for."""
        if not self._over.is_set():
            self._over.set()
            self._waiting.put(None)
        self._porter.join()
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _carry(self) -> None:
        while (handed := self._waiting.get()) is not None:
            at, work = handed
            while (left := min(self._last + LULL_S, at + LONGEST_S) - time.monotonic()) > 0:
                if self._over.wait(left):
                    break
            self._pool.submit(work)


def _run(done: Future[Any], work: Callable[[], Any]) -> None:
    try:
        done.set_result(work())
    except Exception as error:  # noqa: BLE001 -- the door has its own catch-all; this is what got past it
        log.error("slack_work_failed", error=type(error).__name__)  # noqa: TRY400 -- a trace may hold what came in
        done.set_exception(error)
