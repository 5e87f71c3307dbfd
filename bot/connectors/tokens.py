"""Whole tokens in foreign text: addresses and account numbers that stand there by themselves, never as part of another.

`1042` is not in `10421`, `mara@example.com` is not in `x.mara@example.com`. Everything here is one pass over the text.
"""

from collections.abc import Iterator
from typing import Any

import idna

from bot.intake import normal_address
from bot.intake.patterns import pattern

_LOCAL, _DOMAIN = 64, 255  # RFC 5321, 4.5.3.1
_ATEXT = frozenset("!#$%&'*+-/=?^_`{|}~.")  # RFC 5322, 3.2.3, and the dot
_WRAPS = "!#$%&'*/=?^`{|}~."  # what may stand before an address without belonging to it
_FORKS = "=/?&|"  # `?to=mara@example.com` is read both ways


def comparable(address: str) -> str:
    """The form in which addresses are compared: lower case, domain in IDNA form; look-alikes stay different."""
    text = address.strip()
    if text.isascii():
        return text.lower()
    return normal_address(text) or text


def spellings(address: str) -> tuple[str, ...]:
    """The comparable form, and the one with the domain in letters: both may stand in a text or a header."""
    plain = comparable(address)
    local, at, domain = plain.rpartition("@")
    if "xn--" not in domain:
        return (plain,)
    try:
        return (plain, local + at + idna.decode(domain))
    except idna.IDNAError:
        return (plain,)


def addresses(text: str) -> Iterator[tuple[str, ...]]:
    """Every address in the text, comparable: one form, or several where it can be read several ways."""
    at = text.find("@")
    while at >= 0:
        local, domain = _before(text, at), _after(text, at)
        if local and domain:
            forms = [local, *(local.rpartition(sign)[2] for sign in _FORKS if sign in local)]
            yield tuple(dict.fromkeys(comparable(f"{each}@{domain}") for each in forms if each))
        at = text.find("@", at + 1)


def _before(text: str, at: int) -> str:
    start = at
    while start > 0 and at - start <= _LOCAL and _belongs(text[start - 1]):
        start -= 1
    return "" if at - start > _LOCAL else text[start:at].lstrip(_WRAPS)


def _after(text: str, at: int) -> str:
    end = at + 1
    while end < len(text) and end - at <= _DOMAIN and (text[end].isalnum() or text[end] in ".-"):
        end += 1
    domain = text[at + 1 : end].strip(".-")
    return domain if "." in domain else ""


def _belongs(char: str) -> bool:
    return char.isalnum() or char in _ATEXT


class Numbers:
    """Account numbers of one make (an RE2 pattern, as the configuration names it) that stand alone."""

    def __init__(self, make: str) -> None:
        """ValueError for what is no pattern."""
        self._pattern: Any = pattern(make)
        try:
            everywhere = self._pattern.search("") is not None
        except Exception:  # noqa: BLE001 - re2 names no family of errors
            raise ValueError("is no pattern that RE2 knows") from None
        if everywhere:
            raise ValueError("matches nothing at all: it would be everywhere")

    def fits(self, text: str) -> bool:
        """Whether all of it is such a number."""
        return self._pattern.fullmatch(text) is not None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where such numbers stand. Letters and digits beside them would be part of another."""
        for match in self._pattern.finditer(text):
            start, end = match.span()
            if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
                yield start, end

    def within(self, text: str) -> Iterator[str]:
        return (text[start:end] for start, end in self.spans(text))
