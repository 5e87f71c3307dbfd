"""What stands in a winmail.dat: Outlook's own envelope around text and files (MS-OXTNEF).

Only the words of the mail and the names of its files are read; no file is opened. Everything is bounded by the length
of the input and by `MOST`, nothing here raises.
"""

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.intake import charsets, richtext

MOST = 4 * 1024 * 1024  # bytes of a text
FILES = 100
_SIGNATURE = 0x223E9F78
_SUBJECT, _BODY, _PROPERTIES, _CODEPAGE = 0x8004, 0x800C, 0x9003, 0x9007
_NEW_FILE, _TITLE, _FILE_PROPERTIES = 0x9002, 0x8010, 0x9005
_P_SUBJECT, _P_BODY, _P_RTF, _P_HTML, _P_NAME, _P_LONG_NAME = 0x0037, 0x1000, 0x1009, 0x1013, 0x3704, 0x3707
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}  # type -> bytes with their padding
_STRING, _UNICODE, _BINARY, _OBJECT, _MANY = 0x1E, 0x1F, 0x102, 0x0D, 0x1000


@dataclass
class Envelope:
    """What was found. Empty where there is nothing, or nothing that can be read."""

    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    files: list[str] = field(default_factory=list, repr=False)


class _Broken(Exception):
    """The bytes end, or say what cannot be: what was read so far counts."""


def opened(data: bytes) -> Envelope:
    """The envelope, as far as it can be read."""
    found = Envelope()
    with contextlib.suppress(_Broken):
        _read(data, found)
    return found


def _read(data: bytes, found: Envelope) -> None:
    codepage, rtf = "cp1252", ""
    for name, value in _attributes(data):
        if name == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{_u32(value, 0)}"
        elif name == _SUBJECT:
            found.subject = found.subject or _text(value, codepage)
        elif name == _BODY:
            found.text = found.text or _text(value, codepage)
        elif name == _NEW_FILE and len(found.files) < FILES:
            found.files.append("")
        elif name == _TITLE and found.files:
            found.files[-1] = found.files[-1] or _text(value, codepage)
        elif name == _FILE_PROPERTIES and found.files:
            known = _strings(value, codepage)
            found.files[-1] = known.get(_P_LONG_NAME) or known.get(_P_NAME) or found.files[-1]
        elif name == _PROPERTIES:
            known = _strings(value, codepage)
            found.subject = found.subject or known.get(_P_SUBJECT, "")
            found.text = found.text or known.get(_P_BODY, "")
            found.html = found.html or known.get(_P_HTML, "")
            rtf = rtf or known.get(_P_RTF, "")
            found.text = found.text if found.text.strip() or found.html else rtf


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Name and value of each attribute; a checksum that is wrong says nothing of the value."""
    if len(data) < 6 or _u32(data, 0) != _SIGNATURE:
        return
    at = 6
    while at + 9 <= len(data):
        name, length = _u16(data, at + 1), _u32(data, at + 5)
        if data[at] not in {1, 2} or at + 9 + length > len(data):
            return
        yield name, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _strings(data: bytes, codepage: str) -> dict[int, str]:
    """The properties we look for, as text."""
    found: dict[int, str] = {}
    with contextlib.suppress(_Broken):
        for name, kind, value in _properties(data):
            if name == _P_RTF and kind == _BINARY:
                found[name] = richtext.words(richtext.unpacked(value))
            elif name in {_P_SUBJECT, _P_BODY, _P_HTML, _P_NAME, _P_LONG_NAME}:
                charset = "utf-16-le" if kind == _UNICODE else "utf-8" if kind == _BINARY else codepage
                found[name] = _text(value, charset)
    return found


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 4
    for _ in range(min(_u32(data, 0), len(data) // 8)):
        kind, name = _u16(data, at), _u16(data, at + 2)
        at += 4
        if name >= 0x8000:  # a named one: a GUID, and a number or a name
            length = _u32(data, at + 20) if _u32(data, at + 16) else 0
            at += 24 + length + -length % 4
        count = 1
        if kind & _MANY or kind in {_STRING, _UNICODE, _BINARY, _OBJECT}:
            count, at = _u32(data, at), at + 4
        kind &= ~_MANY
        for _ in range(min(count, len(data) // 4)):
            if kind in _FIXED:
                length, padded = _FIXED[kind], _FIXED[kind]
            elif kind in {_STRING, _UNICODE, _BINARY, _OBJECT}:
                length, at = _u32(data, at), at + 4
                padded = length + -length % 4
            else:
                raise _Broken
            if at + length > len(data):
                raise _Broken
            yield name, kind, data[at : at + length]
            at += padded


def _u16(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise _Broken
    return struct.unpack_from("<H", data, at)[0]


def _u32(data: bytes, at: int) -> int:
    if at + 4 > len(data):
        raise _Broken
    return struct.unpack_from("<I", data, at)[0]


def _text(data: bytes, charset: str) -> str:
    text = charsets.decoded(data[:MOST], charset).replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip("\0").partition("\0")[0]
