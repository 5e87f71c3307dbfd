"""Without a page to download from a copy goes by mail, locked; its passphrase goes another way. Real packages."""

import io
import json
from collections.abc import Iterable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from bot.cards.paper import passphrase_modal, to_tell
from bot.connectors import Table
from bot.errors import NotAllowed, Refused
from bot.law import Right
from bot.package import Packer
from bot.post.inspection import check_letter
from bot.store.crypto import Purged
from bot.tickets import State
from tests.bot.desk.office import ANN, HUGO, VERA, Stage
from tests.fakes import FakeSystem


class Register(FakeSystem):
    """One note about Ann."""

    text = "CANARY"

    def export(self, person: Any) -> Iterable[Any]:
        del person
        yield Table("notes", "customer data", "", "", ("note",), ((self.text,),))


@pytest.fixture
def stage(sqlite_store, clock, ids, tmp_path: Path) -> Stage:
    return Stage(
        sqlite_store, clock, ids, system=Register("server", {"person:1": (ANN, 3)}), packer=Packer(tmp_path / "data"),  # type: ignore[arg-type]
        house={"public_url": ""},
    )  # fmt: skip


def asked(stage: Stage) -> str:
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    return ticket_id


def view(stage: Stage, ticket_id: str) -> Any:
    with stage.store.read() as unit:
        return stage.desk.view(unit, unit.tickets.get(ticket_id))


def attached(raw: bytes) -> tuple[str, bytes, str]:
    """(name, content, text) of a letter with a file."""
    mail = message_from_bytes(raw, policy=policy.default)
    (file,) = mail.iter_attachments()
    body = mail.get_body(("plain",))
    assert body
    return str(file.get_filename()), file.get_content(), body.get_content()


def test_the_copy_is_attached_locked_and_its_passphrase_goes_another_way(stage: Stage) -> None:
    """The mail says how to open it and holds neither data nor passphrase; a person tells it, and then it is gone."""
    ticket_id = asked(stage)
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    sender, to, raw = stage.postman.out[-1]
    assert check_letter(sender, to, raw) == raw
    name, content, text = attached(raw)
    assert name == f"{stage.ticket(ticket_id).ref}-1.zip"
    assert name in text
    for words in ("7-Zip", "Keka", "by telephone or by letter", "START-HERE.html"):
        assert words in " ".join(text.split())
    assert "http://" not in text
    (package_id,) = view(stage, ticket_id).to_tell
    assert not view(stage, ticket_id).can_close
    with pytest.raises(NotAllowed, match="passphrase"):
        stage.desk.close(HUGO, "c0", ticket_id)
    assert "never by mail" in json.dumps(to_tell(view(stage, ticket_id)))
    with pytest.raises(NotAllowed):
        stage.desk.passphrase(VERA, package_id)
    ref, file, phrase = stage.desk.passphrase(HUGO, package_id)
    assert phrase in json.dumps(passphrase_modal(ref, file, phrase, package_id))
    assert phrase not in raw.decode()
    assert phrase not in json.dumps(to_tell(view(stage, ticket_id)))
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        archive.setpassword(phrase.encode())
        assert json.loads(archive.read("data/server/notes.json"))["rows"] == [{"note": "CANARY"}]
    stage.desk.passphrase_told(HUGO, "t1", package_id)
    stage.desk.passphrase_told(HUGO, "t1", package_id)
    assert view(stage, ticket_id).to_tell == ()
    assert view(stage, ticket_id).can_close
    with pytest.raises(NotAllowed, match="not kept any more"):
        stage.desk.passphrase(HUGO, package_id)
    with pytest.raises(NotAllowed, match="faster"):
        stage.desk.passphrase_told(HUGO, "t2", package_id)
    assert {"passphrase", "passphrase_told"} <= set(stage.trail(ticket_id))


def test_a_copy_too_large_for_a_mail_is_a_persons(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card says what to do; no package lies about that nobody can have."""
    monkeypatch.setattr("bot.desk.packing.MAILED", 100)
    ticket_id = asked(stage)
    request = stage.request(ticket_id, Right.ACCESS)
    assert request.state == State.NEEDS_PERSON
    assert "PUBLIC_URL" in (request.reason or "")
    assert view(stage, ticket_id).to_tell == ()


@pytest.mark.parametrize("name", ["", "a.pdf", "../a.zip", 'a".zip', "a\r\nBcc: eve@x.zip", "ä.zip", "a" * 90 + ".zip"])
def test_a_file_has_a_plain_name_or_is_not_attached(stage: Stage, name: str) -> None:
    """TRUST T11: nothing of it can become a header."""
    asked(stage)
    with pytest.raises(Refused, match="cannot stand in a header"):
        stage.desk.writer.attached(stage.postman.out[-1][2], name, b"PK")


def test_database_key_and_disk_without_the_letter_open_nothing(stage: Stage, tmp_path: Path) -> None:
    """TRUST T28: once the letter has gone and the passphrase is told, all that is left here opens no package."""
    ticket_id = asked(stage)
    (package_id,) = view(stage, ticket_id).to_tell
    _, _, phrase = stage.desk.passphrase(HUGO, package_id)
    assert any(phrase in said for said in every_secret(stage)), "else this test reads nothing"
    stage.desk.passphrase_told(HUGO, "t1", package_id)
    stage.desk.sweep()
    for said in every_secret(stage):
        assert phrase not in said
        assert "CANARY" not in said
    for path in (tmp_path / "data").rglob("*.*"):
        assert b"CANARY" not in path.read_bytes()
        assert path.suffix == ".package", "the answers it was made of are gone"


def every_secret(stage: Stage) -> list[str]:
    """Everything sealed that whoever has the database and the main key can read, and every other value."""
    from bot.store.schema import metadata

    found = []
    with stage.store.read() as unit:
        for table in metadata.sorted_tables:
            for row in unit.connection.execute(table.select()).mappings():
                found += [str(value) for name, value in row.items() if not name.endswith("_sealed")]
                if "id" not in row:
                    continue
                for name in (each for each in row if each.endswith("_sealed") and row[each]):
                    owners = [f"ticket:{row.get('ticket_id') or row['id']}", f"mail:{row['id']}"]
                    found.append(opened(unit, owners, table.name, name, row["id"], row[name]))
    assert sum("CANARY" not in each and len(each) > 20 for each in found) > 5
    return found


def opened(unit: Any, owners: list[str], table: str, column: str, row_id: str, sealed: bytes) -> str:
    for owner in owners:
        try:
            return unit.open(owner, table, column, row_id, sealed).decode("utf-8", "replace")
        except (Purged, LookupError, ValueError):
            continue
    raise AssertionError(f"{table}.{column} cannot be opened by this test")


def test_no_file_of_the_database_holds_the_way_to_a_copy_any_more(stage: Stage, sqlite_url: str) -> None:
    """TRUST T28: the letter is rewritten once it has gone, and what it said before stands in no page and no log."""
    stage.reads = False
    ticket_id = asked(stage)
    with stage.store.read() as unit:
        letter = unit.letters.drafts(ticket_id)[0]
        sealed = content_of(unit, letter.id)
    files = [path for path in Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("*.sqlite*") if path.is_file()]
    assert files
    assert any(sealed in path.read_bytes() for path in files), "else this test looks in the wrong place"
    stage.release()
    stage.work()
    (package_id,) = view(stage, ticket_id).to_tell
    stage.desk.passphrase_told(HUGO, "t1", package_id)
    assert not [path.name for path in files if path.exists() and sealed in path.read_bytes()]


def content_of(unit: Any, letter_id: str) -> bytes:
    from bot.store.schema import letter

    return unit.connection.execute(letter.select().where(letter.c.id == letter_id)).one().content_sealed[:100]  # a page of the file holds that much of it in one piece
