"""Pieces of a copy that may be about others too: a person looks at each before it goes out, and decides once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from bot.store.schema import look
from bot.store.tickets import owner
from bot.store.transaction import Transaction


@dataclass(frozen=True)
class Look:
    """One piece, without what it says. `verdict`: keep, black, out; None: nobody has decided."""

    id: str
    ticket_id: str
    request_id: str
    mark: bytes
    system: str
    kind: str  # file, text
    why: str
    verdict: str | None = None
    by: str | None = None
    at: datetime | None = None


_L = look.c
_PIECE, _WORDS = ("look", "piece_sealed"), ("look", "words_sealed")
_LOOK = select(*(look.c[each.name] for each in fields(Look)))
_ADD = insert(look)
_OF = _LOOK.where(_L.request_id == bindparam("of")).order_by(_L.id)
_GET = _LOOK.where(_L.id == bindparam("id_"))
_OPEN = select(func.count()).where(_L.request_id == bindparam("of"), _L.verdict.is_(None))
_SEALED = select(_L.ticket_id, _L.piece_sealed, _L.words_sealed).where(_L.id == bindparam("id_"))
_DECIDE = update(look).where(_L.id == bindparam("id_"), _L.verdict.is_(None))


class Looks:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, new: Look, piece: Mapping[str, str]) -> None:
        """Somebody has to look at it; its name and what it says are sealed. The mark is new to the request."""
        sealed = self._unit.seal_json(owner(new.ticket_id), *_PIECE, new.id, dict(piece))
        self._run(_ADD, {**asdict(new), "piece_sealed": sealed})

    def get(self, look_id: str) -> Look:
        """The look. LookupError if there is none."""
        row = self._run(_GET, {"id_": look_id}).one_or_none()
        if row is None:
            raise LookupError(f"no look {look_id}")
        return Look(*row)

    def of(self, request_id: str) -> list[Look]:
        """All of the request, decided or not."""
        return [Look(*row) for row in self._run(_OF, {"of": request_id})]

    def open(self, request_id: str) -> int:
        """How many of them nobody has decided."""
        return self._run(_OPEN, {"of": request_id}).scalar_one()

    def piece(self, look_id: str) -> dict[str, str]:
        """Its name and what it says. Purged after the purge."""
        row = self._run(_SEALED, {"id_": look_id}).one()
        return self._unit.open_json(owner(row.ticket_id), *_PIECE, look_id, row.piece_sealed)

    def words(self, look_id: str) -> list[str]:
        """What is to be blacked out in it. Purged after the purge."""
        row = self._run(_SEALED, {"id_": look_id}).one()
        sealed: Any = row.words_sealed
        return [] if sealed is None else self._unit.open_json(owner(row.ticket_id), *_WORDS, look_id, sealed)

    def decide(self, each: Look, verdict: str, words: Sequence[str], by: str) -> bool:
        """Whether this decided it: only the first does."""
        sealed = self._unit.seal_json(owner(each.ticket_id), *_WORDS, each.id, list(words)) if words else None
        values = {"verdict": verdict, "words_sealed": sealed, "by": by, "at": self._unit.now}
        return self._run(_DECIDE, {"id_": each.id, **values}).rowcount == 1
