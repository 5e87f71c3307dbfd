"""What every family of verbs needs: one move, one escalation, one redrawn card; and how a kind of work is carried."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.desk.office import Office, System
from bot.engine import Job, Kind
from bot.errors import NotAllowed, TooLate
from bot.phrases import named, say
from bot.reminders import Hours
from bot.reminders import Kind as Why
from bot.store import Unit
from bot.tickets import BOT, FINAL, WORKING, Actor, Request, Ticket, check_move, spoken

T = TypeVar("T")
READ_S = 60.0  # longest look at the systems that a harmless piece of work may take


@dataclass(frozen=True)
class Known:
    """A person as one system knows them, as remembered under the ticket's key."""

    system: str
    key: str
    addresses: tuple[str, ...] = field(default=(), repr=False)


class Moving(Office):
    """Moves of requests. Every verb locks its ticket first, so that two verbs on one ticket follow each other."""

    def _request(self, unit: Unit, request_id: str) -> tuple[Ticket, Request]:
        """The request and its ticket, the ticket's row locked until the transaction ends."""
        return unit.tickets.lock_of(request_id), unit.requests.get(request_id)

    def _local(self, moment: datetime) -> datetime:
        """The moment in the house's zone."""
        return moment.astimezone(ZoneInfo(self.house.zone))

    def _today(self, now: datetime) -> date:
        """The date this moment has in the house's zone."""
        return self._local(now).date()

    def _open_ticket(self, unit: Unit, ticket_id: str) -> Ticket:
        """The ticket, its row locked until the transaction ends; NotAllowed once it is closed."""
        ticket = unit.tickets.lock(ticket_id)
        if ticket.state != "open":
            raise NotAllowed(say("card.is_closed", ref=ticket.ref))
        return ticket

    def _reopen(self, unit: Unit, ticket: Ticket, by: str) -> None:
        """If the ticket was closed it is open again, by itself if it had been joined with another: it is not over."""
        if ticket.state == "closed":
            version = unit.tickets.get(ticket.id).version
            unit.tickets.change(ticket.id, version, state="open", closed_at=None, outcome=None, merged_into=None)
            unit.audit(by, "reopen", ticket.id)

    def _move(self, unit: Unit, request: Request, verb: str, actor: Actor, **columns: Any) -> Request:
        """The request after the move, audited, its card due to be redrawn; NotAllowed in words otherwise."""
        ticket = unit.tickets.get(request.ticket_id)
        try:
            found = check_move(request, verb, actor, ticket.identity, four_eyes=self.house.four_eyes)
        except TooLate as late:
            raise TooLate(f"{late} {self._by_whom(unit, request)}") from None
        if found.target in FINAL and request.ended_on is None:  # a restriction that is lifted was answered before
            columns["ended_on"] = self._today(unit.now)
        moved = unit.requests.move(request, found.target, **columns)
        if moved is None:
            now = unit.requests.get(request.id)
            raise TooLate(say("errors.faster_state", right=named("right", request.right), state=spoken(now.state)))
        unit.audit(actor.id, verb, ticket.id, request.id, source=found.source, target=found.target)
        self._redraw(unit, ticket.id)
        return moved

    def _by_whom(self, unit: Unit, request: Request) -> str:
        """Who moved the request last, and when, for whoever came too late."""
        ours = [row for row in unit.trail(request.ticket_id, 50) if row.request_id == request.id]
        if not ours:
            return ""
        last = next((row for row in reversed(ours) if row.actor != BOT.id), ours[-1])
        who = f"<@{last.actor}>" if last.actor != BOT.id else say("frame.the_bot")
        at = f"{self._local(last.at):%H:%M}"
        return say("errors.who_was_faster", who=who, verb=named("verb", last.verb).replace("_", " "), at=at)

    def _escalate(self, unit: Unit, request: Request, reason: str) -> None:
        """A person has to look. The reason names nobody."""
        if request.state in WORKING:
            self._move(unit, request, "escalate", BOT, back_to=request.state, reason=reason)

    def _resume(self, unit: Unit, request: Request, actor: Actor) -> Request:
        """Back to where it was before a person was asked, as a new generation: its work is put anew."""
        return self._move(unit, request, "resume", actor, back_to=None, reason=None, generation=request.generation + 1)

    def _redraw(self, unit: Unit, ticket_id: str) -> None:
        """The card will show what the store holds when it is drawn; one that was never posted shows it when it is."""
        version, stands = unit.tickets.touch(ticket_id)
        if not stands:
            return
        older = [f"redraw:{ticket_id}:{each}" for each in (version - 1, version - 2)]
        self.engine.cancel(unit, *older)  # what was not drawn yet need not be: the newest state shows all
        self.engine.put(
            unit, "redraw", f"redraw:{ticket_id}:{version}", {"ticket": ticket_id, "version": version},
            lane=f"card:{ticket_id}", ticket_id=ticket_id,
        )  # fmt: skip

    # -- what somebody waits for --------------------------------------------------------------------------------------

    @property
    def hours(self) -> Hours:
        """When the team may be told something."""
        house = self.house
        return Hours(house.zone, house.work_begins, house.work_ends, house.working_days)

    def _remind(self, unit: Unit, ticket: Ticket) -> None:
        """The ticket's reminders are looked at by the next sweep. `_redraw` says so, too."""
        unit.reminders.look_at({ticket.id: unit.now})

    def _remind_on(self, unit: Unit, ticket: Ticket, kind: Why, days: Sequence[date], of: str = "") -> None:
        """On each of these days somebody is reminded once, unless it is forgotten first. `of`: a request, a letter."""
        for day in days:
            unit.reminders.plan(ticket.id, of or ticket.id, kind, day)
        self._remind(unit, ticket)

    def _forget(self, unit: Unit, ticket: Ticket, kind: Why, of: str = "") -> None:
        """What was planned of this kind, of this request or letter, is not said any more."""
        unit.reminders.forget(ticket.id, kind, of or ticket.id)

    # -- who, and where -----------------------------------------------------------------------------------------------

    def _label(self, system: str) -> str:
        """What people call this system, whether it is configured still or not."""
        return self.systems[system].label if system in self.systems else system

    def _persons(self, unit: Unit, request_id: str) -> dict[str, Known]:
        """System → who it is there, as located."""
        persons = unit.requests.persons(request_id)
        return {name: Known(name, each["key"], tuple(each["addresses"])) for name, each in persons.items()}

    def _everywhere(self, names: list[str], ask: Callable[[System], T]) -> dict[str, T]:
        """One answer per system, asked side by side: the whole takes as long as the slowest."""
        if len(names) < 2:
            return {name: ask(self.systems[name]) for name in names}
        with ThreadPoolExecutor(len(names)) as pool:
            return dict(zip(names, pool.map(ask, [self.systems[name] for name in names]), strict=True))

    def _harmless(
        self, name: str, call: Callable[[Job], Mapping[str, Any]],
        after: Callable[[Unit, Job, Mapping[str, Any]], None], seconds: float = READ_S,
    ) -> Kind:  # fmt: skip
        """A kind that only reads, and is simply done again after a crash."""
        return Kind(
            name=name, call=call, after=after, probe=None, timeout_s=seconds, settle_s=0.0, harmless=True,
            failed=self._failed,
        )  # fmt: skip

    def _failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        """A piece of a request's work ended badly: a person has to look."""
        request_id = job.args.get("request")
        if request_id is None:
            return
        _, request = self._request(unit, request_id)
        where = say("reasons.step_where", label=self._label(job.args["system"])) if "system" in job.args else ""
        if state == "unknown":
            self._redraw(unit, request.ticket_id)  # the card asks a person what happened
            return
        told = say("reasons.step_failed", kind=named("step", job.kind), where=where, error=error)
        self._escalate(unit, request, told)
