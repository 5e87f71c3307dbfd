"""How people hear of what they do by hand: a message in the thread of the card, and a word to whoever is asked."""

from collections.abc import Mapping
from typing import Any

from bot import cards
from bot.cards import TaskView
from bot.desk.remembering import Remembering
from bot.engine import Job, Kind
from bot.errors import Temporary
from bot.reminders import audible
from bot.store import Unit
from bot.store.rows import TaskRow
from bot.store.tasks import DONE, OPEN
from bot.workflow import NotSeen, Seen


class Asking(Remembering):
    """The messages of a task."""

    def task_view(self, unit: Unit, task: TaskRow) -> TaskView:
        """The task as the channel may see it."""
        request = unit.requests.get(task.request_id)
        return TaskView(
            id=task.id, ref=unit.tickets.get(task.ticket_id).ref, number=task.number, right=request.right,
            system=self._label(task.system), place=task.place, words=task.words, count=task.count,
            assignee=task.assignee, looks=task.looks, state=task.state, outcome=task.outcome, reason=task.reason,
            waits_for_second=task.state == DONE and task.waits, done_by=task.done_by, looked_by=task.looked_by,
            done_on=self._today(task.done_at) if task.done_at else None,
        )  # fmt: skip

    def _task_drawn(self, job: Job) -> TaskView:
        with self.store.read() as unit:
            return self.task_view(unit, unit.tasks.get(job.args["task"]))

    def _task_call(self, job: Job) -> Mapping[str, Any]:
        view = self._task_drawn(job)
        return self._in_thread(job, cards.task_card(view), cards.task_text(view))

    def _task_redraw_call(self, job: Job) -> Mapping[str, Any]:
        """The message shows the newest state; one that was never posted need not."""
        place = self._place_of(f"task:{job.args['task']}")
        if place:
            view = self._task_drawn(job)
            self.channel.update(*place, cards.task_card(view), cards.task_text(view))
        return {}

    # -- to whoever is asked ------------------------------------------------------------------------------------------

    def _tell_at_once(self, unit: Unit, task: TaskRow) -> None:
        """Whoever is asked by name reads so directly, now or when their quiet hours are over."""
        if task.assignee is None:
            return
        local = self._local(unit.now)
        self.engine.put(
            unit, "task_told", f"task_told:{task.id}", {"ticket": task.ticket_id, "task": task.id}, lane="slack-post",
            ticket_id=task.ticket_id, run_at=audible(unit.quiet.of(task.assignee), local),
        )  # fmt: skip

    def _told_call(self, job: Job) -> Mapping[str, Any]:
        """They read what is asked of them, with the way to it; nothing, when it is over."""
        view = self._task_drawn(job)
        if view.state != OPEN or view.assignee is None:
            return {}
        place = self._place_of(f"task:{job.args['task']}")
        if place is None:
            raise Temporary("The task is not posted yet.")
        blocks = cards.task_told_card(view, self.channel.link(*place))
        _, ts = self.channel.post(blocks, cards.task_told_text(view), job.key, user=view.assignee)
        return {"ts": ts}

    def _told_probe(self, job: Job) -> Any:
        view = self._task_drawn(job)
        found = self.channel.find(job.key, job.made_at, user=view.assignee)
        return Seen({"ts": found[1]}) if found else NotSeen()

    def _asking_kinds(self) -> list[Kind]:
        return [
            self._posts("task", self._task_call, self._thread_probe),
            self._posts("task_told", self._told_call, self._told_probe),
            self._redraws("task_redraw", self._task_redraw_call),
        ]
