"""A world with a bot in a process of its own, which may die anywhere and is started again by whoever waits for it."""

import base64
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from bot.build import new_id
from bot.connectors.ground import reflect
from bot.sandbox.journeys import Journeys
from bot.sandbox.slack import BOB, CEM
from bot.sandbox.world import OWN, World
from bot.store import Keys, Store
from tests.faults.invariants import Evidence

TEAM = "team@klangfinger.example"
QUICK = f"""
[reminders]
working_hours = "00:00-23:59"
working_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
email = ["{TEAM}"]

[engine]
lease_s = 5
mail_timeout_s = 2
mail_settle_s = 0.5
slack_per_second = 20
slack_timeout_s = 2
slack_settle_s = 0.5
"""


class Zygote:
    """Forks bots. One for a whole test module."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.faults.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


class Mortal:
    """The bot's process: dies at the first of its crash points, and is started again with the others when found dead."""

    def __init__(self, zygote: Zygote, environment: dict[str, str], log: Path) -> None:
        self._zygote, self._environment, self._log = zygote, environment, log
        self._died = log.with_suffix(".died")
        self._pid = 0
        self.points: list[str] = []
        self.deaths: list[str] = []

    def start(self, *crash: str) -> None:
        self.points = list(crash)
        order = {"crash": self.points, "died": str(self._died), "log": str(self._log)}
        self._pid = self._zygote.ask(start=self._environment, **order)["pid"]

    def tend(self) -> None:
        """Called while people wait: a dead bot is started again, as a process manager would."""
        status = self._zygote.ask(poll=self._pid)["status"]
        if status is not None:
            assert status == signal.SIGKILL, f"the bot ended by itself ({status}):\n{self._log.read_text()[-4000:]}"
            self.deaths = self._died.read_text().split()
            self.start(*(each for each in self.points if each not in self.deaths))

    def kill(self) -> None:
        self._zygote.ask(kill=self._pid)

    def stop(self) -> int:
        """SIGTERM: nothing half done."""
        return self._zygote.ask(kill=self._pid, signal=signal.SIGTERM)["status"]


def watch_changes(path: Path) -> None:
    """From now on the company's database writes down which row was changed or deleted, whoever does it."""
    with sqlite3.connect(path) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        db.execute("CREATE TABLE sandbox_changes (place TEXT, row_key TEXT)")
        for table in tables:
            for act in ("DELETE", "UPDATE"):
                db.execute(
                    f"CREATE TRIGGER sandbox_{table}_{act} AFTER {act} ON {table} BEGIN "
                    f"INSERT INTO sandbox_changes VALUES ('{table}', OLD.rowid); END"
                )
    db.close()


def fingerprint(path: Path) -> str:
    """Of the schema as it is now: our own triggers changed it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        found = reflect(connection, None).fingerprint
    engine.dispose()
    return found


def changes(path: Path) -> list[tuple[str, str, int]]:
    with sqlite3.connect(path) as db:
        found = db.execute("SELECT place, row_key, count(*) FROM sandbox_changes GROUP BY place, row_key").fetchall()
    db.close()
    return found


@contextmanager
def staged(
    folder: Path, zygote: Zygote, database_url: str, *, vendors: bool = False
) -> Iterator[tuple[World, Mortal, Journeys]]:
    """World, bot and people; with the services of others, files and old mails, or without. The bot is not started."""
    with World(folder, vendors=vendors, papers=vendors) as world:
        world.slack.tiers = False
        world.slack.post_every_s = 0.0
        text = (folder / "subjectline.toml").read_text()
        text = re.sub(r"^\[engine\][^\[]*", "", text, flags=re.MULTILINE)
        text = re.sub(r"^(kind = \"database\")$", r"\1\nstatement_s = 1", text, flags=re.MULTILINE)
        text = re.sub(r"^(kind = \"(?:files|mailbox|mailchimp|zoho)\")$", r"\1\ntimeout_s = 3", text, flags=re.MULTILINE)
        text = re.sub(r"^(kind = \"zoho\")$", r"\1\nsettle_s = 1", text, flags=re.MULTILINE)
        watch_changes(world.company_path)
        text = re.sub(
            r"^fingerprint = .*$", f'fingerprint = "{fingerprint(world.company_path)}"', text, flags=re.MULTILINE
        )
        (folder / "subjectline.toml").write_text(QUICK + text)
        environment = {
            **world.environment(),
            "DATABASE_URL": database_url,
            "SUBJECTLINE_CLOCK": str(world.clock.path),
            "PATH": os.environ["PATH"],
        }
        mortal = Mortal(zygote, environment, folder / "bot.log")
        walk = Journeys(world, BOB.id, CEM.id, tend=mortal.tend, patience_s=60)
        try:
            yield world, mortal, walk
        finally:
            mortal.kill()


def evidence(world: World, walk: Journeys, database_url: str) -> Evidence:
    """What the world saw, beside the bot's own record."""
    keys = Keys(base64.b64decode(world.environment()["SUBJECTLINE_KEY"]))
    return Evidence(
        store=Store(database_url, keys, world.clock, new_id),
        slack=world.slack,
        letters=[each.content for each in world.smtp.received if not {OWN, TEAM} & set(each.recipients)],
        team_mail=[each.content for each in world.smtp.received if TEAM in each.recipients],
        accepted=walk.mails,
        changes=changes(world.company_path),
        data=Path(world.environment()["SUBJECTLINE_DATA"]),
        canaries=walk.names,
        settled=walk.repeated,
    )
