"""The forms in which a person opens a ticket: for a letter or a call, for a message in Slack, for a mail put aside."""

from datetime import date, datetime

from bot.cards.blocks import Block, context, cut, day, divider, modal, moment, paragraph, plain, words
from bot.cards.inputs import boxes, choice, day_picker, entry, logged, one_line
from bot.cards.modals import asked
from bot.cards.names import LANGUAGE, VERB
from bot.cards.team import MailForm
from bot.law import Right
from bot.phrases import Phrases, say

CHANNELS = Phrases({"post": "entry.by_letter", "phone": "entry.by_telephone"})
LETTERS = {each: LANGUAGE[each] for each in ("en", "de", "fr", "it")}
LONGEST = 3000  # characters of a field: Slack takes no more
MAIL = 30  # sections of a mail


def new_form(today: date, prefilled: str = "") -> Block:
    """A letter, a call, or words that stand in a message: what a handler knows of it."""
    text: Block = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": LONGEST}
    if prefilled.strip():
        text["initial_value"] = prefilled.strip()[:LONGEST]
    envelope: Block = {"type": "plain_text_input", "action_id": "postal", "multiline": True, "max_length": 400}
    blocks = [
        paragraph(say("entry.intro")),
        entry("channel", say("entry.channel"), _chosen(choice("channel", CHANNELS), "post")),
        entry(
            "received",
            say("entry.received"),
            day_picker("received", today),
            hint=say("entry.received_hint"),
        ),
        entry(
            "words",
            say("entry.words"),
            text,
            hint=say("entry.words_hint"),
            optional=True,
        ),
        _rights(()),
        one_line("address", say("entry.person_address")),
        one_line("name", say("entry.person_name")),
        entry("postal", say("entry.postal"), envelope, hint=say("entry.postal_hint"), optional=True),
        entry("language", say("entry.person_language"), _chosen(choice("language", LETTERS), "en"), optional=True),
    ]
    return _form(say("windows.new_enquiry"), say("entry.open"), "new", "", blocks)


def mail_form(mail: MailForm, now: datetime) -> Block:
    """A mail nobody has dealt with: its text, and what a ticket of it begins with, to be looked over."""
    what = say("entry.near_miss") if mail.near_miss else say("entry.unread")
    known = LETTERS if mail.language in LETTERS else {}
    blocks = [
        context(say("entry.arrived", what=what, arrived_at=moment(mail.arrived_at, now), logged=logged())),
        *([paragraph(say("letter.subject", subject=cut(mail.subject, 500)))] if mail.subject.strip() else []),
        *asked(mail.asks),
        *words(mail.words, MAIL),
        divider(),
        paragraph(say("entry.clock", received_on=day(mail.received_on))),
        {**one_line("address", say("entry.address"), mail.address), "optional": False},
        one_line("name", say("entry.name"), mail.name),
        _rights(mail.rights),
        entry(
            "language", say("entry.language"),
            _chosen(choice("language", LETTERS), mail.language if known else "en"),
        ),
    ]  # fmt: skip
    return _form(say("windows.open_as_enquiry"), say("entry.open"), "mail", mail.id, blocks)


def _rights(marked: tuple[Right, ...]) -> Block:
    options = {str(each): VERB[each] for each in Right}
    made = boxes("rights", options, [str(each) for each in marked])
    return entry(
        "rights",
        say("entry.rights"),
        made,
        hint=say("entry.rights_hint"),
        optional=True,
    )


def _chosen(element: Block, value: str) -> Block:
    first = next(each for each in element["options"] if each["value"] == value)
    return {**element, "initial_option": first}


def _form(title: str, submit: str, name: str, metadata: str, blocks: list[Block]) -> Block:
    view = modal(title, blocks, metadata=metadata)
    return {**view, "submit": plain(submit), "close": plain(say("frame.not_now")), "callback_id": f"office_{name}"}
