"""Tickets are opened: any number in one transaction, by the same statements as one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.desk.crowding import Crowding
from bot.law import Right
from bot.store import ClockEvent, Unit
from bot.tickets import BOT, WRITTEN, Correspondent, Request, State, Ticket


@dataclass(frozen=True)
class Enquiry:
    """What is known of an enquiry that becomes a ticket."""

    channel: str  # mail, page, post, phone
    received_at: datetime
    received_on: date  # in the zone of the house
    language: str
    rights: tuple[Right, ...]
    who: Correspondent
    sender: str  # normal form of the address; empty where none is known
    silent: bool = False  # nothing is ever sent by itself: a machine wrote it, or no mail was
    by: str = BOT.id  # who opens the ticket
    detail: Mapping[str, Any] = field(default_factory=dict)  # of its receipt, for the record; nothing personal
    subjects: tuple[str, ...] = ("",)  # of each right a request for each of these

    @property
    def received(self) -> datetime | date:
        """What the clock starts with: the moment of a mail, the day that was entered of anything else."""
        return self.received_at if self.channel in WRITTEN else self.received_on


class Opening(Crowding):
    """The verbs at the beginning of the road."""

    def _open(self, unit: Unit, enquiries: Sequence[Enquiry]) -> list[Ticket]:
        """A ticket for each, with its clock, its requests, its card to be posted and its acknowledgement to be sent."""
        refs = self._refs(unit, enquiries)
        tickets = [self._ticket(unit, each, refs[each.received_on.year].pop(0)) for each in enquiries]
        senders = [self.store.keys.blind("address", each.sender) for each in enquiries]
        greeted = self._greeted(unit, enquiries, senders)
        unit.tickets.add(*zip(tickets, [each.who for each in enquiries], senders, strict=True))
        unit.tickets.add_clock_events([
            ClockEvent(unit.id(), ticket.id, "received", each.received_on, each.detail, each.by, unit.now)
            for ticket, each in zip(tickets, enquiries, strict=True)
        ])  # fmt: skip
        asked = [
            Request(unit.id(), ticket.id, right, State.RECEIVED, subject=subject)
            for ticket, each in zip(tickets, enquiries, strict=True)
            for right in each.rights
            for subject in each.subjects
        ]
        if asked:
            unit.requests.add(*asked)
        for ticket, each in zip(tickets, enquiries, strict=True):
            unit.audit(
                each.by, "open", ticket.id, ref=ticket.ref, rights=list(ticket.rights), due=ticket.due,
                unrolled=ticket.unrolled, channel=each.channel, **each.detail,
            )  # fmt: skip
        self.engine.put_each(unit, "card", [each.id for each in tickets], lane="slack-post")
        self._crowd(unit)
        self._acknowledge(unit, [ticket for ticket, known in zip(tickets, greeted, strict=True) if not known])
        return tickets

    def _refs(self, unit: Unit, enquiries: Sequence[Enquiry]) -> dict[int, list[str]]:
        years = Counter(each.received_on.year for each in enquiries)
        return {year: unit.tickets.next_refs(year, count) for year, count in years.items()}

    def _ticket(self, unit: Unit, enquiry: Enquiry, ref: str) -> Ticket:
        clock = self.house.deadline(enquiry.received)
        return Ticket(
            id=unit.id(),
            ref=ref,
            channel=enquiry.channel,
            received_at=enquiry.received_at,
            received_on=enquiry.received_on,
            language=enquiry.language,
            rights=enquiry.rights,
            regimes=self.house.regimes,
            unrolled=clock.unrolled,
            due=clock.due,
            why=clock.why,
            extension_notice_by=clock.extension_notice_by,
            clock=clock.state,
            rules=self.house.rules,
            opened_at=unit.now,
        )

    def _greeted(self, unit: Unit, enquiries: Sequence[Enquiry], senders: Sequence[bytes]) -> list[bool]:
        """Whether no acknowledgement goes out: at most one a sender and day, two a week, none to machines (T12)."""
        lately = unit.tickets.senders_since(set(senders), unit.now - timedelta(days=1))
        lately |= unit.tickets.senders_often(set(senders), unit.now - timedelta(days=7), 2)
        greeted: list[bool] = []
        for enquiry, sender in zip(enquiries, senders, strict=True):
            greeted.append(enquiry.silent or not enquiry.sender or sender in lately)
            lately.add(sender)
        return greeted
