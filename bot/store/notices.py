"""Notices to recipients: who was told what was done, and what they answered. Nothing personal stands in a row."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, or_, select, update

from bot.recipients import OPEN, Standing, Verdict
from bot.store.schema import notice, ticket
from bot.store.transaction import Transaction


@dataclass(frozen=True)
class Notice:
    """One recipient who is told of one run. Name, kind and language are as the register had them then."""

    id: str
    ticket_id: str
    request_id: str
    plan_id: str
    recipient: str  # as the record names them
    name: str
    kind: str
    language: str
    act: str  # correction, deletion, restriction, lifting
    state: Standing
    made_at: datetime
    letter_id: str | None = None  # None: a person tells them
    message_id: str | None = None
    again_id: str | None = None  # Message-ID of the second letter
    reply_id: str | None = None  # the mail a person has to read, or that was the answer
    verdict: Verdict | None = None
    why: str | None = None  # of a refusal or an end
    said_by: str | None = None  # who confirmed the answer or ended the asking; `bot` where it was plain
    told_at: datetime | None = None
    answered_at: datetime | None = None
    asked: int = 0  # how often a person was asked what a reply means

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", Standing(self.state))
        object.__setattr__(self, "verdict", None if self.verdict is None else Verdict(self.verdict))

    @property
    def open(self) -> bool:
        """Whether something is still to come of it."""
        return self.state in OPEN


_N = notice.c
_COLUMNS = [notice.c[each.name] for each in fields(Notice)]
_ALL = select(*_COLUMNS)
_OPEN = _N.state.in_(sorted(OPEN))
_CHUNK = 500

_ADD = insert(notice)
_GET = _ALL.where(_N.id == bindparam("id_"))
_OF = _ALL.where(_N.ticket_id == bindparam("of")).order_by(_N.made_at, _N.name, _N.id)
_BY_LETTER = _ALL.where(_N.letter_id == bindparam("is_"))
_BY_MESSAGE_ID = _ALL.where(
    or_(_N.message_id.in_(bindparam("ids", expanding=True)), _N.again_id.in_(bindparam("ids", expanding=True)))
).order_by(_N.made_at, _N.id)
_CHANGE = update(notice).where(_N.id == bindparam("id_"))
_COUNT_OPEN = (
    select(func.count())
    .select_from(notice)
    .join(ticket, ticket.c.id == _N.ticket_id)
    .where(_OPEN, ticket.c.received_on >= bindparam("since"), ticket.c.received_on <= bindparam("until"))
)
_ANY_OPEN = select(_N.id).where(_N.ticket_id == bindparam("of"), _OPEN).limit(1)
_MAY_CHANGE = {each.name for each in fields(Notice)} - {"id", "ticket_id", "request_id", "plan_id", "recipient"}


class Notices:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, row: Notice) -> None:
        """The notice stands. IntegrityError if this recipient is told of this plan already."""
        self._run(_ADD, row.__dict__)

    def get(self, notice_id: str) -> Notice:
        """The notice. LookupError if there is none."""
        row = self._run(_GET, {"id_": notice_id}).one_or_none()
        if row is None:
            raise LookupError(f"no notice {notice_id}")
        return _notice(row)

    def of(self, ticket_id: str) -> list[Notice]:
        """The ticket's notices, oldest first, of one moment by name."""
        return [_notice(row) for row in self._run(_OF, {"of": ticket_id})]

    def by_letter(self, letter_id: str) -> Notice | None:
        """The notice whose first letter this is."""
        row = self._run(_BY_LETTER, {"is_": letter_id}).one_or_none()
        return None if row is None else _notice(row)

    def by_message_ids(self, message_ids: Sequence[str]) -> list[Notice]:
        """The notices whose first or second letter has one of these Message-IDs."""
        ours = [each for each in message_ids if each.isascii() and each.isprintable()][:_CHUNK]
        return [_notice(row) for row in self._run(_BY_MESSAGE_ID, {"ids": ours})] if ours else []

    def change(self, notice_id: str, **columns: Any) -> Notice:
        """The notice as it stands then. The transaction holds the ticket's row, so nobody else changes it."""
        if wrong := columns.keys() - _MAY_CHANGE:
            raise TypeError(f"not a column to change: {', '.join(sorted(wrong))}")
        self._run(_CHANGE, {"id_": notice_id, **columns})
        return self.get(notice_id)

    def any_open(self, ticket_id: str) -> bool:
        """Whether a recipient of this ticket is still to be told, or to answer."""
        return self._run(_ANY_OPEN, {"of": ticket_id}).first() is not None

    def count_open(self, since: date, until: date) -> int:
        """How many are open, over the tickets received in this span, both days counted."""
        return self._run(_COUNT_OPEN, {"since": since, "until": until}).scalar_one()


def _notice(row: Row[Any]) -> Notice:
    return Notice(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
