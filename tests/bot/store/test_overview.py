"""Lists and counts for people: in order, capped, and by an index, so that they cost the same whatever stands behind them."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.store import Count, Store
from bot.store import overview as room
from bot.tickets import State
from tests.fixtures.store import T0, a_request, a_ticket

TODAY = T0.date()
QUERIES = {  # each with the index that holds nothing it does not show
    "open": (room._OPEN, {}, "ix_ticket_state_due"),
    "late": (room._LATE, {"today": TODAY}, "ix_ticket_state_due"),
    "mine": (room._MINE, {"user": "UANN"}, "ix_ticket_owner"),
    "nobodys": (room._NOBODYS, {}, "ix_ticket_owner"),
    "waiting": (room._WAITING, {}, "ix_ticket_waiting"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_list_reads_its_index_in_order(name: str, sqlite_store: Store) -> None:
    """No table is walked through, nothing is sorted, and nothing is read that the list does not show."""
    query, values, index = QUERIES[name]
    explained = plan(sqlite_store, query.order_by(*room._BY_DUE).limit(5), values)
    assert f"INDEX {index} " in explained
    assert "TEMP B-TREE" not in explained


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (room._OF_SENDER, {"sender": b"x", "most": 5}),
        (room._ASKED, {"is_": "approving", "most": 5}),
        (room._RECEIVED, {"since": TODAY, "until": TODAY}),
        (room._ENDED, {"since": TODAY, "until": TODAY}),
        (room._BEGUN, {"since": T0, "but": ""}),
    ],
    ids=["of sender", "asked", "received", "ended", "begun"],
)
def test_the_rest_reads_an_index(query, values: dict, sqlite_store: Store) -> None:
    """A search, never a walk through the table."""
    explained = plan(sqlite_store, query, values)
    assert "SCAN ticket" not in explained.replace("SCAN ticket USING COVERING INDEX", "")
    assert "SCAN request" not in explained
    assert "SCAN audit\n" not in explained


def plan(store: Store, query, values: dict) -> str:
    """What SQLite says it would do."""
    with store.read() as unit:
        event.listen(
            unit.connection, "before_cursor_execute",
            lambda _c, _cursor, sql, given, _context, _many: (f"EXPLAIN QUERY PLAN {sql}", given), retval=True,
        )  # fmt: skip
        raw = unit.connection.execution_options(compiled_cache=None).execute(query, values).cursor
        return "\n".join(row[-1] for row in raw.fetchall()) + "\n"


def test_counts_stop_at_a_thousand(monkeypatch, store: Store) -> None:
    """Beyond it is “more than”."""
    monkeypatch.setattr(room, "MOST", 2)
    with store.begin() as unit:
        for number in range(3):
            a_ticket(unit, ref=f"DPE-2026-{number:04d}", due=TODAY - timedelta(days=1))
    with store.read() as unit:
        assert unit.overview.count_open() == Count(2, more=True)
        assert str(unit.overview.count_late(TODAY)) == "more than 2"
        assert str(unit.overview.count_late(TODAY - timedelta(days=9))) == "0"


def test_weeks_count_what_came_and_what_was_answered(store: Store) -> None:
    """By day of receipt and of the end; late after the last day; a withdrawal is no answer."""
    monday = TODAY - timedelta(days=TODAY.weekday())
    with store.begin() as unit:
        ticket = a_ticket(unit, received_on=monday, due=monday + timedelta(days=1))
        request = a_request(unit, ticket)
        unit.requests.move(request, State.DONE, ended_on=monday + timedelta(days=2))
        other = a_ticket(unit, ref="DPE-2026-0777", received_on=monday - timedelta(days=1))
        unit.requests.move(a_request(unit, other), State.WITHDRAWN, ended_on=monday)
    with store.read() as unit:
        before, this = unit.overview.weeks(monday, 2)
    assert (before.received, before.answered, before.late) == (1, 0, 0)
    assert (this.received, this.answered, this.late) == (1, 1, 1)
