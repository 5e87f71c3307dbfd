"""The demo company's file server and mailbox: searched, changed and shown like its other systems."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot import connectors
from bot.connectors import Connector, File
from bot.law import Right
from bot.sandbox.company import JONAS, MARA, READER, RETO
from bot.sandbox.world import World
from bot.workflow import Act
from tests.fakes import outside


def systems(world: World) -> dict[str, Connector]:
    blocks = tomllib.loads((world.folder / "subjectline.toml").read_text())["connectors"]
    found, faults = connectors.load(blocks, outside(world.clock, **world.environment()))
    assert faults == []
    return {each.name: each for each in found if each.name in {"share", "mail"}}


def test_the_demo_world_holds_them(tmp_path: Path) -> None:
    """Fit for use, with something of whoever plays a part."""
    with World(tmp_path, papers=True) as world:
        for each in systems(world).values():
            assert each.lint() == []
            assert [len(each.find([address])) for address in (MARA, RETO, JONAS, READER)] == [1, 1, 1, 1]
            assert each.find(["nobody.known@example.test"]) == []


@pytest.mark.parametrize("name", ["share", "mail"])
def test_what_is_shown_before_and_after(tmp_path: Path, name: str) -> None:
    """A copy, a restriction that ends, a deletion: each proved, and nobody else's rows change."""
    with World(tmp_path, papers=True) as world:
        system = systems(world)[name]
        (mara,) = system.find([MARA])
        assert [each for each in system.export(mara) if isinstance(each, File)]
        plan = [line for line in system.plan(Right.RESTRICTION, mara) if line.act != Act.TASK]
        system.restrict(mara, plan, "k")
        assert system.prove(Right.RESTRICTION, mara, [MARA], plan) == []
        assert world.held()[name] != world.held_before[name]
        system.lift(mara, plan, "k")
        assert rows(world.held()[name]) == rows(world.held_before[name])
        plan = [line for line in system.plan(Right.DELETION, mara) if line.act != Act.TASK]
        system.erase(mara, plan, "k2")
        assert system.prove(Right.DELETION, mara, [MARA], plan) == []
        now = world.held()[name]
        for place, before in world.held_before[name].items():
            others = [row for row in before if MARA not in row["of"]]
            assert [row for row in now[place] if row in others] == others


def rows(places: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {place: held for place, held in places.items() if held}
