"""Who asks: the window with the next step, its forms and its buttons, each one desk call."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.cards import identity as cards
from bot.desk import Desk
from handlers.forms import Fields
from handlers.heard import Heard


def open_identity(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return cards.identity_modal(desk.identity_view(heard.user, heard.value))


def open_form(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    form = cards.FORMS[heard.verb.removeprefix("identity_")]
    return form(desk.identity_view(heard.user, heard.value))


def code(heard: Heard, desk: Desk) -> str:
    return desk.code(heard.user, heard.event, heard.value)


def second(heard: Heard, desk: Desk) -> str:
    return desk.second(heard.user, heard.event, heard.value)


def agent(heard: Heard, desk: Desk) -> str:
    return desk.agent(heard.user, heard.event, heard.value)


def itself(heard: Heard, desk: Desk) -> str:
    return desk.itself(heard.user, heard.event, heard.value)


def claim(heard: Heard, fields: Fields, desk: Desk) -> str:
    return desk.claim(heard.user, heard.event, heard.value, fields.text("address"))


def facts(heard: Heard, fields: Fields, desk: Desk) -> str:
    given = {fields.text(f"kind{number}"): fields.text(f"fact{number}") for number in "12"}
    return desk.facts(heard.user, heard.event, heard.value, given)


def document(heard: Heard, fields: Fields, desk: Desk) -> str:
    del fields
    return desk.document(heard.user, heard.event, heard.value)


def authority(heard: Heard, fields: Fields, desk: Desk) -> str:
    del fields
    return desk.authority(heard.user, heard.event, heard.value)


INSIDE: dict[str, Callable[[Heard, Desk], str]] = {each.__name__: each for each in (code, second, agent, itself)}
FORMS: dict[str, Callable[[Heard, Fields, Desk], str]] = {
    each.__name__: each for each in (claim, facts, document, authority)
}  # fmt: skip
