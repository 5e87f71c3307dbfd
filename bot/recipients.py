"""Those the data were passed on to: who of them hears of a change, and what they may answer. Pure.

GDPR art. 19: each correction, deletion and restriction is told to each recipient, unless that is impossible or takes
disproportionate effort. FADP art. 32(4): what the person may demand of us, they may demand that we tell third parties.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.phrases import Phrases

PLACE = "recipients"  # in a plan, instead of a system: people who are told
LONGEST = 60  # characters of a slug


class Standing(StrEnum):
    """Where the notice to one recipient stands."""

    TO_TELL = "to_tell"  # its letter is being written, or on its way
    TOLD = "told"  # the letter has left, or a person has told them
    ANSWERED = "answered"
    UNSURE = "unsure"  # they wrote, and a person has to say what it means
    BY_HAND = "by_hand"  # no address, or the letter could not be sent: a person tells them
    DROPPED = "dropped"  # a person has ended the asking, with a reason


OPEN = frozenset(Standing) - {Standing.ANSWERED, Standing.DROPPED}


class Verdict(StrEnum):
    """What a recipient says."""

    DONE = "done"
    NO_RECORD = "no_record"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    AWAY = "away"  # an automatic word of absence: no answer
    NOTHING = "nothing"  # thanks, greetings, no word: says nothing


LIFTING = "lifting"  # beside the rights: the end of a restriction
HOW = Phrases({  # a recipient is told by a person
    "telephone": "told_by.telephone",
    "letter": "told_by.letter",
    "portal": "told_by.portal",
    "person": "told_by.person",
})  # fmt: skip
ENDS = Phrases({  # why nobody is asked any more: a list, for the record outlives the purge
    "silent": "no_more.silent",
    "effort": "no_more.effort",
    "impossible": "no_more.impossible",
    "told": "no_more.told",
})  # fmt: skip
GROUNDS = Phrases({  # on which a recipient says no
    "law": "their_ground.law",
    "own": "their_ground.own",
    "claim": "their_ground.claim",
    "none": "their_ground.none",
})  # fmt: skip


@dataclass(frozen=True)
class Recipient:
    """One entry of the register, as the configuration names it. Everything in it is the company's own fact."""

    name: str
    country: str = ""
    kind: str = "recipient"
    email: str = ""
    language: str = "en"
    categories: tuple[str, ...] = ()  # of data they get; empty: all
    tell: bool = True
    because: str = ""  # why they are not told

    @property
    def slug(self) -> str:
        return slug(self.name)

    def concerned(self, categories: Iterable[str]) -> bool:
        """Whether they get data of one of these categories. One without a name may be any."""
        mine = {_same(each) for each in self.categories}
        return not mine or any(not each or _same(each) in mine for each in categories)


def register(entries: Iterable[Mapping[str, Any]]) -> list[Recipient]:
    """The register as the configuration holds it, in its order."""
    return [
        Recipient(
            name=each["name"],
            country=each.get("country", ""),
            kind=each.get("kind", "recipient"),
            email=each.get("email", ""),
            language=each.get("language", "en"),
            categories=tuple(each.get("categories", ())),
            tell=each.get("tell", True),
            because=each.get("because", ""),
        )
        for each in entries
    ]


def to_tell(found: Collection[Recipient], categories: Collection[str]) -> list[Recipient]:
    """Who hears of a change to data of these categories; nobody where nothing is changed."""
    return [each for each in found if categories and each.tell and each.concerned(categories)]


def slug(name: str) -> str:
    """The name as the record keeps it: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or "recipient"


def from_them(sender: str, address: str) -> bool:
    """Whether this sender (normal form) writes from the recipient's own domain, or one below it."""
    domain = address.rpartition("@")[2].lower()
    theirs = sender.rpartition("@")[2].lower()
    return bool(domain) and (theirs == domain or theirs.endswith(f".{domain}"))


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()
