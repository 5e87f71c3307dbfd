"""What people say when they ask about their own data, in four languages: `vocabulary.toml`, read once."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files


class Clue(StrEnum):
    """What a phrase tells; the comments of `vocabulary.toml` say more."""

    MY_DATA = "my_data"
    WHAT_YOU_KNOW = "what_you_know"
    MY_ACCOUNT = "my_account"
    MY_RECORD = "my_record"
    RECORD = "record"
    OF_ME = "of_me"
    MY_DETAIL = "my_detail"
    HELD = "held"
    KEEPS = "keeps"
    HAVE = "have"
    PLACE = "place"
    OWN = "own"
    ABOUT_ME = "about_me"
    QUESTION = "question"
    THEIR_DATA = "their_data"
    THINGS = "things"
    FAMILY = "family"
    BEHALF = "behalf"
    SUBJECT = "subject"
    PORTAL = "portal"
    DECISION = "decision"
    WHICH_DATA = "which_data"
    ORIGIN = "origin"
    MY_CONTACT = "my_contact"
    SEND = "send"
    ASK = "ask"
    DELETE = "delete"
    OUT_OF = "out_of"
    STAYS = "stays"
    FORGET = "forget"
    CORRECT = "correct"
    WRONG = "wrong"
    ME_AS = "me_as"
    INTRODUCED = "introduced"
    MISSPELT = "misspelt"
    MOVED = "moved"
    RESTRICT = "restrict"
    NOT_USE = "not_use"
    LEFT = "left"
    FORMAT = "format"
    OPPOSE = "oppose"
    OBJECT = "object"
    CONSENT = "consent"
    NEWSLETTER = "newsletter"
    MARKETING = "marketing"
    NO_CALLS = "no_calls"
    NO_SHARING = "no_sharing"
    LAW = "law"
    RULE = "rule"
    RULE_ACCESS = "rule_access"
    RULE_CORRECTION = "rule_correction"
    RULE_DELETION = "rule_deletion"
    RULE_RESTRICTION = "rule_restriction"
    RULE_PORTABILITY = "rule_portability"
    RULE_OBJECTION = "rule_objection"
    REQUESTED = "requested"
    AUTHORITY = "authority"
    DEMAND = "demand"
    UNANSWERED = "unanswered"
    ACCESS_BY_NAME = "access_by_name"
    CORRECTION_BY_NAME = "correction_by_name"
    DELETION_BY_NAME = "deletion_by_name"
    RESTRICTION_BY_NAME = "restriction_by_name"
    PORTABILITY_BY_NAME = "portability_by_name"
    PERSONAL_DATA = "personal_data"
    TRADE = "trade"
    DEVICE = "device"
    TRAINING = "training"
    PROCESSOR = "processor"
    YOUR_DATA = "your_data"
    SENDING_MINE = "sending_mine"
    DONE = "done"


def _phrases() -> Mapping[Clue, tuple[str, ...]]:
    """The patterns of each clue. KeyError or ValueError where the file and the clues do not agree."""
    found = tomllib.loads((files("bot.intake") / "vocabulary.toml").read_text(encoding="utf-8"))
    if odd := found.keys() - set(Clue):
        raise ValueError(f"vocabulary.toml names {', '.join(sorted(odd))}, which is no clue")
    return {clue: tuple(line for lines in found[clue].values() for line in lines) for clue in Clue}


PHRASES = _phrases()
