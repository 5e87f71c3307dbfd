"""Who is in the stand-in's Mailchimp account: the demo company's people, as its newsletter knows them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.company import COUPLE, JONAS, MARA, READER, RETO
from bot.sandbox.mailchimp.account import Account, Audience, Member, Record, Store, Workflow

RELEASES, WORKSHOPS, SHOP = "a1b2c3d4e5", "f6a7b8c9d0", "klangfinger-shop"
WELCOME, FIRST_MAIL, SECOND_MAIL = "57afe96172", "b3c4d5e6f7", "a87de7d1e5"  # an automation and its e-mails
_MERGE_FIELDS = (
    ("FNAME", "First name", "text", False, {"size": 25}),
    ("LNAME", "Last name", "text", False, {"size": 25}),
    ("ADDRESS", "Address", "address", False, {"default_country": 41}),
    ("PHONE", "Telephone", "phone", False, {"phone_format": "none"}),
    ("BIRTHDAY", "Birthday", "birthday", False, {"date_format": "MM/DD"}),
    ("SYSTEM", "Computer", "dropdown", True, {"choices": ["Linux", "macOS", "Windows"]}),
    ("SITE", "Web site", "url", False, {"size": 25}),
    ("SINCE", "Plays since", "date", False, {"date_format": "YYYY-MM-DD"}),
    ("HANDS", "Hands", "number", False, {"size": 5}),
)
_PERMISSIONS = (("9f8e7d", "You may write me e-mails"), ("6c5b4a", "You may show me advertisements elsewhere"))


def account(clock: Callable[[], datetime]) -> Account:
    """Two audiences, a shop and an automation. Mara is everywhere, Lena reads and buys nothing, Reto only buys."""
    made = Account()
    releases = Audience(RELEASES, "New programs", clock, _merges(RELEASES), permissions=list(_PERMISSIONS))
    releases.categories = [{"list_id": RELEASES, "id": "c0ffee01", "title": "What do you play?", "display_order": 0,
                            "type": "checkboxes"}]  # fmt: skip
    releases.interests = {"c0ffee01": [_interest("11aa22bb33", "Hang"), _interest("44cc55dd66", "Theremin")]}
    workshops = Audience(WORKSHOPS, "Workshops", clock, _merges(WORKSHOPS))
    made.audiences = {RELEASES: releases, WORKSHOPS: workshops}
    _mara(made, clock())
    _others(releases, workshops)
    made.stores[SHOP] = _shop(clock())
    welcome = made.workflows[WELCOME] = Workflow(WELCOME, "Welcome", RELEASES, {FIRST_MAIL: {}, SECOND_MAIL: {}})
    welcome.enqueue(SECOND_MAIL, MARA, _at(clock(), -3))
    made.triggered.clear()
    return made


def _mara(made: Account, now: datetime) -> None:
    address = {"addr1": "Ahornweg 4", "addr2": "", "city": "Winterthur", "state": "ZH", "zip": "8400", "country": "CH"}
    member = made.audiences[RELEASES].add({
        "email_address": MARA, "status": "subscribed", "language": "de", "vip": True, "ip_opt": "203.0.113.6",
        "ip_signup": "203.0.113.6", "timestamp_signup": _at(now, 900), "interests": {"11aa22bb33": True},
        "merge_fields": {"FNAME": "Mara", "LNAME": "Lindt", "ADDRESS": address, "PHONE": "+41 44 555 01 01",
                         "BIRTHDAY": "02/02", "SYSTEM": "Linux", "SITE": "https://lindt-klang.example",
                         "SINCE": "2009-05-01", "HANDS": 2},
        "marketing_permissions": [{"marketing_permission_id": "9f8e7d", "enabled": True}],
    })  # fmt: skip
    member.tags = [{"id": 7, "name": "workshop guest", "date_added": _at(now, 300)},
                   {"id": 9, "name": "beta", "date_added": _at(now, 100)}]  # fmt: skip
    member.notes = [{
        "id": 31, "created_at": _at(now, 250), "created_by": "Ann Amsler", "updated_at": _at(now, 250),
        "note": "Asked at the fair whether the camera knows gloves.", "list_id": RELEASES,
        "email_id": member.record["id"], "contact_id": member.record["contact_id"],
    }]  # fmt: skip
    member.events = [{"name": "tried_demo", "occurred_at": _at(now, 90), "properties": {"program": "Tremolo Studio"}}]
    member.goals = [{"goal_id": 3, "event": "https://klangfinger.example/hall", "last_visited_at": _at(now, 80),
                     "data": ""}]  # fmt: skip
    member.feed = [each for number in range(12) for each in _read(number, now)]
    made.audiences[WORKSHOPS].add({"email_address": MARA.upper(), "status": "subscribed",
                                   "merge_fields": {"FNAME": "Mara", "SYSTEM": "Linux"}})  # fmt: skip
    made.audiences[WORKSHOPS].archive(MARA)


def _others(releases: Audience, workshops: Audience) -> None:
    def add(audience: Audience, address: str, first: str, last: str, status: str = "subscribed") -> Member:
        fields = {"FNAME": first, "LNAME": last, "SYSTEM": "macOS"}
        return audience.add({"email_address": address, "status": status, "merge_fields": fields})

    add(releases, JONAS.upper(), "Jonas", "Altherr")
    add(releases, READER, "Lena", "Hofer")
    add(workshops, READER, "Lena", "Hofer", "unsubscribed")
    add(releases, COUPLE, "Ursina", "Brunner", "cleaned")
    for number in range(30):  # more than one page of ten, for whoever forgets to ask for more
        status = ("subscribed", "subscribed", "pending", "transactional")[number % 4]
        add(releases, f"listener{number:02d}@example.net", "Listener", str(number), status)


def _shop(now: datetime) -> Store:
    record = {
        "id": SHOP, "list_id": RELEASES, "name": "Klangfinger shop", "platform": "Own", "domain": "klangfinger.example",
        "is_syncing": False, "email_address": "shop@klangfinger.example", "currency_code": "CHF", "money_format": "CHF",
        "primary_locale": "de", "timezone": "Europe/Zurich", "phone": "+41 52 555 01 40", "list_is_active": True,
        "created_at": _at(now, 2000), "updated_at": _at(now, 10),
    }  # fmt: skip
    made = Store(record)
    for number, (name, last, address, orders) in enumerate((("Mara", "Lindt", MARA, 2), ("Reto", "Lindt", RETO, 1)), 1):
        customer = {
            "id": f"K{number:04d}", "email_address": address, "opt_in_status": True, "company": "", "first_name": name,
            "last_name": last, "orders_count": orders, "total_spent": 249.0 * orders, "created_at": _at(now, 800),
            "updated_at": _at(now, 40),
            "address": {"address1": "Ahornweg 4", "postal_code": "8400", "city": "Winterthur", "country": "Switzerland",
                        "country_code": "CH"},
        }  # fmt: skip
        made.customers[customer["id"]] = customer
        for each in range(orders):
            order = _bought(f"R{number:03d}-{each}", customer, now, 40 + 300 * each)
            made.orders[order["id"]] = order | {"financial_status": "paid", "processed_at_foreign": _at(now, 40)}
    made.carts["C-0001"] = _bought("C-0001", made.customers["K0001"], now, 5)
    return made


def _bought(number: str, customer: Record, now: datetime, days: int) -> Record:
    lines = [{"id": "1", "product_id": "tremolo", "product_title": "Tremolo Studio", "product_variant_id": "one",
              "product_variant_title": "One seat", "quantity": 1, "price": 249.0}]  # fmt: skip
    made: Record = {"id": number, "customer": customer, "currency_code": "CHF", "order_total": 249.0, "lines": lines}
    if number.startswith("C"):
        return made | {"created_at": _at(now, days), "updated_at": _at(now, days)}
    return made | {"store_id": SHOP, "discount_total": 0.0, "tax_total": 18.7, "shipping_total": 0.0}


def _merges(audience: str) -> list[Record]:
    return [
        {"merge_id": number, "tag": tag, "name": name, "type": kind, "required": required, "default_value": "",
         "public": True, "display_order": number, "options": options, "help_text": "", "list_id": audience}
        for number, (tag, name, kind, required, options) in enumerate(_MERGE_FIELDS, 1)
    ]  # fmt: skip


def _interest(interest: str, name: str) -> Record:
    return {"category_id": "c0ffee01", "list_id": RELEASES, "id": interest, "name": name, "subscriber_count": "1",
            "display_order": 1}  # fmt: skip


def _read(number: int, now: datetime) -> list[dict[str, Any]]:
    """A mail that was sent and opened, and sometimes clicked in."""
    mail = {"campaign_id": f"{number:010x}", "campaign_title": f"News {number + 1}",
            "created_at_timestamp": _at(now, 30 * number)}  # fmt: skip
    found = [{"activity_type": "sent", **mail}, {"activity_type": "open", **mail}]
    if number % 3 == 0:
        found.append({"activity_type": "click", **mail, "link_clicked": "https://klangfinger.example/news"})
    return found


def _at(now: datetime, days: float) -> str:
    """So many days ago, as the service writes moments."""
    return (now - timedelta(days=days)).isoformat(timespec="seconds")
