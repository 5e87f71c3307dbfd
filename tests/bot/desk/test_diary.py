from datetime import date, timedelta

from bot.desk.diary import appointments
from bot.law import Right
from bot.store import Store
from bot.tickets import Identity, State
from tests.fixtures.store import T0, Clock, a_request, a_ticket

DOMAIN = "dpe.lumen.example"


def deadlines(store: Store) -> list:
    with store.read() as unit:
        return appointments(unit, DOMAIN)


def test_every_enquiry_to_answer_is_a_deadline_the_soonest_first(store: Store) -> None:
    """Reference, rights, dates and who is next; nothing of who wrote."""
    with store.begin() as unit:
        later = a_ticket(unit, unrolled=date(2026, 12, 19), due=date(2026, 12, 21))
        a_request(unit, later, Right.DELETION)
        a_request(unit, later)
        sooner = a_ticket(unit, rights=(), unrolled=date(2026, 12, 1), due=date(2026, 12, 1))
        unit.audit("bot", "open", later.id)
    first, second = deadlines(store)
    assert (first.ref, first.rights, first.on, first.said) == (sooner.ref, (), date(2026, 12, 1), "Nobody has begun. Next: a handler.")
    assert (second.uid, second.rights) == (f"{later.id}@{DOMAIN}", ("access", "deletion"))
    assert (second.on, second.due, second.changed_at, second.stands) == (date(2026, 12, 19), date(2026, 12, 21), T0, False)
    assert second.said == "Now: access received, deletion received. Next: a handler."
    assert "ann" not in repr([first, second]).lower()


def test_what_is_answered_or_closed_disappears(store: Store) -> None:
    """Half an answer stays, with what is still owed."""
    with store.begin() as unit:
        half = a_ticket(unit)
        a_request(unit, half, state=State.DONE)
        a_request(unit, half, Right.DELETION, State.COOLING)
        answered = a_ticket(unit)
        a_request(unit, answered, state=State.REFUSED)
        a_ticket(unit, state="closed")
        lifted = a_request(unit, a_ticket(unit), Right.RESTRICTION)
        assert unit.requests.move(lifted, State.APPROVING, ended_on=date(2026, 11, 20))
    (found,) = deadlines(store)
    assert (found.ref, found.rights) == (half.ref, ("deletion",))
    assert found.said == "Now: access done, deletion waiting to start. Next: the bot."


def test_a_moved_clock_is_a_new_version_of_the_same_event(store: Store, clock: Clock) -> None:
    """The id stays, the sequence rises, the change is dated; while it stands still the event says so."""
    with store.begin() as unit:
        ticket = a_ticket(unit, identity=Identity.ASKED)
        a_request(unit, ticket, state=State.IDENTIFYING)
        unit.tickets.add_clock_event(unit.id(), ticket.id, "received", ticket.received_on, {}, "bot")
        unit.audit("bot", "open", ticket.id)
    (before,) = deadlines(store)
    clock.forward(days=2)
    with store.begin() as unit:
        unit.tickets.add_clock_event(unit.id(), ticket.id, "identity", date(2026, 11, 25), {}, "U_ANN")
        now = unit.tickets.get(ticket.id)
        assert unit.tickets.change(ticket.id, now.version, clock="suspended", due=date(2026, 12, 28))
        unit.audit("U_ANN", "ask", ticket.id)
    (after,) = deadlines(store)
    assert (before.uid, before.sequence, before.stands) == (after.uid, after.sequence - 1, not after.stands)
    assert after.changed_at - before.changed_at == timedelta(days=2)
    assert after.said == (
        "Now: access identity being checked. The clock stands still: the person's answer is awaited, and the date is as if it ran on. "
        "Next: the person who wrote."
    )
