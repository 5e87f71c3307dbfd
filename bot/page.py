"""What a person's page says of their enquiry, and what is typed on a page as the mail it stands for."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8

from bot.law import Right
from bot.tickets import FINAL, Request, State, Ticket

PAGE = "page"  # the channel, and the mailbox, of what was typed on a page
NAME, WORDS = 200, 20_000  # characters that are taken
SAID = {  # state -> the word of the page
    State.RECEIVED: "received",
    State.IDENTIFYING: "identifying",
    State.PLANNING: "working",
    State.PLANNED: "working",
    State.APPROVING: "working",
    State.COOLING: "working",
    State.NEEDS_PERSON: "working",
    State.RUNNING: "running",
    State.PROVING: "running",
    State.ANSWERING: "answering",
    State.DONE: "done",
    State.REFUSED: "refused",
    State.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True)
class Step:
    """How far one right is."""

    right: Right
    said: str  # a word of the page
    day: date | None = None  # it ended
    moment: datetime | None = None  # it begins


@dataclass(frozen=True)
class Bulletin:
    """What the page says of an enquiry to whoever has shown that they got our letter."""

    ref: str
    language: str
    received_on: date
    steps: tuple[Step, ...]
    open: bool
    due: date | None  # by when they hear from us; None while their answer is awaited
    waits_since: date | None  # for their answer
    code: bool = False  # we sent them one
    question: date | None = None  # the day of a question that has no answer yet
    answered: str = ""  # what became of what they have just pressed: a word of the page


def bulletin(
    ticket: Ticket, requests: Sequence[Request], begins: Mapping[str, datetime | None], *, code: bool,
    question: date | None, answered: str = "",
) -> Bulletin:  # fmt: skip
    """`begins`: request in its cooling time → the moment it begins, None while notices of it are under way."""
    opened = ticket.state == "open"
    waits = ticket.paused_since if ticket.clock != "running" else None
    at_work = not requests or any(each.state not in FINAL for each in requests)
    return Bulletin(
        ref=ticket.ref,
        language=ticket.language,
        received_on=ticket.received_on,
        steps=tuple(_step(each, begins) for each in requests),
        open=opened,
        due=ticket.due if opened and at_work and not waits else None,
        waits_since=waits if opened else None,
        code=code and opened,
        question=question if opened else None,
        answered=answered,
    )


def _step(request: Request, begins: Mapping[str, datetime | None]) -> Step:
    if request.state == State.COOLING and request.id in begins:
        moment = begins[request.id]
        return Step(request.right, "cooling" if moment else "notices", moment=moment)
    return Step(request.right, SAID[request.state], day=request.ended_on if request.state in FINAL else None)


@dataclass(frozen=True)
class Typed:
    """What somebody typed on a page. Whose address it is nobody knows yet: as with any mail."""

    address: str = field(repr=False)
    subject: str = field(repr=False)
    words: str = field(repr=False)
    name: str = field(default="", repr=False)
    language: str = ""
    answers: str = ""  # the Message-ID of the letter it answers


def as_mail(typed: Typed, on: date, domain: str) -> bytes:
    """The mail this would have been. The same words of the same address on one day are one mail: one press is enough.

    `domain`: of its Message-ID. The address is in its normal form.
    """
    words = typed.words.replace("\r\n", "\n").replace("\r", "\n").strip()[:WORDS]
    user, _, host = typed.address.rpartition("@")
    mail = EmailMessage(policy=SMTPUTF8)
    mail["From"] = Address(_line(typed.name), user, host)
    mail["Subject"] = _line(typed.subject)
    seen = repr((typed.address, typed.name, typed.subject, words, typed.answers, on.isoformat()))
    mail["Message-ID"] = f"<page.{hashlib.sha256(seen.encode('ascii', 'backslashreplace')).hexdigest()[:32]}@{domain}>"
    if typed.language:
        mail["Content-Language"] = typed.language
    if typed.answers:
        mail["In-Reply-To"] = mail["References"] = typed.answers
    mail.set_content(words.encode("utf-8", "replace").decode())
    return bytes(mail)


def _line(text: str) -> str:
    """One line of text, with nothing in it that could begin another."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:NAME]
