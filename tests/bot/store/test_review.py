"""Accounts nobody uses, on both databases."""

from dataclasses import replace
from datetime import date

import pytest

from bot.store import Purged, Store
from bot.store.review import BLIND, ERASE, KEPT, OPEN, OVER, RUNNING
from bot.tickets import State
from tests.fixtures.store import Clock, a_request, a_ticket

BEFORE, TODAY = date(2020, 11, 23), date(2026, 11, 23)
ANN, BEN = ("Customer:1", ("ann@example.org",), date(2015, 3, 4)), ("Customer:2", (), None)


def test_a_round_goes_on_where_it_was(store: Store, clock: Clock) -> None:
    """The last account is sealed; a new round begins at the first; each look has a number of its own."""
    with store.begin() as unit:
        assert unit.reviews.round("server") is None
        assert unit.reviews.begin("server", BEFORE).number == 1
        unit.reviews.goes_on("server", 1, "Customer:1")
    with store.read() as unit:
        known = unit.reviews.round("server")
        assert known
        assert (known.number, known.state, known.before, unit.reviews.after("server")) == (2, RUNNING, BEFORE, "Customer:1")
    clock.forward(days=30)
    with store.begin() as unit:
        unit.reviews.ends("server", OVER)
        again = unit.reviews.begin("server", TODAY)
        assert (again.number, again.before, unit.reviews.after("server")) == (3, TODAY, "")
        unit.reviews.ends("server", BLIND)
        assert unit.reviews.blind() == ["server"]


def test_a_batch_is_sealed_until_it_is_decided(store: Store) -> None:
    """Each decision counts once; with the last one nobody can read any more whose accounts they were."""
    with store.begin() as unit:
        batch = unit.reviews.put("server", BEFORE, [ANN, BEN])
        one, other = unit.reviews.of(batch.id)
        assert unit.reviews.person(one) == {"key": "Customer:1", "addresses": ["ann@example.org"]}
        assert unit.reviews.keep(one, "UHUGO", date(2028, 1, 1), "a warranty")
        assert not unit.reviews.erase(one, "UPAULA", "r1")
        assert unit.reviews.waits("server")
        assert unit.reviews.person(other)["key"] == "Customer:2"
        assert unit.reviews.erase(other, "UHUGO", "r1")
    with store.read() as unit:
        assert not unit.reviews.waits("server")
        assert unit.reviews.batch(batch.id).decided_at == unit.now
        one, other = unit.reviews.of(batch.id)
        assert [each.state for each in (one, other)] == [KEPT, ERASE]
        assert [unit.reviews.why(each) for each in (one, other)] == ["a warranty", ""]
        for each in (one, other):
            with pytest.raises(Purged):
                unit.reviews.person(each)


def test_who_is_kept_or_on_the_way_out_is_left_alone(store: Store) -> None:
    """Until the day, or until the deletion has ended."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket, state=State.COOLING)
        batch = unit.reviews.put("server", BEFORE, [ANN, BEN, ("Customer:3", (), None)])
        one, other, third = unit.reviews.of(batch.id)
        assert third.state == OPEN
        unit.reviews.keep(one, "UHUGO", date(2027, 1, 1), "a warranty")
        unit.reviews.erase(other, "UHUGO", request.id)
        whos = [each.who for each in (one, other, third)]
        assert unit.reviews.left_alone("server", whos, TODAY) == {one.who, other.who}
        assert unit.reviews.left_alone("crm", whos, TODAY) == set()
        assert unit.reviews.left_alone("server", whos, date(2027, 1, 1)) == {other.who}
        unit.requests.move(request, State.WITHDRAWN)
        assert unit.reviews.left_alone("server", whos, TODAY) == {one.who}


def test_a_ticket_holds_one_right_for_several_accounts(store: Store) -> None:
    """In the order of their subjects."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        first = a_request(unit, ticket)
        unit.requests.add(replace(first, id="r3", subject="002"), replace(first, id="r2", subject="001"))
        assert [each.id for each in unit.requests.of(ticket.id)] == [first.id, "r2", "r3"]
