"""Files of any size, encrypted and opened segment by segment: AES-GCM-HKDF streaming, as Tink specifies it.

    header      its length in one byte (40) | salt 32 | prefix 7
    segments    1 MiB each, its tag of 16 bytes at the end; the first is shorter by the header, the last may be short

    key         HKDF-SHA256 of the key we hold, with the salt, for the file's name (`info`): every file has its own
    nonce       prefix 7 | number of the segment 4 | 1 for the last segment, else 0

So no segment can be changed, dropped, moved, added or taken from another file, and a file that was cut does not end.
This is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015); with these sizes it is Tink's key template
AES256_GCM_HKDF_1MB (developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming), proved by Tink's own vector.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import Refused

TAG, PREFIX = 16, 7
BROKEN = "The file does not open: another key, or not what was written."


@dataclass(frozen=True)
class Form:
    """The sizes. Only tests use others than these."""

    segment: int = 1 << 20
    key: int = 32
    hash: Callable[[], hashes.HashAlgorithm] = hashes.SHA256

    @property
    def header(self) -> int:
        return 1 + self.key + PREFIX

    def room(self, number: int) -> int:
        """Plain bytes in a full segment."""
        return self.segment - TAG - (0 if number else self.header)

    def start(self, number: int) -> int:
        """How many plain bytes stand before this segment."""
        return number * (self.segment - TAG) - (self.header if number else 0)

    def cipher(self, key: bytes, name: str, header: bytes) -> "Cipher":
        salt = header[1 : 1 + self.key]
        derived = HKDF(algorithm=self.hash(), length=self.key, salt=salt, info=name.encode()).derive(key)
        return Cipher(AESGCM(derived), header[1 + self.key :])


@dataclass(frozen=True)
class Cipher:
    """The key of one file."""

    aes: AESGCM
    prefix: bytes

    def nonce(self, number: int, *, last: bool) -> bytes:
        return self.prefix + number.to_bytes(4, "big") + bytes([last])


FORM = Form()


class Sink(Protocol):
    """Where encrypted bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Sealing:
    """Takes what is written and gives it on, encrypted. Nothing is whole before `finish`."""

    def __init__(
        self, file: Sink, key: bytes, name: str, form: Form = FORM, chance: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._file = file
        self._form = form
        header = bytes([form.header]) + chance(form.key) + chance(PREFIX)
        self._cipher = form.cipher(key, name, header)
        self._number = 0
        self._held = bytearray()
        self.size = 0  # plain bytes so far
        file.write(header)

    def write(self, data: bytes | memoryview) -> int:
        view = memoryview(data)
        taken = 0
        while taken < len(view):
            room = self._form.room(self._number)
            if len(self._held) == room:  # only now it is known not to be the last
                self._put(last=False)
                continue
            piece = view[taken : taken + room - len(self._held)]
            self._held += piece
            taken += len(piece)
        self.size += taken
        return taken

    def flush(self) -> None:
        """A segment goes out when it is full."""

    def finish(self) -> None:
        """The file is whole."""
        self._put(last=True)

    def _put(self, *, last: bool) -> None:
        self._file.write(self._cipher.aes.encrypt(self._cipher.nonce(self._number, last=last), self._held, None))
        self._number += 1
        self._held = bytearray()


class Opened:
    """A sealed file, read from anywhere. Refused as soon as a segment is not what was written; closed by `close`."""

    def __init__(self, file: BinaryIO, key: bytes, name: str, form: Form = FORM) -> None:
        """Refused when the end is missing; of what stands before it nothing is known yet."""
        self._file = file
        self._form = form
        length = file.seek(0, os.SEEK_END)
        file.seek(0)
        header = file.read(form.header)
        self._segments = max(1, -(-length // form.segment))
        self.size = length - form.header - self._segments * TAG  # plain bytes
        self._kept: tuple[int, bytes] = (-1, b"")
        if len(header) != form.header or header[0] != form.header or self.size < 0:
            raise Refused(BROKEN)
        self._cipher = form.cipher(key, name, header)
        self._segment(self._segments - 1)

    def __iter__(self) -> Iterator[bytes]:
        """All of it, segment by segment; the file is closed after the last one, or when nobody wants more."""
        try:
            for number in range(self._segments):
                yield self._segment(number)
        finally:
            self.close()

    def read_at(self, position: int, count: int) -> bytes:
        """These bytes; fewer at the end."""
        found: list[bytes] = []
        while count > 0 and position < self.size:
            number = (position + self._form.header) // (self._form.segment - TAG)
            start = position - self._form.start(number)
            piece = self._segment(number)[start : start + count]
            found.append(piece)
            position += len(piece)
            count -= len(piece)
        return found[0] if len(found) == 1 else b"".join(found)

    def close(self) -> None:
        self._file.close()

    def _segment(self, number: int) -> bytes:
        if self._kept[0] == number:
            return self._kept[1]
        self._kept = (-1, b"")  # one at a time in memory
        self._file.seek(number * self._form.segment or self._form.header)
        sealed = self._file.read(self._form.segment if number else self._form.segment - self._form.header)
        try:
            nonce = self._cipher.nonce(number, last=number == self._segments - 1)
            plain = self._cipher.aes.decrypt(nonce, sealed, None)
        except InvalidTag:
            raise Refused(BROKEN) from None
        self._kept = (number, plain)
        return plain
