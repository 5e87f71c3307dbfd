"""The line breaks at each command, in each way: every mail is taken all the same (TRUST, F10)."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from bot.post import Pace, Patience, Watcher
from tests.fixtures.dovecot import wait_for
from tests.fixtures.mail import Desk, mail
from tests.fixtures.scripted import FakeImap, Session

COMMANDS = ("CAPABILITY", "LOGIN", "SELECT", "SEARCH", "FETCH", "STORE", "IDLE", "NOOP")


def reset(_server: FakeImap, _session: Session, _tag: str) -> None:
    raise ConnectionError


def silence(server: FakeImap, _session: Session, _tag: str) -> None:
    server.closing.wait(10)


def half(_server: FakeImap, session: Session, tag: str) -> None:
    session.sock.sendall(b"* 1 FETCH (UID 1 BODY[] {100}\r\nFrom: ann@ex" if tag.endswith("7") else b"* OK [ALE")
    raise ConnectionError


def trickle(server: FakeImap, session: Session, _tag: str) -> None:
    while not server.closing.wait(0.05):
        session.sock.sendall(b"*")


def goodbye(_server: FakeImap, session: Session, _tag: str) -> None:
    session.say("* BYE Session invalidated - AccessTokenExpired")
    raise ConnectionError


def nonsense(_server: FakeImap, session: Session, tag: str) -> None:
    session.say("+ what", f"{tag} PERHAPS")


@dataclass
class Case:
    """A server that breaks the line once, at one command, and who watches it."""

    server: FakeImap
    desk: Desk = field(default_factory=Desk)
    broken: threading.Event = field(default_factory=threading.Event)

    def arm(self, command: str, fault: Callable[[FakeImap, Session, str], None]) -> None:
        honest = getattr(self.server, f"on_{command.lower()}", self.server.on_anything)

        def act(session: Session, tag: str, rest: str) -> None:
            if self.broken.is_set():
                honest(session, tag, rest)
            else:
                self.broken.set()
                fault(self.server, session, tag)

        self.server.mails = {1: mail(1), 2: mail(2)}
        self.server.instead[command] = act

    def healed(self) -> bool:
        return self.broken.is_set() and len(self.desk.marks) == 2 and self.server.commands.count("NOOP") > 2


@pytest.fixture
def cases() -> Iterator[dict[str, Case]]:
    made = {command: Case(FakeImap()) for command in COMMANDS}
    yield made
    for case in made.values():
        case.server.stop()


@pytest.mark.parametrize("fault", [reset, silence, half, trickle, goodbye, nonsense])
def test_broken_line(
    cases: dict[str, Case], watch: Callable[..., Watcher], fault: Callable[[FakeImap, Session, str], None]
):
    """Two mails, the line broken once, at each command in turn: both are taken once and flagged, and the watch goes on."""
    pace = Pace(idle_s=0.1, slice_s=0.02, first_s=0.02, longest_s=0.1, refused_s=0.1)
    patience = Patience(read_s=0.5, command_s=0.6, leave_s=0.1)
    watchers: list[Watcher] = []
    for command, case in cases.items():
        case.arm(command, fault)
        watchers.append(watch(case.server.url, case.desk, pace=pace, patience=patience))

    wait_for(lambda: all(case.healed() for case in cases.values()))
    wait_for(lambda: all(watcher.trouble is None for watcher in watchers))
    assert {command: sorted(case.desk.uids) for command, case in cases.items()} == {key: [1, 2] for key in COMMANDS}
