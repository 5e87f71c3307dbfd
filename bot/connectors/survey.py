"""The survey: the data map held against the live schema, every fault at once (specs section 5, rule 2)."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from bot.connectors.datamap import DataMap, Edge, Table
from bot.connectors.declared import declared
from bot.connectors.ground import Ground, sort_of, unique_sets
from bot.connectors.masks import KEEP, lossy, unfit


def survey(found: DataMap, ground: Ground) -> list[str]:
    """What is wrong with the map on this ground; empty when it fits."""
    faults: list[str] = []
    for table in found.tables.values():
        faults += [f"Table {table.name}: {fault}." for fault in _table_faults(table, ground)]
    faults += _leading_to_people(found, ground)
    faults += _torn_by_deleting(found, ground)
    faults += _waved_through(found, ground)
    faults += declared(found, ground)
    try:
        children_first(found, ground)
    except CycleError as error:
        faults.append(f"The tables cannot be put in order, they point at each other: {' -> '.join(error.args[1])}.")
    approved = found.header.fingerprint
    if not approved:
        faults.append(f"The map names no fingerprint of its schema: this one has {ground.fingerprint!r}.")
    elif approved != ground.fingerprint:
        faults.append(
            f"The schema has changed since the map was approved: its fingerprint is no longer {approved!r} but "
            f"{ground.fingerprint!r}. Look at the tables again, then write the new one."
        )
    return faults


def children_first(found: DataMap, ground: Ground) -> list[str]:
    """The mapped tables in the order in which rows can go: whoever points comes before what is pointed at.

    Raises CycleError.
    """
    before: dict[str, set[str]] = {name: set(table.after) & found.tables.keys() for name, table in found.tables.items()}
    for link in ground.links:
        if link.child != link.parent and link.child in found.tables and link.parent in found.tables:
            before[link.parent].add(link.child)
    for edge in _edges(found):
        if edge.child != edge.parent and edge.child in found.tables and edge.parent in found.tables:
            before[edge.parent].add(edge.child)
    return list(TopologicalSorter({name: sorted(before[name]) for name in sorted(before)}).static_order())


def _edges(found: DataMap) -> Iterator[Edge]:
    for table in found.tables.values():
        yield from table.edges


def _table_faults(table: Table, ground: Ground) -> Iterator[str]:
    if table.name in ground.views:
        yield "it is a view; the map names the tables behind it"
        return
    if table.name not in ground.tables:
        yield "there is no such table in the database"
        return
    live = ground.tables[table.name]
    yield from (f"there is no column {name}" for name in table.columns if name not in live.columns)
    yield from (
        f"column {column.name} has no declared act: it would be passed over in silence"
        for column in live.columns
        if column.name not in table.columns
    )
    sets = unique_sets(live)
    if not any(each <= set(table.key) for each in sets):
        yield f"nothing keeps its key ({', '.join(table.key)}) unique"
    for name in table.identity:
        if name in live.columns and sort_of(live.columns[name]).kind != "text":
            yield f"the identity column {name} holds no text"
    dated = table.keep.column if table.keep else ""
    if dated in live.columns and sort_of(live.columns[dated]).kind not in {"date", "moment", "text"}:
        yield f"the retention column {dated} holds no date"
    for edge in table.edges:
        yield from _edge_faults(edge, ground)
    yield from _mask_faults(table, ground)


def _edge_faults(edge: Edge, ground: Ground) -> Iterator[str]:
    for name, column in ((edge.child, edge.column), (edge.parent, edge.parent_column)):
        if name in ground.tables and column not in ground.tables[name].columns:
            yield f"the edge “{edge}” names a column that is not there: {name}.{column}"
    if edge.parent in ground.tables and frozenset({edge.parent_column}) not in unique_sets(ground.tables[edge.parent]):
        yield f"the edge “{edge}” leads to a column that is not unique: it would reach other people's rows"


def _mask_faults(table: Table, ground: Ground) -> Iterator[str]:
    live = ground.tables[table.name]
    masks = {name: mask for name, mask in table.masks.items() if name in live.columns}
    for name, mask in masks.items():
        why = unfit(mask, sort_of(live.columns[name]))
        if why:
            yield f"column {name}: {why}"
        if live.columns[name].foreign_keys and mask.kind not in {"null", "keep"}:
            yield f"column {name} points to another table: null it or keep it"
    for names in unique_sets(live):
        if all(name in masks and lossy(masks[name]) for name in names):
            which = ", ".join(sorted(names))
            yield f"the mask of the unique column {which} gives two people the same value: take keyed or null"


def _leading_to_people(found: DataMap, ground: Ground) -> Iterator[str]:
    """Rule 2: every foreign key into a mapped table is an edge, or waved through with a reason."""
    declared = {(edge.child, edge.column, edge.parent) for edge in _edges(found)}
    for link in ground.links:
        said = ((link.child, each, link.parent) in declared or found.ignored(link.child, each) for each in link.columns)
        if link.parent not in found.tables or any(said):
            continue
        which = ", ".join(link.columns)
        if link.child in found.tables:
            yield (
                f"Table {link.child}: column {which} points to {link.parent}, where people are; "
                "make it an edge or wave it through under ignore, with a reason."
            )
        else:
            yield (
                f"Table {link.child} points to {link.parent} ({which}) and is not in the map; "
                "map it or wave it through under ignore, with a reason."
            )


def _torn_by_deleting(found: DataMap, ground: Ground) -> Iterator[str]:
    """Deleting a row must neither be refused by rows that stay nor take rows along that nobody counted."""
    declared = {(edge.child, edge.column) for edge in _edges(found)}
    for link in ground.links:
        child, parent, column = link.child, link.parent, link.columns[0]
        if parent not in found.tables or not _deletes(found, parent):
            continue
        cascades = link.on_delete.upper() == "CASCADE"
        goes = child in found.tables and _deletes(found, child) and (child, column) in declared
        if cascades and not goes:
            yield f"Table {parent}: deleting takes rows of {child} along (ON DELETE CASCADE) that no plan counts."
        elif child in found.tables and not cascades and not _lets_go(found, child, column, parent):
            yield f"Table {parent}: its rows cannot be deleted while {child}.{column} stays and points to them."


def _deletes(found: DataMap, name: str) -> bool:
    table = found.tables[name]
    if table.erase != "follow":
        return table.deleting
    parent = table.edges[0].parent if table.edges else name
    return parent != name and parent in found.tables and _deletes(found, parent)


def _lets_go(found: DataMap, child: str, column: str, parent: str) -> bool:
    """Whether the rows that point at deleted rows are gone, follow them, or no longer point."""
    table = found.tables[child]
    if table.erase == "delete":
        return True
    if table.erase == "follow":
        return any(edge.parent == parent and edge.column == column for edge in table.edges) or _deletes(found, child)
    mask = table.masks.get(column, KEEP)
    return table.erase == "anonymise" and mask.kind == "null"


def _waved_through(found: DataMap, ground: Ground) -> Iterator[str]:
    """A reason for something that is not there covers whatever comes under that name later."""
    for each in found.header.ignore:
        if each.table not in ground.tables:
            yield f"ignore names {each.table}, which is not in the database."
        elif each.column and each.column not in ground.tables[each.table].columns:
            yield f"ignore names {each.table}.{each.column}, which is not in the database."
