"""Bytes of foreign mail into text, whatever they claim to be. Nothing here raises."""

import binascii
import codecs
import functools
import unicodedata
from collections.abc import Callable

from bot.intake.patterns import pattern

_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")
_WORD = pattern(r"=\?([^?\s]{1,80})\?([bBqQ])\?(.*?)\?=")
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
_MEANT = {  # what senders write, and the superset they mean
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
}
_SAID = {"x-sjis": "cp932", "windows-874": "cp874", "x-mac-roman": "mac_roman", "x-gbk": "gb18030",
         "unicode-1-1-utf-7": "utf-7", "iso-8859-8-i": "iso-8859-8", "cp-850": "cp850", "utf8mb4": "utf-8",
         "x-big5": "big5hkscs", "x-euc-jp": "euc_jp", "ansi_x3.110-1983": "cp1252", "cp-1252": "cp1252"}  # fmt: skip
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


@functools.lru_cache(maxsize=256)
def codec(name: str) -> str | None:
    """The codec to read this charset with, or None when nobody here knows it."""
    name = name.strip(" \t\"'").casefold()
    if not _NAME.fullmatch(name):
        return None
    try:
        found = codecs.lookup(_SAID.get(name, name))
    except (LookupError, ValueError):
        return None
    if found.name == "ascii":
        return None  # says nothing: who means it sends nothing else, who sends more means something else
    if found.name.replace("-", "_") in _REFUSED or not getattr(found, "_is_text_encoding", False):
        return None
    return _MEANT.get(found.name, found.name)


def decoded(data: bytes, charset: str = "") -> str:
    """The text: by its charset if the bytes agree, else as UTF-8 if they are, else byte by byte."""
    named = codec(charset) if charset else None
    for each in (named, "utf-8"):
        if each:
            try:
                return data.decode(each)
            except (UnicodeError, ValueError):
                continue
    try:
        return data.decode(named or "cp1252", "replace")
    except (UnicodeError, ValueError):
        return data.decode("latin-1")


def words(text: str) -> str:
    """A header with its encoded words (RFC 2047) read, also those a standard would forbid."""
    if "=?" not in text:
        return text
    done: list[str] = []
    held, charset, end = b"", "", 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        name = match.group(1).partition("*")[0].casefold()  # RFC 2231: charset*language
        if (between.strip() or name != charset) and held:
            done.append(decoded(held, charset))
            held = b""
        if between.strip() or end == 0:
            done.append(between)
        charset, end = name, match.end()
        held += _word(match.group(2), match.group(3), name)
    if held:
        done.append(decoded(held, charset))
    return "".join([*done, text[end:]])


def _word(encoding: str, text: str, charset: str) -> bytes:
    # What is not ASCII in an encoded word was meant as bytes of its charset.
    data = text.encode("ascii" if text.isascii() else codec(charset) or "utf-8", "replace")
    if encoding in "bB":
        return base64(data)
    return quoted(data.replace(b"_", b" "))


def base64(data: bytes) -> bytes:
    """Whatever of it is base64, decoded."""
    data = data.translate(None, _NOT_BASE64)
    data = data[:-1] if len(data) % 4 == 1 else data
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def quoted(data: bytes) -> bytes:
    """Quoted-printable, decoded; what is none stays as it is."""
    return binascii.a2b_qp(data)


def shown(text: str, limit: int = 1000) -> str:
    """One line that is safe to show: no control, no invisible character, no change of direction, single spaces."""
    return " ".join(plain(text[: limit * 4]).split())[:limit].strip()


def plain(text: str) -> str:
    """The text without control characters (but tab and line end), invisible characters and changes of direction."""
    return text.translate(_SHOWN)


class Letters(dict[int, int | str | None]):
    """A table for `str.translate` that asks once about each character it meets."""

    def __init__(self, judge: Callable[[str], str | None]) -> None:
        super().__init__()
        self._judge = judge

    def __missing__(self, code: int) -> int | str | None:
        self[code] = found = self._judge(chr(code))
        return found


def _visible(char: str) -> str | None:
    """The character, what is shown in its place, or None for what is not to be seen."""
    kind = unicodedata.category(char)
    if kind == "Cc" and char not in "\t\n\0":
        return "\n" if char == "\x85" else " "
    if kind in {"Zl", "Zp"}:
        return "\n"
    # Cf: zero width, direction, soft hyphen; Cs: half a character, which no database and no JSON takes.
    # The fillers are letters by category and blank on screen.
    return None if kind in {"Cf", "Cs"} or char in "\0\u115f\u1160\u3164\uffa0\u034f" else char


_SHOWN = Letters(_visible)
