"""`subjectline data watch` and `data lift`: what was erased is looked for now; who came back may be held again."""

from contextlib import closing
from datetime import date
from typing import Annotated, Any

import typer

from bot import build
from bot import settings as configuration
from bot.desk import Desk
from bot.errors import NotAllowed, Temporary
from handlers.entering import As, event, me
from handlers.printing import line
from handlers.ticket import KEY, Json, day


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


def _row(desk: Desk, name: str) -> dict[str, Any]:
    """One system in counts."""
    try:
        found = desk.look_over(name)
    except Temporary as error:
        return {"system": name, "away": str(error)}
    if found.addresses is None:
        return {"system": name, "watched": "no: it cannot list whom it holds"}
    return {"system": name, "addresses": found.addresses, "again": found.again, "new": found.new}
