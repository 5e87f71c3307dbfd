"""The records of the stand-in's organisation: what is there, what lies in the recycle bin, what is gone for good.

Traps of the real service are kept: the search index that lags, workflows that run where nobody says `trigger: []`,
children that go with their record, old values that stay in the timeline, mails no call can delete.
"""

import copy
import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.sandbox.zoho.fields import LINKS, MODULES, USER

Row = dict[str, Any]
ZONE = timezone(timedelta(hours=1))
_EMPTY: dict[str, Any] = {"boolean": False, "multiselectpicklist": [], "subform": []}


@dataclass
class Binned:
    """One entry of the recycle bin, with the children that went along."""

    module: str
    row: Row
    children: dict[str, list[Row]]
    at: datetime


@dataclass
class State:
    """Everything the organisation holds. A lie is told over a copy of it."""

    records: dict[str, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in MODULES})
    notes: dict[str, list[Row]] = field(default_factory=dict)  # by the id of their record, as all that follow
    attachments: dict[str, list[Row]] = field(default_factory=dict)
    emails: dict[str, list[Row]] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    timelines: dict[str, list[Row]] = field(default_factory=dict)
    locks: dict[str, Row] = field(default_factory=dict)
    bin: dict[str, Binned] = field(default_factory=dict)
    gone: dict[str, list[tuple[str, datetime]]] = field(default_factory=lambda: {name: [] for name in MODULES})
    files: dict[str, bytes] = field(default_factory=dict)  # contents of attachments, by their id
    workflows: list[Row] = field(default_factory=list)  # what ran because nobody said it must not
    index: dict[str, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in MODULES})


class Book:
    """One organisation. `clock` gives the moment; `lags` holds the search index as it stands."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.state = State()
        self.lags = False
        self._numbers = itertools.count(1)

    def id(self) -> str:
        """18 digits: more than a number in JSON may carry safely."""
        return f"487600000{next(self._numbers):09d}"

    def stamp(self) -> str:
        return self.clock().astimezone(ZONE).isoformat(timespec="seconds")

    # -- records

    def add(self, module: str, **values: Any) -> str:
        """A new record's id."""
        number, now = self.id(), self.stamp()
        system = {"id": number, "Owner": USER, "Created_By": USER, "Modified_By": USER,
                  "Created_Time": values.pop("Created_Time", now), "Modified_Time": now}  # fmt: skip
        empty: Row = {each.name: copy.copy(_EMPTY.get(each.kind)) for each in MODULES[module].fields}
        with self.lock:
            self.state.records[module][number] = {**empty, **system, **values}
            self._write_down(module, number, "added", {})
            self.reindex()
        return number

    def change(self, module: str, number: str, values: Mapping[str, Any], triggers: Any) -> Row:
        """The record with these values; whatever ran because of it is marked."""
        row = self.state.records[module][number]
        old = {name: row.get(name) for name in values}
        row.update(values)
        row["Modified_Time"] = self.stamp()
        self._write_down(module, number, "updated", {name: (old[name], row[name]) for name in values})
        if triggers != []:
            self.state.workflows.append({"module": module, "id": number, "why": "update"})
        self.reindex()
        return row

    def discard(self, module: str, number: str, *, workflows: bool) -> None:
        """The record lies in the recycle bin with its notes and attachments; what pointed at it points at nothing."""
        state = self.state
        row = state.records[module].pop(number)
        children = {"Notes": state.notes.pop(number, []), "Attachments": state.attachments.pop(number, [])}
        state.bin[number] = Binned(module, row, children, self.clock())
        for other, names in LINKS.items():
            for each in state.records[other].values():
                each.update({name: None for name in names if (each.get(name) or {}).get("id") == number})
        if workflows:
            state.workflows.append({"module": module, "id": number, "why": "delete"})
        self.reindex()

    def purge(self, number: str) -> None:
        """Gone for good, with its children, its photo and its timeline. Mails stay: no call deletes them."""
        state = self.state
        binned = state.bin.pop(number)
        for each in binned.children["Attachments"]:
            state.files.pop(each["id"], None)
        state.photos.pop(number, None)
        state.timelines.pop(number, None)
        state.gone[binned.module].append((number, self.clock()))

    def related(self, number: str, other: str) -> list[Row]:
        """The records of another module that point at this one."""
        names = LINKS.get(other, ())
        rows = self.state.records.get(other, {}).values()
        return [row for row in rows if any((row.get(name) or {}).get("id") == number for name in names)]

    # -- what hangs on a record

    def note(self, number: str, title: str, content: str) -> str:
        key, now = self.id(), self.stamp()
        module = self.module_of(number)
        made = {
            "id": key, "Note_Title": title, "Note_Content": content, "Created_Time": now, "Modified_Time": now,
            "Created_By": USER, "Modified_By": USER, "Owner": USER,
            "Parent_Id": {"module": {"api_name": module, "id": "487600000000002001"}, "name": "", "id": number},
        }  # fmt: skip
        self.state.notes.setdefault(number, []).append(made)
        return key

    def attach(self, number: str, name: str, content: bytes, link: str = "") -> str:
        """A file, or a link to one somewhere else, which cannot be downloaded."""
        key, now = self.id(), self.stamp()
        made = {
            "id": key, "File_Name": name, "Size": str(len(content)), "Created_Time": now, "Modified_Time": now,
            "Created_By": USER, "Modified_By": USER, "Owner": USER, "Parent_Id": {"id": number, "name": ""},
            "$link_url": link or None, "$type": "Link URL" if link else "Attachment", "$file_id": None,
        }  # fmt: skip
        self.state.attachments.setdefault(number, []).append(made)
        self.state.files[key] = content
        return key

    def photograph(self, number: str, content: bytes) -> None:
        self.state.photos[number] = content
        self.state.records[self.module_of(number)][number]["Record_Image"] = f"{number}_photo"

    def email(self, number: str, message: str, **values: Any) -> None:
        nowhere = {"id": None, "name": None, "module": {"api_name": None, "id": None}}
        nothing = {
            "cc": [], "summary": None, "owner": {"name": USER["name"], "id": USER["id"]}, "read": True, "sent": True,
            "activity_info": None, "intent": None, "sentiment_info": None, "source": "crm", "emotion": None,
            "linked_record": nowhere, "has_attachment": False, "has_thread_attachment": False, "mail_format": "text",
            "status": [{"type": "sent", "bounced_time": None, "bounced_reason": None}], "editable": False,
        }  # fmt: skip
        self.state.emails.setdefault(number, []).append({**nothing, "message_id": message, **values})

    def owners(self) -> dict[str, list[str]]:
        """Record → the addresses it is of, by plain looking: those in it, in what it points at, under the same name."""
        rows = {number: row for each in self.state.records.values() for number, row in each.items()}
        rows |= {number: each.row for number, each in self.state.bin.items()}
        owners = {number: _addresses(row) for number, row in rows.items()}
        named = {f"{row.get('First_Name')} {row.get('Last_Name')}": owners[number] for number, row in rows.items()}
        for number, row in rows.items():
            if not owners[number]:
                links = [each["id"] for each in row.values() if isinstance(each, dict) and "id" in each]
                linked = next((owners[each] for each in links if owners.get(each)), None)
                owners[number] = linked or named.get(str(row.get("Name")), [])
        return owners

    def by_hand(self, address: str) -> None:
        """Somebody deletes the mails kept with this person's records on the web: no call does."""
        with self.lock:
            for number, mails in self.state.emails.items():
                if any(f"'{address}'" in str(each).lower() for each in mails):
                    self.state.emails[number] = []

    def module_of(self, number: str) -> str:
        return next((name for name, rows in self.state.records.items() if number in rows), "")

    def _write_down(self, module: str, number: str, action: str, changed: Mapping[str, tuple[Any, Any]]) -> None:
        by_name = MODULES[module].by_name
        history = [
            {"api_name": name, "data_type": by_name[name].kind, "field_label": by_name[name].label, "id": number,
             "_value": {"new": _said(new), "old": _said(old)}}
            for name, (old, new) in changed.items() if name in by_name
        ]  # fmt: skip
        self.state.timelines.setdefault(number, []).append({
            "id": self.id(), "audited_time": self.stamp(), "action": action, "source": "crm_ui", "done_by": dict(USER),
            "record": {"id": number, "name": None, "module": {"api_name": module, "id": "487600000000002001"}},
            "related_record": None, "automation_details": None, "field_history": history or None, "type": "timeline",
        })  # fmt: skip

    # -- the search index

    def reindex(self) -> None:
        """The index is what the records are, unless it lags."""
        if not self.lags:
            self.state.index = copy.deepcopy(self.state.records)

    def catch_up(self) -> None:
        self.lags = False
        self.reindex()

    def lied_to(self) -> "Book":
        """A book of its own with the same records: what is done in it is not done."""
        other = Book(self.clock)
        other.state, other.lags, other._numbers = copy.deepcopy(self.state), self.lags, self._numbers
        return other

    def everything_of(self, words: str) -> Iterator[tuple[str, str]]:
        """(place, id) of whatever still holds these words anywhere, however deep: for tests."""
        wanted = words.lower()
        for module, rows in self.state.records.items():
            yield from ((module, number) for number, row in rows.items() if wanted in str(row).lower())
        for name in ("notes", "attachments", "emails", "timelines", "bin", "locks"):
            held: Mapping[str, Any] = getattr(self.state, name)
            yield from ((name, number) for number, each in held.items() if wanted in str(each).lower())


def _addresses(row: Row) -> list[str]:
    return [row[name].strip().lower() for name in ("Email", "Secondary_Email") if row.get(name)]


def _said(value: Any) -> Any:
    return value.get("name") if isinstance(value, dict) else value
