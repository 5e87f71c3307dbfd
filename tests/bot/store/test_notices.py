"""Notices to recipients as the store keeps them, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.law import Right
from bot.recipients import Standing, Verdict
from bot.store import Notice, Store, Unit
from bot.tickets import State
from tests.fixtures.store import T0, a_request, a_ticket

DAY = timedelta(days=1)


def a_notice(unit: Unit, request_id: str, ticket_id: str, name: str = "nord", plan_id: str = "p1") -> Notice:
    row = Notice(
        unit.id(), ticket_id, request_id, plan_id, name, name.title(), "distributor", "de", "deletion",
        Standing.TO_TELL, unit.now,
    )  # fmt: skip
    unit.notices.add(row)
    return row


def test_a_recipient_is_told_of_one_run_once(store: Store) -> None:
    """Another run is another notice; the same one is refused by the database itself."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket, Right.DELETION, State.PROVING)
        first = a_notice(unit, request.id, ticket.id)
        a_notice(unit, request.id, ticket.id, plan_id="p2")
        assert unit.notices.get(first.id) == first
    with pytest.raises(IntegrityError), store.begin() as unit:
        a_notice(unit, request.id, ticket.id)
    with store.read() as unit:
        assert len(unit.notices.of(ticket.id)) == 2
        with pytest.raises(LookupError):
            unit.notices.get("nobody")


def test_it_moves_from_told_to_answered(store: Store) -> None:
    """Found by its letter and by either Message-ID; open until there is an answer; what it is of never changes."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        row = a_notice(unit, a_request(unit, ticket, Right.DELETION, State.PROVING).id, ticket.id)
        told = unit.notices.change(row.id, state=Standing.TOLD, letter_id="l1", message_id="<1@us>", told_at=unit.now)
        assert told == replace(row, state=Standing.TOLD, letter_id="l1", message_id="<1@us>", told_at=T0)
        unit.notices.change(row.id, again_id="<2@us>")
        for given in (["<0@x>", "<1@us>"], ["<2@us>"]):
            assert [each.id for each in unit.notices.by_message_ids(given)] == [row.id]
        assert unit.notices.by_message_ids(["<3@us>", "\udc80", ""]) == []
        assert unit.notices.by_message_ids([]) == []
        found = unit.notices.by_letter("l1")
        assert found is not None
        assert found.id == row.id
        assert unit.notices.by_letter("l2") is None
        with pytest.raises(TypeError, match="recipient"):
            unit.notices.change(row.id, recipient="other")
        assert unit.notices.any_open(ticket.id)
        done = unit.notices.change(row.id, state=Standing.ANSWERED, verdict=Verdict.DONE)
        assert (done.open, done.verdict, unit.notices.any_open(ticket.id)) == (False, Verdict.DONE, False)


def test_open_ones_are_counted_by_the_day_the_enquiry_came(store: Store) -> None:
    """For the report: both days of the span count."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket, Right.DELETION, State.PROVING)
        for name, state in {"a": Standing.TOLD, "b": Standing.BY_HAND, "c": Standing.DROPPED}.items():
            unit.notices.change(a_notice(unit, request.id, ticket.id, name).id, state=state)
        on = ticket.received_on
        assert unit.notices.count_open(on, on) == 2
        assert unit.notices.count_open(on + DAY, date(9999, 1, 1)) == 0
        assert unit.notices.count_open(date(1, 1, 1), on - DAY) == 0
