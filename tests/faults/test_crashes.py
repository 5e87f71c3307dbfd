"""Nothing is lost: the bot is killed once at every named point of the whole walk, on both databases, and goes on."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.company import JONAS, MARA, RETO
from bot.sandbox.walk import Walk
from bot.store import Store
from tests.faults.invariants import check_invariants, check_said_once, quiet
from tests.faults.stage import Mortal, Zygote, evidence, staged
from tests.fixtures.store import postgres_url

ROOT = Path(__file__).parents[2]
KINDS = (
    "acknowledge",
    "locate",
    "plan",
    "cool",
    "export",
    "prove",
    "pack",
    "erase",
    "letter",
    "card",
    "redraw",
    "quarantine",
    "quarantine_redraw",
    "note",
)
REMINDING = ("remind", "remind_person", "digest", "week", "remind_mail")  # on a walk of their own: weeks go by on it
VENDORS = ("files", "mailbox", "mailchimp", "zoho")  # on a walk of their own: all these are in that world, too
RIGHTS = ("correct", "restrict", "lift", "stop_marketing")  # on a walk of their own: neither copies nor deletions are on it
OF_EACH = ("claimed", "before_call", "after_call", "recorded")


JONAS_ROWS = frozenset({("account", "3"), ("newsletter", "2")})  # held back, and given free again
MARA_ROWS, RETO_ROW = frozenset({("account", "1"), ("newsletter", "1")}), ("account", "2")


def points() -> list[str]:
    """Every crash point the code names: written out, or one of the engine's for each kind of work."""
    literal = re.compile(r"checkpoint\(\"([a-z_.]+)\"\)")
    named = {name for path in (ROOT / "bot").rglob("*.py") for name in literal.findall(path.read_text())}
    elsewhere = ("watch.", "task.", "notice.", "disown.", "look.")  # tests/bot/desk: the tests of each die at these
    named -= {name for name in named if name.startswith(elsewhere)}
    return sorted(named | {f"{kind}.{place}" for kind in (*KINDS, *REMINDING, *RIGHTS) for place in OF_EACH})


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


def walked(point: str) -> str:
    """Which walk comes by this point."""
    kind = point.partition(".")[0]
    walks = {**dict.fromkeys(VENDORS, "vendors"), **dict.fromkeys(REMINDING, "overdue"), **dict.fromkeys(RIGHTS, "rights")}
    return walks.get(kind, "enquiries")


def deaths(every: int, at_once: int) -> list[tuple[str, ...]]:
    """Every so many-th point; so many of the same walk together, of different kinds of work."""
    found: list[tuple[str, ...]] = []
    for walk in ("enquiries", "overdue", "rights", "vendors"):
        of_it = [each for each in points()[::every] if walked(each) == walk]
        # the four requests of `rights` follow each other; what is overdue is said by several works in one moment
        most = {"rights": at_once + 1, "overdue": 2}.get(walk, at_once) if at_once > 1 else 1
        walks = len(of_it) if walk == "vendors" else -(-len(of_it) // most)  # its steps run side by side
        found += [tuple(of_it[first::walks]) for first in range(walks)]
    return found


def cases() -> list[Any]:
    """In `make faults` every point on a walk of its own, on both databases.

    In `make test` three deaths a walk (four of rights, two of what is overdue): every point on SQLite, every eighth
    on PostgreSQL.
    """
    long = os.environ.get("SUBJECTLINE_FAULTS") == "long"
    return [
        pytest.param(kind, each, id=f"{kind}-{'+'.join(each)}", marks=marks)
        for kind, every, marks in (("sqlite", 1, ()), ("postgresql", 1 if long else 8, (pytest.mark.postgres,)))
        for each in deaths(every, 1 if long else 3)
    ]


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    with postgres_url() as made:
        yield made


def test_the_number_of_crash_points_does_not_shrink() -> None:
    """A point that disappears is a place nobody looks at any more; each of them is somebody's death on SQLite."""
    assert sorted(point for each in deaths(1, 3) for point in each) == points()
    assert len(points()) == 138


def stopped_quiet(walk: Walk, bot: Mortal, store: Store) -> None:
    """Stopped in order with nothing under way. What the clock made due in the last moment is said after a restart."""
    for _ in range(3):
        walk.until("everything to be quiet", lambda: quiet(store))
        assert bot.stop() == 0
        if quiet(store):
            return
        bot.start()


@pytest.mark.faults
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("url", "at"), cases(), indirect=["url"])
def test_killed_at(at: tuple[str, ...], url: str, tmp_path: Path, zygote: Zygote) -> None:
    """Enquiries are walked to their end although the bot dies on the way: everything happened, and happened once."""
    road = walked(at[0])
    with staged(tmp_path / "world", zygote, url, vendors=road == "vendors") as (world, bot, walk):
        bot.start(*at)
        if road == "vendors":
            walk.deletion(("Jonas Altherr", JONAS))
        elif road == "overdue":
            walk.overdue(("Mara Lindt", MARA))
        elif road == "rights":
            walk.objection(("Mara Lindt", MARA))
            walk.lifting(walk.restriction(("Jonas Altherr", JONAS)), ("Jonas Altherr", JONAS))
            walk.correction(("Reto Lindt", RETO), {"phone": "+41 52 555 01 77"})
        else:
            walk.quarantine()
            package = walk.access(("Mara Lindt", MARA), extended=True)
            assert "START-HERE.html" in package.namelist()
            walk.deletion(("Jonas Altherr", JONAS))
        assert sorted(bot.deaths) == sorted(at), "a point was never reached"
        held = evidence(world, walk, url)
        if road == "rights":
            held = replace(held, undone=JONAS_ROWS)
            assert {each[:2] for each in held.changes} == {*JONAS_ROWS, *MARA_ROWS, RETO_ROW}
        stopped_quiet(walk, bot, held.store)
        check_invariants(held)
        check_said_once(replace(held, deaths=len(bot.deaths)))
        held.store.close()
