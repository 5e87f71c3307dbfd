"""A Mailchimp account as strict as the service: contacts and how they change their state, shops, automations.

Records are kept as the Marketing API 3.0 tells them. What hangs on a contact beside its record (tags, notes, events,
the activity feed) is kept in `Member`. `Problem` is the service's no, in its own words.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Record = dict[str, Any]
WRITABLE = ("subscribed", "unsubscribed", "cleaned", "pending")
READABLE = (*WRITABLE, "transactional", "archived")
OWN = ("email_type", "language", "vip", "ip_opt", "ip_signup", "timestamp_opt", "timestamp_signup")  # as they come


class Problem(Exception):
    """An answer of problem JSON."""

    def __init__(self, status: int, title: str, detail: str, errors: list[Record] | None = None) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.errors = status, title, detail, errors


def missing() -> Problem:
    return Problem(404, "Resource Not Found", "The requested resource could not be found.")


def hashed(address: str) -> str:
    return hashlib.md5(address.strip().lower().encode(), usedforsecurity=False).hexdigest()


def number(text: str) -> int:
    """A number that is always the same for this text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


@dataclass
class Member:
    record: Record
    tags: list[Record] = field(default_factory=list)
    notes: list[Record] = field(default_factory=list)
    events: list[Record] = field(default_factory=list)
    goals: list[Record] = field(default_factory=list)
    feed: list[Record] = field(default_factory=list)

    @property
    def status(self) -> str:
        return self.record["status"]


@dataclass
class Audience:
    """One list, its fields and its people. `forgotten` addresses can never be imported again."""

    id: str
    name: str
    clock: Callable[[], datetime] = field(repr=False)
    merge_fields: list[Record] = field(default_factory=list)
    categories: list[Record] = field(default_factory=list)
    interests: dict[str, list[Record]] = field(default_factory=dict)  # category → its interests
    permissions: list[tuple[str, str]] = field(default_factory=list)  # id and text
    members: dict[str, Member] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    def now(self) -> str:
        return self.clock().isoformat(timespec="seconds")

    def find(self, given: str) -> Member:
        """By hash, plain address or contact id, as the service takes them."""
        named = (given, hashed(given))
        for each in self.members.values():
            if each.record["id"] in named or each.record["contact_id"] == given:
                return each
        raise missing()

    def add(self, given: Mapping[str, Any], *, skip: bool = False) -> Member:
        """A new contact, as POST makes one."""
        address = str(given.get("email_address", ""))
        if "@" not in address:
            raise invalid("email_address", "This value should be a valid email.")
        if hashed(address) in self.members:
            raise Problem(400, "Member Exists", f"{address} is already a list member. Use PUT to insert or update.")
        self._check_forgotten(address)
        self._check_status(given.get("status"), (*WRITABLE, "transactional"))
        member = Member(_blank(self, address, given["status"]))
        self._write(member, given, skip=skip)
        self.members[hashed(address)] = member
        return member

    def change(self, given_id: str, given: Mapping[str, Any], *, skip: bool = False, put: bool = False) -> Member:
        """As PATCH changes a contact: another address is another id."""
        member = self.find(given_id)
        states = (*WRITABLE, "transactional") if put else WRITABLE
        if "status" in given:
            self._check_status(given["status"], states)
            if given["status"] == "subscribed" and member.status in {"unsubscribed", "cleaned"}:
                why = "state due to unsubscribe, bounce, or compliance review and cannot be subscribed."
                said = f"{member.record['email_address']} is in a compliance {why}"
                raise Problem(400, "Member In Compliance State", said)
        self._move(member, str(given.get("email_address") or member.record["email_address"]))
        self._write(member, given, skip=skip)
        return member

    def archive(self, given: str) -> None:
        member = self.find(given)
        if member.status in {"cleaned", "pending", "archived"}:
            raise Problem(405, "Method Not Allowed", "Can not archive a contact that is bounced, pending or archived.")
        member.record["status"] = "archived"

    def forget(self, given: str) -> None:
        """Gone for good, with everything on it."""
        member = self.find(given)
        del self.members[member.record["id"]]
        self.forgotten.add(member.record["id"])

    def _move(self, member: Member, address: str) -> None:
        old, new = member.record["id"], hashed(address)
        if new != old:
            self._check_forgotten(address)
            if new in self.members:
                raise Problem(400, "Member Exists", f"{address} is already a list member.")
        self.members[new] = self.members.pop(old)
        member.record |= {"email_address": address, "id": new, "unique_email_id": f"{number(address):010x}"}

    def _write(self, member: Member, given: Mapping[str, Any], *, skip: bool) -> None:
        merged = {**member.record["merge_fields"], **self._merged(given.get("merge_fields") or {})}
        if not skip:
            self._check_required(merged)
        self._permit(member, given.get("marketing_permissions") or [])
        unknown = set(given.get("interests") or {}) - set(member.record["interests"])
        if unknown:
            raise invalid("interests", f"Invalid interest ID: '{min(unknown)}'.")
        member.record["interests"] |= given.get("interests") or {}
        status = given.get("status", member.status)
        if status == "unsubscribed" != member.status:
            member.feed.append({
                "activity_type": "unsub", "created_at_timestamp": self.now(), "campaign_id": "", "campaign_title": "",
                "is_admin_unsubscribed": True, "unsubscribe_reason": "",
            })  # fmt: skip
            member.record["unsubscribe_reason"] = "N/A (Unsubscribed by admin)"
        name = f"{merged.get('FNAME', '')} {merged.get('LNAME', '')}".strip()
        member.record |= {"merge_fields": merged, "status": status, "last_changed": self.now(), "full_name": name}
        member.record |= {name: given[name] for name in OWN if name in given}

    def _merged(self, given: Mapping[str, Any]) -> Record:
        """The values as kept. A tag the list does not have is passed over, as the service does."""
        fields = {each["tag"]: each for each in self.merge_fields}
        faults = [(tag, fault) for tag, value in given.items() if tag in fields
                  and (fault := merge_fault(fields[tag], value))]  # fmt: skip
        if faults:
            raise invalid(*faults[0])
        return {tag: value for tag, value in given.items() if tag in fields}

    def _check_required(self, merged: Mapping[str, Any]) -> None:
        for each in self.merge_fields:
            if each["required"] and not merged.get(each["tag"]):
                raise invalid(each["tag"], "Please enter a value")

    def _permit(self, member: Member, given: list[Record]) -> None:
        known = {each["marketing_permission_id"]: each for each in member.record["marketing_permissions"]}
        for each in given:
            if each["marketing_permission_id"] not in known:
                raise invalid("marketing_permissions", "Invalid marketing permission ID.")
            held = known[each["marketing_permission_id"]]
            if held["enabled"] != each["enabled"]:
                member.feed.append({"activity_type": "marketing_permission", "created_at_timestamp": self.now(),
                                    "marketing_permisson_text": held["text"], "updated_by": "API",
                                    "marketing_permission_opted_in": each["enabled"]})  # fmt: skip
            held["enabled"] = each["enabled"]

    def _check_forgotten(self, address: str) -> None:
        if hashed(address) in self.forgotten:
            raise Problem(400, "Forgotten Email Not Subscribed", f"{address} was permanently deleted and cannot be "
                          "re-imported. The contact must re-subscribe to get back on the list.")  # fmt: skip

    def _check_status(self, status: Any, allowed: tuple[str, ...]) -> None:
        if status not in allowed:
            raise invalid("status", f"Data did not match any of the schemas: {', '.join(allowed)}")


@dataclass
class Store:
    record: Record
    customers: dict[str, Record] = field(default_factory=dict)
    orders: dict[str, Record] = field(default_factory=dict)
    carts: dict[str, Record] = field(default_factory=dict)


@dataclass
class Workflow:
    """A classic automation: who waits for which of its e-mails, and who was taken out for ever."""

    id: str
    name: str
    audience: str
    queues: dict[str, dict[str, Record]]  # e-mail → hash → entry
    removed: dict[str, Record] = field(default_factory=dict)

    def enqueue(self, email: str, address: str, at: str) -> None:
        entry = {"id": hashed(address), "workflow_id": self.id, "email_id": email, "list_id": self.audience,
                 "list_is_active": True, "email_address": address, "next_send": at}  # fmt: skip
        self.queues[email][hashed(address)] = entry

    def remove(self, address: str) -> Record:
        member = hashed(address)
        if not any(member in queue for queue in self.queues.values()) and member not in self.removed:
            raise missing()
        self.drop(member)
        entry = {"id": member, "workflow_id": self.id, "list_id": self.audience, "email_address": address}
        self.removed[member] = entry
        return entry

    def drop(self, member: str) -> None:
        for queue in self.queues.values():
            queue.pop(member, None)


@dataclass
class Account:
    audiences: dict[str, Audience] = field(default_factory=dict)
    stores: dict[str, Store] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)
    triggered: list[str] = field(default_factory=list)  # what set off automations: marks for the tests
    deleted: list[str] = field(default_factory=list)  # what is gone for good, in the order it went

    def members(self) -> Iterator[tuple[Audience, Member]]:
        for audience in self.audiences.values():
            for member in audience.members.values():
                yield audience, member


def invalid(name: str, message: str) -> Problem:
    detail = "The resource submitted could not be validated. For field-specific details, see the 'errors' array."
    return Problem(400, "Invalid Resource", detail, [{"field": name, "message": message}])


def merge_fault(merge: Record, value: Any) -> str:
    """Why the service does not take this value for this merge field; "" where it does."""
    if merge["type"] == "address":
        whole = isinstance(value, Mapping) and all(value.get(part) for part in ("addr1", "city", "state", "zip"))
        return "" if whole else "Please enter a complete address"
    if not isinstance(value, str | int | float):
        return "This value should be of type string."
    fine = value == "" or _fits(merge["type"], merge.get("options") or {}, str(value))
    return "" if fine else f"Please enter a valid {merge['type']}"


def _fits(kind: str, options: Record, text: str) -> bool:
    if kind in {"radio", "dropdown"}:
        return text in options.get("choices", ())
    if kind == "phone" and options.get("phone_format") != "US":
        return True
    if kind == "date":
        return _day(text)
    if kind == "birthday":
        return bool(re.fullmatch(r"\d\d/\d\d", text)) and _day(f"2024-{text.replace('/', '-')}")
    return len(text.encode()) <= 255 and bool(re.fullmatch(_SHAPES.get(kind, r"(?s).*"), text))


_SHAPES = {
    "number": r"-?\d+(\.\d+)?",
    "phone": r"\d{3}-\d{3}-\d{4}",
    "zip": r"\d{5}",
    "url": r"https?://\S+",
    "imageurl": r"https?://\S+",
}


def _day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _blank(audience: Audience, address: str, status: str) -> Record:
    """A contact that has only an address: dates that nobody knows are ""."""
    now = audience.now()
    return {
        "id": hashed(address), "email_address": address, "unique_email_id": f"{number(address):010x}",
        "contact_id": f"{number(audience.id + address):032x}", "full_name": "", "web_id": number(address) % 10**9,
        "email_type": "html", "status": status, "consents_to_one_to_one_messaging": True,
        "merge_fields": {each["tag"]: "" for each in audience.merge_fields},
        "interests": {each["id"]: False for found in audience.interests.values() for each in found},
        "stats": {"avg_open_rate": 0, "avg_click_rate": 0}, "ip_signup": "", "timestamp_signup": "", "ip_opt": "",
        "timestamp_opt": now if status == "subscribed" else "", "member_rating": 2, "last_changed": now, "language": "",
        "vip": False, "email_client": "", "source": "API - Generic", "list_id": audience.id,
        "location": {"latitude": 0, "longitude": 0, "gmtoff": 0, "dstoff": 0, "country_code": "", "timezone": "",
                     "region": ""},
        "marketing_permissions": [
            {"marketing_permission_id": each, "text": text, "enabled": False} for each, text in audience.permissions
        ],
    }  # fmt: skip
