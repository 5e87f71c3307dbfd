"""A cell: a child process that may die of what it is given, under limits of memory, computing and time (TRUST T14).

It is started afresh as `python -m <module>`, never forked from a threaded parent, and without the parent's environment:
no secret is in it. Frames over its pipes, four bytes of length and the content; nothing is ever unpickled. `Cell` is
the parent's side, `serve` the child's.
"""

import contextlib
import json
import math
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO

import bot
from bot.errors import Temporary

_LENGTH = struct.Struct(">I")
_OUT_OF_MEMORY = 71  # exit status by which the child says so
_CHUNK = 256 * 1024
_START_S = 20.0  # a loaded machine takes its time to start an interpreter
_KEPT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")  # what an interpreter may need to find itself


class Died(Exception):
    """The child is no more. `certain`: by what it was given; `left_s`: of the time that had."""

    def __init__(self, reason: str, left_s: float, *, certain: bool) -> None:
        super().__init__(reason)
        self.left_s = left_s
        self.certain = certain


class Cell:
    """One limited process and its pipes. One thread at a time. `kill` it in the end, whatever happened."""

    def __init__(self, module: str, setup: Mapping[str, Any], *, memory: int, cpu_s: int, what: str) -> None:
        """The process is starting. `memory` in bytes, `cpu_s` for each frame; `what` it does: "opens mail"."""
        self._memory, self._cpu_s, self._what = memory, cpu_s, what
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, a module of ours
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback could quote what was read
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
        bounds = {"memory": memory, "cpu_s": cpu_s, "setup": dict(setup)}
        self._unsent = memoryview(_frame(json.dumps(bounds).encode()))

    @property
    def pid(self) -> int:
        return self._process.pid

    def exchange(self, frames: Sequence[bytes], wall_s: float) -> Iterator[bytes]:
        """An answer for each, in order. Raises Died over the first without one, Temporary where no child starts."""
        if not self._ready:
            self._start()
        waiting = iter(frames)
        for _ in frames:
            deadline = time.monotonic() + wall_s
            while (answer := self._answer()) is None:
                self._pump(waiting, deadline, wall_s)
            yield answer

    def _start(self) -> None:
        deadline = time.monotonic() + _START_S
        try:
            while self._answer() is None:
                self._pump(iter(()), deadline, _START_S)
        except Died:
            raise Temporary(f"The process that {self._what} does not start.") from None
        self._ready = True

    def _answer(self) -> bytes | None:
        """The next whole frame that has come."""
        if len(self._answers) < _LENGTH.size:
            return None
        end = _LENGTH.size + _LENGTH.unpack_from(self._answers)[0]
        if len(self._answers) < end:
            return None
        answer = bytes(self._answers[_LENGTH.size : end])
        del self._answers[:end]
        return answer

    def _pump(self, waiting: Iterator[bytes], deadline: float, wall_s: float) -> None:
        """Hands over what the pipe takes and takes what has come; waits for either until the deadline."""
        if not self._unsent:
            self._unsent = memoryview(next((_frame(each) for each in waiting), b""))
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if self._unsent:
            poll.register(self._in, select.POLLOUT)
        left_s = deadline - time.monotonic()
        events = dict(poll.poll(max(0.0, left_s * 1000)))
        if not events or left_s <= 0:
            raise Died(f"Reading it took longer than {round(wall_s, 1):g} s.", 0, certain=True)
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

    def _death(self, left_s: float) -> Died:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        if self._process.returncode == _OUT_OF_MEMORY:
            megabytes = self._memory // 1024**2
            return Died(f"Reading it needed more than {megabytes} MB of memory.", left_s, certain=True)
        if self._process.returncode == -signal.SIGXCPU:
            return Died(f"Reading it took more than {self._cpu_s} s of computing.", left_s, certain=True)
        return Died(f"The process that {self._what} died of it.", left_s, certain=False)

    def kill(self) -> None:
        """The process is gone and leaves nothing behind."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            with contextlib.suppress(OSError):
                pipe.close()


def serve(prepare: Callable[[dict[str, Any]], Callable[[bytes], bytes]]) -> None:
    """In the child: what `prepare` makes of the setup answers each frame, under the limits, until the input ends."""
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    bounds = json.loads(_read(incoming) or b"{}")
    answer = prepare(bounds["setup"])
    _bound(bounds["memory"])
    _write(outgoing, b"{}")
    while (frame := _read(incoming)) is not None:
        _allow(bounds["cpu_s"])
        try:
            found = answer(frame)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)  # what else is broken by now, nobody knows
        _write(outgoing, found)


def _bound(memory: int) -> None:
    """No more memory than this, no file written, few opened, no core left behind."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _allow(cpu_s: int) -> None:
    """So many seconds of computing from now, then SIGXCPU."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + cpu_s, hard))


def _read(incoming: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the input, also in the middle of one."""
    head = incoming.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    length = _LENGTH.unpack(head)[0]
    content = incoming.read(length)
    return content if len(content) == length else None


def _write(outgoing: BinaryIO, content: bytes) -> None:
    outgoing.write(_frame(content))
    outgoing.flush()


def _frame(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content
