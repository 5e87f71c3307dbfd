"""Who is asking: every system is asked who it knows under the address, then a code goes to the address on file."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.desk.running import Running
from bot.engine import Job, Kind
from bot.intake import Reading, normal_address
from bot.store import Unit
from bot.tickets import BOT, MILD, PERSON, Identity, Request, State, Ticket

CODE = re.compile(r"(?<!\d)(\d{4})[ \u00a0.-]?(\d{4})(?!\d)")
NO_ADDRESS = "No e-mail address is known. Add one to the ticket and go on, or do it by hand and answer by letter."
CODES_A_MAIL = 3  # so that one mail cannot try many
ON_RECORD = {  # channel -> why nobody is asked who they are
    "watch": "erased before, at their own demand",
    "review": "an account of our own, found by the review",
}


class Identifying(Running):
    """The verbs of identity."""

    # -- locate: who is it, in each system ------------------------------------------------------------------------

    def _locate(self, unit: Unit, request: Request) -> None:
        if not unit.tickets.correspondent(request.ticket_id).address:  # a letter, a call: "" must find nobody
            self._escalate(unit, request, NO_ADDRESS)
            return
        key = f"{request.id}:locate:{request.generation}:{request.version}"
        self.engine.put(unit, "locate", key, {"request": request.id}, ticket_id=request.ticket_id)

    def _locate_call(self, job: Job) -> Mapping[str, Any]:
        """Asks every system who it knows. The answer stays in memory: the work is harmless and leaves no ledger row."""
        with self.store.read() as unit:
            address = unit.tickets.correspondent(unit.requests.get(job.args["request"]).ticket_id).address
        return self._everywhere(
            [name for name, system in self.systems.items() if not system.by_hand],
            lambda system: [{"key": each.key, "addresses": list(each.addresses)} for each in system.find([address])],
        )

    def _locate_after(self, unit: Unit, job: Job, found: Mapping[str, Any]) -> None:
        ticket, request = self._request(unit, job.args["request"])
        if request.state != State.IDENTIFYING:
            return
        crowded = [name for name, persons in found.items() if len(persons) > 1]
        if crowded:
            labels = ", ".join(self.systems[name].label for name in crowded)
            self._escalate(unit, request, f"Several people share this address in {labels}: a person has to look.")
            return
        persons = {name: persons[0] for name, persons in found.items() if persons}
        persons |= self._known_by_hand(unit, ticket)
        unit.requests.set_persons(request.id, persons)
        if not persons:
            ticket = self._identity(unit, ticket, Identity.NOBODY, "no system knows the address")
        elif request.right in MILD and ticket.identity != Identity.CONFIRMED:
            self._plan(unit, self._move(unit, request, "identified", BOT))
            return
        elif ticket.channel in ON_RECORD:
            ticket = self._identity(unit, ticket, Identity.CONFIRMED, ON_RECORD[ticket.channel])
        elif ticket.identity != Identity.CONFIRMED:
            self._ask(unit, ticket, persons)
            return
        self._identified(unit, ticket)

    # -- the code -------------------------------------------------------------------------------------------------

    def _ask(self, unit: Unit, ticket: Ticket, persons: Mapping[str, Mapping[str, Any]]) -> None:
        """A code goes to the address on file (never to a Reply-To, never to a new address; T01)."""
        wrote = normal_address(unit.tickets.correspondent(ticket.id).address)
        on_file = {normal_address(each) for person in persons.values() for each in person["addresses"]}
        if wrote is None or wrote not in on_file:
            for request in self._identifying(unit, ticket):
                self._escalate(unit, request, "The address on file is not the one that wrote: a person has to look.")
            return
        if unit.codes.live(ticket.id) is None and not self._send_code(unit, ticket, wrote):
            return
        ticket = unit.tickets.get(ticket.id)  # the question may have moved its clock
        if ticket.identity != Identity.ASKED:
            self._identity(unit, ticket, Identity.ASKED, "code to the address on file")

    def _send_code(self, unit: Unit, ticket: Ticket, address: str) -> bool:
        if unit.codes.since(ticket.id, unit.now - timedelta(days=1)) >= self.house.codes_a_day:
            for request in self._identifying(unit, ticket):
                self._escalate(unit, request, "Three codes were sent within a day and none came back.")
            return False
        digits = self.new_code()
        expires_at = unit.now + timedelta(hours=self.house.code_hours)
        keys = self.store.keys
        digest = keys.digest("code", f"{ticket.id}:{digits}")
        unit.codes.add(unit.id(), ticket.id, digest, keys.blind("address", address), expires_at)
        self._ask_by_code(unit, ticket, self._code_values(unit, ticket, digits, expires_at))
        unit.audit(BOT.id, "ask_identity", ticket.id)
        return True

    def _identifying(self, unit: Unit, ticket: Ticket) -> list[Request]:
        return [each for each in unit.requests.of(ticket.id) if each.state == State.IDENTIFYING]

    def _heard(self, unit: Unit, ticket: Ticket, reading: Reading) -> None:
        """A reply of the person: if a code was asked for and is in it, identity is confirmed."""
        if ticket.identity != Identity.ASKED:
            return
        live = unit.codes.live(ticket.id)
        if live is None:  # it has run out: the letter promised a new one for a reply
            self._send_code(unit, ticket, reading.from_address or "")
            return
        tried = list(dict.fromkeys("".join(pair) for pair in CODE.findall(reading.text)))[:CODES_A_MAIL]
        if not tried or live.tries >= self.house.code_tries:
            return
        digests = {self.store.keys.digest("code", f"{ticket.id}:{digits}") for digits in tried}
        if live.digest in digests and unit.codes.used(live.id):
            ticket = self._identity(unit, ticket, Identity.CONFIRMED, "code to the address on file")
            self._identified(unit, ticket)
            return
        tries = max(unit.codes.tried(live.id) for _ in tried)
        unit.audit(PERSON.id, "wrong_code", ticket.id, tries=tries)
        if tries >= self.house.code_tries:
            for request in self._identifying(unit, ticket):
                self._escalate(unit, request, "Five wrong codes came back: the code is void.")

    def _identity(self, unit: Unit, ticket: Ticket, identity: Identity, means: str) -> Ticket:
        changed = unit.tickets.change(ticket.id, ticket.version, identity=identity)
        assert changed is not None  # the transaction holds the ticket's row
        unit.audit(BOT.id, "identity", ticket.id, identity=identity, means=means)
        self._redraw(unit, ticket.id)
        return unit.tickets.get(ticket.id)

    def _identified(self, unit: Unit, ticket: Ticket) -> None:
        """Every request that waited for identity goes on to its plan."""
        for request in self._identifying(unit, ticket):
            if unit.requests.located(request.id):
                self._plan(unit, self._move(unit, request, "identified", BOT))

    # -- kinds ----------------------------------------------------------------------------------------------------

    def _identifying_kinds(self) -> list[Kind]:
        return [*self._running_kinds(), self._harmless("locate", self._locate_call, self._locate_after)]
