"""Mails of the demo world: written as people's programs write them, and read as their inbox shows them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from functools import lru_cache

_CODE = re.compile(r"(?<![\d-])(\d{4})[ \u00a0-]?(\d{4})(?![\d-])")
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True)
class Letter:
    """A mail of ours as its reader sees it."""

    number: int
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    in_reply_to: str
    at: datetime
    automatic: bool

    @property
    def code(self) -> str | None:
        """The confirmation code in it, if there is one."""
        if "code" not in self.text.lower():
            return None
        found = _CODE.search(self.text)
        return "".join(found.groups()) if found else None

    @property
    def links(self) -> list[str]:
        """The web addresses in it, in order."""
        return list(dict.fromkeys(_LINK.findall(self.text)))


@lru_cache(maxsize=2048)  # the page asks twice a second
def read(number: int, raw: bytes, at: datetime) -> Letter:
    """The letter as an inbox shows it."""
    message = message_from_bytes(raw)
    return Letter(
        number=number,
        to=parseaddr(_header(message, "To"))[1],
        subject=_header(message, "Subject"),
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        message_id=_header(message, "Message-ID"),
        in_reply_to=_header(message, "In-Reply-To"),
        at=at,
        automatic=_header(message, "Auto-Submitted") not in {"", "no"},
    )


def compose(
    *,
    sender: str,
    name: str,
    to: str,
    subject: str,
    text: str,
    at: datetime,
    in_reply_to: str = "",
    references: Sequence[str] = (),
) -> tuple[str, bytes]:
    """A mail as a person's program writes it: (Message-ID, bytes)."""
    mail = EmailMessage()
    mail["From"] = formataddr((name, sender))
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id = make_msgid(domain=sender.rpartition("@")[2])
    if in_reply_to:
        mail["In-Reply-To"] = in_reply_to
        mail["References"] = " ".join([*references, in_reply_to])
    mail.set_content(text)
    return message_id, mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


def _header(message: Message, name: str) -> str:
    return str(make_header(decode_header(message.get(name, "")))).replace("\n", "").replace("\r", "").strip()


def _part(message: Message, kind: str) -> str:
    for part in message.walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() == kind and isinstance(content, bytes):
            return content.decode(part.get_content_charset() or "utf-8", "replace")
    return ""
