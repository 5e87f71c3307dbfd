"""Every promise of the connectors' contract, kept by the one for Zoho CRM."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pytest

from bot.connectors import Change
from bot.connectors.zoho import Zoho
from bot.sandbox.company import MARA, READER
from tests.bot.connectors import contract
from tests.fixtures.zoho import Service


class ZohoStage(contract.Stage):
    address = MARA
    other = READER
    wishes: ClassVar[Mapping[str, str]] = {"first_name": "Maria", "city": "Bern", "email": "maria.lindt@example.com"}
    personal: ClassVar[Sequence[str]] = ("lindt", "ahornweg", "555 01 01", "theremin", "maria", "bern", "hearing aid")

    def __init__(self, service: Service) -> None:
        self.service = service
        self._before = copy.deepcopy(service.book.state)

    def connect(self) -> Zoho:
        return self.service.connect()

    def look(self) -> Any:
        return self.service.everything()

    def of(self, address: str) -> Any:
        return sorted(self.service.book.everything_of(address))

    def deletions(self) -> int:
        return sum(len(each) for each in self.service.book.state.gone.values())

    def more(self) -> None:
        mara = self.service.record("Contacts", First_Name="Mara")
        self.service.book.note(mara["id"], "One more", "Called again.")

    def bring_back(self) -> None:
        self.service.book.state = copy.deepcopy(self._before)

    def another_value(self, change: Change) -> None:
        self.service.book.state.records[change.place][change.record][change.name] = "Somebody"

    def away(self) -> None:
        self.service.wire.away = True


class TestContract(contract.Contract):
    """All of them; and nobody's workflow ran."""

    @pytest.fixture
    def stage(self, zoho: Service) -> Iterator[contract.Stage]:
        yield ZohoStage(zoho)
        assert zoho.book.state.workflows == []
