"""The forms of the clock's moves: what a handler fills in. Every field's block and element carry the same name."""

from collections.abc import Iterable, Mapping
from datetime import date

from bot.cards.blocks import Block, context, cut, day, modal, paragraph, plain
from bot.cards.clock import ASKED, TITLE, clock_text, law_name
from bot.cards.views import ClockForm

MEANS = {  # of showing who one is, the mildest first (EDPB 01/2022 paras 65-79)
    "address": "an answer from the address on file",
    "facts": "two facts only the person and we know",
    "document": "an identity document, as the last resort",
}
HOW = {  # how it is known which law applies: words of ours, for nothing personal may stand in the record
    "address": "the address on file is there",
    "letter": "the person says so",
    "customer": "the customer record says so",
    "advice": "on legal advice",
}
WORDS = 2000  # characters of a handler's own words: a letter takes no longer value


def clock_form(form: ClockForm) -> Block:
    """The form of one move, to be sent."""
    blocks = [paragraph(f"{form.ref} is due {day(form.due)}. {clock_text(form.view)}"), *_FIELDS[form.kind](form)]
    view = modal(TITLE[form.kind], blocks, metadata=f"{form.ticket_id}:{form.stamp}")
    kind = "small" if form.kind == "large" and form.view.large else form.kind
    return {**view, "submit": plain(_SUBMIT[form.kind]), "close": plain("Not now"), "callback_id": f"clock_{kind}"}


_SUBMIT = {
    "answered": "Record",
    "identity": "Ask",
    "clarification": "Ask",
    "extension": "Extend and write",
    "regime": "Set",
    "large": "Record",
}


def _effect(form: ClockForm) -> Block:
    runs = f"The clock will run on: the law that counts does not stop for this. It stays due {day(form.due)}."
    told = {
        "suspended": "The clock will stand still until the person answers. A reply by mail ends that by itself.",
        "not_started": "The clock will start anew with the answer of the person. A reply by mail does that by itself.",
    }.get(form.stops, runs)
    return paragraph(f"{told} The letter says so.")


def _identity(form: ClockForm) -> list[Block]:
    return [
        _words("words", "What raises the doubt, in this case?", "For the letter."),
        _input("means", "How can the person show it? The mildest first.", _boxes("means", MEANS, ["address", "facts"])),
        context(
            "Only with a doubt (GDPR art. 12(6)), and never more than we have to compare with. A document is looked at "
            "and not kept."
        ),
        _effect(form),
    ]


def _clarification(form: ClockForm) -> list[Block]:
    more = "" if form.view.large else " With a large amount of data on record, a clarification stops the GDPR's clock."
    return [
        _words("words", "What has to be clear before you can answer?", "For the letter. Offer a choice where you can."),
        context(f"A clarification is an offer: without an answer, everything is answered.{more}"),
        _effect(form),
    ]


def _answered(form: ClockForm) -> list[Block]:
    asked = ", ".join(f"{ASKED.get(kind, kind)} ({day(since)})" for kind, since in form.view.waiting)
    return [
        paragraph(f"Asked: {asked}."),
        _input("on", "On which day did the answer reach us?", _date("on", form.today)),
    ]


def _extension(form: ClockForm) -> list[Block]:
    until = form.latest
    limit = f"{day(until)} at most." if until else "The law names no limit; it has to be a date, and one you can keep."
    notice = f" The person has to be told by {day(form.view.notice_by)}." if form.view.notice_by else ""
    return [
        _input("until", "Until when?", _date("until", until), hint=f"{limit}{notice}"),
        _input("reason", "Which reason the law allows", _select("reason", {each: each for each in form.reasons})),
        _words("words", "Why is that so in this case?", "For the letter. Too much work in general is no reason."),
        _words("part", "What can be answered now?", "For the letter.", optional=True),
        paragraph("The letter with the reasons, the new date and the authorities goes out at once."),
    ]


def _regime(form: ClockForm) -> list[Block]:
    laws = {each: law_name(each) for each in form.on}
    return [
        _input(
            "regimes", "Which law applies to this person?", _boxes("regimes", laws, form.regimes),
            hint="All of them: nobody knows, and the earliest date counts.",
        ),
        _input("how", "How is that known?", _select("how", HOW)),
    ]  # fmt: skip


def _large(form: ClockForm) -> list[Block]:
    if form.view.large:
        told = "From now on a clarification stops the GDPR's clock no more."
    else:
        told = (
            "From now on a clarification stops the GDPR's clock, too (recital 63). A question under way stays as the "
            "person was told: ask again, if it should stop the clock."
        )
    return [paragraph(told)]


_FIELDS = {
    "answered": _answered,
    "identity": _identity,
    "clarification": _clarification,
    "extension": _extension,
    "regime": _regime,
    "large": _large,
}


def _input(name: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """A field; its block and its element carry the same name."""
    made: Block = {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": optional}
    return made | ({"hint": plain(hint)} if hint else {})


def _words(name: str, label: str, hint: str, *, optional: bool = False) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": WORDS}
    return _input(name, label, element, hint=hint, optional=optional)


def _date(name: str, initial: date | None) -> Block:
    made: Block = {"type": "datepicker", "action_id": name}
    return made | ({"initial_date": initial.isoformat()} if initial else {})


def _option(value: str, words: str) -> Block:
    return {"text": plain(cut(words, 75)), "value": value}


def _select(name: str, options: Mapping[str, str]) -> Block:
    return {
        "type": "static_select", "action_id": name, "options": [_option(*each) for each in options.items()],
    }  # fmt: skip


def _boxes(name: str, options: Mapping[str, str], marked: Iterable[str]) -> Block:
    made = {value: _option(value, words) for value, words in options.items()}
    first = [made[each] for each in marked if each in made]
    boxes: Block = {"type": "checkboxes", "action_id": name, "options": list(made.values())}
    return boxes | ({"initial_options": first} if first else {})
