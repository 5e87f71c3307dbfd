"""T17: what reads foreign mail has no slow case. Each pattern is searched in strings made to make it go back and forth.

In `make faults` every pattern of the bot, whoever writes what it reads.
"""

import importlib
import os
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest

import bot.desk.identifying
import bot.intake
from bot.intake.patterns import pattern

LONG = os.environ.get("SUBJECTLINE_FAULTS") == "long"
LENGTH = 2000  # characters: an engine that goes back would need seconds
SHORTER = 1000  # where Python's own engine reads what is capped: only what is worse than quadratic is slow then
SECONDS = 0.05
PIECES = ("a", "A1", "0", "\t \n", "a@", "a.", "<a", "(", '"', "\\", "=?", "--", "\u00e4", "*a", "'")


def of_intake() -> list[ModuleType]:
    """The modules of intake, and the one that knows a code when it reads one."""
    found = [importlib.import_module(each.name) for each in pkgutil.iter_modules(bot.intake.__path__, "bot.intake.")]
    return [*found, bot.desk.identifying]


def of_the_bot() -> list[ModuleType]:
    """Every module of the bot but what only plays the other side."""
    found = [each.name for each in pkgutil.walk_packages(bot.__path__, "bot.")]
    aside = (".sandbox", ".migrations", ".__main__")
    return [importlib.import_module(each) for each in found if not any(part in each for part in aside)]


def patterns(modules: list[ModuleType]) -> Iterator[tuple[str, Any]]:
    """Every compiled pattern that stands in one of these modules, in a table of one, or in a list."""
    for module in modules:
        for name, value in vars(module).items():
            for each in _each(value):
                if isinstance(each, re.Pattern | type(pattern("x"))):
                    yield f"{module.__name__}.{name}", each


def _each(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _each(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _each(each)
    else:
        yield value


def attacks(text: str, length: int) -> Iterator[str]:
    """Long repetitions, ended by what does not fit: of usual pieces, and of the pattern's own words."""
    for piece in (*PIECES, *(f"{word} " for word in set(re.findall(r"[A-Za-z]{2,8}", text)[:5]))):
        yield (piece * length)[:length] + "\x01!"


@pytest.mark.faults
def test_no_pattern_has_a_slow_case() -> None:
    """Under 50 ms each, whatever it is searched in."""
    slow = []
    for name, found in patterns(of_the_bot() if LONG else of_intake()):
        text = found.pattern.decode("latin-1") if isinstance(found.pattern, bytes) else found.pattern
        for attack in attacks(text, SHORTER if isinstance(found, re.Pattern) else LENGTH):
            said = attack.encode("latin-1", "replace") if isinstance(found.pattern, bytes) else attack
            if all(_seconds(found, said) > SECONDS for _ in range(3)):
                slow.append((name, attack[:12]))
    assert not slow


def _seconds(found: Any, said: Any) -> float:
    began = time.process_time()
    found.search(said)
    return time.process_time() - began


def test_intake_knows_one_engine() -> None:
    """It compiles nothing but RE2, which has no slow case for any pattern."""
    found = list(patterns(of_intake()))
    assert len(found) > 60
    assert {"bot.intake.address._TOKEN", "bot.intake.trimming._INTRODUCES"} <= {name for name, _ in found}
    assert not [name for name, each in found if name.startswith("bot.intake.") and isinstance(each, re.Pattern)]
