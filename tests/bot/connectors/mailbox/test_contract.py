"""The mailbox keeps the contract of all connectors; `test_mailbox.py` tells more, on Dovecot as well."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from bot.connectors import Change
from bot.connectors.mailbox import Mailbox
from bot.law import Right
from tests.bot.connectors import contract
from tests.bot.connectors.mailbox.box import MARA, RETO, Box, mail


class MailboxStage(contract.Stage):
    address = MARA
    other = RETO
    personal: ClassVar[Sequence[str]] = ("lindt", "question 1", "mail-1@")
    unsupported: ClassVar[frozenset[Right]] = frozenset({Right.CORRECTION})
    untouched: ClassVar[frozenset[Right]] = frozenset({Right.OBJECTION, Right.PORTABILITY})
    lists_addresses = False

    def __init__(self, box: Box) -> None:
        self.box = box
        self._made: list[Mailbox] = []
        self._most = self._count()
        self._gone = 0

    def _count(self) -> int:
        return sum(map(len, self.box.everything().values()))

    def connect(self) -> Mailbox:
        self._made.append(self.box.connect())
        return self._made[-1]

    def look(self) -> Any:
        return self.box.everything()

    def of(self, address: str) -> Any:
        everything = self.box.everything()
        return [raw for mails in everything.values() for raw, _ in mails if address in raw.decode().lower()]

    def deletions(self) -> int:
        self._gone += max(0, self._most - self._count())
        self._most = self._count()
        return self._gone

    def more(self) -> None:
        self.box.put("INBOX", mail(99))

    def bring_back(self) -> None:
        self.box.put("INBOX", mail(1))

    def another_value(self, change: Change) -> None:
        raise AssertionError(change)

    def away(self) -> None:
        for each in self._made:
            each._where = replace(each._where, port=1)


class TestContract(contract.Contract):
    """Every promise of the contract."""

    @pytest.fixture
    def stage(self, sandbox_box: Box, monkeypatch: pytest.MonkeyPatch) -> contract.Stage:
        monkeypatch.setattr(logging.getLogger("pymap.imap"), "disabled", True)  # the far side may say what it likes
        return MailboxStage(sandbox_box)
