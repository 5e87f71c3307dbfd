"""The connector for Mailchimp: audiences, shops and classic automations of one account.

A contact is known by the hash of its address in every audience and in any state; the search, which lags behind, only
gives hints. Erasing goes from the outside in: shop, automations, then the contact for good, audience by audience. What
an interrupted run left is finished by the next one with the same key.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bot.checkpoints import checkpoint
from bot.connectors import Change, Found, Idle, Outside, Shelf, Table
from bot.connectors.http import Client, quietly, quietly_each
from bot.connectors.mailchimp import fields
from bot.connectors.mailchimp.account import Account, hashed, vendor
from bot.connectors.mailchimp.block import Block, read_block
from bot.connectors.mailchimp.correcting import Corrections
from bot.connectors.mailchimp.holdings import HELD_BACK, SILENT, Contact, Ground, Held, Holdings
from bot.connectors.mailchimp.plans import Plans, check_contacts, check_plan
from bot.connectors.mailchimp.tables import Copy
from bot.errors import Misconfigured, Refused, Unsupported
from bot.law import Right
from bot.workflow import Act, Line, NotSeen, Seen, counts

KEY = re.compile(r"[0-9a-f]{32}-([a-z]{2}\d{1,3})")
REQUEST_S = 30.0


def connector(block: Mapping[str, Any], outside: Outside, **client_with: Any) -> "Mailchimp":
    """The connector of this `[[connectors]]` block; its key is in the variable `key_env` names. Misconfigured.

    `client_with` is what a test gives the client: a transport, a way to wait.
    """
    read = read_block(block)
    key, url = outside.secret(read.key_env), outside.secret(read.url_env)
    centre = KEY.fullmatch(key)
    if not key:
        raise Misconfigured([f"[[connectors]] {read.name}: {read.key_env} is not set: the key of the account."])
    if not url and centre is None:
        shape = "32 hex digits, a hyphen and the data centre (us21)"
        raise Misconfigured([f"[[connectors]] {read.name}: {read.key_env} is not of the form of a key: {shape}."])
    token = base64.b64encode(f"subjectline:{key}".encode()).decode()
    client = Client(
        vendor(min(REQUEST_S, read.timeout_s)), url or f"https://{centre[1] if centre else ''}.api.mailchimp.com/3.0",
        headers=lambda: {"Authorization": f"Basic {token}"}, **client_with,
    )  # fmt: skip
    return Mailchimp(read, client, outside.shelf)


class Mailchimp:
    """One account. Safe from any thread."""

    by_hand = False

    def __init__(self, block: Block, client: Client, shelf: Shelf) -> None:
        """Connects to nothing yet."""
        self.name, self.label = block.name, block.label
        self.timeout_s, self.settle_s = block.timeout_s, block.settle_s
        self._block, self._client, self._shelf = block, client, shelf
        self._account = Account(client)
        self._holdings = Holdings(self._account, block)
        self._plans = Plans(self._account, block)
        self._corrections = Corrections(self._account, block)

    def close(self) -> None:
        """Idle connections are given back."""
        self._client.close()

    @quietly
    def lint(self) -> list[str]:
        """Every fault of key and block against the live account. Temporary when it cannot be reached."""
        with self._client.within(self.timeout_s):
            answer = self._client.ask("GET", "/ping", expect=(401, 403))
            if answer.status != 200:
                return [f"{self._block.key_env}: Mailchimp does not take it. Is it alive, and of this data centre?"]
            return self._faults()

    @quietly
    def find(self, addresses: Sequence[str]) -> list[Found]:
        """One Found per address that is a contact in any audience, in any state, or a customer of any shop."""
        with self._client.within(self.timeout_s):
            known = self._holdings.find(self._holdings.ground(), addresses)
        return [Found(self.name, hashed(each), (each,)) for each in known]

    @quietly
    def plan(self, right: Right, person: Found) -> list[Line]:
        """Counts per audience, shop and automation. Changes nothing."""
        with self._client.within(self.timeout_s):
            ground, held = self._look(person.addresses)
            return self._plans.plan(str(right), ground, held, person.addresses)

    @quietly_each
    def export(self, person: Found) -> Iterator[Table]:
        """Every contact with all that hangs on it, shops and automations, with names in place of ids."""
        _, held = self._look(person.addresses)
        yield from Copy(self._account).tables(held)

    # -- what changes something ------------------------------------------------------------------------------------

    @quietly
    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:
        """What each audience and each shop would take; `refused` where the service would not."""
        with self._client.within(self.timeout_s):
            return self._corrections.propose(self._look(person.addresses)[1], wishes)

    @quietly
    def correct(self, person: Found, changes: Sequence[Change], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """Every field holds its new value. A changed address moves the contact to its new id."""
        with self._client.within(self.timeout_s):
            return self._corrections.correct(self._holdings.ground(), self._own(changes))

    @quietly
    def restrict(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The contacts get nothing, have agreed to nothing, wait for nothing, and are tagged to be left alone."""
        return self._silence(person, lines, Act.RESTRICT)

    @quietly
    def stop_marketing(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The contacts stay, unsubscribed, so that the objection can be shown; deleting them would forget it."""
        return self._silence(person, lines, Act.STOP)

    @quietly
    def lift(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The tag is gone. A subscription is not switched on again: that takes the person's own consent."""
        places = {line.place for line in self._of(lines, Act.RESTRICT, Act.LIFT)}
        with self._client.within(self.timeout_s):
            _, held = self._look(person.addresses)
            done = [each for each in held.contacts if each.spot.name in places]
            for contact in done:
                self._account.tag(contact.spot.id, contact.id, HELD_BACK, on=False)
        return {contact.spot.name: 1 for contact in done}

    @quietly
    def erase(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        """These lines are done. Less than them is there only where an earlier call with this key has begun."""
        wanted, begun = self._of(lines, Act.DELETE), f"erase:{self.name}:{key}"
        with self._client.within(self.timeout_s):
            _, held = self._look(person.addresses)
            check_plan(wanted, self._plans.deleted(held), begun=self._shelf.get(begun) is not None)
            self._shelf.put(begun, b"begun")
            checkpoint("mailchimp.counted")
            self._clear_shops(held)
            checkpoint("mailchimp.shops")
            self._unqueue(held)
            for contact in held.contacts:
                self._account.forget(contact.spot.id, contact.id)
                checkpoint("mailchimp.forgotten")
        return counts(wanted)

    @quietly
    def erased(self, person: Found, lines: Sequence[Line], key: str) -> Seen | NotSeen | None:  # noqa: ARG002
        """By id: whether anything of the plan is left. What was done in part may be done again to its end."""
        with self._client.within(self.timeout_s):
            _, held = self._look(person.addresses)
        return NotSeen() if held.deletions() else Seen(counts(self._of(lines, Act.DELETE)))

    @quietly
    def prove(
        self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line],
        changes: Sequence[Change] = (),
    ) -> list[Line]:  # fmt: skip
        """By reading only: each contact in each audience, each shop, each automation, each field."""
        own = self._own(changes)
        with self._client.within(self.timeout_s):
            ground, held = self._look([*person.addresses, *addresses])
            if right == Right.DELETION:
                return self._plans.deleted(held)
            left = self._corrections.left(ground, own)
            if exported := self._of(lines, Act.EXPORT):
                left += self._plans.surplus(held, exported)
            if silenced := self._of(lines, Act.RESTRICT, Act.STOP, Act.LIFT):
                left += self._plans.unsilenced(held, silenced)
            return left

    def addresses(self) -> Iterator[str]:
        """Of every contact in every audience, archived ones too, and of every customer of every shop."""
        return self._addresses()

    def idle(self, before: date, after: str, limit: int) -> list[Idle]:  # noqa: ARG002
        raise Unsupported("Mailchimp keeps no accounts: who does not read is no account without activity.")

    # -- inside -----------------------------------------------------------------------------------------------------

    @quietly_each
    def _addresses(self) -> Iterator[str]:
        ground = self._holdings.ground()
        for spot in ground.audiences:
            yield from self._account.members(spot.id)
        for spot in ground.shops:
            yield from self._account.buyers(spot.id)

    def _look(self, addresses: Sequence[str]) -> tuple[Ground, Held]:
        ground = self._holdings.ground()
        return ground, self._holdings.held(ground, addresses)

    def _of(self, lines: Sequence[Line], *acts: Act) -> list[Line]:
        return [line for line in lines if line.system == self.name and line.act in acts]

    def _own(self, changes: Sequence[Change]) -> list[Change]:
        return [each for each in changes if each.system == self.name]

    def _silence(self, person: Found, lines: Sequence[Line], act: Act) -> dict[str, int]:
        wanted = self._of(lines, act)
        with self._client.within(self.timeout_s):
            _, held = self._look(person.addresses)
            waiting = {spot.name for spot, _ in self._holdings.automations()}
            check_contacts(held.contacts, {line.place for line in wanted} - waiting)
            self._unqueue(held)
            for contact in held.contacts:
                self._still(contact, act)
        return counts(wanted)

    def _still(self, contact: Contact, act: Act) -> None:
        """Status and permissions. Archived stays archived under a restriction; an objection has to be seen."""
        body: dict[str, Any] = {}
        if contact.record.get("status") not in (SILENT if act == Act.RESTRICT else SILENT - {"archived"}):
            body["status"] = "unsubscribed"
        permissions = contact.record.get("marketing_permissions") or []
        if any(each.get("enabled") for each in permissions):
            body["marketing_permissions"] = [
                {"marketing_permission_id": each["marketing_permission_id"], "enabled": False} for each in permissions
            ]
        if body:
            self._account.change(contact.spot.id, contact.id, body)
        if act == Act.RESTRICT:
            self._account.tag(contact.spot.id, contact.id, HELD_BACK, on=True)

    def _unqueue(self, held: Held) -> None:
        for spot, record in held.queued:
            self._account.unqueue(spot.id, record["email_address"])

    def _clear_shops(self, held: Held) -> None:
        """The customer goes last: as long as an order is left, there is somebody under whom it is found."""
        for spot, cart in held.carts:
            self._account.remove(spot.id, "carts", cart)
        for buyer in held.buyers:
            for order in buyer.orders:
                self._account.remove(buyer.spot.id, "orders", order["id"])
            if self._account.orders(buyer.spot.id, buyer.id):
                raise Refused("Mailchimp said that orders were deleted, and they are there.")
            self._account.remove(buyer.spot.id, "customers", buyer.id)

    def _faults(self) -> list[str]:
        audiences, shops = self._account.audiences(), self._account.shops()
        faults = [] if audiences else ["The account has no audience."]
        faults += [each[0].upper() + each[1:] for each in self._holdings.missing(audiences, shops)]
        for each in self._block.automations:
            for email in each.emails:
                if not self._account.has_queue(each.workflow, email):
                    faults.append(f"There is no e-mail {email} in an automation {each.workflow} (“{each.label}”).")
        tags = {merge["tag"] for each in audiences for merge in self._account.merge_fields(each["id"])}
        for word, place in self._block.words.items():
            if place not in fields.OWN and place.partition(".")[0] not in tags:
                faults.append(f"words: no audience has a field {place.partition('.')[0]} (“{word}”).")
        return faults
