"""One regime's dates, and which of the contested points decided them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from bot.law.calendar import Calendar, short
from bot.law.count import EXTENSION, Count, Dates, Event
from bot.law.regimes import PAUSES, Contested, Regime, regime
from bot.phrases import say, translated

NOTHING: Mapping[str, Any] = MappingProxyType({})


def dates(
    law: Regime | str,
    received: datetime | date,
    events: Iterable[Event] = (),
    *,
    zone: str | None = None,
    holidays_region: str | None = None,
    extra_holidays: Sequence[str] = (),
    removed_holidays: Sequence[str] = (),
    choices: Mapping[str, Any] = NOTHING,
    right: str | None = None,
) -> Dates:
    """The dates of one regime, explained.

    `received` is an aware moment, turned into a date of `zone` (default: the regime's), or a date entered by hand.
    `choices` are the contested points decided otherwise than the regime's file does; those about the calendar go
    before the house's. `right` matters only where a regime gives a right a period of its own. KeyError: no such
    regime. ValueError: no such choice.
    """
    law = regime(law) if isinstance(law, str) else law
    calendar = Calendar(
        zone or law.zone,
        choices.get("holidays_region") or holidays_region or law.holidays.region,
        tuple(choices.get("extra_holidays", extra_holidays)),
        tuple(choices.get("removed_holidays", removed_holidays)),
    )
    count = _count(law.chosen(choices), calendar, right)
    day = calendar.date_of(received)
    events = tuple(sorted(events, key=lambda each: each.on))
    found = count.dates(day, count.received(received, day), events)
    return _with_other_readings(found, count, right, events) if count.law.contested else found


def _count(law: Regime, calendar: Calendar, right: str | None) -> Count:
    own = law.own.get(right or "")
    if own:
        return Count(law, own, None, None, calendar)
    return Count(law, law.period, law.extension, law.acknowledgement, calendar)


def _with_other_readings(found: Dates, count: Count, right: str | None, events: tuple[Event, ...]) -> Dates:
    """The same dates, naming each contested point that, read otherwise, would give another one."""
    lines, points = list[str](), list[int]()

    def read(law: Regime, calendar: Calendar) -> Dates:
        return _count(law, calendar, right).dates(found.received, "", events)

    for each in count.law.contested:
        if not _may_matter(each, found, count, events):
            continue
        here, others = _readings(each.setting, each.readings, count)
        differs = [
            say("law.with_reading", reading=reading, found=_result(found, other))
            for reading, law, calendar in others
            if _key(other := read(law, calendar)) != _key(found)
        ]
        if differs:
            points.append(each.point)
            lines.append(say(
                "law.contested", point=each.point, question=translated("law_said", each.question),
                setting=each.setting, here=here, differs=", ".join(differs),
            ))  # fmt: skip
    paused = any(each.kind in PAUSES for each in events)
    strict = read(count.law.chosen(dict.fromkeys(PAUSES, "none")), count.calendar).due if paused else found.due
    why = (*found.why[:-1], *lines, found.why[-1])
    return replace(found, why=why, contested=tuple(points), strict=strict if strict != found.due else None)


def _may_matter(point: Contested, found: Dates, count: Count, events: tuple[Event, ...]) -> bool:
    """Whether reading this point otherwise can give another date at all; spares most of the counting."""
    if point.regions and count.calendar.region not in point.regions:
        return False
    match point.setting:
        case "day_of_receipt_counts":
            return count.period.unit == "day"
        case "roll" | "holidays_region":
            return found.due != found.unrolled or count.calendar.why_free(found.due) is not None
        case "extra_holidays":
            return f"{found.due:%m-%d}" in point.readings
        case "extension_anchor":
            return any(each.kind == EXTENSION for each in events)
        case _:
            return any(each.kind in PAUSES for each in events)


def _readings(setting: str, readings: tuple[Any, ...], count: Count) -> tuple[str, list[tuple[str, Regime, Calendar]]]:
    """The reading that counts, and the others with what they are counted with."""
    law, calendar = count.law, count.calendar
    if setting == "holidays_region":
        return calendar.region, [
            (each, law, replace(calendar, region=each)) for each in readings if each != calendar.region
        ]
    if setting == "extra_holidays":
        return ", ".join(calendar.extra) or "none", [
            (each, law, replace(calendar, extra=(*calendar.extra, each)))
            for each in readings
            if each not in calendar.extra
        ]
    here = law.setting(setting)
    return _word(here), [(_word(each), law.chosen({setting: each}), calendar) for each in readings if each != here]


def _word(reading: Any) -> str:
    return str(reading).lower()


def _key(found: Dates) -> tuple[str, date, date]:
    return found.state, found.unrolled, found.due


def _result(found: Dates, other: Dates) -> str:
    if other.state != "running":
        return say("law.would_stand")
    if other.due == found.due and other.state == found.state:
        return say("law.would_move", unrolled=short(other.unrolled))
    return short(other.due)
