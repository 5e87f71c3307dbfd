"""Buttons of the card. Each is one desk call; the card itself is redrawn by the desk's own work rows."""

from bot.desk import Desk
from bot.errors import NotAllowed
from bot.law import Right
from bot.phrases import say
from handlers.heard import Heard


def choose(heard: Heard, desk: Desk) -> None:
    desk.choose(heard.user, heard.event, heard.value, Right(heard.word))


def further(heard: Heard, desk: Desk) -> None:
    """A right of the menu: `<right>:<ticket>`."""
    right, ticket_id = heard.ids(2)
    desk.choose(heard.user, heard.event, ticket_id, Right(right))


def approve(heard: Heard, desk: Desk) -> None:
    request_id, plan_id = heard.ids(2)
    desk.approve(heard.user, heard.event, request_id, plan_id)


def reject(heard: Heard, desk: Desk) -> None:
    desk.reject(heard.user, heard.event, heard.value)


def keep(heard: Heard, desk: Desk) -> None:
    desk.keep(heard.user, heard.event, heard.value)


def stop(heard: Heard, desk: Desk) -> None:
    desk.stop(heard.user, heard.event, heard.value)


def resume(heard: Heard, desk: Desk) -> None:
    desk.resume(heard.user, heard.event, heard.value)


def withdraw(heard: Heard, desk: Desk) -> None:
    desk.withdraw(heard.user, heard.event, heard.value)


def settle(heard: Heard, desk: Desk) -> None:
    desk.settle(heard.user, heard.event, heard.value, seen=heard.word == "seen")


def close(heard: Heard, desk: Desk) -> None:
    desk.close(heard.user, heard.event, heard.value)


def unknown(heard: Heard, desk: Desk) -> None:
    """A button no listener knows: drawn by another version."""
    del heard, desk
    raise NotAllowed(say("errors.old_button"))
