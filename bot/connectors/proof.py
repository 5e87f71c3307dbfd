"""The second look: what is still there, asked in another way than it was found, planned and erased.

Nothing here uses the statements of `people.py` and `holdings.py`. Addresses are looked for by a wide pattern and
compared in Python; a person's rows are fetched level by level, by lists of keys.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.connectors.datamap import DataMap, Edge, Table
from bot.connectors.ground import Ground, fold, sort_of
from bot.connectors.holdings import SHARED, blocks, ends
from bot.connectors.masks import masked, same, words_of
from bot.connectors.silencing import token
from bot.workflow import Act, Change, Line

Rows = dict[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class SecondLook:
    connection: sa.Connection
    ground: Ground
    map: DataMap
    today: date
    table: str
    key: Any
    addresses: tuple[str, ...] = field(repr=False)

    def exported(self, lines: Sequence[Line]) -> list[Line]:
        """Per table: rows there beyond those the lines counted."""
        reached = self._reached(self._by_address())
        left = []
        for table in self.map.tables.values():
            surplus = len(reached[table.name]) - _planned(lines, table, {Act.EXPORT})
            if table.exported and surplus > 0:
                left.append(self._line(table, Act.EXPORT, surplus))
        return left

    def erased(self, lines: Sequence[Line]) -> list[Line]:
        """Per table: rows that should be gone or anonymous and are not, and kept rows that are missing."""
        addressed = self._by_address()
        reached = self._reached(addressed)
        left = []
        for table in self.map.tables.values():
            rows = {**addressed[table.name], **reached[table.name]}
            unexplained = [key for key, row in rows.items() if not self._anonymous(table, key, row)]
            kept = _planned(lines, table, {Act.KEEP})
            surely = sum(line.count for line in lines if line.place == table.name and line.act == Act.KEEP
                         and line.basis != SHARED)  # fmt: skip
            if len(unexplained) > kept:
                act = Act.ANONYMISE if table.masking else Act.DELETE
                left.append(self._line(table, act, len(unexplained) - kept))
            elif len(unexplained) < surely:
                left.append(self._line(table, Act.KEEP, surely - len(unexplained)))
        return left

    def corrected(self, changes: Sequence[tuple[Change, Any]]) -> list[Line]:
        """Per table: fields (each with the key of its row) that do not hold their new value."""
        left: dict[str, int] = {}
        for change, key in changes:
            table = self.map.tables[change.place]
            live = self.ground.table(table.name).c[table.key[0]]
            there = [row[change.name] for _, row in self._fetch(table, live == key)]
            holds = len(there) == 1 and same("" if there[0] is None else str(there[0]), change.new)
            left[table.name] = left.get(table.name, 0) + (not holds)
        return [self._line(self.map.tables[name], Act.CORRECT, count) for name, count in left.items() if count]

    def restricted(self) -> list[Line]:
        """Per table: rows that are free although the person's data are held back."""
        return self._flagged(
            Act.RESTRICT, lambda table, value, _key: table.flag and same(value, table.flag.otherwise)
        )  # fmt: skip

    def lifted(self, lines: Sequence[Line]) -> list[Line]:
        """Per table of the lines: rows that are still held back and were not before."""
        before = {line.place: line.mark.split(",") for line in lines}
        return self._flagged(
            Act.LIFT,
            lambda table, value, key: table.flag and table.name in before and same(value, table.flag.value)
            and token(key) not in before[table.name],
        )  # fmt: skip

    def silent(self) -> list[Line]:
        """Per table: rows that still allow advertising."""
        return self._flagged(
            Act.STOP, lambda table, value, _key: table.marketing and not same(value, table.marketing.value)
        )  # fmt: skip

    def _flagged(self, act: Act, wrong: Callable[[Table, Any, tuple[Any, ...]], object]) -> list[Line]:
        reached = self._reached(self._by_address())
        left = []
        for table in self.map.tables.values():
            flag = table.marketing if act == Act.STOP else table.flag
            rows = reached[table.name].items() if flag else ()
            count = sum(bool(wrong(table, row[flag.column], key)) for key, row in rows if flag)
            if count:
                left.append(self._line(table, act, count))
        return left

    def _line(self, table: Table, act: Act, count: int) -> Line:
        return Line(self.map.header.name, table.name, act, count, table.category)

    def _anonymous(self, table: Table, key: tuple[Any, ...], row: Mapping[str, Any]) -> bool:
        """Whether nothing of a person is left in the row: every mask would give what already stands there."""
        if not table.masking:
            return False
        if table.keep is not None:
            until = ends(table.keep, row[table.keep.column])
            if until is None or until >= self.today:
                return False
        live, words = self.ground.table(table.name), words_of(self.addresses)
        return all(
            same(row[name], masked(mask, row[name], key, sort_of(live.c[name]), words))
            for name, mask in table.masks.items()
        )

    def _by_address(self) -> dict[str, Rows]:
        """Rows of every identity column that hold one of the addresses, whoever's they are."""
        wanted = {fold(address, self.map.header.normaliser) for address in self.addresses} - {""}
        found: dict[str, Rows] = {name: {} for name in self.map.tables}
        for table in self.map.identified:
            live = self.ground.table(table.name)
            for name in table.identity:
                for address in wanted:
                    like = live.c[name].ilike(_pattern(address), escape="!")
                    rows = self._fetch(table, like)
                    found[table.name].update(
                        (key, row) for key, row in rows
                        if fold(str(row[name]), self.map.header.normaliser) == address
                    )  # fmt: skip
        return found

    def _reached(self, addressed: Mapping[str, Rows]) -> dict[str, Rows]:
        """The person's rows: their own, what hangs on it, level by level, and what knows them by address."""
        reached: dict[str, Rows] = {}
        while len(reached) < len(self.map.tables):
            for table in self.map.tables.values():
                others = {edge.child if table.shared else edge.parent for edge in table.edges}
                if table.name not in reached and others <= reached.keys():
                    reached[table.name] = self._rows_of(table, addressed, reached)
        return reached

    def _rows_of(self, table: Table, addressed: Mapping[str, Rows], reached: Mapping[str, Rows]) -> Rows:
        rows: Rows = {}
        live = self.ground.table(table.name)
        if table.name == self.table:
            rows.update(self._fetch(table, live.c[table.key[0]] == self.key))
        if table.by_identity and not table.person:
            rows.update(addressed[table.name])
        for edge in table.edges:
            column, values = self._ends(edge, table, reached)
            for block in blocks(values):
                rows.update(self._fetch(table, live.c[column].in_(block)))
        return rows

    def _ends(self, edge: Edge, table: Table, reached: Mapping[str, Rows]) -> tuple[str, list[Any]]:
        """The column of this table an edge ties, and the values at its other end."""
        here, other, there = edge.column, edge.parent, edge.parent_column
        if edge.parent == table.name:
            here, other, there = edge.parent_column, edge.child, edge.column
        return here, sorted({row[there] for row in reached[other].values() if row[there] is not None}, key=str)

    def _fetch(self, table: Table, where: sa.ColumnElement[bool]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        """Keys and the ends of edges as they are, everything else raw."""
        live = self.ground.table(table.name)
        native = {*table.key, *self._ends_in(table)}
        names = list(table.columns)
        asked = sa.select(*(live.c[name] if name in native else self.ground.raw(live.c[name]) for name in names))
        for found in self.connection.execute(asked.where(where)):
            row = dict(zip(names, found, strict=True))
            yield tuple(row[name] for name in table.key), row

    def _ends_in(self, table: Table) -> set[str]:
        edges: Iterable[Edge] = (edge for each in self.map.tables.values() for edge in each.edges)
        ends_of = [((edge.child, edge.column), (edge.parent, edge.parent_column)) for edge in edges]
        return {column for pair in ends_of for name, column in pair if name == table.name}


def _planned(lines: Sequence[Line], table: Table, acts: set[Act]) -> int:
    return sum(line.count for line in lines if line.place == table.name and line.act in acts)


def _pattern(address: str) -> str:
    """Wider than the address: any letter whose case the database may not know matches anything."""
    quoted = re.sub(r"([!%_])", r"!\1", address)
    return f"%{re.sub(r'[^ -~]', '_', quoted)}%"
