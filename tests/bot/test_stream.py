"""Encryption of files that do not fit in memory: Tink's form, and nothing but what was written."""

import io
import os

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refused
from bot.package.stream import FORM, Form, Opened, Sealing

SMALL = Form(segment=64, key=16)
KEY = bytes(range(32))

# Tink's own vector (aes_gcm_hkdf_streaming_test_vectors.cc): segments of 64 bytes, 16 of key, HKDF over SHA-1.
VECTOR_FORM = Form(segment=64, key=16, hash=hashes.SHA1)
VECTOR_KEY = "6eb56cdc726dfbe5d57f2fcdc6e9345b"
VECTOR_TEXT = b"This is a fairly long plaintext. It is of the exact length to create three output blocks. "
VECTOR_SALT, VECTOR_PREFIX = "93b3af5e14ab378d065addfc8484da64", "2c0862877baea8"
VECTOR_SEGMENTS = (
    "db92d9c77406a406168478821c4298eab3e6d531277f4c1a051714faebcaefcbca7b7be05e9445ea",
    "a0bb2904153398a25084dd80ae0edcd1c3079fcea2cd3770630ee36f7539207b8ec9d754956d486b71cdf989f0ed6fba6779b63558be0a66e668df14e1603cd2",
    "af8944844078345286d0b292e772e7190775c51a0f83e40c0b75821027e7e538e111",
)


def sealed(content: bytes, form: Form = SMALL, name: str = "n", step: int = 7) -> bytes:
    out = io.BytesIO()
    sealing = Sealing(out, KEY, name, form)
    for start in range(0, len(content), step):
        sealing.write(content[start : start + step])
    sealing.finish()
    assert sealing.size == len(content)
    return out.getvalue()


def opened(raw: bytes, form: Form = SMALL, name: str = "n", key: bytes = KEY) -> Opened:
    return Opened(io.BytesIO(raw), key, name, form)


def test_tink_reads_what_we_write_and_we_what_tink_writes() -> None:
    """The vector of its cross-language tests, byte for byte, in both directions."""
    theirs = bytes([VECTOR_FORM.header]) + bytes.fromhex("".join((VECTOR_SALT, VECTOR_PREFIX, *VECTOR_SEGMENTS)))
    chance = iter(bytes.fromhex(each) for each in (VECTOR_SALT, VECTOR_PREFIX))
    out = io.BytesIO()
    sealing = Sealing(out, bytes.fromhex(VECTOR_KEY), "aad", VECTOR_FORM, lambda _: next(chance))
    sealing.write(VECTOR_TEXT)
    sealing.finish()
    assert out.getvalue() == theirs
    found = opened(theirs, VECTOR_FORM, "aad", bytes.fromhex(VECTOR_KEY))
    assert b"".join(found) == VECTOR_TEXT


def test_the_sizes_are_those_of_a_template_of_tinks() -> None:
    """AES256_GCM_HKDF_1MB: whoever has the key can open a file without us."""
    assert (FORM.segment, FORM.key, FORM.header) == (1024 * 1024, 32, 40)
    assert isinstance(FORM.hash(), hashes.SHA256)


@pytest.mark.parametrize("size", [0, 1, 23, 24, 25, 71, 72, 73, 120, 500])
def test_any_size_comes_back(size: int) -> None:
    """At, below and above the borders of segments; all of it, and any part of it."""
    content = os.urandom(size)
    raw = sealed(content)
    assert b"".join(opened(raw)) == content
    found = opened(raw)
    assert found.size == size
    for start in range(0, size + 2, 5):
        for count in (0, 1, 48, 49, 200):
            assert found.read_at(start, count) == content[start : start + count]
    found.close()


def test_every_byte_counts() -> None:
    """Changed anywhere, cut anywhere, longer by anything: never taken for it."""
    content = os.urandom(200)
    raw = sealed(content)
    changed = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(len(raw))]
    cut = [raw[:at] for at in range(len(raw))]
    longer = [raw + b"\0", raw + raw[-30:], raw + bytes(64)]
    for broken in (*changed, *cut, *longer):
        taken = bytearray()
        with pytest.raises(Refused):
            taken.extend(b"".join(opened(broken)))
        assert not taken


def test_segments_cannot_be_moved() -> None:
    """Dropped, swapped, repeated, put at the end, taken from another file under the same key."""
    raw, other = sealed(os.urandom(140)), sealed(os.urandom(140))
    first, *rest = (raw[start : start + 64] for start in range(0, len(raw), 64))
    theirs = [other[start : start + 64] for start in range(64, len(other), 64)]
    assert len(rest) == 3
    for order in (rest[1:], rest[:1] + rest[2:], rest[:2], [rest[1], rest[0], rest[2]], [*rest, rest[2]],
                  [rest[0], rest[0], *rest[1:]], [theirs[0], *rest[1:]], [*rest[:2], theirs[2]]):  # fmt: skip
        with pytest.raises(Refused):
            b"".join(opened(first + b"".join(order)))


def test_another_name_or_key_opens_nothing() -> None:
    """A file put in the place of another one is none."""
    raw = sealed(b"content")
    for name, key in (("m", KEY), ("n", KEY[::-1]), ("", KEY)):
        with pytest.raises(Refused):
            opened(raw, name=name, key=key)


def test_no_two_files_share_a_key_or_a_nonce() -> None:
    """The same content under the same key and name: nothing in the two files is alike."""
    first, second = (sealed(bytes(300)) for _ in range(2))
    segments = {raw[start : start + 16] for raw in (first, second) for start in range(40, len(raw) - 16, 16)}
    assert len(segments) == 2 * len(range(40, len(first) - 16, 16))


@settings(deadline=None)  # a busy machine is no fault
@given(st.binary(max_size=400), st.integers(1, 400))
def test_however_it_is_written_it_is_the_same(content: bytes, step: int) -> None:
    """In pieces of any size."""
    out = io.BytesIO()
    chance = iter([bytes(16), bytes(7)] * 2)
    for pieces in ([content], [content[start : start + step] for start in range(0, len(content), step)]):
        sealing = Sealing(out, KEY, "n", SMALL, lambda _: next(chance))
        for piece in pieces:
            sealing.write(piece)
        sealing.finish()
    raw = out.getvalue()
    assert raw[: len(raw) // 2] == raw[len(raw) // 2 :]
