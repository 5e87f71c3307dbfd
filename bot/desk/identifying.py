"""Who is asking: every system is asked whom it knows, and the ladder says whether that is enough (`bot/identity.py`).

A code goes to an address on file, never to a Reply-To, never to one that was only claimed (TRUST T01). What was shown
counts for the rights it was shown for: whoever takes over a thread later proves nothing by what came before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.desk.planning import Planning
from bot.engine import Job, Kind
from bot.identity import Known, Rung, Step, Vouched, decide
from bot.intake import Reading, normal_address
from bot.intake.patterns import pattern
from bot.phrases import say
from bot.store import Means, Unit
from bot.store.rows import CodeRow
from bot.tickets import BOT, PERSON, UNIDENTIFIED, Correspondent, Identity, Request, State, Ticket

CODE = re.compile(r"(?<!DPE-)(?<!\d)(\d{4})[ \u00a0.-]?(\d{4})(?!\d)")
NO_ADDRESS = "reasons.no_address"
CODES_A_MAIL = 3  # so that one mail cannot try many
ON_RECORD = {  # channel -> why nobody is asked who they are
    "watch": "reasons.erased_before",
    "review": "reasons.own_account",
}
BY_CODE = "reasons.by_code"
PRESS = "reasons.press_identity"
NAMED = "reasons.named_on_file"
ELSEWHERE = "reasons.wrote_elsewhere"
_NAMES = pattern(r"[^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"']{3,250}")
_LOOKED_AT = 5  # addresses a mail names
_RANK = {Identity.UNKNOWN: 0, Identity.NOBODY: 0, Identity.ASKED: 1, Identity.VOUCHED: 2, Identity.CONFIRMED: 3}

DISOWNED = "disowned"  # among what was shown: somebody with an address on file says that it was not them


class Identifying(Planning):
    """The verbs of identity."""

    # -- locate: who is it, in each system ------------------------------------------------------------------------

    def _locate(self, unit: Unit, request: Request) -> None:
        if not self._about(unit, request.ticket_id):  # a letter, a call: "" must find nobody
            self._escalate(unit, request, say(NO_ADDRESS))
            return
        key = f"{request.id}:locate:{request.generation}:{request.version}"
        self.engine.put(unit, "locate", key, {"request": request.id}, ticket_id=request.ticket_id)

    def _about(self, unit: Unit, ticket_id: str) -> list[str]:
        """The address whose person is asked about: the one that was named as on file, else the one that wrote."""
        named = self._claimed(unit, ticket_id)
        wrote = unit.tickets.correspondent(ticket_id).address
        return [named] if named else [wrote] if wrote else []

    def _claimed(self, unit: Unit, ticket_id: str) -> str:
        """The address on file a person of the team has named last; empty where none was."""
        claims = [each for each in unit.means.of(ticket_id) if each.kind == "claim"]
        return str(unit.means.secret(claims[-1].id)) if claims else ""

    def _locate_call(self, job: Job) -> Mapping[str, Any]:
        """Asks every system who it knows. The answer stays in memory: the work is harmless and leaves no ledger row."""
        with self.store.read() as unit:
            ticket_id = unit.requests.get(job.args["request"]).ticket_id
            about, claimed = self._about(unit, ticket_id), bool(self._claimed(unit, ticket_id))
            wrote = unit.tickets.correspondent(ticket_id)
        found = self._known_as(about)
        others = [] if claimed or any(found.values()) else self._others_named(wrote)
        return {"found": found, "named": bool(others) and any(self._known_as(others).values())}

    def _known_as(self, addresses: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """System → whom it knows under these addresses."""
        return self._everywhere(
            [name for name, system in self.systems.items() if not system.by_hand],
            lambda system: [{"key": each.key, "addresses": list(each.addresses)} for each in system.find(addresses)],
        )

    def _others_named(self, wrote: Correspondent) -> list[str]:
        """Addresses the mail names beside its sender's and ours: perhaps the one on file."""
        ours = {normal_address(wrote.address), normal_address(self.house.sender), None}
        text = f"{wrote.subject} {wrote.words}"[:20_000]
        named = [normal_address(each.rstrip(".!?")) for each in _NAMES.findall(text)]
        return [each for each in dict.fromkeys(named) if each and each not in ours][:_LOOKED_AT]

    def _locate_after(self, unit: Unit, job: Job, located: Mapping[str, Any]) -> None:
        ticket, request = self._request(unit, job.args["request"])
        if request.state != State.IDENTIFYING:
            return
        found = located["found"]
        crowded = [name for name, persons in found.items() if len(persons) > 1]
        if crowded:
            labels = ", ".join(self.systems[name].label for name in crowded)
            self._escalate(unit, request, say("reasons.address_shared", labels=labels))
            return
        persons = {name: persons[0] for name, persons in found.items() if persons}
        persons |= self._known_by_hand(unit, ticket)
        unit.requests.set_persons(request.id, persons)
        if not persons and located["named"]:
            self._escalate(unit, request, say(NAMED, press=say(PRESS)))
            return
        self._judge(unit, ticket, request)

    # -- is it enough ---------------------------------------------------------------------------------------------

    def _judge(self, unit: Unit, ticket: Ticket, request: Request) -> None:
        """The request goes on if enough is known for its right; else the mildest next step is taken, or a person asked.

        The one way from `identifying` to `planning`.
        """
        step = self._step_of(unit, ticket, request)
        if step.enough:
            if _better(step.identity, ticket.identity):
                self._identity(unit, ticket, step.identity, step.why[-1])
            self._plan(unit, self._move(unit, request, "identified", BOT))
        elif step.next == Rung.CODE:
            self._ask(unit, ticket, request)
        else:
            self._escalate(unit, request, f"{' '.join(step.why)} {say(PRESS)}")

    def _step_of(self, unit: Unit, ticket: Ticket, request: Request) -> Step:
        """What the ladder says of this request now."""
        persons = unit.requests.persons(request.id)
        if ticket.channel in ON_RECORD and persons:
            return Step(True, Identity.CONFIRMED, (say(ON_RECORD[ticket.channel]),))
        wishes = unit.requests.wishes(request.id)
        return decide(request.right, self._known_of(unit, ticket, request, persons), wishes.keys())

    def _known_of(
        self, unit: Unit, ticket: Ticket, request: Request, persons: Mapping[str, Mapping[str, Any]]
    ) -> Known:
        """What is known of who asks, for the right of this request."""
        wrote = normal_address(unit.tickets.correspondent(ticket.id).address)
        on_file = addresses_of(persons)
        shown = unit.means.of(ticket.id)
        held = [each for each in shown if each.state == "held" and request.right in each.detail.get("rights", ())]
        kinds = {each.kind for each in held}
        mails = self._mails_from(unit, ticket, wrote)
        newest = mails[-1] if mails else {}
        disowned = [say("reasons.disowned")] if any(each.kind == DISOWNED for each in shown) else []
        return Known(
            located=bool(persons),
            on_file=wrote in on_file,
            reachable=bool(on_file),
            vouched=Vouched(newest.get("vouched", Vouched.NONE)),
            answered=any(each.get("answers") and each.get("vouched") == Vouched.PASS for each in mails),
            doubts=(*newest.get("doubts", ()), *disowned),
            code="code" in kinds,
            spent=self._code_alive(unit, ticket) is None and self._no_more_codes(unit, ticket),
            facts="facts" in kinds,
            wrong=sum(each.kind == "facts" and each.state == "failed" for each in shown),
            document="document" in kinds,
            agent=acts_for_another(shown, mails),
            authority="authority" in kinds,
            seconded=any(each.second_by or not self.house.four_eyes for each in held if each.kind != "code"),
        )

    def _mails_from(self, unit: Unit, ticket: Ticket, address: str | None) -> list[Mapping[str, Any]]:
        """What is known of who sent the mails of this address, oldest first."""
        blind = self.store.keys.blind("address", address) if address else None
        return [each.sender or {} for each in unit.mail.of(ticket.id) if each.sender_blind == blind]

    def _judge_all(self, unit: Unit, ticket: Ticket) -> None:
        """Every request that waits for identity is looked at again: something new is known."""
        for request in self._identifying(unit, ticket):
            if unit.requests.located(request.id):
                self._judge(unit, unit.tickets.get(ticket.id), unit.requests.get(request.id))

    # -- the code -------------------------------------------------------------------------------------------------

    def _ask(self, unit: Unit, ticket: Ticket, request: Request) -> None:
        """A code goes to the address on file: the one that wrote, or the one that was named (T01)."""
        on_file = addresses_of(unit.requests.persons(request.id))
        about = [normal_address(each) for each in self._about(unit, ticket.id)]
        if not about or about[0] is None or about[0] not in on_file:
            self._escalate(unit, request, say(ELSEWHERE, press=say(PRESS)))
            return
        if self._code_alive(unit, ticket) is None and not self._send_code(unit, ticket, about[0]):
            return
        ticket = unit.tickets.get(ticket.id)  # the question may have moved its clock
        if ticket.identity not in {Identity.ASKED, Identity.VOUCHED, Identity.CONFIRMED}:
            self._identity(unit, ticket, Identity.ASKED, say(BY_CODE))

    def _code_alive(self, unit: Unit, ticket: Ticket) -> CodeRow | None:
        """The code that may still be answered with."""
        live = unit.codes.live(ticket.id)
        return live if live and live.tries < self.house.code_tries else None

    def _no_more_codes(self, unit: Unit, ticket: Ticket) -> bool:
        return unit.codes.since(ticket.id, unit.now - timedelta(days=1)) >= self.house.codes_a_day

    def _send_code(self, unit: Unit, ticket: Ticket, address: str) -> bool:
        if self._no_more_codes(unit, ticket):
            for request in self._identifying(unit, ticket):
                self._escalate(unit, request, say("reasons.three_codes"))
            return False
        digits = self.new_code()
        expires_at = unit.now + timedelta(hours=self.house.code_hours)
        keys = self.store.keys
        digest = keys.digest("code", f"{ticket.id}:{digits}")
        rights = self._rights_asked(unit, ticket)
        unit.codes.add(unit.id(), ticket.id, digest, keys.blind("address", address), expires_at, rights)
        values = {**self._code_values(ticket, digits, expires_at), "rights": rights}
        wrote = unit.tickets.correspondent(ticket.id)
        to = None if normal_address(wrote.address) == address else Correspondent(address)
        self._ask_by_code(unit, ticket, values, to)
        unit.audit(BOT.id, "ask_identity", ticket.id, on_file=to is not None)
        return True

    def _waiting(self, unit: Unit, ticket: Ticket) -> list[Request]:
        """The requests for which it is not settled who asks."""
        return [each for each in unit.requests.of(ticket.id) if each.stage in UNIDENTIFIED]

    def _rights_asked(self, unit: Unit, ticket: Ticket) -> list[str]:
        """What was asked for and is not settled yet: a code's letter names it, and proves nothing else."""
        return [str(each.right) for each in self._waiting(unit, ticket)]

    def _identifying(self, unit: Unit, ticket: Ticket) -> list[Request]:
        return [each for each in unit.requests.of(ticket.id) if each.state == State.IDENTIFYING]

    def _heard(self, unit: Unit, ticket: Ticket, reading: Reading) -> None:
        """A reply of the person, which is on record: a code in it, or our server's word, may settle who they are."""
        if not self._identifying(unit, ticket):
            return
        live = self._code_alive(unit, ticket)
        tried = list(dict.fromkeys("".join(pair) for pair in CODE.findall(reading.text)))[:CODES_A_MAIL]
        if live and tried:
            self._tried(unit, ticket, live, tried)
        self._judge_all(unit, unit.tickets.get(ticket.id))

    def _tried(self, unit: Unit, ticket: Ticket, live: CodeRow, tried: Sequence[str]) -> None:
        """Codes came back: the right one proves what its letter named, wrong ones wear it out."""
        digests = {self.store.keys.digest("code", f"{ticket.id}:{digits}") for digits in tried}
        if live.digest in digests and unit.codes.used(live.id):
            rights = list(live.rights) or self._rights_asked(unit, ticket)
            unit.means.add(ticket.id, "code", "held", PERSON.id, {"rights": rights})
            self._verified(unit, ticket, live)
            self._identity(unit, unit.tickets.get(ticket.id), Identity.CONFIRMED, say(BY_CODE))
            return
        tries = max(unit.codes.tried(live.id) for _ in tried)
        unit.audit(PERSON.id, "wrong_code", ticket.id, tries=tries)
        if tries >= self.house.code_tries:
            for request in self._identifying(unit, ticket):
                self._escalate(unit, request, say("reasons.five_wrong"))

    def _verified(self, unit: Unit, ticket: Ticket, live: CodeRow) -> None:
        """The code went to another address on file than the one that wrote: answers go there from now on."""
        address = normal_address(self._claimed(unit, ticket.id)) or ""
        wrote = unit.tickets.correspondent(ticket.id)
        blind = self.store.keys.blind("address", address)
        if not address or live.sent_to_blind != blind or normal_address(wrote.address) == address:
            return
        now = replace(wrote, address=address, message_id="", references=(), also=(*wrote.also, wrote.address))
        unit.tickets.set_correspondent(ticket.id, now, blind)
        unit.audit(BOT.id, "verified_address", ticket.id)

    def _parties(self, unit: Unit, ticket: Ticket) -> set[str | None]:
        """Whose mails belong to this ticket: whoever wrote, and the address on file that was named."""
        wrote = unit.tickets.correspondent(ticket.id)
        return {normal_address(each) for each in (wrote.address, *wrote.also, self._claimed(unit, ticket.id))} - {None}

    def _identity(self, unit: Unit, ticket: Ticket, identity: Identity, means: str) -> Ticket:
        changed = unit.tickets.change(ticket.id, ticket.version, identity=identity)
        assert changed is not None  # the transaction holds the ticket's row
        unit.audit(BOT.id, "identity", ticket.id, identity=identity, means=means)
        self._redraw(unit, ticket.id)
        return unit.tickets.get(ticket.id)

    # -- kinds ----------------------------------------------------------------------------------------------------

    def _identifying_kinds(self) -> list[Kind]:
        return [*self._planning_kinds(), self._harmless("locate", self._locate_call, self._locate_after)]


def addresses_of(persons: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The addresses on file of these persons, in the form that is compared."""
    found = {normal_address(each) for person in persons.values() for each in person["addresses"]}
    return {each for each in found if each}


def acts_for_another(shown: Sequence[Means], mails: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the writer asks for somebody else: as a person of the team said last, else as their mails read."""
    said = [each.detail["agent"] for each in shown if each.kind == "agent"]
    return bool(said[-1] if said else any(each.get("agent") for each in mails))


def _better(new: Identity, old: Identity) -> bool:
    """Whether the ticket says this from now on: what was shown stays shown, whatever another right needs."""
    if new == Identity.NOBODY:
        return old not in {Identity.NOBODY, Identity.CONFIRMED}
    return _RANK[new] > _RANK[old]
