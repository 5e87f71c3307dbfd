"""Mail is opened in a child process that may die of it (TRUST T14): 512 MB of memory, 5 s of CPU, 10 s of wall a mail.

The child is a cell (`bot/cell.py`): a raw mail goes in, the JSON of its reading comes out. When it dies, the mail it
died of is read by its headers alone.
"""

import threading
from collections.abc import Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Self

from bot.cell import Cell, Died
from bot.intake import Limits, Reading, Rules, from_headers


class Opener:
    """Reads mail safely, from any thread. Mails wait for each other; none is waited for longer than `wall_s`."""

    def __init__(self, rules: Rules, limits: Limits | None = None, *, scanned: bool = True) -> None:
        """Nothing runs yet: the child starts with the first mail. Unscanned only to prove the limits of the child."""
        self._rules = rules
        self._limits = limits or Limits()
        self._setup = {"rules": asdict(rules), "limits": asdict(self._limits), "scanned": scanned}
        self._lock = threading.Lock()
        self._child: Cell | None = None

    def read(self, raw: bytes) -> Reading:
        """What this mail is. Temporary when no child can be started; nothing else."""
        return self.read_many([raw])[0]

    def read_many(self, raws: Sequence[bytes]) -> list[Reading]:
        """The same for many, in their order; the next is handed over while the last is being read."""
        done: list[Reading] = []
        with self._lock:
            while len(done) < len(raws):
                death = self._exchange(raws, done, self._limits.wall_s)
                if death and not death.certain:  # perhaps killed over a mail that did nothing: that one alone, again
                    death = self._exchange(raws[: len(done) + 1], done, death.left_s)
                if death:
                    done.append(from_headers(raws[len(done)], self._rules, str(death), self._limits))
        return done

    def close(self) -> None:
        """No child runs any more; the next `read` would start one."""
        with self._lock:
            self._bury()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Of the child that reads now."""
        return self._child.pid if self._child else None

    def _exchange(self, raws: Sequence[bytes], done: list[Reading], wall_s: float) -> Died | None:
        """Appends readings until all are there or the child has died; then another one is on its way."""
        if self._child is None:
            self._child = self._start()
        try:
            for answer in self._child.exchange(raws[len(done) :], wall_s):
                done.append(_reading(answer, self._limits))  # noqa: PERF401 - each counts before the next may fail
        except Died as death:
            self._bury()
            self._child = self._start()
            return death
        except BaseException:
            self._bury()  # it may still hold answers nobody waits for
            raise
        return None

    def _start(self) -> Cell:
        return Cell(
            "bot.opener", self._setup, memory=self._limits.memory, cpu_s=self._limits.cpu_s, what="opens mail"
        )  # fmt: skip

    def _bury(self) -> None:
        child, self._child = self._child, None
        if child:
            child.kill()


def _reading(answer: bytes, limits: Limits) -> Reading:
    try:
        return Reading.from_json(answer)
    except (ValueError, KeyError, TypeError):
        raise Died("The reader gave an answer that is none.", limits.wall_s, certain=True) from None
