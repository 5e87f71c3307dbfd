"""The Mailchimp connector over its stand-in: the contract of all connectors, and what is Mailchimp's own."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pytest

from bot.connectors import Change
from bot.connectors.mailchimp import Mailchimp
from bot.sandbox.company import MARA, READER
from bot.sandbox.mailchimp_people import SHOP
from tests.bot.connectors import contract
from tests.fixtures.mailchimp import Service


class MailchimpStage(contract.Stage):
    address = MARA
    other = READER
    wishes: ClassVar[Mapping[str, str]] = {"email": "maria.lindt@example.com", "first_name": "Maria", "city": "Bern"}
    personal: ClassVar[Sequence[str]] = ("lindt", "ahornweg", "555 01 01", "203.0.113.6", "maria", "bern")

    def __init__(self, service: Service) -> None:
        self.service = service
        self._before = copy.deepcopy(service.account)

    def connect(self) -> Mailchimp:
        return self.service.connect()

    def look(self) -> Any:
        return copy.deepcopy(self.service.everything())

    def of(self, address: str) -> Any:
        return self.service.of(address)

    def deletions(self) -> int:
        return len(self.service.account.deleted)

    def more(self) -> None:
        orders = self.service.account.stores[SHOP].orders
        orders["R999"] = {**orders["R001-0"], "id": "R999"}

    def bring_back(self) -> None:
        self.service.far_side.account = copy.deepcopy(self._before)

    def another_value(self, change: Change) -> None:
        customers = self.service.account.stores[SHOP].customers
        found = customers.get(change.record)
        found = found or self.service.account.audiences["a1b2c3d4e5"].members[change.record].record["merge_fields"]
        tag, _, part = change.name.partition(".")
        if part:
            found[tag][part] = "Somewhere"
        else:
            found[tag] = "Somebody"

    def away(self) -> None:
        self.service.wire.away = True


class TestContract(contract.Contract):
    """Every promise of the contract."""

    @pytest.fixture
    def stage(self, mailchimp: Service) -> Iterator[contract.Stage]:
        yield MailchimpStage(mailchimp)
        assert mailchimp.account.triggered == []
