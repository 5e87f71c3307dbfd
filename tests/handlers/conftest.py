"""The floor for the Slack handlers' tests."""

from collections.abc import Iterator

import pytest

from bot.sandbox.slack import Slack
from tests.handlers.slack_desk import Floor, floor


@pytest.fixture
def office(slack: Slack) -> Iterator[Floor]:
    """Slack, our app behind a signed HTTP door, and a desk that keeps what it was asked."""
    with floor(slack) as open_floor:
        yield open_floor
