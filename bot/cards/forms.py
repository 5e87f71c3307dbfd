"""The forms of the clock's moves: what a handler fills in. Every field's block and element carry the same name."""

from bot.cards.blocks import Block, context, day, modal, paragraph, plain
from bot.cards.clock import ASKED, TITLE, clock_text, law_name
from bot.cards.inputs import boxes, choice, day_picker, entry, prose
from bot.cards.views import ClockForm
from bot.phrases import Phrases, say, translated

MEANS = Phrases(
    {  # of showing who one is, the mildest first (EDPB 01/2022 paras 65-79)
        "address": "forms.means_answer",
        "facts": "forms.means_facts",
        "authority": "forms.means_authority",
        "document": "forms.means_document",
    }
)
HOW = Phrases(
    {  # how it is known which law applies: words of ours, for nothing personal may stand in the record
        "address": "forms.basis_address",
        "letter": "forms.basis_person",
        "customer": "forms.basis_record",
        "advice": "forms.basis_advice",
    }
)


def clock_form(form: ClockForm) -> Block:
    """The form of one move, to be sent."""
    blocks = [
        paragraph(say("forms.is_due", ref=form.ref, due=day(form.due), view=clock_text(form.view))),
        *_FIELDS[form.kind](form),
    ]
    view = modal(TITLE[form.kind], blocks, metadata=f"{form.ticket_id}:{form.stamp}")
    kind = "small" if form.kind == "large" and form.view.large else form.kind
    return {
        **view,
        "submit": plain(_SUBMIT[form.kind]),
        "close": plain(say("frame.not_now")),
        "callback_id": f"clock_{kind}",
    }


_SUBMIT = Phrases(
    {
        "answered": "forms.record",
        "identity": "forms.ask",
        "clarification": "forms.ask",
        "extension": "forms.extend_and_write",
        "regime": "forms.set",
        "large": "forms.record",
    }
)


def _effect(form: ClockForm) -> Block:
    runs = say("forms.clock_runs_on", due=day(form.due))
    told = {
        "suspended": say("forms.clock_stands"),
        "not_started": say("forms.clock_starts"),
    }.get(form.stops, runs)
    return paragraph(say("forms.letter_told", told=told))


def _identity(form: ClockForm) -> list[Block]:
    return [
        prose("words", say("forms.doubt"), say("forms.for_letter")),
        entry("means", say("forms.means"), boxes("means", MEANS, ["address", "facts"])),
        context(say("forms.identity_told")),
        _effect(form),
    ]


def _clarification(form: ClockForm) -> list[Block]:
    more = "" if form.view.large else say("forms.clarification_large")
    return [
        prose(
            "words",
            say("forms.question"),
            say("forms.question_hint"),
        ),
        context(say("forms.clarification_told", more=more)),
        _effect(form),
    ]


def _answered(form: ClockForm) -> list[Block]:
    asked = ", ".join(f"{ASKED.get(kind, kind)} ({day(since)})" for kind, since in form.view.waiting)
    return [
        paragraph(say("forms.asked", asked=asked)),
        entry("on", say("forms.answered_on"), day_picker("on", form.today)),
    ]


def _extension(form: ClockForm) -> list[Block]:
    until = form.latest
    limit = say("forms.at_most", until=day(until)) if until else say("forms.no_limit")
    notice = say("forms.tell_by", notice_by=day(form.view.notice_by)) if form.view.notice_by else ""
    reasons = {each: translated("law_said", each) for each in form.reasons}
    return [
        entry("until", say("forms.until"), day_picker("until", until), hint=f"{limit}{notice}"),
        entry("reason", say("forms.reason"), choice("reason", reasons)),
        prose("words", say("forms.why"), say("forms.why_hint")),
        prose("part", say("forms.now"), say("forms.for_letter"), optional=True),
        paragraph(say("forms.extension_told")),
    ]


def _regime(form: ClockForm) -> list[Block]:
    laws = {each: law_name(each) for each in form.on}
    return [
        entry(
            "regimes", say("forms.regimes"), boxes("regimes", laws, form.regimes),
            hint=say("forms.all_regimes"),
        ),
        entry("how", say("evidence.known"), choice("how", HOW)),
    ]  # fmt: skip


def _large(form: ClockForm) -> list[Block]:
    told = say("forms.not_large_told") if form.view.large else say("forms.large_told")
    return [paragraph(told)]


_FIELDS = {
    "answered": _answered,
    "identity": _identity,
    "clarification": _clarification,
    "extension": _extension,
    "regime": _regime,
    "large": _large,
}
