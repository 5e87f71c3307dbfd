"""The words of the pages people see, `templates/page/<language>.toml`: the download page and START-HERE.html."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "page"
LANGUAGES = tuple(sorted(each.stem for each in TEMPLATES.glob("*.toml")))
DEFAULT = "en"
_ASKED = re.compile(r"\s*([a-zA-Z]{2})(?:-[\w-]+)?\s*(?:;\s*q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*)?")
LONGEST = 500  # characters of a header that are read


@dataclass(frozen=True)
class Words:
    """One language."""

    language: str
    name: str  # of the language, in it
    link: Mapping[str, str | Sequence[str]]
    data: Mapping[str, str | Sequence[str]]
    visit: Mapping[str, Mapping[str, str]]
    order: str
    first: str
    months: Sequence[str]

    def day(self, day: date) -> str:
        """`22 November 2026`, not to be broken, as the language writes it."""
        number = self.first if day.day == 1 else day.day
        return self.order.format(day=number, month=self.months[day.month - 1], year=day.year).replace(" ", "\u00a0")

    def moment(self, moment: datetime) -> str:
        """`22 November 2026, 10:15`, in the zone it carries."""
        return f"{self.day(moment)}, {moment:%H:%M}"


@cache
def spoken(language: str) -> Words:
    """The words of this language; English where there are none."""
    language = language if language in LANGUAGES else DEFAULT
    found = tomllib.loads((TEMPLATES / f"{language}.toml").read_text(encoding="utf-8"))
    visit = tomllib.loads((TEMPLATES / "visit" / f"{language}.toml").read_text(encoding="utf-8"))
    return Words(language=language, visit=visit, **found)


def accepted(header: str) -> str:
    """The language a browser likes best among ours (RFC 9110, 12.5.4); English where it likes none of them."""
    asked = [_ASKED.fullmatch(each) for each in header[:LONGEST].split(",")]
    liked = sorted(((-float(each[2] or 1), each[1].lower()) for each in asked if each), key=lambda each: each[0])
    return next((name for weight, name in liked if name in LANGUAGES and weight), DEFAULT)


def counted(count: int, words: Sequence[str]) -> str:
    """`1 day`, `3 days`."""
    return f"{count} {words[0] if count == 1 else words[1]}"
