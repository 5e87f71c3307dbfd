"""Correcting: the house's words become merge fields, and what the service would refuse is said before anybody asks it.

https://mailchimp.com/developer/marketing/docs/merge-fields/
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.connectors import Change
from bot.connectors.mailchimp.account import Record
from bot.connectors.mailchimp.holdings import Buyer, Contact

EMAIL = "email_address"
OWN = {"language": "Language"}  # a member's own fields that may be written, beside the address
ADDRESS_PARTS = ("addr1", "addr2", "city", "state", "zip", "country")
ADDRESS_NEEDS = ("addr1", "city", "state", "zip")
TEXT_BYTES = 255
_SHOP = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company",
    "street": "address.address1",
    "postcode": "address.postal_code",
    "city": "address.city",
    "country": "address.country",
}


def of_contact(
    system: str, contact: Contact, fields: Sequence[Record], place: Callable[[str], str], wishes: Mapping[str, str]
) -> list[Change]:
    """What these wishes change in this contact; `place` says where a word is kept."""
    known = {each["tag"]: each for each in fields}
    found = []
    for word, wished in wishes.items():
        name = EMAIL if word == "email" else place(word)
        tag, _, part = name.partition(".")
        if name != EMAIL and name not in OWN and tag not in known:
            continue  # this audience has no such field
        old = current(contact.record, name)
        if old == wished:
            continue
        label = "E-mail address" if name == EMAIL else OWN.get(name) or known[tag].get("name") or tag
        refused = _fault(contact.record, name, known.get(tag), wished)
        found.append(Change(system, contact.spot.name, contact.id, name, word, label + (f": {part}" if part else ""),
                            old, wished, refused))  # fmt: skip
    return found


def of_buyer(system: str, buyer: Buyer, wishes: Mapping[str, str]) -> list[Change]:
    """What these wishes change in a shop's customer."""
    found = []
    for word, wished in wishes.items():
        name = EMAIL if word == "email" else _SHOP.get(word, "")
        old = current(buyer.record, name) if name else None
        if not name or old == wished:
            continue
        refused = "the shop itself keeps the address; change it there" if name == EMAIL else ""
        label = name.rpartition(".")[2].replace("_", " ").capitalize()
        found.append(Change(system, f"{buyer.spot.name} customers", buyer.id, name, word, label, old, wished, refused))
    return found


def current(record: Record, name: str) -> str | None:
    """The value a field has now, None where it is empty."""
    tag, _, part = name.partition(".")
    value = _held(record, tag)
    if part:
        value = value.get(part) if isinstance(value, Mapping) else None
    return None if value in {"", None} else str(value)


def body(record: Record, changes: Sequence[Change]) -> Record:
    """The PATCH that makes these changes. An address goes whole: what is left out of it would be lost."""
    made: Record = {}
    for each in changes:
        tag, _, part = each.name.partition(".")
        target = made if tag.islower() else made.setdefault("merge_fields", {})
        if part:
            held = _held(record, tag)
            target.setdefault(tag, dict(held) if isinstance(held, Mapping) else {})[part] = each.new
        else:
            target[tag] = each.new
    return made


def _held(record: Record, tag: str) -> Any:
    """Merge tags are capitals, the service's own fields are not."""
    return record.get(tag) if tag.islower() else (record.get("merge_fields") or {}).get(tag)


def _fault(record: Record, name: str, merge: Record | None, value: str) -> str:
    """Why the service would not take the value; empty: it will."""
    if name == EMAIL:
        return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "is no e-mail address"
    if merge is None:
        return "" if re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", value) else "is no code of a language (de, fr_CA)"
    if "." in name:
        return _address_fault(record, name, value)
    if not value:
        return "must not be empty here" if merge.get("required") else ""
    test = _TYPES.get(str(merge.get("type")))
    return test(value, merge.get("options") or {}) if test else ""


def _address_fault(record: Record, name: str, value: str) -> str:
    tag, _, part = name.partition(".")
    held = (record.get("merge_fields") or {}).get(tag)
    whole: dict[str, Any] = {**(held if isinstance(held, Mapping) else {}), part: value}
    if part not in ADDRESS_PARTS:
        return "is no part of an address here"
    short = [each for each in ADDRESS_NEEDS if not whole.get(each)]
    return f"an address needs {', '.join(short)} as well" if short else ""


def _text(value: str, _: Record) -> str:
    return "" if len(value.encode()) <= TEXT_BYTES else f"is longer than {TEXT_BYTES} bytes"


def _number(value: str, _: Record) -> str:
    return "" if re.fullmatch(r"-?\d+(\.\d+)?", value) else "is no number"


def _phone(value: str, options: Record) -> str:
    if options.get("phone_format") == "US" and not re.fullmatch(r"\d{3}-\d{3}-\d{4}", value):
        return "has to be written as 404-555-0100"
    return ""


def _date(value: str, _: Record) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "is no day; write it as 2026-11-23"
    return ""


def _birthday(value: str, _: Record) -> str:
    try:
        date.fromisoformat(f"2024-{value.replace('/', '-')}")  # a leap year
    except ValueError:
        return "is no birthday; write it as month/day, 11/23"
    return ""


def _url(value: str, _: Record) -> str:
    return "" if re.fullmatch(r"https?://[^\s/]+\S*", value) else "is no web address"


def _choice(value: str, options: Record) -> str:
    return "" if value in (options.get("choices") or ()) else "is not among the choices of this field"


def _zip(value: str, _: Record) -> str:
    return "" if re.fullmatch(r"\d{5}", value) else "is no post code of the United States, which this field wants"


_TYPES: Mapping[str, Callable[[str, Record], str]] = {
    "text": _text, "number": _number, "phone": _phone, "date": _date, "birthday": _birthday, "url": _url,
    "imageurl": _url, "radio": _choice, "dropdown": _choice, "zip": _zip,
}  # fmt: skip
