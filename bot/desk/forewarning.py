"""Before anything is deleted every address on file hears of it, with a link that stops it (TRUST T02).

A letter each, written when the plan is approved. The cooling time begins once none of them is under way any more, so
that whoever was not asked has all of it to say so; without one that left, nothing is deleted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.desk.linking import STOP
from bot.desk.tasking import Tasking
from bot.engine import Job
from bot.intake import normal_address
from bot.law import Right
from bot.phrases import say
from bot.recipients import PLACE
from bot.store import Unit
from bot.store.rows import LetterRow
from bot.tickets import SILENT, Correspondent, Request, State, Ticket

WARNING = "erasure_notice"  # the letter
UNDER_WAY = frozenset({"ready", "running", "waiting", "unknown"})
UNHEARD = "reasons.notice_unreached"


TO_READ = "reasons.notice_answered"


class Forewarning(Tasking):
    """The notices of an approved deletion."""

    def _forewarn(self, unit: Unit, request: Request, begins_at: datetime) -> tuple[datetime, bool]:
        """Every address on file has its notice of this plan: (when it may begin, whether one is still under way)."""
        ticket = unit.tickets.get(request.ticket_id)
        if not self._to_forewarn(unit, ticket, request):
            return begins_at, False
        standing = [each for each in self._warnings(unit, request) if _arrived(each) or self._under_way(unit, each)]
        warned = {unit.letters.content(each.id)["to"] for each in standing}
        for wrote in self._on_file(unit, request):
            if normal_address(wrote.address) not in map(normal_address, warned):
                self._warn(unit, ticket, request, wrote, begins_at)
        told = [each.sent_at + self._waits(request) for each in standing if each.sent_at]
        return max([begins_at, *told]), self._any_under_way(unit, request)

    def _to_forewarn(self, unit: Unit, ticket: Ticket, request: Request) -> bool:
        """Whether this plan destroys something somebody asked to be destroyed."""
        if request.right != Right.DELETION or ticket.channel in SILENT or request.plan_id is None:
            return False
        return any(line.count for line in unit.plans.get(request.plan_id).lines if line.system != PLACE)

    def _on_file(self, unit: Unit, request: Request) -> list[Correspondent]:
        """Whoever wrote, and the other addresses systems have of this person; never our own.

        To another address than the one that wrote it is no answer: nothing of that mail is in it.
        """
        wrote = unit.tickets.correspondent(request.ticket_id)
        known = [address for person in self._persons(unit, request.id).values() for address in person.addresses]
        ours = {normal_address(self.house.sender), normal_address(wrote.address), None}
        others = dict.fromkeys(each for each in map(normal_address, known) if each not in ours)
        return [*([wrote] if wrote.address else []), *(Correspondent(each) for each in others if each)]

    def _warn(self, unit: Unit, ticket: Ticket, request: Request, to: Correspondent, begins_at: datetime) -> None:
        """One letter, with a link of its own."""
        letter_id = self.ids()
        link = self._link(STOP, letter_id)
        values = {
            "channel": ticket.channel,
            "begins_at": self._local(begins_at),
            "link": link,
        } | ({} if to.message_id else {"enquiry_link": ""})
        letter = self._composed(ticket, to, WARNING, values, unit.now, secret=link, letter_id=letter_id)
        number = 1 + len(self._warnings(unit, request))
        self._out(unit, ticket, f"{request.plan_id}:{WARNING}:{number}", letter, None)

    # -- what became of them ------------------------------------------------------------------------------------------

    def _warnings(self, unit: Unit, request: Request) -> list[LetterRow]:
        """The notices of this request's plan, oldest first."""
        letters = unit.letters.of(request.ticket_id)
        return [each for each in letters if each.kind == WARNING and each.key.startswith(f"{request.plan_id}:")]

    def _under_way(self, unit: Unit, letter: LetterRow) -> bool:
        key = f"letter:{letter.key}"
        return self.engine.states(unit, [key]).get(key) in UNDER_WAY

    def _any_under_way(self, unit: Unit, request: Request) -> bool:
        return any(self._under_way(unit, each) for each in self._warnings(unit, request))

    def _begins(self, unit: Unit, request: Request) -> datetime | None:
        """When the first act is due that the approval allowed; None while somebody on file has not been told."""
        return None if self._any_under_way(unit, request) else self.engine.run_at(unit, cool_key(request))

    def _unheard(self, unit: Unit, request: Request) -> str:
        """Why nothing may be deleted yet: nobody on file was told. Empty: somebody was."""
        if not self._to_forewarn(unit, unit.tickets.get(request.ticket_id), request):
            return ""
        return "" if any(map(_arrived, self._warnings(unit, request))) else say(UNHEARD)

    def _letter_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        super()._letter_after(unit, job, result)
        self._forewarned(unit, unit.letters.get(job.args["letter"]))

    def _letter_failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        super()._letter_failed(unit, job, state, error)
        self._forewarned(unit, unit.letters.get(job.args["letter"]))

    def _forewarned(self, unit: Unit, letter: LetterRow) -> None:
        """Once no notice of the plan is under way any more its cooling time begins; a person looks if none left."""
        request = self._warned_of(unit, letter)
        if request is None or request.state != State.COOLING or self._any_under_way(unit, request):
            return
        if letter.key.partition(":")[0] != request.plan_id:
            return
        if why := self._unheard(unit, request):
            self._escalate(unit, request, why)
        elif self.engine.ready(unit, cool_key(request), unit.now + self._waits(request)):
            self._redraw(unit, request.ticket_id)

    def _warned_of(self, unit: Unit, letter: LetterRow) -> Request | None:
        """The request this letter gives notice of; None of any other letter."""
        if letter.kind != WARNING:
            return None
        return unit.requests.get(unit.plans.get(letter.key.partition(":")[0]).request_id)

    def _notice_answered_by(self, unit: Unit, named: Sequence[str], sender: str) -> Request | None:
        """The request that waits for its deletion, if one of these Message-IDs is that of its notice to this sender."""
        for letter in unit.letters.by_message_ids(named):
            request = self._warned_of(unit, letter)
            if request is None or request.state not in {State.COOLING, State.RUNNING}:
                continue
            if normal_address(unit.letters.content(letter.id)["to"]) == sender:
                return request
        return None

    def _waits(self, request: Request) -> timedelta:
        """How long a deletion waits between the notice and its first act."""
        return timedelta(hours=self.house.cooling_hours if request.right == Right.DELETION else 0)


def _arrived(letter: LetterRow) -> bool:
    """Whether it left the house, and no mail server has sent it back."""
    return letter.sent_at is not None and letter.returned_at is None


def cool_key(request: Request) -> str:
    """The work that waits for the end of the cooling time."""
    return f"{request.id}:cool:{request.plan_id}:{request.generation}"
