"""`/dpe`: the help is made from the registry; every answer is for the one who typed, and names no person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from bot.errors import NotAllowed
from handlers.door import Heard

COMMAND = "/dpe"


Blocks = list[dict[str, Any]]


@dataclass(frozen=True)
class Command:
    """One word after `/dpe`. `about` is its line in the help."""

    usage: str
    about: str
    call: Callable[[Heard, str, Desk, datetime], Blocks]


def typed(heard: Heard, desk: Desk, now: datetime) -> Blocks:
    """The answer to what was typed. NotAllowed for a word there is not."""
    name, _, rest = heard.value.strip().partition(" ")
    command = COMMANDS.get(name.lower() or "help")
    if command is None:
        raise NotAllowed(f"There is no such command. Try {COMMAND} help.")
    return command.call(heard, rest.strip(), desk, now)


def unknown(heard: Heard, desk: Desk, now: datetime) -> Blocks:
    """A slash command that is not ours."""
    del heard, desk, now
    raise NotAllowed(f"This bot answers to {COMMAND} only. Try {COMMAND} help.")


def _help(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    del heard, rest, desk, now
    return cards.help_blocks([(f"{COMMAND} {each.usage}", each.about) for each in COMMANDS.values()])


def _list(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    which = rest.lower() or "open"
    if which not in {"open", "overdue"}:
        raise NotAllowed(f"Try {COMMAND} list open or {COMMAND} list overdue.")
    return cards.list_blocks(f"{which.capitalize()}, soonest due first", desk.tickets(heard.user, which), now)


def _show(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    return cards.ticket_blocks(desk.ticket(heard.user, _reference(rest)), now)


def _clock(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    del now
    return cards.clock_blocks(desk.ticket(heard.user, _reference(rest)))


def _health(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    del rest
    return cards.health_blocks(desk.tickets(heard.user, "open"), now)


def _reference(rest: str) -> str:
    if not rest:
        raise NotAllowed(f"Which one? For example {COMMAND} show DPE-2026-0001.")
    return rest.upper()


COMMANDS = {
    "help": Command("help", "this list", _help),
    "list": Command("list [open|overdue]", "tickets, soonest due first", _list),
    "show": Command("show REF", "where a ticket is", _show),
    "clock": Command("clock REF", "why a ticket is due when it is", _clock),
    "health": Command("health", "whether the bot works", _health),
}
