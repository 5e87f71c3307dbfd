"""The company's own words in other languages: what the configuration says of categories, grounds and recipients.

A letter of a language is a folder of templates; the words a company wrote into its configuration are not in it. The
glossary has them, text by text, and what it does not have stands in the letter as the configuration has it. What a
person wrote, and what a system holds of them, is never looked up.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

OWN = frozenset({  # its words
    "company", "policy", "searched", "lines", "erased", "kept", "told", "telling", "untold", "system", "field",
    "by_hand",
})  # fmt: skip


class Glossary:
    """Language → text of the configuration → the same in that language."""

    def __init__(self, words: Mapping[str, Mapping[str, str]]) -> None:
        self._words = words

    def spoken(self, values: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The values of a letter, the company's own words among them in this language."""
        words = self._words.get(language)
        return _walked(values, words) if words else dict(values)

    def missing(self, texts: Iterable[str], language: str) -> list[str]:
        """Those of these texts that letters of this language show untranslated, each once."""
        words = self._words.get(language, {})
        return [each for each in dict.fromkeys(texts) if each and each not in words]


def texts(said: Any) -> Iterator[str]:
    """Every text in these values, however deep."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        for each in said.values():
            yield from texts(each)
    elif isinstance(said, list | tuple):
        for each in said:
            yield from texts(each)


def _walked(values: Any, words: Mapping[str, str]) -> Any:
    """The values, with what stands under a name of OWN said in other words."""
    if isinstance(values, Mapping):
        return {name: _said(each, words) if name in OWN else _walked(each, words) for name, each in values.items()}
    if isinstance(values, list | tuple):
        return [_walked(each, words) for each in values]
    return values


def _said(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return words.get(value, value)
    if isinstance(value, Mapping):
        return {name: _said(each, words) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_said(each, words) for each in value]
    return value
