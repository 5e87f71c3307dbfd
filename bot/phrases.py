"""What the team reads in Slack: `templates/slack/<language>/<file>.toml`, one language for the whole house.

A key is `file.name`, or `file.table.name`. A text with `one` and `other` is chosen by the value `n`. Values go in as
`str.format` puts them; whoever draws escapes them as ever.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent / "templates" / "slack"
LANGUAGES = ("en", "de")
PLURAL = frozenset({"one", "other"})
Phrase = str | Mapping[str, str]  # a mapping: of PLURAL


class _House:
    """What this process speaks."""

    language = LANGUAGES[0]


def speak(language: str) -> None:
    """From now on the whole process says everything in this language of LANGUAGES; KeyError for another.

    Set once, at the start (as gettext's `install` is): a team reads one language, and a card stays a plain function
    of what it shows. What was stored before stays in the language of its day.
    """
    phrases(language)
    _House.language = language


def say(key: str, /, **values: object) -> str:
    """The phrase with its values. KeyError where there is no such phrase, or where it names a value not given."""
    found = phrases(_House.language)[key]
    if not isinstance(found, str):
        found = found["one" if values["n"] == 1 else "other"]
    return found.format(**values)


def table(key: str) -> Mapping[str, str]:
    """The phrases below a key, by their last word: looked up when they are read, so a module may hold it as a name."""
    return _Table(key)


class _Table(Mapping[str, str]):
    def __init__(self, key: str) -> None:
        self._key = key

    def __getitem__(self, word: str) -> str:
        found = phrases(_House.language)[f"{self._key}.{word}"]
        if not isinstance(found, str):
            raise KeyError(word)
        return found

    def __iter__(self) -> Iterator[str]:
        start = f"{self._key}."
        return (each.removeprefix(start) for each in phrases(_House.language) if each.startswith(start))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def phrases(language: str) -> Mapping[str, Phrase]:
    """Every phrase of a language by its key; KeyError where we do not speak it."""
    if language not in LANGUAGES:
        raise KeyError(language)
    found: dict[str, Phrase] = {}
    for path in sorted((ROOT / language).glob("*.toml")):
        found |= _flat(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    return found


def _flat(key: str, value: Mapping[str, object]) -> dict[str, Phrase]:
    found: dict[str, Phrase] = {}
    for name, each in value.items():
        if isinstance(each, Mapping) and each.keys() != PLURAL:
            found |= _flat(f"{key}.{name}", each)
        elif isinstance(each, Mapping):
            found[f"{key}.{name}"] = {word: str(text) for word, text in each.items()}
        else:
            found[f"{key}.{name}"] = str(each)
    return found
