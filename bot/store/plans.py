"""Plans, and what a second person said of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from bot.store.rows import Approval, Plan
from bot.store.schema import approval, plan
from bot.store.transaction import Transaction
from bot.workflow import Act, Line

_LAST = select(func.coalesce(func.max(plan.c.number), 0)).where(plan.c.request_id == bindparam("of"))
_ADD = insert(plan)
_GET = select(plan).where(plan.c.id == bindparam("id_"))
_BEFORE = select(plan).where(plan.c.request_id == bindparam("of"), plan.c.number == bindparam("is_"))
_VOID = update(plan).where(plan.c.id == bindparam("id_"), plan.c.void_at.is_(None))
_DECIDE = update(approval).where(approval.c.plan_id == bindparam("of"), approval.c.decision.is_(None))
_APPROVAL = select(approval).where(approval.c.plan_id == bindparam("of"))


class Plans:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, plan_id: str, request_id: str, lines: Sequence[Line], hash: str) -> int:  # noqa: A002 - the column's name
        """The plan's number within its request, from 1."""
        number = self._run(_LAST, {"of": request_id}).scalar_one() + 1
        row = {"id": plan_id, "request_id": request_id, "number": number, "hash": hash, "made_at": self._unit.now}
        self._run(_ADD, {**row, "lines": [asdict(line) for line in lines]})
        return number

    def get(self, plan_id: str) -> Plan:
        """The plan. LookupError if there is none."""
        row = self._run(_GET, {"id_": plan_id}).one_or_none()
        if row is None:
            raise LookupError(f"no plan {plan_id}")
        return _plan(row)

    def before(self, plan: Plan) -> Plan | None:
        """The plan made before this one for the same request; None for the first."""
        row = self._run(_BEFORE, {"of": plan.request_id, "is_": plan.number - 1}).one_or_none()
        return None if row is None else _plan(row)

    def void(self, plan_id: str) -> bool:
        """Whether it was this call that made the plan void."""
        return self._run(_VOID, {"id_": plan_id, "void_at": self._unit.now}).rowcount == 1

    def ask(self, plan_id: str, hash: str) -> bool:  # noqa: A002
        """The question stands; False when it stood already."""
        return self._unit.insert_first(approval, {"plan_id": plan_id, "hash": hash}, on="plan_id")

    def decide(self, plan_id: str, decision: str, by: str) -> bool:
        """Whether this was the decision: only the first counts, and only where the question was asked."""
        values = {"of": plan_id, "decision": decision, "by": by, "at": self._unit.now}
        return self._run(_DECIDE, values).rowcount == 1

    def approval(self, plan_id: str) -> Approval | None:
        """The question and its answer so far; None when nobody was asked."""
        row = self._run(_APPROVAL, {"of": plan_id}).one_or_none()
        return None if row is None else Approval(row.plan_id, row.hash, row.decision, row.by, row.at)


def _plan(row: Row[Any]) -> Plan:
    lines = tuple(Line(**{**line, "act": Act(line["act"])}) for line in row.lines)
    return Plan(row.id, row.request_id, row.number, row.hash, lines, row.made_at, row.void_at)
