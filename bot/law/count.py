"""The counting under one regime: events in, dates out, with a line per step that says why. Pure.

Counting follows Reg. 1182/71 art. 3 and CO art. 77-78: the day of receipt is not counted, months keep the date and
clamp to the last day, pauses add days, and only then the end moves to the next working day.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bot.law.calendar import DAY, Calendar, add_months, short
from bot.law.regimes import Extension, Period, Regime
from bot.phrases import named, say

EXTENSION = "extension"
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
    large: bool = True  # of a clarification: it concerns a large amount of data


@dataclass(frozen=True)
class Dates:
    """The dates of one regime. While the clock stands still they are those it would have if it ran on."""

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
    strict: date | None = None  # `due` if no pause counted; None where it is the same
    contested: tuple[int, ...] = ()  # points which, read otherwise, would give another date

    def answer(self) -> dict[str, Any]:
        """As the vectors and `law due` write it: no due date while the clock stands still."""
        runs = self.state == "running"
        return {
            "due": self.due.isoformat() if runs else None,
            "unrolled": self.unrolled.isoformat() if runs else None,
            "extension_notice_by": self.extension_notice_by.isoformat() if self.extension_notice_by else None,
            "due_end_utc": self.due_end_utc.strftime("%Y-%m-%dT%H:%M:%SZ") if runs else None,
            "ack_by": self.ack_by.isoformat() if self.ack_by else None,
            "state": self.state,
            "extension_valid": self.extension_valid,
        }


@dataclass(frozen=True)
class _Run:
    """The way from receipt to an end, with the pauses taken in."""

    end: date
    state: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """One law, one right, one calendar."""

    law: Regime
    period: Period
    extension: Extension | None
    acknowledgement: Period | None
    calendar: Calendar

    def received(self, received: datetime | date, day: date) -> str:
        """The first line: from when is counted."""
        if not isinstance(received, datetime):
            return say("law.received", short=self.law.called, day=short(day), article=self.law.start.article)
        at, zone = received.astimezone(ZoneInfo(self.calendar.zone)), self.calendar.zone
        return say(
            "law.received_at",
            short=self.law.called,
            day=short(day),
            at=f"{at:%H:%M}",
            zone=zone,
            article=self.law.start.article,
        )

    def dates(self, day: date, received: str, events: tuple[Event, ...]) -> Dates:
        first = self._run(day, self._first_end, events, self._length())
        last, valid = self._extended(day, first, events)
        due, moved = self._rolled(last.end)
        stands = say("law.stands", due=short(due))
        ack_by = self._ack_by(day)
        return Dates(
            regime=self.law.key,
            short=self.law.called,
            received=day,
            unrolled=last.end,
            due=due,
            due_end_utc=self.calendar.end_of(due),
            extension_notice_by=self._notice_by(first) if last.state == "running" else None,
            ack_by=ack_by,
            why=(
                received,
                *last.why,
                *([moved] if moved else []),
                *([stands] if last.state != "running" else []),
                *([self._confirm(ack_by)] if ack_by else []),
                say("law.rule", checked=short(self.law.checked), sources=self.calendar.sources()),
            ),
            state=last.state,
            extension_valid=valid,
        )

    def _length(self) -> str:
        counted = ""
        if self.period.unit == "day":
            counted = say("law.receipt_counted") if self.period.day_of_receipt_counts else ""
        return f"{_amount(self.period.length, self.period.unit)}{counted} ({self.period.article})"

    def _first_end(self, start: date) -> date:
        return _end(self.period, start, self.calendar)

    def _ack_by(self, day: date) -> date | None:
        return _end(self.acknowledgement, day, self.calendar) if self.acknowledgement else None

    def _confirm(self, ack_by: date) -> str:
        assert self.acknowledgement is not None
        length = _amount(self.acknowledgement.length, self.acknowledgement.unit).lower()
        return say("law.confirm", length=length, ack_by=short(ack_by), article=self.acknowledgement.article)

    def _rolled(self, day: date) -> tuple[date, str]:
        """Where the end moves to, and why."""
        if self.period.roll == "none":
            return day, ""
        due, free = self.calendar.rolled(day)
        why = (
            say("law.rolled", free=", ".join(free), due=short(due), roll_article=self.period.roll_article)
            if free
            else ""
        )
        return due, why

    def _notice_by(self, first: _Run) -> date | None:
        if self.extension is None:
            return None
        return first.end if self.extension.notice_by == "unrolled" else self._rolled(first.end)[0]

    def _run(self, received: date, ending: Ending, events: tuple[Event, ...], length: str) -> _Run:
        """From receipt to the end. A pause asked for after the end has come changes nothing any more."""
        start, states, taken, end = received, {"running"}, set[date](), ending(received)
        why = [f"{length}: {short(end)}."]
        for each in events:
            if each.kind not in self.law.pauses:
                continue
            if reason := self._idle(each, end):
                why.append(say("law.not_moved", on=short(each.on), kind=named("question", each.kind), reason=reason))
                continue
            mode = self.law.pauses[each.kind].mode
            if each.until is None:
                states.add("suspended" if mode == "suspend" else "not_started")
                why.append(self._waiting(each))
                continue
            if mode == "suspend":
                taken |= self._days(each)
            else:
                start = max(start, self._anew(each, each.until))
            end = ending(start) + DAY * len({day for day in taken if day >= start})
            why.append(self._paused(each, each.until, end))
        return _Run(end, min(states, key=_STATES.index), tuple(why))

    def _idle(self, asked: Event, end: date) -> str:
        """Why this question does not stop the clock; empty where it does."""
        pause = self.law.pauses[asked.kind]
        if pause.mode == "none":
            return say("law.runs_on", article=pause.article)
        if pause.only_large and not asked.large:
            return say("law.not_large", article=pause.article)
        return say("law.after_last") if asked.on > self._rolled(end)[0] else ""

    def _days(self, pause: Event) -> set[date]:
        """Days of one pause; those of overlapping pauses count once, as they are the same days."""
        assert pause.until is not None
        inclusive = self.law.pause_count == "inclusive"
        return {pause.on + DAY * number for number in range((pause.until - pause.on).days + inclusive)}

    def _anew(self, pause: Event, until: date) -> date:
        """From when the period is counted anew."""
        rule = self.law.pauses[pause.kind]
        return pause.on + DAY * rule.days if rule.mode == "reflection" else until

    def _waiting(self, pause: Event) -> str:
        rule, kind = self.law.pauses[pause.kind], named("question", pause.kind)
        if rule.mode == "reflection":
            last = short(pause.on + DAY * rule.days)
            return say("law.unless_confirmed", on=short(pause.on), kind=kind, last=last, article=rule.article)
        return say("law.not_answered", on=short(pause.on), kind=kind, article=rule.article)

    def _paused(self, pause: Event, until: date, end: date) -> str:
        rule = self.law.pauses[pause.kind]
        how = {
            "suspend": say("law.not_counted", days=_amount(len(self._days(pause)), "day")),
            "restart": say("law.from_then"),
            "reflection": say("law.reflection", day=short(self._anew(pause, until))),
        }[rule.mode]
        return say(
            "law.answered",
            on=short(pause.on),
            kind=named("question", pause.kind),
            until=short(until),
            how=how,
            end=short(end),
            article=rule.article,
        )

    def _extended(self, received: date, first: _Run, events: tuple[Event, ...]) -> tuple[_Run, bool | None]:
        """The longest of the extensions told in time; the first period where there is none."""
        asked = [each for each in events if each.kind == EXTENSION]
        in_time, why = list[_Run](), list[str]()
        for each in asked:
            if reason := self._no_effect(each, received, first):
                why.append(say("law.notice_nothing", on=short(each.on), reason=reason))
            else:
                in_time.append(self._longer(received, each, events))
        last = max([first, *in_time], key=lambda each: each.end)
        return replace(last, why=(*last.why, *why)), (last is not first) if asked else None

    def _no_effect(self, told: Event, received: date, first: _Run) -> str:
        """Why this notice does not extend anything; empty where it may."""
        notice_by = self._notice_by(first)
        if notice_by is None:
            return say("law.no_extension", short=self.law.called)
        if told.on < received:
            return say("law.notice_before")
        late = told.on > notice_by and first.state == "running"
        return say("law.notice_by", notice_by=short(notice_by)) if late else ""

    def _longer(self, received: date, told: Event, events: tuple[Event, ...]) -> _Run:
        assert self.extension is not None
        how = say("law.extended", on=short(told.on))
        article = f"({self.extension.article})"
        free = self.extension.length == 0
        end, most = self._ending(told), self._ending(Event(EXTENSION, told.on))
        upto = end if free else lambda start: min(end(start), most(start))
        limit = self._run(received, upto, events, f"{how} {article}")
        if told.new_due is None:
            return limit
        later = tuple(each for each in events if each.on >= told.on)  # the date named knew of the pauses before
        named = self._run(
            received, lambda _: told.new_due or received, later, say("law.to_the_date", how=how, article=article)
        )
        return named if free else min(named, limit, key=lambda each: each.end)

    def _ending(self, told: Event) -> Ending:
        """Where the extended period ends; as much as the law allows where the notice names no length."""
        assert self.extension is not None
        months, days = told.months, told.days
        if not months and not days:
            by_month = self.extension.unit == "month"
            months, days = (self.extension.length, 0) if by_month else (0, self.extension.length)
        if self.extension.anchor == "receipt" and self.period.unit == "month":
            # in one go from receipt: 31 January + 3 months is 30 April
            return lambda start: add_months(start, self.period.length + months) + DAY * days
        return lambda start: add_months(self._first_end(start), months) + DAY * days


_STATES = ("not_started", "suspended", "running")  # the strongest first


def _end(period: Period, start: date, calendar: Calendar) -> date:
    if period.unit == "month":
        return add_months(start, period.length)
    if period.unit == "working_day":
        return next(islice(calendar.working_days(start), period.length - 1, None))
    return start + DAY * (period.length - period.day_of_receipt_counts)


def _amount(length: int, unit: str) -> str:
    return say(f"law_unit.{unit}", n=length)
