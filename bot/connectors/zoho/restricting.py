"""Restriction, its end, and the stop of advertising. What was so before a restriction is so again after it.

Zoho's own “stop processing” is a matter of its web interface. What a call can do: a lock, where the module has a
configuration for locks; the field that says no e-mails; the data processing basis of the record. The rest is a task.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.connectors import Found, Shelf
from bot.connectors.zoho.holdings import Counted, Holdings
from bot.connectors.zoho.people import Record
from bot.connectors.zoho.records import BASIS, REASON, Records, is_ours
from bot.connectors.zoho.rules import Block
from bot.workflow import Act, Line

HELD_BACK = {
    "Contact_Through_Email": False, "Contact_Through_Phone": False, "Contact_Through_Survey": False,
    "Contact_Through_Social": False, "Consent_Remarks": REASON,
}  # fmt: skip
NO_LOCK = "Zoho CRM locks nothing in this module: set “Stop processing” in the tab “Data Privacy” of each record."
NO_FIELD = "This module has no field that says “no advertising”: take these records out of campaigns by hand."


class Restricting:
    """The records of one person, held back and let go."""

    def __init__(self, holdings: Holdings, records: Records, shelf: Shelf, block: Block) -> None:
        self._holdings = holdings
        self._records = records
        self._shelf = shelf
        self._block = block

    # -- what would be done

    def restriction(self, person: Found) -> list[Line]:
        """One line per module; what Zoho cannot lock or change is a task."""
        counted = Counted(self._holdings.name, self._block)
        for record in self._usable(person):
            name, lockable = record.module.name, self._records.can_lock(record.ref)
            if lockable or self._holding_back(record):
                counted.add(name, Act.RESTRICT)
            if not lockable:
                counted.add(name, Act.TASK, said=NO_LOCK)
        return counted.lines()

    def objection(self, person: Found) -> list[Line]:
        """One line per module that has a field for it; the rest is a task."""
        counted = Counted(self._holdings.name, self._block)
        for record in self._usable(person):
            able = bool(self._fields(record))
            counted.add(record.module.name, Act.STOP if able else Act.TASK, said="" if able else NO_FIELD)
        return counted.lines()

    # -- done

    def restrict(self, person: Found, wanted: Sequence[Line]) -> Mapping[str, int]:
        """Held back first, locked then: a locked record cannot be changed."""
        done: Counter[str] = Counter()
        for record in self._of(person, wanted):
            values = self._holding_back(record)
            if values:
                self._remember(record, values)
            if not all(_stands(record.row.get(name), value) for name, value in values.items()):
                self._records.change(record, values)
            if self._records.can_lock(record.ref) and self._records.lock_of(record.ref) is None:
                self._records.lock(record.ref)
            done[record.module.name] += 1
        return done

    def lift(self, person: Found, wanted: Sequence[Line]) -> Mapping[str, int]:
        """Our lock is off and the fields are as they were; a lock of somebody else's stays."""
        done: Counter[str] = Counter()
        for record in self._of(person, wanted):
            lock = self._records.lock_of(record.ref)
            if lock is not None and is_ours(lock):
                self._records.unlock(record.ref, str(lock["id"]))
            before = self._remembered(record)
            changed = {name: value for name, value in before.items() if record.row.get(name) != value}
            if changed and lock is not None and not is_ours(lock):
                continue  # it is somebody else's to open
            if changed:
                self._records.change(record, changed)
            self._forget(record)
            done[record.module.name] += 1
        return done

    def stop(self, person: Found, wanted: Sequence[Line]) -> Mapping[str, int]:
        """The record says no; so it does after a restriction is lifted."""
        done: Counter[str] = Counter()
        for record in self._of(person, wanted):
            fields = dict.fromkeys(self._fields(record), True)
            before = self._remembered(record)
            if before:
                self._shelf.put(self._name(record), json.dumps({**before, **fields}).encode())
            if any(record.row.get(name) is not True for name in fields):
                self._records.change(record, fields)
            done[record.module.name] += 1
        return done

    # -- proved

    def left(self, person: Found, wanted: Sequence[Line]) -> list[Line]:
        """Records that are not as the lines say, or are not there."""
        counted = Counted(self._holdings.name, self._block)
        records = self._usable(person)
        for line in wanted:
            held = [each for each in records if each.module.name == line.place and self._concerned(each, line.act)]
            holding = sum(self._holds(each, line.act) for each in held)
            counted.add(line.place, line.act, max(len(held) - holding, line.count - len(held), 0))
        return counted.lines()

    def _holds(self, record: Record, act: Act) -> bool:
        no = all(record.row.get(name) is True for name in self._fields(record))
        if act == Act.STOP:
            return no
        lock = self._records.lock_of(record.ref)
        if act == Act.LIFT:
            return (lock is None or not is_ours(lock)) and not self._remembered(record)
        return no and (lock is not None or not self._records.can_lock(record.ref))

    # -- parts

    def _usable(self, person: Found) -> list[Record]:
        """Without converted leads: nobody can change them or write to them, they are only stored (GDPR 18(2))."""
        return [each for each in self._holdings.someone(person).records if not each.frozen]

    def _of(self, person: Found, wanted: Sequence[Line]) -> Iterator[Record]:
        for record in self._usable(person):
            if any(line.place == record.module.name and self._concerned(record, line.act) for line in wanted):
                yield record

    def _concerned(self, record: Record, act: Act) -> bool:
        """Whether the act has any means for this record: the plan counted no other."""
        if act == Act.STOP:
            return bool(self._fields(record))
        return bool(self._holding_back(record)) or self._records.can_lock(record.ref)

    def _fields(self, record: Record) -> tuple[str, ...]:
        return tuple(name for name in self._block.opt_out if name in record.module.fields)

    def _holding_back(self, record: Record) -> dict[str, Any]:
        """The fields that hold a record back."""
        basis = {BASIS: HELD_BACK} if BASIS in record.module.fields else {}
        return {**dict.fromkeys(self._fields(record), True), **basis}

    # -- what was so before

    def _name(self, record: Record) -> str:
        about = f"{self._holdings.name}|{record.module.name}|{record.id}"
        return f"zoho:before:{hashlib.sha256(about.encode()).hexdigest()[:32]}"

    def _remember(self, record: Record, values: Mapping[str, Any]) -> None:
        """The old values are on the shelf; those of the first time, however often it is done."""
        if self._shelf.get(self._name(record)) is None:
            before = {name: record.row.get(name) for name in values}
            self._shelf.put(self._name(record), json.dumps(before).encode())

    def _remembered(self, record: Record) -> dict[str, Any]:
        kept = self._shelf.get(self._name(record))
        return json.loads(kept) if kept else {}

    def _forget(self, record: Record) -> None:
        self._shelf.drop(self._name(record))


def _stands(there: Any, wanted: Any) -> bool:
    """Whether the value is there; of one with parts, these parts."""
    if isinstance(there, Mapping) and isinstance(wanted, Mapping):
        return wanted.items() <= there.items()
    return there == wanted
