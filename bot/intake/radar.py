"""The radar for missed requests: which sentences of a mail ask for what, in four languages, and why.

The law asks for no form (EDPB guidelines 01/2022, 52-57), so every mail is judged by its words. A sign is a set of
clues that stand together in a sentence or in two that follow each other (“You published a picture of me. Please take
it down.”), unless another clue says what is really meant. Its points add up; from `ENOUGH` on, a person looks. All of
it is one table (`signs`); where it finds too little, the words are weighed (`likeness`). No network, and of each
verdict the sentence it rests on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.intake import likeness
from bot.intake.patterns import Names, pattern
from bot.intake.signs import ANOTHER, ON_BEHALF, SIGNS, Sign
from bot.intake.vocabulary import PHRASES, Clue
from bot.intake.words import LONGEST, folded, named_rights, own_words, sentences
from bot.law import Right

ENOUGH = 5  # points from which on a mail is shown to a person
LIKENESS = "Its words are like those of requests people write."


@dataclass(frozen=True)
class Ground:
    """Why a mail may be an enquiry: what is said, in our words, and the sentence it is said in, in theirs."""

    says: str
    right: Right | None
    sentence: str = field(repr=False)


@dataclass(frozen=True)
class Echo:
    """What the radar found. `points` of the strongest place."""

    words: str = field(default="", repr=False)  # the subject and the writer's own words, folded
    points: int = 0
    grounds: tuple[Ground, ...] = ()

    @property
    def enough(self) -> bool:
        return self.points >= ENOUGH

    @property
    def rights(self) -> tuple[Right, ...]:
        """What is asked for, as far as it is clear."""
        found = {each.right for each in self.grounds}
        return tuple(right for right in Right if right in found)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is said, in our words only: names nobody, quotes nothing."""
        return tuple(dict.fromkeys(each.says for each in self.grounds))


_CLUES: "Names[Clue]" = Names({clue: "|".join(lines) for clue, lines in PHRASES.items()}, parts=10)
FEW = 2  # clues a mail has at least whose words are weighed
# What the likest place of a mail speaks of, where no sign says so.
_TOLD = {
    Right.DELETION: {Clue.DELETE, Clue.OUT_OF, Clue.ERASE_ME, Clue.STAYS, Clue.FORGET},
    Right.CORRECTION: {Clue.CORRECT, Clue.WRONG, Clue.MISSPELT, Clue.ME_AS, Clue.MOVED},
    Right.RESTRICTION: {Clue.RESTRICT},
    Right.OBJECTION: {Clue.OBJECT, Clue.OPPOSE, Clue.NO_CALLS, Clue.NO_SHARING, Clue.MARKETING},
    Right.PORTABILITY: {Clue.FORMAT},
    Right.ACCESS: {Clue.SEND, Clue.ORIGIN, Clue.QUESTION, Clue.TO_WHOM, Clue.STILL_HELD},
}
_LASTING = frozenset({Clue.DIED, Clue.BEHALF})  # said once, of the person spoken for, it holds for the whole mail


def echo(subject: str, text: str) -> Echo:
    """What this mail may ask for. Takes some microseconds for a mail that has nothing of it."""
    text = own_words(subject, text)
    words = folded(f"{subject}.\n{text}")
    whole = _CLUES.in_(words)
    able = [sign for sign in SIGNS if sign.needs <= whole]  # no place of it has more clues than all of it
    if _points(able) < ENOUGH and len(whole) < FEW:
        return Echo(words)
    looked_at = places(subject, text)
    best, grounds = 0, dict[tuple[str, Right | None], Ground]()
    lasting = whole & _LASTING
    for said, clues in looked_at:
        found = [sign for sign in able if sign.within(clues | lasting)]
        best = max(best, _points(found))
        for sign in found:
            grounds.setdefault((sign.says, sign.right), Ground(sign.says, sign.right, said))
    if best < ENOUGH and len(whole) >= FEW and likeness.like(words, [clues for _, clues in looked_at]):
        likest = _likest(looked_at, guess=not named_rights(words))
        return Echo(words, ENOUGH, (*grounds.values(), likest))
    return Echo(words, best, tuple(grounds.values())) if best >= ENOUGH else Echo(words, best)


def _likest(looked_at: Sequence[tuple[str, set[Clue]]], *, guess: bool) -> Ground:
    """The place whose words are most like a request; and, where none is named, the right its words speak of."""
    said, clues = max(looked_at, key=lambda each: likeness.mark(folded(each[0]), [each[1]]))
    right = next((right for right, told in _TOLD.items() if told & clues), None)
    return Ground(LIKENESS, right if guess else None, said)


_NAMED = {
    Clue.ACCESS_BY_NAME: Right.ACCESS,
    Clue.CORRECTION_BY_NAME: Right.CORRECTION,
    Clue.DELETION_BY_NAME: Right.DELETION,
    Clue.RESTRICTION_BY_NAME: Right.RESTRICTION,
    Clue.PORTABILITY_BY_NAME: Right.PORTABILITY,
}


def filed(names: Sequence[str]) -> frozenset[Right]:
    """The rights after which files are named: `Auskunftsbegehren_Keller.pdf`. Nobody opens them to see."""
    text = folded(". ".join(_BETWEEN.sub(" ", each) for each in names[:FILES]))
    return frozenset(_NAMED[clue] for clue in _CLUES.in_(text) if clue in _NAMED) if text else frozenset()


FILES = 20  # names that are looked at
_BETWEEN = pattern(r"[_\-.+]+")
_SEVERAL = pattern(
    r"\b(?:my (?:wife|husband|partner|family|son|daughter) and (?:i|me|my)|(?:both|all|two|three) of us|"
    r"(?:meine|mein) (?:frau|mann|partner\w*|sohn|tochter|familie) und (?:ich|mich|meine)|wir beide|uns beide\w*|"
    r"(?:ma|mon) (?:femme|mari|compagne|compagnon|fils|fille) et (?:moi|mes)|nous deux|"
    r"(?:mia|mio) (?:moglie|marito|figlio|figlia|compagn[oa]) (?:e|ed) io|noi due|entrambi)\b"
)


def several(heard: Echo) -> bool:
    """Whether the writer speaks for somebody else as well."""
    return _SEVERAL.search(heard.words) is not None


def for_another(heard: Echo) -> bool:
    """Whether the writer seems to act for somebody else: a lawyer, a parent, a portal."""
    return not {ANOTHER, ON_BEHALF}.isdisjoint(heard.reasons) or Clue.BEHALF in _CLUES.in_(heard.words)


def asks(subject: str, text: str) -> tuple[tuple[str, str], ...]:
    """What the mail seems to ask for, in our words, and the sentence that says so, in theirs."""
    return tuple((each.says, each.sentence) for each in echo(subject, text).grounds)


def _points(found: Sequence[Sign]) -> int:
    """What is said counts once, as much as its strongest sign."""
    said: dict[str, int] = {}
    for sign in found:
        said[sign.says] = max(sign.points, said.get(sign.says, 0))
    return sum(said.values())


def asked(subject: str, text: str, heard: Echo | None = None) -> tuple[Right, ...]:
    """The rights an enquiry asks for: what its sentences say, and what it only names, which is enough there."""
    heard = heard or echo(subject, text)
    said, named = heard.rights, named_rights(heard.words)
    return tuple(right for right in Right if right in named or right in said)


def places(subject: str, text: str) -> list[tuple[str, set[Clue]]]:
    """The subject and each sentence with its clues, then each two that follow each other. `text`: the writer's own."""
    said = [subject, *sentences(text)]
    clues = [_CLUES.in_(folded(each)) for each in said]
    pairs = [number for number in range(len(said) - 1) if clues[number] and clues[number + 1]]
    both = [(f"{said[each]} {said[each + 1]}"[:LONGEST], clues[each] | clues[each + 1]) for each in pairs]
    return [*zip(said, clues, strict=True), *both]
