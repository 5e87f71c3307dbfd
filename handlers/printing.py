"""What a command prints: words for people, one JSON object a line for machines."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  a command prints


def line(row: Mapping[str, Any], *, as_json: bool) -> None:
    """One row: as JSON, or as words with what is empty left out."""
    if as_json:
        say(json.dumps(row, default=_plain, ensure_ascii=False))
        return
    shown = {name: value for name, value in row.items() if value not in (None, "", [], {}, ())}
    first, *rest = shown.items() if shown else [("", "")]
    say("  ".join([_words(first[1]), *(f"{name}: {_words(value)}" for name, value in rest)]))


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        every = [_words(each) for each in value]
        return (" " if all(each.endswith((".", "?", "!")) for each in every) else ", ").join(every)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items())
    if isinstance(value, datetime):
        return f"{value:%a %d %b %Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%a %d %b %Y}"
    return str(value)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
