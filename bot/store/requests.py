"""Requests: one right inside one ticket, moved by compare-and-set."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from bot.errors import Temporary
from bot.law import Right
from bot.store.rows import Holding
from bot.store.schema import holding, request
from bot.store.tickets import owner
from bot.store.transaction import Transaction
from bot.tickets import FINAL, Request, State

_R = request.c
_COLUMNS = [request.c[each.name] for each in fields(Request)]
_FREE = frozenset({"back_to", "reason", "plan_id", "generation", "chosen_by", "chosen_at", "result", "ended_on"})
_ORDER = {right: number for number, right in enumerate(Right)}

_GET = select(*_COLUMNS).where(_R.id == bindparam("id_"))
_OF = select(*_COLUMNS).where(_R.ticket_id == bindparam("of"))
_SOME = select(*_COLUMNS).where(_R.ticket_id.in_(bindparam("of", expanding=True)))
_ADD = insert(request)
_MOVE = (
    update(request)
    .where(_R.id == bindparam("id_"), _R.state == bindparam("was"), _R.version == bindparam("expected"))
    .values(version=_R.version + 1)
    .returning(*_COLUMNS)
)
_NOTE = (
    update(request)
    .where(_R.id == bindparam("id_"), _R.version == bindparam("expected"))
    .values(version=_R.version + 1)
    .returning(*_COLUMNS)
)
_SEALED = select(_R.ticket_id, _R.persons_sealed, _R.wishes_sealed, _R.changes_sealed).where(_R.id == bindparam("id_"))
_SET_SEALED = update(request).where(_R.id == bindparam("id_"))

_HOLD = insert(holding)
_HELD = select(holding).where(holding.c.request_id == bindparam("of")).order_by(holding.c.system)
_DROP_ONE = delete(holding).where(holding.c.request_id == bindparam("of"), holding.c.system == bindparam("in_"))
_OVER = select(holding).join(request, _R.id == holding.c.request_id).where(_R.state.in_(sorted(FINAL)))
_FILES = select(holding.c.file)


class Requests:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, *new: Request) -> None:
        """IntegrityError when a ticket has this right (about the same account) already."""
        self._run(_ADD, [
            {**{name.name: getattr(each, name.name) for name in fields(Request)}, "result": dict(each.result)}
            for each in new
        ])  # fmt: skip

    def get(self, request_id: str) -> Request:
        """The request. LookupError if there is none."""
        row = self._run(_GET, {"id_": request_id}).one_or_none()
        if row is None:
            raise LookupError(f"no request {request_id}")
        return _request(row)

    def of(self, ticket_id: str) -> list[Request]:
        """The ticket's requests, in the order the rights have in the law."""
        found = [_request(row) for row in self._run(_OF, {"of": ticket_id})]
        return sorted(found, key=lambda each: (_ORDER[each.right], each.subject))

    def of_each(self, ticket_ids: Sequence[str]) -> dict[str, list[Request]]:
        """The requests of each of these tickets, in the same order."""
        found: dict[str, list[Request]] = {each: [] for each in ticket_ids}
        for each in requests_of(self._unit, ticket_ids) if ticket_ids else ():
            found[each.ticket_id].append(each)
        return found

    def move(self, request: Request, to: State, **columns: Any) -> Request | None:
        """The request in its new state, version one higher; None when it is no longer as `request` says.

        Of any number who try at once from the same request exactly one gets it.
        """
        if wrong := columns.keys() - _FREE:
            raise TypeError(f"not a column to change: {', '.join(sorted(wrong))}")
        values = {"id_": request.id, "was": request.state, "expected": request.version, "state": to, **columns}
        row = self._run(_MOVE, values).one_or_none()
        return None if row is None else _request(row)

    def note(self, request: Request, result: Mapping[str, Any]) -> Request:
        """The request with this result, version one higher. Temporary when somebody changed it since `request`."""
        row = self._run(_NOTE, {"id_": request.id, "expected": request.version, "result": dict(result)}).one_or_none()
        if row is None:
            raise Temporary(f"request {request.id} was changed meanwhile")
        return _request(row)

    def located(self, request_id: str) -> bool:
        """Whether the systems were asked who this is, whatever they answered."""
        return self._run(_SEALED, {"id_": request_id}).one().persons_sealed is not None

    def persons(self, request_id: str) -> dict[str, Any]:
        """Who the person is in each system; empty before anybody looked. Purged after the purge."""
        return self._opened(request_id, "persons_sealed") or {}

    def set_persons(self, request_id: str, persons: Mapping[str, Any]) -> None:
        self._seal(request_id, "persons_sealed", dict(persons))

    def wishes(self, request_id: str) -> dict[str, str]:
        """What a correction should set: house word -> value; empty before anybody said. Purged after the purge."""
        return self._opened(request_id, "wishes_sealed") or {}

    def set_wishes(self, request_id: str, wishes: Mapping[str, str]) -> None:
        self._seal(request_id, "wishes_sealed", dict(wishes))

    def changes(self, request_id: str) -> list[dict[str, Any]]:
        """What the plan of a correction sets, field by field; empty before it was planned. Purged after the purge."""
        return self._opened(request_id, "changes_sealed") or []

    def set_changes(self, request_id: str, changes: Sequence[Mapping[str, Any]]) -> None:
        self._seal(request_id, "changes_sealed", [dict(each) for each in changes])

    def _opened(self, request_id: str, column: str) -> Any:
        row = self._run(_SEALED, {"id_": request_id}).one()
        sealed = row._mapping[column]  # noqa: SLF001 - SQLAlchemy's documented name
        return sealed and self._unit.open_json(owner(row.ticket_id), "request", column, request_id, sealed)

    def _seal(self, request_id: str, column: str, value: Any) -> None:
        ticket_id = self._run(_SEALED, {"id_": request_id}).one().ticket_id
        sealed = self._unit.seal_json(owner(ticket_id), "request", column, request_id, value)
        self._run(_SET_SEALED, {"id_": request_id, column: sealed})


class Holdings:
    """What systems exported for a request: where it lies, how much it is. The files are the packer's."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def key(self, request_id: str) -> bytes:
        """The key of the request's files, made of its ticket's: Purged after the purge."""
        ticket_id = self._run(_SEALED, {"id_": request_id}).one().ticket_id
        return self._unit.derived_key(owner(ticket_id), "holding")

    def put(self, held: Holding) -> None:
        """The system's export is held; an earlier one is not any more."""
        self._run(_DROP_ONE, {"of": held.request_id, "in_": held.system})
        self._run(_HOLD, {**asdict(held), "at": held.at or self._unit.now})

    def of(self, request_id: str) -> dict[str, Holding]:
        """System -> its export."""
        found = [Holding(*row) for row in self._run(_HELD, {"of": request_id})]
        return {each.system: each for each in found}

    def over(self) -> list[Holding]:
        """Exports of requests that are answered, refused or withdrawn: nobody needs them any more."""
        return [Holding(*row) for row in self._run(_OVER)]

    def files(self) -> set[str]:
        """The names of all files in which something is held."""
        return set(self._run(_FILES).scalars())

    def drop(self, request_id: str, system: str) -> None:
        """Nothing of this system is held for the request any more."""
        self._run(_DROP_ONE, {"of": request_id, "in_": system})


def _request(row: Row[Any]) -> Request:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values["right"] = Right(values["right"])
    values["state"] = State(values["state"])
    values["back_to"] = None if values["back_to"] is None else State(values["back_to"])
    return Request(**values)


def requests_of(unit: Transaction, ticket_ids: Sequence[str]) -> list[Request]:
    """The requests of all these tickets, each ticket's in the order the rights have in the law."""
    found = [_request(row) for row in unit.connection.execute(_SOME, {"of": ticket_ids})]
    return sorted(found, key=lambda each: (_ORDER[each.right], each.subject))
