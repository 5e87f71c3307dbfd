"""The demo company: always the same, invented throughout, with everybody the stories need."""

import re
from pathlib import Path

from bot.sandbox import company


def test_the_company_is_always_the_same(tmp_path: Path):
    """Made twice it holds the same rows; an older file is replaced."""
    for name in ("one", "two", "one"):
        company.create(tmp_path / name)
    assert company.snapshot(tmp_path / "one") == company.snapshot(tmp_path / "two")


def test_everybody_the_stories_need_is_there(tmp_path: Path):
    """Forty people: one in capitals with spaces around, two on one address, one without account, one unknown."""
    company.create(tmp_path / "company.sqlite")
    shown = company.snapshot(tmp_path / "company.sqlite")
    emails = [row["email"] for row in shown["account"]]
    assert len(emails) == 40
    assert f"  {company.JONAS.upper()} " in emails
    assert emails.count(company.COUPLE) == 2
    assert company.READER not in emails
    assert company.READER in [row["email"] for row in shown["newsletter"]]
    assert company.NOBODY not in repr(shown)
    assert {row["address_id"] for row in shown["account"] if row["email"] in {company.MARA, company.RETO}} == {1}


def test_nobody_in_it_can_be_written_to(tmp_path: Path):
    """Every address ends in a domain reserved for examples (RFC 2606), every number in one reserved for them."""
    company.create(tmp_path / "company.sqlite")
    shown = repr(company.snapshot(tmp_path / "company.sqlite"))
    domains = {each.rstrip(".") for each in re.findall(r"@([\w.-]+)", shown.lower())}
    assert not [each for each in domains if not re.search(r"(^|\.)example(\.com|\.net|\.org|\.test)?$", each)]
    ips = set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", shown))
    assert not [each for each in ips if not each.startswith("203.0.113.")]


def test_what_is_shown_holds_no_secret_and_no_bytes(tmp_path: Path):
    """A page can show it as it is."""
    company.create(tmp_path / "company.sqlite")
    shown = company.snapshot(tmp_path / "company.sqlite")
    assert "password_hash" not in shown["account"][0]
    assert shown["account"][0]["photo"] == "(85 bytes)"
    assert not [value for rows in shown.values() for row in rows for value in row.values() if isinstance(value, bytes)]
