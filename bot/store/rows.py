"""What the store hands out beside tickets and requests: frozen rows, nothing sealed among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.reminders import Kind
from bot.workflow import Line


@dataclass(frozen=True)
class ClockEvent:
    """Something that moved or explained a deadline."""

    id: str
    ticket_id: str
    kind: str
    on_date: date
    detail: Mapping[str, Any]
    by: str
    at: datetime


@dataclass(frozen=True)
class ReminderRow:
    """One thing to be said once of a ticket. `message`: what tells people of it; null: nothing yet."""

    key: str  # ticket or request:kind:date
    ticket_id: str
    kind: Kind
    on_date: date
    state: str  # planned, due, said, dropped
    message: str | None
    made_at: datetime
    said_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", Kind(self.kind))


@dataclass(frozen=True)
class Plan:
    """What a run would do, as it was asked of the systems at one moment. Void once `void_at` is set."""

    id: str
    request_id: str
    number: int
    hash: str
    lines: tuple[Line, ...]
    made_at: datetime
    void_at: datetime | None = None


@dataclass(frozen=True)
class Approval:
    """The question to a second person about exactly one plan, and the answer once there is one."""

    plan_id: str
    hash: str
    decision: str | None = None
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class TaskRow:
    """Something a person does by hand for a plan. How it is known that it was done is asked for apart (`evidence`)."""

    id: str
    ticket_id: str
    request_id: str
    plan_id: str
    number: int  # within its ticket
    system: str
    place: str
    words: str  # what to do
    category: str  # of the privacy policy
    count: int
    assignee: str | None  # Slack user id; None: whoever handles
    looks: bool  # only whether anything is held: nobody knows yet who asks
    second: bool  # another person has to look at what was done
    state: str  # open, done, void
    made_at: datetime
    outcome: str | None = None  # done nothing held cannot
    reason: str | None = None  # why it cannot be done
    digest: str | None = None  # of the evidence, keyed
    done_by: str | None = None
    done_at: datetime | None = None
    looked_by: str | None = None
    looked_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Done, and looked at by whoever has to."""
        return self.state == "done" and (not self.second or self.outcome == "cannot" or self.looked_at is not None)

    @property
    def waits(self) -> bool:
        """Open, or done and not yet looked at."""
        return self.state == "open" or (self.state == "done" and not self.settled)


@dataclass(frozen=True)
class Box:
    """How far a mailbox has been read."""

    name: str
    uidvalidity: int
    watermark: int
    seen_at: datetime


@dataclass(frozen=True)
class Holding:
    """One system's export for a request, as it lies in its file."""

    request_id: str
    system: str
    file: str
    rows: int
    size: int
    digest: str
    at: datetime | None = None  # when the system answered


@dataclass(frozen=True)
class MailRow:
    """A mail that was taken. Its bytes are asked for apart (`mail.raw`)."""

    id: str
    identity: bytes = field(repr=False)
    message_id_blind: bytes | None = field(repr=False)
    sender_blind: bytes | None = field(repr=False)
    mailbox: str
    uidvalidity: int
    uid: int
    verdict: str
    ticket_id: str | None
    reasons: tuple[str, ...]
    size: int
    arrived_at: datetime
    taken_at: datetime
    marked_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    sender: Mapping[str, Any] | None = None  # what is known of who sent it


@dataclass(frozen=True)
class LetterRow:
    """A letter as the record shows it. What it says is asked for apart (`letters.content`)."""

    id: str
    key: str
    ticket_id: str
    request_id: str | None
    kind: str
    language: str
    message_id: str
    digest: str
    made_at: datetime
    sent_at: datetime | None = None
    returned_at: datetime | None = None
    returned_why: str | None = None
    released_at: datetime | None = None
    released_by: str | None = None  # Slack user id, `bot`
    dropped_at: datetime | None = None
    medium: str = "mail"  # paper: a person prints and posts it

    @property
    def waits(self) -> bool:
        """A draft: nobody has released it yet, or said that it will not go."""
        return self.released_at is None and self.dropped_at is None


@dataclass(frozen=True)
class CodeRow:
    """A confirmation code under way. Only its keyed hash is known."""

    id: str
    ticket_id: str
    digest: bytes = field(repr=False)
    sent_to_blind: bytes = field(repr=False)
    made_at: datetime
    expires_at: datetime
    tries: int
    used_at: datetime | None = None
    rights: tuple[str, ...] = ()  # that its letter named


@dataclass(frozen=True)
class PackageRow:
    """An access package on disk, encrypted under its link."""

    id: str
    request_id: str
    ticket_id: str
    token_digest: str = field(repr=False)
    address_blind: bytes = field(repr=False)
    name: str
    size: int
    made_at: datetime
    expires_at: datetime
    downloads: int
    tries: int
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class AuditRow:
    """One line of the record: who did what to which ticket, when."""

    seq: int
    at: datetime
    actor: str
    verb: str
    ticket_id: str | None
    request_id: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Head:
    """The newest audit row, as it can be published outside the database."""

    seq: int
    hash: bytes


@dataclass(frozen=True)
class Broken:
    """The first place where the record is not what was written. `seq` 0: the head itself."""

    seq: int
    why: str
