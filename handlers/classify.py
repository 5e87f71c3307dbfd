"""`intake classify`: what the letterbox makes of mail files. Opens no ticket, asks nothing of the network."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot import build
from bot import settings as configuration
from bot.intake import Reading, Rules, echo
from bot.opener import Opener


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


def _rules() -> Rules:
    if "SUBJECTLINE_CONFIG" in os.environ or Path("subjectline.toml").exists():
        return build.rules(configuration.load(needs=()))
    return Rules()
