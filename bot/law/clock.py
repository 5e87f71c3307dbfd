"""The clock of one ticket: every regime that may apply, and the date that counts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from bot.law.calendar import short
from bot.law.count import NOTHING, Dates, Event, dates
from bot.law.regimes import Regime, regime


@dataclass(frozen=True)
class Clock:
    """The dates of every regime, and those that count: the earliest."""

    dates: tuple[Dates, ...]
    counts: Dates

    @property
    def unrolled(self) -> date:
        return self.counts.unrolled

    @property
    def due(self) -> date:
        return self.counts.due

    @property
    def due_end_utc(self) -> datetime:
        return self.counts.due_end_utc

    @property
    def state(self) -> str:
        """`running`; `suspended` or `not_started` while every clock awaits an answer of the person."""
        return self.counts.state

    @property
    def extension_notice_by(self) -> date | None:
        """Until when a notice extends every law that knows one; None where it would not move the date that counts."""
        if self.counts.extension_notice_by is None:
            return None
        return min(each.extension_notice_by for each in self.dates if each.extension_notice_by)

    @property
    def ack_by(self) -> date | None:
        """Until when receipt must be confirmed; None where no law asks for it."""
        return min((each.ack_by for each in self.dates if each.ack_by), default=None)

    @property
    def why(self) -> tuple[str, ...]:
        """Every step of every regime, then which one counts."""
        lines = tuple(line for each in self.dates for line in each.why)
        if len(self.dates) == 1:
            return lines
        return (*lines, f"The earliest date counts: {short(self.due)} ({self.counts.short}).")


def earliest(
    regimes: Sequence[Regime | str],
    received: datetime | date,
    events: Iterable[Event] = (),
    *,
    zone: str | None = None,
    holidays_region: str,
    extra_holidays: Sequence[str] = (),
    removed_holidays: Sequence[str] = (),
    choices: Mapping[str, Mapping[str, Any]] = NOTHING,
    right: str | None = None,
) -> Clock:
    """The dates of each regime, as `dates` gives them; the earliest counts, a clock that runs before one that stands.

    `choices` maps a regime's name to the contested points decided otherwise than its file does.
    """
    laws = [regime(each) if isinstance(each, str) else each for each in regimes]
    events = tuple(events)
    found = tuple(
        dates(
            each, received, events, zone=zone, holidays_region=holidays_region, extra_holidays=extra_holidays,
            removed_holidays=removed_holidays, choices=choices.get(each.key, NOTHING), right=right,
        )
        for each in laws
    )  # fmt: skip
    return Clock(found, min(found, key=lambda each: (each.state != "running", each.due, each.unrolled)))


class Deadline(Protocol):
    """A moment of receipt and what was recorded since → the dates, under the laws that apply (default: all on)."""

    def __call__(
        self,
        received: datetime | date,
        events: Iterable[Event] = (),
        regimes: Sequence[str] | None = None,
        right: str | None = None,
    ) -> Clock: ...


def reckoning(on: Sequence[Regime | str], **place: Any) -> Deadline:
    """`earliest` with the house's regimes, zone, holidays and choices (`place`) already said."""

    def of(
        received: datetime | date,
        events: Iterable[Event] = (),
        regimes: Sequence[str] | None = None,
        right: str | None = None,
    ) -> Clock:
        return earliest(regimes or on, received, events, right=right, **place)

    return of


def event(source: Mapping[str, Any]) -> Event:
    """An event as the vectors write it: `type`, `from` and `to`, or `notice` and `months`, `days` or `new_due`."""

    def day(name: str) -> date | None:
        return date.fromisoformat(source[name]) if source.get(name) else None

    on = day("notice") or day("from")
    if on is None:
        raise ValueError("an event needs `from` or `notice`")
    kind = source["type"].removesuffix("_request")
    return Event(kind, on, day("to"), source.get("months", 0), source.get("days", 0), day("new_due"))
