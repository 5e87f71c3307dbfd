"""Packages on disk: AES-256-GCM in chunks, under a key that only the link's token gives (TRUST T28).

The file: magic, then chunks of 1 MiB, each with its tag. The nonce is the number of the chunk and whether it is the
last: no chunk can be dropped, moved or added. A key is used for one file only, so numbers suffice.
"""

import fcntl
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.checkpoints import checkpoint
from bot.errors import Refused

_MAGIC = b"SUBJECTLINE PACKAGE 1\n"
_CHUNK = 1 << 20
_TAG = 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_PART = ".part"


class Vault:
    """Sealed files in one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._sweep()

    def put(self, name: str, content: bytes, token: str) -> None:
        """Written, synced, then renamed: it stands whole under its name, or the old state does."""
        path = self._path(name)
        part = path.with_name(path.name + _PART)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # says to `_sweep` that its writer lives
            file.truncate()
            for piece in _sealed(content, _key(token), name):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            checkpoint("package.sealed")
            part.replace(path)
        self._sync()
        checkpoint("package.renamed")

    def get(self, name: str, token: str) -> bytes:
        """The content; Refused when the token does not open it, or the file is changed, cut or gone."""
        try:
            sealed = self._path(name).read_bytes()
        except FileNotFoundError:
            raise Refused("There is no such package any more.") from None
        try:
            return b"".join(_opened(sealed, _key(token), name))
        except InvalidTag:
            raise Refused("The package does not open: another token, or not the file that was written.") from None

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)
        self._sync()

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("The name of a package is made of letters, digits, dots and hyphens.")
        return self._folder / f"{name}.package"

    def _sync(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _sweep(self) -> None:
        """Half files whose writer has died are gone; a living writer holds its lock."""
        for left in self._folder.glob(f"*.package{_PART}"):
            with left.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                left.unlink(missing_ok=True)


def _key(token: str) -> AESGCM:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"subjectline package").derive(token.encode())
    return AESGCM(derived)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _sealed(content: bytes, key: AESGCM, name: str) -> Iterator[bytes]:
    yield _MAGIC
    view = memoryview(content)
    starts = range(0, len(content), _CHUNK) or range(1)
    for number, start in enumerate(starts):
        last = number == len(starts) - 1
        yield key.encrypt(_nonce(number, last=last), view[start : start + _CHUNK], name.encode())


def _opened(sealed: bytes, key: AESGCM, name: str) -> Iterator[bytes]:
    file = io.BytesIO(sealed)
    if file.read(len(_MAGIC)) != _MAGIC:
        raise InvalidTag
    left = len(sealed) - len(_MAGIC)
    number = 0
    while True:
        chunk = file.read(_CHUNK + _TAG)
        left -= len(chunk)
        yield key.decrypt(_nonce(number, last=left == 0), chunk, name.encode())
        if left == 0:
            return
        number += 1
