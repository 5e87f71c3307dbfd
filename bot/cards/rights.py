"""The forms of rights that need more than a press: what a correction sets, why data are restricted or no longer."""

from collections.abc import Mapping, Sequence

from bot.cards.blocks import VIEW_BLOCKS, Block, context, cut, divider, modal, paragraph, plain, words
from bot.cards.inputs import choice, entry, logged, one_line, prose
from bot.cards.private import Wanted
from bot.phrases import named, say
from bot.workflow import GROUNDS, WORDS, Change

SHOWN = 12  # sections of the person's words beside the fields


def correction_form(wanted: Wanted) -> Block:
    """What the person wrote, and a field for each thing that may be corrected, filled in as far as the mail says it."""
    blocks = [
        *words(wanted.words, SHOWN),
        context(say("rights.correction_words", logged=logged())),
        divider(),
        *(one_line(word, named("field", word), wanted.proposed.get(word, "")) for word in WORDS),
    ]
    return _form(say("card.correct"), say("rights.correction_keep"), "correction", wanted.ref, wanted.ticket_id, blocks)


def restriction_form(ref: str, ticket_id: str) -> Block:
    """The ground stands in the letter (GDPR 18(1))."""
    picked = choice("ground", {name: _short(named("ground", name)) for name in GROUNDS})
    told = say("rights.restriction_told")
    blocks = [paragraph(told), entry("ground", say("rights.ground"), picked)]
    return _form(say("card.restrict"), say("card.restrict"), "restriction", ref, ticket_id, blocks)


def lifting_form(ref: str, request_id: str) -> Block:
    """Why a restriction ends stands in the notice that goes out before (GDPR 18(3))."""
    told = say("rights.lifting_told")
    reason = prose("why", say("rights.lifting_why"), say("forms.for_letter"))
    return _form(
        say("windows.end_restriction"), say("rights.propose"), "lifting", ref, request_id, [paragraph(told), reason]
    )


def changes_modal(ref: str, changes: Sequence[tuple[str, Change]], ticket_id: str) -> Block:
    """Field by field what a correction sets, for somebody who may see it. The desk has written the audit row."""
    blocks = [context(say("rights.fields", n=len(changes), logged=logged()))]
    for label, each in changes[: VIEW_BLOCKS - 4]:
        old = cut(each.old, 300) if each.old else say("rights.nothing")
        blocks.append(paragraph(f"{cut(label, 60)} · {cut(each.label, 60)}: {old} → {cut(each.new, 300)}"))
    return modal(ref, blocks, metadata=ticket_id)


def _form(title: str, submit: str, name: str, ref: str, metadata: str, blocks: list[Block]) -> Block:
    view = modal(title, [context(ref), *blocks], metadata=metadata)
    return {**view, "submit": plain(submit), "close": plain(say("frame.not_now")), "callback_id": f"right_{name}"}


def _short(told: str) -> str:
    """The ground without its article, as far as a choice has room."""
    return cut(told.rpartition(" (")[0], 75)


def fields_of(values: Mapping[str, str]) -> dict[str, str]:
    """Of what was filled in, the words a correction knows, without outer space and without the empty ones."""
    return {word: value.strip() for word, value in values.items() if word in WORDS and value.strip()}
