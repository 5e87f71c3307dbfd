"""The tick: it goes on whatever the machine's clock does, and says when that was moved."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from handlers.clock import JUMP_S, Ticker, Watch


class Ticks:
    """Counts the calls of each tick."""

    def __init__(self) -> None:
        self.came = threading.Condition()
        self.counts: dict[str, int] = {}
        self.jumps: list[float] = []

    def of(self, name: str):
        def tick() -> None:
            with self.came:
                self.counts[name] = self.counts.get(name, 0) + 1
                self.came.notify_all()

        return tick

    def jumped(self, seconds: float) -> None:
        with self.came:
            self.jumps.append(seconds)
            self.came.notify_all()

    def more(self, name: str, than: int) -> bool:
        """Whether this tick has come more often than that, within five seconds of real time."""
        with self.came:
            return self.came.wait_for(lambda: self.counts.get(name, 0) > than, 5)


@pytest.fixture
def ticks() -> Iterator[Ticks]:
    counted = Ticks()
    ticker = Ticker(*(counted.of(name) for name in ("wake", "renew", "sweep", "remind", "watch")), counted.jumped)
    ticker.start()
    yield counted
    ticker.stop()


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1)])
def test_a_clock_that_is_moved_does_not_stop_the_ticks(jump: timedelta, ticks: Ticks) -> None:
    """F40: set back by a day, APScheduler alone would sleep for a day; here every tick comes at once, the jump is told."""
    assert ticks.more("wake", 0)
    with time_machine.travel(datetime.now().astimezone() + jump, tick=True):
        with ticks.came:
            assert ticks.came.wait_for(lambda: ticks.jumps, 5)
        for name in ("renew", "remind", "sweep"):  # none of them was due yet
            assert ticks.more(name, 0), name
        assert ticks.more("wake", ticks.counts["wake"] + 1)
    assert ticks.jumps[0] == pytest.approx(jump.total_seconds(), abs=5)


def test_only_a_jump_is_a_jump() -> None:
    """An hour in either direction is told with its sign; a clock corrected second by second is not; nor is waiting."""
    wall, steady = [1_000_000.0], [50.0]
    jumps: list[float] = []
    watch = Watch(jumps.append, clock=lambda: wall[0], steady=lambda: steady[0])

    def passes(seconds: float, moved: float = 0.0) -> None:
        steady[0] += seconds
        wall[0] += seconds + moved
        watch.look()

    passes(1)
    for _ in range(120):
        passes(1, moved=1)
    assert jumps == []
    passes(1, moved=3600)
    passes(1, moved=-3600)
    passes(3 * 86_400)
    assert jumps == [3600, -3600]
    passes(1, moved=JUMP_S)
    assert jumps[-1] == JUMP_S


def test_a_machine_that_slept_is_noticed() -> None:
    """Asleep, the steady clock stands and the wall clock goes on: three days are a jump of three days."""
    wall = [0.0]
    jumps: list[float] = []
    watch = Watch(jumps.append, clock=lambda: wall[0], steady=lambda: 7.0)
    wall[0] = 3 * 86_400
    watch.look()
    assert jumps == [3 * 86_400]
