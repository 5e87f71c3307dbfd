"""What of a copy may be about others waits for a person, and goes out as they decided. Real packages, a fake system."""

import io
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bot.cards import card, card_text
from bot.cards.looks import look_form
from bot.connectors import File, Table
from bot.errors import NotAllowed
from bot.law import Right
from bot.package import Packer
from bot.package.others import BLACK
from bot.tickets import State
from tests.bot.cards.views import NOW
from tests.bot.desk.deaths import Killed, die_at
from tests.bot.desk.office import ANN, HUGO, VERA, Stage
from tests.fakes import FakeSystem

BOB = "bob.miller@example.net"
MAIL = f"From: {BOB}\r\nTo: {ANN}\r\nSubject: Order\r\nContent-Type: text/plain\r\n\r\nBob Miller brings it.\r\n"


class Registry(FakeSystem):
    """A system that holds a note and mails in which others are named."""

    mails = 2

    def export(self, person: Any) -> Iterable[Any]:
        yield Table("notes", "customer data", "", "", ("note",), ((f"Recommended by {BOB}.",), ("Ann pays.",)))
        for number in range(self.mails):
            yield File(f"{number}.eml", "mails", "", "", iter([MAIL.encode()]), look="Other people are named in it.")
        yield File("scan.pdf", "mails", "", "", iter([b"%PDF-1.7 \xff Bob"]), look="It was found by its text.")


@pytest.fixture
def stage(sqlite_store, clock, ids, tmp_path: Path) -> Stage:
    return Stage(
        sqlite_store, clock, ids, system=Registry("server", {"person:1": (ANN, 3)}), packer=Packer(tmp_path / "data")  # type: ignore[arg-type]
    )


def waiting(stage: Stage, text: str = "Which data do you hold about me?", right: Right = Right.ACCESS) -> tuple[str, str]:
    """(ticket, request) that waits for somebody to look through the copy."""
    ticket_id = stage.open(text)
    stage.choose(ticket_id, right)
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket_id, right)
    assert request.state == State.NEEDS_PERSON, request
    return ticket_id, request.id


def forms(stage: Stage, request_id: str) -> dict[str, str]:
    """Name of a piece → its id, as the form shows them."""
    return {each.name: each.id for each in stage.desk.look_form(HUGO, request_id).pieces}


def released(stage: Stage) -> dict[str, bytes]:
    """The package behind the newest letter's link."""
    token = stage.postman.texts()[-1].split("/p/")[1].split("?")[0]
    found = stage.download(token, ANN)
    assert found
    with zipfile.ZipFile(io.BytesIO(b"".join(found[1]))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def shown(stage: Stage, ticket_id: str) -> str:
    with stage.store.read() as unit:
        view = stage.desk.view(unit, unit.tickets.get(ticket_id))
    return card_text(view) + json.dumps(card(view, NOW), ensure_ascii=False)


def test_nothing_goes_out_before_a_person_has_looked(stage: Stage, tmp_path: Path) -> None:
    """No package, no letter; the card says how many pieces wait, and names nobody. Looking again changes nothing."""
    ticket_id, request_id = waiting(stage)
    letters = len(stage.postman.out)
    told = shown(stage, ticket_id)
    assert "Look through 4 …" in told
    assert "may be about other people" in told
    assert "Try again" not in told
    assert "bob" not in told.lower()
    stage.desk.resume(HUGO, "again", request_id)
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.NEEDS_PERSON
    assert len(forms(stage, request_id)) == 4
    assert not list((tmp_path / "data").glob("*.package"))
    assert len(stage.postman.out) == letters


def test_the_form_shows_what_the_pieces_say_and_only_to_handlers(stage: Stage) -> None:
    """Read under the house's limits, logged; where the words cannot be read nobody can black them out."""
    ticket_id, request_id = waiting(stage)
    with pytest.raises(NotAllowed):
        stage.desk.look_form(VERA, request_id)
    form = stage.desk.look_form(HUGO, request_id)
    says = {each.name: each.says for each in form.pieces}
    mail = "Order\n\nBob Miller brings it."
    assert says == {"0.eml": mail, "1.eml": mail, "notes: note": f"Recommended by {BOB}.", "scan.pdf": ""}
    view = look_form(form)
    choices = {each["block_id"]: [option["value"] for option in each["element"]["options"]]
               for each in view["blocks"] if each.get("block_id", "").startswith("piece_")}  # fmt: skip
    assert sorted(map(len, choices.values())) == [2, 3, 3, 3]
    assert "look_through" in stage.trail(ticket_id)
    ids = forms(stage, request_id)
    with pytest.raises(NotAllowed, match="cannot be read") as caught:
        stage.desk.looked_through(HUGO, "f0", request_id, {ids["scan.pdf"]: "black"}, ["Bob"])
    assert caught.value.field == f"piece_{ids['scan.pdf']}"
    with pytest.raises(NotAllowed):
        stage.desk.looked_through(HUGO, "f1", request_id, {ids["scan.pdf"]: "print"}, [])


def test_it_goes_out_as_decided_and_the_letter_says_so(stage: Stage) -> None:
    """In parts, each once; nothing of the other person is in the package, and the letter says what is missing and why."""
    ticket_id, request_id = waiting(stage)
    ids = forms(stage, request_id)
    decided = {ids[name]: "black" for name in ("notes: note", "0.eml", "1.eml")}
    assert stage.desk.looked_through(HUGO, "f1", request_id, decided, ["Bob Miller"]) == 1
    assert stage.desk.looked_through(HUGO, "f1", request_id, decided, []) == 1  # the same form, delivered again
    assert "Look through 1 …" in shown(stage, ticket_id)
    assert stage.desk.looked_through(HUGO, "f2", request_id, {ids["scan.pdf"]: "out"}, []) == 0
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.looked_through(HUGO, "f3", request_id, {ids["scan.pdf"]: "keep"}, [])
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    files = released(stage)
    assert not [name for name, content in files.items() if b"bob" in content.lower() or b"miller" in content.lower()]
    assert json.loads(files["data/server/notes.json"])["rows"][0] == {"note": f"Recommended by {BLACK}."}
    assert sum(name.startswith("files/") for name in files) == 2
    letter = re.sub(r"\s+", " ", stage.postman.texts()[-2])  # the last one holds the code
    assert "In 3 pieces of your copy, words that name other people are blacked out" in letter
    assert "1 piece that is about other people is left out" in letter
    assert "15(4)" in letter
    assert "bob" not in json.dumps([str(row.detail) for row in trail(stage, ticket_id)]).lower()


def trail(stage: Stage, ticket_id: str) -> Any:
    with stage.store.read() as unit:
        return unit.trail(ticket_id)


def test_what_nobody_has_looked_at_never_goes_out_as_it_is(stage: Stage) -> None:
    """Thousands of mails are decided at once only by taking something out of them."""
    stage.system.mails = 30  # type: ignore[attr-defined]
    ticket_id, request_id = waiting(stage)
    form = stage.desk.look_form(HUGO, request_id)
    assert len(form.pieces) + form.further == 32
    (rest,) = [each for each in look_form(form)["blocks"] if each.get("block_id") == "rest"]
    assert [each["value"] for each in rest["element"]["options"]] == ["black", "out"]
    with pytest.raises(NotAllowed):
        stage.desk.looked_through(HUGO, "f1", request_id, {}, [], rest="keep")
    shown = {each.id: "keep" for each in form.pieces}
    assert stage.desk.looked_through(HUGO, "f2", request_id, shown, ["Bob Miller"], rest="black") == 0
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    files = [content.lower() for name, content in released(stage).items() if name.startswith("files/")]
    assert sum(b"bob" in each for each in files) == sum(not each.name.startswith("notes") for each in form.pieces) < 31


def test_what_is_decided_stays_decided_and_what_is_new_is_looked_at(stage: Stage) -> None:
    """The package is made anew after a lost disk: old decisions count, a new piece waits for a person."""
    ticket_id, request_id = waiting(stage)
    stage.system.mails = 3  # type: ignore[attr-defined]
    for file in stage.packer._holdings._folder.iterdir():  # type: ignore[attr-defined]
        file.unlink()
    ids = forms(stage, request_id)
    assert stage.desk.looked_through(HUGO, "f1", request_id, dict.fromkeys(ids.values(), "out"), []) == 0
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.NEEDS_PERSON
    assert list(forms(stage, request_id)) == ["2.eml"]
    (left,) = forms(stage, request_id).values()
    assert stage.desk.looked_through(HUGO, "f2", request_id, {left: "keep"}, []) == 0
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    assert [name for name in released(stage) if name.endswith(".eml")] == ["files/server-files-1-2.eml"]


def test_whoever_names_only_themselves_waits_for_nobody(stage: Stage) -> None:
    """The person's own address, and those of our house, are no reason to look."""
    stage.system.export = lambda person: [  # type: ignore[method-assign]
        Table("notes", "customer data", "", "", ("note",), ((f"{ANN.upper()}, seen by kim@lumen.example",),))
    ]
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    assert "other people" not in stage.postman.texts()[-1]


def test_killed_while_it_is_decided_nothing_stands_of_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies before the commit: all pieces wait as before, and the same form, sent again, is taken once."""
    ticket_id, request_id = waiting(stage)
    keep = dict.fromkeys(forms(stage, request_id).values(), "keep")
    die_at(monkeypatch, "look.decided")
    with pytest.raises(Killed):
        stage.desk.looked_through(HUGO, "f1", request_id, keep, [])
    assert sorted(forms(stage, request_id).values()) == sorted(keep)
    assert "looked_through" not in stage.trail(ticket_id)
    assert stage.desk.looked_through(HUGO, "f1", request_id, keep, []) == 0
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    assert stage.trail(ticket_id).count("looked_through") == 1
