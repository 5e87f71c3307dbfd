"""A look back over the mailbox that leaves no trace there: no flag, no position, no mail marked as read."""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.line import Patience, dial, place
from bot.post.arrival import Arrived, Folder, Limits, Memory, Taker
from bot.post.watcher import mailbox_name


@dataclass(frozen=True)
class Unwritten:
    """A book in which nothing stands and nothing is written: the mailbox is read as if for the first time."""

    def position(self, mailbox: str) -> None:  # noqa: ARG002 - as `Book` asks
        return None

    def moved(self, mailbox: str, uidvalidity: int, watermark: int) -> None:
        pass

    def unmarked(self, mailbox: str, uidvalidity: int) -> Sequence[int]:  # noqa: ARG002
        return ()

    def marked(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> None:
        pass


def look_back(
    url: str,
    days: int,
    clock: Callable[[], datetime],
    begin: Callable[[int], None],
    wants: Callable[[bytes, int], bool],
    take: Callable[[Sequence[Arrived]], None],
    give_up: Callable[[Arrived, str], None],
    patience: Patience | None = None,
    context: ssl.SSLContext | None = None,
) -> None:
    """Every mail of the last days has been shown once, oldest first: its header to `wants`, those wanted to `take`.

    What the server lists and does not hand out goes to `give_up`, with the reason. `begin` hears first how many there
    are. Raises IMAP4.error or OSError where the server cannot be had.
    """
    where = place(url)
    line = dial(where, patience or Patience(), context)
    taker = Taker(wants, lambda _: None, take, give_up, Unwritten(), clock)
    try:
        folder = Folder(
            line, where.folder, mailbox_name(where), taker, Limits(lookback_days=days, tries=1), Memory(), readonly=True
        )
        begin(folder.waiting())
        folder.catch_up(lambda: False)
    finally:
        line.leave()
