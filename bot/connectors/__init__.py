"""The contract every connector keeps.

A connector speaks to one system that holds personal data. It answers with counts (plans, proofs) or, for an export and
a correction, with values; it never logs a value and never puts one into an exception. Errors: Temporary, Unclear,
Refused, Unsupported (`bot/errors.py`).
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

from bot.errors import Misconfigured
from bot.law import Right
from bot.workflow import Change, Line, NotSeen, Seen


@dataclass(frozen=True)
class Found:
    """One person as one system knows them. `key` is the system's own stable reference (`Customer:42`)."""

    system: str
    key: str
    addresses: tuple[str, ...] = field(default=(), repr=False)  # e-mail addresses on file


@dataclass(frozen=True)
class Table:
    """Rows of one place for the access package: exact values, with what the policy says of them."""

    name: str
    category: str
    purpose: str
    retention: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...] = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)  # column -> words that explain it (GDPR 12(1))
    source: str = ""  # where the data came from, if not from the person (GDPR 15(1)(g))
    label: str = ""  # the table in words; its name where it is empty
    withheld: Mapping[str, str] = field(default_factory=dict)  # what is held and not disclosed, in words -> why
    provided: tuple[str, ...] = ()  # columns the person gave us themselves: what portability hands over (GDPR 20(1))


@dataclass(frozen=True)
class File:
    """One file for the access package: a mail, a document, a picture. Its bytes come in pieces and only once."""

    name: str  # path below the system's folder in the package
    category: str
    purpose: str
    retention: str
    pieces: Iterable[bytes] = field(repr=False)
    source: str = ""
    look: str = ""  # why a person has to look before it goes out ("names other people"); empty: nobody has to


@dataclass(frozen=True)
class Idle:
    """An account without activity, for the review of old accounts. `last` is the day of its last activity, if known."""

    person: Found
    last: date | None


class Connector(Protocol):
    """One system. Calls block for at most `timeout_s` and are safe to make from any thread.

    `erase` may hurt when done twice: after a lost answer it is settled by `erased`. `correct`, `restrict`, `lift` and
    `stop_marketing` set a state, so doing them again changes nothing more.
    """

    name: str
    label: str  # in letters and packages: "our internal server"
    timeout_s: float  # hard limit of one call
    settle_s: float  # how long after a lost call a probe may still lie (ENGINE: settling time)
    by_hand: bool  # only a person can look there: every call but `lint` and `plan` raises Unsupported

    def lint(self) -> list[str]:
        """Every fault of the configuration against the live system, one sentence each; empty when fit for use."""
        ...

    def find(self, addresses: Sequence[str]) -> list[Found]:
        """Everybody whose e-mail address equals one of these (case and outer space do not count).

        A place only people can look into knows nobody and says so with Unsupported: an empty list would be a claim.
        """
        ...

    def plan(self, right: Right, person: Found) -> list[Line]:
        """What a run of this right would do, in counts. Changes nothing.

        What this system cannot do by itself is a line `TASK` with `words` for whoever has to do it; a system without
        any means for the right raises Unsupported, and the whole becomes a task. By hand the plan is the same for
        everybody: somebody looks.
        """
        ...

    def export(self, person: Found) -> Iterable[Table | File]:
        """A copy of everything held that the policy discloses, piece by piece. Changes nothing.

        A place with many rows may come as several tables that differ in their rows only, one right after the other:
        they are one in the package. Whoever makes each piece only when it is wanted needs no memory for the others.
        """
        ...

    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:
        """What a correction would set: house word -> wished value, as far as this system holds such a field.

        A value that is there already gives no change; one the system cannot take gives a change with `refused`.
        """
        ...

    def correct(self, person: Found, changes: Sequence[Change], key: str) -> Mapping[str, int]:
        """Every field of these changes holds its new value; fields set per place. Sets off no workflow of the far side.

        Raises PlanChanged, with nothing done, when a field holds neither its old nor its new value.
        """
        ...

    def restrict(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        """The records of these lines are held back from use (GDPR 18); counts per place."""
        ...

    def lift(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        """The restriction made by these lines is over; counts per place. What was so before it stays so."""
        ...

    def stop_marketing(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        """No more advertising goes out, and the objection stays provable (GDPR 21(3)); counts per place."""
        ...

    def erase(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        """Does exactly these lines or nothing; counts per place.

        Raises PlanChanged (a Refused) when the recount inside the transaction differs from `lines`. `key` is the
        idempotency key of the step.
        """
        ...

    def erased(self, person: Found, lines: Sequence[Line], key: str) -> Seen | NotSeen | None:
        """Probe of `erase` by id after a lost answer. None: this system cannot tell."""
        ...

    def prove(
        self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line],
        changes: Sequence[Change] = (),
    ) -> list[Line]:  # fmt: skip
        """Asks again by another call than the one that wrote; the unexplained remainder, empty when the proof holds.

        The acts of `lines` say what has to be true; `changes` are those of a correction.
        """
        ...

    def addresses(self) -> Iterator[str]:
        """Every e-mail address held, each at least once, for the watch over what was erased; else Unsupported."""
        ...

    def idle(self, before: date, after: str, limit: int) -> list[Idle]:
        """At most `limit` accounts without activity since before this day, in order of their keys, beyond `after`."""
        ...


@runtime_checkable
class Sweeping(Protocol):
    """What a connector may have besides: it holds something back for a while (a quarantine), and lets it go."""

    def sweep(self) -> int:
        """Called once a day. What has been held back for its time is gone for good; how much that was."""
        ...


@runtime_checkable
class ByHand(Protocol):
    """What a connector whose `by_hand` is true has besides."""

    person: str  # Slack user id of whoever does it
    answer: Mapping[str, str]  # right -> a sentence for the letter, where something was done


class Shelf(Protocol):
    """Small secrets a connector must keep across restarts and share with other processes (an access token), sealed."""

    def get(self, name: str) -> bytes | None: ...
    def put(self, name: str, value: bytes) -> None: ...
    def drop(self, name: str) -> None: ...
    def turn(self, name: str) -> AbstractContextManager[None]:
        """Only one of all processes and threads is inside at a time; what it put there is what the next one gets."""
        ...


def never(_: str) -> bool:
    """Where there is no ledger of what was erased."""
    return False


@dataclass(frozen=True)
class Outside:
    """What a connector gets of the house besides its own block of the configuration."""

    secret: Callable[[str], str]  # value of an environment variable (or of the file NAME_FILE points to); "" if unset
    clock: Callable[[], datetime]
    shelf: Shelf
    of_a_case: Callable[[str], bool]  # whether the mail with this Message-ID belongs to a ticket
    erased: Callable[[str], bool] = never  # whether this address must not come back: asked before anybody is created


def load(blocks: Sequence[Mapping[str, Any]], outside: Outside) -> tuple[list[Connector], list[str]]:
    """The connectors of the configuration's `[[connectors]]` blocks, and every fault found while reading them.

    The folder is the registry: `kind = "database"` is `bot/connectors/database.py` (or a package of that name), whose
    `connector(block, outside)` makes one and raises Misconfigured with all its faults.
    """
    kinds = {each.name for each in pkgutil.iter_modules(__path__)}
    made: list[Connector] = []
    faults: list[str] = []
    for number, block in enumerate(blocks, 1):
        kind = str(block.get("kind", ""))
        module = importlib.import_module(f"{__name__}.{kind}") if kind in kinds else None
        make = getattr(module, "connector", None)
        if make is None:
            faults.append(f"[[connectors]] number {number}: there is no connector of the kind “{kind}”.")
            continue
        try:
            made.append(make(block, outside))
        except Misconfigured as error:
            faults += error.faults
    names = [each.name for each in made]
    faults += [f"[[connectors]]: two are named “{name}”." for name in sorted(set(names)) if names.count(name) > 1]
    return made, faults
