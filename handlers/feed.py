"""The calendar of deadlines at its secret address: `GET /calendar/<token>.ics`.

Whoever has the address reads references, rights and dates, nothing about anybody. The token is made of the main key
and the number in the configuration, so it is nowhere stored; another number is another address.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.diary import Appointment, calendar
from bot.settings import Settings
from bot.store import Keys

log = structlog.get_logger("web")

TOKEN_BYTES = 24
SUFFIX = ".ics"


def token(keys: Keys, number: int) -> str:
    """The 32 characters nobody guesses."""
    return base64.urlsafe_b64encode(keys.digest("calendar", str(number))[:TOKEN_BYTES]).decode()


def address(settings: Settings) -> str:
    """Where the calendar is."""
    return f"{settings.env.public_url}/calendar/{token(Keys(settings.env.key), settings.calendar.number)}{SUFFIX}"


class Feed:
    """The calendar, told to whoever knows its address. `appointments` reads the deadlines as they stand."""

    def __init__(self, settings: Settings, appointments: Callable[[], list[Appointment]]) -> None:
        self._token = token(Keys(settings.env.key), settings.calendar.number).encode()
        self._name = f"Data-protection deadlines · {settings.company.name}"
        self._appointments = appointments

    def knows(self, name: str) -> bool:
        """Whether this is the name of the calendar; compared in constant time."""
        return hmac.compare_digest(name.removesuffix(SUFFIX).encode(), self._token) and name.endswith(SUFFIX)

    async def shown(self, request: Request) -> Response:
        """The calendar; 304 without it where the program has this one already; 503 while it cannot be read."""
        try:
            content = await run_in_threadpool(self._content)
        except Exception as fault:  # noqa: BLE001  # the door: the address of the request may not reach a log
            log.warning("calendar_broken", error=type(fault).__name__)
            return PlainTextResponse("Please try again later.", 503, {"retry-after": "600"})
        headers = {"etag": f'"{hashlib.sha256(content).hexdigest()[:32]}"', "cache-control": "private, no-cache"}
        if headers["etag"] in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        headers["content-disposition"] = 'inline; filename="deadlines.ics"'
        return Response(content, media_type="text/calendar", headers=headers)

    def _content(self) -> bytes:
        return calendar(self._name, self._appointments())


def _tags(header: str) -> set[str]:
    """The tags named, weak ones as if they were strong (RFC 9110 13.1.2)."""
    return {each.strip().removeprefix("W/") for each in header.split(",")}
