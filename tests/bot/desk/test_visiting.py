"""The person's page: how far it is, an answer, taking it back, “this was not me”; and an enquiry made on a page."""

import re
import secrets
import tomllib
from pathlib import Path

import pytest

from bot.intake import asked
from bot.law import Right
from bot.package.words import LANGUAGES
from bot.page import Bulletin, Typed
from bot.tickets import Identity, State
from tests.bot.desk.office import ANN, EVE, HUGO, PAULA, Stage

VISIT = Path(__file__).parents[3] / "templates" / "page" / "visit"


@pytest.fixture
def stage(sqlite_store, clock, ids) -> Stage:
    return Stage(sqlite_store, clock, ids)


def link(stage: Stage) -> str:
    """The token of the page, as the last letter to Ann has it."""
    found = re.findall(r"https://privacy\.lumen\.example/enquiry/([^\s?]+)", "\n".join(stage.postman.texts()))
    return found[-1]


def seen(stage: Stage) -> Bulletin:
    found = stage.desk.enquiry(link(stage), f" {ANN.upper()} ")
    assert found
    return found


def steps(stage: Stage) -> dict[Right, str]:
    return {each.right: each.said for each in seen(stage).steps}


def test_the_page_follows_the_deletion_from_the_first_day_to_the_last(stage: Stage) -> None:
    """Each state in plain words, with the date that comes next."""
    ticket_id = stage.open("Please delete my data.")
    first = seen(stage)
    assert (first.ref, first.open, first.due) == ("DPE-2026-0001", True, stage.ticket(ticket_id).due)
    assert steps(stage) == {Right.DELETION: "received"}
    stage.choose(ticket_id, Right.DELETION)
    asked = seen(stage)
    assert (steps(stage), asked.code) == ({Right.DELETION: "identifying"}, True)
    assert (asked.due, asked.waits_since) == (None, stage.clock().date())
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket_id, Right.DELETION)
    assert steps(stage) == {Right.DELETION: "working"}
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    assert steps(stage) == {Right.DELETION: "notices"}
    stage.work()
    (step,) = seen(stage).steps
    assert (step.said, step.moment and step.moment.utcoffset() is not None) == ("cooling", True)
    stage.cooled()
    (step,) = seen(stage).steps
    assert (step.said, step.day, seen(stage).due) == ("done", stage.clock().date(), None)
    stage.desk.close(HUGO, stage.ids(), ticket_id)
    assert not seen(stage).open
    stage.clock.forward(days=60)
    assert stage.desk.enquiry(link(stage), ANN) is None


def test_nothing_is_said_to_anybody_else(stage: Stage) -> None:
    """A guessed link, another use of it, another address, a person who has a link of their own: all the same nothing."""
    stage.open()
    mine = link(stage)
    other = stage.open(sender="Otto <otto@example.org>")
    row, _, mark = mine.partition(".")
    for token, address in [
        (mine, EVE), (mine, ""), (mine, "otto@example.org"), (f"{row}.{mark[:-1]}", ANN), (f"{other}.{mark}", ANN),
        (row, ANN), ("", ANN), ("\ud800.\ud800", ANN), (mine, "x" * 5000),
    ]:  # fmt: skip
        for verb in (stage.desk.enquiry, stage.desk.withdraw_on_page, stage.desk.disown_on_page):
            assert verb(token, address) is None
        assert stage.desk.write_on_page(token, address, "1234 5678") is None
    assert stage.desk.disown(mine) is None


def test_ten_thousand_guesses_hit_nothing(stage: Stage) -> None:
    """T27: the right row with a mark of chance, a mark of another row, of another use: none opens."""
    ticket_id = stage.open()
    row, _, mark = link(stage).partition(".")
    assert row == ticket_id
    guesses = [f"{row}.{secrets.token_urlsafe(32)}" for _ in range(9_000)]
    guesses += [f"{secrets.token_hex(8)}.{mark}" for _ in range(1_000)]
    assert not any(stage.desk.disown(each) for each in guesses)
    assert not any(stage.desk.enquiry(each, ANN) for each in guesses[::100])


def test_what_is_purged_shows_nothing(stage: Stage) -> None:
    """The key of the ticket is destroyed: the same nothing as for a link nobody made."""
    ticket_id = stage.open()
    with stage.store.begin() as unit:
        unit.destroy_key(f"ticket:{ticket_id}")
    assert stage.desk.enquiry(link(stage), ANN) is None


def test_the_code_is_typed_on_the_page(stage: Stage) -> None:
    """Who types the code on the page has confirmed who they are, as who sends it by mail; wrong ones are counted."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    wrong = stage.desk.write_on_page(link(stage), ANN, "0000 0000")
    assert wrong
    assert (wrong.answered, wrong.code) == ("sent", True)
    told = stage.desk.write_on_page(link(stage), ANN, "12345678")
    assert told
    assert not told.code
    assert stage.ticket(ticket_id).identity == Identity.CONFIRMED
    assert stage.trail(ticket_id).count("wrong_code") == 1


def test_a_question_is_answered_on_the_page(stage: Stage) -> None:
    """The clock stands still until the answer is typed; it lies with the ticket like any mail, once however often sent."""
    ticket_id = stage.open()
    stage.desk.pause(HUGO, stage.ids(), ticket_id, "clarification", ["Which of our two shops do you mean?"])
    stage.work()
    assert seen(stage).question == stage.clock().date()
    empty = stage.desk.write_on_page(link(stage), ANN, " \n")
    assert empty
    assert empty.answered == "empty"
    for _ in range(2):
        told = stage.desk.write_on_page(link(stage), ANN, "The one in Winterthur.\r\nBcc: eve@example.org")
        assert told
        assert (told.answered, told.question, told.waits_since) == ("sent", None, None)
    with stage.store.read() as unit:
        mails = [stage.read(unit.mail.raw(each.id)) for each in unit.mail.of(ticket_id)]
    assert [each.text.splitlines()[0] for each in mails[1:]] == ["The one in Winterthur."]
    assert mails[1].from_address == ANN
    assert stage.trail(ticket_id).count("reply") == 1


def test_an_enquiry_is_taken_back(stage: Stage) -> None:
    """While nothing is done whoever asked may take it back; then nothing is done any more."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    told = stage.desk.withdraw_on_page(link(stage), ANN)
    assert told
    assert (told.answered, [each.said for each in told.steps]) == ("withdrawn", ["withdrawn"])
    stage.cooled()
    assert (stage.request(ticket_id, Right.DELETION).state, stage.system.erasures) == (State.WITHDRAWN, [])
    assert "do not want this any more: deletion" in " ".join(stage.channel.replies())
    again = stage.desk.withdraw_on_page(link(stage), ANN)
    assert again
    assert again.answered == "withdraw_late"


def test_what_is_done_cannot_be_taken_back(stage: Stage) -> None:
    """The deletion is over: the page says so, and offers to write."""
    _, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.cooled()
    told = stage.desk.withdraw_on_page(link(stage), ANN)
    assert told
    assert (told.answered, [each.said for each in told.steps]) == ("withdraw_late", ["done"])


def test_this_was_not_me_on_the_enquirys_page(stage: Stage) -> None:
    """Somebody wrote in Ann's name: what was prepared stands still, and identity is open again."""
    ticket_id, _ = stage.planned_deletion()
    told = stage.desk.disown_on_page(link(stage), ANN)
    assert told
    assert (told.answered, [each.said for each in told.steps]) == ("disowned", ["received"])
    assert stage.ticket(ticket_id).identity == Identity.UNKNOWN


def test_an_enquiry_made_on_a_page_is_like_one_by_mail(stage: Stage) -> None:
    """The same intake: rights, language, clock, card, acknowledgement; pressed twice it is one ticket."""
    typed = Typed(f" {ANN} ", "Data Protection Enquiry", "Please delete all data you hold about me.", "Ann\r\nBcc: eve", "en")
    assert stage.desk.enquire(typed)
    assert stage.desk.enquire(typed)
    stage.work()
    with stage.store.read() as unit:
        (ticket,) = unit.tickets.list()
        assert unit.tickets.correspondent(ticket.id).name == "Ann Bcc: eve"
    assert (ticket.channel, ticket.rights, ticket.language) == ("page", (Right.DELETION,), "en")
    assert ticket.received_at == ticket.opened_at
    assert [each[1] for each in stage.postman.out] == [ANN]
    assert stage.desk.enquire(Typed("no address", "Data Protection Enquiry", "Please delete my data.")) is False
    stage.choose(ticket.id, Right.DELETION)
    assert "on our web page" in stage.postman.texts()[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_ticked_is_what_is_understood(language: str) -> None:
    """Every line of the form reads as exactly the right it stands for."""
    asks = tomllib.loads((VISIT / f"{language}.toml").read_text(encoding="utf-8"))["asks"]
    assert {right: asked("", words) for right, words in asks.items()} == {str(each): (each,) for each in Right}


def test_every_language_of_the_pages_says_the_same() -> None:
    """The same words under the same names, with the same places for values."""
    words = [tomllib.loads((VISIT / f"{each}.toml").read_text(encoding="utf-8")) for each in LANGUAGES]
    shapes = [
        {f"{part}.{name}": sorted(re.findall(r"\{\w+\}", text)) for part, found in each.items() if isinstance(found, dict)
         for name, text in found.items()}
        for each in words
    ]  # fmt: skip
    assert all(each == shapes[0] for each in shapes)
