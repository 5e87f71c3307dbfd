"""The database connector keeps the contract of all connectors: the sandbox company in a SQLite file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.connectors import Change
from bot.connectors.database import Database
from bot.sandbox.company import JONAS, MARA
from tests.bot.connectors import contract
from tests.fixtures.company import CompanyDatabase


class DatabaseStage(contract.Stage):
    address = MARA
    other = JONAS
    wishes: ClassVar[Mapping[str, str]] = {
        "email": "Mara@Lindt-Neu.example", "last_name": "Lindt-Roth", "phone": "+41 44 555 01 99", "birthday": "1951-03-02",
    }  # fmt: skip
    personal: ClassVar[Sequence[str]] = ("lindt", "ahornweg", "555 01 01", "203.0.113.6")

    def __init__(self, company: CompanyDatabase) -> None:
        self._company = company
        self._file = Path(company.url.removeprefix("sqlite:///"))
        self._before = self._file.read_bytes()

    def connect(self) -> Database:
        return self._company.connect()

    def look(self) -> Any:
        return self._company.everything()

    def of(self, address: str) -> Any:
        person = "SELECT id FROM account WHERE lower(trim(email)) = :address"
        tables = ("licence", "invoice", "support_ticket", "login_log")
        asked = [f"account WHERE id IN ({person})", *(f"{table} WHERE account_id IN ({person})" for table in tables)]
        return [self._company.sql(f"SELECT * FROM {each}", address=address) for each in asked]

    def deletions(self) -> int:
        """Rows that are not there any more."""
        return -sum(len(rows) for rows in self._company.everything().values())

    def more(self) -> None:
        row = "SELECT 'Tremolo Studio', 'NEW-1', 1, bought_on, 1, account_id FROM licence WHERE account_id = 1 LIMIT 1"
        self._company.sql(f"INSERT INTO licence (product, serial, seats, bought_on, active, account_id) {row}")

    def bring_back(self) -> None:
        self._company.close()
        self._file.write_bytes(self._before)

    def another_value(self, change: Change) -> None:
        table, _, key = change.record.partition(":")
        third = "1980-01-01" if change.word == "birthday" else "Somebody"
        self._company.sql(f"UPDATE {table} SET {change.name} = :third WHERE id = :key", key=key, third=third)

    def away(self) -> None:
        self._file.rename(self._file.with_suffix(".away"))


class TestContract(contract.Contract):
    """Every promise of the contract."""

    @pytest.fixture
    def stage(self, company_file: CompanyDatabase) -> Iterator[contract.Stage]:
        yield DatabaseStage(company_file)
        away = Path(company_file.url.removeprefix("sqlite:///")).with_suffix(".away")
        if away.exists():
            away.rename(away.with_suffix(".sqlite"))
