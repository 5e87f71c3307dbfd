"""Accounts nobody uses: how far the look at them is, what was put before the team, and what was decided.

Whose an account is, is sealed under the key of its batch, which is destroyed when all of the batch is decided. What
stays is a keyed hash, by which a kept account is not asked about again, and why it is kept.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, or_, select, update

from bot.store.schema import account, batch, request, review
from bot.store.transaction import Transaction
from bot.tickets import FINAL

OWNER = "review"
RUNNING, OVER, BLIND = "running", "over", "blind"
OPEN, KEPT, ERASE = "open", "kept", "erase"

_A, _B, _V = account.c, batch.c, review.c
_ROUND = select(review).where(_V.system == bindparam("is_"))
_MOVE = update(review).where(_V.system == bindparam("is_"))
_UNDECIDED = select(_B.id).where(_B.system == bindparam("is_"), _B.decided_at.is_(None)).limit(1)
_LEFT_ALONE = (
    select(_A.who)
    .outerjoin(request, request.c.id == _A.request_id)
    .where(
        _A.system == bindparam("in_"), _A.who.in_(bindparam("whos", expanding=True)),
        or_(_A.until > bindparam("today"), request.c.state.not_in([str(each) for each in sorted(FINAL)])),
    )
)  # fmt: skip
_OF = select(account).where(_A.batch_id == bindparam("of")).order_by(_A.id)
_LOCKED = _OF.with_for_update()
_DECIDE = update(account).where(_A.id == bindparam("id_"), _A.state == OPEN)
_LEFT = select(func.count()).where(_A.batch_id == bindparam("of"), _A.state == OPEN)
_CLOSE = update(batch).where(_B.id == bindparam("is_"))


@dataclass(frozen=True)
class Round:
    """How far the look at one system is."""

    system: str
    number: int
    state: str
    before: date
    at: datetime


@dataclass(frozen=True)
class Account:
    """One account of a batch. Whose it is, is asked for apart (`reviews.person`)."""

    id: str
    batch_id: str
    system: str
    who: bytes = field(repr=False)
    last: date | None
    state: str
    until: date | None
    by: str | None
    at: datetime
    request_id: str | None


@dataclass(frozen=True)
class Batch:
    """What one message puts before the team."""

    id: str
    system: str
    before: date
    at: datetime
    decided_at: datetime | None = None


class Reviews:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    # -- how far it is

    def round(self, system: str) -> Round | None:
        """How far the look at this system is; None where nobody has ever looked."""
        row = self._run(_ROUND, {"is_": system}).one_or_none()
        return None if row is None else Round(row.system, row.number, row.state, row.before, row.at)

    def begin(self, system: str, before: date) -> Round:
        """A new look, from the first account on."""
        known = self.round(system)
        values = {"state": RUNNING, "before": before, "after_sealed": None, "at": self._unit.now}
        if known is None:
            self._run(insert(review), {"system": system, "number": 1, **values})
        else:
            self._run(_MOVE, {"is_": system, "number": known.number + 1, **values})
        return Round(system, known.number + 1 if known else 1, RUNNING, before, self._unit.now)

    def goes_on(self, system: str, number: int, after: str) -> None:
        """The next look begins beyond this account."""
        self._unit.lasting_key(OWNER)
        sealed = self._unit.seal(OWNER, "review", "after_sealed", system, after.encode("utf-8", "surrogatepass"))
        self._run(_MOVE, {"is_": system, "number": number + 1, "after_sealed": sealed, "at": self._unit.now})

    def ends(self, system: str, state: str) -> None:
        """There are no more of them, or this system cannot tell."""
        self._run(_MOVE, {"is_": system, "state": state, "after_sealed": None, "at": self._unit.now})

    def after(self, system: str) -> str:
        """The account beyond which the next look begins; empty: at the first."""
        sealed = self._run(_ROUND, {"is_": system}).one().after_sealed
        if sealed is None:
            return ""
        return self._unit.open(OWNER, "review", "after_sealed", system, sealed).decode("utf-8", "surrogatepass")

    def blind(self) -> list[str]:
        """Systems that cannot tell who uses an account."""
        return list(self._run(select(_V.system).where(_V.state == BLIND)).scalars())

    def waits(self, system: str) -> bool:
        """Whether a batch of this system is not decided yet."""
        return self._run(_UNDECIDED, {"is_": system}).first() is not None

    # -- accounts

    def who(self, system: str, key: str) -> bytes:
        """By what an account is known again."""
        return self._unit.keys.digest("account", f"{system}\0{key}")

    def left_alone(self, system: str, whos: Collection[bytes], today: date) -> set[bytes]:
        """Those of these accounts nobody is asked about: kept until a later day, or being erased."""
        return set(self._run(_LEFT_ALONE, {"in_": system, "whos": list(whos), "today": today}).scalars())

    def put(self, system: str, before: date, found: Sequence[tuple[str, Sequence[str], date | None]]) -> Batch:
        """These accounts (reference, addresses, day of the last activity) are put before the team together."""
        made = Batch(self._unit.id(), system, before, self._unit.now)
        self._run(insert(batch), {"id": made.id, "system": system, "before": before, "at": made.at})
        self._unit.new_key(f"batch:{made.id}")
        rows = []
        for key, addresses, last in found:
            account_id = self._unit.id()
            person = {"key": key, "addresses": list(addresses)}
            sealed = self._unit.seal_json(f"batch:{made.id}", "account", "person_sealed", account_id, person)
            rows.append({
                "id": account_id, "batch_id": made.id, "system": system, "who": self.who(system, key), "last": last,
                "state": OPEN, "at": self._unit.now, "person_sealed": sealed,
            })  # fmt: skip
        self._run(insert(account), rows)
        return made

    def batch(self, batch_id: str) -> Batch:
        """The batch. LookupError if there is none."""
        row = self._run(select(batch).where(_B.id == batch_id)).one_or_none()
        if row is None:
            raise LookupError(f"no batch {batch_id}")
        return Batch(row.id, row.system, row.before, row.at, row.decided_at)

    def of(self, batch_id: str) -> list[Account]:
        """Its accounts; locked where this unit writes."""
        return [_account(row) for row in self._run(_LOCKED if self._unit.writes else _OF, {"of": batch_id})]

    def person(self, one: Account) -> Mapping[str, Any]:
        """Whose account it is: the system's reference and the addresses. Purged once its batch is decided."""
        sealed = self._run(select(_A.person_sealed).where(_A.id == one.id)).scalar_one()
        return self._unit.open_json(f"batch:{one.batch_id}", "account", "person_sealed", one.id, sealed or b"")

    def why(self, one: Account) -> str:
        """Why it is kept; empty where it is not."""
        sealed = self._run(select(_A.why_sealed).where(_A.id == one.id)).scalar_one()
        return self._unit.open(OWNER, "account", "why_sealed", one.id, sealed).decode() if sealed else ""

    def keep(self, one: Account, by: str, until: date, why: str) -> bool:
        """Whether this was the decision: the account is kept, for this reason, and not asked about before that day."""
        self._unit.lasting_key(OWNER)
        sealed = self._unit.seal(OWNER, "account", "why_sealed", one.id, why.encode())
        return self._decide(one, state=KEPT, by=by, until=until, why_sealed=sealed)

    def erase(self, one: Account, by: str, request_id: str) -> bool:
        """Whether this was the decision: the account is erased by this request."""
        return self._decide(one, state=ERASE, by=by, request_id=request_id)

    def _decide(self, one: Account, **values: Any) -> bool:
        decided = self._run(_DECIDE, {"id_": one.id, "at": self._unit.now, **values}).rowcount == 1
        if decided and not self._run(_LEFT, {"of": one.batch_id}).scalar_one():
            self._run(_CLOSE, {"is_": one.batch_id, "decided_at": self._unit.now})
            self._run(update(account).where(_A.batch_id == one.batch_id), {"person_sealed": None})
            self._unit.destroy_key(f"batch:{one.batch_id}")
        return decided


def _account(row: Row[Any]) -> Account:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    del values["person_sealed"], values["why_sealed"]
    return Account(**values)
