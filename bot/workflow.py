"""What a right needs from each system: the plan, its hash, what a correction sets, the difference of two plans."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

WORDS = {  # what a correction may name, and how people say it
    "email": "E-mail address",
    "first_name": "Given name",
    "last_name": "Family name",
    "name": "Name",
    "phone": "Telephone",
    "mobile": "Mobile",
    "company": "Company",
    "street": "Street",
    "postcode": "Postcode",
    "city": "City",
    "region": "State or canton",
    "country": "Country",
    "language": "Language",
    "birthday": "Date of birth",
}
GROUNDS = {  # of a restriction (GDPR 18(1))
    "accuracy": "You say that the data are not correct, and we are checking that (GDPR art. 18(1)(a)).",
    "unlawful": "The processing was not lawful, and you want the data restricted, not deleted (GDPR art. 18(1)(b)).",
    "claims": "We no longer need the data, but you need them for legal claims (GDPR art. 18(1)(c)).",
    "objection": "You object, and it is not yet clear whose grounds weigh more (GDPR art. 18(1)(d)).",
}


class Act(StrEnum):
    EXPORT = "export"
    DELETE = "delete"
    ANONYMISE = "anonymise"
    KEEP = "keep"
    CORRECT = "correct"
    RESTRICT = "restrict"
    LIFT = "lift"  # the end of a restriction
    STOP = "stop"  # no more marketing
    TASK = "task"  # a person does it


class Outcome(StrEnum):
    """What became of something that was to be done by hand."""

    DONE = "done"
    NOTHING = "nothing"  # somebody looked: nothing is held
    HELD = "held"  # something is held where nobody knew of it, under the address that asks
    CANNOT = "cannot"


REASONS = ("law", "whose", "reach", "other")  # why something cannot be done by hand


@dataclass(frozen=True, order=True)
class Line:
    """One line of a plan: what happens to how many rows of one place in one system. Never a value."""

    system: str
    place: str  # table, audience, module, folder
    act: Act
    count: int
    category: str = ""  # of the privacy policy
    basis: str | None = None  # legal ground of a `keep`
    until: str | None = None  # ISO date the ground ends, latest of the rows
    words: str = ""  # of a `task`: what the person has to do
    # keyed hash of the values a correction will write: an approval of other values is none. Of a restriction: short
    # hashes of the records that were held back before it, which its end leaves as they are
    mark: str = ""


ACTING = frozenset(Act) - {Act.EXPORT, Act.KEEP, Act.TASK}  # changes the data of the system itself


def counts(lines: Iterable[Line]) -> dict[str, int]:
    """Place → how much these lines act on."""
    found: dict[str, int] = {}
    for line in lines:
        if line.act in ACTING and line.count:
            found[line.place] = found.get(line.place, 0) + line.count
    return found


@dataclass(frozen=True)
class Fate:
    """What becomes of one record, row, mail or file: the act, and the ground of a `keep` with the day it ends."""

    act: Act
    basis: str | None = None
    until: str | None = None
    aside: str = ""  # added to the place of a task
    words: str = ""  # what a person has to do


@dataclass(frozen=True)
class Change:
    """One field of one record, as `correct` will set it. Its values belong in sealed rows, modals and letters only."""

    system: str
    place: str  # table, audience, module
    record: str  # the system's own reference of the record
    name: str  # the system's own name of the field
    word: str  # the house's word for it: `email`, `first_name`, `city` …
    label: str  # for people: "Given name"
    old: str | None = field(repr=False)
    new: str = field(repr=False)
    refused: str = ""  # why this system will not take the value, in words without it; empty: it will


@dataclass(frozen=True)
class Seen:
    """The effect of an act was seen at the far side. `result` holds counts and references, nothing personal."""

    result: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class NotSeen:
    """The far side is reachable, settled, and shows no effect: the act may be done again."""


UNDONE = "lift"  # as the mark of a task: it ends what people did for a restriction


def ends_restriction(lines: Iterable[Line]) -> bool:
    """Whether a plan is to end a restriction: by programs, by hand, or both."""
    return any(line.act == Act.LIFT or (line.act == Act.TASK and line.mark == UNDONE) for line in lines)


def plan_hash(lines: Iterable[Line]) -> str:
    """SHA-256 over the canonical lines: equal plans, equal hash, whatever their order."""
    text = json.dumps([_canonical(line) for line in sorted(lines, key=_key)], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(line: Line) -> dict[str, object]:
    """Its fields; words and mark only where there are any, so that plans of before they existed keep their hash."""
    return {name: value for name, value in asdict(line).items() if value or name not in {"words", "mark"}}


def _key(line: Line) -> tuple[str, str, str, str]:
    return (line.system, line.place, line.act, line.basis or "")


def difference(old: Iterable[Line], new: Iterable[Line]) -> list[str]:
    """One sentence per place whose count or act changed, for the card of a voided approval."""
    before = {_key(line): line.count for line in old}
    after = {_key(line): line.count for line in new}
    return [
        f"{key[0]} {key[1]}: {key[2]} {before.get(key, 0)} → {after.get(key, 0)}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key, 0) != after.get(key, 0)
    ]
