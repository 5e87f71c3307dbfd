"""Looks over everybody: which addresses are held, and who has been away for long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.connectors import Found, Idle
from bot.connectors.datamap import Table
from bot.connectors.ground import SPACES, sort_of
from bot.connectors.masks import same
from bot.connectors.people import Key, Register
from bot.errors import Unsupported

PAGE = 1000  # rows in one transaction
NO_ACTIVITY = "The data map names no column that shows when an account was last used (activity)."


@dataclass(frozen=True)
class Over:
    """Everybody in a database, over one connection."""

    register: Register

    def addresses(self, name: str, after: Key | None) -> tuple[list[str], Key | None]:
        """Addresses in this table from beyond a key on, as they stand, and the last key looked at (None: the end).

        What a mask has left is nobody's address.
        """
        table = self.register.map.tables[name]
        live = self.register.ground.table(name)
        keys = [live.c[each] for each in table.key]
        asked = sa.select(*keys, *(live.c[each] for each in table.identity)).order_by(*keys).limit(PAGE)
        if after is not None:
            beyond = keys[0] > after[0] if len(keys) == 1 else sa.tuple_(*keys) > sa.tuple_(*map(sa.literal, after))
            asked = asked.where(beyond)
        found: list[str] = []
        last = None
        for row in self.register.connection.execute(asked):
            last = tuple(row[: len(keys)])
            held = [(each, value) for each, value in zip(table.identity, row[len(keys) :], strict=True) if value]
            found += [str(value).strip(SPACES) for each, value in held if not self._left(table, each, last, value)]
        return found, last

    def idle(self, before: date, after: str, limit: int) -> list[Idle]:
        """Accounts none of whose dates is on this day or later, by table and key. Those erased are nobody's any more.

        Unsupported where the map names no dates. Accounts without any date are listed, their last day unknown.
        """
        if not self.register.map.header.activity:
            raise Unsupported(NO_ACTIVITY)
        start, _, text = after.partition(":")
        found: list[Idle] = []
        for table in sorted(self.register.map.people, key=lambda each: each.name):
            if table.name < start or len(found) >= limit:
                continue
            key = self.register.key(table.name, text) if table.name == start else None
            found += self._idle(table, before, key, limit - len(found))
        return found

    def _idle(self, table: Table, before: date, after: Any, limit: int) -> list[Idle]:
        live = self.register.ground.table(table.name)
        key, masks = live.c[table.key[0]], list(table.masks) if table.masking else []
        dates = [(of, column) for of, column in self._activity() if self._leads(of, table)]
        latest = [self._latest(of, column, table) for of, column in dates]
        asked = sa.select(key, *(self.register.ground.raw(live.c[name]) for name in masks), *latest)
        since = [self._since(of, column, table, before) for of, column in dates]
        asked = asked.where(*(~each for each in since)).order_by(key).limit(limit)
        found: list[Idle] = []
        while len(found) < limit:
            page = asked if after is None else asked.where(key > after)
            rows = list(self.register.connection.execute(page))
            for row in rows:
                after = row[0]
                here = dict(zip(masks, row[1 : 1 + len(masks)], strict=True))
                if masks and all(self._left(table, name, (after,), value) for name, value in here.items()):
                    continue
                if len(found) < limit:
                    found.append(self._account(table, after, row[1 + len(masks) :]))
            if len(rows) < limit:
                break
        return found

    def _account(self, table: Table, key: Any, days: Sequence[Any]) -> Idle:
        known = [day for each in days if (day := _day(each)) is not None]
        who = Found(self.register.map.header.name, f"{table.name}:{key}", self.register.on_file(table.name, key))
        return Idle(who, max(known, default=None))

    # -- activity -------------------------------------------------------------------------------------------------

    def _activity(self) -> list[tuple[Table, str]]:
        named = [text.rpartition(".") for text in self.register.map.header.activity]
        return [(self.register.map.tables[name], column) for name, _, column in named]

    def _leads(self, table: Table, person: Table) -> bool:
        """Whether the edges of this table lead up to rows of that table of people."""
        if table.name == person.name:
            return True
        return any(self._leads(self.register.map.tables[edge.parent], person) for edge in table.edges)

    def _since(self, table: Table, column: str, person: Table, day: date) -> sa.ColumnElement[bool]:
        """Whether there is a row with a date on this day or later."""
        live = self.register.ground.table(table.name).alias() if table.name != person.name else None
        source = live if live is not None else self.register.ground.table(table.name)
        given = self.register.ground.table(table.name).c[column]
        plain = self.register.ground.dialect == "sqlite" or sort_of(given).kind == "text"
        recent = source.c[column] >= (day.isoformat() if plain else sa.literal(day, sa.Date))
        if live is None:
            return sa.func.coalesce(recent, sa.false())
        return sa.exists(sa.select(sa.literal(1)).select_from(live).where(recent, self._of(live, table, person)))

    def _latest(self, table: Table, column: str, person: Table) -> sa.ColumnElement[Any]:
        """The latest date, as text."""
        if table.name == person.name:
            return self.register.ground.raw(self.register.ground.table(table.name).c[column])
        live = self.register.ground.table(table.name).alias()
        latest = sa.func.max(live.c[column])
        shown = latest if self.register.ground.dialect == "sqlite" else sa.cast(latest, sa.Text)
        return sa.select(shown).where(self._of(live, table, person)).scalar_subquery()

    def _of(self, live: Any, table: Table, person: Table) -> sa.ColumnElement[bool]:
        """The condition under which a row hangs, edge by edge, on the row of the person's table outside."""
        outside = self.register.ground.table(person.name)
        clauses: list[sa.ColumnElement[bool]] = []
        for edge in table.edges:
            if edge.parent == person.name:
                clauses.append(live.c[edge.column] == outside.c[edge.parent_column])
                continue
            parent = self.register.map.tables[edge.parent]
            above = self.register.ground.table(parent.name).alias()
            rows = sa.select(above.c[edge.parent_column]).where(self._of(above, parent, person)).correlate(outside)
            clauses.append(live.c[edge.column].in_(rows))
        return sa.or_(*clauses) if clauses else sa.false()

    def _left(self, table: Table, name: str, key: Key, value: Any) -> bool:
        """Whether the value is what a mask leaves."""
        return name in table.masks and same(self.register.after_mask(table, name, key, value), value)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
