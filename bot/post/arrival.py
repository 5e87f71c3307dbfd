"""The selected folder, read once from where we stopped: what is new is offered, in order, and remembered as done."""

import imaplib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.checkpoints import checkpoint
from bot.line import Line
from bot.post.memory import Memory

log = structlog.get_logger()

KEYWORD = rb"$Subjectline"  # where the server keeps keywords of its clients
FLAGGED = rb"\Flagged"  # where it does not
SEARCHED = 200  # UIDs in one command: imapclient sends them one by one, servers end a line at 64 KiB
TOGETHER = 50  # mails in one answer; more is no faster
TOGETHER_BYTES = 8 * 1024 * 1024
HEADER_BYTES = 256 * 1024 + 1  # one more than intake allows, so that too long is seen to be too long
HEADER = b"BODY[HEADER]<0>"


@dataclass(frozen=True)
class Arrived:
    """One mail, as the server gave it. `truncated`: `raw` is only the beginning of it."""

    mailbox: str
    uidvalidity: int
    uid: int
    arrived_at: datetime  # INTERNALDATE, aware, UTC; never later than now
    size: int  # bytes on the server
    raw: bytes = field(repr=False)
    truncated: bool = False


class Book(Protocol):
    """What is remembered across restarts. Each call is one transaction of its own."""

    def position(self, mailbox: str) -> tuple[int, int] | None:
        """(uidvalidity, watermark), or None for a mailbox never seen."""
        ...

    def moved(self, mailbox: str, uidvalidity: int, watermark: int) -> None:
        """Everything up to the watermark is taken, passed over, or given up to a person."""
        ...

    def unmarked(self, mailbox: str, uidvalidity: int) -> Sequence[int]:
        """UIDs of mails that are committed but do not carry our flag on the server yet."""
        ...

    def marked(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> None: ...


@dataclass(frozen=True)
class Limits:
    """What is asked of the server, and how often a mail is tried."""

    whole: int = 10 * 1024 * 1024  # bytes: a longer mail comes in part
    part: int = 1024 * 1024
    lookback_days: int = 30  # of a mailbox never seen
    tries: int = 5
    retry_s: float = 1.0  # after the first failure; doubles
    retry_longest_s: float = 300.0


@dataclass(frozen=True)
class Taker:
    """Who decides about mails. `take` and `give_up` commit before they return; `take` all of its mails or none.

    `expect` hears which mails `take` will be given next, so that they can be read while others are being taken.
    """

    wants: Callable[[bytes, int], bool]
    expect: Callable[[Sequence[Arrived]], None]
    take: Callable[[Sequence[Arrived]], None]
    give_up: Callable[[Arrived, str], None]
    book: Book
    clock: Callable[[], datetime]


class Folder:
    """One folder over one line, from SELECT on."""

    def __init__(self, line: Line, name: str, mailbox: str, taker: Taker, limits: Limits, memory: Memory, *,
                 readonly: bool = False) -> None:  # fmt: skip
        """Selected, and compared with the book: a mailbox whose UIDs begin anew is read again from its first mail."""
        self._line = line
        self._mailbox = mailbox
        self._taker = taker
        self._book = taker.book
        self._limits = limits
        self._memory = memory
        answer = self._line.select_folder(name, readonly=True) if readonly else self._select(name)
        self._uidvalidity = int(answer.get(b"UIDVALIDITY", 0))
        self._flag = _flag(answer)
        memory.start(self._uidvalidity, self._position(int(answer.get(b"UIDNEXT", 0))))
        checkpoint("intake.selected")

    def _select(self, name: str) -> dict[bytes, Any]:
        try:
            return self._line.select_folder(name)
        except imaplib.IMAP4.readonly:
            log.warning("mailbox.read_only", mailbox=self._mailbox)
            return self._line.select_folder(name, readonly=True)

    def _position(self, uidnext: int) -> int:
        known = self._book.position(self._mailbox)
        if known is None:
            return self._begin(uidnext)
        uidvalidity, watermark = known
        if uidvalidity == self._uidvalidity and not 0 < uidnext <= watermark:
            return watermark
        log.warning("mailbox.renumbered", mailbox=self._mailbox)
        self._book.moved(self._mailbox, self._uidvalidity, 0)
        return 0

    def _begin(self, uidnext: int) -> int:
        """Where a mailbox never seen is begun: before the first mail of the last days, or at its end."""
        since = self._taker.clock().date() - timedelta(days=self._limits.lookback_days)
        first = min(self._line.uids(["SINCE", since]), default=uidnext)
        watermark = first - 1 if first else max(self._line.uids("ALL"), default=0)
        self._book.moved(self._mailbox, self._uidvalidity, watermark)
        return watermark

    @property
    def unflagged(self) -> bool:
        """Whether the server has let us set no flag since this line began."""
        return self._flag is None

    def waiting(self) -> int:
        """How many mails the server has above the watermark now."""
        return len(self._search())

    def catch_up(self, stopping: Callable[[], bool]) -> int:
        """Everything the server has above the watermark has been offered once; how many mails that were."""
        offered = empty = 0
        while not stopping() and empty < 2:
            todo = self._memory.todo(self._search())
            if todo:
                offered, empty = offered + len(todo), 0
                self._offer(todo, stopping)
                continue
            self._move()  # the last one may have been given up as the line broke
            if not self._line.announced():
                break
            empty += 1  # arrived while we searched: look once more
        return offered

    def _search(self) -> list[int]:
        self._line.announced()
        watermark = self._memory.watermark
        self._found = sorted(uid for uid in self._line.uids(f"UID {watermark + 1}:*") if uid > watermark)
        checkpoint("intake.searched")
        return self._found

    def _offer(self, uids: Sequence[int], stopping: Callable[[], bool]) -> None:
        for some in self._memory.portions(uids, SEARCHED):
            for together in self._one_behind(self._bodies(self._wanted(some))):
                if stopping():
                    break
                self._give(together)
            self._move()
            self.mark()
            if stopping():
                return

    def _wanted(self, uids: Sequence[int]) -> list[tuple[int, int, datetime]]:
        """UID, size and arrival of the mails whose header says that the body is needed."""
        answer = self._ask(uids, "RFC822.SIZE", "INTERNALDATE", f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>")
        checkpoint("intake.headers")
        wanted: list[tuple[int, int, datetime]] = []
        for uid in uids:
            head = answer.get(uid, {})
            if HEADER not in head or b"RFC822.SIZE" not in head:
                self._missing(uid)
            elif self._wants(uid, _bytes(head[HEADER]), head[b"RFC822.SIZE"]):
                wanted.append((uid, head[b"RFC822.SIZE"], self._moment(head.get(b"INTERNALDATE"))))
            else:
                self._memory.finish(uid)
        return wanted

    def _ask(self, uids: Sequence[int], *asked: str) -> dict[int, dict[bytes, Any]]:
        """The parts of these mails. If asking breaks the line, each is asked alone next time: one is found guilty."""
        try:
            return self._line.parts(uids, *asked)
        except Exception:
            self._memory.suspects.update(uids)
            if len(uids) == 1:
                self._missing(uids[0])
            raise

    def _wants(self, uid: int, header: bytes, size: int) -> bool:
        try:
            return self._taker.wants(header, size)
        except Exception as fault:  # noqa: BLE001  (a header nobody can read belongs to a person, not to the bin)
            log.warning("mail.header_unread", mailbox=self._mailbox, uid=uid, error=type(fault).__name__)
            return True

    def _moment(self, date: datetime | None) -> datetime:
        now = self._taker.clock().astimezone(UTC)
        return min(date.astimezone(UTC), now) if date else now

    def _bodies(self, wanted: Sequence[tuple[int, int, datetime]]) -> Iterator[list[Arrived]]:
        for group in _groups(wanted, self._limits.whole):
            truncated = group[0][1] > self._limits.whole
            part = f"<0.{self._limits.part}>" if truncated else ""
            key = b"BODY[]<0>" if truncated else b"BODY[]"
            answer = self._ask([uid for uid, _, _ in group], f"BODY.PEEK[]{part}")
            checkpoint("intake.fetched")
            came: list[Arrived] = []
            for uid, size, moment in group:
                mail = answer.pop(uid, {})
                if key in mail:
                    raw = _bytes(mail[key])
                    came.append(Arrived(self._mailbox, self._uidvalidity, uid, moment, size, raw, truncated))
                else:
                    self._missing(uid, size, moment)
            yield came

    def _one_behind(self, groups: Iterator[list[Arrived]]) -> Iterator[list[Arrived]]:
        """Each group when the next has come and is expected. The last one also when the line broke over the next."""
        came: list[Arrived] = []
        try:
            for group in groups:
                self._taker.expect(group)
                yield came
                came = group
        except Exception:
            yield came
            raise
        yield came

    def _give(self, mails: list[Arrived]) -> None:
        """All in one act; where that fails, each alone, so that one mail does not stop the others."""
        if not mails:
            return
        try:
            self._taker.take(mails)
        except Exception as fault:  # noqa: BLE001  (it is tried again)
            if len(mails) == 1:
                self._failed(mails[0], type(fault).__name__)
                return
            for each in mails:
                self._give([each])
        else:
            checkpoint("intake.taken")
            for each in mails:
                self._memory.finish(each.uid)

    def _missing(self, uid: int, size: int = 0, moment: datetime | None = None) -> None:
        """The server lists this mail and does not hand it out. Gone by the next search, or a case for a person."""
        nothing = Arrived(self._mailbox, self._uidvalidity, uid, self._moment(moment), size, b"", truncated=True)
        self._failed(nothing, "Missing")

    def _failed(self, arrived: Arrived, reason: str) -> None:
        tries = self._memory.failed(arrived.uid, self._limits.retry_s, self._limits.retry_longest_s)
        log.warning("mail.not_taken", mailbox=self._mailbox, uid=arrived.uid, error=reason, tries=tries)
        if tries < self._limits.tries:
            return
        try:
            self._taker.give_up(arrived, reason)
        except Exception as fault:  # noqa: BLE001  (then the store is away: the mail stays and is tried again)
            log.warning("mail.not_given_up", mailbox=self._mailbox, uid=arrived.uid, error=type(fault).__name__)
        else:
            self._memory.finish(arrived.uid)

    def _move(self) -> None:
        reached = self._memory.reached(self._found)
        if reached > self._memory.watermark:
            self._book.moved(self._mailbox, self._uidvalidity, reached)
            self._memory.move(reached)
            checkpoint("intake.moved")

    def mark(self) -> None:
        """Every committed mail of this mailbox carries our flag, if the server lets us set one."""
        if self._flag is None or not (uids := self._book.unmarked(self._mailbox, self._uidvalidity)):
            return
        try:
            for some in self._memory.portions(sorted(uids), SEARCHED):
                self._line.add_flags(some, [self._flag], silent=True)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as fault:  # quota or rights: the mail is safe, only the flag is missing
            log.warning("mailbox.not_flagged", mailbox=self._mailbox, error=type(fault).__name__)
            self._flag = None
            return
        checkpoint("intake.flagged")
        self._book.marked(self._mailbox, self._uidvalidity, uids)


def _flag(answer: dict[bytes, Any]) -> bytes | None:
    """What we may set for good: our keyword, else the flag every server has, else nothing."""
    allowed = {flag.lower() for flag in answer.get(b"PERMANENTFLAGS", answer.get(b"FLAGS", ()))}
    if rb"\*" in allowed or KEYWORD.lower() in allowed:
        return KEYWORD
    return FLAGGED if FLAGGED.lower() in allowed else None


def _bytes(value: bytes | int | None) -> bytes:
    """The text behind what imapclient made of it: a literal stays bytes, a text in quotes may be a number, or None."""
    if value is None:
        return b""
    return value if isinstance(value, bytes) else str(value).encode()


def _groups(wanted: Iterable[tuple[int, int, datetime]], whole: int) -> Iterator[list[tuple[int, int, datetime]]]:
    """In order, in groups an answer may carry; a mail that comes only in part stands alone."""
    group: list[tuple[int, int, datetime]] = []
    for mail in wanted:
        size = mail[1]
        held = sum(each[1] for each in group)
        if group and (len(group) == TOGETHER or held + size > TOGETHER_BYTES or size > whole or group[0][1] > whole):
            yield group
            group = []
        group.append(mail)
    if group:
        yield group
