"""The demo company's file server: account folders, orders, saved mails, a list with many people in it.

`create` fills a folder, `snapshot` shows it, `share.toml` beside this file is its map.
"""

import hashlib
import io
import os
import re
import zipfile
from pathlib import Path
from typing import Any

from bot.sandbox.company import JONAS, MARA, READER, RETO
from bot.sandbox.papers import docx, eml, pdf, xlsx

MAP = Path(__file__).with_name("share.toml")  # one `[[connectors]]` block
OF = {"K00001": MARA, "K00002": RETO, "K00003": JONAS}  # whose the numbered files are
LOCKED = ".subjectline"  # where the bot keeps what it takes out
_AT = 1_735_725_600  # 2025-01-01
Row = dict[str, Any]


def create(root: Path) -> None:
    """The whole share, always the same."""
    for name, content in _content().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (_AT, _AT))


def snapshot(root: Path) -> dict[str, list[Row]]:
    """The files as they stand, ready to be shown, apart those that are held back and those that wait to be gone."""
    found = sorted(path for path in root.rglob("*") if path.is_file())
    shown: dict[str, list[Row]] = {"files": [], "restricted": [], "quarantine": []}
    for path in found:
        parts = path.relative_to(root).parts
        if parts[0] != LOCKED:
            shown["files"].append(_row("/".join(parts), path))
        elif len(parts) > 4 and parts[1] in shown:
            inside = parts[4:] if parts[4] != LOCKED else parts[8:]
            shown[parts[1]].append(_row("/".join(inside), path))
    return shown


def by_hand(root: Path, address: str) -> None:
    """Somebody takes this person out of what speaks of several: the row of the list, the note of their household."""
    for path in root.glob("lists/*.xlsx"):
        words = readable(path.read_bytes()).split("\n")
        if address in words:
            path.write_bytes(xlsx(*(each for each in words if each != address)))
    for number in (number for number, owner in OF.items() if owner == address):
        for path in root.glob(f"customers/{number}*/household.txt"):
            path.unlink()


def readable(content: bytes) -> str:
    """The text of a file, a line for each piece; of a sheet or a letter that of its parts."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist()]
    return "\n".join(each for part in parts for each in re.findall(r"<(?:w:)?t>([^<]*)</", part))


def _row(name: str, path: Path) -> Row:
    content = path.read_bytes()
    named = [address for number, address in OF.items() if number in name]
    text = readable(content).replace("=40", "@")  # as mails are saved
    named += [each for each in (MARA, RETO, JONAS, READER) if each in text and each not in named]
    digest = hashlib.sha256(content).hexdigest()[:12]
    return {"id": name, "file": name, "bytes": len(content), "sha256": digest, "of": named}


def _content() -> dict[str, bytes]:
    mara, reto = "customers/K00001 Lindt", "customers/K00002 Lindt"
    return {
        f"{mara}/welcome.docx": docx("Dear Ms Lindt,", f"we will write to you at {MARA}. Welcome!"),
        f"{mara}/studio.jpg": b"\xff\xd8\xff\xe0 a picture of the studio",
        f"{mara}/household.txt": f"Lives with {RETO}; send both catalogues in one parcel.\n".encode(),
        f"{mara}/contracts/2014-03-12 maintenance.pdf": pdf("Maintenance, signed in 2014"),
        f"{mara}/contracts/2021-04-20 maintenance.pdf": pdf("Maintenance, signed in 2021"),
        f"{reto}/welcome.docx": docx("Dear Mr Lindt,", f"we will write to you at {RETO}. Welcome!"),
        "customers/K00003 Altherr/call.txt": b"Called about the serial number of his licence.\n",
        "customers/K00010 Egli/welcome.docx": docx("Dear Ms Egli,", "welcome!"),
        "orders/2025-06-12 K00001 order.txt": b"Two Tremolo Studio, by post.\n",
        "orders/2025-06-12 K00010 order.txt": b"One Hall Designer.\n",
        "correspondence/tremolo.eml": eml("The new version crashes on my machine.", to=f"Mara Lindt <{MARA}>"),
        "correspondence/newsletter.eml": eml("Thank you for your interest.", to=READER),
        "lists/newsletter 2026.xlsx": xlsx("address", MARA, JONAS, READER, "nadja.egli@example.net"),
        "internal/menu.txt": b"Monday: soup\n",
    }
