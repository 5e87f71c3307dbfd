"""The radar for missed requests: which sentences of a mail ask for what, in four languages, and why.

The law asks for no form (EDPB guidelines 01/2022, 52-57), so every mail is judged by its words. A sign is a set of
clues that stand together in a sentence or in two that follow each other (“You published a picture of me. Please take
it down.”), unless another clue says what is really meant. Its points add up; from `ENOUGH` on, a person looks. All of
it is one table: no model, no network, and of each verdict the sentence it rests on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.intake import likeness
from bot.intake.patterns import Names, pattern
from bot.intake.vocabulary import PHRASES, Clue
from bot.intake.words import LONGEST, folded, named_rights, own_words, sentences
from bot.law import Right

ENOUGH = 5  # points from which on a mail is shown to a person


@dataclass(frozen=True)
class Sign:
    """What clues that stand together say."""

    says: str
    points: int
    right: Right | None
    needs: frozenset[Clue]
    unless: frozenset[Clue] = frozenset()

    def within(self, clues: set[Clue]) -> bool:
        return self.needs <= clues and not self.unless & clues


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


def _sign(points: int, says: str, right: Right | None, needs: str, unless: str = "") -> Sign:
    return Sign(says, points, right, frozenset(Clue[each] for each in needs.split()),
                frozenset(Clue[each] for each in unless.split()))  # fmt: skip


_A, _C, _D = Right.ACCESS, Right.CORRECTION, Right.DELETION
_R, _P, _O = Right.RESTRICTION, Right.PORTABILITY, Right.OBJECTION
_ACCESS = "It asks what is known of the writer, or for a copy of it."
_COPY = "It asks for a file, a recording or pictures of the writer."
_ORIGIN = "It asks where the writer's data come from."
_DECISION = "It asks which data a decision about the writer rests on."
_DELETION = "It asks for the writer's data to be deleted."
_ACCOUNT = "It asks for an account to be deleted."
_TAKEN_OUT = "It asks to be taken out of the company's records."
_CORRECTION = "It says that something held about the writer is wrong."
_RESTRICTION = "It asks that the writer's data are not used for the time being."
_PORTABILITY = "It asks for the writer's data in a format another company can use."
_OBJECTION = "It objects to a use of the writer's data."
_CONSENT = "It withdraws a consent."
_ANOTHER = "It asks for somebody the writer speaks for."
_PORTAL = "It passes on the request of somebody else."
_BY_NAME = "It names a right of the law on data protection."
_REMINDED = "It speaks of a request made before, and of the law or its authority."
LIKENESS = "Its words are like those of requests people write."
_DEMANDED = "It demands something and names the law on data protection."

_OFFER = "TRAINING PROCESSOR"
_NOT_MEANT = f"DEVICE DONE SENDING_MINE YOUR_DATA {_OFFER}"
SIGNS: tuple[Sign, ...] = (
    _sign(6, _ACCESS, _A, "MY_DATA SEND", "SENDING_MINE DEVICE DONE MEASURED"),
    _sign(6, _ACCESS, _A, "WHAT_YOU_KNOW SEND", "SENDING_MINE"),
    _sign(6, _ACCESS, _A, "ABOUT_ME KEEPS SEND", f"{_NOT_MEANT} DELETE"),
    _sign(6, _ACCESS, _A, "ABOUT_ME KEEPS QUESTION", f"{_NOT_MEANT} DELETE"),
    _sign(6, _ACCESS, _A, "ABOUT_ME HAVE QUESTION", f"{_NOT_MEANT} DELETE"),
    _sign(6, _ACCESS, _A, "OWN KEEPS QUESTION", f"{_NOT_MEANT} DELETE CORRECT LOGIN"),
    _sign(6, _COPY, _A, "MY_RECORD SEND", "SENDING_MINE DELETE"),
    _sign(6, _COPY, _A, "RECORD OF_ME SEND", "SENDING_MINE DELETE"),
    _sign(6, _COPY, _A, "RECORD OF_ME DEMAND", "SENDING_MINE DELETE"),
    _sign(6, _ORIGIN, _A, "ORIGIN MY_CONTACT", "SENDING_MINE"),
    _sign(6, _ORIGIN, _A, "ORIGIN ME_AS", "SENDING_MINE TRADE"),
    _sign(6, _DECISION, _A, "DECISION WHICH_DATA"),
    _sign(6, _DELETION, _D, "MY_DATA DELETE", "DEVICE DONE MEASURED"),
    _sign(6, _DELETION, _D, "APPLIED PAPERS DELETE", "DONE TRADE"),
    _sign(6, _DELETION, _D, "SIGNED_UP THINGS DELETE",
          "DEVICE DONE MEASURED TRADE TRAINING EVENT"),
    _sign(6, _DELETION, _D, "WHAT_YOU_KNOW DELETE"),
    _sign(6, _DELETION, _D, "ABOUT_ME STAYS"),
    _sign(6, _DELETION, _D, "OWN STAYS"),
    _sign(6, _DELETION, _D, "OWN PLACE DELETE", f"{_NOT_MEANT} TRADE NEWSLETTER"),
    _sign(5, _DELETION, _D, "OWN DELETE ASK", f"{_NOT_MEANT} TRADE NEWSLETTER MY_ACCOUNT"),
    _sign(6, _DELETION, _D, "MY_CONTACT DELETE ASK", f"{_NOT_MEANT} TRADE NEWSLETTER"),
    _sign(6, _DELETION, _D, "MY_RECORD DELETE"),
    _sign(6, _DELETION, _D, "RECORD OF_ME DELETE", "DEVICE"),
    _sign(6, _ACCOUNT, _D, "MY_ACCOUNT DELETE ASK", "TRADE YOUR_DATA DEVICE"),
    _sign(6, _TAKEN_OUT, _D, "OUT_OF"),
    _sign(6, _TAKEN_OUT, _D, "ERASE_ME", "NEWSLETTER TRADE"),
    _sign(6, _TAKEN_OUT, _D, "FORGET"),
    _sign(6, _CORRECTION, _C, "MY_DATA CORRECT", "MEASURED"),
    _sign(6, _CORRECTION, _C, "OWN PLACE CORRECT", f"{_NOT_MEANT} TRADE"),
    _sign(6, _CORRECTION, _C, "OWN PLACE WRONG", f"{_NOT_MEANT} TRADE DELETE"),
    _sign(6, _CORRECTION, _C, "MY_DATA WRONG ASK", "MEASURED"),
    _sign(6, _CORRECTION, _C, "MY_DETAIL CORRECT HELD"),
    _sign(6, _CORRECTION, _C, "MY_DETAIL WRONG HELD"),
    _sign(5, _CORRECTION, _C, "MY_DETAIL WRONG CORRECT", "TRADE DEVICE"),
    _sign(6, _CORRECTION, _C, "MY_DETAIL MISSPELT"),
    _sign(6, _CORRECTION, _C, "ME_AS CORRECT", "TRADE"),
    _sign(5, _CORRECTION, _C, "MY_DETAIL CORRECT ASK", "TRADE DEVICE SENDING_MINE INTRODUCED"),
    _sign(5, _CORRECTION, _C, "MOVED CORRECT", "TRADE DEVICE"),
    _sign(6, _RESTRICTION, _R, "MY_DATA RESTRICT"),
    _sign(6, _RESTRICTION, _R, "WHAT_YOU_KNOW RESTRICT"),
    _sign(6, _RESTRICTION, _R, "MY_DATA NOT_USE ASK", "MARKETING LEFT"),
    _sign(6, _RESTRICTION, _R, "MY_DATA NOT_USE KEEPS", "MARKETING LEFT"),
    _sign(6, _PORTABILITY, _P, "MY_DATA FORMAT", "MEASURED"),
    _sign(6, _PORTABILITY, _P, "MY_DATA FORMAT PERSONAL_DATA"),
    _sign(6, _OBJECTION, _O, "OBJECT MARKETING", "YOUR_DATA"),
    _sign(6, _OBJECTION, _O, "MY_DATA OBJECT"),
    _sign(6, _OBJECTION, _O, "MY_CONTACT OPPOSE", "TRADE DEVICE"),
    _sign(6, _OBJECTION, _O, "OWN KEEPS OBJECT", f"{_NOT_MEANT} TRADE"),
    _sign(6, _OBJECTION, _O, "MY_CONTACT NOT_USE MARKETING"),
    _sign(6, _OBJECTION, _O, "NO_CALLS NO_SHARING"),
    _sign(6, _OBJECTION, _O, "NO_CALLS MY_CONTACT"),
    _sign(6, _OBJECTION, _O, "MY_CONTACT NO_SHARING ASK", "SENDING_MINE YOUR_DATA"),
    _sign(6, _OBJECTION, _O, "MY_DATA NO_SHARING ASK", "SENDING_MINE YOUR_DATA"),
    _sign(6, _OBJECTION, _O, "MY_CONTACT NO_SHARING OBJECT", "YOUR_DATA MEASURED"),
    _sign(6, _CONSENT, _O, "CONSENT"),
    _sign(6, _ANOTHER, _D, "FAMILY DELETE HELD"),
    _sign(6, _ANOTHER, _D, "FAMILY DELETE THEIR_DATA", "TRADE"),
    _sign(6, _ANOTHER, _D, "FAMILY DELETE MY_ACCOUNT", "TRADE"),
    _sign(6, _ANOTHER, _D, "FAMILY RECORD DELETE", "TRADE"),
    _sign(6, _ANOTHER, _D, "FAMILY THINGS DELETE", "TRADE DEVICE YOUR_DATA"),
    _sign(6, _ANOTHER, _D, "DIED THEIR_DATA DELETE", "TRADE EVENT"),
    _sign(6, _ANOTHER, _D, "DIED THEIR_CONTACT DELETE", "TRADE"),
    _sign(6, _ANOTHER, _D, "ASKED_ME THEIR_DATA DELETE", _OFFER),
    _sign(6, _ANOTHER, _A, "BEHALF THEIR_DATA SEND", _OFFER),
    _sign(6, _ANOTHER, _A, "BEHALF THEIR_DATA DEMAND", f"{_OFFER} DELETE"),
    _sign(6, _ANOTHER, _A, "BEHALF ACCESS_BY_NAME", _OFFER),
    _sign(6, _ANOTHER, _D, "BEHALF THEIR_DATA DELETE", _OFFER),
    _sign(6, _ANOTHER, None, "BEHALF LAW", _OFFER),
    _sign(6, _PORTAL, None, "SUBJECT PORTAL", _OFFER),
    _sign(6, _PORTAL, _D, "SUBJECT PORTAL DELETE", _OFFER),
    _sign(6, _PORTAL, _A, "SUBJECT PORTAL SEND", f"{_OFFER} DELETE"),
    _sign(6, _BY_NAME, _A, "ACCESS_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _A, "ACCESS_BY_NAME UNANSWERED", _OFFER),
    _sign(6, _BY_NAME, _C, "CORRECTION_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _D, "DELETION_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _R, "RESTRICTION_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _P, "PORTABILITY_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _A, "RULE_ACCESS DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _C, "RULE_CORRECTION DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _D, "RULE_DELETION DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _R, "RULE_RESTRICTION DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _P, "RULE_PORTABILITY DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _O, "RULE_OBJECTION DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _REMINDED, None, "REQUESTED LAW", _OFFER),
    _sign(6, _REMINDED, None, "REQUESTED AUTHORITY", _OFFER),
    _sign(6, _DEMANDED, None, "LAW DEMAND", f"{_OFFER} YOUR_DATA AGREES"),
    _sign(6, _DEMANDED, None, "RULE DEMAND", f"{_OFFER} TRADE"),
    _sign(3, _BY_NAME, _A, "ACCESS_BY_NAME", f"{_OFFER} YOUR_DATA"),
    _sign(3, _BY_NAME, _D, "DELETION_BY_NAME", f"{_OFFER} YOUR_DATA"),
    _sign(2, _DEMANDED, None, "RULE LAW", f"{_OFFER} YOUR_DATA"),
    _sign(2, _BY_NAME, None, "PERSONAL_DATA DEMAND", f"{_OFFER} YOUR_DATA AGREES"),
)

_CLUES: "Names[Clue]" = Names({clue: "|".join(lines) for clue, lines in PHRASES.items()})


FEW = 2  # clues a mail has at least, or nothing in it is looked at
# What the likest place of a mail speaks of, where no sign says so.
_TOLD = {
    _D: {Clue.DELETE, Clue.OUT_OF, Clue.ERASE_ME, Clue.STAYS, Clue.FORGET},
    _C: {Clue.CORRECT, Clue.WRONG, Clue.MISSPELT, Clue.ME_AS, Clue.MOVED},
    _R: {Clue.RESTRICT},
    _O: {Clue.OBJECT, Clue.OPPOSE, Clue.NO_CALLS, Clue.NO_SHARING, Clue.MARKETING},
    _P: {Clue.FORMAT},
    _A: {Clue.SEND, Clue.ORIGIN, Clue.QUESTION},
}
_LASTING = frozenset({Clue.DIED, Clue.BEHALF})  # said once, of the person spoken for, it holds for the whole mail


def echo(subject: str, text: str) -> Echo:
    """What this mail may ask for. Takes some microseconds for a mail that has nothing of it."""
    text = own_words(subject, text)
    words = folded(f"{subject}.\n{text}")
    whole = _CLUES.in_(words)
    if len(whole) < FEW:
        return Echo(words)
    looked_at = places(subject, text)
    best, grounds = 0, dict[tuple[str, Right | None], Ground]()
    lasting = whole & _LASTING
    for said, clues in looked_at:
        found = [sign for sign in SIGNS if sign.within(clues | lasting)]
        best = max(best, _points(found))
        for sign in found:
            grounds.setdefault((sign.says, sign.right), Ground(sign.says, sign.right, said))
    if best < ENOUGH and likeness.like(words, [clues for _, clues in looked_at]):
        likest = _likest(looked_at)
        return Echo(words, ENOUGH, (*grounds.values(), likest))
    return Echo(words, best, tuple(grounds.values())) if best >= ENOUGH else Echo(words, best)


def _likest(looked_at: Sequence[tuple[str, set[Clue]]]) -> Ground:
    """The place whose words are most like a request, and the right its words speak of."""
    said, clues = max(looked_at, key=lambda each: likeness.mark(folded(each[0]), [each[1]]))
    return Ground(LIKENESS, next((right for right, told in _TOLD.items() if told & clues), None), said)


_NAMED = {
    Clue.ACCESS_BY_NAME: _A, Clue.CORRECTION_BY_NAME: _C, Clue.DELETION_BY_NAME: _D, Clue.RESTRICTION_BY_NAME: _R,
    Clue.PORTABILITY_BY_NAME: _P,
}  # fmt: skip


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
    return not {_ANOTHER, _PORTAL}.isdisjoint(heard.reasons) or Clue.BEHALF in _CLUES.in_(heard.words)


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
