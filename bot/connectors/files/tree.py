"""A folder and what is below it, and never anything else: every step goes from an open folder to a name in it.

No link is followed, no pipe is opened, no other file system entered. A name that is swapped between two looks leads
to an error, not to somewhere else.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bot.connectors.documents import Stamp
from bot.connectors.files.rules import Parts
from bot.errors import Refused, Temporary

_DEPTH = 100
CHUNK = 256 * 1024
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would wait for somebody to write


class Sort(StrEnum):
    FILE = "file"
    FOLDER = "folder"  # an empty one
    LINK = "link"
    OTHER = "other"  # a pipe, a device
    CLOSED = "closed"  # a folder that cannot be looked into


@dataclass(frozen=True)
class Entry:
    """One name below the root, as it was when looked at."""

    path: Parts = field(repr=False)
    sort: Sort
    stamp: Stamp
    names: int = 1  # hard links


class Gone(Temporary):
    """It is not there any more, or something else stands in its place."""

    def __init__(self) -> None:
        super().__init__("A file of the share went away while it was looked at.")


class Closed(Refused):
    """It is there and cannot be read or written."""

    def __init__(self) -> None:
        super().__init__("A file of the share cannot be read or written.")


class Tree:
    """One folder. Safe from any thread: nothing is kept open between calls."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def walk(self, skip: Callable[[Parts], bool] = lambda _: False, start: Parts = ()) -> Iterator[Entry]:
        """Every file below `start` in order, and whatever cannot be looked at; Temporary without a root.

        What `skip` names is passed over with everything in it.
        """
        with self.folder(()) as top:
            device = os.fstat(top).st_dev
        waiting: list[Parts] = [start]
        while waiting:
            here = waiting.pop()
            folders = []
            entries = self._list(here, device)
            if here != start and not entries:
                yield Entry(here, Sort.FOLDER, Stamp(0, 0, 0, 0, 0))
            for entry in entries:
                if skip(entry.path):
                    continue
                if entry.sort == Sort.FOLDER:
                    folders.append(entry.path)
                else:
                    yield entry
            waiting += reversed(folders)

    def _list(self, here: Parts, device: int) -> list[Entry]:
        try:
            with self.folder(here) as fd, os.scandir(fd) as names:
                if os.fstat(fd).st_dev != device or len(here) > _DEPTH:
                    return [_closed(here)]
                found = [entry for each in names if (entry := _looked((*here, each.name), each)) is not None]
        except Gone:
            return []
        except (Closed, OSError):
            return [_closed(here)]
        return sorted(found, key=lambda entry: entry.path[-1])

    def stat(self, path: Parts) -> Entry | None:
        """The entry of this path now; None where nothing is."""
        try:
            with self.folder(path[:-1]) as fd:
                return _entry(path, os.stat(path[-1], dir_fd=fd, follow_symlinks=False))
        except (Gone, FileNotFoundError):
            return None

    def names(self, path: Parts) -> list[str]:
        """What is in a folder. Gone, Closed."""
        with self.folder(path) as fd, _spoken():
            return sorted(os.listdir(fd))  # noqa: PTH208 - of an open folder

    def pieces(self, path: Parts) -> Iterator[bytes]:
        """The content of a file. Gone, Closed."""
        with self._open(path) as fd:
            while piece := _quietly(lambda: os.read(fd, CHUNK)):
                yield piece

    def digest(self, path: Parts, going_on: Callable[[], object] = lambda: None) -> tuple[str, Stamp]:
        """SHA-256 of a file, and the state it was in. `going_on` is asked between pieces and may raise."""
        content = hashlib.sha256()
        with self._open(path) as fd:
            before = _stamp(os.fstat(fd))
            while piece := _quietly(lambda: os.read(fd, CHUNK)):
                content.update(piece)
                going_on()
            if _stamp(os.fstat(fd)) != before:
                raise Gone
        return content.hexdigest(), before

    def move(self, source: Parts, target: Parts) -> None:
        """What was at the one path is at the other, never in place of something; folders are made. Gone, Closed."""
        self.make(target[:-1])
        with self.folder(source[:-1]) as one, self.folder(target[:-1]) as other:
            try:
                os.link(source[-1], target[-1], src_dir_fd=one, dst_dir_fd=other, follow_symlinks=False)
            except FileExistsError:
                self._finish(source, target, one, other)
            except FileNotFoundError:
                raise Gone from None
            except OSError as error:
                if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
                    raise Closed from None
                self._rename(source, target, one, other)  # a file system without hard links
            else:
                _unlink_first(source, target, one, other)

    def _finish(self, source: Parts, target: Parts, one: int, other: int) -> None:
        """A move that was cut off after its first half left both names on one file."""
        with _spoken():
            before = os.stat(source[-1], dir_fd=one, follow_symlinks=False)
            after = os.stat(target[-1], dir_fd=other, follow_symlinks=False)
            if (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino):
                raise Closed
            os.unlink(source[-1], dir_fd=one)

    def _rename(self, source: Parts, target: Parts, one: int, other: int) -> None:
        with _spoken():
            with suppress(FileNotFoundError):
                os.stat(target[-1], dir_fd=other, follow_symlinks=False)
                raise Closed
            os.rename(source[-1], target[-1], src_dir_fd=one, dst_dir_fd=other)

    def write(self, path: Parts, content: bytes) -> None:
        """A file of ours, whole and on the disk; replaced if it was there. Closed."""
        self.make(path[:-1])
        fresh = f".{path[-1][:200]}.new"
        with self.folder(path[:-1]) as folder, _spoken():
            with suppress(FileNotFoundError):
                os.unlink(fresh, dir_fd=folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            fd = os.open(fresh, flags, 0o600, dir_fd=folder)
            try:
                with os.fdopen(fd, "wb", closefd=False) as stream:
                    stream.write(content)
                os.fsync(fd)
            finally:
                os.close(fd)
            os.rename(fresh, path[-1], src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)

    def read(self, path: Parts, most: int) -> bytes:
        """The content of a file of at most so many bytes. Gone, Closed (also when it is larger)."""
        content = bytearray()
        for piece in self.pieces(path):
            content += piece
            if len(content) > most:
                raise Closed
        return bytes(content)

    def remove(self, path: Parts) -> None:
        """No such file. Closed."""
        with suppress(Gone), self.folder(path[:-1]) as folder, _spoken():
            os.unlink(path[-1], dir_fd=folder)

    def remove_folder(self, path: Parts) -> bool:
        """Whether the folder is gone; one with anything in it stays."""
        with suppress(Gone, Closed, OSError), self.folder(path[:-1]) as folder:
            os.rmdir(path[-1], dir_fd=folder)
            return True
        return False

    def make(self, path: Parts) -> None:
        """The folder is there, what was made on the way closed to others. Closed."""
        for length in range(1, len(path) + 1):
            with self.folder(path[: length - 1]) as folder, suppress(FileExistsError), _spoken():
                os.mkdir(path[length - 1], 0o700, dir_fd=folder)

    @contextmanager
    def folder(self, path: Parts) -> Iterator[int]:
        """The open folder. Gone, Closed; Temporary where there is no root."""
        try:
            fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise Temporary(f"The file share is not there ({errno.errorcode.get(error.errno or 0, '?')}).") from None
        try:
            for name in path:
                with _spoken():
                    inner = os.open(name, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = inner
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def _open(self, path: Parts) -> Iterator[int]:
        with self.folder(path[:-1]) as folder:
            with _spoken():
                fd = os.open(path[-1], _READ, dir_fd=folder)
            try:
                if not stat.S_ISREG(os.fstat(fd).st_mode):
                    raise Gone
                yield fd
            finally:
                os.close(fd)


@contextmanager
def _spoken() -> Iterator[None]:
    """The system's errors in our two words: they would name the path."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise Gone from None
    except FileExistsError:
        raise
    except OSError as error:
        raise Gone if error.errno == errno.ELOOP else Closed from None


def _unlink_first(source: Parts, target: Parts, one: int, other: int) -> None:
    """The second half of a move; where it is refused, the first is taken back."""
    try:
        os.unlink(source[-1], dir_fd=one)
    except OSError:
        with suppress(OSError):
            os.unlink(target[-1], dir_fd=other)
        raise Closed from None


def _quietly(read: Callable[[], bytes]) -> bytes:
    with _spoken():
        return read()


def _entry(path: Parts, found: os.stat_result) -> Entry:
    mode = found.st_mode
    sort = Sort.OTHER
    for fits, word in ((stat.S_ISREG, Sort.FILE), (stat.S_ISDIR, Sort.FOLDER), (stat.S_ISLNK, Sort.LINK)):
        if fits(mode):
            sort = word
    return Entry(path, sort, _stamp(found), found.st_nlink if sort == Sort.FILE else 1)


def _looked(path: Parts, name: "os.DirEntry[str]") -> Entry | None:
    """None for what has gone since the folder was read."""
    try:
        return _entry(path, name.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _closed(path: Parts) -> Entry:
    return Entry(path, Sort.CLOSED, Stamp(0, 0, 0, 0, 0))
