"""What a card and a list are drawn from. The desk fills these; nothing else reaches the channel.

They name nobody: references, rights, states, dates, counts, and words of the configuration or of the desk itself.
What a stranger wrote is in `bot.cards.private`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.law import Right
from bot.recipients import Standing, Verdict
from bot.tickets import Identity, State


class NextActor(StrEnum):
    """Who acts next."""

    HANDLER = "handler"
    APPROVER = "approver"
    PERSON = "person"  # the one who wrote: a code, an answer
    COLLEAGUE = "colleague"  # whoever does something by hand, or looks at what was done
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
    words: str = ""  # of a task: what a person has to do


@dataclass(frozen=True)
class TaskView:
    """Something a person does by hand, as the channel sees it. How it is known that it was done stands elsewhere."""

    id: str
    ref: str
    number: int  # within its ticket
    right: Right
    system: str  # label
    place: str
    words: str  # what to do, in words of the configuration or of a connector
    count: int
    assignee: str | None = None  # Slack user id
    looks: bool = False  # only whether anything is held: nobody knows yet who asks
    state: str = "open"  # open done void
    outcome: str | None = None  # workflow.Outcome
    reason: str | None = None  # a key of workflow.REASONS
    waits_for_second: bool = False
    done_by: str | None = None
    looked_by: str | None = None
    done_on: date | None = None


@dataclass(frozen=True)
class NoticeView:
    """The notice to one recipient, as the channel sees it."""

    id: str
    ref: str
    name: str
    kind: str  # distributor, processor …
    act: str  # correction, deletion, restriction, lifting
    state: Standing
    asked: int = 0  # stamp: how often a person was asked what a reply means
    verdict: Verdict | None = None
    why: str | None = None
    by_mail: bool = True
    told_on: date | None = None
    ended_on: date | None = None  # answered, or no longer asked
    wrote: bool = False  # there is a reply to read
    plainly: bool = False  # the bot took the answer by itself
    answered: int = 0  # of this ticket's recipients
    total: int = 0

    @property
    def open(self) -> bool:
        return self.state not in {Standing.ANSWERED, Standing.DROPPED}


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
    lifting: bool = False  # the plan is to end a restriction
    tasks: tuple[TaskView, ...] = ()  # by hand; without those nobody has to do any more
    to_look: int = 0  # pieces of the copy that somebody has to look at before it goes out


@dataclass(frozen=True)
class ClockMove:
    """Something recorded on the clock, with the due date before and after it. Words of the house only."""

    ref: str
    kind: str  # identity clarification answered extension large regime sent unsent rules
    by: str  # Slack user id, `person`, `bot`
    on: date
    before: date
    after: date
    state: str = "running"  # of the clock afterwards
    code: bool = False  # the question was the bot's own code
    reason: str = ""  # of an extension: the law's word; of a law set: how it is known
    regimes: tuple[str, ...] = ()  # set by a person; empty: whatever is on
    large: bool = False
    why: tuple[str, ...] = ()  # steps of the explanation that are new
    waits: bool = False  # for the release of its letter: nothing has moved yet


@dataclass(frozen=True)
class ClockView:
    """How the clock of a ticket stands."""

    state: str = "running"  # suspended, not_started: the dates are those without the pause
    waiting: tuple[tuple[str, date], ...] = ()  # what the person was asked and has not answered: kind, since when
    notice_by: date | None = None  # until when an extension can be announced
    extended_on: date | None = None  # the last notice left
    large: bool = False  # a large amount of data is on record
    chosen: bool = False  # a person has set which laws apply
    offers: tuple[str, ...] = ()  # moves that are open: answered identity clarification extension regime large
    moves: tuple[ClockMove, ...] = ()  # oldest first


@dataclass(frozen=True)
class ClockForm:
    """What the form of one move of the clock is drawn from."""

    ticket_id: str
    ref: str
    kind: str  # identity clarification answered extension regime large
    stamp: int  # of the clock the form was drawn from
    today: date
    due: date
    unrolled: date
    view: ClockView
    regimes: tuple[str, ...]  # that apply now
    on: tuple[str, ...] = ()  # that are on
    reasons: tuple[str, ...] = ()  # the law's, for an extension
    latest: date | None = None  # of an extension; None: the law names no limit
    stops: str = "running"  # the state of the clock once the question is asked


@dataclass(frozen=True)
class DraftView:
    """A letter that waits for its release, as the channel sees it."""

    id: str
    stamp: str  # of what it says now: a release is of exactly this
    name: str  # what people of the team call it
    to: str  # the person who wrote, or a recipient of the configuration
    right: Right | None = None


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
    snoozed_until: date | None = None  # nobody is reminded of it before
    held: bool = False  # a legal hold is on
    closed_on: date | None = None  # set: the card shrinks to reference and outcome
    outcome: str | None = None
    clock: ClockView = ClockView()
    channel: str = "mail"  # post, phone; watch, review: nobody wrote it
    recipients: tuple[NoticeView, ...] = ()  # who is told of what was done
    drafts: tuple[DraftView, ...] = ()  # letters that wait for their release
    drafts_mark: str = ""  # of exactly these
    to_tell: tuple[str, ...] = ()  # ids of locked copies whose passphrase the person does not know yet
    to_post: tuple[tuple[str, str], ...] = ()  # letters on paper, by id, each with its name: somebody posts them
    returned: tuple[tuple[str, str], ...] = ()  # kinds of letters that did not arrive, each with why (`intake.Cause`)
    notes: tuple[str, ...] = ()  # of `intake.notes`: encrypted, several people, an odd sender


@dataclass(frozen=True)
class TicketLine:
    """One ticket in a list (slash command, App Home). Holds nothing personal."""

    ticket_id: str
    ref: str
    rights: tuple[Right, ...]
    due: date
    next_actor: NextActor
    states: tuple[State, ...] = ()  # of its requests
    clock: str = "running"  # suspended, not_started
