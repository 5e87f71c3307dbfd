"""A letter as bytes for the wire: few headers, each checked, and the same bytes for the same letter.

TRUST, T11: Python below 3.11.10 let a decoded line end in a header become a header of its own. So what goes into a
header is one clean line before, and the names are read again from the finished bytes and compared after.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.charset import QP, Charset
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime

from bot.errors import Refused
from bot.letters.markup import clean

HEADER_LENGTH = 200  # characters
REFERENCES = 20  # the first and the newest ones: a long thread must not grow a header for ever

_NEEDED = ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Language")
_MAYBE = frozenset({"In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress"})
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")  # printable ASCII without < and >
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}[.]zip")
_MAILBOX = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,253}")


def safe_header(text: str) -> str:
    """The text as one line fit for a header: decoded, without control characters, at most 200 characters.

    Refused when it still holds an encoded word: nothing that decodes twice leaves this house.
    """
    try:
        decoded = str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        decoded = text
    line = clean(decoded)
    if "=?" in line:
        raise Refused("A header of the letter holds an encoded word.")
    return line[:HEADER_LENGTH].rstrip()


def envelope(
    parts: tuple[str, str],
    *,
    language: str,
    subject: str,
    sender: tuple[str, str],
    to: str,
    message_id: str,
    in_reply_to: str,
    references: Sequence[str],
    sent_at: datetime,
    automatic: bool,
) -> bytes:
    """ASCII bytes with CRLF: multipart/alternative of `parts` (text, HTML). `sender` is (name, address).

    Refused where an address or the Message-ID is not what a header may carry, or where the finished bytes show other
    header names than were meant. Message-IDs of others that no header may carry are left out.
    """
    _check(sender[1], _MAILBOX)
    _check(to, _MAILBOX)
    _check(message_id, _MESSAGE_ID)
    letter = MIMEMultipart("alternative", boundary=_boundary(message_id), policy=compat32)
    letter["Date"] = format_datetime(sent_at.astimezone(UTC))
    letter["From"] = _mailbox(*sender)
    letter["To"] = to
    letter["Subject"] = _encoded(safe_header(subject))
    letter["Message-ID"] = message_id
    thread = _thread([*references, in_reply_to])
    if _MESSAGE_ID.fullmatch(in_reply_to):
        letter["In-Reply-To"] = in_reply_to
    if thread:
        letter["References"] = " ".join(thread)
    if automatic:
        letter["Auto-Submitted"] = "auto-replied"  # RFC 3834
        letter["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    letter["Content-Language"] = language
    for text, kind in zip(parts, ("plain", "html"), strict=True):
        letter.attach(_part(text, kind))
    wire = letter.as_bytes(policy=compat32.clone(linesep="\r\n", mangle_from_=False))
    _check_names(wire)
    return wire


def attached(wire: bytes, name: str, content: bytes) -> bytes:
    """The finished letter with this zip attached, its headers as they were; the same bytes for the same input.

    multipart/mixed around what was the whole letter. Refused where the name is not a plain one.
    """
    if not _FILE.fullmatch(name):
        raise Refused("The name of the attachment cannot stand in a header.")
    head, _, body = wire.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    (kind,) = [each for each in fields if each.lower().startswith(b"content-type:")]
    line = f"--{_boundary(f'{name} {hashlib.sha256(body).hexdigest()}')}".encode()
    others = [each for each in fields if each is not kind]
    outer = [*others, b'Content-Type: multipart/mixed; boundary="' + line[2:] + b'"']
    file = [
        f'Content-Type: application/zip; name="{name}"', "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
    ]  # fmt: skip
    lines = base64.encodebytes(content).replace(b"\n", b"\r\n")
    whole = b"\r\n".join([
        *outer, b"", line, kind, b"", body, line, *(each.encode() for each in file), b"", lines + line + b"--", b"",
    ])  # fmt: skip
    _check_names(whole)
    return whole


def _check(text: str, pattern: re.Pattern[str]) -> None:
    if not text.isascii() or not pattern.fullmatch(text) or "=?" in text:
        raise Refused("An address or id of the letter cannot stand in a header.")


def _mailbox(name: str, address: str) -> str:
    name = safe_header(name).replace('"', "").replace("\\", "").replace("<", "").replace(">", "")
    if not name:
        return address
    shown = f'"{name}"' if name.isascii() else _encoded(name)
    return f"{shown} <{address}>"


def _encoded(text: str) -> str:
    """ASCII: as encoded words where the text needs them, on one line; the generator folds it between words."""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=60).encode(linesep="").replace("\n", "")


def _thread(ids: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(each for each in ids if _MESSAGE_ID.fullmatch(each) and "=?" not in each))
    return found if len(found) <= REFERENCES else [found[0], *found[-REFERENCES + 1 :]]


def _boundary(message_id: str) -> str:
    """No line of a quoted-printable part begins like this, whatever the letter says."""
    return f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"


def _part(text: str, kind: str) -> MIMEText:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    part = MIMEText(text, kind, charset)  # pyright: ignore[reportArgumentType]  # a Charset is documented to do
    del part["MIME-Version"]
    return part


def _check_names(wire: bytes) -> None:
    """Refused unless two readings of the finished bytes show exactly the headers that were meant."""
    block = wire.partition(b"\r\n\r\n")[0]
    lines = [line for line in block.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    names = [line.partition(b":")[0].decode("ascii", "replace") for line in lines]
    allowed = {*_NEEDED, *_MAYBE}
    parsed = list(message_from_bytes(wire).keys())
    if parsed != names or len(set(names)) < len(names) or not set(names) <= allowed or not set(names) >= set(_NEEDED):
        raise Refused("The letter's headers are not the ones that were meant.")
