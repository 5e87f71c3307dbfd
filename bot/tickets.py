"""What a ticket and a request are, the states of a request, and the table of allowed moves.

A ticket is one enquiry and its thread. A request is one right inside one ticket, with its own state.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.errors import NotAllowed, TooLate
from bot.law import Right
from bot.phrases import named, say


class Role(StrEnum):
    VIEWER = "viewer"
    HANDLER = "handler"
    APPROVER = "approver"
    ADMIN = "admin"


@dataclass(frozen=True)
class Actor:
    """Who acts: a Slack user id, `bot` or `person` (the one who wrote), with the roles the configuration gives."""

    id: str
    roles: frozenset[Role] = frozenset()


BOT = Actor("bot")
PERSON = Actor("person")


class State(StrEnum):
    RECEIVED = "received"
    IDENTIFYING = "identifying"
    PLANNING = "planning"
    PLANNED = "planned"
    APPROVING = "approving"
    COOLING = "cooling"
    RUNNING = "running"
    PROVING = "proving"
    ANSWERING = "answering"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NEEDS_PERSON = "needs_person"


FINAL = frozenset({State.DONE, State.REFUSED, State.WITHDRAWN})
OPEN = frozenset(State) - FINAL
WORKING = OPEN - {State.NEEDS_PERSON}
UNIDENTIFIED = frozenset({State.RECEIVED, State.IDENTIFYING})  # it is not settled who asks


class Identity(StrEnum):
    """What is known of who wrote."""

    UNKNOWN = "unknown"
    ASKED = "asked"  # a code is under way to the address on file
    VOUCHED = "vouched"  # our own mail server vouches for the address on file: enough for gentle rights, no others
    CONFIRMED = "confirmed"
    NOBODY = "nobody"  # no system knows the address: nothing can be disclosed, nothing deleted


@dataclass(frozen=True)
class Move:
    """One allowed move. `role` None means only the bot (or the person's own mail) makes it."""

    verb: str
    source: State
    target: State
    role: Role | None = None
    second_person: bool = False  # whoever chose the right cannot make this move
    needs_identity: bool = False
    only: frozenset[Right] = frozenset(Right)
    person: bool = False  # whoever wrote may make it, too


DESTRUCTIVE = frozenset({Right.DELETION})
PROPOSED = DESTRUCTIVE | {Right.CORRECTION}  # its plan needs a second person
APPROVED = PROPOSED | {Right.RESTRICTION}  # of a restriction only its end does
DISCLOSING = frozenset({Right.ACCESS, Right.PORTABILITY})  # changes nothing
AT_ONCE = frozenset(Right) - PROPOSED  # runs as soon as it is planned
MILD = frozenset({Right.OBJECTION})  # discloses and destroys nothing: who wrote from an address may stop mail to it
GENTLE = frozenset({Right.CORRECTION, Right.RESTRICTION})  # discloses nothing, deletes nothing: needs less
WRITTEN = frozenset({"mail", "page"})  # channels whose enquiries count from the moment they reached us, not from a day
SILENT = frozenset({"watch", "review"})  # channels nobody wrote by: nobody is written to, and all of it is deletion
REFUSABLE = frozenset(Right) - {Right.OBJECTION}  # GDPR 21(3) knows no exception

_S = State
EARLY = frozenset(  # in these it may be that nothing was changed or given out yet
    {_S.IDENTIFYING, _S.PLANNING, _S.PLANNED, _S.APPROVING, _S.COOLING, _S.RUNNING, _S.NEEDS_PERSON}
)
MOVES: tuple[Move, ...] = (
    Move("choose", _S.RECEIVED, _S.IDENTIFYING, Role.HANDLER),
    Move("identified", _S.IDENTIFYING, _S.PLANNING),
    Move("planned", _S.PLANNING, _S.PLANNED, needs_identity=True),
    Move("run", _S.PLANNED, _S.RUNNING, needs_identity=True, only=AT_ONCE),
    Move("propose", _S.PLANNED, _S.APPROVING, needs_identity=True, only=PROPOSED),
    Move("approve", _S.APPROVING, _S.COOLING, Role.APPROVER, second_person=True, needs_identity=True, only=APPROVED),
    Move("reject", _S.APPROVING, _S.RECEIVED, Role.HANDLER, only=PROPOSED),
    Move("stop", _S.COOLING, _S.RECEIVED, Role.HANDLER, only=PROPOSED),
    Move("void", _S.APPROVING, _S.PLANNING, only=PROPOSED),
    Move("void", _S.COOLING, _S.PLANNING, only=PROPOSED),
    Move("void", _S.RUNNING, _S.PLANNING, only=frozenset(Right) - DISCLOSING),  # the recount differed
    Move("cooled", _S.COOLING, _S.RUNNING, needs_identity=True, only=APPROVED),
    # the end of a restriction: a second person approves it, and who asked for it hears of it first (GDPR 18(3))
    Move("lift", _S.DONE, _S.APPROVING, Role.HANDLER, needs_identity=True, only=frozenset({Right.RESTRICTION})),
    Move("keep", _S.APPROVING, _S.DONE, Role.HANDLER, only=frozenset({Right.RESTRICTION})),
    Move("keep", _S.COOLING, _S.DONE, Role.HANDLER, only=frozenset({Right.RESTRICTION})),
    Move("prove", _S.RUNNING, _S.PROVING, needs_identity=True),
    Move("look", _S.PLANNED, _S.PROVING, needs_identity=True),  # people look where no program can; nothing is changed
    Move("found", _S.PROVING, _S.IDENTIFYING),  # they found something: now it has to be settled who asks
    Move("answer", _S.PLANNED, _S.ANSWERING, needs_identity=True),  # nothing is held anywhere: nothing to run
    Move("answer", _S.PROVING, _S.ANSWERING, needs_identity=True),
    Move("finish", _S.ANSWERING, _S.DONE, needs_identity=True),
    *(Move("escalate", state, _S.NEEDS_PERSON) for state in sorted(WORKING)),
    *(Move("resume", _S.NEEDS_PERSON, state, Role.HANDLER) for state in sorted(WORKING)),
    *(Move("refuse", state, _S.REFUSED, Role.HANDLER, only=REFUSABLE) for state in sorted(OPEN)),
    *(Move("withdraw", state, _S.WITHDRAWN, Role.HANDLER, person=True) for state in sorted(OPEN)),
    # somebody with an address on file says “this was not me”: everything has to be asked for, and approved, anew
    *(Move("disown", state, _S.RECEIVED) for state in sorted(EARLY)),
    *(Move("disown", state, _S.RECEIVED, only=DISCLOSING) for state in sorted({_S.PROVING, _S.ANSWERING})),
)


@dataclass(frozen=True)
class Ticket:
    """One enquiry and its whole thread. Holds nothing personal: that is sealed apart, under the ticket's own key."""

    id: str
    ref: str
    channel: str  # mail, page, post, phone; watch, review
    received_at: datetime
    received_on: date
    language: str
    rights: tuple[Right, ...]  # asked for, as intake read them; the handler decides
    regimes: tuple[str, ...]
    unrolled: date
    due: date
    why: tuple[str, ...]  # the clock explained, a line per step
    identity: Identity = Identity.UNKNOWN
    state: str = "open"  # open, closed
    outcome: str | None = None
    owner: str | None = None
    version: int = 1
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    card_channel: str | None = None
    card_ts: str | None = None
    card_version: int = 0
    extension_notice_by: date | None = None  # None: no extension, or the clock stands still
    clock: str = "running"  # suspended, not_started: an answer is awaited, and the dates are as if it ran on
    paused_since: date | None = None  # the oldest question to the person that has no answer yet
    rules: str = ""  # what the dates were computed with (law.version)
    snoozed_until: date | None = None  # until then nobody is reminded of it
    merged_into: str | None = None  # the ticket that goes on with it


@dataclass(frozen=True)
class Request:
    """One right inside one ticket."""

    id: str
    ticket_id: str
    right: Right
    state: State
    version: int = 1
    back_to: State | None = None  # where a request in needs_person came from
    reason: str | None = None  # why it waits, in words that name nobody
    plan_id: str | None = None
    generation: int = 1  # rises when a person says "run again"
    chosen_by: str | None = None
    chosen_at: datetime | None = None
    result: Mapping[str, object] = field(default_factory=dict)  # counts per system, dates; nothing personal
    ended_on: date | None = None  # answered, refused or withdrawn
    subject: str = ""  # of several of one right, about different accounts: which

    @property
    def stage(self) -> State:
        """How far it is on its road, also while a person is asked about it."""
        return self.back_to if self.state == State.NEEDS_PERSON and self.back_to else self.state


@dataclass(frozen=True)
class Correspondent:
    """Who wrote. Lives only sealed under the ticket's key, in modals and in letters."""

    address: str = field(repr=False)
    name: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    words: str = field(default="", repr=False)  # the text of the first mail
    message_id: str = field(default="", repr=False)  # of the mail we answer to
    references: tuple[str, ...] = field(default=(), repr=False)
    also: tuple[str, ...] = field(default=(), repr=False)  # who wrote from them was shown to be the same person
    postal: tuple[str, ...] = field(default=(), repr=False)  # lines of an envelope: letters go there on paper

    @property
    def reachable(self) -> bool:
        """Whether a letter can go out, by mail or on paper."""
        return bool(self.address or self.postal)


def move(request: Request, verb: str) -> Move:
    """The allowed move, or NotAllowed in words for whoever asked."""
    for each in MOVES:
        if each.verb == verb and each.source == request.state and request.right in each.only:
            if verb == "resume" and each.target != request.back_to:
                continue
            return each
    raise TooLate(say("errors.no_longer", right=named("right", request.right), state=spoken(request.state)))


def check_move(request: Request, verb: str, actor: Actor, identity: Identity, *, four_eyes: bool = True) -> Move:
    """The move, if this actor may make it now; NotAllowed with the reason otherwise."""
    found = move(request, verb)
    if found.role is not None and not (found.person and actor == PERSON):
        check_role(actor, found.role)
        if found.second_person and four_eyes and actor.id == request.chosen_by:
            raise NotAllowed(say("errors.own_plan"))
    elif actor.roles:
        raise NotAllowed(say("errors.bot_only"))
    if found.needs_identity and not enough(request.right, identity):
        raise NotAllowed(say("errors.unconfirmed"))
    return found


def enough(right: Right, identity: Identity) -> bool:
    """Whether so much knowledge of who asks lets this right go on at all. What else a request needs, the desk knows."""
    if right in MILD:
        return True
    return identity in {Identity.CONFIRMED, Identity.NOBODY} or (right in GENTLE and identity == Identity.VOUCHED)


def check_role(actor: Actor, role: Role) -> None:
    """Nothing, if the actor has the role (an admin has every role, whoever has one may look); NotAllowed otherwise."""
    held = role in actor.roles or Role.ADMIN in actor.roles or (role == Role.VIEWER and actor.roles)
    if not held:
        raise NotAllowed(say("errors.role", role=role))


def together(waiting: Iterable[tuple[str, str | None]]) -> str:
    """Of requests and their plans that wait for approval, a mark of exactly these: another plan, another mark."""
    return hashlib.sha256(" ".join(sorted(f"{request}:{plan}" for request, plan in waiting)).encode()).hexdigest()[:32]


def spoken(state: State) -> str:
    """The state in words for a card."""
    return named("state", state)


def diagram() -> str:
    """The table of moves as a Mermaid state diagram; escalation and endings, which every open state has, in notes."""
    everywhere = {"escalate", "resume", "refuse", "withdraw", "disown"}
    lines = ["stateDiagram-v2", "    [*] --> received"]
    for each in MOVES:
        if each.verb in everywhere:
            continue
        only = "" if each.only == frozenset(Right) else f" ({', '.join(sorted(each.only))})"
        who = f", {each.role}" if each.role else ""
        second = ", second person" if each.second_person else ""
        lines.append(f"    {each.source} --> {each.target}: {each.verb}{only}{who}{second}")
    return "\n".join([*lines, "    done --> [*]"])
