"""Outside calls with a deadline that is kept from outside: no call can hold the engine, whatever it hangs on."""

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

from bot.engine.kinds import Job
from bot.errors import Unclear

_T = TypeVar("_T")


class Calls:
    """The calls under way in this process."""

    def __init__(self) -> None:
        self._answers: set[Future[Any]] = set()

    def within(self, act: Callable[[Job], _T], job: Job, seconds: float) -> _T:
        """What the act answers, or raises. Unclear after so many seconds: it is left alone and no longer heard."""
        answer: Future[_T] = Future()
        self._answers.add(answer)
        # A daemon: a hung call must not keep the process from ending. The lease and the ledger look after the rest.
        Thread(target=_into, args=(answer, act, job), name=f"call {job.kind}", daemon=True).start()
        try:
            if not wait([answer], max(0.0, seconds)).done:
                _fail(answer, Unclear("no answer in time"))
            return answer.result()
        finally:
            self._answers.discard(answer)

    def abandon(self) -> None:
        """Whoever waits for a call waits no longer: it is Unclear."""
        for answer in list(self._answers):
            _fail(answer, Unclear("the bot stopped while the call was under way"))


def directly(act: Callable[[Job], _T], job: Job, _: float) -> _T:
    """What the act answers, in this thread, however long it takes: for tests and simulation."""
    return act(job)


def _into(answer: Future[Any], act: Callable[[Job], Any], job: Job) -> None:
    try:
        value = act(job)
    except BaseException as error:  # noqa: BLE001 carried over to the thread that waits
        _fail(answer, error if isinstance(error, Exception) else Unclear(type(error).__name__))
    else:
        with suppress(InvalidStateError):
            answer.set_result(value)


def _fail(answer: Future[Any], error: Exception) -> None:
    """The first answer counts; a later one is not heard."""
    with suppress(InvalidStateError):
        answer.set_exception(error)
