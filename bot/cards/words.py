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
        "take": "words.looks_after_it_from_now",
        "assign": "words.asked_to_look_after",
        "hand_over": "words.handed_it_over_to",
        "note": "words.wrote_a_note_press_details_to_read",
        "hold": "words.set_a_legal_hold_nothing_about",
        "end_links": "words.ended_the_link_to_the_copy",
        "lift_hold": "words.lifted_the_legal_hold_what_was_approved",
        "refuse": "words.refused_the_and_the_person_is_told",
        "refuse_part": "words.refused_a_part_of_the_and_the_person",
        "block": "words.blocked_the_sender_their_new_mails",
        "unblock": "words.unblocked_the_sender_their_mails_come",
        "merge": "words.joined_with_this_ticket",
        "merged": "words.joined_this_ticket_with_where_it_goes",
        "split": "words.made_a_ticket_of_its_own_of_a_part",
        "returned": "words.was_told_by_a_mail_server_that_the_did",
        "release": "words.released_what_was_drafted",
        "edit_letter": "words.edited_a_draft",
        "drop_letter": "words.discarded_a_draft_nobody_is_written",
        "redo_letter": "words.has_it_written_anew",
        "paused": "words.stopped_a_deletion",
        "disowned": "words.was_told_from_an_address_on_file",
        "disowned_late": "words.was_told_from_an_address_on_file_this_2",
        "reply_on_file": "words.has_a_mail_of_another_address_on_file",
        "withdrew": "words.was_told_by_the_person_that_they_do_not",
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
