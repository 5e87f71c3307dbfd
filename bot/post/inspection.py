"""The last look at a letter before it goes: exactly the bytes of the wire, read again from the beginning.

Whoever built the letter may have been deceived by a library (TRUST, T11: Python below 3.11.10 turned a decoded line end
in a subject into a header of its own). So nothing is believed here: the header block is split by hand, every name must
be on the list, and what an encoded word says must be one line as well.
"""

import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header

from bot.errors import Refused, Unsupported

NAMES = frozenset({
    "auto-submitted", "content-language", "content-transfer-encoding", "content-type", "date", "from", "in-reply-to",
    "message-id", "mime-version", "references", "reply-to", "subject", "to", "x-auto-response-suppress",
})  # fmt: skip
NEEDED = frozenset({"date", "from", "message-id", "subject", "to"})
LINE_BYTES = 998  # RFC 5322, 2.1.1

_FIELD = re.compile(rb"([!-9;-~]+):[ \t]?(.*)", re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x1f\x7f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


def check_letter(sender: str, to: str, content: bytes) -> bytes:
    """The bytes to send: `content` with every line end as CRLF.

    Raises Refused where a header is not on the list, stands twice, hides a line end, or where the one To is not exactly
    `to` or From is not `sender`; Unsupported for an address only a newer protocol carries. Never repeats what it read.
    """
    for address in (sender, to):
        check_address(address)
    wire = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    head, middle, body = wire.partition(b"\r\n\r\n")
    if not middle:
        raise Refused("The letter has no end of its header.")
    fields = _fields(head)
    _check_names(fields, head)
    for name, value in fields:
        _check_value(name, value)
    named = dict(fields)
    if named["to"].strip() not in {to, f"<{to}>"}:
        raise Refused("The letter's To is not exactly the recipient.")
    bare = named["from"].strip()
    if bare[len(_name(bare)) :] not in {sender, f"<{sender}>"}:
        raise Refused("The letter's From is not the sender.")
    if b"\0" in body or any(len(line) > LINE_BYTES for line in wire.split(b"\r\n")):
        raise Refused(f"The letter has a null byte or a line of more than {LINE_BYTES} bytes.")
    return wire if wire.endswith(b"\r\n") else wire + b"\r\n"


def check_address(address: str) -> None:
    """Nothing, if the address can stand in an SMTP command as it is."""
    if not address.isascii():
        raise Unsupported("The address needs SMTPUTF8, which this project does not speak.")
    if not _ADDRESS.fullmatch(address):
        raise Refused("The address is not one plain mailbox.")


def _fields(head: bytes) -> list[tuple[str, str]]:
    """Name in small letters and unfolded value of each header field."""
    if not head.isascii() or re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", head):
        raise Refused("The letter's header is not printable ASCII.")
    fields: list[tuple[str, str]] = []
    for line in re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n"):
        found = _FIELD.fullmatch(line)
        if not found:
            raise Refused("The letter's header has a line that is no field.")
        fields.append((found[1].decode().lower(), found[2].decode()))
    return fields


def _check_names(fields: list[tuple[str, str]], head: bytes) -> None:
    names = [name for name, _ in fields]
    if len(set(names)) < len(names) or not set(names) <= NAMES or not set(names) >= NEEDED:
        raise Refused("The letter's header names are not the ones a letter of ours has, each once.")
    if [name.lower() for name in message_from_bytes(head).keys()] != names:  # noqa: SIM118  (a message is no dict)
        raise Refused("Two readers of the letter's header see different names.")


def _name(value: str) -> str:
    """The display name before the angle bracket, with the space behind it; empty where there is none."""
    found = re.match(r'((?:"[^"<>]*"|[^<>@,;:"]*)\s*)<', value)
    return found[1] if found else ""


def _check_value(name: str, value: str) -> None:
    try:
        words = decode_header(value)
        text = "".join(word if isinstance(word, str) else word.decode(charset or "ascii") for word, charset in words)
    except (HeaderParseError, LookupError, ValueError):
        raise Refused(f"The letter's {name} has an encoded word nobody can read.") from None
    if _CONTROL.search(text):
        raise Refused(f"The letter's {name} hides a line end or another control character.")
