"""`subjectline data watch`, `lift`, `ledger`: what was erased is looked for now, may come back, is kept twice."""

import json
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import build
from bot import settings as configuration
from bot.desk import Desk
from bot.errors import NotAllowed, Temporary
from handlers.entering import As, event, me
from handlers.printing import line
from handlers.ticket import KEY, Json, day

MOMENTS = ("entered_at", "proved_at", "lifted_at")


def watch(
    system: Annotated[list[str] | None, typer.Option(help="Only this one; several times for several.")] = None,
    as_json: Json = False,
) -> None:
    """Looks in every system for what was erased, after an import or a restore; exit 1 if somebody is there again.

    Example: subjectline data watch --system crm
    """
    desk = build.surveyor(configuration.load(needs=KEY))
    if unknown := {*(system or ())} - desk.systems.keys():
        raise NotAllowed(f"There is no system {', '.join(sorted(unknown))}. There are: {', '.join(desk.systems)}.")
    with closing(desk.store):
        with desk.store.read() as unit:
            if not unit.ledger.any():
                line({"ledger": "Nobody has been erased yet: there is nothing to look for."}, as_json=as_json)
                return
        rows = [_row(desk, name) for name in system or desk.systems]
        desk.sound()
    for row in rows:
        line(row, as_json=as_json)
    raise typer.Exit(1 if any(row.get("again") or row.get("away") for row in rows) else 0)


def lift(
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    reason: Annotated[str, typer.Option(help="Where the person came back: a form, a shop, a contract.")],
    on: Annotated[date | None, typer.Option(parser=day, help="The day they did; today, if not named.")] = None,
    user: As = "",
) -> None:
    """There is new consent: this address may be held again. It is recorded.

    Example: subjectline data lift ann@example.com --reason "newsletter form" --on 2026-11-20
    """
    desk = build.clerk(configuration.load(needs=KEY))
    with closing(desk.store):
        count = desk.readmit(user or me(), event(), address, reason, on)
    line({"lifted": "the address may be held again", "entries": count}, as_json=False)


def ledger(
    load: Annotated[Path | None, typer.Option(help="A copy: what is missing here is taken from it.")] = None,
) -> None:
    """Prints the ledger of what was erased, a copy to keep apart from the database: keyed hashes, nobody's name.

    Example: subjectline data ledger
    """
    with closing(build.store(configuration.load(needs=KEY))) as store:
        if load is None:
            with store.read() as unit:
                for each in unit.ledger.rows():
                    line({**each, "hash": each["hash"].hex()}, as_json=True)
            return
        copied = _copied(load)
        with store.begin() as unit:
            news = sum(unit.ledger.restore(each) for each in copied)
            unit.audit(me(), "ledger_restored", entries=news)
    line({"restored": f"{news} of {len(copied)} entries were missing here"}, as_json=False)


def _copied(file: Path) -> list[dict[str, Any]]:
    """The entries of a copy. NotAllowed where it is none."""
    try:
        rows = [json.loads(each) for each in file.read_text(encoding="utf-8").splitlines() if each.strip()]
        return [
            {
                **{name: row[name] for name in ("request_id", "ref", "lifted_by")},
                **{name: row[name] and datetime.fromisoformat(row[name]) for name in MOMENTS},
                "hash": bytes.fromhex(row["hash"]),
                "lifted_on": row["lifted_on"] and date.fromisoformat(row["lifted_on"]),
            }
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotAllowed(f"This is no copy of the ledger ({type(error).__name__}).") from None


def _row(desk: Desk, name: str) -> dict[str, Any]:
    """One system in counts."""
    try:
        found = desk.look_over(name)
    except Temporary as error:
        return {"system": name, "away": str(error)}
    if found.addresses is None:
        return {"system": name, "watched": "no: it cannot list whom it holds"}
    return {"system": name, "addresses": found.addresses, "again": found.again, "new": found.new}
