"""The contract every connector keeps.

A connector speaks to one system that holds personal data. It answers with counts (plans, proofs) or, for an export,
with rows; it never logs a value and never puts one into an exception. Errors: Temporary, Unclear, Refused,
Unsupported (`bot/errors.py`).
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.errors import Misconfigured
from bot.law import Right
from bot.workflow import Line, NotSeen, Seen


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


class Connector(Protocol):
    """One system. Calls block for at most `timeout_s` and are safe to make from any thread."""

    name: str
    label: str  # in letters and packages: "our internal server"
    timeout_s: float  # hard limit of one call
    settle_s: float  # how long after a lost call a probe may still lie (ENGINE: settling time)

    def lint(self) -> list[str]:
        """Every fault of the configuration against the live system, one sentence each; empty when fit for use."""
        ...

    def find(self, addresses: Sequence[str]) -> list[Found]:
        """Everybody whose e-mail address equals one of these (case and outer space do not count)."""
        ...

    def plan(self, right: Right, person: Found) -> list[Line]:
        """What a run of this right would do, in counts. Changes nothing."""
        ...

    def export(self, person: Found) -> list[Table]:
        """A copy of everything held that the policy discloses. Changes nothing."""
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

    def prove(self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line]) -> list[Line]:
        """Asks again by another call than the one that wrote; the unexplained remainder, empty when the proof holds."""
        ...

    def correct(self, person: Found, changes: Mapping[str, Any], key: str) -> Mapping[str, int]: ...

    def restrict(self, person: Found, key: str) -> Mapping[str, int]: ...


def load(
    blocks: Sequence[Mapping[str, Any]], secret: Callable[[str], str], clock: Callable[[], datetime]
) -> tuple[list[Connector], list[str]]:
    """The connectors of the configuration's `[[connectors]]` blocks, and every fault found while reading them.

    The folder is the registry: `kind = "database"` is `bot/connectors/database.py`, whose `connector(block, secret,
    clock)` makes one and raises Misconfigured with all its faults.
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
            made.append(make(block, secret, clock))
        except Misconfigured as error:
            faults += error.faults
    names = [each.name for each in made]
    faults += [f"[[connectors]]: two are named “{name}”." for name in sorted(set(names)) if names.count(name) > 1]
    return made, faults
