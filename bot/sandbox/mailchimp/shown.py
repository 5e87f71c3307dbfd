"""What the stand-in's account holds, as a visitor of the demo may see it."""

from collections.abc import Mapping

from bot.sandbox.mailchimp.account import Account, Audience, Member, Record


def rows(account: Account) -> dict[str, list[Record]]:
    """Place → its rows, as a visitor may see them; `of` says whose each is."""
    shown: dict[str, list[Record]] = {}
    for audience in account.audiences.values():
        shown[audience.name] = [_contact(audience, each) for each in audience.members.values()]
    for store in account.stores.values():
        shown[store.record["name"]] = [
            {"id": each["id"], "customer": each["email_address"], "name": f"{each['first_name']} {each['last_name']}",
             "orders": _of(store.orders, each), "carts": _of(store.carts, each), "of": [each["email_address"].lower()]}
            for each in store.customers.values()
        ]  # fmt: skip
    for flow in account.workflows.values():
        shown[flow.name] = [
            {"id": f"{email}-{each['id']}", "waiting": each["email_address"], "of": [each["email_address"].lower()]}
            for email, queue in flow.queues.items() for each in queue.values()
        ]  # fmt: skip
    return shown


def _contact(audience: Audience, member: Member) -> Record:
    record = member.record
    interests = {each["id"]: each["name"] for found in audience.interests.values() for each in found}
    may = [each["text"] for each in record["marketing_permissions"] if each["enabled"]]
    filled = {name: value for name, value in record["merge_fields"].items() if value and not isinstance(value, dict)}
    return {
        "id": record["contact_id"], "email": record["email_address"], "name": record["full_name"],
        "status": member.status, **filled, "tags": ", ".join(tag["name"] for tag in member.tags),
        "interests": ", ".join(name for each, name in interests.items() if record["interests"].get(each)),
        "permissions": "; ".join(may), "notes": len(member.notes), "activity": len(member.feed),
        "of": [record["email_address"].lower()],
    }  # fmt: skip


def _of(records: Mapping[str, Record], customer: Record) -> int:
    return sum(each["customer"]["id"] == customer["id"] for each in records.values())
