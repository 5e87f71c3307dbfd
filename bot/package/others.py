"""What of a copy may be about other people: found for a person to look at, then blacked out in it or left out.

The rights of others limit a copy and do not refuse it (GDPR 15(4), 20(4); FADP 26(1)(b); EDPB 01/2022, 168-173). Found
is what a system says somebody has to look at, and every text in which somebody else's e-mail address stands.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import re2

from bot.package.frozen import HEAD, Again, Blob, Sheet
from bot.package.words import spoken

BLACK = "█████"  # the same for every word: its length says nothing
SAYS = 2800  # characters a person reads of one piece
LARGEST = 8 << 20  # bytes of a file that is read for its text
_ADDRESS = re2.compile(r"[\pL\pN._%+'-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+")

Own = Callable[[str], bool]  # whether an e-mail address is the person's, or the house's
Read = Callable[[str, bytes], str]  # (name, content) of a file → its text; empty where it has none that can be read


@dataclass(frozen=True)
class Piece:
    """Something of a copy that a person has to look at. `place` is the same whenever the same is found again."""

    place: str = field(repr=False)
    kind: str  # file, text
    why: str  # in our own words
    name: str = field(repr=False)
    says: str = field(repr=False)  # its text, cut; empty where it cannot be read


@dataclass(frozen=True)
class Decision:
    """What a person decided of a piece: `keep`, `black` with further words to black out, `out`."""

    verdict: str
    words: tuple[str, ...] = field(default=(), repr=False)


Decide = Callable[[str], Decision | None]  # place → what was decided; None: nothing is to be done to it


def pieces(sheets: Iterable[Sheet], own: Own, read: Read) -> Iterator[Piece]:
    """What a person has to look at before it goes out, each once."""
    seen: set[str] = set()
    for sheet in sheets:
        for row in sheet.rows:
            for piece in _file(sheet, row, read) if _of_files(sheet) else _texts(sheet, row, own):
                if piece.place not in seen:
                    seen.add(piece.place)
                    yield piece


def _file(sheet: Sheet, row: Sequence[Any], read: Read) -> Iterator[Piece]:
    name, blob, why = row
    if why:
        yield Piece(_place_of(name, blob), "file", why, name, _text(sheet, name, blob, read)[:SAYS])


def _texts(sheet: Sheet, row: Sequence[Any], own: Own) -> Iterator[Piece]:
    for column, value in zip(sheet.columns, row, strict=True):
        if isinstance(value, str) and "@" in value and any(not own(each) for each in _ADDRESS.findall(value)):
            where = f"{sheet.label or sheet.name}: {sheet.labels.get(column) or column}"
            why = "Somebody else's e-mail address stands in it."
            yield Piece(_place_in(sheet, column, value), "text", why, where, value[:SAYS])


def veiled(sheets: Iterable[Sheet], decide: Decide, own: Own, read: Read, language: str) -> Iterator[Any]:
    """The same tables and files as the person gets them, each saying in their language what is missing from it."""
    for sheet in sheets:
        if _of_files(sheet):
            yield from _veiled_files(sheet, decide, own, read, language)
        else:
            yield _veiled_table(sheet, decide, own, language)


def _veiled_table(sheet: Sheet, decide: Decide, own: Own, language: str) -> SimpleNamespace:
    def rows() -> Iterator[tuple[Any, ...]]:
        for row in sheet.rows:
            yield tuple(_veiled(sheet, *each, decide, own) for each in zip(sheet.columns, row, strict=True))

    verdicts = Counter(
        _verdict(decide(_place_in(sheet, column, value)))
        for row in sheet.rows for column, value in zip(sheet.columns, row, strict=True) if _suspect(value)
    )  # fmt: skip
    return _made(sheet, rows(), _missing(verdicts["black"] + verdicts["out"], 0, language))


def _veiled(sheet: Sheet, column: str, value: Any, decide: Decide, own: Own) -> Any:
    if isinstance(value, Blob):
        return Again(value, sheet.rows.source)
    decision = decide(_place_in(sheet, column, value)) if _suspect(value) else None
    if decision is None or decision.verdict == "keep":
        return value
    return blacked(value, decision.words, own) if decision.verdict == "black" else BLACK


def _veiled_files(sheet: Sheet, decide: Decide, own: Own, read: Read, language: str) -> Iterator[SimpleNamespace]:
    verdicts = Counter(_verdict(decide(_place_of(row[0], row[1]))) for row in sheet.rows)
    withheld = {**sheet.withheld, **_missing(verdicts["black"], verdicts["out"], language)}
    if verdicts["out"] == len(sheet.rows):
        yield _made(sheet, (), withheld)
    for name, blob, _ in sheet.rows:
        decision = decide(_place_of(name, blob))
        if decision and decision.verdict == "out":
            continue
        file = SimpleNamespace(
            name=name, category=sheet.category, purpose=sheet.purpose, retention=sheet.retention, source=sheet.source,
            pieces=blob.pieces(sheet.rows.source), look="", withheld=withheld, kind=blob.kind,
        )  # fmt: skip
        if decision and decision.verdict == "black":
            text = blacked(_text(sheet, name, blob, read), decision.words, own)
            file.name, file.pieces, file.kind = blacked(name, decision.words, own), iter([text.encode()]), "txt"
        yield file


def blacked(text: str, words: Sequence[str], own: Own) -> str:
    """Without these words, wherever they stand and however they are capitalised, and without others' addresses."""
    wanted = sorted({word.strip() for word in words if word.strip()}, key=len, reverse=True)
    found = _ADDRESS.sub(lambda each: each[0] if own(each[0]) else BLACK, text)
    return re.sub("|".join(map(re.escape, wanted)), BLACK, found, flags=re.IGNORECASE) if wanted else found


def _made(sheet: Sheet, rows: Iterable[Any], missing: Mapping[str, str]) -> SimpleNamespace:
    head = {name: getattr(sheet, name) for name in HEAD}
    return SimpleNamespace(**head | {"withheld": {**sheet.withheld, **missing}, "cut": bool(missing), "rows": rows})


def _missing(blacked_out: int, left_out: int, language: str) -> dict[str, str]:
    """What is not in the copy → why, in the person's language."""
    words = spoken(language).data
    told = [(blacked_out, words["blacked_out"]), (left_out, words["files_left_out"])]
    return {str(what).format(count=count): str(words["for_others"]) for count, what in told if count}


def _verdict(decision: Decision | None) -> str:
    return decision.verdict if decision else "keep"


def _suspect(value: Any) -> bool:
    return isinstance(value, str) and "@" in value


def _of_files(sheet: Sheet) -> bool:
    return sheet.columns == ("name", "content", "look")


def _place_of(name: str, blob: Blob) -> str:
    return f"file\0{name}\0{blob.sha256}"


def _place_in(sheet: Sheet, column: str, value: str) -> str:
    return f"text\0{sheet.name}\0{column}\0{value}"


def _text(sheet: Sheet, name: str, blob: Blob, read: Read) -> str:
    return read(name, b"".join(blob.pieces(sheet.rows.source))) if blob.size <= LARGEST else ""
