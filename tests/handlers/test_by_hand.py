"""`subjectline ticket task`: what is done by hand, said and added to at the machine."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.law import Right
from bot.store import Keys, Store
from bot.store.rows import TaskRow
from bot.tickets import State
from bot.workflow import Act, Line, plan_hash
from handlers import cli
from tests.fixtures.store import Clock, Ids, a_request, a_ticket, opened

ROOT = Path(__file__).parents[2]
SECRET = hashlib.sha256(b"a key for these tests").digest()
HANDLER = "U0HANDLER01"
REF = "DPE-2026-0001"
Say = Callable[..., Result]


@pytest.fixture
def book(sqlite_url: str) -> Iterator[Store]:
    """The database, as the running bot has it open: an access waits for two people."""
    with opened(sqlite_url, Keys(SECRET), Clock(), Ids()) as store:
        with store.begin() as unit:
            ticket = a_ticket(unit)
            request = a_request(unit, ticket, Right.ACCESS, State.PROVING)
            lines = [Line(name, "papers", Act.TASK, 1, words="Look.") for name in ("folder", "cabinet")]
            unit.plans.add("p1", request.id, lines, plan_hash(lines))
            unit.requests.move(request, State.PROVING, plan_id="p1")
            for line in lines:
                unit.tasks.add(
                    ticket_id=ticket.id, request_id=request.id, plan_id="p1", system=line.system, place=line.place,
                    words=line.words, category="", count=1, assignee=HANDLER, looks=False, second=False,
                )  # fmt: skip
        yield store


@pytest.fixture
def say(sqlite_url: str, book: Store) -> Say:
    environment = {
        "SUBJECTLINE_CONFIG": str(ROOT / "deploy" / "subjectline.toml"),
        "SUBJECTLINE_KEY": base64.b64encode(SECRET).decode(),
        "DATABASE_URL": sqlite_url,
    }

    def typed(*words: str) -> Result:
        return CliRunner().invoke(cli.app, ["ticket", "task", REF, *words], env=environment)

    return typed


def tasks(book: Store) -> list[TaskRow]:
    with book.read() as unit:
        found = unit.tickets.by_ref(REF)
        assert found
        return unit.tasks.of(found.id)


def rows(found: Result) -> list[dict]:
    assert found.exit_code == 0, (found.output, found.exception)
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_what_there_is_to_do_is_listed(say: Say) -> None:
    """Nothing personal: numbers, places, words of the configuration, states."""
    first, second = rows(say("--json"))
    assert (first["task"], first["system"], first["do"], first["state"], first["asked"]) == (1, "folder", "Look.", "open", HANDLER)
    assert [each["task"] for each in rows(say("2", "--json"))] == [second["task"]] == [2]


def test_files_and_words_go_with_the_task(say: Say, book: Store, tmp_path: Path) -> None:
    """Sealed, in the order they were named; the task is done in the name of whoever says so."""
    for name in ("CV of Ann.txt", "letter.txt"):
        (tmp_path / name).write_text(f"what {name} says")
    (tmp_path / "found.txt").write_text("One folder, two papers.")
    found = say(
        "1", "--file", str(tmp_path / "CV of Ann.txt"), "--file", str(tmp_path / "letter.txt"), "--found",
        str(tmp_path / "found.txt"), "--done", "Looked under K.", "--as", HANDLER, "--json",
    )  # fmt: skip
    assert rows(found)[0]["state"] == "done"
    assert "CV" not in found.stdout
    (task, other) = tasks(book)
    assert (task.outcome, task.done_by, other.state) == ("done", HANDLER, "open")
    with book.read() as unit:
        assert unit.tasks.evidence(task.id) == {"words": "Looked under K.", "found": "One folder, two papers."}
        files = unit.tasks.files(task)
        assert [name for _, name, _ in files] == ["CV of Ann.txt", "letter.txt"]
        assert b"".join(unit.tasks.content(task, files[0][0])) == b"what CV of Ann.txt says"


@pytest.mark.parametrize(
    ("words", "outcome", "reason"),
    [(("--nothing", "Looked."), "nothing", None), (("--cannot", "It is locked.", "--reason", "reach"), "cannot", "reach")],
)
def test_every_outcome_can_be_said(say: Say, book: Store, words: tuple[str, ...], outcome: str, reason: str | None) -> None:
    """By whoever sits at the machine."""
    assert say("2", *words).exit_code == 0
    task = tasks(book)[1]
    assert (task.outcome, task.reason, (task.done_by or "").startswith("os:")) == (outcome, reason, True)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("9", "--nothing", "Looked."), "has no task 9"),
        (("--nothing", "Looked."), "Say which task"),
        (("1", "--nothing", "Looked.", "--done", "Did it."), "One of"),
        (("1", "--cannot", "No."), "Say why"),
        (("1", "--done", "Looked."), "Write what you found"),
        (("1", "--file", "/nowhere/letter.txt"), "cannot be read"),
        (("1", "--held", "There."), "Say what became of it"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(say: Say, book: Store, words: tuple[str, ...], fault: str) -> None:
    """And nothing has happened."""
    found = say(*words)
    assert found.exit_code
    assert fault in str(found.exception)
    assert {each.state for each in tasks(book)} == {"open"}


FOLDER = """
[[connectors]]
kind = "manual"
name = "folder"
label = "our recruitment folder"
holds = "application papers"
category = "Applications"
person = "U0HANDLER01"
[connectors.instructions]
access = "Look."
correction = "Correct it."
deletion = "Shred it."
restriction = "Lock it away."
"""


def test_a_dry_run_says_that_only_a_person_can_look(sqlite_url: str, book: Store, tmp_path: Path) -> None:
    """It counts nobody there, and the plan names the task."""
    config = tmp_path / "subjectline.toml"
    config.write_text((ROOT / "deploy" / "subjectline.toml").read_text() + FOLDER)
    environment = {
        "SUBJECTLINE_CONFIG": str(config), "SUBJECTLINE_KEY": base64.b64encode(SECRET).decode(), "DATABASE_URL": sqlite_url,
    }  # fmt: skip

    def typed(*words: str) -> list[dict]:
        return rows(CliRunner().invoke(cli.app, ["data", *words, "ann@example.com", "--json"], env=environment))

    assert typed("find") == [{"system": "folder", "persons": None, "by_hand": "only a person can look there"}]
    line, total = typed("plan", "deletion")
    assert (line["act"], line["words"], total["lines"]) == ("task", "Shred it.", 1)
