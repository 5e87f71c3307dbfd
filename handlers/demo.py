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
from bot.sandbox import company, proofs
from bot.sandbox.journeys import Journeys
from bot.sandbox.slack import BOB, CEM
from bot.sandbox.walk import LostError
from bot.sandbox.world import World
from handlers.printing import say
from handlers.run import Bot, log_plainly

MARA = ("Mara Lindt", company.MARA)
JONAS = ("Jonas Altherr", company.JONAS)  # stands in the database in capital letters
NEW_NAME = "Altherr-Frei"
QUICK = """
[engine]
slack_per_second = 20
"""  # nobody watches: a card need not wait a second between two drawings


@contextmanager
def office(*, page: bool, port: int = 0, quick: bool = False) -> Iterator[tuple[World, Bot]]:
    """A world with the unchanged bot at work in it. Its files are gone afterwards. `quick`: Slack has no limits."""
    with (
        tempfile.TemporaryDirectory(prefix="subjectline-demo-") as folder,
        World(Path(folder), page=page, port=port, vendors=True, papers=True) as world,
    ):
        if quick:
            world.slack.tiers, world.slack.post_every_s = False, 0.0
            with (world.folder / "subjectline.toml").open("a", encoding="utf-8") as file:
                file.write(QUICK)
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
    """Walks every right over every system; 0 only when each proof held."""
    log_plainly(Path(os.devnull))
    began = time.monotonic()

    def tell(text: str) -> None:
        seconds = time.monotonic() - began
        say(json.dumps({"seconds": round(seconds, 2), "event": text}) if as_json else f"{seconds:6.2f} s  {text}")

    found: dict[str, bool] = {}
    try:
        with office(page=False, quick=True) as (world, bot):
            walk = Journeys(world, BOB.id, CEM.id, say=tell, hands=lambda right, who: by_hand(world, right, who))
            for right, verdict in rights(walk, world):
                found |= {f"{right} · {system}": held for system, held in verdict.items()}
            found["the record is whole"] = bot.parts.store.verify_audit() is None
    except LostError as lost:
        tell(f"the walk got lost: {lost}")
        return 1
    for proof, held in found.items():
        tell(f"{'proved' if held else 'NOT PROVED'}: {proof}")
    return 0 if all(found.values()) else 1


def by_hand(world: World, right: str, address: str) -> None:
    """What people are asked to take out by hand they take out; what they are asked to look at they only look at."""
    if right == "deletion":
        world.by_hand(address)


def rights(walk: Journeys, world: World) -> Iterator[tuple[str, proofs.Verdict]]:
    """Every right walked, one after the other, each with what plain looking found in each system."""
    before = world.held()
    yield "access", proofs.copied(walk.access(MARA), before, MARA[1])
    yield "portability", proofs.given(walk.portability(MARA), before, MARA[1])
    before = world.held()
    walk.objection(MARA)
    yield "objection", proofs.silenced(before, world.held(), MARA[1])
    before = world.held()
    ref = walk.restriction(JONAS)
    yield "restriction", proofs.restricted(before, world.held(), JONAS[1])
    walk.lifting(ref, JONAS)
    yield "its end", proofs.lifted(before, world.held(), JONAS[1])
    before = world.held()
    walk.correction(JONAS, {"last_name": NEW_NAME})
    yield "correction", proofs.corrected(before, world.held(), JONAS[1], NEW_NAME)
    before = world.held()
    walk.deletion(MARA)
    yield "deletion", proofs.deleted(world, before, MARA[1])
