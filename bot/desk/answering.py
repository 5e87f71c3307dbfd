"""The answer: the letter that says what was done, or the package it carries (`packing.py`)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.desk.confirming import Confirming
from bot.desk.office import Sweeping
from bot.desk.packing import PACKED
from bot.engine import Job, Kind
from bot.errors import SubjectlineError, Temporary
from bot.law import Right
from bot.recipients import Standing
from bot.store import Unit
from bot.tickets import BOT, SILENT, Request, State
from bot.workflow import Act, Change, Line, Outcome, ends_restriction

PATIENCE = timedelta(minutes=5)  # with a letter to a recipient before the answer goes out without it


class Answering(Confirming):
    """The verbs at the end of the road."""

    def _answer_when_told(self, unit: Unit, request: Request) -> None:
        """What was done is proved. Recipients hear of it first, then the answer says who was told."""
        if not self._notify(unit, request):
            self._answer(unit, self._move(unit, request, "answer", BOT))
            return
        key = f"{request.id}:told:{request.plan_id}:{request.generation}"
        self.engine.put(unit, "told", key, {"request": request.id}, ticket_id=request.ticket_id)

    def _all_told_call(self, job: Job) -> Mapping[str, Any]:
        """Waits for the letters to recipients, not for ever: one that does not leave must not make the answer late.

        What somebody has to release first is not waited for: so has the answer, which says by then who was told.
        """
        with self.store.read() as unit:
            request = unit.requests.get(job.args["request"])
            drafts = {each.id for each in unit.letters.drafts(request.ticket_id)}
            given = [each for each in self._notices_given(unit, request) if each.letter_id not in drafts]
            now = unit.now
        if any(each.state == Standing.TO_TELL and now - each.made_at < PATIENCE for each in given):
            raise Temporary("A letter to a recipient is on its way.", retry_after=1.0)
        return {}

    def _all_told_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        del result
        _, request = self._request(unit, job.args["request"])
        if request.state == State.PROVING:
            self._answer(unit, self._move(unit, request, "answer", BOT))

    def _answer(self, unit: Unit, request: Request) -> None:
        """In the state `answering`: the letter is written, or first the package it carries; none where nobody wrote."""
        ticket = unit.tickets.get(request.ticket_id)
        if ticket.channel in SILENT:
            self._move(unit, request, "finish", BOT)
        elif self._nothing(unit, request):
            values = {"right": str(request.right), **self._looked(unit, request)}
            self._send(unit, ticket, "nothing_held", values, request=request)
        elif request.right in PACKED:
            self._pack(unit, request)
        else:
            letter, values = self._answer_of(unit, request)
            self._send(unit, ticket, letter, {**self._looked(unit, request), **values}, request=request)

    def _nothing(self, unit: Unit, request: Request) -> bool:
        """Whether nobody holds anything: no program, and nobody who looked."""
        tasks = self._tasks(unit, request)
        if any(each.outcome == Outcome.DONE for each in tasks):
            return False
        lines = unit.plans.get(request.plan_id).lines if request.plan_id else ()
        only_hands = bool(tasks) and not any(line.count for line in lines if line.act != Act.TASK)
        return only_hands or not self._persons(unit, request.id)

    def _answer_of(self, unit: Unit, request: Request) -> tuple[str, dict[str, Any]]:
        """The letter that says what was done, and what it says."""
        assert request.plan_id is not None
        planned = unit.plans.get(request.plan_id).lines
        lines = [each for each in planned if each.count and each.system in self.systems and each.act != Act.TASK]
        done = {"done_on": self._today(unit.now), "lines": [self._spoken(line) for line in lines]}
        done |= self._told_values(unit, request)
        if request.right == Right.CORRECTION:
            return "correction_done", {**done, "changes": [self._said(each) for each in self._changes(unit, request)]}
        if request.right == Right.RESTRICTION:
            if ends_restriction(planned):
                return "restriction_lifted", done
            return "restriction_done", {**done, "ground": unit.requests.wishes(request.id)["ground"]}
        if request.right == Right.OBJECTION:
            return "marketing_stop", done
        return "erasure_done", self._erased_values(unit, request)

    def _said(self, change: Change) -> dict[str, Any]:
        label = self._label(change.system)
        return {"system": label, "word": change.word, "field": change.label, "old": change.old, "new": change.new}

    def _changes(self, unit: Unit, request: Request, system: str | None = None) -> list[Change]:
        """What the plan of this correction sets, in one system or in all."""
        known = [Change(**each) for each in unit.requests.changes(request.id)]
        return [each for each in known if system is None or each.system == system]

    def _erased_values(self, unit: Unit, request: Request) -> dict[str, Any]:
        assert request.plan_id is not None
        lines = unit.plans.get(request.plan_id).lines
        return {
            "erased": [self._spoken(line) for line in lines if line.act in {Act.DELETE, Act.ANONYMISE} and line.count],
            "kept": [self._spoken(line) for line in lines if line.act == Act.KEEP and line.count],
            "erased_on": self._today(unit.now),
            **self._told_values(unit, request),
        }

    def _spoken(self, line: Line) -> dict[str, Any]:
        return {
            "system": self._label(line.system),
            "place": line.place,
            "act": str(line.act),
            "count": line.count,
            "category": line.category,
            "basis": line.basis,
            "until": date.fromisoformat(line.until) if line.until else None,
        }

    def sweep_systems(self) -> bool:
        """What systems held back for a while is gone where its time is over, and the record says how much.

        False when some system could not be asked: it is asked again with the next sweep.
        """
        done = True
        for name, system in self.systems.items():
            if not isinstance(system, Sweeping):
                continue
            try:
                count = system.sweep()
            except SubjectlineError:
                done = False
                continue
            if count:
                with self.store.begin() as unit:
                    unit.audit(BOT.id, "swept", system=name, count=count)
        return done

    def _answering_kinds(self) -> list[Kind]:
        return [*self._notifying_kinds(), self._harmless("told", self._all_told_call, self._all_told_after)]
