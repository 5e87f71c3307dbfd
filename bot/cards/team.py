"""What the windows of the team are drawn from. The desk fills these.

As in `views`, the first family names nobody outside of the team; `Person`, `MailForm` and `Said` hold what is about
somebody: they are drawn in modals only, as plain text, and never show themselves in a `repr`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.cards.views import TicketLine
from bot.law import Right


class WeekCount(Protocol):
    """What came and was answered in one week (`store.WeekCount`)."""

    @property
    def monday(self) -> date: ...
    @property
    def received(self) -> int: ...
    @property
    def answered(self) -> int: ...
    @property
    def late(self) -> int: ...


class Blocked(Protocol):
    """A sender whose mails are put aside (`store.Blocked`)."""

    @property
    def id(self) -> str: ...
    @property
    def ref(self) -> str | None: ...
    @property
    def by(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class More:
    """What else can be done with a ticket, for one user."""

    ticket_id: str
    ref: str
    open: bool
    owner: str | None
    mine: bool
    refusable: tuple[tuple[Right, str], ...] = ()  # right, request
    held: bool = False
    splits: tuple[Right, ...] = ()  # that were asked for and have not begun
    in_vain: bool = False  # the person was asked who they are, was reminded, and never answered
    complaints: bool = False  # a law of the ticket has complaints acknowledged
    links: bool = False  # a copy can still be downloaded
    four_eyes: bool = True


@dataclass(frozen=True)
class Home:
    """The App Home of one member of the team."""

    handles: bool
    mine: tuple[TicketLine, ...]  # they own it, and a handler acts next
    approvals: tuple[TicketLine, ...]  # a plan they may approve
    nobodys: tuple[TicketLine, ...]
    late: tuple[TicketLine, ...]
    soon: tuple[TicketLine, ...]
    open: str  # how many, in words
    overdue: str
    weeks: Sequence[WeekCount]
    quiet: tuple[str, str] | None
    four_eyes: bool = True


@dataclass(frozen=True)
class Health:
    """How the bot is, in numbers."""

    open: str
    overdue: str
    waiting: int  # pieces of work that are due and not begun
    unsettled: int  # outcomes only a person can know
    dead: int  # given up
    mailboxes: tuple[tuple[str, datetime], ...]  # name, last look
    aside: int  # mails somebody has to look at


@dataclass(frozen=True)
class Person:
    """What there is under one address. For one modal of one permitted user."""

    tickets: tuple[TicketLine, ...]
    states: tuple[str, ...]  # open, closed: of each ticket
    systems: tuple[tuple[str, int | None], ...]  # label, people of this address; None: it could not be asked
    address: str = field(repr=False)


@dataclass(frozen=True)
class Said:
    """What somebody of the team wrote beside a ticket: a note, why it is held, why something was refused."""

    kind: str  # note hold refusal
    by: str
    at: datetime
    words: str = field(repr=False)


@dataclass(frozen=True)
class MailForm:
    """A mail nobody has dealt with, as far as it could be read; what a ticket of it would begin with."""

    id: str
    arrived_at: datetime
    received_on: date
    reasons: tuple[str, ...]
    near_miss: bool
    rights: tuple[Right, ...]
    language: str
    address: str = field(repr=False)
    name: str = field(repr=False)
    subject: str = field(repr=False)
    words: str = field(repr=False)
    asks: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # what it asks for, and the sentence that says so
