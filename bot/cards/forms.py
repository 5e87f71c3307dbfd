"""The forms of the clock's moves: what a handler fills in. Every field's block and element carry the same name."""

from bot.cards.blocks import Block, context, day, modal, paragraph, plain
from bot.cards.clock import ASKED, TITLE, clock_text, law_name
from bot.cards.inputs import boxes, choice, day_picker, entry, prose
from bot.cards.views import ClockForm
from bot.phrases import Phrases, say

MEANS = Phrases(
    {  # of showing who one is, the mildest first (EDPB 01/2022 paras 65-79)
        "address": "forms.an_answer_from_the_address_on_file",
        "facts": "forms.two_facts_only_the_person_and_we_know",
        "authority": "forms.what_shows_that_they_may_act",
        "document": "forms.an_identity_document_as_the_last_resort",
    }
)
HOW = Phrases(
    {  # how it is known which law applies: words of ours, for nothing personal may stand in the record
        "address": "forms.the_address_on_file",
        "letter": "forms.the_person_says_so",
        "customer": "forms.the_customer_record_says",
        "advice": "forms.on_legal_advice",
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
    runs = say("forms.the_clock_will_run_on_the_law", due=day(form.due))
    told = {
        "suspended": say("forms.the_clock_will_stand"),
        "not_started": say("forms.the_clock_will_start_anew"),
    }.get(form.stops, runs)
    return paragraph(say("forms.the_letter_says_so", told=told))


def _identity(form: ClockForm) -> list[Block]:
    return [
        prose("words", say("forms.what_raises_the_doubt_in_this_case"), say("forms.for_the_letter")),
        entry(
            "means", say("forms.how_can_the_person_show_it_the_mildest"), boxes("means", MEANS, ["address", "facts"])
        ),
        context(say("forms.only_with_a_doubt_gdpr_art_12")),
        _effect(form),
    ]


def _clarification(form: ClockForm) -> list[Block]:
    more = "" if form.view.large else say("forms.with_a_large_amount_of_data_on_record")
    return [
        prose(
            "words",
            say("forms.what_has_to_be_clear_before_you_can"),
            say("forms.for_the_letter_offer_a_choice_where_you"),
        ),
        context(say("forms.a_clarification_is_an_offer_without", more=more)),
        _effect(form),
    ]


def _answered(form: ClockForm) -> list[Block]:
    asked = ", ".join(f"{ASKED.get(kind, kind)} ({day(since)})" for kind, since in form.view.waiting)
    return [
        paragraph(say("forms.asked", asked=asked)),
        entry("on", say("forms.on_which_day_did_the_answer_reach_us"), day_picker("on", form.today)),
    ]


def _extension(form: ClockForm) -> list[Block]:
    until = form.latest
    limit = say("forms.at_most", until=day(until)) if until else say("forms.the_law_names_no_limit")
    notice = say("forms.the_person_has_to_be_told", notice_by=day(form.view.notice_by)) if form.view.notice_by else ""
    return [
        entry("until", say("forms.until_when"), day_picker("until", until), hint=f"{limit}{notice}"),
        entry(
            "reason", say("forms.which_reason_the_law_allows"), choice("reason", {each: each for each in form.reasons})
        ),
        prose("words", say("forms.why_is_that_so_in_this_case"), say("forms.for_the_letter_too_much_work_in_general")),
        prose("part", say("forms.what_can_be_answered_now"), say("forms.for_the_letter"), optional=True),
        paragraph(say("forms.the_letter_with_the_reasons_the_new")),
    ]


def _regime(form: ClockForm) -> list[Block]:
    laws = {each: law_name(each) for each in form.on}
    return [
        entry(
            "regimes", say("forms.which_law_applies_to_this_person"), boxes("regimes", laws, form.regimes),
            hint=say("forms.all_of_them_nobody_knows"),
        ),
        entry("how", say("evidence.how_is_that_known"), choice("how", HOW)),
    ]  # fmt: skip


def _large(form: ClockForm) -> list[Block]:
    if form.view.large:
        told = say("forms.from_now_on_a_clarification_stops")
    else:
        told = say("forms.from_now_on_a_clarification_stops_the_2")
    return [paragraph(told)]


_FIELDS = {
    "answered": _answered,
    "identity": _identity,
    "clarification": _clarification,
    "extension": _extension,
    "regime": _regime,
    "large": _large,
}
