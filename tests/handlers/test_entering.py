"""`subjectline ticket new` and `ticket address`, typed."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot import build
from bot.errors import NotAllowed
from bot.settings import load
from bot.store import Keys, Store
from handlers.cli import app
from tests.fixtures.store import Clock, Ids, opened

ROOT = Path(__file__).parents[2]
SECRET = hashlib.sha256(b"a key for these tests").digest()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Say = Callable[..., Result]


@pytest.fixture
def book(sqlite_url: str) -> Iterator[Store]:
    """The database, as the running bot has it open."""
    with opened(sqlite_url, Keys(SECRET), Clock(), Ids()) as store:
        yield store


@pytest.fixture
def say(sqlite_url: str, book: Store, monkeypatch: pytest.MonkeyPatch) -> Say:
    """A command is typed by hugo, who works on this machine."""
    environment = {
        "SUBJECTLINE_CONFIG": str(ROOT / "deploy" / "subjectline.toml"),
        "SUBJECTLINE_KEY": base64.b64encode(SECRET).decode(),
        "DATABASE_URL": sqlite_url,
        "LOGNAME": "hugo",
    }
    as_it_was, settings = build.clerk, load(environment, needs={"SUBJECTLINE_KEY"})
    monkeypatch.setattr(build, "clerk", lambda _: as_it_was(settings, lambda: NOW))

    def typed(*words: str, given: str = "") -> Result:
        return CliRunner().invoke(app, ["ticket", *words], env=environment, input=given)

    return typed


LETTER = ("new", "--channel", "post", "--received", "2026-11-20", "--json")


def test_a_letter_becomes_a_ticket(say: Say, book: Store) -> None:
    """With the entered day, in the name of whoever works on the machine; what it says is stored sealed."""
    found = say(*LETTER, "--name", "Ann Keller", "--words", "-", given="Please delete my account.")
    assert found.exit_code == 0, (found.output, found.exception)
    assert json.loads(found.stdout) == {
        "ref": "DPE-2026-0001", "channel": "post", "received_on": "2026-11-20", "due": "2026-12-21",
        "unrolled": "2026-12-20", "regimes": ["gdpr_eu", "ch_fadp"], "rights": ["deletion"],
    }  # fmt: skip
    with book.read() as unit:
        ticket = unit.tickets.by_ref("DPE-2026-0001")
        assert unit.tickets.correspondent(ticket.id).words == "Please delete my account."
        assert [(row.actor, row.verb) for row in unit.trail(ticket.id)] == [("os:hugo", "open")]


def test_a_call_is_explained(say: Say) -> None:
    """Without --json the steps of the clock follow; another handler's name needs that handler's role."""
    call = ("new", "--channel", "phone", "--received", "2026-11-23", "--at", "08:15", "--right", "access", "--right", "deletion")
    found = say(*call, "--country", "CH", "--as", "U0HANDLER01")
    assert found.exit_code == 0, (found.output, found.exception)
    assert "FADP: received Mon 23 Nov 2026" in found.stdout
    assert "GDPR" not in found.stdout
    assert isinstance(say(*call, "--as", "U0STRANGER1").exception, NotAllowed)


def test_a_day_in_the_future_is_refused(say: Say, book: Store) -> None:
    """In a sentence, and nothing is stored."""
    found = say("new", "--channel", "post", "--received", "2026-11-24")
    assert "A day in the future" in str(found.exception)
    assert say("new", "--channel", "post", "--received", "soon").exit_code == 2
    assert say("new", "--channel", "phone", "--received", "2026-11-20", "--at", "noon").exit_code == 2
    assert "cannot be read" in str(say(*LETTER, "--words", "/nowhere/letter.txt").exception)
    with book.read() as unit:
        assert unit.tickets.list() == []


def test_an_address_is_added_once(say: Say, book: Store) -> None:
    """Known later, from a second call; a reference nobody has is told so."""
    say(*LETTER)
    found = say("address", "dpe-2026-0001", "ann@example.com")
    assert found.exit_code == 0, (found.output, found.exception)
    with book.read() as unit:
        assert unit.tickets.correspondent(unit.tickets.by_ref("DPE-2026-0001").id).address == "ann@example.com"
    assert "has an e-mail address" in str(say("address", "DPE-2026-0001", "eve@example.com").exception)
    assert "There is no ticket" in str(say("address", "DPE-2026-0009", "eve@example.com").exception)


def test_whoever_has_no_name_on_the_machine(say: Say, book: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container there may be none."""

    def nameless() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert say(*LETTER).exit_code == 0
    with book.read() as unit:
        ticket = unit.tickets.by_ref("DPE-2026-0001")
        assert unit.trail(ticket.id)[0].actor == "os:unknown"


def test_a_letter_on_paper_is_printed_at_the_machine(say: Say, book: Store, tmp_path: Path) -> None:
    """Only what was released, for a window envelope, into a new file that others cannot read."""
    assert say(*LETTER, "--right", "access", "--postal", "Ann Keller|Bahnhofstrasse 3|8001 Zürich").exit_code == 0
    out = tmp_path / "letter.pdf"
    assert isinstance(say("letter", "DPE-2026-0001", "--out", str(out)).exception, NotAllowed)
    desk = build.clerk(None)  # type: ignore[arg-type]
    with book.read() as unit:
        (request,) = unit.requests.of(unit.tickets.by_ref("DPE-2026-0001").id)  # type: ignore[union-attr]
    desk.refuse("os:hugo", "e1", request.id, "unidentified", ["We find nobody of this name."])
    with book.read() as unit:
        (draft,) = unit.letters.drafts(request.ticket_id)
    desk.release("os:hugo", "e2", draft.id, draft.digest[:16])
    found = say("letter", "dpe-2026-0001", "--out", str(out), "--window", "left")
    assert found.exit_code == 0, (found.output, found.exception)
    assert out.read_bytes().startswith(b"%PDF-")
    assert out.stat().st_mode & 0o077 == 0
    assert "refusal" in found.stdout
    assert "Keller" not in found.stdout
    assert isinstance(say("letter", "DPE-2026-0001", "--out", str(out)).exception, NotAllowed), "nothing is overwritten"
    assert say("letter", "DPE-2026-0001", "--out", str(out), "--window", "middle").exit_code == 2
