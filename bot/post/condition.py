"""How a mailbox stands, in a word: what a person may have to do something about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Trouble(StrEnum):
    """What is wrong with a mailbox. With the last two mails are read all the same."""

    REFUSED = "refused"  # the password, or the app that fetches tokens
    AWAY = "away"
    FULL = "full"  # its server turns new mails away
    UNFLAGGED = "unflagged"  # the folder, or the quota, lets us set no flag


@dataclass(frozen=True)
class Condition:
    """One mailbox at one moment."""

    mailbox: str
    trouble: Trouble | None
    since: datetime | None  # it is in this trouble, by our clock
    seen_at: datetime | None  # all it had was taken; None: not since we started
