"""The six-year review: who has not been there for long is put before the team, and what they decide is carried out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.connectors import Found
from bot.desk.reviewing import years_before
from bot.errors import NotAllowed, Refused, Temporary
from bot.law import Right
from bot.store import Purged
from bot.tickets import State, Ticket
from bot.workflow import Act, Line
from tests.bot.desk.deaths import Killed, die_at
from tests.bot.desk.office import HUGO, PAULA, VERA, Stage
from tests.fakes import FakeSystem

LONG_AGO = date(2015, 3, 4)
WHY, UNTIL = "a warranty until 2028", date(2028, 1, 1)


class Server(FakeSystem):
    """A server whose records of some people are anonymised rather than deleted."""

    timeout_s = 0.3
    masked: frozenset[str] = frozenset()

    def plan(self, right: Right, person: Found) -> list[Line]:
        lines = super().plan(right, person)
        return [replace(each, act=Act.ANONYMISE) for each in lines] if person.key in self.masked else lines

    def prove(self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line], changes: Any = ()) -> Any:
        assert all(addresses), "an empty address finds anybody"
        return super().prove(right, person, addresses, [replace(each, act=Act.DELETE) for each in lines], changes)


def old(number: int) -> tuple[str, tuple[str, int]]:
    return f"Customer:{number}", (f"person{number}@example.com", number)


@pytest.fixture
def stage(sqlite_store, clock, ids) -> Stage:
    return reviewed(sqlite_store, clock, ids)


def reviewed(store: Any, clock: Any, ids: Any, **house: Any) -> Stage:
    """Five accounts nobody has used for long, and one that is in use; three in a batch."""
    server = Server(people=dict(old(number) for number in range(1, 7)))
    server.last_seen = dict.fromkeys(server.people, LONG_AGO) | {"Customer:2": None, "Customer:6": date(2026, 1, 1)}
    return Stage(store, clock, ids, system=server, house={"review": True, "review_batch": 3, **house})


def ticks(stage: Stage, times: int = 2) -> None:
    for _ in range(times):
        stage.desk.review()
        stage.work()


def batches(stage: Stage) -> list[str]:
    return [key.partition(":")[2] for key in stage.channel.keys if key.startswith("batch:")]


def shown(stage: Stage, batch_id: str) -> str:
    return str(stage.channel.messages[stage.channel.keys[f"batch:{batch_id}"]])


def listed(stage: Stage, batch_id: str) -> dict[str, str]:
    """Address → account."""
    return {whose: account for account, whose, _ in stage.desk.accounts(HUGO, batch_id)}


def decided(stage: Stage, batch_id: str, **choices: str) -> Ticket | None:
    """`person1="delete"` and so on; everything that follows has happened."""
    accounts = listed(stage, batch_id)
    ticket = stage.desk.decide(
        HUGO, stage.ids(), batch_id, {accounts[f"{name}@example.com"]: each for name, each in choices.items()}, WHY, UNTIL
    )
    stage.work()
    return ticket


def states(stage: Stage, ticket: Ticket) -> list[State]:
    with stage.store.read() as unit:
        return [each.state for each in unit.requests.of(ticket.id)]


def mark(stage: Stage, ticket: Ticket) -> str:
    """What the button of the card carries."""
    (found,) = [each for each in elements(stage, ticket) if each["action_id"] == "approve_all"]
    ticket_id, made = found["value"].split(":")
    assert ticket_id == ticket.id
    return made


def elements(stage: Stage, ticket: Ticket) -> list[dict[str, Any]]:
    blocks, _ = stage.channel.messages[stage.channel.keys[f"card:{ticket.id}"]]
    return [each for block in blocks for each in block.get("elements", ()) if each["type"] == "button"]


def test_a_batch_is_one_message_with_counts(stage: Stage) -> None:
    """By system and year; the next batch waits until all of the first is decided."""
    ticks(stage, 3)
    (batch,) = batches(stage)
    assert "3 accounts without activity since before Mon 23 Nov 2020. Last active 2015: 2, never: 1." in shown(stage, batch)
    assert "person" not in stage.channel.shown()
    assert "Customer" not in stage.channel.shown()
    decided(stage, batch, person1="keep", person2="keep")
    ticks(stage)
    assert batches(stage) == [batch]
    assert "1 to decide" in shown(stage, batch)
    decided(stage, batch, person3="keep")
    ticks(stage)
    assert len(batches(stage)) == 2
    assert "2 accounts" in shown(stage, batches(stage)[1])
    assert "3 kept" in shown(stage, batch)


def test_whose_accounts_they_are_stands_in_a_modal_only(stage: Stage) -> None:
    """The look is audited; a viewer may not; when all is decided nobody can read it any more."""
    ticks(stage)
    (batch,) = batches(stage)
    assert [(whose, last) for _, whose, last in stage.desk.accounts(HUGO, batch)] == [
        ("person1@example.com", LONG_AGO), ("person2@example.com", None), ("person3@example.com", LONG_AGO),
    ]  # fmt: skip
    with pytest.raises(NotAllowed, match="role"):
        stage.desk.accounts(VERA, batch)
    decided(stage, batch, person1="keep", person2="keep", person3="keep")
    with pytest.raises(NotAllowed, match="All of these are decided"):
        stage.desk.accounts(HUGO, batch)
    with stage.store.read() as unit:
        rows = unit.reviews.of(batch)
        assert unit.reviews.why(rows[0]) == WHY
        with pytest.raises(Purged):
            unit.reviews.person(rows[0])
        assert "look_review" in [row.verb for row in unit.trail()]
        assert "person" not in str(unit.trail())


def test_a_kept_account_is_not_asked_about_before_its_day(stage: Stage) -> None:
    """Then it is, if it is still there and still unused."""
    ticks(stage)
    decided(stage, batches(stage)[0], person1="keep", person2="keep", person3="keep")
    ticks(stage)
    decided(stage, batches(stage)[1], person4="keep", person5="keep")
    stage.clock.forward(days=31)
    ticks(stage, 4)
    assert len(batches(stage)) == 2
    stage.clock.now = stage.clock.now.replace(year=2028, month=2)
    ticks(stage, 4)
    assert len(batches(stage)) == 3


def test_what_is_to_go_takes_the_road_of_every_deletion(stage: Stage) -> None:
    """One ticket nobody wrote, a request and a plan for each account; approved together by a second person; proved."""
    ticks(stage)
    (batch,) = batches(stage)
    ticket = decided(stage, batch, person1="delete", person2="delete", person3="keep")
    assert ticket
    assert states(stage, ticket) == [State.APPROVING] * 2
    assert ticket.ref in shown(stage, batch)
    card = str(stage.channel.messages[stage.channel.keys[f"card:{ticket.id}"]])
    assert "*2 accounts* · 2 waiting for approval" in card
    assert "our server · account: 3 to delete" in card
    with pytest.raises(NotAllowed, match="second person"):
        stage.desk.approve_all(HUGO, "e1", ticket.id, mark(stage, ticket))
    with pytest.raises(NotAllowed, match="plans have changed"):
        stage.desk.approve_all(PAULA, "e2", ticket.id, "0" * 32)
    approved = mark(stage, ticket)
    assert stage.desk.approve_all(PAULA, "e3", ticket.id, approved) == 2
    assert stage.desk.approve_all(PAULA, "e3", ticket.id, approved) == 0
    stage.work()
    assert "Starts" in str(stage.channel.messages[stage.channel.keys[f"card:{ticket.id}"]])
    assert not stage.system.erasures
    stage.cooled()
    assert states(stage, ticket) == [State.DONE] * 2
    assert sorted(stage.system.people) == ["Customer:3", "Customer:4", "Customer:5", "Customer:6"]
    card = str(stage.channel.messages[stage.channel.keys[f"card:{ticket.id}"]])
    assert "our server: 3 found → 0 left" in card
    stage.desk.close(HUGO, "e4", ticket.id)
    stage.work()
    assert not stage.postman.out
    with stage.store.read() as unit:
        assert unit.ledger.erased("person1@example.com")
        assert not unit.ledger.erased("person3@example.com")
    assert "person1" not in stage.channel.shown()
    assert stage.store.verify_audit() is None


def test_more_than_five_approved_together_begin_together(sqlite_store, clock, ids) -> None:
    """The brake on deletions counts what was approved at once as one; the ticket after five others is stopped."""
    stage = reviewed(sqlite_store, clock, ids, review_batch=5)
    stage.system.people |= dict(old(number) for number in range(7, 12))
    stage.system.last_seen = dict.fromkeys(stage.system.people, LONG_AGO)
    ticks(stage)
    (batch,) = batches(stage)
    names = [whose.partition("@")[0] for whose in listed(stage, batch)]
    ticket = decided(stage, batch, **dict.fromkeys(names, "delete"))
    assert ticket
    stage.desk.approve_all(PAULA, "e1", ticket.id, mark(stage, ticket))
    stage.cooled()
    assert states(stage, ticket) == [State.DONE] * 5


def test_a_plan_that_is_void_is_approved_anew(stage: Stage) -> None:
    """One account changed while it cooled: the others are gone, this one waits with its new plan."""
    ticks(stage)
    ticket = decided(stage, batches(stage)[0], person1="delete", person3="delete")
    assert ticket
    first = mark(stage, ticket)
    stage.desk.approve_all(PAULA, "e1", ticket.id, first)
    stage.work()
    stage.system.people["Customer:3"] = ("person3@example.com", 9)
    stage.cooled()
    assert states(stage, ticket) == [State.DONE, State.APPROVING]
    assert "server account: delete 3 → 9" in str(stage.channel.messages[stage.channel.keys[f"card:{ticket.id}"]])
    with pytest.raises(NotAllowed, match="plans have changed"):
        stage.desk.approve_all(PAULA, "e2", ticket.id, first)
    stage.desk.approve_all(PAULA, "e3", ticket.id, mark(stage, ticket))
    stage.cooled()
    assert states(stage, ticket) == [State.DONE] * 2


def test_called_off_is_asked_about_again(stage: Stage) -> None:
    """By the next review, and nothing was done."""
    ticks(stage)
    ticket = decided(stage, batches(stage)[0], person1="delete", person2="keep", person3="delete")
    assert ticket
    ticks(stage)
    decided(stage, batches(stage)[1], person4="keep", person5="keep")
    stage.clock.forward(days=31)
    ticks(stage, 4)
    assert len(batches(stage)) == 2, "what is being erased is not asked about"
    stage.desk.approve_all(PAULA, "e1", ticket.id, mark(stage, ticket))
    assert stage.desk.call_off(HUGO, "e2", ticket.id) == 2
    assert stage.desk.call_off(HUGO, "e2", ticket.id) == 0
    stage.cooled()
    assert states(stage, ticket) == [State.WITHDRAWN] * 2
    assert len(stage.system.people) == 6
    stage.clock.forward(days=31)
    ticks(stage, 4)
    assert sorted(listed(stage, batches(stage)[2])) == ["person1@example.com", "person3@example.com"]


def test_one_account_that_is_stuck_has_its_own_buttons(stage: Stage) -> None:
    """The others go on; “Try again” is for this one."""
    ticks(stage)
    ticket = decided(stage, batches(stage)[0], person1="delete", person3="delete")
    assert ticket
    stage.desk.approve_all(PAULA, "e1", ticket.id, mark(stage, ticket))
    stage.work()
    as_it_was = stage.system.erase

    def refuses(person: Found, lines: Sequence[Line], key: str) -> Any:
        if person.key == "Customer:1":
            raise Refused("The server said no.")
        return as_it_was(person, lines, key)

    stage.system.erase = refuses  # type: ignore[method-assign]
    stage.clock.forward(hours=48, seconds=1)
    while stage.engine.step():
        stage.clock.forward(seconds=1)
    assert states(stage, ticket) == [State.NEEDS_PERSON, State.DONE]
    names = [each["action_id"] for each in elements(stage, ticket)]
    assert names == ["resume:deletion", "withdraw:deletion", "clock"]
    stage.system.erase = as_it_was  # type: ignore[method-assign]
    stage.desk.resume(HUGO, "e2", next(each["value"] for each in elements(stage, ticket) if each["action_id"] == names[0]))
    while stage.engine.step():
        stage.clock.forward(seconds=1)
    assert states(stage, ticket) == [State.DONE] * 2


def test_anonymised_where_the_system_can(stage: Stage) -> None:
    """In words where it cannot, and nothing was decided."""
    stage.system.masked = frozenset({"Customer:1"})  # type: ignore[attr-defined]
    ticks(stage)
    (batch,) = batches(stage)
    accounts = listed(stage, batch)
    with pytest.raises(NotAllowed, match="our server cannot anonymise this account") as refused:
        decided(stage, batch, person1="anonymise", person3="anonymise")
    assert refused.value.field == accounts["person3@example.com"]
    ticket = decided(stage, batch, person1="anonymise")
    assert ticket
    assert "1 to anonymise" in str(stage.channel.messages[stage.channel.keys[f"card:{ticket.id}"]])


@pytest.mark.parametrize(
    ("choice", "why", "until", "field"),
    [("keep", " ", UNTIL, "why"), ("keep", WHY, None, "until"), ("keep", WHY, date(2026, 11, 23), "until"),
     ("sell", WHY, UNTIL, "why"), ("", WHY, UNTIL, "why")],
)  # fmt: skip
def test_what_is_missing_is_said_on_its_field(choice: str, why: str, until: date | None, field: str, stage: Stage) -> None:
    """A kept account needs a reason and a day to come."""
    ticks(stage)
    (batch,) = batches(stage)
    account = next(iter(listed(stage, batch).values()))
    with pytest.raises(NotAllowed) as refused:
        stage.desk.decide(HUGO, "e1", batch, {account: choice} if choice else {}, why, until)
    assert refused.value.field == field
    with pytest.raises(NotAllowed, match="role"):
        stage.desk.decide(VERA, "e2", batch, {account: "delete"})


def test_the_ticket_of_a_batch_gets_no_address(stage: Stage) -> None:
    """It is about several people, and nobody wrote it."""
    ticks(stage)
    ticket = decided(stage, batches(stage)[0], person1="delete")
    assert ticket
    with pytest.raises(NotAllowed, match="needs no address"):
        stage.desk.address(HUGO, "e1", ticket.id, "ann@example.org")


def test_two_people_decide_at_once(stage: Stage) -> None:
    """The second is told; one delivery twice is one decision."""
    ticks(stage)
    (batch,) = batches(stage)
    account = listed(stage, batch)["person1@example.com"]
    assert stage.desk.decide(HUGO, "e1", batch, {account: "delete"})
    assert stage.desk.decide(HUGO, "e1", batch, {account: "delete"}) is None
    with pytest.raises(NotAllowed, match="decided about some of these already"):
        stage.desk.decide(PAULA, "e2", batch, {account: "keep"}, WHY, UNTIL)


def test_who_cannot_tell_is_named(stage: Stage) -> None:
    """Once, with the batches of the others; and asked again with the next review."""
    files = FakeSystem("files")
    stage.desk.systems["files"] = files  # type: ignore[index]
    ticks(stage, 3)
    decided(stage, batches(stage)[0], person1="keep", person2="keep", person3="keep")
    ticks(stage)
    assert "Not reviewed, because they cannot tell who was last active: our files." in shown(stage, batches(stage)[1])
    with stage.store.read() as unit:
        assert unit.reviews.blind() == ["files"]


def test_a_system_that_is_away_is_asked_again(stage: Stage) -> None:
    """One that refuses, with the next review."""
    stage.system.fails = [Temporary("away")]
    stage.desk.review()
    stage.engine.step()
    stage.clock.forward(minutes=2)
    ticks(stage)
    assert len(batches(stage)) == 1
    other = FakeSystem("crm")
    other.fails = [Refused("The map does not fit.")]
    stage.desk.systems["crm"] = other  # type: ignore[index]
    stage.desk.review()
    stage.engine.step()
    stage.engine.step()
    with stage.store.read() as unit:
        known = unit.reviews.round("crm")
        assert known
        assert known.state == "over"
        assert "review_failed" in [row.verb for row in unit.trail()]


def test_only_the_systems_that_are_named_are_reviewed(sqlite_store, clock, ids) -> None:
    """And none while it is switched off."""
    stage = reviewed(sqlite_store, clock, ids, review_systems=("crm",))
    ticks(stage)
    off = reviewed(sqlite_store, clock, ids, review=False)
    ticks(off)
    assert batches(stage) == batches(off) == []


def test_many_kept_accounts_are_passed_over(sqlite_store, clock, ids) -> None:
    """Whatever their number, page by page."""
    stage = reviewed(sqlite_store, clock, ids, review_batch=2)
    stage.system.people = dict(old(number) for number in range(1000, 1260))
    stage.system.last_seen = dict.fromkeys(stage.system.people, LONG_AGO)
    with stage.store.begin() as unit:
        batch = unit.reviews.put("server", LONG_AGO, [(f"Customer:{number}", (), None) for number in range(1000, 1250)])
        for each in unit.reviews.of(batch.id):
            unit.reviews.keep(each, HUGO, UNTIL, WHY)
    ticks(stage)
    assert sorted(listed(stage, batches(stage)[0])) == ["person1250@example.com", "person1251@example.com"]


def test_the_last_of_february() -> None:
    """Six years before is a day there was."""
    assert years_before(date(2028, 2, 29), 6) == date(2022, 2, 28)
    assert years_before(date(2026, 11, 23), 6) == date(2020, 11, 23)


@pytest.mark.parametrize("point", ["watch.reviewed", "review.claimed", "review.after_call", "review.recorded", "batch.after_call"])
def test_killed_while_it_looked(point: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same accounts, once."""
    after = _dies(stage, monkeypatch, point, lambda: ticks(stage))
    stage.clock.forward(minutes=2)
    ticks(after, 3)
    assert len(batches(after)) == 1
    assert len(listed(after, batches(after)[0])) == 3


@pytest.mark.parametrize("point", ["watch.decided", "watch.approved"])
def test_killed_while_somebody_decided(point: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it stands, and the same press again has its effect, once."""
    ticks(stage)
    (batch,) = batches(stage)

    def through(at: Stage) -> Ticket:
        accounts = listed(at, batch) if at.desk.tickets(HUGO) == [] else {}
        if accounts:
            at.desk.decide(HUGO, at.ids(), batch, {accounts["person1@example.com"]: "delete"})
        at.work()
        ticket = at.ticket(at.desk.tickets(HUGO)[0].ticket_id)
        at.desk.approve_all(PAULA, at.ids(), ticket.id, mark(at, ticket))
        return ticket

    after = _dies(stage, monkeypatch, point, lambda: through(stage))
    ticket = through(after)
    after.cooled()
    assert states(after, ticket) == [State.DONE]
    assert len(after.system.erasures) == 1


def _dies(stage: Stage, monkeypatch: pytest.MonkeyPatch, point: str, act: Callable[[], Any]) -> Stage:
    """The process is killed at this point of the act; the next one."""
    die_at(monkeypatch, point)
    with pytest.raises(Killed):
        act()
    after = Stage(
        stage.store, stage.clock, stage.ids, stage.system, stage.channel, stage.postman, stage.packer,
        house=stage.house,
    )  # fmt: skip
    after.engine.recover()
    stage.clock.forward(seconds=5)
    return after
