"""`intake classify`: what the letterbox makes of mail files, opening no ticket. `intake take`: they go to the team."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from bot import build
from bot import settings as configuration
from bot.intake import Reading, Rules, Verdict, echo
from bot.opener import Opener
from bot.post import Arrived
from bot.settings import Settings

BY_HAND = "Somebody of the team handed it over."
NOON = time(12)


def files(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """A row for each file, by the configured rules where there is a configuration."""
    with Opener(_rules()) as opener:
        for path in paths:
            yield classify_file(path, opener)


def classify_file(path: Path, opener: Opener) -> dict[str, Any]:
    """What `intake classify` prints of this mail file; of a file that cannot be read, no verdict and the reason."""
    try:
        raw = path.read_bytes()
    except OSError as fault:
        return {"file": str(path), "verdict": None, "reasons": [f"The file cannot be read ({type(fault).__name__})."]}
    reading = opener.read(raw)
    return {
        "file": str(path),
        "verdict": reading.verdict,
        "from": reading.from_address or reading.from_written,
        "subject": reading.subject,
        "rights": list(reading.rights),
        "language": reading.language,
        "message_id": reading.message_id,
        "attachments": [{"name": each.name, "type": each.type, "size": each.size} for each in reading.attachments],
        "reasons": list(reading.reasons),
        "asks": asks(reading),
    }


def asks(reading: Reading) -> list[dict[str, Any]]:
    """What the radar heard, each with the sentence it rests on: words of the mail."""
    heard = echo(reading.subject, reading.text)
    return [{"says": each.says, "right": each.right, "sentence": each.sentence} for each in heard.grounds]


def hand_over(settings: Settings, paths: Iterable[Path], received: date | None) -> Iterator[dict[str, Any]]:
    """A row for each file: the mail waits for somebody of the team, whatever the letterbox would make of it.

    For what the radar let pass. `received`: the day it reached the company, in UTC; today where none is said.
    """
    desk = build.clerk(settings)
    with closing(desk.store), Opener(build.rules(settings)) as opener:
        build.check_store(desk.store)
        now = desk.clock()
        arrived_at = min(now, datetime.combine(received, NOON, UTC)) if received else now
        for path in paths:
            raw = path.read_bytes()
            reading = opener.read(raw)
            if reading.verdict != Verdict.QUARANTINE:
                said = (BY_HAND, *reading.reasons)
                reading = replace(reading, verdict=Verdict.NEAR_MISS, reasons=said, automatic=True)
            mail = Arrived("by hand", 0, 0, arrived_at, len(raw), raw)
            (became,) = desk.receive([(mail, reading)])
            yield {"file": str(path), "became": became, "reasons": list(reading.reasons)}


def _rules() -> Rules:
    if "SUBJECTLINE_CONFIG" in os.environ or Path("subjectline.toml").exists():
        return build.rules(configuration.load(needs=()))
    return Rules()
