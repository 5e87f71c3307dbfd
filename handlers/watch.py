"""Erased, and there again: what the team presses on that message."""

from datetime import datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from bot.phrases import say
from handlers.forms import Fields
from handlers.heard import Heard


def erase_again(heard: Heard, desk: Desk) -> None:
    desk.erase_again(heard.user, heard.event, heard.value)


def open_consent(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.consent_form(heard.value, desk.consents(heard.user, heard.value), now.date())


def consent(heard: Heard, fields: Fields, desk: Desk) -> str:
    desk.consent(heard.user, heard.event, fields.text("who"), fields.text("where"), fields.day("on"))
    return say("answers.consent")
