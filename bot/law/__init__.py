"""The law as pure functions: rights, regimes (data in `regimes/*.toml`), due dates that explain themselves."""

from enum import StrEnum

from bot.law.calendar import Calendar, is_day, is_region
from bot.law.clock import Clock, Deadline, earliest, event, reckoning
from bot.law.count import Dates, Event, dates
from bot.law.regimes import Regime, known, regime

__all__ = [
    "Calendar", "Clock", "Dates", "Deadline", "Event", "Regime", "Right", "dates", "earliest", "event", "is_day",
    "is_region", "known", "reckoning", "regime",
]  # fmt: skip


class Right(StrEnum):
    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    RESTRICTION = "restriction"
