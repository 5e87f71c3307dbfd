"""What follows an acknowledgement begins after the burst, all of it, and is never silent about a failure."""

import threading
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from bot.slack import afterwards
from bot.slack.afterwards import Afterwards


@pytest.fixture
def after() -> Iterator[Afterwards]:
    made = Afterwards(2)
    yield made
    made.shutdown()


def test_a_burst_is_handed_over_before_its_work_begins(after: Afterwards, monkeypatch) -> None:
    """Nothing has begun while presses still come in; then all of it is done."""
    monkeypatch.setattr(afterwards, "LULL_S", 30.0)
    monkeypatch.setattr(afterwards, "LONGEST_S", 60.0)
    begun = threading.Event()
    handed = [after.submit(lambda number=number: begun.set() or number) for number in range(20)]
    assert not begun.is_set()
    after.shutdown()
    assert [each.result(10) for each in handed] == list(range(20))


def test_an_endless_burst_is_not_waited_out(after: Afterwards, monkeypatch) -> None:
    """People who never stop pressing do not stop the work."""
    monkeypatch.setattr(afterwards, "LULL_S", 30.0)
    monkeypatch.setattr(afterwards, "LONGEST_S", 0.05)
    assert after.submit(lambda: "done").result(10) == "done"


def test_a_failure_is_told_by_its_class_only(after: Afterwards) -> None:
    """The log names the kind; the words stay with whoever holds the future."""
    with capture_logs() as logs, pytest.raises(LookupError):
        after.submit({}.__getitem__, "zora@quellmann.example").result(10)
    assert [(each["event"], each["error"]) for each in logs] == [("slack_work_failed", "KeyError")]
    assert "quellmann" not in str(logs)


def test_after_the_shutdown_nothing_is_taken(after: Afterwards) -> None:
    """A late press is refused, not forgotten in a queue nobody reads."""
    after.shutdown()
    with pytest.raises(RuntimeError):
        after.submit(print)
