"""Which addresses and account numbers stand in a document, found in a cell (`bot/cell.py`) and remembered as hashes.

Documents are foreign and may be made to do harm: zip bombs, deep XML, a broken PDF. They are opened in a child under
limits; the worst they do is to be “not readable”. What was found in a file is remembered, under a key made of chance,
for as long as the file is the same (inode, size, both times), so that a share is read once and not for each enquiry.
"""

import atexit
import base64
import contextlib
import json
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b

from bot.cell import Cell, Died
from bot.connectors.tokens import spellings
from bot.errors import Temporary

KINDS = frozenset({
    "txt", "csv", "tsv", "md", "log", "json", "xml", "vcf", "ics", "html", "htm", "eml", "docx", "docm", "dotx", "xlsx",
    "xlsm", "xltx", "pdf",
})  # fmt: skip
HASH = 12  # bytes
MEMORY = 512 * 1024 * 1024
CPU_S, WALL_S = 10, 20.0
AT_ONCE, TURN_S = 3, 60.0  # children, each of some 35 MB; how long one more reading waits for its turn
FRESH_S = 2.0  # a file changed so shortly before may change again without its times showing it
_REMEMBERED = 32 * 1024 * 1024  # bytes of hashes, and what it costs to hold them


def kind(name: str) -> str:
    """The ending of a file's name if documents of this kind can be searched, else nothing."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return ending if ending in KINDS else ""


@dataclass(frozen=True)
class Stamp:
    """What tells one state of a file from another."""

    device: int
    inode: int
    size: int
    changed_ns: int  # its content
    touched_ns: int  # anything of it; nobody can set this one back


@dataclass(frozen=True)
class Words:
    """Hashes of what stands in one document. `fault`: why it could not be read. `blind`: it holds no text (a scan)."""

    fault: str = ""
    blind: bool = False
    plain: bytes = field(default=b"", repr=False)  # addresses
    forked: tuple[frozenset[bytes], ...] = field(default=(), repr=False)  # addresses that can be read several ways
    numbers: frozenset[bytes] = field(default=frozenset(), repr=False)

    def names(self, wanted: frozenset[bytes]) -> bool:
        """Whether one of these (hashed) addresses or numbers stands there."""
        return bool(self._addresses() & wanted or self.numbers & wanted or any(each & wanted for each in self.forked))

    def others(self, wanted: frozenset[bytes]) -> int:
        """How many addresses of somebody else stand there."""
        return len(self._addresses() - wanted) + sum(not each & wanted for each in self.forked)

    def _addresses(self) -> frozenset[bytes]:
        return frozenset(self.plain[at : at + HASH] for at in range(0, len(self.plain), HASH))

    @property
    def weight(self) -> int:
        return 400 + len(self.plain) + 100 * len(self.numbers) + 300 * len(self.forked)


class Documents:
    """Reads documents, from any thread. `own`: addresses and domains of ours, which count for nobody."""

    def __init__(self, own: Iterable[str], make: str = "") -> None:
        """Nothing runs yet. `make` is the pattern of account numbers; none are looked for without it."""
        self._key = secrets.token_bytes(32)
        self.head = json.dumps({"own": sorted(own), "number": make, "key": self._key.hex()})
        self._lock = threading.Lock()
        self._known: OrderedDict[Stamp, Words] = OrderedDict()
        self._weight = 0

    def hashed(self, addresses: Iterable[str], numbers: Iterable[str] = ()) -> frozenset[bytes]:
        """These in the form `Words` compares."""
        forms = {form for each in addresses for form in spellings(each)}
        return frozenset(hashed(self._key, each) for each in (*forms, *numbers))

    @contextmanager
    def reading(self) -> Iterator["Reading"]:
        """A reading, in a child of its own; the last one used is kept for the next."""
        reading = Reading(self)
        try:
            yield reading
        finally:
            reading.leave()

    def known(self, stamp: Stamp) -> Words | None:
        with self._lock:
            words = self._known.get(stamp)
            if words is not None:
                self._known.move_to_end(stamp)
            return words

    def remember(self, stamp: Stamp, words: Words) -> None:
        """What was read longest ago is forgotten when there is too much of it."""
        if time.time() - stamp.touched_ns / 1e9 < FRESH_S:
            return
        with self._lock:
            self._weight += words.weight - (self._known[stamp].weight if stamp in self._known else 0)
            self._known[stamp] = words
            while self._weight > _REMEMBERED:
                self._weight -= self._known.popitem(last=False)[1].weight


class _Rest:
    """Where one child waits for the next reading: starting one takes a second. There are never more than AT_ONCE."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._waiting: tuple[int, Cell] | None = None  # of which process

    def take(self) -> Cell:
        """A child, to be given back or buried. Temporary while others keep all there may be."""
        if not self._turns.acquire(timeout=TURN_S):
            raise Temporary("Too many documents are being read at once.")
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting and waiting[0] == os.getpid():
            return waiting[1]
        try:
            return Cell("bot.connectors.documents", {}, memory=MEMORY, cpu_s=CPU_S, what="reads documents")
        except BaseException:
            self._turns.release()
            raise

    def give(self, cell: Cell) -> None:
        with self._lock:
            kept = self._waiting is None or self._waiting[0] != os.getpid()
            if kept:
                self._waiting = (os.getpid(), cell)
        if not kept:
            cell.kill()
        self._turns.release()

    def bury(self, cell: Cell) -> None:
        cell.kill()
        self._turns.release()

    def close(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting and waiting[0] == os.getpid():
            waiting[1].kill()


_rest = _Rest()
atexit.register(_rest.close)


class Reading:
    """Some documents, one after the other."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._child: Cell | None = None

    def words(self, ending: str, stamp: Stamp, load: Callable[[], bytes], wall_s: float = WALL_S) -> Words:
        """What stands in it. Temporary when no child can be started; nothing else but what `load` raises."""
        found = self._documents.known(stamp)
        if found is None:
            found = self._ask(f"{ending}\n{self._documents.head}\n".encode() + load(), min(wall_s, WALL_S))
            self._documents.remember(stamp, found)
        return found

    def _ask(self, frame: bytes, wall_s: float) -> Words:
        for again in (True, False):  # a child killed from outside says nothing about the document
            self._child = self._child or _rest.take()
            try:
                return _words(next(iter(self._child.exchange([frame], wall_s))))
            except Died as death:
                self.close()
                if death.certain or not again:
                    return Words(fault=str(death))
            except BaseException:
                self.close()
                raise
        raise AssertionError

    def leave(self) -> None:
        """Nothing is being read; the child may be used by others."""
        child, self._child = self._child, None
        if child:
            _rest.give(child)

    def close(self) -> None:
        """The child is gone: it may still hold an answer nobody waits for."""
        child, self._child = self._child, None
        if child:
            _rest.bury(child)


def hashed(key: bytes, text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=HASH, key=key).digest()


def _words(answer: bytes) -> Words:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        given = json.loads(answer)
        return Words(
            fault=str(given["fault"]), blind=bool(given["blind"]), plain=base64.b64decode(given["plain"]),
            forked=tuple(frozenset(bytes.fromhex(each) for each in forms) for forms in given["forked"]),
            numbers=frozenset(_cut(base64.b64decode(given["numbers"]))),
        )  # fmt: skip
    return Words(fault="The reader gave an answer that is none.")


def _cut(hashes: bytes) -> Sequence[bytes]:
    return [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]
