"""What a person says of a mail or a ticket: it is no enquiry, it is one, or nobody wants to hear of this sender."""

from collections.abc import Sequence
from dataclasses import replace

from bot.cards.more import WHY
from bot.cards.team import MailForm
from bot.desk.opening import Enquiry, Opening
from bot.desk.refusing import BEFORE
from bot.desk.writing import paragraphs
from bot.errors import NotAllowed, TooLate
from bot.intake import Reading, Verdict, asks, normal_address, received_at
from bot.law import Right
from bot.phrases import named, say
from bot.store import Blocked, MailRow, Unit
from bot.tickets import FINAL, Correspondent, Request, Role, Ticket, check_role

SHOWN = 20_000  # characters of a mail


class Sorting(Opening):
    """The verbs of sorting. Nothing is lost by any of them: a mistake can be taken back."""

    def not_enquiry(
        self, user: str, event: str, ticket_id: str, why: str, *, letter: bool = False, words: Sequence[str] = ()
    ) -> str:
        """What was done, in a sentence: the ticket is closed without any look into the systems.

        With `letter` the person is told, in these words of ours besides. If they write again, it is open again.
        """
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        if why not in WHY:
            raise NotAllowed(say("errors.choose_reason"), field="why")
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say("errors.taken")
            ticket = self._open_ticket(unit, ticket_id)
            for request in unit.requests.of(ticket.id):
                self._drop(unit, request, user)
            for each in unit.letters.drafts(ticket.id):
                self._drop_draft(unit, each, user)
            if letter:
                self._send(unit, ticket, "not_an_enquiry", {"words_of_ours": paragraphs(words)}, by=user)
            ticket = unit.tickets.get(ticket.id)
            unit.tickets.change(
                ticket.id,
                ticket.version,
                state="closed",
                outcome=say("reasons.no_enquiry"),
                closed_at=unit.now,
                owner=user,
            )
            unit.audit(user, "not_enquiry", ticket.id, why=why, letter=letter)
            self._redraw(unit, ticket.id)
        told = say("answers.person_told") if letter else say("answers.nobody_told")
        return say("answers.closed_no_enquiry", ref=ticket.ref, told=told)

    def _drop(self, unit: Unit, request: Request, user: str) -> None:
        """A right nobody asked for, after all. NotAllowed once its work has begun."""
        if request.state in FINAL:
            return
        if request.stage not in BEFORE:
            right, who = named("right", request.right), self._by_whom(unit, request)
            raise TooLate(say("errors.right_begun", right=right, who=who))
        self._drop_plan(unit, request, user)
        self._move(unit, request, "withdraw", self.actor(user))

    # -- senders --------------------------------------------------------------------------------------------------

    def block(self, user: str, event: str, ticket_id: str) -> None:
        """New mails of this sender are put aside for a person, unanswered. Replies to a ticket of theirs join it."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = unit.tickets.lock(ticket_id)
            if not unit.blocks.add(self._sender(unit, ticket), ticket.id, user):
                raise TooLate(say("errors.blocked_already"))
            unit.audit(user, "block", ticket.id)
            self._word(unit, ticket, "block", user)

    def unblock(self, user: str, event: str, block_id: str) -> None:
        """Mails of this sender come in as ever. What was put aside meanwhile stays there until somebody looks."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if unit.events.first(event):
                if not unit.blocks.remove(block_id):
                    raise TooLate(say("errors.unblocked_already"))
                unit.audit(user, "unblock", id=block_id)

    def blocked(self, user: str) -> list[Blocked]:
        """Who is blocked, newest first, by the ticket it was set on: the list names nobody."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            return unit.blocks.all()

    def _sender(self, unit: Unit, ticket: Ticket) -> bytes:
        address = normal_address(unit.tickets.correspondent(ticket.id).address)
        if address is None:
            raise NotAllowed(say("errors.nobody_to_block", ref=ticket.ref))
        return self.store.keys.blind("address", address)

    # -- mails that were put aside --------------------------------------------------------------------------------

    def mail_form(self, user: str, mail_id: str) -> MailForm:
        """The mail with what a ticket of it would begin with, for this user's modal. Audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            row = self._waiting_mail(unit, mail_id)
            unit.audit(user, "look_mail", mail=mail_id)
            raw = unit.mail.raw(mail_id)
        reading = self._read_mail(raw)
        return MailForm(
            id=row.id, arrived_at=row.arrived_at, received_on=self._today(received_at(reading.reached, row.arrived_at)),
            reasons=row.reasons, near_miss=row.verdict == Verdict.NEAR_MISS, rights=reading.rights,
            language=reading.language, address=reading.origin_address or reading.from_address or "",
            name=reading.origin_name if reading.origin_address else reading.from_name,
            subject=reading.subject, words=reading.text[:SHOWN], asks=asks(reading.subject, reading.text),
        )  # fmt: skip

    def open_mail(
        self, user: str, event: str, mail_id: str, address: str, rights: Sequence[Right], language: str, name: str = ""
    ) -> Ticket | None:
        """The mail is an enquiry: a ticket, with the clock from the day it came; None for a second delivery.

        NotAllowed, naming the field, where the address is none; TooLate where somebody has dealt with the mail.
        """
        check_role(self.actor(user), Role.HANDLER)
        found = normal_address(address)
        if found is None:
            raise NotAllowed(say("errors.no_address"), field="address")
        with self.store.read() as unit:
            raw = unit.mail.raw(mail_id)
        reading = self._read_mail(raw)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return None
            row = self._waiting_mail(unit, mail_id)
            if not unit.mail.settle(mail_id, user):  # somebody was faster since it was read
                raise self._dealt(unit.mail.get(mail_id))
            (ticket,) = self._open(unit, [self._of_mail(user, row, reading, found, rights, language, name)])
            unit.mail.adopt(mail_id, ticket.id)
            unit.audit(user, "open_mail", ticket.id, mail=mail_id)
            self.engine.put(unit, "quarantine_redraw", f"quarantine_redraw:{mail_id}:{unit.id()}", {"mail": mail_id})
            return ticket

    def _of_mail(
        self, user: str, row: MailRow, reading: Reading, address: str, rights: Sequence[Right], language: str, name: str
    ) -> Enquiry:
        """The same person's mail is acknowledged as any other; to an address a person typed nothing goes by itself."""
        reached_at = received_at(reading.reached, row.arrived_at)
        same = reading.from_address == address
        known = reading.from_name if same else reading.origin_name
        who = Correspondent(
            address=address, name=name.strip() or known, subject=reading.subject, words=reading.text,
            message_id=reading.message_id if same else "",
            references=(*reading.references[-20:], reading.message_id) if same and reading.message_id else (),
        )  # fmt: skip
        return Enquiry(
            channel="mail", received_at=reached_at, received_on=self._today(reached_at), language=language,
            rights=tuple(rights), who=who, sender=address, silent=reading.automatic or not same, by=user,
        )  # fmt: skip

    def look_again(self, user: str, event: str, mail_id: str) -> None:
        """What was called none may be one after all: it waits for somebody again. TooLate once it is a ticket."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            if not unit.mail.unsettle(mail_id):
                self._waiting_mail(unit, mail_id)  # says who was faster; nothing is wrong where it waits already
                return
            unit.audit(user, "look_again", mail=mail_id)
            key = f"quarantine_redraw:{mail_id}:{unit.id()}"
            self.engine.put(unit, "quarantine_redraw", key, {"mail": mail_id})

    def _waiting_mail(self, unit: Unit, mail_id: str) -> MailRow:
        row = unit.mail.get(mail_id)
        if row.settled_at is not None or row.ticket_id is not None:
            raise self._dealt(row)
        return row

    def _dealt(self, row: MailRow) -> TooLate:
        who = f"<@{row.settled_by}>" if row.settled_by else say("frame.the_bot")
        return TooLate(say("errors.mail_dealt", who=who))

    def _read_mail(self, raw: bytes) -> Reading:
        """The mail under limits. What cannot be read safely has its raw text for words."""
        reading = self.reading(raw)
        if reading.text.strip():
            return reading
        _, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        return replace(reading, text=body[:SHOWN].decode(errors="replace"))


def put_aside(reading: Reading) -> Reading:
    """The reading of a mail whose sender is blocked: a person looks, nothing opens and nobody is answered."""
    return replace(reading, verdict=Verdict.QUARANTINE, reasons=(*reading.reasons, say("reasons.sender_blocked")))
