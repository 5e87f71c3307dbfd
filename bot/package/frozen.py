"""One system's answer as a stream of records and back, type by type: what is thawed equals what was frozen.

A record is a kind (1 byte), the number of a sheet (2), a length (4), and that many bytes: `T` the head of a sheet and
`R` a row of it as JSON, `P` a piece of the bytes that the next row names. Rows and pieces are written as they come and
read again whenever they are wanted: neither way is more than one of them in memory.
"""

import base64
import datetime as dt
import hashlib
import json
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from bot.errors import Refused

CHANGED = "What a system answered is not on disk as it was written."
_FRAME = struct.Struct(">cHI")
_PIECE = 1 << 18
_MAGIC = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"%PDF": "pdf", b"PK\x03\x04": "zip"}
_OFFICE = frozenset({"docx", "xlsx", "pptx", "odt", "ods"})  # zips by another name
_TEXTS = {each: each for each in ("eml", "txt", "csv", "json", "md", "ics", "vcf")}
_TEXTS |= dict.fromkeys(("html", "htm", "xml", "svg", "log"), "txt")  # shown as text: nothing in it runs (TRUST T20)


class Source(Protocol):
    """Frozen bytes that can be read from anywhere (`stream.Opened`)."""

    @property
    def size(self) -> int: ...
    def read_at(self, position: int, count: int) -> bytes: ...


@dataclass(frozen=True)
class Blob:
    """Bytes that stand in the stream: a file, a picture."""

    at: int
    size: int
    sha256: str
    kind: str  # what they are: png, pdf, eml …, else bin

    def pieces(self, source: Source) -> Iterator[bytes]:
        """The bytes, in the pieces they came in."""
        at, left = self.at, self.size
        while left > 0:
            kind, _, length = _FRAME.unpack(source.read_at(at, _FRAME.size))
            if kind != b"P" or not 0 < length <= left:
                raise Refused(CHANGED)
            yield source.read_at(at + _FRAME.size, length)
            at, left = at + _FRAME.size + length, left - length


@dataclass(frozen=True)
class Rows:
    """The rows of one sheet, read from the stream each time somebody goes through them."""

    source: Source
    number: int
    span: tuple[int, int]  # where its first row begins and its last one ends
    count: int
    columns: tuple[int, ...] | None = None  # only these, by their numbers

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for kind, number, at, length in _records(self.source, *self.span):
            if kind == b"R" and number == self.number:
                values = json.loads(self.source.read_at(at, length))
                wanted = values if self.columns is None else [values[each] for each in self.columns]
                yield tuple(_up(value) for value in wanted)


@dataclass(frozen=True)
class Sheet:
    """Rows of one place with what the policy says of them: `connectors.Table`, as this room knows it."""

    name: str
    category: str
    purpose: str
    retention: str
    columns: tuple[str, ...]
    rows: Rows = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    label: str = ""
    withheld: Mapping[str, str] = field(default_factory=dict)
    provided: tuple[str, ...] = ()  # columns the person gave us themselves
    cut: bool = False  # a person has taken something out of it: it is shown even if nothing is left


@dataclass(frozen=True)
class Again:
    """Bytes of another stream that are to be written into this one."""

    blob: Blob
    source: Source


HEAD = [each.name for each in fields(Sheet) if each.name != "rows"]
_FILES = {"name": "Name", "content": "Content", "look": "To be looked at"}
_PLAIN = (type(None), bool, int, str)
_KINDS: tuple[tuple[type, str, Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    (float, "float", repr, float),
    (Decimal, "decimal", str, Decimal),
    (bytes, "bytes", lambda value: base64.b64encode(value).decode(), base64.b64decode),
    (dt.datetime, "datetime", dt.datetime.isoformat, dt.datetime.fromisoformat),
    (dt.date, "date", dt.date.isoformat, dt.date.fromisoformat),
    (dt.time, "time", dt.time.isoformat, dt.time.fromisoformat),
    (dt.timedelta, "span", lambda value: [value.days, value.seconds, value.microseconds], lambda up: dt.timedelta(*up)),
    (UUID, "uuid", str, UUID),
    (list, "list", lambda value: [_down(each) for each in value], lambda value: [_up(each) for each in value]),
    (tuple, "tuple", lambda value: [_down(each) for each in value], lambda value: tuple(_up(each) for each in value)),
    (dict, "dict", lambda value: [[_down(k), _down(v)] for k, v in value.items()],
     lambda value: {_up(k): _up(v) for k, v in value}),
    (Blob, "blob", lambda value: [value.at, value.size, value.sha256, value.kind], lambda up: Blob(*up)),
)  # fmt: skip
_UP = {tag: up for _, tag, _, up in _KINDS}


class Freezing:
    """Writes one answer. `rows` and `digest` (SHA-256 of all of it) are true of what was written so far."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._at = 0
        self._sum = hashlib.sha256()
        self._heads: list[dict[str, Any]] = []
        self.rows = 0

    @property
    def digest(self) -> str:
        return self._sum.hexdigest()

    def add(self, held: Iterable[Any]) -> None:
        """Tables, and files as rows of a table of files. TypeError for a value of a kind no package can carry."""
        for each in held:
            if hasattr(each, "rows"):
                self._table(each)
            else:
                self._file(each)

    def _table(self, table: Any) -> None:
        """A table that differs from the last one in its rows only goes on with it."""
        number = self._sheet({name: _plain(getattr(table, name)) for name in HEAD if hasattr(table, name)})
        for row in table.rows:
            self._row(number, [self._value(number, value) for value in row])

    def _file(self, file: Any) -> None:
        """A row in the table of the files of its category: its name, its bytes, why a person should look first."""
        head = {
            "name": "files", "category": file.category, "purpose": file.purpose, "retention": file.retention,
            "columns": tuple(_FILES), "labels": _FILES, "source": file.source, "label": "Files",
            "withheld": dict(getattr(file, "withheld", {})),
        }  # fmt: skip
        number = self._sheet(head, files=True)
        blob = self._blob(number, file.pieces)
        kind = getattr(file, "kind", "") or _kind(file.name, blob.kind)
        self._row(number, [_down(file.name), _down(replace(blob, kind=kind)), _down(file.look)])

    def _sheet(self, head: dict[str, Any], *, files: bool = False) -> int:
        known = [number for number, each in enumerate(self._heads) if each == {**head, "": files}]
        if known and (files or known[-1] == len(self._heads) - 1):
            return known[-1]
        self._heads.append({**head, "": files})
        number = len(self._heads) - 1
        self._put(b"T", number, json.dumps({name: _down(value) for name, value in self._heads[-1].items()}).encode())
        return number

    def _row(self, number: int, values: Sequence[Any]) -> None:
        self._put(b"R", number, json.dumps(values).encode())
        self.rows += 1

    def _value(self, number: int, value: Any) -> Any:
        if isinstance(value, bytes | bytearray | memoryview):
            return _down(self._blob(number, [value]))
        if isinstance(value, Again):
            return _down(self._blob(number, value.blob.pieces(value.source)))
        return _down(value)

    def _blob(self, number: int, pieces: Iterable[bytes | bytearray | memoryview]) -> Blob:
        at, size, content, first = self._at, 0, hashlib.sha256(), b""
        for whole in pieces:
            view = memoryview(whole).cast("B")
            for start in range(0, len(view), _PIECE):
                piece = bytes(view[start : start + _PIECE])
                self._put(b"P", number, piece)
                content.update(piece)
                size += len(piece)
                first = (first + piece[:8])[:8]
        kind = next((end for magic, end in _MAGIC.items() if first.startswith(magic)), "bin")
        return Blob(at, size, content.hexdigest(), kind)

    def _put(self, kind: bytes, number: int, content: bytes) -> None:
        record = _FRAME.pack(kind, number, len(content)) + content
        self._write(record)
        self._sum.update(record)
        self._at += len(record)


def thaw(source: Source, digest: str) -> list[Sheet]:
    """The sheets, tables first; their rows stay in the stream. Refused when it is not the one with this digest.

    Mappings come back as dicts, bytes of a cell as a Blob.
    """
    heads: list[dict[str, Any]] = []
    spans: list[list[int]] = []  # per sheet: begin, end, rows
    content = hashlib.sha256()
    for kind, number, at, length in _records(source, 0, source.size):
        body = source.read_at(at, length)
        content.update(_FRAME.pack(kind, number, length))
        content.update(body)
        if kind == b"T":
            heads.append({name: _up(value) for name, value in json.loads(body).items()})
            spans.append([at + length, at + length, 0])
        elif kind == b"R":
            spans[number][1:] = [at + length, spans[number][2] + 1]
    if content.hexdigest() != digest:
        raise Refused(CHANGED)
    found = [
        (head.pop(""), Sheet(**head, rows=Rows(source, number, (span[0], span[1]), span[2])))
        for number, (head, span) in enumerate(zip(heads, spans, strict=True))
    ]
    return [sheet for files, sheet in sorted(found, key=lambda each: each[0])]


def given(sheets: Iterable[Sheet]) -> list[Sheet]:
    """Of these tables what the person gave us themselves (GDPR 20(1)): those columns, and no table without any."""
    cut = []
    for sheet in sheets:
        kept = tuple(number for number, name in enumerate(sheet.columns) if name in sheet.provided)
        if kept:
            columns = tuple(sheet.columns[number] for number in kept)
            cut.append(replace(sheet, columns=columns, rows=replace(sheet.rows, columns=kept), withheld={}))
    return cut


def _kind(name: str, seen: str) -> str:
    """How the file's name in the package ends: by its bytes, then by its own name, of a fixed vocabulary (T18)."""
    ending = name.rpartition(".")[2].lower()
    if seen == "zip" and ending in _OFFICE:
        return ending
    return _TEXTS.get(ending, seen) if seen == "bin" else seen


def shown(sheet: Sheet) -> Sheet:
    """As the person gets it: why somebody of ours had to look at a file first is not theirs to read."""
    if sheet.columns != tuple(_FILES):
        return sheet
    return replace(sheet, columns=sheet.columns[:2], rows=replace(sheet.rows, columns=(0, 1)))


def _records(source: Source, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """(kind, sheet, where its content begins, how long it is) of each record between these places."""
    while at < end:
        frame = source.read_at(at, _FRAME.size)
        if len(frame) < _FRAME.size:
            raise Refused(CHANGED)
        kind, number, length = _FRAME.unpack(frame)
        yield kind, number, at + _FRAME.size, length
        at += _FRAME.size + length


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _down(value: Any) -> Any:
    if type(value) in _PLAIN or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, memoryview | bytearray):
        value = bytes(value)
    for kind, tag, down, _ in _KINDS:
        if isinstance(value, kind):
            return {tag: down(value)}
    raise TypeError(f"A package cannot carry a {type(value).__name__}.")


def _up(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((tag, inner),) = value.items()
    return _UP[tag](inner)
