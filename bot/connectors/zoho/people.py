"""Who somebody is in the organisation: records with their address, and which of them are one person.

A person as a Lead and as a Contact is usual, and so is a family with one mailbox. Records with one address are one
person unless their names speak against it: both have a family name and it differs, or both have a given name and
neither begins with the other (“M.”, “Mara”). Where the names fit in more than one way, every name is somebody by
himself and a person decides. Records without a name go with the only one there is.

A record without any e-mail address is found by its telephone number, and is the person's if its name is the same too.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.connectors.tokens import comparable
from bot.connectors.zoho.api import PAGE, Api
from bot.connectors.zoho.register import Module, Register
from bot.connectors.zoho.rules import Block

DIGITS = 9  # of a telephone number, from its end: what is before them is the country, written in several ways
NAMELESS = ("", "")
Row = Mapping[str, Any]
Ref = tuple[str, str]  # module and id


@dataclass(frozen=True)
class Record:
    """One record as the API shows it."""

    module: Module
    id: str
    row: Row = field(repr=False)

    @property
    def ref(self) -> Ref:
        return self.module.name, self.id

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(str(self.row[name]).strip() for name in self.module.emails if self.row.get(name))

    @property
    def phones(self) -> tuple[str, ...]:
        return tuple(str(self.row[name]) for name in self.module.phones if self.row.get(name))

    @property
    def name(self) -> tuple[str, str]:
        """(given name, family name), folded; empty where the module has none."""
        parts = [folded(self.row.get(each)) for each in self.module.named]
        if len(parts) == 1:  # one field for the whole name
            first, _, last = parts[0].rpartition(" ")
            return first, last
        return (parts[0], parts[1]) if parts else NAMELESS

    @property
    def frozen(self) -> bool:
        """Whether it is a converted lead, which nobody can change any more."""
        return self.row.get("$converted") is True

    @property
    def words(self) -> tuple[str, ...]:
        """What names the person in free text."""
        return tuple(str(self.row[each]) for each in self.module.named if self.row.get(each))

    def called(self) -> str:
        """The whole name, folded, also where a module has only a title."""
        whole = " ".join(part for part in self.name if part)
        return whole or folded(self.row.get(self.module.title or ""))


@dataclass(frozen=True)
class Someone:
    """Records that are one person. `others` have an address of theirs and are somebody else.

    `doubtful` have the same name and telephone number, and another address.
    """

    records: tuple[Record, ...]
    others: tuple[Ref, ...] = ()
    doubtful: tuple[Ref, ...] = ()

    @property
    def key(self) -> str:
        return ";".join(sorted(f"{module}:{number}" for module, number in (each.ref for each in self.records)))

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(address for each in self.records for address in each.addresses))


class People:
    """Questions about people."""

    def __init__(self, api: Api, register: Register, block: Block) -> None:
        self._api = api
        self._register = register
        self._block = block

    def find(self, addresses: Iterable[str]) -> list[Someone]:
        """Everybody who has one of these addresses."""
        addresses = list(addresses)
        found = self.holding(addresses)
        if not found:
            return []
        groups, nameless = _sorted_by_name(found)
        if len(groups) == 1:
            groups = [[*groups[0], *nameless]]
        elif nameless:
            groups.append(nameless)
        asked = {comparable(each) for each in addresses}
        return [self._whole(*self._followed(group, found, asked)) for group in groups]

    def holding(self, addresses: Iterable[str]) -> list[Record]:
        """Every record that holds one of these addresses, whoever's it is, as it stands now."""
        wanted = sorted({comparable(each) for each in addresses} - {""})
        modules = [each for each in self._register.people().values() if each.emails]
        asked = [(module, address) for module in modules for address in wanted if address.isprintable()]
        refs = {ref for hits in self._api.side_by_side(self._hits, asked) for ref in hits}
        return [
            record for record in self._api.side_by_side(self.record, sorted(refs))
            if record is not None and any(comparable(each) in wanted for each in record.addresses)
        ]  # fmt: skip

    def record(self, ref: Ref) -> Record | None:
        """The record with all its fields; None where there is no such record (any more)."""
        module, number = self._register.module(ref[0]), ref[1]
        path = {"module": module.name, "record": number}
        rows = self._api.rows("GET", "/{module}/{record}", path, nothing=("INVALID_DATA",))
        return Record(module, number, rows[0]) if rows else None

    # -- looking

    def _hits(self, asked: tuple[Module, str]) -> set[Ref]:
        """Records that may hold the address: the index is wide and late, COQL exact and fresh."""
        module, address = asked
        found = {str(row["id"]) for row in self._searched(module, "email", address)}
        found |= {str(row["id"]) for row in self._queried(module, address)}
        return {(module.name, number) for number in found if number.isdigit()}

    def _searched(self, module: Module, by: str, value: str) -> Iterator[Row]:
        """Converted records too, and those somebody has yet to approve."""
        path, query = {"module": module.name}, {by: value, "converted": "both"}
        asked = [query, *({**query, "approval_state": state} for state in self._block.approval_states)]
        for each in asked:
            yield from self._api.paged("GET", "/{module}/search", path, query=each, nothing=("NOT_SUPPORTED",))

    def _queried(self, module: Module, address: str) -> Iterator[Row]:
        """More than two criteria have to be paired by brackets. An address with quotes is left to the search."""
        if "'" in address or '"' in address or "\\" in address:
            return
        names = module.emails
        criteria = f"{names[0]} = '{address}'"
        for name in names[1:]:
            criteria = f"({criteria} or {name} = '{address}')"
        query = f"select id from {module.name} where {criteria} order by id asc limit {PAGE}"  # noqa: S608 - no SQL
        yield from self._asked(query)

    def _asked(self, query: str) -> Iterator[Row]:
        first = 0
        while True:
            text = query + (f" offset {first}" if first else "")
            rows = self._api.rows("POST", "/coql", body={"select_query": text}, safe=True)
            yield from rows
            if len(rows) < PAGE:
                return
            first += PAGE

    # -- who is who

    def _followed(
        self, group: Sequence[Record], found: Sequence[Record], asked: set[str]
    ) -> tuple[list[Record], set[Ref]]:  # fmt: skip
        """The person's records under their other addresses too; and the records of whoever shares one with them."""
        mine, seen = list(group), {each.ref: each for each in found}
        while extra := {comparable(address) for each in mine for address in each.addresses} - asked:
            asked = asked | extra
            fresh = [each for each in self.holding(extra) if each.ref not in seen]
            seen.update((each.ref, each) for each in fresh)
            fitting = [each for each in fresh if all(_fit(each.name, other.name) for other in mine)]
            named_others = len(fitting) < len(fresh)
            mine += [each for each in fitting if each.name != NAMELESS or not named_others]
        return mine, seen.keys() - {each.ref for each in mine}

    def _whole(self, group: Sequence[Record], others: Iterable[Ref]) -> Someone:
        """The person with the records that only a telephone number leads to."""
        known = {each.ref for each in group}
        names = {each.called() for each in group if each.module.named} - {""}
        mine, doubtful = list(group), []
        for record in self._by_phone(group) if names else ():
            if record.ref in known or record.called() not in names:
                continue
            known.add(record.ref)
            if record.addresses:
                doubtful.append(record.ref)
            else:
                mine.append(record)
        return Someone(tuple(sorted(mine, key=lambda each: each.ref)), tuple(sorted(others)), tuple(doubtful))

    def _by_phone(self, group: Sequence[Record]) -> list[Record]:
        numbers = {number: phone for each in group for phone in each.phones if (number := tail(phone))}
        modules = [each for each in self._register.people().values() if each.phones]
        asked = [(module, written) for module in modules for number, phone in numbers.items()
                 for written in dict.fromkeys((number, _plain(phone)))]  # fmt: skip
        refs = {ref for hits in self._api.side_by_side(self._rung, asked) for ref in hits}
        refs -= {each.ref for each in group}
        found = self._api.side_by_side(self.record, sorted(refs))
        return [each for each in found if each is not None and numbers.keys() & {tail(phone) for phone in each.phones}]

    def _rung(self, asked: tuple[Module, str]) -> set[Ref]:
        module, number = asked
        query = {"phone": number, "converted": "both"}
        path, nothing = {"module": module.name}, ("NOT_SUPPORTED",)
        rows = self._api.paged("GET", "/{module}/search", path, query=query, nothing=nothing)
        return {(module.name, str(row["id"])) for row in rows}


def folded(value: Any) -> str:
    """A name as names are compared: without case, accents and doubled spaces."""
    text = unicodedata.normalize("NFKD", str(value or "")).casefold()
    return " ".join("".join(char for char in text if not unicodedata.combining(char)).split())


def tail(phone: str) -> str:
    """The end of a telephone number, by which numbers are compared; "" where it is too short to mean anybody."""
    digits = re.sub(r"\D", "", phone)
    return digits[-DIGITS:] if len(digits) >= DIGITS else ""


def _plain(phone: str) -> str:
    """The number with nothing in it a search would refuse."""
    return re.sub(r"[^0-9+\s().-]", "", phone).strip()[:50]


def _fit(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two names may be one person's."""
    if one[1] and other[1] and one[1] != other[1]:
        return False
    first, second = (each[0].rstrip(".") for each in (one, other))
    return not first or not second or first.startswith(second) or second.startswith(first)


def _sorted_by_name(found: Sequence[Record]) -> tuple[list[list[Record]], list[Record]]:
    """One list per person, and the records nobody's name stands in."""
    nameless = [each for each in found if each.name == NAMELESS]
    named = [each for each in found if each.name != NAMELESS]
    names = list(dict.fromkeys(each.name for each in named))
    if all(_fit(one, other) for one in names for other in names):
        return ([named] if named else [nameless]), (nameless if named else [])
    clear = _parted(names)
    return [[each for each in named if each.name in together] for together in clear], nameless


def _parted(names: Sequence[tuple[str, str]]) -> list[set[tuple[str, str]]]:
    """Names that fit each other and nobody else together; where one fits two others, each by itself."""
    groups: list[set[tuple[str, str]]] = []
    for name in names:
        near = {other for other in names if _fit(name, other)}
        alone = any({third for third in names if _fit(other, third)} != near for other in near)
        group = {name} if alone else near
        if group not in groups:
            groups.append(group)
    return groups
