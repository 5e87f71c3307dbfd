"""Letters on paper, on the card: what is to be printed, how, and the word that it is in the post."""

from bot.cards.blocks import Block, actions, button, confirm, cut, paragraph
from bot.cards.views import CardView
from bot.speech import say

SHOWN = 3


def to_post(view: CardView) -> list[Block]:
    """What somebody has to print and post: the oldest first, as they are printed."""
    told = [
        paragraph(say("paper.waits_to_be_posted", kind=cut(kind, 60), ref=view.ref)) for _, kind in view.to_post[:SHOWN]
    ]
    if not told:
        return []
    ask = confirm(say("paper.in_the_post"), say("paper.from_today"), say("paper.it_is"))
    return [told[0], *actions([button(say("paper.posted"), "posted", view.to_post[0][0], confirm=ask)]), *told[1:]]
