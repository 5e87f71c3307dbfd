"""The App Home and `/dpe list` in a house with a thousand and with a million open tickets: they must cost the same.

The house is older, not busier: the last five weeks hold the same number of enquiries in both. Every tenth ticket is the
reader's, every second nobody's, every tenth waits for the person who wrote, every fiftieth for an approval: the lists
are as long in both.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import create_engine, text

from bot.store import Keys, Store, database
from tests.bench.sweep import BYTES, FEW, ID, MANY, SERIES, _at, _database, _moment
from tests.bot.desk.office import HUGO, PAULA, Stage
from tests.fixtures.store import SECRET, Clock, Ids

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
RECENT, TIMES = 250, 25
WARM = 12  # from then on PostgreSQL has settled on its plan for a prepared statement
DAYS = {"sqlite": "date(:day, ({0}) || ' days')", "postgresql": "(CAST(:day AS date) + ({0})::int)"}


def lists(folder: Path) -> dict[str, Any]:
    """App Home and each list at 10⁶ tickets against 10³, on both databases."""
    found: dict[str, Any] = {}
    worst = 0.0
    for dialect in ("sqlite", "postgresql"):
        with ExitStack() as stack:
            few, many = (stack.enter_context(_house(dialect, folder, count)) for count in (FEW, MANY))
            found[dialect] = {name: _compared(few[name], many[name]) for name in few}
        worst = max(worst, *(each["ratio"] for each in found[dialect].values()))
    return {**found, "against": "themselves at 10³ tickets", "target": "ratio ≤ 2", "met": worst <= 2}


@contextmanager
def _house(dialect: str, folder: Path, count: int) -> Iterator[dict[str, Callable[[], Any]]]:
    """What people look at, in a house with so many tickets."""
    with _database(dialect, folder / f"{dialect}-{count}.sqlite") as url:
        _fill(url, dialect, count)
        with closing(Store(url, Keys(SECRET), Clock(NOW), Ids())) as book:
            desk = Stage(book, Clock(NOW), Ids()).desk
            yield {
                "home": partial(desk.home, PAULA),
                **{which: partial(desk.tickets, HUGO, which) for which in ("open", "overdue", "mine", "waiting")},
            }


def _compared(few: Callable[[], Any], many: Callable[[], Any]) -> dict[str, float]:
    """Medians, both houses looked at in turn: whatever else the machine does, it does to both."""
    for _ in range(WARM):
        few(), many()
    took = [(_seconds(few), _seconds(many)) for _ in range(TIMES)]
    small, large = (median(each) for each in zip(*took, strict=True))
    return {
        "ms_at_1e3": round(small * 1000, 1), "ms_at_1e6": round(large * 1000, 1), "ratio": round(large / small, 2),
    }  # fmt: skip


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _fill(url: str, dialect: str, count: int) -> None:
    engine = create_engine(database.parsed(url))
    ident, some = ID[dialect], BYTES[dialect]
    received = DAYS[dialect].format(f"CASE WHEN n <= {RECENT} THEN -(n % 35) ELSE -(40 + n % 400) END")
    due = DAYS[dialect].format("n % 300 - 20")
    owner = "CASE WHEN n % 10 = 0 THEN :hugo WHEN n % 2 = 0 THEN :paula END"
    identity = "CASE WHEN n % 10 = 5 THEN 'asked' ELSE 'unknown' END"
    state = "CASE WHEN n % 50 = 0 THEN 'approving' ELSE 'received' END"
    values = {
        "count": count, "day": NOW.date().isoformat(), "hugo": HUGO, "paula": PAULA,
        "opened": _moment(NOW - timedelta(days=20), dialect),
    }  # fmt: skip
    statements = [
        f"""INSERT INTO ticket (id, ref, channel, received_at, received_on, language, rights, regimes, unrolled, due, why,
            identity, state, owner, version, opened_at, card_version, clock, rules, sender_blind, correspondent_sealed)
            SELECT {ident}, 'DPE-2026-' || n, 'mail', {_at("opened", dialect)}, {received}, 'en', '["access"]', '["gdpr_eu"]',
            {due}, {due}, '[]', {identity}, 'open', {owner}, 1, {_at("opened", dialect)}, 1, 'running', '', {some}, {some}
            FROM {SERIES[dialect]}""",
        f"""INSERT INTO request (id, ticket_id, "right", state, version, generation, chosen_at, chosen_by, result)
            SELECT {ident}, {ident}, 'access', {state}, 1, 1, {_at("opened", dialect)}, :hugo, '{{}}' FROM {SERIES[dialect]}""",
    ]  # fmt: skip
    with engine.begin() as connection:
        for each in statements:
            connection.execute(text(each), {name: value for name, value in values.items() if f":{name}" in each})
    if dialect == "postgresql":  # what its own vacuum does within minutes
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))
    engine.dispose()
