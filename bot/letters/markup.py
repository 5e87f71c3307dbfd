"""The light markup letters are written in, read once and printed twice: as text and, by a layout, as HTML.

    ## heading          - point            * title              | line kept as it is
    **strong**          <https://link>        label: detail     `code` alone on a line
    [button](https://…) and --- (what follows is the signature) alone on a line

Blank lines part paragraphs. Values of a template come as tokens (`token`): whatever a value holds, it is never markup.
"""

import re
import textwrap
from dataclasses import dataclass, replace
from typing import Any

WIDTH = 72
KEPT = 18  # a value up to this long stays on one line: dates, references, telephone numbers
LONGEST = 2000  # characters of one value

_OPEN, _CLOSE = "\ue000", "\ue001"
_TOKEN = re.compile(f"{_OPEN}([0-9a-f]*){_CLOSE}")
# Control characters, and those that turn or hide what stands beside them (TRUST, T03).
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ue000-\ue001\ufeff]"
)
_SPACE = re.compile(r"[^\S\u00a0\u202f]+")
_STRONG = re.compile(r"\*\*(.+?)\*\*|<([^<>\s]+)>")


@dataclass(frozen=True)
class Run:
    """A piece of one line."""

    text: str
    strong: bool = False
    link: str = ""
    kept: bool = False  # not to be broken


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Item:
    """One entry of a list: its first line, and details below it as (label, text)."""

    title: Line
    details: tuple[tuple[str, Line], ...] = ()


@dataclass(frozen=True)
class Block:
    """`kind` is heading, paragraph, lines, points, records, button, code or signature."""

    kind: str
    lines: tuple[Line, ...] = ()
    items: tuple[Item, ...] = ()
    link: str = ""


def token(value: Any) -> str:
    """A template's value set apart from the template's text. TypeError for what a letter cannot say as it is."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        value_type = type(value).__name__
        str(value)  # an undefined variable says its name here
        raise TypeError(f"a letter cannot print a {value_type}: dates need the filter `day`")
    return f"{_OPEN}{clean(str(value)).encode().hex()}{_CLOSE}"


def clean(text: str) -> str:
    """One line without control, turning or invisible characters."""
    return one_line(_HIDDEN.sub("", text))[:LONGEST]


def one_line(text: str) -> str:
    """The text with one space where it had any; those no line breaks at stay (French has them before a colon)."""
    return _SPACE.sub(" ", text).strip()


def opened(text: str) -> str:
    """The text with every value in its place."""
    return _TOKEN.sub(lambda found: bytes.fromhex(found[1]).decode(), text)


def read(source: str) -> tuple[Block, ...]:
    """The blocks of a rendered letter."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", source.strip("\n")):
        lines = [line.rstrip() for line in paragraph.split("\n") if line.strip()]
        while lines:
            taken = _taken(lines)
            blocks.append(_block(lines[:taken]))
            lines = lines[taken:]
    return tuple(blocks)


def _kind(line: str) -> str:
    if match := re.match(r"(## |- |\* |\| )", line):
        return {"## ": "heading", "- ": "points", "* ": "records", "| ": "lines"}[match[1]]
    if re.fullmatch(r"\[[^\]]+\]\([^()\s]+\)", line):
        return "button"
    if line == "---":
        return "signature"
    return "code" if re.fullmatch(r"`[^`]+`", line) else "paragraph"


def _taken(lines: list[str]) -> int:
    """How many lines belong to the first block."""
    kind = _kind(lines[0])
    if kind in {"heading", "button", "code", "signature"}:
        return 1
    for number, line in enumerate(lines[1:], start=1):
        indented = line.startswith(" ")
        if not (indented if kind in {"points", "records"} else False) and _kind(line) != kind:
            return number
    return len(lines)


def _block(lines: list[str]) -> Block:
    kind = _kind(lines[0])
    if kind == "button":
        label, _, link = lines[0][1:-1].rpartition("](")
        return Block(kind, (runs(label),), link=_link(opened(link)))
    if kind == "code":
        return Block(kind, (runs(lines[0].strip("`")),))
    if kind in {"points", "records"}:
        return Block(kind, items=_items(lines))
    if kind == "paragraph":
        return Block(kind, (runs(" ".join(lines)),))
    return Block(kind, tuple(runs(line.partition(" ")[2]) for line in lines))


def _items(lines: list[str]) -> tuple[Item, ...]:
    items: list[Item] = []
    for line in lines:
        if not line.startswith(" "):
            items.append(Item(runs(line[2:])))
            continue
        label, colon, text = line.strip().partition(": ")
        detail = (label, runs(text)) if colon else ("", runs(line.strip()))
        items[-1] = Item(items[-1].title, (*items[-1].details, detail))
    return tuple(items)


def runs(text: str) -> Line:
    """One line of the letter, its values opened."""
    found, end = [], 0
    for mark in _STRONG.finditer(text):
        found += _said_or_kept(text[end : mark.start()])
        if mark[1]:
            found += [replace(run, strong=True) for run in _said_or_kept(mark[1])]
        else:
            found.append(Run(opened(mark[2]), link=_link(opened(mark[2]))))
        end = mark.end()
    return (*found, *_said_or_kept(text[end:]))


def _said_or_kept(text: str) -> list[Run]:
    pieces = re.split(f"({_TOKEN.pattern.replace('(', '(?:')})", text)
    found = [Run(opened(piece), kept=piece[0] == _OPEN and len(opened(piece)) <= KEPT) for piece in pieces if piece]
    return [run for run in found if run.text]


def _link(text: str) -> str:
    """An address a letter may lead to; empty for everything else."""
    if re.fullmatch(r"https?://[^\s<>\"'\\]+", text):
        return text
    return f"mailto:{text}" if re.fullmatch(r"[^\s<>\"'\\/?&%:]+@[^\s<>\"'\\/?&%:]+", text) else ""


def plain(blocks: tuple[Block, ...]) -> str:
    """The letter as text, lines of at most 72 characters but for links."""
    return "\n\n".join(_plain(block) for block in blocks).replace("\n-- \n\n", "\n-- \n") + "\n"


def _plain(block: Block) -> str:
    if block.kind in {"points", "records"}:
        parts = [_plain_item(item) for item in block.items]
        return ("\n" if block.kind == "points" else "\n\n").join(parts)
    lines = [said(line) for line in block.lines]
    match block.kind:
        case "heading":
            lines.append("-" * min(len(lines[0]), WIDTH))
        case "button":
            lines = [f"{lines[0]}:", block.link]
        case "code":
            lines = [f"    {lines[0]}"]
        case "signature":
            lines = ["-- "]  # RFC 3676, 4.3
        case _:
            lines = [_wrapped(line) for line in lines]
    return "\n".join(lines)


def _plain_item(item: Item) -> str:
    lines = [_wrapped(said(item.title), "- ", "  ")]
    lines += [_wrapped(f"{label}: {said(text)}" if label else said(text), "  ", "    ") for label, text in item.details]
    return "\n".join(lines)


def said(line: Line) -> str:
    """The line without its marks."""
    return "".join(run.text for run in line)


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
