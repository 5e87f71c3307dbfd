"""A regime is one law as data: how long, from when, what stops the clock, which articles. One TOML file each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

UNITS = ("month", "day", "working_day")
PAUSES = ("identity", "clarification", "fee")
MODES = ("suspend", "restart", "none")
ROLLS = ("weekend_and_holiday", "none")


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
class Extension:
    """How much longer at most, told within the first period. Length 0: the notice names the new date itself."""

    article: str
    anchor: str = "receipt"  # or first_due
    length: int = 0
    unit: str = "day"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Authority:
    name: str
    site: str
    article: str = ""


@dataclass(frozen=True)
class Regime:
    key: str
    name: str
    short: str
    zone: str  # of the controller, where nobody names one
    checked: date  # compared with its sources
    sources: tuple[str, ...]
    period: Period
    pauses: Mapping[str, str]  # identity, clarification, fee -> suspend, restart, none
    pause_count: str  # difference, inclusive
    rights: Mapping[str, str]  # right -> article
    authority: Authority
    extension: Extension | None = None
    acknowledgement: Period | None = None  # where confirming receipt is a duty
    periods: Mapping[str, Period] = field(default_factory=dict)  # of rights with a period of their own; not extended

    def chosen(self, choices: Mapping[str, Any]) -> "Regime":
        """The same law with these contested points decided otherwise (names as in the configuration)."""
        period = {name: choices[name] for name in ("roll", "day_of_receipt_counts") if name in choices}
        anchor = choices.get("extension_anchor")
        return replace(
            self,
            period=replace(self.period, **period),
            pauses=MappingProxyType({kind: choices.get(kind, mode) for kind, mode in self.pauses.items()}),
            pause_count=choices.get("pause_count", self.pause_count),
            extension=replace(self.extension, anchor=anchor) if self.extension and anchor else self.extension,
        )


@cache
def known() -> tuple[str, ...]:
    """The names of all regimes this house has a file of."""
    folder = files("bot") / "regimes"
    return tuple(sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")))


@cache
def regime(key: str) -> Regime:
    """The regime of this name. KeyError where there is no such file."""
    if key not in known():
        raise KeyError(key)
    return parsed(key, (files("bot") / "regimes" / f"{key}.toml").read_text(encoding="utf-8"))


def parsed(key: str, text: str) -> Regime:
    """A regime file's content. TypeError names a word too many or too few."""
    content = tomllib.loads(text)
    pauses = dict(content.pop("pauses"))
    return Regime(
        key=key,
        period=Period(**content.pop("period")),
        pause_count=pauses.pop("count"),
        pauses=MappingProxyType(pauses),
        extension=_extension(content.pop("extension", None)),
        acknowledgement=_period(content.pop("acknowledgement", None)),
        periods=MappingProxyType({right: Period(**each) for right, each in content.pop("periods", {}).items()}),
        rights=MappingProxyType(content.pop("rights")),
        authority=Authority(**content.pop("authority")),
        sources=tuple(content.pop("sources")),
        **content,
    )


def _extension(table: Mapping[str, Any] | None) -> Extension | None:
    return None if table is None else Extension(**{**table, "reasons": tuple(table.get("reasons", ()))})


def _period(table: Mapping[str, Any] | None) -> Period | None:
    return None if table is None else Period(**table)
