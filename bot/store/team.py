"""What the team has set for everybody's mails and for itself: blocked senders, quiet hours."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from bot.store.first import insert_first
from bot.store.schema import blocked, quiet, ticket
from bot.store.transaction import Transaction

_B, _Q = blocked.c, quiet.c
_ANY = select(_B.sender_blind).where(_B.sender_blind.in_(bindparam("senders", expanding=True)))
_ALL = (
    select(_B.id, _B.by, _B.at, ticket.c.ref)
    .join(ticket, ticket.c.id == _B.ticket_id, isouter=True)
    .order_by(_B.at.desc(), _B.id)
    .limit(bindparam("most"))
)
_UNBLOCK = delete(blocked).where(_B.id == bindparam("id_"))
_HOURS = select(_Q.begins, _Q.ends).where(_Q.user == bindparam("of"))
_LOUD = delete(quiet).where(_Q.user == bindparam("of"))


@dataclass(frozen=True)
class Blocked:
    """A sender whose mails are put aside. Who it is, only the ticket says."""

    id: str
    ref: str | None  # the ticket it was set on
    by: str
    at: datetime


class Blocks:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, sender_blind: bytes, ticket_id: str | None, by: str) -> bool:
        """Whether the sender was not blocked before."""
        row = {"sender_blind": sender_blind, "id": self._unit.id(), "ticket_id": ticket_id, "by": by}
        return insert_first(self._unit.connection, blocked, {**row, "at": self._unit.now}, "sender_blind")

    def those(self, sender_blinds: Collection[bytes]) -> set[bytes]:
        """Who of these is blocked."""
        return set(self._run(_ANY, {"senders": list(sender_blinds)}).scalars()) if sender_blinds else set()

    def all(self, most: int = 40) -> list[Blocked]:
        """Newest first."""
        return [Blocked(row.id, row.ref, row.by, row.at) for row in self._run(_ALL, {"most": most})]

    def remove(self, block_id: str) -> bool:
        """Whether it was this call that ended the block."""
        return self._run(_UNBLOCK, {"id_": block_id}).rowcount == 1


class Quiet:
    def __init__(self, unit: Transaction) -> None:
        self._run = unit.connection.execute

    def of(self, user: str) -> tuple[str, str] | None:
        """From when until when (`18:00`) this member wants to hear nothing; None: they set nothing."""
        row = self._run(_HOURS, {"of": user}).one_or_none()
        return None if row is None else (row.begins, row.ends)

    def put(self, user: str, hours: tuple[str, str] | None) -> None:
        """These hours, or none, count from now on."""
        self._run(_LOUD, {"of": user})
        if hours:
            self._run(insert(quiet), {"user": user, "begins": hours[0], "ends": hours[1]})
