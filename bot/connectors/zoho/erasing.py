"""Deletion: exactly what was approved, gone from the recycle bin too, and looked for again by other calls."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.checkpoints import checkpoint
from bot.connectors import Found
from bot.connectors.wire import deadline
from bot.connectors.zoho.api import Api
from bot.connectors.zoho.holdings import CHILDREN, IMAGE, PHOTO, Held, Holdings, Piece, digest, refs
from bot.connectors.zoho.journal import Journal, Noted
from bot.connectors.zoho.people import People, Record, Ref
from bot.connectors.zoho.records import Records
from bot.connectors.zoho.rules import Block
from bot.errors import PlanChanged, Temporary
from bot.workflow import ACTING, Act, Line, counts, difference, plan_hash

NOTED, SPARE_S = 10, 15.0  # pieces between two notes; the time without which none is begun
Left = Counter[tuple[str, Act]]


class Erasing:
    """The run of a deletion and its proof."""

    def __init__(self, api: Api, people: People, holdings: Holdings, records: Records, block: Block) -> None:
        self._api = api
        self._people = people
        self._holdings = holdings
        self._records = records
        self._block = block

    # -- run

    def erase(self, journal: Journal, person: Found, wanted: Sequence[Line], today: date) -> Mapping[str, int]:
        """Every line is done. Begun before, it is gone on with; done before, nothing more happens."""
        noted = journal.read()
        begun = noted.at if noted is not None else None
        if noted is None:
            held = self._holdings.held(person, today)
            there = [line for line in self._holdings.lines(held) if line.act != Act.TASK]
            if _nothing_left(wanted, there):
                self._sweep(person, held)
                return counts(wanted)
            _check_plan(wanted, there)
            noted = journal.write(Noted(tuple(self._holdings.pieces(held)), frozenset(held.someone.others)))
            checkpoint("zoho.noted")
        words = self._words(noted, person)
        while not noted.done:
            self._check_time()
            next_ = noted.pieces[noted.at : noted.at + NOTED]
            for piece in next_:
                self._act(piece, words, again=begun == noted.at)
                checkpoint("zoho.acted")
            noted = journal.write(replace(noted, at=noted.at + len(next_)))
        return counts(wanted)

    def _check_time(self) -> None:
        """What is done is noted: better a new call goes on than this one is cut in its middle."""
        if left_s() < min(SPARE_S, self._block.timeout_s / 4):
            raise Temporary("Zoho CRM: there was more to delete than fits into one call; it goes on.", 1.0)

    def _sweep(self, person: Found, held: Held) -> None:
        """Whoever deleted these records before us, their entries in the recycle bin are gone."""
        for ref in sorted(refs(person) - {each.ref for each in held.someone.records}):
            self._records.delete(ref, again=True)

    def _words(self, noted: Noted, person: Found) -> Sequence[str]:
        """What is struck out of free text. Whoever is named goes last, so they are still there when it is needed."""
        if not any(piece.act == Act.ANONYMISE for piece in noted.pieces[noted.at :]):
            return ()
        return self._holdings.words(self._holdings.someone(person), person.addresses)

    def _act(self, piece: Piece, words: Sequence[str], *, again: bool) -> None:
        ref = (piece.module, piece.record)
        if piece.act == Act.ANONYMISE:
            record = self._people.record(ref)
            changes = self._holdings.changes(record, words) if record else {}
            if record and changes and not _masked(record, piece):
                self._records.change(record, changes)
        elif piece.place in CHILDREN:
            self._records.delete_child(ref, piece.place, piece.id)
        elif piece.place == PHOTO:
            self._records.delete_photo(ref)
        else:
            self._records.delete(ref, again=again)

    # -- looking again

    def finished(self, journal: Journal, person: Found, wanted: Sequence[Line], today: date) -> bool:
        """Whether all of it was done. What was done in part can be gone on with."""
        noted = journal.read()
        if noted is not None:
            return noted.done or not self._unsettled(noted.pieces)
        held = self._holdings.held(person, today)
        return _nothing_left(wanted, self._holdings.lines(held))

    def _unsettled(self, pieces: Sequence[Piece]) -> list[Piece]:
        """The pieces that are not as the run leaves them."""
        settled = self._api.side_by_side(self._settled, pieces)
        return [piece for piece, done in zip(pieces, settled, strict=True) if not done]

    def _settled(self, piece: Piece) -> bool:
        record = self._people.record((piece.module, piece.record))
        if piece.act == Act.ANONYMISE:
            return record is None or _masked(record, piece)
        if piece.place == PHOTO:
            return record is None or not record.row.get(IMAGE)
        if piece.place in CHILDREN:
            rows = self._holdings.listed(record.module, piece.record, piece.place) if record else ()
            return piece.id not in {str(row["id"]) for row in rows} and not self._records.in_bin(piece.id)
        return record is None and not self._records.in_bin(piece.record)

    def left(
        self, journal: Journal, person: Found, addresses: Sequence[str], wanted: Sequence[Line], today: date
    ) -> list[Line]:  # fmt: skip
        """What the lines do not explain: still there, in the recycle bin, or found by search or COQL."""
        noted = journal.read() or Noted(tuple(self._named(person, wanted)), frozenset())
        left: Left = Counter()
        unsettled = self._unsettled(noted.pieces)
        left.update((piece.place, piece.act) for piece in unsettled)
        seen = {(piece.module, piece.record) for piece in unsettled}
        seen |= self._count_binned(noted, seen, left)
        for record in self._people.holding([*addresses, *person.addresses]):
            if record.ref not in noted.others and record.ref not in seen and not self._explained(record, today):
                left[record.module.name, Act.DELETE] += 1
        if not left:
            journal.tear_out()
        return [self._line(place, act, number) for (place, act), number in sorted(left.items())]

    def _count_binned(self, noted: Noted, seen: set[Ref], left: Left) -> set[Ref]:
        """The list of what was deleted is asked as well: it is not the bin's own."""
        gone = {(each.module, each.record) for each in noted.pieces if each.place == each.module}
        gone = {ref for ref in gone if ref not in seen}
        found = {
            (module, str(row["id"])) for module in sorted({module for module, _ in gone})
            for row in self._holdings.binned(module)
        } & gone  # fmt: skip
        left.update((module, Act.DELETE) for module, _ in found)
        return found

    def _named(self, person: Found, wanted: Sequence[Line]) -> list[Piece]:
        """Without a page in the journal: the records of the reference, in modules that were to be deleted."""
        gone = {line.place for line in wanted if line.act == Act.DELETE}
        kept = {line.place for line in wanted if line.act in {Act.KEEP, Act.ANONYMISE}}
        named = sorted(refs(person))
        return [Piece(Act.DELETE, module, module, number) for module, number in named if module in gone - kept]

    def _explained(self, record: Record, today: date) -> bool:
        """Whether it stands there by law, or because a person has to decide."""
        return self._holdings.fate(record, today).act in {Act.KEEP, Act.TASK}

    def _line(self, place: str, act: Act, number: int) -> Line:
        return Line(self._holdings.name, place, act, number, self._block.said(place, "category"))


def left_s() -> float:
    """Seconds until the call's deadline."""
    return deadline.get() - time.monotonic()


def _nothing_left(wanted: Sequence[Line], there: Sequence[Line]) -> bool:
    """Whether something was to be done, and all of it is."""
    return any(line.act in ACTING for line in wanted) and not any(line.act in ACTING for line in there)


def _check_plan(wanted: Sequence[Line], there: Sequence[Line]) -> None:
    if plan_hash(wanted) != plan_hash(there):
        changed = difference(wanted, there) or ["the grounds for keeping have changed"]
        raise PlanChanged("This is not what was approved: " + "; ".join(changed))


def _masked(record: Record, piece: Piece) -> bool:
    return all(digest(record.row.get(name)) == value for name, value in piece.becomes.items())
