"""Encrypted files in one folder: each stands whole under its name or not at all, and no plain byte touches the disk."""

import fcntl
import os
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from bot.errors import Refused, Temporary
from bot.package.stream import Opened, Sealing

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_PART = ".part"


@contextmanager
def _disk() -> Iterator[None]:
    """A disk that is full or gone is no fault of what was to be written."""
    try:
        yield
    except OSError:
        raise Temporary("The folder of the packages cannot be written to.") from None


class Disk:
    """A new file, locked by its writer as long as it lives. Temporary when the disk does not take what is written."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)  # says to `_sweep_parts` that the writer lives

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._file.close()

    def write(self, data: bytes) -> None:
        with _disk():
            self._file.write(data)

    def flush(self, *, lasting: bool) -> None:
        self._file.flush()
        if lasting:
            os.fsync(self._file.fileno())


class Vault:
    """The files of one kind in a folder that is closed to others."""

    def __init__(
        self, folder: Path, kind: str, synced: Callable[[], None] = lambda: None,
        renamed: Callable[[], None] = lambda: None, *, lasting: bool = True,
    ) -> None:  # fmt: skip
        """Without leftovers of writers that died. `synced`, `renamed`: called when a file has come so far.

        What is not `lasting` may be lost with the machine's power: whoever reads it holds it against its digest, and
        can make it again.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._kind = kind
        self._synced, self._renamed = synced, renamed
        self._lasting = lasting
        self._sweep_parts()

    @contextmanager
    def writing(self, name: str, key: bytes) -> Iterator[Sealing]:
        """What is written inside stands whole under this name afterwards; if it raises, the old state does.

        Temporary when the disk does not take it. Of several who write one name the last to end counts.
        """
        path = self._path(name)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PART}")
        try:
            with _disk():
                disk = Disk(part)
            with disk:
                sealing = Sealing(disk, key, name)
                yield sealing
                sealing.finish()
                with _disk():
                    disk.flush(lasting=self._lasting)
                    self._synced()
                    part.replace(path)
                    self._sync()
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        self._renamed()

    def open(self, name: str, key: bytes) -> Opened:
        """The file; Refused when it is gone, its end is missing or the key is not its own."""
        path = self._path(name)
        try:
            file = path.open("rb", buffering=0)
        except FileNotFoundError:
            raise Refused("There is no such package any more.") from None
        try:
            return Opened(file, key, name)
        except BaseException:
            file.close()
            raise

    def remove(self, name: str) -> None:
        """Nothing of it is kept. Removing twice is no error."""
        self._path(name).unlink(missing_ok=True)
        self._sync()

    def sweep(self, known: Collection[str], older_s: float) -> int:
        """Files of no name among these are gone, once they are that old; how many."""
        gone = 0
        for path in self._folder.glob(f"*.{self._kind}"):
            with suppress(FileNotFoundError):
                if path.stem not in known and time.time() - path.stat().st_mtime > older_s:
                    path.unlink()
                    gone += 1
        self._sweep_parts()
        return gone

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("The name of a package is made of letters, digits, dots and hyphens.")
        return self._folder / f"{name}.{self._kind}"

    def _sync(self) -> None:
        if not self._lasting:
            return
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _sweep_parts(self) -> None:
        """Half files whose writer has died are gone; a living writer holds its lock."""
        for left in self._folder.glob(f"*.{self._kind}.*{_PART}"):
            with suppress(FileNotFoundError), left.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                left.unlink(missing_ok=True)
