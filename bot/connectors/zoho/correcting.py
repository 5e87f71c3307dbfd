"""Correction: what a person wishes, field by field, as far as a record has the field and the field takes the value."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.connectors import Change, Found
from bot.connectors.zoho.holdings import Counted, Holdings, refs
from bot.connectors.zoho.people import People, Record
from bot.connectors.zoho.records import Records
from bot.connectors.zoho.register import Field
from bot.connectors.zoho.rules import Block
from bot.errors import PlanChanged
from bot.workflow import Act, Line

YES = {"true", "yes", "1"}
NO = {"false", "no", "0"}


class Correcting:
    def __init__(self, people: People, holdings: Holdings, records: Records, block: Block) -> None:
        self._people = people
        self._holdings = holdings
        self._records = records
        self._block = block

    def lines(self, person: Found) -> list[Line]:
        """The records a correction may change, per module."""
        counted = Counted(self._holdings.name, self._block)
        for record in self._holdings.someone(person).records:
            counted.add(record.module.name, Act.CORRECT, not record.frozen)
        return counted.lines()

    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:
        """One change for each record and word whose value is another one now."""
        found: list[Change] = []
        for record in self._holdings.someone(person).records:
            for word, value in wishes.items():
                known = next((each for each in self._block.fields_of(word) if each in record.module.fields), None)
                if known is not None and spoken(record.row.get(known)) != value.strip():
                    found.append(self._change(record, record.module.fields[known], word, value.strip()))
        return found

    def _change(self, record: Record, known: Field, word: str, value: str) -> Change:
        why = "a converted lead cannot be changed any more" if record.frozen else unfit(known, value)
        return Change(
            self._holdings.name, record.module.name, record.id, known.name, word, known.label,
            spoken(record.row.get(known.name)), value, refused=why,
        )  # fmt: skip

    def correct(self, person: Found, changes: Sequence[Change]) -> Mapping[str, int]:
        """Every field holds its new value. PlanChanged, before anything is written, where one holds a third."""
        wanted: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
        for change in changes:
            if change.system == self._holdings.name and not change.refused:
                wanted[change.place, change.record].append(change)
        if not wanted.keys() <= refs(person) | {each.ref for each in self._holdings.someone(person).records}:
            raise PlanChanged("A record to be corrected is not the person's.")
        records = {ref: self._as_planned(ref, several) for ref, several in wanted.items()}
        done: Counter[str] = Counter()
        for ref, several in wanted.items():
            record = records[ref]
            open_ = [each for each in several if spoken(record.row.get(each.name)) != each.new]
            if open_:
                values = {each.name: meant(record.module.fields[each.name], each.new) for each in open_}
                self._records.change(record, values)
            self._records.keep_locked(record)
            done[ref[0]] += len(several)
        return done

    def _as_planned(self, ref: tuple[str, str], several: Sequence[Change]) -> Record:
        record = self._people.record(ref)
        if record is None:
            raise PlanChanged("A record to be corrected is gone.")
        for each in several:
            if each.name not in record.module.fields or spoken(record.row.get(each.name)) not in {each.old, each.new}:
                raise PlanChanged("A field to be corrected holds neither its old nor its new value.")
        return record

    def left(self, changes: Sequence[Change]) -> list[Line]:
        """Fields that do not hold their new value, per module."""
        counted = Counted(self._holdings.name, self._block)
        for change in changes:
            if change.system == self._holdings.name and not change.refused:
                record = self._people.record((change.place, change.record))
                wrong = record is None or spoken(record.row.get(change.name)) != change.new
                counted.add(change.place, Act.CORRECT, wrong)
        return counted.lines()


def spoken(value: Any) -> str | None:
    """A value as people write it; None where there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return spoken(value.get("name"))
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)


def meant(known: Field, text: str) -> Any:
    """The value Zoho wants for what a person wrote."""
    if known.kind == "boolean":
        return text.lower() in YES
    if known.kind in {"integer", "bigint"}:
        return int(text)
    if known.kind in {"double", "currency", "percent"}:
        return float(text)
    if known.kind == "multiselectpicklist":
        return [each.strip() for each in text.split(",")]
    return text or None


def unfit(known: Field, text: str) -> str:
    """Why this field will not take the value, in words without it; empty where it will."""
    if known.hidden:
        return "the field is hidden from the API: a person changes it"
    if known.read_only or known.kind not in _TAKES:
        return "Zoho CRM does not let this field be changed by a call"
    if not text:
        return "the field must not be empty" if known.mandatory else ""
    if known.length and len(text) > known.length:
        return f"longer than the {known.length} characters the field holds"
    if known.kind in {"picklist", "multiselectpicklist"}:
        chosen = [each.strip() for each in text.split(",")] if known.kind == "multiselectpicklist" else [text]
        return "" if set(chosen) <= set(known.choices) else f"not one of: {', '.join(known.choices[:20])}"
    takes, why = _TAKES[known.kind]
    return "" if takes(text) else why


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", text) is not None


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,18}", text) is not None


def _anything(_: str) -> bool:
    return True


_TAKES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    **dict.fromkeys(("text", "textarea", "website", "picklist", "multiselectpicklist"), (_anything, "")),
    "email": (lambda text: re.fullmatch(r"[^@\s'\"]+@[^@\s]+\.[^@\s]+", text) is not None, "not an e-mail address"),
    "phone": (lambda text: re.fullmatch(r"[+0-9][0-9 ()./-]*", text) is not None, "not a telephone number"),
    "date": (_is_date, "not a date such as 2026-11-23"),
    "boolean": (lambda text: text.lower() in YES | NO, "neither yes nor no"),
    **dict.fromkeys(("double", "currency", "percent"), (_is_number, "not a number")),
    **dict.fromkeys(("integer", "bigint"), (_is_whole, "not a whole number")),
}
