"""Learns the weights of `bot/intake/likeness.txt` from the invented mails the radar was tuned on: `make radar`.

A linear support vector machine, solved by dual coordinate descent (Hsieh et al. 2008) in plain arithmetic: the same mails
give the same file on every machine. Nothing of the part put aside is read here.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path
from random import Random

import bot.intake
from bot.intake.likeness import ALWAYS, FILE, UNIT, Weight, features, written
from bot.intake.radar import places
from bot.intake.words import folded, own_words
from tests.bot.intake.invented import Written, invented

_COMMON = 3  # mails a feature stands in at least
_ROUNDS = 12
_PLACE = Path(bot.intake.__file__).parent / FILE


@dataclass(frozen=True)
class Example:
    """A mail as its features, and whether it is an enquiry."""

    enquiry: bool
    features: frozenset[str]


def example(each: Written) -> Example:
    text = own_words(each.subject, each.text)
    clues = [found for _, found in places(each.subject, text)]
    return Example(each.enquiry, frozenset(features(folded(f"{each.subject}.\n{text}"), clues)))


def learned(examples: Sequence[Example]) -> dict[str, Weight]:
    """The weights that tell these mails apart best, and how rare each feature is."""
    rarities = _rarities([each.features for each in examples])
    names = sorted(rarities)
    number = {name: place for place, name in enumerate(names)}
    rows: list[list[tuple[int, float]]] = []
    for each in examples:
        known = [name for name in sorted(each.features) if name in number]
        length = sqrt(sum([rarities[name] ** 2 for name in known])) or 1.0
        rows.append([*[(number[name], rarities[name] / length) for name in known], (len(names), 1.0)])
    weights = _solved(rows, [1.0 if each.enquiry else -1.0 for each in examples], len(names) + 1)
    found = {name: Weight(round(weights[number[name]] * UNIT), rarities[name]) for name in names}
    return found | {ALWAYS: Weight(round(weights[-1] * UNIT), 0)}


def _rarities(found: Sequence[Collection[str]]) -> dict[str, int]:
    """Tenths of the logarithm of how rare each feature is; only those that stand in some mails."""
    count = Counter(name for each in found for name in each)
    return {
        name: round(10 * (1 + log((1 + len(found)) / (1 + times)))) for name, times in count.items() if times >= _COMMON
    }


def _solved(rows: Sequence[Sequence[tuple[int, float]]], signs: Sequence[float], size: int) -> list[float]:
    """The weights: squared hinge loss, C = 1; each row is of length one and ends with a constant one."""
    weights, pulls = [0.0] * size, [0.0] * len(rows)
    order, chance = list(range(len(rows))), Random(1)
    for _ in range(_ROUNDS):
        chance.shuffle(order)
        for row in order:
            sign, values = signs[row], rows[row]
            slope = sign * sum([weights[place] * value for place, value in values]) - 1 + pulls[row] / 2
            pull = max(pulls[row] - slope / 2.5, 0.0)  # the row and its constant: two; and 1 / 2C
            if change := (pull - pulls[row]) * sign:
                pulls[row] = pull
                for place, value in values:
                    weights[place] += change * value
    return weights


def main() -> None:
    """Writes the file."""
    _PLACE.write_text(written(learned([example(each) for each in invented("tuned")])), encoding="utf-8")


if __name__ == "__main__":
    main()
