"""One conversation with the mail server, under one total deadline, in the words this connector needs.

What the server says goes into no error: it may quote folders, addresses, mails. A lost answer to something that only
looks is Temporary; to something that acts it is Unclear.
"""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from imapclient.exceptions import LoginError

from bot.errors import Refused, Temporary, Unclear
from bot.line import Line, Patience, Place, dial

CHUNK = 300  # UIDs in one command: they are sent one by one, and servers refuse long lines
HEADERS = "BODY.PEEK[HEADER.FIELDS (FROM TO CC BCC REPLY-TO SENDER SUBJECT MESSAGE-ID)]"
KEYWORD = b"$Restricted"
PIECE = 512 * 1024
_HEADER_BLOCK = 512 * 1024  # bytes of these fields together; what is more was not written by a mail program
_PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|EXPIRED)", re.IGNORECASE)  # RFC 5530


@dataclass(frozen=True)
class Folder:
    """A folder that can be looked into. Its name may be somebody's: it is never said."""

    name: str
    role: str


@dataclass(frozen=True)
class Head:
    """What the server knows of one mail, and the fields of its header that say who it is from and to."""

    uid: int
    size: int
    at: datetime
    fields: bytes


class Session:
    """Signed in. One thread at a time; after an error it is of no more use."""

    def __init__(self, where: Place, patience: Patience, total_s: float, context: ssl.SSLContext | None = None) -> None:
        """Raises Temporary or Refused. The conversation ends after `total_s`, whatever the server does."""
        self._total_s = total_s
        self.more_time()
        self._patience = replace(patience, command_s=min(total_s, patience.command_s))
        with self._spoken("The mail server"):
            self._line: Line = dial(where, self._patience, context)
        self.folder = ""
        self._keeps = False  # keywords of our own

    def more_time(self) -> None:
        """The deadline begins anew: for copies, which are read as fast as somebody takes them."""
        self._ends = time.monotonic() + self._total_s

    def has(self, capability: str) -> bool:
        return bool(self._line.has_capability(capability))

    def folders(self) -> list[tuple[frozenset[bytes], str, str]]:
        """(flags in lower case, name, the sign between the levels of names)"""
        with self._looking():
            found = self._line.list_folders()
        return [
            (frozenset(each.lower() for each in flags), str(name), (sign or b"").decode())
            for flags, sign, name in found
        ]  # fmt: skip

    def open(self, folder: str, *, writing: bool = False) -> int:
        """Its UIDVALIDITY; it is the folder spoken of from now on. Nothing in it can change unless `writing`."""
        with self._looking():
            said = self._line.select_folder(folder, readonly=not writing)
        self.folder = folder
        self._keeps = b"\\*" in said.get(b"PERMANENTFLAGS", ()) or KEYWORD in said.get(b"PERMANENTFLAGS", ())
        return int(said[b"UIDVALIDITY"])

    def search(self, criteria: Sequence[str]) -> list[int]:
        charset = None if all(each.isascii() for each in criteria) else "UTF-8"
        with self._looking():
            return sorted(self._line.search(list(criteria), charset))  # pyright: ignore[reportArgumentType]

    def there(self, uids: Sequence[int]) -> list[int]:
        """Those of these that are in the folder."""
        asked = (["UID", ",".join(map(str, some))] for some in chunks(uids))
        return sorted({uid for each in asked for uid in self.search(each)} & set(uids))

    def heads(self, uids: Sequence[int]) -> Iterator[Head]:
        """Of those that are still there."""
        for some in chunks(uids, 100):
            asked = [f"{HEADERS}<0.{_HEADER_BLOCK}>", "RFC822.SIZE", "INTERNALDATE"]
            for uid, said in sorted(self._fetch(some, asked).items()):
                fields = _part(said, b"BODY[HEADER.FIELDS")
                if fields is not None and b"RFC822.SIZE" in said:
                    yield Head(uid, int(said[b"RFC822.SIZE"]), said[b"INTERNALDATE"], fields)

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The whole of these mails, which are small."""
        found = self._fetch(uids, ["BODY.PEEK[]"])
        return {uid: body for uid, said in found.items() if (body := _part(said, b"BODY[]")) is not None}

    def piece(self, uid: int, start: int) -> bytes | None:
        """At most PIECE bytes of one mail from there on; None when the mail is gone."""
        said = self._fetch([uid], [f"BODY.PEEK[]<{start}.{PIECE}>"]).get(uid)
        return None if said is None else _part(said, b"BODY[]")

    def expunge(self, uids: Sequence[int]) -> None:
        """These mails are gone for good, and no others (UIDPLUS, RFC 4315). Unclear, Refused."""
        for some in chunks(uids):
            with self._acting():
                self._line.add_flags(some, [b"\\Deleted"], silent=True)
                self._line.uid_expunge(some)

    def move(self, uids: Sequence[int], target: str) -> None:
        """These mails are in the other folder (RFC 6851). Unclear, Refused."""
        for some in chunks(uids):
            with self._acting():
                self._line.move(some, target)

    def mark(self, uids: Sequence[int], *, on: bool) -> None:
        """They bear our keyword, or do not, where the server keeps keywords."""
        change = self._line.add_flags if on else self._line.remove_flags
        for some in chunks(uids) if self._keeps else ():
            with self._acting():
                change(some, [KEYWORD], silent=True)

    def make(self, folder: str) -> None:
        """There is such a folder."""
        with self._acting():
            if not self._line.folder_exists(folder):
                self._line.create_folder(folder)

    def remove(self, folder: str) -> None:
        """There is no such folder. Only for one that is empty."""
        with self._acting():
            self._line.select_folder("INBOX", readonly=True)  # CLOSE would remove what others marked as deleted
            self.folder = "INBOX"
            if self._line.folder_exists(folder):
                self._line.delete_folder(folder)

    def leave(self) -> None:
        self._line.leave()

    def drop(self) -> None:
        self._line.drop()

    # -- below ----------------------------------------------------------------------------------------------------

    def _fetch(self, uids: Sequence[int], asked: Sequence[str]) -> Mapping[int, Mapping[bytes, Any]]:
        with self._looking():
            return self._line.parts(list(uids), *asked)

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise Temporary("The mail server took too long.")
        return left

    @contextmanager
    def _looking(self) -> Iterator[None]:
        self._line._imap.hurry(min(self._left(), self._patience.command_s))  # noqa: SLF001 - the wire is ours
        with self._spoken("The mail server"):
            yield

    @contextmanager
    def _acting(self) -> Iterator[None]:
        """Once begun, an act is waited for a little beyond the deadline: an answer is worth more than a question."""
        self._line._imap.hurry(max(5.0, min(self._ends - time.monotonic(), self._patience.command_s)))  # noqa: SLF001
        try:
            with self._spoken("The mail server"):
                yield
        except Temporary:
            raise Unclear("The answer of the mail server was lost.") from None

    @contextmanager
    def _spoken(self, who: str) -> Iterator[None]:
        fault: Exception
        try:
            yield
        except LoginError as error:
            passing = _PASSING.search(str(error))
            fault = Temporary(f"{who} is busy.") if passing else Refused(f"{who} refuses our account.")
        except (imaplib.IMAP4.abort, OSError) as error:
            fault = Temporary(f"{who} did not answer ({type(error).__name__}).")
        except imaplib.IMAP4.error as error:
            passing = _PASSING.search(str(error))
            fault = Temporary(f"{who} is busy.") if passing else Refused(f"{who} refused a command.")
        else:
            return
        raise fault from None


@contextmanager
def signed_in(
    where: Place, patience: Patience, total_s: float, context: ssl.SSLContext | None = None
) -> Iterator[Session]:
    """Signed in until the end, which comes at the latest after `total_s`."""
    with quietly():
        made = Session(where, patience, total_s, context)
    try:
        with quietly():
            yield made
    except BaseException:
        made.drop()
        raise
    made.leave()


@contextmanager
def quietly() -> Iterator[None]:
    """Our errors leave without the ones that caused them: those quote the server."""
    try:
        yield
    except (Temporary, Refused, Unclear) as error:
        error.__context__ = error.__cause__ = None
        raise


def chunks(uids: Sequence[int], size: int = CHUNK) -> list[list[int]]:
    """Always lists of numbers: what else imapclient takes for a set of mails has changed between its versions."""
    return [list(uids[start : start + size]) for start in range(0, len(uids), size)]


def _part(said: Mapping[bytes, Any], begins: bytes) -> bytes | None:
    """The answer comes under the name the server gives the part, with or without its beginning."""
    return next((value for name, value in said.items() if name.startswith(begins) and isinstance(value, bytes)), None)


