from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.store import AWAY, Keys, Purged, Store
from bot.store.schema import data_key
from tests.fixtures.store import Clock, Ids, a_ticket, opened

TICKETS = 100


def wrapped(store: Store) -> dict[str, bytes]:
    with store.read() as unit:
        rows = unit.connection.execute(select(data_key.c.owner, data_key.c.wrapped)).all()
    return {row.owner: bytes(row.wrapped) for row in rows}


def found(folder: Path, needles: list[bytes]) -> int:
    """How many of these stand in any file of the database, its logs and its locks."""
    content = b"\0".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    return sum(needle in content for needle in needles)


def cleaned(store: Store) -> bool:
    """Tried until nobody of another test just connects to the same server: that too is a snapshot."""
    return any(store.scrub() for _ in range(100))


def test_a_destroyed_key_is_in_no_file_of_the_database(sqlite_store: Store, tmp_path: Path) -> None:
    """T31: 100 tickets, half of them purged; byte for byte none of their keys is left, and all of the others."""
    with sqlite_store.begin() as unit:
        tickets = [a_ticket(unit).id for _ in range(TICKETS)]
    keys = wrapped(sqlite_store)
    assert found(tmp_path, list(keys.values())) == TICKETS
    for ticket in tickets[::2]:
        with sqlite_store.begin() as unit:
            unit.destroy_key(f"ticket:{ticket}")
    assert found(tmp_path, [keys[f"ticket:{each}"] for each in tickets[::2]]) == 0
    assert found(tmp_path, [keys[f"ticket:{each}"] for each in tickets[1::2]]) == TICKETS // 2
    with sqlite_store.read() as unit:
        with pytest.raises(Purged):
            unit.tickets.correspondent(tickets[0])
        assert unit.tickets.correspondent(tickets[1]).name == "Ann Archer"


def test_the_cleaning_waits_for_a_reader_and_comes_later(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody still reads the old pages: the purge stands all the same, and the next commit but a minute cleans up."""
    monkeypatch.setattr("bot.store._SCRUB_AGAIN_S", 0.0)
    with sqlite_store.begin() as unit:
        ticket = a_ticket(unit)
    (key,) = wrapped(sqlite_store).values()
    with sqlite_store.read() as reader:
        assert reader.tickets.correspondent(ticket.id)
        with sqlite_store.begin() as unit:
            unit.destroy_key(f"ticket:{ticket.id}")
        assert found(tmp_path, [key]) == 1
    with sqlite_store.begin() as unit:
        unit.events.first("whatever")
    assert found(tmp_path, [key]) == 0
    with sqlite_store.begin() as unit:
        assert unit.connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 30_000


def test_a_process_that_dies_before_the_cleaning_is_followed_by_one_that_does_it(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: Keys, clock: Clock, ids: Ids
) -> None:
    """Committed, not yet cleaned: the next start does."""
    monkeypatch.setattr("bot.store.scrub_sqlite", lambda *_: False)
    with opened(sqlite_url, keys, clock, ids) as store:
        with store.begin() as unit:
            ticket = a_ticket(unit)
        (key,) = wrapped(store).values()
        with store.begin() as unit:
            unit.destroy_key(f"ticket:{ticket.id}")
        assert found(tmp_path, [key]) == 1
        monkeypatch.undo()
        with opened(sqlite_url, keys, clock, ids) as next_one:
            next_one.exclusive()
            assert found(tmp_path, [key]) == 0


def test_a_cleaning_that_fails_does_not_undo_the_purge(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is not told that his commit failed: it did not."""

    def fails(*_: object) -> bool:
        raise AWAY[0]("VACUUM", None, Exception("gone"))

    monkeypatch.setattr("bot.store.scrub_sqlite", fails)
    monkeypatch.setattr("bot.store.scrub_postgresql", fails)
    with store.begin() as unit:
        ticket = a_ticket(unit)
    with store.begin() as unit:
        unit.destroy_key(f"ticket:{ticket.id}")
    with store.read() as unit, pytest.raises(Purged):
        unit.tickets.correspondent(ticket.id)
    assert not store.scrub()
    monkeypatch.undo()
    assert cleaned(store)


def test_the_cleaning_says_whether_it_could(store: Store) -> None:
    """Not while somebody is looking at the keys; afterwards it can."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
    with store.read() as reader:
        assert reader.tickets.correspondent(ticket.id)
        with store.begin() as unit:
            unit.destroy_key(f"ticket:{ticket.id}")
        assert not store.scrub()
    assert cleaned(store)


@pytest.mark.postgres
def test_postgresql_writes_the_table_of_keys_anew(store: Store) -> None:
    """VACUUM alone leaves about half of the destroyed keys in the pages; the old file goes."""
    if store.dialect == "sqlite":
        return
    with store.begin() as unit:
        tickets = [a_ticket(unit).id for _ in range(TICKETS)]
    keys = wrapped(store)
    with store.begin() as unit:
        before = unit.connection.execute(text("SELECT pg_relation_filepath('data_key')")).scalar_one()
        for ticket in tickets[::2]:
            unit.destroy_key(f"ticket:{ticket}")
    assert cleaned(store)
    with store.begin() as unit:
        after = unit.connection.execute(text("SELECT pg_relation_filepath('data_key')")).scalar_one()
        content = unit.connection.execute(text("SELECT pg_read_binary_file(:path)"), {"path": after}).scalar_one()
    assert after != before
    assert not any(keys[f"ticket:{each}"] in bytes(content) for each in tickets[::2])
