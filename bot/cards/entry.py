"""The forms in which a person opens a ticket: for a letter or a call, for a message in Slack, for a mail put aside."""

from datetime import date, datetime

from bot.cards.blocks import Block, context, cut, day, divider, modal, moment, paragraph, plain, words
from bot.cards.card import LANGUAGE, VERB
from bot.cards.inputs import boxes, choice, day_picker, entry, one_line
from bot.cards.modals import LOGGED, asked
from bot.cards.team import MailForm
from bot.law import Right

CHANNELS = {"post": "by letter", "phone": "by telephone"}
LETTERS = {each: LANGUAGE[each] for each in ("en", "de", "fr", "it")}
LONGEST = 3000  # characters of a field: Slack takes no more
MAIL = 30  # sections of a mail


def new_form(today: date, prefilled: str = "") -> Block:
    """A letter, a call, or words that stand in a message: what a handler knows of it."""
    text: Block = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": LONGEST}
    if prefilled.strip():
        text["initial_value"] = prefilled.strip()[:LONGEST]
    blocks = [
        paragraph("A ticket with its clock and its card. Nothing is sent to the person by itself."),
        entry("channel", "How did it reach you?", _chosen(choice("channel", CHANNELS), "post")),
        entry("received", "Which day?", day_picker("received", today), hint="Delivered, or called: the clock starts."),
        entry("words", "What does it say?", text, hint="The letter, or what was said. Kept sealed.", optional=True),
        _rights(()),
        one_line("address", "E-mail address of the person"),
        one_line("name", "Name of the person"),
        entry("language", "Language of your answer", _chosen(choice("language", LETTERS), "en"), optional=True),
    ]  # fmt: skip
    return _form("New enquiry", "Open a ticket", "new", "", blocks)


def mail_form(mail: MailForm, now: datetime) -> Block:
    """A mail nobody has dealt with: its text, and what a ticket of it begins with, to be looked over."""
    what = "It looks like an enquiry under another subject." if mail.near_miss else "It could not be read safely."
    known = LETTERS if mail.language in LETTERS else {}
    blocks = [
        context(f"{what} Arrived {moment(mail.arrived_at, now)} · {LOGGED}"),
        *([paragraph(f"Subject: {cut(mail.subject, 500)}")] if mail.subject.strip() else []),
        *asked(mail.asks),
        *words(mail.words, MAIL),
        divider(),
        paragraph(f"The clock starts with the day it came: {day(mail.received_on)}."),
        {**one_line("address", "Whose address is it?", mail.address), "optional": False},
        one_line("name", "Name", mail.name),
        _rights(mail.rights),
        entry(
            "language", "In which language do you answer?",
            _chosen(choice("language", LETTERS), mail.language if known else "en"),
        ),
    ]  # fmt: skip
    return _form("Open as enquiry", "Open a ticket", "mail", mail.id, blocks)


def _rights(marked: tuple[Right, ...]) -> Block:
    options = {str(each): VERB[each] for each in Right}
    made = boxes("rights", options, [str(each) for each in marked])
    return entry("rights", "What do they want?", made, hint="Nothing marked: as the words have it.", optional=True)


def _chosen(element: Block, value: str) -> Block:
    first = next(each for each in element["options"] if each["value"] == value)
    return {**element, "initial_option": first}


def _form(title: str, submit: str, name: str, metadata: str, blocks: list[Block]) -> Block:
    view = modal(title, blocks, metadata=metadata)
    return {**view, "submit": plain(submit), "close": plain("Not now"), "callback_id": f"office_{name}"}
