"""One regime's dates: events in, dates out, with a line per step that says why. Pure.

Counting follows Reg. 1182/71 art. 3 and CO art. 77-78: the day of receipt is not counted, months keep the date and
clamp to the last day, pauses add days, and only then the end moves to the next working day.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from bot.law.calendar import DAY, Calendar, add_months, short
from bot.law.regimes import Extension, Period, Regime, regime

NOTHING: Mapping[str, Any] = MappingProxyType({})
Ending = Callable[[date], date]  # start -> end


@dataclass(frozen=True)
class Event:
    """What a person recorded on the clock. Nothing else ever moves a date."""

    kind: str  # identity, clarification, fee: a pause; extension
    on: date  # asked, or the notice was sent
    until: date | None = None  # answered or paid; None: still open
    months: int = 0  # of an extension; without months, days and a date: as much as the regime allows
    days: int = 0
    new_due: date | None = None


@dataclass(frozen=True)
class Dates:
    """The dates of one regime. While the clock stands still they are the strict ones, as if it ran on."""

    regime: str
    short: str  # name of the law: GDPR
    received: date
    unrolled: date  # the safe target, before weekends and holidays move it
    due: date  # last day on which the answer is in time
    due_end_utc: datetime
    extension_notice_by: date | None  # None: no extension, or the clock stands still
    ack_by: date | None  # where confirming receipt is a duty
    why: tuple[str, ...]
    state: str = "running"  # suspended, not_started: an answer of the person is awaited
    extension_valid: bool | None = None  # whether an extension took effect; None: there was none

    def answer(self) -> dict[str, Any]:
        """As the vectors and `law due` write it: no due date while the clock stands still."""
        runs = self.state == "running"
        return {
            "due": self.due.isoformat() if runs else None,
            "unrolled": self.unrolled.isoformat() if runs else None,
            "extension_notice_by": self.extension_notice_by.isoformat() if self.extension_notice_by else None,
            "due_end_utc": self.due_end_utc.strftime("%Y-%m-%dT%H:%M:%SZ") if runs else None,
            "ack_by": self.ack_by.isoformat() if self.ack_by else None,
        }


def dates(
    law: Regime | str,
    received: datetime | date,
    events: Iterable[Event] = (),
    *,
    zone: str | None = None,
    holidays_region: str,
    extra_holidays: Sequence[str] = (),
    removed_holidays: Sequence[str] = (),
    choices: Mapping[str, Any] = NOTHING,
    right: str | None = None,
) -> Dates:
    """The dates of one regime, explained.

    `received` is an aware moment, turned into a date of `zone` (default: the regime's), or a date entered by hand.
    `choices` are the contested points decided otherwise than the regime's file does. `right` matters only where a
    regime gives a right a period of its own. KeyError: no such regime.
    """
    law = (regime(law) if isinstance(law, str) else law).chosen(choices)
    calendar = Calendar(zone or law.zone, holidays_region, tuple(extra_holidays), tuple(removed_holidays))
    own = law.periods.get(right or "")
    return _Count(law, own or law.period, None if own else law.extension, calendar).dates(received, tuple(events))


@dataclass(frozen=True)
class _Run:
    """The way from receipt to an end, with the pauses taken in."""

    end: date
    state: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class _Count:
    law: Regime
    period: Period
    extension: Extension | None
    calendar: Calendar

    def dates(self, received: datetime | date, events: tuple[Event, ...]) -> Dates:
        day = self.calendar.date_of(received)
        events = tuple(sorted(events, key=lambda each: each.on))
        first = self._run(day, self._first_end, events, self._length())
        last, valid = self._extended(day, first, events)
        due, moved = self._rolled(last.end)
        stands = f"The clock stands still: the person's answer is awaited. Without the pause: {short(due)}."
        return Dates(
            regime=self.law.key,
            short=self.law.short,
            received=day,
            unrolled=last.end,
            due=due,
            due_end_utc=self.calendar.end_of(due),
            extension_notice_by=self._notice_by(first) if last.state == "running" else None,
            ack_by=_end(self.law.acknowledgement, day, self.calendar) if self.law.acknowledgement else None,
            why=(
                self._received(received, day),
                *last.why,
                *([moved] if moved else []),
                *([stands] if last.state != "running" else []),
                f"Rule as of {short(self.law.checked)}; {self.calendar.sources()}.",
            ),
            state=last.state,
            extension_valid=valid,
        )

    def _received(self, received: datetime | date, day: date) -> str:
        if not isinstance(received, datetime):
            return f"{self.law.short}: received {short(day)}."
        at = received.astimezone(ZoneInfo(self.calendar.zone))
        return f"{self.law.short}: received {short(day)} at {at:%H:%M} ({self.calendar.zone})."

    def _length(self) -> str:
        counted = ""
        if self.period.unit == "day":
            counted = ", the day of receipt counted" if self.period.day_of_receipt_counts else ""
        return f"{_amount(self.period.length, self.period.unit)}{counted} ({self.period.article})"

    def _first_end(self, start: date) -> date:
        return _end(self.period, start, self.calendar)

    def _rolled(self, day: date) -> tuple[date, str]:
        """Where the end moves to, and why."""
        if self.period.roll == "none":
            return day, ""
        due, free = self.calendar.rolled(day)
        why = f"{', '.join(free)}: next working day {short(due)} ({self.period.roll_article})." if free else ""
        return due, why

    def _notice_by(self, first: _Run) -> date | None:
        return self._rolled(first.end)[0] if self.extension else None

    def _run(self, received: date, ending: Ending, events: tuple[Event, ...], length: str) -> _Run:
        """From receipt to the end. A pause asked for after the end has come changes nothing any more."""
        start, state, taken, end = received, "running", set[date](), ending(received)
        why = [f"{length}: {short(end)}."]
        for each in events:
            mode = self.law.pauses.get(each.kind, "none")
            if mode == "none" or each.on > self._rolled(end)[0]:
                if each.kind in self.law.pauses:
                    why.append(f"The question of {short(each.on)} ({each.kind}) does not move the date.")
                continue
            if each.until is None:
                state = "suspended" if mode == "suspend" else "not_started"
                continue
            if mode == "restart":
                start = max(start, each.until)
            else:
                taken |= self._days(each)
            end = ending(start) + DAY * len({day for day in taken if day >= start})
            why.append(_paused(each, mode, end))
        return _Run(end, state, tuple(why))

    def _days(self, pause: Event) -> set[date]:
        """Days of one pause; those of overlapping pauses count once, as they are the same days."""
        assert pause.until is not None
        inclusive = self.law.pause_count == "inclusive"
        return {pause.on + DAY * number for number in range((pause.until - pause.on).days + inclusive)}

    def _extended(self, received: date, first: _Run, events: tuple[Event, ...]) -> tuple[_Run, bool | None]:
        """The longest of the extensions told in time; the first period where there is none."""
        asked = [each for each in events if each.kind == "extension"]
        notice_by = self._notice_by(first)
        in_time = [each for each in asked if notice_by and (each.on <= notice_by or first.state != "running")]
        runs = [self._longer(received, each, events) for each in in_time]
        late = [
            f"The notice of {short(each.on)} changes nothing: {self._too_late(notice_by)}."
            for each in asked
            if each not in in_time
        ]
        last = max([first, *runs], key=lambda each: each.end)
        return _Run(last.end, last.state, (*last.why, *late)), (last is not first) if asked else None

    def _too_late(self, notice_by: date | None) -> str:
        return f"it had to be sent by {short(notice_by)}" if notice_by else f"{self.law.short} knows no extension"

    def _longer(self, received: date, told: Event, events: tuple[Event, ...]) -> _Run:
        assert self.extension is not None
        extension, allowed = self.extension, Event("extension", told.on)
        if told.new_due and not extension.length:
            later = tuple(each for each in events if each.on >= told.on)  # the date named knew of the pauses before
            how = f"Extended by the notice of {short(told.on)} to the date it names ({extension.article})"
            return self._run(received, lambda _: told.new_due or received, later, how)
        most = self._ending(allowed)
        end = most if told.new_due else self._ending(told)
        how = f"Extended by the notice of {short(told.on)} ({extension.article})"
        named = told.new_due or date.max
        return self._run(received, lambda start: min(end(start), most(start), named), events, how)

    def _ending(self, told: Event) -> Ending:
        """Where the extended period ends; as much as the law allows where the notice names no length."""
        assert self.extension is not None
        months, days = told.months, told.days
        if not months and not days:
            by_month = self.extension.unit == "month"
            months, days = (self.extension.length, 0) if by_month else (0, self.extension.length)
        if self.extension.anchor == "first_due":
            return lambda start: add_months(self._first_end(start), months) + DAY * days
        if self.period.unit == "month":  # in one go from receipt: 31 January + 3 months is 30 April
            return lambda start: add_months(start, self.period.length + months) + DAY * days
        return lambda start: add_months(self._first_end(start), months) + DAY * days


def _end(period: Period, start: date, calendar: Calendar) -> date:
    if period.unit == "month":
        return add_months(start, period.length)
    if period.unit == "working_day":
        return next(islice(calendar.working_days(start), period.length - 1, None))
    return start + DAY * (period.length - period.day_of_receipt_counts)


def _amount(length: int, unit: str) -> str:
    word = unit.replace("_", " ")
    return f"{length} {word}s" if length != 1 else f"One {word}"


def _paused(pause: Event, mode: str, end: date) -> str:
    assert pause.until is not None
    span = f"Asked {short(pause.on)} ({pause.kind}), answered {short(pause.until)}"
    return f"{span}: {'counted anew from then' if mode == 'restart' else 'those days are added'}: {short(end)}."
