"""The deadlines as a calendar that people's own programs subscribe to (RFC 5545, RFC 7986). Pure.

One all-day event for each open ticket, on the safe day. It names a reference and rights, never a person: a calendar is
copied to telephones and to whoever runs the calendar service. It has no alarms: the bot reminds by itself, in working
hours and once, and most programs drop the alarms of a calendar that is only subscribed to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

MAKER = "-//Subjectline//Deadlines//EN"
AGAIN = timedelta(hours=1)  # how often a program should look again


@dataclass(frozen=True)
class Appointment:
    """One deadline to keep."""

    uid: str  # the same for as long as the ticket lives
    ref: str
    rights: tuple[str, ...]
    on: date  # the safe day
    due: date  # the last day of the law
    said: str  # how it stands, in words that name nobody
    stands: bool  # the clock stands still: the date is not certain
    sequence: int  # rises when something moved the date
    changed_at: datetime


def calendar(name: str, appointments: Iterable[Appointment]) -> bytes:
    """The calendar as a file. The same appointments give the same bytes."""
    import icalendar  # noqa: PLC0415  9 MB, for a house with subscribers

    found = icalendar.Calendar()
    found.add("prodid", MAKER)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("name", name)
    found.add("x-wr-calname", name)  # what programs read that do not know RFC 7986
    found.add("refresh-interval", AGAIN, parameters={"value": "DURATION"})
    found.add("x-published-ttl", icalendar.vDuration(AGAIN))
    for each in appointments:
        event = icalendar.Event()
        for field, value in _fields(each).items():
            event.add(field, value)
        found.add_component(event)
    return found.to_ical()


def _fields(each: Appointment) -> dict[str, Any]:
    rights = ", ".join(each.rights) or "no right chosen yet"
    by = "Answer by this day." if each.on == each.due else f"Answer by this day. Last day of the law: {_day(each.due)}."
    return {
        "uid": each.uid,
        "dtstamp": each.changed_at,
        "last-modified": each.changed_at,
        "sequence": each.sequence,
        "summary": f"{each.ref}: {rights}",
        "description": f"{by}\n{each.said}",
        "dtstart": each.on,
        "dtend": each.on + timedelta(days=1),  # the day after: an end is not counted (RFC 5545 3.6.1)
        "status": "TENTATIVE" if each.stands else "CONFIRMED",
        "transp": "TRANSPARENT",  # nobody is busy all day because of it
        "categories": ["Data protection"],
    }


def _day(of: date) -> str:
    return f"{of.day} {_MONTHS[of.month - 1]} {of.year}"


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
