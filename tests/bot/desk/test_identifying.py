"""Who asks, as the team finds out: the mail server's word, codes, facts, agents, and what proves nothing for long."""

from email import message_from_bytes
from typing import Any

import pytest

from bot.connectors import Found, Table
from bot.errors import NotAllowed
from bot.identity import Rung
from bot.intake import Rules
from bot.law import Right
from bot.tickets import Identity, State
from tests.bot.desk.office import ANN, EVE, HUGO, PAULA, VERA, Stage
from tests.fakes import FakeSystem

OURS = "mx.lumen.example"
PASSED = f"{OURS}; dmarc=pass header.from=example.com"
NEW = "ann@new.example"
LAWYER = "counsel@law.example"
FACTS = {"customer_number": "K-100234", "order_date": "14.03.2025"}


class Shop(FakeSystem):
    """A system whose export holds facts about Ann."""

    def export(self, person: Found) -> list[Table]:
        columns = ("number", "ordered", "zip", "phone", "note")
        rows = (("K 100234", "2025-03-14T10:00:00", "84000", "+41 52 000 11 22", None),)
        return [*super().export(person), Table("orders", "orders", "contract", "ten years", columns, rows)]


@pytest.fixture
def stage(sqlite_store, clock, ids) -> Stage:
    rules = Rules(own_addresses=("info@lumen.example",), reply_tag="dpe.lumen.example", authserv_id=OURS)
    return Stage(sqlite_store, clock, ids, system=Shop(people={"person:1": (ANN, 3)}), rules=rules)


def sent_to(stage: Stage, word: str) -> list[str]:
    """To whom letters with this in the subject went."""
    return [to for _, to, raw in stage.postman.out if word in str(message_from_bytes(raw)["Subject"])]


def state(stage: Stage, ticket_id: str, right: Right = Right.ACCESS) -> State:
    return stage.request(ticket_id, right).state


def told(stage: Stage, ticket_id: str, right: Right = Right.ACCESS) -> str:
    return stage.request(ticket_id, right).reason or ""


def press(stage: Stage, verb: str, ticket_id: str, *args: Any, user: str = HUGO) -> str:
    said = getattr(stage.desk, verb)(user, stage.ids(), ticket_id, *args)
    stage.work()
    return said


def escalated(stage: Stage, text: str = "Which data do you hold about me?", sender: str = NEW, **headers: str) -> str:
    """Somebody from another address asks for access, and a person has to look."""
    ticket_id = stage.open(text, sender=sender, **headers)
    stage.choose(ticket_id, Right.ACCESS)
    return ticket_id


# -- the mail server's word --------------------------------------------------------------------------------------------


def test_a_mail_our_server_vouches_for_restricts_and_gives_nothing_out(stage: Stage) -> None:
    """A restriction needs no code then; access in the same ticket does."""
    ticket_id = stage.open("Please restrict my data. Which data do you hold about me?", Authentication_Results=PASSED)
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.RESTRICTION, {"ground": "accuracy"})
    stage.work()
    assert state(stage, ticket_id, Right.RESTRICTION) == State.DONE
    assert stage.ticket(ticket_id).identity == Identity.VOUCHED
    assert sent_to(stage, "confirm") == []
    stage.choose(ticket_id, Right.ACCESS)
    assert state(stage, ticket_id) == State.IDENTIFYING
    assert sent_to(stage, "confirm") == [ANN]


def test_an_answer_our_server_vouches_for_needs_no_code(stage: Stage) -> None:
    """It names our letter, which only that mailbox got, and comes from there: nobody has to copy digits."""
    ticket_id = stage.open(Authentication_Results=PASSED)
    stage.choose(ticket_id, Right.ACCESS)
    last = message_from_bytes(stage.postman.out[-1][2])["Message-ID"]
    stage.mail("Yes, that was me.", subject="Re: confirm", In_Reply_To=last, Authentication_Results=PASSED)
    stage.work()
    assert stage.ticket(ticket_id).identity == Identity.CONFIRMED
    assert state(stage, ticket_id) == State.DONE


def test_an_answer_nobody_vouches_for_needs_the_code(stage: Stage) -> None:
    """The same words in a forged mail: whoever knows a Message-ID has not got the code."""
    ticket_id = stage.open(Authentication_Results=PASSED)
    stage.choose(ticket_id, Right.ACCESS)
    last = message_from_bytes(stage.postman.out[-1][2])["Message-ID"]
    for line in (PASSED.replace("pass", "fail"), f"mx.evil.example; {PASSED.partition('; ')[2]}"):
        stage.mail("Yes, that was me.", subject="Re: confirm", In_Reply_To=last, Authentication_Results=line)
        stage.work()
    assert state(stage, ticket_id) == State.IDENTIFYING
    assert not stage.packer.files


# -- what was shown counts for what it was shown for -------------------------------------------------------------------


def test_who_takes_over_a_thread_proves_nothing_by_what_came_before(stage: Stage) -> None:
    """A code confirmed the access. A later mail wants everything deleted: a new code names that, and goes to Ann."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    assert state(stage, ticket_id) == State.DONE
    stage.reply("Thanks. Now delete all my data.")
    stage.choose(ticket_id, Right.DELETION)
    assert state(stage, ticket_id, Right.DELETION) == State.IDENTIFYING
    assert stage.ticket(ticket_id).identity == Identity.CONFIRMED  # of the access
    assert sent_to(stage, "confirm") == [ANN, ANN]
    assert "delete the data" in stage.postman.texts()[-1]
    assert "a code that names this right is under way" in str(stage.channel.messages)
    stage.reply_with_code()
    stage.work()
    assert state(stage, ticket_id, Right.DELETION) == State.APPROVING


def test_one_code_confirms_everything_its_letter_names(stage: Stage) -> None:
    """A mail that asks for two things is one question, whichever of them is chosen first."""
    ticket_id = stage.open("Which data do you hold about me? Please delete my data as well.")
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    stage.choose(ticket_id, Right.DELETION)
    assert state(stage, ticket_id, Right.DELETION) == State.APPROVING
    assert sent_to(stage, "confirm") == [ANN]


# -- another address ---------------------------------------------------------------------------------------------------


def test_a_code_goes_to_the_address_on_file_and_so_does_the_answer(stage: Stage) -> None:
    """Ann writes from a new address and names the old one. What she gets there she types; her data go to the old one."""
    ticket_id = escalated(stage, f"Which data do you hold about me? You know me as {ANN}.")
    assert "one that the mail names is on file" in told(stage, ticket_id)
    view = stage.desk.identity_view(HUGO, ticket_id)
    assert (view.named, "claim" in view.offers) == (ANN, True)
    press(stage, "claim", ticket_id, f" {ANN.upper()} ")
    assert sent_to(stage, "confirm") == [ANN]
    letter = message_from_bytes(stage.postman.out[-1][2])
    assert letter["In-Reply-To"] is None  # nothing of the mail from elsewhere is in it
    stage.reply("The code is 1234 5678.", sender=NEW)
    stage.work()
    assert (stage.ticket(ticket_id).identity, state(stage, ticket_id)) == (Identity.CONFIRMED, State.DONE)
    answers = [to for _, to, raw in stage.postman.out if "/p/" in str(stage.postman.texts()[stage.postman.out.index((_, to, raw))])]
    assert answers == [ANN]


def test_the_one_who_is_asked_may_answer_from_there(stage: Stage) -> None:
    """A reply from the address on file joins the ticket and confirms; one from a stranger does neither."""
    ticket_id = escalated(stage, f"Which data do you hold about me? You know me as {ANN}.")
    press(stage, "claim", ticket_id, ANN)
    assert stage.reply_with_code() == ticket_id
    stage.work()
    assert state(stage, ticket_id) == State.DONE


def test_nothing_held_is_not_sent_where_somebody_else_is_meant(stage: Stage) -> None:
    """Nobody knows the address, and “nothing held” is drafted. Before it is released Hugo names the one on file."""
    stage.reads = False
    ticket_id = escalated(stage)
    assert state(stage, ticket_id) == State.ANSWERING
    assert "claim" in stage.desk.identity_view(HUGO, ticket_id).offers
    press(stage, "claim", ticket_id, ANN)
    assert (state(stage, ticket_id), sent_to(stage, "confirm")) == (State.IDENTIFYING, [ANN])
    stage.reads = True
    stage.reply_with_code()
    stage.work()
    assert state(stage, ticket_id) == State.DONE
    assert not any("We hold no data" in each for each in stage.postman.texts())


def test_an_address_nobody_holds_gets_no_code(stage: Stage) -> None:
    """Only an address a system has may be asked; the ticket says that there is nobody."""
    ticket_id = escalated(stage, f"Which data do you hold about me? You know me as {ANN}.")
    press(stage, "claim", ticket_id, "eve@evil.example")
    assert sent_to(stage, "confirm") == []
    assert not stage.packer.files
    with pytest.raises(NotAllowed, match="no e-mail address"):
        press(stage, "claim", ticket_id, "nonsense")
    with pytest.raises(NotAllowed, match="address that wrote"):
        press(stage, "claim", ticket_id, NEW)


def test_a_confirmed_ticket_takes_no_other_address(stage: Stage) -> None:
    """Else a colleague could turn a finished check to somebody else's data."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    with pytest.raises(NotAllowed, match="confirmed"):
        press(stage, "claim", ticket_id, "bob@example.com")


# -- facts, documents, a second person ---------------------------------------------------------------------------------


def lost(stage: Stage) -> str:
    """Ann has lost the address on file: her code cannot come back."""
    ticket_id = escalated(stage, f"Which data do you hold about me? You know me as {ANN}, which I lost.")
    press(stage, "claim", ticket_id, ANN)
    return ticket_id


def test_two_facts_and_a_second_person_open_a_new_address(stage: Stage) -> None:
    """They are compared and forgotten; whoever looked cannot agree alone; then the data go to where Ann is now."""
    ticket_id = lost(stage)
    press(stage, "facts", ticket_id, FACTS)
    assert "second person" in told(stage, ticket_id)
    assert state(stage, ticket_id) == State.NEEDS_PERSON
    with stage.store.read() as unit:
        (row,) = [each for each in unit.means.of(ticket_id) if each.kind == "facts"]
        assert (row.state, row.detail["right"], row.secret) == ("held", 2, False)
    with pytest.raises(NotAllowed, match="second person"):
        press(stage, "second", ticket_id)
    assert stage.desk.identity_view(PAULA, ticket_id).next == Rung.SECOND
    press(stage, "second", ticket_id, user=PAULA)
    assert (stage.ticket(ticket_id).identity, state(stage, ticket_id)) == (Identity.CONFIRMED, State.DONE)
    assert stage.postman.out[-1][1] == NEW
    with pytest.raises(NotAllowed, match="nothing to agree"):
        press(stage, "second", ticket_id, user=PAULA)


def test_facts_that_are_wrong_prove_nothing(stage: Stage) -> None:
    """One right fact is none; after three comparisons nothing more is compared, and only a person may go on."""
    ticket_id = lost(stage)
    for _ in range(3):
        press(stage, "facts", ticket_id, {"customer_number": "K-100234", "birthday": "1990-01-01"})
        assert state(stage, ticket_id) in {State.NEEDS_PERSON, State.IDENTIFYING}
    with pytest.raises(NotAllowed, match="nothing more is compared"):
        press(stage, "facts", ticket_id, FACTS)
    assert not stage.packer.files
    assert "compared" in stage.trail(ticket_id)


def test_a_document_comes_last_and_is_not_kept(stage: Stage) -> None:
    """Not before facts were wrong; then a note that somebody looked, and our copy of the mail has no attachment any more."""
    ticket_id = lost(stage)
    with pytest.raises(NotAllowed, match="Milder means"):
        press(stage, "document", ticket_id)
    last = message_from_bytes(stage.postman.out[-1][2])["Message-ID"]
    parts = (
        f"From: {NEW}\r\nTo: info@lumen.example\r\nSubject: Re: x\r\nIn-Reply-To: {last}\r\nMessage-ID: <d@x>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        "Here is my passport.\r\n--b\r\nContent-Type: image/png; name=passport.png\r\n\r\nPASSPORT-BYTES\r\n--b--\r\n"
    )
    assert stage.arrive(parts.encode()) == ticket_id
    press(stage, "facts", ticket_id, {"customer_number": "K-999999", "order_date": "14.03.2025"})
    press(stage, "document", ticket_id)
    with stage.store.read() as unit:
        raws = [unit.mail.raw(each.id) for each in unit.mail.of(ticket_id)]
    assert not any(b"PASSPORT-BYTES" in each for each in raws)
    assert any(b"Here is my passport." in each for each in raws)
    assert "second person" in told(stage, ticket_id)
    press(stage, "second", ticket_id, user=PAULA)
    assert state(stage, ticket_id) == State.DONE


# -- acting for somebody else ------------------------------------------------------------------------------------------


def test_a_lawyer_shows_the_authority_and_a_second_person_agrees(stage: Stage) -> None:
    """Not even a code before; then whom they act for; and the answer goes to the lawyer, for two people stand for it."""
    ticket_id = escalated(stage, "We act for Ms Keller. Please send us all data about our client.", sender=LAWYER)
    assert "acts for somebody else" in told(stage, ticket_id)
    view = stage.desk.identity_view(HUGO, ticket_id)
    assert (view.agent, view.next) == (True, Rung.AUTHORITY)
    press(stage, "claim", ticket_id, ANN)
    assert sent_to(stage, "confirm") == []
    press(stage, "authority", ticket_id)
    with pytest.raises(NotAllowed, match="second person"):
        press(stage, "second", ticket_id)
    press(stage, "second", ticket_id, user=PAULA)
    assert state(stage, ticket_id) == State.DONE
    assert stage.postman.out[-1][1] == LAWYER


def test_who_only_reads_like_an_agent_gets_a_code(stage: Stage) -> None:
    """A person says so, and the ladder goes on as ever."""
    ticket_id = escalated(stage, "My client number is 5. Which data do you hold about me? Our client list?", sender=ANN)
    assert "acts for somebody else" in told(stage, ticket_id)
    press(stage, "itself", ticket_id)
    assert sent_to(stage, "confirm") == [ANN]
    press(stage, "agent", ticket_id)
    assert "acts for somebody else" in told(stage, ticket_id)


# -- the window --------------------------------------------------------------------------------------------------------


def test_the_window_says_what_comes_next_and_why(stage: Stage) -> None:
    """A code under way, a code used up, what is offered then; nobody without the role sees any of it."""
    ticket_id = stage.open()
    assert stage.desk.identity_view(HUGO, ticket_id).steps == ((Right.ACCESS, None),)
    stage.choose(ticket_id, Right.ACCESS)
    view = stage.desk.identity_view(HUGO, ticket_id)
    assert view.next == Rung.CODE
    assert "code" not in view.offers  # one is under way
    with pytest.raises(NotAllowed, match="under way"):
        press(stage, "code", ticket_id)
    for _ in range(5):
        stage.reply("Is it 11112222?")
        stage.work()
    assert "Five wrong codes" in told(stage, ticket_id)
    assert "code" in stage.desk.identity_view(HUGO, ticket_id).offers
    press(stage, "code", ticket_id)
    assert sent_to(stage, "confirm") == [ANN, ANN]
    for user in (VERA, EVE):
        with pytest.raises(NotAllowed):
            stage.desk.identity_view(user, ticket_id)
        with pytest.raises(NotAllowed):
            press(stage, "claim", ticket_id, "bob@example.com", user=user)


def test_a_reference_is_no_code(stage: Stage) -> None:
    """Who only names the ticket has not tried anything."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    for _ in range(6):
        stage.reply(f"What about {stage.ticket(ticket_id).ref}?")
        stage.work()
    assert "wrong_code" not in stage.trail(ticket_id)
    stage.reply_with_code()
    stage.work()
    assert stage.ticket(ticket_id).identity == Identity.CONFIRMED


def test_no_code_beyond_those_of_a_day(stage: Stage) -> None:
    """T27: three a day; then facts are the mildest means left."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    for number in range(3):
        if number:
            press(stage, "code", ticket_id)
        for _ in range(5):
            stage.reply("Is it 11112222?")
            stage.work()
    with pytest.raises(NotAllowed, match="as a day allows"):
        press(stage, "code", ticket_id)
    view = stage.desk.identity_view(HUGO, ticket_id)
    assert (view.next, "facts" in view.offers, "document" in view.offers) == (Rung.FACTS, True, True)


def test_a_second_delivery_does_nothing(stage: Stage) -> None:
    """As everywhere: one press, one effect."""
    ticket_id = lost(stage)
    for _ in range(2):
        said = stage.desk.facts(HUGO, "once", ticket_id, FACTS)
    assert said.startswith("This was saved already")
    stage.work()
    with stage.store.read() as unit:
        assert [each.kind for each in unit.means.of(ticket_id)] == ["claim", "facts"]


def test_the_channel_and_the_record_name_nobody(stage: Stage) -> None:
    """What is compared and where it goes stays sealed: not on the card, not in the record."""
    ticket_id = lost(stage)
    press(stage, "facts", ticket_id, FACTS)
    with stage.store.read() as unit:
        record = str(unit.trail(ticket_id))
    for personal in (ANN, NEW, "100234", "2025-03-14", "14.03.2025"):
        assert personal not in record
        assert personal not in str(stage.channel.messages)
