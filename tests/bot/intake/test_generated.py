"""Mails nobody thought of: what a program wrote as it should is read as it was meant; addresses, headers, trees of parts."""

import unicodedata
from dataclasses import dataclass, field
from email import policy
from email.header import Header
from email.message import EmailMessage, MIMEPart
from email.utils import formataddr
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.intake import Verdict, read
from bot.intake.address import sender
from bot.intake.charsets import shown, words
from tests.bot.intake.writing import RULES
from tests.faults.any_mail import check

few = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)

LETTERS = st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x24F)
NAMES = st.text(LETTERS | st.sampled_from(" .,'\"()<>@;:\\-"), max_size=30).map(lambda text: " ".join(text.split()))
LOCALS = st.from_regex(r"[a-z0-9]{1,8}([.+_-][a-z0-9]{1,8}){0,2}", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?(\.[a-z][a-z0-9]{0,6}){0,2}\.example", fullmatch=True)
WORDS = st.text(LETTERS | st.sampled_from(" .,!-"), min_size=1, max_size=200).map(lambda text: " ".join(text.split())).filter(bool)
CHARSETS = ["utf-8", "iso-8859-1", "cp1252", "utf-7", "iso-2022-jp", "koi8-r"]


@few
@given(NAMES, LOCALS, DOMAINS)
def test_an_address_written_as_it_should_be_is_the_sender(name: str, local: str, domain: str) -> None:
    """Whatever the name holds: commas, quotes, another address. It never becomes a second sender."""
    address = f"{local}@{domain}"
    found = sender([formataddr((name, address))])
    assert (found.address, found.fault) == (address, None)
    other = "@" in name and name.strip(" '\"<>").casefold() != address
    assert ("The sender's name shows an address that is not the sender's." in found.notes) == other


@few
@given(st.lists(st.tuples(NAMES.filter(lambda name: "@" not in name), LOCALS, DOMAINS), min_size=2, max_size=4, unique_by=lambda each: each[1:]))
def test_several_senders_are_none(people: list[tuple[str, str, str]]) -> None:
    """In one header or in several."""
    written = [formataddr((name, f"{local}@{domain}")) for name, local, domain in people]
    assert sender([", ".join(written)]).address is None
    assert sender(written).address is None


@few
@given(WORDS, st.sampled_from(["utf-8", "iso-8859-1", "cp1252", "utf-16", "iso-2022-jp"]), st.integers(30, 76))
def test_a_header_is_read_as_it_was_written(text: str, charset: str, width: int) -> None:
    """Encoded and folded by the standard library, decoded by us."""
    try:
        written = Header(text, charset, maxlinelen=width).encode()
    except UnicodeError:
        written = Header(text, "utf-8", maxlinelen=width).encode()
    unfolded = "".join(line if number == 0 else f" {line.lstrip()}" for number, line in enumerate(written.split("\n")))
    said = shown(words(unfolded))
    assert unicodedata.normalize("NFC", said).replace(" ", "") == unicodedata.normalize("NFC", shown(text)).replace(" ", "")


@dataclass
class Tree:
    """A mail's parts, and what a reader should find in them."""

    part: MIMEPart
    plain: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


SAYS = ["Grüezi, bitte löschen", "Ça va ?", "my data", "città", "plain words", "a\tb", "=3D", "-- ", "Łódź 東京"]


def leaf(chance: Random) -> Tree:
    part = MIMEPart(policy=policy.SMTP)
    if chance.random() < 0.6:
        text, charset = chance.choice(SAYS), chance.choice(CHARSETS)
        try:
            text.encode(charset)
        except UnicodeError:
            charset = "utf-8"
        part.set_content(text, charset=charset, cte=chance.choice(["base64", "quoted-printable"]))
        return Tree(part, plain=[text])
    name = f"{chance.choice(['a', 'bild', 'x y'])}.{chance.choice(['pdf', 'png', 'zip'])}"
    part.set_content(chance.randbytes(chance.randrange(60)), "application", "octet-stream", filename=name)
    return Tree(part, files=[name])


def tree(chance: Random, depth: int = 4) -> Tree:
    """Any number of parts in parts."""
    if depth == 0 or chance.random() < 0.4:
        return leaf(chance)
    inside = [tree(chance, depth - 1) for _ in range(chance.randrange(1, 4))]
    part = MIMEPart(policy=policy.SMTP)
    part["Content-Type"] = f"multipart/{chance.choice(['mixed', 'related', 'signed', 'parallel'])}"
    for each in inside:
        part.attach(each.part)
    return Tree(part, [text for each in inside for text in each.plain], [name for each in inside for name in each.files])


@few
@given(st.integers(0, 2**32))
def test_a_tree_of_parts_is_read_in_its_order(seed: int) -> None:
    """Every text, every file by its name, however the parts are nested and packed."""
    found, mail = tree(Random(seed)), EmailMessage(policy=policy.SMTP)
    mail["From"], mail["Subject"] = "ann@person.example", "Data Protection Enquiry"
    mail["Content-Type"] = "multipart/mixed"
    mail.preamble = "This is a message in several parts."
    mail.attach(found.part)
    raw = mail.as_bytes()
    reading = read(raw, RULES)
    assert reading.verdict == Verdict.ENQUIRY
    assert reading.text.split() == " ".join(found.plain).split()
    assert [each.name for each in reading.attachments] == found.files
    check(raw)


@few
@given(st.integers(0, 2**32))
def test_a_tree_somebody_sawed_at_has_a_reading_all_the_same(seed: int) -> None:
    """Cut off, with a piece missing, with a line doubled."""
    chance = Random(seed)
    raw = b"From: ann@person.example\r\nSubject: Data Protection Enquiry\r\n" + tree(chance).part.as_bytes()
    lines = raw.split(b"\r\n")
    at, length = chance.randrange(len(lines)), chance.randrange(4)
    check(b"\r\n".join(lines[:at]))
    check(b"\r\n".join([*lines[:at], *lines[at + length :]]))
    check(b"\r\n".join([*lines[: at + 1], *lines[at:]]))
