"""The company's database before and after, row by row, as the demo's page shows it."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.company import MAP

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]


def compared(before: Tables, now: Tables) -> list[dict[str, Any]]:
    """One entry per table: its label and its rows, each `same`, `changed` (with the old values), `removed` or `new`.

    Every row says whose it is: the ids of the accounts it hangs on, and the addresses it names.
    """
    labels = {table["name"]: table["label"] for table in tomllib.loads(MAP.read_text())["connectors"][0]["tables"]}
    owners = _owners(before)
    return [
        {
            "name": name,
            "label": labels.get(name, name),
            "rows": [
                {**row, "of": owners.get((name, row["values"]["id"]), [])}
                for row in _rows(before.get(name, ()), now.get(name, ()))
            ],
        }
        for name in now
    ]


def _rows(before: Sequence[Row], now: Sequence[Row]) -> list[Row]:
    old, new = {row["id"]: row for row in before}, {row["id"]: row for row in now}
    rows: list[Row] = []
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            rows.append({"state": "removed", "values": old[key], "was": {}})
        elif key not in old:
            rows.append({"state": "new", "values": new[key], "was": {}})
        else:
            was = {name: value for name, value in old[key].items() if new[key].get(name) != value}
            rows.append({"state": "changed" if was else "same", "values": new[key], "was": was})
    return rows


def _owners(tables: Tables) -> dict[tuple[str, Any], list[str]]:
    """(table, id) -> addresses of the people the row belongs to."""
    accounts = {row["id"]: _addresses(row) for row in tables.get("account", ())}
    invoices = {row["id"]: accounts.get(row["account_id"], []) for row in tables.get("invoice", ())}
    living: dict[Any, list[str]] = {}
    for row in tables.get("account", ()):
        living.setdefault(row["address_id"], []).extend(accounts[row["id"]])
    owners: dict[tuple[str, Any], list[str]] = {}
    for name, rows in tables.items():
        for row in rows:
            if name == "address":
                found = living.get(row["id"], [])
            elif "invoice_id" in row:
                found = invoices.get(row["invoice_id"], [])
            else:
                found = accounts.get(row.get("account_id"), []) or _addresses(row)
            owners[name, row["id"]] = found
    return owners


def _addresses(row: Row) -> list[str]:
    return [str(row[name]).strip().lower() for name in ("email", "second_email") if row.get(name)]
