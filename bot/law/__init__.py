"""The law as pure functions: rights, regimes (data in `regimes/*.toml`), due dates that explain themselves."""

from enum import StrEnum

from bot.law.calendar import Calendar, is_day, is_region
from bot.law.clock import Clock, Deadline, earliest, version
from bot.law.count import Dates, Event
from bot.law.readings import dates
from bot.law.regimes import Regime, applicable, known, regime

__all__ = [
    "Calendar", "Clock", "Dates", "Deadline", "Event", "Regime", "Right", "applicable", "dates", "earliest", "is_day",
    "is_region", "known", "regime", "version",
]  # fmt: skip


class Right(StrEnum):
    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"  # to direct marketing (GDPR 21(2)-(3))
