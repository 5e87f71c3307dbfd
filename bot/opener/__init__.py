"""Mail is opened in a child process that may die of it (TRUST T14): 512 MB of memory, 5 s of CPU, 10 s of wall a mail.

The child is started afresh as `python -m bot.opener`, never forked from a threaded parent, and without the parent's
environment: no secret is in it. Frames over its pipes: four bytes of length, then a raw mail one way and the JSON of
its reading the other; nothing is ever unpickled. When the child dies, the mail it died of is read by its headers alone.
"""

import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import bot
from bot.errors import Temporary
from bot.intake import Limits, Reading, Rules, from_headers

LENGTH = struct.Struct(">I")
OUT_OF_MEMORY = 71  # exit status by which the child says so
_CHUNK = 256 * 1024
_START_S = 20.0  # a loaded machine takes its time to start an interpreter
_KEPT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")  # what an interpreter may need to find itself


class Opener:
    """Reads mail safely, from any thread. Mails wait for each other; none is waited for longer than `wall_s`."""

    def __init__(self, rules: Rules, limits: Limits | None = None, *, scanned: bool = True) -> None:
        """Nothing runs yet: the child starts with the first mail. Unscanned only to prove the limits of the child."""
        self._rules = rules
        self._limits = limits or Limits()
        self._setup = {"rules": asdict(rules), "limits": asdict(self._limits), "scanned": scanned}
        self._lock = threading.Lock()
        self._child: _Child | None = None

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

    def _exchange(self, raws: Sequence[bytes], done: list[Reading], wall_s: float) -> "_Died | None":
        """Appends readings until all are there or the child has died; then another one is on its way."""
        if self._child is None:
            self._child = _Child(self._setup)
        try:
            for answer in self._child.exchange(raws[len(done) :], wall_s):
                done.append(_reading(answer, self._limits))  # noqa: PERF401 - each counts before the next may fail
        except _Died as death:
            self._bury()
            self._child = _Child(self._setup)
            return death
        except BaseException:
            self._bury()  # it may still hold answers nobody waits for
            raise
        return None

    def _bury(self) -> None:
        child, self._child = self._child, None
        if child:
            child.kill()


class _Died(Exception):
    """The child is no more. `certain`: by its mail; `left_s`: of the time that mail had."""

    def __init__(self, reason: str, left_s: float, *, certain: bool) -> None:
        super().__init__(reason)
        self.left_s = left_s
        self.certain = certain


def _reading(answer: bytes, limits: Limits) -> Reading:
    try:
        return Reading.from_json(answer)
    except (ValueError, KeyError, TypeError):
        raise _Died("The reader gave an answer that is none.", limits.wall_s, certain=True) from None


class _Child:
    """One limited process and its pipes. One thread at a time."""

    def __init__(self, setup: dict[str, Any]) -> None:
        self._limits = setup["limits"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.opener"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback could quote the mail
            bufsize=0,
            cwd=Path(bot.__file__).parents[1],
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,  # Ctrl-C is for the parent
        )
        assert self._process.stdin and self._process.stdout  # noqa: PT018
        self._in: IO[bytes] = self._process.stdin
        self._out: IO[bytes] = self._process.stdout
        self._answers = bytearray()
        self._ready = False
        for pipe in (self._in, self._out):
            os.set_blocking(pipe.fileno(), False)
        self._unsent = memoryview(_frame(json.dumps(setup).encode()))

    @property
    def pid(self) -> int:
        return self._process.pid

    def exchange(self, raws: Sequence[bytes], wall_s: float) -> Iterator[bytes]:
        """An answer for each, in order. Raises _Died over the first without one, Temporary where no child starts."""
        if not self._ready:
            self._start()
        waiting = iter(raws)
        for _ in raws:
            deadline = time.monotonic() + wall_s
            while (answer := self._answer()) is None:
                self._pump(waiting, deadline)
            yield answer

    def _start(self) -> None:
        deadline = time.monotonic() + _START_S
        try:
            while self._answer() is None:
                self._pump(iter(()), deadline)
        except _Died:
            raise Temporary("The process that opens mail does not start.") from None
        self._ready = True

    def _answer(self) -> bytes | None:
        """The next whole frame that has come."""
        if len(self._answers) < LENGTH.size:
            return None
        end = LENGTH.size + LENGTH.unpack_from(self._answers)[0]
        if len(self._answers) < end:
            return None
        answer = bytes(self._answers[LENGTH.size : end])
        del self._answers[:end]
        return answer

    def _pump(self, waiting: Iterator[bytes], deadline: float) -> None:
        """Hands over what the pipe takes and takes what has come; waits for either until the deadline."""
        if not self._unsent:
            self._unsent = memoryview(next((_frame(raw) for raw in waiting), b""))
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if self._unsent:
            poll.register(self._in, select.POLLOUT)
        left_s = deadline - time.monotonic()
        events = dict(poll.poll(max(0.0, left_s * 1000)))
        if not events or left_s <= 0:
            raise _Died(f"Reading it took longer than {self._limits['wall_s']:g} s.", 0, certain=True)
        try:
            if self._in.fileno() in events:
                self._unsent = self._unsent[os.write(self._in.fileno(), self._unsent[:_CHUNK]) :]
            if self._out.fileno() in events:
                chunk = os.read(self._out.fileno(), _CHUNK)
                if not chunk:
                    raise BrokenPipeError
                self._answers += chunk
        except OSError:
            raise self._death(left_s) from None

    def _death(self, left_s: float) -> _Died:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        if self._process.returncode == OUT_OF_MEMORY:
            memory = self._limits["memory"] // 1024**2
            return _Died(f"Reading it needed more than {memory} MB of memory.", left_s, certain=True)
        if self._process.returncode == -signal.SIGXCPU:
            return _Died(f"Reading it took more than {self._limits['cpu_s']} s of computing.", left_s, certain=True)
        return _Died("The process that opens mail died of it.", left_s, certain=False)

    def kill(self) -> None:
        """The process is gone and leaves nothing behind."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            with contextlib.suppress(OSError):
                pipe.close()


def _frame(content: bytes) -> bytes:
    return LENGTH.pack(len(content)) + content
