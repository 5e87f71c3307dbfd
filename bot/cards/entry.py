"""The forms in which a person opens a ticket: for a letter or a call, for a message in Slack, for a mail put aside."""

from datetime import date, datetime

from bot.cards.blocks import Block, context, cut, day, divider, modal, moment, paragraph, plain, words
from bot.cards.card import LANGUAGE, VERB
from bot.cards.inputs import boxes, choice, day_picker, entry, logged, one_line
from bot.cards.modals import asked
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
        paragraph(say("entry.a_ticket_with_its_clock_and_its_card")),
        entry("channel", say("entry.how_did_it_reach_you"), _chosen(choice("channel", CHANNELS), "post")),
        entry(
            "received",
            say("entry.which_day"),
            day_picker("received", today),
            hint=say("entry.delivered_or_called_the_clock_starts"),
        ),
        entry(
            "words",
            say("entry.what_does_it_say"),
            text,
            hint=say("entry.the_letter_or_what_was_said_kept_sealed"),
            optional=True,
        ),
        _rights(()),
        one_line("address", say("entry.e_mail_address_of_the_person")),
        one_line("name", say("entry.name_of_the_person")),
        entry("postal", say("entry.postal_address"), envelope, hint=say("entry.as_on_an_envelope"), optional=True),
        entry(
            "language", say("entry.language_of_your_answer"), _chosen(choice("language", LETTERS), "en"), optional=True
        ),
    ]
    return _form(say("windows.new_enquiry"), say("entry.open_a_ticket"), "new", "", blocks)


def mail_form(mail: MailForm, now: datetime) -> Block:
    """A mail nobody has dealt with: its text, and what a ticket of it begins with, to be looked over."""
    what = (
        say("entry.it_looks_like_an_enquiry_under_another")
        if mail.near_miss
        else say("entry.it_could_not_be_read_safely")
    )
    known = LETTERS if mail.language in LETTERS else {}
    blocks = [
        context(say("entry.arrived", what=what, arrived_at=moment(mail.arrived_at, now), logged=logged())),
        *([paragraph(say("letter.subject", subject=cut(mail.subject, 500)))] if mail.subject.strip() else []),
        *asked(mail.asks),
        *words(mail.words, MAIL),
        divider(),
        paragraph(say("entry.the_clock_starts_with_the_day_it_came", received_on=day(mail.received_on))),
        {**one_line("address", say("entry.whose_address_is_it"), mail.address), "optional": False},
        one_line("name", say("entry.name"), mail.name),
        _rights(mail.rights),
        entry(
            "language", say("entry.in_which_language_do_you_answer"),
            _chosen(choice("language", LETTERS), mail.language if known else "en"),
        ),
    ]  # fmt: skip
    return _form(say("windows.open_as_enquiry"), say("entry.open_a_ticket"), "mail", mail.id, blocks)


def _rights(marked: tuple[Right, ...]) -> Block:
    options = {str(each): VERB[each] for each in Right}
    made = boxes("rights", options, [str(each) for each in marked])
    return entry(
        "rights",
        say("entry.what_do_they_want"),
        made,
        hint=say("entry.nothing_marked_as_the_words"),
        optional=True,
    )


def _chosen(element: Block, value: str) -> Block:
    first = next(each for each in element["options"] if each["value"] == value)
    return {**element, "initial_option": first}


def _form(title: str, submit: str, name: str, metadata: str, blocks: list[Block]) -> Block:
    view = modal(title, blocks, metadata=metadata)
    return {**view, "submit": plain(submit), "close": plain(say("frame.not_now")), "callback_id": f"office_{name}"}
