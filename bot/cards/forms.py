"""The forms of the clock's moves: what a handler fills in. Every field's block and element carry the same name."""

from bot.cards.blocks import Block, context, day, modal, paragraph, plain
from bot.cards.clock import ASKED, TITLE, clock_text, law_name
from bot.cards.inputs import boxes, choice, day_picker, entry, prose
from bot.cards.views import ClockForm

MEANS = {  # of showing who one is, the mildest first (EDPB 01/2022 paras 65-79)
    "address": "an answer from the address on file",
    "facts": "two facts only the person and we know",
    "authority": "what shows that they may act for somebody else",
    "document": "an identity document, as the last resort",
}
HOW = {  # how it is known which law applies: words of ours, for nothing personal may stand in the record
    "address": "the address on file is there",
    "letter": "the person says so",
    "customer": "the customer record says so",
    "advice": "on legal advice",
}


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
        prose("words", "What raises the doubt, in this case?", "For the letter."),
        entry("means", "How can the person show it? The mildest first.", boxes("means", MEANS, ["address", "facts"])),
        context(
            "Only with a doubt (GDPR art. 12(6)), and never more than we have to compare with. A document is looked at "
            "and not kept."
        ),
        _effect(form),
    ]


def _clarification(form: ClockForm) -> list[Block]:
    more = "" if form.view.large else " With a large amount of data on record, a clarification stops the GDPR's clock."
    return [
        prose("words", "What has to be clear before you can answer?", "For the letter. Offer a choice where you can."),
        context(f"A clarification is an offer: without an answer, everything is answered.{more}"),
        _effect(form),
    ]


def _answered(form: ClockForm) -> list[Block]:
    asked = ", ".join(f"{ASKED.get(kind, kind)} ({day(since)})" for kind, since in form.view.waiting)
    return [
        paragraph(f"Asked: {asked}."),
        entry("on", "On which day did the answer reach us?", day_picker("on", form.today)),
    ]


def _extension(form: ClockForm) -> list[Block]:
    until = form.latest
    limit = f"{day(until)} at most." if until else "The law names no limit; it has to be a date, and one you can keep."
    notice = f" The person has to be told by {day(form.view.notice_by)}." if form.view.notice_by else ""
    return [
        entry("until", "Until when?", day_picker("until", until), hint=f"{limit}{notice}"),
        entry("reason", "Which reason the law allows", choice("reason", {each: each for each in form.reasons})),
        prose("words", "Why is that so in this case?", "For the letter. Too much work in general is no reason."),
        prose("part", "What can be answered now?", "For the letter.", optional=True),
        paragraph("The letter with the reasons, the new date and the authorities goes out at once."),
    ]


def _regime(form: ClockForm) -> list[Block]:
    laws = {each: law_name(each) for each in form.on}
    return [
        entry(
            "regimes", "Which law applies to this person?", boxes("regimes", laws, form.regimes),
            hint="All of them: nobody knows, and the earliest date counts.",
        ),
        entry("how", "How is that known?", choice("how", HOW)),
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
