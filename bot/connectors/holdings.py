"""What becomes of each row a database holds of a person.

The same statements serve the plan (without locks) and the run (with locks): a plan is a run without its writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import sqlalchemy as sa

from bot.connectors.datamap import Table
from bot.connectors.masks import same
from bot.connectors.people import Key, Person, Register
from bot.errors import Refused
from bot.workflow import ACTING, Act, Fate, Line, NotSeen, Seen, counts

SHARED = "also belongs to another person"
BLOCK = 500  # keys in one statement


@dataclass
class Holding:
    """Rows of one table with one fate. `changes`: the new values of each row that is to be anonymised."""

    table: Table
    fate: Fate
    keys: list[Key] = field(default_factory=list, repr=False)
    changes: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def line(self, system: str) -> Line:
        fate = self.fate
        return Line(system, self.table.name, fate.act, len(self.keys), self.table.category, fate.basis, fate.until)


def holdings(
    register: Register, order: Sequence[str], person: Person, today: date, *, lock: bool = False
) -> list[Holding]:
    """Every row of the person with its fate, tables in `order` (children first). Anonymous rows are left out."""
    found: dict[str, dict[tuple[Act, str | None], Holding]] = {name: {} for name in order}
    fates: dict[str, dict[tuple[str, Any], Fate]] = {}
    for name in reversed(order):  # the person's own row is locked before what hangs on it
        table = register.map.tables[name]
        fates[name] = {}
        rows = list(register.rows(table, register.own(table, person), _needed(register, table), lock=lock))
        shared = held_by_others(register, table, person, rows)
        for key, row in rows:
            fate = Fate(Act.KEEP, SHARED) if key in shared else _fate(table, row, fates, today)
            fates[name].update(dict.fromkeys(row.items(), fate))
            changes = _changes(register, table, key, row, person) if fate.act == Act.ANONYMISE else {}
            if changes or fate.act != Act.ANONYMISE:
                _put(found[name], table, fate, key, changes)
        for key in _of_namesakes(register, table, person, {key for key, _ in rows}):
            _put(found[name], table, Fate(Act.KEEP, SHARED), key, {})
    return [holding for by_fate in found.values() for holding in by_fate.values()]


def lines(found: Iterable[Holding], system: str) -> list[Line]:
    return sorted(holding.line(system) for holding in found)


def _needed(register: Register, table: Table) -> list[str]:
    """Columns whose values decide: masks, the date of the retention, both ends of `follow`."""
    names = set(table.masks) if table.masking else set()
    if table.keep:
        names.add(table.keep.column)
    if table.erase == "follow":
        names.add(table.edges[0].column)
    for other in register.map.tables.values():
        if other.erase == "follow" and other.edges[0].parent == table.name:
            names.add(other.edges[0].parent_column)
    if table.shared:
        names.update(edge.parent_column for edge in table.edges)
    return sorted(names)


def _fate(
    table: Table, row: Mapping[str, Any], fates: Mapping[str, Mapping[tuple[str, Any], Fate]], today: date
) -> Fate:
    if table.erase == "follow":
        edge = table.edges[0]
        fate = fates[edge.parent].get((edge.parent_column, row[edge.column]))
        if fate is None:
            raise Refused("A row follows one that is not the person's; look at the data map.")
        return fate
    if table.keep is None:
        return Fate(Act(table.erase))
    until = ends(table.keep, row[table.keep.column])
    if until is not None and until < today:
        return Fate(Act(table.keep.then))
    return Fate(Act.KEEP, table.keep.basis, until.isoformat() if until else None)


class Period(Protocol):
    """How long a ground for keeping holds."""

    @property
    def years(self) -> int: ...
    @property
    def counted(self) -> str: ...


def ends(keep: Period, value: Any) -> date | None:
    """The last day the ground holds for a row with this date; None when the date cannot be read: then it is kept."""
    try:
        start = date.fromisoformat(str(value)[:10])
        if keep.counted == "year_end":
            return date(start.year + keep.years, 12, 31)
        if (start.month, start.day) == (2, 29):
            return date(start.year + keep.years, 3, 1)
        return start.replace(year=start.year + keep.years)
    except ValueError:
        return None


def _changes(
    register: Register, table: Table, key: Key, row: Mapping[str, Any], person: Person
) -> dict[str, Any]:
    after = {name: register.after_mask(table, name, key, row[name], person.words) for name in table.masks}
    return {name: value for name, value in after.items() if not same(row[name], value)}


def _put(
    by_fate: dict[tuple[Act, str | None], Holding], table: Table, fate: Fate, key: Key, changes: dict[str, Any]
) -> None:
    """The row is counted under its act and ground; `until` is the latest of the rows."""
    holding = by_fate.setdefault((fate.act, fate.basis), Holding(table, fate))
    if fate.until and fate.until > (holding.fate.until or ""):
        holding.fate = fate
    holding.keys.append(key)
    holding.changes.append(changes)


def held_by_others(
    register: Register, table: Table, person: Person, rows: Sequence[tuple[Key, Mapping[str, Any]]]
) -> set[Key]:
    """Of a shared table: rows that somebody else's rows point at as well."""
    others: set[tuple[str, Any]] = set()
    for edge in table.edges if table.shared and rows else ():
        owner = register.map.tables[edge.child]
        mine = {key for key, _ in register.rows(owner, register.own(owner, person))}
        column = register.ground.table(owner.name).c[edge.column]
        values = [row[edge.parent_column] for _, row in rows]
        for block in blocks(values):
            theirs = register.rows(owner, column.in_(block), [edge.column])
            others |= {(edge.parent_column, row[edge.column]) for key, row in theirs if key not in mine}
    return {key for key, row in rows if any((name, value) in others for name, value in row.items())}


def _of_namesakes(register: Register, table: Table, person: Person, own: set[Key]) -> list[Key]:
    """Rows that hold an address the person shares with somebody else and that are not known to be theirs."""
    if not (person.common and table.identity and table.by_identity):
        return []
    return [key for key, _ in register.rows(table, register.addressed(table, person.common)) if key not in own]


def blocks(values: Sequence[Any]) -> list[Sequence[Any]]:
    """At most BLOCK of them at a time."""
    return [values[start : start + BLOCK] for start in range(0, len(values), BLOCK)]


def write(register: Register, found: Iterable[Holding]) -> None:
    """Every deletion and change is made, children first; Refused when a statement touched more or fewer rows."""
    for holding in found:
        if holding.fate.act == Act.DELETE:
            _delete(register, holding)
        elif holding.fate.act == Act.ANONYMISE:
            _anonymise(register, holding)


def _delete(register: Register, holding: Holding) -> None:
    live = register.ground.table(holding.table.name)
    for block in blocks(holding.keys):
        _count(register.connection.execute(live.delete().where(_keyed(register, holding.table, block))), block)


def _anonymise(register: Register, holding: Holding) -> None:
    """Rows that get the same values get them in one statement."""
    alike: dict[tuple[tuple[str, Any], ...], list[Key]] = {}
    for key, changes in zip(holding.keys, holding.changes, strict=True):
        alike.setdefault(tuple(sorted(changes.items())), []).append(key)
    for changes, keys in alike.items():
        put(register, holding.table, keys, dict(changes))


def put(register: Register, table: Table, keys: Sequence[Key], changes: Mapping[str, Any]) -> None:
    """These rows hold these values; Refused when a statement touched more or fewer."""
    live = register.ground.table(table.name)
    # sa.null(): a JSON column would take None for the JSON word null
    values = {name: sa.null() if value is None else value for name, value in changes.items()}
    for block in blocks(keys):
        changed = live.update().where(_keyed(register, table, block)).values(values)
        _count(register.connection.execute(changed), block)


def _keyed(register: Register, table: Table, keys: Sequence[Key]) -> sa.ColumnElement[bool]:
    columns = [register.ground.table(table.name).c[name] for name in table.key]
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.tuple_(*columns).in_(keys)


def _count(result: sa.CursorResult, keys: Sequence[Key]) -> None:
    if result.rowcount != len(keys):
        raise Refused(f"A statement for {len(keys)} rows touched {result.rowcount}: nothing was changed.")


def kept(found: Sequence[Line]) -> set[tuple[str, str | None, int]]:
    return {(line.place, line.basis, line.count) for line in found if line.act == Act.KEEP and line.basis != SHARED}


def verdict(wanted: Sequence[Line], there: Sequence[Line]) -> Seen | NotSeen | None:
    """All or nothing was done, so either all that was to be acted on is still there, or none of it."""
    planned = {(line.place, line.act): line.count for line in wanted if line.act in ACTING and line.count}
    still = {(line.place, line.act): line.count for line in there if line.act in ACTING and line.count}
    if planned == still:
        return NotSeen()
    if not planned.keys() & still.keys():
        return Seen(counts(wanted))
    return None
