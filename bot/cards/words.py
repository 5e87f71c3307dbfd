"""What somebody of the team did to a ticket, in one line for its thread. Names nobody outside of the team."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cards.blocks import Block, escape, member, section

DID: Mapping[str, str] = {  # after the name of whoever did it; {to} is a member or a reference, {what} a word of ours
    "take": "looks after it from now on",
    "assign": "asked {to} to look after it",
    "hand_over": "handed it over to {to}",
    "note": "wrote a note: press “Details” to read it",
    "hold": "set a legal hold: nothing about this person is deleted until it is lifted",
    "lift_hold": "lifted the legal hold: what was approved may run again",
    "refuse": "refused the {what}, and the person is told why",
    "refuse_part": "refused a part of the {what}, and the person is told why",
    "block": "blocked the sender: their new mails are put aside, and nobody is answered by itself",
    "unblock": "unblocked the sender: their mails come in as ever",
    "merge": "joined {to} with this ticket",
    "merged": "joined this ticket with {to}, where it goes on",
    "split": "made a ticket of its own of a part: {to}",
    "returned": "was told by a mail server that the {what} did not arrive: the card says what to do",
    "release": "released what was drafted: {what}",
    "edit_letter": "edited a draft: {what}",
    "drop_letter": "discarded a draft: {what}. Nobody is written to",
    "redo_letter": "has it written anew: {what}",
    "paused": "stopped a deletion: {what}",
    "disowned": "was told from an address on file “this was not me”: nothing was done, and nothing goes on before "
    "somebody chooses the right again",
    "disowned_late": "was told from an address on file “this was not me”, after it had begun: what was not done yet "
    "is stopped. Please look at once",
    "withdrew": "was told by the person that they do not want this any more: {what}",
}


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
    return "The bot" if by == "bot" else member(by)


def _told(word: Word) -> str:
    return DID[word.did].format(to=member(word.to), what=escape(word.what))
