"""What the office says in Slack, by language: `templates/slack/<language>.toml`, a table a room, a sentence a key.

A house speaks one language, whatever a person's letter is written in: it is set once, when the house is put together.
Structure belongs in Python, prose in templates; a sentence takes values by name, and escaping is the caller's.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

TEMPLATES = Path(__file__).parent.parent / "templates" / "slack"
LANGUAGES = tuple(sorted(each.stem for each in TEMPLATES.glob("*.toml")))
DEFAULT = "en"

_K = TypeVar("_K")
_now = {"language": DEFAULT}


@cache
def sentences(language: str) -> Mapping[str, str]:
    """`room.key` → the sentence, as the file has it."""
    rooms = tomllib.loads((TEMPLATES / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{room}.{key}": sentence for room, found in rooms.items() for key, sentence in found.items()}


def speak(language: str) -> None:
    """Whatever is said from now on is said in this language. ValueError where there are no words of it."""
    if language not in LANGUAGES:
        raise ValueError(f"there are no words of {language} for Slack")
    _now["language"] = language


def say(key: str, **values: Any) -> str:
    """The sentence with these values. KeyError for a key, or a value, nobody knows."""
    sentence = sentences(_now["language"])[key]
    return sentence.format(**values) if values else sentence


def named(kind: str, word: str) -> str:
    """A word of the house (`right`, `access`) as people read it. Where it has no name of its own, the word."""
    return sentences(_now["language"]).get(f"{kind}.{word}", str(word))


def listed(kind: str) -> tuple[str, ...]:
    """Names in a row, such as the days of the week, as one sentence holds them."""
    return tuple(say(f"calendar.{kind}").split())


def capital(text: str) -> str:
    """The text with a capital at its beginning, and nothing else changed: German nouns keep theirs."""
    return f"{text[:1].upper()}{text[1:]}"


def small(text: str) -> str:
    """The same with a small letter at its beginning."""
    return f"{text[:1].lower()}{text[1:]}"


class Phrases(Mapping[_K, Any]):
    """A table of sentences by their keys, said when they are asked for; a row of several is a tuple of them."""

    def __init__(self, keys: Mapping[_K, Any]) -> None:
        self._keys = keys

    def __getitem__(self, name: _K) -> Any:
        return _said(self._keys[name])

    def __iter__(self) -> Iterator[_K]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _said(key: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(map(_said, key))
    return sentences(_now["language"]).get(key, key) if isinstance(key, str) else key
