"""The connector for a file share: account folders, name rules, and the text of documents (`rules.py` is its map).

What it takes away it moves: restricted files into a folder closed to all but the bot, with a note in their place;
deleted ones into quarantine, from where they are gone after the grace time. Nothing is ever moved that is not, byte by
byte, what was approved.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from bot.connectors import Change, Connector, File, Found, Idle, NotSeen, Outside, Seen, Table
from bot.connectors import block as blocks
from bot.connectors.documents import Documents
from bot.connectors.files.accounts import Account, InDatabase, Index, InFile, Nobody, accounts
from bot.connectors.files.copies import copies
from bot.connectors.files.holds import QUARANTINE, RESTRICTED, Holds, run_of
from bot.connectors.files.lines import LISTED, fate_of, goes_out, planned
from bot.connectors.files.rules import Map, Parts, Share, shown
from bot.connectors.files.search import Search, Who
from bot.connectors.files.tree import Closed, Gone, Sort, Tree
from bot.connectors.tokens import comparable
from bot.errors import Misconfigured, PlanChanged, Refused, Temporary, Unsupported
from bot.law import Right
from bot.workflow import ACTING, Act, Line, counts, difference, plan_hash

BY_ADDRESS = "address"  # key of a person without an account: the addresses say who it is
def connector(block: Mapping[str, Any], outside: Outside) -> Connector:
    """The connector of this `[[connectors]]` block; the share is where the variable `root_env` says. Misconfigured."""
    name = str(block.get("name") or "files")
    share, faults = blocks.read(Share, block, name)
    if share is None:
        raise Misconfigured(faults)
    rules = Map(share)
    root = outside.secret(share.root_env)
    if not root:
        rules.faults.append(f"{share.root_env} is not set: the path of the file share.")
    said = share.accounts
    url = outside.secret(said.url_env) if said and said.url_env else ""
    if said and said.url_env and not url:
        rules.faults.append(f"{said.url_env} is not set: the database that knows the accounts.")
    if rules.faults:
        raise Misconfigured([f"{name}: {fault}" for fault in rules.faults])
    tree = Tree(Path(root))
    index: Index = Nobody()
    if said and rules.numbers:
        index = InDatabase(url, name, said, rules.numbers) if url else InFile(tree, said, rules.numbers)
    return Files(rules, tree, index, outside.clock)


class Files:
    """One file share under its rules. Safe from any thread.

    A call may raise Temporary (nothing happened; a share too large to be read in one call is read on in the next),
    Refused (a person has to look) and, from `erase` and `restrict` alone, Unclear (doing it again settles it).
    """

    settle_s = 1.0
    by_hand = False

    def __init__(self, rules: Map, tree: Tree, index: Index, clock: Callable[[], datetime]) -> None:
        """Looks at nothing yet."""
        share = rules.share
        self.name, self.label, self.timeout_s = share.name, share.label, share.timeout_s
        self._map, self._tree, self._index, self._clock = rules, tree, index, clock
        self._holds = Holds(tree, share.locked)
        own = frozenset(comparable(each) for each in share.own)
        self._documents = Documents(own, share.number)

    def lint(self) -> list[str]:
        """Every fault of the rules against the share. Temporary when it is not there."""
        faults = self._index.faults()
        with self._tree.folder(()):
            names = [each for each in self._tree.names(()) if each != self._map.share.locked]
        for name in names:
            entry = self._tree.stat((name,))
            if entry and entry.sort == Sort.FOLDER and not self._map.reaches(shown(name)):
                faults.append(f"No rule reaches the folder “{shown(name)}”: make one, or ignore it with a reason.")
        try:
            self._tree.write((self._map.share.locked, "closed"), b"Only the bot has to do in here.\n")
        except (Gone, Closed):
            faults.append(f"The folder “{self._map.share.locked}” cannot be written to: files are moved there.")
        return faults

    def find(self, addresses: Sequence[str]) -> list[Found]:
        """Whoever has one of these addresses and anything in the share: one per account number, or one by address."""
        given = [each for each in addresses if "@" in each]
        if not given:
            return []
        known = accounts(self._index, given)
        with self._searching() as search:
            if known:
                return [self._found(each) for each in known if search.anything(self._account(each))]
            person = Found(self.name, BY_ADDRESS, tuple(dict.fromkeys(comparable(each) for each in given)))
            return [person] if search.anything(self._who(person)) else []

    def plan(self, right: Right, person: Found) -> list[Line]:
        """Counts per rule and act; the mark of a line stands for the paths, sizes and contents it was made of."""
        if right == Right.CORRECTION:
            raise Unsupported("What stands in files is corrected by hand.")
        who = self._who(person)
        with self._searching() as search:
            finding = search.all(who)
        listed = self._index.place and any(number == who.number for number, _ in self._index.rows(()))
        if listed and who.number and right != Right.RESTRICTION:
            finding.troubles[self._index.place, LISTED] += 1
        return planned(self.name, right, finding, self._today())

    def export(self, person: Found) -> Iterator[Table | File]:
        """A list of the files with their digests, and then every one of them."""
        with self._searching() as search:
            pieces = [each for each in search.all(self._who(person)).pieces if goes_out(each)]
        yield from copies(self._tree, pieces)

    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:  # noqa: ARG002
        raise Unsupported("What stands in files is corrected by hand.")

    def correct(self, person: Found, changes: Sequence[Change], key: str) -> NoReturn:  # noqa: ARG002
        raise Unsupported("What stands in files is corrected by hand.")

    def restrict(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The files of these lines are in the locked folder, each with a note in its place."""
        return self._taken(Right.RESTRICTION, RESTRICTED, person, lines)

    def lift(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The files these lines restricted are in their places again."""
        self._holds.give_back(run_of(person.key, lines))
        return counts(lines)

    def stop_marketing(self, person: Found, lines: Sequence[Line], key: str) -> NoReturn:  # noqa: ARG002
        raise Unsupported("No advertising goes out from a file share.")

    def erase(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The files of these lines are in quarantine; folders that bore the person's number and are empty are gone."""
        done = self._taken(Right.DELETION, QUARANTINE, person, lines)
        taken = self._holds.manifest(QUARANTINE, run_of(person.key, lines)) or ()
        self._holds.tidy(each.source[2] for each in taken if each.source != each.path)
        self._clear_folders(person)
        return done

    def erased(self, person: Found, lines: Sequence[Line], key: str) -> Seen | NotSeen | None:  # noqa: ARG002
        """Whether every file of these lines has left its place, and its folder. A run cut off may be begun again."""
        settled = self._holds.settled(QUARANTINE, run_of(person.key, lines))
        return Seen(counts(lines)) if settled and not self._empty_folders(person) else NotSeen()

    def _empty_folders(self, person: Found) -> bool:
        who = self._who(person)
        with self._searching() as search:
            return bool(who.number and search.folders(who))

    def prove(
        self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line],
        changes: Sequence[Change] = (),  # noqa: ARG002
    ) -> list[Line]:  # fmt: skip
        """Searches the share again, contents and all; what is there beyond the lines."""
        acts = {line.act for line in lines}
        if Act.LIFT in acts or Act.RESTRICT in acts:
            return self._held_back(person, lines, lifted=Act.LIFT in acts)
        everybody = replace(person, addresses=tuple(dict.fromkeys((*person.addresses, *addresses))))
        with self._searching() as search:
            finding = search.all(self._who(everybody))
        there = [line for line in planned(self.name, right, finding, self._today()) if line.act != Act.TASK]
        if right == Right.DELETION:
            kept = {(line.place, line.mark) for line in lines if line.act == Act.KEEP}
            left = [line for line in there if line.act == Act.DELETE or (line.place, line.mark) not in kept]
            lost = {line.mark for line in lines if line.act == Act.KEEP} - {line.mark for line in there}
            left += [line for line in lines if line.mark and line.mark in lost]
            folders = [Line(self.name, "empty folders", Act.DELETE, len(finding.folders))] if finding.folders else []
            return left + folders
        marks = {line.mark for line in lines}
        return [line for line in there if line.mark not in marks]

    def addresses(self) -> NoReturn:
        raise Unsupported("A file share has no list of addresses.")

    def idle(self, before: date, after: str, limit: int) -> list[Idle]:  # noqa: ARG002
        raise Unsupported("A file share does not know which accounts are in use.")

    def sweep(self) -> int:
        """What was in quarantine for longer than the grace time is gone for good; how many files."""
        return self._holds.sweep(self._today(), self._map.share.grace_days)

    # -- who ------------------------------------------------------------------------------------------------------

    def _found(self, account: Account) -> Found:
        return Found(self.name, f"{'shared' if account.shared else 'account'}:{account.number}", account.addresses)

    def _account(self, account: Account) -> Who:
        return self._who(self._found(account))

    def _who(self, person: Found) -> Who:
        sort, _, number = person.key.partition(":")
        if sort not in {"account", "shared", BY_ADDRESS} or bool(number) == (sort == BY_ADDRESS):
            raise Refused("This reference is none of the file share's.")
        numbers = [number] if number else []
        return Who(number, sort == "shared", self._documents.hashed(person.addresses, numbers))

    @contextmanager
    def _searching(self) -> Iterator[Search]:
        ends = time.monotonic() + self.timeout_s * 0.9

        def going_on() -> float:
            left = ends - time.monotonic()
            if left <= 0:
                raise Temporary("The file share is too large to be read in one go: it is read on.", retry_after=1)
            return left

        with self._documents.reading() as reading:
            yield Search(self._map, self._tree, self._holds, self._documents, reading, going_on)

    # -- acts -----------------------------------------------------------------------------------------------------

    def _taken(self, right: Right, area: str, person: Found, lines: Sequence[Line]) -> Mapping[str, int]:
        run = run_of(person.key, lines)
        if self._holds.manifest(area, run) is not None:  # begun already: it is finished, not begun anew
            self._holds.take(area, run, (), self._today())
            return counts(lines)
        with self._searching() as search:
            finding = search.all(self._who(person))
        there = [line for line in planned(self.name, right, finding, self._today()) if line.act != Act.TASK]
        wanted = [line for line in lines if line.system == self.name and line.act != Act.TASK]
        if plan_hash(wanted) != plan_hash(there):
            changed = difference(wanted, there) or ["the content of a file has changed"]
            raise PlanChanged("This is not what was approved: " + "; ".join(changed))
        fates = [(each, fate_of(right, each, self._today())) for each in finding.pieces]
        files = [each.held() for each, fate in fates if fate and fate.act in ACTING]
        if files:
            self._holds.take(area, run, files, self._today())
        return counts(wanted)

    def _clear_folders(self, person: Found) -> None:
        """A folder's name says whose it was: those that bear the number and are empty are gone, with what they hold."""
        who = self._who(person)
        with self._searching() as search:
            while who.number and (folders := search.folders(who)):
                self._holds.clear_folders(folders)
                if any(self._tree.stat(each) for each in folders):
                    return

    def _held_back(self, person: Found, lines: Sequence[Line], *, lifted: bool) -> list[Line]:
        run = run_of(person.key, lines)
        held = self._holds.manifest(RESTRICTED, run)
        if lifted:
            return [line for line in lines if line.act == Act.LIFT] if held is not None else []
        wrong = sum(not self._is_held(run, each.path, each.digest, each.source) for each in held or ())
        missing = max(0, sum(line.count for line in lines if line.act == Act.RESTRICT) - len(held or ()))
        left = [Line(self.name, "restricted files", Act.RESTRICT, wrong + missing)] if wrong + missing else []
        return left + [line for line in self.plan(Right.RESTRICTION, person) if line.act == Act.RESTRICT]

    def _is_held(self, run: str, path: Parts, digest: str, source: Parts) -> bool:
        try:
            there = self._tree.digest((*self._holds.where(RESTRICTED, run), *path))[0]
        except (Gone, Closed):
            return False
        return there == digest and self._tree.stat(source) is None

    def _today(self) -> date:
        return self._clock().date()
