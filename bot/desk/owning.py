"""Who looks after a ticket: taken, given to somebody, handed over. Reminders go to the owner."""

from bot.desk.wording import Wording
from bot.errors import NotAllowed
from bot.phrases import say
from bot.tickets import Role, check_role


class Owning(Wording):
    """The verbs of ownership. A ticket has one owner, always somebody who may handle it."""

    def take(self, user: str, event: str, ticket_id: str) -> None:
        """The ticket that nobody looked after is this user's."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = self._open_ticket(unit, ticket_id)
            if ticket.owner == user:
                raise NotAllowed(say("errors.yours_already"))
            if ticket.owner is not None:
                raise NotAllowed(say("errors.somebody_elses", owner=ticket.owner))
            unit.tickets.own(ticket.id, user)
            unit.audit(actor.id, "take", ticket.id)
            self._word(unit, ticket, "take", user)
            self._redraw(unit, ticket.id)

    def assign(self, user: str, event: str, ticket_id: str, to: str) -> None:
        """The ticket is looked after by `to` from now on. They are named in its thread, which tells them.

        NotAllowed, naming the field, where they may not handle enquiries.
        """
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        if not self.handles(to):
            told = say("errors.may_not_handle")
            raise NotAllowed(told, field="to")
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = self._open_ticket(unit, ticket_id)
            if ticket.owner == to:
                raise NotAllowed(say("errors.theirs_already"), field="to")
            verb = "hand_over" if ticket.owner == user else "take" if to == user else "assign"
            unit.tickets.change(ticket.id, ticket.version, owner=to)
            unit.audit(actor.id, verb, ticket.id, owner=[ticket.owner, to])
            self._word(unit, ticket, verb, user, to=to)
            self._redraw(unit, ticket.id)

    def check_handler(self, user: str) -> None:
        """Nothing, if this user may handle enquiries; NotAllowed otherwise."""
        check_role(self.actor(user), Role.HANDLER)

    def handles(self, user: str) -> bool:
        """Whether this user may handle enquiries."""
        return bool(self.actor(user).roles & {Role.HANDLER, Role.ADMIN})
