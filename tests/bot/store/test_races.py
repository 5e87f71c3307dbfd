"""T07: two people at once have one winner, on both databases."""

import threading
from collections.abc import Callable

from bot.law import Right
from bot.store import Store, Unit
from bot.tickets import State
from tests.fixtures.store import T0, a_request, a_ticket

THREADS = 8
TICKETS = 25  # the long run (200) is a matter of the fault harness


def winners(store: Store, tries: Callable[[Unit, int], bool], times: int) -> list[int]:
    """How many of eight threads won, each time."""
    won = [0] * times
    lock = threading.Lock()
    ready = threading.Barrier(THREADS)

    def press() -> None:
        for number in range(times):
            ready.wait()
            with store.begin() as unit:
                first = tries(unit, number)
            with lock:
                won[number] += first

    threads = [threading.Thread(target=press) for _ in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return won


def test_a_request_is_moved_by_one(store: Store) -> None:
    """Eight see it received and press at once."""
    with store.begin() as unit:
        requests = [a_request(unit, a_ticket(unit)) for _ in range(TICKETS)]

    def press(unit: Unit, number: int) -> bool:
        moved = unit.requests.move(requests[number], State.IDENTIFYING, chosen_by=f"U{threading.get_ident() % 100}")
        if moved:
            unit.audit("U", "choose", moved.ticket_id, moved.id)
        return moved is not None

    assert winners(store, press, TICKETS) == [1] * TICKETS
    assert store.verify_audit() is None


def test_a_ticket_is_changed_a_question_decided_a_delivery_first_a_code_used_by_one(store: Store) -> None:
    """Each compare-and-set by itself."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket, Right.DELETION)
        unit.plans.add("p", request.id, (), "h")
        unit.plans.ask("p", "h")
        unit.codes.add("c", ticket.id, b"d", b"to", T0.replace(year=2027))
    races: list[Callable[[Unit, int], bool]] = [
        lambda unit, _: unit.plans.decide("p", "approved", "U"),
        lambda unit, _: unit.codes.used("c"),
        lambda unit, _: unit.events.first("delivery"),
        lambda unit, _: unit.tickets.own(ticket.id, "U"),
        lambda unit, _: unit.tickets.change(ticket.id, 1, state="closed") is not None,
    ]
    assert [winners(store, tries, 1) for tries in races] == [[1]] * len(races)


def test_numbers_are_given_once_and_without_a_gap(store: Store) -> None:
    """Eight open tickets at once."""
    refs: list[str] = []

    def opens(unit: Unit, _: int) -> bool:
        refs.append(a_ticket(unit).ref)
        return True

    assert winners(store, opens, 5) == [THREADS] * 5
    assert sorted(refs) == [f"DPE-2026-{number:04d}" for number in range(1, 5 * THREADS + 1)]


def test_three_downloads_are_three(store: Store) -> None:
    """T26: twenty at once would be five too many; eight here."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket)
        unit.packages.add("p", request.id, ticket.id, "digest", b"a", "p.bin", 1, T0.replace(year=2027))
    assert winners(store, lambda unit, _: unit.packages.download("p", 3), 1) == [3]
