"""Held against two readers that are not ours: `icalendar` reads strictly, `vobject` is what calendar servers use."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import icalendar
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.diary import Appointment, calendar

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ONE = Appointment(
    uid="i000001@dpe.lumen.example", ref="DPE-2026-0001", rights=("access", "deletion"), on=date(2026, 12, 19),
    due=date(2026, 12, 21), said="Now: access planned. Next: A handler.", stands=False, sequence=2, changed_at=AT,
)  # fmt: skip


def read(*appointments: Appointment) -> icalendar.Calendar:
    found = icalendar.Calendar.from_ical(calendar("Deadlines", appointments))
    assert isinstance(found, icalendar.Calendar)
    return found


def test_a_deadline_is_an_event_of_a_whole_day() -> None:
    """On the safe day; the law's own day and how it stands are in the words."""
    (event,) = read(ONE).walk("VEVENT")
    assert event.errors == []
    assert (event["UID"], event["SUMMARY"]) == (ONE.uid, "DPE-2026-0001: access, deletion")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 12, 19), date(2026, 12, 20))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["DESCRIPTION"] == (
        "Answer by this day. Last day of the law: 21 December 2026.\nNow: access planned. Next: A handler."
    )
    assert (event["SEQUENCE"], event["STATUS"], event["TRANSP"]) == (2, "CONFIRMED", "TRANSPARENT")
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == AT
    assert not event.walk("VALARM")


def test_where_nothing_moves_the_day_it_is_named_once() -> None:
    """And a clock that stands still makes the date tentative; without a right the event says so."""
    (event,) = read(replace(ONE, due=ONE.on, stands=True, rights=())).walk("VEVENT")
    assert event["DESCRIPTION"].startswith("Answer by this day.\n")
    assert (event["STATUS"], event["SUMMARY"]) == ("TENTATIVE", "DPE-2026-0001: no right chosen yet")


def test_the_calendar_says_who_made_it_and_when_to_look_again() -> None:
    """What the RFCs ask for, and what programs read that know only the older names."""
    found = read()
    assert (found["VERSION"], found["PRODID"], found["METHOD"]) == ("2.0", "-//Subjectline//Deadlines//EN", "PUBLISH")
    assert found["NAME"] == found["X-WR-CALNAME"] == "Deadlines"
    assert found.decoded("REFRESH-INTERVAL") == timedelta(hours=1)
    assert found["X-PUBLISHED-TTL"] == "PT1H"


def test_the_same_deadlines_are_the_same_bytes() -> None:
    """So that a program which has them need not read them again."""
    assert calendar("Deadlines", [ONE]) == calendar("Deadlines", [ONE])


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(st.characters(exclude_categories=("C",)), max_size=200), st.text('a;,\\\n:"é😀', max_size=200))
def test_another_reader_reads_what_was_written(name: str, said: str) -> None:
    """Folded after 75 octets, ended with CR LF, and every odd sign comes back as it was."""
    written = calendar(name, [replace(ONE, said=said)])
    lines = written.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    event = vobject.readOne(written.decode()).vevent
    assert event.uid.value == ONE.uid
    assert event.dtstart.value == ONE.on
    assert event.description.value.split("\n", 1)[1] == said
    assert icalendar.Calendar.from_ical(written)["X-WR-CALNAME"] == name
