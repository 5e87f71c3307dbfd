"""Clocks in the store: one row of a clock, and the tickets whose dates were counted by other rules."""

from typing import Any

import pytest
from sqlalchemy import event

from bot.store import Store
from tests.fixtures.store import a_ticket


def test_tickets_counted_by_other_rules_are_found(store: Store) -> None:
    """Open ones with any other tag, be it earlier or later in the alphabet, at most so many; closed ones are left alone."""
    with store.begin() as unit:
        older, now, later, fresh = (a_ticket(unit, rules=rules).id for rules in ("1-a", "1-b", "1-c", ""))
        a_ticket(unit, rules="1-a", state="closed")
    with store.read() as unit:
        assert set(unit.clocks.of_other_rules("1-b", 10)) == {older, later, fresh}
        assert now not in unit.clocks.of_other_rules("1-b", 10)
        assert len(unit.clocks.of_other_rules("1-b", 2)) == 2


def test_one_row_of_a_clock(store: Store) -> None:
    """As it was recorded; LookupError for none."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        unit.tickets.add_clock_event("e1", ticket.id, "large", unit.now.date(), {"large": True}, "UHUGO")
    with store.read() as unit:
        row = unit.clocks.event("e1")
        assert (row.kind, row.by, dict(row.detail), row.ticket_id) == ("large", "UHUGO", {"large": True}, ticket.id)
        with pytest.raises(LookupError, match="e2"):
            unit.clocks.event("e2")


def test_the_sweep_reads_the_other_tags_only(sqlite_store: Store) -> None:
    """Two ranges of one index: what stands under the tag of today is not looked at, however much it is."""
    asked: list[tuple[str, Any]] = []
    with sqlite_store.begin() as unit:
        event.listen(unit.connection, "before_cursor_execute", lambda _c, _u, words, values, *_: asked.append((words, values)))
        unit.clocks.of_other_rules("1-b", 100)
        ((words, values),) = asked
        steps = [step for *_, step in unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values).all()]
    searched = [step for step in steps if "ticket" in step]
    assert len(searched) == 2
    assert all(step.startswith("SEARCH") and "ix_ticket_rules (state=? AND rules" in step for step in searched)
