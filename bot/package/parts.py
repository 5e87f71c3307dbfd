"""What a package is made of: names from a fixed vocabulary, exact JSON, tables for a spreadsheet, files."""

import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.package.frozen import Blob, Sheet
from bot.package.frozen import shown as theirs

_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")  # names some systems keep for themselves
_GUARDED = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")  # TRUST T19, and their full-width forms
_UNSEEN = " \u00a0\u200b\u200c\u200d\u2060\ufeff\u3000"  # a program may skip these before it looks for a formula

SCHEMA = Path(__file__).with_name("schema.json")
FORMAT = """\
How to read the files in this folder
====================================

One file for each place in which we hold data about you, in JSON (RFC 8259), UTF-8. schema.json says the same for
programs (JSON Schema 2020-12).

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
class Part:
    """One table of one system, with its names in the archive. `files`: (row, column) → the name of the file it became.

    The rows stay where they are; they are gone through once for each of the two tables and once for the files.
    """

    sheet: Sheet
    title: str
    category: str
    purpose: str
    retention: str
    source: str
    json_name: str
    csv_name: str
    files: Mapping[tuple[int, int], str]

    def words(self, column: str) -> str:
        return self.sheet.labels.get(column) or column


@dataclass(frozen=True)
class System:
    name: str
    label: str
    parts: tuple[Part, ...]


def system(names: Names, name: str, sheets: Sequence[Sheet], about: Mapping[str, Any]) -> System:
    """A system that was searched, with a part for each table that holds something."""
    label = str(about.get("labels", {}).get(name) or name)
    held = [theirs(sheet) for sheet in sheets if sheet.rows or sheet.cut]
    return System(name, label, tuple(_part(names, name, sheet, about) for sheet in held))


def _part(names: Names, place: str, sheet: Sheet, about: Mapping[str, Any]) -> Part:
    """What the table does not say of itself, the policy says of its category."""
    categories = about.get("policy", {}).get("categories", ())
    policy = next((each for each in categories if each["name"] == sheet.category), {})
    return Part(
        sheet,
        title=sheet.label or sheet.name,
        category=sheet.category,
        purpose=sheet.purpose or "; ".join(policy.get("purposes", ())),
        retention=sheet.retention or policy.get("retention", ""),
        source=sheet.source or policy.get("source", ""),
        json_name=names.new(place, sheet.name, pattern="data/{}/{}.json"),
        csv_name=names.new(place, sheet.name, pattern="tables/{}-{}.csv"),
        files=_files(names, place, sheet),
    )


def _files(names: Names, place: str, sheet: Sheet) -> dict[tuple[int, int], str]:
    found = {}
    for row_number, row in enumerate(sheet.rows):
        for column_number, value in enumerate(row):
            if isinstance(value, Blob):
                name = names.new(place, sheet.name, f"{row_number + 1}-{column_number + 1}", pattern="files/{}-{}-{}")
                found[row_number, column_number] = f"{name}.{value.kind}"
    return found


def file_pieces(part: Part) -> Iterator[tuple[str, Blob]]:
    """(name in the archive, its bytes) of every value that became a file."""
    for row_number, row in enumerate(part.sheet.rows) if part.files else ():
        for column_number, value in enumerate(row):
            if isinstance(value, Blob):
                yield part.files[row_number, column_number], value


def json_pieces(where: System, part: Part, made_at: dt.datetime) -> Iterator[bytes]:
    """The table exactly, as FORMAT says, row by row."""
    sheet = part.sheet
    head = {
        "system": where.label,
        "table": sheet.name,
        "title": part.title,
        "category": part.category,
        "purpose": part.purpose,
        "retention": part.retention,
        "source": part.source,
        "made_at": made_at.isoformat(),
        "columns": [{"name": name, "label": part.words(name)} for name in sheet.columns],
    }
    yield _json(head).removesuffix("\n}").encode() + b',\n "rows": ['
    for row_number, row in enumerate(sheet.rows):
        values = {name: _exact(part, row_number, number, row[number]) for number, name in enumerate(sheet.columns)}
        yield (",\n  " if row_number else "\n  ").encode() + _json(values).replace("\n", "\n  ").encode()
    yield b"\n ]\n}"


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, allow_nan=False)  # beyond ASCII as \\u: a lone surrogate survives


def _exact(part: Part, row: int, column: int, value: Any) -> Any:
    if isinstance(value, Blob):
        return {"file": part.files[row, column], "bytes": value.size, "sha256": value.sha256}
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


def csv_pieces(part: Part) -> Iterator[bytes]:
    """For a spreadsheet: numbers as numbers, everything else as text that no program runs. UTF-8 with its mark."""
    heading = ",".join(_quoted(part.words(name)) for name in part.sheet.columns)
    yield f"{heading}\r\n".encode("utf-8-sig", "backslashreplace")
    for row_number, row in enumerate(part.sheet.rows):
        cells = [_cell(part, row_number, number, value) for number, value in enumerate(row)]
        yield (",".join(cells) + "\r\n").encode("utf-8", "backslashreplace")


def _cell(part: Part, row: int, column: int, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    return _quoted(part.files[row, column] if isinstance(value, Blob) else shown(value))


def _quoted(text: str) -> str:
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
