"""What goes out: letters, confirmation codes, access packages."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from bot.store.rows import CodeRow, LetterRow, PackageRow
from bot.store.schema import DRAFT, code, letter, package
from bot.store.tickets import owner
from bot.store.transaction import Transaction, json_bytes

_L, _C, _P = letter.c, code.c, package.c
_LETTER = select(*(letter.c[each.name] for each in fields(LetterRow)))
_CODE = select(*(code.c[each.name] for each in fields(CodeRow)))
_PACKAGE = select(*(package.c[each.name] for each in fields(PackageRow)))
_PLACE = ("letter", "content_sealed")
_CHUNK = 500
MAIL, PAPER = "mail", "paper"  # how a letter leaves the house

_GET_LETTER = _LETTER.where(_L.id == bindparam("id_"))
_LETTERS_OF = _LETTER.where(_L.ticket_id == bindparam("of")).order_by(_L.made_at, _L.id)
_BY_KEY = _LETTER.where(_L.key == bindparam("is_"))
_BY_MESSAGE_ID = _LETTER.where(_L.message_id.in_(bindparam("ids", expanding=True))).order_by(_L.made_at, _L.id)
_CONTENT = select(_L.ticket_id, _L.content_sealed).where(_L.id == bindparam("id_"))
_SENT = update(letter).where(_L.id == bindparam("id_"), _L.sent_at.is_(None))
_RETURNED = update(letter).where(_L.id == bindparam("id_"), _L.returned_at.is_(None))
_REWRITE = update(letter).where(_L.id == bindparam("id_"))
_CHANGE = update(letter).where(_L.id == bindparam("id_"), DRAFT)
_DRAFTS = _LETTER.where(_L.ticket_id == bindparam("of"), DRAFT).order_by(_L.made_at, _L.id)
_DRAFTED = select(_L.ticket_id).where(_L.ticket_id.in_(bindparam("ids", expanding=True)), DRAFT).distinct()

_ADD_CODE = insert(code)
_OUTDATE = update(code).where(_C.ticket_id == bindparam("of"), _C.used_at.is_(None))
_LIVE = _CODE.where(_C.ticket_id == bindparam("of"), _C.used_at.is_(None), _C.expires_at > bindparam("now"))
_SINCE = select(func.count()).select_from(code).where(_C.ticket_id == bindparam("of"), _C.made_at >= bindparam("from_"))
_TRIED_CODE = update(code).where(_C.id == bindparam("id_")).values(tries=_C.tries + 1).returning(_C.tries)
_USED = update(code).where(_C.id == bindparam("id_"), _C.used_at.is_(None))

_ADD_PACKAGE = insert(package)
_BY_TOKEN = _PACKAGE.where(_P.token_digest == bindparam("is_"))
_GET_PACKAGE = _PACKAGE.where(_P.id == bindparam("id_"))
_PACKAGES_OF = _PACKAGE.where(_P.ticket_id == bindparam("of")).order_by(_P.made_at, _P.id)
_DOWNLOAD = (
    update(package)
    .where(
        _P.id == bindparam("id_"),
        _P.downloads < bindparam("limit"),
        _P.revoked_at.is_(None),
        _P.expires_at > bindparam("now"),
    )
    .values(downloads=_P.downloads + 1)
)
_TRIED_PACKAGE = update(package).where(_P.id == bindparam("id_")).values(tries=_P.tries + 1).returning(_P.tries)
_PASSPHRASE = ("package", "passphrase_sealed")
_SEALED_PACKAGE = select(_P.ticket_id, _P.passphrase_sealed).where(_P.id == bindparam("id_"))
_TOLD = update(package).where(_P.id == bindparam("id_"), _P.passphrase_sealed.is_not(None))
_TO_TELL = (
    select(_P.id)
    .where(_P.ticket_id == bindparam("of"), _P.passphrase_sealed.is_not(None))
    .order_by(_P.made_at, _P.id)
)  # fmt: skip
_REVOKE = update(package).where(_P.id == bindparam("id_"), _P.revoked_at.is_(None))
_LATER = update(package).where(_P.id == bindparam("id_"), _P.revoked_at.is_(None))
_END = update(package).where(
    _P.id == bindparam("id_"), _P.revoked_at.is_(None), _P.expires_at > bindparam("now")
)  # fmt: skip
_EXPIRED = _PACKAGE.where(_P.expires_at <= bindparam("now"), _P.revoked_at.is_(None)).order_by(_P.expires_at, _P.id)


class Letters:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, id: str, key: str, ticket_id: str, request_id: str | None, kind: str, language: str,  # noqa: A002
            message_id: str, content: Mapping[str, Any], released_by: str | None = None,
            medium: str = MAIL) -> bool:  # fmt: skip
        """Whether the letter is new; one with this key stands as it was. `content` may hold bytes; it is sealed.

        It is a draft, unless it says who released it (`bot`: the configuration).
        """
        row = {"id": id, "key": key, "ticket_id": ticket_id, "request_id": request_id, "kind": kind,
               "language": language, "message_id": message_id, "made_at": self._unit.now,
               "released_at": self._unit.now if released_by else None, "released_by": released_by,
               "medium": medium}  # fmt: skip
        return self._unit.insert_first(letter, {**row, **self._sealed(id, ticket_id, content)}, on="key")

    def get(self, letter_id: str) -> LetterRow:
        """The letter. LookupError if there is none."""
        found = self.find(letter_id)
        if found is None:
            raise LookupError(f"no letter {letter_id}")
        return found

    def find(self, letter_id: str) -> LetterRow | None:
        """The letter, if there is one: the id is somebody else's word."""
        row = self._run(_GET_LETTER, {"id_": letter_id}).one_or_none()
        return None if row is None else LetterRow(**_values(row))

    def by_key(self, key: str) -> LetterRow | None:
        row = self._run(_BY_KEY, {"is_": key}).one_or_none()
        return None if row is None else LetterRow(**_values(row))

    def content(self, letter_id: str) -> dict[str, Any]:
        """What the letter says. Purged after the purge."""
        row = self._run(_CONTENT, {"id_": letter_id}).one()
        return self._unit.open_json(owner(row.ticket_id), *_PLACE, letter_id, row.content_sealed)

    def of(self, ticket_id: str) -> list[LetterRow]:
        """The ticket's letters, oldest first."""
        return [LetterRow(**_values(row)) for row in self._run(_LETTERS_OF, {"of": ticket_id})]

    def by_message_ids(self, message_ids: Sequence[str]) -> list[LetterRow]:
        """The letters of ours with one of these Message-IDs, oldest first."""
        ours = [each for each in message_ids if each.isascii() and each.isprintable()][:_CHUNK]  # as we make them
        if not ours:
            return []
        return [LetterRow(**_values(row)) for row in self._run(_BY_MESSAGE_ID, {"ids": ours})]

    def sent(self, letter_id: str) -> bool:
        """Whether it was this call that recorded the letter as sent."""
        return self._run(_SENT, {"id_": letter_id, "sent_at": self._unit.now}).rowcount == 1

    def returned(self, letter_id: str, why: str) -> bool:
        """Whether it was this call that recorded that the letter did not arrive, and why (`intake.Cause`)."""
        values = {"id_": letter_id, "returned_at": self._unit.now, "returned_why": why}
        return self._run(_RETURNED, values).rowcount == 1

    def to_post(self, ticket_id: str) -> list[LetterRow]:
        """The ticket's letters that somebody has to print and post, oldest first."""
        return [
            each for each in self.of(ticket_id)
            if each.medium == PAPER and each.released_at and not (each.sent_at or each.dropped_at)
        ]  # fmt: skip

    def drafts(self, ticket_id: str) -> list[LetterRow]:
        """The ticket's letters that wait for their release, oldest first."""
        return [LetterRow(**_values(row)) for row in self._run(_DRAFTS, {"of": ticket_id})]

    def drafted(self, ticket_ids: Sequence[str]) -> set[str]:
        """Which of these tickets have a letter that waits for its release."""
        return set(self._run(_DRAFTED, {"ids": list(ticket_ids)}).scalars()) if ticket_ids else set()

    def edit(self, letter_id: str, language: str, content: Mapping[str, Any]) -> bool:
        """Whether the draft says this now, in this language, under another digest; False when it is none any more."""
        return self._change(letter_id, content, language=language)

    def release(self, letter_id: str, by: str, content: Mapping[str, Any]) -> bool:
        """Whether it was this call that released the draft, as it says now."""
        return self._change(letter_id, content, released_at=self._unit.now, released_by=by)

    def drop(self, letter_id: str) -> bool:
        """Whether it was this call that ended the draft: it will not be sent."""
        return self._run(_CHANGE, {"id_": letter_id, "dropped_at": self._unit.now}).rowcount == 1

    def _change(self, letter_id: str, content: Mapping[str, Any], **columns: Any) -> bool:
        row = self._run(_CONTENT, {"id_": letter_id}).one()
        sealed = self._sealed(letter_id, row.ticket_id, content)
        return self._run(_CHANGE, {"id_": letter_id, **sealed, **columns}).rowcount == 1

    def rewrite(self, letter_id: str, content: Mapping[str, Any], *, shed: bool = False) -> None:
        """The letter says this now; the digest stays that of what was first written: it is what went out.

        `shed`: what it said before is gone from the files, too, as far as the database lets us.
        """
        row = self._run(_CONTENT, {"id_": letter_id}).one()
        sealed = self._sealed(letter_id, row.ticket_id, content)["content_sealed"]
        self._unit.shed |= shed
        self._run(_REWRITE, {"id_": letter_id, "content_sealed": sealed})

    def _sealed(self, letter_id: str, ticket_id: str, content: Mapping[str, Any]) -> dict[str, Any]:
        text = json_bytes(dict(content))
        sealed = self._unit.seal(owner(ticket_id), *_PLACE, letter_id, text)
        # Keyed: a plain hash of a letter would let its eight-digit code be guessed from a stolen database.
        return {"content_sealed": sealed, "digest": self._unit.keys.digest("letter", text).hex()}


class Codes:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, id: str, ticket_id: str, digest: bytes, sent_to_blind: bytes, expires_at: datetime,  # noqa: A002
            rights: Sequence[str] = ()) -> None:  # fmt: skip
        """The ticket's only living code: earlier ones are void from now on, whatever a clock may show later.

        `rights` are those its letter names: it proves nothing about others.
        """
        now = self._unit.now
        self._run(_OUTDATE, {"of": ticket_id, "used_at": now})
        row = {"id": id, "ticket_id": ticket_id, "digest": digest, "sent_to_blind": sent_to_blind}
        self._run(_ADD_CODE, {**row, "made_at": now, "expires_at": expires_at, "tries": 0, "rights": list(rights)})

    def live(self, ticket_id: str) -> CodeRow | None:
        """The code that may be answered with now: the newest, unused, unexpired."""
        row = self._run(_LIVE, {"of": ticket_id, "now": self._unit.now}).one_or_none()
        return None if row is None else CodeRow(**{**_values(row), "rights": tuple(row.rights or ())})

    def since(self, ticket_id: str, at: datetime) -> int:
        """How many codes were made for this ticket since then."""
        return self._run(_SINCE, {"of": ticket_id, "from_": at}).scalar_one()

    def tried(self, code_id: str) -> int:
        """How often this code was tried, this time included."""
        return self._run(_TRIED_CODE, {"id_": code_id}).scalar_one()

    def used(self, code_id: str) -> bool:
        """Whether it was this call that used the code up."""
        return self._run(_USED, {"id_": code_id, "used_at": self._unit.now}).rowcount == 1


class Packages:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, id: str, request_id: str, ticket_id: str, token_digest: str, address_blind: bytes, name: str,  # noqa: A002
            size: int, expires_at: datetime, passphrase: str = "") -> None:  # fmt: skip
        """`passphrase`: of a locked package, kept sealed until somebody has told the person."""
        sealed = self._unit.seal(owner(ticket_id), *_PASSPHRASE, id, passphrase.encode()) if passphrase else None
        row = {"id": id, "request_id": request_id, "ticket_id": ticket_id, "token_digest": token_digest,
               "address_blind": address_blind, "name": name, "size": size, "expires_at": expires_at}  # fmt: skip
        row |= {"made_at": self._unit.now, "downloads": 0, "tries": 0, "passphrase_sealed": sealed}
        self._run(_ADD_PACKAGE, row)

    def passphrase(self, package_id: str) -> str:
        """What opens the locked package; empty where nobody has to be told any more. Purged after the purge."""
        row = self._run(_SEALED_PACKAGE, {"id_": package_id}).one()
        if row.passphrase_sealed is None:
            return ""
        return self._unit.open(owner(row.ticket_id), *_PASSPHRASE, package_id, row.passphrase_sealed).decode()

    def told(self, package_id: str) -> bool:
        """Whether it was this call by which the passphrase is not kept any more."""
        self._unit.shed = True
        return self._run(_TOLD, {"id_": package_id, "passphrase_sealed": None}).rowcount == 1

    def to_tell(self, ticket_id: str) -> list[str]:
        """The ticket's locked packages whose passphrase nobody has told the person yet, oldest first."""
        return list(self._run(_TO_TELL, {"of": ticket_id}).scalars())

    def get(self, package_id: str) -> PackageRow:
        """The package. LookupError if there is none."""
        row = self._run(_GET_PACKAGE, {"id_": package_id}).one_or_none()
        if row is None:
            raise LookupError(f"no package {package_id}")
        return PackageRow(**_values(row))

    def by_token(self, digest: str) -> PackageRow | None:
        """The package behind this link (hex SHA-256 of its token), be it expired, revoked or used up."""
        row = self._run(_BY_TOKEN, {"is_": digest}).one_or_none()
        return None if row is None else PackageRow(**_values(row))

    def of(self, ticket_id: str) -> list[PackageRow]:
        """The ticket's packages, oldest first."""
        return [PackageRow(**_values(row)) for row in self._run(_PACKAGES_OF, {"of": ticket_id})]

    def download(self, package_id: str, limit: int) -> bool:
        """Whether this download is granted and counted: at most `limit`, none after expiry or revocation."""
        return self._run(_DOWNLOAD, {"id_": package_id, "limit": limit, "now": self._unit.now}).rowcount == 1

    def end(self, package_id: str) -> bool:
        """Whether it was this call that ended its days: no download any more, and the next sweep takes the file."""
        return self._run(_END, {"id_": package_id, "now": self._unit.now, "expires_at": self._unit.now}).rowcount == 1

    def tried(self, package_id: str) -> int:
        """How often an address was tried at this package, this time included."""
        return self._run(_TRIED_PACKAGE, {"id_": package_id}).scalar_one()

    def until(self, package_id: str, expires_at: datetime) -> None:
        """The link works until then; nothing where it is closed for good."""
        self._run(_LATER, {"id_": package_id, "expires_at": expires_at})

    def revoke(self, package_id: str) -> bool:
        """Whether it was this call that closed the link for good."""
        values = {"revoked_at": self._unit.now, "passphrase_sealed": None}
        return self._run(_REVOKE, {"id_": package_id, **values}).rowcount == 1

    def expired(self, now: datetime) -> list[PackageRow]:
        """Packages past their time and not yet revoked: remove the file, then `revoke`."""
        return [PackageRow(**_values(row)) for row in self._run(_EXPIRED, {"now": now})]


def _values(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
