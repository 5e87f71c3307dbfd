"""Working days of one place: weekends, its public holidays, and what the configuration adds or takes away.

A day wrongly taken for a holiday makes a deadline too late, a missed one only makes it early: in doubt a day is a
working day. The `holidays` package is loaded when the first date is computed.
"""

import calendar
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from bot import phrases
from bot.phrases import say

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """`region` is a country or subdivision of ISO 3166 (`CH-ZH`), or `none`: weekends only."""

    zone: str
    region: str
    extra: tuple[str, ...] = ()  # `2027-01-02`, or `01-02` for every year
    removed: tuple[str, ...] = ()

    def date_of(self, moment: datetime | date) -> date:
        """The date this moment has in the zone; a date stays what it is (post, telephone: entered by hand)."""
        if isinstance(moment, datetime):
            return moment.astimezone(ZoneInfo(self.zone)).date()
        return moment

    def end_of(self, day: date) -> datetime:
        """The instant, in UTC, at which this day is over in the zone."""
        return datetime.combine(day + DAY, datetime.min.time(), ZoneInfo(self.zone)).astimezone(UTC)

    def why_free(self, day: date) -> str | None:
        """Why nobody works on this day ("Good Friday", "a Saturday"); None for a working day."""
        if day.weekday() >= calendar.SATURDAY:
            return say("law.saturday") if day.weekday() == calendar.SATURDAY else say("law.sunday")
        if _listed(day, self.extra):
            return say("law.own_holiday")
        name = _holidays(self.region, day.year, phrases.spoken()).get(day)
        return None if name is None or _listed(day, self.removed) else name

    def rolled(self, day: date) -> tuple[date, list[str]]:
        """The first working day from this one on, and why each day before it is free."""
        free = []
        while reason := self.why_free(day):
            free.append(say("law.is_free", day=short(day), reason=reason))
            day += DAY
        return day, free

    def working_days(self, start: date) -> Iterator[date]:
        """The working days after `start`."""
        while True:
            start += DAY
            if not self.why_free(start):
                yield start

    def sources(self) -> str:
        """What the answer rests on, for the record."""
        if self.region == "none":
            return say("law.weekends")
        return say("law.holidays", version=holidays_version(), region=self.region)


def add_months(day: date, months: int) -> date:
    """The same date that many months on; the last day of the month where there is no such date."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def short(day: date) -> str:
    """`Mon 2 Mar 2026`."""
    return phrases.day(day)


def is_day(text: str) -> bool:
    """Whether this names a day (`2027-01-02`) or the same day of every year (`01-02`)."""
    try:
        date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else f"2028-{text}")
    except ValueError:
        return False
    return True


# Other names of ISO 3166 and of the EU for what the package knows under one.
_ALSO = {"UK": "GB", "EL": "GR", "FR-67": "FR-6AE", "FR-68": "FR-6AE", "FR-A": "FR-6AE"}


def _known_as(region: str) -> str:
    country, dash, subdivision = region.partition("-")
    return _ALSO.get(region) or f"{_ALSO.get(country, country)}{dash}{subdivision}"


def is_region(text: str) -> bool:
    """Whether holidays of this region are known: `CH-ZH`, `DE`, or `none` (weekends only)."""
    if text == "none":
        return True
    holidays: Any = _package()
    country, dash, subdivision = _known_as(text).partition("-")
    if country not in holidays.registry.EntityLoader.get_country_codes(include_aliases=False):
        return False
    return not dash or subdivision in getattr(holidays, country).subdivisions


def _listed(day: date, days: tuple[str, ...]) -> bool:
    return day.isoformat() in days or f"{day:%m-%d}" in days


def _package() -> ModuleType:
    """The package, which finds the module of a country by itself. Importing one would import them all: 8 MB, 0.15 s."""
    import holidays  # noqa: PLC0415  # see the top

    countries = "holidays.countries"
    spec = None if countries in sys.modules else find_spec(countries)
    if spec:
        sys.modules[countries] = module_from_spec(spec)
    return holidays


@cache
def holidays_version() -> str:
    """Of the package the days come from."""
    return version("holidays")


@cache
def _holidays(region: str, year: int, language: str) -> dict[date, str]:
    """Public holidays of one year, with their names in the team's language, or in English where nobody wrote those.

    Other categories than `public` are no holidays in law.
    """
    if region == "none":
        return {}
    holidays: Any = _package()
    country, _, subdivision = _known_as(region).partition("-")
    names = language if language in getattr(holidays, country).supported_languages else "en_US"
    return dict(
        holidays.country_holidays(
            country, subdiv=subdivision or None, years=year, expand=False, categories=("public",), language=names
        )
    )
