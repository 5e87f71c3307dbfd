"""The whole house as its user starts it: the demo's two ways, the bot under a process manager, the log it leaves."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from bot.sandbox import company
from bot.sandbox.mail import HOST, ImapServer
from bot.sandbox.slack import BOB, CEM
from bot.sandbox.walk import Walk
from bot.sandbox.world import World
from handlers.run import LOGGED
from tests.fixtures.dovecot import Mailbox
from tests.fixtures.mail import mail

BIN = Path(sys.executable).parent
SYSTEMS = ("server", "newsletter", "crm", "share", "mail")
ACTING = ("objection", "restriction", "its end", "correction", "deletion")
ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(240)
def test_the_demo_walks_by_itself_and_every_proof_holds() -> None:
    """`demo --once`: every right over every system, from mail to letter; exit 0 only because each proof held."""
    found = subprocess.run(
        [BIN / "subjectline", "demo", "--once", "--json"], capture_output=True, text=True, check=False, timeout=200
    )
    events = [json.loads(line)["event"] for line in found.stdout.splitlines()]
    assert found.returncode == 0, events[-5:]
    proved = {each.removeprefix("proved: ") for each in events if each.startswith("proved: ")}
    disclosing = {f"{right} · {system}" for right in ("access", "portability") for system in SYSTEMS}
    acting = {f"{right} · {system}" for right in ACTING for system in (*SYSTEMS, "recruitment", "distributor")}
    assert proved == disclosing | acting | {"the record is whole"}
    assert not any("NOT PROVED" in each for each in events)
    assert any("cannot approve the plan alone" in each for each in events)


def test_the_demo_prints_where_its_page_is() -> None:
    """The address comes within ten seconds of a warm start, and the page says in plain words that it is a sandbox."""
    process = subprocess.Popen([BIN / "subjectline", "demo", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address
        page = httpx.get(address[0])
        assert page.status_code == 200
        assert "Sandbox" in page.text
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.mark.timeout(120)
def test_the_bot_runs_from_the_procfile_and_stops_in_order(tmp_path: Path, imap_server: ImapServer) -> None:
    """honcho starts release, then web and worker; an enquiry becomes a card, in the second mailbox as well; SIGTERM ends
    both within ten seconds.
    """
    with World(tmp_path / "world") as world:
        environment = {**os.environ, **world.environment(), "PATH": f"{BIN}:{os.environ['PATH']}"}
        environment["IMAP_URL"] = f"{world.imap.url} {imap_server.url}"
        subprocess.run([BIN / "subjectline", "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL)
        command = [BIN / "honcho", "-f", ROOT / "Procfile", "-d", tmp_path, "start", "worker"]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        walk = Walk(world, BOB.id, CEM.id)
        walk.write(("Mara Lindt", company.MARA), "Data Protection Enquiry", "Which data do you hold about me?")
        assert re.fullmatch(r"DPE-\d{4}-0001", walk.new_card())
        there = Mailbox(imap_server.url, HOST, imap_server.port, imap_server.user, imap_server.password, b"")
        there.deliver(mail(1))
        assert re.fullmatch(r"DPE-\d{4}-0002", walk.new_card())
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
        assert time.monotonic() - began < 11
    lines = [line.split("| ", 1)[1] for line in output.splitlines() if "| {" in line]
    assert lines
    for line in lines:
        assert set(json.loads(line)) <= LOGGED
    for canary in ("Mara", "Lindt", company.MARA, "Which data"):
        assert canary not in output


def test_an_unknown_part_is_told_so() -> None:
    """`run wrok` is a sentence and exit 78."""
    found = subprocess.run(
        [BIN / "subjectline", "run", "wrok"], capture_output=True, text=True, check=False, timeout=60
    )
    assert found.returncode == 78
    assert "wrok" in found.stderr
