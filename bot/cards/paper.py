"""What people bring on its way, on the card: letters on paper, and the passphrase of a copy that goes by mail."""

from bot.cards.blocks import Block, actions, button, confirm, context, cut, divider, escape, modal, paragraph
from bot.cards.inputs import logged
from bot.cards.views import CardView
from bot.phrases import say

SHOWN = 3


def to_post(view: CardView) -> list[Block]:
    """What somebody has to print and post: the oldest first, as they are printed."""
    told = [paragraph(say("paper.waits", kind=cut(kind, 60), ref=view.ref)) for _, kind in view.to_post[:SHOWN]]
    if not told:
        return []
    ask = confirm(say("paper.in_the_post"), say("paper.from_today"), say("paper.it_is"))
    return [told[0], *actions([button(say("paper.posted"), "posted", view.to_post[0][0], confirm=ask)]), *told[1:]]


def to_tell(view: CardView) -> list[Block]:
    """A locked copy whose passphrase the person does not know yet."""
    if not view.to_tell:
        return []
    told = paragraph(say("paper.tell_the_passphrase"))
    return [told, *actions([button(say("paper.passphrase"), "passphrase", view.to_tell[0], style="primary")])]


def passphrase_modal(ref: str, file: str, phrase: str, package_id: str) -> Block:
    """The passphrase, for one permitted person, with the word that it has been told."""
    ask = confirm(say("paper.do_they_know_it"), say("paper.not_kept_any_more"), say("paper.they_know_it"))
    blocks = [
        paragraph(say("paper.how_to_tell", file=file)),
        paragraph(phrase),
        context(f"{escape(ref)} · {logged()}"),
        divider(),
        *actions([button(say("paper.they_know_it"), "passphrase_told", package_id, confirm=ask)]),
    ]
    return modal(say("windows.passphrase"), blocks, metadata=package_id)
