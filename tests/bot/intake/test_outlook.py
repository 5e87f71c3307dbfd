"""winmail.dat: the words Outlook packed are read, its files are named, and nothing in it can hurt."""

import base64
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import Limits, read, richtext
from bot.intake.outlook import opened
from bot.law import Right
from tests.bot.intake.writing import RULES, multipart

RTF = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x;}Bitte l\'f6schen Sie meine Daten.\par Gr\u252?sse\par}"


def attribute(name: int, value: bytes, level: int = 1) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def text_property(name: int, text: str) -> bytes:
    value = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x1F, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)


def binary_property(name: int, value: bytes) -> bytes:
    return struct.pack("<HHII", 0x102, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)


def properties(*each: bytes) -> bytes:
    return struct.pack("<I", len(each)) + b"".join(each)


def winmail(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def stored(rtf: bytes) -> bytes:
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


NAMED = struct.pack("<HH16sII", 3, 0x8001, b"g" * 16, 1, 6) + "ab\0".encode("utf-16-le") + b"\0\0" + struct.pack("<I", 5)
FILES = (
    attribute(0x69002, b"", 2),
    attribute(0x18010, b"BRIEF~1.PDF\0", 2),
    attribute(0x69005, properties(text_property(0x3707, "Brief an Sie.pdf")), 2),
    attribute(0x6800F, b"%PDF", 2),
)


def mail(packed: bytes, *, name: str = "application/ms-tnef") -> bytes:
    head = f"Content-Type: {name}; name=winmail.dat\r\nContent-Transfer-Encoding: base64"
    return multipart((head, base64.encodebytes(packed)), subject="Hello")


@pytest.mark.parametrize(
    "body",
    [
        attribute(0x2800C, b"Bitte l\xf6schen Sie meine Daten.\0"),
        attribute(0x69003, properties(NAMED, text_property(0x1000, "Bitte löschen Sie meine Daten."))),
        attribute(0x69003, properties(binary_property(0x1013, "<p>Bitte löschen Sie meine Daten.</p>".encode()))),
        attribute(0x69003, properties(binary_property(0x1009, stored(RTF)))),
    ],
    ids=["text", "property", "html", "rtf"],
)
@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream"])
def test_the_words_in_winmail_dat_are_judged_as_any_others(body: bytes, kind: str) -> None:
    """In each of the forms Outlook packs them; the files beside them are named and stay shut."""
    reading = read(mail(winmail(attribute(0x9007, struct.pack("<II", 1252, 0)), body, *FILES), name=kind), RULES)
    assert reading.text.startswith("Bitte löschen Sie meine Daten.")
    assert (reading.verdict, reading.rights) == ("near_miss", (Right.DELETION,))
    assert [each.name for each in reading.attachments] == ["winmail.dat", "Brief an Sie.pdf"]


def test_a_text_beside_it_is_the_text() -> None:
    """What the mail says openly is what it says."""
    packed = base64.encodebytes(winmail(attribute(0x2800C, b"other words")))
    raw = multipart(("Content-Type: text/plain", "plain words"),
                    ("Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64", packed))  # fmt: skip
    assert read(raw, RULES).text == "plain words"


def test_packed_rtf_is_unpacked() -> None:
    """The vectors of Microsoft's own description (MS-OXRTFCP, 4.1): literals, and a copy that runs over itself."""
    one = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0")
    two = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert richtext.unpacked(one) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert richtext.unpacked(two) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_rtf_says_its_words() -> None:
    """Fonts, marked destinations and packed HTML are silent; letters beyond the code page are themselves."""
    assert richtext.words(RTF) == "Bitte löschen Sie meine Daten.\nGrüsse"
    assert richtext.words(rb"{\rtf1{\*\htmltag <b>}\htmlrtf x\htmlrtf0 y\~\{z\}\uc2\u8364 EUR\emdash}}") == "y {z}€R\u2014"


@given(st.binary(max_size=300))
def test_whatever_it_holds_nothing_is_raised(data: bytes) -> None:
    """Nor by its parts."""
    opened(data)
    opened(winmail(data, attribute(0x69003, data), attribute(0x69002, b""), attribute(0x69005, data)))
    richtext.words(richtext.unpacked(data[:4].ljust(4, b"\0") + struct.pack("<II", 10_000, 0x75465A4C) + data))
    richtext.words(data)


@pytest.mark.parametrize("rtf", [b"{" * 500_000, b"\\u1 ?" * 100_000])
def test_no_rtf_takes_long(rtf: bytes) -> None:
    """As any mail: within its limits of time, the next one is read."""
    began = time.process_time()
    read(mail(winmail(attribute(0x69003, properties(binary_property(0x1009, stored(rtf)))))), RULES, Limits())
    assert time.process_time() - began < 2


@pytest.mark.shared
def test_winmail_files_of_others_are_read(shared: Path) -> None:
    """Those of a public collection, broken ones among them: words or files, wherever there are any."""
    folder = shared / "corpus" / "mail" / "copyleft" / "koodaamo__tnefparse"
    found = {each.name: opened(each.read_bytes()) for each in folder.iterdir()}
    assert sum(bool(each.text or each.html) for each in found.values()) >= 8
    assert sum(bool(each.files) for each in found.values()) >= 9
