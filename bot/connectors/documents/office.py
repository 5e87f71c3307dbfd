"""The text of docx and xlsx (ECMA-376): a zip of XML, streamed under limits, without building a tree.

A document type declaration is refused: entities are what XML bombs are made of, and Office writes none.
"""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import unquote
from xml.parsers import expat

from bot.connectors.documents.unreadable import Unreadable

MEMBERS = 5_000
UNPACKED = 100 * 1024 * 1024  # bytes of all XML of one document
_CHUNK = 64 * 1024
_DEPTH = 200
_BLOCKS = frozenset({"p", "si", "c", "is", "tab", "br", "cr", "row", "tr", "tc", "comment"})
_RUNS = frozenset({"t", "r", "delText", "instrText"})  # a word may go on in the next one
_LOCKED = 0x1


def office(raw: BytesIO) -> Iterator[str]:
    """Paragraphs, cells, properties, comments and the targets of links."""
    with zipfile.ZipFile(raw) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS:
            raise Unreadable("It holds too many parts.")
        wanted = [each for each in members if each.filename.lower().endswith((".xml", ".rels"))]
        left = UNPACKED
        if sum(each.file_size for each in wanted) > left:
            raise Unreadable("It unpacks to too much.")
        for member in wanted:
            if member.flag_bits & _LOCKED:
                raise Unreadable("It is locked with a password.")
            part = _Part()
            with archive.open(member) as stream:
                while chunk := stream.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:  # it said less
                        raise Unreadable("It unpacks to too much.")
                    yield from part.feed(chunk)
            yield from part.feed(b"", last=True)


class _Part:
    """One XML part."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._ready: list[str] = []
        self._now: list[str] = []
        self._stack: list[tuple[str, bool]] = []  # name, whether its text is the number of a shared one
        self._spoke = False  # the innermost element had text of its own

    def feed(self, chunk: bytes, *, last: bool = False) -> list[str]:
        """The pieces that became whole."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError:
            raise Unreadable("It is damaged.") from None
        if last:
            self._flush()
        ready, self._ready = self._ready, []
        return ready

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= _DEPTH:
            raise Unreadable("It is nested too deep.")
        local = name.rpartition(" ")[2]
        shared = local == "c" and attributes.get("t") == "s"
        self._stack.append((local, shared or bool(self._stack and self._stack[-1][1])))
        self._ready += [unquote(value) for value in attributes.values() if "@" in value or "%40" in value]
        self._spoke = False

    def _text(self, data: str) -> None:
        if self._stack and not self._stack[-1][1]:
            self._now.append(data)
            self._spoke = True

    def _end(self, _name: str) -> None:
        local, _ = self._stack.pop()
        if local in _BLOCKS or (self._spoke and local not in _RUNS):
            self._flush()
        self._spoke = False

    def _flush(self) -> None:
        if self._now:
            self._ready.append("".join(self._now))
            self._now = []

    def _refuse(self, *_: object) -> None:
        raise Unreadable("It declares a document type, which none of these files need.")
