"""How it is known who asks: what was shown or tried, a row each. What identifies is sealed under the ticket's key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from bot.store.schema import means
from bot.store.tickets import owner
from bot.store.transaction import Transaction

_M = means.c
_PLACE = ("means", "secret_sealed")

_ADD = insert(means)
_OF = select(means).where(_M.ticket_id == bindparam("of")).order_by(_M.at, _M.id)
_GET = select(means).where(_M.id == bindparam("id_"))
_SETTLE = update(means).where(_M.id == bindparam("id_"), _M.state == "open")
_VOID = update(means).where(_M.ticket_id == bindparam("of"), _M.state == "held", _M.kind != "claim")
_SECOND = update(means).where(_M.id == bindparam("id_"), _M.second_by.is_(None))


@dataclass(frozen=True)
class Means:
    """One means: `claim` (an address on file was named), `code`, `facts`, `document`, `authority`, `agent`."""

    id: str
    ticket_id: str
    kind: str
    state: str  # open held failed
    detail: Mapping[str, Any]
    by: str
    at: datetime
    second_by: str | None = None
    secret: bool = field(default=False)  # something is sealed with it


class Identities:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, ticket_id: str, kind: str, state: str, by: str, detail: Mapping[str, Any], secret: Any = None) -> str:
        """The row's id. `secret` is sealed; Purged after the purge."""
        row_id = self._unit.id()
        sealed = None if secret is None else self._unit.seal_json(owner(ticket_id), *_PLACE, row_id, secret)
        row = {"id": row_id, "ticket_id": ticket_id, "kind": kind, "state": state, "detail": dict(detail), "by": by}
        self._run(_ADD, {**row, "at": self._unit.now, "secret_sealed": sealed})
        return row_id

    def of(self, ticket_id: str) -> list[Means]:
        """Oldest first."""
        return [_means(row) for row in self._run(_OF, {"of": ticket_id})]

    def get(self, row_id: str) -> Means:
        """LookupError if there is none."""
        return _means(self._row(row_id))

    def secret(self, row_id: str) -> Any:
        """What was sealed with it, None where nothing is any more. Purged after the purge."""
        row = self._row(row_id)
        if row.secret_sealed is None:
            return None
        return self._unit.open_json(owner(row.ticket_id), *_PLACE, row_id, row.secret_sealed)

    def settle(self, row_id: str, state: str, detail: Mapping[str, Any]) -> bool:
        """Whether it was this call that settled what was open. What was sealed with it is gone (GDPR 5(1)(c), (e))."""
        values = {"state": state, "detail": dict(detail), "secret_sealed": None}
        return self._run(_SETTLE, {"id_": row_id, **values}).rowcount == 1

    def second(self, row_id: str, by: str) -> bool:
        """Whether it was this call by which somebody agreed."""
        return self._run(_SECOND, {"id_": row_id, "second_by": by, "second_at": self._unit.now}).rowcount == 1

    def void(self, ticket_id: str) -> None:
        """What was shown proves nothing any more: somebody with an address on file says that it was not them."""
        self._run(_VOID, {"of": ticket_id, "state": "failed"})

    def _row(self, row_id: str) -> Row[Any]:
        row = self._run(_GET, {"id_": row_id}).one_or_none()
        if row is None:
            raise LookupError(f"no means {row_id}")
        return row


def _means(row: Row[Any]) -> Means:
    return Means(
        row.id, row.ticket_id, row.kind, row.state, row.detail, row.by, row.at, row.second_by,
        row.secret_sealed is not None,
    )  # fmt: skip
