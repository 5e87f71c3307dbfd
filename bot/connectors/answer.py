"""What a vendor's API answered, and how it is read."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

from bot.errors import Temporary

REQUEST_TIMEOUT, TOO_MANY_REQUESTS = 408, 429


class Verdict(Enum):
    FINE = "fine"
    THROTTLED = "throttled"  # turned away before anything was done
    BROKEN = "broken"  # the far side failed; nobody knows how far it came
    DENIED = "denied"  # understood, and no


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is the JSON in it, None where there is none."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    body: Any = field(default=None, repr=False)

    @property
    def is_json(self) -> bool:
        """Whether it claims to be JSON, of whatever dialect (`application/problem+json`)."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind.endswith(("/json", "+json"))

    def record(self) -> dict[str, Any]:
        """The body, which must be a JSON object. Temporary where it is none: cut short, or not the vendor's."""
        if not isinstance(self.body, dict):
            raise Temporary("The answer has not the shape it should have.")
        return self.body


def ordinary(answer: Answer) -> Verdict:
    """How an API without peculiarities is read."""
    if answer.status == TOO_MANY_REQUESTS:
        return Verdict.THROTTLED
    if answer.status >= 500 or answer.status == REQUEST_TIMEOUT:
        return Verdict.BROKEN
    return Verdict.FINE if 200 <= answer.status < 300 else Verdict.DENIED  # a redirect is never followed


def decoded(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    try:
        body = json.loads(content) if content else None
    except ValueError:  # also bytes that are no text
        body = None
    return Answer(status, headers, content, body)


def retry_after(answer: Answer | None) -> float | None:
    """Seconds the far side asked for (RFC 9110, 10.2.3: a number or a date), None where it did not."""
    text = answer.headers.get("retry-after", "").strip() if answer else ""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time()) if text else None
    except (ValueError, OverflowError):
        return None
