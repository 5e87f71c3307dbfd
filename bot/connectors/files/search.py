"""Which files are a person's, and what is to become of each."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from bot.connectors.documents import Documents, Reading, Words, kind
from bot.connectors.files.holds import RESTRICTED, Held, Holds, is_marker
from bot.connectors.files.rules import Map, Parts, Rule, shown
from bot.connectors.files.tree import Closed, Entry, Gone, Sort, Tree
from bot.connectors.holdings import ends
from bot.errors import Temporary
from bot.workflow import Act, Fate

_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
CROWD = 10  # addresses of others in one file: no longer a letter with somebody in copy


# Place in the plan, and what a person has to do.
Trouble = tuple[str, str]
STRAY = ("files no rule reaches", "They bear the number of the account, but no rule reaches them: look what they are.")
UNSEARCHED = ("not searchable", "These hold no text or cannot be read: look whether they are about the person.")
_ODD = {
    Sort.LINK: ("links", "These are links, which are not followed: look where they lead."),
    Sort.OTHER: ("devices", "These are neither files nor folders: look what they are."),
    Sort.CLOSED: ("closed folders", "These folders cannot be looked into: look what is in them."),
}
SHARED = ("of several people", "lie under a number that several people share")
SEVERAL = ("of many people", "speak of many people")
MIXED = ("with other people in them", "speak of other people as well")
UNREAD = ("not readable", "could not be read, so nobody knows whether they speak of other people")
LINKED = ("with further names", "have further names elsewhere (hard links)")
SHUT = ("closed", "cannot be opened")


@dataclass(frozen=True)
class Who:
    """One person as this share knows them."""

    number: str  # empty: by address only
    shared: bool  # somebody else has the same number
    hashes: frozenset[bytes] = field(repr=False)  # of their addresses and number


@dataclass(frozen=True)
class Piece:
    """One file that is the person's. `path` is that in the share, `source` where it is now."""

    path: Parts = field(repr=False)
    source: Parts = field(repr=False)
    run: str  # of the hold it is restricted in; empty: it is in its place
    rule: Rule
    entry: Entry = field(repr=False)
    own: bool  # it lies under their number
    others: int  # addresses of other people in it
    trouble: Trouble | None = None  # why no machine may act on it
    digest: str = ""

    def held(self) -> Held:
        return Held(self.path, self.source, self.entry.stamp.size, self.digest, self.entry.stamp)

    @property
    def mark(self) -> bytes:
        """Where it is, how large it is, and what is in it."""
        name = b"/".join(each.encode("utf-8", "surrogateescape") for each in self.source)
        return b"%s\0%d\0%s" % (name, self.entry.stamp.size, self.digest.encode())


@dataclass
class Finding:
    """What was found of a person."""

    pieces: list[Piece] = field(default_factory=list)
    troubles: Counter[Trouble] = field(default_factory=Counter)  # what could not be looked at
    folders: list[Parts] = field(default_factory=list)  # empty ones that bear their number


@dataclass(frozen=True)
class Search:
    """Looks through the share. `going_on` is asked all the time, and raises when there is no time left."""

    map: Map
    tree: Tree
    holds: Holds
    documents: Documents
    reading: Reading
    going_on: Callable[[], float]  # seconds left; Temporary

    def anything(self, who: Who) -> bool:
        """Whether the share holds anything of theirs."""
        finding = Finding()
        return any(
            self._sorted(who, path, run, entry, finding) or finding.folders for path, run, entry in self._entries()
        )

    def folders(self, who: Who) -> list[Parts]:
        """The empty folders that bear their number."""
        return [path for path, run, entry in self._entries()
                if entry.sort == Sort.FOLDER and not run and who.number in self.map.named(path)]  # fmt: skip

    def all(self, who: Who) -> Finding:
        """Everything of theirs, with the digest of each file."""
        finding = Finding()
        for path, run, entry in self._entries():
            piece = self._sorted(who, path, run, entry, finding)
            if piece is not None:
                finding.pieces.append(self._digested(piece))
        return finding

    def _entries(self) -> Iterator[tuple[Parts, str, Entry]]:
        """(path in the share, run of its hold, entry with the path where it is)."""
        locked = self.map.share.locked
        for entry in self.tree.walk(lambda path: path == (locked,) or self.map.ignored(path)):
            self.going_on()
            yield entry.path, "", entry
        for run, entry in self.holds.walk(RESTRICTED):
            self.going_on()
            where = (*self.holds.where(RESTRICTED, run), *entry.path)
            yield entry.path, run, replace(entry, path=where)

    def _sorted(self, who: Who, path: Parts, run: str, entry: Entry, finding: Finding) -> Piece | None:
        found = self.map.rule(path)
        by_name = bool(who.number) and who.number in self.map.named(path)
        if found is None:
            if by_name and entry.sort != Sort.FOLDER:
                finding.troubles[STRAY] += 1
            return None if entry.sort != Sort.FOLDER else self._folder(path, run, finding, by_name=by_name)
        rule, numbers = found
        own = who.number in numbers
        if entry.sort == Sort.FOLDER:
            return self._folder(path, run, finding, by_name=by_name)
        if entry.sort != Sort.FILE:
            if own or rule.search:
                finding.troubles[_ODD[entry.sort]] += 1
            return None
        if is_marker(self.tree, entry):
            return None
        return self._file(who, Piece(path, entry.path, run, rule, entry, own, 0), numbers, finding)

    def _folder(self, path: Parts, run: str, finding: Finding, *, by_name: bool) -> None:
        if by_name and not run:
            finding.folders.append(path)

    def _file(self, who: Who, piece: Piece, numbers: frozenset[str], finding: Finding) -> Piece | None:
        if not piece.own and not piece.rule.search:
            return None
        words = self._words(piece)
        if not piece.own and not self._spoken_of(who, piece.rule, words):
            if words.fault or words.blind:
                finding.troubles[UNSEARCHED] += 1
            return None
        others = words.others(who.hashes) + len(numbers - {who.number})
        return replace(piece, others=others, trouble=_trouble(who, piece, words, others))

    def _spoken_of(self, who: Who, rule: Rule, words: Words) -> bool:
        by_address = "address" in rule.search and words.names(who.hashes - self._number(who))
        return by_address or ("number" in rule.search and bool(words.numbers & self._number(who)))

    def _number(self, who: Who) -> frozenset[bytes]:
        return self.documents.hashed([], [who.number]) if who.number else frozenset()

    def _words(self, piece: Piece) -> Words:
        ending = kind(shown(piece.path[-1]))
        if not ending:
            return Words(blind=True)  # a picture, a program: nobody expects to find words in it
        most = self.map.share.largest_mb * 1024 * 1024
        if piece.entry.stamp.size > most:
            return Words(fault="It is too large to be searched.")
        try:
            return self.reading.words(
                ending, piece.entry.stamp, lambda: self.tree.read(piece.source, most), self.going_on()
            )
        except (Gone, Closed):
            return Words(fault="It cannot be opened.")

    def _digested(self, piece: Piece) -> Piece:
        try:
            digest, stamp = self.tree.digest(piece.source, self.going_on)
        except Closed:
            return replace(piece, trouble=piece.trouble or SHUT)
        except Gone:
            raise Temporary("A file changed while it was looked at.") from None
        return replace(piece, digest=digest, entry=replace(piece.entry, stamp=stamp))


def _trouble(who: Who, piece: Piece, words: Words, others: int) -> Trouble | None:
    """Why a person has to act on this file and no machine may."""
    told: tuple[tuple[object, Trouble], ...] = (
        (who.shared and piece.own, SHARED),
        (piece.rule.several, SEVERAL),
        (others, MIXED),
        (words.fault, UNREAD),
        (piece.entry.names > 1 and not piece.run, LINKED),
    )
    return next((trouble for holds, trouble in told if holds), None)


def fate(piece: Piece, today: date) -> Fate:
    """What deletion makes of a file no person has to look at."""
    keep = piece.rule.keep
    if keep is None:
        return Fate(Act.DELETE)
    until = ends(keep, _dated(piece) if keep.dated == "name" else _modified(piece))
    if until is not None and until < today:
        return Fate(Act.DELETE)
    return Fate(Act.KEEP, keep.basis, until.isoformat() if until else None)


def _dated(piece: Piece) -> str:
    """The day in the file's name; where there is none, that of its last change."""
    found = _DAY.search(piece.path[-1])
    return "-".join(found.groups()) if found else _modified(piece)


def _modified(piece: Piece) -> str:
    return datetime.fromtimestamp(piece.entry.stamp.changed_ns / 1e9, UTC).date().isoformat()
