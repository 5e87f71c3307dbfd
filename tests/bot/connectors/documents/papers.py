"""Documents that are made to do harm; `bot/sandbox/papers.py` makes the harmless ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from bot.sandbox.papers import docx, pdf, zipped


def _deep() -> bytes:
    return zipped(word__document_dot_xml="<a>" * 100_000)


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
    return zipped(word__document_dot_xml=f"<!DOCTYPE d [{entities}]><d>&l9;</d>")


def _blank(megabytes: int) -> bytes:
    """Raw deflate of so many megabytes of spaces: one block, over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * 1024**2) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + b"\x03\x00"


def _zip_bomb(said: int | None = None) -> bytes:
    """A docx of 400 MB in 400 kB, that says how large it is or something else."""
    packed, name, size = _blank(400), b"word/document.xml", said if said is not None else 400 * 1024**2
    about = (20, 0, 8, 0, 0, zlib.crc32(b" " * 1024**2), len(packed), size, len(name), 0)
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, *about) + name + packed
    central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, *about, 0, 0, 0, 0, 0) + name
    return local + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local), 0)


def _many_members() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(6000):
            archive.writestr(f"{number}.xml", "<a/>")
    return content.getvalue()


def _pdf_bomb() -> bytes:
    """A page whose stream unpacks to 600 MB."""
    stream = b"\x78\xda" + _blank(600) + bytes(4)
    whole = pdf("x")
    return whole.replace(zlib.compress(b"BT /F1 12 Tf 50 700 Td (x) Tj ET"), stream).replace(
        b"/Length %d" % len(zlib.compress(b"BT /F1 12 Tf 50 700 Td (x) Tj ET")), b"/Length %d" % len(stream)
    )


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "deep xml": ("docx", _deep),
    "entities": ("docx", _laughs),
    "zip bomb": ("docx", _zip_bomb),
    "zip bomb that lies": ("docx", lambda: _zip_bomb(1000)),
    "many members": ("xlsx", _many_members),
    "half a zip": ("xlsx", lambda: docx("x")[:200]),
    "no zip": ("docx", lambda: b"PK\x03\x04 and nothing more"),
    "locked by Office": ("docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)),
    "half a pdf": ("pdf", lambda: pdf("x" * 500)[:300]),
    "pdf of noise": ("pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 200),
    "pdf bomb": ("pdf", _pdf_bomb),
    "nested mail": ("eml", lambda: b"Content-Type: message/rfc822\r\n\r\n" * 3000),
}
