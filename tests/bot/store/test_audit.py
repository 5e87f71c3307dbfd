import json
import random
import threading
import time
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from bot.store import Broken, Head, Keys, Store, Unit, audit
from bot.store.schema import audit as table
from bot.store.schema import audit_head
from tests.fixtures.store import T0, Clock, a_ticket, recorded

ROWS = 30
FEW = 12
MUTATIONS = 1200


def fill(store: Store, rows: int = ROWS) -> None:
    for number in range(rows // 3):
        with store.begin() as unit:
            for verb in ("receive", "choose", "sent"):
                unit.audit("bot", verb, f"ticket{number}", detail=number, when=unit.now.date())


def stored(unit: Unit) -> list[dict[str, Any]]:
    rows = unit.connection.execute(select(table).order_by(table.c.seq))
    return [dict(row._mapping) for row in rows]


def test_the_record_says_who_did_what_to_which_ticket(store: Store) -> None:
    """In order, with canonical details; a ticket's own trail is a part of it."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        unit.audit("U_BOB", "choose", ticket.id, "r1", b=2, a=[T0.date(), "x"])
        unit.audit("bot", "sweep")
    with store.read() as unit:
        everything, mine = unit.trail(), unit.trail(ticket.id)
        assert unit.trail(limit=1) == everything[1:]
        details = unit.connection.execute(select(table.c.detail).order_by(table.c.seq)).scalars().all()
    assert [(row.seq, row.at, row.actor, row.verb) for row in everything] == [
        (1, T0, "U_BOB", "choose"),
        (2, T0, "bot", "sweep"),
    ]
    assert mine == everything[:1]
    assert (mine[0].ticket_id, mine[0].request_id) == (ticket.id, "r1")
    assert mine[0].detail == {"a": ["2026-11-23", "x"], "b": 2}
    assert details == ['{"a":["2026-11-23","x"],"b":2}', "{}"]
    assert store.verify_audit() is None


def test_details_are_plain_words(sqlite_store: Store) -> None:
    """What JSON cannot say has no place in the record, and is noticed where it is said."""
    with sqlite_store.begin() as unit:
        for wrong in (b"bytes", object(), {1, 2}):
            with pytest.raises(TypeError, match="has no place in the record"):
                unit.audit("bot", "receive", detail=wrong)
        with pytest.raises(ValueError, match="Out of range"):
            unit.audit("bot", "receive", detail=float("nan"))


def test_the_record_is_written_with_the_change_or_not_at_all(store: Store) -> None:
    """One transaction: no change without its line, no line without its change."""
    with pytest.raises(DBAPIError), store.begin() as unit:  # noqa: PT012
        unit.audit("bot", "receive")
        unit.tickets.add_clock_event("c1", "nobody", "received", T0.date(), {}, "bot")
    assert recorded(store) == []
    assert store.verify_audit() is None


def mutations(rows: list[dict[str, Any]], seed: random.Random) -> Any:
    """One change to the stored record, as (name, rows)."""
    rows = [dict(row) for row in rows]
    at = seed.randrange(len(rows))
    row = rows[at]
    match seed.choice(["change", "remove", "swap", "cut", "insert", "respace", "renumber", "rehash", "copy"]):
        case "change":
            column = seed.choice(["at", "actor", "verb", "ticket_id", "request_id", "detail", "previous", "hash"])
            row[column] = changed(row[column], seed)
            return f"changed {column} of {at + 1}", rows
        case "remove":
            del rows[at]
            return f"removed {at + 1}", rows
        case "swap":
            other = rows[(at + seed.randrange(1, len(rows))) % len(rows)]
            row["seq"], other["seq"] = other["seq"], row["seq"]
            return "swapped", rows
        case "cut":
            return f"cut at {at + 1}", rows[:at]
        case "insert":
            return "added one", [*rows, {**row, "seq": len(rows) + 1, "previous": rows[-1]["hash"]}]
        case "respace":  # the same JSON, written differently
            row["detail"] = json.dumps(json.loads(row["detail"]), indent=seed.randrange(1, 4))
            return f"respaced {at + 1}", rows
        case "renumber":
            for later in rows[at:]:
                later["seq"] += 1
            return f"renumbered from {at + 1}", rows
        case "rehash":  # by somebody who has another key
            thief = Keys(seed.randbytes(32))
            row["verb"] = "innocent"
            row["hash"] = thief.chained(row["previous"], json.dumps(row["verb"]).encode())
            return f"rehashed {at + 1}", rows
    source = rows[(at + 1) % len(rows)]
    row.update({**source, "seq": row["seq"]})
    return f"copied over {at + 1}", rows


def changed(value: Any, seed: random.Random) -> Any:
    if value is None:
        return "r"
    if isinstance(value, bytes):
        place = seed.randrange(len(value))
        return value[:place] + bytes([value[place] ^ (1 << seed.randrange(8))]) + value[place + 1 :]
    if isinstance(value, str):
        place = seed.randrange(len(value))
        return value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
    return value.replace(microsecond=seed.randrange(1, 1_000_000))


def test_every_change_of_the_record_is_detected(sqlite_store: Store, clock: Clock) -> None:
    """T29: rows changed, removed, swapped, cut, added, rewritten, 1,200 times; never an error, never overlooked."""
    fill(sqlite_store, FEW)
    clock.forward(hours=1)
    seed = random.Random(29)
    with sqlite_store.begin() as unit:
        rows = stored(unit)
        assert len(rows) == FEW
        seen: set[str] = set()
        for _ in range(MUTATIONS):
            name, mutated = mutations(rows, seed)
            with unit.connection.begin_nested() as back:
                unit.connection.execute(table.delete())
                if mutated:
                    unit.connection.execute(insert(table), mutated)
                assert audit.verify(unit.connection, unit.keys) is not None, name
                back.rollback()
            seen.add(name.split()[0])
        assert len(seen) == 9
        assert audit.verify(unit.connection, unit.keys) is None


def test_a_changed_head_is_detected(store: Store) -> None:
    """Cut the tail and move the head to fit: without the key its seal does not."""
    fill(store)
    with store.begin() as unit:
        rows = stored(unit)
        genuine = dict(unit.connection.execute(select(audit_head)).one()._mapping)
        heads: list[dict[str, Any] | None] = [
            None,
            {**genuine, "seq": 10, "hash": rows[9]["hash"]},
            {**genuine, "seq": genuine["seq"] + 1},
            {**genuine, "hash": bytes(32)},
            {**genuine, "seal": Keys(bytes(32)).sealed_head(genuine["seq"], genuine["hash"])},
        ]
        for head in heads:
            with unit.connection.begin_nested() as back:
                unit.connection.execute(audit_head.delete())
                if head is not None:
                    unit.connection.execute(insert(audit_head), head)
                    unit.connection.execute(table.delete().where(table.c.seq > head["seq"]))
                broken = audit.verify(unit.connection, unit.keys)
                back.rollback()
            assert broken is not None
            assert broken.seq == 0
        assert audit.verify(unit.connection, unit.keys) is None


def test_the_first_broken_row_is_named(store: Store) -> None:
    """By its number and in words for an auditor."""
    fill(store)
    broken: list[Broken | None] = []
    with store.begin() as unit:
        for statement in (
            table.update().where(table.c.seq == 7).values(actor="U_EVE"),
            table.delete().where(table.c.seq == 8),
            table.delete().where(table.c.seq > 25),
            table.update().where(table.c.seq == 9).values(previous=bytes(32)),
        ):
            with unit.connection.begin_nested() as back:
                unit.connection.execute(statement)
                broken.append(audit.verify(unit.connection, unit.keys))
                back.rollback()
    assert broken == [
        Broken(7, "row 7 was changed"),
        Broken(8, "row 8 is missing: the next is 9"),
        Broken(26, "the record ends at row 25, its head at row 30"),
        Broken(9, "row 9 does not follow the row before it"),
    ]


def test_an_older_record_put_back_shows_by_the_published_head(store: Store) -> None:
    """The chain itself is then whole; what was published outside is not in it."""
    assert store.audit_head() is None
    fill(store)
    old = store.audit_head()
    assert old is not None
    with store.begin() as unit:
        unit.audit("bot", "sweep")
    new = store.audit_head()
    assert new is not None
    assert new.seq == old.seq + 1
    assert store.verify_audit(old) is None
    assert store.verify_audit(new) is None
    assert store.verify_audit(Head(0, b"")) is None
    with store.begin() as unit:  # yesterday's backup, head and all
        unit.connection.execute(table.delete().where(table.c.seq == new.seq))
        seal = unit.keys.sealed_head(old.seq, old.hash)
        unit.connection.execute(audit_head.update().values(seq=old.seq, hash=old.hash, seal=seal))
    assert store.verify_audit() is None
    assert store.verify_audit(new) == Broken(30, "the record is not the one whose head was published")
    assert store.verify_audit(Head(20, bytes(32))) is not None


def test_writers_at_once_make_one_chain(store: Store) -> None:
    """From the very first row on, whoever comes first."""
    ready = threading.Barrier(8)
    failed: list[BaseException] = []

    def work(name: str) -> None:
        ready.wait()
        try:
            for number in range(10):
                with store.begin() as unit:
                    unit.audit(name, "receive", detail=number)
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"U{number}",)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failed
    assert store.verify_audit() is None
    assert len(recorded(store)) == 80


def test_the_record_verifies_while_it_is_written(store: Store) -> None:
    """Rows and head are looked at in one snapshot."""
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with store.begin() as unit:
                unit.audit("bot", "sent")

    writing = threading.Thread(target=write)
    writing.start()
    try:
        assert [store.verify_audit() for _ in range(50)] == [None] * 50
    finally:
        stop.set()
        writing.join()


def test_a_hundred_thousand_rows_are_verified_in_about_a_second(store: Store) -> None:
    """T29: a fifth of them here, in less than a fifth of 3 s of work; 0.6 to 0.8 s were measured for all."""
    entries = [audit.Entry(T0, "bot", "sent", f"t{number}", None, '{"n":1}') for number in range(20_000)]
    with store.begin() as unit:
        audit.append(unit.connection, unit.keys, entries)
    begun = time.process_time()
    assert store.verify_audit() is None
    assert time.process_time() - begun < 0.6
