"""How like the words of requests a mail's words are: for what the signs of the radar do not foresee.

Each feature (a word, its beginning and end, two beginnings in a row, a clue, two clues in one place) has a weight,
learned from the invented mails the radar was tuned on (`make radar`). It never outweighs a sign: it is only asked where
the signs found too little, and what it shows is looked at by a person.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from math import sqrt
from string import punctuation

from bot.intake.vocabulary import Clue

LIKE = 0.25  # from which on a mail is shown: eleven more false alarms among 1335 mails it had not learned from
KNOWN = 0.5  # share of its features that has a weight, at least: among the enquiries learned it is never less
READ = 4_000  # characters of a mail that are weighed: further on they say little of what it wants
FILE = "likeness.txt"
_MARKS = str.maketrans({**dict.fromkeys(f"{punctuation}«»“”„\u2013\u2014…", " "), "?": " ? "})
_START, _END = 4, 5  # letters of a word that stand for its forms
ALWAYS = "!"  # stands in every mail and is not rare: what is said of a mail before its words
UNIT = 1_000  # a weight of 1 in the file


@dataclass(frozen=True)
class Weight:
    """What a feature says, and how rare it is: whole numbers, so that to learn again changes nothing."""

    weight: int
    rarity: int


def features(words: str, places: Iterable[Collection[Clue]]) -> set[str]:
    """What is weighed of these folded words, and of the clues of each place. A number stands for any.

    Letters that stand alone are noise.
    """
    apart = [each for each in words[:READ].translate(_MARKS).split() if len(each) > 1 or each == "?"]
    all_words = ["#" if each[0].isdigit() else each for each in apart]
    starts = [each[:_START] for each in all_words]
    found = {*all_words, *[f"{each}*" for each in starts], *[f"*{each[-_END:]}" for each in all_words if len(each) > 7]}
    found.update([f"{first} {second}" for first, second in pairwise(starts)])
    for clues in places:
        names = sorted(clues)
        found.update([f"={each}" for each in names])
        found.update([f"={first}+{second}" for number, first in enumerate(names) for second in names[number + 1 :]])
    return found


def mark(words: str, places: Iterable[Collection[Clue]], weights: Mapping[str, Weight] | None = None) -> float:
    """How much they are like those of requests; around nought it is open. Few known features say as much as many."""
    return _sum(features(words, places), WEIGHTS if weights is None else weights)


def _sum(found: Collection[str], weights: Mapping[str, Weight]) -> float:
    known = [weights[each] for each in found if each in weights]
    length = sqrt(sum([each.rarity * each.rarity for each in known])) or 1.0
    return (sum([each.weight * each.rarity for each in known]) / length + weights[ALWAYS].weight) / UNIT


def like(words: str, places: Iterable[Collection[Clue]]) -> bool:
    """Whether a person should look at a mail of these words. Among unknown ones the few known say nothing."""
    found = features(words, places)
    return sum(each in WEIGHTS for each in found) >= KNOWN * len(found) and _sum(found, WEIGHTS) >= LIKE


def read(text: str) -> Mapping[str, Weight]:
    """The weights of a file. ValueError where a line is none."""
    found: dict[str, Weight] = {}
    for line in text.splitlines():
        name, weight, rarity = line.split("\t")
        found[name] = Weight(int(weight), int(rarity))
    return found


def written(weights: Mapping[str, Weight]) -> str:
    """The file that holds them."""
    return "".join(f"{name}\t{each.weight}\t{each.rarity}\n" for name, each in sorted(weights.items()))


WEIGHTS = read((files("bot.intake") / FILE).read_text(encoding="utf-8"))
