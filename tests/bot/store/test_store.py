import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.errors import Misconfigured
from bot.store import AWAY, Keys, Store, database, place
from bot.store.schema import slack_event
from tests.fixtures.store import SECRET, T0, Clock, Ids, a_ticket, opened, recorded


def test_a_unit_happens_together_or_not_at_all(store: Store) -> None:
    """An exception takes back rows, keys and the record."""
    with pytest.raises(ZeroDivisionError), store.begin() as unit:  # noqa: PT012
        a_ticket(unit)
        unit.audit("bot", "receive")
        raise ZeroDivisionError
    with store.read() as unit:
        assert unit.tickets.list() == []
        assert unit.connection.execute(text("SELECT count(*) FROM data_key")).scalar_one() == 0
    assert recorded(store) == []
    with store.begin() as unit:
        assert unit.tickets.next_refs(2026, 1) == ["DPE-2026-0001"]  # not even a number is lost


def test_a_unit_sees_one_moment(store: Store, clock: Clock) -> None:
    """The clock goes on outside; inside it is still then."""
    with store.begin() as unit:
        clock.forward(hours=1)
        assert unit.now == T0
    with store.read() as unit:
        assert (unit.now - T0).total_seconds() == 3600


def test_a_reading_unit_cannot_write(store: Store) -> None:
    """Neither a row nor the record."""
    with pytest.raises(DBAPIError), store.read() as unit:
        unit.events.first("e")
    with pytest.raises(RuntimeError, match=r"use Store.begin"), store.read() as unit:
        unit.audit("bot", "look")
    with store.begin() as unit:
        assert unit.events.first("e")


def test_readers_do_not_wait_for_the_writer(store: Store) -> None:
    """They see what was committed before."""
    with store.begin() as writing:
        a_ticket(writing)
        with store.read() as reading:
            assert reading.tickets.list() == []


def test_a_reading_unit_sees_one_snapshot(store: Store) -> None:
    """What is committed meanwhile shows in the next one; else the record would seem longer than its head."""
    with store.read() as reading:
        assert reading.tickets.list() == []
        with store.begin() as writing:
            a_ticket(writing)
            writing.audit("bot", "receive")
        assert reading.tickets.list() == []
        assert reading.trail() == []
    with store.read() as reading:
        assert len(reading.tickets.list()) == 1


def test_units_are_not_nested(store: Store) -> None:
    """The inner one would wait for the outer for ever; the thread may go on afterwards."""
    with store.begin() as unit:
        with pytest.raises(RuntimeError, match="already in a unit"), store.begin():
            pass
        unit.events.first("e")
    with store.begin() as unit:
        assert not unit.events.first("e")


def test_a_commit_wakes_whoever_asked_for_it(store: Store) -> None:
    """Only after the commit, and only for a unit that called `wake`."""
    seen: list[bool] = []

    def look() -> None:
        with store.read() as unit:
            seen.append(bool(unit.tickets.list()))

    store.on_commit(look)
    with store.begin() as unit:
        unit.events.first("quiet")
    assert seen == []
    with store.begin() as unit:
        a_ticket(unit)
        unit.wake()
    assert seen == [True]
    with pytest.raises(ZeroDivisionError), store.begin() as unit:  # noqa: PT012
        unit.wake()
        raise ZeroDivisionError
    assert seen == [True]


def test_no_value_ends_up_in_the_text_of_an_error(store: Store) -> None:
    """Exceptions end up in logs (TRUST T23)."""
    with pytest.raises(DBAPIError) as caught, store.begin() as unit:
        unit.connection.execute(slack_event.insert(), {"key": "Canary Archer", "at": None})
    assert "Canary" not in str(caught.value).replace("DETAIL:  Failing row contains", "") or store.dialect == "postgresql"
    assert "Canary" not in str(caught.value).split("DETAIL")[0]


def test_rows_that_belong_to_nothing_are_refused(store: Store) -> None:
    """Foreign keys hold on both databases."""
    with pytest.raises(IntegrityError), store.begin() as unit:
        unit.tickets.add_clock_event("c1", "nobody", "received", T0.date(), {}, "bot")


def test_a_locked_database_is_waited_for(sqlite_store: Store, sqlite_url: str) -> None:
    """F50: another process holds the lock; the writer waits, then goes on, and readers never notice."""
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Event()

    def write() -> None:
        with sqlite_store.begin() as unit:
            unit.events.first("waited")
        done.set()

    waiting = threading.Thread(target=write)
    waiting.start()
    with sqlite_store.read() as unit:
        assert unit.tickets.list() == []
    assert not done.wait(0.3)
    other.execute("COMMIT")
    assert done.wait(10)
    waiting.join()
    other.close()


def test_a_database_that_stays_locked_is_away(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between our own threads too: whoever waited too long gets what SQLite itself would say."""
    monkeypatch.setattr(database, "BUSY_MS", 50)
    caught: list[BaseException] = []

    def write() -> None:
        try:
            with sqlite_store.begin():
                pass
        except AWAY as error:
            caught.append(error)

    with sqlite_store.begin():
        waiting = threading.Thread(target=write)
        waiting.start()
        waiting.join()
    assert "database is locked" in str(caught[0])


def test_a_full_disk_loses_nothing_that_was_committed(sqlite_store: Store) -> None:
    """F52: the unit fails as a whole with AWAY; with space again it goes on by itself."""
    with sqlite_store.begin() as unit:
        kept = a_ticket(unit)
        unit.audit("bot", "receive", kept.id)
        pages = unit.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        unit.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(AWAY, match="full"), sqlite_store.begin() as unit:  # noqa: PT012
        for _ in range(100):
            a_ticket(unit)
    with sqlite_store.begin() as unit:
        unit.connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        second = a_ticket(unit)
    with sqlite_store.read() as unit:
        assert {each.id for each in unit.tickets.list()} == {kept.id, second.id}
        assert unit.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert sqlite_store.verify_audit() is None


@pytest.mark.usefixtures("unhurried")
def test_sqlite_is_set_up_for_what_is_promised(sqlite_store: Store, sqlite_url: str) -> None:
    """WAL, synced commits, foreign keys, zeroed pages, and a file only its owner reads."""
    asked = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2,
             "busy_timeout": 30_000}  # fmt: skip
    for begin in (sqlite_store.begin, sqlite_store.read):
        with begin() as unit:
            for pragma, value in asked.items():
                assert unit.connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value, pragma
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent / "new"
    with opened(f"sqlite:///{folder}/x.sqlite", Keys(SECRET), Clock(), Ids()) as fresh:
        fresh.exclusive()
        fresh.upgrade()
        modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {0o600}


@pytest.mark.postgres
def test_postgresql_is_set_up_for_what_is_promised(store: Store) -> None:
    """Read committed, UTC, and no statement, lock or idle transaction for ever."""
    if store.dialect == "sqlite":
        return
    asked = {"transaction_isolation": "read committed", "TimeZone": "UTC", "statement_timeout": "15s",
             "lock_timeout": "10s", "idle_in_transaction_session_timeout": "15s"}  # fmt: skip
    with store.begin() as unit:
        for name, value in asked.items():
            assert unit.connection.exec_driver_sql(f"SHOW {name}").scalar_one() == value, name


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://user:canary@host/x", "sqlite://", "sqlite:///:memory:", "sqlite:///x?mode=ro"],
)
def test_an_address_we_cannot_work_with_is_one_sentence(url: str, keys: Keys, ids: Ids, clock: Clock) -> None:
    """It names the setting and never repeats the password."""
    with pytest.raises(Misconfigured, match=r"^DATABASE_URL") as caught:
        Store(url, keys, clock, ids)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_names_of_postgresql_all_work(scheme: str) -> None:
    """Hosting companies write `postgres://`."""
    assert database.parsed(f"{scheme}://u:p@h/d").drivername == "postgresql+psycopg"


HOLD = """
import sys
from bot.store import Keys, Store
store = Store(sys.argv[1], Keys(bytes(32)), None, None)
store.exclusive()
print("held", flush=True)
sys.stdin.read()
"""


def test_one_process_at_a_time_works_on_a_sqlite_file(sqlite_url: str, sqlite_store: Store) -> None:
    """The second is told so; a killed one leaves nothing that must be cleared away."""
    with subprocess.Popen([sys.executable, "-c", HOLD, sqlite_url], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Misconfigured, match=r"Another process already works on subjectline\.sqlite"):
            sqlite_store.exclusive()
        other.kill()
        other.wait()
    assert sqlite_store.exclusive()
    with opened(sqlite_url, Keys(SECRET), Clock(), Ids()) as second, pytest.raises(Misconfigured):
        second.exclusive()
    with opened(sqlite_url, Keys(SECRET), Clock(), Ids()) as third, pytest.raises(Misconfigured):
        third.exclusive()  # neither has the second taken the hold along when it went
    sqlite_store.close()
    with opened(sqlite_url, Keys(SECRET), Clock(), Ids()) as fourth:
        assert fourth.exclusive()


@pytest.mark.postgres
def test_many_processes_may_work_on_postgresql(store: Store) -> None:
    """Nothing is held and nothing said."""
    if store.dialect == "postgresql":
        assert not store.exclusive()


MOUNTS = """\
/dev/sda / ext4 rw 0 0
server:/x /mnt nfs4 rw 0 0
/dev/sdb /mnt/local xfs rw 0 0
//s/share /with\\040space cifs rw 0 0
old:/x /srv nfs rw 0 0
/dev/sdc /srv ext4 rw 0 0
"""


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_store: Store) -> None:
    """SQLite's locks do not hold there; the innermost mount counts, and of two on one point the later."""
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    found = {path: place.network_file_system(Path(path), mounts) for path in
             ("/x", "/mnt/a/x", "/mnt/local/x", "/mntx/x", "/with space/x", "/srv/x")}  # fmt: skip
    assert found == {"/x": None, "/mnt/a/x": "nfs4", "/mnt/local/x": None, "/mntx/x": None, "/with space/x": "cifs",
                     "/srv/x": None}  # fmt: skip
    assert place.network_file_system(tmp_path, tmp_path / "no such list") is None
    mounts.write_text("server:/ / nfs rw 0 0\n")
    monkeypatch.setattr(place, "network_file_system", lambda _: "nfs")
    with pytest.raises(Misconfigured, match=r"network file system \(nfs\)"):
        sqlite_store.exclusive()
    assert len(sqlite_store.check()) == 1


def test_a_database_that_cannot_be_reached_is_one_sentence(tmp_path: Path, keys: Keys, clock: Clock, ids: Ids) -> None:
    """`check` answers, whatever is wrong."""
    url = f"postgresql://nobody:canary@/none?host={tmp_path}"
    with opened(url, keys, clock, ids) as away:
        assert away.check() == ["DATABASE_URL: the database cannot be reached."]
        with pytest.raises(AWAY), away.begin():
            pass


@pytest.mark.postgres
def test_a_lost_connection_costs_nobody_more_than_his_unit(store: Store, database_url: str) -> None:
    """F51: the server throws everybody out; the unit under way is AWAY, the next one works."""
    if store.dialect == "sqlite":
        return
    with psycopg.connect(database_url, autocommit=True) as admin:

        def throw_out() -> None:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                          "AND datname = current_database()")  # fmt: skip

        with pytest.raises(AWAY), store.begin() as unit:  # noqa: PT012
            a_ticket(unit)
            throw_out()
            a_ticket(unit)
        with store.begin() as unit:
            kept = a_ticket(unit)
        throw_out()
        with store.read() as unit:
            assert [each.id for each in unit.tickets.list()] == [kept.id]


def test_what_is_asked_often_is_asked_by_an_index(sqlite_store: Store) -> None:
    """However many tickets there are: nothing reads a whole table."""
    asked: list[tuple[str, Any]] = []
    with sqlite_store.begin() as unit:
        event.listen(unit.connection, "before_cursor_execute", lambda _c, _u, words, values, *_: asked.append((words, values)))
        unit.tickets.list()
        unit.overview.late(T0.date(), 40)
        unit.overview.soon(T0.date(), T0.date(), 40)
        unit.tickets.senders_since([b"x"], T0)
        unit.tickets.by_ref("DPE-2026-0001")
        unit.tickets.clock_events("t")
        unit.requests.of("t")
        unit.holdings.of("r")
        unit.plans.approval("p")
        unit.mail.known([b"x"])
        unit.mail.of("t")
        unit.mail.tickets_of([b"x"], b"y")
        unit.mail.quarantined()
        unit.mail.count_quarantined()
        unit.mail.unmarked("INBOX", 1)
        unit.mail.marked("INBOX", 1, [1, 2])
        unit.letters.of("t")
        unit.letters.by_key("k")
        unit.letters.by_message_ids(["<x>"])
        unit.codes.live("t")
        unit.codes.since("t", T0)
        unit.packages.by_token("x")
        unit.packages.of("t")
        unit.trail("t")
        assert len(asked) == 24
        for words, values in asked[:24]:  # the questions about the questions are heard as well
            steps = unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values).all()
            assert not [step for *_, step in steps if step.startswith("SCAN") and "USING INDEX" not in step], words
