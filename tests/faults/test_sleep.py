"""F43: the bot's process sleeps while days go by. What it missed comes as one, and nothing comes twice."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.company import MARA
from tests.faults.invariants import check_invariants, check_said_once, quiet
from tests.faults.stage import Zygote, evidence, staged

HALF, COUNTDOWN, LATE = (18, "Nobody has begun"), (25, "left."), (40, "Overdue")  # untouched, half time … overdue


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.mark.faults
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("days", "words"), [HALF, COUNTDOWN, LATE])
def test_asleep_for_days(days: int, words: str, sqlite_url: str, tmp_path: Path, zygote: Zygote) -> None:
    """Stopped by a signal, woken days later: one word in the thread, in the words of the most urgent."""
    with staged(tmp_path / "world", zygote, sqlite_url) as (world, bot, walk):
        bot.start()
        walk.write(("Mara Lindt", MARA), "Data Protection Enquiry", "Which data do you hold about me?")
        ref = walk.new_card()
        walk.letter(("Mara Lindt", MARA), "acknowledgement")
        held = evidence(world, walk, sqlite_url)
        os.kill(bot._pid, signal.SIGSTOP)
        world.clock.forward(days=days)
        os.kill(bot._pid, signal.SIGCONT)
        walk.until("the word in the thread", lambda: walk._thread(ref, words))
        walk.until("everything to be quiet", lambda: quiet(held.store))
        assert bot.stop() == 0
        card = walk.card(ref)
        assert card
        thread = [each for each in world.slack.messages() if each.get("thread_ts") == card["ts"]]
        assert len(thread) == 1
        mornings = [each for each in world.slack.messages() if each["text"].startswith("Enquiries today")]
        assert len(mornings) <= 1
        check_invariants(held)
        check_said_once(evidence(world, walk, sqlite_url))
        held.store.close()
