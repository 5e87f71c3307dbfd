"""The reminder sweep at a thousand and at a million open tickets, the same number of them due: it must cost the same.

A ticket here has what the sweep may stumble over: a row in the store, a request, a reminder that was said, a piece of
work that is done. All stay open, none of the others is due. Rows are made by the database itself, in seconds.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select, text

from bot.store import Keys, Store, database
from bot.store.schema import work
from tests.bot.desk.office import HUGO, Stage
from tests.fixtures.store import SECRET, Clock, Ids, migrate, postgres_url

FEW, MANY = 1_000, 1_000_000
DUE = 200  # due in each round
MONDAY = datetime(2026, 11, 30, 7, 0, 5, tzinfo=UTC)  # 08:00 in Zürich
ROUNDS = [MONDAY + timedelta(days=day) for day in (0, 1, 2, 3, 4)]

SERIES = {
    "sqlite": "(WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :count) SELECT n FROM series)",
    "postgresql": "generate_series(1, :count) AS series(n)",
}
ID = {"sqlite": "printf('t%09d', n)", "postgresql": "'t' || lpad(n::text, 9, '0')"}
BYTES = {"sqlite": "x'00'", "postgresql": "'\\x00'::bytea"}
DATE = {"sqlite": "date(:{0}, '{1}')", "postgresql": "(CAST(:{0} AS date) + interval '{1}')::date"}


def reminder_sweep(folder: Path) -> dict[str, Any]:
    """A sweep with 200 tickets due, and one with none, at 10⁶ tickets against 10³, on both databases."""
    found: dict[str, Any] = {}
    for dialect in ("sqlite", "postgresql"):
        few, many = (_measured(dialect, folder / f"{dialect}-{count}.sqlite", count) for count in (FEW, MANY))
        found[dialect] = {
            "ms_at_1e3": round(few["due"] * 1000, 1), "ms_at_1e6": round(many["due"] * 1000, 1),
            "ratio": round(many["due"] / few["due"], 2), "idle_ms_at_1e6": round(many["idle"] * 1000, 2),
            "fill_s": round(many["fill"], 1), "said": many["said"],
        }  # fmt: skip
    met = all(each["ratio"] <= 2 and each["said"] == DUE * len(ROUNDS) for each in found.values())
    return {**found, "due": DUE, "against": "the same sweep at 10³ tickets", "target": "ratio ≤ 2", "met": met}


def _measured(dialect: str, file: Path, count: int) -> dict[str, float]:
    with _database(dialect, file) as url:
        began = time.perf_counter()
        _fill(url, dialect, count)
        filled = time.perf_counter() - began
        clock = Clock(ROUNDS[0] - timedelta(days=1))
        with closing(Store(url, Keys(SECRET), clock, Ids())) as book:
            stage = Stage(book, clock, Ids())
            idle = min(_timed(stage) for _ in range(20))
            due = []
            for moment in ROUNDS:
                clock.now = moment
                due.append(_timed(stage))
            with book.read() as unit:
                said = unit.connection.scalar(select(func.count()).select_from(work).where(work.c.kind == "remind"))
    return {"fill": filled, "idle": idle, "due": min(due), "said": said or 0}  # the round least disturbed by others


def _timed(stage: Stage) -> float:
    began = time.perf_counter()
    stage.desk.remind()
    return time.perf_counter() - began


@contextmanager
def _database(dialect: str, file: Path) -> Iterator[str]:
    if dialect == "sqlite":
        migrate(f"sqlite:///{file}")
        yield f"sqlite:///{file}"
        file.unlink()
        return
    with postgres_url() as url:
        yield url


def _fill(url: str, dialect: str, count: int) -> None:
    """The first tickets are at half time on the days of the rounds, the others weeks later."""
    engine = create_engine(database.parsed(url))
    ident, some = ID[dialect], BYTES[dialect]

    def day(name: str, span: str) -> str:
        return DATE[dialect].format(name, span)

    rounds = "CASE " + " ".join(
        f"WHEN n <= {(number + 1) * DUE} THEN {{{number}}}" for number in range(len(ROUNDS))
    ) + " ELSE {later} END"  # fmt: skip
    remind_at = rounds.format(*(_at(f"at{number}", dialect) for number in range(len(ROUNDS))), later=_at("later", dialect))
    dates = [day(f"day{number}", "16 days") for number in range(len(ROUNDS))]
    unrolled = rounds.format(*dates, later=day("day0", "90 days"))
    starts = [day(f"day{number}", "-16 days") for number in range(len(ROUNDS))]
    received = rounds.format(*starts, later=day("day0", "-10 days"))
    moments = {f"at{number}": _moment(each, dialect) for number, each in enumerate(ROUNDS)}
    days = {f"day{number}": each.date().isoformat() for number, each in enumerate(ROUNDS)}
    values = {**moments, **days, "later": _moment(MONDAY + timedelta(days=30), dialect), "count": count,
              "opened": _moment(MONDAY - timedelta(days=20), dialect), "owner": HUGO}  # fmt: skip
    statements = [
        f"""INSERT INTO ticket (id, ref, channel, received_at, received_on, language, rights, regimes, unrolled, due, why,
            identity, state, owner, version, opened_at, card_version, clock, rules, sender_blind, correspondent_sealed,
            remind_at)
            SELECT {ident}, 'DPE-2026-' || n, 'mail', {_at("opened", dialect)}, {received}, 'en', '["access"]', '["gdpr_eu"]',
            {unrolled}, {unrolled}, '[]', 'unknown', 'open', :owner, 1, {_at("opened", dialect)}, 1, 'running', '',
            {some}, {some}, {remind_at} FROM {SERIES[dialect]}""",
        f"""INSERT INTO request (id, ticket_id, "right", state, version, generation, result)
            SELECT {ident}, {ident}, 'access', 'received', 1, 1, '{{}}' FROM {SERIES[dialect]}
            WHERE n <= {2 * DUE * len(ROUNDS)}""",
        f"""INSERT INTO reminder (key, ticket_id, kind, on_date, state, message, made_at)
            SELECT {ident} || '\\:untouched', {ident}, 'untouched', {day("day0", "-15 days")}, 'said', 'm' || n,
            {_at("opened", dialect)} FROM {SERIES[dialect]}""",
        f"""INSERT INTO work (key, kind, args, lane, ticket_id, state, run_at, tries, fence, made_at)
            SELECT 'card:' || {ident}, 'card', '{{}}', 'slack-post', {ident}, 'done', {_at("opened", dialect)}, 1, 1,
            {_at("opened", dialect)} FROM {SERIES[dialect]}""",
    ]  # fmt: skip
    with engine.begin() as connection:
        for each in statements:
            named = {name: value for name, value in values.items() if f":{name}" in each}
            connection.execute(text(each), named)
    if dialect == "postgresql":  # what its own vacuum does within minutes
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _at(name: str, dialect: str) -> str:
    return f"CAST(:{name} AS timestamptz)" if dialect == "postgresql" else f":{name}"


def _moment(value: datetime, dialect: str) -> str:
    """As the column type `Instant` keeps it."""
    return value.isoformat() if dialect == "postgresql" else value.replace(tzinfo=None).isoformat(" ", "microseconds")
