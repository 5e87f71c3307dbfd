"""A mail arrived: it is opened safely, then the desk hears of it."""

from dataclasses import dataclass, replace
from typing import Protocol

from bot.intake import Reading, Rules, Verdict, from_headers, glance
from bot.post import Arrived


class Reader(Protocol):
    """What opens mail (`opener.Opener`)."""

    def read(self, raw: bytes) -> Reading: ...


class Letterbox(Protocol):
    """What of the desk hears of mail."""

    def receive(self, arrived: Arrived, reading: Reading) -> object: ...


@dataclass(frozen=True)
class Arrivals:
    """What the watcher asks and tells."""

    desk: Letterbox
    opener: Reader
    rules: Rules

    def wants(self, header_block: bytes, size: int) -> bool:
        """Whether the body of a mail with these headers and of this size in bytes is needed."""
        return glance(header_block, size, self.rules)

    def take(self, arrived: Arrived) -> None:
        """The mail is with the desk, committed. What raises leaves it with the server."""
        reading = self.opener.read(arrived.raw)
        self.desk.receive(arrived, replace(reading, truncated=reading.truncated or arrived.truncated))

    def give_up(self, arrived: Arrived, reason: str) -> None:
        """A person will see the mail that could not be taken, whatever it is. `reason` is a word of ours."""
        reading = from_headers(arrived.raw, self.rules, f"It could not be taken in ({reason}).")
        self.desk.receive(arrived, replace(reading, verdict=Verdict.QUARANTINE))
