"""The watcher of one mailbox: a thread with one connection, which comes back after whatever happens to it."""

import hashlib
import random
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from time import monotonic

import structlog
from imapclient.exceptions import LoginError

from bot.checkpoints import checkpoint
from bot.line import Line, Patience, Place, dial, place
from bot.post.arrival import Arrived, Book, Folder, Limits, Memory, Taker
from bot.post.condition import Condition, Trouble

log = structlog.get_logger()


class WatcherState(StrEnum):
    STOPPED = "stopped"
    CONNECTING = "connecting"
    READING = "reading"
    WAITING = "waiting"  # in IDLE: all is taken
    AWAY = "away"  # the server cannot be had; tried again by itself


@dataclass(frozen=True)
class Pace:
    """How the watcher waits, in seconds."""

    idle_s: float = 60.0  # IDLE is left and the server asked at least this often: peace and a dead line look the same
    settle_s: float = 1.0  # the first IDLE after mails have come; doubles up to idle_s (see `_follow`)
    slice_s: float = 0.25  # how soon a stop is noticed
    poll_s: float = 15.0  # between looks at a server without IDLE
    first_s: float = 1.0  # before the first new connection; grows by three tenths each time
    longest_s: float = 300.0
    refused_s: float = 900.0  # the longest wait where the server refuses the password: accounts get locked
    steady_s: float = 10.0  # a connection that lived this long was a good one
    look_s: float = 600.0  # between looks at the quota
    unflagged_s: float = 900.0  # a line on which no flag may be set is exchanged for one on which it may be again


@dataclass(frozen=True)
class Heartbeat:
    """The last moment at which everything the server had was taken."""

    at: datetime
    monotonic: float


def mailbox_name(where: Place) -> str:
    """The name a mailbox has in rows and logs: host and folder, the account only as eight characters of a hash."""
    account = hashlib.sha256(f"{where.user}\0{where.host}\0{where.folder}".encode()).hexdigest()[:8]
    return f"{where.host}/{where.folder}"[:180] + f"#{account}"


@dataclass
class Watcher:
    """Offers each mail of the mailbox of `url` to `take` once: after a crash again, if `take` had not returned.

    `wants(header, size)` says whether the body is needed. `expect(mails)` says what `take` will be
    given later. `take(mails)` commits all of them; if it raises, each is tried alone, one that raises then is tried
    again, and after `limits.tries` failures passed to `give_up(arrived, reason)`: the reason is the name of an
    exception's class, or `Missing` (listed by the server but not handed out: `raw` is empty). All are called in the
    watcher's thread.
    """

    url: str = field(repr=False)
    wants: Callable[[bytes, int], bool]
    expect: Callable[[Sequence[Arrived]], None]
    take: Callable[[Sequence[Arrived]], None]
    give_up: Callable[[Arrived, str], None]
    book: Book
    clock: Callable[[], datetime]
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)
    patience: Patience = field(default_factory=Patience)
    context: ssl.SSLContext | None = None  # None: the system's authorities
    chance: Callable[[], float] = random.random

    state: WatcherState = field(default=WatcherState.STOPPED, init=False)
    heartbeat: Heartbeat | None = field(default=None, init=False)
    trouble: str | None = field(default=None, init=False)  # class of the last error, until all is well again
    failures: int = field(default=0, init=False)  # in a row
    flaw: Trouble | None = field(default=None, init=False)  # what a person should know although mails are read

    def __post_init__(self) -> None:
        self._where = place(self.url)
        self.mailbox = mailbox_name(self._where)
        self._memory = Memory()
        self._stop = threading.Event()
        self._line: Line | None = None
        self._thread: threading.Thread | None = None
        self._since: datetime | None = None  # the trouble or the flaw

    def start(self) -> None:
        """Watching, in its own thread, whether or not the server can be reached now."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """No mail is taken any more; a mail being taken is finished first. Whether the thread has ended in time."""
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(timeout / 2)
        if self._thread.is_alive() and (line := self._line):
            line.interrupt()
        self._thread.join(timeout / 2)
        return not self._thread.is_alive()

    def condition(self) -> Condition:
        """How the mailbox stands now; from any thread."""
        if self.trouble:
            wrong = Trouble.REFUSED if self.trouble == LoginError.__name__ else Trouble.AWAY
        else:
            wrong = self.flaw
        return Condition(self.mailbox, wrong, self._since if wrong else None, self.heartbeat and self.heartbeat.at)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.state = WatcherState.CONNECTING
            began = monotonic()
            try:
                self._watch()
            except Exception as fault:  # noqa: BLE001  (the thread's door: nothing but stop() ends the watch)
                if self._stop.is_set():
                    break
                if monotonic() - began > self.pace.steady_s:
                    self.failures = 0
                self._stop.wait(self._away(fault))
        self.state = WatcherState.STOPPED

    def _away(self, fault: Exception) -> float:
        """Seconds until the next connection. The first failure of a kind is the alarm, the rest is repetition."""
        name = type(fault).__name__
        tell = log.info if name == self.trouble else log.error
        self.failures += 1
        if self.trouble is None:
            self._since = self.clock()
        self.state, self.trouble = WatcherState.AWAY, name
        longest = self.pace.refused_s if isinstance(fault, LoginError) else self.pace.longest_s
        # Grown slowly: however chance falls, a server that was away for 30 s is found again within 15 s of its return.
        wait = min(longest, self.pace.first_s * 1.3 ** min(self.failures - 1, 40)) * (0.75 + self.chance() / 4)
        tell("mailbox.away", mailbox=self.mailbox, error=name, failures=self.failures, wait_s=round(wait, 1))
        return wait

    def _watch(self) -> None:
        """One connection, until it breaks (raises), may be exchanged, or stop()."""
        self._line = line = dial(self._where, self.patience, self.context)
        try:
            checkpoint("intake.connected")
            taker = Taker(self.wants, self.expect, self.take, self.give_up, self.book, self.clock)
            folder = Folder(line, self._where.folder, self.mailbox, taker, self.limits, self._memory)
            folder.mark()  # what a crash left between commit and flag
            self._follow(line, folder)
        except BaseException:
            line.drop()
            raise
        finally:
            self._line = None
        line.leave()

    def _follow(self, line: Line, folder: Folder) -> None:
        """Reads and waits in turn.

        Mails come in bursts, and some servers do not tell of one that arrives just before IDLE begins (pymap). So the
        first waits after a mail are short, and grow as long as nothing comes.
        """
        began, futile, patience = monotonic(), 0, self.pace.settle_s
        looked: float | None = None
        while True:
            self.state = WatcherState.READING
            offered = folder.catch_up(self._stop.is_set)
            if self._stop.is_set() or (folder.unflagged and monotonic() - began > self.pace.unflagged_s):
                return
            self._well(began, offered)
            if looked is None or monotonic() - looked > self.pace.look_s:
                looked = monotonic()
                self._look(line, folder)
            if offered:
                futile, patience = 0, self.pace.settle_s
            if self._wait(line, min(patience, self.pace.idle_s)):
                futile, patience = 0, min(patience * 2, self.pace.idle_s)
            else:
                futile += 1
            if futile > 3:  # a server that keeps talking without saying anything
                self._stop.wait(min(5.0, 0.05 * 2 ** min(futile - 3, 10)))

    def _well(self, began: float, offered: int) -> None:
        self.heartbeat = Heartbeat(self.clock(), monotonic())
        if self.trouble:
            log.info("mailbox.back", mailbox=self.mailbox)
        self.trouble = None
        if offered or monotonic() - began > self.pace.steady_s:  # one that brought mails was a good one, too
            self.failures = 0

    def _look(self, line: Line, folder: Folder) -> None:
        """Whether mails can come and be flagged. The first sight of a flaw is written down, the rest is repetition."""
        flaw = Trouble.FULL if line.full() else Trouble.UNFLAGGED if folder.unflagged else None
        if flaw and flaw != self.flaw:
            self._since = self.clock()
            log.error("mailbox.flaw", mailbox=self.mailbox, error=str(flaw))
        self.flaw = flaw

    def _wait(self, line: Line, seconds: float) -> bool:
        """Until the server speaks, a sick mail is due, or the time is up. Whether it was quiet; the server lives."""
        self.state = WatcherState.WAITING
        now = monotonic()
        end = min(now + seconds, self._memory.next_due() or now + seconds)
        if not line.has_capability("IDLE"):
            self._stop.wait(max(0.0, min(end - now, self.pace.poll_s)))
            line.noop()
            return True
        quiet = True
        line.idle()
        while quiet and not self._stop.is_set() and (left := end - monotonic()) > 0:
            quiet = not line.ready(min(left, self.pace.slice_s))
        line.idle_done()
        if quiet and not self._stop.is_set():
            line.noop()
        return quiet
