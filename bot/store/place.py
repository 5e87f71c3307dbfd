"""Where a SQLite file lies: on a disk that can lock, and in the hands of one process."""

import fcntl
import os
from pathlib import Path

from bot.errors import Misconfigured

# Their locks do not hold, or not for what SQLite's WAL needs: memory shared between processes.
_NETWORK = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "gfs2",
    "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs",
})  # fmt: skip
_MOUNTS = Path("/proc/mounts")

_held: dict[Path, int] = {}  # in this process; closing a second descriptor would drop the lock of the first


def network_file_system(file: Path, mounts: Path = _MOUNTS) -> str | None:
    """The name of the network file system the file lies on; None for a local one or where nobody can tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    target = file.resolve()
    kind, depth = "", -1
    for line in lines:
        _, point, found, *_ = line.split(" ")
        path = Path(point.encode().decode("unicode_escape"))  # the kernel writes a space as \040
        if target.is_relative_to(path) and len(path.parts) >= depth:  # of two mounts on one point the later counts
            kind, depth = found, len(path.parts)
    return kind if kind in _NETWORK else None


def place_faults(file: Path) -> list[str]:
    """Why this file cannot carry the database, one sentence each."""
    kind = network_file_system(file)
    if kind is None:
        return []
    return [f"DATABASE_URL: the SQLite file lies on a network file system ({kind}). Use a local disk, or PostgreSQL."]


def check_place(file: Path) -> None:
    """Nothing, if the file lies where locks hold; Misconfigured otherwise."""
    if faults := place_faults(file):
        raise Misconfigured(faults)


def hold(file: Path) -> None:
    """No other process works on this database, until `release` or the end of this one. Misconfigured if one does."""
    lock = _lock(file)
    if lock in _held:
        raise _taken(file)
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # a child does not inherit it: it dies with this process
    except OSError:
        os.close(descriptor)
        raise _taken(file) from None
    _held[lock] = descriptor


def release(file: Path) -> None:
    """Gives a held database free again."""
    os.close(_held.pop(_lock(file)))


def _lock(file: Path) -> Path:
    return file.resolve().with_name(file.name + ".lock")


def _taken(file: Path) -> Misconfigured:
    words = f"Another process already works on {file.name}. Stop it first; for several processes use PostgreSQL."
    return Misconfigured([words])
