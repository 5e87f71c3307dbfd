"""`make bench`: one JSON line per figure. Ratios within one run say more than seconds; targets are for two cores."""

import json
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import copies, crowds, exports, figures, lists, mailboxes, sweep

FIGURES: tuple[Callable[[Path], dict[str, Any]], ...] = (
    figures.intake,
    mailboxes.headers,
    mailboxes.flood,
    figures.card_after_notice,
    figures.clicks,
    crowds.crowd,
    figures.access,
    figures.idle_memory,
    copies.copies,
    exports.side_by_side,
    exports.big_export,
    exports.fifty_at_once,
    sweep.reminder_sweep,
    lists.lists,
)


def main(names: list[str]) -> int:
    """Prints each figure as soon as it is measured; 1 when one could not be measured or missed its target."""
    missed = 0
    for figure in FIGURES:
        if names and figure.__name__ not in names:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="subjectline-bench-") as folder:
            try:
                found = figure(Path(folder))
            except Exception as error:  # noqa: BLE001  a figure that cannot be had is a finding, and the next one is measured
                traceback.print_exc()
                found = {"error": type(error).__name__, "met": False}
        missed += not found.get("met", True)
        print(
            json.dumps({"figure": figure.__name__, **found, "took_s": round(time.monotonic() - began, 1)}), flush=True
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
