"""How far each mailbox was read, and which of its mails are flagged, for whoever watches it."""

from collections.abc import Sequence

from bot.store import Store


class Positions:
    """The watcher's book (`post.arrival.Book`), in the store."""

    def __init__(self, book: Store) -> None:
        self._store = book

    def position(self, mailbox: str) -> tuple[int, int] | None:
        """(UIDVALIDITY, watermark), None before the first look."""
        with self._store.read() as unit:
            box = unit.mailboxes.get(mailbox)
        return (box.uidvalidity, box.watermark) if box else None

    def moved(self, mailbox: str, uidvalidity: int, watermark: int) -> None:
        with self._store.begin() as unit:
            unit.mailboxes.put(mailbox, uidvalidity, watermark)

    def unmarked(self, mailbox: str, uidvalidity: int) -> list[int]:
        with self._store.read() as unit:
            return unit.mail.unmarked(mailbox, uidvalidity)

    def marked(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> None:
        with self._store.begin() as unit:
            unit.mail.marked(mailbox, uidvalidity, uids)
