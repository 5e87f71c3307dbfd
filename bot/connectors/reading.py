"""Reading a data map (`datamap.py`), with every fault that can be seen without the database, all at once."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.connectors.datamap import IDENTITY, DataMap, Header, Table, read_edge
from bot.connectors.masks import KEEP


def read_map(block: Mapping[str, Any]) -> tuple[DataMap, list[str]]:
    """The map, as much of it as could be read, and every fault seen without the database, one sentence each."""
    faults: list[str] = []
    raw_tables = block.get("tables", ())
    raw_tables = raw_tables if isinstance(raw_tables, list | tuple) else ()
    try:
        header = Header.model_validate({**block, "tables": raw_tables})
    except ValidationError as error:
        faults += [f"{where or 'The connector'} {what}." for where, what in _sentences(error)]
        header = Header(kind="database", name=str(block.get("name") or "?"), label="?")
    tables: dict[str, Table] = {}
    for number, raw in enumerate(raw_tables, start=1):
        name = str(raw.get("name") or f"number {number}") if isinstance(raw, Mapping) else f"number {number}"
        try:
            table = Table.model_validate(raw)
        except ValidationError as error:
            faults += [f"Table {name}: {where} {what}.".replace("  ", " ") for where, what in _sentences(error)]
            continue
        if table.name in tables:
            faults.append(f"Table {table.name} is there twice.")
        tables[table.name] = table
        faults += [f"Table {table.name}: {fault}." for fault in _table_faults(table)]
    found = DataMap(header, tables)
    return found, faults + _map_faults(found)


def _sentences(error: ValidationError) -> list[tuple[str, str]]:
    told = {"missing": "is missing", "extra_forbidden": "is not known here"}
    return [
        (
            ".".join(str(part) for part in each["loc"] if part != "schema"),
            told.get(each["type"], each["msg"].removeprefix("Value error, ")),
        )
        for each in error.errors(include_url=False, include_input=False)
    ]


def _table_faults(table: Table) -> list[str]:
    return [*_belonging_faults(table), *_fate_faults(table), *_column_faults(table)]


def _belonging_faults(table: Table) -> list[str]:
    faults = [f"“{text}” is neither “identity” nor an edge “child.column -> parent.column”"
              for text in table.belongs if text != IDENTITY and read_edge(text) is None]  # fmt: skip
    if table.person and (not table.by_identity or table.edges):
        faults.append("a person's table belongs by identity and by nothing else")
    if table.by_identity:
        faults += _reference_faults(table)
    for edge in table.edges:
        if table.name not in {edge.child, edge.parent}:
            faults.append(f"the edge “{edge}” does not touch it")
        elif edge.child == edge.parent:
            faults.append(f"the edge “{edge}” leads from the table to itself")
        elif edge.parent == table.name and not table.shared:
            faults.append(f"the edge “{edge}” leads up to rows that other people may own as well: say shared = true")
    if table.shared and any(edge.child == table.name for edge in table.edges):
        faults.append("a shared table is reached from its owners only")
    return faults


def _reference_faults(table: Table) -> list[str]:
    """A person is referred to as `table:key`."""
    faults = []
    if not table.identity:
        faults.append("it belongs by identity, but names no identity column")
    if len(table.key) != 1:
        faults.append("a table that knows people needs a key of one column")
    if ":" in table.name:
        faults.append("the name of a table that knows people cannot have a colon")
    return faults


def _fate_faults(table: Table) -> list[str]:
    faults = []
    if (table.erase == "keep") != (table.keep is not None):
        faults.append("erase = “keep” and its legal ground (keep = { basis, column, years, then }) go together")
    if table.erase == "follow" and (len(table.belongs) != 1 or not table.edges or table.shared):
        faults.append("erase = “follow” needs exactly one edge, to the row whose fate it shares")
    if table.erase == "follow" and any(edge.parent == table.name for edge in table.edges):
        faults.append("erase = “follow” cannot follow downwards")
    return faults


def _column_faults(table: Table) -> list[str]:
    faults = [f"the {what} column {name} is not among its columns" for what, names in _named(table)
              for name in names if name not in table.columns]  # fmt: skip
    for name, column in table.columns.items():
        changes = column.mask not in {None, KEEP}
        if table.masking and column.mask is None and name not in table.key:
            faults.append(f"column {name} has no mask, and its rows are anonymised (“keep” says that it stays)")
        if not table.masking and changes:
            faults.append(f"column {name} has a mask, but its rows are never anonymised")
        if changes and name in table.key:
            faults.append(f"column {name} is the key and cannot be masked")
        if table.masking and name in table.identity and not changes:
            faults.append(f"column {name} identifies the person and stays: mask it")
        if column.export and not column.label:
            faults.append(f"column {name} is exported without a label that explains it")
        if column.personal and not column.export and not column.why and name not in table.key:
            faults.append(f"column {name} is personal and not exported: say why")
    return faults


def _named(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    dates = (table.keep.column,) if table.keep else ()
    return [("key", table.key), (IDENTITY, table.identity), ("retention", dates)]


def _map_faults(found: DataMap) -> list[str]:
    faults = []
    if not found.people:
        faults.append("No table is marked person = true: nobody could be found.")
    for table in found.tables.values():
        for edge in table.edges:
            other = edge.child if edge.parent == table.name else edge.parent
            if other not in found.tables:
                faults.append(f"Table {table.name}: the edge “{edge}” leads to {other}, which is not in the map.")
        faults += [f"Table {table.name}: after names {name}, which is not in the map." for name in table.after
                   if name not in found.tables]  # fmt: skip
        if table.erase == "follow" and not _followable(found, table):
            faults.append(f"Table {table.name}: it can only follow rows that are deleted or kept.")
        if not _reaches_person(found, table.name, frozenset()):
            faults.append(f"Table {table.name}: its edges run in a circle or never reach a person.")
    return faults


def _reaches_person(found: DataMap, name: str, seen: frozenset[str]) -> bool:
    """Whether every way its rows belong ends at identity columns, without a circle."""
    table = found.tables.get(name)
    if table is None:
        return True  # told apart
    if name in seen:
        return False
    others = [edge.child if edge.parent == name else edge.parent for edge in table.edges]
    return all(_reaches_person(found, other, seen | {name}) for other in others)


def _followable(found: DataMap, table: Table) -> bool:
    parent = found.tables.get(table.edges[0].parent) if table.edges else None
    return parent is None or not parent.masking
