"""START-HERE.html and sources.html: the package for people. Printable, no script, nothing loaded from anywhere."""

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
from bot.package.words import Words, spoken

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
    system: System
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


@dataclass(frozen=True)
class Place:
    """A system that was searched, as the page of sources shows it."""

    label: str
    at: str  # when it was looked at, in words; empty where that is not known
    by_hand: bool
    left_out: bool  # a person has refused this part of the copy
    tables: Sequence[Shown] = ()


def pages(
    systems: Sequence[System], about: Mapping[str, Any], made_at: datetime
) -> Iterator[tuple[str, Iterator[bytes]]]:  # fmt: skip
    """(name, content in pieces) of START-HERE.html and sources.html, which says where was looked, and when.

    Every value is escaped; the browser is told to run and load nothing. In `about["language"]`; the company's own words
    as `about["glossary"]` has them in it.
    """
    words, glossary = spoken(str(about.get("language", ""))), about.get("glossary", {})
    css = (_TEMPLATES / "package.css").read_text()
    tables = [table for number, system in enumerate(systems, start=1) for table in _tables(number, system)]
    common = {
        "css": Markup(css),  # noqa: S704  our own file
        "css_hash": base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        "language": words.language,
        "words": words.data,
        "own": lambda text: glossary.get(text, text),
        "company": about.get("company", {}),
    }
    yield "START-HERE.html", _printed(
        "package.html.j2", **common,
        groups=_groups(tables, about),
        empty=[system for system in systems if not system.parts],
        searched=len(systems),
        tables=tables,
        records=sum(table.count for table in tables),
        ref=str(about.get("ref", "")),
        received_on=words.day(about["received_on"]) if about.get("received_on") else "",
        made_on=words.day(made_at),
        policy=about.get("policy", {}),
    )  # fmt: skip
    yield "sources.html", _printed("package_sources.html.j2", **common, places=_places(systems, tables, about, words))


def _printed(template: str, **values: Any) -> Iterator[bytes]:
    pieces = _environment().get_template(template).stream(**values)
    pieces.enable_buffering(100)
    for piece in pieces:
        yield piece.encode("utf-8", "backslashreplace")


def _groups(tables: Sequence[Shown], about: Mapping[str, Any]) -> list[tuple[str, list[Shown]]]:
    """The tables by category, in the order of the policy; what has none of it comes last."""
    order = [each["name"] for each in about.get("policy", {}).get("categories", ())]
    order += [table.part.category for table in tables]
    found = {category: [each for each in tables if each.part.category == category] for category in order}
    return sorted(((name, each) for name, each in found.items() if each), key=lambda each: not each[0])


def _places(
    systems: Sequence[System], tables: Sequence[Shown], about: Mapping[str, Any], words: Words
) -> list[Place]:  # fmt: skip
    """Every system, in the order in which they are configured."""
    looked, by_hand = about.get("looked", {}), about.get("by_hand", ())
    labels = {system.name: system.label for system in systems}
    labels |= {name: about.get("labels", {}).get(name, name) for name in about.get("left_out", ())}
    return [
        Place(
            label=label, at=words.moment(looked[name]) if name in looked else "", by_hand=name in by_hand,
            left_out=name in about.get("left_out", ()), tables=[each for each in tables if each.system.name == name],
        )
        for name, label in labels.items()
    ]  # fmt: skip


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _tables(number: int, system: System) -> list[Shown]:
    return [
        Shown(f"t{number}-{index}", system, part, tuple(part.sheet.columns), len(part.sheet.rows))
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
