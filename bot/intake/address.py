"""Who a mail is from: one function for all addresses, and one sender or none (TRUST T03, T04)."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from email_validator import validate_email

from bot.intake import charsets, notes
from bot.intake.patterns import pattern

LONGEST = 320  # RFC 3696 errata 1690: 64 + 1 + 255


def normal_address(text: str) -> str | None:
    """The address in the one form that is compared, hashed and written to: lower case, domain in IDNA (punycode) form.

    None for whatever is not exactly one address, and for one that only looks like another: a letter that
    normalising would turn into a plain one, an invisible character.
    """
    text = text.strip(" \t\r\n")
    if len(text) > LONGEST or "=?" in text or text.count("@") != 1:
        return None
    if not text.isascii() and any(_pretends(each) for each in text):
        return None
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True, allow_quoted_local=False)
    except ValueError:
        return None
    local, domain = found.local_part.lower(), found.ascii_domain.lower()
    if not _same_labels(text.rpartition("@")[2], domain):
        return None
    return f"{unicodedata.normalize('NFC', local)}@{domain}"


def _pretends(char: str) -> bool:
    """Whether this is a plain character in disguise (full-width e, Kelvin sign, long s) or an invisible one."""
    if char.isascii():
        return False
    return unicodedata.normalize("NFKC", char).lower().isascii() or charsets.plain(char) != char


def _same_labels(written: str, domain: str) -> bool:
    """Whether each label with a foreign letter stayed one: no dot, no plain label made of something else (UTS 46)."""
    before, after = written.split("."), domain.split(".")
    return len(before) == len(after) and all(
        one.isascii() or other.startswith("xn--") for one, other in zip(before, after, strict=True)
    )


def odd_letters(address: str) -> str | None:
    """What a person should know of the writing of an address, in words, or None: plain Latin letters."""
    local, _, domain = address.rpartition("@")
    if address.isascii() and "xn--" not in domain:
        return None
    labels = [local, *(_unicode(each) for each in domain.split("."))]
    scripts = [_scripts(each) for each in labels]
    if any(len(each) > 1 for each in scripts):
        return notes.MIXED
    return notes.FOREIGN


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


_TOGETHER = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})


def _scripts(label: str) -> set[str]:
    """The scripts of the letters, those that belong together counted as one."""
    found = {unicodedata.name(each, "?").split()[0] for each in label if each.isalpha()}
    return {min(found)} if any(found <= each for each in _TOGETHER) and found else found


@dataclass(frozen=True)
class Mailbox:
    """One element of an address header, as written."""

    name: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True)
class Sender:
    """`address` by `normal_address`, or None with the fault; what a person should know in `notes`."""

    address: str | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    written: str = field(default="", repr=False)  # the address as the mail writes it: for people's eyes only
    fault: str | None = None
    notes: tuple[str, ...] = ()


def sender(values: list[str]) -> Sender:
    """The one sender of a mail with these From headers."""
    if len(values) != 1:
        return Sender(fault="The mail has no From header." if not values else "The mail has several From headers.")
    found = mailboxes(values[0])
    if not found:
        return Sender(written=charsets.shown(charsets.words(values[0]), 400), fault="The From header is no address.")
    likely = next((each for each in found if "@" in each.address), found[0])
    name = charsets.shown(charsets.words(likely.name), 200)
    written = charsets.shown(likely.address, 400)
    if len(found) != 1:
        return Sender(name=name, written=written, fault="The From header does not name exactly one sender.")
    address = normal_address(likely.address)
    if address is None:
        return Sender(name=name, written=written, fault="The sender's address is not a valid address.")
    odd = [note for note in [odd_letters(address)] if note]
    if "@" in name and normal_address(name.strip(" '\"<>")) != address:
        odd.append(notes.OTHER_NAME)
    return Sender(address, name, written, notes=tuple(odd))


# quoted string, address in brackets, comment (a nested one opens too many readings), end of element, loose text, rest
_TOKEN = pattern(r'(?s)("(?:[^"\\]|\\.)*")|(<[^<>]*>)|(\((?:[^()\\]|\\.)*\))|([,;])|([^"<>(),;:]+)|(.)')


@dataclass
class _Element:
    """What stands between two commas."""

    phrase: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)  # the part of the phrase outside quotes
    comment: list[str] = field(default_factory=list)
    divided: bool = False  # a comment stands inside the phrase
    angle: str | None = None

    def mailbox(self) -> Mailbox | None:
        """The mailbox, or None where two programs would find two senders."""
        written = "".join(self.phrase).strip()
        comment = " ".join(self.comment)
        if self.angle is None:
            return None if self.divided else Mailbox(comment, written)
        address = self.angle.strip()
        loose = "".join(self.loose).strip(" '\t")
        if "@" in loose and loose.casefold() != address.casefold():
            return None  # `alice@… <bob@…>` without quotes
        return Mailbox(_ESCAPE.sub(r"\1", written).replace('"', "") or comment, address)


_ESCAPE = pattern(r"\\(.)")


def mailboxes(value: str) -> list[Mailbox] | None:
    """The mailboxes of an address header (RFC 5322, 3.4), or None where reading it would mean guessing.

    An element without an address belongs to the name after it (`Doe, John <john@…>`): it opens no second reading.
    """
    found: list[Mailbox] = []
    waiting: list[str] = []
    for element in _elements(value):
        mailbox = element.mailbox() if element else None
        if mailbox is None:
            return None
        if element and element.angle is None and "@" not in mailbox.address:
            waiting += [mailbox.address] if mailbox.address else []
            continue
        if waiting and element and element.angle is None:
            return None  # `one, two@…`
        found.append(Mailbox(", ".join([*waiting, mailbox.name]), mailbox.address))
        waiting = []
    if waiting:
        return None if found else [Mailbox("", ", ".join(waiting))]
    return found


def _elements(value: str) -> Iterator[_Element | None]:
    """The header cut at its outer commas, in one pass; None for what is no syntax."""
    now = _Element()
    for match in _TOKEN.finditer(value):
        quoted, angle, comment, comma, loose, rest = match.groups()
        if rest is not None or (angle and now.angle is not None):
            yield None
        elif comma:
            yield now
            now = _Element()
        elif angle:
            now.angle = angle[1:-1]
        elif comment:
            now.comment.append(comment[1:-1])
        elif now.angle is not None and (quoted or loose.strip()):
            yield None  # something after the brackets
        else:
            now.divided |= bool(now.comment and "".join(now.phrase).strip())
            now.phrase.append(quoted or loose)
            now.loose.append(loose or "")
    yield now
