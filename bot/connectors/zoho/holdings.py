"""What the organisation holds of a person, and what deletion does to each piece of it.

The same look serves the plan and the run: a run is a look, compared with what was approved, and then written down
before the first change (`journal.py`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from bot.connectors import Found
from bot.connectors.holdings import ends
from bot.connectors.masks import masked, same, words_of
from bot.connectors.zoho.api import Api, code_of
from bot.connectors.zoho.people import People, Record, Ref, Someone, folded
from bot.connectors.zoho.register import Module, Register
from bot.connectors.zoho.rules import Block
from bot.errors import Refused
from bot.workflow import Act, Fate, Line

CHILDREN = ("Notes", "Attachments")
PHOTO, IMAGE = "Photos", "Record_Image"
MAILS = (
    "Zoho CRM has no call that deletes e-mails: delete them in the tab “Emails” of each record before it goes, and in "
    "the mailbox they come from."
)
HISTORY = "The history of these records keeps their old values and cannot be deleted by a call: ask Zoho's support."
DOUBTFUL = "Same name and telephone number, but another e-mail address: look whether they are the same person's."
NO_RULE = "The configuration does not say what becomes of these records: decide, and do it in Zoho CRM."
BINNED = "Somebody of this name lies in the recycle bin already: look, and delete it there."
HIDDEN = "Fields hidden from the API keep their values: empty them by hand."


@dataclass(frozen=True)
class Piece:
    """One thing a run acts on: a record, or what hangs on one. No values of the person are in it."""

    act: Act
    place: str  # as the plan counts it: the module, Notes, Attachments, Photos
    module: str  # of the record
    record: str  # its id
    id: str = ""  # of the note or attachment
    becomes: Mapping[str, str] = field(default_factory=dict)  # field -> digest of what a mask leaves there


@dataclass
class Held:
    """Everything held of one person."""

    someone: Someone
    words: Sequence[str] = field(default=(), repr=False)  # what names the person, struck out of free text
    fates: list[tuple[Record, Fate]] = field(default_factory=list)  # people's records, then what hangs on them
    children: dict[Ref, dict[str, list[str]]] = field(default_factory=dict)  # record -> Notes, Attachments -> ids
    photos: list[Ref] = field(default_factory=list)
    emails: int = 0
    binned: int = 0  # entries of the recycle bin with the person's name


class Counted:
    """Lines of a plan, counted up: one for each place, act and ground."""

    def __init__(self, system: str, block: Block) -> None:
        self._system = system
        self._block = block
        self._counts: dict[tuple[str, Act, str | None], tuple[int, str, str]] = {}

    def add(
        self, place: str, act: Act, number: int = 1, *, basis: str | None = None, until: str | None = None,
        said: str = "",
    ) -> None:  # fmt: skip
        """So many more of it; `until` is the latest of all, `said` what a person has to do."""
        if number:
            before, end, words = self._counts.get((place, act, basis), (0, "", ""))
            self._counts[place, act, basis] = (before + number, max(end, until or ""), words or said)

    def lines(self) -> list[Line]:
        return sorted(
            Line(self._system, place, act, number, self._block.said(place, "category"), basis, until or None, said)
            for (place, act, basis), (number, until, said) in self._counts.items()
        )


class Holdings:
    """Looks for one person everywhere."""

    def __init__(self, name: str, api: Api, register: Register, people: People, block: Block) -> None:
        self.name = name
        self._api = api
        self._register = register
        self._people = people
        self._block = block

    def someone(self, person: Found) -> Someone:
        """The person's records now: those of the reference that are still there, and any found since."""
        known = refs(person)
        group = next((each for each in self._people.find(person.addresses) if _overlap(each, known)), None)
        there = {each.ref for each in group.records} if group else set()
        rest = [each for each in self._api.side_by_side(self._people.record, sorted(known - there)) if each is not None]
        records = (*group.records, *rest) if group else tuple(rest)
        others = tuple(ref for ref in group.others if ref not in known) if group else ()
        return Someone(tuple(sorted(records, key=lambda each: each.ref)), others, group.doubtful if group else ())

    def gathered(self, person: Found) -> tuple[Someone, list[Record]]:
        """The person, and their records with those of other modules that hang on them."""
        someone = self.someone(person)
        return someone, [*someone.records, *self._hanging(someone)]

    def held(self, person: Found, today: date) -> Held:
        """Everything held of this person, and what deletion would do to it."""
        someone, records = self.gathered(person)
        fates = [(record, self.fate(record, today)) for record in records]
        found = Held(someone, self.words(someone, person.addresses), fates)
        own = {each.ref for each in someone.records}
        for record, fate in found.fates:
            if fate.act == Act.ANONYMISE or (fate.act == Act.DELETE and record.ref in own):
                found.children[record.ref] = self._children(record)
            if fate.act == Act.ANONYMISE and record.row.get(IMAGE):
                found.photos.append(record.ref)
        return found

    def look_for_chores(self, held: Held, person: Found) -> None:
        """What only people can do is counted too: e-mails, and entries of the recycle bin with the same name."""
        held.emails = sum(self._api.side_by_side(self.mails, held.someone.records))
        names = {each.called() for each in held.someone.records if each.module.named} - {""}
        modules = {each.module.name for each in held.someone.records} if names else set()
        held.binned = sum(
            folded(row.get("display_name")) in names and (module, str(row["id"])) not in refs(person)
            for module in sorted(modules) for row in self.binned(module)
        )  # fmt: skip

    def binned(self, module: str) -> Iterator[dict[str, Any]]:
        """What of this module lies in the recycle bin, the newest 2,000."""
        rows = self._api.paged("GET", "/{module}/deleted", {"module": module}, query={"type": "recycle"})
        return islice(rows, 2000)

    def fate(self, record: Record, today: date) -> Fate:
        """What the configuration says of this record; a converted lead cannot be changed, only deleted."""
        fate = self._fate(record, today)
        return Fate(Act.TASK) if fate.act == Act.ANONYMISE and record.frozen else fate

    def _fate(self, record: Record, today: date) -> Fate:
        rule = self._block.rule(record.module.name)
        if rule.erase is None:
            people = self._register.people()
            return Fate(Act.DELETE if record.module.name in people and self._block.erase == "delete" else Act.TASK)
        if rule.keep is None:
            return Fate(Act(rule.erase))
        until = ends(rule.keep, record.row.get(rule.keep.column))
        if until is not None and until < today:
            return Fate(Act(rule.keep.then))
        return Fate(Act.KEEP, rule.keep.basis, until.isoformat() if until else None)

    def changes(self, record: Record, words: Sequence[str]) -> dict[str, Any]:
        """The new values of a record that is to be anonymous; empty where it is so already."""
        after = {
            name: masked(mask, record.row.get(name), (record.id,), record.module.fields[name].sort, words)
            for name, mask in self._block.rule(record.module.name).masks.items() if name in record.module.fields
        }  # fmt: skip
        return {name: value for name, value in after.items() if not same(record.row.get(name), value)}

    def words(self, someone: Someone, addresses: Iterable[str]) -> tuple[str, ...]:
        """What names the person: names, addresses on file, and those the reference knows."""
        named = [word for each in someone.records for word in each.words]
        return words_of([*named, *someone.addresses, *addresses])

    # -- what hangs on a record

    def _hanging(self, someone: Someone) -> Iterator[Record]:
        """Records of other modules that point at one of the person's, each once."""
        seen: set[Ref] = set()
        for record in someone.records:
            for name, module in self._register.hanging(record.module).items():
                path = {"module": record.module.name, "record": record.id, "list": name}
                rows = self._api.paged(
                    "GET", "/{module}/{record}/{list}", path, query={"fields": "id"}, size="perPage",
                    nothing=("INVALID_DATA", "NOT_SUPPORTED"),
                )  # fmt: skip
                found = [(module.name, str(row["id"])) for row in rows]
                fresh = [ref for ref in found if ref not in seen]
                seen.update(fresh)
                yield from (each for each in self._api.side_by_side(self._people.record, fresh) if each is not None)

    def _children(self, record: Record) -> dict[str, list[str]]:
        return {name: [str(row["id"]) for row in self.listed(record.module, record.id, name)] for name in CHILDREN}

    def listed(self, module: Module, number: str, name: str, fields: str = "id") -> Iterator[dict[str, Any]]:
        """The notes or attachments of a record; none where the module has no such list."""
        path, nothing = {"module": module.name, "record": number}, ("INVALID_DATA", "NOT_SUPPORTED")
        if name == "Notes":
            return self._api.paged("GET", "/{module}/{record}/Notes", path, size="perPage", nothing=nothing)
        query = {"fields": fields}
        return self._api.paged("GET", "/{module}/{record}/Attachments", path, query=query, size="", nothing=nothing)

    def mails(self, record: Record) -> int:
        """How many e-mails Zoho shows with this record."""
        number = record.module.list_ids.get("Emails")
        if number is None:
            return sum(1 for _ in self.letters(record))
        asked = {"get_related_records_count": [{"related_list": {"api_name": "Emails", "id": number}}]}
        answer = self._api.ask(
            "POST", "/{module}/{record}/actions/get_related_records_count",
            {"module": record.module.name, "record": record.id}, body=asked, safe=True,
        ).record()  # fmt: skip
        counts = answer.get("get_related_records_count") or []
        return sum(int(each["count"]) for some in counts for each in (some if isinstance(some, list) else [some]))

    def letters(self, record: Record) -> Iterator[dict[str, Any]]:
        """The e-mails of a record, ten a page, without their texts."""
        index = ""
        while True:
            path = {"module": record.module.name, "record": record.id}
            answer = self._api.ask(
                "GET", "/{module}/{record}/Emails", path, query={"index": index} if index else None, expect=(400,)
            )
            if answer.status == 400 and code_of(answer) not in {"INVALID_DATA", "INVALID_MODULE", "NOT_SUPPORTED"}:
                raise Refused(f"Zoho CRM: the e-mails of a record: 400 ({code_of(answer)}).")
            if answer.status == 400 or not answer.content:  # the module has no e-mails, or the record none
                return
            yield from answer.record().get("Emails") or []
            index = str((answer.record().get("info") or {}).get("next_index") or "")
            if not index:
                return

    # -- in counts and pieces

    def lines(self, held: Held) -> list[Line]:
        """The plan of a deletion. Records that are anonymous already are not in it; what only people can do is."""
        counted = Counted(self.name, self._block)
        for record, fate in held.fates:
            if fate.act == Act.ANONYMISE:
                self._count_masked(record, held.words, counted)
            else:
                said = NO_RULE if fate.act == Act.TASK else ""
                counted.add(record.module.name, fate.act, basis=fate.basis, until=fate.until, said=said)
        for lists in held.children.values():
            for name, ids in lists.items():
                counted.add(name, Act.DELETE, len(ids))
        counted.add(PHOTO, Act.DELETE, len(held.photos))
        counted.add("Emails", Act.TASK, held.emails, said=MAILS)
        counted.add("Recycle bin", Act.TASK, held.binned, said=BINNED)
        counted.add("Same name and number", Act.TASK, len(held.someone.doubtful), said=DOUBTFUL)
        return counted.lines()

    def _count_masked(self, record: Record, words: Sequence[str], counted: "Counted") -> None:
        name = record.module.name
        if self.changes(record, words):
            counted.add(name, Act.ANONYMISE)
            counted.add(f"{name} history", Act.TASK, said=HISTORY)
        if record.module.hidden:
            counted.add(f"{name} hidden fields", Act.TASK, said=HIDDEN)

    def pieces(self, held: Held) -> list[Piece]:
        """What a run does, in its order: first what stays is made anonymous, then what hangs, then the person."""
        own = {each.ref for each in held.someone.records}
        masked_: list[Piece] = []
        hanging: list[Piece] = []
        last: list[Piece] = []
        for record, fate in held.fates:
            module, number = record.ref
            if fate.act == Act.ANONYMISE:
                masked_ += self._anonymous(held, record)
            elif fate.act == Act.DELETE:  # its notes and attachments go with it
                (last if record.ref in own else hanging).append(Piece(Act.DELETE, module, module, number))
        return [*masked_, *hanging, *last]

    def _anonymous(self, held: Held, record: Record) -> Iterator[Piece]:
        module, number = record.ref
        changes = self.changes(record, held.words)
        if changes:
            digests = {name: digest(value) for name, value in changes.items()}
            yield Piece(Act.ANONYMISE, module, module, number, becomes=digests)
        for name, ids in held.children.get(record.ref, {}).items():
            yield from (Piece(Act.DELETE, name, module, number, each) for each in ids)
        if record.ref in held.photos:
            yield Piece(Act.DELETE, PHOTO, module, number)


def refs(person: Found) -> set[Ref]:
    """The records a reference names. A reference that is none names nobody."""
    pairs = (part.partition(":") for part in person.key.split(";"))
    return {(module, number) for module, _, number in pairs if module and number.isdigit()}


def _overlap(someone: Someone, known: set[Ref]) -> bool:
    return any(each.ref in known for each in someone.records)


def digest(value: Any) -> str:
    """By which a value is known again, and not read."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:24]
