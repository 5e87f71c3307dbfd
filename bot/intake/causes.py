"""Why a letter did not arrive, as far as it decides what to do next (RFC 3463, and what servers say instead)."""

from enum import StrEnum

from bot.intake.patterns import byte_pattern

_LOOKED = 1024 * 1024  # bytes of the report
_CODED = byte_pattern(
    rb"(?im)^(?:status|diagnostic-code|\s*remote host said):.{0,80}?\b([45])\.([0-7])\.([0-9]{1,3})\b"
)
_SPOKEN = byte_pattern(rb"(?:^|[\s(#:<\[])(5)\.([1-7])\.([0-9]{1,3})\b")  # by a server that sends no report


class Cause(StrEnum):
    """What kept a letter from arriving."""

    UNKNOWN = "unknown"  # the address does not exist, or no longer
    FULL = "full"  # their mailbox
    REFUSED = "refused"  # their server does not want our mail
    LARGE = "large"
    AWAY = "away"  # nobody answered there for days
    OTHER = "other"


_BY_CODE = {  # class, or class and detail
    "1": Cause.UNKNOWN, "1.7": Cause.REFUSED, "1.8": Cause.REFUSED,  # 1.7, 1.8: it is our address they do not like
    "2.1": Cause.UNKNOWN, "2.2": Cause.FULL, "2.3": Cause.LARGE, "3.1": Cause.FULL, "3.4": Cause.LARGE,
    "4": Cause.AWAY, "4.6": Cause.OTHER, "7": Cause.REFUSED, "7.13": Cause.UNKNOWN,
}  # fmt: skip
_FULL = rb"""(?i)(?:mailbox|inbox|postfach|bo\S{1,6}te|casella)\b.{0,40}(?:full|voll\b|pleine|piena)
|over ?quota|quota (?:is )?(?:exceeded|\S{1,3}berschritten)|exceed\w* (?:\w+ ){0,3}(?:quota|storage)
|insufficient (?:system )?storage"""
_UNKNOWN = rb"""(?i)(?:user|recipient|mailbox|address|account|alias)\b.{0,40}(?:unknown|not found|does ?n.t exist
|does not exist|not exist|unavailable|disabled|no longer|invalid|inactive)
|no such (?:user|recipient|address|mailbox|person)|unknown (?:user|recipient|address|local)
|invalid (?:recipient|mailbox|user|address)|no mailbox (?:here )?by that name
|(?:adresse|empf\S{1,6}nger|benutzer)\b.{0,40}(?:unbekannt|nicht (?:gefunden|vorhanden))
|adresse\b.{0,40}(?:inconnue|introuvable)|indirizzo\b.{0,40}(?:sconosciuto|inesistente)"""
_LARGE = rb"""(?i)message (?:size|is too large|too (?:big|large))|size limit|exceeds (?:the )?(?:maximum|max) """
_AWAY = rb"""(?i)(?:host|domain|server)\b.{0,40}(?:not found|unknown|unreachable|timed out)
|connection (?:refused|timed out)|no route to host|retry time(?:out)? (?:not reached|exceeded)
|name service error|could not be resolved"""
_REFUSED = rb"""(?i)\b(?:as|like|detected) spam\b|black ?list|block ?list|blocked
|(?:polic(?:y|ies)|access|relay\w*) (?:\w+ ){0,2}(?:violation|reasons?|denied|rejected)
|(?:message|mail|content) (?:\w+ ){0,3}(?:rejected|refused|blocked)|not (?:authori[sz]ed|permitted|allowed)"""
_BY_WORDS = [
    (each, byte_pattern(words.replace(b"\n", b"")))
    for each, words in {
        Cause.FULL: _FULL, Cause.UNKNOWN: _UNKNOWN, Cause.LARGE: _LARGE, Cause.AWAY: _AWAY, Cause.REFUSED: _REFUSED,
    }.items()
]  # fmt: skip


def cause(raw: bytes) -> Cause:
    """Why the letter this report is about did not arrive: by its code, the final one first, else by its words."""
    text = raw[:_LOOKED].replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    coded = sorted(_CODED.finditer(text), key=lambda match: match.group(1) != b"5")
    for match in (*coded, *_SPOKEN.finditer(text)):
        kind, code = match.group(2).decode(), f"{match.group(2).decode()}.{int(match.group(3))}"
        if told := _BY_CODE.get(code) or _BY_CODE.get(kind):
            return told
    return next((each for each, words in _BY_WORDS if words.search(text)), Cause.OTHER)
