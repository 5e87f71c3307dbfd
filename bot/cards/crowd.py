"""Many enquiries at once: one message that says how many cards are on their way, and which of them are due first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.cards.blocks import Block, context, escape, header, moment, paragraph, section
from bot.cards.line import rights_named, sign
from bot.law import Right
from bot.phrases import named, say

FIRST = 5  # tickets named


@dataclass(frozen=True)
class Waiting:
    """One ticket whose card is on its way. Holds nothing personal."""

    due: date
    ref: str
    rights: tuple[Right, ...]


@dataclass(frozen=True)
class Crowd:
    """The tickets whose cards wait, soonest due first. `more`: there are more than these."""

    waiting: Sequence[Waiting]
    every_s: float = 1.0  # between two cards
    more: bool = False


def crowd_card(crowd: Crowd, now: datetime) -> list[Block]:
    """The message. It replaces no card: each comes, in its turn."""
    rights = Counter(str(right) for each in crowd.waiting for right in each.rights)
    told = ", ".join(f"{number} {named('right', right)}" for right, number in sorted(rights.items())) or say(
        "frame.no_right"
    )
    ends = now + timedelta(seconds=crowd.every_s * len(crowd.waiting))
    first = [
        f"*{escape(each.ref)}* {rights_named(each.rights)} · {sign(each.due, now.date())}"
        for each in crowd.waiting[:FIRST]
    ]
    return [
        header(crowd_text(crowd)),
        paragraph(say("crowd.told", told=told, ends=moment(ends, now))),
        section(say("crowd.due_first") + "\n".join(first)),
        context(say("crowd.all")),
    ]


def crowd_text(crowd: Crowd) -> str:
    """The same in one line."""
    return say(
        "crowd.title",
        more=say("crowd.more_than") if crowd.more else "",
        waiting=len(crowd.waiting),
    )
