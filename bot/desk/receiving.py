"""Mail arrived: of each one ticket, one joined reply or one quarantine entry, all in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from bot.checkpoints import checkpoint
from bot.desk.forewarning import TO_READ
from bot.desk.opening import Enquiry
from bot.desk.returning import Returning, failed
from bot.desk.sorting import put_aside
from bot.intake import Reading, Verdict, identity_text, normal_address, received_at
from bot.page import PAGE
from bot.phrases import say
from bot.store import Taken, Unit
from bot.store.inbox import OF_A_RECIPIENT
from bot.tickets import BOT, PERSON, Correspondent, Ticket


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


@dataclass(frozen=True)
class Mail:
    """A mail that may concern us. `identity`: keyed hash of its Message-ID and content, never the UID."""

    arrived: Arrived
    reading: Reading
    identity: bytes
    blocked: bool = False  # its sender is

    @property
    def received_at(self) -> datetime:
        """When it reached us: what the mailbox says, or one of our servers before it."""
        return received_at(self.reading.reached, self.arrived.arrived_at)

    @property
    def answers(self) -> bool:
        """Whether it names a mail or a ticket it belongs to."""
        return bool(self.reading.in_reply_to or self.reading.references or self.reading.ref)


STRANGE = "reasons.strange_answer"
TO_LOOK_AT = frozenset({Verdict.QUARANTINE, Verdict.NEAR_MISS})  # a person decides what it is


class Receiving(Returning):
    """The verbs of the letterbox."""

    def receive(self, mails: Sequence[tuple[Arrived, Reading]]) -> list[str | None]:
        """The mails are in the house by one commit; of each the ticket's id, `mail:<id>` if in quarantine, or None.

        None is for what is none of our business. A mail taken before (same Message-ID and content, whatever its UID)
        changes nothing.
        """
        seen = [self._seen(*each) for each in mails]
        ours = {each.identity: each for each in seen if each}
        try:
            with self.store.begin() as unit:
                answers = self._take(unit, ours)
        except Taken:  # by another process, while we were at it
            if len(mails) > 1:
                return [self.receive([each])[0] for each in mails]
            with self.store.read() as unit:
                answers = self._known(unit, list(ours))
        return [answers.get(each.identity) if each else None for each in seen]

    def _seen(self, arrived: Arrived, reading: Reading) -> Mail | None:
        if reading.verdict == Verdict.MACHINE and not failed(reading):
            return None
        if reading.verdict == Verdict.OTHER and not reading.references:
            return None
        return Mail(arrived, reading, self._fingerprint(arrived))

    def became(self, mails: Sequence[tuple[Arrived, Reading]]) -> list[str | None]:
        """What was made of each when it was taken in, as `receive` answers; None for those that never were."""
        identities = [self._fingerprint(arrived) for arrived, _ in mails]
        with self.store.read() as unit:
            known = self._known(unit, identities)
        return [known.get(each) for each in identities]

    def _fingerprint(self, arrived: Arrived) -> bytes:
        """Of a mail the server lists and does not hand out nothing is known but its place."""
        place = f"{arrived.mailbox}\n{arrived.uidvalidity}\n{arrived.uid}"
        return self.store.keys.blind("mail", identity_text(arrived.raw) if arrived.raw else place)

    def _known(self, unit: Unit, identities: Sequence[bytes]) -> dict[bytes, str | None]:
        """What became of those that were taken before."""
        known = unit.mail.known(identities)
        return {identity: row.ticket_id or f"mail:{row.id}" for identity, row in known.items()}

    def _take(self, unit: Unit, mails: Mapping[bytes, Mail]) -> dict[bytes, str | None]:
        """What becomes of each. New enquiries are opened together, before a mail that may answer one of them."""
        answers = self._known(unit, list(mails))
        mails = self._sorted_out(unit, mails)
        new: list[Mail] = []
        for identity, mail in mails.items():
            if identity in answers:
                continue
            if mail.answers and new:
                answers |= self._opened(unit, new)
                new = []
            if mail.reading.verdict == Verdict.MACHINE:
                answers[identity] = self._came_back(unit, mail)
                continue
            kept = (
                self._from_recipient(unit, mail)
                or self._from_on_file(unit, mail)
                or self._joined(unit, mail)
                or self._quarantined(unit, mail)
            )
            if kept or mail.reading.verdict == Verdict.OTHER:
                answers[identity] = kept
            else:
                new.append(mail)
        return answers | self._opened(unit, new)

    def _sorted_out(self, unit: Unit, mails: Mapping[bytes, Mail]) -> dict[bytes, Mail]:
        """The same, those of blocked senders to be put aside. What answers a ticket of theirs still joins it."""
        blinds = {
            key: self.store.keys.blind("address", mail.reading.from_address)
            for key, mail in mails.items()
            if mail.reading.from_address
        }
        blocked = unit.blocks.those(set(blinds.values()))
        return {
            key: replace(mail, blocked=True) if blinds.get(key) in blocked else mail for key, mail in mails.items()
        }

    def _opened(self, unit: Unit, mails: Sequence[Mail]) -> dict[bytes, str | None]:
        if not mails:
            return {}
        tickets = self._open(unit, [self._enquiry(each) for each in mails])
        unit.mail.add_new([self._row(unit, mail, ticket.id) for mail, ticket in zip(mails, tickets, strict=True)])
        checkpoint("receive.written")
        return {mail.identity: ticket.id for mail, ticket in zip(mails, tickets, strict=True)}

    def _enquiry(self, mail: Mail) -> Enquiry:
        reached_at, reading = mail.received_at, mail.reading
        return Enquiry(
            channel=PAGE if mail.arrived.mailbox == PAGE else "mail",
            received_at=reached_at,
            received_on=self._today(reached_at),
            language=reading.language,
            rights=reading.rights,
            who=correspondent(reading),
            sender=reading.from_address or "",
            silent=reading.automatic,
        )

    def _row(self, unit: Unit, mail: Mail, ticket_id: str | None) -> dict[str, Any]:
        """The mail's row, sealed under the ticket's key (or its own while it has no ticket)."""
        keys, arrived, reading = self.store.keys, mail.arrived, mail.reading
        return {
            "id": unit.id(),
            "identity": mail.identity,
            "message_id_blind": keys.blind("message-id", reading.message_id) if reading.message_id else None,
            "sender_blind": keys.blind("address", reading.from_address) if reading.from_address else None,
            "mailbox": arrived.mailbox,
            "uidvalidity": arrived.uidvalidity,
            "uid": arrived.uid,
            "verdict": reading.verdict,
            "ticket_id": ticket_id,
            "reasons": list(reading.reasons),
            "size": arrived.size,
            "arrived_at": arrived.arrived_at,
            "sender": self._sender_of(unit, mail, ticket_id),
            "raw": arrived.raw,
        }

    def _sender_of(self, unit: Unit, mail: Mail, ticket_id: str | None) -> dict[str, Any]:
        """What is known of who sent it: what our own mail server says, and whether it answers a letter of ours to them.

        The Message-ID of our letter holds a tag nobody can guess: who names it has got that letter.
        """
        reading = mail.reading
        ours = unit.letters.by_message_ids([*reading.in_reply_to, *reading.references]) if ticket_id else []
        to = [unit.letters.content(each.id)["to"] for each in ours if each.ticket_id == ticket_id and each.sent_at]
        answers = reading.from_address in {normal_address(each) for each in to}
        return {
            "vouched": reading.vouched, "answers": answers, "doubts": list(reading.doubts), "agent": reading.agent,
        }  # fmt: skip

    def _keep(self, unit: Unit, mail: Mail, ticket_id: str | None, *, verdict: str = "") -> str:
        row = self._row(unit, mail, ticket_id)
        if verdict:
            row["verdict"] = verdict
        if not unit.mail.add(**row):
            raise Taken
        checkpoint("receive.written")
        return row["id"]

    def _quarantined(self, unit: Unit, mail: Mail) -> str | None:
        """The entry for a person to look at, where this mail needs one."""
        if mail.blocked:
            mail = replace(mail, reading=put_aside(mail.reading))
        verdict = mail.reading.verdict
        if verdict == Verdict.OTHER or (verdict not in TO_LOOK_AT and mail.reading.from_address is not None):
            return None
        mail_id = self._keep(unit, mail, None)
        unit.audit(BOT.id, "quarantine", mail=mail_id, reasons=list(mail.reading.reasons))
        self.engine.put(unit, "quarantine", f"quarantine:{mail_id}", {"mail": mail_id}, lane="slack-post")
        return f"mail:{mail_id}"

    def _came_back(self, unit: Unit, mail: Mail) -> str | None:
        """The ticket whose letter a mail server could not deliver, the report kept with it."""
        ticket = self._returned(unit, mail.reading)
        if ticket is None:
            return None
        self._keep(unit, mail, ticket.id)
        return ticket.id

    def _from_recipient(self, unit: Unit, mail: Mail) -> str | None:
        """The ticket, if somebody who was told of it answers: nothing of that is the person's, nothing opens a ticket.

        What answers a notice from another address is put aside for a person.
        """
        reading = mail.reading
        if not mail.answers or reading.from_address is None or reading.verdict == Verdict.QUARANTINE:
            return None
        notice, strange = self._notice_answered(unit, reading)
        if strange:
            aside = replace(reading, verdict=Verdict.QUARANTINE, reasons=(*reading.reasons, say(STRANGE)))
            return self._quarantined(unit, replace(mail, reading=aside))
        if notice is None:
            return None
        ticket = unit.tickets.lock(notice.ticket_id)
        mail_id = self._keep(unit, mail, ticket.id, verdict=OF_A_RECIPIENT)
        self._they_wrote(unit, notice, mail_id, mail.arrived.raw, reading)
        return ticket.id

    def _from_on_file(self, unit: Unit, mail: Mail) -> str | None:
        """The ticket, if an address on file other than the one that wrote answers the notice of its deletion.

        Whoever answers, nothing of it is deleted before a person has read the answer, as the notice says.
        """
        reading = mail.reading
        named = [*reading.in_reply_to, *reading.references]
        request = self._notice_answered_by(unit, named, reading.from_address or "")
        if request is None:
            return None
        ticket, request = self._request(unit, request.id)
        self._escalate(unit, request, say(TO_READ))
        if reading.from_address == normal_address(unit.tickets.correspondent(ticket.id).address):
            return None
        unit.audit(PERSON.id, "reply_on_file", ticket.id, request.id)
        self._word(unit, ticket, "reply_on_file", BOT.id, aloud=True)
        self._redraw(unit, ticket.id)
        self._keep(unit, mail, ticket.id)
        return ticket.id

    def _joined(self, unit: Unit, mail: Mail) -> str | None:
        """The ticket this mail belongs to: by what it answers, else by its reference; the same person only."""
        reading = mail.reading
        found = self._answered(unit, reading) if mail.answers and reading.from_address else None
        if found is None or reading.verdict == Verdict.QUARANTINE:
            return None
        ticket = unit.tickets.lock(unit.tickets.goes_on_in(found).id)
        self._reopen(unit, ticket, PERSON.id)  # nobody else would see what the person still has to say
        unit.audit(PERSON.id, "reply", ticket.id)
        arrived_on = min(self._today(mail.received_at), self._today(unit.now))
        self._answers_came(unit, unit.tickets.get(ticket.id), PERSON.id, arrived_on)  # it ends a pause of the clock
        self._keep(unit, mail, ticket.id)
        self._heard(unit, unit.tickets.get(ticket.id), reading)
        self._redraw(unit, ticket.id)
        return ticket.id

    def _answered(self, unit: Unit, reading: Reading) -> Ticket | None:
        assert reading.from_address is not None
        named = [*reading.in_reply_to, *reversed(reading.references)]
        keys = self.store.keys
        sender = keys.blind("address", reading.from_address)
        found = [row.ticket_id for row in unit.letters.by_message_ids(named)]
        found += unit.mail.tickets_of([keys.blind("message-id", each) for each in named], sender)
        tickets = [unit.tickets.get(each) for each in dict.fromkeys(found)]
        if reading.ref:
            tickets += [ticket for ticket in [unit.tickets.by_ref(reading.ref)] if ticket]
        return next((ticket for ticket in tickets if self._wrote(unit, ticket, reading.from_address)), None)

    def _wrote(self, unit: Unit, ticket: Ticket, address: str) -> bool:
        """Whether the ticket is this person's. A reference alone never joins a stranger (T38)."""
        return address in self._parties(unit, ticket)


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
