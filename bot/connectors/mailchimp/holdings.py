"""What Mailchimp holds of one person: a contact per audience, a customer per shop, mails waiting in automations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.connectors.mailchimp.account import Account, Record, hashed, normal
from bot.connectors.mailchimp.block import Block, Place, Words
from bot.errors import Refused, Temporary

# Nothing is sent to these by itself: they have said no, their mailbox is gone, or the company has put them away.
SILENT = {"unsubscribed", "cleaned", "archived"}
HELD_BACK = "processing restricted (GDPR 18)"  # the tag that tells people and imports to leave the contact alone


@dataclass(frozen=True)
class Spot:
    """One audience or shop of the account, with what the block says of it."""

    id: str
    name: str  # of the place in plans and packages: the block's word for it, or what it is called at Mailchimp
    title: str  # as it is called there now
    words: Words


@dataclass(frozen=True)
class Ground:
    """The account's audiences and shops at this moment."""

    audiences: tuple[Spot, ...]
    shops: tuple[Spot, ...]

    def audience(self, name: str) -> Spot | None:
        return next((each for each in self.audiences if each.name == name), None)

    def shop(self, name: str) -> Spot | None:
        return next((each for each in self.shops if each.name == name), None)


@dataclass(frozen=True)
class Contact:
    """The person in one audience."""

    spot: Spot
    record: Record = field(repr=False)

    @property
    def id(self) -> str:
        return self.record["id"]

    @property
    def silent(self) -> bool:
        """No campaign reaches them, and they have not agreed to anything."""
        permissions = self.record.get("marketing_permissions") or []
        return self.record.get("status") in SILENT and not any(each.get("enabled") for each in permissions)


@dataclass(frozen=True)
class Buyer:
    """The person as a customer of one shop."""

    spot: Spot
    record: Record = field(repr=False)
    orders: tuple[Record, ...] = field(repr=False)

    @property
    def id(self) -> str:
        return self.record["id"]


@dataclass(frozen=True)
class Held:
    contacts: tuple[Contact, ...] = ()
    buyers: tuple[Buyer, ...] = ()
    carts: tuple[tuple[Spot, str], ...] = ()  # shop and id
    queued: tuple[tuple[Spot, Record], ...] = field(default=(), repr=False)  # the spot of an automation

    def deletions(self) -> dict[str, tuple[int, str]]:
        """Place → how much of it goes, and its category."""
        found: dict[str, tuple[int, str]] = {}
        for name, category in self._places():
            found[name] = (found.get(name, (0, ""))[0] + 1, category)
        return found

    def _places(self) -> Iterable[tuple[str, str]]:
        for spot, _ in self.carts:
            yield f"{spot.name} carts", spot.words.category
        for buyer in self.buyers:
            yield from ((f"{buyer.spot.name} orders", buyer.spot.words.category) for _ in buyer.orders)
            yield f"{buyer.spot.name} customers", buyer.spot.words.category
        for spot, _ in self.queued:
            yield spot.name, spot.words.category
        for contact in self.contacts:
            yield contact.spot.name, contact.spot.words.category


class Holdings:
    """Looks for one person everywhere in the account."""

    def __init__(self, account: Account, block: Block) -> None:
        self._account = account
        self._block = block

    def ground(self) -> Ground:
        """What there is to search. Refused when a place the block names is gone, Temporary when nothing is there."""
        audiences, shops = self._account.client.each([self._account.audiences, self._account.shops])
        if not audiences:
            raise Temporary("Mailchimp: the account shows no audience at all.")
        missing = self.missing(audiences, shops)
        if missing:
            raise Refused(f"Mailchimp: {missing[0]}")
        return Ground(
            _spots(audiences, self._block.audiences, self._block),
            _spots(shops, self._block.shops, self._block.shop.over(self._block)),
        )

    def missing(self, audiences: Sequence[Record], shops: Sequence[Record]) -> list[str]:
        """A sentence for each place that the block names and the account does not have."""
        there = {each["id"] for each in (*audiences, *shops)}
        named = [("audience", each) for each in self._block.audiences] + [("shop", each) for each in self._block.shops]
        return [f"there is no {what} {each.id} (“{each.label}”)." for what, each in named if each.id not in there]

    def find(self, ground: Ground, addresses: Sequence[str]) -> list[str]:
        """Those of the addresses, normalised, that are a contact or a customer somewhere."""
        wanted = sorted({normal(each) for each in addresses if each.strip()})
        held = self._account.client.each([lambda each=each: self.held(ground, [each], deep=False) for each in wanted])
        return [each for each, of in zip(wanted, held, strict=True) if of.contacts or of.buyers]

    def held(self, ground: Ground, addresses: Sequence[str], *, deep: bool = True) -> Held:
        """Everything under these addresses. Not `deep`: whether they are contacts or customers, no more."""
        wanted = sorted({normal(each) for each in addresses if each.strip()})
        each, account = self._account.client.each, self._account
        members = [(spot, hashed(one)) for spot in ground.audiences for one in wanted]
        records = each([lambda m=member: account.member(m[0].id, m[1]) for member in members])
        asked = [(spot, one) for spot in ground.shops for one in wanted]
        customers = each([lambda a=one: account.customers(a[0].id, a[1]) for one in asked])
        contacts = tuple(Contact(spot, found) for (spot, _), found in zip(members, records, strict=True) if found)
        known = [(spot, one) for (spot, _), found in zip(asked, customers, strict=True) for one in found]
        if not deep:
            return Held(contacts, tuple(Buyer(spot, one, ()) for spot, one in known))
        orders = each([lambda k=one: tuple(account.orders(k[0].id, k[1]["id"])) for one in known])
        buyers = tuple(Buyer(spot, one, of) for (spot, one), of in zip(known, orders, strict=True))
        return Held(contacts, buyers, self._carts(ground, wanted, buyers), self._queued(wanted))

    def automations(self) -> list[tuple[Spot, tuple[str, ...]]]:
        """The block's automations, each with its e-mails."""
        words = Words().over(self._block)
        return [(Spot(each.workflow, f"{each.label} (mails waiting)", each.label, words), each.emails)
                for each in self._block.automations]  # fmt: skip

    def _carts(self, ground: Ground, wanted: Sequence[str], buyers: Sequence[Buyer]) -> tuple[tuple[Spot, str], ...]:
        ids = {(buyer.spot.id, buyer.id) for buyer in buyers}
        carts = self._account.client.each([lambda s=spot: self._account.carts(s.id) for spot in ground.shops])
        return tuple(
            (spot, cart["id"])
            for spot, found in zip(ground.shops, carts, strict=True)
            for cart in found
            if _belongs(cart.get("customer") or {}, spot, ids, wanted)
        )

    def _queued(self, wanted: Sequence[str]) -> tuple[tuple[Spot, Record], ...]:
        mails = [(spot, email) for spot, emails in self.automations() for email in emails]
        asked = [(spot, email, hashed(each)) for spot, email in mails for each in wanted]
        found = self._account.client.each([lambda a=a: self._account.queued(a[0].id, a[1], a[2]) for a in asked])
        return tuple((spot, record) for (spot, _, _), record in zip(asked, found, strict=True) if record)


def _belongs(customer: Mapping[str, Any], spot: Spot, ids: set[tuple[str, str]], wanted: Sequence[str]) -> bool:
    return (spot.id, customer.get("id", "")) in ids or normal(customer.get("email_address") or "") in wanted


def _spots(found: Sequence[Record], named: Sequence[Place], otherwise: Words) -> tuple[Spot, ...]:
    """In order of their ids. Two that would be called the same are called by their ids."""
    known = {each.id: each for each in named}
    called = {each["id"]: known[each["id"]].label if each["id"] in known else each.get("name", "") for each in found}
    names = list(called.values())
    return tuple(
        Spot(
            each["id"],
            called[each["id"]] if names.count(called[each["id"]]) == 1 and called[each["id"]] else each["id"],
            each.get("name", ""),
            known.get(each["id"], Words()).over(otherwise),
        )
        for each in sorted(found, key=lambda one: one["id"])
    )
