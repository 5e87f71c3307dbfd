"""Which reminders a ticket deserves, and when people may be told. Pure.

Reminders count down to `unrolled`, the safe date, and know no holidays (a day wrongly taken for a holiday makes a
deadline late). What falls on a day nobody works is said on the working day before, if it counts down to something,
else on the one after. Nobody is told outside working hours, but on the last day itself, whatever day that is.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
EXTENSION_DAYS = 5  # how long before the last day of its notice an extension is spoken of
PAUSE_DAYS = 7  # how often somebody looks after a question without an answer
RECIPIENT_DAYS = (3, 7, 14)  # after a recipient was told and did not answer
TASK_DAYS = (3, 7, *range(12, 60, 5))  # working days after a colleague was asked to do something, then weekly
LETTER_DAYS = (1, 2, 3, *range(5, 40, 5))  # working days after a letter was drafted
AGAIN_DAYS = 7  # half time that moved by less is not said again


class Kind(StrEnum):
    """Why somebody is reminded, the least urgent first."""

    HALF = "half"
    UNTOUCHED = "untouched"  # nobody has begun, one working day after the ticket was opened
    RECIPIENT = "recipient"  # somebody the data were passed on to has not answered
    TASK = "task"  # something is to be done by hand, or what was done is to be looked at
    LETTER = "letter"  # a letter waits for its release
    PAUSE = "pause"  # the clock stands still and the person does not answer
    EXTENSION = "extension"  # still possible until
    DAYS_7 = "days_7"
    DAYS_3 = "days_3"
    DAYS_1 = "days_1"
    TODAY = "today"
    OVERDUE = "overdue"


COUNTDOWN = {Kind.DAYS_7: 7, Kind.DAYS_3: 3, Kind.DAYS_1: 1}
URGENT = frozenset({Kind.TODAY, Kind.OVERDUE})  # never kept back for a digest
BY_OTHERS = frozenset({Kind.LETTER, Kind.RECIPIENT, Kind.TASK})  # on days set by whoever waits for something
_ORDER = {kind: number for number, kind in enumerate(Kind)}


def audible(hours: tuple[str, str] | None, local: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours (`18:00`, `08:00`) it falls into. `local`: by their clock."""
    if hours is None:
        return local
    (begins, ends), now = hours, f"{local:%H:%M}"
    if not (begins <= now < ends if begins < ends else now >= begins or now < ends):
        return local
    day = local.date() if now < ends else local.date() + DAY
    return datetime.combine(day, time.fromisoformat(ends), local.tzinfo)


def urgency(kind: Kind) -> int:
    """The higher, the more urgent."""
    return _ORDER[kind]


@dataclass(frozen=True)
class Hours:
    """When people work: from `start` to `end` on these days of the week (Monday is 0), by the clock of the zone."""

    zone: str
    start: time = time(8)
    end: time = time(17)
    days: frozenset[int] = frozenset(range(5))

    def today(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def opens(self, day: date) -> datetime:
        """When work begins on this day. An hour that is skipped in spring ends an hour later; one that comes twice in
        autumn is the first.
        """  # fmt: skip
        return datetime.combine(day, self.start, ZoneInfo(self.zone)).astimezone(UTC)

    def closes(self, day: date) -> datetime:
        """When work ends on this day. Hours that all fall into what spring skips are made up for after it."""
        ends = datetime.combine(day, self.end, ZoneInfo(self.zone)).replace(fold=1).astimezone(UTC)
        length = datetime.combine(day, self.end) - datetime.combine(day, self.start)
        return ends if ends > self.opens(day) else self.opens(day) + length

    def works(self, day: date) -> bool:
        return day.weekday() in self.days

    def before(self, day: date) -> date:
        """The day itself, or the last working day before it."""
        while not self.works(day):
            day -= DAY
        return day

    def after(self, day: date) -> date:
        """The day itself, or the first working day after it."""
        while not self.works(day):
            day += DAY
        return day

    def later(self, day: date, days: int) -> date:
        """So many working days after this day."""
        for _ in range(days):
            day = self.after(day + DAY)
        return day

    def is_open(self, moment: datetime) -> bool:
        day = self.today(moment)
        return self.works(day) and self.opens(day) <= moment < self.closes(day)

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself, if people work; else the next one at which they begin."""
        if self.is_open(moment):
            return moment
        day = self.today(moment)
        if not self.works(day) or moment >= self.closes(day):
            day = self.after(day + DAY)
        return self.opens(day)

    def one_day_after(self, moment: datetime) -> datetime:
        """A whole working day later: the same hour of the next working day."""
        begins = self.next_open(moment).astimezone(ZoneInfo(self.zone))
        later = datetime.combine(self.after(begins.date() + DAY), begins.time(), ZoneInfo(self.zone))
        return later.astimezone(UTC)


@dataclass(frozen=True)
class Standing:
    """What is known of an open ticket, as far as reminders ask."""

    opened_at: datetime
    received_on: date
    unrolled: date
    due: date
    touched: bool = True  # somebody has begun, or owns it
    notice_by: date | None = None  # the last day on which an extension can be announced
    paused_since: date | None = None  # a question to the person has no answer
    stands: bool = False  # and the clock stands still for it; some laws, and some questions, let it run on
    snoozed_until: date | None = None


@dataclass(frozen=True)
class Occasion:
    """One thing to be said once: why, which day it belongs to, and from when on it may be said."""

    kind: Kind
    on: date
    at: datetime


@dataclass(frozen=True)
class Look:
    """What is to be said now, the most urgent last, and when to look again; None: never, as things stand."""

    say: tuple[Occasion, ...]
    at: datetime | None


Said = Collection[tuple[Kind, date]]


def look(standing: Standing, hours: Hours, now: datetime, said: Said, planned: Said = ()) -> Look:
    """What is to be said of this ticket at this moment.

    `said` was said before and is not said again, whatever the clock shows. `planned` are days others have set.
    """
    found = [each for each in occasions(standing, hours, now, planned) if (each.kind, each.on) not in said]
    found = [each for each in found if each.kind != Kind.HALF or not _said_lately(each.on, said)]
    passed = [each for each in found if each.at <= now]
    ahead = [each.at for each in found if each.at > now]
    today = hours.today(now)
    last_day = any(each.kind == Kind.TODAY for each in passed)
    if passed and not last_day:
        may = max(hours.next_open(now), snoozed(standing, hours, today) or now)
        if may > now:
            return Look((), min([may, *(each.at for each in found if each.kind == Kind.TODAY and each.at > now)]))
    return Look(tuple(sorted(passed, key=lambda each: (urgency(each.kind), each.on))), min(ahead, default=None))


def occasions(standing: Standing, hours: Hours, now: datetime, planned: Said = ()) -> list[Occasion]:
    """Everything there is to say of this ticket, past and to come, as far as it can be known now."""
    return [*_counted(standing, hours, now), *_asked(standing, hours, now), *_set(planned, hours)]


def next_legal(standing: Standing, today: date) -> date | None:
    """The next day the law names for this ticket; None when all of them are over."""
    days = (standing.unrolled, standing.due, standing.notice_by)
    return min((day for day in days if day and day >= today), default=None)


def snoozed(standing: Standing, hours: Hours, today: date) -> datetime | None:
    """Until when nothing is said of the ticket; never longer than to the next day the law names."""
    limit = next_legal(standing, today)
    if standing.snoozed_until is None or limit is None:
        return None
    return hours.opens(min(standing.snoozed_until, limit))


def snoozes(standing: Standing, hours: Hours, today: date) -> list[date]:
    """Days until which a ticket may be left alone, soonest first; none when the next day of the law is here."""
    limit = next_legal(standing, today)
    if limit is None:
        return []
    monday = today + DAY * (7 - today.weekday())
    wanted = {hours.after(day) for day in (today + DAY, today + DAY * 3, monday, monday + DAY * 7)} | {limit}
    return sorted(day for day in wanted if today < day <= limit)


def _counted(standing: Standing, hours: Hours, now: datetime) -> Iterator[Occasion]:
    """What counts down to the safe date, and on from the day on which time is up."""
    today = hours.today(now)
    for kind, days in COUNTDOWN.items():
        day = hours.before(standing.unrolled - DAY * days)
        if standing.unrolled > today:
            yield Occasion(kind, standing.unrolled, hours.opens(day))
    half = hours.after(standing.received_on + (standing.unrolled - standing.received_on) // 2)
    if hours.opens(half) >= standing.opened_at and half < standing.unrolled:
        yield Occasion(Kind.HALF, half, hours.opens(half))
    for day in sorted({standing.unrolled, standing.due}):
        if day >= today:
            yield Occasion(Kind.TODAY, day, hours.opens(day))
    if not standing.stands:
        for day in _latest_and_next(today, standing.due, hours):
            yield Occasion(Kind.OVERDUE, day, hours.opens(day))


def _latest_and_next(today: date, due: date, hours: Hours) -> Iterator[date]:
    """Of the working days after the last day: the newest there was, and the next. Older ones need no saying."""
    latest = hours.before(today)
    if latest > due:
        yield latest
    yield hours.after(max(today, due) + DAY)


def _asked(standing: Standing, hours: Hours, now: datetime) -> Iterator[Occasion]:
    """What waits for somebody: to begin, to decide on an extension, to ask the person again."""
    today = hours.today(now)
    if not standing.touched:
        at = hours.one_day_after(standing.opened_at)
        yield Occasion(Kind.UNTOUCHED, hours.today(at), at)
    if standing.notice_by and standing.notice_by > today and not standing.stands:
        at = hours.opens(hours.before(standing.notice_by - DAY * EXTENSION_DAYS))
        yield Occasion(Kind.EXTENSION, standing.notice_by, at)
    if standing.paused_since:
        times = max(0, (today - standing.paused_since).days) // PAUSE_DAYS
        for number in {max(1, times), times + 1}:
            day = standing.paused_since + DAY * PAUSE_DAYS * number
            yield Occasion(Kind.PAUSE, day, hours.opens(hours.after(day)))


def _set(planned: Said, hours: Hours) -> Iterator[Occasion]:
    for kind, day in planned:
        yield Occasion(kind, day, hours.opens(hours.after(day)))


def _said_lately(half: date, said: Said) -> bool:
    return any(kind == Kind.HALF and abs((half - day).days) <= AGAIN_DAYS for kind, day in said)
