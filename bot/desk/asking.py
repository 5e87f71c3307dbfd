"""How people hear of what they do by hand: a message in the thread of the card, and a word to whoever is asked."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

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

    def _place(self, system: str) -> str:
        return self.systems[system].label if system in self.systems else system

    def task_view(self, unit: Unit, task: TaskRow) -> TaskView:
        """The task as the channel may see it."""
        request = unit.requests.get(task.request_id)
        return TaskView(
            id=task.id, ref=unit.tickets.get(task.ticket_id).ref, number=task.number, right=request.right,
            system=self._place(task.system), place=task.place, words=task.words, count=task.count,
            assignee=task.assignee, looks=task.looks, state=task.state, outcome=task.outcome, reason=task.reason,
            waits_for_second=task.state == DONE and task.waits, done_by=task.done_by, looked_by=task.looked_by,
            done_on=self._today(task.done_at) if task.done_at else None,
        )  # fmt: skip

    def _task_drawn(self, task_id: str) -> tuple[str | None, TaskView]:
        with self.store.read() as unit:
            task = unit.tasks.get(task_id)
            return unit.tickets.get(task.ticket_id).card_ts, self.task_view(unit, task)

    def _task_call(self, job: Job) -> Mapping[str, Any]:
        thread, view = self._task_drawn(job.args["task"])
        if thread is None:
            raise Temporary("The card is not posted yet.", retry_after=1.0)
        channel, ts = self.channel.post(cards.task_card(view), cards.task_text(view), job.key, thread=thread)
        return {"channel": channel, "ts": ts}

    def _task_probe(self, job: Job) -> Any:
        thread, _ = self._task_drawn(job.args["task"])
        found = self.channel.find(job.key, job.made_at, thread=thread)
        return Seen({"channel": found[0], "ts": found[1]}) if found else NotSeen()

    def _task_redraw_call(self, job: Job) -> Mapping[str, Any]:
        """The message shows the newest state; one that was never posted need not."""
        place = self._place_of(f"task:{job.args['task']}")
        if place:
            _, view = self._task_drawn(job.args["task"])
            self.channel.update(*place, cards.task_card(view), cards.task_text(view))
        return {}

    # -- to whoever is asked ------------------------------------------------------------------------------------------

    def _tell_at_once(self, unit: Unit, task: TaskRow) -> None:
        """Whoever is asked by name reads so directly, now or when their quiet hours are over."""
        if task.assignee is None:
            return
        local = unit.now.astimezone(ZoneInfo(self.house.zone))
        self.engine.put(
            unit, "task_told", f"task_told:{task.id}", {"ticket": task.ticket_id, "task": task.id}, lane="slack-post",
            ticket_id=task.ticket_id, run_at=audible(unit.quiet.of(task.assignee), local),
        )  # fmt: skip

    def _told_call(self, job: Job) -> Mapping[str, Any]:
        """They read what is asked of them, with the way to it; nothing, when it is over."""
        _, view = self._task_drawn(job.args["task"])
        if view.state != OPEN or view.assignee is None:
            return {}
        place = self._place_of(f"task:{job.args['task']}")
        if place is None:
            raise Temporary("The task is not posted yet.", retry_after=1.0)
        blocks = cards.task_told_card(view, self.channel.link(*place))
        _, ts = self.channel.post(blocks, cards.task_told_text(view), job.key, user=view.assignee)
        return {"ts": ts}

    def _told_probe(self, job: Job) -> Any:
        _, view = self._task_drawn(job.args["task"])
        found = self.channel.find(job.key, job.made_at, user=view.assignee)
        return Seen({"ts": found[1]}) if found else NotSeen()

    def _asking_kinds(self) -> list[Kind]:
        house = self.house
        return [
            Kind(
                name="task", call=self._task_call, probe=self._task_probe, failed=self._failed,
                timeout_s=house.slack_timeout_s, settle_s=house.slack_settle_s,
            ),
            Kind(
                name="task_told", call=self._told_call, probe=self._told_probe, failed=self._failed,
                timeout_s=house.slack_timeout_s, settle_s=house.slack_settle_s,
            ),
            Kind(
                name="task_redraw", call=self._task_redraw_call, harmless=True, failed=self._failed,
                timeout_s=house.slack_timeout_s, settle_s=house.slack_settle_s,
            ),
        ]  # fmt: skip
