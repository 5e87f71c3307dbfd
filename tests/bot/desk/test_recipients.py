"""Whoever got the data hears of what was done, answers, is asked again; Nora works for a distributor, Fritz for another."""

import copy
import json
from email import message_from_bytes
from typing import Any

import pytest

from bot.drafts import LETTERS
from bot.errors import NotAllowed, Refused, Unclear
from bot.law import Right
from bot.recipients import Standing, Verdict
from bot.store import Notice
from bot.tickets import Identity, State
from tests.bot.desk.deaths import Killed, die_at
from tests.bot.desk.office import ANN, EVE, HUGO, PAULA, POLICY, VERA, Stage
from tests.bot.desk.test_letterbox import bounce

NORD, SUD, PAPER = "datenschutz@nord.example", "privacy@sud.example", ""
NORA = f"Nora Nord <nora@{NORD.partition('@')[2]}>"
FRITZ = f"Fritz <{SUD}>"


def recipient(name: str, email: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "country": "Germany", "kind": "distributor", "email": email, "language": "de", "safeguard": "",
            "categories": [], "tell": True, "because": "", **more}  # fmt: skip


HOST = recipient("Host Ltd", tell=False, because="we delete there ourselves")
TWO = [recipient("Nord Vertrieb GmbH", NORD), recipient("Sud SA", SUD, language="fr")]


def policy(*recipients: dict[str, Any]) -> dict[str, Any]:
    found = copy.deepcopy(POLICY)
    found["policy"]["recipients"] = copy.deepcopy(list(recipients))
    return found


def staged(store: Any, clock: Any, ids: Any, *recipients: dict[str, Any]) -> Stage:
    at_once = frozenset(LETTERS)  # drafts of notices have their own tests (test_drafting.py)
    made = Stage(store, clock, ids, house={"policy": policy(*recipients), "release_at_once": at_once})
    made.system.fields["person:1"] = {"city": "Zürich", "first_name": "Ann"}
    return made


@pytest.fixture
def stage(sqlite_store, clock, ids) -> Stage:
    """Two distributors with an address, and a host the bot itself deletes at."""
    return staged(sqlite_store, clock, ids, *TWO, HOST)


@pytest.fixture
def either(store, clock, ids) -> Stage:
    """The same on both databases."""
    return staged(store, clock, ids, *TWO, HOST)


@pytest.fixture
def paper(sqlite_store, clock, ids) -> Stage:
    """One recipient without an address."""
    return staged(sqlite_store, clock, ids, recipient("Papier AG"))


def deleted(stage: Stage) -> str:
    """Ann's data are deleted, and everything that follows at once has happened."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.cooled()
    return ticket_id


def notices(stage: Stage, ticket_id: str) -> dict[str, Notice]:
    with stage.store.read() as unit:
        return {each.recipient: each for each in unit.notices.of(ticket_id)}


def states(stage: Stage, ticket_id: str) -> dict[str, str]:
    return {name: str(each.state) for name, each in notices(stage, ticket_id).items()}


def letters(stage: Stage, to: str) -> list[Any]:
    return [message_from_bytes(content) for _, address, content in stage.postman.out if address == to]


def text(mail: Any) -> str:
    return next(part.get_payload(decode=True).decode() for part in mail.walk() if part.get_content_type() == "text/plain")


def writes(stage: Stage, words: str, sender: str = NORA, to: str = NORD, *, automatic: bool = False) -> str | None:
    """Somebody answers the newest letter that went to this recipient."""
    answered = letters(stage, to)[-1]["Message-ID"]
    headers = {"Auto-Submitted": "auto-replied"} if automatic else {}
    found = stage.mail(words, sender=sender, subject="AW: Ihre Nachricht", In_Reply_To=answered, **headers)
    stage.work()
    return found


def failing(stage: Stage, error: Exception, to: str = NORD) -> None:
    """The mail server does this with every letter to this address."""
    send = stage.postman.send

    def answer(sender: str, address: str, content: bytes) -> None:
        if address == to:
            raise error
        send(sender, address, content)

    stage.postman.send = answer  # type: ignore[method-assign]


def trail(stage: Stage, ticket_id: str) -> list[tuple[str, str]]:
    with stage.store.read() as unit:
        return [(row.verb, row.actor) for row in unit.trail(ticket_id) if row.verb.startswith(("recipient", "notice"))]


# -- told --------------------------------------------------------------------------------------------------------------


def test_each_recipient_is_told_before_the_person_gets_the_answer(either: Stage) -> None:
    """One letter each, in their language, with what they need to find the person; then the answer says who was told."""
    stage = either
    ticket_id = deleted(stage)
    to = [address for _, address, _ in stage.postman.out]
    assert to[-3:] in ([NORD, SUD, ANN], [SUD, NORD, ANN])
    (german,), (french,) = letters(stage, NORD), letters(stage, SUD)
    assert german["Content-Language"] == "de"
    assert french["Content-Language"] == "fr"
    assert german["In-Reply-To"] is None
    for mail in (german, french):
        assert ANN in text(mail)
        assert "Ann Keller" in text(mail)
    said = text(letters(stage, ANN)[-1])
    assert "We have told them" in said
    assert "Nord Vertrieb GmbH, on " in said
    assert "Host Ltd: we delete there ourselves" in said
    assert states(stage, ticket_id) == {"nord-vertrieb-gmbh": "told", "sud-sa": "told"}
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert "Recipients: 2 told" in stage.channel.shown()
    assert "Keller" not in stage.channel.shown()


def test_who_gets_none_of_these_data_hears_nothing(sqlite_store, clock, ids) -> None:
    """By category; and the plan a second person approves names exactly those who will be told."""
    stage = staged(sqlite_store, clock, ids, recipient("Bücher AG", NORD, categories=["invoices"]),
                   recipient("Nord", SUD, categories=["Customer data"]))  # fmt: skip
    ticket_id, request = stage.planned_deletion()
    with stage.store.read() as unit:
        lines = unit.plans.get(request.plan_id or "").lines
    assert [line.place for line in lines if line.system == "recipients"] == ["Nord"]
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.cooled()
    assert list(notices(stage, ticket_id)) == ["nord"]


def test_nothing_done_is_nothing_to_tell(stage: Stage) -> None:
    """Nobody is known, or the right changes nothing: no notice, and the letter does not pretend."""
    stage.system.people.clear()
    ticket_id = stage.open("Please delete my data.")
    stage.choose(ticket_id, Right.DELETION)
    assert notices(stage, ticket_id) == {}
    stage.system.people["person:1"] = (ANN, 3)
    asked = stage.open("Which data do you hold about me?")
    stage.choose(asked, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    assert notices(stage, asked) == {}


def test_a_correction_tells_old_and_new(stage: Stage) -> None:
    """Field by field, in the recipient's words; nothing of it in the channel."""
    ticket_id = stage.open("I have moved. Please correct my address.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.CORRECTION, {"city": "Winterthur"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket_id, Right.CORRECTION)
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    said = text(letters(stage, NORD)[0])
    assert "Vorher: Zürich" in said
    assert "Jetzt: Winterthur" in said
    assert "Winterthur" not in stage.channel.shown()
    writes(stage, "Adresse geändert, Gruss Nora")
    assert notices(stage, ticket_id)["nord-vertrieb-gmbh"].verdict == Verdict.DONE


def test_the_end_of_a_restriction_is_told_as_its_beginning_was(stage: Stage) -> None:
    """Two plans, two notices each; both letters name the person."""
    ticket_id = stage.open("Please restrict the processing of my data.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.RESTRICTION, {"ground": "accuracy"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket_id, Right.RESTRICTION)
    stage.desk.lift(HUGO, stage.ids(), request.id, "The data have been checked.")
    stage.work()
    stage.desk.approve(PAULA, stage.ids(), request.id, stage.request(ticket_id, Right.RESTRICTION).plan_id or "")
    stage.clock.forward(days=8)
    stage.work()
    with stage.store.read() as unit:
        acts = [each.act for each in unit.notices.of(ticket_id) if each.recipient == "sud-sa"]
    assert acts == ["restriction", "lifting"]
    subjects = [str(each["Subject"]) for each in letters(stage, NORD)]
    assert len(subjects) == 3  # and a second one for the first, after a week
    assert "has ended" in stage.postman.texts()[-1]


def test_who_has_no_address_is_told_by_a_person(paper: Stage) -> None:
    """Asked in the thread; the answer goes out meanwhile and says that they will be told."""
    ticket_id = deleted(paper)
    assert states(paper, ticket_id) == {"papier-ag": "by_hand"}
    assert "We are telling them" in paper.postman.texts()[-1]
    asked = [blocks for blocks, _ in paper.channel.messages.values() if "notice_told" in json.dumps(blocks)]
    assert len(asked) == 1
    notice = notices(paper, ticket_id)["papier-ag"]
    with pytest.raises(NotAllowed, match="how"):
        paper.desk.notice_told(HUGO, paper.ids(), notice.id, "by raven")
    paper.desk.notice_told(HUGO, "e1", notice.id, "telephone")
    paper.desk.notice_told(HUGO, "e1", notice.id, "letter")
    paper.work()
    assert states(paper, ticket_id) == {"papier-ag": "told"}
    assert "told by telephone on" in paper.channel.replies()[-1]
    assert "notice_told" not in paper.channel.shown()
    with pytest.raises(NotAllowed, match="faster"):
        paper.desk.notice_told(PAULA, paper.ids(), notice.id, "letter")


def test_told_by_hand_and_answered_in_one_breath(paper: Stage) -> None:
    """What they said on the telephone is noted with it."""
    ticket_id = deleted(paper)
    notice = notices(paper, ticket_id)["papier-ag"]
    paper.desk.notice_told(HUGO, paper.ids(), notice.id, "telephone", Verdict.NO_RECORD)
    paper.work()
    found = notices(paper, ticket_id)["papier-ag"]
    assert (found.state, found.verdict, found.said_by) == (Standing.ANSWERED, Verdict.NO_RECORD, HUGO)
    paper.desk.close(HUGO, paper.ids(), ticket_id)


def test_a_letter_that_cannot_be_sent_becomes_a_persons_task(stage: Stage) -> None:
    """The mail server refuses the address: somebody tells them, and the person's answer does not wait."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    failing(stage, Refused("550 no such user"))
    stage.work()
    stage.clock.forward(hours=48, seconds=1)
    while stage.engine.step():
        stage.clock.forward(seconds=1)
    assert states(stage, ticket_id) == {"nord-vertrieb-gmbh": "by_hand", "sud-sa": "told"}
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert "We are telling them" in stage.postman.texts()[-1]


def test_a_lost_answer_of_the_mail_server_makes_the_persons_answer_late_by_minutes_only(stage: Stage) -> None:
    """Nobody knows whether the letter left: a person is asked, and the answer to Ann says that they will be told."""
    send = stage.postman.send
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    failing(stage, Unclear("line cut"))
    stage.work()
    stage.clock.forward(hours=48, seconds=1)
    for _ in range(400):
        stage.engine.step()
        stage.clock.forward(seconds=1)
        if stage.request(ticket_id, Right.DELETION).state == State.DONE:
            break
    assert "We are telling them" in text(letters(stage, ANN)[-1])
    notice = notices(stage, ticket_id)["nord-vertrieb-gmbh"]
    assert notice.state == Standing.TO_TELL
    stage.postman.send = send  # type: ignore[method-assign]
    key = f"letter:{notice.id}:recipient_notice:1"
    stage.settled(key)
    with stage.store.read() as unit:
        assert stage.engine.states(unit, [key])[key] == "unknown"
    assert "the letter “notice to a recipient”" in stage.channel.shown()
    stage.desk.settle(HUGO, stage.ids(), key, seen=True)
    stage.work()
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "told"
    assert letters(stage, NORD) == []


def test_the_register_lost_an_address_between_plan_and_letter(stage: Stage) -> None:
    """Then a person tells them: what was approved is told all the same."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    stage.clock.forward(hours=48, seconds=1)
    while not notices(stage, ticket_id):
        stage.engine.step(limit=1)
    stage.desk.house.policy["policy"]["recipients"][0]["email"] = ""
    stage.work()
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "by_hand"


def test_an_address_no_header_may_carry_is_told_by_a_person(sqlite_store, clock, ids) -> None:
    """The letter cannot be written: said in the thread, and the answer to the person does not wait."""
    stage = staged(sqlite_store, clock, ids, recipient("Büro AG", "büro@nord.example"))
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    stage.clock.forward(hours=48, seconds=1)
    while stage.engine.step():
        stage.clock.forward(seconds=1)
    assert states(stage, ticket_id) == {"buro-ag": "by_hand"}
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert "notice_told" in stage.channel.shown()


def returned(stage: Stage, ticket_id: str, to: str, number: int = -1) -> str | None:
    """A mail server reports that this letter to a recipient did not arrive."""
    stage.uid += 1
    letter = letters(stage, to)[number].as_bytes()
    found = stage.arrive(bounce(letter, "failed\r\nStatus: 5.1.1").replace(b"<b1@", f"<b{stage.uid}@".encode()))
    stage.work()
    return found


def test_a_letter_that_came_back_was_told_to_nobody(stage: Stage) -> None:
    """The mail server says so later: nobody is chased by mail, the thread says who, somebody tells them by hand."""
    ticket_id = deleted(stage)
    assert returned(stage, ticket_id, SUD) == ticket_id
    stage.clock.forward(days=8)
    stage.work()
    found = notices(stage, ticket_id)["sud-sa"]
    assert (found.state, found.told_at, len(letters(stage, SUD))) == (Standing.BY_HAND, None, 1)
    shown = stage.channel.shown()
    assert "Recipients: 1 told, 1 to be told by hand" in shown
    assert "was told by a mail server that the letter to Sud SA did not arrive" in shown
    assert "our letter did not reach them: a person tells them" in shown
    assert "The recipient notice did not arrive" not in shown  # the card's own line is about letters to the person
    assert returned(stage, ticket_id, SUD) is None


def test_a_letter_that_came_back_opens_a_closed_ticket_again(stage: Stage) -> None:
    """It was closed as no enquiry after all; a recipient who was told nothing is somebody's work all the same."""
    ticket_id = deleted(stage)
    stage.desk.not_enquiry(HUGO, stage.ids(), ticket_id, "other")
    returned(stage, ticket_id, SUD)
    assert stage.ticket(ticket_id).state == "open"
    assert states(stage, ticket_id)["sud-sa"] == "by_hand"


def test_a_second_letter_that_came_back_ends_the_asking_by_mail(stage: Stage) -> None:
    """They were told once; whoever answered meanwhile is left alone."""
    ticket_id = deleted(stage)
    told = notices(stage, ticket_id)["sud-sa"].told_at
    stage.clock.forward(days=8)
    stage.work()
    assert len(letters(stage, SUD)) == 2
    returned(stage, ticket_id, SUD)
    found = notices(stage, ticket_id)["sud-sa"]
    assert (found.state, found.told_at) == (Standing.BY_HAND, told)
    writes(stage, "Erledigt.")
    returned(stage, ticket_id, NORD, 0)
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "answered"


def test_try_again_tells_nobody_twice(stage: Stage) -> None:
    """The proof found something: a person looks, presses “Try again”; the recipients were told once all the same."""
    ticket_id = deleted(stage)
    request = stage.request(ticket_id, Right.DELETION)
    with stage.store.begin() as unit:
        assert not stage.desk._notify(unit, request)
    stage.work()
    assert len(letters(stage, NORD)) == len(letters(stage, SUD)) == 1


# -- they answer -------------------------------------------------------------------------------------------------------


def test_a_plain_answer_is_taken(stage: Stage) -> None:
    """From anybody in their house, quoting or not; said in the thread, with the company's name and nobody else's."""
    ticket_id = deleted(stage)
    assert writes(stage, "Erledigt, danke.\n\nFreundliche Grüsse\nNora Nord") == ticket_id
    assert "recipient 1 of 2 answered. Nord Vertrieb GmbH (distributor): they did it." in stage.channel.replies()[-1].replace("Recipient", "recipient")
    writes(stage, "Nous n'avons aucune donnée.", FRITZ, SUD)
    found = notices(stage, ticket_id)
    assert {(each.state, each.verdict, each.said_by) for each in found.values()} == {
        (Standing.ANSWERED, Verdict.DONE, "bot"), (Standing.ANSWERED, Verdict.NO_RECORD, "bot"),
    }  # fmt: skip
    assert "Recipients: 2 told, 2 answered" in stage.channel.shown()
    assert "Nora" not in stage.channel.shown()
    stage.desk.close(HUGO, stage.ids(), ticket_id)
    assert stage.ticket(ticket_id).state == "closed"


def test_their_words_are_never_the_persons(stage: Stage) -> None:
    """No code, no pause that ends, no wish, no further mail in Details; and no ticket of their own."""
    ticket_id = deleted(stage)
    other = stage.open("And restrict it please.")
    stage.desk.choose(HUGO, stage.ids(), other, Right.RESTRICTION, {"ground": "accuracy"})
    stage.work()
    writes(stage, "Erledigt. Der Code ist 1234 5678.\nCity: Bern")
    assert stage.ticket(other).identity != Identity.CONFIRMED
    assert len(stage.desk.details(HUGO, ticket_id).mails) == 1  # Ann's own reply with her code
    assert stage.desk.wanted(HUGO, ticket_id).proposed == {}
    assert [row.ref for row in stage.desk.tickets(HUGO, "all")] == ["DPE-2026-0001", "DPE-2026-0002"]
    with stage.store.read() as unit:
        assert "reply" not in [row.verb for row in unit.trail(ticket_id)][-3:]


@pytest.mark.parametrize("sender", ["Eve <eve@example.org>", f"Ann Keller <{ANN}>", "x <nora@nord.example.evil.example>"])
def test_somebody_else_who_answers_is_put_aside(stage: Stage, sender: str) -> None:
    """A stranger, even the person themselves: a person looks, the notice stays open, nobody is written to."""
    ticket_id = deleted(stage)
    sent = len(stage.postman.out)
    found = writes(stage, "Erledigt", sender)
    assert found is not None
    assert found.startswith("mail:")
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "told"
    assert len(stage.postman.out) == sent
    (aside,) = stage.desk.quarantined(HUGO, found.removeprefix("mail:")).reasons[-1:]
    assert "recipient" in aside


def test_an_answer_without_its_thread_is_asked_about(stage: Stage) -> None:
    """A ticket system that keeps the subject only: from the very address we wrote to, and never taken by itself."""
    ticket_id = deleted(stage)
    assert stage.mail("Erledigt", sender=f"Nord <{NORD}>", subject="[#4711] DPE-2026-0001") == ticket_id
    stage.work()
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "unsure"
    assert stage.mail("Erledigt", sender="Nora <other@nord.example>", subject="DPE-2026-0001") != ticket_id


@pytest.mark.parametrize("automatic", [True, False])
def test_a_word_of_absence_changes_nothing(stage: Stage, *, automatic: bool) -> None:
    """Whether a header says so or only the words."""
    ticket_id = deleted(stage)
    writes(stage, "Ich bin bis 3. Dezember abwesend.", automatic=automatic)
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "told"
    writes(stage, "Erledigt")
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "answered"


def test_thanks_after_the_answer_change_nothing(stage: Stage) -> None:
    """And neither does the same answer again; another one is read by a person."""
    ticket_id = deleted(stage)
    for words in ("Erledigt", "Vielen Dank!", "Done."):
        writes(stage, words)
        assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "answered"
    writes(stage, "We have no record of this person.")
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "unsure"


def test_what_is_not_plain_a_person_reads_and_decides(stage: Stage) -> None:
    """Read in a modal, said once, audited with the digest of the reply; the buttons are gone."""
    ticket_id = deleted(stage)
    writes(stage, "Gelöscht bis auf die Rechnungen.")
    notice = notices(stage, ticket_id)["nord-vertrieb-gmbh"]
    assert (notice.state, notice.asked) == (Standing.UNSURE, 1)
    assert "Rechnungen" not in stage.channel.shown()
    for button in ("They did it", "They hold nothing", "They refuse …", "Not an answer", "Read"):
        assert button in stage.channel.shown()
    assert stage.desk.notice_reply(HUGO, notice.id).words == "Gelöscht bis auf die Rechnungen."
    with pytest.raises(NotAllowed):
        stage.desk.notice_reply(VERA, notice.id)
    with pytest.raises(NotAllowed):
        stage.desk.notice_says(EVE, stage.ids(), notice.id, 1, Verdict.DONE)
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.notice_says(HUGO, stage.ids(), notice.id, 7, Verdict.DONE)
    with pytest.raises(NotAllowed, match="ground"):
        stage.desk.notice_says(HUGO, stage.ids(), notice.id, 1, Verdict.REFUSED)
    with pytest.raises(NotAllowed, match="no answer"):
        stage.desk.notice_says(HUGO, stage.ids(), notice.id, 1, Verdict.AWAY)
    with pytest.raises(NotAllowed, match="ground"):
        stage.desk.notice_told(HUGO, stage.ids(), notice.id, "letter", Verdict.REFUSED)
    stage.desk.notice_says(HUGO, "e1", notice.id, 1, Verdict.REFUSED, "law")
    stage.desk.notice_says(HUGO, "e1", notice.id, 1, Verdict.DONE)
    stage.work()
    assert "they refuse (A law obliges them to keep the data)" in stage.channel.replies()[-1]
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.notice_says(PAULA, stage.ids(), notice.id, 1, Verdict.DONE)
    assert "Not an answer" not in stage.channel.shown()
    with stage.store.read() as unit:
        rows = {row.verb: row.detail for row in unit.trail(ticket_id)}
    assert rows["recipient_answered"]["digest"] == rows["recipient_wrote"]["digest"]
    assert rows["recipient_answered"]["verdict"] == "refused"
    assert ("look", HUGO) in [(row.verb, row.actor) for row in unit_trail(stage, ticket_id)]


def unit_trail(stage: Stage, ticket_id: str) -> list[Any]:
    with stage.store.read() as unit:
        return unit.trail(ticket_id)


def test_what_was_no_answer_leaves_them_asked(stage: Stage) -> None:
    """“We have received your mail”: they are chased as before, and may answer later."""
    ticket_id = deleted(stage)
    writes(stage, "Wir haben Ihre Nachricht erhalten (Ticket 4711).")
    notice = notices(stage, ticket_id)["nord-vertrieb-gmbh"]
    stage.desk.notice_says(HUGO, stage.ids(), notice.id, 1, Verdict.NOTHING)
    stage.work()
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "told"
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.notice_says(HUGO, stage.ids(), notice.id, 1, Verdict.NOTHING)
    writes(stage, "Erledigt")
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == "answered"


def test_a_second_unclear_reply_asks_anew_and_the_old_buttons_are_dead(stage: Stage) -> None:
    """Each message asks about one reply."""
    ticket_id = deleted(stage)
    writes(stage, "Who is this?")
    writes(stage, "Not done yet.")
    notice = notices(stage, ticket_id)["nord-vertrieb-gmbh"]
    assert notice.asked == 2
    assert stage.desk.notice_reply(HUGO, notice.id).words == "Not done yet."
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.notice_says(HUGO, stage.ids(), notice.id, 1, Verdict.DONE)
    asking = [blocks for blocks, _ in stage.channel.messages.values() if "Not an answer" in json.dumps(blocks)]
    assert len(asking) == 1


def test_a_person_may_correct_what_the_bot_took_as_plain(stage: Stage) -> None:
    """Once; after that a person has said so, and it stands."""
    ticket_id = deleted(stage)
    writes(stage, "Erledigt")
    notice = notices(stage, ticket_id)["nord-vertrieb-gmbh"]
    stage.desk.notice_says(HUGO, stage.ids(), notice.id, 0, Verdict.REFUSED, "own")
    assert notices(stage, ticket_id)["nord-vertrieb-gmbh"].verdict == Verdict.REFUSED
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.notice_says(PAULA, stage.ids(), notice.id, 0, Verdict.DONE)


# -- chased ------------------------------------------------------------------------------------------------------------


def test_they_are_chased_until_they_answer(either: Stage) -> None:
    """The team hears on the third day, the seventh brings a second letter in the same thread; an answer ends both."""
    stage = either
    ticket_id = deleted(stage)
    writes(stage, "fait", FRITZ, SUD)
    stage.clock.forward(days=3)
    stage.desk.remind()
    stage.work()
    assert "recipient" in stage.channel.replies()[-1].lower()
    stage.clock.forward(days=4, hours=1)
    stage.work()
    first, second = letters(stage, NORD)
    assert second["In-Reply-To"] == first["Message-ID"]
    assert ANN not in text(second)
    assert len(letters(stage, SUD)) == 1
    writes(stage, "Erledigt")
    stage.clock.forward(days=30)
    stage.desk.remind()
    stage.work()
    assert len(letters(stage, NORD)) == 2
    with stage.store.read() as unit:
        assert {each.state for each in unit.reminders.of(ticket_id) if each.kind == "recipient"} <= {"said", "dropped"}


def test_an_answer_to_the_second_letter_counts(stage: Stage) -> None:
    """Either letter of ours may be answered."""
    ticket_id = deleted(stage)
    stage.clock.forward(days=7, hours=1)
    stage.work()
    assert writes(stage, "Keine Daten") == ticket_id
    assert notices(stage, ticket_id)["nord-vertrieb-gmbh"].verdict == Verdict.NO_RECORD


def test_a_ticket_closes_when_all_have_answered_or_nobody_asks_any_more(stage: Stage) -> None:
    """With a reason from the list, once; what they write later is read, and opens nothing."""
    ticket_id = deleted(stage)
    writes(stage, "Erledigt")
    with pytest.raises(NotAllowed, match="recipient"):
        stage.desk.close(HUGO, stage.ids(), ticket_id)
    notice = notices(stage, ticket_id)["sud-sa"]
    with pytest.raises(NotAllowed, match="why"):
        stage.desk.notice_stop(HUGO, stage.ids(), notice.id, "because")
    stage.desk.notice_stop(HUGO, "e1", notice.id, "silent")
    stage.desk.notice_stop(HUGO, "e1", notice.id, "effort")
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.notice_stop(PAULA, stage.ids(), notice.id, "silent")
    stage.work()
    stage.desk.close(HUGO, stage.ids(), ticket_id)
    stage.clock.forward(days=8)
    stage.work()
    assert len(letters(stage, SUD)) == 1
    assert writes(stage, "c'est fait", FRITZ, SUD) == ticket_id
    assert stage.ticket(ticket_id).state == "closed"
    assert states(stage, ticket_id)["sud-sa"] == "answered"
    assert ("recipient_dropped", HUGO) in trail(stage, ticket_id)


def test_a_ticket_that_waits_for_recipients_is_not_joined_with_another(stage: Stage) -> None:
    """It would be closed by that, and nobody would ask any more."""
    stage.open("Which data do you hold about me?")
    waiting = deleted(stage)
    with pytest.raises(NotAllowed, match="Recipients"):
        stage.desk.merge(HUGO, stage.ids(), waiting, "DPE-2026-0001")


def test_after_the_purge_nobody_is_a_recipient_any_more(stage: Stage) -> None:
    """Whom we wrote to is not known any more: a person looks at what comes back."""
    ticket_id = deleted(stage)
    with stage.store.begin() as unit:
        unit.destroy_key(f"ticket:{ticket_id}")
    found = writes(stage, "Erledigt")
    assert found is not None
    assert found.startswith("mail:")


def test_the_person_may_be_a_recipient_too(sqlite_store, clock, ids) -> None:
    """Who asks from the address of a distributor: an answer to the notice is one, a mail about the ticket is theirs."""
    stage = staged(sqlite_store, clock, ids, recipient("Ann's Shop", ANN, language="en"))
    ticket_id = deleted(stage)
    assert stage.mail("Done.", subject="Still waiting, DPE-2026-0001") == ticket_id
    assert states(stage, ticket_id) == {"ann-s-shop": "told"}
    notice = next(each for each in letters(stage, ANN) if str(each["Subject"]).startswith("Please delete"))
    assert stage.mail("Done.", subject="Re:", In_Reply_To=notice["Message-ID"]) == ticket_id
    assert states(stage, ticket_id) == {"ann-s-shop": "answered"}


def test_the_list_shows_everybody_and_nobody(stage: Stage) -> None:
    """Companies, states, days; a viewer may look, a stranger may not."""
    ticket_id = deleted(stage)
    ref, views = stage.desk.notices(VERA, ticket_id)
    assert (ref, sorted(each.name for each in views)) == ("DPE-2026-0001", ["Nord Vertrieb GmbH", "Sud SA"])
    assert all(each.told_on for each in views)
    with pytest.raises(NotAllowed):
        stage.desk.notices(EVE, ticket_id)
    with pytest.raises(NotAllowed, match="not written"):
        stage.desk.notice_reply(HUGO, views[0].id)


def test_the_record_holds_no_word_of_anybody(stage: Stage) -> None:
    """Ids, slugs, verdicts and digests: it outlives the purge."""
    ticket_id = deleted(stage)
    writes(stage, "Gelöscht bis auf die Rechnungen von Ann Keller.")
    told = json.dumps([dict(row.detail) for row in unit_trail(stage, ticket_id)], default=str)
    assert "nord-vertrieb-gmbh" in told
    for word in ("Keller", "ann.keller", "Rechnungen", "nora"):
        assert word not in told


# -- killed on the way -------------------------------------------------------------------------------------------------


def risen(stage: Stage) -> Stage:
    """The next process, on the same database, with the same world; what was under way is settled."""
    stage.engine.recover()
    after = Stage(stage.store, stage.clock, stage.ids, stage.system, stage.channel, stage.postman, stage.packer, stage.house)
    after.uid = stage.uid
    after.engine.recover()
    for _ in range(4):
        after.clock.forward(minutes=2)
        after.work()
    return after


@pytest.mark.parametrize(
    "point",
    ["notice.given", "notify.before_call", "notify.after_call", "notify.recorded", "letter.before_call", "letter.after_call",
     "letter.recorded", "told.after_call", "told.recorded"],
)  # fmt: skip
def test_killed_while_telling(point: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every recipient has one letter, the person one answer, and all of it stands in the record once."""
    stage.postman.has_sent_folder = True
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    die_at(monkeypatch, point)
    with pytest.raises(Killed):
        stage.cooled()
    stage = risen(stage)
    keys = [f"letter:{each.id}:recipient_notice:1" for each in notices(stage, ticket_id).values()]
    for key in keys:
        with stage.store.read() as unit:
            state = stage.engine.states(unit, [key])[key]
        if state != "done":
            stage.settled(key)
        with stage.store.read() as unit:
            unknown = stage.engine.states(unit, [key])[key] == "unknown"
        if unknown:  # the Sent folder does not have it: a person looks, and it goes again
            stage.desk.settle(HUGO, stage.ids(), key, seen=False)
    stage.work()
    assert states(stage, ticket_id) == {"nord-vertrieb-gmbh": "told", "sud-sa": "told"}
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert [len(letters(stage, each)) for each in (NORD, SUD)] == [1, 1]
    assert sum("Your data are deleted" in str(each["Subject"]) for each in letters(stage, ANN)) == 1
    assert [verb for verb, _ in trail(stage, ticket_id)].count("recipient_told") == 2


@pytest.mark.parametrize(
    ("point", "words"),
    [("notice.heard", "Erledigt"), ("notice.answered", "Erledigt"), ("receive.written", "Erledigt"),
     ("notice_said.after_call", "Erledigt"), ("notice_said.recorded", "Erledigt"), ("notice_ask.after_call", "Who is this?"),
     ("notice_ask.recorded", "Who is this?")],
)  # fmt: skip
def test_killed_while_hearing(point: str, words: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server offers the mail again: it is heard once, and said or asked once."""
    ticket_id = deleted(stage)
    answered = letters(stage, NORD)[0]["Message-ID"]
    head = {"From": NORA, "To": "info@lumen.example", "Subject": "AW", "Message-ID": "<n1@nord.example>", "In-Reply-To": answered}
    raw = "\r\n".join([*(f"{name}: {value}" for name, value in head.items()), "", words]).encode()
    said = len(stage.channel.messages)
    die_at(monkeypatch, point)

    def heard() -> None:
        stage.arrive(raw)
        stage.work()

    with pytest.raises(Killed):
        heard()
    stage = risen(stage)
    assert stage.arrive(raw) == ticket_id
    stage = risen(stage)
    assert states(stage, ticket_id)["nord-vertrieb-gmbh"] == ("answered" if words == "Erledigt" else "unsure")
    assert len(stage.channel.messages) == said + 1
    assert [verb for verb, _ in trail(stage, ticket_id)].count("recipient_wrote") == 1


@pytest.mark.parametrize("point", ["chase.after_call", "chase.recorded", "letter.after_call"])
def test_killed_while_asking_again(point: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One second letter each."""
    stage.postman.has_sent_folder = True
    ticket_id = deleted(stage)
    stage.clock.forward(days=7, hours=1)
    die_at(monkeypatch, point)
    with pytest.raises(Killed):
        stage.work()
    stage = risen(stage)
    for notice in notices(stage, ticket_id).values():
        with stage.store.read() as unit:
            key = f"letter:{notice.id}:recipient_reminder:1"
            state = stage.engine.states(unit, [key])[key]
        if state != "done":
            stage.settled(key)
    assert [len(letters(stage, each)) for each in (NORD, SUD)] == [2, 2]
