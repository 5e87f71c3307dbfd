"""The plan and the way to its run: counted, approved by a second person, cooled, and counted once more."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.desk.braking import ALARM, brake, room_at
from bot.desk.forewarning import cool_key
from bot.desk.office import System
from bot.desk.running import Running
from bot.engine import Job, Kind
from bot.errors import Unsupported
from bot.law import Right
from bot.phrases import say
from bot.recipients import PLACE as RECIPIENTS
from bot.store import Unit
from bot.tickets import BOT, MILD, PROPOSED, Request, State
from bot.workflow import Act, Change, Line, plan_hash

LIFTING_NOTICE = "lifting_notice"  # the letter
TOLD = frozenset({Right.CORRECTION, Right.DELETION, Right.RESTRICTION})  # of these the recipients hear (GDPR 19)


class Planning(Running):
    """The verbs between the right that was chosen and its run."""

    # -- plan -----------------------------------------------------------------------------------------------------

    def _plan_call(self, job: Job) -> Mapping[str, Any]:
        """What a run would do, in counts. Changes nothing anywhere."""
        with self.store.read() as unit:
            request = unit.requests.get(job.args["request"])
            left_out = unit.refusals.left_out(request.id)
            known = self._persons(unit, request.id)
            persons = {name: each for name, each in self._askable(known).items() if name not in left_out}
            wishes = unit.requests.wishes(request.id)
            by_hand = self._for_people(unit.tickets.get(request.ticket_id), request.right)
            by_hand = [line for line in by_hand if line.system not in left_out]
            if self._lifting(unit, request):
                assert request.plan_id is not None
                return {"lines": list(unit.plans.get(request.plan_id).lines), "changes": []}
        changes: list[Change] = []
        if request.right == Right.CORRECTION:
            lines, changes = self._proposed(wishes, persons)
        else:
            answers = self._everywhere(list(persons), lambda system: self._planned(system, request, persons))
            lines = [line for each in answers.values() for line in each]
        lines += by_hand
        if lines and known and request.right in TOLD:
            lines += self._to_tell(lines)
        return {"lines": lines, "changes": changes}

    def _planned(self, system: System, request: Request, persons: Mapping[str, Any]) -> Sequence[Line]:
        """What the system itself would do; what it has no means for is a person's task."""
        try:
            return system.plan(request.right, persons[system.name])
        except Unsupported as error:
            return [Line(system.name, "", Act.TASK, 1, words=str(error))]

    def _plan_after(self, unit: Unit, job: Job, planned: Mapping[str, Any]) -> None:
        _, request = self._request(unit, job.args["request"])
        if request.state != State.PLANNING:
            return
        lines: list[Line] = planned["lines"]
        plan_id = unit.id()
        number = unit.plans.add(plan_id, request.id, lines, plan_hash(lines))
        unit.audit(BOT.id, "plan", request.ticket_id, request.id, number=number, hash=plan_hash(lines))
        self._keep_changes(unit, request, planned["changes"])
        request = self._move(unit, request, "planned", BOT, plan_id=plan_id, result={})
        self._go_on(unit, request, lines)

    def _go_on(self, unit: Unit, request: Request, lines: Sequence[Line]) -> None:
        """From the plan to its approval, to its run, or, where nothing is to be done, to the answer."""
        if not any(line.count for line in lines if line.system != RECIPIENTS):
            if request.right == Right.CORRECTION and self._persons(unit, request.id):
                self._escalate(unit, request, say("reasons.no_other_values"))
                return
            self._answer(unit, self._move(unit, request, "answer", BOT))
        elif request.right not in MILD and not self._persons(unit, request.id):  # somebody looks, and changes nothing
            self._prove(unit, self._move(unit, request, "look", BOT))
        elif request.right in PROPOSED:
            assert request.plan_id is not None
            unit.plans.ask(request.plan_id, plan_hash(lines))
            self._move(unit, request, "propose", BOT)
        else:
            self._run(unit, self._move(unit, request, "run", BOT))

    # -- cooling --------------------------------------------------------------------------------------------------

    def _cool(self, unit: Unit, request: Request) -> datetime:
        """The moment the run begins: as long after the approval as it has to wait, and not before there is room for it
        if somebody let it go on. Until then `stop` calls it off, or `keep` the end of a restriction.
        """  # fmt: skip
        assert request.plan_id is not None
        approval = unit.plans.approval(request.plan_id)
        approved_at = approval.at if approval and approval.at else unit.now
        run_at = max(unit.now, approved_at + self._cooling(unit, request))
        if approved_at < unit.now:
            run_at = max(run_at, room_at(unit, request))
        run_at, waits = self._forewarn(unit, request, run_at)
        waits = waits or self._unannounced(unit, request)
        args = {"request": request.id}
        self.engine.put(
            unit, "cool", cool_key(request), args, run_at=run_at, ticket_id=request.ticket_id, waiting=waits
        )
        return run_at

    def _cooling(self, unit: Unit, request: Request) -> timedelta:
        """A deletion waits, and so does the end of a restriction, of which the person hears first (GDPR 18(3))."""
        if self._lifting(unit, request):
            return timedelta(days=self.house.lift_notice_days)
        return self._waits(request)

    def _announce(self, unit: Unit, request: Request, run_at: datetime) -> None:
        """Whoever got a restriction is told before it ends (GDPR 18(3))."""
        if self._lifting(unit, request):
            why = unit.requests.wishes(request.id).get("why_lifted", "")
            values = {"lifted_on": self._today(run_at), "why_lifted": why}
            self._send(unit, unit.tickets.get(request.ticket_id), LIFTING_NOTICE, values, request=request)

    def _unannounced(self, unit: Unit, request: Request) -> bool:
        """Whether the end of a restriction waits for its notice, which somebody has to release."""
        if not self._lifting(unit, request) or LIFTING_NOTICE in self.house.release_at_once:
            return False
        assert request.plan_id is not None
        approval = unit.plans.approval(request.plan_id)
        since = approval.at if approval and approval.at else unit.now
        ours = [each for each in unit.letters.of(request.ticket_id) if each.request_id == request.id]
        return not any(each.kind == LIFTING_NOTICE and each.sent_at and each.made_at >= since for each in ours)

    def _run_begins(self, unit: Unit, request: Request) -> datetime | None:
        """When an approved run begins; None while somebody has to be told first."""
        return None if self._unannounced(unit, request) else self._begins(unit, request)

    def _letter_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        """Whoever hears today that a restriction ends has all the days of the notice from now on."""
        super()._letter_after(unit, job, result)
        letter = unit.letters.get(job.args["letter"])
        if letter.kind != LIFTING_NOTICE or letter.request_id is None:
            return
        request = unit.requests.get(letter.request_id)
        if request.state == State.COOLING:
            self.engine.ready(unit, cool_key(request), unit.now + self._cooling(unit, request))

    def _cool_after(self, unit: Unit, job: Job, planned: Mapping[str, Any]) -> None:
        """After the cooling time every system is asked once more; only the approved plan runs."""
        _, request = self._request(unit, job.args["request"])
        if request.state != State.COOLING:
            return
        assert request.plan_id is not None
        approval = unit.plans.approval(request.plan_id)
        if approval is None or approval.decision != "approved" or approval.hash != plan_hash(planned["lines"]):
            self._void(unit, request)
            return
        if why := self._unheard(unit, request):
            self._escalate(unit, request, why)
            return
        word, why = brake(unit, request, self.house.zone)
        if why:
            unit.audit(BOT.id, "halt", request.ticket_id, request.id, why=word)
            self._word(unit, unit.tickets.get(request.ticket_id), "paused", BOT.id, what=word, aloud=True)
            self._escalate(unit, request, why)
            if room_at(unit, request) > unit.now:
                self._mail_team(unit, ALARM, f"{unit.now:%Y%m%dT%H}", ticket=request.ticket_id)
            return
        self._run(unit, self._move(unit, request, "cooled", BOT))

    # -- kinds ----------------------------------------------------------------------------------------------------

    def _planning_kinds(self) -> list[Kind]:
        return [
            *self._running_kinds(),
            self._harmless("plan", self._plan_call, self._plan_after),
            self._harmless("cool", self._plan_call, self._cool_after),
        ]
