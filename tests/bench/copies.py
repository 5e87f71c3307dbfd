"""A person with 2,000 mails and 500 files: what a copy of both costs in memory, above a process that has only started.

The copying runs in a process of its own, which reports its peak; the mail server and the share stand here.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bot.connectors.files.share import CONTENT, Share
from tests.bot.connectors.mailbox.box import BLOCK as BOX
from tests.bot.connectors.mailbox.box import mail
from tests.fixtures.dovecot import Dovecot

MAILS, FILES, LARGE_MB = 2_000, 500, 256
_CHILD = """
import json, re, sys, time
from pathlib import Path
from datetime import datetime, UTC
from bot.connectors import File, files, mailbox
from tests.fakes import outside
from tests.bot.connectors.files.share import MARA

def peak():  # getrusage would tell the peak of the process this one was forked from
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

blocks, secrets = json.load(sys.stdin)
made = [kind.connector(block, outside(lambda: datetime.now(UTC), **secrets)) for kind, block in zip((files, mailbox), blocks)]
idle, found = peak(), {}
for each in made:
    began, count, size = time.monotonic(), 0, 0
    (person,) = each.find([MARA])
    for piece in each.export(person):
        if isinstance(piece, File):
            count += 1
            size += sum(len(part) for part in piece.pieces)
    found[each.name] = {"files": count, "mb": round(size / 1e6, 1), "s": round(time.monotonic() - began, 2)}
print(json.dumps({"idle_mb": round(idle, 1), "above_idle_mb": round(peak() - idle, 1), **found}))
"""


def copies(folder: Path) -> dict[str, Any]:
    """Peak memory above idle while everything of one person is copied, one large file and one large mail among it."""
    share = Share(folder / "share")
    share.root.mkdir()
    share.fill({"accounts.csv": CONTENT["accounts.csv"]})
    share.fill({f"customers/1042_Lindt/{number}.jpg": os.urandom(50_000) for number in range(FILES - 1)})
    with (share.root / "customers/1042_Lindt/film.bin").open("wb") as film:
        film.truncate(LARGE_MB * 1024 * 1024)
    dovecot = Dovecot()
    dovecot.start()
    try:
        box = dovecot.mailbox()
        box.fill([mail(number, body=("z" * 70 + "\r\n") * 40) for number in range(MAILS - 1)])
        box.deliver(mail(MAILS, body=("y" * 70 + "\r\n") * 400_000))
        found = _copied(share, box.url)
    finally:
        dovecot.stop()
    whole = found["share"]["files"] == FILES and found["mail"]["files"] == MAILS
    return {**found, "target": "≤ 100 MB above idle", "met": whole and found["above_idle_mb"] <= 100}


def _copied(share: Share, url: str) -> dict[str, Any]:
    blocks = [share.block, {**BOX, "roles": {}, "timeout_s": 600}]
    given = json.dumps([blocks, {"COMPANY_FILES": str(share.root), "MAILBOX_URL": url}])
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], input=given, capture_output=True, text=True, check=True, cwd=root, timeout=900,
    )  # fmt: skip
    return json.loads(done.stdout)
