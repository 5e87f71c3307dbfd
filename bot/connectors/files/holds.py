"""What is taken out of the share for a while: restricted files, and those in quarantine before they are gone for good.

A hold is a folder below the locked one: `restricted/<run>/` or `quarantine/<run>/`, with the files under their paths
and a manifest, written before the first of them is moved. So a run that was cut off goes on where it stopped, and what
was taken can be told from what was there before. The name of a run follows from what was approved: the same lines,
the same hold.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bot.checkpoints import checkpoint
from bot.connectors.documents import Stamp
from bot.connectors.files.rules import Parts
from bot.connectors.files.tree import Closed, Entry, Gone, Sort, Tree
from bot.errors import PlanChanged, Refused, Temporary, Unclear
from bot.workflow import Line

RESTRICTED, QUARANTINE = "restricted", "quarantine"
MARKER = ".restricted"  # ends the name of the note that stands where a restricted file was
MARKED = b"Restricted by data protection. "
_MANIFEST, _FILES = "manifest.json", "files"
_LARGEST = 64 * 1024 * 1024  # bytes of a manifest
_RUN = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Held:
    """One file of a hold: its path in the share, and what it was when it was approved."""

    path: Parts = field(repr=False)
    source: Parts = field(repr=False)  # where it was taken from: its path, or one in another hold
    size: int
    digest: str
    stamp: Stamp | None = None  # its state when the digest was taken, for as long as that matters


def run_of(person: str, lines: Iterable[Line]) -> str:
    """The name of the hold of these lines, whatever their act has become since."""
    marks = sorted(line.mark for line in lines if line.mark)
    return hashlib.sha256("\n".join([person, *marks]).encode()).hexdigest()[:24]


class Holds:
    """The locked folder of one share."""

    def __init__(self, tree: Tree, locked: str) -> None:
        self._tree = tree
        self._locked = locked

    def where(self, area: str, run: str) -> Parts:
        """The files of a hold."""
        return (self._locked, area, run, _FILES)

    def runs(self, area: str) -> list[str]:
        """The holds of this area."""
        here = (self._locked, area)
        try:
            names = self._tree.names(here)
        except Gone:
            return []
        return sorted(each for each in names if _RUN.fullmatch(each))

    def walk(self, area: str) -> Iterator[tuple[str, Entry]]:
        """(run, entry) of everything held there; the entry's path is that in the share."""
        for run in self.runs(area):
            here = self.where(area, run)
            for entry in self._tree.walk(start=here):
                yield run, replace(entry, path=entry.path[len(here) :])

    def manifest(self, area: str, run: str) -> list[Held] | None:
        """What this hold is to hold; None where there is none. Refused where it cannot be read."""
        try:
            content = self._tree.read((self._locked, area, run, _MANIFEST), _LARGEST)
            given: list[dict[str, Any]] = json.loads(content)["files"]
            return [Held(_path(each["path"]), _path(each["source"]), each["size"], each["sha256"]) for each in given]
        except Gone:
            return None
        except (Closed, ValueError, KeyError, TypeError):
            raise Refused("The list of what was taken out of the file share cannot be read.") from None

    def settled(self, area: str, run: str) -> bool | None:
        """Whether everything of the hold has left its place; None where the hold was never begun."""
        files = self.manifest(area, run)
        return None if files is None else all(self._tree.stat(each.source) is None for each in files)

    def take(self, area: str, run: str, files: Sequence[Held], today: date) -> None:
        """Every one of these files is in the hold, or none. PlanChanged, Refused; Unclear where neither is sure.

        A hold that was begun already is finished, whatever `files` says; where what is left of it has changed, it
        stays as it is: PlanChanged.
        """
        begun = self.manifest(area, run)
        if begun is not None:
            for each in begun:
                self._resume(area, run, each)
            return
        content = {"made": today.isoformat(), "files": [_plain(each) for each in files]}
        self._tree.write((self._locked, area, run, _MANIFEST), json.dumps(content).encode())
        checkpoint("files.manifest")
        moved: list[Held] = []
        try:
            for each in files:
                self._move(area, run, each, each.stamp)
                moved.append(each)
                checkpoint("files.moved")
        except (Temporary, PlanChanged):
            self._undo(area, run, moved)
            raise PlanChanged("A file changed while the others were moved: nothing was done.") from None
        except Refused:
            self._undo(area, run, moved)
            raise Refused("A file could not be moved: nothing was done.") from None

    def _resume(self, area: str, run: str, each: Held) -> None:
        """The file has left its place, unless it is not what was approved."""
        if self._tree.stat(each.source) is None:
            return  # moved before, or removed by somebody since
        digest, stamp = self._tree.digest(each.source)
        if digest != each.digest:
            raise PlanChanged("A run was cut off, and what was left of it has changed since.")
        target = (*self.where(area, run), *each.source)
        there = self._tree.stat(target)
        if there is not None and there.stamp.inode != stamp.inode:  # the same file, put back from a backup
            self._tree.remove(target)
        self._move(area, run, each, stamp)

    def _move(self, area: str, run: str, each: Held, stamp: Stamp | None) -> None:
        """The file, in exactly this state, is in the hold; else PlanChanged, and it is where it was."""
        target = (*self.where(area, run), *each.source)
        if area == RESTRICTED:
            self._tree.write(_marker(each.path), _note(run))
        try:
            self._tree.move(each.source, target)
            self._check(each, target, stamp)
        except BaseException:
            if area == RESTRICTED:
                self._tree.remove(_marker(each.path))
            raise
        if area == QUARANTINE and each.source != each.path:
            self._tree.remove(_marker(each.path))

    def _check(self, each: Held, target: Parts, stamp: Stamp | None) -> None:
        after = self._tree.stat(target)
        if stamp is None or after is None or _state(stamp) != _state(after.stamp):
            self._tree.move(target, each.source)
            raise PlanChanged

    def _undo(self, area: str, run: str, moved: Sequence[Held]) -> None:
        """Back to where it was."""
        try:
            for each in reversed(moved):
                self._tree.move((*self.where(area, run), *each.source), each.source)
                if area == RESTRICTED:
                    self._tree.remove(_marker(each.path))
            self._clear(area, run)
        except (Gone, Closed):
            raise Unclear("Some files were moved, some could not be, and some could not be moved back.") from None

    def give_back(self, run: str) -> None:
        """Every restricted file of this run is in its place again. Refused, after the others, where one is taken."""
        barred = 0
        for each in self.manifest(RESTRICTED, run) or ():
            held = (*self.where(RESTRICTED, run), *each.path)
            if self._tree.stat(held) is None:
                continue
            try:
                self._tree.move(held, each.path)
                self._tree.remove(_marker(each.path))
            except (Gone, Closed):
                barred += 1
        if barred:
            raise Refused(f"{barred} restricted files could not go back: others stand in their place.")
        self._clear(RESTRICTED, run)

    def tidy(self, runs: Iterable[str]) -> None:
        """Restrictions of which no file is left are over."""
        for run in runs:
            if not any(entry.sort != Sort.FOLDER for entry in self._tree.walk(start=self.where(RESTRICTED, run))):
                self._clear(RESTRICTED, run)

    def sweep(self, today: date, grace_days: int) -> int:
        """What has been in quarantine for longer than the grace time is gone; how many files."""
        gone = 0
        for run in self.runs(QUARANTINE):
            with suppress(Gone, Closed, ValueError, KeyError, TypeError):
                content = self._tree.read((self._locked, QUARANTINE, run, _MANIFEST), _LARGEST)
                made = datetime.fromisoformat(json.loads(content)["made"]).date()
                if (today - made).days >= grace_days:
                    gone += self._clear(QUARANTINE, run)
        return gone

    def clear_folders(self, folders: Iterable[Parts]) -> None:
        """Those that are empty are gone, from the inside out."""
        for folder in sorted(folders, key=len, reverse=True):
            self._tree.remove_folder(folder)

    def _clear(self, area: str, run: str) -> int:
        """The hold is gone with everything in it; how many files. The manifest goes last."""
        here, files = (self._locked, area, run), 0
        folders = {(*here, _FILES)}
        for entry in list(self._tree.walk(start=(*here, _FILES))):
            folders |= {entry.path[:end] for end in range(len(here) + 2, len(entry.path) + 1)}
            if entry.sort != Sort.FOLDER:
                self._tree.remove(entry.path)
                files += 1
        self.clear_folders(folders)
        self._tree.remove((*here, _MANIFEST))
        self._tree.remove_folder(here)
        return files


def _state(stamp: Stamp) -> tuple[int, int, int, int]:
    """What does not change when a file is moved."""
    return (stamp.device, stamp.inode, stamp.size, stamp.changed_ns)


def is_marker(tree: Tree, entry: Entry) -> bool:
    """Whether this is a note of ours."""
    if not entry.path[-1].endswith(MARKER) or entry.stamp.size > 4096:
        return False
    with suppress(Gone, Closed):
        return tree.read(entry.path, 4096).startswith(MARKED)
    return False


def _marker(path: Parts) -> Parts:
    name = path[-1]
    if len(name.encode("utf-8", "surrogateescape")) + len(MARKER) > 255:  # NAME_MAX
        name = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return (*path[:-1], name + MARKER)


def _note(run: str) -> bytes:
    return MARKED + (
        b"The file that was here may not be used at present (GDPR, art. 18). "
        b"Ask whoever answers data protection enquiries, and name " + run.encode() + b".\n"
    )


def _plain(each: Held) -> dict[str, Any]:
    return {"path": each.path, "source": each.source, "size": each.size, "sha256": each.digest}


def _path(given: Any) -> Parts:
    """A path as a manifest has it. ValueError for one that could lead elsewhere."""
    path = tuple(str(each) for each in given)
    if not path or any(each in {"", ".", ".."} or "/" in each or "\0" in each for each in path):
        raise ValueError
    return path
