"""Who has which account number: by a CSV file of the share, or by a query of a database, which is only read."""

import csv
import io
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import sqlalchemy as sa

from bot.connectors.documents import Stamp
from bot.connectors.files.rules import Accounts
from bot.connectors.files.tree import Closed, Gone, Sort, Tree
from bot.connectors.reach import Reach, quietly
from bot.connectors.tokens import Numbers, comparable
from bot.errors import Refused
from bot.intake import charsets

_LARGEST = 64 * 1024 * 1024  # bytes of an index file
Row = tuple[str, tuple[str, ...]]  # number, addresses


@dataclass(frozen=True)
class Account:
    """`addresses`: all that are on file for whoever was looked for. `shared`: somebody else has the same number."""

    number: str
    addresses: tuple[str, ...] = field(repr=False)
    shared: bool = False


class Index(Protocol):
    place: str  # of the share itself, where the numbers stand; empty: not in the share

    def faults(self) -> list[str]:
        """What is wrong with it, one sentence each."""
        ...

    def rows(self, addresses: Sequence[str]) -> Iterable[Row]:
        """Every row of every account that has one of these addresses, at least."""
        ...


class Nobody:
    """A share without account numbers."""

    place = ""

    def faults(self) -> list[str]:
        return []

    def rows(self, addresses: Sequence[str]) -> Iterable[Row]:  # noqa: ARG002
        return ()


class InFile:
    """A CSV file below the root, read again when it has changed."""

    def __init__(self, tree: Tree, said: Accounts, numbers: Numbers) -> None:
        self._tree, self._said, self._numbers = tree, said, numbers
        self._path = tuple(said.file.split("/"))
        self.place = said.file
        self._lock = threading.Lock()
        self._known: tuple[Stamp, list[Row]] | None = None

    def faults(self) -> list[str]:
        try:
            return [] if self._all() else [f"accounts: {self._said.file} names no account."]
        except Refused as fault:
            return [str(fault)]

    def rows(self, addresses: Sequence[str]) -> Iterable[Row]:  # noqa: ARG002
        return self._all()

    def _all(self) -> list[Row]:
        entry = self._tree.stat(self._path)
        if entry is None or entry.sort != Sort.FILE:
            raise Refused(f"accounts: there is no file {self._said.file}.")
        with self._lock:
            if self._known is None or self._known[0] != entry.stamp:
                self._known = (entry.stamp, self._read())
            return self._known[1]

    def _read(self) -> list[Row]:
        try:
            text = charsets.decoded(self._tree.read(self._path, _LARGEST)).removeprefix("\ufeff")
            table = csv.reader(io.StringIO(text), delimiter=self._said.delimiter)
            head = [each.strip() for each in next(table, [])]
            number, columns = head.index(self._said.number), [head.index(each) for each in self._said.addresses]
            needed = max(number, *columns)
            return [_row(each[number], [each[at] for at in columns]) for each in table
                    if len(each) > needed and self._numbers.fits(each[number].strip())]  # fmt: skip
        except ValueError:
            raise Refused(f"accounts: {self._said.file} lacks a column that is named for it.") from None
        except (Gone, Closed, csv.Error):
            raise Refused(f"accounts: {self._said.file} cannot be read.") from None


class InDatabase:
    """A query. A number it gives that does not look like one is nobody's."""

    place = ""

    def __init__(self, url: str, name: str, said: Accounts, numbers: Numbers) -> None:
        """Raises Misconfigured for an address of another kind; connects to nothing yet."""
        self._reach = Reach(url, name, 10.0)
        self._query, self._numbers = sa.text(said.query), numbers

    def faults(self) -> list[str]:
        try:
            self.rows(["nobody@invalid.example"])
        except Refused as fault:
            return [f"accounts: {fault}"]
        return []

    @quietly
    def rows(self, addresses: Sequence[str]) -> Iterable[Row]:
        with self._reach.reading() as connection:
            found = [
                row for each in dict.fromkeys(map(comparable, addresses))
                for row in connection.execute(self._query, {"address": each})
            ]  # fmt: skip
        return [_row(str(row[0]), [str(each) for each in row[1:] if each is not None])
                for row in found if self._numbers.fits(str(row[0]).strip())]  # fmt: skip

    def close(self) -> None:
        self._reach.close()


def _row(number: str, addresses: Iterable[str]) -> Row:
    return number.strip(), tuple(each.strip() for each in addresses if "@" in each)


def accounts(index: Index, addresses: Sequence[str]) -> list[Account]:
    """The accounts of whoever has one of these addresses, in the order of their numbers."""
    wanted = {comparable(each) for each in addresses}
    rows = list(index.rows(addresses))
    own = [row for row in rows if wanted & {comparable(each) for each in row[1]}]
    found = []
    for number in sorted({number for number, _ in own}):
        mine = dict.fromkeys(each for row in own if row[0] == number for each in row[1])
        known = {comparable(each) for each in mine}
        shared = any(row[0] == number and not known & {comparable(each) for each in row[1]} for row in rows)
        found.append(Account(number, tuple(mine), shared))
    return found
