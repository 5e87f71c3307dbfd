"""A mail arrives: opened, told to the desk; and the same for mail files on the command line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.intake import Limits, Reading, Verdict, read
from bot.opener import Opener
from bot.post import Arrived
from handlers import classify
from handlers.mail import Arrivals
from tests.bot.intake.writing import INFO, RULES, mail, multipart

T0 = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Remembers what it heard."""

    heard: list[tuple[Arrived, Reading]] = field(default_factory=list)

    def receive(self, mails: Sequence[tuple[Arrived, Reading]]) -> None:
        self.heard += mails


class Reader:
    """Reads in this process: these tests are not about the child."""

    def read_many(self, raws: Sequence[bytes]) -> list[Reading]:
        return [read(raw, RULES, Limits(text=100)) for raw in raws]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def arrivals(desk: Desk) -> Arrivals:
    return Arrivals(desk, Reader(), RULES)


def arrived(raw: bytes, *, truncated: bool = False) -> Arrived:
    return Arrived("INBOX", 1, 7, T0, len(raw), raw, truncated)


def test_a_mail_reaches_the_desk_with_its_reading(arrivals: Arrivals, desk: Desk) -> None:
    """One call, whatever the mail is: the desk decides."""
    one = arrived(mail())
    arrivals.take([one])
    assert desk.heard == [(one, read(mail(), RULES, Limits(text=100)))]


def test_a_mail_fetched_in_part_says_so(arrivals: Arrivals, desk: Desk) -> None:
    """So does one that intake cut."""
    arrivals.take([arrived(mail(), truncated=True), arrived(mail(body="x" * 200)), arrived(mail())])
    assert [reading.truncated for _, reading in desk.heard] == [True, True, False]


def test_bodies_of_machine_mail_are_not_asked_for(arrivals: Arrivals) -> None:
    """The headers tell what answered by itself; behind what a program passed on there may be a person."""
    assert arrivals.wants(mail(body=""), 5000)
    assert not arrivals.wants(mail(body="", auto_submitted="auto-replied"), 5000)
    assert arrivals.wants(mail(body="", from_=INFO), 5000)


def test_a_mail_that_cannot_be_taken_in_is_left_to_a_person(arrivals: Arrivals, desk: Desk) -> None:
    """Whatever it is, also when there is nothing left of it."""
    for raw in (mail(), mail("Sale"), mail(auto_submitted="auto-replied"), b""):
        arrivals.give_up(arrived(raw), "OperationalError")
    assert {reading.verdict for _, reading in desk.heard} == {Verdict.QUARANTINE}
    assert "It could not be taken in (OperationalError)." in desk.heard[0][1].reasons


SAYS = ("It asks for the writer's data to be deleted.", "It asks for an account to be deleted.")


def test_a_file_is_classified_as_its_mail_would_be(tmp_path: Path) -> None:
    """Every key of DESIGN.md section 6, as plain JSON."""
    path = tmp_path / "mail.eml"
    path.write_bytes(
        multipart(
            ("Content-Type: text/plain", "Please delete my account and the data that you have. Thank you"),
            ('Content-Type: image/png; name="cat.png"', "abc"),
        )
    )
    with Opener(RULES) as opener:
        row = classify.classify_file(path, opener)
    assert json.loads(json.dumps(row)) == {
        "file": str(path),
        "verdict": "enquiry",
        "from": "ann@person.example",
        "subject": "Data Protection Enquiry",
        "rights": ["deletion"],
        "language": "en",
        "message_id": "<1@person.example>",
        "attachments": [{"name": "cat.png", "type": "image/png", "size": 3}],
        "reasons": ["The subject is that of an enquiry.", *SAYS],
        "asks": [
            {"says": each, "right": "deletion", "sentence": "Please delete my account and the data that you have."}
            for each in SAYS
        ],
    }


def test_files_are_classified_without_any_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not there has no verdict and a reason, and stops nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SUBJECTLINE_CONFIG", raising=False)
    (tmp_path / "a.eml").write_bytes(mail())
    (tmp_path / "b.eml").write_bytes(b"")
    rows = list(classify.files([tmp_path / "a.eml", tmp_path / "gone.eml", tmp_path / "b.eml"]))
    assert [row["verdict"] for row in rows] == ["enquiry", None, "other"]
    assert rows[1]["reasons"] == ["The file cannot be read (FileNotFoundError)."]


def test_what_the_desk_hears_can_be_told_apart(arrivals: Arrivals, desk: Desk) -> None:
    """A reading is a value."""
    arrivals.take([arrived(mail())])
    _, reading = desk.heard[0]
    assert replace(reading) == reading
