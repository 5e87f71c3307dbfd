"""The signs of the radar: what clues that stand together say, how much that counts, and the right it asks for."""

from dataclasses import dataclass

from bot.intake.vocabulary import Clue
from bot.law import Right


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
ANOTHER = "It asks for somebody the writer speaks for."
ON_BEHALF = "It passes on the request of somebody else."
_BY_NAME = "It names a right of the law on data protection."
_REMINDED = "It speaks of a request made before, and of the law or its authority."
_DEMANDED = "It demands something and names the law on data protection."

_OFFER = "TRAINING PROCESSOR"
_NOT_MEANT = f"LOST DEVICE DONE SENDING_MINE YOUR_DATA {_OFFER}"
SIGNS: tuple[Sign, ...] = (
    _sign(6, _ACCESS, _A, "MY_DATA SEND", "SENDING_MINE DEVICE DONE MEASURED LOST AGREES"),
    _sign(6, _ACCESS, _A, "WHAT_YOU_KNOW SEND", "SENDING_MINE"),
    _sign(6, _ACCESS, _A, "ABOUT_ME KEEPS SEND", f"{_NOT_MEANT} DELETE"),
    _sign(6, _ACCESS, _A, "ABOUT_ME KEEPS QUESTION", f"{_NOT_MEANT} DELETE"),
    _sign(6, _ACCESS, _A, "ABOUT_ME HAVE QUESTION", f"{_NOT_MEANT} DELETE"),
    _sign(6, _ACCESS, _A, "OWN KEEPS QUESTION", f"{_NOT_MEANT} DELETE CORRECT LOGIN"),
    _sign(6, _ACCESS, _A, "AM_I PLACE", f"{_NOT_MEANT} TRADE DELETE EVENT"),
    _sign(6, _ACCESS, _A, "AM_I KEEPS QUESTION", f"{_NOT_MEANT} TRADE DELETE EVENT"),
    _sign(6, _ACCESS, _A, "STILL_HELD MY_RECORD QUESTION", "SENDING_MINE DELETE LOST"),
    _sign(6, _ACCESS, _A, "STILL_HELD MY_DATA", "SENDING_MINE DELETE LOST DEVICE MEASURED"),
    _sign(6, _ACCESS, _A, "FAMILY OUR_DATA SEND", f"{_NOT_MEANT} TRADE DELETE"),
    _sign(6, _ACCESS, _A, "TO_WHOM MY_CONTACT", "SENDING_MINE TRADE YOUR_DATA"),
    _sign(6, _ACCESS, _A, "TO_WHOM MY_DATA", "SENDING_MINE MEASURED"),
    _sign(6, _ACCESS, _A, "TO_WHOM MY_RECORD QUESTION", "SENDING_MINE DELETE"),
    _sign(6, _COPY, _A, "MY_RECORD SEND", "SENDING_MINE DELETE"),
    _sign(6, _COPY, _A, "RECORD OF_ME SEND", "SENDING_MINE DELETE"),
    _sign(6, _COPY, _A, "RECORD OF_ME DEMAND", "SENDING_MINE DELETE"),
    _sign(6, _ORIGIN, _A, "ORIGIN MY_CONTACT", "SENDING_MINE"),
    _sign(6, _ORIGIN, _A, "ORIGIN CALLED_ME", "SENDING_MINE TRADE"),
    _sign(6, _ORIGIN, _A, "ORIGIN ME_AS", "SENDING_MINE TRADE"),
    _sign(6, _ORIGIN, _A, "ORIGIN KNEW", "TRADE"),
    _sign(6, _ACCESS, _A, "KNEW KEEPS QUESTION", f"{_NOT_MEANT} TRADE"),
    _sign(6, _DECISION, _A, "DECISION WHICH_DATA"),
    _sign(6, _DELETION, _D, "MY_DATA DELETE", "DEVICE DONE MEASURED LOST"),
    _sign(6, _DELETION, _D, "APPLIED PAPERS DELETE", "DONE TRADE"),
    _sign(6, _DELETION, _D, "SIGNED_UP THINGS DELETE",
          "DEVICE DONE MEASURED TRADE TRAINING EVENT"),
    _sign(6, _DELETION, _D, "WHAT_YOU_KNOW DELETE"),
    _sign(6, _DELETION, _D, "ABOUT_ME STAYS"),
    _sign(6, _DELETION, _D, "OWN STAYS"),
    _sign(6, _DELETION, _D, "OWN PLACE DELETE", f"{_NOT_MEANT} TRADE NEWSLETTER"),
    _sign(5, _DELETION, _D, "OWN DELETE ASK", f"{_NOT_MEANT} TRADE NEWSLETTER MY_ACCOUNT"),
    _sign(6, _DELETION, _D, "MY_CONTACT DELETE ASK", f"{_NOT_MEANT} TRADE NEWSLETTER"),
    _sign(6, _DELETION, _D, "NOT_ONLY DELETE"),
    _sign(6, _DELETION, _D, "MY_RECORD DELETE", "LOST"),
    _sign(6, _DELETION, _D, "RECORD OF_ME DELETE", "DEVICE LOST DONE"),
    _sign(5, _DELETION, _D, "RECORD OF_ME ONLINE", _NOT_MEANT),
    _sign(6, _DELETION, _D, "LISTED DELETE", "NEWSLETTER TRADE"),
    _sign(6, _DELETION, _D, "APPLIED STAYS"),
    _sign(6, _DELETION, _D, "INTIMATE DELETE", "LOST YOUR_DATA PROCESSOR TRADE"),
    _sign(5, _DELETION, _D, "INTIMATE NEEDLESS", "LOST DONE YOUR_DATA PROCESSOR TRADE"),
    _sign(6, _DELETION, _D, "FAMILY OUR_DATA DELETE", f"{_NOT_MEANT} TRADE"),
    _sign(6, _ACCOUNT, _D, "MY_ACCOUNT DELETE ASK", "TRADE YOUR_DATA DEVICE DONE LOST EVENT PROCESSOR"),
    _sign(6, _ACCOUNT, _D, "MY_ACCOUNT DELETE QUESTION", "TRADE YOUR_DATA DEVICE DONE LOST EVENT LOGIN PROCESSOR"),
    _sign(6, _TAKEN_OUT, _D, "OUT_OF"),
    _sign(6, _TAKEN_OUT, _D, "ERASE_ME", "NEWSLETTER TRADE"),
    _sign(6, _TAKEN_OUT, _D, "FORGET"),
    _sign(6, _CORRECTION, _C, "MY_DATA CORRECT", "MEASURED LOST"),
    _sign(6, _CORRECTION, _C, "OWN PLACE CORRECT", f"{_NOT_MEANT} TRADE"),
    _sign(6, _CORRECTION, _C, "OWN PLACE WRONG", f"{_NOT_MEANT} TRADE DELETE"),
    _sign(6, _CORRECTION, _C, "MY_DATA WRONG ASK", "MEASURED LOST"),
    _sign(6, _CORRECTION, _C, "MY_DETAIL CORRECT HELD"),
    _sign(6, _CORRECTION, _C, "MY_DETAIL WRONG HELD"),
    _sign(5, _CORRECTION, _C, "MY_DETAIL WRONG CORRECT", "TRADE DEVICE LOST"),
    _sign(6, _CORRECTION, _C, "MY_DETAIL MISSPELT", "EVENT"),
    _sign(6, _CORRECTION, _C, "ME_AS CORRECT", "TRADE"),
    _sign(6, _CORRECTION, _C, "ME_AS WRONG CORRECT", "LOST"),
    _sign(5, _CORRECTION, _C, "ME_AS WRONG", "TRADE LOST DELETE"),
    _sign(5, _CORRECTION, _C, "MY_DETAIL CORRECT ASK", "TRADE DEVICE SENDING_MINE INTRODUCED LOST"),
    _sign(5, _CORRECTION, _C, "MOVED CORRECT", "TRADE DEVICE"),
    _sign(6, _CORRECTION, _C, "DETAIL WRONG CORRECT", "TRADE DEVICE LOST"),
    _sign(5, _CORRECTION, _C, "TWICE", "NEWSLETTER TRADE"),
    _sign(6, _CORRECTION, _C, "TWICE CORRECT", "TRADE"),
    _sign(6, _RESTRICTION, _R, "MY_DATA RESTRICT", "LOGIN LOST"),
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
    _sign(6, _OBJECTION, _O, "NO_CALLS MARKETING", "NEWSLETTER YOUR_DATA"),
    _sign(6, _OBJECTION, _O, "NO_CALLS NO_SHARING"),
    _sign(6, _OBJECTION, _O, "NO_CALLS MY_CONTACT"),
    _sign(6, _OBJECTION, _O, "NO_CALLS CALLED_ME"),
    _sign(5, _OBJECTION, _O, "LEAVE_ALONE"),
    _sign(6, _OBJECTION, _O, "MY_CONTACT NOT_USE ASK", "MY_DATA LEFT SENDING_MINE YOUR_DATA CORRECT"),
    _sign(6, _OBJECTION, _O, "NO_PROFILE", "YOUR_DATA"),
    _sign(6, _OBJECTION, _O, "MY_CONTACT NO_SHARING ASK", "SENDING_MINE YOUR_DATA"),
    _sign(6, _OBJECTION, _O, "MY_DATA NO_SHARING ASK", "SENDING_MINE YOUR_DATA"),
    _sign(6, _OBJECTION, _O, "MY_CONTACT NO_SHARING OBJECT", "YOUR_DATA MEASURED"),
    _sign(6, _CONSENT, _O, "CONSENT"),
    _sign(6, ANOTHER, _D, "FAMILY DELETE HELD"),
    _sign(6, ANOTHER, _D, "FAMILY DELETE THEIR_DATA", "TRADE"),
    _sign(6, ANOTHER, _D, "FAMILY DELETE MY_ACCOUNT", "TRADE"),
    _sign(6, ANOTHER, _D, "FAMILY RECORD DELETE", "TRADE"),
    _sign(6, ANOTHER, _D, "FAMILY THINGS DELETE", "TRADE DEVICE YOUR_DATA"),
    _sign(6, ANOTHER, _D, "DIED THEIR_DATA DELETE", "TRADE EVENT"),
    _sign(6, ANOTHER, _D, "DIED THEIR_CONTACT DELETE", "TRADE"),
    _sign(6, ANOTHER, _D, "DIED THEIR_CONTACT STAYS"),
    _sign(6, ANOTHER, _D, "DIED NO_LETTERS", "TRADE"),
    _sign(6, ANOTHER, _D, "ASKED_ME THEIR_DATA DELETE", _OFFER),
    _sign(6, ANOTHER, _A, "BEHALF THEIR_DATA SEND", _OFFER),
    _sign(6, ANOTHER, _A, "BEHALF THEIR_DATA DEMAND", f"{_OFFER} DELETE"),
    _sign(6, ANOTHER, _A, "BEHALF ACCESS_BY_NAME", _OFFER),
    _sign(6, ANOTHER, _D, "BEHALF THEIR_DATA DELETE", _OFFER),
    _sign(6, ANOTHER, _D, "BEHALF PERSONAL_DATA DELETE", f"{_OFFER} YOUR_DATA TRADE"),
    _sign(6, ANOTHER, _A, "BEHALF PERSONAL_DATA SEND", f"{_OFFER} YOUR_DATA TRADE DELETE"),
    _sign(6, ANOTHER, None, "BEHALF LAW", _OFFER),
    _sign(6, ON_BEHALF, None, "SUBJECT PORTAL", _OFFER),
    _sign(6, ON_BEHALF, _D, "SUBJECT PORTAL DELETE", _OFFER),
    _sign(6, ON_BEHALF, _A, "SUBJECT PORTAL SEND", f"{_OFFER} DELETE"),
    _sign(6, _BY_NAME, _A, "ACCESS_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _A, "ACCESS_BY_NAME UNANSWERED", _OFFER),
    _sign(6, _BY_NAME, _C, "CORRECTION_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _D, "DELETION_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _R, "RESTRICTION_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _P, "PORTABILITY_BY_NAME DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _A, "RULE_ACCESS DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _C, "RULE_CORRECTION DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _D, "RULE_DELETION DEMAND", f"{_OFFER} YOUR_DATA"),
    _sign(6, _BY_NAME, _D, "RULE_DELETION DELETE", f"{_OFFER} YOUR_DATA"),
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
