"""The copy of everything: records by their labels, notes, attachments, mails, history, picture; and what is missing."""

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from bot.connectors import File, Found, Table
from bot.connectors.tokens import comparable
from bot.connectors.zoho.api import Api
from bot.connectors.zoho.correcting import spoken
from bot.connectors.zoho.holdings import IMAGE, PHOTO, Counted, Holdings
from bot.connectors.zoho.people import Record, Ref
from bot.connectors.zoho.register import STAFF, Module
from bot.connectors.zoho.rules import PROVIDED, Block
from bot.workflow import Act, Line

HISTORY, LINKS = "History", "Links"
FILE_S = 120.0  # for one attachment
OURS = "the name of an employee of ours"
HIDDEN = "hidden from programs in our customer system; a person adds it by hand"
HIDDEN_TASK = "Fields hidden from the API are missing in the copy: add them by hand."
LINKS_TASK = "Attachments that are only links cannot be downloaded: look whether what they lead to belongs to the copy."
THIRD = "names other people"
ATTACHED = "id,File_Name,Size,Created_Time,$link_url,$type"
Row = Mapping[str, Any]


class Exporting:
    def __init__(self, api: Api, holdings: Holdings, block: Block) -> None:
        self._api = api
        self._holdings = holdings
        self._block = block

    # -- the plan

    def lines(self, person: Found) -> list[Line]:
        """How much of what a copy would hold, and what only a person can add."""
        someone, records = self._holdings.gathered(person)
        counted = Counted(self._holdings.name, self._block)
        for record in records:
            counted.add(record.module.name, Act.EXPORT)
            for name, rows in _inner([record]):
                counted.add(f"{record.module.name}.{name}", Act.EXPORT, len(rows))
            if record.module.hidden:
                counted.add(record.module.name, Act.TASK, said=HIDDEN_TASK)
        for record in someone.records:
            attached = list(self._attachments(record))
            links = sum(bool(row.get("$link_url")) for row in attached)
            counted.add("Notes", Act.EXPORT, sum(1 for _ in self._holdings.listed(record.module, record.id, "Notes")))
            counted.add("Attachments", Act.EXPORT, len(attached) - links)
            counted.add(LINKS, Act.EXPORT, links)
            counted.add(LINKS, Act.TASK, links, said=LINKS_TASK)
            counted.add("Emails", Act.EXPORT, self._holdings.mails(record))
            counted.add(HISTORY, Act.EXPORT, sum(1 for each in self._timeline(record) for _ in _changed(each)))
            counted.add(PHOTO, Act.EXPORT, bool(record.row.get(IMAGE)))
        return counted.lines()

    def left(self, person: Found, wanted: Sequence[Line]) -> list[Line]:
        """What is there beyond what the lines counted: the person is looked for and counted anew."""
        planned = {line.place: line.count for line in wanted if line.act == Act.EXPORT}
        counted = Counted(self._holdings.name, self._block)
        for line in self.lines(person):
            if line.act == Act.EXPORT:
                counted.add(line.place, Act.EXPORT, max(0, line.count - planned.get(line.place, 0)))
        return counted.lines()

    # -- the copy

    def export(self, person: Found) -> Iterator[Table | File]:
        """Piece by piece: mails and files are fetched when they are wanted."""
        someone, records = self._holdings.gathered(person)
        for name in dict.fromkeys(record.module.name for record in records):
            same = [record for record in records if record.module.name == name]
            yield from self._module(same[0].module, same)
        own = someone.records
        yield from self._notes(own)
        yield from self._files(own)
        yield from self._letters(person, own)
        yield from self._history(own)

    def _module(self, module: Module, records: Sequence[Record]) -> Iterator[Table]:
        """The records of one module, and a table for each list of rows inside them."""
        shown = [
            each for name, each in module.fields.items()
            if not each.hidden and each.kind not in STAFF and each.kind not in {"subform", "profileimage"}
            and any(spoken(record.row.get(name)) is not None for record in records)
        ]  # fmt: skip
        rows = [tuple(_plain(record.row.get(each.name)) for each in shown) for record in records]
        staff = {each.label: OURS for each in module.fields.values() if each.kind in STAFF}
        provided = self._block.rule(module.name).provided or PROVIDED
        yield self._table(
            module.name, module.label, module.name, [each.name for each in shown], rows,
            labels={each.name: each.label for each in shown},
            withheld={**staff, **{each.label: HIDDEN for each in module.hidden}},
            provided=tuple(each.name for each in shown if each.name in provided),
        )  # fmt: skip
        for name, inner in _inner(records):
            columns = [each for each in dict.fromkeys(chain.from_iterable(inner)) if not each.startswith("$")]
            cells = [tuple(_plain(row.get(each)) for each in columns) for row in inner]
            label, labels = f"{module.label}: {module.fields[name].label}", {each: _spaced(each) for each in columns}
            yield self._table(f"{module.name}.{name}", label, module.name, columns, cells, labels=labels)

    def _notes(self, own: Sequence[Record]) -> Iterator[Table]:
        rows = [
            (_plain(row.get("Note_Title")), _plain(row.get("Note_Content")), row.get("Created_Time"))
            for record in own for row in self._holdings.listed(record.module, record.id, "Notes")
        ]  # fmt: skip
        if rows:
            labels = {"title": "Title", "content": "Text", "at": "Written on"}
            yield self._table("Notes", "Notes", "Notes", list(labels), rows, labels=labels)

    def _attachments(self, record: Record) -> Iterator[dict[str, Any]]:
        return self._holdings.listed(record.module, record.id, "Attachments", ATTACHED)

    def _files(self, own: Sequence[Record]) -> Iterator[Table | File]:
        links: list[tuple[Any, ...]] = []
        for record in own:
            for row in self._attachments(record):
                if row.get("$link_url"):
                    links.append((_plain(row.get("File_Name")), _plain(row.get("$link_url"))))
                    continue
                yield self._file(record.ref, "Attachments", str(row["id"]), str(row.get("File_Name") or row["id"]))
            if record.row.get(IMAGE):
                yield self._picture(record.ref)
        if links:
            labels = {"name": "Name", "link": "Leads to"}
            yield self._table(LINKS, "Attachments elsewhere", "Attachments", list(labels), links, labels=labels)

    def _file(self, ref: Ref, place: str, number: str, name: str) -> File:
        path = {"module": ref[0], "record": ref[1], "item": number}
        pieces = self._api.download("/{module}/{record}/Attachments/{item}", path, seconds=FILE_S)
        return self._made(f"{place}/{ref[0]}-{number}-{_safe(name)}", place, pieces, THIRD)

    def _picture(self, ref: Ref) -> File:
        path = {"module": ref[0], "record": ref[1]}
        pieces = self._api.download("/{module}/{record}/photo", path, seconds=FILE_S)
        return self._made(f"{PHOTO}/{ref[0]}-{ref[1]}.png", PHOTO, pieces, "")

    def _made(self, name: str, place: str, pieces: Iterable[bytes], look: str) -> File:
        said = {what: self._block.said(place, what) for what in ("category", "purpose", "retention", "source")}
        return File(name, said["category"], said["purpose"], said["retention"], pieces, said["source"], look)

    # -- mails

    def _letters(self, person: Found, own: Sequence[Record]) -> Iterator[File]:
        """Each as a file of its own, fetched when it is wanted: only one is in memory at a time."""
        theirs = {comparable(each) for each in person.addresses}
        number = 0
        for record in own:
            for told in self._holdings.letters(record):
                number += 1
                kind = "html" if told.get("mail_format") == "html" else "txt"
                look = THIRD if _strangers(told, theirs) else ""
                yield self._made(f"Emails/{number:05d}.{kind}", "Emails", self._text(record, told, kind), look)

    def _text(self, record: Record, told: Row, kind: str) -> Iterator[bytes]:
        """Who wrote to whom and when, then the text."""
        head = [
            f"{word}: {value}" for word, value in (
                ("Date", told.get("time")), ("From", _party(told.get("from"))), ("To", _parties(told.get("to"))),
                ("Copy to", _parties(told.get("cc"))), ("Subject", told.get("subject")),
            ) if value
        ]  # fmt: skip
        plain = "\n".join(head)
        written = f"<pre>{html.escape(plain)}</pre>\n<hr>\n" if kind == "html" else f"{plain}\n\n"
        yield written.encode("utf-8", "replace")
        path = {"module": record.module.name, "record": record.id, "message": str(told.get("message_id"))}
        for row in self._api.rows("GET", "/{module}/{record}/Emails/{message}", path, key="Emails"):
            yield str(row.get("content") or "").encode("utf-8", "replace")

    # -- history

    def _timeline(self, record: Record) -> Iterator[dict[str, Any]]:
        path = {"module": record.module.name, "record": record.id}
        nothing = ("INVALID_DATA", "INVALID_MODULE", "NOT_SUPPORTED")
        return self._api.paged("GET", "/{module}/{record}/__timeline", path, key="__timeline", size="", nothing=nothing)

    def _history(self, own: Sequence[Record]) -> Iterator[Table]:
        """What was changed and when; old values are the person's data too. Who changed it is left out."""
        rows = [
            (record.module.label, entry.get("audited_time"), str(entry.get("action") or ""), label, old, new)
            for record in own for entry in self._timeline(record) for label, old, new in _changed(entry)
        ]  # fmt: skip
        if rows:
            labels = {"of": "Of", "at": "When", "what": "What", "field": "Field", "old": "Before", "new": "After"}
            withheld = {"Who changed it": OURS}
            yield self._table(HISTORY, "History", HISTORY, list(labels), rows, labels=labels, withheld=withheld)

    def _table(
        self, name: str, label: str, place: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], *,
        labels: Mapping[str, str] | None = None, withheld: Mapping[str, str] | None = None,
        provided: tuple[str, ...] = (),
    ) -> Table:  # fmt: skip
        said = {what: self._block.said(place, what) for what in ("category", "purpose", "retention", "source")}
        return Table(
            name, said["category"], said["purpose"], said["retention"], tuple(columns), tuple(rows), labels or {},
            said["source"], self._block.rule(place).label or label, withheld or {}, provided,
        )  # fmt: skip


def _inner(records: Sequence[Record]) -> Iterator[tuple[str, list[Row]]]:
    """Name of a subform → the rows in it, of all these records of one module."""
    for name in records[0].module.of_kind("subform"):
        rows = [row for record in records for row in record.row.get(name) or [] if isinstance(row, Mapping)]
        if rows:
            yield name, rows


def _spaced(name: str) -> str:
    return name.replace("_", " ").strip()


def _plain(value: Any) -> Any:
    """The value itself where it is one; a lookup by its name, a list in a line."""
    return spoken(value) if isinstance(value, (Mapping, list)) else value


def _party(told: Any) -> str | None:
    if not isinstance(told, Mapping):
        return None
    name, address = told.get("user_name"), told.get("email")
    return f"{name} <{address}>" if name and address else name or address


def _parties(told: Any) -> str | None:
    return ", ".join(party for each in told or [] if (party := _party(each))) or None


def _strangers(told: Row, theirs: set[str]) -> bool:
    """Whether anybody but the person and one of us is in it."""
    parties = [told.get("from"), *(told.get("to") or []), *(told.get("cc") or [])]
    addresses = {comparable(str(each["email"])) for each in parties if isinstance(each, Mapping) and each.get("email")}
    return len(addresses - theirs) > 1


def _changed(entry: Row) -> Iterator[tuple[str | None, Any, Any]]:
    for each in entry.get("field_history") or [{}]:
        values = each.get("_value") or {}
        yield each.get("field_label"), _plain(values.get("old")), _plain(values.get("new"))


def _safe(name: str) -> str:
    """A file's name without what a file system or a zip reader may stumble over."""
    kept = "".join(char if char.isalnum() or char in " ._-()" else "_" for char in html.unescape(name))
    return kept.strip(" .")[:120] or "file"
