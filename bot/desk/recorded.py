"""What was recorded on the clock of a ticket: rows in, the events of the law and what people read of them out. Pure.

Rows are only ever added. What a row says of another one (`of`) is taken into account here: an answer, the day on which
the letter left the house where that is a later one, or that it never left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.law import Event
from bot.store.rows import ClockEvent

IDENTITY, CLARIFICATION, EXTENSION = "identity", "clarification", "extension"
QUESTIONS = (IDENTITY, CLARIFICATION)
ANSWERED, LARGE, REGIME, SENT, UNSENT, RULES = "answered", "large", "regime", "sent", "unsent", "rules"


@dataclass(frozen=True)
class Question:
    """Something the person was asked. It stops the clock of every law that stops for such a question."""

    id: str
    kind: str
    on: date  # the letter left the house
    large: bool  # whether a large amount of data was on record then: what the letter said stays true
    code: bool  # asked by the bot itself, with a code
    answered: date | None = None


@dataclass(frozen=True)
class Notice:
    """The person was told of a later date."""

    id: str
    on: date
    new_due: date


@dataclass(frozen=True)
class Recorded:
    """All of it, as it counts."""

    questions: tuple[Question, ...] = ()
    notices: tuple[Notice, ...] = ()
    large: bool = False
    regimes: tuple[str, ...] | None = None  # as a person has set them; None: whatever is on
    stamp: int = 0  # rises with every row: what a form was drawn from

    @property
    def waiting(self) -> tuple[Question, ...]:
        """The questions without an answer, oldest first."""
        return tuple(each for each in self.questions if each.answered is None)

    @property
    def events(self) -> tuple[Event, ...]:
        """As the law counts them."""
        asked = [Event(each.kind, each.on, each.answered, large=each.large) for each in self.questions]
        return (*asked, *(Event(EXTENSION, each.on, new_due=each.new_due) for each in self.notices))


def recorded(rows: Iterable[ClockEvent]) -> Recorded:
    """What the rows of one ticket, oldest first, come to."""
    rows = list(rows)
    later = {(each.kind, one): each.on_date for each in rows for one in _of(each)}

    def left(row: ClockEvent) -> date:
        return later.get((SENT, row.id), row.on_date)

    stands = [each for each in rows if (UNSENT, each.id) not in later]
    laws = [each.detail["regimes"] for each in rows if each.kind == REGIME]
    return Recorded(
        questions=tuple(
            Question(
                each.id, each.kind, left(each), bool(each.detail.get("large")), bool(each.detail.get("code")),
                _answered(each, left(each), later),
            )
            for each in stands
            if each.kind in QUESTIONS
        ),
        notices=tuple(
            Notice(each.id, left(each), date.fromisoformat(each.detail["new_due"]))
            for each in stands
            if each.kind == EXTENSION
        ),
        large=next((bool(each.detail["large"]) for each in reversed(rows) if each.kind == LARGE), False),
        regimes=tuple(laws[-1]) if laws and laws[-1] else None,
        stamp=len(rows),
    )  # fmt: skip


def _of(row: ClockEvent) -> list[str]:
    """The rows this one says something of."""
    of = row.detail.get("of", [])
    return [of] if isinstance(of, str) else list(of)


def _answered(row: ClockEvent, left: date, later: Mapping[tuple[str, str], date]) -> date | None:
    """The day of the answer; an answer to a letter that had not left yet is one of the day it left."""
    on = later.get((ANSWERED, row.id))
    return max(on, left) if on else None


def moved(row: ClockEvent) -> tuple[date, date] | None:
    """The due date before and after this row; None for a row that came with the ticket."""
    due: Any = row.detail.get("due")
    return (date.fromisoformat(due[0]), date.fromisoformat(due[1])) if due else None
