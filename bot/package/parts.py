"""What a package is made of: names from a fixed vocabulary, exact JSON, tables for a spreadsheet, files."""

import csv
import datetime as dt
import hashlib
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")  # names some systems keep for themselves
_GUARDED = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")  # TRUST T19, and their full-width forms
_UNSEEN = " \u00a0\u200b\u200c\u200d\u2060\ufeff\u3000"  # a program may skip these before it looks for a formula
_MAGIC = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"%PDF": "pdf", b"PK\x03\x04": "zip"}

FORMAT = """\
How to read the files in this folder
====================================

One file for each place in which we hold data about you, in JSON (RFC 8259), UTF-8.

  system, table    where the data stand; title, category, purpose, retention, source: what they are
  columns          name, and in words what it means
  rows             one object for each record, by the names of the columns

Values are exact:
  numbers          with all their digits (some programs round whole numbers above 9007199254740991)
  decimal numbers  as text when our system keeps them exactly: "249.00"
  dates, times     as text: "2026-11-22", "2026-11-22 10:00:00"
  yes and no       true and false, or 1 and 0 where our system keeps them so
  nothing stored   null
  pictures, files  an object that names the file in the folder files, its size and its SHA-256

The tables in the folder tables hold the same for a spreadsheet (CSV, UTF-8). A text that a spreadsheet could take for a
formula has a ' in front there; here it is exact. checksums.txt holds the SHA-256 of every file.
"""


class Names:
    """Names in the archive: made of letters, digits and hyphens, each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def new(self, *words: str, pattern: str) -> str:
        """`pattern` with the words in it; a number is added to the last word while the name is taken."""
        safe = [_safe(word) for word in words]
        number = 1
        while True:
            last = safe[-1] if number == 1 else f"{safe[-1]}-{number}"
            name = pattern.format(*safe[:-1], last)
            if name.lower() not in self._given:
                self._given.add(name.lower())
                return name
            number += 1


def _safe(word: str) -> str:
    plain = re.sub(r"[^a-z0-9_]+", "-", word.lower()).strip("-")[:48] or "x"
    return f"x-{plain}" if _DEVICES.fullmatch(plain) else plain


@dataclass(frozen=True)
class File:
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Part:
    """One table of one system, with its names in the archive. `files`: (row, column) → a value that became a file."""

    sheet: Any
    title: str
    category: str
    purpose: str
    retention: str
    source: str
    json_name: str
    csv_name: str
    files: Mapping[tuple[int, int], File]

    @property
    def withheld(self) -> Mapping[str, str]:
        return getattr(self.sheet, "withheld", {})

    def words(self, column: str) -> str:
        return self.sheet.labels.get(column) or column


@dataclass(frozen=True)
class System:
    name: str
    label: str
    parts: tuple[Part, ...]


def system(names: Names, name: str, sheets: Sequence[Any], about: Mapping[str, Any]) -> System:
    """A system that was searched, with a part for each table that holds something."""
    label = str(about.get("labels", {}).get(name) or name)
    return System(name, label, tuple(_part(names, name, sheet, about) for sheet in sheets if sheet.rows))


def _part(names: Names, place: str, sheet: Any, about: Mapping[str, Any]) -> Part:
    """What the table does not say of itself, the policy says of its category."""
    categories = about.get("policy", {}).get("categories", ())
    policy = next((each for each in categories if each["name"] == sheet.category), {})
    return Part(
        sheet,
        title=getattr(sheet, "label", "") or sheet.name,
        category=sheet.category,
        purpose=sheet.purpose or "; ".join(policy.get("purposes", ())),
        retention=sheet.retention or policy.get("retention", ""),
        source=sheet.source or policy.get("source", ""),
        json_name=names.new(place, sheet.name, pattern="data/{}/{}.json"),
        csv_name=names.new(place, sheet.name, pattern="tables/{}-{}.csv"),
        files=_files(names, place, sheet),
    )


def _files(names: Names, place: str, sheet: Any) -> dict[tuple[int, int], File]:
    found = {}
    for row_number, row in enumerate(sheet.rows):
        for column_number, value in enumerate(row):
            if isinstance(value, bytes | bytearray | memoryview):
                content = bytes(value)
                kind = next((end for magic, end in _MAGIC.items() if content.startswith(magic)), "bin")
                name = names.new(place, sheet.name, f"{row_number + 1}-{column_number + 1}", pattern="files/{}-{}-{}")
                found[row_number, column_number] = File(f"{name}.{kind}", content)
    return found


def json_bytes(where: System, part: Part, made_at: dt.datetime) -> bytes:
    """The table exactly, as FORMAT says."""
    sheet = part.sheet
    content = {
        "system": where.label,
        "table": sheet.name,
        "title": part.title,
        "category": part.category,
        "purpose": part.purpose,
        "retention": part.retention,
        "source": part.source,
        "made_at": made_at.isoformat(),
        "columns": [{"name": name, "label": part.words(name)} for name in sheet.columns],
        "rows": [
            {name: _exact(part, row_number, number, row[number]) for number, name in enumerate(sheet.columns)}
            for row_number, row in enumerate(sheet.rows)
        ],
    }
    return json.dumps(content, indent=1, allow_nan=False).encode()  # beyond ASCII as \u: a lone surrogate survives


def _exact(part: Part, row: int, column: int, value: Any) -> Any:
    file = part.files.get((row, column))
    if file is not None:
        return {"file": file.name, "bytes": len(file.content), "sha256": hashlib.sha256(file.content).hexdigest()}
    return exact(value)


def exact(value: Any) -> Any:
    """A value as JSON keeps it without loss; what JSON has no kind for becomes text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, Mapping):
        return {str(key): exact(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [exact(each) for each in value]
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return str(value)


def csv_bytes(part: Part) -> bytes:
    """For a spreadsheet: numbers as numbers, everything else as text that no program runs. UTF-8 with its mark."""
    out = io.StringIO(newline="")
    head = csv.writer(out, quoting=csv.QUOTE_ALL)
    head.writerow([guarded(part.words(name)) for name in part.sheet.columns])
    for row_number, row in enumerate(part.sheet.rows):
        cells = [_cell(part, row_number, number, value) for number, value in enumerate(row)]
        out.write(",".join(cells) + "\r\n")
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def _cell(part: Part, row: int, column: int, value: Any) -> str:
    file = part.files.get((row, column))
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    text = file.name if file is not None else shown(value)
    return '"' + guarded(text).replace('"', '""') + '"'


def shown(value: Any) -> str:
    """A value in words for people."""
    kept = exact(value)
    if isinstance(kept, bool):
        return "yes" if kept else "no"
    text = kept if isinstance(kept, str) else json.dumps(kept, ensure_ascii=False)
    return text.replace("\0", "\ufffd")


def guarded(text: str) -> str:
    """With a leading ' where a spreadsheet could take it for a formula."""
    return f"'{text}" if text.lstrip(_UNSEEN).startswith(_GUARDED) or text.startswith(_GUARDED) else text
