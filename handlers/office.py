"""What a team does with a ticket beside answering it: buttons, the window “More”, and the forms behind it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot import cards
from bot.cards import entry, more
from bot.cards.overview import quiet_form
from bot.cards.paper import passphrase_modal
from bot.cards.refusal import refusal_form
from bot.desk import Desk, Entry
from bot.errors import NotAllowed
from bot.law import Right
from bot.phrases import say
from handlers.forms import Fields
from handlers.heard import Heard

TAKEN = "errors.taken_card"
DONE = "answers.done"


# -- buttons -----------------------------------------------------------------------------------------------------------


def take(heard: Heard, desk: Desk) -> None:
    desk.take(heard.user, heard.event, heard.value)


def lift_hold(heard: Heard, desk: Desk) -> str:
    desk.lift_hold(heard.user, heard.event, heard.value)
    return say("answers.hold_lifted")


def end_links(heard: Heard, desk: Desk) -> str:
    desk.end_links(heard.user, heard.event, heard.value)
    return say("answers.links_ended")


def give_up(heard: Heard, desk: Desk) -> str:
    return desk.give_up(heard.user, heard.event, heard.value)


def block(heard: Heard, desk: Desk) -> str:
    desk.block(heard.user, heard.event, heard.value)
    return say("answers.blocked")


def unblock(heard: Heard, desk: Desk) -> str:
    desk.unblock(heard.user, heard.event, heard.value)
    return say("answers.unblocked")


def not_one(heard: Heard, desk: Desk) -> None:
    desk.settle_mail(heard.user, heard.event, heard.value)


def mail_again(heard: Heard, desk: Desk) -> None:
    desk.look_again(heard.user, heard.event, heard.value)


def not_one_inside(heard: Heard, desk: Desk) -> str:
    desk.settle_mail(heard.user, heard.event, heard.value)
    return say("answers.not_one")


# -- windows -----------------------------------------------------------------------------------------------------------


def open_more(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return more.more_modal(desk.more(heard.user, heard.value))


def open_passphrase(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    """What opens a copy that went by mail, to be told by another way."""
    del now
    return passphrase_modal(*desk.passphrase(heard.user, heard.value), heard.value)


def passphrase_told(heard: Heard, desk: Desk) -> str:
    desk.passphrase_told(heard.user, heard.event, heard.value)
    return say("answers.passphrase_told")


def posted(heard: Heard, desk: Desk) -> None:
    desk.posted(heard.user, heard.event, heard.value)


def open_form(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    """The form behind a line of “More”."""
    if heard.word == "refuse":
        return refusal_form(desk.refusal_form(heard.user, heard.value))
    if heard.word == "blocked":
        return more.blocked_modal(desk.blocked(heard.user), now)
    found = desk.more(heard.user, heard.value)
    if not found.open and heard.word != "note":
        raise NotAllowed(say("card.is_closed", ref=found.ref))
    return more.FORMS[heard.word](found)


def open_mail(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return entry.mail_form(desk.mail_form(heard.user, heard.value), now)


def open_quiet(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return quiet_form(desk.home(heard.user).quiet)


def shortcut(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    """“Open a data-protection ticket” on a message: the form with its words in it, for a person to look over."""
    desk.check_handler(heard.user)
    return entry.new_form(now.date(), heard.value)


# -- forms -------------------------------------------------------------------------------------------------------------


def assign(heard: Heard, fields: Fields, desk: Desk) -> str:
    desk.assign(heard.user, heard.event, heard.value, fields.user("to"))
    return say(DONE)


def note(heard: Heard, fields: Fields, desk: Desk) -> str:
    desk.note(heard.user, heard.event, heard.value, fields.text("words"))
    return say("answers.note_kept")


def hold(heard: Heard, fields: Fields, desk: Desk) -> str:
    desk.hold(heard.user, heard.event, heard.value, fields.text("words"))
    return say("answers.hold_on")


def not_enquiry(heard: Heard, fields: Fields, desk: Desk) -> str:
    letter, words = "letter" in fields.marked("letter"), fields.paragraphs("words")
    return desk.not_enquiry(heard.user, heard.event, heard.value, fields.text("why"), letter=letter, words=words)


def complained(heard: Heard, fields: Fields, desk: Desk) -> str:
    return desk.complained(heard.user, heard.event, heard.value, fields.day("on"))


def merge(heard: Heard, fields: Fields, desk: Desk) -> str:
    ticket = desk.merge(heard.user, heard.event, heard.value, fields.text("ref"))
    return say("answers.merged", ref=ticket.ref) if ticket else say(TAKEN)


def split(heard: Heard, fields: Fields, desk: Desk) -> str:
    rights, address = _rights(fields), fields.text("address")
    ticket = desk.split(heard.user, heard.event, heard.value, rights, address, fields.text("name"))
    return say("answers.split", ref=ticket.ref) if ticket else say(TAKEN)


def refuse(heard: Heard, fields: Fields, desk: Desk) -> str:
    request_id, seen = heard.ids(2)
    return desk.refuse(
        heard.user, heard.event, request_id, fields.text("ground"), fields.paragraphs("words"),
        no_fee=fields.paragraphs("no_fee"), systems=fields.marked("systems"), seen=int(seen) if seen.isdigit() else -1,
    )  # fmt: skip


def new(heard: Heard, fields: Fields, desk: Desk) -> str:
    made = Entry(
        channel=fields.text("channel"), received_on=fields.day("received"), rights=tuple(_rights(fields)),
        words=fields.text("words"), name=fields.text("name"), address=fields.text("address"),
        language=fields.text("language"), postal=fields.text("postal"),
    )  # fmt: skip
    ticket = desk.enter(heard.user, heard.event, made)
    return say("answers.opened", ref=ticket.ref, due=cards.day(ticket.due)) if ticket else say(TAKEN)


def mail(heard: Heard, fields: Fields, desk: Desk) -> str:
    ticket = desk.open_mail(
        heard.user, heard.event, heard.value, fields.text("address"), _rights(fields), fields.text("language"),
        fields.text("name"),
    )  # fmt: skip
    return say("answers.opened", ref=ticket.ref, due=cards.day(ticket.due)) if ticket else say(TAKEN)


def quiet(heard: Heard, fields: Fields, desk: Desk) -> str:
    desk.set_quiet(heard.user, heard.event, fields.time("begins"), fields.time("ends"))
    return say("answers.quiet_kept")


def _rights(fields: Fields) -> list[Right]:
    return [Right(each) for each in fields.marked("rights") if each in set(Right)]


FORMS: dict[str, Callable[[Heard, Fields, Desk], str]] = {
    each.__name__: each
    for each in (assign, note, hold, not_enquiry, complained, merge, split, refuse, new, mail, quiet)
}  # fmt: skip
