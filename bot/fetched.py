"""What a mail server hands out of mails, read in one pass where it has the shape nearly every server gives it.

imapclient takes such an answer apart character by character, which costs more than all else together when a large
mailbox is looked through. Whatever has another shape is left to it.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

_ITEM = rb'(?:UID \d+|RFC822\.SIZE \d+|INTERNALDATE "[^"\\\r\n]*")'
_HEAD = re.compile(rb"(\d+) \(((?:%b )*)(BODY\[[A-Z]*\](?:<\d+>)?) \{(\d+)\}" % _ITEM)
_TAIL = re.compile(rb"((?: %b)*)\)" % _ITEM)
_PIECE = re.compile(rb'(?:(UID|RFC822\.SIZE) (\d+))|INTERNALDATE "([^"]*)"')
_MOMENT = re.compile(rb"([ \d]?\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d\d[0-5]\d)")
_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"), 1
    )
}

Parts = dict[bytes, Any]


def plainly(answer: Sequence[Any]) -> dict[int, Parts] | None:
    """UID → parts, as imapclient would have them; None where one of these lines has another shape.

    `answer` is what imaplib makes of FETCH: for each mail a pair (line, literal) and the rest of the line.
    """
    found: dict[int, Parts] = {}
    if len(answer) % 2:
        return None
    for pair, rest in zip(answer[::2], answer[1::2], strict=True):
        read = _mail(pair, rest)
        if read is None:
            return None
        found.setdefault(read.pop(b"UID"), {}).update(read)
    return found


def _mail(pair: Any, rest: Any) -> Parts | None:
    if not isinstance(pair, tuple) or not isinstance(rest, bytes):
        return None
    head, tail = _HEAD.fullmatch(pair[0]), _TAIL.fullmatch(rest)
    if not head or not tail or int(head[4]) != len(pair[1]):
        return None
    parts: Parts = {b"SEQ": int(head[1]), head[3]: pair[1]}
    for name, number, moment in _PIECE.findall(head[2] + tail[1]):
        if name:
            parts[name] = int(number)
        else:
            parts[b"INTERNALDATE"] = _moment(moment)
    return parts if b"UID" in parts else None


def _moment(written: bytes) -> datetime | None:
    """`23-Nov-2026 08:00:00 +0100` (RFC 3501, date-time), aware; None where it is no moment."""
    found = _MOMENT.fullmatch(written)
    month = _MONTHS.get(found[2].lower()) if found else None
    if not found or not month:
        return None
    try:
        day, year, hour, minute, second = (int(found[each]) for each in (1, 3, 4, 5, 6))
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[7]))
    except ValueError:
        return None


@lru_cache(maxsize=128)
def _zone(written: bytes) -> timezone:
    minutes = int(written[1:3]) * 60 + int(written[3:5])
    return timezone(timedelta(minutes=-minutes if written.startswith(b"-") else minutes))
