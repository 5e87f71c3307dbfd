"""The form in which a right is refused: on which ground, why in this case, in whole or in part."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.cards.blocks import Block, context, modal, paragraph, plain
from bot.cards.inputs import boxes, choice, entry, prose
from bot.law import Right
from bot.law.grounds import EXCESSIVE, Ground
from bot.phrases import named, say


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
    grounds = {key: each.words for key, each in form.grounds.items()}
    blocks = [
        paragraph(
            say("refusal.told", ref=form.ref, right=named("right", form.right))
            if form.address
            else say("refusal.told_by_post", ref=form.ref, right=named("right", form.right))
        ),
        entry("ground", say("refusal.ground"), choice("ground", grounds)),
        context(
            say("refusal.ground_hint")
        ),
        prose("words", say("forms.why"), say("refusal.words_hint")),
    ]  # fmt: skip
    if EXCESSIVE in form.grounds:
        told = say("refusal.no_fee_hint")
        blocks.append(prose("no_fee", say("refusal.no_fee"), told, optional=True))
    if form.systems:
        how = say("refusal.with_the_answer") if form.with_the_answer else say("refusal.in_a_letter_at_once")
        hint = say("refusal.part_hint", how=how)
        blocks.append(
            entry("systems", say("refusal.part"), boxes("systems", form.systems, ()), hint=hint, optional=True)
        )
    if not form.confirmed:
        blocks.append(context(say("refusal.unconfirmed")))
    view = modal(say("windows.refuse"), blocks, metadata=f"{form.request_id}:{form.version}")
    return {
        **view,
        "submit": plain(say("windows.refuse")),
        "close": plain(say("frame.not_now")),
        "callback_id": "office_refuse",
    }
