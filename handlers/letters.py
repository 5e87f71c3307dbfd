"""Letters that wait for their release: read, edit, release, have written anew, discard."""

from datetime import datetime
from typing import Any

from bot.cards import letter as windows
from bot.desk import Desk
from bot.phrases import say
from handlers.forms import Fields
from handlers.heard import Heard


def release(heard: Heard, desk: Desk) -> None:
    desk.release(heard.user, heard.event, *heard.ids(2))


def release_all(heard: Heard, desk: Desk) -> None:
    desk.release_all(heard.user, heard.event, *heard.ids(2))


def read(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return windows.letter_modal(desk.letter(heard.user, heard.value), now)


def rests(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return windows.rests_modal(desk.letter(heard.user, heard.value))


def open_form(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return windows.letter_form(desk.letter_form(heard.user, heard.value))


def release_read(heard: Heard, desk: Desk) -> str:
    desk.release(heard.user, heard.event, *heard.ids(2))
    return say("answers.released")


def drop(heard: Heard, desk: Desk) -> str:
    return desk.drop_letter(heard.user, heard.event, heard.value)


def anew(heard: Heard, desk: Desk) -> str:
    return desk.redo_letter(heard.user, heard.event, heard.value)


def edit(heard: Heard, fields: Fields, desk: Desk) -> str:
    letter_id, stamp = heard.ids(2)
    return desk.edit_letter(
        heard.user, heard.event, letter_id, stamp, language=fields.text("language"),
        ours=fields.paragraphs("ours") if "ours" in fields.names else None, added=fields.paragraphs("added"),
        known=fields.text("known"),
    )  # fmt: skip
