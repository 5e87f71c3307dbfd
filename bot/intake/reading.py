"""What intake answers: the reading of one mail, the rules it is judged by and the limits it is read under."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.identity import Vouched
from bot.intake.causes import Cause
from bot.intake.returned import Fate
from bot.law import Right


class Verdict(StrEnum):
    """What a mail is. Exactly one each."""

    ENQUIRY = "enquiry"
    NEAR_MISS = "near_miss"  # looks like an enquiry, other subject: a person sees it, nothing opens by itself
    REPLY = "reply"  # answers a letter of ours or names a ticket; whether it is that person, the desk decides
    MACHINE = "machine"  # never answered
    OTHER = "other"
    QUARANTINE = "quarantine"  # could concern us and cannot be read safely: a person looks


PREFIXES = ("re", "fwd", "fw", "aw", "wg", "antw", "tr", "rif", "r", "i", "ref", "rv", "sv", "vs")
TAGS = ("ext", "extern", "external", "externe", "esterno", "suspected spam", "spam")


@dataclass(frozen=True)
class Rules:
    """What the company decides about its mail. Patterns are never taken from here: words only."""

    subjects: tuple[str, ...] = ("Data Protection Enquiry",)
    own_addresses: tuple[str, ...] = ()  # ours: mail from them is our own coming back
    reply_tag: str = ""  # domain of the Message-IDs we issue, and only we
    own_servers: tuple[str, ...] = ()  # whose Received lines are believed: names, addresses, networks
    authserv_id: str = ""  # name our own mail server signs its Authentication-Results with; empty: none is believed
    own_lists: tuple[str, ...] = ()  # List-Ids the mailbox itself is fed through: not a sign of machine mail
    prefixes: tuple[str, ...] = PREFIXES  # what programs put before a subject, followed by a colon
    tags: tuple[str, ...] = TAGS  # what gateways put before a subject, in square brackets

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Rules":
        """The rules as `dataclasses.asdict` and JSON left them."""
        words: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()
        }
        return cls(**words)


@dataclass(frozen=True)
class Limits:
    """What one mail may cost (TRUST T14). Sizes in bytes of the raw mail, `text` in characters, times in seconds."""

    header_block: int = 256 * 1024
    header: int = 32 * 1024
    addresses: int = 50
    parts: int = 200
    depth: int = 20
    html: int = 256 * 1024
    html_depth: int = 500
    text: int = 1024 * 1024
    memory: int = 512 * 1024 * 1024
    cpu_s: int = 5
    wall_s: float = 9.0  # ten by T14, less one second to kill and to answer from the headers


@dataclass(frozen=True)
class Attachment:
    """What the mail says of an attachment. It has not been opened; `name` is safe to show, not to open by."""

    name: str = field(repr=False)
    type: str
    size: int  # bytes, decoded


@dataclass(frozen=True)
class Reading:
    """One mail, read. `reasons` names nobody and quotes nothing foreign: it may be stored and shown anywhere."""

    verdict: Verdict
    from_address: str | None = field(default=None, repr=False)  # by `normal_address`; None: not one valid sender
    from_name: str = field(default="", repr=False)
    from_written: str = field(
        default="", repr=False
    )  # as the mail has it: to be shown, never to be answered or matched
    subject: str = field(default="", repr=False)
    rights: tuple[Right, ...] = ()  # proposed from the words
    language: str = "en"
    message_id: str = field(default="", repr=False)  # with its angle brackets; empty when the mail has none
    in_reply_to: tuple[str, ...] = field(default=(), repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)
    ref: str | None = None  # DPE-2026-0001, as found in the subject
    attachments: tuple[Attachment, ...] = ()
    reasons: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    automatic: bool = False  # no automatic letter may answer this
    origin_address: str = field(default="", repr=False)  # who seems to have written first: proposed, never believed
    origin_name: str = field(default="", repr=False)
    reports_on: tuple[str, ...] = ()  # Message-IDs of ours a report names
    fate: Fate | None = None  # what the report says became of them
    cause: Cause | None = None  # and why, where they did not arrive
    truncated: bool = False  # `text` is not all of it
    alone: Verdict = Verdict.OTHER  # what it is by its own words, if it belongs to no ticket
    reached: tuple[str, ...] = ()  # when our servers say they had it, as far as they are believed (`arrival`)
    vouched: Vouched = Vouched.NONE  # what our own mail server says of the sender: a hint, never proof
    doubts: tuple[str, ...] = ()  # what is odd about the sender
    agent: bool = False  # the writer seems to act for somebody else

    def to_json(self) -> str:
        """JSON that `from_json` reads back to an equal reading."""
        # Not by `asdict`, which copies every word first: once for each mail of a flood.
        plain = {**vars(self), "attachments": [vars(each) for each in self.attachments]}
        return json.dumps(plain, ensure_ascii=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Reading":
        """The reading `to_json` wrote. ValueError, KeyError or TypeError for anything else."""
        found: dict[str, Any] = json.loads(text)
        found["verdict"] = Verdict(found["verdict"])
        found["alone"] = Verdict(found["alone"])
        found["vouched"] = Vouched(found["vouched"])
        found["rights"] = tuple(Right(each) for each in found["rights"])
        found["attachments"] = tuple(Attachment(**each) for each in found["attachments"])
        found["fate"] = found["fate"] and Fate(found["fate"])
        found["cause"] = found["cause"] and Cause(found["cause"])
        for each in ("in_reply_to", "references", "reasons", "reached", "reports_on", "doubts"):
            found[each] = tuple(found[each])
        return cls(**found)
