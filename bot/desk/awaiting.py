"""A question to the person that has no answer: they are reminded of it once, long enough before anybody gives up."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.cards import ClockMove
from bot.desk.counting import Counting
from bot.desk.recorded import QUESTIONS
from bot.engine import Job, Kind
from bot.store import Unit
from bot.tickets import Ticket

REMIND_DAYS = 10  # after a question has left
CLOSE_DAYS = 14  # after the reminder has left


class Awaiting(Counting):
    """The person is asked once more."""

    def _letter_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        super()._letter_after(unit, job, result)
        row = self._carried_by(unit, job.args["letter"])
        if row is None or row.kind not in QUESTIONS:
            return
        waiting = self._on_record(unit, unit.tickets.get(row.ticket_id)).waiting
        if any(each.id == row.id for each in waiting):
            self.engine.put(
                unit, "ask_again", again_key(row.id), {"ticket": row.ticket_id, "event": row.id},
                run_at=unit.now + timedelta(days=REMIND_DAYS), ticket_id=row.ticket_id,
            )  # fmt: skip

    def _answers_came(self, unit: Unit, ticket: Ticket, by: str, on: date) -> ClockMove | None:
        waiting = self._on_record(unit, ticket).waiting
        self.engine.cancel(unit, *(again_key(each.id) for each in waiting))
        return super()._answers_came(unit, ticket, by, on)

    def _ask_again_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        """A letter, if the question still waits for its answer."""
        del result
        ticket = unit.tickets.lock(job.args["ticket"])
        known = self._on_record(unit, ticket)
        question = next((each for each in known.waiting if each.id == job.args["event"]), None)
        wrote = unit.tickets.correspondent(ticket.id)
        if question is None or ticket.state != "open" or not wrote.address:
            return
        today = self._today(unit.now)
        closes_on = today + timedelta(days=CLOSE_DAYS)
        values = {"question": question.kind, "first_asked": question.on, "closes_on": closes_on}
        self._send(unit, ticket, "answer_reminder", {**values, **self._effect(ticket, known, today)})

    def _counting_kinds(self) -> list[Kind]:
        return [*super()._counting_kinds(), self._harmless("ask_again", lambda _: {}, self._ask_again_after)]


def again_key(event_id: str) -> str:
    """The work that asks once more."""
    return f"ask_again:{event_id}"
