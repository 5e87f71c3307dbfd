"""The words of RTF, and of RTF as Outlook packs it (MS-OXRTFCP). In one pass, bounded, never raising."""

import struct
from itertools import islice

from bot.intake import charsets
from bot.intake.patterns import byte_pattern

MOST = 512 * 1024  # bytes of unpacked RTF
TOKENS = 20_000  # of it that are read: each costs some microseconds
_BEGIN = (  # what the ring holds before anything is unpacked
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_RING = 4096


def unpacked(data: bytes) -> bytes:
    """The RTF: eight pieces behind a control byte, each a byte or a copy of what a ring of 4,096 bytes holds."""
    if len(data) < 16:
        return b""
    size, kind = struct.unpack_from("<II", data, 4)
    if kind == _PLAIN:
        return data[16 : 16 + min(size, MOST)]
    if kind != _PACKED:
        return b""
    out, at = bytearray(_BEGIN), 16
    end = len(_BEGIN) + min(size, MOST)
    while at < len(data) and len(out) < end:
        control, at = data[at], at + 1
        for bit in range(8):
            if not control >> bit & 1:
                out += data[at : at + 1]
                at += 1
                continue
            place, length = divmod(int.from_bytes(data[at : at + 2], "big"), 16)
            back = (len(out) - place) % _RING
            if not back or at + 2 > len(data):  # where the ring would be written next: the end
                return bytes(out[len(_BEGIN) : end])
            at += 2
            for _ in range(length + 2):
                out.append(out[-back] if back <= len(out) else 32)
    return bytes(out[len(_BEGIN) : end])


_TOKEN = byte_pattern(rb"\\([a-z]{1,32})(-?[0-9]{1,9})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_HIDDEN = frozenset({b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer"})
_SAID = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t", b"emdash": "\u2014", b"endash": "\u2013",
    b"bullet": "\u2022", b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d",
}  # fmt: skip
_SIGNS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}


def words(data: bytes) -> str:
    """What the RTF says; fonts, pictures and HTML that is packed in it left out."""
    reader = _Reader()
    for match in islice(_TOKEN.finditer(data[:MOST]), TOKENS):
        reader.take(*match.groups())
    return "".join(reader.said).replace("\0", "").strip()


class _Reader:
    """Where in the RTF we are."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.hidden = [False]  # of each open group
        self.packed_html = False
        self.codepage = "cp1252"
        self.stand_ins, self.skip = 1, 0  # letters that follow one in Unicode, for programs that know none

    def take(
        self, word: bytes | None, number: bytes | None, byte: bytes | None, sign: bytes | None, brace: bytes | None,
        text: bytes | None,
    ) -> None:  # fmt: skip
        """One token; exactly one of these is set, `number` besides `word`."""
        if brace == b"{":
            self.hidden.append(self.hidden[-1])
        elif brace:
            del self.hidden[1 if len(self.hidden) == 1 else -1 :]
        elif sign == b"*" or word in _HIDDEN:
            self.hidden[-1] = True
        elif word == b"htmlrtf":
            self.packed_html = number != b"0"
        elif word == b"ansicpg" and number:
            self.codepage = f"cp{number.decode()}"
        elif word == b"uc" and number:
            self.stand_ins = int(number)
        elif not (self.hidden[-1] or self.packed_html):
            self.said.append(self._speak(word, number, byte, sign, text or b""))

    def _speak(
        self, word: bytes | None, number: bytes | None, byte: bytes | None, sign: bytes | None, text: bytes
    ) -> str:
        if word == b"u" and number:
            self.skip = self.stand_ins
            code = int(number) % 0x10000
            return "" if 0xD800 <= code < 0xE000 else chr(code)
        if word:
            return _SAID.get(word, "")
        if sign:
            return _SIGNS.get(sign, "")
        said = bytes.fromhex(byte.decode()) if byte else text
        skipped, self.skip = self.skip, max(0, self.skip - len(said))
        return charsets.decoded(said[skipped:], self.codepage)
