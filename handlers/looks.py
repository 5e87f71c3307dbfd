"""What may be about other people: looked through in a form before a copy goes out."""

from datetime import datetime
from typing import Any

from bot.cards.looks import look_form
from bot.desk import Desk
from bot.phrases import say
from handlers.forms import Fields
from handlers.heard import Heard

PIECE = "piece_"


def open_form(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return look_form(desk.look_form(heard.user, heard.value))


def decided(heard: Heard, fields: Fields, desk: Desk) -> str:
    verdicts = {name.removeprefix(PIECE): fields.text(name) for name in fields.names if name.startswith(PIECE)}
    left = desk.looked_through(
        heard.user, heard.event, heard.value, verdicts, fields.paragraphs("words"), fields.text("rest")
    )
    if left:
        return say("answers.more_to_look", left=left)
    return say("answers.copy_packed")
