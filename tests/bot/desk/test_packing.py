"""From a copy to its download: files that are lost, changed, left over or added by hand; the real packer at work."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.connectors import File, Table
from bot.errors import NotAllowed, Refused
from bot.law import Right
from bot.package import Packer
from bot.tickets import State
from tests.bot.desk.office import ANN, HUGO, VERA, Stage
from tests.bot.desk.test_by_mail import content_of, every_secret
from tests.fakes import FakeSystem


@pytest.fixture
def stage(sqlite_store, clock, ids, tmp_path: Path) -> Stage:
    return Stage(sqlite_store, clock, ids, packer=Packer(tmp_path / "data"))  # type: ignore[arg-type]


@pytest.fixture
def held(tmp_path: Path):
    """The files in which answers are held."""
    return lambda: sorted((tmp_path / "data" / "holdings").iterdir())


def asked(stage: Stage, right: Right = Right.ACCESS) -> str:
    """Ann has asked and confirmed who she is; nothing has been carried out since."""
    ticket_id = stage.open()
    stage.choose(ticket_id, right)
    stage.reply_with_code()
    return ticket_id


def until(stage: Stage, ticket_id: str, state: State, right: Right = Right.ACCESS) -> None:
    """Step by step, until the request is so far."""
    for _ in range(50):
        if stage.request(ticket_id, right).state == state:
            return
        stage.engine.step(1)
        stage.clock.forward(seconds=1)
    raise AssertionError(f"never {state}")


def downloaded(stage: Stage) -> dict[str, bytes]:
    """Name → content of the zip behind the last letter's link."""
    token = stage.postman.texts()[-1].split("/p/")[1].split("?")[0]
    found = stage.download(token, ANN)
    assert found
    with zipfile.ZipFile(io.BytesIO(b"".join(found[1]))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(files: dict[str, bytes], name: str) -> list:
    return json.loads(files[name])["rows"]


def test_answers_are_held_until_the_request_is_over(stage: Stage, held) -> None:
    """One file a system, in no part readable; a minute after the answer there is none."""
    ticket_id = asked(stage)
    until(stage, ticket_id, State.ANSWERING)
    (file,) = held()
    assert ANN.encode() not in file.read_bytes()
    stage.desk.sweep()
    assert held() == [file]
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    assert len(rows(downloaded(stage), "data/server/account.json")) == 3
    stage.desk.sweep()
    assert held() == []
    with stage.store.read() as unit:
        assert unit.holdings.over() == []


def test_what_was_held_for_a_request_that_is_called_off_is_gone(stage: Stage, held) -> None:
    """Nobody will pack it any more."""
    ticket_id = asked(stage)
    until(stage, ticket_id, State.PROVING)
    stage.desk.withdraw(HUGO, "e1", stage.request(ticket_id, Right.ACCESS).id)
    assert held()
    stage.desk.sweep()
    assert held() == []


@pytest.mark.parametrize("harm", ["gone", "changed", "cut", "older"])
def test_a_file_that_is_not_as_it_was_written_is_made_again(stage: Stage, held, harm: str) -> None:
    """A lost disk costs time, never the truth: the system is asked again before anything is packed."""
    ticket_id = asked(stage)
    until(stage, ticket_id, State.ANSWERING)
    (file,) = held()
    raw = file.read_bytes()
    if harm == "gone":
        file.unlink()
    elif harm == "older":
        request = stage.request(ticket_id, Right.ACCESS)
        stage.packer.hold(file.stem, _key(stage, request.id), [])  # type: ignore[attr-defined]
    else:
        file.write_bytes(raw[:-1] if harm == "cut" else raw[:-1] + bytes([raw[-1] ^ 1]))
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    assert len(rows(downloaded(stage), "data/server/account.json")) == 3


def test_a_copy_whose_row_is_missing_is_never_an_empty_answer(stage: Stage) -> None:
    """After a restored backup, say: the plan knows that the system holds something."""
    ticket_id = asked(stage)
    until(stage, ticket_id, State.ANSWERING)
    with stage.store.begin() as unit:
        unit.holdings.drop(stage.request(ticket_id, Right.ACCESS).id, "server")
    stage.work()
    assert len(rows(downloaded(stage), "data/server/account.json")) == 3


def added_by_hand(stage: Stage, ticket_id: str, pieces: list[Any]) -> int:
    """How many rows now go into the package from an archive only people can look into."""
    with stage.store.begin() as unit:
        _, request = stage.desk._request(unit, stage.request(ticket_id, Right.ACCESS).id)
        held = stage.desk._taken(request, "server:archive", pieces, unit.holdings.key(request.id))
        unit.holdings.put(held)
    return held.rows


def test_what_people_add_lies_beside_what_the_system_said(stage: Stage) -> None:
    """Words and files, under the system they belong to; added again, it is replaced."""
    ticket_id = asked(stage)
    until(stage, ticket_id, State.ANSWERING)
    for words in ("older words", "Nothing in the archive."):
        found = Table("by_hand", "customer data", "", "", ("found",), ((words,),))
        letter = File("letter.pdf", "customer data", "", "", iter([b"%PDF", b"-1.7"]))
        assert added_by_hand(stage, ticket_id, [found, letter]) == 2
    stage.work()
    files = downloaded(stage)
    assert len(rows(files, "data/server/account.json")) == 3
    assert rows(files, "data/server/by_hand.json") == [{"found": "Nothing in the archive."}]
    (name,) = (name for name in files if re.fullmatch(r"files/server-files-.*\.pdf", name))
    assert files[name] == b"%PDF-1.7"


def test_what_people_added_and_was_lost_is_asked_for_again(stage: Stage, held) -> None:
    """No system can be asked for it: a person has to look, and no package without it goes out."""
    ticket_id = asked(stage)
    until(stage, ticket_id, State.ANSWERING)
    before = set(held())
    found = [Table("by_hand", "customer data", "", "", ("found",), (("words",),))]
    added_by_hand(stage, ticket_id, found)
    (added,) = set(held()) - before
    added.unlink()
    while stage.engine.step():
        stage.clock.forward(seconds=1)
    request = stage.request(ticket_id, Right.ACCESS)
    assert request.state == State.NEEDS_PERSON
    assert "has to be added again" in (request.reason or "")
    added_by_hand(stage, ticket_id, found)
    stage.desk.resume(HUGO, "e1", request.id)
    while stage.engine.step() or stage.release():
        stage.clock.forward(seconds=1)
    assert rows(downloaded(stage), "data/server/by_hand.json") == [{"found": "words"}]


def test_a_package_that_was_changed_or_cut_is_no_download(stage: Stage, tmp_path: Path) -> None:
    """Gone or cut: refused and not counted. Changed: it breaks off where it was."""
    ticket_id = asked(stage)
    stage.work()
    token = stage.postman.texts()[-1].split("/p/")[1].split("?")[0]
    (file,) = (tmp_path / "data").glob("*.package")
    raw = file.read_bytes()
    for content in (raw[:-1], raw[:60], b""):
        file.write_bytes(content)
        with pytest.raises(Refused):
            stage.download(token, ANN)
    file.unlink()
    with pytest.raises(Refused, match="no such package"):
        stage.download(token, ANN)
    assert "download" not in stage.trail(ticket_id)
    file.write_bytes(raw)
    granted = [stage.download(token, ANN) for _ in range(4)]
    assert [each and b"".join(each[1])[:2] for each in granted] == [b"PK", b"PK", b"PK", None]


def test_two_rights_of_one_person_are_two_packages(stage: Stage) -> None:
    """Access and portability in one enquiry: neither writes over the other."""
    ticket_id = asked(stage)
    stage.work()
    whole = downloaded(stage)
    stage.choose(ticket_id, Right.PORTABILITY)
    stage.reply_with_code()  # what proved somebody counts for the right it named
    stage.work()
    assert stage.request(ticket_id, Right.PORTABILITY).state == State.DONE
    assert "data/server/account.json" not in downloaded(stage)
    with stage.store.read() as unit:
        assert len({each.name for each in unit.packages.of(ticket_id)}) == 2
    assert "data/server/account.json" in whole


def test_what_was_left_out_of_the_copy_is_not_in_the_package(stage: Stage) -> None:
    """A part refused after it was copied; and the page does not say that nothing was found there."""
    crm = stage.desk.systems["crm"] = FakeSystem("crm", {"p:9": (ANN, 2)})  # type: ignore[index]
    ticket_id = asked(stage)
    until(stage, ticket_id, State.ANSWERING)
    with stage.store.begin() as unit:
        request = stage.request(ticket_id, Right.ACCESS)
        unit.refusals.add(ticket_id, request.id, "manifestly_unfounded", ["crm"], ["Others are named."], HUGO)
    stage.work()
    files = downloaded(stage)
    assert "data/server/account.json" in files
    assert not [name for name in files if "crm" in name]
    assert crm.label not in files["START-HERE.html"].decode()


def _key(stage: Stage, request_id: str) -> bytes:
    with stage.store.read() as unit:
        return unit.holdings.key(request_id)


def test_only_whoever_reads_the_mails_of_this_address_gets_it(stage: Stage) -> None:
    """T26, T27: link and address are not enough. Five wrong codes, an hour, a newer code: the old one is worth nothing."""
    asked(stage)
    stage.work()
    token = stage.postman.texts()[-1].split("/p/")[1].split("?")[0]
    digits = iter(["11111111", "22222222", "33333333", "44444444"])
    object.__setattr__(stage.desk, "new_code", lambda: next(digits))
    assert not stage.desk.send_code(token, "eve@example.org")
    assert not stage.desk.send_code("unknown", ANN)
    assert stage.desk.download(token, ANN, "11111111") is None  # nobody asked for one yet
    assert stage.desk.send_code(token, ANN)
    stage.work()
    assert (stage.postman.out[-1][1], "1111 1111" in stage.postman.texts()[-1]) == (ANN, True)
    for _ in range(5):
        assert stage.desk.download(token, ANN, "0000 0000") is None
    assert stage.desk.download(token, ANN, "1111 1111") is None  # its tries are used up
    assert stage.desk.send_code(token, ANN)
    stage.clock.forward(hours=1, seconds=1)
    assert stage.desk.download(token, ANN, "22222222") is None
    assert stage.desk.send_code(token, ANN)
    assert stage.desk.download(token, ANN, "22222222") is None
    assert not stage.desk.send_code(token, ANN)  # three a day
    found = stage.desk.download(token, ANN, " 3333-3333 ")
    assert found
    found[1].close()
    stage.clock.forward(days=1)
    assert stage.desk.send_code(token, ANN)
    stage.work()
    with stage.store.read() as unit:
        (ticket,) = unit.tickets.list()
        kept = [unit.letters.content(each.id) for each in unit.letters.of(ticket.id) if each.kind == "download_code"]
    assert len(kept) == 4
    assert not any("4444 4444" in str(each) for each in kept)


def test_once_the_letter_has_gone_the_link_is_nowhere_here(stage: Stage, sqlite_url: str) -> None:
    """TRUST T28: neither what the main key opens nor any page or log of the database leads to the package."""
    stage.reads = False
    ticket_id = asked(stage)
    stage.work()
    with stage.store.read() as unit:
        letter = unit.letters.drafts(ticket_id)[0]
        token = unit.letters.content(letter.id)["secret"]
        sealed = content_of(unit, letter.id)
    stage.release()
    stage.work()
    stage.desk.sweep()
    assert token in stage.postman.texts()[-1]
    assert not [said for said in every_secret(stage) if token in said]
    files = list(Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("*.sqlite*"))
    assert files
    assert not [path.name for path in files if sealed in path.read_bytes()]


def test_a_link_is_ended_by_hand(stage: Stage) -> None:
    """Whoever handles it ends the link once: nothing is downloaded, no code goes out, the file is gone with the sweep."""
    ticket_id = asked(stage)
    stage.work()
    token = stage.postman.texts()[-1].split("/p/")[1].split("?")[0]
    assert stage.desk.more(HUGO, ticket_id).links
    with pytest.raises(NotAllowed, match="role"):
        stage.desk.end_links(VERA, "e1", ticket_id)
    stage.desk.end_links(HUGO, "e2", ticket_id)
    stage.desk.end_links(HUGO, "e2", ticket_id)  # the same press, delivered again
    assert stage.download(token, ANN) is None
    assert not stage.desk.more(HUGO, ticket_id).links
    with pytest.raises(NotAllowed, match="no copy"):
        stage.desk.end_links(HUGO, "e3", ticket_id)
    stage.work()
    assert any("ended the link to the copy" in each for each in stage.channel.replies())
    assert stage.desk.sweep() == 1
