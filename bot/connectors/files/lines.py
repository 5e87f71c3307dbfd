"""What a plan says of a person's files: counts per rule and act, each line marked with what it was made of."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from bot.connectors.files.search import CROWD, Finding, Piece, fate
from bot.law import Right
from bot.workflow import Act, Fate, Line

REACHED = frozenset({Right.ACCESS, Right.DELETION, Right.RESTRICTION})
LIST = "list of files"
LISTED = "The list of accounts names this person: do there by hand what has to be done."


def planned(system: str, right: Right, finding: Finding, today: date) -> list[Line]:
    """The plan. Its marks stand for paths, sizes and digests: an approval of other files is none."""
    if right not in REACHED:
        return []
    grouped: dict[tuple[str, str, Act, str | None, str], list[tuple[Piece, str]]] = defaultdict(list)
    for piece in finding.pieces:
        found = fate_of(right, piece, today)
        if found is not None:
            place = f"{piece.rule.name} {found.aside}".strip()
            group = (place, piece.rule.category, found.act, found.basis, found.words)
            grouped[group].append((piece, found.until or ""))
    made = [
        Line(
            system, place, act, len(pieces), category, basis, max(until for _, until in pieces) or None,
            words and f"These files {words}", "" if act == Act.TASK else _mark(piece for piece, _ in pieces),
        )
        for (place, category, act, basis, words), pieces in grouped.items()
    ]  # fmt: skip
    if right == Right.ACCESS and (count := sum(map(goes_out, finding.pieces))):
        made.append(Line(system, LIST, Act.EXPORT, count, categories(finding.pieces)))
    troubles = finding.troubles.items()
    return sorted([*made, *(Line(system, place, Act.TASK, count, words=words) for (place, words), count in troubles)])


def fate_of(right: Right, piece: Piece, today: date) -> Fate | None:
    """What this right makes of the file; None: nothing."""
    aside, words = piece.trouble or ("", "")
    if right == Right.ACCESS:
        out = Fate(Act.TASK, aside=aside, words=f"{words}: take out by hand what concerns this person.")
        return Fate(Act.EXPORT) if goes_out(piece) else out
    if piece.trouble:
        return Fate(Act.TASK, aside=aside, words=f"{words}: do by hand what has to be done with them.")
    if right == Right.DELETION:
        return fate(piece, today)
    return None if piece.run else Fate(Act.RESTRICT)


def goes_out(piece: Piece) -> bool:
    """Whether a file is copied at all: not where it cannot be opened, or a crowd is in it."""
    return bool(piece.digest) and not piece.rule.several and piece.others <= CROWD


def categories(pieces: Iterable[Piece]) -> str:
    """Of everything that is copied."""
    return ", ".join(sorted({each.rule.category for each in pieces if goes_out(each)}))


def _mark(pieces: Iterable[Piece]) -> str:
    return hashlib.sha256(b"\n".join(sorted(each.mark for each in pieces))).hexdigest()
