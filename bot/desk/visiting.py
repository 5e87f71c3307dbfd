"""What somebody does on a page of ours, whose address they have from a letter."""

from enum import StrEnum

from bot.checkpoints import checkpoint
from bot.desk.forewarning import STOP, cool_key
from bot.desk.receiving import Receiving
from bot.desk.refusing import BEFORE
from bot.desk.running import step_key
from bot.store import Unit
from bot.tickets import BOT, DISCLOSING, FINAL, PERSON, Identity, Request, State, Ticket

LATE = (
    "Somebody with an address on file says “this was not me”, and it had begun. What was not done yet is stopped: "
    "look what was done, and write to them."
)


class Disowned(StrEnum):
    """What “this was not me” came to."""

    STOPPED = "stopped"  # nothing was done, and nothing will be
    BEGUN = "begun"  # something was done before; a person looks


class Visiting(Receiving):
    """The verbs of the pages."""

    # -- “this was not me” --------------------------------------------------------------------------------------------

    def disown(self, token: str) -> Disowned | None:
        """Nothing of the ticket goes on, and its links are dead: whoever has this link says they never asked.

        None where the link is none of ours, or nothing is under way that it could stop.
        """
        letter_id = self._behind(STOP, token)
        if letter_id is None:
            return None
        with self.store.begin() as unit:
            letter = unit.letters.find(letter_id)
            request = self._warned_of(unit, letter) if letter else None
            if request is None:
                return None
            ticket, request = self._request(unit, request.id)
            if ticket.state != "open" or request.state in FINAL | {State.RECEIVED}:
                return None
            said = self._disown(unit, ticket)
            checkpoint("disown.moved")
        return said

    def _disown(self, unit: Unit, ticket: Ticket) -> Disowned:
        """Every right of the ticket is back where nobody has chosen it; of what had begun the rest stands still."""
        at_work = [each for each in unit.requests.of(ticket.id) if each.state not in FINAL | {State.RECEIVED}]
        begun = [each for each in at_work if not self._taken_off(unit, each)]
        for each in begun:
            self._escalate(unit, each, LATE)
        for row in unit.packages.of(ticket.id):
            if unit.packages.end(row.id):
                unit.audit(PERSON.id, "package_over", ticket.id, row.request_id)
        ticket = unit.tickets.get(ticket.id)
        if not begun and ticket.identity != Identity.UNKNOWN:
            self._identity(unit, ticket, Identity.UNKNOWN, "an address on file says “this was not me”")
        self._word(unit, ticket, "disowned_late" if begun else "disowned", BOT.id, aloud=True)
        return Disowned.BEGUN if begun else Disowned.STOPPED

    def _taken_off(self, unit: Unit, request: Request) -> bool:
        """Whether nothing of it was done yet, so that it is as if nobody had chosen it."""
        plan = request.plan_id
        if not self._untouched(unit, request):
            return False
        self._take_back(unit, request)
        if plan:
            unit.plans.decide(plan, "rejected", PERSON.id)
            unit.plans.void(plan)
            self.engine.cancel(unit, cool_key(request))
        self._move(
            unit, request, "disown", PERSON, chosen_by=None, plan_id=None, back_to=None, reason=None, result={},
            generation=request.generation + 1,
        )  # fmt: skip
        return True

    def _untouched(self, unit: Unit, request: Request) -> bool:
        """Whether no system was changed for it, and none will be: its steps are called off before their first act."""
        state = request.back_to if request.state == State.NEEDS_PERSON else request.state
        if self._lifting(unit, request):
            return False
        if state in BEFORE or request.right in DISCLOSING:
            return True
        if state != State.RUNNING:
            return False
        keys = [step_key(request, name, self._act(unit, request)) for name in self._lines(unit, request)]
        called_off = [self.engine.cancel(unit, key) for key in keys]  # each of them, whatever became of the others
        by_hand = any(each.outcome for each in self._tasks(unit, request))
        return all(called_off) and not by_hand
