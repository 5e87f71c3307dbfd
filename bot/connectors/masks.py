"""Masks: what a value becomes when its row must stay but the person must go (specs section 5).

Every mask is a function of the value, the row's key and the person's own words; applied twice it gives the same. So
"does the row still hold something?" is the question whether masking it would change it. Not offered: `random` (cannot
be repeated, so not be proved) and `hmac` (pseudonymous while the key lives, not erased). A whole row goes by
`erase = "delete"` of its table.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import re2

GONE = "erased"
STRUCK = "[erased]"
SAFE_DOMAINS = (".invalid", ".example", ".test")  # RFC 2606: no mail to a masked address ever leaves
_DATE = re.compile(r"(\d{4})-(\d\d)-\d\d(?:([ T])\d\d:\d\d(?::\d\d(?:\.\d+)?)?(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Mask:
    kind: str
    argument: Any = None

    def __str__(self) -> str:
        return self.kind if self.argument is None else f"{self.kind} {self.argument!r}"


@dataclass(frozen=True)
class Sort:
    """What kind of column a mask meets: the kind of its values, and whether it may be empty."""

    kind: str  # text, number, date, moment, flag, bytes, address, other
    nullable: bool
    length: int | None = None
    zoned: bool = False  # a moment that carries its offset


KEEP = Mask("keep")
_PLAIN = frozenset({"keep", "null", "zero", "year", "month", "ip_net", "redact"})
_WITH = {"fixed": (str, int, bool), "keyed": (str,), "prefix": (int,)}
_DEFAULT = {"fixed": GONE, "keyed": GONE + "-{key}"}


def read_mask(given: object) -> Mask:
    """`"null"`, `"keyed"`, `{ fixed = "erased" }`, `{ prefix = 2 }` as a Mask; ValueError says what is wrong."""
    if isinstance(given, Mask):
        return given
    if isinstance(given, str):
        if given in _PLAIN:
            return Mask(given)
        if given in _DEFAULT:
            return Mask(given, _DEFAULT[given])
    elif isinstance(given, dict) and len(given) == 1:
        ((kind, argument),) = given.items()
        if kind in _WITH and type(argument) in _WITH[kind]:
            return _checked(Mask(kind, argument))
    words = ", ".join(sorted({*_PLAIN, *_WITH}))
    raise ValueError(f"is no mask (masks are: {words}; a whole row goes by erase = “delete”)")


def _checked(mask: Mask) -> Mask:
    if mask.kind == "keyed" and "{key}" not in mask.argument:
        raise ValueError("keyed needs {key} in its text, or two people get the same")
    if mask.kind == "prefix" and not 0 < mask.argument <= 8:
        raise ValueError("prefix takes 1 to 8 characters")
    if isinstance(mask.argument, str) and "@" in mask.argument and not mask.argument.endswith(SAFE_DOMAINS):
        raise ValueError("masks an address with one that may exist: end it with @invalid.example")
    return mask


def unfit(mask: Mask, sort: Sort) -> str | None:
    """Why this mask cannot be used on such a column; None when it can."""
    if mask.kind == "null" and not sort.nullable:
        return "null on a column that is NOT NULL"
    fits = _FITS.get(mask.kind)
    if fits is not None and sort.kind not in fits:
        return f"{mask.kind} does not fit a column of this type ({sort.kind})"
    if mask.kind == "fixed":
        wants = {"text": str, "flag": bool, "number": int}[sort.kind]
        if type(mask.argument) is not wants:
            return f"fixed {mask.argument!r} does not fit a column of this type ({sort.kind})"
    if sort.length is not None and _longest(mask) > sort.length:
        return f"{mask.kind} needs {_longest(mask)} characters, the column holds {sort.length}"
    return None


_FITS = {
    "fixed": {"text", "number", "flag"},
    "keyed": {"text"},
    "prefix": {"text"},
    "redact": {"text"},
    "year": {"date", "moment", "text"},
    "month": {"date", "moment", "text"},
    "ip_net": {"text", "address"},
    "zero": {"number", "date", "moment", "flag", "address"},
}
_KEY_DIGITS = 19  # of a 64-bit key


def _longest(mask: Mask) -> int:
    if mask.kind == "fixed":
        return len(str(mask.argument))
    if mask.kind == "keyed":
        return len(mask.argument) - len("{key}") + _KEY_DIGITS
    return 0


def lossy(mask: Mask) -> bool:
    """Whether two different values may become one: not for a unique column."""
    return mask.kind in {"fixed", "zero", "year", "month", "prefix", "ip_net", "redact"}


def masked(mask: Mask, value: Any, key: Sequence[Any], sort: Sort, words: Sequence[str]) -> Any:
    """The value after the mask. An empty value stays empty; `words` are struck out of free text by `redact`."""
    if mask.kind == "keep" or value is None:
        return value
    if mask.kind == "keyed":
        return mask.argument.replace("{key}", "-".join(str(part) for part in key))
    if mask.kind == "redact":
        return redacted(str(value), words)
    return _SHAPES[mask.kind](value, mask.argument, sort)


def same(old: Any, new: Any) -> bool:
    """Whether the database holds what the mask gives; CHAR columns come back with spaces at the end."""
    if isinstance(old, str) and isinstance(new, str):
        return old.rstrip(" ") == new.rstrip(" ")
    return old == new


def _cut(value: Any, sort: Sort, *, keep_month: bool) -> Any:
    found = _DATE.fullmatch(str(value))
    if found is None:
        return _nothing(sort)
    year, month, between, zone = found.groups()
    day = f"{year}-{month}-01" if keep_month else f"{year}-01-01"
    return day if between is None else f"{day}{between}00:00:00{zone}"


def _net(value: Any, sort: Sort) -> Any:
    text, slash, width = str(value).partition("/")
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return _nothing(sort)
    bits = 24 if address.version == 4 else 48
    return f"{ipaddress.ip_network((address, bits), strict=False).network_address}{slash}{width}"


def _nothing(sort: Sort) -> Any:
    """For a value that cannot be cut because it is not what the column promises: it must not stay as it is."""
    return None if sort.nullable else _zero(sort)


def _zero(sort: Sort) -> Any:
    epoch = "1970-01-01 00:00:00" + ("+00" if sort.zoned else "")
    nothing = {"number": 0, "flag": False, "date": "1970-01-01", "moment": epoch, "address": "0.0.0.0"}  # noqa: S104
    return nothing.get(sort.kind, GONE)


_SHAPES: dict[str, Callable[[Any, Any, Sort], Any]] = {
    "null": lambda _value, _argument, _sort: None,
    "fixed": lambda _value, argument, _sort: argument,
    "prefix": lambda value, argument, _sort: str(value)[:argument],
    "zero": lambda _value, _argument, sort: _zero(sort),
    "year": lambda value, _argument, sort: _cut(value, sort, keep_month=False),
    "month": lambda value, _argument, sort: _cut(value, sort, keep_month=True),
    "ip_net": lambda value, _argument, sort: _net(value, sort),
}


def redacted(text: str, words: Sequence[str]) -> str:
    """The text with every one of the words struck out, whatever their case, where they stand alone."""
    wanted = sorted({word for word in words if word.strip()}, key=lambda word: (-len(word), word))
    if not wanted:
        return text
    text = text.encode("utf-8", "replace").decode()  # bytes that were never text cannot be searched
    pattern = re2.compile("(?i)(" + "|".join(re2.escape(word) for word in wanted) + ")")  # TRUST T17: linear

    def strike(match: Any) -> str:
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        return match.group(0) if before.isalnum() or after.isalnum() else STRUCK

    return pattern.sub(strike, text)


def words_of(values: Sequence[str]) -> tuple[str, ...]:
    """What `redact` looks for: each value, and the parts of a name that are long enough to mean somebody."""
    values = [value.encode("utf-8", "ignore").decode() for value in values]  # bytes that were never text name nobody
    parts = {part for value in values for part in re.split(r"[\s,;]+", value) if len(part) >= 3 and part.isalpha()}
    return tuple(sorted({value.strip() for value in values} | parts))
