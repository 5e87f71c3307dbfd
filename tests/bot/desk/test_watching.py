"""Erased stays erased: the ledger before the first blow, the watch, the alarm, and what people decide."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot import build
from bot.connectors import Found
from bot.desk import watching
from bot.desk.watching import BATCH, Looked, together
from bot.errors import NotAllowed, PlanChanged, Refused, Temporary, Unclear, Unsupported
from bot.law import Right
from bot.store.schema import work
from bot.store.sightings import Sighting
from bot.tickets import BOT, Identity, State
from bot.workflow import Act, Line
from tests import fakes
from tests.bot.desk.deaths import Killed, die_at
from tests.bot.desk.office import ANN, HUGO, PAULA, VERA, Stage
from tests.fakes import FakeSystem

OTHER = "ann.private@example.net"


class Server(FakeSystem):
    """A server that can find its data changed, keep rows by law, and say what it saw when it was told to erase."""

    timeout_s = 0.3  # a lost answer is settled soon

    def __init__(self, name: str = "server", people: Mapping[str, tuple[str, int]] | None = None) -> None:
        super().__init__(name, people)
        self.surprised = False  # the next erasure finds other data than planned
        self.by_law: set[str] = set()  # people of whom everything is kept
        self.before: Callable[[], Any] = list

    def erase(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        self.before()
        if self.surprised:
            self.surprised = False
            raise PlanChanged("The data changed since the plan.")
        return super().erase(person, lines, key)

    def plan(self, right: Right, person: Found) -> list[Line]:
        if person.key in self.by_law:
            return [Line(self.name, "bill", Act.KEEP, 2, basis="the law")]
        return super().plan(right, person)


@pytest.fixture
def stage(sqlite_store, clock, ids) -> Stage:
    house = {"slack_timeout_s": 0.2, "slack_settle_s": 0.0}  # a lost answer is settled soon
    return Stage(sqlite_store, clock, ids, system=Server(people={"person:1": (ANN, 3)}), house=house)


def erased(stage: Stage) -> str:
    """Ann was erased, and it was proved."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id)
    stage.cooled()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    return ticket_id


def gone(stage: Stage) -> None:
    """Ann was erased some time ago: what is left of it is the ledger."""
    with stage.store.begin() as unit:
        unit.ledger.enter("earlier", "DPE-2026-0001", [ANN])
        unit.ledger.proved("earlier")
    stage.system.people.pop("person:1")


def restored(stage: Stage, key: str = "person:1", address: str = ANN) -> None:
    """As after the restore of a backup."""
    stage.system.people[key] = (address, 3)


def tomorrow(stage: Stage) -> None:
    """The daily watch has gone round."""
    stage.clock.forward(days=1)
    stage.desk.watch()
    stage.work()
    stage.desk.watch()
    stage.work()


def in_ledger(stage: Stage, address: str = ANN) -> bool:
    with stage.store.read() as unit:
        return unit.ledger.erased(address)


def alarms(stage: Stage) -> list[tuple[list[dict[str, Any]], str]]:
    return [each for each in stage.channel.messages.values() if "there again" in str(each[0])]


def alarm_id(stage: Stage) -> str:
    return next(key for key in stage.channel.keys if key.startswith("alarm:")).partition(":")[2]


# -- the ledger ---------------------------------------------------------------------------------------------------


def test_the_ledger_knows_before_anything_is_destroyed(stage: Stage) -> None:
    """Every address on file in every system and that of whoever wrote, committed before the first call."""
    stage.desk.systems["crm"] = Server("crm", {"c:9": (ANN, 1)})  # type: ignore[index]
    known: list[bool] = []
    stage.system.before = lambda: known.append(in_ledger(stage))
    assert not in_ledger(stage)
    ticket_id = erased(stage)
    assert known == [True]
    assert "ledger" in stage.trail(ticket_id)
    assert stage.trail(ticket_id).index("ledger") < stage.trail(ticket_id).index("erased")
    with stage.store.read() as unit:
        assert ANN not in str(unit.trail())


def test_a_run_that_destroyed_nothing_has_erased_nobody(stage: Stage) -> None:
    """The recount found other data: the approval is void, and the entry is taken back; the next run enters it anew."""
    ticket_id, request = stage.planned_deletion()
    stage.system.surprised = True
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.cooled()
    request = stage.request(ticket_id, Right.DELETION)
    assert request.state == State.APPROVING
    assert not in_ledger(stage)
    assert "ledger_back" in stage.trail(ticket_id)
    stage.desk.approve(PAULA, "e2", request.id, request.plan_id)
    stage.cooled()
    assert in_ledger(stage)


def test_where_one_system_was_faster_the_entry_stands(stage: Stage) -> None:
    """Half of the person is gone: nobody brings that back by mistake."""
    slow = Server("z-crm", {"c:9": (ANN, 1)})
    stage.desk.systems["z-crm"] = slow  # type: ignore[index]
    ticket_id, request = stage.planned_deletion()
    slow.surprised = True
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.cooled()
    assert len(stage.system.erasures) == 1
    assert stage.request(ticket_id, Right.DELETION).state == State.APPROVING
    assert in_ledger(stage)


def test_a_plan_that_is_void_in_one_system_runs_in_none_of_the_others(stage: Stage) -> None:
    """What was queued behind it is not begun any more, so nobody was erased."""
    fast = Server("a-crm", {"c:9": (ANN, 1)})
    stage.desk.systems["a-crm"] = fast  # type: ignore[index]
    ticket_id, request = stage.planned_deletion()
    fast.surprised = True
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.cooled()
    assert stage.request(ticket_id, Right.DELETION).state == State.APPROVING
    assert not stage.system.erasures
    assert not in_ledger(stage)


def test_withdrawn_while_the_first_blow_was_about_to_fall(stage: Stage) -> None:
    """Somebody withdraws the right, and the system finds other data than planned: nobody was erased."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.work()  # the notices leave, and the time runs
    stage.system.before = lambda: stage.desk.withdraw(HUGO, "e2", request.id)
    stage.clock.forward(hours=48, seconds=1)
    stage.system.surprised = True
    stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.WITHDRAWN
    assert not in_ledger(stage)


def test_of_other_rights_the_ledger_knows_nothing(stage: Stage) -> None:
    """An objection is no erasure."""
    ticket_id = stage.open("Stop sending me your newsletter.")
    stage.choose(ticket_id, Right.OBJECTION)
    stage.work()
    assert not in_ledger(stage)


def test_an_erased_address_is_written_nowhere(stage: Stage) -> None:
    """Somebody else wants theirs corrected to it: a task, in words, whatever the system would take."""
    gone(stage)
    stage.system.people["person:2"] = ("ben@example.com", 1)
    stage.system.fields["person:2"] = {"email": "ben@example.com", "city": "Bern"}
    lines, changes = stage.desk._proposed(
        {"email": ANN.upper(), "city": "Basel"}, {"server": Found("server", "person:2", ("ben@example.com",))}
    )
    assert [each.word for each in changes] == ["city"]
    (task,) = [each for each in lines if each.act == Act.TASK]
    assert "erased" in task.words
    assert ANN not in str(lines).lower()


def test_a_connector_that_creates_people_can_ask_first(stage: Stage) -> None:
    """What every connector gets of the house; where there is no ledger, nobody was erased."""
    settings: Any = SimpleNamespace(secret=str)
    outside = build.outside(settings, stage.store)
    assert not outside.erased(ANN)
    gone(stage)
    assert outside.erased(f" {ANN.upper()}")
    assert not outside.erased("ben@example.com")
    assert not fakes.outside(stage.clock).erased(ANN)


def test_erased_between_plan_and_run(stage: Stage) -> None:
    """What was approved while the address was free is void when it is erased meanwhile."""
    ben = "ben@example.com"
    stage.system.people["person:2"] = (ben, 1)
    stage.system.fields["person:2"] = {"email": ben}
    ticket_id = stage.open("Please correct my e-mail address.", sender=f"Ben <{ben}>")
    stage.desk.choose(HUGO, "c1", ticket_id, Right.CORRECTION, {"email": "new@example.org"})
    stage.work()
    stage.reply("The code is 1234 5678.", sender=f"Ben <{ben}>")
    stage.work()
    request = stage.request(ticket_id, Right.CORRECTION)
    assert request.state == State.APPROVING
    with stage.store.begin() as unit:
        unit.ledger.enter("another", "DPE-2026-0009", ["new@example.org"])
    stage.desk.approve(PAULA, "c2", request.id, request.plan_id)
    stage.work()
    assert stage.system.fields["person:2"]["email"] == ben


def test_an_erased_person_who_writes_is_answered(stage: Stage) -> None:
    """An enquiry is not new consent, and is none the less an enquiry."""
    gone(stage)
    stage.clock.forward(days=2)
    letters = len(stage.postman.out)
    ticket_id = stage.open("Which data do you hold about me now?", subject="Data protection enquiry")
    assert len(stage.postman.out) == letters + 1
    stage.choose(ticket_id, Right.ACCESS)
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    assert in_ledger(stage)


# -- the watch ----------------------------------------------------------------------------------------------------


def test_the_watch_is_quiet_as_long_as_nobody_comes_back(stage: Stage) -> None:
    """Once a day, not before its hour, and never before somebody was erased."""
    tomorrow(stage)
    with stage.store.read() as unit:
        assert "watched" not in [row.verb for row in unit.trail()]
    gone(stage)
    stage.clock.now = stage.clock.now.replace(hour=0, minute=30) + timedelta(days=1)
    stage.desk.watch()
    stage.work()
    with stage.store.read() as unit:
        assert "watched" not in [row.verb for row in unit.trail()]
    stage.clock.forward(hours=1)
    for _ in range(3):
        stage.desk.watch()
        stage.work()
    with stage.store.read() as unit:
        assert [row.detail for row in unit.trail() if row.verb == "watched"] == [
            {"system": "server", "addresses": 0, "again": 0}
        ]
    assert not alarms(stage)


def test_whoever_is_there_again_is_one_alarm_that_names_nobody(stage: Stage) -> None:
    """Counts by system; the next days say nothing new; gone and back again is another alarm."""
    gone(stage)
    crm = Server("crm", {"c:9": (ANN, 1)})
    stage.desk.systems["crm"] = crm  # type: ignore[index]
    files = Server("files")
    files.unlisted = True
    stage.desk.systems["files"] = files  # type: ignore[index]
    restored(stage)
    tomorrow(stage)
    ((blocks, text),) = alarms(stage)
    assert "our crm 1, our server 1" in str(blocks)
    assert "Not watched, because they cannot list whom they hold: our files." in str(blocks)
    assert text == "1 address is held again although erased: 1 to decide."
    assert ANN not in stage.channel.shown()
    tomorrow(stage)
    assert len(alarms(stage)) == 1
    crm.people.clear()
    stage.system.people.clear()
    tomorrow(stage)
    ((blocks, text),) = alarms(stage)
    assert "1: gone again" in str(blocks)
    assert "erase_again" not in str(blocks)
    restored(stage)
    tomorrow(stage)
    assert len(alarms(stage)) == 2


def test_a_system_that_is_away_is_looked_at_again(stage: Stage) -> None:
    """Meanwhile the others are told of."""
    gone(stage)
    crm = Server("crm", {"c:9": (ANN, 1)})
    crm.fails = [Temporary("away")] * 3
    stage.desk.systems["crm"] = crm  # type: ignore[index]
    restored(stage)
    stage.clock.forward(days=1)
    stage.desk.watch()
    stage.engine.step()
    stage.desk.watch()
    stage.engine.step()
    assert "our server 1" in str(alarms(stage)[0][0])
    assert "crm" not in str(alarms(stage)[0][0])
    for _ in range(6):
        stage.clock.forward(minutes=2)
        stage.desk.watch()
        stage.work()
    assert "our crm 1" in str(alarms(stage)[1][0])


def test_other_people_with_the_address_have_not_come_back(stage: Stage) -> None:
    """A household's address: who had it at the proof is known; somebody new with it is told of."""
    stage.system.people["person:2"] = ("x", 0)
    stage.system.before = lambda: stage.system.people.update({"person:2": (ANN, 4)})
    erased(stage)
    tomorrow(stage)
    assert not alarms(stage)
    restored(stage, "person:3")
    tomorrow(stage)
    assert len(alarms(stage)) == 1


def test_where_it_was_refused_nobody_has_come_back(stage: Stage) -> None:
    """A part that was left out of the deletion, with reasons, is still there and may be."""
    stage.desk.systems["crm"] = Server("crm", {"c:9": (ANN, 1)})  # type: ignore[index]
    ticket_id, request = stage.planned_deletion()
    words = ["A claim is before the court."]
    stage.desk.refuse(HUGO, "r1", request.id, "claims", words, systems=["crm"])
    stage.work()
    request = stage.request(ticket_id, Right.DELETION)
    assert request.plan_id
    stage.desk.approve(PAULA, "r2", request.id, request.plan_id)
    stage.cooled()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    tomorrow(stage)
    assert not alarms(stage)
    stage.desk.systems["crm"].people["c:10"] = (ANN, 1)  # type: ignore[attr-defined]
    tomorrow(stage)
    assert len(alarms(stage)) == 1


def test_what_the_law_keeps_has_stayed(stage: Stage) -> None:
    """An erasure would leave it alone, so it is no sighting."""
    gone(stage)
    restored(stage)
    stage.system.by_law = {"person:1"}
    tomorrow(stage)
    assert not alarms(stage)
    stage.system.by_law.clear()
    tomorrow(stage)
    assert len(alarms(stage)) == 1


def test_what_cannot_be_planned_is_told_all_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is an address that stands where nobody is found under it."""
    gone(stage)
    restored(stage)
    stage.system.unable = True
    tomorrow(stage)
    assert len(alarms(stage)) == 1
    stage.system.people.clear()
    tomorrow(stage)
    monkeypatch.setattr(stage.system, "addresses", lambda: iter([ANN]))
    tomorrow(stage)
    assert len(alarms(stage)) == 2


def test_a_look_holds_a_batch_at_a_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, and one query for each batch."""
    gone(stage)
    drawn = compared = 0

    def addresses() -> Any:
        nonlocal drawn
        for number in range(3 * BATCH + 1):
            drawn += 1
            assert drawn - compared <= BATCH
            yield f"somebody-{number}@example.com"

    whole = watching.Watching._compare

    def compare(desk: Any, system: Any, batch: Sequence[str]) -> int:
        nonlocal compared
        compared += len(batch)
        return whole(desk, system, batch)

    monkeypatch.setattr(stage.system, "addresses", addresses)
    monkeypatch.setattr(watching.Watching, "_compare", compare)
    assert stage.desk.look_over("server") == Looked("server", 3 * BATCH + 1)


def test_a_look_that_is_broken_off_begins_anew_and_tells_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sighting it had written stands."""
    gone(stage)
    restored(stage)

    def half() -> Any:
        yield ANN
        yield from ["a@example.com"] * (BATCH - 1)
        raise Temporary("away")

    with monkeypatch.context() as patch:
        patch.setattr(stage.system, "addresses", half)
        with pytest.raises(Temporary):
            stage.desk.look_over("server")
    assert stage.desk.look_over("server") == Looked("server", 1, again=1, new=0)
    stage.desk.sound()
    stage.desk.sound()
    stage.work()
    assert len(alarms(stage)) == 1


def test_a_lost_answer_of_slack_makes_no_second_alarm(stage: Stage) -> None:
    """Found again by its key, and it shows what was decided like any other."""
    gone(stage)
    restored(stage)
    stage.desk.look_over("server")
    stage.desk.sound()
    post = stage.channel.post

    def lost(*args: Any, **kwargs: Any) -> tuple[str, str]:
        post(*args, **kwargs)
        raise Unclear("The answer was lost.")

    stage.channel.post = lost  # type: ignore[method-assign]
    stage.engine.step()
    stage.channel.post = post  # type: ignore[method-assign]
    stage.settled(f"alarm:{alarm_id(stage)}")
    ((sighting, _),) = stage.desk.consents(HUGO, alarm_id(stage))
    stage.desk.consent(HUGO, "k1", sighting, "newsletter form", date(2026, 11, 23))
    stage.work()
    (alarm,) = alarms(stage)
    assert "1: new consent is on record" in str(alarm)


# -- what people decide -------------------------------------------------------------------------------------------


def again(stage: Stage) -> str:
    """Ann is there again, and the channel knows."""
    gone(stage)
    restored(stage)
    tomorrow(stage)
    return alarm_id(stage)


def test_the_erasure_is_planned_again_on_the_road_of_every_deletion(stage: Stage) -> None:
    """A silent ticket: located, planned, approved by a second person, run, proved; nobody is written to."""
    alarm = again(stage)
    letters = len(stage.postman.out)
    (ticket,) = stage.desk.erase_again(HUGO, "a1", alarm)
    stage.work()
    assert stage.ticket(ticket.id).channel == "watch"
    assert stage.ticket(ticket.id).identity == Identity.CONFIRMED
    request = stage.request(ticket.id, Right.DELETION)
    assert request.state == State.APPROVING
    ((blocks, text),) = alarms(stage)
    assert f"In: {ticket.ref}" in str(blocks)
    assert text.endswith("all decided.")
    with pytest.raises(NotAllowed, match="second person"):
        stage.desk.approve(HUGO, "a2", request.id, request.plan_id)
    stage.desk.approve(PAULA, "a3", request.id, request.plan_id)
    stage.cooled()
    assert stage.request(ticket.id, Right.DELETION).state == State.DONE
    assert stage.system.people == {}
    assert len(stage.system.erasures) == 1
    assert "1: gone again" in str(alarms(stage))
    stage.desk.close(HUGO, "a4", ticket.id)
    tomorrow(stage)
    assert len(stage.postman.out) == letters
    assert len(alarms(stage)) == 1
    assert ANN not in stage.channel.shown()
    assert stage.store.verify_audit() is None


def test_back_again_before_the_next_look_is_told_again(stage: Stage) -> None:
    """The import that brought them back runs every night."""
    (ticket,) = stage.desk.erase_again(HUGO, "a1", again(stage))
    stage.work()
    request = stage.request(ticket.id, Right.DELETION)
    stage.desk.approve(PAULA, "a3", request.id, request.plan_id)
    stage.cooled()
    restored(stage)
    tomorrow(stage)
    assert len(alarms(stage)) == 2


def test_a_silent_ticket_is_about_deletion_only(stage: Stage) -> None:
    """No copy of anybody's data leaves by it, and no letter."""
    (ticket,) = stage.desk.erase_again(HUGO, "a1", again(stage))
    stage.work()
    with pytest.raises(NotAllowed, match="nothing else"):
        stage.desk.choose(HUGO, "a2", ticket.id, Right.ACCESS)
    with pytest.raises(NotAllowed, match="nobody to refuse it to"):
        stage.desk.refuse(HUGO, "a6", stage.request(ticket.id, Right.DELETION).id, "claims", ["No."])
    with pytest.raises(NotAllowed, match="nobody is written to"):
        stage.desk.pause(HUGO, "a3", ticket.id, "clarification", ["Which shop?"])
    assert stage.desk.erase_again(HUGO, "a1", alarm_id(stage)) == []
    with pytest.raises(NotAllowed, match="left to decide"):
        stage.desk.erase_again(HUGO, "a4", alarm_id(stage))
    with pytest.raises(NotAllowed, match="role"):
        stage.desk.erase_again(VERA, "a5", alarm_id(stage))


def test_gone_before_it_was_planned(stage: Stage) -> None:
    """Nobody is found any more: the ticket ends by itself, without a letter."""
    alarm = again(stage)
    stage.system.people.clear()
    (ticket,) = stage.desk.erase_again(HUGO, "a1", alarm)
    letters = len(stage.postman.out)
    stage.work()
    assert stage.request(ticket.id, Right.DELETION).state == State.DONE
    assert len(stage.postman.out) == letters


def test_an_enquiry_of_the_same_person_meanwhile_is_acknowledged(stage: Stage) -> None:
    """The silent ticket was not written by them: it spares them no letter."""
    stage.desk.erase_again(HUGO, "a1", again(stage))
    stage.work()
    letters = len(stage.postman.out)
    stage.open("What do you hold about me?", subject="Data protection enquiry")
    assert len(stage.postman.out) == letters + 1


def test_no_report_counts_a_ticket_nobody_wrote(stage: Stage) -> None:
    """Figures are about enquiries."""
    alarm = again(stage)
    with stage.store.read() as unit:
        before = (unit.reports.tickets(), unit.reports.weeks(date(2026, 11, 23), 2))
    stage.desk.erase_again(HUGO, "a1", alarm)
    with stage.store.read() as unit:
        assert (unit.reports.tickets(), unit.reports.weeks(date(2026, 11, 23), 2)) == before


def test_new_consent_ends_it(stage: Stage) -> None:
    """Recorded with place, day and who said so; the address may be held, and a later erasure counts anew."""
    alarm = again(stage)
    ((sighting, address),) = stage.desk.consents(HUGO, alarm)
    assert address == ANN
    for where, on, word in ((" ", date(2026, 11, 24), "where"), ("shop", date(2027, 11, 25), "future")):
        with pytest.raises(NotAllowed, match=word):
            stage.desk.consent(HUGO, stage.ids(), sighting, where, on)
    with pytest.raises(NotAllowed, match="role"):
        stage.desk.consents(VERA, alarm)
    stage.desk.consent(HUGO, "k1", sighting, "newsletter form", date(2026, 11, 24))
    stage.desk.consent(HUGO, "k1", sighting, "newsletter form", date(2026, 11, 24))
    with pytest.raises(NotAllowed, match="already"):
        stage.desk.consent(HUGO, "k2", sighting, "newsletter form", date(2026, 11, 24))
    stage.work()
    assert not in_ledger(stage)
    assert "1: new consent is on record" in str(alarms(stage))
    with pytest.raises(NotAllowed, match="left to decide"):
        stage.desk.consents(HUGO, alarm)
    tomorrow(stage)
    assert len(alarms(stage)) == 1
    with stage.store.read() as unit:
        rows = {row.verb: row for row in unit.trail()}
        assert rows["consent"].actor == HUGO
        assert rows["consent"].detail["on"] == "2026-11-24"
        assert rows["look_alarm"].actor == HUGO
        assert "newsletter" not in str(list(rows.values()))
        assert unit.ledger.why(unit.ledger.hash(ANN), "earlier") == "newsletter form"


def test_what_nobody_has_decided_stands_in_the_mornings_digest(stage: Stage) -> None:
    """Every working day, until somebody has."""
    alarm = again(stage)
    stage.clock.now = stage.clock.now.replace(hour=8)  # nine o'clock in Zürich
    stage.desk.remind()
    stage.work()
    assert "Erased, and there again: 1 address waits for a decision" in stage.channel.shown()
    stage.desk.erase_again(HUGO, "a1", alarm)
    with stage.store.read() as unit:
        assert unit.sightings.undecided() == 0


def test_a_look_that_goes_wrong_is_not_silence(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that refuses stands in the morning's digest with its reason, until a look goes well."""
    gone(stage)

    def refuses() -> Any:
        raise Refused("The map does not fit.")

    stage.clock.now = stage.clock.now.replace(hour=8) + timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr(stage.system, "addresses", refuses)
        stage.desk.watch()
        stage.engine.step()
    stage.desk.remind()
    stage.engine.step()
    assert "our server could not be looked over for what was erased: The map does not fit." in stage.channel.shown()
    stage.desk.look_over("server")
    with stage.store.read() as unit:
        assert unit.sightings.failed() == {}


def test_the_same_from_the_machine(stage: Stage) -> None:
    """By address; of one that was never erased there is nothing to lift."""
    gone(stage)
    assert stage.desk.readmit("os:hugo", "m1", f" {ANN.upper()} ", "contract of May") == 1
    assert stage.desk.readmit("os:hugo", "m1", ANN, "contract of May") == 0
    assert not in_ledger(stage)
    with pytest.raises(NotAllowed, match="not in the ledger"):
        stage.desk.readmit("os:hugo", "m2", "nobody@example.com", "contract")


def test_the_ledger_forgets_after_its_years(stage: Stage) -> None:
    """And says how many."""
    gone(stage)
    stage.clock.forward(days=6 * 366)
    stage.desk.watch()
    with stage.store.read() as unit:
        assert not unit.ledger.erased(ANN)
        assert [row.detail for row in unit.trail() if row.verb == "ledger_over"] == [{"entries": 1}]


def test_a_watch_that_is_switched_off_looks_at_nothing(sqlite_store, clock, ids) -> None:
    """Whoever asks by hand is answered all the same."""
    stage = Stage(sqlite_store, clock, ids, system=Server(people={"person:1": (ANN, 3)}), house={"watch": False})
    gone(stage)
    restored(stage)
    tomorrow(stage)
    assert not alarms(stage)
    assert stage.desk.look_over("server") == Looked("server", 1, 1, 1)


def test_one_person_is_one_ticket_whatever_they_are_held_by(stage: Stage) -> None:
    """The same address in two systems, two addresses of one record; others are others."""

    def seen(address: bytes, system: str, who: bytes) -> Sighting:
        return Sighting(stage.ids(), address, system, who, "again", stage.clock(), stage.clock())

    rows = [seen(b"a", "server", b"1"), seen(b"b", "server", b"2"), seen(b"a", "crm", b"9"), seen(b"c", "crm", b"9")]
    rows += [seen(b"d", "crm", b""), seen(b"e", "crm", b"")]
    assert [sorted(each.hash for each in person) for person in together(rows)] == [
        [b"b"], [b"a", b"a", b"c"], [b"d"], [b"e"],
    ]  # fmt: skip


def test_whoever_has_two_addresses_is_erased_by_one_ticket(stage: Stage) -> None:
    """Both are on file at the same place."""
    gone(stage)
    with stage.store.begin() as unit:
        unit.ledger.enter("another", "DPE-2026-0009", [OTHER])
        unit.ledger.proved("another")
        who = unit.sightings.who("server", "person:1")
        for address in (ANN, OTHER):
            unit.sightings.note(unit.ledger.hash(address), "server", who, address=address)
    stage.desk.sound()
    stage.work()
    assert "2 addresses are" in str(alarms(stage))
    assert len(stage.desk.erase_again(HUGO, "a1", alarm_id(stage))) == 1
    assert BOT.id not in {each.owner for each in [stage.ticket(stage.desk.tickets(HUGO)[-1].ticket_id)]}


def test_unsupported_stays_what_it_is(stage: Stage) -> None:
    """A look at a system that lists nobody says so and compares nothing."""
    stage.system.unlisted = True
    assert stage.desk.look_over("server") == Looked("server", None)
    with pytest.raises(Unsupported):
        list(stage.system.addresses())


# -- killed on the way --------------------------------------------------------------------------------------------


def risen(stage: Stage) -> Stage:
    """The next process, on the same database, with the same world."""
    stage.engine.recover()
    after = Stage(stage.store, stage.clock, stage.ids, stage.system, stage.channel, stage.postman, stage.packer)
    after.uid = stage.uid
    after.engine.recover()
    return after


@pytest.mark.parametrize("point", ["ledger.written", "cool.recorded", "erase.claimed", "erase.before_call", "erase.after_call"])
def test_no_blow_falls_without_its_row(point: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at every point between approval and proof: whatever was destroyed stood in the ledger before, once."""
    known: list[bool] = []
    stage.system.before = lambda: known.append(in_ledger(stage))  # type: ignore[attr-defined]
    ticket_id, request = stage.planned_deletion()
    assert request.plan_id
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    die_at(monkeypatch, point)
    with pytest.raises(Killed):
        stage.cooled()
    assert in_ledger(stage) == (point != "ledger.written")
    stage = risen(stage)
    for _ in range(4):
        stage.clock.forward(minutes=2)
        stage.work()
    if stage.request(ticket_id, Right.DELETION).state != State.DONE:
        stage.settled(next(iter(_erasing(stage))))
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert known == [True]
    assert len(stage.system.erasures) == 1
    with stage.store.read() as unit:
        assert unit.ledger.any()


def _erasing(stage: Stage) -> list[str]:
    with stage.store.read() as unit:
        return list(unit.connection.scalars(select(work.c.key).where(work.c.kind == "erase")))


@pytest.mark.parametrize("point", ["watch.noted", "watch.told", "alarm.after_call", "watch.claimed", "watch.recorded"])
def test_a_watch_that_is_killed_tells_everything_once(point: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On it goes: one alarm, whatever the moment."""
    gone(stage)
    restored(stage)
    stage.clock.forward(days=1)
    die_at(monkeypatch, point)

    def round_() -> None:
        for _ in range(4):
            stage.desk.watch()
            stage.work()
            stage.clock.forward(minutes=2)

    with pytest.raises(Killed):
        round_()
    stage = risen(stage)
    round_()
    assert len(alarms(stage)) == 1


def test_a_press_that_is_killed_is_no_press(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ticket; the next press opens one."""
    alarm = again(stage)
    die_at(monkeypatch, "watch.planned")
    with pytest.raises(Killed):
        stage.desk.erase_again(HUGO, "a1", alarm)
    stage = risen(stage)
    assert stage.desk.tickets(HUGO) == []
    assert len(stage.desk.erase_again(HUGO, "a1", alarm)) == 1
