"""What a window is drawn from for one permitted user: what strangers and the team wrote.

Drawn in modals only, as plain text, and never shown in a `repr`. What draws a message never sees these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.cards.views import NoticeView, TaskView
from bot.tickets import Identity


@dataclass(frozen=True)
class TaskForm:
    """What the form of a task is drawn from: for one permitted user's modal."""

    task: TaskView
    address: str = field(repr=False)  # who it is about
    name: str = field(default="", repr=False)
    wishes: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # of a correction: field, wished value
    files: tuple[str, ...] = field(default=(), repr=False)  # names of what was added


@dataclass(frozen=True)
class Evidence:
    """What was said of a task: for one permitted user's modal."""

    task: TaskView
    words: str = field(repr=False)
    found: str = field(default="", repr=False)
    files: tuple[str, ...] = field(default=(), repr=False)
    can_see: bool = False  # this user may make the second look


@dataclass(frozen=True)
class NoticeReply:
    """What a recipient wrote. For one modal of one permitted user."""

    notice: NoticeView
    arrived_at: datetime
    words: str = field(repr=False)


@dataclass(frozen=True)
class Wanted:
    """What the form of a correction is drawn from: for one permitted user's modal."""

    ticket_id: str
    ref: str
    words: str = field(repr=False)  # what the person wrote, all mails
    proposed: Mapping[str, str] = field(default_factory=dict, repr=False)  # house word -> value


@dataclass(frozen=True)
class Mail:
    """A further mail of the thread, for the Details modal."""

    arrived_at: datetime
    words: str = field(default="", repr=False)
    attachments: tuple[str, ...] = field(default=(), repr=False)
    id: str = ""  # where the whole of it can be looked at


class Remark(Protocol):
    """What somebody of the team wrote beside a ticket (`team.Said`)."""

    @property
    def kind(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def words(self) -> str: ...


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
    asks: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # what it asks for, and the sentence that says so
    said: tuple[Remark, ...] = field(default=(), repr=False)  # what the team wrote beside it
    mail_id: str = ""  # of the first mail, if a mail it was


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
    near_miss: bool = False  # it looks like an enquiry under another subject
