"""The Marketing API 3.0 as the stand-in answers it: a table of routes, one small function each, over an `Account`."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.sandbox.mailchimp.account import Account, Audience, Member, Problem, Record, Store, Workflow, invalid, missing

Told = tuple[int, Any]
Entry = tuple[str, str, Member]  # of the search: address and name as it knows them, and the contact as it is
T = TypeVar("T")
COUNT, MOST = 10, 1000
_CUSTOMER = {"first_name", "last_name", "company", "opt_in_status"}
GONE: Told = (204, None)


@dataclass
class Call:
    """One call. `index` is what the search still believes, None where it is up to date."""

    account: Account
    query: dict[str, str]
    body: Any
    index: list[Entry] | None = None
    path: dict[str, str] = field(default_factory=dict)

    @property
    def audience(self) -> Audience:
        return _known(self.account.audiences, self.path["list"])

    @property
    def member(self) -> Member:
        return self.audience.find(self.path["member"])

    @property
    def store(self) -> Store:
        return _known(self.account.stores, self.path["store"])

    @property
    def workflow(self) -> Workflow:
        return _known(self.account.workflows, self.path["workflow"])

    @property
    def skip(self) -> bool:
        return self.query.get("skip_merge_validation") == "true"

    def page(self, name: str, items: Iterable[Record], *, total: bool = True, **more: Any) -> Told:
        """The page that was asked for: ten, unless somebody says more."""
        found = list(items)
        count, offset = int(self.query.get("count", COUNT)), int(self.query.get("offset", 0))
        if not 0 <= count <= MOST:
            raise invalid("count", f"This value should be between 0 and {MOST}.")
        told = {name: found[offset : offset + count], **more}
        return self.one(told | ({"total_items": len(found)} if total else {}))

    def one(self, record: Record) -> Told:
        """The record, or the fields of it that were asked for."""
        fields = [each for each in self.query.get("fields", "").split(",") if each]
        return 200, _only(record, [each.split(".") for each in fields]) if fields else record


def answer(call: Call, method: str, path: str) -> Told:
    """What the service answers, the effect included. Problem where it says no."""
    methods = [(each, act, found) for each, pattern, act in _ROUTES if (found := pattern.fullmatch(path))]
    for each, act, found in methods:
        if each == method:
            call.path = found.groupdict()
            return act(call)
    if methods:
        raise Problem(405, "Method Not Allowed", "The requested method and resource are not compatible.")
    raise missing()


def index(account: Account) -> list[Entry]:
    """What the search knows when it is up to date: the words it finds a contact by, and the contact."""
    members = [each for _, each in account.members()]
    return [(each.record["email_address"].lower(), each.record["full_name"].lower(), each) for each in members]


# -- audiences --------------------------------------------------------------------------------------------------------


def _list(audience: Audience) -> Record:
    return {
        "id": audience.id, "name": audience.name, "web_id": 1, "permission_reminder": "You asked for it.",
        "use_archive_bar": False, "notify_on_subscribe": "", "notify_on_unsubscribe": "", "date_created": "",
        "list_rating": 3, "email_type_option": False, "double_optin": True, "has_welcome": False,
        "marketing_permissions": bool(audience.permissions), "visibility": "prv", "modules": [],
        "subscribe_url_short": "", "subscribe_url_long": "", "beamer_address": "",
        "contact": {"company": "Klangfinger Audio AG", "address1": "", "address2": "", "city": "", "state": "",
                    "zip": "", "country": "CH", "phone": ""},
        "campaign_defaults": {"from_name": "Klangfinger", "from_email": "news@klangfinger.example", "subject": "",
                              "language": "de"},
        "stats": {"member_count": sum(each.status == "subscribed" for each in audience.members.values())},
    }  # fmt: skip


def _lists(call: Call) -> Told:
    found = [_list(each) for each in call.account.audiences.values()]
    limits = {"may_create": True, "max_instances": 5, "current_total_instances": len(found)}
    return call.page("lists", found, constraints=limits)


def _members(call: Call) -> Told:
    """Archived contacts are told only to whoever asks for them."""
    wanted = call.query.get("status", "")
    shown = [_told(each) for each in call.audience.members.values()
             if (each.status == wanted if wanted else each.status != "archived")]  # fmt: skip
    return call.page("members", shown, list_id=call.audience.id)


def _told(member: Member) -> Record:
    tags = [{"id": each["id"], "name": each["name"]} for each in member.tags[:50]]
    return {**member.record, "tags": tags, "tags_count": len(member.tags)}


def _put(call: Call) -> Told:
    try:
        found = call.audience.change(call.path["member"], call.body, skip=call.skip, put=True)
    except Problem as problem:
        if problem.status != 404:
            raise
        status = call.body.get("status") or call.body.get("status_if_new")
        found = call.audience.add({**call.body, "status": status}, skip=call.skip)
    return call.one(_told(found))


def _archive(call: Call) -> Told:
    call.audience.archive(call.path["member"])
    return GONE


def _forget(call: Call) -> Told:
    member = call.member.record["id"]
    call.audience.forget(member)
    call.account.deleted.append(f"{call.audience.id}/{member}")
    for each in call.account.workflows.values():
        if each.audience == call.audience.id:
            each.drop(member)
            each.removed.pop(member, None)
    return GONE


def _tag(call: Call) -> Told:
    member = call.member
    for each in call.body["tags"]:
        if each["status"] not in {"active", "inactive"}:
            raise invalid("status", "This value should be active or inactive.")
        member.tags = [tag for tag in member.tags if tag["name"] != each["name"]]
        if each["status"] == "active":
            tag_id = sum(map(ord, each["name"]))
            member.tags.append({"id": tag_id, "name": each["name"], "date_added": call.audience.now()})
        if not call.body.get("is_syncing"):
            call.account.triggered.append(f"tag {each['name']}")
    return GONE


def _of_member(name: str, *, total: bool = True, paged: bool = True) -> Callable[[Call], Told]:
    def told(call: Call) -> Told:
        member, items = call.member, name if name != "activity" else "feed"
        of: Record = {"email_id": member.record["id"], "list_id": call.audience.id}
        more: Record = {} if name in {"tags", "events"} else of
        found: list[Record] = getattr(member, items)
        if paged:
            return call.page(name, found, total=total, **more)
        return call.one({name: found[:50], "total_items": len(found), **more})

    return told


def _search(call: Call) -> Told:
    """Exact for an address, and anything that has the words in it: both as far as the index has come."""
    query = call.query["query"].strip().lower()
    known = call.index if call.index is not None else index(call.account)
    only = call.query.get("list_id")
    there = [each for each in known if only in {None, each[2].record["list_id"]}]
    exact = [_told(member) for address, _, member in there if address == query]
    partly = [_told(member) for address, name, member in there if query in f"{address} {name}"]
    found = {"exact_matches": exact, "full_search": partly}
    return call.one({name: {"members": each, "total_items": len(each)} for name, each in found.items()})


# -- automations and shops --------------------------------------------------------------------------------------------


def _queue(call: Call) -> dict[str, Record]:
    return _known(call.workflow.queues, call.path["email"])


def _queued(call: Call) -> Told:
    ids: Record = {"workflow_id": call.path["workflow"], "email_id": call.path["email"]}
    return call.page("queue", _queue(call).values(), **ids)


def _removed(call: Call) -> Told:
    return call.page("subscribers", call.workflow.removed.values(), workflow_id=call.workflow.id)


def _stores(call: Call) -> Told:
    return call.page("stores", [each.record for each in call.account.stores.values()])


def _customers(call: Call) -> Told:
    wanted = call.query.get("email_address", "").lower()
    found = [each for each in call.store.customers.values() if wanted in {"", each["email_address"].lower()}]
    return call.page("customers", found, store_id=call.path["store"])


def _change_customer(call: Call) -> Told:
    held = _known(call.store.customers, call.path["id"])
    address = {**held.get("address", {}), **call.body.get("address", {})}
    held |= {name: value for name, value in call.body.items() if name in _CUSTOMER} | {"address": address}
    return call.one(held)


def _orders(call: Call) -> Told:
    wanted = call.query.get("customer_id")
    found = [each for each in call.store.orders.values() if wanted in {None, each["customer"]["id"]}]
    return call.page("orders", found, store_id=call.path["store"])


def _carts(call: Call) -> Told:
    return call.page("carts", call.store.carts.values(), store_id=call.path["store"])


def _record(what: str) -> Callable[[Call], Told]:
    return lambda call: call.one(_known(getattr(call.store, what), call.path["id"]))


def _delete(what: str) -> Callable[[Call], Told]:
    def act(call: Call) -> Told:
        held: dict[str, Record] = getattr(call.store, what)
        _known(held, call.path["id"])
        del held[call.path["id"]]
        call.account.deleted.append(f"{call.path['store']}/{what}/{call.path['id']}")
        return GONE

    return act


def _known(held: Mapping[str, T], name: str) -> T:
    if name not in held:
        raise missing()
    return held[name]


def _only(value: Any, paths: Sequence[Sequence[str]]) -> Any:
    """The parts of the value these dotted paths name."""
    if isinstance(value, list):
        return [_only(each, paths) for each in value]
    if not isinstance(value, dict):
        return value
    kept: Record = {}
    for name, each in value.items():
        deeper = [path[1:] for path in paths if path[0] == name]
        if deeper:
            kept[name] = each if any(not path for path in deeper) else _only(each, deeper)
    return kept


_M = "/lists/{list}/members/{member}"
_S = "/ecommerce/stores/{store}"
_TABLE: list[tuple[str, str, Callable[[Call], Told]]] = [
    ("GET", "/ping", lambda call: call.one({"health_status": "Everything's Chimpy!"})),
    ("GET", "/lists", _lists),
    ("GET", "/lists/{list}", lambda call: call.one(_list(call.audience))),
    ("GET", "/lists/{list}/members", _members),
    ("POST", "/lists/{list}/members", lambda call: call.one(_told(call.audience.add(call.body, skip=call.skip)))),
    ("GET", _M, lambda call: call.one(_told(call.member))),
    ("PATCH", _M, lambda call: call.one(_told(call.audience.change(call.path["member"], call.body, skip=call.skip)))),
    ("PUT", _M, _put),
    ("DELETE", _M, _archive),
    ("POST", f"{_M}/actions/delete-permanent", _forget),
    ("GET", f"{_M}/tags", _of_member("tags")),
    ("POST", f"{_M}/tags", _tag),
    ("GET", f"{_M}/notes", _of_member("notes")),
    ("GET", f"{_M}/events", _of_member("events")),
    ("GET", f"{_M}/goals", _of_member("goals", paged=False)),
    ("GET", f"{_M}/activity-feed", _of_member("activity", total=False)),
    ("GET", "/lists/{list}/merge-fields",
     lambda call: call.page("merge_fields", call.audience.merge_fields, list_id=call.audience.id)),
    ("GET", "/lists/{list}/interest-categories",
     lambda call: call.page("categories", call.audience.categories, list_id=call.audience.id)),
    ("GET", "/lists/{list}/interest-categories/{id}/interests",
     lambda call: call.page("interests", _known(call.audience.interests, call.path["id"]), list_id=call.audience.id,
                            category_id=call.path["id"])),
    ("GET", "/search-members", _search),
    ("GET", "/automations/{workflow}/emails/{email}/queue", _queued),
    ("GET", "/automations/{workflow}/emails/{email}/queue/{member}",
     lambda call: call.one(_known(_queue(call), call.path["member"]))),
    ("GET", "/automations/{workflow}/removed-subscribers", _removed),
    ("POST", "/automations/{workflow}/removed-subscribers",
     lambda call: call.one(call.workflow.remove(call.body["email_address"]))),
    ("GET", "/automations/{workflow}/removed-subscribers/{member}",
     lambda call: call.one(_known(call.workflow.removed, call.path["member"]))),
    ("GET", "/ecommerce/stores", _stores),
    ("GET", _S, lambda call: call.one(call.store.record)),
    ("GET", f"{_S}/customers", _customers),
    ("PATCH", f"{_S}/customers/{{id}}", _change_customer),
    ("GET", f"{_S}/orders", _orders),
    ("GET", f"{_S}/carts", _carts),
    *(("GET", f"{_S}/{what}/{{id}}", _record(what)) for what in ("customers", "orders", "carts")),
    *(("DELETE", f"{_S}/{what}/{{id}}", _delete(what)) for what in ("customers", "orders", "carts")),
]  # fmt: skip
_ROUTES = [(method, re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)), act) for method, path, act in _TABLE]
