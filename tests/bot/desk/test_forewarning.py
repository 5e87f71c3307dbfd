"""Before anything is deleted every address on file hears of it, and can stop it until the first act (TRUST T02)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from email import message_from_bytes

import pytest

from bot.connectors import Found
from bot.desk import Disowned, Entry
from bot.desk.forewarning import WARNING
from bot.errors import Refused, Temporary, Unclear
from bot.law import Right
from bot.tickets import Identity, State
from tests.bot.desk.deaths import Killed, die_at
from tests.bot.desk.office import ANN, HUGO, PAULA, Stage
from tests.fakes import FakeSystem

OLD, SHOP = "ann.old@example.net", "a.keller@shop.example"


class Several(FakeSystem):
    """A system that knows people under several addresses."""

    others: tuple[str, ...] = ()

    def find(self, addresses: Sequence[str]) -> list[Found]:
        return [replace(each, addresses=(*each.addresses, *self.others)) for each in super().find(addresses)]


@pytest.fixture
def stage(sqlite_store, clock, ids) -> Stage:
    """Ann stands in three systems, in two of them under further addresses."""
    crm, shop = Several("crm", {"person:9": (ANN, 2)}), Several("shop", {"person:5": (ANN, 1)})
    crm.others, shop.others = (OLD,), (SHOP, OLD.upper(), "info@lumen.example")
    return Stage(sqlite_store, clock, ids, more=(crm, shop))


def approved(stage: Stage) -> str:
    """Ann's deletion is approved; its notices are written, and nothing of that has been carried out yet."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    return ticket_id


def notices(stage: Stage) -> dict[str, str]:
    """Address → the token of its link."""
    found = {}
    for to, text in zip([each[1] for each in stage.postman.out], stage.postman.texts(), strict=True):
        if link := re.search(r"https://privacy\.lumen\.example/stop/([^\s?]+)", text):
            found[to] = link[1]
    return found


def refused(stage: Stage) -> None:
    """As `work`, where it is known that a letter does not leave."""
    while stage.engine.step() or stage.release():
        stage.clock.forward(seconds=1)


def state(stage: Stage, ticket_id: str) -> State:
    return stage.request(ticket_id, Right.DELETION).state


def erasures(stage: Stage) -> int:
    return sum(len(each.erasures) for each in (stage.system, *stage.more))


def test_without_an_address_to_tell_nothing_is_deleted(sqlite_store, clock, ids) -> None:
    """A letter by post about somebody systems name no address of: the card says why, and it stays so until one is known."""
    stage = Stage(sqlite_store, clock, ids)
    entry = Entry("post", clock().date(), rights=(Right.DELETION,), address=ANN, postal="Ann Keller\nSeeweg 1\n8001 Zürich")
    ticket = stage.desk.enter(HUGO, stage.ids(), entry)
    assert ticket
    stage.work()
    stage.choose(ticket.id, Right.DELETION)
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket.id, Right.DELETION)
    with stage.store.begin() as unit:
        wrote = unit.tickets.correspondent(ticket.id)
        unit.tickets.set_correspondent(ticket.id, replace(wrote, address=""))
        unit.requests.set_persons(request.id, {"server": {"key": "person:1", "addresses": []}})
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    assert state(stage, ticket.id) == State.NEEDS_PERSON
    stage.clock.forward(days=3)
    stage.work()
    assert "nobody could say “this was not me”" in stage.channel.shown()
    stage.desk.resume(HUGO, stage.ids(), request.id)
    stage.clock.forward(days=3)
    stage.work()
    assert (state(stage, ticket.id), erasures(stage), notices(stage)) == (State.NEEDS_PERSON, 0, {})


def test_every_address_on_file_is_told_before_anything_is_deleted(stage: Stage) -> None:
    """One letter to each address, in one thread only for who wrote; nothing is deleted for 48 hours; then it runs."""
    ticket_id = approved(stage)
    stage.work()
    assert set(notices(stage)) == {ANN, OLD, SHOP}
    assert len(set(notices(stage).values())) == 3
    told = {to: wire for _, to, wire in stage.postman.out if b"/stop/" in wire}
    assert b"In-Reply-To" in told[ANN]
    assert b"In-Reply-To" not in told[OLD]
    assert ANN.encode() not in told[OLD]
    for _ in range(47):
        stage.clock.forward(hours=1)
        stage.work()
        assert erasures(stage) == 0
    stage.clock.forward(hours=1, minutes=1)
    stage.work()
    assert erasures(stage) == 3
    assert state(stage, ticket_id) == State.DONE


def test_the_link_stops_it_at_every_point_before_the_first_act(sqlite_store, clock, ids) -> None:
    """One piece of work later each time: whoever presses stops all of it, or learns that it had begun."""
    said, stage = [], Stage(sqlite_store, clock, ids)
    for steps in range(40):
        stage.system.people["person:1"] = (ANN, 3)
        stage.system.erasures.clear()
        ticket_id = approved(stage)
        stage.work()
        token = notices(stage)[ANN]
        stage.clock.forward(hours=48, seconds=1)
        for _ in range(steps):
            stage.engine.step(1)
        if state(stage, ticket_id) in {State.ANSWERING, State.DONE}:
            break
        before = erasures(stage)
        said.append(stage.desk.disown(token))
        stage.clock.forward(days=3)
        stage.work()
        assert erasures(stage) == before
        assert (said[-1] == Disowned.STOPPED) == (before == 0)
        assert state(stage, ticket_id) == (State.NEEDS_PERSON if before else State.RECEIVED)
        stage.desk.withdraw(HUGO, stage.ids(), stage.request(ticket_id, Right.DELETION).id)
        stage.desk.close(HUGO, stage.ids(), ticket_id)
    assert said[:2] == [Disowned.STOPPED] * 2  # when the time is over, and when the run has begun but for its first act
    assert set(said[2:]) == {Disowned.BEGUN}


def test_whoever_says_so_is_believed_until_a_person_decides(stage: Stage) -> None:
    """Identity is open again, the approval is void, the channel hears of it; the right needs all of it anew."""
    ticket_id = approved(stage)
    stage.work()
    plan = stage.request(ticket_id, Right.DELETION).plan_id
    assert stage.desk.disown(notices(stage)[OLD]) == Disowned.STOPPED
    stage.work()
    assert stage.ticket(ticket_id).identity == Identity.UNKNOWN
    assert "this was not me" in str(stage.channel.messages)
    assert {"disown", "identity"} <= set(stage.trail(ticket_id))
    with stage.store.read() as unit:
        assert unit.plans.get(plan or "").void_at
    stage.cooled()
    assert erasures(stage) == 0
    assert stage.desk.disown(notices(stage)[OLD]) is None  # nothing is under way
    stage.choose(ticket_id, Right.DELETION)
    assert state(stage, ticket_id) == State.IDENTIFYING
    with stage.store.read() as unit:  # from now on no mail is enough by itself, whoever vouches for it
        step = stage.desk._step_of(unit, unit.tickets.get(ticket_id), stage.request(ticket_id, Right.DELETION))
    assert (step.enough, "this was not me" in " ".join(step.why)) == (False, True)
    assert stage.desk.disown(notices(stage)[SHOP]) == Disowned.STOPPED  # an older link stops what is asked anew


def test_killed_while_it_is_stopped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a press that was cut off remains: pressed again, it stops the deletion."""
    approved(stage)
    stage.work()
    die_at(monkeypatch, "disown.moved")
    with pytest.raises(Killed):
        stage.desk.disown(notices(stage)[ANN])
    assert stage.desk.disown(notices(stage)[ANN]) == Disowned.STOPPED


def test_links_that_are_none_of_ours(stage: Stage) -> None:
    """Guessed, cut, of another row or another use: nothing happens, whatever it looks like."""
    ticket_id = approved(stage)
    stage.work()
    token = notices(stage)[ANN]
    row, _, mark = token.partition(".")
    with stage.store.read() as unit:
        other = next(each.id for each in unit.letters.of(ticket_id) if each.kind != WARNING)
    guesses = ["", ".", row, mark, token[:-1], f"{token}A", f"{other}.{mark}", f"{row}.{'A' * 43}", "é.ü", "\ud800"]
    assert [stage.desk.disown(each) for each in guesses] == [None] * len(guesses)
    assert state(stage, ticket_id) == State.COOLING


def test_the_cooling_time_begins_when_the_last_notice_has_left(stage: Stage) -> None:
    """The mail server was away for 40 hours: whoever is told late still has 48 hours to say so."""
    ticket_id = approved(stage)
    stage.postman.fails = [Temporary("The mail server is away.")] * 3
    for _ in range(40):
        stage.work()
        stage.clock.forward(hours=1)
    stage.clock.forward(hours=7)
    stage.work()
    assert (erasures(stage), len(notices(stage))) == (0, 3)
    stage.cooled()
    assert state(stage, ticket_id) == State.DONE


def test_an_address_nobody_reads_any_more_does_not_hold_it_up(stage: Stage) -> None:
    """A server refuses one of three: the others were told, and it goes on after its time."""
    ticket_id = approved(stage)
    stage.postman.fails = [Refused("No such user.")]
    refused(stage)
    assert len(notices(stage)) == 2
    stage.clock.forward(hours=48, minutes=1)
    refused(stage)
    assert state(stage, ticket_id) == State.DONE


def test_a_notice_nobody_knows_the_fate_of_holds_it(stage: Stage) -> None:
    """The mail server's answer was lost: nothing is deleted until a person has looked; then the cooling time begins."""
    ticket_id = approved(stage)
    stage.postman.fails = [Unclear("The answer was lost.")]
    key = f"letter:{stage.request(ticket_id, Right.DELETION).plan_id}:{WARNING}:1"
    stage.settled(key)
    stage.clock.forward(days=5)
    stage.work()
    assert (erasures(stage), state(stage, ticket_id)) == (0, State.COOLING)
    stage.desk.settle(HUGO, stage.ids(), key, seen=True)
    stage.work()
    assert erasures(stage) == 0
    stage.cooled()
    assert state(stage, ticket_id) == State.DONE


def test_nobody_could_be_told(stage: Stage) -> None:
    """Every notice was refused: a person has to look, and “Try again” writes them anew."""
    ticket_id = approved(stage)
    stage.postman.fails = [Refused("No such user.")] * 3
    refused(stage)
    request = stage.request(ticket_id, Right.DELETION)
    assert (request.state, "this was not me" in (request.reason or "")) == (State.NEEDS_PERSON, True)
    stage.desk.resume(HUGO, stage.ids(), request.id)
    refused(stage)
    assert len(notices(stage)) == 3
    stage.clock.forward(hours=48, minutes=1)
    refused(stage)
    assert state(stage, ticket_id) == State.DONE


def test_what_came_back_told_nobody(stage: Stage) -> None:
    """Mail servers send every notice back while it cools: nothing is deleted before a person has looked."""
    ticket_id = approved(stage)
    stage.work()
    with stage.store.begin() as unit:
        for each in unit.letters.of(ticket_id):
            if each.kind == WARNING:
                unit.letters.returned(each.id, "unknown")
    stage.cooled()
    assert (erasures(stage), state(stage, ticket_id)) == (0, State.NEEDS_PERSON)


def test_a_new_plan_is_told_anew(stage: Stage) -> None:
    """The data changed while it cooled: the next approval writes to everybody again, and the old links still stop it."""
    ticket_id = approved(stage)
    stage.work()
    first = notices(stage)
    stage.system.people["person:1"] = (ANN, 5)
    stage.cooled()
    again = stage.request(ticket_id, Right.DELETION)
    assert again.state == State.APPROVING
    stage.desk.approve(PAULA, stage.ids(), again.id, again.plan_id or "")
    stage.work()
    assert not set(first.values()) & set(notices(stage).values())
    assert stage.desk.disown(first[ANN]) == Disowned.STOPPED
    stage.cooled()
    assert erasures(stage) == 0


def test_the_link_is_nowhere_kept(stage: Stage) -> None:
    """Once a notice has left, not even our sealed copy of it holds the link."""
    ticket_id = approved(stage)
    stage.work()
    with stage.store.read() as unit:
        kept = [unit.letters.content(each.id) for each in unit.letters.of(ticket_id) if each.kind == WARNING]
    assert len(kept) == 3
    assert not any("/stop/" in str(each) for each in kept)


def test_an_access_package_is_dead_as_well(stage: Stage) -> None:
    """Somebody got a copy and asked for deletion: “this was not me” ends the link to the copy."""
    ticket_id = stage.open("Please delete my data.")
    for right in (Right.ACCESS, Right.DELETION):
        stage.choose(ticket_id, right)
        stage.reply_with_code()
        stage.work()
    request = stage.request(ticket_id, Right.DELETION)
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    link = re.search(r"/p/([^\s?]+)", "\n".join(stage.postman.texts()))
    assert link
    assert stage.desk.disown(notices(stage)[OLD]) == Disowned.STOPPED
    assert stage.download(link[1], ANN) is None
    stage.desk.sweep()
    assert not stage.packer.files


@pytest.mark.parametrize("sender", [ANN, OLD])
def test_a_reply_to_the_notice_holds_it_until_somebody_has_read_it(stage: Stage, sender: str) -> None:
    """From whichever address: the mail lies with the ticket, nothing is deleted before a person goes on."""
    ticket_id = approved(stage)
    stage.work()
    (told,) = [message_from_bytes(wire) for _, to, wire in stage.postman.out if to == sender and b"/stop/" in wire]
    ids = {"In_Reply_To": told["Message-ID"], "subject": "Re: Your data"}
    assert stage.mail("I never asked for that!", sender=f"A. K. <{sender}>", **ids) == ticket_id
    request = stage.request(ticket_id, Right.DELETION)
    assert (request.state, "Details" in (request.reason or "")) == (State.NEEDS_PERSON, True)
    stage.cooled()
    assert erasures(stage) == 0
    with stage.store.read() as unit:
        assert len(unit.mail.of(ticket_id)) == 3  # the enquiry, the code, this
    stage.desk.resume(HUGO, stage.ids(), request.id)
    stage.cooled()
    assert state(stage, ticket_id) == State.DONE


def test_a_stranger_who_answers_the_notice_holds_nothing_up(stage: Stage) -> None:
    """It was forwarded to somebody: their mail is no word of an address on file. Nor is that of a machine."""
    ticket_id = approved(stage)
    stage.work()
    (told,) = [message_from_bytes(wire) for _, to, wire in stage.postman.out if to == OLD and b"/stop/" in wire]
    stage.mail("Stop!", sender="eve@example.org", In_Reply_To=told["Message-ID"], subject="Re")
    stage.mail("I am on holiday", sender=OLD, In_Reply_To=told["Message-ID"], subject="Away", Auto_Submitted="auto-replied")
    assert state(stage, ticket_id) == State.COOLING


def test_without_a_page_a_reply_is_the_means(sqlite_store, clock, ids) -> None:
    """Where the bot has no address of its own on the web the letter holds no link, and says what to do instead."""
    stage = Stage(sqlite_store, clock, ids, house={"public_url": ""})
    approved(stage)
    stage.work()
    text = stage.postman.texts()[-1]
    assert "stop" in text
    assert "http" not in text.replace("https://edoeb", "")
    assert "reply to this mail" in text.lower()
