"""`/dpe`: the help is made from the registry; every answer is for the one who typed, and names no person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import cards
from bot.cards import entry, overview
from bot.desk import Desk
from bot.errors import NotAllowed
from bot.phrases import Phrases, say
from handlers.door import Window
from handlers.heard import Heard

COMMAND = "/dpe"
LISTS = Phrases({
    "open": "commands.open",
    "overdue": "commands.overdue",
    "mine": "commands.mine",
    "waiting": "commands.waiting",
})  # fmt: skip


Blocks = list[dict[str, Any]]


@dataclass(frozen=True)
class Command:
    """One word after `/dpe`. Its line in the help: `usage`, and `about`, keys of phrases."""

    usage: str
    about: str
    call: Callable[[Heard, str, Desk, datetime], Blocks]


def typed(heard: Heard, desk: Desk, now: datetime) -> Blocks:
    """The answer to what was typed. NotAllowed for a word there is not."""
    name, _, rest = heard.value.strip().partition(" ")
    command = COMMANDS.get(name.lower() or "help")
    if command is None:
        raise NotAllowed(say("commands.unknown", command=COMMAND))
    return command.call(heard, rest.strip(), desk, now)


def unknown(heard: Heard, desk: Desk, now: datetime) -> Blocks:
    """A slash command that is not ours."""
    del heard, desk, now
    raise NotAllowed(say("commands.only", command=COMMAND))


def _opens(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    """Never called: the door opens a window for it (`WINDOWS`)."""
    del heard, rest, desk, now
    return []


def _help(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    del heard, rest, desk, now
    return cards.help_blocks([(f"{COMMAND} {say(each.usage)}", say(each.about)) for each in COMMANDS.values()])


def _list(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    which = rest.lower() or "open"
    if which not in LISTS:
        raise NotAllowed(say("commands.list_words", command=COMMAND, lists=", ".join(LISTS)))
    return cards.list_blocks(say("commands.soonest", which=LISTS[which]), desk.tickets(heard.user, which), now)


def _show(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    return cards.ticket_blocks(desk.ticket(heard.user, _reference(rest)), now)


def _clock(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    del now
    return cards.clock_blocks(desk.ticket(heard.user, _reference(rest)))


def _health(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    del rest
    return overview.health_blocks(desk.health(heard.user), now)


def _report(heard: Heard, rest: str, desk: Desk, now: datetime) -> Blocks:
    del rest, now
    return overview.report_blocks(*desk.report(heard.user))


def _new(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    desk.check_handler(heard.user)
    return entry.new_form(now.date())


def _find(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    if not heard.value:
        raise NotAllowed(say("commands.whose", command=COMMAND))
    return overview.person_modal(desk.find(heard.user, _typed_address(heard.value)), now)


def _typed_address(text: str) -> str:
    """What was typed: Slack may have made a link of it (`<mailto:ann@example.org|ann@example.org>`)."""
    return text.strip().removeprefix("<mailto:").removesuffix(">").partition("|")[0]


def _reference(rest: str) -> str:
    if not rest:
        raise NotAllowed(say("commands.which_one", command=COMMAND))
    return rest.upper()


COMMANDS = {
    "help": Command("commands.usage_help", "commands.about_help", _help),
    "list": Command("commands.usage_list", "commands.about_list", _list),
    "show": Command("commands.usage_show", "commands.about_show", _show),
    "clock": Command("commands.usage_clock", "commands.about_clock", _clock),
    "new": Command("commands.usage_new", "commands.about_new", _opens),
    "find": Command("commands.usage_find", "commands.about_find", _opens),
    "report": Command("commands.usage_report", "commands.about_report", _report),
    "health": Command("commands.usage_health", "commands.about_health", _health),
}
WINDOWS: Mapping[str, tuple[str, Window]] = {
    "new": ("windows.new_enquiry", _new),
    "find": ("windows.under_this_address", _find),
}
