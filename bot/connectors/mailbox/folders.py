"""Which folders of a mailbox are searched, what they are for, and what each right does to the mails in them.

Folders are known by their role, which the server tells (SPECIAL-USE, RFC 6154) or the configuration does; their names
may be somebody's and are never said.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from bot.connectors.block import Names, Part, Text
from bot.connectors.mailbox.session import Folder, Session

Role = Literal["inbox", "sent", "archive", "drafts", "junk", "trash", "all", "other", "restricted"]
_SPECIAL: dict[bytes, str] = {
    b"\\sent": "sent", b"\\archive": "archive", b"\\drafts": "drafts", b"\\junk": "junk", b"\\trash": "trash",
    b"\\all": "all",
}  # fmt: skip
_CLOSED = frozenset({b"\\noselect", b"\\nonexistent"})
_VIEWS = frozenset({b"\\flagged", b"\\important"})  # show mails that lie elsewhere
_GMAIL = frozenset({"all", "junk", "trash"})  # on Gmail folders are labels, and these three hold everything once
WORDS = {
    "inbox": "inbox", "sent": "sent mails", "archive": "archive", "drafts": "drafts", "junk": "junk", "trash": "bin",
    "all": "all mails", "other": "other folders", "restricted": "restricted mails",
}  # fmt: skip


class Keep(Part):
    """Mails that must stay: the legal ground, counted from the day the server got them."""

    basis: Text
    years: int = Field(ge=1, le=100)
    counted: Literal["date", "year_end"] = "date"


class Rule(Part):
    """What is different for the folders of one role."""

    role: Role
    category: str = ""
    keep: Keep | None = None


class Ignore(Part):
    folder: Text
    reason: Text


class Box(Part):
    kind: Literal["mailbox"]
    name: Text
    label: Text
    url_env: Text
    category: Text
    purpose: str = ""
    retention: str = ""
    source: str = ""
    own: Names = ()  # addresses and domains of ours: they are in every mail and are nobody else
    erase: Literal["expunge", "trash"] = "expunge"  # gone at once, or into the bin, which the server empties
    restricted: Text = "Restricted"  # the folder below which mails are held back
    roles: dict[str, Role] = Field(default_factory=dict)  # folder name -> role, where the server does not tell
    folders: tuple[Rule, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    timeout_s: float = Field(default=50, gt=0, le=3600)

    def rule(self, role: str) -> Rule | None:
        return next((each for each in self.folders if each.role == role), None)

    def category_of(self, role: str) -> str:
        rule = self.rule(role)
        return (rule.category if rule else "") or self.category


class Folders:
    """The folders of one mailbox as they are now."""

    def __init__(self, box: Box, session: Session) -> None:
        told = session.folders()
        self.gmail = session.has("X-GM-EXT-1")
        self.sign = next((sign for _, _, sign in told if sign), "")
        self._box = box
        ignored = {each.folder for each in box.ignore}
        found = [Folder(name, self._role(flags, name)) for flags, name, _ in told
                 if not flags & (_CLOSED | _VIEWS) and name not in ignored]  # fmt: skip
        self.all = sorted(found, key=lambda each: each.name)
        self.names = {name for _, name, _ in told}

    def searched(self) -> list[Folder]:
        """Those that hold mails, each mail once."""
        if self.gmail:
            return [each for each in self.all if each.role in _GMAIL or each.role == "restricted"]
        return [each for each in self.all if each.role != "all"]  # elsewhere that is a view of the others

    @property
    def trash(self) -> Folder | None:
        return next((each for each in self.all if each.role == "trash"), None)

    def hold(self, run: str, origin: str) -> str:
        """The folder in which a run holds the mails of this one."""
        return self.holds(run) + (self.sign or "-") + origin

    def holds(self, run: str) -> str:
        """What the names of all folders of a run begin with."""
        return (self.sign or "-").join([self._box.restricted, run])

    def of_run(self, run: str) -> list[tuple[Folder, str]]:
        """(folder, the folder its mails came from)"""
        begins = self.holds(run) + (self.sign or "-")
        return [(each, each.name.removeprefix(begins)) for each in self.all if each.name.startswith(begins)]

    def faults(self) -> list[str]:
        faults = [f"ignore names “{each.folder}”, and there is no such folder." for each in self._box.ignore
                  if each.folder not in self.names]  # fmt: skip
        faults += [f"roles names “{name}”, and there is no such folder." for name in self._box.roles
                   if name not in self.names]  # fmt: skip
        roles = {each.role for each in self.all}
        if self._box.erase == "trash" and "trash" not in roles:
            faults.append("Mails are to go into the bin, and no folder is one: name it under roles.")
        if self.gmail and not roles >= _GMAIL:
            faults.append("“All Mail”, “Spam” and “Bin” have to be shown over IMAP: see the settings of the labels.")
        return faults

    def _role(self, flags: frozenset[bytes], name: str) -> str:
        if name == self._box.restricted or name.startswith(self._box.restricted + (self.sign or "-")):
            return "restricted"
        if name in self._box.roles:
            return self._box.roles[name]
        if name.upper() == "INBOX":
            return "inbox"
        return next((role for flag, role in _SPECIAL.items() if flag in flags), "other")


def criteria(spellings: Sequence[str]) -> list[str]:
    """A SEARCH for mails from or to one of these. A substring is enough for the server; headers are compared after."""
    keys = [key for each in spellings for key in _keys(each)]
    return [word for key in keys[:-1] for word in ("OR", *key)] + list(keys[-1])


def _keys(address: str) -> list[tuple[str, ...]]:
    return [(field, address) for field in ("FROM", "TO", "CC", "BCC")] + [("HEADER", "Reply-To", address)]
