"""What every system of the demo world holds, in one shape: system → place → rows, each with an `id` and whose it is.

Found by plain looking into each stand-in's own state, never by asking the bot or its connectors.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.sandbox import company, correspondence, share
from bot.sandbox.comparison import compared

if TYPE_CHECKING:
    from bot.sandbox.world import World

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]
PLACES = {  # of the file server, in words
    "files": "Files",
    "restricted": "Held back",
    "quarantine": "In quarantine, gone after 30 days",
}


def held(world: "World") -> dict[str, Tables]:
    """System → place → its rows as they stand; `of` holds the addresses of whose they are."""
    found: dict[str, Tables] = {}
    if world.with_company:
        rows = company.snapshot(world.company_path)
        owners = _owners(rows)
        found["server"] = {
            name: [{**row, "of": owners[name, row["id"]]} for row in each] for name, each in rows.items()
        }
    if world.mailchimp:
        found["newsletter"] = world.mailchimp.rows()
    if world.zoho:
        found["crm"] = world.zoho.snapshot()
    if world.with_papers:
        found["share"] = share.snapshot(world.share_path)
        found["mail"] = correspondence.snapshot(world.imap)
    if world.cabinet:
        found["recruitment"] = world.cabinet.snapshot()
        found["distributor"] = world.distributor.snapshot()
    return found


def by_hand(world: "World") -> list[Callable[[str], None]]:
    """What people do where no call reaches, for one address each: mails in the CRM, lists of many people, paper."""
    acts: list[Callable[[str], None]] = []
    if world.zoho:
        acts.append(world.zoho.by_hand)
    if world.with_papers:
        acts.append(lambda address: share.by_hand(world.share_path, address))
    if world.cabinet:
        acts.append(world.cabinet.by_hand)
    return acts


def of(tables: Tables, address: str) -> dict[str, list[Row]]:
    """Place → the rows of this person; places without any are left out."""
    found = {name: [row for row in rows if address in row["of"]] for name, rows in tables.items()}
    return {name: rows for name, rows in found.items() if rows}


def shown(world: "World") -> list[dict[str, Any]]:
    """Every system for the page: its label, and its places with their rows before and after."""
    now = held(world)
    blocks = tomllib.loads((world.folder / "subjectline.toml").read_text(encoding="utf-8"))["connectors"]
    labels = {block["name"]: block["label"] for block in blocks}
    tables = {each["name"]: each["label"] for block in blocks for each in block.get("tables", ())}
    return [
        {
            "name": name,
            "label": {**labels, "distributor": "Nordlicht Vertrieb, our distributor"}.get(name, name),
            "tables": [
                {**each, "label": {**tables, **PLACES}.get(each["name"], each["name"])}
                for each in compared(world.held_before.get(name, {}), places)
            ],
        }
        for name, places in now.items()
    ]


def _owners(tables: Tables) -> dict[tuple[str, Any], list[str]]:
    """(table, id) → addresses of the people a row of the company's database belongs to."""
    accounts = {row["id"]: _addresses(row) for row in tables["account"]}
    invoices = {row["id"]: accounts.get(row["account_id"], []) for row in tables["invoice"]}
    living: dict[Any, list[str]] = {}
    for row in tables["account"]:
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
