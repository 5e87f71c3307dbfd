"""The form in which a right is refused: on which ground, why in this case, in whole or in part."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.cards.blocks import Block, context, modal, paragraph, plain
from bot.cards.inputs import boxes, choice, entry, prose
from bot.law import Right
from bot.law.grounds import EXCESSIVE, Ground


@dataclass(frozen=True)
class RefusalForm:
    """What the form is drawn from. Names nobody."""

    ref: str
    request_id: str
    version: int  # of the request, as it was when the form was opened
    right: Right
    grounds: Mapping[str, Ground]
    systems: Mapping[str, str] = field(default_factory=dict)  # that can be left out; empty: only all of it is refused
    with_the_answer: bool = False  # a part is told with the answer, not in a letter of its own
    confirmed: bool = False
    address: bool = True  # there is an e-mail address to write to


def refusal_form(form: RefusalForm) -> Block:
    """The form, to be sent."""
    blocks = [
        paragraph(
            f"{form.ref}, {form.right}: this refuses what was asked. The person gets a letter at once, with reasons, "
            "the authorities and the way to the courts. It cannot be taken back."
            if form.address
            else f"{form.ref}, {form.right}: this refuses what was asked. There is no e-mail address: write by post."
        ),
        entry("ground", "On which ground?", choice("ground", {key: each.words for key, each in form.grounds.items()})),
        context(
            "These are the grounds every law knows that may apply. No reason given, a rude tone, much work or another "
            "subject line are none. In doubt, ask somebody who knows the law."
        ),
        prose("words", "Why is that so in this case?", "For the letter. The law asks why here, not in general."),
    ]  # fmt: skip
    if EXCESSIVE in form.grounds:
        told = "Only for “manifestly unfounded or excessive”: the law asks you to prove it, and to say this."
        blocks.append(prose("no_fee", "Why no fee instead?", told, optional=True))
    if form.systems:
        how = "with the answer" if form.with_the_answer else "in a letter at once"
        hint = f"Nothing marked: all of it. What you mark is left out, the rest goes on; the person is told {how}."
        blocks.append(entry("systems", "Only a part?", boxes("systems", form.systems, ()), hint=hint, optional=True))
    if not form.confirmed:
        blocks.append(context("▲ Who wrote is not confirmed: write nothing that shows whether you hold their data."))
    view = modal("Refuse", blocks, metadata=f"{form.request_id}:{form.version}")
    return {**view, "submit": plain("Refuse"), "close": plain("Not now"), "callback_id": "office_refuse"}
