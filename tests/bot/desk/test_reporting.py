from datetime import date, timedelta
from typing import Any

import pytest

from bot import law
from bot.desk import reporting
from bot.law import Right
from bot.report import Days, NearMisses, Report, Series, Share
from bot.store import Store, Unit
from bot.tickets import Identity, Request, State, Ticket
from tests.bot.desk.office import HUGO, Stage
from tests.fixtures.store import T0, Clock, Ids, a_request, a_ticket

ZONE = "Europe/Zurich"
DEADLINE = law.Deadline(("gdpr_eu", "ch_fadp"), zone=ZONE, holidays_region="CH-ZH")
TODAY = date(2026, 11, 23)
DUE = {"unrolled": date(2026, 11, 10), "due": date(2026, 11, 11)}


def figures(store: Store, **span: Any) -> Report:
    with store.read() as unit:
        return reporting.figures(unit, DEADLINE, ZONE, **span)


def received(unit: Unit, on: date, **columns: Any) -> Ticket:
    return a_ticket(unit, **{"received_on": on, "unrolled": on + timedelta(30), "due": on + timedelta(30), **columns})


def ended(unit: Unit, ticket: Ticket, on: date, right: Right = Right.ACCESS, state: State = State.DONE,
          **columns: Any) -> Request:  # fmt: skip
    moved = unit.requests.move(a_request(unit, ticket, right), state, ended_on=on, **columns)
    assert moved
    return moved


def noted(unit: Unit, ticket: Ticket, kind: str, on: date, **detail: Any) -> str:
    row = unit.id()
    unit.tickets.add_clock_event(row, ticket.id, kind, on, detail, "U_ANN")
    return row


def test_an_empty_house_reports_nothing(store: Store) -> None:
    """No figure is invented: no share, no median."""
    found = figures(store)
    assert (found.tickets, found.all.received, found.all.by_due.percent, found.all.days) == (0, 0, None, Days())
    assert (found.by_right, found.near_misses, found.as_of) == ((), NearMisses(0, 0), TODAY)


def test_what_became_of_each_right_and_when(store: Store) -> None:
    """The day itself is in time for both days, the day after the safe one for one of them, after the last for none."""
    first = date(2026, 10, 11)
    with store.begin() as unit:
        both = received(unit, first, **DUE, regimes=("gdpr_eu", "ch_fadp"))
        ended(unit, both, date(2026, 11, 10))
        ended(unit, both, date(2026, 11, 11), Right.DELETION)
        late = received(unit, first, **DUE, channel="post", language="de")
        ended(unit, late, date(2026, 11, 12))
        ended(unit, late, date(2026, 11, 1), Right.DELETION, State.REFUSED, reason="17(3)(b)")
        ended(unit, late, date(2026, 11, 1), Right.CORRECTION, State.WITHDRAWN)
    found = figures(store)
    assert (found.tickets, found.all.received, found.all.open) == (2, 5, 0)
    assert (found.all.by_due, found.all.by_unrolled) == (Share(3, 4), Share(2, 4))
    assert (found.all.days, found.all.days_net) == (Days(30.5, 32), Days(30.5, 32))
    assert {each.of: (each.received, each.answered, each.refused) for each in found.by_right} == {
        "access": (2, 2, 0), "deletion": (2, 1, 1), "correction": (1, 0, 0),
    }  # fmt: skip
    assert [(each.of, each.received) for each in found.by_regime] == [("gdpr_eu", 5), ("ch_fadp", 2)]
    assert [(each.of, each.received) for each in found.by_channel] == [("post", 3), ("mail", 2)]
    assert [(each.of, each.received) for each in found.by_language] == [("de", 3), ("en", 2)]
    assert found.refusals == {"17(3)(b)": 1}


def test_what_is_open_waits_or_is_late(store: Store) -> None:
    """A ticket without a right counts; whoever waits for the person, or stands still, is not late."""
    with store.begin() as unit:
        received(unit, date(2026, 11, 20))
        a_request(unit, received(unit, date(2026, 10, 1)))
        a_request(unit, received(unit, date(2026, 10, 1)), state=State.PLANNING)
        a_request(unit, received(unit, date(2026, 10, 1), clock="suspended"))
        asked = received(unit, date(2026, 11, 20), identity=Identity.ASKED)
        a_request(unit, asked, state=State.IDENTIFYING)
    found = figures(store).all
    assert (found.received, found.open, found.waiting, found.overdue) == (5, 5, 2, 2)
    assert (found.by_due, found.by_unrolled) == (Share(0, 2), Share(0, 2))
    assert [each.of for each in figures(store).by_right] == ["access", "none"]


def test_on_its_last_day_nothing_is_late(store: Store, clock: Clock) -> None:
    """Late begins the day after, by the calendar of the house."""
    with store.begin() as unit:
        a_request(unit, received(unit, date(2026, 10, 24), due=TODAY, unrolled=TODAY))
    assert figures(store).all.overdue == 0
    clock.now = T0.replace(hour=23, minute=30)  # half past midnight in Zürich
    assert figures(store).all.overdue == 1


def test_days_the_clock_stood_still_are_not_the_houses(store: Store) -> None:
    """Asked on the 5th, answered on the 15th: ten days. Overlapping questions count once; an extension is counted."""
    first = date(2026, 10, 1)
    with store.begin() as unit:
        paused = received(unit, first)
        row = noted(unit, paused, "identity", date(2026, 10, 5), code=True)
        noted(unit, paused, "answered", date(2026, 10, 15), of=row)
        row = noted(unit, paused, "identity", date(2026, 10, 10), document=True)
        noted(unit, paused, "answered", date(2026, 10, 15), of=row)
        noted(unit, paused, "extension", date(2026, 10, 20), new_due="2027-01-01")
        ended(unit, paused, date(2026, 10, 31))
        plain = received(unit, first)
        noted(unit, plain, "received", first)
        ended(unit, plain, date(2026, 10, 3))
        a_request(unit, plain, Right.DELETION)
    found = figures(store)
    assert (found.all.days, found.all.days_net) == (Days(16.0, 30), Days(11.0, 20))
    assert found.all.extended == Share(1, 3)
    assert (found.asked, found.identity_documents) == ({"code": 1, "identity": 1}, 1)


def test_a_question_nobody_answered_stands_until_the_end(store: Store) -> None:
    """And one the law knows no pause for takes nothing away: a clarification on little data under the GDPR."""
    first = date(2026, 10, 1)
    with store.begin() as unit:
        silent = received(unit, first)
        noted(unit, silent, "identity", date(2026, 10, 11))
        ended(unit, silent, date(2026, 10, 21), state=State.REFUSED)
    assert figures(store).all.days_net == Days(10.0, 10)
    with store.begin() as unit:
        small = received(unit, first)
        row = noted(unit, small, "clarification", date(2026, 10, 11))
        noted(unit, small, "answered", date(2026, 10, 21), of=row)
        ended(unit, small, date(2026, 10, 31))
    assert figures(store).all.days_net == Days(20.0, 30)


def test_the_end_of_a_restriction_is_no_second_answer(store: Store) -> None:
    """While it is being lifted, months later, it stays answered on its first day."""
    with store.begin() as unit:
        request = ended(unit, received(unit, date(2026, 10, 1)), date(2026, 10, 11), Right.RESTRICTION)
        assert unit.requests.move(request, State.APPROVING)
    found = figures(store).all
    assert (found.open, found.answered, found.by_due, found.days) == (0, 1, Share(1, 1), Days(10.0, 10))


def test_a_span_counts_both_its_days(store: Store) -> None:
    """By the day of receipt."""
    with store.begin() as unit:
        for day in (1, 2, 3, 4):
            a_request(unit, received(unit, date(2026, 11, day)))
    assert figures(store, since=date(2026, 11, 2), until=date(2026, 11, 3)).all.received == 2
    assert figures(store, since=date(2026, 11, 4)).tickets == 1
    assert figures(store, until=date(2026, 10, 31)).tickets == 0


def test_what_the_desk_ends_is_dated_in_the_houses_zone(store: Store, clock: Clock, ids: Ids) -> None:
    """Withdrawn half an hour before midnight in UTC: the next day in Zürich."""
    stage = Stage(store, clock, ids)
    ticket = stage.open()
    clock.now = T0.replace(hour=23, minute=30)
    stage.desk.withdraw(HUGO, "press", stage.request(ticket, Right.ACCESS).id)
    assert stage.request(ticket, Right.ACCESS).ended_on == date(2026, 11, 24)
    assert figures(store).all.withdrawn == 1


@pytest.mark.parametrize(("hours", "late"), [(23, 0), (25, 1)])
def test_a_near_miss_is_found_within_a_day_or_late(store: Store, clock: Clock, hours: int, late: int) -> None:
    """Settled or not: whoever has not looked yet is late as well."""
    with store.begin() as unit:
        for number in range(2):
            unit.mail.add(
                id=f"m{number}", identity=b"%d" % number, message_id_blind=None, sender_blind=None, mailbox="INBOX",
                uidvalidity=1, uid=number, verdict="near_miss", ticket_id=None, reasons=[], size=1,
                arrived_at=unit.now, raw=b"raw",
            )  # fmt: skip
    clock.forward(hours=hours)
    with store.begin() as unit:
        assert unit.mail.settle("m0", "U_BOB")
    assert figures(store).near_misses == NearMisses(2, late * 2)
    assert figures(store, since=TODAY, until=TODAY).near_misses.seen == 2
    assert figures(store, until=TODAY - timedelta(1)).near_misses.seen == 0


def test_the_week_is_drawn_with_the_seven_before(store: Store) -> None:
    """Received, answered, overdue as each week ended."""
    monday = date(2026, 11, 16)
    with store.begin() as unit:
        old = received(unit, date(2026, 10, 8))
        ended(unit, old, date(2026, 11, 17))
        received(unit, date(2026, 11, 22))
        withdrawn = received(unit, date(2026, 11, 16))
        ended(unit, withdrawn, date(2026, 11, 16), state=State.WITHDRAWN)
        a_request(unit, received(unit, date(2026, 10, 1), clock="suspended"))
    with store.read() as unit:
        found = reporting.week(unit, monday)
    assert found.labels[0] == "28 Sep"
    assert found.series == (
        Series("received", (1, 1, 0, 0, 0, 0, 0, 2)),
        Series("answered", (0, 0, 0, 0, 0, 0, 0, 1)),
        Series("overdue", (0, 0, 0, 0, 0, 1, 1, 0)),  # the 7th of November was its last day
    )
    assert found.alternative.startswith(
        "Week of 16 Nov 2026: 2 received, 1 answered (1 of them late). At its end 2 open, 0 of them overdue."
    )
