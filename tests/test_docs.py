"""The documentation is held against the code: its examples run."""

import json
import re
import sqlite3
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.connectors import Found, database, files, mailbox, mailchimp, manual, zoho
from bot.law import Right
from bot.workflow import Act
from tests.fakes import outside

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "connector.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found[1]


def test_the_data_map_of_the_docs_fits_its_database(tmp_path: Path) -> None:
    """Only the fingerprint is missing, and lint says which; with it the map is whole, and a plan counts."""
    file = tmp_path / "shop.sqlite"
    with sqlite3.connect(file) as db:
        db.executescript(block("sql"))
        db.executescript(
            "INSERT INTO customer VALUES (1, ' ANN@example.com', 'Ann'); INSERT INTO bill VALUES (1, 1, '2024-02-01', 10);"
            "INSERT INTO visit VALUES (1, 1, '203.0.113.1'), (2, 1, '203.0.113.2');"
        )
    db.close()
    config = tomllib.loads(block("toml"))["connectors"][0]
    here = outside(lambda: datetime(2026, 11, 22, tzinfo=UTC), SHOP_DATABASE_URL=f"sqlite:///{file}")
    (fault,) = database.connector(config, here).lint()
    found = re.search(r"'([0-9a-f]{16})'", fault)
    assert found
    shop = database.connector({**config, "fingerprint": found[1]}, here)
    assert shop.lint() == []
    (ann,) = shop.find(["ann@example.com"])
    assert [(each.old, each.refused) for each in shop.propose(ann, {"name": "Anna", "email": "ann@example.com"})] == [("Ann", "")]
    plan = {(line.place, str(line.act)): line.count for line in shop.plan(Right.DELETION, ann)}
    assert plan == {("customer", "anonymise"): 1, ("bill", "keep"): 1, ("visit", "delete"): 2}


def test_the_connector_of_the_docs_keeps_the_contract(tmp_path: Path) -> None:
    """Found, planned, exported, erased and proved: as a connector in one file."""
    module: dict = {}
    exec(block("python"), module)  # our own documentation
    path = tmp_path / "book.json"
    path.write_text(json.dumps({"1": {"mail": "ann@example.com"}, "2": {"mail": "bob@example.com"}}))
    book = module["connector"]({"name": "book", "label": "our address book", "path": str(path)}, None)
    assert book.lint() == []
    (ann,) = book.find([" Ann@Example.com "])
    lines = book.plan(Right.DELETION, ann)
    assert book.prove(Right.DELETION, ann, ["ann@example.com"], lines)
    assert next(iter(book.export(ann))).rows == (("ann@example.com",),)
    assert book.erase(ann, lines, "k") == {"entry": 1}
    assert book.prove(Right.DELETION, ann, ["ann@example.com"], lines) == []
    assert book.find(["bob@example.com"])


def test_the_block_of_each_service_in_the_docs_can_be_read() -> None:
    """As it stands: a copy of it needs only the key."""
    blocks = [each for text in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL) for each in tomllib.loads(text)["connectors"]]
    (found,) = [each for each in blocks if each["kind"] == "mailchimp"]
    here = outside(lambda: datetime(2026, 11, 22, tzinfo=UTC), MAILCHIMP_API_KEY=f"{'0' * 32}-us21")
    made = mailchimp.connector(found, here)
    assert made.label == "our newsletter service"
    made.close()
    (found,) = [each for each in blocks if each["kind"] == "zoho"]
    credentials = {f"ZOHO_{name}": "x" for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")}
    crm = zoho.connector(found, outside(lambda: datetime(2026, 11, 23, tzinfo=UTC), **credentials))
    assert crm.label == "our customer relations"
    crm.close()


def test_the_rules_of_the_docs_find_and_erase(tmp_path: Path) -> None:
    """The share as it is described, small: an account's folder by number, a saved mail by its text."""
    (config,) = [each for each in blocks_of_the_docs() if each["kind"] == "files"]
    for name, content in {
        "accounts.csv": "Number;E-mail\nK00001;ann@example.org\n", "internal/menu.txt": "soup",
        "customers/K00001 Ann/contracts/2024-05-31.txt": "signed", "customers/K00001 Ann/note.txt": "called",
        "customers/K000011 Bob/note.txt": "called", "correspondence/a.txt": "to ann@example.org",
    }.items():  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    share = files.connector(config, outside(lambda: datetime(2026, 11, 23, tzinfo=UTC), COMPANY_FILES=str(tmp_path)))
    assert share.lint() == []
    (ann,) = share.find(["Ann@example.org"])
    lines = [line for line in share.plan(Right.DELETION, ann) if line.act != Act.TASK]
    plan = {(line.place, str(line.act)): line.count for line in lines}
    assert plan == {("contracts", "keep"): 1, ("customer folder", "delete"): 1, ("saved mails", "delete"): 1}
    share.erase(ann, lines, "k")
    assert share.prove(Right.DELETION, ann, [], lines) == []
    assert sorted(path.name for path in tmp_path.glob("c*/**/*.txt")) == ["2024-05-31.txt", "note.txt"]


def test_the_place_without_an_interface_of_the_docs_can_be_read() -> None:
    """As it stands: one task for the named person."""
    (config,) = [each for each in blocks_of_the_docs() if each["kind"] == "manual"]
    folder = manual.connector(config, outside(lambda: datetime(2026, 11, 23, tzinfo=UTC)))
    (line,) = folder.plan(Right.DELETION, Found(folder.name, ""))
    assert (folder.label, line.act, line.place) == ("our recruitment folder", Act.TASK, "application papers")


def test_the_mailbox_of_the_docs_can_be_read() -> None:
    """As it stands."""
    (config,) = [each for each in blocks_of_the_docs() if each["kind"] == "mailbox"]
    here = outside(lambda: datetime(2026, 11, 23, tzinfo=UTC), IMAP_URL="imaps://info:secret@mail.example.com/INBOX")
    assert mailbox.connector(config, here).label == "our mailbox"


def blocks_of_the_docs() -> list[dict]:
    return [each for text in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL) for each in tomllib.loads(text)["connectors"]]


@pytest.mark.parametrize("name", [*sorted(path.name for path in (ROOT / "docs").glob("*.md")), "../README.md"])
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link of the docs names a file that is there."""
    page = ROOT / "docs" / name
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
