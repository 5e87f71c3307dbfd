"""The engine: one piece of work, one effect, whatever happens in between."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update
from sqlalchemy.exc import OperationalError

import bot.engine
import bot.engine.attempt
from bot.engine import Engine, Job, Kind, Limit
from bot.engine.attempt import PATIENCE, POISON
from bot.errors import NotAllowed, Refused, Temporary, Unclear, Unsupported
from bot.store import Store, Unit
from bot.store.schema import action, lane, work
from bot.workflow import NotSeen, Seen
from tests.fixtures.store import Clock, opened

DAY = 86_400.0


class FarSide:
    """A system that does what it is told, and answers what the test says: a result, or an error to be raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[Job] = []
        self.looks: list[Job] = []
        self.followed: list[tuple[str, dict[str, Any]]] = []
        self.told: list[tuple[str, str, str]] = []
        self.shows: Any = None  # what a probe answers
        self.begun = threading.Event()
        self.lock = threading.Lock()

    def call(self, job: Job) -> Any:
        with self.lock:
            self.calls.append(job)
            answer = self.answers.pop(0) if self.answers else {"rows": 1}
        self.begun.set()
        return _answer(answer, job)

    def probe(self, job: Job) -> Any:
        self.looks.append(job)
        return _answer(self.shows, job)

    def after(self, unit: Unit, job: Job, result: Any) -> None:
        self.followed.append((job.key, dict(result)))

    def failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        self.told.append((job.key, state, error))

    def kind(self, name: str = "erase", **more: Any) -> Kind:
        return Kind(name, **{"call": self.call, "after": self.after, "probe": self.probe, "failed": self.failed,
                             "timeout_s": 20.0, "settle_s": 20.0} | more)  # fmt: skip


def _answer(answer: Any, job: Job) -> Any:
    if callable(answer):
        return answer(job)
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture
def far() -> FarSide:
    return FarSide()


@pytest.fixture
def engine(store: Store, clock: Clock) -> Engine:
    return Engine(store, clock, "one")


def put(store: Store, engine: Engine, key: str = "a", kind: str = "erase", **more: Any) -> bool:
    with store.begin() as unit:
        return engine.put(unit, kind, key, {"request": "r1"}, **more)


def row(store: Store, key: str = "a") -> Row[Any]:
    with store.read() as unit:
        return unit.connection.execute(select(work).where(work.c.key == key)).one()


def ledger(store: Store, key: str = "a") -> Row[Any] | None:
    with store.read() as unit:
        return unit.connection.execute(select(action).where(action.c.key == key)).one_or_none()


def lease_runs_out(store: Store) -> None:
    with store.begin() as unit:
        unit.connection.execute(update(work).where(work.c.state == "running").values(lease_until=1))


def time_passes(store: Store, clock: Clock, seconds: float) -> None:
    """By both clocks: the one on the wall, and the database's, for which every act was begun that much earlier."""
    clock.forward(seconds=seconds)
    with store.begin() as unit:
        unit.connection.execute(update(action).values(started=action.c.started - round(seconds * 1000)))


@contextmanager
def running(*engines: Engine) -> Iterator[None]:
    for each in engines:
        each.start()
    try:
        yield
    finally:
        for each in engines:
            each.stop(2)


def eventually(says: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits for what another thread is about to write; fails after so many seconds."""
    pause = threading.Event()
    for _ in range(round(seconds / 0.01)):
        if says():
            return
        pause.wait(0.01)
    pytest.fail("it did not come to pass")


def dies(_: Job) -> Any:
    raise KeyboardInterrupt  # takes the thread with it, as a kill takes the process: nothing is written down any more


# -- the road


def test_done_once(store: Store, engine: Engine, far: FarSide) -> None:
    """Work that is put is carried out, its outcome stands in both tables, and what follows was told the result."""
    engine.register(far.kind())
    assert put(store, engine, ticket_id="t1")
    assert engine.step() == 1
    assert engine.step() == 0
    done, known = row(store), ledger(store)
    assert (done.state, done.owner, done.lease_until, done.error, done.tries) == ("done", None, None, None, 1)
    assert done.done_at is not None
    assert known is not None
    assert (known.state, known.result, known.ticket_id, known.tries) == ("done", {"rows": 1}, "t1", 1)
    assert known.finished >= known.started
    assert far.followed == [("a", {"rows": 1})]
    assert [(job.args, job.tries, job.fence) for job in far.calls] == [({"request": "r1"}, 1, 1)]


def test_put_is_insert_first(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """The same key a second time changes nothing, not even after it is done."""
    engine.register(far.kind())
    assert put(store, engine)
    assert not put(store, engine, run_at=clock() + timedelta(days=1))
    engine.step()
    assert not put(store, engine)
    assert engine.step() == 0
    assert len(far.calls) == 1


def test_nothing_is_put_by_a_transaction_that_fails(store: Store, engine: Engine, far: FarSide) -> None:
    """Work stands with what it belongs to, or not at all."""
    engine.register(far.kind())

    def fails() -> None:
        with store.begin() as unit:
            engine.put(unit, "erase", "a", {})
            raise NotAllowed("no")

    with pytest.raises(NotAllowed):
        fails()
    assert engine.step() == 0


def test_begun_when_its_time_has_come(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """`run_at` is a moment of the injected clock."""
    engine.register(far.kind())
    put(store, engine, run_at=clock() + timedelta(hours=48))
    assert engine.step() == 0
    clock.forward(hours=48)
    assert engine.step() == 1


def test_an_engine_leaves_alone_what_it_does_not_know(store: Store, engine: Engine, far: FarSide) -> None:
    """A kind of a newer release waits for the newer release."""
    put(store, engine, kind="newer")
    assert engine.step() == 0
    engine.register(far.kind())
    assert engine.step() == 0
    assert row(store).state == "ready"
    with pytest.raises(ValueError, match="registered already"):
        engine.register(far.kind())


def test_a_commit_wakes(store: Store, engine: Engine, far: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for a tick: the commit itself wakes the claimer."""
    monkeypatch.setattr(bot.engine, "TICK_S", 600.0)
    engine.register(far.kind())
    with running(engine):
        for number in range(3):
            put(store, engine, f"a{number}")
            eventually(lambda number=number: len(far.followed) == number + 1)


def test_oldest_first(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Work is begun in the order in which it was due."""
    engine.register(far.kind())
    for number in (3, 1, 2):
        put(store, engine, f"a{number}", run_at=clock() - timedelta(minutes=10 - number))
    assert [engine.step(1) for _ in range(4)] == [1, 1, 1, 0]
    assert [job.key for job in far.calls] == ["a1", "a2", "a3"]


# -- waiting for a person


def test_waiting_work_waits(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Waiting work is not begun by time, only by a click; the second click changes nothing."""
    engine.register(far.kind())
    put(store, engine, waiting=True)
    clock.forward(days=400)
    assert engine.step() == 0
    with store.begin() as unit:
        assert engine.ready(unit, "a")
        assert not engine.ready(unit, "a")
        assert not engine.ready(unit, "no such work")
    assert engine.step() == 1


def test_double_click(store: Store, engine: Engine, far: FarSide) -> None:
    """Twenty clicks at once have one winner and one effect."""
    engine.register(far.kind())
    put(store, engine, waiting=True)
    gate = threading.Barrier(20)

    def click(_: int) -> bool:
        gate.wait()
        with store.begin() as unit:
            return engine.ready(unit, "a")

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(click, range(20))) == 1
    assert engine.step() == 1
    assert engine.step() == 0
    assert len(far.calls) == 1


def test_cancelled_work_is_not_begun(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """What waits can be called off without anybody being told; what is done cannot."""
    engine.register(far.kind())
    put(store, engine, run_at=clock() + timedelta(hours=48))
    put(store, engine, "b", waiting=True)
    put(store, engine, "c")
    engine.step()
    with store.begin() as unit:
        assert [engine.cancel(unit, key) for key in "abc"] == [True, True, False]
    clock.forward(days=3)
    assert engine.step() == 0
    assert (row(store).state, row(store).error) == ("dead", "cancelled")
    assert far.told == []
    assert engine.stuck() == []


def test_an_unsettled_act_cannot_be_cancelled(store: Store, engine: Engine, far: FarSide) -> None:
    """Nobody calls off what may have happened already."""
    far.answers = [Unclear("cut")]
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    with store.begin() as unit:
        assert not engine.cancel(unit, "a")


# -- errors of the far side


def test_temporary_is_tried_again_later_and_later(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """No effect, so the intent is withdrawn; each pause is twice as long, spread, and never longer than a minute."""
    far.answers = [Temporary("away")] * 12
    engine.register(far.kind())
    put(store, engine)
    for number in range(12):
        assert engine.step() == 1
        pause = (row(store).run_at - clock()).total_seconds()
        assert min(60, 2**number) / 2 <= pause <= min(60, 2**number)
        assert (row(store).state, row(store).error, ledger(store)) == ("ready", "away", None)
        assert engine.step() == 0
        clock.now = row(store).run_at
    engine.step()
    assert row(store).state == "done"
    assert far.looks == []


def test_retry_after_is_obeyed(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """The far side says how long; not earlier than that, and soon after."""
    far.answers = [Temporary("slow down", retry_after=90)]
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    assert 90 <= (row(store).run_at - clock()).total_seconds() <= 99


def test_patience_ends(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """After two days and a half of trying, it is a person's matter; "again" begins anew."""
    far.answers = [Temporary("away")]
    engine.register(far.kind())
    put(store, engine)
    with store.begin() as unit:
        unit.connection.execute(update(work).values(tries=PATIENCE - 1))
    engine.step()
    assert (row(store).state, far.told) == ("dead", [("a", "dead", "away")])
    with store.begin() as unit:
        assert engine.ready(unit, "a")
    assert engine.step() == 1
    assert row(store).state == "done"


@pytest.mark.parametrize("error", [Refused("no such list"), Unsupported("no delete there")])
def test_refused(store: Store, engine: Engine, far: FarSide, error: Exception) -> None:
    """The far side said no: dead, the ledger says refused, a person is told; "again" asks once more."""
    far.answers = [error]
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    known = ledger(store)
    assert known is not None
    assert (row(store).state, row(store).error, known.state) == ("dead", str(error), "refused")
    assert far.told == [("a", "refused", str(error))]
    with store.begin() as unit:
        engine.ready(unit, "a")
    engine.step()
    assert row(store).state == "done"


def test_a_lost_answer_is_settled_by_looking(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Seen is the outcome, with what the probe counted; the act is not repeated."""
    far.answers, far.shows = [Unclear("cut")], Seen({"rows": 3})
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    assert (row(store).state, row(store).error) == ("ready", "cut")
    time_passes(store, clock, 41)
    engine.step()
    assert (row(store).state, len(far.calls), far.followed) == ("done", 1, [("a", {"rows": 3})])


def test_not_seen_is_done_again(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Looked at in peace and nothing there: the same act once more, in the same pass."""
    far.answers, far.shows = [Unclear("cut")], NotSeen()
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    time_passes(store, clock, 41)
    engine.step()
    known = ledger(store)
    assert known is not None
    assert (row(store).state, len(far.calls), len(far.looks), known.tries) == ("done", 2, 1, 2)


def test_a_probe_is_not_believed_too_early(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Settling goes by the database's clock: whatever the wall says, nobody looks, nobody calls."""
    far.answers, far.shows = [Unclear("cut")], NotSeen()
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    assert (row(store).run_at - clock()).total_seconds() == 40
    for _ in range(5):
        clock.forward(days=1)
        engine.step()
    assert (len(far.calls), far.looks, row(store).state, row(store).error) == (1, [], "ready", "cut")
    assert row(store).tries == 1
    time_passes(store, clock, 41)
    engine.step()
    assert (len(far.calls), len(far.looks)) == (2, 1)


def test_a_slow_far_side_is_never_called_twice(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """The owner died while the far side was still at work: it has finished when somebody looks."""
    effects: list[float] = []
    far.answers = [dies]
    far.shows = lambda _: Seen({"rows": 1}) if effects else NotSeen()
    engine.register(far.kind())
    put(store, engine)
    with pytest.raises(KeyboardInterrupt):
        engine.step()
    lease_runs_out(store)
    engine.step()  # nothing to see yet: who looked now would call again
    time_passes(store, clock, 30)
    effects.append(30)
    engine.step()
    time_passes(store, clock, 11)
    engine.step()
    assert (row(store).state, len(far.calls), len(effects)) == ("done", 1, 1)


@pytest.mark.parametrize("shows", [None, Unsupported("cannot look"), Refused("no right to look")])
def test_unknown_needs_a_person(store: Store, engine: Engine, far: FarSide, clock: Clock, shows: Any) -> None:
    """Nobody can tell: unknown, a person is told, and the engine touches it no more."""
    far.answers, far.shows = [Unclear("cut")], shows
    engine.register(far.kind())
    put(store, engine, ticket_id="t1")
    engine.step()
    time_passes(store, clock, 41)
    engine.step()
    known = ledger(store)
    assert known is not None
    assert (row(store).state, known.state, len(far.told), far.told[0][1]) == ("unknown", "unknown", 1, "unknown")
    time_passes(store, clock, DAY)
    assert engine.step() == 0
    with store.begin() as unit:
        assert not engine.ready(unit, "a")
        assert [each.key for each in engine.unsettled(unit, "t1")] == ["a"]
        assert engine.ticket_of(unit, "a") == "t1"


def unknown(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    far.answers = [Unclear("cut")]
    engine.register(far.kind(probe=None))
    put(store, engine)
    engine.step()
    time_passes(store, clock, 41)
    engine.step()
    assert row(store).state == "unknown"


def test_a_person_saw_it(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Settled as seen: done, with all that follows, in the person's own transaction; once."""
    unknown(store, engine, far, clock)
    with store.begin() as unit:
        assert engine.settle(unit, "a", seen=True)
        assert not engine.settle(unit, "a", seen=True)
        assert not engine.settle(unit, "a", seen=False)
    known = ledger(store)
    assert known is not None
    assert (row(store).state, known.state, far.followed, len(far.calls)) == ("done", "done", [("a", {})], 1)
    assert engine.step() == 0


def test_a_person_saw_nothing(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Settled as not seen: it is done again, from the beginning."""
    unknown(store, engine, far, clock)
    with store.begin() as unit:
        assert engine.settle(unit, "a", seen=False)
        assert not engine.settle(unit, "a", seen=False)
    assert engine.step() == 1
    assert (row(store).state, len(far.calls), far.followed) == ("done", 2, [("a", {"rows": 1})])


def test_a_probe_that_cannot_look_now_looks_later(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """The far side is away for the probe as well: nothing is called, it is looked for again."""
    far.answers, far.shows = [Unclear("cut")], Temporary("away")
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    for _ in range(10):
        time_passes(store, clock, 100)
        engine.step()
        assert (row(store).state, row(store).error) == ("ready", "away")
    far.shows = Seen()
    time_passes(store, clock, 100)
    engine.step()
    assert (row(store).state, len(far.calls)) == ("done", 1)


def test_a_broken_probe_ends_with_a_person(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """A fault in our own probe is not a reason to look for ever, and never one to call."""
    far.answers, far.shows = [Unclear("cut")], KeyError("canary")
    engine.register(far.kind())
    put(store, engine)
    for _ in range(POISON):
        engine.step()
        time_passes(store, clock, 100)
    assert (row(store).state, row(store).error, len(far.calls)) == ("unknown", "KeyError", 1)


# -- poison


def test_poison_without_effect_dies(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """An act that breaks every time and never has an effect is given up after five attempts, and a person told."""
    far.answers, far.shows = [ZeroDivisionError("canary")] * 20, NotSeen()
    engine.register(far.kind())
    put(store, engine)
    for _ in range(20):
        engine.step()
        time_passes(store, clock, 41)
    assert (len(far.calls), row(store).state, far.told[0][1], len(far.told)) == (POISON, "dead", "dead", 1)
    assert ledger(store) is None
    with store.begin() as unit:
        engine.ready(unit, "a")
    far.answers = []
    engine.step()
    assert row(store).state == "done"


def test_harmless_poison_dies(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """A reading that breaks every time is given up after five attempts."""
    far.answers = [ZeroDivisionError("canary")] * 20
    engine.register(far.kind(harmless=True))
    put(store, engine)
    for _ in range(20):
        engine.step()
        clock.forward(minutes=2)
    assert (len(far.calls), row(store).state) == (POISON, "dead")
    assert far.told == [("a", "dead", "ZeroDivisionError")]


@pytest.mark.parametrize(("harmless", "ends"), [(True, "dead"), (False, "unknown")])
def test_work_that_kills_its_owner(store: Store, engine: Engine, far: FarSide, clock: Clock, harmless: bool,
                                   ends: str) -> None:  # fmt: skip
    """Who takes the process along five times in a row is not begun again; what it may have done, a person looks up."""
    far.answers, far.shows = [dies] * 20, dies
    engine.register(far.kind(harmless=harmless))
    put(store, engine)
    for _ in range(20):
        time_passes(store, clock, 41)
        lease_runs_out(store)
        try:
            engine.step()
        except KeyboardInterrupt:
            continue
    assert (row(store).state, far.told[0][1]) == (ends, ends)
    assert len(far.calls) + len(far.looks) == POISON + 1


def test_no_foreign_words_are_kept(store: Store, engine: Engine, far: FarSide) -> None:
    """Of an error of somebody else only its class is kept: its text may hold a person."""
    far.answers = [ValueError("canary@example.org")]
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    assert row(store).error == "ValueError"


# -- what follows


def test_what_follows_stands_with_the_outcome(store: Store, engine: Engine, far: FarSide) -> None:
    """The next piece of work is there in the moment this one is done."""

    def after(unit: Unit, job: Job, result: Any) -> None:
        engine.put(unit, "prove", "b", {}, ticket_id=job.ticket_id)

    engine.register(far.kind(after=after))
    engine.register(far.kind("prove", harmless=True))
    put(store, engine, ticket_id="t1")
    engine.step()
    assert (row(store).state, row(store, "b").state, row(store, "b").ticket_id) == ("done", "ready", "t1")
    engine.step()
    assert (row(store, "b").state, ledger(store, "b")) == ("done", None)


def test_broken_aftermath_loses_no_outcome(store: Store, engine: Engine, far: FarSide) -> None:
    """What follows has a fault: dead, half of it never shows, the ledger keeps the outcome; "again" repeats no act."""
    fault = [KeyError("canary")]

    def after(unit: Unit, job: Job, result: Any) -> None:
        engine.put(unit, "erase", "half", {})
        if fault:
            raise fault.pop()
        far.after(unit, job, result)

    far.answers = [{"rows": 7}]
    engine.register(far.kind(after=after))
    put(store, engine)
    engine.step()
    known = ledger(store)
    assert known is not None
    assert (row(store).state, known.state, known.result) == ("dead", "done", {"rows": 7})
    assert far.told == [("a", "dead", "done, but what follows failed: KeyError")]
    with store.begin() as unit:
        assert engine.ready(unit, "a")
    engine.step()
    assert (row(store).state, len(far.calls), far.followed) == ("done", 1, [("a", {"rows": 7})])
    assert row(store, "half").state == "ready"


def test_broken_telling_ends_all_the_same(store: Store, engine: Engine, far: FarSide) -> None:
    """Even telling a person has a fault: the row ends in a named state, and `stuck` shows it."""
    far.answers = [Refused("no")]

    def failed(*_: Any) -> None:
        raise KeyError("canary")

    engine.register(far.kind(failed=failed))
    put(store, engine)
    engine.step()
    assert [(each.key, each.state, each.error) for each in engine.stuck()] == [("a", "dead", "no")]


def test_a_result_no_ledger_holds(store: Store, engine: Engine, far: FarSide) -> None:
    """A result that is not counts is a fault of ours: the act counts as done, and a person is told."""
    far.answers = [{"rows": object()}]
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    known = ledger(store)
    assert known is not None
    assert (row(store).state, known.state, known.result, far.told[0][1]) == ("dead", "done", {}, "dead")


def test_a_harmless_result_stays_in_memory(store: Store, engine: Engine, far: FarSide) -> None:
    """What a reading brought goes to what follows as it is, and into no table."""
    thing = object()
    far.answers = [{"thing": thing}]
    engine.register(far.kind(harmless=True))
    put(store, engine)
    engine.step()
    assert far.followed == [("a", {"thing": thing})]
    assert ledger(store) is None


# -- owners, leases, fences


def test_harmless_work_of_a_lost_owner_is_done_again_at_once(store: Store, engine: Engine, far: FarSide) -> None:
    """A reading needs no settling."""
    far.answers = [dies]
    engine.register(far.kind(harmless=True))
    put(store, engine)
    with pytest.raises(KeyboardInterrupt):
        engine.step()
    assert engine.step() == 0
    lease_runs_out(store)
    assert engine.step() == 1
    assert row(store).state == "done"


def test_recover_needs_no_lease_to_run_out(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """The next process goes on at once: on SQLite with all that lies about, on PostgreSQL with its own name's."""
    far.answers = [dies, dies]
    engine.register(far.kind(harmless=True))
    for key in "ab":
        put(store, engine, key)
        with pytest.raises(KeyboardInterrupt):
            engine.step(1)
    with store.begin() as unit:
        unit.connection.execute(update(work).where(work.c.key == "b").values(owner="another"))
    heir = Engine(store, clock, "one")
    heir.register(far.kind(harmless=True))
    assert heir.step() == 0
    expected = 2 if store.dialect == "sqlite" else 1
    assert (heir.recover(), heir.step()) == (expected, expected)


def test_renew_keeps_what_is_under_way(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """A renewed lease is not taken over; only what this process carries out is renewed."""

    def meanwhile(job: Job) -> Any:
        lease_runs_out(store)
        engine.renew()
        assert other.step() == 0
        return {}

    other = Engine(store, clock, "two")
    for each in (engine, other):
        each.register(far.kind())
    far.answers = [meanwhile]
    put(store, engine)
    engine.step()
    assert row(store).state == "done"
    engine.renew()


@pytest.mark.parametrize("minutes", [2, -2])
def test_a_machine_with_a_wrong_clock_takes_over_nothing(store: Store, engine: Engine, far: FarSide, clock: Clock,
                                                         minutes: int) -> None:  # fmt: skip
    """Leases go by the database's clock: two minutes ahead or behind, nobody else's work is touched."""

    def meanwhile(job: Job) -> Any:
        assert other.step() == 0
        return {}

    other = Engine(store, Clock(clock() + timedelta(minutes=minutes)), "two")
    for each in (engine, other):
        each.register(far.kind())
    far.answers = [meanwhile]
    put(store, engine)
    engine.step()
    assert row(store).state == "done"


def test_a_late_outcome_is_not_heard(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Frozen during the call, taken over meanwhile: what the old owner brings back changes nothing."""

    def frozen(job: Job) -> Any:
        lease_runs_out(store)
        assert other.step() == 1
        time_passes(store, clock, 41)
        assert other.step() == 1
        return {"rows": 99}

    other = Engine(store, clock, "two")
    for each in (engine, other):
        each.register(far.kind())
    far.answers, far.shows = [frozen], Seen({"rows": 1})
    put(store, engine)
    engine.step()
    known = ledger(store)
    assert known is not None
    assert (known.result, far.followed, row(store).state, row(store).fence) == ({"rows": 1}, [("a", {"rows": 1})],
                                                                                "done", 3)  # fmt: skip


def test_a_call_does_not_begin_long_after_its_intent(store: Store, engine: Engine, far: FarSide,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Frozen between intent and call: thawed, it does not call any more, for somebody else may have looked."""
    times = iter([100.0, 100.1, 106.0])
    engine.register(far.kind())
    put(store, engine)
    with monkeypatch.context() as patched:
        patched.setattr(bot.engine.attempt, "monotonic", lambda: next(times))
        engine.step()
    assert (far.calls, row(store).state, ledger(store)) == ([], "ready", None)


def test_work_taken_over_before_its_call_is_left_alone(store: Store, engine: Engine, far: FarSide, clock: Clock,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The claim is checked again, with the row locked, before the intent is written."""
    other = Engine(store, clock, "two")
    for each in (engine, other):
        each.register(far.kind())

    def taken_over(name: str) -> None:
        monkeypatch.undo()
        lease_runs_out(store)
        other.step()

    put(store, engine)
    monkeypatch.setattr(bot.engine.attempt, "checkpoint", taken_over)
    engine.step()
    assert (len(far.calls), far.calls[0].fence, len(far.followed)) == (1, 2, 1)


def test_engines_share_work(store: Store, database_url: str, far: FarSide, clock: Clock, keys: Any, ids: Any) -> None:
    """Two engines with a connection pool each: 80 pieces of work, every one begun once, both took part."""
    owners: dict[str, set[str]] = {"one": set(), "two": set()}

    def call(name: str, gate: threading.Barrier) -> Callable[[Job], Any]:
        def act(job: Job) -> Any:
            if not owners[name]:
                owners[name].add(job.key)
                gate.wait(10)  # each holds its first until the other has one too
            owners[name].add(job.key)
            return far.call(job)

        return act

    gate = threading.Barrier(2)
    with opened(database_url, keys, clock, ids) as second:
        engines = [Engine(store, clock, "one", slots=1), Engine(second, clock, "two", slots=1)]
        for each in engines:
            each.register(far.kind(call=call(each.owner, gate)))
        with store.begin() as unit:
            for number in range(80):
                engines[0].put(unit, "erase", f"a{number}", {})
        with running(*engines):
            eventually(lambda: len(far.followed) == 80, 60)
    assert sorted(job.key for job in far.calls) == sorted(f"a{number}" for number in range(80))
    assert owners["one"].isdisjoint(owners["two"])
    assert all(owners.values())


# -- lanes


def test_calls_in_flight_are_limited_across_engines(store: Store, database_url: str, far: FarSide, clock: Clock,
                                                    keys: Any, ids: Any) -> None:  # fmt: skip
    """Never more than three calls at once in a lane, however many engines and slots; the other lane is not held up."""
    now, most = [0], [0]
    lock = threading.Lock()

    def act(job: Job) -> Any:
        if job.kind == "free":
            return far.call(job)
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.01)
        with lock:
            now[0] -= 1
        return far.call(job)

    limits = {"crm": Limit(in_flight=3)}
    with opened(database_url, keys, clock, ids) as second:
        engines = [Engine(one, clock, name, slots=6, limits=limits) for one, name in ((store, "one"), (second, "two"))]
        for each in engines:
            each.register(far.kind(call=act))
            each.register(far.kind("free", call=act))
        with store.begin() as unit:
            for number in range(60):
                engines[0].put(unit, "erase", f"a{number}", {}, lane="crm")
            for number in range(20):
                engines[0].put(unit, "free", f"b{number}", {})
        with running(*engines):
            eventually(lambda: len(far.followed) == 80, 60)
    assert most[0] == 3
    assert len(far.calls) == 80


def test_a_full_lane_holds_up_nobody_else(store: Store, far: FarSide, clock: Clock) -> None:
    """What cannot begin because its lane is full does not stand in the way of what came later."""
    engine = Engine(store, clock, "one", limits={"crm": Limit(in_flight=1)})
    engine.register(far.kind())
    for number in range(5):
        put(store, engine, f"a{number}", lane="crm")
    clock.forward(seconds=1)
    put(store, engine, "b", lane="mail")
    assert [engine.step(), engine.step()] == [2, 1]
    assert [job.key for job in far.calls] == ["a0", "b", "a1"]


def test_calls_a_second(store: Store, far: FarSide, clock: Clock) -> None:
    """A lane is closed until its calls are paid for, by the database's clock, for every engine."""
    limits = {"slack": Limit(in_flight=9, per_second=1), "crm": Limit(in_flight=9, per_second=3)}
    engines = [Engine(store, clock, name, limits=limits) for name in ("one", "two")]
    for each in engines:
        each.register(far.kind())
    for number in range(8):
        put(store, engines[0], f"s{number}", lane="slack")
        put(store, engines[0], f"c{number}", lane="crm")
    assert [each.step() for each in engines] == [4, 0]
    clock.forward(days=1)
    assert engines[1].step() == 0
    with store.begin() as unit:
        unit.connection.execute(update(lane).values(next_at=lane.c.next_at - 1000))
    assert [each.step() for each in engines] == [4, 0]


def test_a_lane_opens_by_itself(store: Store, far: FarSide, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claimer knows when a closed lane opens and needs no tick for it."""
    monkeypatch.setattr(bot.engine, "TICK_S", 600.0)
    engine = Engine(store, clock, "one", limits={"slack": Limit(in_flight=1, per_second=20)})
    engine.register(far.kind())
    with store.begin() as unit:
        for number in range(41):
            engine.put(unit, "erase", f"s{number}", {}, lane="slack")
    with running(engine):
        eventually(lambda: len(far.followed) == 41)


def test_a_lane_for_each_card(store: Store, far: FarSide, clock: Clock) -> None:
    """The limit of `card` holds for each lane `card:…` by itself; a closer name goes before it."""
    limits = {"card": Limit(in_flight=1, per_second=1), "card:front": Limit(in_flight=2)}
    engine = Engine(store, clock, "one", slots=20, limits=limits)
    engine.register(far.kind())
    for ticket in ("1", "2", "front"):
        for number in range(3):
            put(store, engine, f"{ticket}:{number}", lane=f"card:{ticket}")
    assert engine.step() == 4
    with store.read() as unit:
        assert set(unit.connection.scalars(select(lane.c.name))) == {"card", "card:front", "card:1", "card:2"}
    with store.begin() as unit:
        unit.connection.execute(update(lane).values(next_at=0))
    assert engine.step() == 3
    assert engine.step() == 0


# -- threads, time-outs, stopping


def test_a_hung_call_is_not_waited_for(store: Store, engine: Engine, far: FarSide) -> None:
    """Past its time-out a call counts as unclear; its late answer is not heard, and others went on meanwhile."""
    hung, late = threading.Event(), threading.Event()

    def hang(job: Job) -> Any:
        hung.wait(20)
        late.set()
        return {"rows": 99}

    far.answers = [hang]
    engine.register(far.kind(timeout_s=0.2))
    put(store, engine)
    with running(engine):
        eventually(lambda: row(store).state == "ready" and row(store).error is not None)
        put(store, engine, "b")
        eventually(lambda: row(store, "b").state == "done")
        hung.set()
        assert late.wait(5)
    known = ledger(store)
    assert known is not None
    assert (row(store).error, known.state, far.followed) == ("no answer in time", "intent", [("b", {"rows": 1})])


def test_a_hung_probe_is_not_waited_for(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """Looking has a time-out too, and is done again."""
    hung = threading.Event()
    far.answers, far.shows = [Unclear("cut")], lambda _: hung.wait(20)
    engine.register(far.kind(timeout_s=0.2))
    put(store, engine)
    engine.step()
    time_passes(store, clock, 41)
    with running(engine):
        eventually(lambda: row(store).error == "no answer in time")
    hung.set()
    assert (len(far.calls), row(store).state) == (1, "ready")


def test_a_call_that_ends_its_thread(store: Store, engine: Engine, far: FarSide) -> None:
    """SystemExit in a call is one more error nobody foresaw: its effect is unclear."""
    far.answers = [dies]
    engine.register(far.kind())
    put(store, engine)
    with running(engine):
        eventually(lambda: row(store).error == "KeyboardInterrupt")
    assert row(store).state == "ready"


def test_stop_lets_calls_finish(store: Store, engine: Engine, far: FarSide) -> None:
    """What is under way is finished and recorded before `stop` returns; nothing new is begun; start works again."""
    goes_on = threading.Event()
    far.answers = [lambda _: goes_on.wait(10) and {"rows": 1}]
    engine.register(far.kind())
    put(store, engine)
    engine.start()
    assert far.begun.wait(10)
    stopping = threading.Thread(target=engine.stop)
    stopping.start()
    put(store, engine, "b")
    goes_on.set()
    stopping.join(10)
    assert (row(store).state, row(store, "b").state) == ("done", "ready")
    engine.stop()
    with running(engine):
        eventually(lambda: row(store, "b").state == "done")


def test_stop_does_not_wait_for_ever(store: Store, engine: Engine, far: FarSide) -> None:
    """A call that does not come back in time is an unclear one: no lease is left behind, somebody will look."""
    hung = threading.Event()
    far.answers = [lambda _: hung.wait(20)]
    engine.register(far.kind())
    put(store, engine)
    engine.start()
    assert far.begun.wait(10)
    engine.stop(0.5)
    hung.set()
    known = ledger(store)
    assert known is not None
    assert (row(store).state, row(store).owner, known.state) == ("ready", None, "intent")


def test_what_was_not_begun_is_given_back(store: Store, engine: Engine, far: FarSide) -> None:
    """Claimed, but the engine stops: ready again for anybody, and it does not count as a try."""
    engine.register(far.kind())
    put(store, engine)
    engine._stopping.set()
    engine.step()
    assert (row(store).state, row(store).tries, far.calls, ledger(store)) == ("ready", 0, [], None)


# -- a sick database


@contextmanager
def sick(store: Store, monkeypatch: pytest.MonkeyPatch, times: int) -> Iterator[list[int]]:
    """The database fails that many times, then is well."""
    left, begin = [times], store.begin

    @contextmanager
    def failing(**how: Any) -> Iterator[Unit]:
        if left[0] > 0:
            left[0] -= 1
            raise OperationalError("BEGIN", None, Exception("away"))
        with begin(**how) as unit:
            yield unit

    with monkeypatch.context() as patched:
        patched.setattr(store, "begin", failing)
        yield left


def test_a_known_answer_outlives_a_sick_database(store: Store, engine: Engine, far: FarSide,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The database is away when the answer comes: it is written as soon as it is back, and the act is not repeated."""
    engine.register(far.kind())
    put(store, engine)
    with sick(store, monkeypatch, 0) as left:
        far.answers = [lambda _: left.__setitem__(0, 12) or {"rows": 5}]
        engine.step()
    assert (row(store).state, len(far.calls), far.followed) == ("done", 1, [("a", {"rows": 5})])


def test_a_claimer_outlives_a_sick_database(store: Store, engine: Engine, far: FarSide,
                                            monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The claimer goes on by itself when the database is back."""
    monkeypatch.setattr(bot.engine, "TICK_S", 0.1)
    engine.register(far.kind())
    put(store, engine)
    with sick(store, monkeypatch, 3), running(engine):
        eventually(lambda: row(store).state == "done")


def test_stop_gives_up_on_a_sick_database(store: Store, engine: Engine, far: FarSide,
                                          monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The process must end: the answer is lost then, and somebody will look."""
    engine.register(far.kind())
    put(store, engine)
    with sick(store, monkeypatch, 0) as left:
        far.answers = [lambda _: left.__setitem__(0, 10**6) or {}]
        engine.start()
        eventually(lambda: left[0] > 0)
        engine.stop(0.5)
    known = ledger(store)
    assert known is not None
    assert (row(store).state, known.state) == ("running", "intent")


def test_a_fault_that_looks_like_a_sick_database(store: Store, engine: Engine, far: FarSide) -> None:
    """What follows fails with the database's own error, but the database is well: a fault like any other."""

    def after(*_: Any) -> None:
        raise OperationalError("SELECT nonsense", None, Exception("no such column: canary"))

    engine.register(far.kind(after=after))
    put(store, engine)
    engine.step()
    assert (row(store).state, row(store).error) == ("dead", "done, but what follows failed: OperationalError")


def test_a_locked_database_is_waited_for(sqlite_store: Store, sqlite_url: str, far: FarSide, clock: Clock) -> None:
    """Another program holds the SQLite file when the answer comes: waited for, and nothing is done twice."""
    engine = Engine(sqlite_store, clock, "one")
    engine.register(far.kind())
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    frees = threading.Timer(0.7, lambda: other.execute("ROLLBACK"))

    def lock(_: Job) -> Any:
        other.execute("BEGIN IMMEDIATE")
        frees.start()
        return {"rows": 2}

    far.answers = [lock]
    put(sqlite_store, engine)
    engine.step()
    frees.join()
    other.close()
    assert (row(sqlite_store).state, len(far.calls), far.followed) == ("done", 1, [("a", {"rows": 2})])


# -- what is stuck


def test_stuck(store: Store, engine: Engine, far: FarSide, clock: Clock) -> None:
    """One list of all that somebody may have to look at, and nothing else."""
    unknown(store, engine, far, clock)
    far.answers = [Refused("no"), dies]
    put(store, engine, "b")
    engine.step()
    put(store, engine, "c")
    with pytest.raises(KeyboardInterrupt):
        engine.step()
    lease_runs_out(store)
    put(store, engine, "d", waiting=True, run_at=clock() + timedelta(hours=1))
    put(store, engine, "e", waiting=True)
    put(store, engine, "f", kind="newer")
    clock.forward(hours=2)
    put(store, engine, "g", kind="newer", run_at=clock() - timedelta(hours=1))
    found = [(each.key, each.state) for each in engine.stuck()]
    assert sorted(found) == [("a", "unknown"), ("b", "dead"), ("c", "running"), ("d", "waiting"), ("f", "ready")]
    assert len(engine.stuck(limit=2)) == 3


def test_checkpoints(store: Store, engine: Engine, far: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    """The places where the harness may kill: after the claim, between intent and call, before and after the outcome."""
    passed: list[tuple[str, str, str | None]] = []

    def checkpoint(name: str) -> None:
        known = ledger(store)
        passed.append((name, row(store).state, known.state if known else None))

    monkeypatch.setattr(bot.engine.attempt, "checkpoint", checkpoint)
    engine.register(far.kind())
    put(store, engine)
    engine.step()
    assert passed == [
        ("erase.claimed", "running", None),
        ("erase.before_call", "running", "intent"),
        ("erase.after_call", "running", "intent"),
        ("erase.recorded", "done", "done"),
    ]
