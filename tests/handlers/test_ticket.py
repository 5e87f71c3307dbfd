"""`subjectline ticket`: the clock moved from the command line, in the name of somebody who may."""

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot import build
from bot.desk import Desk
from bot.drafts import LETTERS
from bot.settings import Settings, load
from bot.store import Keys, Store
from handlers import ticket as command
from tests.fixtures.store import Clock, Ids, a_ticket, opened

ROOT = Path(__file__).parents[2]
SECRET = hashlib.sha256(b"a key for these tests").digest()
HANDLER, APPROVER = "U0HANDLER01", "U0APPROVER1"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
Say = Callable[..., Result]


@pytest.fixture
def environment(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    """The example, but for the release of letters: what a draft does to the clock stands in tests/bot/desk."""
    example = (ROOT / "deploy" / "subjectline.toml").read_text(encoding="utf-8")
    file = tmp_path / "subjectline.toml"
    file.write_text(re.sub(r"release_at_once = \[.*\]", f"release_at_once = {json.dumps(LETTERS)}", example), "utf-8")
    return {
        "SUBJECTLINE_CONFIG": str(file),
        "SUBJECTLINE_KEY": base64.b64encode(SECRET).decode(),
        "DATABASE_URL": sqlite_url,
    }


@pytest.fixture
def book(sqlite_url: str) -> Iterator[Store]:
    """The database, as the running bot has it open."""
    with opened(sqlite_url, Keys(SECRET), Clock(), Ids()) as store:
        yield store


@pytest.fixture
def say(environment: dict[str, str], book: Store, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Ann's enquiry of Mon 23 Nov 2026 is open; a command is typed on the Wednesday after."""
    with book.begin() as unit:
        a_ticket(unit)
    as_it_was, settings = build.clerk, load(environment, needs={"SUBJECTLINE_KEY"})
    seconds = itertools.count()  # each command is typed after the one before

    def clerk(_: Settings) -> Desk:
        at = NOW + timedelta(seconds=next(seconds))
        return as_it_was(settings, lambda: at)

    monkeypatch.setattr(build, "clerk", clerk)

    def typed(*words: str) -> Result:
        return CliRunner().invoke(command.app, [*words], env=environment)

    return typed


def rows(found: Result) -> list[dict]:
    assert found.exit_code == 0, (found.output, found.exception)
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_the_clock_is_moved_step_by_step(say: Say, book: Store) -> None:
    """Asked, answered, extended: each says old and new date, each is in the record under the name it was done in."""
    asked = say("pause", "dpe-2026-0001", "identity", "--words", "Another address.", "--means", "facts", "--as", HANDLER, "--json")
    assert rows(asked) == [{
        "ref": "DPE-2026-0001", "recorded": "identity", "on": "2026-11-25", "due_before": "2026-12-23", "due": "2026-12-23",
        "clock": "suspended",
    }]  # fmt: skip
    answered = say("resume", "DPE-2026-0001", "--as", HANDLER)
    assert answered.stdout == "DPE-2026-0001: you recorded the answer of Wed 25 Nov 2026. Due Wed 23 Dec 2026, as before.\n"
    longer = say(
        "extend", "DPE-2026-0001", "--until", "2027-01-20", "--reason", "complexity", "--words", "Five systems.",
        "--part", "The invoices.", "--as", HANDLER, "--json",
    )  # fmt: skip
    assert rows(longer)[0]["due"] == "2027-01-20"
    assert rows(say("large", "DPE-2026-0001", "--as", HANDLER, "--json"))[0]["recorded"] == "large"
    assert rows(say("large", "DPE-2026-0001", "--no", "--as", HANDLER, "--json"))[0]["recorded"] == "large"
    law = rows(say("regime", "DPE-2026-0001", "ch_fadp", "--how", "address", "--as", HANDLER, "--json"))
    assert law[0]["due"] == "2027-01-20"
    with book.read() as unit:
        (ticket,) = unit.tickets.list()
        record = [(row.actor, row.verb) for row in unit.trail(ticket.id)]
        letters = [each.kind for each in unit.letters.of(ticket.id)]
    assert (ticket.regimes, str(ticket.due)) == (("ch_fadp",), "2027-01-20")
    assert {each for each in record if each[0] == HANDLER} == {
        (HANDLER, verb) for verb in ("write", "pause", "resume_clock", "extend", "large", "regime")
    }
    assert letters == ["identity_question", "extension_notice"]


def test_the_clock_is_explained(say: Say) -> None:
    """`ticket clock`: where it stands, each step, each event with both dates; `ticket REF` is the whole ticket."""
    say("extend", "DPE-2026-0001", "--until", "2027-01-20", "--reason", "number", "--words", "Many.", "--as", HANDLER)
    found = rows(say("clock", "DPE-2026-0001", "--json"))
    assert (found[0]["due"], found[0]["unrolled"], found[0]["clock"]) == ("2027-01-20", "2027-01-20", "running")
    assert any("Extended by the notice of Wed 25 Nov 2026" in each["step"] for each in found if "step" in each)
    assert found[-1] == {
        "on": "2026-11-25", "recorded": "extension", "by": HANDLER, "due_before": "2026-12-23", "due": "2027-01-20",
    }  # fmt: skip
    assert "Extended by the notice" in say("clock", "DPE-2026-0001").stdout
    shown = rows(say("DPE-2026-0001", "--json"))
    assert shown[0]["ref"] == "DPE-2026-0001"
    assert [each["did"] for each in shown[-2:]] == ["write", "extend"]
    assert rows(say("--json", "DPE-2026-0001")) == shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("resume", "DPE-2026-0001", "--as", "U0STRANGER"), "role"),
        (("large", "DPE-2026-0001", "--as", APPROVER), "role “handler”"),
        (("resume", "DPE-2026-0001", "--as", HANDLER), "not asked anything"),
        (("resume", "DPE-2026-0099", "--as", HANDLER), "There is no ticket"),
        (("pause", "DPE-2026-0001", "fee", "--words", "x", "--as", HANDLER), "no move of the clock"),
        (("regime", "DPE-2026-0001", "lgpd", "--how", "address", "--as", HANDLER), "switched on: gdpr_eu, ch_fadp"),
        (("extend", "DPE-2026-0001", "--until", "2027-01-20", "--reason", "effort", "--words", "x", "--as", HANDLER),
         "these reasons only"),
    ],
    ids=["stranger", "role", "nothing asked", "no ticket", "kind", "law", "reason"],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_a_sentence(say: Say, words: tuple[str, ...], told: str, book: Store) -> None:
    """The desk's words, and nothing has moved."""
    found = say(*words)
    assert found.exit_code == 1
    assert told in str(found.exception)
    with book.read() as unit:
        (ticket,) = unit.tickets.list()
        assert unit.tickets.clock_events(ticket.id) == []


def test_a_day_that_is_none_is_told(say: Say) -> None:
    """Before anything is asked of the desk."""
    found = say("resume", "DPE-2026-0001", "--on", "yesterday", "--as", HANDLER)
    assert found.exit_code == 2
    assert "is no day" in found.output


def test_the_clerk_has_no_hands() -> None:
    """Whatever is sent, asked or erased is the running bot's part: at the command line these edges are not there."""
    with pytest.raises(RuntimeError, match="running bot"):
        build.Absent().send("somebody")
