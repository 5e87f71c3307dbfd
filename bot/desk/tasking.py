"""What people do by hand: given as tasks when a plan goes into its run, waited for before the answer goes out.

A task is a row and a message in the thread of the card. How it is known that it was done is sealed under the ticket's
key; what was found for a copy goes into the package. Nobody is asked twice: a plan that is made anew keeps the tasks
it says in the same words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.checkpoints import checkpoint
from bot.desk.asking import Asking
from bot.desk.moving import Known
from bot.desk.office import ByHand
from bot.desk.packing import COPY_S
from bot.engine import Job, Kind
from bot.law import Right
from bot.phrases import named, say
from bot.reminders import TASK_DAYS
from bot.reminders import Kind as Why
from bot.store import Holding, Unit
from bot.store.rows import TaskRow
from bot.store.tasks import DONE, OPEN
from bot.tickets import BOT, DISCLOSING, MILD, PROPOSED, SILENT, Actor, Request, State, Ticket
from bot.workflow import REASONS, UNDONE, Act, Line, Outcome

AT_WORK = frozenset({State.RUNNING, State.PROVING, State.NEEDS_PERSON})  # in these a task may stand open
HAND = "hand"  # behind a system's name: what was added to its copy by hand
BUSY = "reasons.busy"


@dataclass(frozen=True)
class Sheet:
    """Rows for the package, as a connector's table (`connectors.Table`); read when they are packed."""

    name: str
    category: str
    columns: tuple[str, ...]
    rows: Any = field(repr=False)
    labels: Mapping[str, str]
    label: str
    provided: tuple[str, ...] = ()
    purpose: str = ""  # as the policy says of the category
    retention: str = ""
    source: str = ""
    withheld: Mapping[str, str] = field(default_factory=dict)


class Tasking(Asking):
    """The tasks of a request, as far as they follow from its moves."""

    # -- in the plan --------------------------------------------------------------------------------------------------

    def _for_people(self, ticket: Ticket, right: Right) -> list[Line]:
        """What places only people can look into add to a plan: the same whoever asks."""
        if ticket.channel in SILENT:
            return []
        places = [system for system in self.systems.values() if system.by_hand]
        return [line for system in places for line in system.plan(right, Known(system.name, ""))]

    def _askable(self, persons: Mapping[str, Any]) -> dict[str, Any]:
        """Of those who are known those a program can ask about."""
        return {name: each for name, each in persons.items() if not self.systems[name].by_hand}

    def _to_undo(self, unit: Unit, request: Request) -> list[Line]:
        """What people did for a restriction, to be undone by hand when it ends."""
        done = [each for each in self._tasks(unit, request) if each.outcome == Outcome.DONE]
        return [
            Line(
                each.system, each.place, Act.TASK, each.count, each.category, mark=UNDONE,
                words=say("reasons.undo", words=each.words),
            )
            for each in done
        ]  # fmt: skip

    # -- given, carried on, no longer needed --------------------------------------------------------------------------

    def _give_tasks(self, unit: Unit, request: Request, lines: Sequence[Line]) -> None:
        """Each of these lines has its task, with its message and its reminders on their way."""
        assert request.plan_id is not None
        known = unit.tasks.of_request(request.id)
        ticket = unit.tickets.get(request.ticket_id)
        looks = request.right not in MILD and not self._persons(unit, request.id)
        for line in lines:
            same = (line.system, line.place, line.words, looks)
            before = [each for each in known if (each.system, each.place, each.words, each.looks) == same]
            if before:
                unit.tasks.carry(before[-1].id, request.plan_id)
                continue
            self._give(unit, ticket, request, line, looks=looks)

    def _give(self, unit: Unit, ticket: Ticket, request: Request, line: Line, *, looks: bool) -> None:
        system = self.systems.get(line.system)
        task = unit.tasks.add(
            ticket_id=ticket.id, request_id=request.id, plan_id=request.plan_id, system=line.system, place=line.place,
            words=line.words, category=line.category, count=line.count,
            assignee=system.person if isinstance(system, ByHand) else ticket.owner,
            looks=looks, second=self.house.four_eyes and request.right in PROPOSED,
        )  # fmt: skip
        unit.audit(
            BOT.id, "task", ticket.id, request.id, task=task.id, number=task.number, system=task.system,
            assignee=task.assignee,
        )  # fmt: skip
        args = {"ticket": ticket.id, "task": task.id}
        self.engine.put(unit, "task", f"task:{task.id}", args, lane="slack-post", ticket_id=ticket.id)
        self._tell_at_once(unit, task)
        self._remind_of_task(unit, ticket, task.id)
        checkpoint("task.given")

    def _remind_of_task(self, unit: Unit, ticket: Ticket, of: str) -> None:
        today = self._today(unit.now)
        self._remind_on(unit, ticket, Why.TASK, [self.hours.later(today, days) for days in TASK_DAYS], of)

    def _move(self, unit: Unit, request: Request, verb: str, actor: Actor, **columns: Any) -> Request:
        """As every move; a request that is no longer at work needs nobody's hands any more."""
        moved = super()._move(unit, request, verb, actor, **columns)
        if request.state in AT_WORK and moved.state not in AT_WORK:
            for task in unit.tasks.of_request(request.id):
                if task.state == OPEN:
                    self._no_longer(unit, task)
        return moved

    def _no_longer(self, unit: Unit, task: TaskRow) -> None:
        """Nobody has to do this any more, and its message says so."""
        unit.tasks.void(task.id)
        unit.audit(BOT.id, "task_void", task.ticket_id, task.request_id, task=task.id, number=task.number)
        self._shown_anew(unit, task, "void")

    def _shown_anew(self, unit: Unit, task: TaskRow, what: str) -> None:
        """Its message will show what became of it; nobody is reminded of what is over."""
        ticket = unit.tickets.get(task.ticket_id)
        self._forget(unit, ticket, Why.TASK, task.id)
        self._forget(unit, ticket, Why.TASK, second(task.id))
        args = {"ticket": task.ticket_id, "task": task.id}
        self.engine.put(
            unit, "task_redraw", f"task_redraw:{task.id}:{what}", args, lane=f"card:{task.id}", ticket_id=task.ticket_id
        )

    def _asked_anew(self, unit: Unit, request: Request) -> None:
        """What could not be done by hand is asked for again: a person has said “again”."""
        for task in unit.tasks.of_request(request.id):
            if task.outcome == Outcome.CANNOT:
                self._no_longer(unit, task)

    # -- waited for ---------------------------------------------------------------------------------------------------

    def _done_by_hand(self, unit: Unit, request: Request) -> None:
        """What the bot does is proved. Once people have done theirs, too, the answer goes out."""
        tasks = self._tasks(unit, request)
        impossible = [each for each in tasks if each.outcome == Outcome.CANNOT]
        if impossible:
            self._escalate(unit, request, self._why_not(impossible[0]))
        elif any(each.outcome == Outcome.HELD for each in tasks):
            self._found_by_hand(unit, request)
        elif any(each.waits for each in tasks):
            self._redraw(unit, request.ticket_id)
        elif tasks and request.right in DISCLOSING:
            key = f"{request.id}:gather:{request.plan_id}:{request.generation}"
            self.engine.put(unit, "gather", key, {"request": request.id}, ticket_id=request.ticket_id)
        else:
            self._answer_when_told(unit, request)

    def _why_not(self, task: TaskRow) -> str:
        reason = named("reason", task.reason if task.reason in REASONS else "other")
        place = self._label(task.system)
        return say("reasons.task_cannot", number=task.number, place=place, reason=reason)

    def _found_by_hand(self, unit: Unit, request: Request) -> None:
        """Something is held where no program could look. Now it has to be settled who asks, for every right."""
        requests = unit.requests.of(request.ticket_id)
        if any(each.state == State.ANSWERING for each in requests):
            self._escalate(unit, request, say(BUSY))
            return
        for each in requests:
            if each.state == State.PROVING and not self._persons(unit, each.id):
                moved = self._move(unit, each, "found", BOT, plan_id=None, result={})
                key = f"{moved.id}:locate:{moved.generation}:{moved.version}"
                self.engine.put(unit, "locate", key, {"request": moved.id}, ticket_id=moved.ticket_id)

    def _known_by_hand(self, unit: Unit, ticket: Ticket) -> dict[str, Any]:
        """Places in which somebody found the address that asks → who it is there."""
        held = {each.system for each in unit.tasks.of(ticket.id) if each.outcome == Outcome.HELD and each.state == DONE}
        address = unit.tickets.correspondent(ticket.id).address
        return {name: {"key": "", "addresses": [address]} for name in sorted(held) if name in self.systems}

    # -- what goes into the copy --------------------------------------------------------------------------------------

    def _gather_call(self, job: Job) -> Mapping[str, Any]:
        """What people found goes into a file for the package, system by system."""
        with self.store.read() as unit:
            request = unit.requests.get(job.args["request"])
            systems = dict.fromkeys(each.system for each in self._tasks(unit, request))
        return {"held": [self._gathered(request, name) for name in systems]}

    def _gathered(self, request: Request, system: str) -> Holding:
        with self.store.read() as unit:
            found = [each for each in self._tasks(unit, request) if each.system == system]
            pieces = self._pieces(unit, request, [each for each in found if each.outcome == Outcome.DONE])
            return self._taken(request, f"{system}:{HAND}", pieces, unit.holdings.key(request.id))

    def _pieces(self, unit: Unit, request: Request, tasks: Sequence[TaskRow]) -> Iterator[Sheet]:
        for task in tasks:
            title = task.place or self._label(task.system)
            given = request.right == Right.PORTABILITY
            found = unit.tasks.evidence(task.id).get("found", "")
            if found:
                labels = {"found": "What we found"}
                rows = [(found,)]
                yield Sheet(f"by hand {task.number}", task.category, ("found",), rows, labels, title,
                            ("found",) if given else ())  # fmt: skip
            files = unit.tasks.files(task)
            if files:
                labels = {"name": "Name", "content": "Content"}
                rows = ((name, b"".join(unit.tasks.content(task, file_id))) for file_id, name, _ in files)
                yield Sheet(f"files by hand {task.number}", task.category, tuple(labels), rows, labels, title,
                            tuple(labels) if given else ())  # fmt: skip

    def _asked_again(self, request: Request, name: str) -> Holding:
        """What people found is sealed with their evidence: nobody has to find it again."""
        system, _, word = name.partition(":")
        if word != HAND:
            return super()._asked_again(request, name)
        return self._held_anew(request, self._gathered(request, system))

    def _gather_after(self, unit: Unit, job: Job, gathered: Mapping[str, Any]) -> None:
        _, request = self._request(unit, job.args["request"])
        if request.state != State.PROVING:
            return
        for held in gathered["held"]:
            unit.holdings.put(held)
        self._answer(unit, self._move(unit, request, "answer", BOT))

    def _tasking_kinds(self) -> list[Kind]:
        return [*self._asking_kinds(), self._harmless("gather", self._gather_call, self._gather_after, COPY_S)]


def second(task_id: str) -> str:
    """What a reminder of the second look belongs to."""
    return f"{task_id}/2"
