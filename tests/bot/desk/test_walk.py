"""The walk of one enquiry over the desk: real store on both databases, real engine, fake edges."""

import pytest

from bot.errors import NotAllowed, Temporary, Unclear
from bot.law import Right
from bot.tickets import Identity, State
from tests.bot.desk.office import ANN, EVE, HUGO, PAULA, VERA, Stage
from tests.fakes import FakeSystem


@pytest.fixture
def stage(store, clock, ids) -> Stage:
    return Stage(store, clock, ids)


def test_an_enquiry_opens_one_ticket_with_card_and_acknowledgement(stage: Stage) -> None:
    """One mail: one ticket with its clock, one card that names nobody, one acknowledgement in the thread."""
    ticket_id = stage.open()
    ticket = stage.ticket(ticket_id)
    assert ticket.ref == "DPE-2026-0001"
    assert ticket.rights == (Right.ACCESS,)
    assert ticket.due.isoformat() == "2026-12-23"
    assert len(stage.channel.messages) == 1
    assert "DPE-2026-0001" in stage.channel.shown()
    for personal in (ANN, "Ann", "Keller", "Which data"):
        assert personal not in stage.channel.shown()
    (_, to, content) = stage.postman.out[0]
    assert to == ANN
    assert b"In-Reply-To: <mail-1@example.com>" in content
    assert b"Auto-Submitted: auto-replied" in content


def test_the_same_mail_again_changes_nothing(stage: Stage) -> None:
    """Another UID, even another UIDVALIDITY: the same Message-ID and content are the same mail."""
    first = stage.open()
    stage.uid = 0
    assert stage.mail() == first
    stage.work()
    with stage.store.read() as unit:
        assert len(unit.tickets.list()) == 1


def test_access_goes_from_the_button_to_the_package(stage: Stage) -> None:
    """Choose, code to the address on file, reply with it, plan, export, proof, package behind a link, letter, done."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    assert stage.ticket(ticket_id).identity == Identity.ASKED
    assert "1234 5678" in stage.postman.texts()[-1]
    assert stage.reply_with_code() == ticket_id
    stage.work()
    assert stage.ticket(ticket_id).identity == Identity.CONFIRMED
    request = stage.request(ticket_id, Right.ACCESS)
    assert request.state == State.DONE
    assert request.result["server"]["found"] == 3
    text = stage.postman.texts()[-1]
    token = text.split("https://privacy.lumen.example/p/")[1].split("?")[0]
    assert stage.download(token, "eve@example.com") is None
    name, content = stage.download(token, " ANN.Keller@example.com ")
    assert name.endswith(".zip")
    assert ANN.encode() in b"".join(content)
    with stage.store.read() as unit:
        kept = [unit.letters.content(each.id) for each in unit.letters.of(ticket_id)]
    assert token not in str(kept)
    assert "12345678" not in str(kept)
    assert "1234 5678" not in str([each.get("wire") for each in kept])


def test_a_download_is_counted_and_ends(stage: Stage) -> None:
    """Three downloads, then nothing; and nothing after its days."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    token = stage.postman.texts()[-1].split("/p/")[1].split("?")[0]
    assert [stage.download(token, ANN) is not None for _ in range(4)] == [True, True, True, False]


def test_deletion_needs_a_second_person_and_its_cooling_time(stage: Stage) -> None:
    """Whoever chose cannot approve; nothing is deleted before the second person and the cooling time; then it is proved."""
    ticket_id = stage.open("Please delete my data.")
    assert stage.ticket(ticket_id).rights == (Right.DELETION,)
    stage.choose(ticket_id, Right.DELETION)
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket_id, Right.DELETION)
    assert request.state == State.APPROVING
    with pytest.raises(NotAllowed, match="second person"):
        stage.desk.approve(HUGO, "e1", request.id, request.plan_id)
    stage.desk.approve(PAULA, "e2", request.id, request.plan_id)
    stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.COOLING
    assert not stage.system.erasures
    stage.cooled()
    assert len(stage.system.erasures) == 1
    request = stage.request(ticket_id, Right.DELETION)
    assert request.state == State.DONE
    assert request.result["server"] == {"found": 3, "done": 3, "left": 0}
    assert "3" in stage.postman.texts()[-1]
    stage.desk.close(HUGO, "e3", ticket_id)
    stage.work()
    assert stage.ticket(ticket_id).state == "closed"
    assert stage.store.verify_audit() is None


def test_the_plan_that_was_approved_is_the_plan_that_runs(stage: Stage) -> None:
    """The data changed while it cooled: the approval is void, nothing is deleted, the card shows the difference."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.system.people["person:1"] = (ANN, 5)
    stage.cooled()
    again = stage.request(ticket_id, Right.DELETION)
    assert again.state == State.APPROVING
    assert again.plan_id != request.plan_id
    assert not stage.system.erasures
    assert "3 → 5" in stage.channel.shown()
    with pytest.raises(NotAllowed, match="plan has changed"):
        stage.desk.approve(PAULA, "e2", again.id, request.plan_id)


def test_the_data_changed_at_the_last_moment(stage: Stage) -> None:
    """The recount inside the erasure differs: nothing is done, and a new plan goes to a second person."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.work()
    stage.clock.forward(hours=48, seconds=1)
    stage.engine.step()  # the cooling ends; the erasure is due
    stage.system.people["person:1"] = (ANN, 4)
    stage.work()
    assert not stage.system.erasures
    assert stage.request(ticket_id, Right.DELETION).state == State.APPROVING


def test_nobody_knows_the_address(stage: Stage) -> None:
    """A person whom no system knows gets the answer “nothing held”, and no code."""
    ticket_id = stage.open(sender="Otto <otto@example.org>")
    stage.choose(ticket_id, Right.ACCESS)
    assert stage.ticket(ticket_id).identity == Identity.NOBODY
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    assert len(stage.postman.out) == 2
    assert stage.postman.out[-1][1] == "otto@example.org"


def test_two_people_on_one_address_go_to_a_human(stage: Stage) -> None:
    """The bot never picks one of two people."""
    stage.system.people["person:2"] = (ANN.upper(), 1)
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    request = stage.request(ticket_id, Right.ACCESS)
    assert request.state == State.NEEDS_PERSON
    assert "Several people" in request.reason
    del stage.system.people["person:2"]
    stage.desk.resume(HUGO, "e1", request.id)
    stage.work()
    assert stage.ticket(ticket_id).identity == Identity.ASKED


def test_five_wrong_codes_void_the_code(stage: Stage) -> None:
    """Wrong codes are counted; after the fifth the right one helps no more and a person has to look."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    for number in range(5):
        stage.reply(f"It is 0000 000{number}")
    assert stage.request(ticket_id, Right.ACCESS).state == State.NEEDS_PERSON
    stage.reply_with_code()
    stage.work()
    assert stage.ticket(ticket_id).identity == Identity.ASKED


def test_a_code_is_worth_nothing_after_a_day(stage: Stage) -> None:
    """24 hours, then it is a number; the reply brings a new one, as the letter promised."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.clock.forward(hours=24, seconds=1)
    stage.reply_with_code()
    stage.work()
    assert stage.ticket(ticket_id).identity == Identity.ASKED
    assert sum("1234 5678" in text for text in stage.postman.texts()) == 2


def test_a_stranger_with_the_reference_never_joins(stage: Stage) -> None:
    """Our Message-ID and even the right code from another address: a ticket of its own, no identity."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    other = stage.reply("The code is 1234 5678.", sender="Eve <eve@example.org>")
    assert other != ticket_id
    assert stage.ticket(ticket_id).identity == Identity.ASKED


def test_one_press_has_one_effect(stage: Stage) -> None:
    """The same delivery twice does nothing; another person's late press is told who was faster."""
    ticket_id = stage.open()
    stage.desk.choose(HUGO, "same", ticket_id, Right.ACCESS)
    stage.desk.choose(HUGO, "same", ticket_id, Right.ACCESS)
    with pytest.raises(NotAllowed, match="identity being checked"):
        stage.desk.choose(PAULA, "other", ticket_id, Right.ACCESS)
    assert stage.trail(ticket_id).count("choose") == 1


@pytest.mark.parametrize("user", [VERA, EVE])
def test_who_may_not_may_not(stage: Stage, user: str) -> None:
    """A viewer and a stranger press in vain, and read nobody's words."""
    ticket_id = stage.open()
    with pytest.raises(NotAllowed):
        stage.desk.choose(user, "e1", ticket_id, Right.ACCESS)
    with pytest.raises(NotAllowed):
        stage.desk.details(user, ticket_id)


def test_each_look_is_on_the_record(stage: Stage) -> None:
    """The words are shown to a handler, and the look is audited."""
    ticket_id = stage.open()
    details = stage.desk.details(HUGO, ticket_id)
    assert details.address == ANN
    assert "Which data" in details.words
    assert stage.trail(ticket_id).count("look") == 1



def test_a_lie_of_the_system_is_found_by_the_proof(stage: Stage) -> None:
    """“Deleted” and still there: the request needs a person and the ticket cannot be closed."""
    stage.system.lies = True
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.work()
    stage.cooled()
    request = stage.request(ticket_id, Right.DELETION)
    assert request.state == State.NEEDS_PERSON
    assert request.result["server"]["left"] == 3
    with pytest.raises(NotAllowed, match="Not finished"):
        stage.desk.close(HUGO, "e2", ticket_id)


def test_a_letter_whose_answer_was_lost_is_settled_by_a_person(stage: Stage) -> None:
    """Nobody sends it twice by itself: the card asks, and “it arrived” finishes the request."""
    ticket_id = stage.open(sender="Otto <otto@example.org>")
    stage.postman.fails = [Unclear("The connection was lost after the letter's last line.")]
    stage.choose(ticket_id, Right.ACCESS)
    request = stage.request(ticket_id, Right.ACCESS)
    stage.settled(f"letter:{request.id}:nothing_held:1")
    assert stage.request(ticket_id, Right.ACCESS).state == State.ANSWERING
    with stage.store.read() as unit:
        (unknown,) = stage.engine.unsettled(unit, ticket_id)
    assert "nothing held" in stage.channel.shown()
    stage.desk.settle(HUGO, "e1", unknown.key, seen=True)
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    assert len(stage.postman.out) == 1


def test_the_card_of_a_system_that_is_no_longer_there(stage: Stage) -> None:
    """A ticket is shown with what was done in it, by the name its plan gave it."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id or "")
    stage.cooled()
    del stage.desk.systems["server"]  # type: ignore[attr-defined]
    (done,) = stage.desk.ticket(HUGO, stage.ticket(ticket_id).ref).requests
    assert [each.system for each in done.progress] == ["server"]


def test_slack_away_at_first(stage: Stage) -> None:
    """The ticket stands, the card comes when Slack is back and shows the newest state."""
    stage.channel.fails = [Temporary("Slack is away.", retry_after=5)] * 2
    ticket_id = stage.open()
    assert not stage.channel.messages
    for _ in range(4):
        stage.clock.forward(minutes=1)
        stage.work()
    assert stage.ticket(ticket_id).card_version == stage.ticket(ticket_id).version


def test_two_systems_are_both_erased_and_proved(store, clock, ids) -> None:
    """One step a system; the run is over when all are done and each was asked again."""
    stage = Stage(store, clock, ids)
    second = FakeSystem("crm", {"contact:9": (ANN, 2)})
    stage.desk.systems["crm"] = second
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.cooled()
    request = stage.request(ticket_id, Right.DELETION)
    assert request.state == State.DONE
    assert {name: request.result[name]["left"] for name in ("server", "crm")} == {"server": 0, "crm": 0}


def test_a_rejected_plan_can_be_chosen_again(stage: Stage) -> None:
    """Reject and stop lead back to the start; nothing was changed."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.reject(PAULA, "e1", request.id)
    assert stage.request(ticket_id, Right.DELETION).state == State.RECEIVED
    stage.choose(ticket_id, Right.DELETION, PAULA)
    request = stage.request(ticket_id, Right.DELETION)
    assert request.state == State.APPROVING
    stage.desk.approve(HUGO, "e2", request.id, request.plan_id)
    stage.desk.stop(PAULA, "e3", request.id)
    stage.cooled()
    assert not stage.system.erasures
    assert stage.request(ticket_id, Right.DELETION).state == State.RECEIVED


def test_what_a_system_holds_back_is_let_go_and_recorded(stage: Stage) -> None:
    """A quarantine whose time is over; a system that is away is asked again, one without a quarantine never."""
    assert stage.desk.sweep_systems()
    answers: list[int | Exception] = [3, Temporary("away"), 0]

    def sweep() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    stage.system.sweep = sweep  # type: ignore[attr-defined]
    assert [stage.desk.sweep_systems() for _ in range(3)] == [True, False, True]
    with stage.store.read() as unit:
        (row,) = [row for row in unit.trail() if row.verb == "swept"]
    assert dict(row.detail) == {"system": "server", "count": 3}


def test_a_package_is_gone_after_its_days(stage: Stage) -> None:
    """The link ends, the file is removed, and the record says so."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    token = stage.postman.texts()[-1].split("/p/")[1].split("?")[0]
    assert stage.packer.files
    stage.clock.forward(days=14, seconds=1)
    assert stage.desk.sweep() == 1
    assert not stage.packer.files
    assert stage.download(token, ANN) is None
    assert stage.desk.sweep() == 0


def test_a_mail_nobody_can_read_is_seen_by_a_person(stage: Stage) -> None:
    """Two senders in one From: no ticket, a quarantine entry, a message in the channel; settled, it is off the list."""
    found = stage.mail(sender="ann@example.com, eve@example.org")
    assert found.startswith("mail:")
    stage.work()
    assert "Quarantine" in stage.channel.shown()
    assert "ann@example.com" not in stage.channel.shown()
    (listed,) = stage.desk.quarantine(HUGO)
    seen = stage.desk.quarantined(HUGO, listed.id)
    assert "ann@example.com" in seen.sender
    stage.desk.settle_mail(HUGO, "e1", listed.id)
    stage.work()
    assert stage.desk.quarantine(HUGO) == []
    assert "settled" in stage.channel.shown()


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<x.y>"}])
def test_machines_get_no_answer(stage: Stage, headers: dict[str, str]) -> None:
    """A mail loop begins with one polite letter."""
    stage.mail(**headers)
    stage.work()
    assert not stage.postman.out


def test_one_acknowledgement_a_sender_and_day(stage: Stage) -> None:
    """The second enquiry of a day opens its ticket and is not acknowledged again."""
    first, second = stage.open(), stage.open("And delete my data please.")
    assert first != second
    assert len(stage.postman.out) == 1


def test_a_reply_reopens_a_closed_ticket(stage: Stage) -> None:
    """What the person still has to say is not lost behind a closed card."""
    ticket_id = stage.open(sender="Otto <otto@example.org>")
    stage.choose(ticket_id, Right.ACCESS)
    stage.desk.close(HUGO, "e1", ticket_id)
    stage.work()
    assert stage.reply("But I am a customer!", sender="Otto <otto@example.org>") == ticket_id
    stage.work()
    assert stage.ticket(ticket_id).state == "open"


def test_a_follow_up_to_their_own_mail_joins_the_ticket(stage: Stage) -> None:
    """Another subject, an answer to the person's own first mail: it is the same ticket, not a new one and not lost."""
    ticket_id = stage.open()
    assert stage.mail("Any news?", subject="Still waiting", References="<mail-1@example.com>") == ticket_id
    assert stage.mail("Any news?", subject="Still waiting", sender="eve@example.org", References="<mail-1@example.com>") is None


def test_a_near_miss_is_shown_to_a_person_and_opens_nothing(stage: Stage) -> None:
    """It looks like an enquiry under another subject: a person decides."""
    found = stage.mail("Please tell me which personal data you hold about me.", subject="A question")
    assert found is not None
    assert found.startswith("mail:")
    stage.work()
    assert "Near miss" in stage.channel.shown()
    assert not stage.postman.out


def test_ordinary_mail_leaves_no_trace(stage: Stage) -> None:
    """The rest of info@ is none of our business."""
    assert stage.mail("The invoice is attached.", subject="Invoice 4711") is None
    stage.work()
    with stage.store.read() as unit:
        assert unit.trail() == []
    assert not stage.channel.messages
