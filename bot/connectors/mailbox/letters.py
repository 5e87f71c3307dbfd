"""The mails of one person: found by a search, kept only where an address header names exactly this address."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from bot.connectors.holdings import ends
from bot.connectors.mailbox.folders import Box, Folders, criteria
from bot.connectors.mailbox.session import Folder, Head, Session
from bot.connectors.tokens import addresses, comparable, spellings
from bot.errors import Refused
from bot.intake import Limits, charsets, header
from bot.intake.address import mailboxes
from bot.workflow import Act, Fate

_PEOPLE = ("from", "sender", "to", "cc", "bcc", "reply-to")
_LIMITS = Limits(header_block=512 * 1024, header=256 * 1024)
_NEVER = ' "\\(),:;<>[]'  # RFC 5322: in no address without quotes
_SIGNS = "%*{}"  # RFC 3501: in no word of a command without quotes
MUDDLED = "Their address headers cannot be read without guessing: look whether they are this person's."


@dataclass(frozen=True)
class Letter:
    """One mail. Where it is: folder, UIDVALIDITY and UID."""

    folder: Folder = field(repr=False)
    validity: int
    uid: int
    size: int
    at: datetime
    message_id: str = field(repr=False)
    subject: str = field(repr=False)
    ours: bool  # it is from the person; else to them
    others: int  # addresses of other people in its header
    muddled: bool  # the headers allow several readings
    digest: bytes  # of its header fields

    @property
    def mark(self) -> bytes:
        where = f"{self.folder.name}\0{self.validity}\0{self.uid}\0{self.size}\0".encode("utf-8", "surrogateescape")
        return where + self.digest

    @property
    def file(self) -> str:
        """Its name in a copy."""
        return f"{self.folder.role}/{self.at:%Y-%m-%d}-{self.validity}-{self.uid}.eml"


def searchable(address: str) -> bool:
    """Whether it can be a plain address at all. Refused for one that can, and that no SEARCH can be written with.

    What goes to the server must need no quotes: imapclient writes those for spaces only, and `{5}` would be a command.
    """
    if "@" not in address or not address.isprintable() or any(each in _NEVER for each in address):
        return False
    if any(each in _SIGNS for each in address):
        raise Refused("The mailbox cannot be searched for an address with such signs in it: look by hand.")
    return True


@dataclass(frozen=True)
class Search:
    """Looks for mails. `of_a_case`: those of enquiries are never anybody's here; they follow their tickets."""

    box: Box
    of_a_case: Callable[[str], bool]

    def letters(self, session: Session, folders: Folders, wanted: Sequence[str]) -> Iterator[Letter]:
        """Every mail from or to one of these addresses, folder by folder. The folder stays open while it is asked."""
        forms = frozenset(form for each in wanted for form in spellings(each) if searchable(form))
        if not forms:
            return
        asked = criteria(sorted({written for each in forms for written in spellings(each)}))
        own = frozenset(comparable(each) for each in self.box.own)
        for folder in folders.searched():
            validity = session.open(folder.name)
            for head in session.heads(session.search(asked)):
                letter = _letter(folder, validity, head, forms, own)
                if letter and not (letter.message_id and self.of_a_case(letter.message_id)):
                    yield letter


def _letter(
    folder: Folder, validity: int, head: Head, wanted: frozenset[str], own: frozenset[str]
) -> Letter | None:  # fmt: skip
    """The mail if it is theirs."""
    fields = header.headers(head.fields, _LIMITS)
    people: dict[str, set[str]] = {}
    doubtful: set[str] = set()
    for name in _PEOPLE:
        for value in fields.all(name):
            found = mailboxes(value)
            if found is None:
                doubtful |= {form for forms in addresses(charsets.words(value)) for form in forms}
            else:
                people.setdefault(name, set()).update(comparable(each.address) for each in found if "@" in each.address)
    named = {each for some in people.values() for each in some}
    certain = named & wanted
    if not certain and not doubtful & wanted:
        return None
    others = {each for each in (named | doubtful) - wanted if not _is_own(each, own)}
    return Letter(
        folder, validity, head.uid, head.size, _zoned(head.at), header.message_id(fields),
        charsets.shown(charsets.words(fields.first("subject")), 200), bool(people.get("from", set()) & wanted),
        len(others), not certain, hashlib.sha256(head.fields).digest(),
    )  # fmt: skip


def _is_own(address: str, own: frozenset[str]) -> bool:
    return address in own or address.rpartition("@")[2] in own


def _zoned(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def fate(box: Box, letter: Letter, today: date) -> Fate | None:
    """What deletion makes of a mail. None: nothing, for it is in the bin already, which the server empties."""
    if box.erase == "trash" and letter.folder.role == "trash":
        return None
    rule = box.rule(letter.folder.role)
    if rule is None or rule.keep is None:
        return Fate(Act.DELETE)
    until = ends(rule.keep, letter.at.date().isoformat())
    if until is not None and until < today:
        return Fate(Act.DELETE)
    return Fate(Act.KEEP, rule.keep.basis, until.isoformat() if until else None)
