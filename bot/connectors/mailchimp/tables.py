"""The copy of everything Mailchimp holds of a person (GDPR 15(3)), with names in place of the service's ids."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.connectors import Table
from bot.connectors.mailchimp.account import Account, Record
from bot.connectors.mailchimp.holdings import Contact, Held, Spot

STAFF = {"who wrote a note": "the name of one of our staff; what they wrote is here"}
_OWN = {
    "email_address": "E-mail address",
    "language": "Language we write to you in",
    "email_type": "Kind of mail you asked for",
}
_MEMBER = {
    "full_name": "Name, put together",
    "status": "Whether you get our mails",
    "unsubscribe_reason": "Why you unsubscribed",
    "vip": "Marked as important to us",
    "timestamp_signup": "When you signed up",
    "ip_signup": "Internet address you signed up from",
    "timestamp_opt": "When you confirmed",
    "ip_opt": "Internet address you confirmed from",
    "source": "How you came into this list",
    "last_changed": "Last changed",
    "email_client": "Program you read mail with",
    "member_rating": "How often you read us (1 to 5), as the service guesses",
    "consents_to_one_to_one_messaging": "Agreed to single messages",
    "contact_id": "Number of the contact",
    "unique_email_id": "Number of the address at the service",
    "web_id": "Number of the contact in the service's own pages",
    "id": "Number made of the address (MD5)",
}
_PARTS = {
    "location": {
        "country_code": "Country, as guessed",
        "region": "Region, as guessed",
        "timezone": "Time zone, as guessed",
        "latitude": "Latitude, as guessed",
        "longitude": "Longitude, as guessed",
    },
    "stats": {"avg_open_rate": "Share of mails you opened", "avg_click_rate": "Share of mails you clicked in"},
    "ecommerce_data": {"number_of_orders": "Orders", "total_revenue": "Sum of them", "currency_code": "Currency"},
}
_ABOUT = {
    "tags": ("tags", "Tags", {"name": "Tag", "date_added": "Since"}),
    "notes": ("notes", "Notes", {"note": "Note", "created_at": "Written", "updated_at": "Changed"}),
    "activity-feed": ("activity", "What you did with our mails", {}),
    "events": ("events", "Events", {"name": "Event", "occurred_at": "When", "properties": "More"}),
    "goals": ("goals", "Pages you visited", {"event": "Page", "last_visited_at": "When", "data": "More"}),
}
_ACTIVITY = {
    "activity_type": "What",
    "created_at_timestamp": "When",
    "campaign_title": "Mail",
    "link_clicked": "Link",
}
_NOT_THEIRS = {"created_by", "updated_by", "avatar_url", "has_read", "is_user"}  # of our staff, or of the service
_CUSTOMER = {
    "id": "Customer number",
    "email_address": "E-mail address",
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "address": "Address",
    "opt_in_status": "Asked for mails in the shop",
    "orders_count": "Orders",
    "total_spent": "Sum of your orders",
    "created_at": "Since",
    "updated_at": "Changed",
}


class Copy:
    """The tables of one person, one after the other."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def tables(self, held: Held) -> Iterator[Table]:
        """Every table that has rows. Asks as it goes: a table is in memory only until the next one."""
        for contact in held.contacts:
            yield from self._of(contact)
        for buyer in held.buyers:
            provided = ("email_address", "first_name", "last_name", "company", "address")
            yield _plain(buyer.spot, "customers", "Customer of the shop", [buyer.record], _CUSTOMER, provided)
            yield from _bought(buyer.spot, "orders", "Orders", buyer.orders)
        carts: dict[Spot, list[Record]] = {}
        for spot, cart in held.carts:
            if found := self._account.cart(spot.id, cart):
                carts.setdefault(spot, []).append(found)
        for spot, found in carts.items():
            yield from _bought(spot, "carts", "Carts you left", found)
        for spot in dict.fromkeys(spot for spot, _ in held.queued):
            waiting = [{"series": spot.title, **record} for each, record in held.queued if each == spot]
            labels = {"series": "Series of mails", "next_send": "Next one"}
            yield replace(_plain(spot, "", "Mails waiting for you", waiting, labels), name=spot.name)

    def _of(self, contact: Contact) -> Iterator[Table]:
        spot, path = contact.spot, (contact.spot.id, contact.id)
        acts = [lambda: self._account.merge_fields(spot.id), lambda: self._account.interests(spot.id)]
        acts += [lambda what=what: self._account.about(*path, what) for what in _ABOUT]
        fields, interests, *rest = self._account.client.each(acts)
        yield self._member(contact, fields)
        ticked = [each for each, yes in (contact.record.get("interests") or {}).items() if yes]
        if ticked:
            chosen = [{"group": group, "name": name} for group, name in (interests.get(e, ("", e)) for e in ticked)]
            labels = {"group": "Asked", "name": "Your choice"}
            yield _plain(spot, "interests", "What you are interested in", chosen, labels, tuple(labels))
        if permissions := contact.record.get("marketing_permissions"):
            labels = {"text": "What we asked", "enabled": "Whether you agreed"}
            yield _plain(spot, "permissions", "What you agreed to", permissions, labels, tuple(labels))
        for (name, title, labels), rows in zip(_ABOUT.values(), rest, strict=True):
            if rows:
                withheld = STAFF if name == "notes" else {}
                yield _plain(spot, name, title, rows, labels or _of_activity(rows), withheld=withheld)

    def _member(self, contact: Contact, fields: Sequence[Record]) -> Table:
        record, values = contact.record, dict[str, Any]()
        labels = {**_OWN}
        values.update({name: record.get(name) for name in _OWN})
        for each in fields:
            for name, label, value in _merged(each, (record.get("merge_fields") or {}).get(each["tag"])):
                labels[name], values[name] = label, value
        provided = tuple(values)
        labels |= {name: label for name, label in _MEMBER.items() if name in record}
        values.update({name: record[name] for name in _MEMBER if name in record})
        stats = record.get("stats") or {}
        for part, names in _PARTS.items():
            of = (stats.get(part) if part == "ecommerce_data" else record.get(part)) or {}
            labels |= {name: label for name, label in names.items() if name in of}
            values.update({name: of[name] for name in names if name in of})
        row = tuple(_told(value) for value in values.values())
        words = contact.spot.words
        title = f"Contact in “{contact.spot.title or contact.spot.name}”"
        return Table(
            contact.spot.name, words.category, words.purpose, words.retention, tuple(values), (row,), labels,
            words.source, title, {}, provided,
        )  # fmt: skip


def _merged(merge: Record, value: Any) -> list[tuple[str, str, Any]]:
    """Column, label and value of a merge field; an address is a column per part."""
    tag, name = merge["tag"], merge.get("name") or merge["tag"]
    if isinstance(value, Mapping):
        return [(f"{tag}.{part}", f"{name}: {part}", each) for part, each in value.items()]
    return [(tag, name, value)]


def _of_activity(rows: Sequence[Record]) -> dict[str, str]:
    """The columns that these rows have, the usual ones first; the others are called as the service calls them."""
    there = {name for row in rows for name in row} - _NOT_THEIRS
    names = (*_ACTIVITY, *sorted(there - _ACTIVITY.keys()))
    return {name: _ACTIVITY.get(name, name.replace("_", " ")) for name in names}


def _bought(spot: Spot, what: str, title: str, records: Sequence[Record]) -> Iterator[Table]:
    """Orders or carts, and what was in them: nested parts as JSON, lines as a table of their own."""
    if not records:
        return
    names = {name: name.replace("_", " ").capitalize() for each in records for name in each}
    plain = {name: label for name, label in names.items() if name not in {"lines", "customer", "_links", "store_id"}}
    yield _plain(spot, what, title, records, plain)
    inside = [{what: each["id"], **line} for each in records for line in each.get("lines") or ()]
    if inside:
        labels = {name: name.replace("_", " ").capitalize() for each in inside for name in each if name != "_links"}
        yield _plain(spot, f"{what} lines", f"{title}: what was in them", inside, labels)


def _plain(
    spot: Spot, name: str, title: str, records: Sequence[Record], labels: Mapping[str, str],
    provided: tuple[str, ...] = (), withheld: Mapping[str, str] | None = None,
) -> Table:  # fmt: skip
    rows = tuple(tuple(_told(each.get(column)) for column in labels) for each in records)
    words, where = spot.words, spot.title or spot.name
    return Table(
        f"{spot.name} {name}", words.category, words.purpose, words.retention, tuple(labels), rows, labels,
        words.source, f"{title} (“{where}”)", withheld or {}, provided,
    )  # fmt: skip


def _told(value: Any) -> Any:
    """The value as a cell: "" is how the service writes nothing, and what is nested stays readable as JSON."""
    if isinstance(value, dict | list):
        return json.dumps(_bare(value), ensure_ascii=False) if value else None
    return None if value == "" else value


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name != "_links"}
    return [_bare(each) for each in value] if isinstance(value, list) else value
