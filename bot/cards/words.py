"""What somebody of the team did to a ticket, in one line for its thread. Names nobody outside of the team."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cards.blocks import Block, escape, member, section
from bot.phrases import Phrases, named, say

DID: Mapping[str, str] = Phrases(
    {  # after the name of whoever did it; {to} is a member or a reference, {what} a word of ours
        "choose": "words.choose",
        "approve": "words.approve",
        "reject": "words.reject",
        "stop": "words.stop",
        "withdraw": "words.withdraw",
        "resume": "words.resume",
        "lift": "words.lift",
        "keep": "words.keep",
        "void": "words.void",
        "cooled": "words.cooled",
        "finish": "words.finish",
        "close": "words.close",
        "take": "words.take",
        "assign": "words.assign",
        "hand_over": "words.hand_over",
        "note": "words.note",
        "hold": "words.hold",
        "end_links": "words.end_links",
        "lift_hold": "words.lift_hold",
        "refuse": "words.refuse",
        "refuse_part": "words.refuse_part",
        "block": "words.block",
        "unblock": "words.unblock",
        "merge": "words.merge",
        "merged": "words.merged",
        "split": "words.split",
        "returned": "words.returned",
        "release": "words.release",
        "edit_letter": "words.edit",
        "drop_letter": "words.discard",
        "redo_letter": "words.anew",
        "paused": "words.halt",
        "disowned": "words.disown",
        "disowned_late": "words.disown_late",
        "reply_on_file": "words.notice_answered",
        "withdrew": "words.withdrawn",
    }
)


@dataclass(frozen=True)
class Word:
    """One thing that was done."""

    ref: str
    did: str  # a key of DID
    by: str  # Slack user id, `bot`
    to: str = ""  # Slack user id, or a reference
    what: str = ""


def word_blocks(word: Word) -> list[Block]:
    return [section(f"{_who(word.by)} {_told(word)}.")]


def word_text(word: Word) -> str:
    """For push notices and screen readers."""
    return f"{escape(word.ref)}: {_who(word.by)} {_told(word)}."


def _who(by: str) -> str:
    return say("frame.the_bot") if by == "bot" else member(by)


def _told(word: Word) -> str:
    return DID[word.did].format(to=member(word.to), what=escape(named("right", word.what)))
