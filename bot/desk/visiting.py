"""What somebody does on a page of ours: its address they have from a letter, or from the company's site."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.checkpoints import checkpoint
from bot.desk.forewarning import WARNING, cool_key
from bot.desk.identifying import DISOWNED
from bot.desk.linking import ENQUIRY, STOP
from bot.desk.receiving import Receiving
from bot.desk.refusing import BEFORE
from bot.desk.running import step_key
from bot.intake import normal_address
from bot.page import PAGE, Bulletin, Typed, as_mail, bulletin
from bot.phrases import say
from bot.store import Purged, Unit
from bot.tickets import BOT, DISCLOSING, FINAL, PERSON, PROPOSED, Identity, Request, State, Ticket

SHOWN = timedelta(days=60)  # after its end an enquiry's page is still there
LATE = "reasons.disowned_late"


class Disowned(StrEnum):
    """What “this was not me” came to."""

    STOPPED = "stopped"  # nothing was done, and nothing will be
    BEGUN = "begun"  # something was done before; a person looks


@dataclass(frozen=True)
class Sheet:
    """What was typed on a page, as a mail that arrived (`receiving.Arrived`)."""

    raw: bytes = field(repr=False)
    arrived_at: datetime
    mailbox: str = PAGE
    uidvalidity: int = 0
    uid: int = 0

    @property
    def size(self) -> int:
        return len(self.raw)


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
            self._escalate(unit, each, say(LATE))
        self._ended(unit, ticket, PERSON.id)
        ticket = unit.tickets.get(ticket.id)
        unit.means.void(ticket.id)  # whatever was shown before proves nothing any more
        unit.means.add(ticket.id, DISOWNED, "failed", PERSON.id, {})
        if not begun and ticket.identity != Identity.UNKNOWN:
            self._identity(unit, ticket, Identity.UNKNOWN, say("reasons.disowned"))
        self._word(unit, ticket, "disowned_late" if begun else "disowned", BOT.id, aloud=True)
        return Disowned.BEGUN if begun else Disowned.STOPPED

    def _taken_off(self, unit: Unit, request: Request) -> bool:
        """Whether nothing of it was done yet, so that it is as if nobody had chosen it."""
        if not self._untouched(unit, request):
            return False
        self._take_back(unit, request)
        self._drop_plan(unit, request, PERSON.id)
        self._move(
            unit, request, "disown", PERSON, chosen_by=None, plan_id=None, back_to=None, reason=None, result={},
            generation=request.generation + 1,
        )  # fmt: skip
        return True

    def _untouched(self, unit: Unit, request: Request) -> bool:
        """Whether no system was changed for it, and none will be: its steps are called off before their first act."""
        if self._lifting(unit, request):
            return False
        if request.stage in BEFORE or request.right in DISCLOSING:
            return True
        if request.stage != State.RUNNING:
            return False
        keys = [step_key(request, name, self._act(unit, request)) for name in self._lines(unit, request)]
        called_off = [self.engine.cancel(unit, key) for key in keys]  # each of them, whatever became of the others
        by_hand = any(each.outcome for each in self._tasks(unit, request))
        return all(called_off) and not by_hand

    # -- the enquiry's page -------------------------------------------------------------------------------------------

    def enquiry(self, token: str, address: str) -> Bulletin | None:
        """How far it is, for whoever has its link and knows where our letters go; None for everybody else."""
        with self.store.read() as unit:
            ticket = self._visited(unit, token, address)
            return self._bulletin(unit, ticket) if ticket else None

    def withdraw_on_page(self, token: str, address: str) -> Bulletin | None:
        """Whoever asked does not want it any more: nothing that was not begun yet is done."""
        return self._pressed(token, address, self._withdrawn)

    def disown_on_page(self, token: str, address: str) -> Bulletin | None:
        """Whoever gets the answers says “this was not me”: nothing of the ticket goes on."""
        return self._pressed(token, address, self._disowned)

    def _pressed(self, token: str, address: str, act: Callable[[Unit, Ticket], str]) -> Bulletin | None:
        with self.store.begin() as unit:
            ticket = self._visited(unit, token, address)
            if ticket is None:
                return None
            said = act(unit, unit.tickets.lock(ticket.id))
            return replace(self._bulletin(unit, unit.tickets.get(ticket.id)), answered=said)

    def _withdrawn(self, unit: Unit, ticket: Ticket) -> str:
        """The word of what became of it."""
        requests = [each for each in unit.requests.of(ticket.id) if each.state not in FINAL]
        free = [each for each in requests if each.state == State.RECEIVED or self._untouched(unit, each)]
        for each in free:
            self._take_back(unit, each)
            self.engine.cancel(unit, cool_key(each))
            self._move(unit, each, "withdraw", PERSON)
        if free:
            rights = ", ".join(str(each.right) for each in free)
            self._word(unit, ticket, "withdrew", BOT.id, what=rights)
        if not free or len(free) < len(requests):
            return "withdraw_late"
        if unit.tickets.correspondent(ticket.id).address:
            self._send(unit, ticket, "closing", {"why": "withdrawn", "since": self._today(unit.now)})
        return "withdrawn"

    def _disowned(self, unit: Unit, ticket: Ticket) -> str:
        if ticket.state != "open":
            return "disowned_late"
        return "disowned_late" if self._disown(unit, ticket) == Disowned.BEGUN else "disowned"

    def write_on_page(self, token: str, address: str, words: str) -> Bulletin | None:
        """What they typed is with the ticket as if it had come by mail: an answer, a code, or anything else."""
        with self.store.read() as unit:
            ticket = self._visited(unit, token, address)
            if ticket is None:
                return None
            if not words.strip():
                return replace(self._bulletin(unit, ticket), answered="empty")
            wrote = unit.tickets.correspondent(ticket.id)
            letters = [each for each in unit.letters.of(ticket.id) if each.sent_at and each.kind != WARNING]
        last = letters[-1].message_id if letters else ""
        subject = f"Re: {wrote.subject} ({ticket.ref})"
        self._typed(Typed(normal_address(wrote.address) or "", subject, words, wrote.name, answers=last))
        with self.store.read() as unit:
            return replace(self._bulletin(unit, unit.tickets.get(ticket.id)), answered="sent")

    def _visited(self, unit: Unit, token: str, address: str) -> Ticket | None:
        """The ticket behind the link, if this is where its letters go."""
        ticket_id, given = self._behind(ENQUIRY, token), normal_address(address)
        ticket = unit.tickets.find(ticket_id) if ticket_id and given else None
        if ticket is None or (ticket.closed_at and ticket.closed_at + SHOWN <= unit.now):
            return None
        with suppress(Purged):
            if normal_address(unit.tickets.correspondent(ticket.id).address) == given:
                return unit.tickets.goes_on_in(ticket)
        return None

    def _bulletin(self, unit: Unit, ticket: Ticket) -> Bulletin:
        requests = unit.requests.of(ticket.id)
        cooling = [each for each in requests if each.state == State.COOLING and each.right in PROPOSED]
        waiting = self._on_record(unit, ticket).waiting
        asked = [each.on for each in waiting if not each.code]
        return bulletin(
            ticket, requests, {each.id: self._here(self._begins(unit, each)) for each in cooling},
            code=ticket.identity == Identity.ASKED, question=max(asked, default=None),
        )  # fmt: skip

    def _here(self, moment: datetime | None) -> datetime | None:
        return self._local(moment) if moment else None

    # -- the form -----------------------------------------------------------------------------------------------------

    def enquire(self, typed: Typed) -> bool:
        """An enquiry is in the house as if it had come by mail. False where the address is none."""
        address = normal_address(typed.address)
        if address is None:
            return False
        self._typed(replace(typed, address=address))
        return True

    def _typed(self, typed: Typed) -> None:
        now = self.clock()
        raw = as_mail(typed, self._today(now), self.house.sender.rpartition("@")[2])
        self.receive([(Sheet(raw, now), self.reading(raw))])
