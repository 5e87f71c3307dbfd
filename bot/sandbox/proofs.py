"""What each right has to leave behind in every system, seen by plain looking into the stand-ins' own state.

Nothing here asks the bot or one of its connectors. Each function answers system → whether it holds; what is of other
people is the same as before in all of them.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from bot.sandbox import held
from bot.sandbox.held import Row, Tables
from bot.sandbox.share import readable
from bot.sandbox.world import World

Held = Mapping[str, Tables]
Verdict = dict[str, bool]
LIST = "lists/"  # of many people: done by hand
ELSEWHERE = {"Hearing", "Record_Image"}  # hidden from the CRM's interface, so a person adds it; a file of its own
MARKETED = {"server": {"news": 0, "state": "refused"}, "newsletter": {"status": "unsubscribed"}}


def copied(package: zipfile.ZipFile, before: Held, address: str) -> Verdict:
    """Access: whatever lies there of this person is in the package, and in the database's part nothing else."""
    rows = {name: len(found) for name, found in held.of(before["server"], address).items()}
    packed = {
        name.split("/")[2].removesuffix(".json"): len(json.loads(package.read(name))["rows"])
        for name in package.namelist() if name.startswith("data/server/")
    }  # fmt: skip
    mails = [row["id"] for row in _rows(before, "mail", address)]
    files = [row["sha256"] for row in _rows(before, "share", address) if not row["file"].startswith(LIST)]
    share, mail = _text(package, "share"), _text(package, "mail")
    return {
        "server": packed == rows,
        "newsletter": _told(_rows(before, "newsletter", address), _text(package, "newsletter")),
        "crm": _told(_rows(before, "crm", address), _text(package, "crm")),
        "share": bool(files) and all(digest in share for digest in files),
        "mail": bool(mails) and all(message_id in mail for message_id in mails),
    }


def given(package: zipfile.ZipFile, before: Held, address: str) -> Verdict:
    """Portability: what the person gave, and neither what others made of it nor what only lies there."""
    names = package.namelist()
    account = held.of(before["server"], address)["account"][0]
    return {
        "server": _told([{name: account[name] for name in ("first_name", "phone", "email")}], _text(package, "server"))
        and not {"data/server/login_log.json", "data/server/invoice.json"} & {*names},
        "newsletter": address in _text(package, "newsletter") and "activity" not in "".join(names),
        "crm": address in _text(package, "crm") and "data/crm/notes.json" not in names,
        "share": not any(name.startswith("data/share/") for name in names),
        "mail": not any(name.startswith("data/mail/") for name in names),
    }


def corrected(before: Held, after: Held, address: str, name: str) -> Verdict:
    """Correction: the family name is the new one wherever a program reaches; nothing else of the person has changed."""
    fields = {"server": "last_name", "newsletter": "LNAME", "crm": "Last_Name"}
    known = held.of(after["distributor"], address)
    found: Verdict = {}
    for system, tables in before.items():
        old, new = _keyed(tables, address), _keyed(after[system], address)
        word = fields.get(system)
        same = all(_but(new.get(key, {}), word) == _but(row, word) for key, row in old.items())
        named = [row[word] for row in new.values() if word and word in row]
        found[system] = same and (bool(named) and {*named} == {name} if word else True)
    found["distributor"] = all(row["name"].endswith(name) for rows in known.values() for row in rows)
    return _and(found, untouched(before, after, address))


def restricted(before: Held, after: Held, address: str) -> Verdict:
    """Restriction: held back, locked or out of reach, and nothing is gone."""
    files = {row["sha256"] for row in _rows(before, "share", address) if not row["file"].startswith(LIST)}
    mails = {row["id"] for row in _rows(before, "mail", address)}
    held_back = [row["held_back"] for row in _rows(after, "server", address) if "held_back" in row]
    members = [row["status"] for row in _rows(after, "newsletter", address) if "status" in row]
    contacts = [row for place in ("Contacts", "Leads") for row in held.of(after["crm"], address).get(place, ())]
    found = {
        "server": bool(held_back) and all(held_back),
        "newsletter": {*members} == {"unsubscribed"},
        "crm": bool(contacts) and all("Locked" in row for row in contacts),
        "share": files == {row["sha256"] for row in held.of(after["share"], address).get("restricted", ())},
        "mail": mails <= {row["id"] for place, rows in after["mail"].items() if place.startswith("Restricted")
                          for row in rows},
        "recruitment": after["recruitment"] == before["recruitment"],
        "distributor": all(row.get("note") for row in _rows(after, "distributor", address)),
    }  # fmt: skip
    return _and(found, untouched(before, after, address))


def lifted(before: Held, after: Held, address: str) -> Verdict:
    """The end of a restriction: all is as before it, but nobody is subscribed to anything again."""
    found: Verdict = {}
    for system, tables in before.items():
        old, new = _keyed(tables, address), _keyed(after[system], address)
        if system == "newsletter":
            old, new = ({key: _but(row, "status", "activity", "permissions") for key, row in each.items()}
                        for each in (old, new))  # fmt: skip
        found[system] = all(new.get(key) == row for key, row in old.items())
    return _and(found, untouched(before, after, address))


def silenced(before: Held, after: Held, address: str) -> Verdict:
    """Objection: no advertising reaches the person any more; they are still known, so that it can be shown."""
    found: Verdict = {}
    for system, tables in after.items():
        mine = [row for rows in held.of(tables, address).values() for row in rows]
        wanted = MARKETED.get(system, {})
        still = [row for row in mine for name, value in wanted.items() if row.get(name, value) != value]
        found[system] = bool(mine) and not still
    found["newsletter"] &= not held.of(after["newsletter"], address).get("Welcome")
    found["crm"] &= all(row.get("Email_Opt_Out") for row in held.of(after["crm"], address).get("Contacts", ()))
    return _and(found, untouched(before, after, address))


def deleted(world: World, before: Held, address: str) -> Verdict:
    """Deletion: the address is nowhere; what the law keeps names it no more; the case's own mails stay."""
    after = world.held()
    assert world.zoho
    assert world.mailchimp
    token = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)", re.IGNORECASE)
    mails = {row["id"] for row in _rows(before, "mail", address) if not row["id"].endswith(f"{address.split('@')[1]}>")}
    kept = {row["sha256"] for row in _rows(before, "share", address) if "/contracts/" in row["file"]}
    share = [row for row in held.of(after["share"], address).get("files", ()) if row["sha256"] not in kept]
    found = {
        "server": not token.search(json.dumps(world.company(), default=str, ensure_ascii=False)),
        "newsletter": not token.search(str([asdict(each) for _, each in world.mailchimp.account.members()]))
        and not token.search(str(world.mailchimp.account.stores) + str(world.mailchimp.account.workflows)),
        "crm": not token.search(str(world.zoho.book.state)),
        "share": not share and not any(token.search(text) for text in _texts(world)),
        "mail": not mails & {row["id"] for rows in after["mail"].values() for row in rows},
        "recruitment": not held.of(after["recruitment"], address),
        "distributor": not held.of(after["distributor"], address),
    }
    return _and(found, untouched(before, after, address))


def untouched(before: Held, after: Held, address: str) -> Verdict:
    """Whatever is of other people only is there as it was."""
    return {
        system: all(
            row in after[system].get(place, ()) for place, rows in tables.items() for row in rows
            if address not in row["of"]
        )
        for system, tables in before.items()
    }  # fmt: skip


def _rows(tables: Held, system: str, address: str) -> list[Row]:
    return [row for rows in held.of(tables[system], address).values() for row in rows]


def _keyed(tables: Tables, address: str) -> dict[tuple[str, Any], Row]:
    return {(place, row["id"]): row for place, rows in held.of(tables, address).items() for row in rows}


def _but(row: Mapping[str, Any], *names: str | None) -> Row:
    """The row without these, and without what is made of them."""
    return {name: value for name, value in row.items() if name not in names and name not in {"name", "of"}}


def _and(one: Verdict, other: Verdict) -> Verdict:
    return {name: held and other[name] for name, held in one.items()}


def _text(package: zipfile.ZipFile, system: str) -> str:
    """Everything the package holds of this system."""
    names = [name for name in package.namelist() if name.startswith((f"data/{system}/", f"files/{system}-"))]
    return "\n".join(package.read(name).decode("utf-8", "replace") for name in names)


def _told(rows: list[Row], text: str) -> bool:
    """Whether every word of these rows stands in the text."""
    said = [
        part for row in rows for name, value in row.items() if isinstance(value, str) and name not in {"id", *ELSEWHERE}
        for part in re.split(r"[,;] ", value)
    ]  # fmt: skip
    return bool(said) and all(json.dumps(part, ensure_ascii=False)[1:-1] in text for part in said)


def _texts(world: World) -> Iterator[str]:
    """Of every file that is not in quarantine."""
    for path in world.share_path.rglob("*"):
        if path.is_file() and "quarantine" not in path.parts:
            yield readable(path.read_bytes())
