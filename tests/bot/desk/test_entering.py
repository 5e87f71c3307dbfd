"""Letters and calls: Hugo enters the day on which one came; mails start the clock when our server had them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.desk import Entry
from bot.desk.entering import check
from bot.errors import NotAllowed
from bot.intake import Rules
from bot.law import Right
from bot.tickets import State
from tests.bot.desk.office import ANN, EVE, HUGO, VERA, Stage

FRIDAY = date(2026, 11, 20)  # the clock of the tests stands at Mon 23 Nov 2026
LETTER = Entry(channel="post", received_on=FRIDAY, words="I ask for a copy of my data.", name="Ann Keller")


@pytest.fixture
def stage(store, clock, ids) -> Stage:
    return Stage(store, clock, ids)


@pytest.fixture
def office(sqlite_store, clock, ids) -> Stage:
    """On SQLite alone: what has nothing to do with the database."""
    return Stage(sqlite_store, clock, ids)


def trail(stage, ticket, verb):
    with stage.store.read() as unit:
        return [row for row in unit.trail(ticket.id) if row.verb == verb]


def test_a_letter_counts_from_the_day_it_was_delivered(stage):
    """The entered day, not the day of entering; the rights are read from the words; the record says who and how."""
    ticket = stage.desk.enter(HUGO, "e1", LETTER)
    assert (ticket.channel, ticket.received_on, ticket.due) == ("post", FRIDAY, date(2026, 12, 21))
    assert ticket.rights == (Right.ACCESS,)
    assert ticket.why[0] == "GDPR: received Fri 20 Nov 2026 (EDPB 01/2022 para 159)."
    (opened,) = trail(stage, ticket, "open")
    assert (opened.actor, opened.detail["channel"]) == (HUGO, "post")
    stage.work()
    assert stage.channel.messages
    assert stage.postman.out == []


def test_a_form_sent_twice_opens_one_ticket(office):
    """The second delivery of the same press does nothing."""
    assert office.desk.enter(HUGO, "e1", LETTER)
    assert office.desk.enter(HUGO, "e1", LETTER) is None
    with office.store.read() as unit:
        assert len(unit.tickets.list()) == 1


def test_a_call_has_a_time_and_nobody_is_written_to_by_itself(office):
    """An address that was only heard is no address to send a letter to."""
    call = Entry("phone", FRIDAY, at=time(14, 30), rights=(Right.DELETION,), address="ANN@example.com", language="de")
    ticket = office.desk.enter(HUGO, "e1", call)
    assert ticket.received_at == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
    assert (ticket.language, ticket.rights) == ("de", (Right.DELETION,))
    office.work()
    assert office.postman.out == []
    with office.store.read() as unit:
        assert unit.tickets.correspondent(ticket.id).address == "ann@example.com"


def test_a_letter_of_today_is_not_from_the_future(office):
    """Entered at ten in the morning, delivered today: the moment is not after now."""
    ticket = office.desk.enter(HUGO, "e1", Entry("post", date(2026, 11, 23)))
    assert ticket.received_at <= office.clock()
    assert (ticket.received_on, ticket.language, ticket.rights) == (date(2026, 11, 23), "en", ())


def test_where_the_person_lives_decides_the_law(office):
    """Known: that law alone, recorded by whoever said so. Unknown, or no law that is on: all of them."""
    july = date(2026, 7, 7)
    german = office.desk.enter(HUGO, "e1", Entry("post", july, country="DE"))
    assert (german.regimes, german.due) == (("gdpr_eu",), date(2026, 8, 7))
    (set_,) = trail(office, german, "regime")
    assert (set_.actor, set_.detail["due"]) == (HUGO, ["2026-08-06", "2026-08-07"])
    elsewhere = office.desk.enter(HUGO, "e2", Entry("post", july, country="JP"))
    assert (elsewhere.regimes, elsewhere.due) == (("gdpr_eu", "ch_fadp"), date(2026, 8, 6))


def test_both_days_are_kept_when_a_distributor_passed_it_on(office):
    """Contested 13: the clock starts with us; when the distributor had it stays on record."""
    passed_on = Entry("post", FRIDAY, elsewhere_on=date(2026, 11, 12))
    ticket = office.desk.enter(HUGO, "e1", passed_on)
    with office.store.read() as unit:
        (received,) = unit.tickets.clock_events(ticket.id)
    assert (received.on_date, received.by, received.detail) == (FRIDAY, HUGO, {"elsewhere_on": "2026-11-12"})


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (Entry("post", date(2026, 11, 24)), "received"),
        (Entry("post", date(2025, 11, 1)), "received"),
        (Entry("pigeon", FRIDAY), "channel"),
        (Entry("post", FRIDAY, elsewhere_on=date(2026, 11, 21)), "elsewhere"),
        (Entry("post", FRIDAY, elsewhere_on=date(2020, 1, 1)), "elsewhere"),
        (Entry("post", FRIDAY, address="ann at example.com"), "address"),
        (Entry("post", FRIDAY, language="la"), "language"),
        (Entry("post", FRIDAY, words="x" * 20_001), "words"),
        (Entry("post", FRIDAY, name="x" * 201), "words"),
        (Entry("post", FRIDAY, country="Germany"), "country"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(entry, field):
    """A day in the future above all: nothing can have come then."""
    with pytest.raises(NotAllowed) as told:
        check(entry, date(2026, 11, 23))
    assert told.value.field == field


def test_only_handlers_enter_and_the_one_at_the_machine(office):
    """A viewer and a stranger do not; whoever holds the key to the machine does."""
    for user in (VERA, EVE):
        with pytest.raises(NotAllowed):
            office.desk.enter(user, f"e-{user}", LETTER)
    ticket = office.desk.enter("os:hugo", "e1", LETTER)
    assert trail(office, ticket, "open")[0].actor == "os:hugo"


def test_without_an_address_a_person_is_asked_and_an_address_can_be_added(office):
    """Nobody is looked for under an empty address; once there is one the road goes on."""
    ticket = office.desk.enter(HUGO, "e1", LETTER)
    office.desk.choose(HUGO, "e2", ticket.id, Right.ACCESS)
    office.work()
    with office.store.read() as unit:
        (request,) = unit.requests.of(ticket.id)
    assert request.state == State.NEEDS_PERSON
    assert "No e-mail address" in request.reason
    with pytest.raises(NotAllowed, match="no e-mail address"):
        office.desk.pause(HUGO, "e3", ticket.id, "identity", ["Who are you?"], ["facts"])
    with pytest.raises(NotAllowed, match="no e-mail address"):
        office.desk.address(HUGO, "e4", ticket.id, "nonsense")
    office.desk.address(HUGO, "e5", ticket.id, ANN)
    office.desk.address(HUGO, "e5", ticket.id, ANN)
    office.desk.resume(HUGO, "e6", request.id)
    office.work()
    assert [to for _, to, _ in office.postman.out] == [ANN]  # the code
    assert [row.detail for row in trail(office, ticket, "address")] == [{}]
    with pytest.raises(NotAllowed, match="has an e-mail address"):
        office.desk.address(HUGO, "e7", ticket.id, "other@example.com")
    with pytest.raises(NotAllowed):
        office.desk.address(VERA, "e8", ticket.id, ANN)


def test_a_mail_counts_from_the_moment_our_server_had_it(sqlite_store, clock, ids):
    """Ten to midnight at the door, twenty past in the mailbox: the day before; a forged line below changes nothing."""
    rules = Rules(own_addresses=("info@lumen.example",), own_servers=("lumen.example",), reply_tag="dpe.lumen.example")
    stage = Stage(sqlite_store, clock, ids, rules=rules)
    clock.forward(hours=14, minutes=20)
    edge = "from x (x [203.0.113.9]) by mx.lumen.example (Postfix) with ESMTP; Mon, 23 Nov 2026 23:50:00 +0100"
    forged = "from y by mx.lumen.example; Sun, 1 Nov 2026 00:00:00 +0100"
    assert clock().astimezone(UTC) > datetime(2026, 11, 23, 23, tzinfo=UTC)
    raw = (
        f"Received: {edge}\r\nReceived: {forged}\r\nFrom: Ann Keller <{ANN}>\r\nTo: info@lumen.example\r\n"
        "Subject: Data Protection Enquiry\r\nMessage-ID: <m1@example.com>\r\n\r\nWhich data do you hold about me?\r\n"
    )
    ticket_id = stage.arrive(raw.encode())
    with stage.store.read() as unit:
        ticket = unit.tickets.get(ticket_id)
    assert ticket.received_at == datetime(2026, 11, 23, 22, 50, tzinfo=UTC)
    assert (ticket.received_on, ticket.due) == (date(2026, 11, 23), date(2026, 12, 23))
    assert "received Mon 23 Nov 2026 at 23:50" in ticket.why[0]
    assert clock() - ticket.received_at < timedelta(hours=1)
