"""Correcting contacts and customers: every field is looked at before the first is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.connectors import Change
from bot.connectors.mailchimp import fields
from bot.connectors.mailchimp.account import Account, Record, hashed, normal
from bot.connectors.mailchimp.block import Block
from bot.connectors.mailchimp.holdings import Contact, Ground, Held
from bot.errors import PlanChanged
from bot.workflow import Act, Line

Group = Sequence[Change]  # of one record


class Corrections:
    """What one person's records should say."""

    def __init__(self, account: Account, block: Block) -> None:
        self._account = account
        self._block = block

    def propose(self, held: Held, wishes: Mapping[str, str]) -> list[Change]:
        found: list[Change] = []
        for contact in held.contacts:
            merges = self._account.merge_fields(contact.spot.id)
            changes = fields.of_contact(self._block.name, contact, merges, self._block.field, wishes)
            found += [self._free(contact, each) for each in changes]
        return [*found, *(each for buyer in held.buyers for each in fields.of_buyer(self._block.name, buyer, wishes))]

    def correct(self, ground: Ground, changes: Sequence[Change]) -> dict[str, int]:
        """Every field holds its new value. PlanChanged, with nothing done, where one holds neither old nor new."""
        groups = grouped(changes)
        there = [self._record(ground, group) for group in groups]
        for record, group in zip(there, groups, strict=True):
            _check(record, group)
        for record, group in zip(there, groups, strict=True):
            open_ = [each for each in group if fields.current(record or {}, each.name) != each.new]
            if open_:
                self._write(ground, record or {}, open_)
        return dict(Counter(each.place for each in changes))

    def left(self, ground: Ground, changes: Sequence[Change]) -> list[Line]:
        """Per place, the fields that do not hold their new value."""
        wrong: dict[str, int] = {}
        for group in grouped(changes):
            record = self._record(ground, group) or {}
            for each in group:
                wrong[each.place] = wrong.get(each.place, 0) + (fields.current(record, each.name) != each.new)
        return [Line(self._block.name, place, Act.CORRECT, count) for place, count in wrong.items() if count]

    def _free(self, contact: Contact, change: Change) -> Change:
        """The same change, refused where another contact of the audience has the address already."""
        moves = change.name == fields.EMAIL and not change.refused and hashed(change.new) != contact.id
        if moves and self._account.member(contact.spot.id, hashed(change.new)):
            return replace(change, refused="another contact of this audience has the address already")
        return change

    def _record(self, ground: Ground, group: Group) -> Record | None:
        """The record as it stands; a contact whose address is changed already stands under its new id."""
        place, record = group[0].place, group[0].record
        if spot := ground.audience(place):
            new = [hashed(each.new) for each in group if each.name == fields.EMAIL]
            found = (self._account.member(spot.id, each) for each in (record, *new))
            return next((each for each in found if each), None)
        shop = ground.shop(place.removesuffix(" customers"))
        return self._account.customer(shop.id, record) if shop else None

    def _write(self, ground: Ground, record: Record, group: Group) -> None:
        place = group[0].place
        if spot := ground.audience(place):
            told = self._account.change(spot.id, record["id"], fields.body(record, group))
            moved = next((hashed(each.new) for each in group if each.name == fields.EMAIL), record["id"])
            if told is not None and told["id"] != moved:
                raise PlanChanged("The contact went to another id than that of its new address.")
        elif shop := ground.shop(place.removesuffix(" customers")):
            self._account.change_customer(shop.id, record["id"], fields.body(record, group))


def grouped(changes: Sequence[Change]) -> list[Group]:
    """The changes of each record together."""
    records: dict[tuple[str, str], list[Change]] = {}
    for each in changes:
        records.setdefault((each.place, each.record), []).append(each)
    return list(records.values())


def _check(record: Record | None, group: Group) -> None:
    for each in group:
        now = fields.current(record, each.name) if record else None
        same = normal(now or "") == normal(each.old or "") if each.name == fields.EMAIL else now == each.old
        if record is None or each.refused or not (same or now == each.new):
            raise PlanChanged(f"{each.place}: a field is not what it was when the change was approved.")
