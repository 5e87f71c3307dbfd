"""The engine under kill -9, SIGSTOP and a far side slower than the bot: nothing lost, nothing erased twice."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select, text

from bot.engine import rows
from bot.store import Store
from bot.store.schema import action, work
from tests.faults.eraser import Settings, left, new_engine, new_store
from tests.faults.far_side import Erasures
from tests.fixtures import postgres
from tests.fixtures.store import migrate, postgres_url

LONG = os.environ.get("SUBJECTLINE_FAULTS") == "long"
KILLS, ERASURES = (50, 200) if LONG else (15, 60)
SEED = int(os.environ.get("SUBJECTLINE_SEED", "20261123"))

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


class FarSide:
    """The far side's process, and what it did."""

    def __init__(self, file: Path) -> None:
        self.erasures = Erasures(file)
        self.process = _python("tests.faults.far_side", str(file))
        self.port = int(self.line())

    def erased(self) -> dict[str, int]:
        """Key → how often, once the far side is at rest: a second erasure may still be under way."""
        _until(lambda: self.erasures.counts("begun") == self.erasures.counts())
        return self.erasures.counts()

    def line(self) -> str:
        """The next line it says: an erasure has begun. Waits for it."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


class Nursery:
    """Where erasers come from: each one starts in milliseconds, and may be killed."""

    def __init__(self, url: str, port: int) -> None:
        self.process = _python("tests.faults.eraser", url, str(port))

    def start(self, settings: Settings) -> int:
        """A new eraser is at work; its pid."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asdict(settings)) + "\n")
        self.process.stdin.flush()
        return self._number()

    def ended(self) -> int:
        """How the eraser ended; waits for it. 0: nothing was left to do."""
        return self._number()

    def close(self) -> None:
        """Nobody is left behind."""
        for child in psutil.Process(self.process.pid).children():
            child.kill()

    def _number(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


def _python(module: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", module, *words], cwd=Path(__file__).parents[2], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip


@contextmanager
def _over(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.communicate()


class World:
    """One database, one far side, and as many erasers as a story needs."""

    def __init__(self, url: str, folder: Path, stack: ExitStack) -> None:
        self._stack = stack
        self.url = url
        self.far = FarSide(folder / "far_side.sqlite")
        stack.enter_context(_over(self.far.process))
        self.store: Store = new_store(url)
        stack.callback(self.store.close)

    def nursery(self) -> Nursery:
        made = Nursery(self.url, self.far.port)
        self._stack.enter_context(_over(made.process))
        self._stack.callback(made.close)
        return made

    def put(self, delays_ms: list[int]) -> list[str]:
        engine = new_engine(self.store, self.far.port, Settings(), "test")
        keys = [f"erase-{number:03d}" for number in range(len(delays_ms))]
        with self.store.begin() as unit:
            for key, delay_ms in zip(keys, delays_ms, strict=True):
                engine.put(unit, "erase", key, {"delay_ms": delay_ms}, lane="far")
        return keys

    def check(self, keys: list[str]) -> None:
        """Each erased once and only once, each row in its end, each proof put once and done, each audited once."""
        assert self.far.erased() == dict.fromkeys(keys, 1)
        with self.store.read() as unit:
            states = {row.key: row.state for row in unit.connection.execute(select(work))}
            acts = {row.key: row.state for row in unit.connection.execute(select(action))}
            record = [row.verb for row in unit.trail()]
        assert states == dict.fromkeys([*keys, *(f"{key}:prove" for key in keys)], "done")
        assert acts == dict.fromkeys(keys, "done")
        assert record.count("erased") == len(keys)
        assert self.store.verify_audit() is None


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(database_url, tmp_path, stack)


class MortalServer:
    """A PostgreSQL nobody else uses, to be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._files = folder / "data"
        self.server = postgres.server(self._files)

    def kill(self) -> None:
        """The postmaster is gone at once; what it had acknowledged is in its files."""
        _kill(self.server.pid)

    def start(self) -> None:
        """It runs again, as soon as the last of its old processes has noticed."""
        (self._files / "postmaster.pid").unlink()  # of a process that may still be a zombie
        for _ in range(50):
            with suppress(subprocess.SubprocessError):
                return self.server._running.start()
            threading.Event().wait(0.1)
        pytest.fail("PostgreSQL does not start again")


@pytest.fixture
def mortal() -> Iterator[MortalServer]:
    folder = Path(tempfile.mkdtemp(prefix="subjectline-mortal-"))
    made = MortalServer(folder)
    try:
        yield made
    finally:
        with suppress(OSError):
            made.server._running._cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _until(says: Callable[[], bool]) -> None:
    """Waits for what another process is about to do; fails after a minute."""
    ends, pause = time.monotonic() + 60, threading.Event()
    while not says():
        assert time.monotonic() < ends
        pause.wait(0.05)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_killed_at_random_moments(world: World) -> None:
    """kill -9 again and again while erasures are under way; the last one finishes. None lost, none erased twice."""
    chance = random.Random(SEED)
    keys = world.put([chance.choice((5, 50, 150, 500)) for _ in range(ERASURES)])
    nursery = world.nursery()
    back_at_work = killed_again_and_again(world, nursery, chance)
    started = time.time()
    nursery.start(Settings())
    assert nursery.ended() == 0
    world.check(keys)
    back_at_work += [at - started for at in world.far.erasures.moments("begun") if at > started][
        :1
    ]  # on a busy machine the only one
    back_at_work.sort()
    assert back_at_work[len(back_at_work) // 2] < 10


def killed_again_and_again(world: World, nursery: Nursery, chance: random.Random) -> list[float]:
    """Seconds from each start to its first act, of those who lived to see one."""
    found = []
    for _ in range(KILLS):
        started = time.time()
        pid = nursery.start(Settings())
        threading.Event().wait(chance.uniform(0.0, 0.35))
        _kill(pid)
        assert nursery.ended() in {signal.SIGKILL, 0}
        found += [at - started for at in world.far.erasures.moments("begun") if at > started][:1]
    return found


def _killed_in_a_call(world: World, nursery: Nursery, settings: Settings) -> None:
    pid = nursery.start(settings)
    world.far.line()
    _kill(pid)
    assert nursery.ended() == signal.SIGKILL


def test_slow_far_side(world: World) -> None:
    """Killed while the far side works on: the next process waits for the settling time, looks, and sees it done."""
    settings = Settings(lease_s=0.3, timeout_s=0.3, settle_s=1.5)
    keys, nursery = world.put([1000]), world.nursery()
    _killed_in_a_call(world, nursery, settings)
    nursery.start(settings)
    assert nursery.ended() == 0
    world.check(keys)


def test_without_settling_it_would_happen_twice(world: World) -> None:
    """The same, believing the probe at once: called again. So the settling time is needed, and we would notice."""
    settings = Settings(lease_s=0.3, timeout_s=0.3, settle_s=0.0)
    keys, nursery = world.put([5000]), world.nursery()
    _killed_in_a_call(world, nursery, settings)
    nursery.start(settings)
    assert world.far.line() == keys[0]


def test_frozen_and_thawed(world: World) -> None:
    """SIGSTOP in the middle of its calls until every lease has run out; on PostgreSQL another takes over meanwhile.
    Thawed, the old owner is not heard, goes on with what is left, and nothing is erased twice.
    """  # fmt: skip
    keys = world.put([400] * 20)
    pid = world.nursery().start(Settings())
    try:
        _until(lambda: _frozen(world, pid))
        _until(lambda: not _leases(world.store))
        if world.store.dialect == "postgresql":
            second = world.nursery()
            second.start(Settings())
            assert second.ended() == 0
    finally:
        os.kill(pid, signal.SIGCONT)
    _until(lambda: not left(world.store))
    world.check(keys)


def _frozen(world: World, pid: int) -> bool:
    """Whether it is frozen at a moment that is fair: all it may call at once is at the far side, so no call is about to
    be sent (only a key at the far side helps there), and no transaction is open (PostgreSQL would have to end it).
    """  # fmt: skip
    os.kill(pid, signal.SIGSTOP)
    under_way = len(world.far.erasures.moments("begun")) - len(world.far.erasures.moments("erased"))
    if under_way == 3 and not _in_a_transaction(world.store):
        return True
    os.kill(pid, signal.SIGCONT)
    return False


def _in_a_transaction(store: Store) -> bool:
    if store.dialect == "sqlite":
        return False
    with store.read() as unit:
        ask = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%'"
        return bool(unit.connection.scalar(text(ask)))


def _leases(store: Store) -> int:
    with store.read() as unit:
        alive = select(work.c.key).where(work.c.state == "running", work.c.lease_until >= rows.now(unit))
        return len(unit.connection.execute(alive).all())


@pytest.mark.postgres
def test_two_processes_one_killed(tmp_path: Path) -> None:
    """Two processes share the work on PostgreSQL; one is killed; the other finishes everything by itself."""
    with ExitStack() as stack:
        world = World(stack.enter_context(postgres_url()), tmp_path, stack)
        keys = world.put([100] * 40)
        first, second = world.nursery(), world.nursery()
        pid = first.start(Settings())
        second.start(Settings())
        for _ in range(10):
            world.far.line()
        _kill(pid)
        assert first.ended() == signal.SIGKILL
        assert second.ended() == 0
        world.check(keys)


@pytest.mark.postgres
def test_database_killed(mortal: MortalServer, tmp_path: Path) -> None:
    """PostgreSQL itself is killed in the middle and comes back: known answers were kept, nothing is done twice."""
    template = mortal.server.template(migrate)
    with mortal.server.database(template) as url, ExitStack() as stack:
        with psycopg.connect(url, autocommit=True) as admin:  # what it acknowledges must survive
            admin.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = on").format(
                sql.Identifier(admin.info.dbname)))  # fmt: skip
        world = World(url, tmp_path, stack)
        keys = world.put([100] * 30)
        engine = new_engine(world.store, world.far.port, Settings(timeout_s=5, settle_s=1))
        stack.callback(engine.stop, 2)
        engine.start()
        for _ in range(5 if LONG else 2):
            for _ in range(5):
                world.far.line()
            mortal.kill()
            threading.Event().wait(0.3)  # calls come back meanwhile, and nobody can write it down
            mortal.start()
        _until(lambda: not left(world.store))
        world.check(keys)
