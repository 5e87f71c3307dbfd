"""The access package: a zip a person can read, keep and check, sealed on disk under the link that leads to it.

What is in it: `page.py` (START-HERE.html, sources.html), `parts.py` (exact JSON, tables for a spreadsheet, files,
names). How it comes about: each system's answer goes record by record (`frozen.py`) into a sealed file of its own;
when all have answered, and a person has looked at what may be about others (`others.py`), the zip is written member
by member from those files into another one (`vault.py`, `stream.py`). Whatever the size, a few megabytes are in
memory, and nothing personal touches the disk in the clear.
"""

import hashlib
import secrets
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyzipper
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.checkpoints import checkpoint
from bot.package import frozen, page, parts
from bot.package.frozen import Freezing, Sheet
from bot.package.others import Decision, Own, Piece, Read, pieces, veiled
from bot.package.stream import Opened
from bot.package.vault import Vault

__all__ = ["Decision", "Held", "Opened", "Packed", "Packer", "Piece", "Sheet"]

ORPHAN_S = 3600.0  # until then somebody may be about to write the row that names a file
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I or 1, no O or 0
QUICK = 1  # compression of files, most of which are compressed already
LEVEL = "_compresslevel"  # of one member; public only from Python 3.13 on, and still known by this name


@dataclass(frozen=True)
class Held:
    """One system's answer in its file."""

    rows: int
    size: int  # bytes
    digest: str  # SHA-256


@dataclass(frozen=True)
class Packed:
    """A package in its file."""

    token: str
    digest: str  # hex SHA-256 of the token
    size: int  # bytes of the zip


class Packer:
    """Packs, and keeps what is packed in `folder`, where only the link's token opens it."""

    def __init__(self, folder: Path, token: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> None:
        """The folder exists, closed to others, without leftovers of writers that died."""
        self._packages = Vault(
            folder, "package", lambda: checkpoint("package.sealed"), lambda: checkpoint("package.renamed")
        )
        self._holdings = Vault(
            folder / "holdings", "holding", lambda: checkpoint("holding.sealed"), lambda: checkpoint("holding.renamed"),
            lasting=False,
        )
        self._token = token

    # -- what the systems answered

    def hold(self, name: str, key: bytes, held: Iterable[Any]) -> Held:
        """These tables and files are in a file of this name, whole or not at all; held before, they are replaced."""
        with self._holdings.writing(name, key) as sealing:
            freezing = Freezing(sealing.write)
            freezing.add(held)
        return Held(freezing.rows, sealing.size, freezing.digest)

    @contextmanager
    def thawed(self, name: str, key: bytes, digest: str) -> Iterator[Sequence[Sheet]]:
        """What `hold` wrote with this digest; Refused when it is not there, or not whole. Read as it is used."""
        opened = self._holdings.open(name, key)
        try:
            yield frozen.thaw(opened, digest)
        finally:
            opened.close()

    def given(self, sheets: Sequence[Sheet]) -> Sequence[Sheet]:
        """Of these what the person gave us themselves: what portability hands over."""
        return frozen.given(sheets)

    def others(self, sheets: Sequence[Sheet], own: Own, read: Read) -> Iterator[Piece]:
        """What of these may be about other people too, so that a person has to look before it goes out."""
        return pieces(sheets, own, read)

    def veiled(
        self, sheets: Sequence[Sheet], decided: Mapping[str, tuple[str, Sequence[str]]], own: Own,
        read: Read, language: str,
    ) -> Iterator[Any]:  # fmt: skip
        """The same to be held anew, without what a person has taken out: `Piece.place` → (verdict, words)."""
        known = {place: Decision(verdict, tuple(words)) for place, (verdict, words) in decided.items()}
        return veiled(sheets, known.get, own, read, language)

    def let_go(self, name: str) -> None:
        """The answer is not held any more. Twice is no error."""
        self._holdings.remove(name)

    def sweep(self, known: Collection[str]) -> int:
        """Answers of none of these names are gone, where nobody can be about to name them; how many."""
        return self._holdings.sweep(known, ORPHAN_S)

    # -- the package

    def pack(
        self, name: str, tables: Mapping[str, Sequence[Sheet]], about: Mapping[str, Any], made_at: datetime, *,
        locked: bool = False,
    ) -> Packed:  # fmt: skip
        """The zip is kept, whole or not at all, under a key that only the new token gives.

        `locked`: for a way on which others may read it, the zip itself is encrypted (AES-256), and the token is a
        passphrase to be told and typed.

        `tables`: every system that was searched → what it holds, empty if nothing. Of `about` it uses, where there:
        `ref`, `received_on`, `labels` (system → words), `looked` (system → when), `by_hand` and `left_out` (systems),
        `company` and `policy` as the configuration has them. A package of the same name is replaced; its token opens
        nothing any more.
        """
        checkpoint("package.opened")
        token = passphrase() if locked else self._token()
        names = parts.Names()
        systems = [parts.system(names, system, sheets, about) for system, sheets in tables.items()]
        with self._packages.writing(name, _key(token)) as sealing:
            with _archive(sealing, token if locked else "") as archive:
                _fill(archive, systems, about, made_at)
            checkpoint("package.packed")
        return Packed(token, hashlib.sha256(token.encode()).hexdigest(), sealing.size)

    def open(self, name: str, token: str) -> Opened:
        """The zip, piece by piece; each is known to be as it was sealed, and the last to be the last.

        Refused, here or at the piece in question, for another token, a changed, a cut or a missing file.
        """
        return self._packages.open(name, _key(token))

    def remove(self, name: str) -> None:
        """Nothing of the package is kept. Removing twice is no error."""
        self._packages.remove(name)


def passphrase() -> str:
    """Six groups of four signs that nobody mistakes for others: 120 bits."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(6))


def _key(token: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"subjectline package").derive(token.encode())


def _archive(out: Any, phrase: str) -> Any:
    """A zip into `out`, which never goes back; with a passphrase AES-256 as WinZip specifies it (AE-2)."""
    if not phrase:
        return zipfile.ZipFile(_Forward(out), "w")  # type: ignore[arg-type]  # no more is asked of it
    archive = pyzipper.AESZipFile(_Forward(out), "w", encryption=pyzipper.WZ_AES)
    archive.setpassword(phrase.encode())
    archive.setencryption(pyzipper.WZ_AES, nbits=256)
    return archive


def _fill(archive: Any, systems: Sequence[parts.System], about: Mapping[str, Any], made_at: datetime) -> None:
    """Members one after the other, sizes behind them."""
    sums: list[str] = []
    for name, size, content in _members(systems, about, made_at):
        digest = hashlib.sha256()
        with archive.open(_entry(archive, name, size, made_at), "w") as member:
            for piece in content:
                digest.update(piece)
                member.write(piece)
        sums.append(f"{digest.hexdigest()}  {name}\n")
    with archive.open(_entry(archive, "checksums.txt", 0, made_at), "w") as member:
        member.write("".join(sums).encode())


def _entry(archive: Any, name: str, size: int, made_at: datetime) -> Any:
    """Compressed even where it does not help: a stored member without its size before it is read by few programs."""
    entry = getattr(archive, "zipinfo_cls", zipfile.ZipInfo)(name, made_at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    entry.file_size = size  # decides whether it needs the long form
    if name.startswith("files/"):
        setattr(entry, LEVEL, QUICK)
    return entry


class _Forward:
    """A file that can only be written to."""

    def __init__(self, out: Any) -> None:
        self.write = out.write
        self.flush = out.flush


def _members(
    systems: Sequence[parts.System], about: Mapping[str, Any], made_at: datetime
) -> Iterator[tuple[str, int, Iterable[bytes]]]:
    """(name in the archive, size if it is known, content), the page for people first."""
    for name, content in page.pages(systems, about, made_at):
        yield name, 0, content
    yield "data/FORMAT.txt", 0, [parts.FORMAT.encode()]
    yield "data/schema.json", 0, [parts.SCHEMA.read_bytes()]
    for system in systems:
        for part in system.parts:
            yield part.json_name, 0, parts.json_pieces(system, part, made_at)
            yield part.csv_name, 0, parts.csv_pieces(part)
            for name, blob in parts.file_pieces(part):
                yield name, blob.size, blob.pieces(part.sheet.rows.source)
