"""Whether two facts somebody states are those on file. Values come in, the names of the facts that are right go out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

_DIGITS = 5  # of a number: with fewer somebody may guess it
_DATES = frozenset({"order_date", "birthday"})
_POSTCODE = re.compile(r"(?i)zip|post.?(?:al|code)|plz|\bcap\b|\bnpa\b")  # a column others know the content of
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_EUROPEAN = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_ANY = re.compile(r"[^0-9a-z]+")


def right_facts(given: Mapping[str, str], pieces: Iterable[Any]) -> set[str]:
    """The facts (by their names) that stand in a cell of these tables, each value counted once."""
    wanted = {shape(kind, value): kind for kind, value in given.items()}
    wanted.pop("", None)
    found: set[str] = set()
    for value in _cells(pieces):
        found |= {wanted[each] for each in (_plain(value), _date(value), _telephone(value)) if each in wanted}
        if len(found) == len(wanted):
            break
    return found


def shape(kind: str, value: Any) -> str:
    """The value in the form that is compared; empty where it proves nothing by its form, or is no such thing."""
    if kind in _DATES:
        return _date(value)
    if kind == "phone":
        return _telephone(value)
    plain = _plain(value)
    if kind == "street":
        return plain if any(map(str.isdigit, plain)) and any(map(str.isalpha, plain)) and len(plain) > _DIGITS else ""
    return plain if "@" not in str(value) and sum(map(str.isdigit, plain)) >= _DIGITS else ""


def _telephone(value: Any) -> str:
    """Its last eight digits: with or without the country, they are the same."""
    digits = "".join(each for each in str(value) if each.isdigit())
    return f"tel{digits[-8:]}" if 8 <= len(digits) <= 15 and not isinstance(value, date) else ""


def _plain(value: Any) -> str:
    return _ANY.sub("", str(value).casefold())


def _date(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    if match := _ISO.match(text):
        parts = (match[1], match[2], match[3])
    elif match := _EUROPEAN.fullmatch(text):
        parts = (match[3], match[2], match[1])
    else:
        return ""
    try:
        return date(*(int(each) for each in parts)).isoformat()
    except ValueError:
        return ""


def _cells(pieces: Iterable[Any]) -> Iterator[Any]:
    """Every value of every table; files are not looked into, nor what a postcode stands in."""
    for piece in pieces:
        columns = getattr(piece, "columns", ())
        labels = getattr(piece, "labels", {})
        told = [not _POSTCODE.search(f"{each} {labels.get(each, '')}") for each in columns]
        for row in getattr(piece, "rows", ()):
            yield from (value for value, looked in zip(row, told, strict=True) if looked and value is not None)
