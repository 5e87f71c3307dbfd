"""`subjectline law due`: one JSON line a vector, so that anybody can check our dates with examples of their own."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from bot.errors import NotAllowed
from bot.law.vectors import Unreadable, answer, with_defaults
from handlers.printing import line, say


def vectors(source: Path | None, *, explained: bool) -> int:
    """Each vector's dates as a line; what cannot be read is a line with its id and the error. 1 if there was one."""
    wrong = 0
    for vector in _read(_text(source)):
        row = _answered(vector)
        wrong += "error" in row
        if not explained:
            row.pop("why", None)
        line(row, as_json=True)
    if wrong:
        typer.echo(f"{wrong} could not be read: each has a line with its id and the error.", err=True)
    return 1 if wrong else 0


def one(vector: Mapping[str, Any], *, as_json: bool) -> int:
    """One date, step by step."""
    found = _answered(vector)
    if "error" in found:
        raise NotAllowed(f"That cannot be counted: {found['error']}.")
    if as_json:
        line(found, as_json=True)
        return 0
    for step in found["why"]:
        say(step)
    return 0


def _answered(vector: Any) -> dict[str, Any]:
    if not isinstance(vector, Mapping):
        return {"id": None, "error": str(vector) if isinstance(vector, Unreadable) else "a vector is an object"}
    try:
        return answer(vector)
    except Unreadable as error:
        return {"id": vector.get("id"), "error": str(error)}


def _text(source: Path | None) -> str:
    try:
        raw = sys.stdin.buffer.read() if source is None or str(source) == "-" else source.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise NotAllowed(f"{source} cannot be read ({type(error).__name__}).") from None
    except UnicodeDecodeError:
        raise NotAllowed(f"{source or 'What came'} is not UTF-8.") from None


def _read(text: str) -> Iterator[Any]:
    """The vectors of a whole document, or one of each line; a line that is no JSON as the error it is."""
    try:
        whole = json.loads(text)
    except ValueError:
        yield from _lines(text)
        return
    if isinstance(whole, Mapping) and isinstance(whole.get("vectors"), list):
        for each in whole["vectors"]:
            yield _with_defaults(each, whole.get("defaults"))
    else:
        yield from whole if isinstance(whole, list) else [whole]


def _lines(text: str) -> Iterator[Any]:
    for number, each in enumerate(text.splitlines(), start=1):
        if each.strip():
            try:
                yield json.loads(each)
            except ValueError as error:
                yield Unreadable(f"line {number} is not JSON: {error}")


def _with_defaults(vector: Any, defaults: Any) -> Any:
    """The vector with what its document says of its regime."""
    if not isinstance(vector, Mapping) or not isinstance(defaults, Mapping):
        return vector
    own = defaults.get(str(vector.get("regime")))
    return with_defaults(vector, own) if isinstance(own, Mapping) else vector
