"""The store: one database, one transaction at a time, all SQL behind plain names.

    with store.begin() as unit:                # everything in it happens at one moment, or not at all
        ticket = unit.tickets.get(id)
        unit.requests.move(request, State.IDENTIFYING)
        unit.audit(user, "choose", ticket.id)  # chained and written as the last act before the commit

The same code on SQLite (one process) and PostgreSQL (any number).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from bot.store import audit, database, history, place
from bot.store.clocks import Clocks
from bot.store.crypto import Keys, Purged, Unreadable
from bot.store.diary import Diary
from bot.store.downloads import DownloadCodes
from bot.store.inbox import Events, Mailboxes, Mails, Taken
from bot.store.ledger import Ledger
from bot.store.letters import Codes, Letters, Packages
from bot.store.looks import Looks
from bot.store.means import Identities, Means
from bot.store.notices import Notice, Notices
from bot.store.overview import Count, Overview, WeekCount
from bot.store.plans import Plans
from bot.store.remarks import Hold, Holds, Note, Notes, Refusal, Refusals
from bot.store.reminders import Moments, Reminders
from bot.store.report import Reports
from bot.store.requests import Holdings, Requests
from bot.store.review import Reviews
from bot.store.rows import Broken, ClockEvent, Head, Holding, MailRow
from bot.store.scrub import scrub_postgresql, scrub_sqlite
from bot.store.shelf import Shelf
from bot.store.sightings import Sightings
from bot.store.tasks import Tasks
from bot.store.team import Blocked, Blocks, Quiet
from bot.store.tickets import Tickets
from bot.store.transaction import Transaction
from bot.store.turn import Turn

__all__ = [
    "AWAY", "Blocked", "Broken", "ClockEvent", "Count", "Head", "Hold", "Holding", "Keys", "MailRow", "Means", "Note",
    "Notice", "Purged", "Refusal", "Store", "Taken", "Transaction", "Unit", "Unreadable", "WeekCount",
]  # fmt: skip

AWAY = database.AWAY
_SCRUB_AGAIN_S = 60.0


class Unit(Transaction):
    """One transaction with every room of the store in it."""

    def __init__(self, connection: Connection, keys: Keys, now: datetime, ids: Callable[[], str], *,
                 writes: bool) -> None:  # fmt: skip
        super().__init__(connection, keys, now, ids, writes=writes)
        self.tickets = Tickets(self)
        self.clocks = Clocks(self)
        self.requests = Requests(self)
        self.holdings = Holdings(self)
        self.looks = Looks(self)
        self.plans = Plans(self)
        self.tasks = Tasks(self)
        self.mail = Mails(self)
        self.mailboxes = Mailboxes(self)
        self.letters = Letters(self)
        self.codes = Codes(self)
        self.means = Identities(self)
        self.packages = Packages(self)
        self.download_codes = DownloadCodes(self)
        self.events = Events(self)
        self.reports = Reports(self)
        self.diary = Diary(self)
        self.reminders = Reminders(self)
        self.moments = Moments(self)
        self.notes = Notes(self)
        self.holds = Holds(self)
        self.refusals = Refusals(self)
        self.blocks = Blocks(self)
        self.quiet = Quiet(self)
        self.overview = Overview(self)
        self.notices = Notices(self)
        self.ledger = Ledger(self)
        self.sightings = Sightings(self)
        self.reviews = Reviews(self)


class Store:
    """The database at `url`. Safe to use from any thread."""

    def __init__(self, url: str, keys: Keys, clock: Callable[[], datetime], ids: Callable[[], str]) -> None:
        self._url = database.parsed(url)
        self.dialect = self._url.get_backend_name()
        self._file = Path(self._url.database or "") if self.dialect == "sqlite" else None
        self.keys = keys
        self.clock = clock
        self._ids = ids
        self._writers, self._readers = database.engines(self._url)
        self._turn = Turn()  # instead of sleeping in SQLite's busy handler
        self._mine = threading.local()
        self._callbacks: list[Callable[[], None]] = []
        self._alone = False
        self._scrub_at: float | None = None  # when to try again what could not be cleaned
        self.shelf = Shelf(self.begin, self.read)

    @contextmanager
    def begin(self, *, patient: bool = False) -> Iterator[Unit]:
        """One transaction: committed on leaving, rolled back on an exception. On SQLite the patient wait behind others.

        Raises one of AWAY when the database cannot be reached or stays locked. Not to be nested in one thread.
        """
        if getattr(self._mine, "open", False):
            raise RuntimeError("this thread is already in a unit")
        self._mine.open = True
        try:
            with self._my_turn(patient=patient), self._transaction(self._writers, database.WRITE) as connection:
                unit = Unit(connection, self.keys, self.clock(), self._ids, writes=True)
                yield unit
                unit.finish()
        finally:
            self._mine.open = False
        if unit.purged or (unit.shed and self._file is not None) or self._scrub_is_due():
            self.scrub()
        if unit.woken:
            for callback in self._callbacks:
                callback()

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """One transaction that only reads, from one snapshot, and never waits for a writer. To write is an error."""
        with self._transaction(self._readers, database.READ) as connection:
            yield Unit(connection, self.keys, self.clock(), self._ids, writes=False)

    def on_commit(self, callback: Callable[[], None]) -> None:
        """The callback is called after each commit of a unit that called `wake`, in that unit's thread."""
        self._callbacks.append(callback)

    # -- the record

    def verify_audit(self, published: Head | None = None) -> Broken | None:
        """None when the whole record is as it was written; else the first broken row.

        `published`: a head kept outside the database; then a record set back to an older state shows too.
        """
        with self._transaction(self._readers, database.READ) as connection:
            return audit.verify(connection, self.keys, published)

    def audit_head(self) -> Head | None:
        """The newest row of the record, to be published outside the database; None while it is empty."""
        with self._transaction(self._readers, database.READ) as connection:
            return audit.head(connection)

    # -- the database

    def upgrade(self) -> None:
        """The schema is this release's. All steps in one transaction: interrupted, it is as it was before.

        Misconfigured when the database was made by a newer release or by another program.
        """
        with self._my_turn(), self._writers.connect() as connection:
            history.upgrade(connection)

    def check(self) -> list[str]:
        """What stands between this database and this release, one sentence each; empty when fit for use."""
        faults = [] if self._file is None else place.place_faults(self._file)
        if self._file is not None and not self._file.exists():
            return [*faults, history.EMPTY]
        try:
            with self._transaction(self._readers, database.READ) as connection:
                return [*faults, *history.check(connection, self.keys.main)]
        except AWAY:
            return [*faults, "DATABASE_URL: the database cannot be reached."]

    def exclusive(self) -> bool:
        """True: no other process works on this SQLite file, until `close`. False on PostgreSQL, which is for many.

        Misconfigured when another process holds it, or when it lies where no lock holds.
        """
        if self._file is None:
            return False
        place.check_place(self._file)
        place.hold(self._file)
        self._alone = True
        if self._file.exists():
            self.scrub()  # the last process may have died between a purge and the cleaning after it
        return True

    def _scrub_is_due(self) -> bool:
        return self._scrub_at is not None and self._scrub_at <= time.monotonic()

    def scrub(self) -> bool:
        """Whether nothing that was destroyed is left in the files; else a commit tries again, a minute later."""
        self._scrub_at = time.monotonic() + _SCRUB_AGAIN_S
        try:
            clean = self._scrubbed()
        except AWAY:  # what was committed stays committed: this is only the cleaning after it
            return False
        if clean:
            self._scrub_at = None
        return clean

    def _scrubbed(self) -> bool:
        if self._file is None:
            with self._writers.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                return scrub_postgresql(connection)
        with self._my_turn(), self._writers.connect() as connection:
            return scrub_sqlite(connection, database.BUSY_MS)

    def close(self) -> None:
        """No connection is left open and the file is free for another process."""
        self._readers.dispose()
        self._writers.dispose()
        if self._file is not None and self._alone:
            self._alone = False
            place.release(self._file)

    @contextmanager
    def _transaction(self, engine: Engine, begin: str) -> Iterator[Connection]:
        with engine.begin() as connection:
            if self._file is not None:
                connection.exec_driver_sql(begin)
            yield connection

    @contextmanager
    def _my_turn(self, *, patient: bool = False) -> Iterator[None]:
        if self._file is None:
            yield
            return
        if not self._turn.take(database.BUSY_MS / 1000, patient=patient):
            raise database.locked()
        try:
            yield
        finally:
            self._turn.give_back()
