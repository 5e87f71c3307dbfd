"""What went otherwise than it should: letters that came back, odd mails, acts whose answer was lost."""

from collections.abc import Sequence

from bot.cards.blocks import Block, actions, button, confirm, context, cut, divider, paragraph
from bot.cards.views import Unsettled
from bot.drafts import word
from bot.intake import notes
from bot.phrases import Phrases, say

NOTED = Phrases(
    {
        notes.ENCRYPTED: "mail.encrypted",
        notes.OPAQUE: "mail.opaque",
        notes.OUTLOOK: "mail.outlook",
        notes.SEVERAL: "mail.several",
        notes.MIXED: "mail.mixed",
        notes.FOREIGN: "mail.foreign",
        notes.OTHER_NAME: "mail.other_name",
        notes.SIGNED: "mail.signed",
    }
)
BACK = Phrases(
    {  # `intake.Cause` -> what the mail server said
        "unknown": "card.back_unknown",
        "full": "card.back_full",
        "refused": "card.back_refused",
        "large": "card.back_large",
        "away": "card.back_away",
        "other": "card.back_other",
    }
)
MEANS = Phrases(
    {
        "unknown": "card.means_unknown",
        "full": "card.means_full",
        "refused": "card.means_refused",
        "large": "card.means_large",
        "away": "card.means_away",
        "other": "card.means_other",
    }
)
UNSETTLED = 3  # shown at once; the next ones follow when these are settled


def noted(odd: Sequence[str]) -> list[Block]:
    """What is odd about the mails of this ticket."""
    return [context(f"▲ {NOTED[each]}") for each in odd]


def returned(letters: Sequence[tuple[str, str]]) -> list[Block]:
    """Which letters did not arrive, why, and the next means."""
    told = [(word(each), BACK.get(why, BACK["other"]), _next_means(each, why)) for each, why in letters]
    return [paragraph(say("card.came_back", kind=kind, why=why, means=means)) for kind, why, means in told]


def _next_means(kind: str, why: str) -> str:
    if kind == "identity_code" and why not in {"full", "away"}:
        return say("card.code_came_back")
    if kind.endswith(("_answer", "_done")) or kind in {"nothing_held", "refusal", "marketing_stop"}:
        return say("card.answer_came_back", why=MEANS.get(why, MEANS["other"]))
    return MEANS.get(why, MEANS["other"])


def unsettled(acts: Sequence[Unsettled]) -> list[Block]:
    """Acts whose answer was lost, each with the question to whoever looks."""
    blocks: list[Block] = []
    for number, each in enumerate(acts[:UNSETTLED], start=1):
        again = say("card.twice_letter") if each.letter else say("card.twice_act")
        ask = confirm(
            say("card.again_sure"),
            say("card.again_told", again=again),
            say("card.again"),
            danger=True,
        )
        tail = "" if number == 1 else f":{number}"  # an action id stands once in a message
        seen, repeat = (
            (say("card.seen_letter"), say("card.again_letter"))
            if each.letter
            else (say("card.seen_act"), say("card.again_act"))
        )
        told = say("card.unsettled", what=cut(each.what, 100))
        blocks.append(paragraph(told))
        blocks += actions(
            [
                button(seen, f"settle:seen{tail}", each.key, style="primary"),
                button(repeat, f"settle:again{tail}", each.key, confirm=ask),
            ]
        )
    if len(acts) > UNSETTLED:
        blocks.append(context(say("card.more_unsettled", acts=len(acts) - UNSETTLED)))
    return [divider(), *blocks] if blocks else []
