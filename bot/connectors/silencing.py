"""Restriction and its end (GDPR 18), and the stop of advertising (GDPR 21(3)), by columns declared as flags.

Only rows that hold the flag's `else` are restricted, so there is nothing to remember but which rows were held back
before: the plan's line carries short hashes of their keys (`Line.mark`), and the end of the restriction leaves them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.connectors.datamap import Flag, Table
from bot.connectors.holdings import put
from bot.connectors.masks import same
from bot.connectors.people import Key, Person, Register
from bot.errors import Refused, Unsupported
from bot.workflow import Act, Line

NO_FLAG = "The data map declares no flag that holds rows back."
BY_HAND = "No column holds these rows back: see to it by hand that nobody uses them."
OTHERWISE = "The column that holds these rows back says neither yes nor no there: set it by hand."


@dataclass(frozen=True)
class Silencing:
    """The flags on one person's rows, over one connection."""

    register: Register
    person: Person

    def restriction(self) -> list[Line]:
        """Rows to be held back per table; what no flag reaches is a task. Unsupported without any flag in the map."""
        tables = self.register.map.tables.values()
        if not any(table.flag for table in tables):
            raise Unsupported(NO_FLAG)
        return [line for table in tables for line in self._restricted(table)]

    def objection(self) -> list[Line]:
        """Rows that still allow advertising, per table. None where the map declares no such flag: nobody advertises."""
        return [
            self._line(table, Act.STOP, len(loud))
            for table, flag in self._marketing()
            if (loud := [key for key, value in self._values(table, flag) if not same(value, flag.value)])
        ]

    def restrict(self, lines: Sequence[Line]) -> dict[str, int]:
        """Every row of these lines is held back; rows held back by it, per table."""
        done: dict[str, int] = {}
        for line in lines:
            table, flag = self._flagged(line)
            rows = list(self._values(table, flag, lock=True))
            free = [key for key, value in rows if same(value, flag.otherwise)]
            put(self.register, table, free, {flag.column: flag.value})
            held = [key for key, value in rows if same(value, flag.value) and token(key) not in _before(line)]
            done[table.name] = len(free) + len(held)
        return done

    def lift(self, lines: Sequence[Line]) -> dict[str, int]:
        """What these lines held back is free; rows free now, per table. What was held back before them stays so.

        Refused, with nothing done, when more rows are held back than that: somebody else has a reason.
        """
        done: dict[str, int] = {}
        for line in lines:
            table, flag = self._flagged(line)
            rows = list(self._values(table, flag, lock=True))
            ours = [key for key, value in rows if same(value, flag.value) and token(key) not in _before(line)]
            if len(ours) > line.count:
                raise Refused(f"More rows of {table.name} are held back than by this restriction: look who did that.")
            put(self.register, table, ours, {flag.column: flag.otherwise})
            done[table.name] = len(ours) + sum(same(value, flag.otherwise) for _, value in rows)
        return done

    def stop(self, lines: Sequence[Line]) -> dict[str, int]:
        """No row of the person's allows advertising; silent rows per table of these lines."""
        done: dict[str, int] = {}
        for table, flag in self._marketing():
            rows = list(self._values(table, flag, lock=True))
            loud = [key for key, value in rows if not same(value, flag.value)]
            put(self.register, table, loud, {flag.column: flag.value})
            if any(line.place == table.name for line in lines):
                done[table.name] = len(rows)
        return done

    # -- parts ----------------------------------------------------------------------------------------------------

    def _restricted(self, table: Table) -> list[Line]:
        if table.restrict == "follow" or not table.personal:
            return []
        flag = table.flag
        if flag is None:
            held = len(list(self.register.rows(table, self._concerned(table))))
            return [self._line(table, Act.TASK, held, words=BY_HAND)] if held else []
        rows = list(self._values(table, flag))
        free = [key for key, value in rows if same(value, flag.otherwise)]
        before = [key for key, value in rows if same(value, flag.value)]
        odd = len(rows) - len(free) - len(before)
        mark = ",".join(sorted(map(token, before)))
        return [
            *([self._line(table, Act.RESTRICT, len(free), mark=mark)] if free else []),
            *([self._line(table, Act.TASK, odd, words=OTHERWISE)] if odd else []),
        ]

    def _marketing(self) -> list[tuple[Table, Flag]]:
        tables = self.register.map.tables.values()
        return [(table, table.marketing) for table in tables if table.marketing is not None]

    def _flagged(self, line: Line) -> tuple[Table, Flag]:
        table = self.register.map.tables.get(line.place)
        if table is None or table.flag is None:
            raise Refused("A table that was to be held back has no flag any more; look at the data map.")
        return table, table.flag

    def _values(self, table: Table, flag: Flag, *, lock: bool = False) -> list[tuple[Key, Any]]:
        where = self._concerned(table)
        rows = self.register.rows(table, where, [flag.column], lock=lock)
        return [(key, row[flag.column]) for key, row in rows]

    def _concerned(self, table: Table) -> sa.ColumnElement[bool]:
        """The person's rows, and those known only by an address they share: what is sent there reaches them, too."""
        own, shared = self.register.own(table, self.person), self.person.common
        if not (shared and table.identity and table.by_identity) or table.person:
            return own
        return sa.or_(own, self.register.addressed(table, shared))

    def _line(self, table: Table, act: Act, count: int, **more: str) -> Line:
        return Line(self.register.map.header.name, table.name, act, count, table.category, **more)


def token(key: Key) -> str:
    """What a plan says of a row instead of its key."""
    return hashlib.sha256(repr(tuple(map(str, key))).encode()).hexdigest()[:12]


def _before(line: Line) -> frozenset[str]:
    return frozenset(line.mark.split(","))
