"""The text of a document, piece by piece. Only ever called in the child.

A piece is what belongs together: a paragraph, a cell, a page, a whole text; no word goes across two.
"""

import html
import io
import zipfile
import zlib
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesParser

from bot.connectors.documents.office import office
from bot.connectors.documents.pdf import pdf
from bot.connectors.documents.unreadable import Unreadable
from bot.intake import Limits, charsets, header, parts, without_tags
from bot.intake.patterns import pattern

__all__ = ["Unreadable", "pieces"]

_DEPTH = 3  # documents in mails in mails
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_LONG = pattern(r"&#[xX]?[0-9a-fA-F]{8,};?")  # html.unescape raises on numbers past 4,300 digits
_LEGACY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a compound file: what Office locks with a password is wrapped in one


def pieces(ending: str, raw: memoryview | bytes, depth: int = 0) -> Iterator[str]:
    """The text. Unreadable, in words that quote nothing; other errors mean that it is damaged."""
    start = bytes(raw[:8])
    if ending == "pdf" or start.startswith(b"%PDF"):
        yield from pdf(raw)
    elif ending in {"docx", "docm", "dotx", "xlsx", "xlsm", "xltx"} or start.startswith(b"PK\x03\x04"):
        yield from _office(raw, start)
    elif ending == "eml":
        yield from _mail(bytes(raw), depth)
    elif ending in {"html", "htm"}:
        yield from _hypertext(_decoded(bytes(raw)))
    else:
        yield _decoded(bytes(raw))


def _office(raw: memoryview | bytes, start: bytes) -> Iterator[str]:
    if start == _LEGACY:
        raise Unreadable("It is locked with a password, or of an old kind.")
    try:
        yield from office(io.BytesIO(raw))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
        raise Unreadable("It is damaged.") from None


def _decoded(raw: bytes, charset: str = "") -> str:
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            return raw.decode(codec, "replace")
    if not charset and raw[:4096].count(0) > len(raw[:4096]) // 4:
        return raw.decode("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be", "replace")
    return charsets.decoded(raw, charset)


def _hypertext(text: str) -> Iterator[str]:
    """As it is written, for what stands in links, and as it is read, for words that tags divide."""
    yield html.unescape(_LONG.sub(" ", text))
    yield without_tags(text)


def _mail(raw: bytes, depth: int) -> Iterator[str]:
    if depth >= _DEPTH:
        raise Unreadable("It is nested too deep.")
    if fault := parts.scan(raw, Limits()):
        raise Unreadable(fault)
    mail = BytesParser(policy=policy.compat32).parsebytes(raw)
    for part in mail.walk():
        for value in part.values():
            yield charsets.words(str(value)).replace("\r", "").replace("\n", "")
        yield from _part(part, depth)


def _part(part: Message, depth: int) -> Iterator[str]:
    if part.is_multipart():
        return
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return
    kind, parameters = header.parameters(str(part.get("content-type", "text/plain")))
    name = charsets.words(part.get_filename() or "")
    if kind.startswith("text/"):
        text = _decoded(content, parameters.get("charset", ""))
        yield from _hypertext(text) if kind == "text/html" else (text,)
    elif (ending := _ending(kind, name)):
        yield from pieces(ending, content, depth + 1)


def _ending(kind: str, name: str) -> str:
    """What an attachment is searched as; nothing for pictures and the like."""
    known = {"application/pdf": "pdf", "message/rfc822": "eml"}
    ending = name.rpartition(".")[2].lower()
    searched = {"pdf", "docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "eml", "txt", "csv", "html", "htm", "vcf", "ics"}
    return ending if ending in searched else known.get(kind, "")
