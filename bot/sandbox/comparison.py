"""What the demo's systems hold before and after, row by row, as its page shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]


def compared(before: Tables, now: Tables) -> list[dict[str, Any]]:
    """One entry per place: its rows, each `same`, `changed` (with the old values), `removed` or `new`.

    `of` says whose a row is, or was: the addresses of people.
    """
    places = dict.fromkeys([*now, *before])
    return [{"name": name, "rows": _rows(before.get(name, ()), now.get(name, ()))} for name in places]


def _rows(before: Sequence[Row], now: Sequence[Row]) -> list[Row]:
    old, new = {row["id"]: row for row in before}, {row["id"]: row for row in now}
    rows: list[Row] = []
    for key in dict.fromkeys([*old, *new]):
        shown, was = new.get(key) or old[key], {}
        if key in old and key in new:
            was = {name: old[key].get(name) for name in {*old[key], *new[key]} if name != "of"}
            was = {name: value for name, value in was.items() if value != new[key].get(name)}
            state = "changed" if was else "same"
        else:
            state = "new" if key in new else "removed"
        owners = dict.fromkeys([*old.get(key, {}).get("of", ()), *new.get(key, {}).get("of", ())])
        values = {name: value for name, value in {**dict.fromkeys(was), **shown}.items() if name != "of"}
        rows.append({"state": state, "values": values, "was": was, "of": [*owners]})
    return rows
