"""What our own mail server says of a sender (RFC 8601), and what is odd about one. A hint for people, never proof.

Anybody can write an `Authentication-Results` line. Only the topmost one counts, and only under the name our server is
configured with: a server that follows the RFC takes such lines away from mail that comes from outside (section 5).
"""

from collections.abc import Sequence

from bot.identity import Vouched
from bot.intake import address
from bot.intake.patterns import pattern
from bot.phrases import say

_LONG = 4000  # characters of a line
_COMMENT = pattern(r"\([^()]*\)")
_DEEPEST = 5  # comments within comments
_RESULT = pattern(r"(?i)^\s*([a-z0-9-]+)(?:\s*/\s*[0-9]+)?\s*=\s*([a-z]+)\b")
_OF = pattern(r"(?i)\b(header\.(?:from|d))\s*=\s*\"?([^\s;\"]+)")
_FAILS = frozenset({"fail", "hardfail", "policy", "permerror"})
FAILED = "identity.doubt_sender"
ELSEWHERE = "identity.doubt_reply"


def vouched(lines: Sequence[str], ours: str, sender: str | None) -> Vouched:
    """What the topmost of these lines says of this sender's domain, if it is by our own server.

    DMARC passed for exactly this domain; where the server has no result of DMARC, a signature (DKIM) of exactly it.
    SPF alone tells the envelope, not the From: it is not enough.
    """
    if not (lines and ours and sender):
        return Vouched.NONE
    by, *results = _plain(lines[0][:_LONG]).split(";")
    if (by.split() or [""])[0].casefold().strip('"') != ours.casefold():
        return Vouched.NONE
    domain = sender.rpartition("@")[2]
    dmarc = _of(results, "dmarc", "header.from", domain)
    if dmarc & _FAILS:
        return Vouched.FAIL
    if dmarc:
        return Vouched.PASS if dmarc == {"pass"} else Vouched.NONE
    return Vouched.PASS if "pass" in _of(results, "dkim", "header.d", domain) else Vouched.NONE


def doubts(sender: address.Sender, reply_to: str, said: Vouched) -> tuple[str, ...]:
    """What is odd about who sent it, in words that name nobody."""
    found = [*sender.notes]
    answers = address.sender([reply_to]).address if reply_to.strip() else sender.address
    if sender.address and answers != sender.address:
        found.append(say(ELSEWHERE))
    return (*found, say(FAILED)) if said == Vouched.FAIL else tuple(found)


def _plain(line: str) -> str:
    """The line without comments."""
    for _ in range(_DEEPEST):
        line = _COMMENT.sub(" ", line)
    return line


def _of(results: Sequence[str], method: str, word: str, domain: str) -> set[str]:
    """What this method found: of this domain what it says, of another one that it does not fit."""
    found: set[str] = set()
    for each in results:
        said = _RESULT.search(each)
        if said is None or said.group(1).casefold() != method:
            continue
        of = [value for name, value in _OF.findall(each) if name.casefold() == word]
        same = [address.normal_address(f"x@{value}") == f"x@{domain}" for value in of]
        found.add(said.group(2).casefold() if same and all(same) else "other")
    return found
