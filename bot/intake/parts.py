"""The body of a mail: a cheap look before parsing, then its text and the list of its attachments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import cast

from bot.intake import charsets, header, hypertext, outlook
from bot.intake.patterns import byte_pattern, pattern
from bot.intake.reading import Attachment, Limits
from bot.intake.wrapping import TNEF, Wrapping

ToText = Callable[[str], str]

_BOUNDARY = byte_pattern(rb'(?i)boundary[*0-9]{0,8}[ \t]*=[ \t]*(?:"([^"\r\n]{1,250})"|([^\s;"]{1,250}))')
_MESSAGE = byte_pattern(rb"(?im)^content-type:\s*(?:message/|multipart/digest)")
STUB = 200  # characters of a plain text that may stand for a longer one
_DASHES = 20_000  # lines that could be delimiters; each costs two microseconds


class _Part(Message):
    """A part as it is written: what `get_payload` and `get` would decode on the way, and raise over, stays as it is."""

    _payload: "str | list[Message] | None"

    @property
    def written(self) -> str:
        return self._payload if isinstance(self._payload, str) else ""

    @property
    def inside(self) -> "list[_Part]":
        return [each for each in self._payload if isinstance(each, _Part)] if isinstance(self._payload, list) else []

    def header(self, name: str) -> str:
        """The first header of this name as text."""
        text = next((str(value) for key, value in self.raw_items() if key.lower() == name), "")
        if not text.isascii():
            text = charsets.decoded(text.encode("utf-8", "surrogateescape"))
        return text.replace("\r", "").replace("\n", "")


@dataclass
class Content:
    """What the body holds. `fault`: why it has not been read; `cut`: why the text is not to be trusted whole."""

    text: str = field(default="", repr=False)
    attachments: list[Attachment] = field(default_factory=list)
    delivery_report: bool = False
    wrapping: Wrapping = field(default_factory=Wrapping)
    sent_on: "Content | None" = None  # what the first mail inside holds, if somebody sent one on
    author: str = field(default="", repr=False)  # the From of a mail inside, as written
    subject: str = field(default="", repr=False)  # and its subject
    truncated: bool = False
    fault: str | None = None
    cut: str | None = None


def content(fields: header.Headers, body: bytes, limits: Limits, to_text: ToText, *, scanned: bool = True) -> Content:
    """The body under these headers. Never raises but MemoryError. Unscanned only to prove the limits of the child."""
    if header.kind(fields.first("content-type")).partition("/")[0] not in {"multipart", "message"}:
        return _Reader(limits, to_text).read(_only(fields, body))
    mail = b"".join(name.encode() + b": " + value + b"\n" for name, value in _mime(fields)) + b"\n" + body
    fault = scan(mail, limits) if scanned else None
    if fault:
        return Content(fault=fault)
    try:
        parsed = cast("_Part", BytesParser(_Part, policy=policy.compat32).parsebytes(mail))
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, UnboundLocalError):
        return Content(fault="The structure of the mail cannot be parsed.")
    return _Reader(limits, to_text).read(parsed)


def _mime(fields: header.Headers) -> list[tuple[str, bytes]]:
    """The headers the structure depends on, each once: the parser sees no others."""
    wanted = ("content-type", "content-transfer-encoding", "content-disposition")
    return [(name, fields.raw[name][0]) for name in wanted if name in fields.raw]


def _only(fields: header.Headers, body: bytes) -> _Part:
    """A mail of one part: nothing to parse."""
    part = _Part()
    for name, value in _mime(fields):
        part[name] = value.decode("ascii", "surrogateescape")
    part.set_payload(body.decode("ascii", "surrogateescape"))
    return part


def scan(mail: bytes, limits: Limits) -> str | None:
    """The limit this structure passes, found in one pass without parsing, or None."""
    declared = {(match.group(1) or match.group(2)).rstrip() for match in _BOUNDARY.finditer(mail)}
    messages = [match.start() for match, _ in zip(_MESSAGE.finditer(mail), range(limits.parts + 1), strict=False)]
    if len(declared) > limits.parts or len(messages) > limits.parts:
        return _too_many(limits)
    if declared and mail.count(b"\n--") > _DASHES:
        return "Too many lines look like borders between parts."
    marks = [*((at, None) for at in messages), *(_delimiters(mail, declared) if declared else ())]
    return _measure(sorted(marks, key=lambda mark: mark[0]), limits)


def _too_many(limits: Limits) -> str:
    return f"The mail has more than {limits.parts} parts."


def _delimiters(mail: bytes, declared: set[bytes]) -> Iterator[tuple[int, tuple[bytes, bool]]]:
    """Where the lines stand that divide parts: position, boundary, whether it closes."""
    at = mail.find(b"\n--")
    while at >= 0:
        line = mail[at + 3 : at + 3 + 260].partition(b"\n")[0].rstrip()
        if line in declared:
            yield at, (line, False)
        elif line.endswith(b"--") and line[:-2] in declared:
            yield at, (line[:-2], True)
        at = mail.find(b"\n--", at + 3)


def _measure(marks: list[tuple[int, tuple[bytes, bool] | None]], limits: Limits) -> str | None:
    open_: list[tuple[bytes, int]] = []  # boundary, messages in messages above it
    parts, messages = 0, 0
    for _, mark in marks:
        parts += 1
        if mark is None:
            messages += 1
        else:
            boundary, closes = mark
            if any(each == boundary for each, _ in open_):
                while open_[-1][0] != boundary:
                    open_.pop()
                messages = open_[-1][1]
                if closes:
                    open_.pop()
            elif not closes:
                open_.append((boundary, messages))
            parts -= closes
        if parts > limits.parts:
            return _too_many(limits)
        if len(open_) + messages > limits.depth:
            return f"The parts of the mail are nested more than {limits.depth} deep."
    return None


class _Reader:
    """Walks the parsed mail once, without recursion."""

    def __init__(self, limits: Limits, to_text: ToText, *, outermost: bool = True) -> None:
        self.limits = limits
        self.to_text = to_text
        self.outermost = outermost
        self.content = Content()
        self.plain: list[str] = []
        self.html: list[str] = []
        self.packed = outlook.Envelope()  # what winmail.dat holds
        self.room = limits.text  # characters of text still wanted

    def read(self, mail: _Part) -> Content:
        waiting = [mail]
        while waiting:
            part = waiting.pop()
            kind, parameters = header.parameters(part.header("content-type") or "text/plain")
            self.content.wrapping.meet(kind, parameters.get("smime-type", "").casefold())
            if part.inside and not kind.startswith("message/"):
                waiting += reversed(part.inside)
            else:
                self._leaf(part, kind if "/" in kind else "text/plain", parameters)
        self._choose()
        self.content.wrapping.read(self.content.text)
        return self.content

    def _open(self, mail: _Part) -> None:
        """The first mail inside is read as well: somebody may have sent an enquiry on. What is inside that is not."""
        inside = _Reader(self.limits, self.to_text, outermost=False).read(mail)
        inside.author, inside.subject = mail.header("from"), charsets.shown(charsets.words(mail.header("subject")))
        self.content.sent_on = inside

    def _leaf(self, part: _Part, kind: str, parameters: dict[str, str]) -> None:
        self.content.delivery_report |= kind in {"message/delivery-status", "message/feedback-report"}
        if kind == "message/rfc822" and part.inside and self.outermost and self.content.sent_on is None:
            self._open(part.inside[0])
        placed, about = header.parameters(part.header("content-disposition"))
        name = about.get("filename") or parameters.get("name") or ""
        encoding = part.header("content-transfer-encoding").partition(";")[0].strip().casefold()
        first = not self.plain and not self.html
        self.content.wrapping.meet_file(name)
        if kind in {"text/plain", "text/html"} and placed != "attachment" and (first or not name):
            self._text(kind, part.written, encoding, parameters.get("charset", ""))
            return
        self.content.attachments.append(Attachment(safe_name(name), safe_type(kind), _size(part.written, encoding)))
        if (kind in TNEF or name.casefold() == "winmail.dat") and not self.packed.files:
            self.content.wrapping.outlook = True
            self._unpack(part.written, encoding)

    def _unpack(self, written: str, encoding: str) -> None:
        """Outlook's envelope: its text where there is no other, its files by name."""
        data = written.encode("ascii", "surrogateescape")
        self.packed = outlook.opened(charsets.base64(data) if encoding == "base64" else data)
        unknown = "application/octet-stream"
        self.content.attachments += [Attachment(safe_name(each), unknown, 0) for each in self.packed.files]

    def _text(self, kind: str, written: str, encoding: str, charset: str) -> None:
        room = self.limits.text if kind == "text/html" else self.room
        self.content.truncated |= len(written) > room * 4  # four characters of an encoding for one
        data = written[: room * 4].encode("ascii", "surrogateescape")
        if encoding == "base64":
            data = charsets.base64(data)
        elif encoding == "quoted-printable":
            data = charsets.quoted(data)
        text = charsets.decoded(data, charset).replace("\r\n", "\n")
        self.content.truncated |= len(text) > room
        if kind == "text/html":
            self.html.append(text[:room])
        else:
            self.plain.append(text[:room])
            self.room -= len(self.plain[-1])

    def _choose(self) -> None:
        """The plain text if there is any, else the HTML's, else what Outlook packed."""
        text = "\n\n".join(self.plain)
        if self.html and self._is_stub(text.strip()):
            text = f"{text}\n\n{self._from_html(chr(10).join(self.html))}".strip()
        if not text.strip():
            text = self.packed.text or (self._from_html(self.packed.html) if self.packed.html else "")
        self.content.text = charsets.plain(text[: self.limits.text]).strip()

    def _is_stub(self, text: str) -> bool:
        """Whether the plain text only says that there is another one (“Please use a program that shows HTML”)."""
        if len(text) > STUB:
            return False
        return not text or len(hypertext.without_tags("\n".join(self.html)[: self.limits.html])) > 2 * len(text) + STUB

    def _from_html(self, text: str) -> str:
        if len(text) > self.limits.html:
            self.content.cut = f"Its HTML is larger than {self.limits.html // 1024} kB."
        elif hypertext.depth(text) > self.limits.html_depth:
            self.content.cut = f"Its HTML is nested more than {self.limits.html_depth} deep."
        if self.content.cut:
            self.content.truncated = True
            return hypertext.without_tags(text)
        return self.to_text(text)


def _size(written: str, encoding: str) -> int:
    if encoding != "base64":
        return len(written)
    length = len(written) - written.count("\n") - written.count("\r")
    return max(0, length * 3 // 4 - written[-4:].count("="))


def safe_name(name: str) -> str:
    """A name that can be shown: no path, no invisible character, at most 120 long; `unnamed` when nothing is left."""
    shown = charsets.shown(charsets.words(name), 400)
    last = shown.replace("\\", "/").rpartition("/")[2].strip(" .")
    if len(last) > 120:
        stem, dot, ending = last.rpartition(".")
        last = f"{stem[:100]}…{dot}{ending[-15:]}" if dot else last[:120]
    return last or "unnamed"


_TYPE = pattern(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,80}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")


def safe_type(kind: str) -> str:
    """The declared type if it is one."""
    return kind if _TYPE.fullmatch(kind) else "application/octet-stream"
