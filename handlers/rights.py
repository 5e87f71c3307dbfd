"""Forms of rights that need more than a press, and the look at what a correction sets."""

from datetime import datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from bot.errors import NotAllowed
from bot.law import Right
from bot.phrases import say
from bot.workflow import WORDS
from handlers.forms import Fields
from handlers.heard import Heard

TAKEN = "answers.taken"


def open_form(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    """What a correction or a restriction still has to say."""
    del now
    if heard.word == Right.CORRECTION:
        return cards.correction_form(desk.wanted(heard.user, heard.value))
    return cards.restriction_form(desk.ref_of(heard.user, heard.value), heard.value)


def open_lifting(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return cards.lifting_form(desk.ref_of_request(heard.user, heard.value), heard.value)


def changes(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return cards.changes_modal(*desk.changes(heard.user, heard.value))


def correction(heard: Heard, fields: Fields, desk: Desk) -> str:
    wishes = cards.fields_of({word: fields.text(word) for word in WORDS})
    if not wishes:
        raise NotAllowed(say("errors.fill_one"), field="email")
    desk.choose(heard.user, heard.event, heard.value, Right.CORRECTION, wishes)
    return say(TAKEN)


def restriction(heard: Heard, fields: Fields, desk: Desk) -> str:
    desk.choose(heard.user, heard.event, heard.value, Right.RESTRICTION, {"ground": fields.text("ground")})
    return say(TAKEN)


def lifting(heard: Heard, fields: Fields, desk: Desk) -> str:
    reason = " ".join(fields.paragraphs("why"))
    if not reason:
        raise NotAllowed(say("errors.say_why_letter"), field="why")
    desk.lift(heard.user, heard.event, heard.value, reason)
    return say(TAKEN)


FORMS = {each.__name__: each for each in (correction, restriction, lifting)}
