"""The web: the person's page, health, and Slack over HTTP where it is used. One request, one desk call.

TRUST T26-T27: looking at a link never uses it up and shows nothing about anybody; a wrong address, an unknown, an
expired and a used-up link get the same bytes after the same time.
"""

import asyncio
import base64
import hashlib
import re
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs

import structlog
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import SubjectlineError
from bot.package.words import accepted, counted, spoken
from bot.settings import Settings

log = structlog.get_logger("web")

TEMPLATES = Path(__file__).parent.parent / "templates"
FORM = 4096  # bytes; an e-mail address has at most 254
FORM_S = 10.0  # seconds for all of it: whoever trickles is hung up on
REFUSED_S = 0.25  # every refusal takes this long, whatever was looked up
PER_CLIENT, IN_ALL, WINDOW_S = 10, 100, 60.0
CLIENTS = 10_000  # remembered at once

HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000",
}
POLICY = "default-src 'none'; style-src '{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class Content(Protocol):
    """A file that is read as it is sent."""

    @property
    def size(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class Packages(Protocol):
    """What the page needs of the desk."""

    def download(self, token: str, address: str) -> tuple[str, Content] | None:
        """(file name, content), counted; None, whatever the reason, when there is nothing for this pair."""
        ...


class Tries:
    """How often somebody may try: 10 a minute per client, 100 in all (T27). Forgets by itself; lives in one loop."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._all: deque[float] = deque()
        self._clients: OrderedDict[str, deque[float]] = OrderedDict()

    def allow(self, client: str) -> bool:
        """Whether this try is within the limits; it counts only then."""
        since = self._now() - WINDOW_S
        mine = self._clients.setdefault(client, deque())
        self._clients.move_to_end(client)
        for tries in (self._all, mine):
            while tries and tries[0] <= since:
                tries.popleft()
        if len(mine) >= PER_CLIENT or len(self._all) >= IN_ALL:
            return False
        for tries in (self._all, mine):
            tries.append(self._now())
        while len(self._clients) > CLIENTS:
            self._clients.popitem(last=False)
        return True


class Guarded:
    """Puts the headers of this house on every answer, Slack's and errors included, that does not say otherwise."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = message.get("headers", [])
                known = {name.lower() for name, _ in said}
                message["headers"] = [*said, *(each for each in self._headers if each[0] not in known)]
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


class Page:
    """The page behind a link, and the download."""

    def __init__(self, desk: Packages, settings: Settings, templates: Path, now: Callable[[], float]) -> None:
        self._desk = desk
        self._tries = Tries(now)
        css = (templates / "page" / "page.css").read_text(encoding="utf-8")
        source = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(templates / "page"), undefined=StrictUndefined, autoescape=True, trim_blocks=True
        )
        self._template = source.get_template("package_link.html.j2")
        self._values = {
            "company": settings.company.model_dump(),
            "days": settings.safety.package_days,
            "downloads": settings.safety.package_downloads,
            "css": css,
        }
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        self.policy = POLICY.format(style=f"sha256-{digest}")

    async def shown(self, request: Request) -> Response:
        """The page, the same for every token: looking asks nobody and uses nothing up."""
        return self._page(request, "", 200)

    async def asked(self, request: Request) -> Response:
        """The file, where the address belongs to the link; else the page again."""
        if not self._tries.allow(_client(request)):
            return self._page(request, "too_often", 429, {"retry-after": str(round(WINDOW_S))})
        until = time.monotonic() + REFUSED_S
        try:
            address = await _address(request)
            found = await run_in_threadpool(self._desk.download, request.path_params["token"], address)
        except Exception as fault:  # noqa: BLE001  # the door: nothing of the request may reach a log
            if isinstance(fault, ClientDisconnect):
                return Response(status_code=400)
            log.warning("page_broken", error=type(fault).__name__)
            return self._page(request, "later", 503)
        if found:
            return Download(*found)
        await asyncio.sleep(max(0.0, until - time.monotonic()))
        return self._page(request, "not_this", 404)

    def _page(self, request: Request, said: str, status: int, headers: dict[str, str] | None = None) -> HTMLResponse:
        """In the language of the browser. `said`: which of our words stand above the form; empty: none."""
        chosen = spoken(accepted(request.headers.get("accept-language", "")))
        values = {**self._values, "language": chosen.language, "words": chosen.link, "counted": counted}
        page = self._template.render(values, said=chosen.link[said] if said else "")
        return HTMLResponse(page, status, {**(headers or {}), "content-language": chosen.language})


async def _address(request: Request) -> str:
    """What was typed; empty when the form is too long, too slow, or none."""
    body = bytearray()
    with suppress(TimeoutError):
        async with asyncio.timeout(FORM_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > FORM:
                    return ""
            with suppress(ValueError):
                return parse_qs(body.decode(), max_num_fields=5).get("address", [""])[0].strip()
    return ""


def _client(request: Request) -> str:
    """Whom tries are counted for: the address, or the network of 64 bits one household has."""
    host = request.client.host if request.client else ""
    with suppress(ValueError):
        address = ip_address(host)
        if isinstance(address, IPv6Address) and not address.ipv4_mapped:
            return str(int(address) >> 64)
    return host


class Download(StreamingResponse):
    """A file, piece by piece. Its length is said before: what breaks off on the way is nobody's finished download."""

    def __init__(self, name: str, content: Content) -> None:
        self._content = content
        safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        headers = {"content-disposition": f'attachment; filename="{safe}"', "content-length": str(content.size)}
        super().__init__(content, media_type="application/zip", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SubjectlineError as fault:
            log.warning("page_broken", error=type(fault).__name__)
            raise BrokenOff from None
        finally:
            self._content.close()


class BrokenOff(Exception):
    """The connection is closed before the length that was said; nothing of the request is in this."""


Endpoint = Callable[[Request], Awaitable[Response]]


def _health(faults: Callable[[], Sequence[str]]) -> Endpoint:
    async def health(_request: Request) -> Response:
        found = await run_in_threadpool(faults)
        return JSONResponse({"ok": not found, "faults": list(found)}, 503 if found else 200)

    return health


class Calendar(Protocol):
    """What the web needs of the calendar of deadlines (`feed.Feed`)."""

    def knows(self, name: str) -> bool:
        """Whether this is its secret name."""
        ...

    async def shown(self, request: Request) -> Response: ...


def _calendar(feed: Calendar, now: Callable[[], float]) -> Endpoint:
    """Guesses are counted apart: nobody shuts the calendar for those who know its address."""
    guesses, looks = Tries(now), Tries(now)

    async def calendar(request: Request) -> Response:
        known = feed.knows(request.path_params["name"])
        if not (looks if known else guesses).allow(_client(request)):
            return PlainTextResponse(str(spoken("en").link["too_often"]), 429, {"retry-after": str(round(WINDOW_S))})
        return await feed.shown(request) if known else _nothing()

    return calendar


def _nothing() -> Response:
    return PlainTextResponse("There is nothing here.", 404)


async def _nowhere(_request: Request, _error: Exception) -> Response:
    return _nothing()


def web(
    desk: Packages,
    settings: Settings,
    slack: Sequence[BaseRoute] = (),
    *,
    feed: Calendar | None = None,
    alive: Callable[[], Sequence[str]] = tuple,
    ready: Callable[[], Sequence[str]] = tuple,
    templates: Path = TEMPLATES,
    now: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The web application: `/p/{token}`, `/calendar/{name}`, `/healthz`, `/readyz`, and Slack's own routes.

    `alive` and `ready` name what is wrong, in words without persons; nothing wrong is 200, else 503. `now` in seconds.
    """
    page = Page(desk, settings, templates, now)
    return Starlette(
        routes=[
            Route("/healthz", _health(alive)),
            Route("/readyz", _health(ready)),
            Route("/p/{token}", page.shown),
            Route("/p/{token}", page.asked, methods=["POST"]),
            *([Route("/calendar/{name}", _calendar(feed, now))] if feed else []),
            *slack,
        ],
        middleware=[Middleware(Guarded, headers={**HEADERS, "content-security-policy": page.policy})],
        exception_handlers={404: _nowhere},
    )
