"""T17: what reads foreign mail has no slow case. Each pattern is searched in strings made to make it go back and forth."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import re2

import bot.desk.identifying
import bot.intake

LENGTH = 2000  # characters: an engine that goes back would need seconds
SECONDS = 0.05
PIECES = ("a", "A1", "0", "\t \n", "a@", "a.", "<a", "(", '"', "\\", "=?", "--", "\u00e4", "*a", "'")


def patterns() -> Iterator[tuple[str, Any]]:
    """Every compiled pattern that stands in a module of intake, in a table of one, or in a list; and that of the code."""
    found = [importlib.import_module(each.name) for each in pkgutil.iter_modules(bot.intake.__path__, "bot.intake.")]
    for module in (*found, bot.desk.identifying):
        for name, value in vars(module).items():
            for each in _each(value):
                if isinstance(each, re.Pattern | type(re2.compile("x"))):
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


def attacks(text: str) -> Iterator[str]:
    """Long repetitions, ended by what does not fit: of usual pieces, and of the pattern's own words."""
    for piece in (*PIECES, *(f"{word} " for word in set(re.findall(r"[A-Za-z]{2,8}", text)[:5]))):
        yield (piece * LENGTH)[:LENGTH] + "\x01!"


def test_no_pattern_has_a_slow_case() -> None:
    """Under 50 ms each, whatever it is searched in."""
    slow = []
    for name, found in patterns():
        text = found.pattern.decode("latin-1") if isinstance(found.pattern, bytes) else found.pattern
        for attack in attacks(text):
            said = attack.encode("latin-1", "replace") if isinstance(found.pattern, bytes) else attack
            if _seconds(found, said) > SECONDS and _seconds(found, said) > SECONDS:
                slow.append((name, attack[:12]))
    assert not slow


def _seconds(found: Any, said: Any) -> float:
    began = time.process_time()
    found.search(said)
    return time.process_time() - began


def test_intake_knows_one_engine() -> None:
    """It compiles nothing but RE2, which has no slow case for any pattern."""
    found = list(patterns())
    assert len(found) > 60
    assert {"bot.intake.address._TOKEN", "bot.intake.trimming._INTRODUCES"} <= {name for name, _ in found}
    assert not [name for name, each in found if name.startswith("bot.intake.") and isinstance(each, re.Pattern)]
