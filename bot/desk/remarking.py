"""What people add to a ticket: notes that only the Details show, and legal holds that stop every destructive step."""

from bot.desk.forewarning import cool_key
from bot.desk.identifying import Identifying
from bot.errors import NotAllowed
from bot.intake import normal_address
from bot.phrases import say
from bot.store import Unit
from bot.tickets import BOT, PROPOSED, Role, State, Ticket, check_role

LONGEST = 2000  # characters


class Remarking(Identifying):
    """The verbs of notes and holds. Their words are sealed: they may be about the person."""

    def note(self, user: str, event: str, ticket_id: str, words: str) -> None:
        """The note stands beside the ticket, for whoever opens its Details. Closed tickets take notes, too."""
        check_role(self.actor(user), Role.HANDLER)
        said = _said(words, say("errors.write_something"))
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = unit.tickets.lock(ticket_id)
            note_id = unit.notes.add(ticket.id, user, said)
            unit.audit(user, "note", ticket.id, id=note_id)
            self._word(unit, ticket, "note", user)

    def hold(self, user: str, event: str, ticket_id: str, words: str) -> None:
        """Nothing about this person is destroyed from now on, whatever was approved, in any ticket of their address."""
        check_role(self.actor(user), Role.HANDLER)
        said = _said(words, say("errors.say_why_hold"))
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = self._open_ticket(unit, ticket_id)
            if holds := unit.holds.of(ticket.id):
                raise NotAllowed(say("errors.hold_already", by=holds[0].by, ref=holds[0].ref))
            address = normal_address(unit.tickets.correspondent(ticket.id).address)
            blind = self.store.keys.blind("address", address) if address else None
            hold_id = unit.holds.add(ticket.id, blind, user, said)
            unit.audit(user, "hold", ticket.id, id=hold_id)
            self._word(unit, ticket, "hold", user)
            self._halt(unit, ticket)
            self._redraw(unit, ticket.id)

    def lift_hold(self, user: str, event: str, ticket_id: str) -> None:
        """The hold is over: what was approved waits for “Try again”. Needs another person than the one who set it."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = unit.tickets.lock(ticket_id)
            holds = unit.holds.of(ticket.id)
            if not holds:
                raise NotAllowed(say("errors.no_hold"))
            for each in holds:
                if self.house.four_eyes and each.by == user:
                    raise NotAllowed(say("errors.own_hold"))
                unit.holds.lift(each.id, user)
                unit.audit(user, "lift_hold", each.ticket_id, id=each.id)
            self._word(unit, ticket, "lift_hold", user)
            self._redraw(unit, ticket.id)

    def _halt(self, unit: Unit, ticket: Ticket) -> None:
        """What waits for the end of its cooling time waits for a person instead, and the card says why."""
        from_now = say("reasons.hold_on")
        for request in unit.requests.of(ticket.id):
            if request.state == State.COOLING and request.right in PROPOSED:
                self.engine.cancel(unit, cool_key(request))
                unit.audit(BOT.id, "halt", ticket.id, request.id)
                self._escalate(unit, request, say("reasons.hold_then", hold=from_now))


def _said(words: str, empty: str) -> str:
    said = words.strip()
    if not said:
        raise NotAllowed(empty, field="words")
    if len(said) > LONGEST:
        raise NotAllowed(say("errors.at_most_characters", longest=LONGEST), field="words")
    return said
