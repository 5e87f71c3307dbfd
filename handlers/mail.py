"""Mail arrived: it is opened safely, then the desk hears of it."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.intake import Reading, Rules, Verdict, from_headers, glance
from bot.post import Arrived

AHEAD = 2  # groups of mails being read before they are taken


class Reader(Protocol):
    """What opens mail (`opener.Opener`)."""

    def read_many(self, raws: Sequence[bytes]) -> list[Reading]: ...


class Letterbox(Protocol):
    """What of the desk hears of mail."""

    def receive(self, mails: Sequence[tuple[Arrived, Reading]]) -> object: ...


@dataclass(frozen=True)
class Arrivals:
    """What the watcher asks and tells."""

    desk: Letterbox
    opener: Reader
    rules: Rules
    _ahead: dict[tuple[Any, ...], Future[list[Reading]]] = field(default_factory=dict, init=False, repr=False)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "opener"), init=False, repr=False)

    def wants(self, header_block: bytes, size: int) -> bool:
        """Whether the body of a mail with these headers and of this size in bytes is needed."""
        return glance(header_block, size, self.rules)

    def expect(self, mails: Sequence[Arrived]) -> None:
        """Reading these mails begins, in its own process, while this one goes on."""
        if len(self._ahead) >= AHEAD:  # a line that broke: they will be fetched again
            self._ahead.clear()
        self._ahead[_names(mails)] = self._pool.submit(self._read, mails)

    def _read(self, mails: Sequence[Arrived]) -> list[Reading]:
        return self.opener.read_many([each.raw for each in mails])

    def take(self, mails: Sequence[Arrived]) -> None:
        """The mails are with the desk, committed together. What raises leaves all of them with the server."""
        begun = self._ahead.pop(_names(mails), None)
        readings = begun.result() if begun else self._read(mails)
        self.desk.receive([
            (arrived, replace(reading, truncated=reading.truncated or arrived.truncated))
            for arrived, reading in zip(mails, readings, strict=True)
        ])  # fmt: skip

    def give_up(self, arrived: Arrived, reason: str) -> None:
        """A person will see the mail that could not be taken, whatever it is. `reason` is a word of ours."""
        reading = from_headers(arrived.raw, self.rules, f"It could not be taken in ({reason}).")
        self.desk.receive([(arrived, replace(reading, verdict=Verdict.QUARANTINE))])


def _names(mails: Sequence[Arrived]) -> tuple[Any, ...]:
    return tuple((each.mailbox, each.uidvalidity, each.uid) for each in mails)
