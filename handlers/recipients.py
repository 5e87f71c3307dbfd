"""Recipients of data: the list, what one of them wrote, and what a person says of it. Each is one desk call."""

from datetime import datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from bot.errors import NotAllowed
from bot.phrases import say
from bot.recipients import Verdict
from handlers.forms import Fields
from handlers.heard import Heard

NOTED = "answers.noted"


def listed(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    ref, views = desk.notices(heard.user, heard.value)
    return cards.notices_modal(ref, views, heard.value)


def read(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.reply_modal(desk.notice_reply(heard.user, heard.value), now)


def says(heard: Heard, desk: Desk) -> None:
    notice_id, asked = heard.ids(2)
    desk.notice_says(heard.user, heard.event, notice_id, stamp(asked), Verdict(heard.word))


def says_inside(heard: Heard, desk: Desk) -> str:
    says(heard, desk)
    return say(NOTED)


def open_told(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return cards.told_form(desk.notice(heard.user, heard.value))


def open_stop(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return cards.stop_form(desk.notice(heard.user, heard.value))


def open_refused(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    """The form carries the stamp of the message it was opened from: somebody may have been faster."""
    del now
    notice_id, asked = heard.ids(2)
    view = desk.notice(heard.user, notice_id)
    if view.asked != stamp(asked):
        raise NotAllowed(say("errors.settled_thread"))
    return cards.refusal_form(view)


def told(heard: Heard, fields: Fields, desk: Desk) -> str:
    said = fields.text("says")
    desk.notice_told(heard.user, heard.event, heard.value, fields.text("how"), Verdict(said) if said else None)
    return say(NOTED)


def stop(heard: Heard, fields: Fields, desk: Desk) -> str:
    desk.notice_stop(heard.user, heard.event, heard.value, fields.text("why"))
    return say(NOTED)


def refused(heard: Heard, fields: Fields, desk: Desk) -> str:
    notice_id, asked = heard.ids(2)
    desk.notice_says(
        heard.user, heard.event, notice_id, stamp(asked), Verdict.REFUSED, fields.text("why")
    )  # fmt: skip
    return say(NOTED)


OPENED = {"told": open_told, "stop": open_stop, "refused": open_refused}
FORMS = {each.__name__: each for each in (told, stop, refused)}


def stamp(word: str) -> int:
    """How often was asked when the button was drawn; one that fits nothing, where it is no number."""
    return int(word) if word.isascii() and word.isdigit() else -1
