"""What a run of a deletion is about to do, written down before its first change: so that a run can be gone on with.

Zoho has no transactions. After a crash or a lost answer nobody could say which records were meant, for some are gone.
The page holds ids, acts and digests, sealed, and is torn out once the proof holds.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.connectors import Found, Shelf
from bot.connectors.zoho.holdings import Piece
from bot.connectors.zoho.people import Ref
from bot.workflow import Act, Line, plan_hash


@dataclass(frozen=True)
class Noted:
    pieces: tuple[Piece, ...]
    others: frozenset[Ref]  # records with the same address that are somebody else's
    at: int = 0  # pieces before this one are done

    @property
    def done(self) -> bool:
        return self.at >= len(self.pieces)


class Journal:
    """The page of one approved plan for one person."""

    def __init__(self, shelf: Shelf, person: Found, lines: Sequence[Line]) -> None:
        about = f"{person.system}|{person.key}|{plan_hash(lines)}"
        self._name = f"zoho:run:{hashlib.sha256(about.encode()).hexdigest()[:32]}"
        self._shelf = shelf

    def read(self) -> Noted | None:
        """The page; None while nothing was begun."""
        page = self._shelf.get(self._name)
        if page is None:
            return None
        told = json.loads(page)
        pieces = tuple(_piece(each) for each in told["pieces"])
        return Noted(pieces, frozenset((module, number) for module, number in told["others"]), told["at"])

    def write(self, noted: Noted) -> Noted:
        pieces = [[it.act, it.place, it.module, it.record, it.id, dict(it.becomes)] for it in noted.pieces]
        told = {"pieces": pieces, "others": sorted(noted.others), "at": noted.at}
        self._shelf.put(self._name, json.dumps(told).encode())
        return noted

    def tear_out(self) -> None:
        self._shelf.drop(self._name)


def _piece(told: Sequence[str | Mapping[str, str]]) -> Piece:
    act, place, module, record, number, becomes = told
    assert isinstance(becomes, Mapping)
    return Piece(Act(str(act)), str(place), str(module), str(record), str(number), becomes)
