"""The run and its proof: every system does its part of the plan, and is asked again by another call."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.desk.braking import DESTROYS, check_hold
from bot.desk.forewarning import Forewarning, cool_key
from bot.desk.moving import READ_S
from bot.desk.office import System
from bot.desk.packing import COPY_S
from bot.desk.remembering import OTHERS
from bot.engine import Job, Kind
from bot.errors import PlanChanged
from bot.law import Right
from bot.phrases import say
from bot.recipients import PLACE as RECIPIENTS
from bot.store import Unit
from bot.tickets import AT_ONCE, BOT, Request, State
from bot.workflow import Act, Line, ends_restriction

STEP = {  # what a run does in each system
    Right.ACCESS: "export",
    Right.PORTABILITY: "export",
    Right.CORRECTION: "correct",
    Right.DELETION: "erase",
    Right.RESTRICTION: "restrict",
    Right.OBJECTION: "stop_marketing",
}
DONE = {  # in the record
    "correct": "corrected",
    "erase": "erased",
    "restrict": "restricted",
    "lift": "lifted",
    "stop_marketing": "marketing_stopped",
}
PLANS = 3  # as often a right that nobody has to approve is planned anew before a person looks


class Running(Forewarning):
    """The verbs between an approved plan and the answer."""

    # -- the plan it runs by --------------------------------------------------------------------------------------

    def _plan(self, unit: Unit, request: Request) -> None:
        """What a run would do is asked of every system (`planning.py`)."""
        key = f"{request.id}:plan:{request.version}"
        self.engine.put(unit, "plan", key, {"request": request.id}, ticket_id=request.ticket_id)

    def _void(self, unit: Unit, request: Request) -> None:
        """The data changed: the approval is void, the plan is made anew and the card shows the difference."""
        assert request.plan_id is not None
        if request.right in AT_ONCE and unit.plans.get(request.plan_id).number >= PLANS:
            self._escalate(unit, request, say("reasons.changing"))
            return
        unit.plans.void(request.plan_id)
        self._take_back(unit, request)
        self._plan(unit, self._move(unit, request, "void", BOT))

    def _drop_plan(self, unit: Unit, request: Request, by: str) -> None:
        """The plan, if there is one, is rejected by this actor, and nothing of it will run."""
        if request.plan_id:
            unit.plans.decide(request.plan_id, "rejected", by)
            unit.plans.void(request.plan_id)
            self.engine.cancel(unit, cool_key(request))

    def _lifting(self, unit: Unit, request: Request) -> bool:
        """Whether the plan is to end a restriction."""
        return bool(request.plan_id) and ends_restriction(unit.plans.get(request.plan_id).lines)

    # -- run ------------------------------------------------------------------------------------------------------

    def _lines(self, unit: Unit, request: Request) -> dict[str, list[Line]]:
        """System → its lines of the plan."""
        assert request.plan_id is not None
        by_system: dict[str, list[Line]] = {}
        for line in unit.plans.get(request.plan_id).lines:
            if line.act == Act.TASK:
                continue
            by_system.setdefault(line.system, []).append(line)
        return by_system

    def _run(self, unit: Unit, request: Request) -> None:
        """One step per system that has lines and is not done, side by side; before it the ledger's rows."""
        self._remember(unit, request)
        self._give_tasks(unit, request, self._hands(unit, request))
        if not self._lines(unit, request):  # all of it is for people
            self._prove(unit, self._move(unit, request, "prove", BOT))
            return
        self._steps(unit, request, self._act(unit, request), "done")

    def _act(self, unit: Unit, request: Request) -> str:
        """What a step of this run does."""
        return "lift" if self._lifting(unit, request) else STEP[request.right]

    def _prove(self, unit: Unit, request: Request) -> None:
        self._give_tasks(unit, request, self._hands(unit, request))
        if not self._lines(unit, request):
            self._proved(unit, request)
            return
        self._steps(unit, request, "prove", "left")

    def _steps(self, unit: Unit, request: Request, act: str, settled: str) -> None:
        for name in self._lines(unit, request):
            if settled not in self._progress(request, name):
                self.engine.put(
                    unit, act, step_key(request, name, act), {"request": request.id, "system": name},
                    lane=name, ticket_id=request.ticket_id,
                )  # fmt: skip

    def _progress(self, request: Request, name: str) -> Mapping[str, Any]:
        found = request.result.get(name, {})
        return found if isinstance(found, Mapping) else {}

    def _step(self, job: Job) -> tuple[Request, System, Any, list[Line]]:
        """What a step works on: read in a transaction of its own, which is over before the outside call."""
        with self.store.read() as unit:
            return self._work(unit, job)

    def _work(self, unit: Unit, job: Job) -> tuple[Request, System, Any, list[Line]]:
        request, name = unit.requests.get(job.args["request"]), job.args["system"]
        return request, self.systems[name], self._persons(unit, request.id)[name], self._lines(unit, request)[name]

    def _export_call(self, job: Job) -> Mapping[str, Any]:
        """The copy goes piece by piece into a file of its own."""
        with self.store.read() as unit:
            request, system, person, _ = self._work(unit, job)
            key = unit.holdings.key(request.id)
        return {"held": self._taken(request, system.name, system.export(person), key)}

    def _export_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        _, request = self._request(unit, job.args["request"])
        unit.holdings.put(result["held"])
        self._stepped(unit, request, job.args["system"], done=result["held"].rows)

    def _act_call(self, job: Job) -> Mapping[str, Any]:
        """One system does its part of the plan, or nothing where its data are not those of the plan any more."""
        request, system, person, lines = self._step(job)
        if request.state != State.RUNNING:  # the run was called off, or another system found its plan void
            return {"changed": 1}
        if job.kind in DESTROYS:
            with self.store.read() as unit:
                check_hold(unit, request, self.house.zone)
        if job.kind == "correct":
            with self.store.read() as unit:
                lines = self._changes(unit, request, system.name)
            if not lines:
                return {}
            if self._allowed(lines) != lines:  # an address was erased since the plan
                return {"changed": 1}
        try:
            return dict(getattr(system, job.kind)(person, lines, job.key))  # the kinds are named as the contract's acts
        except PlanChanged:
            if job.kind == "lift":  # its plan was approved: it is not made anew without a person
                raise
            return {"changed": 1}  # nothing was done: the plan is void, and that is a known outcome

    def _erase_probe(self, job: Job) -> Any:
        _, system, person, lines = self._step(job)
        return system.erased(person, lines, job.key)

    def _acted(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        """A system was changed, and the record says by how much; or nothing was done, because the plan is void."""
        _, request = self._request(unit, job.args["request"])
        if "changed" in result:
            if request.state == State.RUNNING:  # else another system said so first
                self._void(unit, request)
            else:
                self._take_back(unit, request)
            return
        name = job.args["system"]
        unit.audit(BOT.id, DONE[job.kind], request.ticket_id, request.id, system=name, counts=dict(result))
        self._stepped(unit, request, name, done=sum(result.values()))

    def _stepped(self, unit: Unit, request: Request, name: str, **progress: int) -> None:
        """One system is done; when all are, the run goes on to its proof."""
        lines = self._lines(unit, request)
        request = self._note(unit, request, name, lines, **progress)
        if request.state == State.RUNNING and self._all(request, lines, "done"):
            self._prove(unit, self._move(unit, request, "prove", BOT))

    def _note(
        self, unit: Unit, request: Request, name: str, lines: Mapping[str, Sequence[Line]], **progress: int
    ) -> Request:  # fmt: skip
        found = sum(line.count for line in lines[name] if line.act != Act.KEEP)
        result = {**request.result, name: {**self._progress(request, name), "found": found, **progress}}
        self._redraw(unit, request.ticket_id)
        return unit.requests.note(request, result)

    def _all(self, request: Request, lines: Mapping[str, Sequence[Line]], settled: str) -> bool:
        return all(settled in self._progress(request, name) for name in lines)

    # -- proof ----------------------------------------------------------------------------------------------------

    def _prove_call(self, job: Job) -> Mapping[str, Any]:
        request, system, person, lines = self._step(job)
        with self.store.read() as unit:
            address = unit.tickets.correspondent(request.ticket_id).address
            changes = self._changes(unit, request, system.name)
        addresses = [each for each in (address, *person.addresses) if each]
        remainder = system.prove(request.right, person, addresses, lines, changes)
        others = [] if remainder else self._others(system, request.right, person, addresses)
        left = sum(line.count for line in remainder)
        return {"left": left, "lines": [asdict(line) for line in remainder], OTHERS: others}

    def _prove_after(self, unit: Unit, job: Job, proof: Mapping[str, Any]) -> None:
        _, request = self._request(unit, job.args["request"])
        if request.state != State.PROVING:
            return
        name = job.args["system"]
        unit.audit(BOT.id, "proved", request.ticket_id, request.id, system=name, left=proof["left"])
        self._other(unit, request, name, proof)
        lines = self._lines(unit, request)
        request = self._note(unit, request, name, lines, left=proof["left"])
        if not self._all(request, lines, "left"):
            return
        if any(self._progress(request, each)["left"] for each in lines):
            self._escalate(unit, request, say("reasons.something_left"))
            return
        self._proved(unit, request)

    def _proved(self, unit: Unit, request: Request) -> None:
        """What the bot could do is proved. The answer goes out once people have done their part, too."""
        self._watch_for(unit, request)
        self._done_by_hand(unit, request)

    def _hands(self, unit: Unit, request: Request) -> list[Line]:
        """What people have to do by hand for this plan."""
        assert request.plan_id is not None
        lines = unit.plans.get(request.plan_id).lines
        return [line for line in lines if line.act == Act.TASK and line.count and line.system != RECIPIENTS]

    def _settled_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        """Somebody has settled a task, or looked at it: if nothing else is waited for, it goes on."""
        del result
        _, request = self._request(unit, job.args["request"])
        lines = self._lines(unit, request) if request.state == State.PROVING else None
        if lines is not None and all(self._progress(request, name).get("left") == 0 for name in lines):
            self._proved(unit, request)

    # -- kinds ----------------------------------------------------------------------------------------------------

    def _running_kinds(self) -> list[Kind]:
        slowest = max((system.timeout_s for system in self.systems.values()), default=READ_S)
        settle = max((system.settle_s for system in self.systems.values()), default=0.0)
        return [
            *self._answering_kinds(),
            *self._tasking_kinds(),
            self._harmless("settled", lambda _: {}, self._settled_after),
            self._harmless("export", self._export_call, self._export_after, COPY_S),
            Kind(
                name="erase", call=self._act_call, after=self._acted, probe=self._erase_probe,
                timeout_s=slowest, settle_s=settle, harmless=False, failed=self._failed,
            ),
            # these set a state: done again after a lost answer, they change nothing more
            *(self._harmless(act, self._act_call, self._acted) for act in DONE if act != "erase"),
            self._harmless("prove", self._prove_call, self._prove_after),
        ]  # fmt: skip


def step_key(request: Request, system: str, act: str) -> str:
    """ticket:connector:step:generation (ENGINE section 2.5); the plan is in it, for a new plan is a new act."""
    return f"{request.id}:{system}:{act}:{request.plan_id}:{request.generation}"
