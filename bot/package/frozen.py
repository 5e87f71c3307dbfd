"""One system's answer as bytes and back, type by type: what is thawed equals what was frozen."""

import base64
import datetime as dt
import json
import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Sheet:
    """Rows of one place with what the policy says of them: `connectors.Table`, as this room knows it."""

    name: str
    category: str
    purpose: str
    retention: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...] = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    label: str = ""
    withheld: Mapping[str, str] = field(default_factory=dict)
    provided: tuple[str, ...] = ()  # columns the person gave us themselves


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
)  # fmt: skip
_UP = {tag: up for _, tag, _, up in _KINDS}


def freeze(held: Sequence[Any]) -> bytes:
    """Of tables, and of files as rows of a table of files. TypeError for a value of a kind no package can carry."""
    names = [each.name for each in fields(Sheet)]
    tables = [each for each in held if hasattr(each, "rows")]
    tables += _sheets(each for each in held if not hasattr(each, "rows"))
    rows = [{name: _down(_plain(getattr(table, name))) for name in names if hasattr(table, name)} for table in tables]
    return zlib.compress(json.dumps(rows).encode(), 1)


def _sheets(files: Iterable[Any]) -> list[Sheet]:
    """A table of the files of each category: their names, their bytes, and why a person should look first."""
    kinds: dict[tuple[str, str, str, str], list[tuple[Any, ...]]] = {}
    for each in files:
        kind = (each.category, each.purpose, each.retention, each.source)
        kinds.setdefault(kind, []).append((each.name, b"".join(each.pieces), each.look))
    labels = {"name": "Name", "content": "Content", "look": "To be looked at"}
    return [
        Sheet("files", category, purpose, retention, tuple(labels), tuple(rows), labels, source, "Files")
        for (category, purpose, retention, source), rows in kinds.items()
    ]


def given(sheets: Iterable[Sheet]) -> list[Sheet]:
    """Of these tables what the person gave us themselves (GDPR 20(1)): those columns, and no table without any."""
    cut = []
    for sheet in sheets:
        kept = [number for number, name in enumerate(sheet.columns) if name in sheet.provided]
        if kept:
            columns = tuple(sheet.columns[number] for number in kept)
            rows = tuple(tuple(row[number] for number in kept) for row in sheet.rows)
            cut.append(replace(sheet, columns=columns, rows=rows, withheld={}))
    return cut


def thaw(frozen: bytes) -> list[Sheet]:
    """What was frozen; Mappings come back as dicts."""
    return [
        Sheet(**{name: _up(value) for name, value in table.items()}) for table in json.loads(zlib.decompress(frozen))
    ]


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
