"""The connector for a company's own SQL database, driven by a data map (`datamap.py`); SQLite and PostgreSQL.

What a person's data are, the map says; which tables there are, the database says; where the two differ nothing is done.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from threading import Lock
from typing import Any

import sqlalchemy as sa

from bot.checkpoints import checkpoint
from bot.connectors import Change, Found, Idle, NotSeen, Outside, Seen, Table
from bot.connectors.amending import Amending
from bot.connectors.ground import Ground, reflect
from bot.connectors.holdings import Holding, holdings, kept, verdict, write
from bot.connectors.holdings import lines as counted
from bot.connectors.looking_over import Over
from bot.connectors.people import Key, Person, Register
from bot.connectors.proof import SecondLook
from bot.connectors.reach import CONNECT_S, Reach, quietly, quietly_each
from bot.connectors.reading import read_map
from bot.connectors.silencing import Silencing
from bot.connectors.survey import children_first, survey
from bot.errors import Misconfigured, PlanChanged, Refused
from bot.law import Right
from bot.workflow import ACTING, Act, Line, counts, difference, plan_hash

SURVEY_S = 60.0  # how long a look at the live schema is good for reading; a run looks again
SOME = 500  # rows of a copy in memory at a time


def connector(block: Mapping[str, Any], outside: Outside) -> "Database":
    """The connector of this `[[connectors]]` block; its address is in the variable `url_env` names. Misconfigured."""
    name, variable = block.get("name", ""), str(block.get("url_env", ""))
    url = outside.secret(variable) if variable else ""
    if not url:
        raise Misconfigured([f"[[connectors]] {name}: {variable or 'url_env'} is not set: the database's address."])
    return Database(block, url, outside.clock)


class Database:
    """One database under one data map. Safe from any thread.

    A call may raise Temporary (nothing happened), Refused (a person has to look; also when the map does not fit the
    schema) and, from `erase` alone, Unclear (the answer to the COMMIT was lost; `erased` settles it).
    """

    by_hand = False

    def __init__(self, config: Mapping[str, Any], url: str, clock: Callable[[], datetime]) -> None:
        """Opens nothing yet. Raises Misconfigured for an address of another kind; faults of the map are `lint`'s."""
        self._map, self._faults = read_map(config)
        header = self._map.header
        self.name, self.label = header.name, header.label
        self._reach = Reach(url, self.name, header.statement_s)
        self.timeout_s = CONNECT_S + 2 * header.statement_s
        self.settle_s = header.statement_s if self._reach.dialect == "postgresql" else 1.0
        self._clock = clock
        self._lock = Lock()
        self._surveyed: tuple[float, Ground, list[str]] | None = None

    @quietly
    def lint(self) -> list[str]:
        """Every fault of the map against the live schema. Raises Temporary when the database cannot be reached."""
        with self._reach.reading() as connection:
            ground = reflect(connection, self._map.header.db_schema)
        return [*self._faults, *survey(self._map, ground)]

    @quietly
    def find(self, addresses: Sequence[str]) -> list[Found]:
        """Everybody with one of these addresses, one Found per person's row; case and outer space do not count."""
        with self._reach.reading() as connection:
            register, _ = self._register(connection)
            return [Found(self.name, f"{hit.table}:{hit.key}", hit.addresses) for hit in register.find(addresses)]

    @quietly
    def plan(self, right: Right, person: Found) -> list[Line]:
        """Counts per table and act; what is kept carries its ground and the last day it holds. Changes nothing."""
        with self._reach.reading() as connection:
            register, order = self._register(connection)
            who = self._who(register, person)
            match right:
                case Right.DELETION:
                    return self._lines(holdings(register, order, who, self._today()))
                case Right.CORRECTION:
                    return Amending(register, who).lines()
                case Right.RESTRICTION:
                    return Silencing(register, who).restriction()
                case Right.OBJECTION:
                    return Silencing(register, who).objection()
            found = Counter[tuple[str, str]]()
            for piece in self._export(register, who):
                found[piece.name, piece.category] += len(piece.rows)
            return [Line(self.name, name, Act.EXPORT, rows, category) for (name, category), rows in found.items()]

    @quietly_each
    def export(self, person: Found) -> Iterator[Table]:
        """Every table that holds something of the person, with the columns the map discloses and their exact values.

        All of it from one consistent picture; a table of many rows comes in several.
        """
        with self._reach.reading() as connection:
            register, _ = self._register(connection)
            yield from self._export(register, self._who(register, person))

    @quietly
    def erase(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """Exactly these lines (all of this system's, as `plan` gave them) in one transaction; counts per table.

        Done already: nothing more is changed, the same counts. Raises PlanChanged when the recount differs.
        """
        with self._reach.writing() as connection:
            register, order = self._register(connection, fresh=True)
            self._hold(register, person)
            who = self._who(register, person)
            found = holdings(register, order, who, self._today(), lock=True)
            checkpoint("database.locked")
            wanted = [line for line in lines if line.system == self.name]
            there = self._lines(found)
            if plan_hash(wanted) != plan_hash(there):
                self._check_done(wanted, there)
                return counts(wanted)
            write(register, found)
            self._check_gone(register, order, who, there)
        return counts(wanted)

    @quietly
    def erased(self, person: Found, lines: Sequence[Line], key: str) -> Seen | NotSeen | None:  # noqa: ARG002
        """Whether the transaction of `erase` took effect: all of it or none. None when others have changed the rows."""
        with self._reach.reading() as connection:
            register, order = self._register(connection)
            there = self._lines(holdings(register, order, self._who(register, person), self._today()))
        return verdict([line for line in lines if line.system == self.name], there)

    @quietly
    def prove(
        self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line],
        changes: Sequence[Change] = (),
    ) -> list[Line]:  # fmt: skip
        """The second look (`proof.py`): what is there beyond the lines; empty when exactly their state holds."""
        everything = (*person.addresses, *addresses)
        with self._reach.reading() as connection:
            register, _ = self._register(connection)
            table, own = self._reference(register, person)
            look = SecondLook(connection, register.ground, self._map, self._today(), table, own, everything)
            wanted = [line for line in lines if line.system == self.name]
            match right:
                case Right.DELETION:
                    return look.erased(wanted)
                case Right.CORRECTION:
                    return look.corrected([
                        (each, register.key(each.place, each.record.removeprefix(f"{each.place}:")))
                        for each in changes if self._doable(each)
                    ])  # fmt: skip
                case Right.RESTRICTION:
                    lifted = self._mine(lines, Act.LIFT)
                    return look.lifted(lifted) if lifted else look.restricted()
                case Right.OBJECTION:
                    return look.silent()
            return look.exported(wanted)

    @quietly
    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:
        """What a correction would set, in the columns the map declares for it; Unsupported where it declares none."""
        with self._reach.reading() as connection:
            register, _ = self._register(connection)
            return Amending(register, self._who(register, person)).propose(wishes)

    @quietly
    def correct(self, person: Found, changes: Sequence[Change], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """Every field holds its new value, in one transaction, its rows locked; fields per table. PlanChanged."""
        with self._writing(person) as (register, who):
            return Amending(register, who).correct([each for each in changes if self._doable(each)])

    @quietly
    def restrict(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The rows of these lines carry their flag (`silencing.py`)."""
        with self._writing(person) as (register, who):
            return Silencing(register, who).restrict(self._mine(lines, Act.RESTRICT))

    @quietly
    def lift(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The flags these lines set are taken back; Refused when somebody has set more of them since."""
        with self._writing(person) as (register, who):
            return Silencing(register, who).lift(self._mine(lines, Act.LIFT))

    @quietly
    def stop_marketing(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """No row of the person's allows advertising any more."""
        with self._writing(person) as (register, who):
            return Silencing(register, who).stop(self._mine(lines, Act.STOP))

    def addresses(self) -> Iterator[str]:
        """Every address in every identity column, a page at a time, each page in a transaction of its own."""
        for table in self._map.identified:
            found, last = self._page(table.name, None)
            while last is not None:
                yield from found
                found, last = self._page(table.name, last)

    @quietly
    def idle(self, before: date, after: str, limit: int) -> list[Idle]:
        """Accounts none of whose dates (`activity` of the map) is as late as this day, in order of their keys."""
        with self._reach.reading() as connection:
            register, _ = self._register(connection)
            return Over(register).idle(before, after, limit)

    def close(self) -> None:
        """Idle connections are given back."""
        self._reach.close()

    @quietly
    def _page(self, table: str, after: Key | None) -> tuple[list[str], Key | None]:
        with self._reach.reading() as connection:
            register, _ = self._register(connection)
            return Over(register).addresses(table, after)

    @contextmanager
    def _writing(self, person: Found) -> Iterator[tuple[Register, Person]]:
        """All or nothing, with the person's own row locked."""
        with self._reach.writing() as connection:
            register, _ = self._register(connection, fresh=True)
            self._hold(register, person)
            yield register, self._who(register, person)

    def _mine(self, lines: Sequence[Line], act: Act) -> list[Line]:
        return [line for line in lines if line.system == self.name and line.act == act]

    def _doable(self, change: Change) -> bool:
        return change.system == self.name and not change.refused

    # -- within a transaction -------------------------------------------------------------------------------------

    def _register(self, connection: sa.Connection, *, fresh: bool = False) -> tuple[Register, list[str]]:
        """The register over this connection and the order of tables; Refused unless map and schema fit each other."""
        with self._lock:
            known = self._surveyed
        if fresh or known is None or time.monotonic() - known[0] > SURVEY_S:
            ground = reflect(connection, self._map.header.db_schema)
            known = (time.monotonic(), ground, [*self._faults, *survey(self._map, ground)])
            with self._lock:
                self._surveyed = known
        _, ground, faults = known
        if faults:
            raise Refused(f"The data map and the database do not fit, see “data lint” ({len(faults)}): {faults[0]}")
        return Register(connection, ground, self._map), children_first(self._map, ground)

    def _reference(self, register: Register, person: Found) -> tuple[str, Any]:
        table, _, key = person.key.partition(":")
        return table, register.key(table, key)

    def _who(self, register: Register, person: Found) -> Person:
        table, _, key = person.key.partition(":")
        return register.person(table, key, person.addresses)

    def _hold(self, register: Register, person: Found) -> None:
        """The person's own row is locked: nobody changes their address or hangs a new row on it until the end."""
        name, key = self._reference(register, person)
        table = self._map.tables[name]
        column = register.ground.table(name).c[table.key[0]]
        list(register.rows(table, column == key, lock=True))

    def _export(self, register: Register, who: Person) -> Iterator[Table]:
        for table in self._map.tables.values():
            names = table.exported
            live, ground = register.ground.table(table.name), register.ground
            found = register.rows(table, register.own(table, who), names, some=SOME) if names else iter(())
            labels = {name: table.columns[name].label for name in names}
            while block := list(islice(found, SOME)):
                rows = tuple(tuple(ground.typed(live.c[each], row[each]) for each in names) for _, row in block)
                yield Table(
                    table.name, table.category, table.purpose, table.retention, names, rows, labels, table.source,
                    table.label, table.withheld, table.handed_over,
                )  # fmt: skip

    def _lines(self, found: Sequence[Holding]) -> list[Line]:
        return counted(found, self.name)

    def _check_done(self, wanted: Sequence[Line], there: Sequence[Line]) -> None:
        if isinstance(verdict(wanted, there), Seen):
            return
        changed = difference(wanted, there) or ["the grounds for keeping have changed"]
        raise PlanChanged("This is not what was approved: " + "; ".join(changed))

    def _check_gone(self, register: Register, order: list[str], who: Person, before: Sequence[Line]) -> None:
        """Asked again before the commit: nothing acted on is left, everything kept is there, nobody is found."""
        after = self._lines(holdings(register, order, who, self._today()))
        if any(line.act in ACTING for line in after) or kept(after) != kept(before):
            raise Refused("After the run the rows are not what they should be: everything was rolled back.")
        if any(self._map.tables[hit.table].erase != "keep" for hit in register.find(who.values)):
            raise Refused("After the run the person was still found: everything was rolled back.")

    def _today(self) -> date:
        return self._clock().date()
