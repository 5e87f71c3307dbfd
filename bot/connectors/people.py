"""Who somebody is in a database, and which rows are theirs. Only declared edges are followed, never a foreign key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.connectors.datamap import DataMap, Table
from bot.connectors.ground import SPACES, Ground, fold, sort_of, unique_sets
from bot.connectors.masks import KEEP, masked, same, words_of
from bot.errors import Refused

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Person:
    """One person as this database knows them. `table` is a person's table, or one that knows only an address."""

    table: str
    key: Any
    values: tuple[str, ...] = field(default=(), repr=False)  # their addresses, folded, that nobody else has
    common: tuple[str, ...] = field(default=(), repr=False)  # addresses somebody else has as well
    words: tuple[str, ...] = field(default=(), repr=False)  # what names them in free text


@dataclass(frozen=True)
class Hit:
    """Somebody found: the person's table, the key of their row, the addresses on file as they stand there."""

    table: str
    key: Any
    addresses: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Register:
    """Questions about people, asked over one connection."""

    connection: sa.Connection
    ground: Ground
    map: DataMap

    def find(self, addresses: Iterable[str]) -> list[Hit]:
        """Everybody who has one of these addresses; one hit per person's row."""
        values = self.folded(addresses)
        hits = [Hit(table, key, self._on_file(Person(table, key))) for table, key in self._people(values)]
        known = {self._fold(address) for hit in hits for address in hit.addresses}
        loose = (self._loose(value) for value in values if value not in known)
        return [*hits, *(hit for hit in loose if hit is not None)]

    def person(self, table: str, key: str, addresses: Iterable[str]) -> Person:
        """The person behind a reference, with every address that is theirs: on file now, or given."""
        bare = Person(table, self.key(table, key))
        values = self.folded([*addresses, *self._on_file(bare)])
        me = (table, bare.key)
        shared = any(who != me for who in self._people(values))
        common = tuple(each for each in values if shared and any(who != me for who in self._people([each])))
        own = tuple(each for each in values if each not in common)
        return Person(table, bare.key, own, common, self._words(Person(table, bare.key, own), values))

    def others(self, person: Person, value: str) -> bool:
        """Whether somebody else is known by this folded address."""
        return any(who != (person.table, person.key) for who in self._people([value]))

    def on_file(self, table: str, key: Any) -> tuple[str, ...]:
        """The addresses of the person with this key, as they stand."""
        return self._on_file(Person(table, key))

    def unique(self, table: str, name: str) -> list[frozenset[str]]:
        """The sets of columns the database keeps unique of which this one is a part."""
        return [names for names in unique_sets(self.ground.table(table)) if name in names]

    def key(self, table: str, text: str) -> Any:
        """The key a reference means, in the type of its column."""
        if table not in self.map.tables:
            raise Refused("This reference names a table that is not in the data map.")
        column = self.ground.table(table).c[self.map.tables[table].key[0]]
        try:
            key = int(text) if sort_of(column).kind == "number" else _native(column)(text)
        except (ValueError, TypeError):
            key = None
        if key is None or str(key) != text:
            raise Refused("This reference does not fit the key of its table.")
        return key

    def own(self, table: Table, person: Person) -> sa.ColumnElement[bool]:
        """The condition under which a row of this table is the person's."""
        live = self.ground.table(table.name)
        clauses: list[sa.ColumnElement[bool]] = []
        if table.name == person.table:
            clauses.append(live.c[table.key[0]] == person.key)
        if table.by_identity and not table.person and person.values:
            clauses.append(self.addressed(table, person.values))
        for edge in table.edges:
            mine, other, theirs = edge.column, edge.parent, edge.parent_column
            if edge.parent == table.name:  # a shared row, reached from its owners
                mine, other, theirs = edge.parent_column, edge.child, edge.column
            rows = sa.select(self.ground.table(other).c[theirs]).where(self.own(self.map.tables[other], person))
            clauses.append(live.c[mine].in_(rows))
        return sa.or_(*clauses) if clauses else sa.false()

    def addressed(self, table: Table, values: Sequence[str]) -> sa.ColumnElement[bool]:
        """The condition under which a row holds one of these (folded) addresses."""
        live, normaliser = self.ground.table(table.name), self.map.header.normaliser
        return sa.or_(*(self.ground.holds(live.c[name], values, normaliser) for name in table.identity))

    def rows(
        self, table: Table, where: sa.ColumnElement[bool], names: Iterable[str] = (), *, lock: bool = False,
        some: int = 0,
    ) -> Iterator[tuple[Key, dict[str, Any]]]:  # fmt: skip
        """(key, values of these columns) of the rows, by key; locked against others where the database locks rows.

        `some`: only so many are in memory at a time.
        """
        live, names = self.ground.table(table.name), list(names)
        keys = [live.c[name] for name in table.key]
        asked = sa.select(*keys, *(self.ground.raw(live.c[name]) for name in names)).where(where).order_by(*keys)
        if some:
            asked = asked.execution_options(yield_per=some)
        for row in self.connection.execute(asked.with_for_update() if lock else asked):
            yield tuple(row[: len(keys)]), dict(zip(names, row[len(keys) :], strict=True))

    def after_mask(self, table: Table, name: str, key: Key, value: Any, words: Sequence[str] = ()) -> Any:
        """What the map makes of this value when its row is anonymised."""
        sort = sort_of(self.ground.table(table.name).c[name])
        return masked(table.masks.get(name, KEEP), value, key, sort, words)

    def folded(self, addresses: Iterable[str]) -> list[str]:
        """Each once, as compared. What cannot stand in a text column (NUL, lone surrogates) is nobody's address."""
        values = dict.fromkeys(self._fold(address) for address in addresses)
        return [value for value in values if value and value.isprintable()]

    def _fold(self, address: str) -> str:
        return fold(address, self.map.header.normaliser)

    def _people(self, values: Sequence[str]) -> list[tuple[str, Any]]:
        """(table, key) of the people's rows that hold one of these addresses, themselves or in rows hanging on them."""
        found = []
        for table in self.map.people if values else ():
            clause = self._holds(table, values)
            if clause is not None:
                found += [(table.name, key[0]) for key, _ in self.rows(table, clause)]
        return found

    def _holds(self, table: Table, values: Sequence[str]) -> sa.ColumnElement[bool] | None:
        live = self.ground.table(table.name)
        clauses = [self.addressed(table, values)] if table.identity else []
        for child in self.map.tables.values():
            for edge in (each for each in child.edges if each.parent == table.name and each.child == child.name):
                below = self._holds(child, values)
                if below is not None:
                    hanging = sa.select(self.ground.table(child.name).c[edge.column]).where(below)
                    clauses.append(live.c[edge.parent_column].in_(hanging))
        return sa.or_(*clauses) if clauses else None

    def _loose(self, value: str) -> Hit | None:
        """Somebody known by address alone (of a newsletter, say): named by the first row that has it."""
        for table in self.map.identified:
            if table.person or not table.by_identity:
                continue
            for key, row in self.rows(table, self.addressed(table, [value]), table.identity):
                stands = next(str(each) for each in row.values() if each and self._fold(str(each)) == value)
                return Hit(table.name, key[0], (stands.strip(SPACES),))
        return None

    def _on_file(self, bare: Person) -> tuple[str, ...]:
        """Addresses in the person's own row and in rows that hang on it, as they stand; none that a mask put there."""
        found: dict[str, str] = {}
        for table in self.map.identified:
            for value in self._values(table, bare, table.identity):
                found.setdefault(self._fold(value), value.strip(SPACES))
        return tuple(found.values())

    def _words(self, person: Person, values: Sequence[str]) -> tuple[str, ...]:
        named: list[str] = []
        for table in self.map.tables.values():
            named += self._values(table, person, [name for name, column in table.columns.items() if column.named])
        return words_of([*values, *named])

    def _values(self, table: Table, person: Person, names: Sequence[str]) -> Iterator[str]:
        """What stands in these columns of the person's rows, unless it is what a mask has left there."""
        if not names:
            return
        for key, row in self.rows(table, self.own(table, person), names):
            for name, value in row.items():
                left = name in table.masks and same(self.after_mask(table, name, key, value), value)
                if value is not None and not left:
                    yield str(value)


def _native(column: sa.Column) -> Any:
    try:
        return str if isinstance(column.type, sa.types.NullType) else column.type.python_type
    except NotImplementedError:
        return str
