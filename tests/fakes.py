"""The desk's outward edges as small honest classes. Each keeps what it was told and can be made to fail once."""

import hashlib
import itertools
import json
import threading
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from bot.connectors import Found, Idle, NotSeen, Outside, Seen, Table
from bot.errors import PlanChanged, Refused, Unsupported
from bot.law import Right
from bot.workflow import Act, Change, Line

ACTS = {
    Right.ACCESS: Act.EXPORT,
    Right.PORTABILITY: Act.EXPORT,
    Right.DELETION: Act.DELETE,
    Right.RESTRICTION: Act.RESTRICT,
    Right.OBJECTION: Act.STOP,
}


class FakeShelf:
    """Values in memory, one turn at a time."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> bytes | None:
        return self.values.get(name)

    def put(self, name: str, value: bytes) -> None:
        self.values[name] = value

    def drop(self, name: str) -> None:
        self.values.pop(name, None)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        assert name
        with self._lock:
            yield


def outside(clock: Callable[[], datetime], cases: Sequence[str] = (), **secrets: str) -> Outside:
    """What a connector gets of a house: these secrets, this clock, and tickets that hold these Message-IDs."""
    return Outside(lambda name: secrets.get(name, ""), clock, FakeShelf(), lambda each: each in cases)


class FakeSystem:
    """A system of records `{person key: (address, rows)}`: counts what is asked and erases for good."""

    by_hand = False
    timeout_s = 5.0
    settle_s = 0.0

    def __init__(self, name: str = "server", people: Mapping[str, tuple[str, int]] | None = None) -> None:
        self.name = name
        self.label = f"our {name}"
        self.people = dict(people or {})
        self.kept: dict[str, int] = {}
        self.erasures: list[str] = []
        self.fails: list[Exception] = []
        self.lies = False
        self.fields: dict[str, dict[str, str]] = {}  # person key -> house word -> value
        self.restricted: set[str] = set()
        self.silent: set[str] = set()  # no marketing goes to them
        self.acts: list[str] = []
        self.task = ""  # what a person has to do beside it
        self.unable = False  # to do anything for a right
        self.unlisted = False  # it cannot say whose addresses it holds
        self.last_seen: dict[str, date | None] | None = None  # person key -> last activity; None: it cannot tell
        self.shaky = 0  # as many acts find other data than those of the plan

    def _fail(self) -> None:
        if self.fails:
            raise self.fails.pop(0)

    def find(self, addresses: Sequence[str]) -> list[Found]:
        self._fail()
        wanted = {each.strip().lower() for each in addresses}
        return [
            Found(self.name, key, (address,))
            for key, (address, _) in self.people.items()
            if address.strip().lower() in wanted
        ]

    def plan(self, right: Right, person: Found) -> list[Line]:
        self._fail()
        rows = self.people[person.key][1] if person.key in self.people else 0
        if self.unable:
            raise Unsupported("The server knows no such thing.")
        act = ACTS[right]
        lines = [Line(self.name, "account", act, rows, "customer data")] if rows else []
        return lines + ([Line(self.name, "paper", Act.TASK, 1, words=self.task)] if self.task else [])

    def export(self, person: Found) -> list[Table]:
        self._fail()
        address, rows = self.people[person.key]
        return [Table("account", "customer data", "contract", "six years", ("n", "address"),
                      tuple((n, address) for n in range(rows)))]  # fmt: skip

    def erase(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        self._fail()
        if [each for each in self.plan(Right.DELETION, person) if each.act != Act.TASK] != list(lines):
            raise PlanChanged("The data changed since the plan.")
        self.erasures.append(key)
        if not self.lies:
            del self.people[person.key]
        return {line.place: line.count for line in lines}

    def erased(self, person: Found, lines: Sequence[Line], key: str) -> Seen | NotSeen | None:
        return NotSeen() if person.key in self.people else Seen({line.place: line.count for line in lines})

    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:
        self._fail()
        held = self.fields.get(person.key, {})
        return [
            Change(self.name, "account", person.key, word, word, word, held[word], new)
            for word, new in wishes.items()
            if word in held and held[word] != new
        ]

    def addresses(self) -> Iterator[str]:
        self._fail()
        if self.unlisted:
            raise Unsupported("The server lists nobody.")
        yield from [address for address, _ in self.people.values()]

    def idle(self, before: date, after: str, limit: int) -> list[Idle]:
        self._fail()
        if self.last_seen is None:
            raise Unsupported("The server does not know when somebody was last there.")
        seen = {key: self.last_seen.get(key) for key in sorted(self.people) if key > after}
        return [
            Idle(Found(self.name, key, (self.people[key][0],)), last)
            for key, last in seen.items()
            if last is None or last < before
        ][:limit]

    def correct(self, person: Found, changes: Sequence[Change], key: str) -> Mapping[str, int]:
        self._fail()
        held = self.fields[person.key]
        if any(held[each.name] not in {each.old, each.new} for each in changes):
            raise PlanChanged("A field has changed since the plan.")
        self.acts.append(key)
        if not self.lies:
            held |= {each.name: each.new for each in changes}
        return {"account": len(changes)}

    def restrict(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        return self._set(self.restricted, person, lines, key)

    def lift(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        self.acts.append(key)
        self.restricted.discard(person.key)
        return {line.place: line.count for line in lines}

    def stop_marketing(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        return self._set(self.silent, person, lines, key)

    def _set(self, where: set[str], person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:
        self._fail()
        if self.shaky:
            self.shaky -= 1
            raise PlanChanged("The data changed since the plan.")
        self.acts.append(key)
        if not self.lies:
            where.add(person.key)
        return {line.place: line.count for line in lines}

    def prove(
        self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line],
        changes: Sequence[Change] = (),
    ) -> list[Line]:  # fmt: skip
        self._fail()
        held = self.fields.get(person.key, {})
        holds = {
            Act.DELETE: person.key not in self.people,
            Act.CORRECT: all(held[each.name] == each.new for each in changes),
            Act.RESTRICT: person.key in self.restricted,
            Act.LIFT: person.key not in self.restricted,
            Act.STOP: person.key in self.silent,
        }
        return [line for line in lines if not holds.get(line.act, True)]


@dataclass
class FakeChannel:
    """A channel of messages: key -> blocks and text; and what stands in whose thread."""

    messages: dict[str, tuple[list[dict[str, Any]], str]] = field(default_factory=dict)  # ts -> what it shows
    keys: dict[str, str] = field(default_factory=dict)  # key -> ts
    threads: dict[str, str] = field(default_factory=dict)  # ts -> ts of the message it answers
    broadcasts: list[str] = field(default_factory=list)  # ts of answers that stand in the channel, too
    directs: dict[str, str] = field(default_factory=dict)  # ts -> who alone reads it
    fails: list[Exception] = field(default_factory=list)
    counter: Any = field(default_factory=lambda: itertools.count(1))

    def post(
        self, blocks: list[dict[str, Any]], text: str, key: str, *, thread: str | None = None,
        broadcast: bool = False, user: str | None = None,
    ) -> tuple[str, str]:  # fmt: skip
        if self.fails:
            raise self.fails.pop(0)
        ts = f"{next(self.counter)}.0"
        self.messages[ts] = (blocks, text)
        self.keys[key] = ts
        if thread:
            self.threads[ts] = thread
            self.broadcasts += [ts] * broadcast
        if user:
            self.directs[ts] = user
        return (f"D{user}" if user else "C1", ts)

    def find(
        self, key: str, since: datetime, *, thread: str | None = None, user: str | None = None
    ) -> tuple[str, str] | None:
        ts = self.keys.get(key)
        found = ts and self.threads.get(ts) == thread and self.directs.get(ts) == user
        return (f"D{user}" if user else "C1", ts) if found and ts else None

    def link(self, channel: str, ts: str) -> str:
        return f"https://team.slack.example/archives/{channel}/p{ts.replace('.', '')}"

    def update(self, channel: str, ts: str, blocks: list[dict[str, Any]], text: str) -> None:
        if self.fails:
            raise self.fails.pop(0)
        assert channel == "C1"
        self.messages[ts] = (blocks, text)

    def shown(self) -> str:
        return json.dumps(list(self.messages.values()), ensure_ascii=False)

    def replies(self, of: str = "") -> list[str]:
        """What was said in threads, oldest first; only what has keys that begin so, where that is given."""
        keys = {ts: key for key, ts in self.keys.items()}
        return [self.messages[ts][1] for ts in self.threads if keys[ts].startswith(of)]


@dataclass
class FakePostman:
    """Mail out: everything sent, and a Sent folder that may be asked."""

    out: list[tuple[str, str, bytes]] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    has_sent_folder: bool = False

    def send(self, sender: str, to: str, content: bytes) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.out.append((sender, to, content))

    def sent(self, message_id: str) -> bool | None:
        found = any(message_from_bytes(content)["Message-ID"] == message_id for _, _, content in self.out)
        return True if found and self.has_sent_folder else None

    def texts(self) -> list[str]:
        return [
            part.get_payload(decode=True).decode()
            for _, _, content in self.out
            for part in message_from_bytes(content).walk()
            if part.get_content_type() == "text/plain"
        ]


class FakeContent:
    """Bytes that are handed out in pieces."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from (self._content[start : start + 1000] for start in range(0, self.size, 1000))

    def close(self) -> None:
        self.closed = True


class FakePacker:
    """Packages in memory: a zip of one JSON a system, sealed by a token that only the letter knows."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.held: dict[str, bytes] = {}

    def hold(self, name: str, key: bytes, held: Iterable[Any]) -> SimpleNamespace:
        tables = [[each.name, [list(row) for row in each.rows]] for each in held]
        frozen = key[:4] + json.dumps(tables, default=bytes.decode).encode()
        self.held[name] = frozen
        rows = sum(len(rows) for _, rows in tables)
        return SimpleNamespace(rows=rows, size=len(frozen), digest=hashlib.sha256(frozen).hexdigest())

    @contextmanager
    def thawed(self, name: str, key: bytes, digest: str) -> Iterator[Sequence[Any]]:
        frozen = self.held.get(name, b"")
        if frozen[:4] != key[:4] or hashlib.sha256(frozen).hexdigest() != digest:
            raise Refused("not whole")
        yield json.loads(frozen[4:])

    def let_go(self, name: str) -> None:
        self.held.pop(name, None)

    def sweep(self, known: Collection[str]) -> int:
        orphans = [name for name in self.held if name not in known]
        for name in orphans:
            del self.held[name]
        return len(orphans)

    def given(self, sheets: Sequence[Any]) -> Sequence[Any]:
        return [each for each in sheets if each[0] == "account"]

    def others(self, sheets: Sequence[Any], own: object, read: object) -> list[Any]:
        return []  # whoever tests that takes the real packer


    def pack(
        self, name: str, tables: Mapping[str, Sequence[Any]], about: Mapping[str, Any], made_at: datetime,
        *, locked: bool = False,
    ) -> SimpleNamespace:  # fmt: skip
        assert not locked, "whoever tests that takes the real packer"
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for system, each in tables.items():
                archive.writestr(f"{system}.json", json.dumps(each))
        token = f"token-of-{name}"
        self.files[name] = (token, out.getvalue())
        return SimpleNamespace(
            token=token, digest=hashlib.sha256(token.encode()).hexdigest(), size=len(out.getvalue())
        )

    def open(self, name: str, token: str) -> FakeContent:
        expected, content = self.files[name]
        assert token == expected
        return FakeContent(content)

    def remove(self, name: str) -> None:
        self.files.pop(name, None)
