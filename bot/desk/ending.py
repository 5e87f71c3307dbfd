"""An enquiry ends without an answer, because nobody could show who asks; a complaint about us is acknowledged."""

from datetime import date, timedelta

from bot.desk.awaiting import CLOSE_DAYS
from bot.desk.identifying import Identifying
from bot.desk.recorded import IDENTITY
from bot.errors import NotAllowed
from bot.phrases import say
from bot.store import Unit
from bot.tickets import FINAL, UNIDENTIFIED, Request, Role, State, Ticket, check_role

COMPLAINTS = "uk_gdpr"  # the law that has complaints acknowledged within 30 days (Data Protection Act 2018, s. 164A)


class Ending(Identifying):
    """The verbs of letters that end something, or say that it has come."""

    def give_up(self, user: str, event: str, ticket_id: str) -> str:
        """What was done, in a sentence: the rights are withdrawn, and a letter that says so waits for its release.

        NotAllowed before the person was asked, reminded, and had the days the reminder names.
        """
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say("errors.taken")
            ticket = self._open_ticket(unit, ticket_id)
            since = self._asked_in_vain(unit, ticket)
            if since is None:
                raise NotAllowed(say("errors.not_asked_in_vain", days=CLOSE_DAYS))
            for request in self._unsettled_rights(unit, ticket):
                self._move(unit, request, "withdraw", actor)
            unit.audit(actor.id, "give_up", ticket.id)
            untouched = all(each.state != State.DONE for each in unit.requests.of(ticket.id))
            said = {"why": "unanswered", "since": since, "untouched": untouched}
            self._send(unit, ticket, "closing", said, by=actor.id)
        return say("answers.given_up")

    def complained(self, user: str, event: str, ticket_id: str, on: date) -> str:
        """What was done, in a sentence: on this day the person complained, and the letter to them waits."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say("errors.taken")
            ticket = self._open_ticket(unit, ticket_id)
            if COMPLAINTS not in ticket.regimes:
                raise NotAllowed(say("errors.no_such_complaints"))
            if not ticket.received_on <= on <= self._today(unit.now):
                raise NotAllowed(say("errors.no_day_of_a_complaint"), field="on")
            unit.audit(actor.id, "complaint", ticket.id, on=on)
            self._send(unit, ticket, "complaint_acknowledged", {"complained_on": on}, by=actor.id)
        return say("answers.complaint_taken")

    def _asked_in_vain(self, unit: Unit, ticket: Ticket) -> date | None:
        """Since when somebody was asked who they are, if they were reminded and still had not answered in time."""
        waiting = [each.on for each in self._on_record(unit, ticket).waiting if each.kind == IDENTITY]
        sent = [each.sent_at for each in unit.letters.of(ticket.id) if each.kind == "answer_reminder"]
        reminded = [each for each in sent if each]
        over = reminded and max(reminded) + timedelta(days=CLOSE_DAYS) <= unit.now
        return min(waiting) if waiting and over and self._unsettled_rights(unit, ticket) else None

    def _unsettled_rights(self, unit: Unit, ticket: Ticket) -> list[Request]:
        """The open rights, if of none of them more is known than that it was asked for."""
        open_ = [each for each in unit.requests.of(ticket.id) if each.state not in FINAL]
        return open_ if all(each.stage in UNIDENTIFIED for each in open_) else []
