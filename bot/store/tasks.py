"""Tasks: what a person does by hand for a plan, and how it is known (sealed). Settled once, looked at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from bot.store.rows import TaskRow
from bot.store.schema import task, task_file
from bot.store.tickets import owner
from bot.store.transaction import Transaction

OPEN, DONE, VOID = "open", "done", "void"

_T, _F = task.c, task_file.c
_COLUMNS = [task.c[each.name] for each in fields(TaskRow)]
_EVIDENCE, _NAME, _CONTENT = ("task", "evidence_sealed"), ("task_file", "name_sealed"), ("task_file", "content_sealed")

_ADD, _ADD_FILE = insert(task), insert(task_file)
_GET = select(*_COLUMNS).where(_T.id == bindparam("id_"))
_OF = select(*_COLUMNS).where(_T.ticket_id == bindparam("of")).order_by(_T.number)
_OF_REQUEST = select(*_COLUMNS).where(_T.request_id == bindparam("of")).order_by(_T.number)
_OF_EACH = select(*_COLUMNS).where(_T.request_id.in_(bindparam("of", expanding=True)))
_LAST = select(func.coalesce(func.max(_T.number), 0)).where(_T.ticket_id == bindparam("of"))
_SETTLE = update(task).where(_T.id == bindparam("id_"), _T.state == OPEN).values(state=DONE)
_LOOK = update(task).where(_T.id == bindparam("id_"), _T.state == DONE, _T.looked_at.is_(None))
_CARRY = update(task).where(_T.id == bindparam("id_"))
_SEALED = select(_T.ticket_id, _T.evidence_sealed).where(_T.id == bindparam("id_"))
_FILES = select(_F.id, _F.name_sealed, _F.size).where(_F.task_id == bindparam("of")).order_by(_F.added_at, _F.id)
_FILE = select(_F.content_sealed).where(_F.id == bindparam("id_"))


class Tasks:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, **columns: Any) -> TaskRow:
        """The task, open, with the next number of its ticket. The caller holds the ticket's row."""
        number = self._run(_LAST, {"of": columns["ticket_id"]}).scalar_one() + 1
        row = TaskRow(id=self._unit.id(), number=number, state=OPEN, made_at=self._unit.now, **columns)
        self._run(_ADD, asdict(row))
        return row

    def get(self, task_id: str) -> TaskRow:
        """The task. LookupError if there is none."""
        row = self._run(_GET, {"id_": task_id}).one_or_none()
        if row is None:
            raise LookupError(f"no task {task_id}")
        return _task(row)

    def of(self, ticket_id: str) -> list[TaskRow]:
        """The ticket's tasks by number, the void ones too."""
        return [_task(row) for row in self._run(_OF, {"of": ticket_id})]

    def of_request(self, request_id: str) -> list[TaskRow]:
        """The request's tasks by number, without the void ones."""
        found = [_task(row) for row in self._run(_OF_REQUEST, {"of": request_id})]
        return [each for each in found if each.state != VOID]

    def of_each(self, request_ids: Sequence[str]) -> list[TaskRow]:
        """The tasks of all these requests, without the void ones."""
        found = [_task(row) for row in self._run(_OF_EACH, {"of": list(request_ids)})] if request_ids else []
        return [each for each in found if each.state != VOID]

    def carry(self, task_id: str, plan_id: str) -> None:
        """The task belongs to this plan: it says the same as the one before."""
        self._run(_CARRY, {"id_": task_id, "plan_id": plan_id})

    def void(self, task_id: str) -> None:
        """Nobody has to do it any more, or it is asked anew."""
        self._run(_CARRY, {"id_": task_id, "state": VOID})

    def settle(
        self, each: TaskRow, outcome: str, reason: str | None, evidence: Mapping[str, str], digest: str, by: str
    ) -> bool:
        """Whether this settled it: only the first does, and of an open task. What was said is sealed."""
        sealed = self._unit.seal_json(owner(each.ticket_id), *_EVIDENCE, each.id, dict(evidence))
        values = {"evidence_sealed": sealed, "digest": digest, "done_by": by, "done_at": self._unit.now}
        return self._run(_SETTLE, {"id_": each.id, "outcome": outcome, "reason": reason, **values}).rowcount == 1

    def look(self, task_id: str, by: str) -> bool:
        """Whether this was the second look: only the first is, and of a settled task."""
        return self._run(_LOOK, {"id_": task_id, "looked_by": by, "looked_at": self._unit.now}).rowcount == 1

    def evidence(self, task_id: str) -> dict[str, str]:
        """What was said when it was settled; empty before. Purged after the purge."""
        row = self._run(_SEALED, {"id_": task_id}).one()
        sealed = row.evidence_sealed
        return {} if sealed is None else self._unit.open_json(owner(row.ticket_id), *_EVIDENCE, task_id, sealed)

    # -- files for the person's copy

    def add_file(self, each: TaskRow, name: str, content: bytes, by: str) -> None:
        """The file goes with the task, its name and its content sealed."""
        owned, file_id = owner(each.ticket_id), self._unit.id()
        self._run(_ADD_FILE, {
            "id": file_id, "task_id": each.id, "size": len(content), "added_at": self._unit.now, "added_by": by,
            "name_sealed": self._unit.seal(owned, *_NAME, file_id, name.encode()),
            "content_sealed": self._unit.seal(owned, *_CONTENT, file_id, content),
        })  # fmt: skip

    def files(self, each: TaskRow) -> list[tuple[str, str, int]]:
        """(id, name, size) of every file, oldest first. Purged after the purge."""
        owned = owner(each.ticket_id)
        return [
            (row.id, self._unit.open(owned, *_NAME, row.id, row.name_sealed).decode(), row.size)
            for row in self._run(_FILES, {"of": each.id})
        ]

    def content(self, each: TaskRow, file_id: str) -> Iterator[bytes]:
        """The bytes of one file, read when asked for."""
        sealed = self._run(_FILE, {"id_": file_id}).one().content_sealed
        yield self._unit.open(owner(each.ticket_id), *_CONTENT, file_id, sealed)


def _task(row: Row[Any]) -> TaskRow:
    return TaskRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
