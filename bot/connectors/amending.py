"""Correction in a database: what a person wishes, column by column, as far as the map declares a column for it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.connectors.datamap import Table
from bot.connectors.ground import declared_type, fold, sort_of
from bot.connectors.holdings import held_by_others, put
from bot.connectors.masks import same
from bot.connectors.people import Key, Person, Register
from bot.errors import PlanChanged, Unsupported
from bot.workflow import WORDS, Act, Change, Line

EMAIL = re.compile(r"[^@\s'\"<>]+@[^@\s]+\.[^@\s.]+")
LIMITS = ((sa.SmallInteger, 2**15), (sa.BigInteger, 2**63), (sa.Integer, 2**31))  # both are Integers as well
COMMON = "the row also belongs to another person: a person decides"
SEVERAL = "several records say different things here: a person decides which one is meant"
TAKEN = "another record has this value already, and no two may have it"
NO_COLUMN = "The data map declares no column that may be corrected."


@dataclass(frozen=True)
class Amending:
    """The corrections of one person, over one connection."""

    register: Register
    person: Person

    def lines(self) -> list[Line]:
        """The rows a correction may change, per table. Unsupported when the map declares nothing for it."""
        system, tables = self.register.map.header.name, self._tables()
        counted = [(table, len(list(self.register.rows(table, self._own(table))))) for table in tables]
        return [Line(system, table.name, Act.CORRECT, count, table.category) for table, count in counted if count]

    def propose(self, wishes: Mapping[str, str]) -> list[Change]:
        """One change for each row and column whose value is another one now."""
        found: list[Change] = []
        for table in self._tables():
            found += [
                change
                for name, word in table.corrected.items()
                if word in wishes
                for change in self._changes(table, name, word, wishes[word].strip())
            ]
        return self._same_address(found)

    def correct(self, changes: Sequence[Change]) -> dict[str, int]:
        """Every field holds its new value; fields per table. PlanChanged, nothing done, where one holds a third."""
        rows: dict[tuple[str, Key], dict[str, Any]] = {}
        for change in changes:
            table, key = self._of(change)
            found = list(self.register.rows(table, self._row(table, key), self._needed(table, change.name), lock=True))
            row = found[0][1] if found else None
            if row is None or not _either(row[change.name], change):
                raise PlanChanged("A field to be corrected holds neither its old nor its new value, or is gone.")
            if same(_said(row[change.name]), change.new):
                continue
            shared = held_by_others(self.register, table, self.person, found)
            if shared or self._unfit(table, key, change.name, change.new):
                raise PlanChanged("A value that was proposed does not fit any more.")
            column = self.register.ground.table(table.name).c[change.name]
            rows.setdefault((table.name, key), {})[change.name] = _meant(column, change.new)
        for (name, key), values in rows.items():
            put(self.register, self.register.map.tables[name], [key], values)
        return dict(Counter(each.place for each in changes))

    # -- proposing ------------------------------------------------------------------------------------------------

    def _changes(self, table: Table, name: str, word: str, wish: str) -> list[Change]:
        rows = list(self.register.rows(table, self._own(table), self._needed(table, name)))
        new = self._normal(wish) if name in table.identity else wish
        shared = held_by_others(self.register, table, self.person, rows)
        label = table.columns[name].label or WORDS[word]
        several = len({_said(row[name]) for _, row in rows}) > 1 and name not in table.identity
        return [
            Change(
                self.register.map.header.name, table.name, f"{table.name}:{key[0]}", name, word, label,
                None if row[name] is None else str(row[name]), new,
                refused=COMMON if key in shared else self._unfit(table, key, name, new) or (SEVERAL if several else ""),
            )
            for key, row in rows
            if not self._alike(table, name, row[name], new)
        ]  # fmt: skip

    def _same_address(self, found: list[Change]) -> list[Change]:
        """Of a person's several values only one is meant: an address that is elsewhere on file is another one."""
        main = {
            change.word: change.old for change in found
            if change.place == self.person.table and self._identifies(change)
        }  # fmt: skip
        meant = [
            each for each in found
            if not (self._identifies(each) and each.word in main)
            or self._normal(each.old or "") == self._normal(main[each.word] or "")
        ]  # fmt: skip
        olds: dict[tuple[str, str], set[str]] = {}
        for each in filter(self._identifies, meant):
            olds.setdefault((each.place, each.name), set()).add(self._normal(each.old or ""))
        torn = {place for place, values in olds.items() if len(values) > 1}
        return [
            replace(each, refused=each.refused or SEVERAL) if (each.place, each.name) in torn else each
            for each in meant
        ]

    def _identifies(self, change: Change) -> bool:
        return change.name in self.register.map.tables[change.place].identity

    def _alike(self, table: Table, name: str, value: Any, new: str) -> bool:
        """Whether the value is there already; of an address, however it is written."""
        if name in table.identity:
            return self._normal(_said(value)) == new
        return same(_said(value), new)

    def _normal(self, address: str) -> str:
        return fold(address, self.register.map.header.normaliser)

    # -- what fits ------------------------------------------------------------------------------------------------

    def _unfit(self, table: Table, key: Key, name: str, new: str) -> str:
        """Why the column will not take the value, in words without it; empty where it will."""
        column = self.register.ground.table(table.name).c[name]
        return _unfit(column, new, address=name in table.identity or table.corrected[name] == "email") or (
            TAKEN if new and self._taken(table, key, name, new) else ""
        )

    def _taken(self, table: Table, key: Key, name: str, new: str) -> bool:
        """Whether somebody else is known by this address, or a unique set of columns would be there twice."""
        if name in table.identity:
            others = [key_ for key_, _ in self.register.rows(table, self.register.addressed(table, [new]))]
            if any(each != key for each in others) or self.register.others(self.person, new):
                return True
        live = self.register.ground.table(table.name)
        for names in self.register.unique(table.name, name):
            mine = sa.select(*(live.c[each] for each in names)).where(live.c[table.key[0]] == key[0])
            row = self.register.connection.execute(mine).mappings().first()
            wanted = {**(row or {}), name: _meant(live.c[name], new)}
            same_ = sa.and_(*(live.c[each] == value for each, value in wanted.items()))
            if any(each != key for each, _ in self.register.rows(table, same_)):
                return True
        return False

    # -- rows -----------------------------------------------------------------------------------------------------

    def _tables(self) -> list[Table]:
        found = [table for table in self.register.map.tables.values() if table.corrected]
        if not found:
            raise Unsupported(NO_COLUMN)
        return found

    def _needed(self, table: Table, name: str) -> list[str]:
        """The column, and what tells whether the row is somebody else's as well."""
        return list({name, *(edge.parent_column for edge in table.edges if table.shared)})

    def _own(self, table: Table) -> sa.ColumnElement[bool]:
        return self.register.own(table, self.person)

    def _row(self, table: Table, key: Key) -> sa.ColumnElement[bool]:
        """The row with this key, if it is the person's."""
        return sa.and_(self._own(table), self.register.ground.table(table.name).c[table.key[0]] == key[0])

    def _of(self, change: Change) -> tuple[Table, Key]:
        """The table and key a change means; PlanChanged where the map lets nobody correct that column."""
        table = self.register.map.tables.get(change.place)
        if table is None or table.corrected.get(change.name) != change.word:
            raise PlanChanged("A field to be corrected is not declared for that any more.")
        return table, (self.register.key(table.name, change.record.removeprefix(f"{table.name}:")),)


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _meant(column: sa.Column, new: str) -> Any:
    """The value as the column takes it."""
    if not new:
        return None
    return int(new) if sort_of(column).kind == "number" else new


def _either(value: Any, change: Change) -> bool:
    return any(same(_said(value), each) for each in (change.old or "", change.new))


def _unfit(column: sa.Column, new: str, *, address: bool) -> str:
    """What can be told from the column alone."""
    sort = sort_of(column)
    if not new:
        return "" if sort.nullable and not address else "the field must not be empty"
    if not new.isprintable():
        return "it holds characters that cannot be stored"
    if address and not EMAIL.fullmatch(new):
        return "not an e-mail address"
    if sort.kind == "text":
        long = sort.length is not None and len(new) > sort.length
        return f"longer than the {sort.length} characters of the field" if long else ""
    if sort.kind == "date":
        return "" if _is_date(new) else "not a date such as 1980-03-31"
    return "" if _is_whole(new, declared_type(column)) else "not a whole number the field can hold"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_whole(text: str, declared: sa.types.TypeEngine) -> bool:
    limit = next((most for kind, most in LIMITS if isinstance(declared, kind)), 2**31)
    return re.fullmatch(r"0|-?[1-9]\d{0,18}", text) is not None and -limit <= int(text) < limit
