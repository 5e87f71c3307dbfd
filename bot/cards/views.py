"""What a card, a list and a modal are drawn from. The desk fills these; nothing else reaches Slack.

Two families. The first names nobody and may stand in the channel: references, rights, states, dates, counts, and
words of the configuration or of the desk itself. The second (`Details`, `Quarantined`) holds what a stranger wrote:
it is drawn in modals only, as plain text, and never shows itself in a `repr`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.law import Right
from bot.tickets import Identity, State


class NextActor(StrEnum):
    """Who acts next."""

    HANDLER = "handler"
    APPROVER = "approver"
    PERSON = "person"  # the one who wrote: a code, an answer
    BOT = "bot"
    NOBODY = "nobody"


@dataclass(frozen=True)
class PlanLine:
    """One line of a plan as a card shows it (`workflow.Line` with the system's label)."""

    system: str  # label: "our internal server"
    place: str
    act: str  # workflow.Act: export delete anonymise keep task
    count: int
    basis: str | None = None
    until: date | None = None


@dataclass(frozen=True)
class Progress:
    """How far one system is."""

    system: str  # label
    state: str  # of its work: waiting ready running done unknown dead
    found: int
    left: int | None = None  # the proof's remainder; None before the proof, and for rights that leave the data


@dataclass(frozen=True)
class Unsettled:
    """An outward act whose answer was lost and that only a person can settle."""

    key: str  # of the work row
    what: str  # "the letter “access_answer”", "the deletion in our internal server"
    letter: bool = True  # something sent; False: an act in a system


@dataclass(frozen=True)
class RequestView:
    """One right of the ticket."""

    id: str
    right: Right
    state: State
    version: int = 1
    reason: str | None = None  # why it needs a person or was refused, in words that name nobody
    back_to: State | None = None
    chosen_by: str | None = None  # Slack user id
    plan_id: str | None = None
    plan: tuple[PlanLine, ...] = ()
    changes: tuple[str, ...] = ()  # what differs from the plan that was approved before (workflow.difference)
    decided_by: str | None = None  # Slack user id of whoever approved this plan
    cooling_until: datetime | None = None
    progress: tuple[Progress, ...] = ()
    answered_on: date | None = None  # the letter with the answer left the house


@dataclass(frozen=True)
class CardView:
    """One ticket as the channel sees it. Holds nothing personal."""

    ticket_id: str
    ref: str
    rights: tuple[Right, ...]  # asked for, as intake read them
    received_on: date
    due: date
    unrolled: date
    why: tuple[str, ...]  # the clock explained
    language: str
    regimes: tuple[str, ...]
    next_actor: NextActor
    identity: Identity = Identity.UNKNOWN
    requests: tuple[RequestView, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    owner: str | None = None  # Slack user id
    four_eyes: bool = True
    cooling_hours: float = 48.0
    can_close: bool = False  # the desk knows; the card only shows the button
    closed_on: date | None = None  # set: the card shrinks to reference and outcome
    outcome: str | None = None


@dataclass(frozen=True)
class TicketLine:
    """One ticket in a list (slash command, App Home). Holds nothing personal."""

    ticket_id: str
    ref: str
    rights: tuple[Right, ...]
    due: date
    next_actor: NextActor
    states: tuple[State, ...] = ()  # of its requests


@dataclass(frozen=True)
class Mail:
    """A further mail of the thread, for the Details modal."""

    arrived_at: datetime
    words: str = field(default="", repr=False)
    attachments: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Details:
    """What the person wrote. For one modal of one permitted user."""

    ticket_id: str
    ref: str
    received_at: datetime
    language: str
    identity: Identity
    address: str = field(repr=False)
    name: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    mails: tuple[Mail, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Quarantined:
    """A mail nobody could read. The last three are empty in a list and filled for the modal of one mail."""

    id: str
    arrived_at: datetime
    size: int  # bytes
    reasons: tuple[str, ...]  # of intake: fixed words
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
