"""What came in: mails and how far each mailbox was read, and Slack's deliveries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, text, union_all, update
from sqlalchemy.exc import IntegrityError

from bot.store.rows import Box, MailRow
from bot.store.schema import data_key, letter, mail, mailbox, slack_event
from bot.store.tickets import owner
from bot.store.transaction import Transaction
from bot.store.types import Instant

_M = mail.c
_COLUMNS = [mail.c[each.name] for each in fields(MailRow)]
_PLACE = ("mail", "raw_sealed")
_CHUNK = 500  # well under what either database takes as parameters of one statement

_KEY = 255  # characters of slack_event.key
OF_A_RECIPIENT = "recipient"  # as a verdict: somebody else wrote about the ticket; none of the person's words

_ADD = insert(mail)
_KNOWN = select(*_COLUMNS).where(_M.identity.in_(bindparam("are", expanding=True)))
_GET = select(*_COLUMNS).where(_M.id == bindparam("id_"))
_OF_A_CASE = union_all(
    select(_M.id).where(_M.message_id_blind == bindparam("blind"), _M.ticket_id.is_not(None)),
    select(letter.c.id).where(letter.c.message_id == bindparam("id_")),
)
_RAW = select(_M.ticket_id, _M.raw_sealed).where(_M.id == bindparam("id_"))
_TICKETS_OF = (
    select(_M.ticket_id)
    .where(
        _M.message_id_blind.in_(bindparam("ids", expanding=True)),
        _M.sender_blind == bindparam("sender"),
        _M.ticket_id.is_not(None),
    )
    .group_by(_M.ticket_id)
    .order_by(func.min(_M.taken_at), _M.ticket_id)
)
_OF = (
    select(*_COLUMNS)
    .where(_M.ticket_id == bindparam("of"), _M.verdict != OF_A_RECIPIENT)
    .order_by(_M.arrived_at, _M.id)
)
_ASIDE = (_M.ticket_id.is_(None), _M.settled_at.is_(None))
_QUARANTINED = select(*_COLUMNS).where(*_ASIDE).order_by(_M.arrived_at, _M.id)
_COUNT_ASIDE = select(func.count()).select_from(mail).where(*_ASIDE)
_ADOPT = update(mail).where(_M.id == bindparam("id_"))
_SETTLE = update(mail).where(_M.id == bindparam("id_"), _M.settled_at.is_(None))
_UNSETTLE = update(mail).where(
    _M.id == bindparam("id_"), _M.settled_at.is_not(None), _M.ticket_id.is_(None)
)  # fmt: skip
_UNMARKED = (
    select(_M.uid)
    .where(
        _M.mailbox == bindparam("box"),
        _M.uidvalidity == bindparam("validity"),
        _M.ticket_id.is_not(None),
        _M.marked_at.is_(None),
    )
    .order_by(_M.uid)
)
_MARK = update(mail).where(
    _M.mailbox == bindparam("box"),
    _M.uidvalidity == bindparam("validity"),
    _M.uid.in_(bindparam("uids", expanding=True)),
    _M.marked_at.is_(None),
)
_NO_KEY = delete(data_key).where(data_key.c.owner == bindparam("of"))
_BOXES = select(mailbox).order_by(mailbox.c.name)
_BOX = select(mailbox).where(mailbox.c.name == bindparam("is_"))
# A watermark only rises while UIDVALIDITY stays: two processes may read the same mailbox.
_PUT = text(
    "INSERT INTO mailbox (name, uidvalidity, watermark, seen_at) VALUES (:name, :validity, :watermark, :now) "
    "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, uidvalidity = excluded.uidvalidity, watermark = CASE "
    "WHEN mailbox.uidvalidity = excluded.uidvalidity AND mailbox.watermark > excluded.watermark "
    "THEN mailbox.watermark ELSE excluded.watermark END"
).bindparams(bindparam("now", type_=Instant()))
_SEEN = update(mailbox).where(mailbox.c.name == bindparam("is_"), mailbox.c.seen_at < bindparam("at"))


class Taken(Exception):
    """Another process took this mail while we were at it."""


class Mails:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def known(self, identities: Sequence[bytes]) -> dict[bytes, MailRow]:
        """Those of these mails that were taken before, by identity."""
        found = [_mail(row) for row in self._run(_KNOWN, {"are": list(identities)})]
        return {each.identity: each for each in found}

    def add(self, *, id: str, identity: bytes, message_id_blind: bytes | None, sender_blind: bytes | None,  # noqa: A002
            mailbox: str, uidvalidity: int, uid: int, verdict: str, ticket_id: str | None, reasons: Sequence[str],
            size: int, arrived_at: datetime, raw: bytes | None = None, marked_at: datetime | None = None,
            sender: Mapping[str, Any] | None = None) -> bool:  # fmt: skip
        """Whether the mail is new; a mail of the same identity stands as it was.

        `raw` is sealed under the ticket's key; without a ticket under a key of the mail's own.
        """
        alone = raw is not None and ticket_id is None
        if alone:
            self._unit.new_key(_owner(id, None))
        row = {"id": id, "identity": identity, "message_id_blind": message_id_blind, "sender_blind": sender_blind,
               "mailbox": mailbox, "uidvalidity": uidvalidity, "uid": uid, "verdict": verdict, "ticket_id": ticket_id,
               "reasons": list(reasons), "size": size, "arrived_at": arrived_at, "marked_at": marked_at,
               "sender": sender, "raw": raw}  # fmt: skip
        new = self._unit.insert_first(mail, self._row(row), on="identity")
        if not new and alone:
            self._run(_NO_KEY, {"of": _owner(id, None)})
        return new

    def add_new(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Mails of tickets, as `add` takes them. Taken, and this unit is lost, where another one took one meanwhile."""
        try:
            self._run(_ADD, [self._row(each) for each in rows])
        except IntegrityError:
            raise Taken from None

    def _row(self, given: Mapping[str, Any]) -> dict[str, Any]:
        row = dict(given)
        raw = row.pop("raw")
        owner_ = _owner(row["id"], row["ticket_id"])
        sealed = None if raw is None else self._unit.seal(owner_, *_PLACE, row["id"], raw)
        return {"marked_at": None, **row, "taken_at": self._unit.now, "raw_sealed": sealed}

    def of_a_case(self, message_id: str) -> bool:
        """Whether the mail with this Message-ID came to a ticket, or is a letter of ours."""
        blind = self._unit.keys.blind("message-id", message_id)
        return self._run(_OF_A_CASE, {"blind": blind, "id_": message_id}).first() is not None

    def get(self, mail_id: str) -> MailRow:
        """The mail. LookupError if there is none."""
        row = self._run(_GET, {"id_": mail_id}).one_or_none()
        if row is None:
            raise LookupError(f"no mail {mail_id}")
        return _mail(row)

    def of(self, ticket_id: str) -> list[MailRow]:
        """The mails of the person of this ticket, oldest first; what recipients wrote is not among them."""
        return [_mail(row) for row in self._run(_OF, {"of": ticket_id})]

    def raw(self, mail_id: str) -> bytes:
        """The bytes as they arrived. LookupError when they were not kept, Purged after the purge."""
        row = self._run(_RAW, {"id_": mail_id}).one_or_none()
        if row is None or row.raw_sealed is None:
            raise LookupError(f"no bytes of mail {mail_id}")
        return self._unit.open(_owner(mail_id, row.ticket_id), *_PLACE, mail_id, row.raw_sealed)

    def rewrite(self, mail_id: str, raw: bytes) -> None:
        """The mail is kept like this from now on; what else it held is gone."""
        row = self._run(_RAW, {"id_": mail_id}).one()
        sealed = self._unit.seal(_owner(mail_id, row.ticket_id), *_PLACE, mail_id, raw)
        self._run(_ADOPT, {"id_": mail_id, "raw_sealed": sealed})

    def tickets_of(self, message_id_blinds: Sequence[bytes], sender_blind: bytes) -> list[str]:
        """The tickets that hold mails of this sender with one of these Message-IDs, oldest first."""
        if not message_id_blinds:
            return []
        values = {"ids": list(message_id_blinds)[:_CHUNK], "sender": sender_blind}
        return list(self._run(_TICKETS_OF, values).scalars())

    def quarantined(self) -> list[MailRow]:
        """Mails a person has yet to look at, oldest first."""
        return [_mail(row) for row in self._run(_QUARANTINED)]

    def count_quarantined(self) -> int:
        """How many they are."""
        return self._run(_COUNT_ASIDE).scalar_one()

    def settle(self, mail_id: str, by: str) -> bool:
        """Whether it was this call that settled the mail."""
        return self._run(_SETTLE, {"id_": mail_id, "settled_at": self._unit.now, "settled_by": by}).rowcount == 1

    def unsettle(self, mail_id: str) -> bool:
        """Whether it was this call that put the mail back among those a person has yet to look at."""
        return self._run(_UNSETTLE, {"id_": mail_id, "settled_at": None, "settled_by": None}).rowcount == 1

    def adopt(self, mail_id: str, ticket_id: str) -> None:
        """The mail belongs to this ticket from now on, and its bytes are sealed under the ticket's key."""
        row = self._run(_RAW, {"id_": mail_id}).one()
        values: dict[str, Any] = {"id_": mail_id, "ticket_id": ticket_id}
        if row.raw_sealed is not None:
            raw = self._unit.open(_owner(mail_id, row.ticket_id), *_PLACE, mail_id, row.raw_sealed)
            values["raw_sealed"] = self._unit.seal(owner(ticket_id), *_PLACE, mail_id, raw)
        self._run(_ADOPT, values)
        if row.ticket_id is None:
            self._unit.destroy_key(_owner(mail_id, None))

    def unmarked(self, mailbox: str, uidvalidity: int) -> list[int]:
        """UIDs of mails that belong to a ticket and are not yet flagged on the server."""
        return list(self._run(_UNMARKED, {"box": mailbox, "validity": uidvalidity}).scalars())

    def marked(self, mailbox: str, uidvalidity: int, uids: Iterable[int]) -> None:
        """These mails are flagged on the server."""
        todo = list(uids)
        for start in range(0, len(todo), _CHUNK):
            chunk = todo[start : start + _CHUNK]
            self._run(_MARK, {"box": mailbox, "validity": uidvalidity, "uids": chunk, "marked_at": self._unit.now})


class Mailboxes:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def get(self, name: str) -> Box | None:
        """How far this mailbox was read; None before the first time."""
        row = self._run(_BOX, {"is_": name}).one_or_none()
        return None if row is None else Box(row.name, row.uidvalidity, row.watermark, row.seen_at)

    def all(self) -> list[Box]:
        """Every mailbox that was ever read."""
        return [Box(row.name, row.uidvalidity, row.watermark, row.seen_at) for row in self._run(_BOXES)]

    def put(self, name: str, uidvalidity: int, watermark: int) -> None:
        """Read up to this UID. Within one UIDVALIDITY the watermark never falls."""
        values = {"name": name, "validity": uidvalidity, "watermark": watermark, "now": self._unit.now}
        self._run(_PUT, values)

    def seen(self, name: str, at: datetime) -> None:
        """All it had was taken at this moment, if it was ever read and not later than that."""
        self._run(_SEEN.values(seen_at=at), {"is_": name, "at": at})


class Events:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit

    def first(self, key: str) -> bool:
        """Whether this delivery is seen for the first time."""
        if len(key) > _KEY or not key.isprintable():
            key = self._unit.keys.digest("event", key).hex()
        return self._unit.insert_first(slack_event, {"key": key, "at": self._unit.now}, on="key")


def _owner(mail_id: str, ticket_id: str | None) -> str:
    return f"mail:{mail_id}" if ticket_id is None else owner(ticket_id)


def _mail(row: Row[Any]) -> MailRow:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values["reasons"] = tuple(values["reasons"])
    return MailRow(**values)
