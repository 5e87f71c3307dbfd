"""What the team reads in Slack: `templates/slack/<language>/<file>.toml`, one language for the whole house.

A key is `file.name`, or `file.table.name`. A text with `one` and `other` is chosen by the value `n`. Values go in as
`str.format` puts them; whoever draws escapes them as ever.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parent.parent / "templates" / "slack"
LANGUAGES = ("en", "de")
PLURAL = frozenset({"one", "other"})
_K = TypeVar("_K")
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


def spoken() -> str:
    """The language this process says everything in, of LANGUAGES."""
    return _House.language


def say(key: str, /, **values: object) -> str:
    """The phrase with its values. KeyError where there is no such phrase, or where it names a value not given."""
    found = phrases(_House.language)[key]
    if not isinstance(found, str):
        found = found["one" if values["n"] == 1 else "other"]
    return found.format(**values)


def named(kind: str, word: str) -> str:
    """A word of the house (`right`, `access`) as people read it. Where it has no name of its own, the word."""
    found = phrases(_House.language).get(f"{kind}.{word}")
    return found if isinstance(found, str) else str(word)


def translated(room: str, sentence: str) -> str:
    """A sentence of a room that is written down in English, as the team reads it; as it is where the room has none.

    For what is said where nobody knows the team's language: a mail is read in a process of its own, a law stands in a
    file.
    """
    if _House.language == LANGUAGES[0]:
        return sentence
    for key, form in _forms(room):
        if found := form.fullmatch(sentence):
            return say(key, **found.groupdict())
    return sentence


@cache
def _forms(room: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    english = {key: each for key, each in phrases(LANGUAGES[0]).items() if key.startswith(f"{room}.")}
    forms = {key: re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(str(each))) for key, each in english.items()}
    return tuple((key, re.compile(form)) for key, form in forms.items())


def day(of: date) -> str:
    """`Mon 14 Dec 2026`, as the team's language writes it; never as the machine's does."""
    weekday = say("dates.weekdays").split()[of.weekday()]
    return say("dates.day", weekday=weekday, day=of.day, month=month(of), year=of.year)


def month(of: date) -> str:
    """`Dec`."""
    return say("dates.months").split()[of.month - 1]


def capital(text: str) -> str:
    """The text with a capital at its beginning, and nothing else changed: German nouns keep theirs."""
    return f"{text[:1].upper()}{text[1:]}"


def small(text: str) -> str:
    """The same with a small letter at its beginning."""
    return f"{text[:1].lower()}{text[1:]}"


class Phrases(Mapping[_K, Any]):
    """A table of phrases by their keys, said when they are asked for; a row of several is a tuple of them."""

    def __init__(self, keys: Mapping[_K, str | tuple[str, ...]]) -> None:
        self._keys = keys

    def __getitem__(self, name: _K) -> Any:
        key = self._keys[name]
        return tuple(map(_raw, key)) if isinstance(key, tuple) else _raw(key)

    def __iter__(self) -> Iterator[_K]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _raw(key: str) -> str:
    return str(phrases(_House.language)[key])


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
