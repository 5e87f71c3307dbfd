"""A mailbox nobody can read, or letters that cannot leave: the message in the channel that says what to do."""

from dataclasses import dataclass
from datetime import datetime

from bot.cards.blocks import Block, cut, header, moment, paragraph
from bot.phrases import Phrases, say

WORDS = Phrases(
    {  # trouble -> what is wrong, what to do
        "refused": ("letterbox.refused_title", "letterbox.refused"),
        "away": ("letterbox.away_title", "letterbox.away"),
        "full": ("letterbox.full_title", "letterbox.full"),
        "unflagged": ("letterbox.unflagged_title", "letterbox.unflagged"),
        "unsent": ("letterbox.unsent_title", "letterbox.unsent"),
    }
)


@dataclass(frozen=True)
class LetterboxView:
    """What the message is drawn from."""

    trouble: str  # one of WORDS
    since: datetime
    mailbox: str = ""  # host and folder
    reason: str = ""  # a sentence of ours
    over_at: datetime | None = None


def letterbox_card(view: LetterboxView, now: datetime) -> list[Block]:
    """The message, until it is over and after."""
    title, words = WORDS[view.trouble]
    where = say("letterbox.since", mailbox=cut(view.mailbox, 200)) if view.mailbox else say("letterbox.since_text")
    since = f"{where}{moment(view.since, now)}"
    if view.over_at:
        over = say("letterbox.over_told", since=since, over_at=moment(view.over_at, now))
        return [header(say("letterbox.over", title=title)), paragraph(over)]
    return [header(f"▲ {title}"), paragraph(f"{since}.\n{words.format(reason=cut(view.reason, 300))}")]


def letterbox_text(view: LetterboxView) -> str:
    """The same in one line."""
    title = WORDS[view.trouble][0]
    return say("letterbox.over_text", title=title) if view.over_at else f"▲ {title}. {cut(view.mailbox, 200)}"
