"""What people look at: the person's words in a modal, what was put aside, a ticket, lists."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from bot import cards
from bot.cards import CardView, ClockView, Details, Mail, Quarantined, TicketLine
from bot.cards.team import Said
from bot.desk.carding import Carding, next_actor
from bot.errors import NotAllowed
from bot.intake import Verdict, asks, wishes
from bot.phrases import say
from bot.store import MailRow, Unit
from bot.tickets import Role, Ticket, check_role
from bot.workflow import Change


class Showing(Carding):
    """The verbs that look. Each look at personal data is audited."""

    # -- what was put aside ---------------------------------------------------------------------------------------

    def quarantine(self, user: str) -> list[Quarantined]:
        """The mails nobody could read and nobody has settled, oldest first; nothing personal in them."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            return [quarantined(row) for row in unit.mail.quarantined()]

    def quarantined(self, user: str, mail_id: str) -> Quarantined:
        """One of them with what can be shown of it. Audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            row = unit.mail.get(mail_id)
            unit.audit(user, "look_mail", mail=mail_id)
            raw = unit.mail.raw(mail_id)
        head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        return replace(
            quarantined(row),
            sender=header(head, b"from"),
            subject=header(head, b"subject"),
            words=body[:20_000].decode(errors="replace"),
        )  # fmt: skip

    # -- the person's words ---------------------------------------------------------------------------------------

    def details(self, user: str, ticket_id: str) -> Details:
        """What the person wrote, for this user's modal. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            ticket = unit.tickets.get(ticket_id)
            if ticket.state != "open":
                raise NotAllowed(say("card.is_closed", ref=ticket.ref))
            wrote = unit.tickets.correspondent(ticket.id)
            unit.audit(user, "look", ticket.id)
            said = self._said_beside(unit, ticket)
            rows = unit.mail.of(ticket.id)
            first = rows[0].id if rows and ticket.channel == "mail" else ""
            mails = [
                Mail(each.arrived_at, self.words(unit.mail.raw(each.id)), id=each.id)
                for each in rows if each.id != first
            ]
        return Details(
            ticket_id=ticket.id, ref=ticket.ref, received_at=ticket.received_at, language=ticket.language,
            identity=ticket.identity, address=wrote.address, name=wrote.name, subject=wrote.subject,
            words=wrote.words, mails=tuple(mails), said=said, asks=asks(wrote.subject, wrote.words),
            mail_id=first,
        )  # fmt: skip

    def whole_mail(self, user: str, mail_id: str) -> Mail:
        """A mail of a ticket as it came, with what it repeats. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            row = unit.mail.get(mail_id)
            unit.audit(user, "look_mail", row.ticket_id, mail=mail_id)
            return Mail(row.arrived_at, self.words(unit.mail.raw(mail_id)), id=row.id)

    def _said_beside(self, unit: Unit, ticket: Ticket) -> tuple[Said, ...]:
        """What the team wrote beside the ticket, oldest first."""
        found = [Said("note", each.by, each.at, each.words) for each in unit.notes.of(ticket.id)]
        found += [Said("hold", each.by, each.at, each.words) for each in unit.holds.of(ticket.id)]
        for request in unit.requests.of(ticket.id):
            found += [
                Said("refusal", each.by, each.at, "\n".join(each.words)) for each in unit.refusals.of(request.id)
            ]
        return tuple(sorted(found, key=lambda each: each.at))

    def wanted(self, user: str, ticket_id: str) -> cards.Wanted:
        """What the form of a correction is drawn from. Every look at a person's words is audited."""
        seen = self.details(user, ticket_id)
        words = "\n\n".join([seen.words, *(each.words for each in seen.mails)])
        return cards.Wanted(seen.ticket_id, seen.ref, words, wishes(words))

    def changes(self, user: str, request_id: str) -> tuple[str, list[tuple[str, Change]], str]:
        """Reference, what the planned correction sets in each system, ticket. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            request = unit.requests.get(request_id)
            ticket = unit.tickets.get(request.ticket_id)
            found = self._changes(unit, request)
            if not found:
                raise NotAllowed(say("errors.no_plan"))
            unit.audit(user, "look", ticket.id, request.id)
        return ticket.ref, [(self._label(each.system), each) for each in found], ticket.id

    def ref_of(self, user: str, ticket_id: str) -> str:
        """The reference of an open ticket."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
        if ticket.state != "open":
            raise NotAllowed(say("card.is_closed", ref=ticket.ref))
        return ticket.ref

    def ref_of_request(self, user: str, request_id: str) -> str:
        """The reference of the ticket of this request."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            return unit.tickets.get(unit.requests.get(request_id).ticket_id).ref

    def explain(self, user: str, ticket_id: str) -> tuple[tuple[str, ...], ClockView]:
        """How the date of this ticket came about, a line per step, and how its clock stands."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
            return ticket.why, self.clock_view(unit, ticket)

    # -- lists ----------------------------------------------------------------------------------------------------

    def ticket(self, user: str, ref: str) -> CardView:
        """The card of one reference; NotAllowed when there is none."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            found = unit.tickets.by_ref(ref.strip().upper())
            if found is None:
                raise NotAllowed(say("errors.no_ticket", ref=ref))
            return self.view(unit, found)

    def _rows_of(self, unit: Unit, tickets: Sequence[Ticket]) -> tuple[TicketLine, ...]:
        """The tickets as lines of a list; what they are at is read at once."""
        ids = [each.id for each in tickets]
        requests, drafted = unit.requests.of_each(ids), unit.letters.drafted(ids)
        hands = self._hands_wait(unit, chain(*requests.values()))
        return tuple(
            TicketLine(
                ticket_id=each.id, ref=each.ref, rights=each.rights, due=each.due,
                next_actor=next_actor(each, requests[each.id], asks=each.id in drafted, hands=each.id in hands),
                states=tuple(request.state for request in requests[each.id]), clock=each.clock,
            )
            for each in tickets
        )  # fmt: skip


def quarantined(row: MailRow) -> Quarantined:
    """The row without a word of the mail."""
    return Quarantined(
        id=row.id, arrived_at=row.arrived_at, size=row.size, reasons=tuple(row.reasons),
        near_miss=row.verdict == Verdict.NEAR_MISS,
    )  # fmt: skip


def header(head: bytes, name: bytes) -> str:
    """One raw header, unfolded and undecoded: this mail could not be read, so nothing clever is tried on it."""
    lines = head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n")
    found = next((line for line in lines if line.lower().startswith(name + b":")), b"")
    return found[len(name) + 1 :].strip()[:998].decode("utf-8", "replace")
