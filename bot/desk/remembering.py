"""Erased stays erased: a run writes into the ledger whom it erases, before it destroys anything."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.checkpoints import checkpoint
from bot.desk.correcting import Correcting
from bot.desk.office import System
from bot.law import Right
from bot.store import Unit
from bot.tickets import BOT, Request

OTHERS = "others"  # in a proof: who else has one of the addresses


class Remembering(Correcting):
    """What a run of an erasure says to the ledger. Of any other right: nothing."""

    def _remember(self, unit: Unit, request: Request) -> None:
        """Every address on file in every system, and that of whoever wrote, stands in the ledger. The run may begin."""
        if request.right != Right.DELETION:
            return
        ticket = unit.tickets.get(request.ticket_id)
        addresses = {unit.tickets.correspondent(ticket.id).address}
        for person in self._persons(unit, request.id).values():
            addresses.update(person.addresses)
        count = unit.ledger.enter(request.id, ticket.ref, addresses)
        unit.audit(BOT.id, "ledger", ticket.id, request.id, addresses=count)
        checkpoint("ledger.written")

    def _take_back(self, unit: Unit, request: Request) -> None:
        """Nothing was destroyed, and this run destroys nothing any more: it has erased nobody."""
        if request.right != Right.DELETION:
            return
        if count := unit.ledger.take_back(request.ticket_id, request.id):
            unit.audit(BOT.id, "ledger_back", request.ticket_id, request.id, addresses=count)

    def _others(self, system: System, right: Right, person: Any, addresses: Sequence[str]) -> list[list[str]]:
        """Hash of the address and of whoever has it in this system although the proof holds: other people."""
        if right != Right.DELETION:
            return []
        found = [each for each in system.find(addresses) if each.key != person.key]
        with self.store.read() as unit:
            return [
                [unit.ledger.hash(address).hex(), unit.sightings.who(system.name, each.key).hex()]
                for each in found
                for address in each.addresses
            ]

    def _other(self, unit: Unit, request: Request, system: str, proof: Mapping[str, Any]) -> None:
        """Whoever else was there at the proof is nobody who came back."""
        for mark, who in proof.get(OTHERS, ()):
            if unit.ledger.entered(request.id, bytes.fromhex(mark)):
                unit.sightings.note(bytes.fromhex(mark), system, bytes.fromhex(who), known=True)

    def _watch_for(self, unit: Unit, request: Request) -> None:
        """The proof holds everywhere: from now on these addresses are watched for. Where it was refused they stay."""
        if request.right == Right.DELETION:
            unit.ledger.proved(request.id)
            persons = self._persons(unit, request.id)
            for name in unit.refusals.left_out(request.id) & persons.keys():
                for mark in {unit.ledger.hash(each) for each in persons[name].addresses}:
                    unit.sightings.note(mark, name, unit.sightings.who(name, persons[name].key), known=True)
            for alarm_id in unit.sightings.over(request.id):
                self._redraw_alarm(unit, alarm_id)

    def _redraw_alarm(self, unit: Unit, alarm_id: str) -> None:
        """The message will show what became of what it told."""
        key = f"alarm_redraw:{alarm_id}:{unit.id()}"
        self.engine.put(unit, "alarm_redraw", key, {"alarm": alarm_id}, lane=f"card:{alarm_id}")
