"""Two tickets of one person become one; one mail about several things, or of several people, becomes two tickets."""

from collections.abc import Sequence
from dataclasses import replace

from bot.desk.opening import Enquiry, Opening
from bot.errors import NotAllowed
from bot.intake import normal_address
from bot.law import Right
from bot.phrases import named, say
from bot.store import Unit
from bot.tickets import FINAL, Correspondent, Request, Role, State, Ticket, check_role


class Joining(Opening):
    """The verbs of joining and parting."""

    def merge(self, user: str, event: str, ticket_id: str, ref: str) -> Ticket | None:
        """The older of the two, which goes on with the rights and mails of both; None for a second delivery.

        The earlier date counts for all of it. Only tickets of one address can be joined: else one person's data could
        come to another (T01). NotAllowed where work on a right of the younger one has begun.
        """
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return None
            other = unit.tickets.by_ref(ref.strip().upper())
            if other is None or other.id == ticket_id:
                raise NotAllowed(say("errors.no_other_ticket"), field="ref")
            both = [self._open_ticket(unit, each) for each in sorted({ticket_id, other.id})]
            older, younger = sorted(both, key=lambda each: (each.received_on, each.ref))
            self._check_same(unit, older, younger)
            rights = self._taken_over(unit, older, younger, user)
            for mail in unit.mail.of(younger.id):
                unit.mail.adopt(mail.id, older.id)
            older = unit.tickets.get(older.id)
            unit.tickets.change(older.id, older.version, rights=(*older.rights, *rights))
            younger = unit.tickets.get(younger.id)
            unit.tickets.change(
                younger.id, younger.version, state="closed", outcome=say("reasons.goes_on_in", ref=older.ref),
                closed_at=unit.now,
                merged_into=older.id,
            )  # fmt: skip
            unit.audit(user, "merge", older.id, ref=younger.ref)
            unit.audit(user, "merged", younger.id, ref=older.ref)
            self._word(unit, older, "merge", user, to=younger.ref)
            self._word(unit, younger, "merged", user, to=older.ref)
            self._redraw(unit, older.id)
            self._redraw(unit, younger.id)
            return unit.tickets.get(older.id)

    def _check_same(self, unit: Unit, older: Ticket, younger: Ticket) -> None:
        one, two = (normal_address(unit.tickets.correspondent(each.id).address) for each in (older, younger))
        if one is None or one != two:
            raise NotAllowed(say("errors.not_one_address"), field="ref")
        for request in unit.requests.of(younger.id):
            if request.state not in FINAL and request.state != State.RECEIVED:
                told = say("errors.begun_there", ref=younger.ref, right=named("right", request.right))
                raise NotAllowed(told, field="ref")
        if unit.letters.drafts(younger.id):
            raise NotAllowed(say("errors.letter_waits_there", ref=younger.ref), field="ref")
        if unit.notices.any_open(younger.id):
            raise NotAllowed(say("errors.recipients_there", ref=younger.ref), field="ref")

    def _taken_over(self, unit: Unit, older: Ticket, younger: Ticket, user: str) -> list[Right]:
        """The rights the older one did not have yet; the younger one has none open any more."""
        known = {each.right for each in unit.requests.of(older.id)}
        new = [each for each in unit.requests.of(younger.id) if each.state == State.RECEIVED]
        for request in new:
            self._move(unit, request, "withdraw", self.actor(user))
        rights = [each.right for each in new if each.right not in known]
        if rights:
            unit.requests.add(*(Request(unit.id(), older.id, right, State.RECEIVED) for right in rights))
        return rights

    def split(
        self, user: str, event: str, ticket_id: str, rights: Sequence[Right], address: str = "", name: str = ""
    ) -> Ticket | None:
        """A ticket of its own, with the clock of the mail it came with; None for a second delivery.

        Of the same person the rights move; of another person named in the mail (`address`) they are asked for once
        more, and who that is has to be shown as ever. Nothing is sent by itself.
        """
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        if not rights:
            raise NotAllowed(say("errors.mark_some"), field="rights")
        found = normal_address(address) if address.strip() else None
        if address.strip() and found is None:
            raise NotAllowed(say("errors.no_address"), field="address")
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return None
            ticket = self._open_ticket(unit, ticket_id)
            wrote = unit.tickets.correspondent(ticket.id)
            other = found is not None and found != normal_address(wrote.address)
            if not other:
                self._give_away(unit, ticket, rights, user)
            (new,) = self._open(unit, [self._part(user, ticket, wrote, rights, found if other else None, name)])
            unit.audit(user, "split", ticket.id, ref=new.ref)
            self._word(unit, ticket, "split", user, to=new.ref)
            self._redraw(unit, ticket.id)
            return new

    def _give_away(self, unit: Unit, ticket: Ticket, rights: Sequence[Right], user: str) -> None:
        """These rights are not this ticket's any more. NotAllowed where one has begun, or nothing would be left."""
        requests = {each.right: each for each in unit.requests.of(ticket.id)}
        for right in rights:
            if right not in requests or requests[right].state != State.RECEIVED:
                raise NotAllowed(say("errors.begun_or_unasked", right=right), field="rights")
        if not any(each.right not in rights and each.state not in FINAL for each in requests.values()):
            raise NotAllowed(say("errors.leave_one_right"), field="rights")
        for right in rights:
            self._move(unit, requests[right], "withdraw", self.actor(user))
        now = unit.tickets.get(ticket.id)
        unit.tickets.change(now.id, now.version, rights=tuple(each for each in now.rights if each not in rights))

    def _part(
        self, user: str, ticket: Ticket, wrote: Correspondent, rights: Sequence[Right], address: str | None, name: str
    ) -> Enquiry:
        who = wrote
        if address is not None:  # not their mail: nothing of ours may look like an answer to it
            who = replace(wrote, address=address, name=name.strip(), message_id="", references=())
        return Enquiry(
            channel=ticket.channel, received_at=ticket.received_at, received_on=ticket.received_on,
            language=ticket.language, rights=tuple(rights), who=who, sender=normal_address(who.address) or "",
            silent=True, by=user, detail={"part_of": ticket.ref},
        )  # fmt: skip
