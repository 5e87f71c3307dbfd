"""The text of a PDF, page by page, with its properties and the targets of its links."""

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from bot.connectors.documents.unreadable import Unreadable

PAGES = 3_000


def pdf(raw: memoryview | bytes) -> Iterator[str]:
    """The text. What pypdf cannot make sense of raises one of its many errors."""
    from pypdf import PdfReader  # noqa: PLC0415 - half a second of loading, for those documents only

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(BytesIO(raw), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("It is locked with a password.")
    if len(reader.pages) > PAGES:
        raise Unreadable("It has too many pages.")
    for value in (reader.metadata or {}).values():
        yield str(value)
    for page in reader.pages:
        yield page.extract_text()
        yield from _links(page)


def _links(page: Any) -> Iterator[str]:
    for each in page.get("/Annots") or ():
        action = each.get_object().get("/A")
        target = action.get_object().get("/URI") if action is not None else None
        if target is not None:
            yield str(target)
