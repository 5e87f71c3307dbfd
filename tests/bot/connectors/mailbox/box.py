"""A mailbox with mails from and to Mara in its folders, on whatever server a test runs against."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from imapclient import IMAPClient

from bot.connectors import File, Found, Outside
from bot.connectors.mailbox import Mailbox as Connector
from bot.connectors.mailbox import connector
from bot.law import Right
from bot.line import Patience
from bot.workflow import Line
from tests.fakes import FakeShelf
from tests.fixtures.dovecot import Mailbox

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
MARA, RETO = "mara.lindt@example.com", "reto.lindt@example.com"
OURS = "info@klangfinger.example"
CASE = "<case-1@example.com>"
BLOCK: dict[str, Any] = {
    "kind": "mailbox",
    "name": "mail",
    "label": "our mailbox",
    "url_env": "MAILBOX_URL",
    "category": "Letters",
    "own": ["klangfinger.example"],
    "roles": {"Sent": "sent", "Archive": "archive", "Bin": "trash"},
}


def mail(number: int, *, sender: str = MARA, to: str = OURS, more: str = "", body: str = "Hello.") -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: Question {number}\r\n{more}Date: Mon, 02 Nov 2026 09:00:00 +0000\r\n"
        f"Message-ID: <mail-{number}@example.com>\r\n\r\n{body}\r\n"
    ).encode()


@dataclass
class Box:
    """`connect()` gives the connector; `everything()` looks past it."""

    server: Mailbox
    block: dict[str, Any] = field(default_factory=lambda: dict(BLOCK))
    shelf: FakeShelf = field(default_factory=FakeShelf)
    now: dt.datetime = NOW
    url: str = ""
    cases: set[str] = field(default_factory=lambda: {CASE})

    def __post_init__(self) -> None:
        with self.server.client() as client:
            self.sign = (client.list_folders()[0][1] or b"/").decode()
            for folder in self.block["roles"]:
                if not client.folder_exists(folder):
                    client.create_folder(folder)

    def connect(self, patience: Patience | None = None, **changes: Any) -> Connector:
        url = self.url or self.server.url
        outside = Outside(lambda _: url, lambda: self.now, self.shelf, lambda each: each in self.cases)
        made = connector({**self.block, **changes}, outside)
        assert isinstance(made, Connector)
        if patience:
            made._patience = patience
        return made

    def put(self, folder: str, *raws: bytes, at: dt.datetime = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)) -> None:
        with self.server.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for raw in raws:
                client.append(folder, raw, msg_time=at)

    def fill(self) -> "Box":
        """Three of Mara's in INBOX, one to her in Sent, one old one in Archive; one of Reto's in each."""
        self.put("INBOX", mail(1), mail(2, sender=f"Mara Lindt <{MARA.upper()}>"), mail(3, sender=RETO))
        self.put("INBOX", mail(4, sender="friend@example.net", more=f"Reply-To: {MARA}\r\n"))
        self.put("Sent", mail(5, sender=OURS, to=f'"Lindt, Mara" <{MARA}>'), mail(6, sender=OURS, to=RETO))
        self.put("Archive", mail(7), mail(8, sender=RETO))
        return self

    def one(self, address: str = MARA) -> Found:
        (found,) = self.connect().find([address])
        return found

    def planned(self, right: Right = Right.DELETION) -> tuple[Connector, Found, list[Line]]:
        server = self.connect()
        (person,) = server.find([MARA])
        return server, person, [line for line in server.plan(right, person) if line.act != "task"]

    def everything(self) -> dict[str, list[tuple[bytes, tuple[bytes, ...]]]]:
        """Folder → its mails with their flags; a folder without any is left out."""
        with self.server.client() as client:
            found = {name: self._mails(client, name) for flags, _, name in client.list_folders() if b"\\Noselect" not in flags}
        return {name: mails for name, mails in found.items() if mails}

    def _mails(self, client: IMAPClient, folder: str) -> list[tuple[bytes, tuple[bytes, ...]]]:
        client.select_folder(folder, readonly=True)
        uids = client.search("ALL")
        found = client.fetch(uids, ["BODY.PEEK[]", "FLAGS"]) if uids else {}
        return sorted(
            (said[b"BODY[]"], tuple(sorted(flag for flag in said[b"FLAGS"] if flag != b"\\Recent")))
            for said in found.values()
        )

    def numbers(self, folder: str) -> list[int]:
        """Which of the numbered mails lie there."""
        return numbers(raw for raw, _ in self.everything().get(folder, ()))


def numbers(raws: Iterable[bytes]) -> list[int]:
    return sorted(int(raw.partition(b"<mail-")[2].partition(b"@")[0] or 0) for raw in raws)


def copied(found: Iterable[Any]) -> dict[str, tuple[bytes, str]]:
    return {each.name: (b"".join(each.pieces), each.look) for each in found if isinstance(each, File)}
