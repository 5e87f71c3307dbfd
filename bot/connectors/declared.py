"""What the data map declares for correction, restriction, marketing, portability and activity, held against the schema.

Part of the survey: every fault at once, one sentence each.
"""

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from bot.connectors.datamap import DataMap, Flag, Table, Value
from bot.connectors.ground import Ground, declared_type, sort_of

CORRECTABLE = frozenset({"text", "date", "number"})
DATED = frozenset({"date", "moment", "text"})
TYPES = {"flag": bool, "text": str, "number": int}  # what a flag may be


def declared(found: DataMap, ground: Ground) -> Iterator[str]:
    """What is wrong with these words; empty when they fit."""
    for table in found.tables.values():
        faults = [*_map_faults(found, table)]
        if table.name in ground.tables:
            faults += [*_correction_faults(table, ground), *_flag_faults(table, ground)]
        yield from (f"Table {table.name}: {fault}." for fault in faults)
    for text in found.header.activity:
        yield from _activity_faults(found, ground, text)


def _map_faults(found: DataMap, table: Table) -> Iterator[str]:
    """What can be told without the database."""
    words = Counter(table.corrected.values())
    yield from (f"“{word}” corrects {number} of its columns: which one is meant?" for word, number in words.items()
                if number > 1)  # fmt: skip
    if words and len(table.key) != 1:
        yield "what can be corrected needs a key of one column"
    yield from (f"column {name} is the key and cannot be corrected" for name in table.corrected if name in table.key)
    yield from (f"column {name} is provided by the person and not exported" for name, each in table.columns.items()
                if each.provided and not each.export)  # fmt: skip
    if table.shared and (table.flag or table.marketing):
        yield "a shared row cannot be held back for one of its owners: restrict = “follow”, and no marketing"
    if table.flag and table.marketing and table.flag.column == table.marketing.column:
        yield "restrict and marketing share a column: the end of a restriction would end an objection"
    if table.flag and table.flag.otherwise == table.flag.value:
        yield "restrict says the same of rows that are held back and of those that are not"
    if table.restrict == "follow":
        yield from _follow_faults(found, table)


def _follow_faults(found: DataMap, table: Table) -> Iterator[str]:
    if table.by_identity:
        yield "restrict = “follow” needs a row to follow, and it belongs by identity"
    for edge in table.edges:
        other = edge.child if edge.parent == table.name else edge.parent
        if other in found.tables and found.tables[other].restrict is None:
            yield f"restrict = “follow”, but rows of {other} are not held back"


def _correction_faults(table: Table, ground: Ground) -> Iterator[str]:
    live = ground.tables[table.name]
    for name in table.corrected:
        if name not in live.columns:
            continue  # told apart
        kind = sort_of(live.columns[name]).kind
        whole = kind != "number" or isinstance(declared_type(live.columns[name]), sa.Integer)
        if kind not in CORRECTABLE or not whole:
            yield f"column {name} cannot be corrected: its type takes no text, date or whole number ({kind})"
        if live.columns[name].foreign_keys:
            yield f"column {name} points to another table and cannot be corrected"


def _flag_faults(table: Table, ground: Ground) -> Iterator[str]:
    for word, flag in (("restrict", table.flag), ("marketing", table.marketing)):
        if flag is not None:
            yield from _one_flag(table, ground, word, flag)


def _one_flag(table: Table, ground: Ground, word: str, flag: Flag) -> Iterator[str]:
    live = ground.tables[table.name]
    if flag.column not in live.columns:
        yield f"{word} names the column {flag.column}, which is not there"
        return
    if flag.column in {*table.key, *table.identity, *table.corrected}:
        yield f"{word}: column {flag.column} is no flag: it is the key, identifies people or is corrected"
    values: list[Value] = [flag.value] if flag.otherwise is None else [flag.value, flag.otherwise]
    sort = sort_of(live.columns[flag.column])
    for value in values:
        if TYPES.get(sort.kind) is not type(value):
            yield f"{word}: {value!r} does not fit the column {flag.column} ({sort.kind})"
        elif sort.length is not None and len(str(value)) > sort.length:
            yield f"{word}: {value!r} is longer than the {sort.length} characters of the column {flag.column}"
    if word == "restrict" and flag.otherwise is None and not sort.nullable:
        yield f"restrict names no else, and the column {flag.column} cannot be empty"


def _activity_faults(found: DataMap, ground: Ground, text: str) -> Iterator[str]:
    place, _, column = text.rpartition(".")
    table = found.tables.get(place)
    if table is None or column not in table.columns:
        yield f"activity names {text}, which is no table.column of the map."
        return
    if not leads_to_person(found, table):
        yield f"activity names {text}, which no edges lead up from to a person's row."
    live = ground.tables.get(place)
    there = live is not None and column in live.columns
    if live is not None and there and sort_of(live.columns[column]).kind not in DATED:
        yield f"activity names {text}, which holds no date."


def leads_to_person(found: DataMap, table: Table, seen: frozenset[str] = frozenset()) -> bool:
    """Whether each of its rows hangs, edge by edge, on rows of people."""
    if table.person:
        return True
    if table.by_identity or table.name in seen or any(edge.child != table.name for edge in table.edges):
        return False
    parents = [found.tables.get(edge.parent) for edge in table.edges]
    return all(each is not None and leads_to_person(found, each, seen | {table.name}) for each in parents)
