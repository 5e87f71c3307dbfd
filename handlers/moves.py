"""Forms of the clock's moves: each is one desk call, and the modal says what became of the date."""

from bot import cards
from bot.cards import ClockMove
from bot.desk import Desk
from bot.errors import NotAllowed
from bot.phrases import say
from handlers.forms import Fields
from handlers.heard import Heard

TAKEN = "errors.taken_clock"


def identity(heard: Heard, fields: Fields, desk: Desk) -> str:
    ticket_id, seen = heard.ids(2)
    means = fields.marked("means")
    words = fields.paragraphs("words")
    return said(desk.pause(heard.user, heard.event, ticket_id, "identity", words, means, seen=stamp(seen)))


def clarification(heard: Heard, fields: Fields, desk: Desk) -> str:
    ticket_id, seen = heard.ids(2)
    words = fields.paragraphs("words")
    return said(desk.pause(heard.user, heard.event, ticket_id, "clarification", words, seen=stamp(seen)))


def answered(heard: Heard, fields: Fields, desk: Desk) -> str:
    ticket_id, seen = heard.ids(2)
    return said(desk.resume_clock(heard.user, heard.event, ticket_id, fields.day("on"), stamp(seen)))


def extension(heard: Heard, fields: Fields, desk: Desk) -> str:
    ticket_id, seen = heard.ids(2)
    return said(
        desk.extend(
            heard.user, heard.event, ticket_id, fields.day("until"), fields.text("reason"), fields.paragraphs("words"),
            fields.paragraphs("part"), stamp(seen),
        )
    )  # fmt: skip


def regime(heard: Heard, fields: Fields, desk: Desk) -> str:
    ticket_id, seen = heard.ids(2)
    regimes, how = fields.marked("regimes"), fields.text("how")
    return said(desk.regime(heard.user, heard.event, ticket_id, regimes, how, stamp(seen)))


def large(heard: Heard, fields: Fields, desk: Desk) -> str:
    del fields
    ticket_id, seen = heard.ids(2)
    return said(desk.large(heard.user, heard.event, ticket_id, large=True, seen=stamp(seen)))


def small(heard: Heard, fields: Fields, desk: Desk) -> str:
    del fields
    ticket_id, seen = heard.ids(2)
    return said(desk.large(heard.user, heard.event, ticket_id, large=False, seen=stamp(seen)))


def unknown(heard: Heard, fields: Fields, desk: Desk) -> str:
    """A form no listener knows: drawn by another version."""
    del heard, fields, desk
    raise NotAllowed(say("errors.old_form_card"))


FORMS = {
    each.__name__: each for each in (identity, clarification, answered, extension, regime, large, small)
}  # fmt: skip


def stamp(word: str) -> int:
    """The stamp of the clock a form was drawn from; one that fits no clock, where it is no number."""
    return int(word) if word.isascii() and word.isdigit() else -1


def said(move: ClockMove | None) -> str:
    return cards.move_told(move) if move else say(TAKEN)
