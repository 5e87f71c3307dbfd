"""Whose words a mail carries that somebody sent on: proposed to a person, never believed by itself."""

from dataclasses import dataclass, field

from bot.intake import address, charsets
from bot.intake.patterns import pattern

_FORWARDED = pattern(r"(?i)^\W*(?:fwd?|wg|tr|i|rv)\s*:")
# The line with the first writer's address above a text sent on, in the words of common programs.
_FROM = pattern(
    r"(?im)^[>\s*]{0,10}(?:from|von|de|da|expediteur|expéditeur|mittente|absender)\s{0,3}:[\s*]{0,5}(.{3,300})$"
)
_BETWEEN = pattern(
    r"(?i)[<\[(](?:mailto:)?([^\s<>\[\]()]{1,64}@[^\s<>\[\]()]{3,250})[>\])]|"
    r"([^\s<>\[\]();,:]{1,64}@[^\s<>\[\]();,]{3,250})"
)
_LOOKED = 20_000  # characters of the text


@dataclass(frozen=True)
class Origin:
    """Who seems to have written first. Both empty where nobody is named."""

    address: str = field(default="", repr=False)  # by `normal_address`
    name: str = field(default="", repr=False)


def forwarded(subject: str) -> bool:
    """Whether the subject says that the mail was sent on."""
    return _FORWARDED.search(subject) is not None


def first_writer(text: str, own: frozenset[str]) -> Origin:
    """The first address of somebody else in a line such as `From: Ann <ann@…>` of the text."""
    for match in _FROM.finditer(text[:_LOOKED]):
        if (found := _named(match.group(1))).address and found.address not in own:
            return found
    return Origin()


def of_header(value: str, own: frozenset[str]) -> Origin:
    """Who a Reply-To, or the From of a mail inside, names."""
    found = address.sender([value]) if value.strip() else None
    if found is None or found.address is None or found.address in own:
        return Origin()
    return Origin(found.address, found.name)


def _named(line: str) -> Origin:
    match = _BETWEEN.search(line)
    if match is None:
        return Origin()
    written = (match.group(1) or match.group(2)).strip("'\".,;*")
    name = charsets.shown(line[: match.start()].strip(" \t'\"*<>"), 200)
    return Origin(address.normal_address(written) or "", name)
