"""The header block of a mail, cut into fields without an API that raises on foreign input."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.intake import charsets
from bot.intake.patterns import byte_pattern, pattern
from bot.intake.reading import Limits

_NAME = bytes({*range(0x21, 0x7F)} - {ord(":")})
_STAYS = ("from", "to", "cc", "date", "subject", "mime-version", "content-type")  # on every way to us


@dataclass(frozen=True)
class Headers:
    """The fields by their name in lower case, values unfolded and undecoded. `faults`: limits that were passed."""

    raw: Mapping[str, Sequence[bytes]]
    faults: tuple[str, ...] = ()

    def all(self, name: str) -> list[str]:
        """The values of this field as text, encoded words still encoded."""
        return [charsets.decoded(value) for value in self.raw.get(name, ())]

    def first(self, name: str) -> str:
        """The first of them, or nothing."""
        values = self.raw.get(name)
        return charsets.decoded(values[0]) if values else ""

    def has(self, name: str) -> bool:
        return name in self.raw


def split(raw: bytes) -> tuple[bytes, bytes]:
    """Header block and body. A mail without an empty line is all header."""
    if b"\n" not in raw[:4096] and b"\r" in raw[:4096]:
        raw = raw.replace(b"\r", b"\n")
    elif b"\r\r\n" in raw[:4096]:
        raw = raw.replace(b"\r\r\n", b"\r\n")
    raw = raw.lstrip(b"\xef\xbb\xbf\r\n\t ") if raw[:1] in b"\xef\r\n\t " else raw
    ends = [(at, len(sign)) for sign in (b"\n\n", b"\n\r\n") if (at := raw.find(sign)) >= 0]
    if not ends:
        return raw, b""
    at, length = min(ends)
    return raw[: at + 1], raw[at + length :]


def headers(block: bytes, limits: Limits) -> Headers:
    """The fields of the block as far as the limits go; a line that is no field is passed over."""
    found: dict[str, list[bytes]] = {}
    too_large = False
    for name, value in _fields(block[: limits.header_block]):
        too_large |= len(value) > limits.header
        found.setdefault(name.decode(), []).append(value[: limits.header])
    faults = (f"One header is larger than {limits.header // 1024} kB.",) if too_large else ()
    return Headers(found, faults)


def _fields(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    lines: list[bytes] = []
    for line in (*block.replace(b"\r\n", b"\n").split(b"\n"), b""):
        if line[:1] in (b" ", b"\t"):
            lines.append(line)  # folded: belongs to whatever stands above it
            continue
        name, colon, value = (lines[0] if lines else b"").partition(b":")
        name = name.rstrip(b" \t").lower()
        if colon and name and not name.translate(None, _NAME):
            yield name, b"".join([value, *lines[1:]]).strip()
        lines = [line]


def message_ids(values: Iterable[str], limit: int = 200) -> tuple[str, ...]:
    """Message-IDs with their angle brackets, whole even where a space or a bracket stands inside; none twice."""
    found: dict[str, None] = {}
    for value in values:
        for piece in value.split("<")[1 : limit + 1]:
            inside, closed, _ = piece.partition(">")
            if closed and inside.strip():
                found[f"<{charsets.shown(inside)}>"] = None
    return tuple(found)[:limit]


def message_id(fields: Headers) -> str:
    """The mail's own Message-ID with angle brackets, also where the sender forgot them; empty when there is none."""
    value = charsets.shown(fields.first("message-id"))
    if not value:
        return ""
    named = message_ids([value])
    return named[0] if named else f"<{value.strip('<> ')}>"


def identity_text(raw: bytes, body: bytes | None = None) -> str:
    """What makes this mail itself, whatever its UID, mailbox and way here: for a keyed hash.

    Message-ID, and SHA-256 over the headers that no server on the way adds or changes and over the body, line ends
    made equal. `raw` is the whole mail, or its header block when `body` is given.
    """
    block, rest = split(raw)
    fields = headers(block, Limits())
    content = hashlib.sha256()
    for name in _STAYS:
        for value in fields.raw.get(name, ()):
            content.update(name.encode() + b":" + b" ".join(value.split()) + b"\n")
    text = rest if body is None else body
    content.update(b"\n" + text.replace(b"\r\n", b"\n").rstrip(b"\n"))
    return f"{message_id(fields)}\n{content.hexdigest()}"


def kind(value: str) -> str:
    """The value of a structured header without its parameters, in lower case."""
    return value.partition(";")[0].strip().casefold()


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured header (`text/plain; charset=…`): value in lower case, parameters decoded (RFC 2231, 2047)."""
    rest = value.partition(";")[2]
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, text in _pairs(rest) if rest else ():
        key, star, number = name.partition("*")
        if not star:
            plain.setdefault(key, charsets.words(text))
            continue
        encoded = not number or number.endswith("*")
        index = number.rstrip("*")
        if len(index) <= 3 and (not index or (index.isascii() and index.isdigit())):
            pieces.setdefault(key, {}).setdefault(int(index or 0), (text, encoded))
    for key, parts in pieces.items():
        plain[key] = _joined([parts[index] for index in sorted(parts)])
    return kind(value), plain


_PAIR = pattern(r'\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))[^;]*;?')


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    for match in _PAIR.finditer(text):
        inside = match.group(2)
        # A backslash before anything but a quote or itself is a path of Windows, not an escape.
        value = match.group(3).strip() if inside is None else inside.replace('\\"', '"').replace("\\\\", "\\")
        yield match.group(1).casefold(), value


def _joined(parts: list[tuple[str, bool]]) -> str:
    charset, data = "", b""
    for number, (text, encoded) in enumerate(parts):
        if number == 0 and encoded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)  # noqa: PLW2901
        raw = text.encode("utf-8", "replace")
        data += _percent(raw) if encoded else raw
    return charsets.decoded(data, charset)


_PERCENT = byte_pattern(rb"%([0-9A-Fa-f]{2})")


def _percent(data: bytes) -> bytes:
    return _PERCENT.sub(lambda match: bytes.fromhex(match.group(1).decode()), data)
