"""When a mail reached us: the clock starts then, not when somebody noticed it (EDPB 01/2022 para 159).

A mailbox says when it put the mail down (INTERNALDATE). Our own servers may have taken it before that, and each says so
in a `Received` line on top of the others. Anybody can write such a line, so it is believed only while nobody but our
servers can have written it: the topmost one if it is by one of ours, and each one below as long as the line above says
that the mail came from within. What is believed makes the start earlier, never later.
"""

import calendar
import ipaddress
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from bot.intake.patterns import pattern

FURTHEST = timedelta(days=30)  # before INTERNALDATE; what says more is wrong about itself or about the mail
LINES = 10  # as many servers of ours one after the other are looked at
_LONG = 4000  # characters of a line

_BY = pattern(r"(?i)(?:^|\s)by\s+\[?([^\s\[\]();]{1,255})\]?(?:\s+\([^()]{0,500}\))*(?:\s+with\s+([A-Za-z0-9]{1,20}))?")
_ADDRESS = pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f.]{0,15}){2,8}")
_TAG = pattern(r"(?i)\bipv6:")
_DATE = pattern(
    r"(?i)^\s*(?:[a-z]{3}\s*,)?\s*([0-9]{1,2})\s+([a-z]{3})\s+([0-9]{4})\s+"
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?\s+(?:([+-])([0-9]{2})([0-9]{2})|(?:UT|UTC|GMT|Z))"
    r"(?:\s*\([^()]{0,80}\))?\s*$"
)
_NAME = pattern(r"^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_WITHIN = frozenset({"lmtp", "lmtps", "lmtpa", "local"})  # spoken inside a house only

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def reached(lines: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """The believable moments of these `Received` lines (topmost first), ISO 8601 in UTC, latest server first.

    `own`: names of our servers, a name standing for its subdomains too, and addresses or networks of ours.
    """
    hosts = [each.casefold().strip(".") for each in own if _network(each) is None]
    nets = [found for each in own if (found := _network(each))]
    moments: list[str] = []
    for line in lines[:LINES]:
        by = _BY.search(line[:_LONG])
        if by is None or not _ours(by.group(1), hosts, nets):
            break
        if moment := _moment(line):
            moments.append(moment.isoformat())
        if not _from_within(line[: by.start()], by.group(2) or "", nets):
            break
    return tuple(moments)


def received_at(believable: Iterable[str], internal_date: datetime) -> datetime:
    """When the mail reached us: INTERNALDATE, or the earliest of these moments that is not absurdly long before it.

    A moment after INTERNALDATE changes nothing: nobody can have put down what had not come.
    """
    moments = [datetime.fromisoformat(each) for each in believable]
    return min([each for each in moments if timedelta() <= internal_date - each <= FURTHEST], default=internal_date)


def is_server(text: str) -> bool:
    """Whether this can name servers of ours: `mx.example.org`, `192.0.2.7`, `10.0.0.0/8`."""
    return _network(text) is not None or _NAME.search(text) is not None



def _ours(host: str, hosts: Iterable[str], nets: Iterable[Network]) -> bool:
    name = host.casefold().strip(".")
    return any(name == each or name.endswith(f".{each}") for each in hosts) or _inside(host, nets)


def _from_within(sender: str, protocol: str, nets: Sequence[Network]) -> bool:
    """Whether our server took the mail from another one of ours.

    Names do not count, the other side chooses them; of the addresses one is the true one, so each has to be ours.
    """
    if protocol.casefold() in _WITHIN:
        return True
    found = [text for each in _ADDRESS.finditer(_TAG.sub(" ", sender)) if _address(text := each.group(0))]
    return bool(found) and all(_inside(each, nets) for each in found)


def _inside(text: str, nets: Iterable[Network]) -> bool:
    found = _address(text)
    return found is not None and (found.is_loopback or any(found in each for each in nets))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _moment(line: str) -> datetime | None:
    """What stands after the last semicolon, if it is a date as RFC 5322 has it with an offset that exists."""
    found = _DATE.search(line[-200:].rpartition(";")[2])
    if found is None:
        return None
    day, name, year, hour, minute, second, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    month = _MONTHS.get(name.lower())
    if month is None or abs(offset) > timedelta(hours=14):
        return None
    try:
        local = datetime(
            int(year), month, int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=timezone(offset)
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
