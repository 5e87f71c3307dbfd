"""Somebody who wrote by post is answered on paper: printed by a person, posted, and said so."""

import io
import json
import re
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from bot.cards import NextActor
from bot.cards.paper import to_post
from bot.desk import Entry
from bot.errors import NotAllowed
from bot.law import Right
from bot.tickets import State
from tests.bot.desk.office import ANN, HUGO, VERA, Stage

HOME = "Ann Keller\nBahnhofstrasse 3\n8001 Zürich"


@pytest.fixture
def stage(sqlite_store, clock, ids) -> Stage:
    return Stage(sqlite_store, clock, ids)


def by_post(stage: Stage, right: Right = Right.ACCESS, **more: Any) -> str:
    """A letter of Ann's is entered; she has named the e-mail address we know her by."""
    entry = Entry("post", date(2026, 11, 23), rights=(right,), name="Ann Keller", **{"address": ANN, "postal": HOME, **more})
    ticket = stage.desk.enter(HUGO, stage.ids(), entry)
    assert ticket
    stage.work()
    return ticket.id


def waiting(stage: Stage, ticket_id: str) -> Any:
    with stage.store.read() as unit:
        return stage.desk.view(unit, unit.tickets.get(ticket_id))


def answered(stage: Stage, ticket_id: str) -> str:
    """The answer is released; its id."""
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    ((letter_id, _),) = waiting(stage, ticket_id).to_post
    return letter_id


def printed(stage: Stage, ref: str) -> str:
    _, raw = stage.desk.paper(HUGO, ref, "right")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages).replace("\u200b", "").split())


def test_the_answer_waits_on_paper_until_it_is_in_the_post(stage: Stage) -> None:
    """No mail but the code to the address on file; the request is done the day somebody says that it is posted."""
    ticket_id = by_post(stage)
    letter_id = answered(stage, ticket_id)
    assert [kind for kind in (mail.subject for mail in mails(stage)) if "Your data" in kind] == []
    assert stage.request(ticket_id, Right.ACCESS).state == State.ANSWERING
    view = waiting(stage, ticket_id)
    assert "to be printed and posted" in json.dumps(to_post(view))
    assert "Keller" not in json.dumps(to_post(view))
    words = printed(stage, view.ref)
    assert "Ann Keller Bahnhofstrasse 3 8001 Zürich" in words
    assert ANN in words
    assert "Please name it when you write to us" in words
    assert re.search(r"https://privacy[.]lumen[.]example/p/\S+", words)
    assert printed(stage, view.ref) == words, "printed twice is no harm"
    assert view.next_actor == NextActor.HANDLER
    stage.clock.forward(days=1)
    stage.desk.posted(HUGO, "p1", letter_id)
    stage.desk.posted(HUGO, "p1", letter_id)
    request = stage.request(ticket_id, Right.ACCESS)
    assert (request.state, request.result["answered_on"]) == (State.DONE, "2026-11-24")
    assert waiting(stage, ticket_id).to_post == ()
    assert {"print", "sent"} <= set(stage.trail(ticket_id))
    with stage.store.read() as unit:
        assert "/p/token" not in json.dumps(unit.letters.content(letter_id)), "the link is on the paper alone"


def mails(stage: Stage) -> list[Any]:
    from email import message_from_bytes
    from types import SimpleNamespace

    return [SimpleNamespace(subject=str(message_from_bytes(raw)["Subject"])) for _, _, raw in stage.postman.out]


def test_who_may_not_and_what_cannot_be_posted(stage: Stage) -> None:
    """Only handlers print and post; what waits for its release, has gone, or goes by mail is not posted."""
    ticket_id = by_post(stage)
    ref = stage.ticket(ticket_id).ref
    with pytest.raises(NotAllowed, match="has to be printed"):
        stage.desk.paper(HUGO, ref, "right")
    stage.reads = False
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    with stage.store.read() as unit:
        code, draft = unit.letters.of(ticket_id)[-2:]
    for letter in (code, draft):
        with pytest.raises(NotAllowed, match="not one that somebody posts"):
            stage.desk.posted(HUGO, stage.ids(), letter.id)
    with pytest.raises(NotAllowed, match="has to be printed"):
        stage.desk.paper(HUGO, ref, "right")
    stage.release()
    stage.work()
    for ask in (lambda: stage.desk.paper(VERA, ref, "left"), lambda: stage.desk.posted(VERA, "v", draft.id)):
        with pytest.raises(NotAllowed):
            ask()
    stage.desk.posted(HUGO, "p1", draft.id)
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.posted(HUGO, "p2", draft.id)
    with pytest.raises(NotAllowed, match="no ticket"):
        stage.desk.paper(HUGO, "DPE-2026-9999", "right")


def test_without_any_e_mail_address_a_letter_still_goes_out(stage: Stage) -> None:
    """A refusal reaches whoever has nothing but a letter box."""
    ticket_id = by_post(stage, address="")
    stage.choose(ticket_id, Right.ACCESS)
    request = stage.request(ticket_id, Right.ACCESS)
    told = stage.desk.refuse(HUGO, stage.ids(), request.id, "unidentified", ["We find nobody of this name."])
    assert "no e-mail address" not in told
    stage.work()
    assert "We find nobody of this name." in printed(stage, stage.ticket(ticket_id).ref)


@pytest.mark.parametrize("postal", ["Ann Keller", "\n".join("1234567"), "\u202e\n\n"])
def test_an_envelope_has_two_to_six_lines(stage: Stage, postal: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        by_post(stage, postal=postal)
    assert caught.value.field == "postal"
