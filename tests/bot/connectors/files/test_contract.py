"""The file share keeps the contract of all connectors."""

import shutil
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from bot.connectors import Change
from bot.connectors.files import Files
from bot.law import Right
from tests.bot.connectors import contract
from tests.bot.connectors.files.share import CONTENT, MARA, RETO, Share

WHOLE = {name: raw for name, raw in CONTENT.items() if name in {
    "accounts.csv", "customers/1042_Lindt/welcome.docx", "customers/1042_Lindt/photo.jpg", "letters/2024-01-05_1042_invoice.txt",
    "mails/question.eml", "customers/1043_Lindt/welcome.docx", "customers/10421_Else/welcome.docx",
}}  # fmt: skip


class FilesStage(contract.Stage):
    address = MARA
    other = RETO
    personal: ClassVar[Sequence[str]] = ("lindt", "1042_", "welcome", "photo.jpg")
    unsupported: ClassVar[frozenset[Right]] = frozenset({Right.CORRECTION})
    untouched: ClassVar[frozenset[Right]] = frozenset({Right.OBJECTION, Right.PORTABILITY})
    lists_addresses = False

    def __init__(self, share: Share) -> None:
        self.share = share
        self._fill()

    def _fill(self) -> None:
        shutil.rmtree(self.share.root / "customers", ignore_errors=True)
        self.share.fill(WHOLE)

    def connect(self) -> Files:
        return self.share.connect()

    def look(self) -> Any:
        return self.share.everything(), self.share.everything(".subjectline/quarantine"), self.share.locked("restricted")

    def of(self, address: str) -> Any:
        number = {MARA: "1042_", RETO: "1043_"}[address]
        return {name: raw for name, raw in self.share.everything().items() if number in name}

    def deletions(self) -> int:
        return len(self.share.locked("quarantine"))

    def more(self) -> None:
        self.share.fill({"letters/2026-01-01_1042_more.txt": b"more"})

    def bring_back(self) -> None:
        self._fill()

    def another_value(self, change: Change) -> None:
        raise AssertionError(change)

    def away(self) -> None:
        self.share.root.rename(self.share.root.parent / "away")


class TestContract(contract.Contract):
    """Every promise of the contract."""

    @pytest.fixture
    def stage(self, empty_share: Share) -> contract.Stage:
        return FilesStage(empty_share)
