"""What people do by hand: the list, the form of a task, and the second look."""

from datetime import datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from bot.desk.attesting import Said
from bot.phrases import say
from handlers.forms import Fields
from handlers.heard import Heard


def tasks(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    ref, found = desk.tasks(heard.user, heard.value)
    return cards.tasks_modal(ref, found, heard.value)


def open_form(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    """Who the task is about and what is to be done."""
    del now
    return cards.task_form(desk.task_form(heard.user, heard.value))


def done(heard: Heard, fields: Fields, desk: Desk) -> str:
    said = Said(fields.text("outcome"), fields.text("evidence"), fields.text("found"), fields.text("reason"))
    desk.task_done(heard.user, heard.event, heard.value, said)
    return say("answers.taken")


def look(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    """How it is known that a task is done."""
    del now
    return cards.evidence_modal(desk.task_evidence(heard.user, heard.value))


def seen(heard: Heard, desk: Desk) -> str:
    desk.task_seen(heard.user, heard.event, heard.value)
    return say("answers.seen")
