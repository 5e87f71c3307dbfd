"""A mail arrived: one ticket, one joined reply or one quarantine entry comes of it, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.checkpoints import checkpoint
from bot.desk.identifying import Identifying
from bot.intake import Reading, Verdict, identity_text, normal_address
from bot.law import Right
from bot.store import Unit
from bot.tickets import BOT, PERSON, Correspondent, Request, State, Ticket


class Arrived(Protocol):
    """A mail as the server gave it (`post.Arrived`)."""

    @property
    def mailbox(self) -> str: ...
    @property
    def uidvalidity(self) -> int: ...
    @property
    def uid(self) -> int: ...
    @property
    def arrived_at(self) -> datetime: ...
    @property
    def size(self) -> int: ...
    @property
    def raw(self) -> bytes: ...


TO_LOOK_AT = frozenset({Verdict.QUARANTINE, Verdict.NEAR_MISS})  # a person decides what it is


class TakenElsewhere(Exception):
    """Rolls back what this process was about to open."""


class Receiving(Identifying):
    """The verbs of the letterbox."""

    def receive(self, arrived: Arrived, reading: Reading) -> str | None:
        """The mail is in the house: the ticket's id, `mail:<id>` for a quarantine entry, None for none of our business.

        A mail taken before (same Message-ID and content, whatever its UID) changes nothing.
        """
        if reading.verdict == Verdict.MACHINE or (reading.verdict == Verdict.OTHER and not reading.references):
            return None
        identity = self.store.keys.blind("mail", identity_text(arrived.raw))
        try:
            with self.store.begin() as unit:
                return self._known(unit, identity) or self._take(unit, arrived, reading, identity)
        except TakenElsewhere:
            with self.store.read() as unit:
                return self._known(unit, identity)

    def _known(self, unit: Unit, identity: bytes) -> str | None:
        known = unit.mail.known(identity)
        return known and (known.ticket_id or f"mail:{known.id}")

    def _take(self, unit: Unit, arrived: Arrived, reading: Reading, identity: bytes) -> str | None:
        ticket_id = self._joined(unit, reading)
        if ticket_id is None and (reading.verdict in TO_LOOK_AT or reading.from_address is None):
            return self._quarantine(unit, arrived, reading, identity)
        if ticket_id is None and reading.verdict == Verdict.OTHER:
            return None
        ticket_id = ticket_id or self._open(unit, arrived, reading)
        self._keep(unit, arrived, reading, identity, ticket_id)
        checkpoint("receive.written")
        return ticket_id

    def _keep(self, unit: Unit, arrived: Arrived, reading: Reading, identity: bytes, ticket_id: str | None) -> str:
        """The mail's row, sealed under the ticket's key (or its own while it has no ticket)."""
        keys = self.store.keys
        mail_id = unit.id()
        sender = reading.from_address
        new = unit.mail.add(
            id=mail_id,
            identity=identity,
            message_id_blind=keys.blind("message-id", reading.message_id) if reading.message_id else None,
            sender_blind=keys.blind("address", sender) if sender else None,
            mailbox=arrived.mailbox,
            uidvalidity=arrived.uidvalidity,
            uid=arrived.uid,
            verdict=reading.verdict,
            ticket_id=ticket_id,
            reasons=list(reading.reasons),
            size=arrived.size,
            arrived_at=arrived.arrived_at,
            raw=arrived.raw,
        )
        if not new:
            raise TakenElsewhere
        return mail_id

    def _quarantine(self, unit: Unit, arrived: Arrived, reading: Reading, identity: bytes) -> str:
        mail_id = self._keep(unit, arrived, reading, identity, None)
        unit.audit(BOT.id, "quarantine", mail=mail_id, reasons=list(reading.reasons))
        self.engine.put(unit, "quarantine", f"quarantine:{mail_id}", {"mail": mail_id}, lane="slack-post")
        return f"mail:{mail_id}"

    def _joined(self, unit: Unit, reading: Reading) -> str | None:
        """The ticket this mail belongs to: by what it answers, else by its reference; the same person only."""
        found = self._answered(unit, reading) if reading.from_address else None
        if found is None or reading.verdict == Verdict.QUARANTINE:
            return None
        ticket = unit.tickets.lock(found.id)
        if ticket.state == "closed":  # nobody else would see what the person still has to say
            unit.tickets.change(ticket.id, ticket.version, state="open", closed_at=None, outcome=None)
            unit.audit(PERSON.id, "reopen", ticket.id)
        unit.audit(PERSON.id, "reply", ticket.id)
        self._heard(unit, ticket, reading)
        self._redraw(unit, ticket.id)
        return ticket.id

    def _answered(self, unit: Unit, reading: Reading) -> Ticket | None:
        assert reading.from_address is not None
        named = [*reading.in_reply_to, *reversed(reading.references)]
        keys = self.store.keys
        sender = keys.blind("address", reading.from_address)
        found = [row.ticket_id for row in unit.letters.by_message_ids(named)]
        found += unit.mail.tickets_of([keys.blind("message-id", each) for each in named], sender)
        tickets = [unit.tickets.get(each) for each in found]
        if reading.ref:
            tickets += [ticket for ticket in [unit.tickets.by_ref(reading.ref)] if ticket]
        return next((ticket for ticket in tickets if self._wrote(unit, ticket, reading.from_address)), None)

    def _wrote(self, unit: Unit, ticket: Ticket, address: str) -> bool:
        """Whether the ticket is this person's. A reference alone never joins a stranger (T38)."""
        return normal_address(unit.tickets.correspondent(ticket.id).address) == address

    def _open(self, unit: Unit, arrived: Arrived, reading: Reading) -> str:
        assert reading.from_address is not None
        clock = self.house.deadline(arrived.arrived_at)
        received_on = arrived.arrived_at.astimezone(ZoneInfo(self.house.zone)).date()
        ticket = Ticket(
            id=unit.id(),
            ref=unit.tickets.next_ref(received_on.year),
            channel="mail",
            received_at=arrived.arrived_at,
            received_on=received_on,
            language=reading.language,
            rights=reading.rights,
            regimes=self.house.regimes,
            unrolled=clock.unrolled,
            due=clock.due,
            why=clock.why,
            opened_at=unit.now,
        )
        sender = self.store.keys.blind("address", reading.from_address)
        first_today = self._first_today(unit, sender)
        unit.tickets.add(ticket, correspondent(reading), sender)
        unit.tickets.add_clock_event(unit.id(), ticket.id, "received", received_on, {}, BOT.id)
        self._ask_for(unit, ticket, reading.rights)
        unit.audit(
            BOT.id, "open", ticket.id,
            ref=ticket.ref, rights=list(reading.rights), due=ticket.due, unrolled=ticket.unrolled,
        )  # fmt: skip
        self.engine.put(
            unit, "card", f"card:{ticket.id}", {"ticket": ticket.id}, lane="slack-post", ticket_id=ticket.id
        )
        if first_today and not reading.automatic:
            self._acknowledge(unit, ticket)
        return ticket.id

    def _first_today(self, unit: Unit, sender: bytes) -> bool:
        """T12: at most one automatic letter a sender and day."""
        since = unit.now - timedelta(days=1)
        return not any(each.opened_at and each.opened_at > since for each in unit.tickets.open_of(sender))

    def _ask_for(self, unit: Unit, ticket: Ticket, rights: Sequence[Right]) -> None:
        for right in rights:
            unit.requests.add(Request(unit.id(), ticket.id, right, State.RECEIVED))


def correspondent(reading: Reading) -> Correspondent:
    """Who wrote and what we answer to."""
    return Correspondent(
        address=reading.from_address or "",
        name=reading.from_name,
        subject=reading.subject,
        words=reading.text,
        message_id=reading.message_id,
        references=(*reading.references[-20:], reading.message_id),
    )
