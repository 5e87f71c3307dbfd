"""The words of the engine: a piece of work, its kind, what a lane bears, what is stuck."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store import Unit
from bot.workflow import NotSeen, Seen

LOST = "its owner was lost"


@dataclass(frozen=True)
class Job:
    """One piece of work as it was claimed."""

    key: str
    kind: str
    args: Mapping[str, Any]  # ids only
    ticket_id: str | None
    tries: int  # passes begun since it was last made ready, this one included
    fence: int  # rises with every claim
    made_at: datetime
    error: str | None = None  # how the last pass ended

    @property
    def lost(self) -> bool:
        """The last pass never came back."""
        return self.error == LOST


def nothing(*_: Any) -> None:
    """What follows from most things."""


@dataclass(frozen=True)
class Kind:
    """One kind of work. `call` and `probe` run outside any transaction, `after` and `failed` inside one and briefly."""

    name: str
    call: Callable[[Job], Mapping[str, Any] | None]
    after: Callable[[Unit, Job, Mapping[str, Any]], None] = nothing  # same transaction as the outcome
    probe: Callable[[Job], Seen | NotSeen | None] | None = None
    timeout_s: float = 30.0  # hard limit of one call
    settle_s: float = 5.0  # how long after that the far side may still be busy with it
    harmless: bool = False  # may simply be repeated; has no row in the ledger, and its result stays in memory
    failed: Callable[[Unit, Job, str, str], None] = nothing  # told "dead", "unknown" or "refused", and the error


@dataclass(frozen=True)
class Limit:
    """What one lane bears, across all engines: calls in flight, and calls begun in a second.

    The limit of `card` holds for the lane `card` and for each lane `card:…`, by itself.
    """

    in_flight: int
    per_second: float | None = None


@dataclass(frozen=True)
class Stuck:
    """A piece of work somebody may have to look at."""

    key: str
    kind: str
    state: str
    ticket_id: str | None
    since: datetime  # when it was due
    error: str | None
