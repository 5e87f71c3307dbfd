"""What the desk works with: the store, the engine, a clock, and the outward edges as protocols it declares itself."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Protocol, runtime_checkable
from zlib import crc32

from bot.drafts import AT_ONCE
from bot.engine import Engine
from bot.intake import Reading
from bot.law import Deadline, Right
from bot.store import Store
from bot.tickets import Actor, Role
from bot.workflow import Change, Line

AT_THE_MACHINE = "os:"  # before the name of a user of the operating system; no Slack user id looks like this


class Found(Protocol):
    """A person as one system knows them (`connectors.Found`)."""

    @property
    def system(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def addresses(self) -> tuple[str, ...]: ...


@runtime_checkable
class Sweeping(Protocol):
    """A system that holds something back for a while (`connectors.Sweeping`)."""

    def sweep(self) -> int: ...


@runtime_checkable
class ByHand(Protocol):
    """A place only people can look into (`connectors.ByHand`)."""

    person: str
    answer: Mapping[str, str]


class System(Protocol):
    """A connector, as far as the desk needs it (`connectors.Connector` says what each call promises)."""

    name: str
    label: str
    timeout_s: float
    settle_s: float
    by_hand: bool

    def find(self, addresses: Sequence[str]) -> Sequence[Any]: ...
    def plan(self, right: Right, person: Any) -> Sequence[Line]: ...
    def export(self, person: Any) -> Iterable[Any]: ...
    def erase(self, person: Any, lines: Sequence[Line], key: str) -> Mapping[str, int]: ...
    def erased(self, person: Any, lines: Sequence[Line], key: str) -> Any: ...
    def prove(
        self, right: Right, person: Any, addresses: Sequence[str], lines: Sequence[Line], changes: Sequence[Change] = ()
    ) -> Sequence[Line]: ...
    def propose(self, person: Any, wishes: Mapping[str, str]) -> Sequence[Change]: ...
    def correct(self, person: Any, changes: Sequence[Change], key: str) -> Mapping[str, int]: ...
    def restrict(self, person: Any, lines: Sequence[Line], key: str) -> Mapping[str, int]: ...
    def lift(self, person: Any, lines: Sequence[Line], key: str) -> Mapping[str, int]: ...
    def stop_marketing(self, person: Any, lines: Sequence[Line], key: str) -> Mapping[str, int]: ...
    def addresses(self) -> Iterable[str]: ...
    def idle(self, before: date, after: str, limit: int) -> Sequence[Any]: ...


class Channel(Protocol):
    """The team's channel (`slack.Channel`)."""

    def post(
        self, blocks: list[dict[str, Any]], text: str, key: str, *, thread: str | None = None,
        broadcast: bool = False, user: str | None = None,
    ) -> tuple[str, str]:  # fmt: skip
        """Posts once: in the channel, in a thread of it (`broadcast`: and in the channel), or to that user alone.

        (channel id, ts). Unclear when the answer was lost.
        """
        ...

    def find(
        self, key: str, since: datetime, *, thread: str | None = None, user: str | None = None
    ) -> tuple[str, str] | None:
        """The message posted with this key since then, if it stands where `post` would put it."""
        ...

    def link(self, channel: str, ts: str) -> str:
        """The address under which the team opens this message."""
        ...

    def update(self, channel: str, ts: str, blocks: list[dict[str, Any]], text: str) -> None: ...


class Postman(Protocol):
    """Mail out (`post.Postman`)."""

    def send(self, sender: str, to: str, content: bytes) -> None:
        """The server took the mail for exactly this recipient. Temporary: it did not. Unclear: nobody knows."""
        ...

    def sent(self, message_id: str) -> bool | None:
        """Whether the Sent folder holds this Message-ID; None when it is not there or cannot be asked."""
        ...


class Writer(Protocol):
    """Letters (`letters.Writer`)."""

    def write(self, letter: str, language: str, values: Mapping[str, Any]) -> Any:
        """Rendered with `.subject`, `.text`, `.html`; an undefined variable is an error."""
        ...

    def envelope(
        self,
        rendered: Any,
        *,
        sender: str,
        to: str,
        message_id: str,
        in_reply_to: str,
        references: Sequence[str],
        sent_at: datetime,
        automatic: bool,
    ) -> bytes: ...
    def attached(self, wire: bytes, name: str, content: bytes, /) -> bytes:
        """The finished letter with this zip attached."""
        ...

    def for_paper(self, rendered: Any, /) -> list[dict[str, Any]]:
        """What `paper` needs of a letter, as JSON has room for it."""
        ...

    def paper(
        self, content: Mapping[str, Any], *, language: str, company: Mapping[str, Any], window: str, made_at: datetime
    ) -> bytes:  # fmt: skip
        """The letter as PDF. NotAllowed where the typesetter is not installed."""
        ...


class Content(Protocol):
    """A package that is being read. Closed after its last piece, or by `close`."""

    @property
    def size(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class Packer(Protocol):
    """The access package (`package.Packer`)."""

    def hold(self, name: str, key: bytes, held: Iterable[Any]) -> Any:
        """One system's export in an encrypted file, until all systems have answered: `.rows`, `.size`, `.digest`."""
        ...

    def thawed(self, name: str, key: bytes, digest: str) -> AbstractContextManager[Sequence[Any]]:
        """What was held, read as it is used. Refused when it is not whole, or not there."""
        ...

    def given(self, sheets: Sequence[Any], /) -> Sequence[Any]:
        """Of what was thawed what the person gave us themselves."""
        ...

    def others(self, sheets: Sequence[Any], own: Callable[[str], bool], read: Callable[[str, bytes], str], /) -> Any:
        """What of these may be about other people too: `.place`, `.kind`, `.why`, `.name`, `.says` each."""
        ...

    def veiled(
        self, sheets: Sequence[Any], decided: Mapping[str, tuple[str, Sequence[str]]], own: Callable[[str], bool],
        read: Callable[[str, bytes], str], language: str, /,
    ) -> Iterable[Any]:  # fmt: skip
        """The same to be held anew, as a person has decided: `.place` → (verdict, words)."""
        ...

    def let_go(self, name: str) -> None: ...
    def sweep(self, known: Collection[str]) -> int:
        """Exports that no row names are gone."""
        ...

    def pack(
        self, name: str, tables: Mapping[str, Sequence[Any]], about: Mapping[str, Any], made_at: datetime, *,
        locked: bool = False,
    ) -> Any:  # fmt: skip
        """Writes it encrypted under a key derived from a new token: `.token`, `.digest` (its hex SHA-256), `.size`.

        `locked`: the zip itself is, and the token is a passphrase people can type.
        """
        ...

    def open(self, name: str, token: str) -> Content: ...
    def remove(self, name: str) -> None: ...


@dataclass(frozen=True)
class House:
    """The company as the configuration names it, as far as letters and the desk need it."""

    policy: Mapping[str, Any]  # company, categories, recipients, authorities ... for letters
    sender: str  # address our letters come from
    public_url: str
    roles: Mapping[str, frozenset[Any]]  # user id -> roles
    regimes: tuple[str, ...]
    deadline: Deadline  # of a moment of receipt and the events since, over the regimes that are on or those named
    zone: str  # dates are those of this zone
    message_domain: str  # of the Message-IDs we issue
    four_eyes: bool = True
    cooling_hours: float = 48.0
    lift_notice_days: float = 7.0  # between the notice to the person and the end of a restriction
    code_hours: float = 24.0
    code_tries: int = 5
    codes_a_day: int = 3
    code_pauses_days: int = 7  # after receipt, a code still counts as asked without undue delay; 0: it never pauses
    mail_timeout_s: float = 60.0  # hard limit of one SMTP conversation
    mail_settle_s: float = 30.0  # how long after a lost answer the Sent folder may still lag
    slack_timeout_s: float = 20.0
    post_every_s: float = 1.0  # between two posts in the channel
    slack_settle_s: float = 5.0  # until a lost post shows in the channel's history
    package_days: int = 14
    package_downloads: int = 3
    work_begins: time = time(8)  # working hours: when the team may be reminded
    work_ends: time = time(17)
    working_days: frozenset[int] = frozenset(range(5))  # Monday is 0
    glossary: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language -> our own words, in it
    team_mail: tuple[str, ...] = ()  # where reminders go when something is overdue or Slack is away
    second_person: str = ""  # Slack user id of whoever else hears of what is overdue
    watch: bool = True  # every system is looked over for what was erased, once a day
    watch_from: time = time(2)
    erased_years: int = 6  # how long the ledger remembers an erasure
    review: bool = False  # accounts nobody uses are put before the team
    review_years: int = 6  # without activity
    review_batch: int = 20  # accounts in one message
    review_days: int = 30  # from the end of a review to the next
    review_systems: tuple[str, ...] = ()  # empty: all that can tell
    release_at_once: frozenset[str] = frozenset(AT_ONCE)  # letters no person has to release

    @property
    def rules(self) -> str:
        """What dates are computed with today: another word as soon as another date might come out."""
        return f"{crc32(' '.join(self.regimes).encode()):08x} {self.deadline.version}"[:40]


@dataclass(frozen=True)
class Office:
    """Everything a verb may touch. Families of verbs derive from it; `Desk` joins them."""

    house: House
    store: Store
    engine: Engine
    clock: Callable[[], datetime]
    ids: Callable[[], str]
    systems: Mapping[str, System]
    channel: Channel
    postman: Postman
    writer: Writer
    packer: Packer
    new_code: Callable[[], str]  # eight random digits
    words: Callable[[bytes], str]  # the text of a raw mail, read under limits
    reading: Callable[[bytes], Reading]  # the whole of it

    def actor(self, user: str) -> Actor:
        """The user with the roles the configuration gives now.

        `os:name` sits at the machine and holds the key to everything: a handler, never the second person.
        """
        if user.startswith(AT_THE_MACHINE):
            return Actor(user, frozenset({Role.HANDLER}))
        return Actor(user, self.house.roles.get(user, frozenset()))
