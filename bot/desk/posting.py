"""What people bring on its way: letters on paper, and the passphrase of a copy that goes by mail."""


from bot.desk.choosing import Choosing
from bot.desk.packing import ZIP
from bot.errors import NotAllowed, TooLate
from bot.phrases import say
from bot.store.letters import PAPER
from bot.tickets import Role, check_role


class Posting(Choosing):
    """The verbs of whoever has to print and post a letter."""

    def paper(self, user: str, ref: str, window: str) -> tuple[str, bytes]:
        """(kind, PDF) of the oldest letter of this ticket that has to be posted. Printing is audited; twice is no harm.

        NotAllowed where none waits, or where the typesetter is not installed.
        """
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            ticket = unit.tickets.by_ref(ref.strip().upper())
            if ticket is None:
                raise NotAllowed(say("errors.no_ticket", ref=ref))
            waiting = unit.letters.to_post(ticket.id)
            if not waiting:
                raise NotAllowed(say("errors.nothing_to_print", ref=ticket.ref))
            letter = waiting[0]
            printed = self.writer.paper(
                unit.letters.content(letter.id), language=letter.language, company=self.house.policy["company"],
                window=window, made_at=self._local(unit.now),
            )  # fmt: skip
            unit.audit(user, "print", ticket.id, letter.request_id, letter=letter.kind, id=letter.id)
        return letter.kind, printed

    def posted(self, user: str, event: str, letter_id: str) -> None:
        """The letter is in the post, by this user's word; what it answers is answered today."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            unit.tickets.lock(unit.letters.get(letter_id).ticket_id)
            letter = unit.letters.get(letter_id)
            if letter.medium != PAPER or not letter.released_at:
                raise NotAllowed(say("errors.not_posted_by_hand"))
            if letter.sent_at:
                raise TooLate(say("errors.posted_already"))
            self._left(unit, letter, user)

    # -- the passphrase -----------------------------------------------------------------------------------------------

    def passphrase(self, user: str, package_id: str) -> tuple[str, str, str]:
        """(reference, file, passphrase) of a locked package, for this user's modal. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            package = unit.packages.get(package_id)
            phrase = unit.packages.passphrase(package.id)
            if not phrase:
                raise NotAllowed(say("errors.passphrase_gone"))
            unit.audit(user, "passphrase", package.ticket_id, package.request_id, package=package.id)
            return unit.tickets.get(package.ticket_id).ref, f"{package.name}{ZIP}", phrase

    def passphrase_told(self, user: str, event: str, package_id: str) -> None:
        """The person knows the passphrase, by this user's word; we keep it no longer."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            package = unit.packages.get(package_id)
            unit.tickets.lock(package.ticket_id)
            if not unit.packages.told(package.id):
                raise TooLate(say("errors.passphrase_told"))
            unit.audit(user, "passphrase_told", package.ticket_id, package.request_id, package=package.id)
            self._redraw(unit, package.ticket_id)
