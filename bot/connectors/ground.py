"""The live schema of a database, as reflected; the only source of identifiers that ever reach a statement."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import CIDR, INET
from sqlalchemy.exc import CompileError

from bot.connectors.masks import Sort
from bot.errors import Refused

SPACES = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\u200b\ufeff"  # what may stand around an address and does not count


@dataclass(frozen=True, order=True)
class Link:
    """A foreign key of the live schema."""

    child: str
    columns: tuple[str, ...]
    parent: str
    on_delete: str  # CASCADE, SET NULL, NO ACTION …


@dataclass(frozen=True)
class Ground:
    """Tables, views and foreign keys as they are now."""

    dialect: str
    tables: Mapping[str, sa.Table]
    views: frozenset[str]
    links: tuple[Link, ...]
    fingerprint: str

    def table(self, name: str) -> sa.Table:
        """The live table of exactly this name; Refused when there is none."""
        if name not in self.tables:
            raise Refused("The database has no such table any more: run `data lint`.")
        return self.tables[name]

    def raw(self, column: sa.Column) -> sa.ColumnElement:
        """The column as an expression that gives back what is stored, and cannot fail on odd dates.

        SQLite: the stored value. PostgreSQL: numbers, text, flags and bytes as they are, the rest as the server's text.
        """
        if self.dialect == "sqlite" or sort_of(column).kind in {"text", "number", "flag", "bytes"}:
            return column
        return sa.cast(column, sa.Text)

    def typed(self, column: sa.Column, value: Any) -> Any:
        """A raw value as its column means it, if nothing is lost by that: SQLite knows neither decimals nor flags."""
        declared = declared_type(column)
        if self.dialect != "sqlite" or not isinstance(value, int | float):
            return value
        if isinstance(declared, sa.Boolean) and value in (0, 1):
            return bool(value)
        if isinstance(declared, sa.Numeric) and declared.scale is not None:
            exact = Decimal(repr(value))
            fixed = round(exact, declared.scale) if exact.is_finite() else exact
            return fixed if fixed == exact else value
        return value

    def holds(self, column: sa.Column, values: Sequence[str], normaliser: str) -> sa.ColumnElement[bool]:
        """Whether the column holds one of these folded addresses, however it is written there."""
        if normaliser == "exact":
            return column.in_(values)
        trimmed = sa.func.trim(column, SPACES)
        if self.dialect != "sqlite":
            return sa.func.lower(trimmed).in_(_spellings(values))
        # SQLite's own lower() knows ASCII only, ours knows all letters and is slow
        plain = [value for value in values if value.isascii()]
        odd = [value for value in values if not value.isascii()]
        asked = [(sa.func.lower, plain), (sa.func.subjectline_lower, odd)]
        return sa.or_(*(lowered(trimmed).in_(some) for lowered, some in asked if some))


def fold(address: str, normaliser: str) -> str:
    """An address in the form in which addresses are compared; the same as `Ground.holds`."""
    return address if normaliser == "exact" else lower(address.strip(SPACES))


def lower(text: str) -> str:
    """Letter by letter, as databases do it: a Σ at the end of a word is not another letter.

    Two letters beyond ASCII would become ASCII ones (İ, and the sign for Kelvin); they stay: look-alikes are not equal.
    """
    folded = ((letter, letter.lower()) for letter in text)
    return "".join(low if letter.isascii() or not low[0].isascii() else letter for letter, low in folded)


def _spellings(values: Sequence[str]) -> list[str]:
    """The values, and as a server would fold them that knows the case of ASCII letters only (locale C)."""
    odd = ("".join(lower(each) if each.isascii() else each for each in value.upper()) for value in values)
    return sorted({*values, *odd})


def reflect(connection: sa.Connection, schema: str | None) -> Ground:
    """The schema as it is at this moment."""
    metadata = sa.MetaData()
    sqlite = connection.dialect.name == "sqlite"

    @event.listens_for(metadata, "column_reflect")
    def declared(_inspector: object, _table: object, info: dict[str, Any]) -> None:
        info["info"] = {"declared": info["type"]}
        if sqlite:  # types are advice there: values come and go exactly as they are stored
            info["type"] = sa.types.NullType()

    metadata.reflect(connection, schema=schema)
    tables = {table.name: table for table in metadata.tables.values() if table.schema == schema}
    views = frozenset(sa.inspect(connection).get_view_names(schema=schema))
    links = tuple(sorted({link for table in tables.values() for link in _links(table, tables, connection)}))
    lines = sorted(line for table in tables.values() for line in _description(table, connection))
    print_ = hashlib.sha256("\n".join([*lines, *map(str, links)]).encode()).hexdigest()[:16]
    return Ground(connection.dialect.name, tables, views, links, print_)


def _links(table: sa.Table, tables: Mapping[str, sa.Table], connection: sa.Connection) -> Iterator[Link]:
    """SQLAlchemy does not see ON DELETE behind a column of SQLite (`x integer REFERENCES y ON DELETE CASCADE`)."""
    if connection.dialect.name != "sqlite":
        for each in table.foreign_key_constraints:
            yield Link(table.name, tuple(each.column_keys), each.referred_table.name, each.ondelete or "NO ACTION")
        return
    asked = sa.text('SELECT id, "from", "table", on_delete FROM pragma_foreign_key_list(:name) ORDER BY id, seq')
    keys: dict[int, tuple[list[str], str, str]] = {}
    for number, column, parent, on_delete in connection.execute(asked, {"name": table.name}):
        keys.setdefault(number, ([], parent, on_delete))[0].append(column)
    spelled = {name.lower(): name for name in tables}  # a reference may be written in another case than its table
    for columns, parent, on_delete in keys.values():
        yield Link(table.name, tuple(columns), spelled.get(parent.lower(), parent), on_delete)


def _description(table: sa.Table, connection: sa.Connection) -> Iterator[str]:
    for column in table.columns:
        yield f"{table.name}.{column.name} {_type_words(declared_type(column), connection)} {column.nullable}"
    for names in unique_sets(table):
        yield f"{table.name} unique {sorted(names)}"


def _type_words(kind: sa.types.TypeEngine, connection: sa.Connection) -> str:
    try:
        return kind.compile(dialect=connection.dialect)
    except CompileError:
        return "?"


def declared_type(column: sa.Column) -> sa.types.TypeEngine:
    return column.info.get("declared", column.type)


_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((sa.Boolean,), "flag"),
    ((sa.Enum,), "other"),  # takes its own words only
    ((sa.String,), "text"),
    ((sa.DateTime,), "moment"),
    ((sa.Date,), "date"),
    ((sa.LargeBinary,), "bytes"),
    ((INET, CIDR), "address"),
    ((sa.Integer, sa.Numeric, sa.Float), "number"),
)


def sort_of(column: sa.Column) -> Sort:
    """What a mask has to know of the column."""
    declared = declared_type(column)
    kind = next((word for types, word in _KINDS if isinstance(declared, types)), "other")
    length = getattr(declared, "length", None) if kind == "text" else None
    return Sort(kind, bool(column.nullable), length, zoned=bool(getattr(declared, "timezone", False)))


def unique_sets(table: sa.Table) -> list[frozenset[str]]:
    """Every set of columns that the database itself keeps unique."""
    sets = [frozenset(column.name for column in table.primary_key.columns)]
    sets += [frozenset(each.columns.keys()) for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    sets += [frozenset(each.columns.keys()) for each in table.indexes if each.unique]
    return sorted({each for each in sets if each}, key=sorted)
