"""The access package: a zip a person can read, keep and check, sealed on disk under the link that leads to it.

What is in it: `page.py` (START-HERE.html), `parts.py` (exact JSON, tables for a spreadsheet, files, names), `frozen.py`
(one system's answer while the others are still asked), `vault.py` (encryption). Nothing personal touches the disk in
the clear: a package is made in memory.
"""

import hashlib
import io
import secrets
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.checkpoints import checkpoint
from bot.package import frozen, page, parts
from bot.package.frozen import Sheet
from bot.package.vault import Vault

__all__ = ["Packer", "Sheet"]


class Packer:
    """Packs, and keeps what is packed in `folder`, where only the link's token opens it."""

    def __init__(self, folder: Path, token: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> None:
        """The folder exists, closed to others, without leftovers of writers that died."""
        self._vault = Vault(folder)
        self._token = token

    def freeze(self, tables: Sequence[Any]) -> bytes:
        """One system's tables as bytes that `thaw` reads back exactly."""
        return frozen.freeze(tables)

    def thaw(self, frozen_bytes: bytes) -> Sequence[Sheet]:
        return frozen.thaw(frozen_bytes)

    def given(self, sheets: Sequence[Sheet]) -> Sequence[Sheet]:
        """Of these what the person gave us themselves: what portability hands over."""
        return frozen.given(sheets)

    def pack(self, tables: Mapping[str, Sequence[Any]], about: Mapping[str, Any], made_at: datetime) -> bytes:
        """The zip. `tables`: every system that was searched → what it holds, empty if nothing.

        Of `about` it uses, where there: `ref`, `received_on`, `labels` (system → words), `company` and `policy` as the
        configuration has them.
        """
        checkpoint("package.opened")
        content = io.BytesIO()
        names = parts.Names()
        systems = [parts.system(names, name, sheets, about) for name, sheets in tables.items()]
        sums: list[str] = []
        with zipfile.ZipFile(content, "w") as archive:
            for name, data in _members(systems, about, made_at):
                entry = zipfile.ZipInfo(name, made_at.timetuple()[:6])
                entry.compress_type = zipfile.ZIP_STORED if name.startswith("files/") else zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, data)
                sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
            archive.writestr(zipfile.ZipInfo("checksums.txt", made_at.timetuple()[:6]), "".join(sums))
        checkpoint("package.packed")
        return content.getvalue()

    def seal(self, content: bytes, name: str) -> tuple[str, str]:
        """Kept, whole or not at all, under a key that only the new token gives: (token, hex SHA-256 of the token).

        A package of the same name is replaced; its token opens nothing any more.
        """
        token = self._token()
        self._vault.put(name, content, token)
        return token, hashlib.sha256(token.encode()).hexdigest()

    def unseal(self, name: str, token: str) -> bytes:
        """The zip, unchanged since it was sealed. Refused for another token, a changed or a missing file."""
        return self._vault.get(name, token)

    def remove(self, name: str) -> None:
        """Nothing of it is kept. Removing twice is no error."""
        self._vault.remove(name)


def _members(
    systems: Sequence[parts.System], about: Mapping[str, Any], made_at: datetime
) -> Iterator[tuple[str, bytes]]:
    """(name in the archive, content), the page for people first."""
    yield "START-HERE.html", page.start_here(systems, about, made_at)
    yield "data/FORMAT.txt", parts.FORMAT.encode()
    for system in systems:
        for part in system.parts:
            yield part.json_name, parts.json_bytes(system, part, made_at)
            yield part.csv_name, parts.csv_bytes(part)
            for file in part.files.values():
                yield file.name, file.content
