"""The proofs of `demo --once` can fail: where nothing was done, where too much was done, where another was touched."""

import copy
import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.sandbox import proofs
from bot.sandbox.company import JONAS, MARA, RETO
from bot.sandbox.world import World

EVERY = {"server", "newsletter", "crm", "share", "mail", "recruitment", "distributor"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), vendors=True, papers=True) as made:
        yield made


def held(verdict: proofs.Verdict) -> set[str]:
    return {system for system, fine in verdict.items() if fine}


def test_nothing_done_proves_nothing(world: World) -> None:
    """Only where a right asks nothing of a system, an untouched one is right."""
    before = world.held()
    assert held(proofs.restricted(before, before, JONAS)) == {"recruitment"}
    assert held(proofs.silenced(before, before, MARA)) == {"share", "mail", "recruitment", "distributor"}
    assert held(proofs.corrected(before, before, JONAS, "Altherr-Frei")) == {"share", "mail", "recruitment"}
    assert held(proofs.deleted(world, before, MARA)) == set()
    assert held(proofs.lifted(before, before, JONAS)) == EVERY


def test_an_empty_package_proves_nothing(world: World) -> None:
    """Neither an access nor what a portability hands over."""
    with zipfile.ZipFile(io.BytesIO(), "w") as package:
        before = world.held()
        assert held(proofs.copied(package, before, MARA)) == set()
        assert held(proofs.given(package, before, MARA)) == {"share", "mail"}


def test_a_row_of_somebody_else_is_seen(world: World) -> None:
    """Changed or gone, in any system."""
    before = world.held()
    for system, tables in before.items():
        after = copy.deepcopy(before)
        place = next(name for name, rows in tables.items() if any(RETO in row["of"] or MARA in row["of"] for row in rows))
        mine = [row for row in after[system][place] if RETO in row["of"] or MARA in row["of"]]
        after[system][place] = [row for row in after[system][place] if row != mine[-1]]
        assert held(proofs.untouched(before, after, JONAS)) == EVERY - {system}


def test_an_address_anywhere_is_no_deletion(tmp_path: Path) -> None:
    """In a free text of the database, long after the tables of people are empty of it."""
    with World(tmp_path, vendors=True, papers=True) as world:
        before = world.held()
        with closing(sqlite3.connect(world.company_path)) as connection, connection:
            connection.execute("UPDATE account SET email = 'erased-1@invalid.example', second_email = NULL WHERE id = 1")
            connection.execute("DELETE FROM newsletter WHERE email = ?", (MARA,))
            connection.execute("UPDATE support_ticket SET body = 'redacted' WHERE account_id = 1")
        assert held(proofs.deleted(world, before, MARA)) == {"server"}
        with closing(sqlite3.connect(world.company_path)) as connection, connection:
            connection.execute("UPDATE support_ticket SET body = ? WHERE account_id = 1", (f"write to {MARA.upper()}.",))
        assert held(proofs.deleted(world, before, MARA)) == set()
