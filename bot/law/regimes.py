"""A regime is one law as data: how long, from when, what stops the clock, which articles. One TOML file each."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from bot.phrases import translated

UNITS = ("month", "day", "working_day")
PAUSES = ("identity", "clarification", "fee")
MODES = ("suspend", "restart", "reflection", "none")  # reflection: starts a fixed number of days after the asking
ROLLS = ("weekend_and_holiday", "none")
ANCHORS = ("receipt", "first_due")
COUNTS = ("difference", "inclusive")
PLACE = ("holidays_region", "extra_holidays", "removed_holidays")  # choices about the calendar, not the rule
CHOICES: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "roll": ROLLS,
        "day_of_receipt_counts": (False, True),
        "pause_count": COUNTS,
        "extension_anchor": ANCHORS,
        **dict.fromkeys(PAUSES, MODES),
    }
)


@dataclass(frozen=True)
class Start:
    on: str  # receipt; relevant_time: the latest of receipt, information on identity, payment
    article: str


@dataclass(frozen=True)
class Period:
    """How long, and what happens at its end."""

    length: int
    unit: str
    article: str
    day_of_receipt_counts: bool = False
    roll: str = "none"
    roll_article: str = ""


@dataclass(frozen=True)
class Holidays:
    """Whose count: `controller`, those of the configuration's region; `law`, those of this one."""

    whose: str
    region: str  # where nobody names one


@dataclass(frozen=True)
class Pause:
    """What waiting for the person does to the clock."""

    mode: str
    article: str
    days: int = 0  # of reflection
    only_large: bool = False  # only where somebody recorded that it concerns a large amount of data


@dataclass(frozen=True)
class Extension:
    """How much longer at most, told within the first period. Length 0: the notice names the new date itself."""

    length: int
    unit: str
    anchor: str
    notice_by: str  # due, or unrolled: which end of the first period
    article: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Authority:
    name: str
    site: str
    article: str


@dataclass(frozen=True)
class Contested:
    """A point on which learned people differ: the setting, and the values it may have."""

    point: int  # row of the table in docs/law.md
    setting: str
    readings: tuple[Any, ...]  # the first is the house's; of the calendar's settings only the other ones
    question: str
    regions: tuple[str, ...] = ()  # only where these count; empty: everywhere


@dataclass(frozen=True)
class Regime:
    key: str
    name: str
    short: str
    checked: date  # compared with its sources
    zone: str  # of the controller, where nobody names one
    countries: tuple[str, ...]  # ISO 3166; whose residents it protects
    sources: tuple[str, ...]
    start: Start
    period: Period
    holidays: Holidays
    pauses: Mapping[str, Pause]  # by what is awaited: identity, clarification, fee
    pause_count: str  # difference, inclusive
    extension: Extension | None
    acknowledgement: Period | None  # where confirming receipt is a duty
    own: Mapping[str, Period]  # of rights with a period of their own: nothing to confirm, no extension
    rights: Mapping[str, str | None]  # right -> article; None: this law has no such right
    authority: Authority
    contested: tuple[Contested, ...]

    @property
    def called(self) -> str:
        """Its short name, as the team reads it."""
        return translated("law_said", self.short)

    def chosen(self, choices: Mapping[str, Any]) -> "Regime":
        """The same law with these contested points decided otherwise. ValueError: no such point, or no such reading."""
        if not choices:
            return self
        for name, value in choices.items():
            if name not in PLACE and not self._may_be(name, value):
                raise ValueError(f"{name} = {value} is no reading of the law")
        period = {name: choices[name] for name in ("roll", "day_of_receipt_counts") if name in choices}
        anchor = choices.get("extension_anchor")
        return replace(
            self,
            period=replace(self.period, **period),
            pauses=MappingProxyType({kind: self._pause(kind, choices.get(kind)) for kind in self.pauses}),
            pause_count=choices.get("pause_count", self.pause_count),
            extension=replace(self.extension, anchor=anchor) if self.extension and anchor else self.extension,
        )

    def _may_be(self, name: str, value: Any) -> bool:
        if value == "reflection" and not (name in self.pauses and self.pauses[name].days):
            return False  # of how many days?
        return isinstance(value, bool | str) and value in CHOICES.get(name, ())

    def _pause(self, kind: str, mode: str | None) -> Pause:
        return replace(self.pauses[kind], mode=mode) if mode else self.pauses[kind]

    def setting(self, name: str) -> Any:
        """The reading that counts, of a setting of `CHOICES`."""
        if name in PAUSES:
            return self.pauses[name].mode
        if name == "extension_anchor":
            return self.extension and self.extension.anchor
        return self.pause_count if name == "pause_count" else getattr(self.period, name)


@cache
def known() -> tuple[str, ...]:
    """The names of all regimes this house has a file of."""
    folder = files("bot") / "regimes"
    return tuple(sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")))


def text_of(key: str) -> str:
    """The file of this regime. KeyError where there is none."""
    if key not in known():
        raise KeyError(key)
    return (files("bot") / "regimes" / f"{key}.toml").read_text(encoding="utf-8")


@cache
def regime(key: str) -> Regime:
    """The regime of this name. KeyError where there is no such file."""
    return parsed(key, text_of(key))


def parsed(key: str, text: str) -> Regime:
    """A regime file's content. TypeError names a word too many, KeyError or TypeError one too few.

    What a law does not have is said, never left out: `extension = "none"`.
    """
    content = tomllib.loads(text)
    pauses = content.pop("pauses")
    return Regime(
        key=key,
        start=Start(**content.pop("start")),
        period=_full(content.pop("period")),
        holidays=Holidays(**content.pop("holidays")),
        pause_count=pauses.pop("count"),
        pauses=MappingProxyType({kind: Pause(**pauses.pop(kind)) for kind in PAUSES} | _none_left(pauses)),
        extension=_extension(content.pop("extension")),
        acknowledgement=_duty(content.pop("acknowledgement")),
        own=MappingProxyType({right: Period(**each) for right, each in content.pop("own", {}).items()}),
        rights=MappingProxyType(
            {right: None if article == "none" else article for right, article in content.pop("rights").items()}
        ),
        authority=Authority(**content.pop("authority")),
        contested=tuple(Contested(**_frozen(each)) for each in content.pop("contested")),
        **_frozen(content),
    )


def _full(table: Mapping[str, Any]) -> Period:
    """The period, with nothing left to a default."""
    if missing := {each.name for each in fields(Period)} - table.keys():
        raise TypeError(f"missing: {', '.join(sorted(missing))}")
    return Period(**table)


def _extension(table: Mapping[str, Any] | str) -> Extension | None:
    return None if isinstance(table, str) else Extension(**_frozen(table))


def _duty(table: Mapping[str, Any] | str) -> Period | None:
    return None if isinstance(table, str) else Period(**table)


def _none_left(table: Mapping[str, Any]) -> dict[str, Pause]:
    if table:
        raise TypeError(f"unknown pauses: {', '.join(sorted(table))}")
    return {}


def _frozen(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}


def applicable(on: Sequence[str], country: str | None) -> tuple[str, ...]:
    """Of the regimes that are on, those that protect a resident of this country (`DE`, `US-CA`); unknown: all.

    A country without its subdivision counts as any of them. Where none of those on is that country's, all apply: the
    earliest date is the safe one, and the controller's own law binds it whoever asks.
    """
    if not country:
        return tuple(on)
    place = country.strip().upper()
    return tuple(key for key in on if _protects(regime(key).countries, place)) or tuple(on)


def _protects(countries: Collection[str], place: str) -> bool:
    return any(
        place == each or place.startswith(f"{each}-") or each.startswith(f"{place}-") for each in countries
    )
