"""The connector for Zoho CRM (API v8, any data centre).

A person is all the records that are them; the key names each (`Contacts:4876…;Leads:4876…`). Nothing is known of the
organisation beforehand: modules and fields are asked for, custom ones as well.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.connectors import Change, File, Found, Idle, NotSeen, Outside, Seen, Shelf, Table
from bot.connectors.block import read
from bot.connectors.http import Client, quietly, quietly_each
from bot.connectors.zoho.api import Api
from bot.connectors.zoho.correcting import Correcting
from bot.connectors.zoho.erasing import Erasing
from bot.connectors.zoho.exporting import Exporting
from bot.connectors.zoho.holdings import Holdings
from bot.connectors.zoho.journal import Journal
from bot.connectors.zoho.lint import faults_of
from bot.connectors.zoho.people import People
from bot.connectors.zoho.records import Records
from bot.connectors.zoho.register import Register
from bot.connectors.zoho.restricting import Restricting
from bot.connectors.zoho.review import Review
from bot.connectors.zoho.rules import ACCOUNTS, Block
from bot.connectors.zoho.token import VENDOR, Credentials, Tokens
from bot.errors import Misconfigured, Unsupported
from bot.law import Right
from bot.workflow import Act, Line, counts

NEEDED = ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")


def connector(block: Mapping[str, Any], outside: Outside, **client_with: Any) -> "Zoho":
    """The connector of this `[[connectors]]` block. Misconfigured, with every fault that shows without a call.

    `client_with` is what a test gives the clients: a transport, a way to wait.
    """
    where = f"[[connectors]] {block.get('name', '')}"
    made, faults = read(Block, block, where)
    env = made.env if made else "ZOHO"
    secrets = {name: outside.secret(f"{env}_{name}") for name in (*NEEDED, "ACCOUNTS_URL", "API_URL")}
    faults += [f"{where}: {env}_{name} is not set." for name in NEEDED if not secrets[name]]
    if made is not None and made.dc is None and not secrets["ACCOUNTS_URL"]:
        faults.append(f"{where}: dc is missing: the data centre, such as “eu”.")
    if faults or made is None:
        raise Misconfigured(faults)
    credentials = Credentials(secrets["CLIENT_ID"], secrets["CLIENT_SECRET"], secrets["REFRESH_TOKEN"], env)
    accounts = secrets["ACCOUNTS_URL"] or ACCOUNTS[made.dc or "us"]
    return Zoho(made, credentials, outside.shelf, outside.clock, accounts, secrets["API_URL"], client_with)


class Zoho:
    """One organisation. Safe from any thread."""

    by_hand = False

    def __init__(
        self,
        block: Block,
        credentials: Credentials,
        shelf: Shelf,
        clock: Callable[[], datetime],
        accounts: str,
        api: str = "",
        client_with: Mapping[str, Any] | None = None,
    ) -> None:
        """Calls nothing yet. `accounts` and `api` are addresses; without `api` the token's answer says where it is."""
        self.name, self.label = block.name, block.label
        self.timeout_s, self.settle_s = block.timeout_s, block.settle_s
        how = dict(client_with or {})
        tokens = Tokens(Client(VENDOR, accounts, **how), credentials, shelf, clock, api.rstrip("/"))
        self._block = block
        self._shelf = shelf
        self._clock = clock
        self._api = Api(tokens, block.in_flight, how)
        self._register = Register(self._api, block)
        self._people = People(self._api, self._register, block)
        self._holdings = Holdings(self.name, self._api, self._register, self._people, block)
        self._records = Records(self._api, self._people, how.get("pause", time.sleep))
        self._erasing = Erasing(self._api, self._people, self._holdings, self._records, block)
        self._exporting = Exporting(self._api, self._holdings, block)
        self._correcting = Correcting(self._people, self._holdings, self._records, block)
        self._restricting = Restricting(self._holdings, self._records, shelf, block)
        self._review = Review(self.name, self._api, self._register, self._people)

    @quietly
    def lint(self) -> list[str]:
        """Every fault of the block against the organisation, and every scope that is missing."""
        with self._in_time():
            return faults_of(self._api, self._register, self._block)

    @quietly
    def find(self, addresses: Sequence[str]) -> list[Found]:
        """Everybody with one of these addresses: one Found for all records that are one person."""
        with self._in_time():
            return [Found(self.name, each.key, each.addresses) for each in self._people.find(addresses)]

    @quietly
    def plan(self, right: Right, person: Found) -> list[Line]:
        """Counts per module and act. What Zoho has no call for is a task with words."""
        with self._in_time():
            match str(right):
                case "access" | "portability":
                    return self._exporting.lines(person)
                case "deletion":
                    held = self._holdings.held(person, self._today())
                    self._holdings.look_for_chores(held, person)
                    return self._holdings.lines(held)
                case "restriction":
                    return self._restricting.restriction(person)
                case "objection":
                    return self._restricting.objection(person)
                case "correction":
                    return self._correcting.lines(person)
        raise Unsupported(f"Zoho CRM has no plan for {right}.")

    @quietly_each
    def export(self, person: Found) -> Iterator[Table | File]:
        """Everything by its labels; each piece is fetched when it is wanted."""
        yield from self._exporting.export(person)

    @quietly
    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:
        """One change for each record and word whose value differs."""
        with self._in_time():
            return self._correcting.propose(person, wishes)

    @quietly
    def correct(self, person: Found, changes: Sequence[Change], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """Every field of these changes holds its new value, and no workflow ran."""
        with self._in_time():
            return self._correcting.correct(person, changes)

    @quietly
    def restrict(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """Locked where Zoho can, no e-mails, and the data processing basis says why."""
        with self._in_time():
            return self._restricting.restrict(person, self._mine(lines))

    @quietly
    def lift(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """Our lock is off, the fields are as they were before."""
        with self._in_time():
            return self._restricting.lift(person, self._mine(lines))

    @quietly
    def stop_marketing(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The records say no to advertising, and keep saying it."""
        with self._in_time():
            return self._restricting.stop(person, self._mine(lines))

    @quietly
    def erase(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """Exactly these lines, purged from the recycle bin. Begun before, it is gone on with where it stopped."""
        wanted = self._mine(lines)
        with self._in_time():
            return self._erasing.erase(self._journal(person, wanted), person, wanted, self._today())

    @quietly
    def erased(self, person: Found, lines: Sequence[Line], key: str) -> Seen | NotSeen | None:  # noqa: ARG002
        """Seen when all of it was done. What was done in part is not seen: `erase` goes on with the rest."""
        wanted = self._mine(lines)
        with self._in_time():
            done = self._erasing.finished(self._journal(person, wanted), person, wanted, self._today())
        return Seen(counts(wanted)) if done else NotSeen()

    @quietly
    def prove(
        self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line],
        changes: Sequence[Change] = (),
    ) -> list[Line]:  # fmt: skip
        """The second look: records, recycle bin, list of deletions, search and COQL; empty when the proof holds."""
        wanted = self._mine(lines)
        with self._in_time():
            match str(right):
                case "access" | "portability":
                    return self._exporting.left(person, wanted)
                case "deletion":
                    journal = self._journal(person, wanted)
                    return self._erasing.left(journal, person, addresses, wanted, self._today())
                case "correction":
                    return self._correcting.left(changes)
                case "restriction" | "objection":
                    return self._restricting.left(person, wanted)
        raise Unsupported(f"Zoho CRM has no proof for {right}.")

    @quietly_each
    def addresses(self) -> Iterator[str]:
        """Every e-mail address held, page by page."""
        yield from self._review.addresses()

    @quietly
    def idle(self, before: date, after: str, limit: int) -> list[Idle]:
        """People whose records all were quiet since before this day."""
        with self._in_time():
            return self._review.idle(before, after, limit)

    def close(self) -> None:
        """Idle connections are given back."""
        self._api.close()

    def _in_time(self) -> Any:
        return self._api.within(self.timeout_s)

    def _mine(self, lines: Sequence[Line]) -> list[Line]:
        return [line for line in lines if line.system == self.name and line.act != Act.TASK]

    def _journal(self, person: Found, wanted: Sequence[Line]) -> Journal:
        return Journal(self._shelf, person, wanted)

    def _today(self) -> date:
        return self._clock().date()
