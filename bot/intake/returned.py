"""What a report says of letters of ours: which ones, and whether they arrived (RFC 3464, RFC 8098)."""

import functools
import re
from enum import StrEnum

from bot.intake.patterns import byte_pattern, literal

_LOOKED = 1024 * 1024  # bytes of the report
_MOST = 20  # letters of one report
_ACTION = byte_pattern(rb"(?im)^action:[ \t]*(failed|delayed|delivered|relayed|expanded)\b")
_READ = byte_pattern(rb"(?im)^(?:disposition:|content-type:[ \t]*message/disposition-notification)")
_COMPLAINT = byte_pattern(rb"(?im)^(?:feedback-type:|content-type:[ \t]*message/feedback-report)")
_LATE = byte_pattern(
    rb"(?i)(?:delayed|not yet been delivered|will (?:continue to|keep) try|no action is required|verz\S{1,6}gert|"
    rb"warning: (?:could not send|message)|retard\S{0,4} de (?:la )?remise)"
)


class Fate(StrEnum):
    """What became of a letter, as far as a report says."""

    FAILED = "failed"  # it will not arrive
    LATE = "late"  # it is still being tried
    ARRIVED = "arrived"
    READ = "read"


def letters(raw: bytes, tag: str) -> tuple[str, ...]:
    """The Message-IDs of ours the report names beyond its own, each once; `tag` is the domain only we issue under.

    Where it repeats headers, the letter is the one they are of, not those that letter refers to.
    """
    if not tag:
        return ()
    # A line of quoted-printable may end in the middle of an id; one that ends with an encoded word does not go on.
    text = raw[:_LOOKED].replace(b"\r\n", b"\n").replace(b"?=\n", b"?\n").replace(b"=\n", b"")
    headed = [match.group(1) for match in _headed(tag).finditer(text)]
    found = headed or [match.group(0) for match in _issued(tag).finditer(text)]
    return tuple(dict.fromkeys(each.decode("ascii") for each in found))[:_MOST]


@functools.lru_cache(maxsize=8)
def _issued(tag: str) -> re.Pattern[bytes]:
    return byte_pattern(_id(tag))


@functools.lru_cache(maxsize=8)
def _headed(tag: str) -> re.Pattern[bytes]:
    """A letter of ours in a line of headers, marked as quoted or not."""
    return byte_pattern(rb"(?im)^[>| \t]{0,10}(?:original-)?message-id:\s{0,5}(" + _id(tag) + rb")")


def _id(tag: str) -> bytes:
    return rb"<[A-Za-z0-9_.-]{1,120}@(?i:" + literal(tag).encode() + rb")>"


def fate(raw: bytes) -> Fate:
    """What the report says became of the letter. One that says nothing clear tells of a failure: a person looks."""
    actions = {match.group(1).lower() for match in _ACTION.finditer(raw[:_LOOKED])}
    if b"failed" in actions:
        return Fate.FAILED
    if actions:
        return Fate.LATE if b"delayed" in actions else Fate.ARRIVED
    if _COMPLAINT.search(raw[:_LOOKED]):
        return Fate.ARRIVED  # and somebody pressed “spam” (RFC 5965)
    if _READ.search(raw[:_LOOKED]):
        return Fate.READ
    return Fate.LATE if _LATE.search(raw[:_LOOKED]) else Fate.FAILED
