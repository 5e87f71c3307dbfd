"""Copies through the whole house: over slow systems side by side, of one person who has very much, of fifty at once."""

import json
import os
import re
import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import httpx
import psutil

from bot.build import new_id
from bot.connectors import Found, Table
from bot.desk import Desk
from bot.engine import Engine, Limit
from bot.law import Right
from bot.package import Packer
from bot.sandbox import company
from bot.sandbox.slack import BOB
from bot.sandbox.walk import Walk
from bot.sandbox.world import World
from bot.settings.sections import EngineRoom
from bot.store import Keys, Store, Unit
from bot.tickets import Actor, Request, State
from tests.bench.figures import running, spread, until
from tests.bot.desk.office import ANN, HUGO, Stage
from tests.fakes import FakeSystem
from tests.fixtures.dovecot import Dovecot, Mailbox
from tests.fixtures.store import SECRET, migrate

SLOW_S = 0.3
ROWS, MAILS, FILES = 10_000, 2_000, 500
AT_ONCE = 50


# -- slow systems side by side


class Slow(FakeSystem):
    """A system whose copy takes 300 ms."""

    timeout_s = 30.0

    def export(self, person: Found) -> list[Table]:
        time.sleep(SLOW_S)
        return super().export(person)


def side_by_side(folder: Path) -> dict[str, Any]:
    """The run of an access over 5 and over 10 systems of 300 ms each: from its first row to its last, by the engine."""
    found: dict[str, Any] = {}
    for count in (1, 5, 10):
        taken = [_run_s(folder / f"{count}-{number}", count) for number in range(5)]
        found[f"n{count}_s"] = round(statistics.median(taken), 3)
        found[f"n{count}_ratio"] = round(statistics.median(taken) / SLOW_S, 2)
    return {
        **found, "load": load(), "against": "the slowest system alone (0.3 s)", "target": "≤ 1.3 for 5 and 10",
        "met": max(found["n5_ratio"], found["n10_ratio"]) <= 1.3,
    }  # fmt: skip


def _run_s(folder: Path, count: int) -> float:
    """Seconds from the moment the steps stand in the database to the moment all of them are done."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'subjectline.sqlite'}"
    migrate(url)
    with closing(Store(url, Keys(SECRET), lambda: datetime.now(UTC), new_id)) as book:
        stage = Stage(book, book.clock, new_id)
        moments: dict[str, float] = {}
        engine = Engine(book, book.clock, slots=EngineRoom().slots, limits={"card": Limit(1, 1), "mail": Limit(2)})
        desk = Watched(**{
            **{each.name: getattr(stage.desk, each.name) for each in fields(stage.desk)},
            "engine": engine, "packer": Packer(folder / "data"),
            "systems": {f"s{number}": Slow(f"s{number}", {"person:1": (ANN, 3)}) for number in range(count)},
        })  # fmt: skip
        stage.desk, desk.moments[0] = desk, moments
        for kind in desk.kinds():
            engine.register(kind)
        engine.start()
        try:
            ticket_id = stage.mail()
            assert ticket_id
            desk.choose(HUGO, new_id(), ticket_id, Right.ACCESS)
            until(lambda: any("1234 5678" in text for text in stage.postman.texts()), 20)
            stage.reply("The code is 1234 5678.")
            until(lambda: stage.request(ticket_id, Right.ACCESS).state == State.DONE, 30, 0.05)
        finally:
            engine.stop()
    return moments["prove"] - moments["run"]


class Watched(Desk):
    """The desk, and the moments of its moves."""

    moments: ClassVar[list[dict[str, float]]] = [{}]

    def _move(self, unit: Unit, request: Request, verb: str, actor: Actor, **columns: Any) -> Request:
        moved = super()._move(unit, request, verb, actor, **columns)
        self.moments[0][verb] = time.perf_counter()
        return moved


def load() -> float:
    """What else the machine was doing."""
    return round(os.getloadavg()[0], 1)
