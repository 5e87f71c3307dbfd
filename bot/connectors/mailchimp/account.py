"""Mailchimp's Marketing API 3.0, as far as one person's rights need it.

https://mailchimp.com/developer/marketing/api/ · A member is known by the MD5 of the address, lower-case and trimmed;
`count` is 10 unless one asks for more; dates may be "". At most 10 calls at once for the whole account, over all its
applications: this one makes 4. Throttling is 429, and 403 or 503 without problem JSON.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.connectors.answer import Answer, Verdict, ordinary
from bot.connectors.http import Client, Vendor
from bot.errors import Temporary

COUNT = 1000  # the most the service gives at once
MEMBER = "/lists/{list}/members/{member}"
STORE = "/ecommerce/stores/{store}"
Record = dict[str, Any]
_TITLE = re.compile(r"[A-Za-z][A-Za-z0-9 _.-]{1,60}")


def hashed(address: str) -> str:
    """A member's id: not a secret and not a protection, the vendor's own choice."""
    return hashlib.md5(normal(address).encode(), usedforsecurity=False).hexdigest()


def normal(address: str) -> str:
    return address.strip().lower()


def judge(answer: Answer) -> Verdict:
    """A firewall before the service turns calls away with 403 or 503 and HTML, or nothing: throttling, no answer."""
    if answer.status in {403, 503} and not _problem(answer):
        return Verdict.THROTTLED
    return ordinary(answer)


def code(answer: Answer) -> str:
    """The error's title (“Member Exists”). Its detail names the address and is never repeated."""
    title = str(_problem(answer).get("title", ""))
    return title if _TITLE.fullmatch(title) else ""


def _problem(answer: Answer) -> Record:
    return answer.body if answer.is_json and isinstance(answer.body, dict) and "title" in answer.body else {}


def vendor(request_s: float) -> Vendor:
    return Vendor("Mailchimp", in_flight=4, request_s=request_s, judge=judge, code=code)


class Account:
    """The calls. What is not there is None or empty; every list is read to its end."""

    def __init__(self, client: Client) -> None:
        self.client = client

    # -- the account ------------------------------------------------------------------------------------------------

    def audiences(self) -> list[Record]:
        return list(self.pages("/lists", "lists", fields=("lists.id", "lists.name", "total_items")))

    def shops(self) -> list[Record]:
        return list(self.pages("/ecommerce/stores", "stores", fields=("stores.id", "stores.name", "total_items")))

    def merge_fields(self, audience: str) -> list[Record]:
        return list(self.pages("/lists/{list}/merge-fields", "merge_fields", {"list": audience}))

    def interests(self, audience: str) -> dict[str, tuple[str, str]]:
        """Interest id → title of its category and its name."""
        named: dict[str, tuple[str, str]] = {}
        for category in self.pages("/lists/{list}/interest-categories", "categories", {"list": audience}):
            path = {"list": audience, "category": category["id"]}
            for each in self.pages("/lists/{list}/interest-categories/{category}/interests", "interests", path):
                named[each["id"]] = (category.get("title", ""), each.get("name", ""))
        return named

    # -- a member ---------------------------------------------------------------------------------------------------

    def member(self, audience: str, member: str) -> Record | None:
        """The contact in whatever state, archived too; None: never there, or deleted for good."""
        return self._one(MEMBER, {"list": audience, "member": member})

    def about(self, audience: str, member: str, what: str) -> list[Record]:
        """Their tags, notes, events or goals, or their activity feed."""
        items = "activity" if what == "activity-feed" else what
        paged = what != "goals"  # the last 50, in one answer
        return list(self.pages(f"{MEMBER}/{what}", items, {"list": audience, "member": member}, paged=paged))

    def members(self, audience: str) -> Iterator[str]:
        """Every address of the audience; those archived are told only when they are asked for."""
        for status in ({}, {"status": "archived"}):
            fields = ("members.email_address", "total_items")
            found = self.pages("/lists/{list}/members", "members", {"list": audience}, query=status, fields=fields)
            yield from (each["email_address"] for each in found if each.get("email_address"))

    def change(self, audience: str, member: str, body: Record) -> Record | None:
        """The member as changed; None where there is none. A required field that stays empty is no hindrance."""
        path, query = {"list": audience, "member": member}, {"skip_merge_validation": True}
        answer = self.client.ask("PATCH", MEMBER, path, query=query, body=body, expect=(404,), safe=True)
        return None if answer.status == 404 else answer.record()

    def tag(self, audience: str, member: str, name: str, *, on: bool) -> None:
        """The member has the tag, or has it no more. No automation begins by it."""
        body = {"tags": [{"name": name, "status": "active" if on else "inactive"}], "is_syncing": True}
        self.client.ask("POST", f"{MEMBER}/tags", {"list": audience, "member": member}, body=body, safe=True)

    def forget(self, audience: str, member: str) -> None:
        """Deleted for good, with everything on it; nobody can bring the address back by an import."""
        path = {"list": audience, "member": member}
        self.client.ask("POST", f"{MEMBER}/actions/delete-permanent", path, expect=(404,))

    def search(self, address: str) -> list[tuple[str, str]]:
        """Audience and id of the contacts the search calls an exact match. It lags behind by minutes: a hint."""
        fields = ("exact_matches.members.id", "exact_matches.members.list_id")
        answer = self.client.ask("GET", "/search-members", query={"query": address, "fields": fields}).record()
        found = answer.get("exact_matches", {}).get("members", [])
        return [(each["list_id"], each["id"]) for each in found]

    # -- automations ------------------------------------------------------------------------------------------------

    def queued(self, workflow: str, email: str, member: str) -> Record | None:
        path = {"workflow": workflow, "email": email, "member": member}
        return self._one("/automations/{workflow}/emails/{email}/queue/{member}", path)

    def has_queue(self, workflow: str, email: str) -> bool:
        path = {"workflow": workflow, "email": email}
        return self._one("/automations/{workflow}/emails/{email}/queue", path) is not None

    def unqueue(self, workflow: str, address: str) -> None:
        """No mail of this automation goes to the address any more, nor can it be put back into it."""
        self.client.ask(
            "POST", "/automations/{workflow}/removed-subscribers", {"workflow": workflow},
            body={"email_address": address}, expect=(404,), safe=True,
        )  # fmt: skip

    # -- shops ------------------------------------------------------------------------------------------------------

    def customers(self, shop: str, address: str) -> list[Record]:
        """The shop's customers with exactly this address."""
        found = self.pages(f"{STORE}/customers", "customers", {"store": shop}, query={"email_address": address})
        return [each for each in found if normal(each.get("email_address", "")) == normal(address)]

    def customer(self, shop: str, customer: str) -> Record | None:
        return self._one(f"{STORE}/customers/{{id}}", {"store": shop, "id": customer})

    def change_customer(self, shop: str, customer: str, body: Record) -> None:
        path = {"store": shop, "id": customer}
        self.client.ask("PATCH", f"{STORE}/customers/{{id}}", path, body=body, safe=True)

    def buyers(self, shop: str) -> Iterator[str]:
        """The addresses of all customers."""
        fields = ("customers.email_address", "total_items")
        for each in self.pages(f"{STORE}/customers", "customers", {"store": shop}, fields=fields):
            if each.get("email_address"):
                yield each["email_address"]

    def orders(self, shop: str, customer: str) -> list[Record]:
        return list(self.pages(f"{STORE}/orders", "orders", {"store": shop}, query={"customer_id": customer}))

    def carts(self, shop: str) -> list[Record]:
        """Id and customer of all carts: the service cannot be asked for one person's."""
        fields = ("carts.id", "carts.customer.id", "carts.customer.email_address", "total_items")
        return list(self.pages(f"{STORE}/carts", "carts", {"store": shop}, fields=fields))

    def cart(self, shop: str, cart: str) -> Record | None:
        return self._one(f"{STORE}/carts/{{id}}", {"store": shop, "id": cart})

    def remove(self, shop: str, what: str, record: str) -> None:
        """The order, cart or customer of this id is gone; one that was gone already is none the worse."""
        path = {"store": shop, "id": record}
        self.client.ask("DELETE", f"{STORE}/{what}/{{id}}", path, expect=(404,), safe=True)

    # -- reading ----------------------------------------------------------------------------------------------------

    def pages(
        self,
        template: str,
        items: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        fields: Sequence[str] = (),
        paged: bool = True,
    ) -> Iterator[Record]:
        """Every item of a collection. Temporary when it ends before the number of items it claims to have."""
        asked: dict[str, Any] = {**(query or {}), **({"fields": fields} if fields else {})}
        got, before, ends = 0, None, 0
        while True:
            window = {"count": COUNT, "offset": got} if paged else {}
            answer = self.client.ask("GET", template, path, query={**asked, **window}, expect=(404,))
            if answer.status == 404:
                return
            body = answer.record()
            page, total = body.get(items), body.get("total_items")
            if not isinstance(page, list) or (page and page == before):
                raise Temporary(f"Mailchimp: GET {template} is not the list it should be.")
            yield from page
            got, before = got + len(page), page
            if not paged or (total is not None and got >= total):
                return
            ends = 0 if page else ends + 1
            if ends == 2:  # an empty page is the end of what has no total (the activity feed), if it is said twice
                if total is not None:
                    raise Temporary(f"Mailchimp: GET {template} ended after {got} of {total}.")
                return

    def _one(self, template: str, path: Mapping[str, str]) -> Record | None:
        answer = self.client.ask("GET", template, path, expect=(404,))
        return None if answer.status == 404 else answer.record()
