"""The floor for the Slack handlers' tests: one per module, cleared after each test."""

from collections.abc import Iterator

import pytest

from bot.sandbox.slack import Slack
from tests.fixtures.slack import Judge
from tests.handlers.slack_desk import Floor, floor


@pytest.fixture(scope="module")
def _floor(slack_judge: Judge | None) -> Iterator[Floor]:
    stand_in = Slack()
    stand_in.judge = slack_judge
    with stand_in, floor(stand_in) as open_floor:
        yield open_floor


@pytest.fixture
def office(_floor: Floor) -> Iterator[Floor]:
    """Slack, our app behind a signed HTTP door, and a desk that keeps what it was asked."""
    yield _floor
    verdicts = list(_floor.slack.verdicts)
    _floor.slack.verdicts.clear()
    _floor.clear()
    assert not verdicts, verdicts
