"""What of a copy may be about other people: found, and gone from the package once a person has said so."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.connectors import File, Table
from bot.package import Packer
from bot.package.others import BLACK, blacked
from tests.bot.test_package import ABOUT, KEY, MADE, unzipped

ANN, BOB = "ann@example.com", "bob.miller@example.net"
WHY = "Other people are named in such mails."
MAIL = f"To: {ANN}\nSubject: Order\n\nBob Miller ({BOB}) will bring it. BOB MILLER knows you.\n"


@pytest.fixture
def packer(tmp_path: Path) -> Packer:
    return Packer(tmp_path / "packages")


def own(address: str) -> bool:
    return address.lower() == ANN or address.endswith("@halltal.example")


def read(name: str, content: bytes) -> str:
    return "" if name.endswith(".pdf") else content.decode()


def answer() -> list[Any]:
    notes = Table(
        "notes", "Notes", "", "", ("at", "text", "photo"),
        (
            (1, f"Ann ({ANN}) asked for a licence.", b"\x89PNG Ann"),
            (2, f"Sold by sales@halltal.example; recommended by {BOB}, Bob Miller.", None),
            (3, f"Sold by sales@halltal.example; recommended by {BOB}, Bob Miller.", None),
        ),
        labels={"text": "What was said"}, label="Notes on your account",
    )  # fmt: skip
    mails = [
        File("1.eml", "Mail", "", "", iter([MAIL.encode()]), look=WHY),
        File("2.eml", "Mail", "", "", iter([b"Subject: Thanks\n\nThank you, Ann."])),
        File("Bob Miller.pdf", "Mail", "", "", iter([b"%PDF-1.7 Bob"]), look="It was found by its text."),
    ]
    return [notes, *mails]


def found(packer: Packer) -> dict[str, Any]:
    held = packer.hold("h", KEY, answer())
    with packer.thawed("h", KEY, held.digest) as sheets:
        return {piece.name: piece for piece in packer.others(sheets, own, read)}


def released(packer: Packer, decided: dict[str, tuple[str, list[str]]], language: str = "en") -> dict[str, bytes]:
    """The files of the package, after a person has decided."""
    held = packer.hold("h", KEY, answer())
    with packer.thawed("h", KEY, held.digest) as sheets:
        clean = packer.hold("v", KEY, packer.veiled(sheets, decided, own, read, language))
    with packer.thawed("v", KEY, clean.digest) as sheets:
        made = packer.pack("p", {"server": sheets}, {**ABOUT, "language": language}, MADE)
    return unzipped(b"".join(packer.open("p", made.token)))


def test_what_a_system_flags_and_every_strange_address_is_found_once(packer: Packer) -> None:
    """Neither the person's own address nor the house's; the same words in two rows are one look."""
    pieces = found(packer)
    assert list(pieces) == ["Notes on your account: What was said", "1.eml", "Bob Miller.pdf"]
    note, mail, scan = pieces.values()
    assert (note.kind, mail.kind, mail.why) == ("text", "file", WHY)
    assert BOB in note.says
    assert (mail.says, scan.says) == (MAIL, "")
    for piece in pieces.values():
        assert not {"Bob", BOB, "eml"} & set(repr(piece).replace("'", " ").split())


def test_words_are_blacked_out_and_files_left_out(packer: Packer) -> None:
    """Nothing of the other person is in any file of the package; the page says what is missing, and why."""
    pieces = found(packer)
    note, mail, scan = (each.place for each in pieces.values())
    decided = {note: ("black", ["Bob Miller"]), mail: ("black", ["bob miller"]), scan: ("out", [])}
    files = released(packer, decided)
    for name, content in files.items():
        assert b"bob" not in content.lower() + name.lower().encode(), name
    rows = json.loads(files["data/server/notes.json"])["rows"]
    assert rows[1]["text"] == rows[2]["text"] == f"Sold by sales@halltal.example; recommended by {BLACK}, {BLACK}."
    assert rows[0]["text"] == f"Ann ({ANN}) asked for a licence."
    assert files[rows[0]["photo"]["file"]] == b"\x89PNG Ann"
    texts = [content.decode() for name, content in files.items() if name.startswith("files/server-files")]
    assert texts == [f"To: {ANN}\nSubject: Order\n\n{BLACK} ({BLACK}) will bring it. {BLACK} knows you.\n",
                     "Subject: Thanks\n\nThank you, Ann."]  # fmt: skip
    page = files["START-HERE.html"].decode()
    for words in ("words that name other people (2)", "words that name other people (1)", "files that are about other people (1)"):
        assert words in page


def test_what_a_person_keeps_stays_exactly_as_it_is(packer: Packer) -> None:
    """Byte for byte; and nothing is said to be missing."""
    kept = released(packer, {each.place: ("keep", []) for each in found(packer).values()})
    untouched = released(packer, {})
    assert kept == untouched
    assert MAIL.encode() in kept.values()
    assert not [name for name, content in kept.items() if WHY.encode() in content], "our own note on it is not theirs"
    assert "other people" not in kept["START-HERE.html"].decode()


def test_a_system_of_which_all_was_left_out_is_not_told_as_empty(packer: Packer) -> None:
    """“Nothing was found there” would be a lie."""
    only = File("1.eml", "Mail", "", "", iter([MAIL.encode()]), look=WHY)
    held = packer.hold("h", KEY, [only])
    with packer.thawed("h", KEY, held.digest) as sheets:
        (piece,) = packer.others(sheets, own, read)
        clean = packer.hold("v", KEY, packer.veiled(sheets, {piece.place: ("out", [])}, own, read, "de"))
    with packer.thawed("v", KEY, clean.digest) as sheets:
        made = packer.pack("p", {"server": sheets}, {**ABOUT, "language": "de"}, MADE)
    page = unzipped(b"".join(packer.open("p", made.token)))["START-HERE.html"].decode()
    assert "Dateien, in denen es um andere Personen geht (1)" in page
    assert "nichts über Sie gefunden" not in page


def test_black_says_nothing_of_what_was_there() -> None:
    """Every blackened word is as long as every other, in whatever case it stood; longer names go first."""
    text = f"Bob, BOB MILLER and {BOB}; {ANN}"
    assert blacked(text, ["Bob", "Bob Miller", " "], own) == f"{BLACK}, {BLACK} and {BLACK}; {ANN}"
    assert blacked("a.b (c", [".b (", "nobody"], own) == f"a{BLACK}c"
    assert blacked("x" * 50_000 + "@" * 50_000, [], own) == "x" * 50_000 + "@" * 50_000
