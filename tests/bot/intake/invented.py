"""The invented mails the radar is measured on, and those it was tuned on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SETS = Path(__file__).parents[2] / "fixtures" / "radar"


@dataclass(frozen=True)
class Written:
    """A mail of the sets."""

    enquiry: bool
    language: str
    kind: str
    subject: str
    text: str


def invented(name: str) -> Iterator[Written]:
    for line in (SETS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, subject, text = line.split(" | ", 2)
            sign, language, kind = head.split(" ")
            yield Written(sign == "+", language, kind, subject, text.replace(" // ", "\r\n"))
