"""Copies of mails, read when asked for, in constant memory: small ones a handful at a time, large ones in pieces."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from bot.connectors import File, Table
from bot.connectors.mailbox.folders import WORDS, Box
from bot.connectors.mailbox.letters import Letter
from bot.connectors.mailbox.lines import LIST
from bot.connectors.mailbox.session import PIECE, Session
from bot.errors import Temporary

Answer = TypeVar("Answer")
_AHEAD = 1024 * 1024  # bytes of small mails read at once


COLUMNS = ("file", "at", "folder", "direction", "subject", "bytes")
LABELS = {
    "file": "File", "at": "Received or sent", "folder": "Where it lies", "direction": "From you or to you",
    "subject": "Subject", "bytes": "Size in bytes",
}  # fmt: skip


def copied(box: Box, dial: Callable[[], Session], letters: Sequence[Letter]) -> Iterator[Table | File]:
    """A list of these mails, and then every one of them as it is."""
    if not letters:
        return
    rows = tuple(
        (
            each.file, each.at, WORDS[each.folder.role], "from you" if each.ours else "to you", each.subject, each.size,
        )
        for each in letters
    )  # fmt: skip
    yield Table(
        LIST, box.category, box.purpose, box.retention, COLUMNS, rows, LABELS, box.source, "Mails from you and to you"
    )  # fmt: skip
    copies = Copies(dial, letters)
    try:
        for each in letters:
            look = "Other people are named in such mails." if each.others else ""
            category = box.category_of(each.folder.role)
            yield File(each.file, category, box.purpose, box.retention, copies.pieces(each), box.source, look)
    finally:
        copies.close()


class Copies:
    """The bytes of these mails, in whatever order and whenever. The line is closed when the last of them was read."""

    def __init__(self, dial: Callable[[], Session], letters: Sequence[Letter]) -> None:
        self._dial = dial
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._order = list(letters)
        self._at = {id(each): number for number, each in enumerate(self._order)}
        self._unread = set(range(len(self._order)))
        self._held: dict[int, bytes] = {}

    def pieces(self, letter: Letter) -> Iterator[bytes]:
        """Temporary when the mail is not there any more, or is not as large as it was."""
        number = self._at[id(letter)]
        length = 0
        for piece in self._small(number) if letter.size <= PIECE else self._large(number):
            length += len(piece)
            yield piece
        if length != letter.size:
            raise Temporary("A mail changed while it was copied.")
        with self._lock:
            self._unread.discard(number)
            if not self._unread:
                self._close()

    def close(self) -> None:
        """The line is given back; whoever still reads gets a new one."""
        with self._lock:
            self._close()

    def _small(self, number: int) -> Iterator[bytes]:
        with self._lock:
            if number not in self._held:
                self._read_ahead(number)
            body = self._held.pop(number, None)
        if body is None:
            raise Temporary("A mail went away while it was copied.")
        yield body

    def _read_ahead(self, number: int) -> None:
        """The mail, and small ones behind it in the same folder that nobody has read."""
        first, size = self._order[number], 0
        wanted: dict[int, int] = {}
        for at in range(number, len(self._order)):
            each = self._order[at]
            size += each.size
            if each.folder != first.folder or each.size > PIECE or (wanted and size > _AHEAD):
                break
            if at in self._unread:
                wanted[each.uid] = at
        found = self._asked(first, lambda session: session.bodies(list(wanted)))
        self._held = {wanted[uid]: body for uid, body in found.items() if uid in wanted}

    def _large(self, number: int) -> Iterator[bytes]:
        letter = self._order[number]
        start = 0
        while start < letter.size:
            with self._lock:
                piece = self._asked(letter, lambda session, at=start: session.piece(letter.uid, at))
            if not piece:
                raise Temporary("A mail went away while it was copied.")
            start += len(piece)
            yield piece

    def _asked(self, letter: Letter, ask: Callable[[Session], Answer]) -> Answer:
        """The answer, with the letter's folder open. A line that broke is no more."""
        try:
            session = self._session = self._session or self._dial()
            session.more_time()
            _open(session, letter)
            return ask(session)
        except BaseException:
            session, self._session = self._session, None
            if session:
                session.drop()
            raise

    def _close(self) -> None:
        session, self._session = self._session, None
        if session:
            session.leave()

    def __del__(self) -> None:
        with suppress(Exception):
            if self._session:
                self._session.drop()


def _open(session: Session, letter: Letter) -> None:
    if session.folder != letter.folder.name and session.open(letter.folder.name) != letter.validity:
        raise Temporary("The mail server has numbered its mails anew.")
