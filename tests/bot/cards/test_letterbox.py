"""A mailbox nobody can read, letters that cannot leave: what the channel reads, while it lasts and after."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cards import LetterboxView, letterbox_card, letterbox_text
from bot.cards.blocks import fits
from bot.cards.letterbox import WORDS
from bot.post import Trouble
from bot.sandbox import strict
from tests.bot.cards.views import NOW

VIEW = LetterboxView("refused", NOW - timedelta(minutes=20), "mail.example.com/INBOX", "The mail server answered 535 to AUTH.")


def drawn() -> list[tuple[str, list[dict[str, Any]]]]:
    """Each trouble, and one that is over."""
    found = [(f"letterbox {each}", letterbox_card(replace(VIEW, trouble=each), NOW)) for each in WORDS]
    return [*found, ("letterbox over", letterbox_card(replace(VIEW, over_at=NOW), NOW))]


def test_every_trouble_a_watcher_knows_has_its_words() -> None:
    """And letters have theirs."""
    assert set(WORDS) == {*map(str, Trouble), "unsent"}


@pytest.mark.parametrize("trouble", WORDS)
def test_it_says_since_when_and_what_to_do(trouble: str) -> None:
    """What becomes of mails or letters, what a person has to do, when the bot tries again."""
    view = replace(VIEW, trouble=trouble)
    shown = str(letterbox_card(view, NOW))
    assert "Wed 2 Dec 2026, 09:10" in shown
    assert "minutes" in shown
    assert letterbox_text(view).startswith(f"▲ {WORDS[trouble][0]}")
    over = replace(view, over_at=NOW)
    assert "until Wed 2 Dec 2026, 09:30. All is well again." in str(letterbox_card(over, NOW))
    assert letterbox_text(over) == f"✓ Over: {WORDS[trouble][0]}."


def test_it_fits_whatever_a_server_is_called() -> None:
    """Names and reasons are cut."""
    long = replace(VIEW, trouble="unsent", mailbox="m" * 5000, reason="r" * 5000)
    for _, blocks in [*drawn(), ("long", letterbox_card(long, NOW))]:
        assert fits(blocks)
        assert strict.message_faults(blocks) == []
    assert len(letterbox_text(long)) < 300
