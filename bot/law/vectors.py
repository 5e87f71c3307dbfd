"""Deadlines to be checked by others: an object as in a file of test vectors → its dates. Pure.

Exact about what moves a date, liberal about how it is written: `null` is "not said", a day may be a moment, a pause
may say `asked` and `answered`. What is not understood is an error, never skipped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from bot.law.calendar import is_day, is_region
from bot.law.clock import Clock, earliest
from bot.law.count import EXTENSION, Dates, Event
from bot.law.readings import dates
from bot.law.regimes import CHOICES, PAUSES, PLACE, Period, Regime, known, regime


class Unreadable(ValueError):
    """A vector that cannot be counted; the message says why."""


def answer(vector: Mapping[str, Any]) -> dict[str, Any]:
    """`id`, `due`, `unrolled`, `extension_notice_by`, `due_end_utc`, `ack_by`, and why. Unreadable: it is not clear."""
    found = counted(vector)
    dated = found.counts.answer() if isinstance(found, Clock) else found.answer()
    return {"id": vector.get("id"), **dated, "why": list(found.why)}


def with_defaults(vector: Mapping[str, Any], defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    """The vector with the settings its document gives every vector of the regime; unknown names are passed over."""
    known_ones = {name: each for name, each in defaults.items() if name in {*CHOICES, *PLACE, *_LENGTHS, "tz"}}
    said = vector.get("settings")
    if not known_ones or not isinstance(said or {}, Mapping):
        return vector
    return {**vector, "settings": {**known_ones, **(said or {})}}


def counted(vector: Mapping[str, Any]) -> Dates | Clock:
    """The dates of the vector's regime; the clock of several where it names `regimes`. Unreadable, see above."""
    try:
        return _counted(vector)
    except Unreadable:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise Unreadable(_said(error)) from error


def _said(error: Exception) -> str:
    return f"missing: {error.args[0]}" if isinstance(error, KeyError) else str(error)


def _counted(vector: Mapping[str, Any]) -> Dates | Clock:
    laws = [_law(each) for each in _names(vector)]
    settings = _settings(vector, {each.key for each in laws})
    zone = _zone(vector.get("tz") or settings.pop("tz", None))
    region = _region(vector.get("holidays_region") or settings.pop("holidays_region", None))
    laws = [_changed(each, settings) for each in laws]
    if not vector.get("received"):
        raise Unreadable("it has no day of receipt")
    received = _moment(vector["received"], zone or laws[0].zone)
    large = next((bool(each[name]) for each in (vector, settings) for name in _LARGE if name in each), True)
    events = _events(vector.get("events") or (), zone or laws[0].zone, large=large)
    right = (vector.get("right") or "").lower().replace("-", "_") or None
    choices = {name: each for name, each in settings.items() if name in CHOICES or name in PLACE}
    if region:
        choices["holidays_region"] = region
    if len(laws) == 1:
        return dates(laws[0], received, events, zone=zone, choices=choices, right=right)
    return earliest(laws, received, events, zone=zone, choices={each.key: choices for each in laws}, right=right)


_ON = ("gdpr_eu", "ch_fadp")  # where nobody says which are


def _names(vector: Mapping[str, Any]) -> list[str]:
    named = vector.get("regimes") or vector.get("regime")
    if not named:
        raise Unreadable("it names no regime")
    if named == "unknown":
        return list(_ON)
    return [named] if isinstance(named, str) else list(named)


def _law(name: str) -> Regime:
    key = name.strip().lower().replace("-", "_")
    if key not in known():
        raise Unreadable(f"{name} is not one of the regimes: {', '.join(known())}")
    return regime(key)


def _zone(name: str | None) -> str | None:
    if name is not None:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            raise Unreadable(f"{name} is no time zone") from None
    return name


def _region(name: str | None) -> str | None:
    if name is None:
        return None
    written = "none" if name.lower() == "none" else name
    if not is_region(written):
        raise Unreadable(f"{name} is no region with known holidays")
    return written


# How the tables of `settings` call the laws: gdpr.roll, ch.identity
_OF = MappingProxyType({"gdpr": ("gdpr_eu", "uk_gdpr"), "uk": ("uk_gdpr",), "ch": ("ch_fadp",)})
_LENGTHS = ("days", "first_months", "acknowledge_business_days", "opt_out_business_days")
_LARGE = ("large", "large_amount", "large_amount_of_data")
_IDLE = ("target_days",)  # the house's own goal: moves no date of the law


def _settings(vector: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    """What is decided otherwise, without prefixes. A setting of another law, or one nobody knows, is an error."""
    told: dict[str, Any] = {}
    beside = {name: vector[name] for name in PLACE[1:] if name in vector}
    for source in (beside, vector.get("settings"), vector.get("config")):
        told |= _flat(source or {}, keys)
    for name in list(told):
        if name in _IDLE or told[name] is None:
            del told[name]
        elif name not in {*CHOICES, *PLACE, *_LENGTHS, *_LARGE, "tz"}:
            raise Unreadable(f"{name} is not a setting")
    if "extra_holidays" in told or "removed_holidays" in told:
        told |= {name: _days(told[name]) for name in PLACE[1:] if name in told}
    return told


def _flat(table: Any, keys: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not isinstance(table, Mapping):
        raise Unreadable("settings are an object")
    for name, value in table.items():
        law, _, rest = name.rpartition(".")
        inner = value if isinstance(value, Mapping) else {rest: value}
        law = name if isinstance(value, Mapping) else law
        if not law or keys & {law, *_OF.get(law, ())}:
            found |= inner
        elif law not in {*_OF, *known()}:
            raise Unreadable(f"{name} is not a setting")
    return found


def _days(days: Iterable[str] | str) -> tuple[str, ...]:
    days = (days,) if isinstance(days, str) else tuple(days)
    if wrong := [each for each in days if not is_day(each)]:
        raise Unreadable(f"{wrong[0]} is no day such as 2027-01-02, or 01-02 for every year")
    return days


def _changed(law: Regime, settings: Mapping[str, Any]) -> Regime:
    """The law with the lengths the vector gives it."""
    period, ack, own = law.period, law.acknowledgement, dict(law.own)
    if "days" in settings:
        period = replace(period, length=int(settings["days"]), unit="day")
    if "first_months" in settings:
        period = replace(period, length=int(settings["first_months"]), unit="month")
    if "acknowledge_business_days" in settings:
        ack = Period(int(settings["acknowledge_business_days"]), "working_day", ack.article if ack else "setting")
    if "opt_out_business_days" in settings:
        was = own.get("opt_out")
        length = int(settings["opt_out_business_days"])
        own["opt_out"] = replace(was, length=length) if was else Period(length, "working_day", "setting")
    return replace(law, period=period, acknowledgement=ack, own=own)


def _moment(text: Any, zone: str) -> datetime | date:
    """A date, or an aware moment; a time without offset is one of the zone."""
    if not isinstance(text, str):
        raise Unreadable("a day is written as text: 2026-01-31")
    text = text.strip()
    if len(text) <= len("2026-01-31"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text.upper())
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _day(source: Mapping[str, Any], zone: str, *names: str) -> date | None:
    """The first of these that is said; a moment is a day of the zone."""
    text = next((source[name] for name in names if source.get(name)), None)
    if text is None:
        return None
    moment = _moment(text, zone)
    return moment.astimezone(ZoneInfo(zone)).date() if isinstance(moment, datetime) else moment


_QUIET = frozenset({"received", "acknowledgement", "reminder", "reply", "note"})  # known, and without effect


def _events(sources: Iterable[Any], zone: str, *, large: bool) -> list[Event]:
    return [found for each in sources if (found := _event(each, zone, large=large))]


def _event(source: Any, zone: str, *, large: bool) -> Event | None:
    if not isinstance(source, Mapping):
        raise Unreadable("an event is an object")
    kind = source["type"].strip().lower().removesuffix("_request").removesuffix("_notice")
    if kind in _QUIET:
        return None
    if kind == EXTENSION:
        return _extension(source, zone)
    if kind not in PAUSES:
        raise Unreadable(f"{source['type']} is not a known event")
    on, until = _day(source, zone, "from", "asked", "on"), _day(source, zone, "to", "answered", "paid", "until")
    if on is None:
        raise Unreadable(f"the {kind} request has no `from`")
    if until and until < on:
        raise Unreadable(f"the {kind} request was answered before it was asked")
    large = next((bool(source[name]) for name in _LARGE if name in source), large)
    return Event(kind, on, until, large=large)


def _extension(source: Mapping[str, Any], zone: str) -> Event:
    on = _day(source, zone, "notice", "sent", "on", "from")
    if on is None:
        raise Unreadable("the extension has no `notice`")
    months, days = int(source.get("months") or 0), int(source.get("days") or 0)
    if months < 0 or days < 0:
        raise Unreadable("an extension cannot be shorter than nothing")
    return Event(EXTENSION, on, months=months, days=days, new_due=_day(source, zone, "new_due"))
