"""A ticket in a line, and what stands in it: the rights, how long there is, who acts next."""

from collections.abc import Sequence
from datetime import date

from bot.cards.blocks import day, escape
from bot.cards.names import NEXT
from bot.cards.views import TicketLine
from bot.law import Right
from bot.phrases import named, say, small
from bot.tickets import State

SOON = 7  # days from which the sign of the due date changes


def rights_named(rights: Sequence[Right]) -> str:
    """Rights in words, one after the other."""
    return ", ".join(named("right", each) for each in rights) or say("frame.no_right")


def sign(due: date, today: date) -> str:
    """How long there is, in words and with a sign that needs no colour: ● time enough, ▲ soon, ■ overdue."""
    left = (due - today).days
    if left < 0:
        return say("card.overdue", left=_days(-left), due=day(due))
    if left == 0:
        return say("card.today", due=day(due))
    return f"{'▲' if left <= SOON else '●'} {_days(left)}, {day(due)}"


def standing(due: date, state: str) -> str:
    """Instead of how long there is, while the clock stands still; empty while it runs."""
    return {
        "suspended": say("card.stands_still", due=day(due)),
        "not_started": say("card.not_started", due=day(due)),
    }.get(state, "")


def row(ticket: TicketLine, today: date) -> str:
    """One ticket in one line of a list, in our own words."""
    rights = rights_named(ticket.rights)
    states = ", ".join(named("state", state) for state in ticket.states) or named("state", State.RECEIVED)
    due = standing(ticket.due, ticket.clock) or sign(ticket.due, today)
    return say(
        "card.row",
        ref=escape(ticket.ref),
        rights=rights,
        due=due,
        states=states,
        next_actor=small(NEXT[ticket.next_actor]),
    )


def _days(number: int) -> str:
    return say("card.days", n=number)
