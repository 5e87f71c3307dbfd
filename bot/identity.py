"""Who is asking: what is known of it, how much a right needs, and the mildest next step. A decision, touching nothing.

GDPR 12(6): only with reasonable doubt, and no more than is needed. EDPB 01/2022: weigh kind of data and harm of a
wrong disclosure (65, 70-71), use what exists (72-75), in general no document (73-79), an agent shows the authority
(80-81). What proves somebody is bound to an address or a fact that was on file before the enquiry came.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.law import Right
from bot.phrases import Phrases, say
from bot.tickets import GENTLE, MILD, Identity

FACTS_TRIES = 3  # failed comparisons of facts after which no more are compared
FACTS = Phrases({  # what may be compared; a name, an address of mail or a postcode others know, too
    "customer_number": "fact.customer_number",
    "order": "fact.order",
    "order_date": "fact.order_date",
    "phone": "fact.phone",
    "street": "fact.street",
    "birthday": "fact.birthday",
})  # fmt: skip


class Vouched(StrEnum):
    """What our own mail server says of a mail's sender. Never proof by itself (TRUST T01)."""

    PASS = "pass"  # noqa: S105 -- the word of RFC 8601
    FAIL = "fail"
    NONE = "none"  # it says nothing, or nobody whom we believe


class Rung(StrEnum):
    """The ladder, mildest first; and what may stand beside it."""

    MAIL = "mail"  # an answer from the address on file, for which our own mail server vouches
    CODE = "code"  # a code to the address on file
    FACTS = "facts"  # two facts that are on file
    DOCUMENT = "document"  # by a person's decision; looked at, never kept
    AUTHORITY = "authority"  # somebody acts for somebody else, and shows that they may
    SECOND = "second"  # another member of the team agrees that the answer goes to an address that is not on file


LADDER = (Rung.MAIL, Rung.CODE, Rung.FACTS, Rung.DOCUMENT)


@dataclass(frozen=True)
class Known:
    """What is known of who asks, for one right."""

    located: bool = False  # some system holds the person this is about
    on_file: bool = False  # the address that wrote is theirs there
    reachable: bool = True  # they have an address on file to which a code can go
    vouched: Vouched = Vouched.NONE  # of the newest mail
    answered: bool = False  # a mail our server vouched for answers a letter of ours to that same address
    doubts: tuple[str, ...] = ()  # what is odd about the sender
    code: bool = False  # a code that named this right came back
    spent: bool = False  # no further code today, or the last one is void
    facts: bool = False  # two facts were compared and are right
    wrong: int = 0  # comparisons that failed
    document: bool = False  # a person has looked at one
    agent: bool = False  # somebody writes for somebody else
    authority: bool = False  # a person has looked at what says that they may
    seconded: bool = False  # another person agreed to the address that is not on file


@dataclass(frozen=True)
class Step:
    """The decision: whether this is enough for the right; if not, what comes next; and why."""

    enough: bool
    identity: Identity  # what the ticket may say of it
    why: tuple[str, ...]
    next: Rung | None = None  # None with `enough` false: a person has to find another way, or refuse


WHY = Phrases({
    Rung.CODE: "identity.why_code",
    Rung.FACTS: "identity.why_facts",
    Rung.DOCUMENT: "identity.why_document",
    Rung.AUTHORITY: "identity.why_authority",
    Rung.SECOND: "identity.why_second",
})  # fmt: skip


def bare(right: Right) -> bool:
    """Whether the address on file alone is enough: stopping advertising discloses and destroys nothing."""
    return right in MILD


def gentle(right: Right, wishes: Collection[str] = ()) -> bool:
    """Whether a mail from the address on file that our server vouches for is enough, without an answer to ours.

    Not where a correction sets the address of mail: it would hand the account to whoever writes.
    """
    return right in GENTLE and "email" not in wishes


def decide(right: Right, known: Known, wishes: Collection[str] = ()) -> Step:
    """What is enough for this right, or the mildest next step. `wishes`: the fields a correction sets."""
    if known.agent:
        return _of_agent(known)
    if not known.located:
        return Step(True, Identity.NOBODY, (say("identity.nobody"),))
    for identity, why in _proofs(right, known, wishes):
        if why:
            return Step(True, identity, (why,))
    if (known.facts or known.document) and not known.on_file:
        return Step(False, Identity.ASKED, (WHY[Rung.SECOND],), Rung.SECOND)
    return _next(right, known, wishes)


def _of_agent(known: Known) -> Step:
    if not known.authority:
        return Step(False, Identity.UNKNOWN, (WHY[Rung.AUTHORITY],), Rung.AUTHORITY)
    if not known.located:
        return Step(False, Identity.UNKNOWN, (say("identity.not_located"),))
    if not known.seconded:
        return Step(False, Identity.ASKED, (WHY[Rung.SECOND],), Rung.SECOND)
    return Step(True, Identity.CONFIRMED, (say("identity.authority_seen"),))


def _proofs(right: Right, known: Known, wishes: Collection[str]) -> list[tuple[Identity, str]]:
    """(what the ticket may say, why it is enough, empty where it is not): mildest first."""
    here = known.on_file or known.seconded  # where the answer goes is on file, or two people agreed to it
    trusted = known.on_file and known.vouched == Vouched.PASS and not known.doubts
    return [
        (Identity.CONFIRMED, say("identity.code_back") if known.code else ""),
        (
            Identity.CONFIRMED,
            say("identity.answer_vouched") if trusted and known.answered else "",
        ),
        (Identity.CONFIRMED, say("identity.facts_right") if known.facts and here else ""),
        (Identity.CONFIRMED, say("identity.document_seen") if known.document and here else ""),
        (
            Identity.VOUCHED,
            say("identity.vouched_enough") if trusted and gentle(right, wishes) else "",
        ),
        (
            Identity.UNKNOWN,
            say("identity.only_advertising") if known.on_file and bare(right) else "",
        ),
    ]


def _next(right: Right, known: Known, wishes: Collection[str]) -> Step:
    why = list(_doubts(right, known, wishes))
    if known.reachable and not known.spent:
        return Step(False, Identity.ASKED, (*why, WHY[Rung.CODE]), Rung.CODE)
    if known.wrong < FACTS_TRIES:
        return Step(False, Identity.ASKED, (*why, WHY[Rung.FACTS]), Rung.FACTS)
    if not known.document:
        return Step(False, Identity.ASKED, (*why, WHY[Rung.DOCUMENT]), Rung.DOCUMENT)
    return Step(False, Identity.ASKED, (*why, say("identity.at_an_end")))


def _doubts(right: Right, known: Known, wishes: Collection[str]) -> Sequence[str]:
    """Why the mail itself is not enough: 12(6) wants the doubt of this case."""
    if not known.on_file:
        return (say("identity.not_on_file"), *known.doubts)
    if known.doubts:
        return known.doubts
    if known.vouched == Vouched.PASS:
        if right in GENTLE and not gentle(right, wishes):
            return (say("identity.sets_address"),)
        return (say("identity.answer_to_us"),)
    return (say("identity.anybody_can"),)
