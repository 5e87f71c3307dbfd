"""Nothing is lost: the bot is killed once at every named point of the whole walk, on both databases, and goes on."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.company import JONAS, MARA
from tests.faults.invariants import check_invariants, check_said_once, quiet
from tests.faults.stage import Zygote, evidence, staged
from tests.fixtures.store import migrate, postgres_url

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
VENDORS = ("mailchimp", "zoho")  # on a walk of their own: the services of others are in that world, too
OF_EACH = ("claimed", "before_call", "after_call", "recorded")


def points() -> list[str]:
    """Every crash point the code names: written out, or one of the engine's for each kind of work."""
    literal = re.compile(r"checkpoint\(\"([a-z_.]+)\"\)")
    named = {name for path in (ROOT / "bot").rglob("*.py") for name in literal.findall(path.read_text())}
    return sorted(named | {f"{kind}.{place}" for kind in (*KINDS, *REMINDING) for place in OF_EACH})


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


def cases() -> list[Any]:
    """Every point on SQLite; on PostgreSQL every fourth in `make test`, and all in `make faults`."""
    every = 1 if os.environ.get("SUBJECTLINE_FAULTS") == "long" else 4
    return [
        *(pytest.param("sqlite", point, id=f"sqlite-{point}") for point in points()),
        *(
            pytest.param("postgresql", point, id=f"postgresql-{point}", marks=pytest.mark.postgres)
            for point in points()[::every]
        ),
    ]


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'subjectline.sqlite'}"
        migrate(made)
        yield made
        return
    with postgres_url() as made:
        yield made


def test_the_number_of_crash_points_does_not_shrink() -> None:
    """A point that disappears is a place nobody looks at any more."""
    assert len(points()) == 115


@pytest.mark.faults
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("url", "point"), cases(), indirect=["url"])
def test_killed_at(point: str, url: str, tmp_path: Path, zygote: Zygote) -> None:
    """Enquiries are walked to their end although the bot dies on the way: everything happened, and happened once."""
    vendor = point.partition(".")[0] in VENDORS
    with staged(tmp_path / "world", zygote, url, vendors=vendor) as (world, bot, walk):
        bot.start(crash=point)
        if vendor:
            walk.deletion(("Jonas Altherr", JONAS))
        elif point.partition(".")[0] in REMINDING:
            walk.overdue(("Mara Lindt", MARA))
        else:
            walk.quarantine()
            package = walk.access(("Mara Lindt", MARA), extended=True)
            assert "START-HERE.html" in package.namelist()
            walk.deletion(("Jonas Altherr", JONAS))
        assert len(bot.deaths) == 1, f"{point} was never reached"
        held = evidence(world, walk, url)
        walk.until("everything to be quiet", lambda: quiet(held.store))
        assert bot.stop() == 0
        check_invariants(held)
        check_said_once(replace(held, deaths=len(bot.deaths)))
        held.store.close()
