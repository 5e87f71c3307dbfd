"""A letter on paper: a PDF for a window envelope, tagged as PDF/UA-1 asks, that a person prints and posts.

What the letter says reaches the typesetter as data (`paper.typ` reads it as JSON): nothing in it is ever markup. The
typesetter is no part of an ordinary installation: it has 80 MB, and only those who answer by post need it.
"""

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import NotAllowed
from bot.letters.markup import Block

WINDOWS = ("right", "left")  # of the envelope: SN 010130, DIN 5008 form B
MISSING = "Letters on paper need the typesetter: pip install 'subjectline[paper]', then try again."


def stored(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The blocks of a letter as JSON has room for them."""
    return [asdict(each) for each in blocks]


def pdf(source: Path, letter: Mapping[str, Any], made_at: datetime) -> bytes:
    """The letter as PDF/UA-1, the same bytes for the same letter and moment. NotAllowed without the typesetter.

    `letter`: language, title, company, sender (one line), to (lines), date, window, page (words with {n} and {of}), and
    the `stored` blocks.
    """
    try:
        typst = importlib.import_module("typst")
    except ImportError:
        raise NotAllowed(MISSING) from None
    return typst.compile(
        source.read_bytes(), sys_inputs={"letter": json.dumps(letter)}, pdf_standards=["ua-1"],
        ignore_system_fonts=True, timestamp=int(made_at.timestamp()),
    )  # fmt: skip
