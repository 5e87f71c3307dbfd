"""The one door to regular expressions: over foreign text they run on RE2, which has no slow case (TRUST T17).

Each call through its Python wrapper costs some microseconds: where a string method says the same, it is used instead.
What stands in a module is compiled when it is first used: mail is read in a child, the bot itself needs few of them.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

import re2

_Name = TypeVar("_Name")
MEMORY = 64 * 1024 * 1024  # bytes all parts of a set may use: with too little it would find nothing, and say nothing


class _OnFirstUse:
    """What RE2 makes of a pattern, at its first use: like the compiled pattern; `re2.error` comes then, too."""

    def __init__(self, text: str | bytes, options: Any = None) -> None:
        self._text, self._options = text, options

    @cached_property
    def _compiled(self) -> Any:
        return re2.compile(self._text, self._options)

    def __getattr__(self, name: str) -> Any:
        """An attribute of the compiled pattern; from then on it is one of this object's own."""
        found = getattr(self._compiled, name)
        setattr(self, name, found)
        return found


def pattern(text: str) -> "re.Pattern[str]":
    """A pattern of RE2; used like a pattern of `re` without look-around and back references."""
    return cast("re.Pattern[str]", _OnFirstUse(text))


def byte_pattern(text: bytes) -> "re.Pattern[bytes]":
    """The same over bytes; `.` and classes mean bytes."""
    options = re2.Options()
    options.encoding = options.Encoding.LATIN1
    return cast("re.Pattern[bytes]", _OnFirstUse(text, options))


def literal(text: str) -> str:
    """The pattern that matches exactly this text."""
    return re2.escape(text)


class Names(Generic[_Name]):
    """Several patterns with a name each. Compiled for the first text.

    Searched in one pass, or in as many as there are `parts`: what one automaton remembers of many patterns multiplies,
    what several remember adds up.
    """

    def __init__(self, patterns: Mapping[_Name, str], parts: int = 1) -> None:
        self._parts: list[dict[_Name, str]] = [{} for _ in range(parts)]
        for name, text in sorted(patterns.items(), key=lambda each: len(each[1]), reverse=True):
            min(self._parts, key=lambda part: sum(map(len, part.values())))[name] = text

    @cached_property
    def _sets(self) -> list[tuple[list[_Name], Any]]:
        return [(list(part), self._made(part.values())) for part in self._parts]

    def _made(self, texts: Iterable[str]) -> Any:
        options = re2.Options()
        options.max_mem = MEMORY // len(self._parts)
        made = re2.Set.SearchSet(options)
        for text in texts:
            made.Add(text)
        made.Compile()
        return made

    def in_(self, text: str) -> set[_Name]:
        """The names whose pattern occurs in the text."""
        return {names[number] for names, made in self._sets for number in made.Match(text) or ()}
