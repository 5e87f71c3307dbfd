"""A process that is there to be killed: the engine, erasing at a far side until nothing is left to do.

`python -m tests.faults.eraser URL PORT` imports everything once and then forks a child for each line it reads (a JSON
object of `Settings`), prints the child's pid, waits for its end, and prints how it ended.
"""

import json
import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.engine import Engine, Job, Kind, Limit
from bot.errors import Temporary, Unclear
from bot.store import AWAY, Keys, Store, Unit
from bot.store.schema import work
from bot.workflow import NotSeen, Seen
from tests.fixtures.store import SECRET


@dataclass(frozen=True)
class Settings:
    lease_s: float = 1.0
    timeout_s: float = 0.8
    settle_s: float = 0.8


def erase_kind(port: int, engine: Engine, settings: Settings) -> Kind:
    """Erase at the far side; after it, a proof is due and the record says so."""

    def ask(*words: object) -> int:
        try:
            connection = socket.create_connection(("127.0.0.1", port), settings.timeout_s)
        except OSError:
            raise Temporary("nobody there") from None
        try:
            with connection:
                connection.sendall((" ".join(map(str, words)) + "\n").encode())
                return int(connection.makefile().read())
        except (OSError, ValueError):
            raise Unclear("cut") from None

    def call(job: Job) -> Mapping[str, int]:
        return {"rows": ask("erase", job.key, job.args["delay_ms"])}

    def probe(job: Job) -> Seen | NotSeen:
        count = ask("seen", job.key)
        return Seen({"rows": count}) if count else NotSeen()

    def after(unit: Unit, job: Job, _: object) -> None:
        unit.audit("bot", "erased", key=job.key)
        engine.put(unit, "prove", f"{job.key}:prove", {})

    return Kind("erase", call, after, probe, timeout_s=settings.timeout_s, settle_s=settings.settle_s)


def new_engine(store: Store, port: int, settings: Settings, owner: str | None = None) -> Engine:
    engine = Engine(store, now, owner, lease_s=settings.lease_s, slots=4, limits={"far": Limit(in_flight=3)})
    engine.register(erase_kind(port, engine, settings))
    engine.register(Kind("prove", lambda _: {}, harmless=True))
    return engine


def new_store(url: str) -> Store:
    return Store(url, Keys(SECRET), now, lambda: uuid.uuid4().hex)


def now() -> datetime:
    return datetime.now(UTC)


def left(store: Store) -> int:
    """How many pieces of work have no end yet."""
    with store.read() as unit:
        ask = select(func.count()).where(work.c.state.in_(["ready", "running", "waiting"]))
        return unit.connection.scalar(ask) or 0


def keep_leases(engine: Engine, settings: Settings, over: threading.Event) -> None:
    """What the clock does in the whole bot."""
    while not over.wait(settings.lease_s / 3):
        try:
            engine.renew()
        except AWAY:
            continue


def _child(url: str, port: int, settings: Settings) -> None:
    store = new_store(url)
    engine = new_engine(store, port, settings)
    if store.exclusive():
        engine.recover()
    engine.start()
    over = threading.Event()
    threading.Thread(target=keep_leases, args=(engine, settings, over), daemon=True).start()
    while left(store):
        time.sleep(0.05)
    over.set()
    engine.stop(5)
    store.close()


def _main(url: str, port: int) -> None:
    for line in sys.stdin:
        settings = Settings(**json.loads(line))
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                _child(url, port, settings)
                status = 0
            finally:
                os._exit(status)
        print(pid, flush=True)
        print(os.waitpid(pid, 0)[1], flush=True)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
