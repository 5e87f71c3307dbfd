"""A thousand real mails, each with one verdict; and what two other projects read in them."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.intake import Reading, Verdict
from bot.opener import Opener
from tests.bot.intake.writing import RULES

pytestmark = pytest.mark.shared

# Ordinary mail of the collections that name what they hold: never a machine's, never in quarantine.
PEOPLE = ("permissive/crisp-oss__email-reply-parser", "permissive/discourse__email_reply_trimmer", "permissive/github__email_reply_parser",
          "permissive/mailgun__talon", "permissive/zapier__email-reply-parser")  # fmt: skip


@pytest.fixture(scope="module")
def corpus(shared: Path) -> dict[str, tuple[str, Reading]]:
    """File -> its kind and how it was read, through one child, within its bounds of time and memory."""
    folder = shared / "corpus" / "mail"
    rows = json.loads((folder / "manifest.json").read_text())
    with Opener(RULES) as opener:
        opener.read(b"")
        first = opener.pid
        assert first is not None
        began = time.monotonic()
        readings = opener.read_many([(folder / row["file"]).read_bytes() for row in rows])
        seconds = time.monotonic() - began
        assert opener.pid == first  # nothing killed it
        assert psutil.Process(first).memory_info().rss < 200 * 1024**2
    found = {row["file"]: (row["kind"], reading) for row, reading in zip(rows, readings, strict=True)}
    print(
        f"\n{len(found)} mails in {seconds:.1f} s:",
        dict(Counter(reading.verdict.value for _, reading in found.values())),
    )
    assert seconds < 25
    return found


def expected(shared: Path, name: str) -> dict[str, dict[str, Any]]:
    return json.loads((shared / "corpus" / "mail" / f"{name}_expected.json").read_text())


def test_every_mail_has_one_verdict(corpus: dict[str, tuple[str, Reading]]) -> None:
    """None was too much for the reader, none of these strangers' mails is an enquiry; one hides its words from us."""
    assert len(corpus) == 1027
    verdicts = Counter(reading.verdict for _, reading in corpus.values())
    assert set(verdicts) <= {Verdict.OTHER, Verdict.MACHINE, Verdict.QUARANTINE}
    assert [reading.reasons for _, reading in corpus.values() if reading.verdict == Verdict.QUARANTINE] == [
        ("Its text is in winmail.dat, a format of Outlook's own.",)
    ]
    assert not [
        name for name, (_, reading) in corpus.items() if any(each.startswith("Reading it") for each in reading.reasons)
    ]


def test_bounces_are_known_for_what_they_are(corpus: dict[str, tuple[str, Reading]]) -> None:
    """At least 95 of 100; what is missed looks like a person's mail in its headers and in its structure."""
    bounces = [reading for kind, reading in corpus.values() if kind == "bounce"]
    known = sum(reading.verdict == Verdict.MACHINE for reading in bounces) / len(bounces)
    print(f"\n{known:.1%} of {len(bounces)} bounces")
    assert known >= 0.96


def test_ordinary_mail_is_not_taken_for_a_machines(corpus: dict[str, tuple[str, Reading]]) -> None:
    """Nor kept from anybody; and nothing in it alarms."""
    people = {name: reading for name, (_, reading) in corpus.items() if name.startswith(PEOPLE)}
    assert len(people) > 190
    assert {reading.verdict for reading in people.values()} == {Verdict.OTHER}
    assert sum(reading.verdict == Verdict.OTHER for _, reading in corpus.values()) == 662
    assert not [name for name, (_, reading) in corpus.items() if reading.verdict == Verdict.NEAR_MISS]


def test_senders_and_subjects_agree_with_zammad(shared: Path, corpus: dict[str, tuple[str, Reading]]) -> None:
    """All but one subject: raw bytes of a Chinese charset that the mail itself declares to be Western.

    Five senders are no address at all (`MAILER-DAEMON`, one with a space, one ending in a dot, …): there the two agree
    on what is shown, while for us nobody wrote.
    """
    rows = {name: row for name, row in expected(shared, "zammad").items() if "from_email" in row or "subject" in row}
    senders = [
        _shown(corpus[name][1]) == row["from_email"].lower() for name, row in rows.items() if "from_email" in row
    ]
    subjects = [_same(corpus[name][1].subject, row["subject"]) for name, row in rows.items() if "subject" in row]
    _report("zammad", senders, subjects)


def test_senders_and_subjects_agree_with_stalwart(shared: Path, corpus: dict[str, tuple[str, Reading]]) -> None:
    """All of them; two senders are no address that could be written to."""
    rows = expected(shared, "stalwart")
    senders = [
        _shown(corpus[name][1]) == (row["from"][0]["address"] or "").lower()
        for name, row in rows.items()
        if row.get("from")
    ]
    subjects = [
        _same(corpus[name][1].subject, row["subject"]) for name, row in rows.items() if row.get("subject") is not None
    ]
    _report("stalwart", senders, subjects)


def _shown(reading: Reading) -> str:
    return (reading.from_address or reading.from_written).lower()


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _report(name: str, senders: list[bool], subjects: list[bool]) -> None:
    print(f"\n{name}: {sum(senders)} of {len(senders)} senders, {sum(subjects)} of {len(subjects)} subjects")
    assert sum(senders) / len(senders) >= 0.97
    assert sum(subjects) / len(subjects) >= 0.97
