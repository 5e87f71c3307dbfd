"""The law as pure functions: rights, regimes (data in `regimes/*.toml`), due dates that explain themselves."""

import re
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Right(StrEnum):
    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    RESTRICTION = "restriction"


@cache
def known() -> tuple[str, ...]:
    """The names of all regimes this house has a file of."""
    folder = files("bot") / "regimes"
    return tuple(sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")))


def is_day(text: str) -> bool:
    """Whether this names a day (`2027-01-02`) or the same day of every year (`01-02`)."""
    try:
        date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else f"2028-{text}")
    except ValueError:
        return False
    return True


def is_region(text: str) -> bool:
    """Whether holidays of this region are known: `CH-ZH`, `DE`, or `none` (weekends only)."""
    if text == "none":
        return True
    import holidays  # noqa: PLC0415  # 20 MB that a process without deadlines need not carry

    country, _, subdivision = text.partition("-")
    if country not in holidays.list_supported_countries(include_aliases=False):
        return False
    return not subdivision or subdivision in getattr(holidays, country).subdivisions
