"""START-HERE.html: the package for people. One file, printable, no script, nothing loaded from anywhere."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from bot.package.frozen import Blob
from bot.package.parts import Part, System, shown
from bot.package.words import spoken

_FRACTION = re.compile(r"(?<=\d:\d\d)\.0+(?!\d)")  # of a second: nothing, and nothing for a reader
_TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "page"
ROWS = 200  # of one table on the page; all of them are in the files
SHORT = 24
LETTERS = 4000  # of one value on the page


@dataclass(frozen=True)
class Cell:
    """One value as the page shows it."""

    kind: str  # text, number, empty, file
    text: str = ""
    cut: int = 0  # characters left out

    @property
    def short(self) -> bool:
        """Whether it stays on one line in a table."""
        return len(self.text) <= SHORT


@dataclass(frozen=True)
class Shown:
    """One table as the page shows it."""

    anchor: str
    part: Part
    columns: tuple[str, ...]
    count: int

    def rows(self) -> list[list[Cell]]:
        """The first of them, read anew each time: only one table of the page is in memory."""
        return [
            [_cell(self.part, row_number, column, value) for column, value in enumerate(row)]
            for row_number, row in enumerate(islice(self.part.sheet.rows, ROWS))
        ]

    def numeric(self, rows: Sequence[Sequence[Cell]]) -> list[bool]:
        """Per column: whether it is one of numbers, so that its head stands above them."""
        return [all(row[i].kind in {"number", "empty"} for row in rows) for i in range(len(self.columns))]

    @property
    def single(self) -> bool:
        """One record reads better as a list than as a table."""
        return self.count == 1


def start_here(systems: Sequence[System], about: Mapping[str, Any], made_at: datetime) -> Iterator[bytes]:
    """The page, in pieces. Every value is escaped; the browser is told to run and load nothing.

    In `about["language"]`; the company's own words as `about["glossary"]` has them in it.
    """
    words, glossary = spoken(str(about.get("language", ""))), about.get("glossary", {})
    css = (_TEMPLATES / "package.css").read_text()
    shown_systems = [(system, _tables(number, system)) for number, system in enumerate(systems, start=1)]
    tables = [table for _, found in shown_systems for table in found]
    pieces = _environment().get_template("package.html.j2").stream(
        css=Markup(css),  # noqa: S704  our own file
        css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        holding=[(system, found) for system, found in shown_systems if found],
        empty=[system for system, found in shown_systems if not found],
        searched=len(systems),
        tables=tables,
        records=sum(table.count for table in tables),
        ref=str(about.get("ref", "")),
        received_on=words.day(about["received_on"]) if about.get("received_on") else "",
        made_on=words.day(made_at),
        language=words.language,
        words=words.data,
        own=lambda text: glossary.get(text, text),
        company=about.get("company", {}),
        policy=about.get("policy", {}),
    )  # fmt: skip
    pieces.enable_buffering(100)
    for piece in pieces:
        yield piece.encode("utf-8", "backslashreplace")


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _tables(number: int, system: System) -> list[Shown]:
    return [
        Shown(f"t{number}-{index}", part, tuple(part.sheet.columns), len(part.sheet.rows))
        for index, part in enumerate(system.parts, start=1)
    ]


def _cell(part: Part, row: int, column: int, value: Any) -> Cell:
    if isinstance(value, Blob):
        return Cell("file", part.files[row, column])
    if value is None or value == "":
        return Cell("empty")
    text = shown(value)
    if len(text) <= SHORT + len(".000000"):
        text = _FRACTION.sub("", text)
    kind = "number" if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else "text"
    return Cell(kind, text[:LETTERS], max(0, len(text) - LETTERS))
