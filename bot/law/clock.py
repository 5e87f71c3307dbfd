"""The clock of one ticket: every regime that may apply, and the date that counts. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any

from bot.law.calendar import DAY, holidays_version, short
from bot.law.count import Dates, Event
from bot.law.readings import NOTHING, dates
from bot.law.regimes import Regime, known, regime, text_of
from bot.phrases import say

COUNTING = 1  # raise it when the same files and events give other dates than before


@dataclass(frozen=True)
class Clock:
    """The dates of every regime, and those that count: the earliest."""

    dates: tuple[Dates, ...]
    counts: Dates
    rules: str = ""  # what they were computed with (`version`)
    target: date | None = None  # the house's own goal, never later than what counts

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
        lines = [line for each in self.dates for line in each.why]
        if self.target:
            lines.append(say("law.own_goal", target=short(self.target)))
        if len(self.dates) > 1:
            lines.append(say("law.earliest", due=short(self.due), short=self.counts.short))
        return tuple(lines)


def earliest(
    regimes: Sequence[Regime | str],
    received: datetime | date,
    events: Iterable[Event] = (),
    *,
    zone: str | None = None,
    holidays_region: str | None = None,
    extra_holidays: Sequence[str] = (),
    removed_holidays: Sequence[str] = (),
    choices: Mapping[str, Mapping[str, Any]] = NOTHING,
    right: str | None = None,
) -> Clock:
    """The dates of each regime, as `dates` gives them; the earliest counts, a clock that runs before one that stands.

    The region and its changes are those of the controller; a law with holidays of its own keeps to them. `choices`
    maps a regime's name to the contested points decided otherwise than its file does.
    """
    laws = [regime(each) if isinstance(each, str) else each for each in regimes]
    events = tuple(events)
    ours = {
        "holidays_region": holidays_region,
        "extra_holidays": extra_holidays,
        "removed_holidays": removed_holidays,
    }
    found = tuple(
        dates(
            each, received, events, zone=zone, choices=choices.get(each.key, NOTHING), right=right,
            **(ours if each.holidays.whose == "controller" else {}),
        )
        for each in laws
    )  # fmt: skip
    return Clock(found, min(found, key=lambda each: (each.state != "running", each.due, each.unrolled)))


@dataclass(frozen=True)
class Deadline:
    """A house's way to count: called with a moment of receipt and what was recorded since, it gives the dates."""

    on: tuple[str, ...]  # the regimes that are on
    zone: str | None = None
    holidays_region: str | None = None
    extra_holidays: tuple[str, ...] = ()
    removed_holidays: tuple[str, ...] = ()
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    target_days: int | None = None  # contested point 9: what a simple case may take, in the house's own eyes

    def __call__(
        self,
        received: datetime | date,
        events: Iterable[Event] = (),
        regimes: Sequence[str] | None = None,
        right: str | None = None,
    ) -> Clock:
        """The dates under these regimes, or under all that are on."""
        found = earliest(
            regimes or self.on, received, events, zone=self.zone, holidays_region=self.holidays_region,
            extra_holidays=self.extra_holidays, removed_holidays=self.removed_holidays, choices=self.choices,
            right=right,
        )  # fmt: skip
        return Clock(found.dates, found.counts, self.version, self._target(found))

    def _target(self, found: Clock) -> date | None:
        if self.target_days is None:
            return None
        return min(found.counts.received + DAY * self.target_days, found.unrolled)

    @cached_property
    def version(self) -> str:
        """What a result rests on beside its events: it differs as soon as another date might come out."""
        return version(asdict(self))


def version(settings: Mapping[str, Any] = NOTHING) -> str:
    """Counting, regime files, settings and holiday data in at most 40 characters, to be kept with a result.

    The regimes that are on are left out: each result names its own.
    """
    told = {name: each for name, each in settings.items() if name != "on" and each}
    digest = hashlib.sha256((_files() + json.dumps(told, sort_keys=True)).encode()).hexdigest()
    return f"{COUNTING}-{digest[:8]}, holidays {holidays_version()}"[:40]


@cache
def _files() -> str:
    return "".join(f"{key}\n{text_of(key)}" for key in known())
