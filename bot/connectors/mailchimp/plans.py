"""Plans and proofs in counts: what a run of each right would do, and what is left of it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from bot.connectors.mailchimp.account import Account, hashed
from bot.connectors.mailchimp.block import Block
from bot.connectors.mailchimp.holdings import HELD_BACK, Contact, Ground, Held
from bot.connectors.mailchimp.tables import Copy
from bot.errors import PlanChanged, Unsupported
from bot.workflow import Act, Line, counts, difference

ADVERTISING = "Advertisements and post cards cannot be reached from outside: take the contact out of them by hand."
SHOP_MAIL = "Mails about orders and carts go out because of the shop: see there that none goes to this customer."
FURTHER = "The search names further contacts for this address: look whether they are the same person."


class Plans:
    """The plan of each right over what is held."""

    def __init__(self, account: Account, block: Block) -> None:
        self._account = account
        self._block = block
        self._name = block.name
        self._copy = Copy(account)

    def plan(self, right: str, ground: Ground, held: Held, addresses: Sequence[str]) -> list[Line]:
        """The lines of this right. Unsupported for one that has none here."""
        rights = {
            "access": self.copied,
            "portability": self.copied,
            "deletion": self.deleted,
            "correction": self._corrected,
            "restriction": self._restricted,
            "objection": self._stopped,
        }
        if right not in rights:
            raise Unsupported(f"Mailchimp has no means for {right}.")
        return [*rights[right](held), *self._hints(ground, held, addresses)]

    def copied(self, held: Held) -> list[Line]:
        """Per table of the export, its rows."""
        tables = self._copy.tables(held)
        return [Line(self._name, each.name, Act.EXPORT, len(each.rows), each.category) for each in tables]

    def deleted(self, held: Held) -> list[Line]:
        found = held.deletions().items()
        return [Line(self._name, name, Act.DELETE, count, category) for name, (count, category) in found]

    def surplus(self, held: Held, wanted: Sequence[Line]) -> list[Line]:
        """Rows that a copy would hold now, beyond those the lines counted."""
        counted = {line.place: line.count for line in wanted if line.act == Act.EXPORT}
        now = [(line, line.count - counted.get(line.place, 0)) for line in self.copied(held)]
        return [Line(self._name, line.place, Act.EXPORT, more, line.category) for line, more in now if more > 0]

    def unsilenced(self, held: Held, wanted: Sequence[Line]) -> list[Line]:
        """Contacts that do not stand as the acts of these lines say, and mails that still wait for them."""
        acts = {line.place: line.act for line in wanted}
        left = []
        for contact in held.contacts:
            act = acts.get(contact.spot.name, Act.TASK)
            tags = self._account.about(contact.spot.id, contact.id, "tags")
            tagged = any(each.get("name") == HELD_BACK for each in tags)
            as_said = {
                Act.RESTRICT: contact.silent and tagged,
                Act.STOP: contact.silent and contact.record.get("status") != "archived",
                Act.LIFT: not tagged,
            }
            if not as_said.get(act, False):
                left.append(Line(self._name, contact.spot.name, act, 1, contact.spot.words.category))
        if Act.LIFT not in acts.values():
            left += self.deleted(Held(queued=held.queued))
        return left

    def _corrected(self, held: Held) -> list[Line]:
        spots = [each.spot for each in held.contacts]
        found = [Line(self._name, spot.name, Act.CORRECT, 1, spot.words.category) for spot in spots]
        shops = [each.spot for each in held.buyers]
        return found + [Line(self._name, f"{s.name} customers", Act.CORRECT, 1, s.words.category) for s in shops]

    def _restricted(self, held: Held) -> list[Line]:
        return [*self._silenced(held, Act.RESTRICT), *self._by_hand(held)]

    def _stopped(self, held: Held) -> list[Line]:
        return [*self._silenced(held, Act.STOP), *self._by_hand(held)]

    def _silenced(self, held: Held, act: Act) -> list[Line]:
        found = [Line(self._name, each.spot.name, act, 1, each.spot.words.category) for each in held.contacts]
        waiting = self.deleted(Held(queued=held.queued))
        return found + [Line(self._name, each.place, act, each.count, each.category) for each in waiting]

    def _by_hand(self, held: Held) -> list[Line]:
        """What this interface cannot switch off."""
        found = []
        if held.contacts and self._block.advertising:
            found.append(Line(self._name, "advertisements, post cards", Act.TASK, 1, words=ADVERTISING))
        shops = dict.fromkeys(buyer.spot for buyer in held.buyers)
        return found + [Line(self._name, f"{spot.name} mails", Act.TASK, 1, words=SHOP_MAIL) for spot in shops]

    def _hints(self, ground: Ground, held: Held, addresses: Sequence[str]) -> list[Line]:
        """The search is asked as well. What it names is looked at by id first: it lags behind."""
        own = {(each.spot.id, each.id) for each in held.contacts} | {
            (spot.id, hashed(one)) for spot in ground.audiences for one in addresses
        }
        named = {each for one in addresses for each in self._account.search(one)} - own
        there = [each for each in sorted(named) if self._account.member(*each)]
        return [Line(self._name, "search", Act.TASK, len(there), words=FURTHER)] if there else []


def check_plan(wanted: Sequence[Line], there: Sequence[Line], *, begun: bool) -> None:
    """PlanChanged unless exactly the plan is there, or, once it has begun, nothing beyond it."""
    planned, now = counts(wanted), counts(there)
    beyond = any(count > planned.get(place, 0) for place, count in now.items())
    if beyond or (not begun and now != planned):
        raise PlanChanged("This is not what was approved: " + "; ".join(difference(wanted, there)))


def check_contacts(contacts: Sequence[Contact], places: AbstractSet[str]) -> None:
    """PlanChanged unless these are exactly the audiences the person is in."""
    if {each.spot.name for each in contacts} != places:
        raise PlanChanged("The person is not in the audiences any more that were approved.")
