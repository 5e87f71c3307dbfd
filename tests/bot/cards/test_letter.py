"""Letters that wait for their release, as people see them."""

from dataclasses import replace

from bot.cards import DraftView, NextActor, card
from bot.cards.letter import LetterView, Statement, letter_modal, rests_modal, unwrapped
from bot.sandbox.strict import message_faults, view_faults
from tests.bot.cards.views import NOW, VIEW

DRAFT = DraftView("l1", "0123456789abcdef", "copy of the data", "the person who wrote")
TEXT = """Hello

You asked us on 23 November 2026 which data we hold about you. Yes, we
hold and use personal data about you.

- Press the button, or copy the link into your browser, and then wait for
  the code
- Customer
  Where: our internal server (Customer), which stands in the cellar below
  What: 3 entries

Muster Instruments AG, department of data protection and all of that
Technikumstrasse 9
"""
LETTER = LetterView(DRAFT, "DPE-2026-0001", "en", NOW, "ann@example.org", "Your data", TEXT, (
    Statement("We looked in: our server", ("Plan 1 of today",), ("Why this date", "clock", "t1")),
    Statement("Done by today", ("No. 7 of the record",), ("Why this date", "clock", "t1")),
))  # fmt: skip


def test_the_card_says_who_releases_what() -> None:
    """One line and two buttons a letter; several are released by one press; of many the first are shown."""
    one = replace(VIEW, drafts=(DRAFT,), drafts_mark="m1", next_actor=NextActor.HANDLER)
    shown = str(card(one, NOW))
    assert "read and release the letter" in shown
    assert "'l1:0123456789abcdef'" in shown
    assert "release_all" not in shown
    many = replace(one, drafts=tuple(replace(DRAFT, id=f"l{number}") for number in range(5)))
    blocks = card(many, NOW)
    assert message_faults(blocks) == []
    assert "Release all 5" in str(blocks)
    assert "2 more" in str(blocks)
    assert "release:4" not in str(blocks)


def test_a_closed_ticket_still_shows_its_letter() -> None:
    """A letter that it was no enquiry waits on a card that shows nothing else."""
    closed = replace(VIEW, drafts=(DRAFT,), drafts_mark="m1", closed_on=NOW.date(), outcome="no enquiry")
    assert "release:1" in str(card(closed, NOW))


def test_a_letter_with_a_gap_has_no_button_to_release_it() -> None:
    """The window says what nothing on record shows; whole, it can be released from there."""
    whole = letter_modal(LETTER, NOW)
    assert view_faults(whole) == []
    assert "release_read" in str(whole)
    gap = letter_modal(replace(LETTER, statements=(Statement("7 orders deleted"),)), NOW)
    assert "release_read" not in str(gap)
    assert "7 orders deleted" in str(gap)


def test_what_it_rests_on_has_one_button_a_window() -> None:
    """Statement by statement; the same rows are opened by one button."""
    view = rests_modal(LETTER)
    assert view_faults(view) == []
    assert str(view).count("'action_id': 'clock'") == 1
    assert "No. 7 of the record" in str(view)


def test_a_letter_is_shown_without_the_line_ends_of_a_mail() -> None:
    """Paragraphs and points are whole lines; what stands on lines of its own stays there."""
    lines = unwrapped(TEXT).split("\n")
    assert "You asked us on 23 November 2026 which data we hold about you. Yes, we hold and use personal data about you." in lines
    assert "- Press the button, or copy the link into your browser, and then wait for the code" in lines
    assert "  What: 3 entries" in lines
