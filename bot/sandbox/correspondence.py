"""Mails of earlier years in the demo company's mailbox: what customers asked, and what was answered."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path
from typing import Any, cast

from imapclient import IMAPClient

from bot.sandbox.company import JONAS, MARA, READER, RETO
from bot.sandbox.mail import ImapServer

MAP = Path(__file__).with_name("mailbox.toml")  # one `[[connectors]]` block
OURS = "info@klangfinger.example"
Row = dict[str, Any]
_ASKED = (  # folder, from, to, copy, subject, day
    ("Archive", MARA, OURS, "", "My licence on a second machine", "2024-02-05"),
    ("Answers", OURS, MARA, "", "Re: My licence on a second machine", "2024-02-06"),
    ("Archive", MARA, OURS, RETO, "One parcel for both of us", "2025-11-20"),
    ("Archive", RETO, OURS, "", "Where is my parcel?", "2025-12-01"),
    ("Answers", OURS, RETO, "", "Re: Where is my parcel?", "2025-12-02"),
    ("Archive", JONAS.upper(), OURS, "", "Serial number lost", "2026-03-14"),
    ("Archive", READER, OURS, "", "Please send me the newsletter", "2026-05-02"),
)


def fill(server: ImapServer) -> None:
    """The mails lie in their folders, beside the INBOX."""
    with server.client() as client:
        for folder in sorted({each[0] for each in _ASKED}):
            client.create_folder(folder)
        for number, (folder, sender, to, copy, subject, day) in enumerate(_ASKED, 1):
            at = datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=UTC)
            client.append(folder, _mail(number, sender, to, copy, subject, at), msg_time=at)


def snapshot(server: ImapServer) -> dict[str, list[Row]]:
    """Folder → its mails as they stand, ready to be shown; the INBOX as well."""
    with server.client() as client:
        names = [name for flags, _, name in client.list_folders() if b"\\Noselect" not in flags]
        return {name: sorted(_rows(client, name), key=lambda row: row["id"]) for name in names}


def _rows(client: IMAPClient, folder: str) -> Iterator[Row]:
    client.select_folder(folder, readonly=True)
    uids = client.search("ALL")
    found = client.fetch(uids, ["BODY.PEEK[HEADER]"]) if uids else {}
    for uid in sorted(found):
        said = message_from_bytes(cast("bytes", found[uid][b"BODY[HEADER]"]), policy=policy.compat32)
        who = [str(said.get(name, "")).strip() for name in ("From", "To", "Cc")]
        named = [address.lower() for _, address in getaddresses(who) if address and address != OURS]
        yield {
            "id": str(said.get("Message-ID", uid)), "from": who[0], "to": who[1], "copy": who[2],
            "subject": str(make_header(decode_header(str(said.get("Subject", ""))))), "of": named,
        }  # fmt: skip


def _mail(number: int, sender: str, to: str, copy: str, subject: str, at: datetime) -> bytes:
    more = f"Cc: {copy}\r\n" if copy else ""
    return (
        f"From: {sender}\r\nTo: {to}\r\n{more}Subject: {subject}\r\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"Message-ID: <earlier-{number}@klangfinger.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\nSee above.\r\n"
    ).encode()
