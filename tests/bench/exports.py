"""Copies through the whole house: over slow systems side by side, of one person who has very much, of fifty at once."""

import json
import os
import re
import shutil
import sqlite3
import statistics
import threading
import time
import zipfile
from contextlib import closing, suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Self

import httpx
import psutil

from bot.build import new_id
from bot.connectors import Found, Table
from bot.desk import Desk
from bot.drafts import LETTERS
from bot.engine import Engine, Limit
from bot.law import Right
from bot.package import Packer
from bot.sandbox.company import MARA
from bot.sandbox.letters import Letter
from bot.sandbox.mailchimp.seeds import RELEASES
from bot.sandbox.slack import BOB
from bot.sandbox.walk import SUBJECTS, Walk
from bot.sandbox.world import OWN, World
from bot.settings.sections import EngineRoom
from bot.store import Keys, Store, Unit
from bot.tickets import Actor, Request, State
from tests.bench.figures import let_go, running, until
from tests.bot.connectors.mailbox.box import mail
from tests.bot.desk.office import ANN, HUGO, Stage
from tests.fakes import FakeSystem
from tests.fixtures.dovecot import Dovecot
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
        stage = Stage(book, book.clock, new_id, house={"release_at_once": frozenset(LETTERS)})
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


# -- one person who has very much


def big_export(folder: Path) -> dict[str, Any]:
    """A person with 10,000 rows, 2,000 mails and 500 files, two of them large, from the mail to the download.

    The bot is a fresh process; its peak is the kernel's, that of its children looked at every 20 ms.
    """
    dovecot = Dovecot()
    dovecot.start()
    try:
        box = dovecot.mailbox()
        letters = [mail(each, sender=MARA, to=OWN, body=("z" * 70 + "\r\n") * 40) for each in range(MAILS - 1)]
        box.fill([*letters, mail(MAILS, sender=MARA, to=OWN, body=("y" * 70 + "\r\n") * 200_000)])
        with World(folder / "world", papers=True) as world:
            world.slack.tiers = False
            _much(world)
            with running(world, ARCHIVE_URL=box.url) as process, Memory(process.pid) as memory:
                until(lambda: world.slack.sockets.open, 60)
                memory.rest()
                found = _fetched(world)
            found |= memory.above()
    finally:
        dovecot.stop()
    whole = found["files"] >= MAILS + FILES and found["rows"] >= ROWS
    return {
        **found, "load": load(), "against": "the same process idle", "target": "≤ 100 MB above idle, children included",
        "met": whole and found["above_idle_mb"] <= 100,
    }  # fmt: skip


# -- fifty at once


def fifty_at_once(folder: Path) -> dict[str, Any]:
    """50 people confirm who they are in the same moment; each is known to all five systems. To the last answer sent."""
    with World(folder, vendors=True, papers=True) as world:
        world.slack.tiers = False
        world.slack.post_every_s = 0.0
        file = folder / "subjectline.toml"
        file.write_text("[engine]\nslack_per_second = 100\n" + _by_itself(file.read_text()))
        let_go(file)
        people = {f"person{number}@example.com": number for number in range(101, 101 + AT_ONCE)}
        for address, number in people.items():
            _known(world, address, number)
        with running(world) as process, Memory(process.pid) as memory:
            until(lambda: world.slack.sockets.open, 60)
            memory.rest()
            for address, number in people.items():
                world.write(address, f"P {number}", "Data Protection Enquiry", "Which data do you hold about me?")
            until(lambda: len(world.slack.messages()) >= AT_ONCE, 120, 0.1)
            for each in world.slack.messages():
                world.slack.click(BOB.id, each["ts"], "choose:access", wait=False)
            codes = until(lambda: _letters(world, "identity_code", AT_ONCE), 240, 0.5)
            began = time.monotonic()
            for letter in codes:
                world.reply(letter, f"The code is {letter.code}.")
            answers = until(lambda: _letters(world, "access_answer", AT_ONCE), 300, 0.5)
            took = time.monotonic() - began
        found = memory.above()
    whole = {each.to for each in answers} == set(people)
    peak = found["bot_peak_mb"] + found["children_peak_mb"]
    return {
        "requests_per_minute": round(60 * AT_ONCE / took, 1), "s": round(took, 1), "systems": 5, **found,
        "peak_mb": round(peak, 1), "load": load(), "against": "512 MB, which no process of the bot may pass",
        "target": "all answered, ≤ 512 MB with all children", "met": whole and peak <= 512,
    }  # fmt: skip


def _letters(world: World, kind: str, count: int) -> list[Letter]:
    found = [each for each in world.letters() if each.subject.startswith(SUBJECTS[kind])]
    return found if len(found) >= count else []


def _known(world: World, address: str, number: int) -> None:
    """An account with an order, a contact in both services, a folder, a mail."""
    assert world.zoho
    assert world.mailchimp
    with closing(sqlite3.connect(world.company_path)) as database, database:
        names = [row[1] for row in database.execute("PRAGMA table_info(account)")]
        given = {"id": number, "email": f"'{address}'", "second_email": "NULL", "photo": "NULL"}
        values = ", ".join(str(given.get(name, name)) for name in names)
        database.execute(f"INSERT INTO account SELECT {values} FROM account WHERE id = 7")
        database.execute(
            "INSERT INTO login_log (account_id, at, ip, browser, succeeded) "
            f"SELECT {number}, at, ip, browser, succeeded FROM login_log LIMIT 20"
        )
    world.zoho.book.add("Beta_Testers", Name=f"P {number}", Email=address)  # nothing in it is hidden from programs
    audience = world.mailchimp.account.audiences[RELEASES]
    audience.add({"email_address": address, "status": "subscribed", "merge_fields": {"FNAME": "P"}}, skip=True)
    folder = world.share_path / "customers" / f"K{number:05d} P"
    folder.mkdir()
    (folder / "welcome.txt").write_text("Welcome!")
    with world.imap.client() as client:
        client.append("Archive", mail(number, sender=address, to=OWN))


def _much(world: World) -> None:
    """Mara has been here for long; her mails lie on another server than the enquiries."""
    text = _by_itself((world.folder / "subjectline.toml").read_text())
    text = text.replace('url_env = "IMAP_URL"', 'url_env = "ARCHIVE_URL"\ntimeout_s = 600')
    (world.folder / "subjectline.toml").write_text(re.sub(r"^roles = \{.*$", "roles = {}", text, flags=re.MULTILINE))
    with closing(sqlite3.connect(world.company_path)) as database, database:
        database.execute(
            "INSERT INTO login_log (id, account_id, at, ip, browser, succeeded) WITH RECURSIVE n(i) AS (SELECT 100000 "
            f"UNION ALL SELECT i + 1 FROM n WHERE i < {100_000 + ROWS - 1}) SELECT i, 1, at, ip, browser, succeeded "
            "FROM n, (SELECT at, ip, browser, succeeded FROM login_log LIMIT 1)"
        )
    shutil.rmtree(world.share_path)  # with what people would have to look at first
    hers = world.share_path / "customers" / "K00001 Lindt"
    hers.mkdir(parents=True)
    for number in range(FILES - 1):
        (hers / f"{number}.jpg").write_bytes(os.urandom(50_000))
    with (hers / "film.bin").open("wb") as film:
        for _ in range(128):
            film.write(os.urandom(1 << 20))


def _by_itself(configuration: str) -> str:
    """Without the places only people can look into: nobody waits for them here."""
    blocks = re.split(r"^(?=\[\[connectors\]\])", configuration, flags=re.MULTILINE)
    return "".join(each for each in blocks if 'kind = "manual"' not in each)


def _fetched(world: World) -> dict[str, Any]:
    """What is in her package, and how long it took."""
    walk = Walk(world, BOB.id, BOB.id, patience_s=300)
    her = ("Mara Lindt", MARA)
    walk.write(her, "Data Protection Enquiry", "Which data do you hold about me?")
    ref = walk.new_card()
    began = time.monotonic()
    walk.press(BOB.id, ref, "choose:access")
    walk.confirm(her)
    letter = walk.letter(her, "access_answer")
    packed = time.monotonic() - began
    path = world.folder / "package.zip"
    link = next(each for each in letter.links if "/p/" in each)
    httpx.post(link, data={"address": MARA}, timeout=60)
    code = walk.letter(her, "download_code").code or ""
    began = time.monotonic()
    with httpx.stream("POST", link, data={"address": MARA, "code": code}, timeout=60) as answer, path.open("wb") as file:
        for piece in answer.iter_bytes():
            file.write(piece)
    loaded = time.monotonic() - began
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        rows = len(json.loads(archive.read("data/server/login_log.json"))["rows"])
    return {
        "rows": rows, "files": sum(name.startswith("files/") for name in names),
        "zip_mb": round(path.stat().st_size / 1e6, 1), "to_letter_s": round(packed, 1), "download_s": round(loaded, 1),
    }  # fmt: skip


class Memory:
    """The memory of a process and its children, from `rest` on."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._idle = {"bot": 0.0, "all": 0.0}
        self._children = 0.0
        self._peak = 0.0

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._peak = _kernels(self._process.pid, "VmHWM")
        self._over.set()
        self._looking.join()

    def rest(self, seconds: float = 3.0) -> None:
        """It idles now; from here on the peak counts."""
        time.sleep(seconds)
        bot = _kernels(self._process.pid, "VmRSS")
        self._idle = {"bot": bot, "all": bot + self._of_children()}
        self._children = 0.0
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")  # the kernel's peak begins anew

    def above(self) -> dict[str, float]:
        """In MB. The peaks of process and children are added, whether or not they came at the same time."""
        peak = self._peak + self._children
        return {
            "idle_mb": round(self._idle["all"], 1), "bot_peak_mb": round(self._peak, 1),
            "children_peak_mb": round(self._children, 1), "above_idle_mb": round(peak - self._idle["all"], 1),
        }  # fmt: skip

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self._children = max(self._children, self._of_children())

    def _of_children(self) -> float:
        total = 0.0
        with suppress(psutil.Error):
            for each in self._process.children(recursive=True):
                with suppress(psutil.Error):
                    total += each.memory_info().rss / 1e6
        return total


def _kernels(pid: int, name: str) -> float:
    """MB, as the kernel counts them."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024 / 1e6


def load() -> float:
    """What else the machine was doing."""
    return round(os.getloadavg()[0], 1)
