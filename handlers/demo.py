"""`subjectline demo`: the whole bot against the sandbox world, in one process; or one walk of each right by itself."""

import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import build
from bot import settings as configuration
from bot.sandbox import company
from bot.sandbox.journeys import Journeys
from bot.sandbox.slack import BOB, CEM
from bot.sandbox.walk import LostError
from bot.sandbox.world import World
from handlers.printing import say
from handlers.run import Bot, log_plainly

MARA = ("Mara Lindt", company.MARA)
JONAS = ("Jonas Altherr", company.JONAS)  # stands in the database in capital letters


@contextmanager
def office(*, page: bool, port: int = 0) -> Iterator[tuple[World, Bot]]:
    """A world with the unchanged bot at work in it. Its files are gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="subjectline-demo-") as folder,
        World(Path(folder), page=page, port=port, vendors=True, papers=True) as world,
    ):
        settings = configuration.load({**world.environment(), "PATH": os.environ.get("PATH", "")})
        build.upgraded(settings, world.clock)
        parts = build.assemble(settings, world.clock)
        bot = Bot(parts, {"web", "worker"})
        if world.page:
            world.page.audit = lambda: trail(bot)
            world.page.coming = lambda: coming(bot)
            world.page.moved = parts.desk.remind
        bot.start()
        try:
            yield world, bot
        finally:
            bot.stop()


def trail(bot: Bot, limit: int = 60) -> list[Mapping[str, Any]]:
    """The newest rows of the record, for the page."""
    with bot.parts.store.read() as unit:
        refs = {each.id: each.ref for each in unit.tickets.list(limit=1000)}
        return [
            {"at": row.at, "who": row.actor, "did": row.verb, "ticket": refs.get(row.ticket_id or "", ""), **row.detail}
            for row in unit.trail(limit=limit)
        ]


def coming(bot: Bot) -> datetime | None:
    """When the next reminder comes; what is due by now is on its way first."""
    store = bot.parts.store
    with store.begin() as unit:  # a new ticket would be looked at a little later, with nothing to say of it
        unit.reminders.look_at({each.id: unit.now for each in unit.tickets.list("open", limit=1000)})
    while True:
        bot.parts.desk.remind()
        with store.read() as unit:
            if not unit.reminders.any_due():  # nothing was touched meanwhile
                return unit.reminders.coming()


def serve(port: int) -> int:
    """Runs until interrupted; prints the address of the page."""
    log_plainly(Path(os.devnull))
    over = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: over.set())
    began = time.monotonic()
    with office(page=True, port=port) as (world, _):
        assert world.page is not None
        say(f"Subjectline's sandbox is open: {world.page.url}   (ready in {time.monotonic() - began:.1f} s)")
        say("Everything in it is invented and gone when you press Ctrl-C.")
        over.wait()
        say("Closing …")
    return 0


def once(*, as_json: bool) -> int:
    """Walks an access and a deletion; 0 only when every proof held."""
    log_plainly(Path(os.devnull))
    began = time.monotonic()

    def tell(text: str) -> None:
        seconds = time.monotonic() - began
        say(json.dumps({"seconds": round(seconds, 2), "event": text}) if as_json else f"{seconds:6.2f} s  {text}")

    try:
        with office(page=False) as (world, bot):
            walk = Journeys(world, BOB.id, CEM.id, say=tell)
            proofs = {
                **access(walk, world),
                **deletion(walk, world),
                "the record is whole": bot.parts.store.verify_audit() is None,
            }
    except LostError as lost:
        tell(f"the walk got lost: {lost}")
        return 1
    for proof, held in proofs.items():
        tell(f"{'proved' if held else 'NOT PROVED'}: {proof}")
    return 0 if all(proofs.values()) else 1


def access(walk: Journeys, world: World) -> dict[str, bool]:
    """Walks an access and holds the package against the database itself."""
    package = walk.access(MARA)
    held = {name: len(rows) for name, rows in mine(world, MARA[1], shared=True).items()}
    packed = {
        Path(name).stem: len(json.loads(package.read(name))["rows"])
        for name in package.namelist()
        if name.startswith("data/") and name.endswith(".json")
    }
    return {
        "the package opens with START-HERE.html": "START-HERE.html" in package.namelist(),
        f"the package holds what the database holds ({sum(held.values())} rows)": packed == held,
        "nothing was changed by the access": world.company() == world.company_before,
    }


def deletion(walk: Journeys, world: World) -> dict[str, bool]:
    """Walks a deletion and looks into the database by itself."""
    before = world.company()
    hers = mine(world, JONAS[1])
    walk.deletion(JONAS)
    after = world.company()
    said = json.dumps(after, default=str, ensure_ascii=False).lower()
    others = {name: [row for row in rows if row not in hers.get(name, [])] for name, rows in before.items()}
    return {
        "the person's address is nowhere in the database": JONAS[1] not in said,
        "nobody else's rows were touched": all(row in after[name] for name, rows in others.items() for row in rows),
    }


def mine(world: World, address: str, *, shared: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The rows of one person, by plain looking: not by the code under proof. `shared`: also what others share."""
    rows = world.company()
    accounts = [row for row in rows["account"] if address in _addresses(row)]
    keys = {row["id"] for row in accounts}
    others = set() if shared else {row["address_id"] for row in rows["account"] if row not in accounts}
    homes = {row["address_id"] for row in accounts} - others
    invoices = {row["id"] for row in rows["invoice"] if row["account_id"] in keys}
    found = {
        name: [
            row
            for row in each
            if row in accounts
            or row.get("account_id") in keys
            or row.get("invoice_id") in invoices
            or (name == "address" and row["id"] in homes)
            or (name == "newsletter" and address in _addresses(row))
        ]
        for name, each in rows.items()
    }
    return {name: each for name, each in found.items() if each}


def _addresses(row: Mapping[str, Any]) -> set[str]:
    return {str(row.get(name) or "").strip().lower() for name in ("email", "second_email")}
