"""What people add to a ticket: notes, legal holds, refusals. Their words are sealed under the ticket's key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, bindparam, insert, or_, select, update

from bot.store.schema import hold, note, refusal, ticket
from bot.store.tickets import owner
from bot.store.transaction import Transaction

_N, _H, _R = note.c, hold.c, refusal.c
_WORDS = "words_sealed"

_ADD_NOTE = insert(note)
_NOTES = select(note).where(_N.ticket_id == bindparam("of")).order_by(_N.at, _N.id)
_ADD_HOLD = insert(hold)
_SENDER = select(ticket.c.sender_blind).where(ticket.c.id == bindparam("of")).scalar_subquery()
_HOLDS = (
    select(hold, ticket.c.ref)
    .join(ticket, ticket.c.id == _H.ticket_id)
    .where(_H.lifted_at.is_(None), or_(_H.ticket_id == bindparam("of"), _H.sender_blind == _SENDER))
    .order_by(_H.at, _H.id)
)
_LIFT = update(hold).where(_H.id == bindparam("id_"), _H.lifted_at.is_(None))
_ADD_REFUSAL = insert(refusal)
_REFUSALS = select(refusal).where(_R.request_id == bindparam("of")).order_by(_R.at, _R.id)


@dataclass(frozen=True)
class Note:
    """What somebody of the team wrote down."""

    by: str
    at: datetime
    words: str = field(repr=False)


@dataclass(frozen=True)
class Hold:
    """Why nothing about this person may be destroyed, on whose word, since when."""

    id: str
    ticket_id: str
    ref: str  # of the ticket it was set on; it holds every ticket of the same address
    by: str
    at: datetime
    words: str = field(repr=False)


@dataclass(frozen=True)
class Refusal:
    """A right refused: on which ground, in whole (no systems named) or for these systems."""

    id: str
    request_id: str
    ground: str
    systems: tuple[str, ...]
    by: str
    at: datetime
    words: tuple[str, ...] = field(repr=False)


class Notes:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, ticket_id: str, by: str, words: str) -> str:
        """The note's id. Purged after the purge."""
        note_id = self._unit.id()
        sealed = self._unit.seal_json(owner(ticket_id), "note", _WORDS, note_id, words)
        row = {"id": note_id, "ticket_id": ticket_id, "by": by, "at": self._unit.now, _WORDS: sealed}
        self._run(_ADD_NOTE, row)
        return note_id

    def of(self, ticket_id: str) -> list[Note]:
        """Oldest first. Purged after the purge."""
        return [
            Note(row.by, row.at, self._unit.open_json(owner(ticket_id), "note", _WORDS, row.id, row.words_sealed))
            for row in self._run(_NOTES, {"of": ticket_id})
        ]


class Holds:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, ticket_id: str, sender_blind: bytes | None, by: str, words: str) -> str:
        """The hold's id. It holds this ticket and, where its sender is known, every ticket of the same address."""
        hold_id = self._unit.id()
        sealed = self._unit.seal_json(owner(ticket_id), "hold", _WORDS, hold_id, words)
        row = {"id": hold_id, "ticket_id": ticket_id, "sender_blind": sender_blind, "by": by, "at": self._unit.now}
        self._run(_ADD_HOLD, {**row, _WORDS: sealed})
        return hold_id

    def of(self, ticket_id: str) -> list[Hold]:
        """What holds this ticket now, oldest first; set on it, or on another ticket of the same address."""
        return [self._hold(row) for row in self._run(_HOLDS, {"of": ticket_id})]

    def lift(self, hold_id: str, by: str) -> bool:
        """Whether it was this call that ended the hold."""
        return self._run(_LIFT, {"id_": hold_id, "lifted_by": by, "lifted_at": self._unit.now}).rowcount == 1

    def _hold(self, row: Row) -> Hold:
        words = self._unit.open_json(owner(row.ticket_id), "hold", _WORDS, row.id, row.words_sealed)
        return Hold(row.id, row.ticket_id, row.ref, row.by, row.at, words)


class Refusals:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(
        self, ticket_id: str, request_id: str, ground: str, systems: Sequence[str], words: Sequence[str], by: str
    ) -> str:
        """The refusal's id."""
        refusal_id = self._unit.id()
        sealed = self._unit.seal_json(owner(ticket_id), "refusal", _WORDS, refusal_id, list(words))
        row = {"id": refusal_id, "ticket_id": ticket_id, "request_id": request_id, "ground": ground, "by": by}
        self._run(_ADD_REFUSAL, {**row, "systems": list(systems), "at": self._unit.now, _WORDS: sealed})
        return refusal_id

    def of(self, request_id: str) -> list[Refusal]:
        """Oldest first. Purged after the purge."""
        return [self._refusal(row) for row in self._run(_REFUSALS, {"of": request_id})]

    def left_out(self, request_id: str) -> frozenset[str]:
        """The systems a refusal in part leaves out. Needs no key."""
        return frozenset(name for row in self._run(_REFUSALS, {"of": request_id}) for name in row.systems)

    def _refusal(self, row: Row) -> Refusal:
        words = self._unit.open_json(owner(row.ticket_id), "refusal", _WORDS, row.id, row.words_sealed)
        return Refusal(row.id, row.request_id, row.ground, tuple(row.systems), row.by, row.at, tuple(words))
