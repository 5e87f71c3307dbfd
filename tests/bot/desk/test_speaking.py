"""What is said in Slack outlives an outage: what waits for a card to be posted is as patient as the card itself."""

from typing import Any

import pytest

from bot.engine import attempt
from bot.errors import Temporary
from tests.bot.desk.office import HUGO, Stage


@pytest.fixture
def stage(sqlite_store: Any, clock: Any, ids: Any) -> Stage:
    return Stage(sqlite_store, clock, ids)


def test_a_word_outlives_the_outage_its_card_outlives(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is away when the ticket opens and somebody takes it: the card comes late, and what was said with it."""
    monkeypatch.setattr(attempt, "PATIENCE", 12)
    post, since = stage.channel.post, stage.clock()

    def away(*args: Any, **kwargs: Any) -> tuple[str, str]:
        if (stage.clock() - since).total_seconds() < 90:
            raise Temporary("Slack is away.")
        return post(*args, **kwargs)

    stage.channel.post = away  # type: ignore[method-assign]
    ticket_id = stage.open()
    stage.desk.take(HUGO, "e1", ticket_id)
    for _ in range(100):
        stage.clock.forward(seconds=2)
        stage.engine.step()
    stage.work()
    assert len(stage.channel.replies("word:")) == 1
