"""What people say of their tasks: done, and how that is known; a second person looks. Each press has one effect."""

import json
from dataclasses import dataclass, field

from bot.cards import Evidence, TaskForm, TaskView
from bot.checkpoints import checkpoint
from bot.desk.choosing import Choosing
from bot.desk.tasking import second
from bot.errors import NotAllowed
from bot.law import Right
from bot.phrases import named, say
from bot.store import Unit
from bot.store.rows import TaskRow
from bot.store.tasks import DONE, OPEN
from bot.tickets import DISCLOSING, Actor, Role, Ticket, check_role
from bot.workflow import REASONS, WORDS, Outcome

LONGEST = 20_000  # characters of what somebody says of a task
LARGEST = 20_000_000  # bytes of one file for a copy
MOST = 50  # files of one task


@dataclass(frozen=True)
class Said:
    """What somebody says of a task."""

    outcome: str
    evidence: str = field(repr=False)  # how that is known; sealed
    found: str = field(default="", repr=False)  # what goes into the person's copy; sealed
    reason: str = ""  # a key of REASONS, where it cannot be done


class Attesting(Choosing):
    """The verbs of those who do something by hand."""

    def tasks(self, user: str, request_id: str) -> tuple[str, list[TaskView]]:
        """(reference, everything to be done by hand for this right); nothing personal."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            request = unit.requests.get(request_id)
            ref = unit.tickets.get(request.ticket_id).ref
            return ref, [self.task_view(unit, each) for each in self._tasks(unit, request)]

    def task_form(self, user: str, task_id: str) -> TaskForm:
        """Who an open task is about and what is to be done, for this user's modal. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            task = unit.tasks.get(task_id)
            check_open(task)
            request = unit.requests.get(task.request_id)
            wrote = unit.tickets.correspondent(task.ticket_id)
            wishes = unit.requests.wishes(request.id) if request.right == Right.CORRECTION else {}
            unit.audit(user, "look", task.ticket_id, request.id, task=task.id)
            return TaskForm(
                self.task_view(unit, task), wrote.address, wrote.name,
                tuple((named("field", word), wishes[word]) for word in WORDS if word in wishes),
                tuple(name for _, name, _ in unit.tasks.files(task)),
            )  # fmt: skip

    def task_done(self, user: str, event: str, task_id: str, said: Said) -> None:
        """The task is settled with what this user says of it; the request goes on once all of them are.

        NotAllowed with the field that is wrong, or because somebody else was faster.
        """
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket, task = self._task(unit, task_id)
            check_open(task)
            request = unit.requests.get(task.request_id)
            check_said(task, request.right, said, files=bool(unit.tasks.files(task)))
            held = {"words": said.evidence, "found": said.found}
            digest = self.store.keys.digest("evidence", json.dumps([task.id, said.outcome, held])).hex()
            reason = said.reason if said.outcome == Outcome.CANNOT else None
            if not unit.tasks.settle(task, said.outcome, reason, held, digest, user):
                raise NotAllowed(say("errors.task_settled"))
            unit.audit(
                user, "task_done", ticket.id, request.id, task=task.id, number=task.number, system=task.system,
                outcome=said.outcome, reason=reason, digest=digest,
            )  # fmt: skip
            self._went_on(unit, ticket, task, "done")
            if unit.tasks.get(task.id).waits:
                self._remind_of_task(unit, ticket, second(task.id))
            checkpoint("task.settled")
        checkpoint("task.committed")

    def task_evidence(self, user: str, task_id: str) -> Evidence:
        """What was said of a settled task, for this user's modal. Every look is audited."""
        check_second(self.actor(user))
        with self.store.begin() as unit:
            task = unit.tasks.get(task_id)
            if task.state != DONE:
                raise NotAllowed(say("errors.task_unsaid"))
            said = unit.tasks.evidence(task.id)
            unit.audit(user, "look_task", task.ticket_id, task.request_id, task=task.id, digest=task.digest)
            return Evidence(
                self.task_view(unit, task), said.get("words", ""), said.get("found", ""),
                tuple(name for _, name, _ in unit.tasks.files(task)), can_see=user != task.done_by,
            )  # fmt: skip

    def task_seen(self, user: str, event: str, task_id: str) -> None:
        """A second person has read how it is known that the task is done, and agrees."""
        check_second(self.actor(user))
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket, task = self._task(unit, task_id)
            if not task.second or task.state != DONE:
                raise NotAllowed(say("errors.no_second_look"))
            if task.done_by == user:
                raise NotAllowed(say("errors.done_yourself"))
            if not unit.tasks.look(task.id, user):
                raise NotAllowed(say("errors.looked_already"))
            unit.audit(user, "task_seen", ticket.id, task.request_id, task=task.id, digest=task.digest)
            self._went_on(unit, ticket, task, "seen")
            checkpoint("task.seen")

    def task_file(self, user: str, event: str, task_id: str, name: str, content: bytes) -> None:
        """A file that was found goes into the person's copy, once the task is done. Name and content are sealed."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket, task = self._task(unit, task_id)
            check_open(task)
            if task.looks or unit.requests.get(task.request_id).right not in DISCLOSING:
                raise NotAllowed(say("errors.no_files_here"), field="file")
            if not 0 < len(content) <= LARGEST or len(unit.tasks.files(task)) >= MOST:
                raise NotAllowed(say("errors.files_too_large", largest=LARGEST // 10**6, most=MOST), field="file")
            unit.tasks.add_file(task, name[-200:], content, user)
            digest = self.store.keys.digest("evidence", content).hex()
            unit.audit(user, "task_file", ticket.id, task.request_id, task=task.id, size=len(content), digest=digest)

    def _task(self, unit: Unit, task_id: str) -> tuple[Ticket, TaskRow]:
        """The task and its ticket, which is open and locked until the transaction ends."""
        ticket = self._open_ticket(unit, unit.tasks.get(task_id).ticket_id)
        return ticket, unit.tasks.get(task_id)

    def _went_on(self, unit: Unit, ticket: Ticket, task: TaskRow, what: str) -> None:
        """Its message and the card show it, nobody is reminded any more, and what waited for it looks again."""
        self._shown_anew(unit, task, what)
        self._redraw(unit, ticket.id)
        args = {"request": task.request_id}
        self.engine.put(unit, "settled", f"settled:{task.id}:{what}", args, ticket_id=ticket.id)


def check_second(actor: Actor) -> None:
    """Nothing, if the actor may look at evidence: who handles, and who approves; NotAllowed otherwise."""
    if Role.APPROVER not in actor.roles:
        check_role(actor, Role.HANDLER)


def check_open(task: TaskRow) -> None:
    """Nothing, while the task waits to be done; NotAllowed in words otherwise."""
    if task.state == DONE:
        raise NotAllowed(say("errors.task_settled"))
    if task.state != OPEN:
        raise NotAllowed(say("errors.task_not_needed"))


def check_said(task: TaskRow, right: Right, said: Said, *, files: bool) -> None:
    """Nothing, if enough is said; NotAllowed with the field that is wrong otherwise."""
    may = {Outcome.NOTHING, Outcome.CANNOT, Outcome.HELD if task.looks else Outcome.DONE}
    if said.outcome not in may:
        raise NotAllowed(say("errors.say_outcome"), field="outcome")
    if not said.evidence.strip():
        raise NotAllowed(say("errors.say_how_known"), field="evidence")
    if max(len(said.evidence), len(said.found)) > LONGEST:
        raise NotAllowed(say("errors.too_long", longest=LONGEST), field="evidence")
    if said.outcome == Outcome.CANNOT and said.reason not in REASONS:
        raise NotAllowed(say("errors.say_why_not"), field="reason")
    copied = bool(said.found.strip()) or files
    if said.outcome == Outcome.NOTHING and copied:
        raise NotAllowed(say("errors.not_nothing"), field="outcome")
    if said.outcome == Outcome.DONE and right in DISCLOSING and not copied:
        raise NotAllowed(say("errors.write_what_found"), field="found")
