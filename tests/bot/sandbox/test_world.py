"""The demo world is what the unchanged bot needs, in this process or in another."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from bot import settings
from bot.sandbox import held, letters, share
from bot.sandbox.clock import SandboxClock
from bot.sandbox.company import JONAS, MARA, READER
from bot.sandbox.comparison import compared
from bot.sandbox.enquiries import PREPARED
from bot.sandbox.mail import HOST
from bot.sandbox.world import OWN, World
from bot.tickets import Role

SYSTEMS = ("server", "newsletter", "crm", "share", "mail", "recruitment")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as made:
        yield made


def inbox(world: World) -> list[Any]:
    with IMAPClient(HOST, world.imap.port, ssl=False, timeout=10) as client:
        client.login(world.imap.user, world.imap.password)
        client.select_folder("INBOX", readonly=True)
        return [each[b"BODY[]"] for each in client.fetch(client.search(), ["BODY.PEEK[]"]).values()]


def letter(world: World, *, text: str = "Your code: 1234 5678", to: str = MARA) -> bytes:
    _, raw = letters.compose(
        sender=OWN, name="Klangfinger", to=to, subject="Please confirm", text=text, at=world.clock()
    )
    return raw


def test_the_environment_is_a_whole_configuration(world: World) -> None:
    """The bot's own settings find nothing to say against it; handler and approver are two people."""
    found = settings.load(world.environment())
    roles = found.roles.by_user()
    assert found.company.email == OWN
    assert {Role.HANDLER, Role.APPROVER} <= {role for each in roles.values() for role in each}
    assert "U0EVE" not in roles
    assert found.env.public_url == f"http://{HOST}:{world.web_port}"


def test_everything_lies_in_its_folder(world: World, tmp_path: Path) -> None:
    """Nothing is written anywhere else, and the folder holds configuration, company and clock."""
    assert {each.name for each in tmp_path.iterdir()} >= {"subjectline.toml", "company.sqlite", "clock"}
    for name in ("DATABASE_URL", "SUBJECTLINE_CONFIG", "SUBJECTLINE_DATA", "COMPANY_DATABASE_URL"):
        assert str(tmp_path) in world.environment()[name]


def test_a_persons_mail_reaches_the_mailbox(world: World) -> None:
    """Over SMTP, as any mail would."""
    message_id = world.write(MARA, "Mara Lindt", "Data Protection Enquiry", "Which data do you hold about me?")
    (raw,) = inbox(world)
    mail = message_from_bytes(raw)
    assert mail["Message-ID"] == message_id
    assert mail["Subject"] == "Data Protection Enquiry"


def test_our_letters_are_read_as_their_reader_sees_them(world: World) -> None:
    """To, subject and the code; an answer is in the thread and does not count as one of ours."""
    import smtplib

    with smtplib.SMTP(HOST, world.smtp.port) as line:
        line.sendmail(OWN, [MARA], letter(world))
    (ours,) = world.letters()
    assert (ours.to, ours.subject, ours.code) == (MARA, "Please confirm", "12345678")
    world.reply(ours, "My code is 1234 5678.", "Mara Lindt")
    mail = message_from_bytes(inbox(world)[0])
    assert mail["In-Reply-To"] == ours.message_id
    assert mail["Subject"] == "Re: Please confirm"
    assert len(world.letters()) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your code: 1234 5678", "12345678"),
        ("your code is 12345678.", "12345678"),
        ("Call +41 52 555 01 40 with the code", None),
        ("Reference DPE-2026-00012345, no code", None),
        ("12345678", None),
    ],
)
def test_a_code_is_eight_digits_that_are_called_one(text: str, code: str | None) -> None:
    """Telephone numbers and references are none."""
    _, raw = letters.compose(sender=OWN, name="", to=MARA, subject="x", text=text, at=datetime.now(UTC))
    assert letters.read(0, raw, datetime.now(UTC)).code == code


def test_the_clock_is_the_same_for_every_process(tmp_path: Path) -> None:
    """Moved on here, it is later there."""
    clock = SandboxClock(tmp_path / "clock")
    clock.forward(days=2, hours=1)
    asked = f"from bot.sandbox.clock import SandboxClock; from pathlib import Path; print(SandboxClock(Path({str(clock.path)!r}))().isoformat())"
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True, env={**os.environ})
    there = datetime.fromisoformat(told.stdout.strip())
    assert timedelta() <= clock() - there < timedelta(seconds=30)
    assert there - datetime.now(UTC) > timedelta(days=2)


def test_the_clock_never_goes_back(tmp_path: Path) -> None:
    """Not even when asked."""
    clock = SandboxClock(tmp_path / "clock")
    with pytest.raises(ValueError, match="forward"):
        clock.forward(hours=-1)


def test_slack_and_mail_keep_the_worlds_time(world: World) -> None:
    """A message posted after the clock was moved carries the later time."""
    world.clock.forward(days=7)
    place = world.slack.workspace.conversations[world.slack.channel]
    posted = float(world.slack.workspace.post(place, {"text": "later"})["ts"])
    assert posted > (datetime.now(UTC) + timedelta(days=6)).timestamp()


def test_the_comparison_tells_changed_and_removed_rows(world: World) -> None:
    """And whose they are, however the address is written."""
    now = {name: list(rows) for name, rows in world.held()["server"].items()}
    now["account"][0] = {**now["account"][0], "first_name": "erased", "of": ["erased-1@invalid.example"]}
    gone = now["newsletter"].pop(0)
    tables = {table["name"]: table["rows"] for table in compared(world.held_before["server"], now)}
    changed = [row for row in tables["account"] if row["state"] == "changed"]
    removed = [row for row in tables["newsletter"] if row["state"] == "removed"]
    assert [row["was"] for row in changed] == [{"first_name": "Mara"}]
    assert MARA in changed[0]["of"]
    assert [row["values"]["id"] for row in removed] == [gone["id"]]
    assert MARA in removed[0]["of"]
    assert any(JONAS in row["of"] for row in tables["account"])
    lines = [row for row in tables["invoice_line"] if MARA in row["of"]]
    assert lines


def test_every_system_holds_whoever_asks(tmp_path: Path) -> None:
    """In every place each; by hand goes what no call can take out, of one person only."""
    with World(tmp_path, vendors=True, papers=True) as world:
        for person in (MARA, JONAS, READER):
            found = {name for name, tables in world.held().items() if held.of(tables, person)}
            assert found - {"distributor"} == {*SYSTEMS}, person
        for person in (MARA, JONAS, READER):
            world.by_hand(person)
            gone = [row for tables in held.shown(world) for each in tables["tables"] for row in each["rows"]
                    if row["state"] != "same" and person in row["of"]]  # fmt: skip
            assert {row["state"] for row in gone} == {"removed", "changed"}
        sheet = next(path for path in world.share_path.glob("lists/*"))
        assert share.readable(sheet.read_bytes()).split("\n") == ["address", "nadja.egli@example.net"]


def test_prepared_enquiries_name_invented_people_only() -> None:
    """Every address is of a domain that leads nowhere (RFC 2606)."""
    reserved = (".example", "example.com", "example.org", "example.net", ".test")
    assert all(each["address"].endswith(reserved) for each in PREPARED)


def test_stopped_it_leaves_no_open_door(tmp_path: Path) -> None:
    """Every port is free again."""
    import socket

    world = World(tmp_path, page=True)
    assert world.page
    ports = [world.imap.port, world.smtp.port, world.slack._server.port, world.page._server.port]
    world.stop()
    for port in ports:
        with socket.socket() as line:
            assert line.connect_ex((HOST, port)) != 0
