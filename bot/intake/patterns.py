"""The one door to regular expressions: over foreign text they run on RE2, which has no slow case (TRUST T17).

Each call through its Python wrapper costs some microseconds: where a string method says the same, it is used instead.
"""

import re
from collections.abc import Mapping
from typing import Generic, TypeVar, cast

import re2

_Name = TypeVar("_Name")
MEMORY = 64 * 1024 * 1024  # bytes a set may use: with too little it would find nothing, and say nothing


def pattern(text: str) -> "re.Pattern[str]":
    """Compiled by RE2; used like a pattern of `re` without look-around and back references."""
    return cast("re.Pattern[str]", re2.compile(text))


def byte_pattern(text: bytes) -> "re.Pattern[bytes]":
    """The same over bytes; `.` and classes mean bytes."""
    options = re2.Options()
    options.encoding = options.Encoding.LATIN1
    return cast("re.Pattern[bytes]", re2.compile(text, options))


def literal(text: str) -> str:
    """The pattern that matches exactly this text."""
    return re2.escape(text)


class Names(Generic[_Name]):
    """Several patterns with a name each, searched in one pass."""

    def __init__(self, patterns: Mapping[_Name, str]) -> None:
        self._names = list(patterns)
        options = re2.Options()
        options.max_mem = MEMORY
        self._set = re2.Set.SearchSet(options)
        for text in patterns.values():
            self._set.Add(text)
        self._set.Compile()

    def in_(self, text: str) -> set[_Name]:
        """The names whose pattern occurs in the text."""
        return {self._names[number] for number in self._set.Match(text) or ()}
