"""The documentation is held against the code: its examples run."""

import json
import re
import sqlite3
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.connectors import database, mailchimp, zoho
from bot.law import Right
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
    assert book.export(ann)[0].rows == (("ann@example.com",),)
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


@pytest.mark.parametrize("name", [*sorted(path.name for path in (ROOT / "docs").glob("*.md")), "../README.md"])
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link of the docs names a file that is there."""
    page = ROOT / "docs" / name
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
