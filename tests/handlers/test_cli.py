"""The commands as their user runs them: a process of its own against the sandbox world.

All but the first are forked from one that has imported the program: importing it takes two seconds each time.
"""

import base64
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.build import new_id
from bot.sandbox.company import COUPLE, JONAS
from bot.sandbox.world import World
from bot.slack.manifest import SCOPES
from bot.store import Keys
from tests.faults.stage import Zygote
from tests.fixtures.store import a_ticket, opened

SUBJECTLINE = Path(sys.executable).parent / "subjectline"


@cache
def zygote() -> Zygote:
    return Zygote()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("cli")) as made:
        assert run(made, "db", "upgrade").returncode == 0
        yield made
    zygote().close()
    zygote.cache_clear()


def run(world: World, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**world.environment(), "PATH": os.environ["PATH"], **environment}
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        status = zygote().ask(command=words, environment=environment, out=str(out), err=str(err))["status"]
        return subprocess.CompletedProcess(words, status, out.read_text(), err.read_text())


def rows(found: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_without_words_it_helps() -> None:
    """Every command of the release is named, each with a line."""
    found = subprocess.run([SUBJECTLINE, "--help"], capture_output=True, text=True, check=False, timeout=60)
    for command in ("demo", "run", "doctor", "db", "tickets", "ticket", "intake", "data", "audit", "slack", "report", "calendar"):
        assert command in found.stdout


def test_the_module_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m handlers` helps like `subjectline`."""
    monkeypatch.setattr(sys, "argv", ["handlers", "--help"])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("handlers", run_name="__main__")
    assert not left.value.code
    assert "demo" in capsys.readouterr().out


def test_the_database(world: World) -> None:
    """check says that it fits; a fresh one is told what to do, exit 1."""
    assert "fits this release" in run(world, "db", "check").stdout
    fresh = run(world, "db", "check", DATABASE_URL=f"sqlite:///{world.folder / 'fresh.sqlite'}")
    assert fresh.returncode == 1
    assert "upgrade" in fresh.stdout


def test_doctor_finds_a_healthy_house(world: World) -> None:
    """Each check is a line; nothing is an error, exit 0."""
    found = run(world, "doctor", "--json")
    checks = {row["check"]: row["state"] for row in rows(found)}
    assert found.returncode == 0, found.stdout
    assert {"configuration", "database", "record", "mailbox", "mail out", "slack", "server", "safety", "people"} <= set(checks)
    assert [row["state"] for row in rows(found) if row["check"] == "letters"] == ["ok"] * 3  # de, fr, it
    assert "error" not in checks.values()


def test_the_installed_app_is_held_against_the_manifest(world: World) -> None:
    """The same: said, exit 0. A scope that is missing and one too many: a line each with what to do, exit 1; doctor warns."""
    assert "exactly the scopes" in run(world, "slack", "check").stdout
    had = world.slack.scopes
    world.slack.scopes = frozenset({*SCOPES, "files:read"} - {"users:read"})
    try:
        found, all_ = run(world, "slack", "check"), run(world, "doctor", "--json")
    finally:
        world.slack.scopes = had
    assert found.returncode == 1
    assert [line.split()[2] for line in found.stdout.splitlines()] == ["users:read", "files:read"]
    assert [row["state"] for row in rows(all_) if row["check"] == "scopes"] == ["warning"] * 2
    assert run(world, "slack", "check", SLACK_BOT_TOKEN="xoxb-not-ours").returncode == 1


def test_doctor_finds_what_is_away(world: World) -> None:
    """One thing that cannot be reached is one error with what to do; the other checks go on; exit 1."""
    found = run(world, "doctor", "--json", IMAP_URL="imap://info:sandbox@127.0.0.1:1/INBOX")
    assert found.returncode == 1
    states = {row["check"]: row["state"] for row in rows(found)}
    assert states["mailbox"] == "error"
    assert states["slack"] == "ok"


def test_every_fault_of_the_configuration_at_once(world: World) -> None:
    """One sentence each, exit 78, no traceback."""
    found = run(world, "run", IMAP_URL="http://x", SMTP_URL="", SUBJECTLINE_KEY="short")
    assert found.returncode == 78
    assert len(found.stderr.strip().splitlines()) == 3
    assert "Traceback" not in found.stderr
    assert run(world, "doctor", SUBJECTLINE_KEY="short").returncode == 78


def test_tickets(world: World) -> None:
    """None yet; a reference nobody has is told so, exit 1."""
    assert run(world, "tickets", "--open").stdout == ""
    missing = run(world, "ticket", "DPE-2026-0099")
    assert missing.returncode == 1
    assert "There is no ticket" in missing.stderr


def test_overdue_tickets_are_those_whose_clock_runs(world: World, tmp_path: Path) -> None:
    """As in Slack: while the clock of an enquiry stands still no day of the law goes by."""
    url = f"sqlite:///{tmp_path / 'two.sqlite'}"
    assert run(world, "db", "upgrade", DATABASE_URL=url).returncode == 0
    keys = Keys(base64.b64decode(world.environment()["SUBJECTLINE_KEY"]))
    with opened(url, keys, world.clock, new_id) as store, store.begin() as unit:
        late = a_ticket(unit, due=date(2026, 1, 2))
        a_ticket(unit, due=date(2026, 1, 1), clock="suspended")
    assert [each["ref"] for each in rows(run(world, "tickets", "--overdue", "--json", DATABASE_URL=url))] == [late.ref]
    assert len(rows(run(world, "tickets", "--open", "--json", DATABASE_URL=url))) == 2


def test_report(world: World, tmp_path: Path) -> None:
    """Every figure as JSON, the same as tables, and as a picture; a day that is none is told so."""
    picture = tmp_path / "figures.svg"
    found = run(world, "report", "--since", "2026-01-01", "--json", "--plot", str(picture))
    (figures,) = rows(found)
    assert (figures["tickets"], figures["since"], figures["until"]) == (0, "2026-01-01", None)
    assert figures["all"]["by_due"] == {"part": 0, "of": 0}
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    assert "0 tickets, 0 requests." in run(world, "report").stdout
    assert run(world, "report", "--since", "yesterday").returncode == 2


def test_calendar(world: World, tmp_path: Path) -> None:
    """Its secret address, under the public one; switched off there is none, exit 1."""
    found = run(world, "calendar")
    assert found.stdout.startswith(f"{world.environment()['PUBLIC_URL']}/calendar/")
    assert found.stdout.endswith(".ics\n")
    off = tmp_path / "subjectline.toml"
    off.write_text((world.folder / "subjectline.toml").read_text() + "\n[calendar]\non = false\n")
    assert "switched off" in run(world, "calendar", SUBJECTLINE_CONFIG=str(off)).stderr


def test_classify(world: World, tmp_path: Path) -> None:
    """One JSON line a file, in order."""
    enquiry, other = tmp_path / "a.eml", tmp_path / "b.eml"
    enquiry.write_text("From: Ann <ann@example.com>\nSubject: Re: data protection enquiry\n\nPlease delete my account.\n")
    other.write_text("From: Ann <ann@example.com>\nSubject: Lunch\n\nAt noon?\n")
    found = rows(run(world, "intake", "classify", str(enquiry), str(other)))
    assert [(row["verdict"], row["rights"]) for row in found] == [("enquiry", ["deletion"]), ("other", [])]
    assert set(found[0]) == {
        "file", "verdict", "from", "subject", "rights", "language", "message_id", "attachments", "reasons", "asks",
    }  # fmt: skip
    assert found[0]["asks"] == [
        {"says": "It asks for an account to be deleted.", "right": "deletion", "sentence": "Please delete my account."}
    ]


def test_scan_looks_back_and_hands_over_what_waits(world: World, tmp_path: Path) -> None:
    """Counts and reasons; who wrote what only when asked for; handed over once, and then it waits no more."""
    own = {"DATABASE_URL": f"sqlite:///{tmp_path}/scan.sqlite"}
    assert run(world, "db", "upgrade", **own).returncode == 0
    mails = {
        "Lunch": "At noon?",
        "Question": "Which data do you hold about me? Please delete my personal data.",
        "Data Protection Enquiry": "Please delete my account.",
    }
    for subject, words in mails.items():
        world.write("wanda.rieder@example.com", "Wanda Rieder", subject, words)
    first = run(world, "intake", "scan", "--json", **own)
    *waiting, counts = rows(first)
    assert [each["verdict"] for each in waiting] == ["near_miss", "enquiry"]
    assert waiting[0]["reasons"] == ["It asks what is known of the writer, or for a copy of it.", "It asks for the writer's data to be deleted."]
    assert (counts["days"], counts["other"], counts["known"]) == (90, counts["mails"] - 2, 0)
    assert "wanda" not in first.stdout
    told = run(world, "intake", "scan", "--show", "--take", **own).stdout
    assert "In 90 days  mails: " in told
    assert "wanda.rieder@example.com" in told
    assert "or for a copy of it. It asks for the writer's data to be deleted.  from:" in told
    assert "asks: Which data do you hold about me? Please delete my personal data.  became:" in told
    assert "2 handed to the team" in told
    again = run(world, "intake", "scan", **own)
    assert "Nothing waits" in again.stdout
    assert [row["rights"] for row in rows(run(world, "tickets", "--json", **own))] == [["deletion"]]
    (tmp_path / "a.eml").write_bytes(b"From: Wanda <wanda.rieder@example.com>\r\nSubject: Lunch\r\n\r\nAs I said on the phone.")
    handed = run(world, "intake", "take", str(tmp_path / "a.eml"), "--received", "2026-11-20", "--json", **own)
    (row,) = rows(handed)
    assert row["became"].startswith("mail:")
    assert row["reasons"][0] == "Somebody of the team handed it over."


def test_data_find_counts_people_and_shows_nobody(world: World) -> None:
    """A person in capital letters is found; two on one address are two."""
    assert rows(run(world, "data", "find", JONAS, "--json")) == [{"system": "server", "persons": 1}]
    assert rows(run(world, "data", "find", COUPLE, "--json")) == [{"system": "server", "persons": 2}]


def test_data_plan_is_a_dry_run(world: World) -> None:
    """Counts and a hash, the same each time; no value; nothing is changed."""
    first, again = run(world, "data", "plan", "deletion", JONAS, "--json"), run(world, "data", "plan", "deletion", JONAS, "--json")
    assert rows(first)[-1]["hash"] == rows(again)[-1]["hash"]
    assert sum(row.get("count", 0) for row in rows(first)) >= 8
    assert "altherr" not in first.stdout.lower()
    assert world.company() == world.company_before


def test_data_lint(world: World) -> None:
    """The map fits; after a column nobody declared it does not, exit 1."""
    assert run(world, "data", "lint").returncode == 0
    text = (world.folder / "subjectline.toml").read_text()
    broken = world.folder / "broken.toml"
    broken.write_text(text.replace("phone = {", "telephone = {"))
    found = run(world, "data", "lint", SUBJECTLINE_CONFIG=str(broken))
    assert found.returncode == 1
    assert "phone" in found.stdout


def test_data_watch_after_a_restore(world: World) -> None:
    """Nothing to look for, then somebody who is there again: counts, no value, exit 1; until there is new consent."""
    found = run(world, "data", "watch")
    assert (found.returncode, found.stdout.strip()) == (0, "Nobody has been erased yet: there is nothing to look for.")
    environment = world.environment()
    keys = Keys(base64.b64decode(environment["SUBJECTLINE_KEY"]))
    with opened(environment["DATABASE_URL"], keys, world.clock, new_id) as store, store.begin() as unit:
        unit.ledger.enter("r1", "DPE-2026-0001", [JONAS])
        unit.ledger.proved("r1")
    found = run(world, "data", "watch", "--json")
    (row,) = [each for each in rows(found) if each["system"] == "server"]
    assert found.returncode == 1
    assert row["again"] == row["new"] == 1
    assert row["addresses"] > 40
    assert "altherr" not in found.stdout.lower()
    again = run(world, "data", "watch", "--system", "server", "--json")
    assert (again.returncode, rows(again)[0]["again"], rows(again)[0]["new"]) == (1, 1, 0)
    copy = world.folder / "ledger.jsonl"
    copy.write_text(run(world, "data", "ledger").stdout)
    assert "altherr" not in copy.read_text().lower()
    with opened(environment["DATABASE_URL"], keys, world.clock, new_id) as store, store.begin() as unit:
        unit.ledger.forget(unit.now + timedelta(days=1))  # as after the restore of an older database
        assert not unit.ledger.erased(JONAS)
    assert "1 of 1" in run(world, "data", "ledger", "--load", str(copy)).stdout
    assert "0 of 1" in run(world, "data", "ledger", "--load", str(copy)).stdout
    assert "no copy" in run(world, "data", "ledger", "--load", str(world.folder / "subjectline.toml")).stderr
    assert run(world, "data", "watch").returncode == 1
    lifted = run(world, "data", "lift", JONAS.upper(), "--reason", "contract of May", "--on", "2026-11-20")
    assert (lifted.returncode, "may be held again" in lifted.stdout) == (0, True)
    assert run(world, "data", "lift", JONAS, "--reason", "contract").returncode == 1
    assert "There is no system attic." in run(world, "data", "watch", "--system", "attic").stderr
    assert run(world, "data", "watch").returncode == 0


def test_audit_verify(world: World) -> None:
    """The record of a fresh house is whole."""
    found = run(world, "audit", "verify")
    assert (found.returncode, found.stdout.strip()) == (0, "The record is whole.")


def test_slack_manifest(world: World) -> None:
    """JSON to paste."""
    assert json.loads(run(world, "slack", "manifest").stdout)["display_information"]["name"] == "Subjectline"
