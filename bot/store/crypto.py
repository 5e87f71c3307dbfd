"""Keys and sealed fields (TRUST section 4).

One main key, kept outside the database; HKDF makes a sub-key of it for each use. Every ticket has a random data key,
stored wrapped by the main key: destroying that row is the purge. A sealed value is

    version 1 byte | key id 4 | nonce 12 | text | tag 16        (AES-256-GCM)

with `table|column|row id` as associated data, so that a value moved to another row, column or table does not open.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import Misconfigured, NotAllowed, SubjectlineError

KEY_BYTES = 32
BLIND_BYTES = 16
_VERSION = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEAD = len(_VERSION) + _ID_BYTES + _NONCE_BYTES
_WHERE = ("data_key", "wrapped")


class Purged(NotAllowed):
    """The key of these personal data was destroyed: nobody can read them again."""


class Unreadable(SubjectlineError):
    """A sealed value does not open: changed, moved from another place, or sealed under another key."""


class DataKey:
    """One key in use. Its id is a fingerprint: four bytes that tell keys apart and say nothing of the key."""

    def __init__(self, secret: bytes) -> None:
        self.id = hashlib.sha256(b"subjectline key id" + secret).digest()[:_ID_BYTES]
        self._secret = secret
        self._cipher = AESGCM(secret)

    def derived(self, use: str) -> bytes:
        """A key of its own for this use: gone when this key is gone."""
        return _derived(self._secret, use)

    def seal(self, table: str, column: str, row_id: str, value: bytes) -> bytes:
        """The value, readable only with this key and only at this place."""
        nonce = os.urandom(_NONCE_BYTES)
        head = _VERSION + self.id + nonce
        return head + self._cipher.encrypt(nonce, value, _place(table, column, row_id))

    def open(self, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """The value sealed for this place; Unreadable when it is not exactly that."""
        if len(sealed) < _HEAD + _TAG_BYTES or sealed[:1] != _VERSION:
            raise Unreadable(f"{table}.{column} of {row_id} is not a sealed value")
        if sealed[1 : 1 + _ID_BYTES] != self.id:
            raise Unreadable(f"{table}.{column} of {row_id} is sealed under another key")
        try:
            return self._cipher.decrypt(sealed[1 + _ID_BYTES : _HEAD], sealed[_HEAD:], _place(table, column, row_id))
        except InvalidTag:
            raise Unreadable(f"{table}.{column} of {row_id} was changed or belongs elsewhere") from None


def _place(table: str, column: str, row_id: str) -> bytes:
    return f"{table}|{column}|{row_id}".encode()


class Keys:
    """The main key and what is derived from it. `main` is its id in rows: eight hexadecimal digits."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise Misconfigured(["SUBJECTLINE_KEY must be the base64 form of exactly 32 bytes."])
        self._wrapping = DataKey(_derived(secret, "wrap"))
        self._blind = _derived(secret, "blind")
        self._digest = _derived(secret, "digest")
        self._erased = _derived(secret, "erased")
        self._audit = _derived(secret, "audit")
        self._seal = _derived(secret, "audit head")
        self.main = self._wrapping.id.hex()

    def blind(self, kind: str, value: str) -> bytes:
        """16 bytes by which equal values are found again and nothing else is learnt. The caller normalises."""
        return _hash(self._blind, kind, _utf8(value))[:BLIND_BYTES]

    def digest(self, kind: str, value: str | bytes) -> bytes:
        """32 bytes of keyed hash: for codes and whatever must be compared but never read."""
        return _hash(self._digest, kind, _utf8(value) if isinstance(value, str) else value)

    def erased(self, address: str) -> bytes:
        """32 bytes by which an erased address is known again; without the key nobody finds out whose it was."""
        return hmac.digest(self._erased, _utf8(address), "sha256")

    def chained(self, previous: bytes, row: bytes) -> bytes:
        """The keyed hash of an audit row that follows `previous`.

        BLAKE2b (RFC 7693), which has a key of its own: three times as fast as HMAC-SHA256, and the record is long.
        """
        return hashlib.blake2b(previous + row, digest_size=32, key=self._audit).digest()

    def sealed_head(self, seq: int, last: bytes) -> bytes:
        """The seal of the audit's head: without the key nobody moves it back."""
        return hmac.digest(self._seal, b"%d|" % seq + last, "sha256")

    def fresh(self, owner: str) -> tuple[DataKey, bytes]:
        """A new random data key, and its wrapped form for the row of this owner."""
        secret = os.urandom(KEY_BYTES)
        return DataKey(secret), self._wrapping.seal(*_WHERE, owner, secret)

    def unwrap(self, owner: str, main: str, wrapped: bytes) -> DataKey:
        """The data key in this row; Unreadable when another main key wrapped it or the row was changed."""
        if main != self.main:
            raise Unreadable(f"the key of {owner} is wrapped by main key {main}; SUBJECTLINE_KEY is {self.main}")
        return DataKey(self._wrapping.open(*_WHERE, owner, wrapped))


def _derived(secret: bytes, use: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"subjectline {use}".encode()).derive(secret)


def _utf8(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")  # foreign text may hold what no charset can say


def _hash(key: bytes, kind: str, value: bytes) -> bytes:
    return hmac.digest(key, kind.encode() + b"\0" + value, "sha256")
