"""The web: people's pages, health, the calendar, and Slack over HTTP where it is used. One request, one desk call."""

import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.package.words import spoken
from bot.settings import Settings
from handlers.doorstep import WINDOW_S, Tries, client
from handlers.pages import Desk, Pages

TEMPLATES = Path(__file__).parent.parent / "templates"

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
        if not (looks if known else guesses).allow(client(request)):
            return PlainTextResponse(str(spoken("en").link["too_often"]), 429, {"retry-after": str(round(WINDOW_S))})
        return await feed.shown(request) if known else _nothing()

    return calendar


def _nothing() -> Response:
    return PlainTextResponse("There is nothing here.", 404)


async def _nowhere(_request: Request, _error: Exception) -> Response:
    return _nothing()


def web(
    desk: Desk,
    settings: Settings,
    slack: Sequence[BaseRoute] = (),
    *,
    feed: Calendar | None = None,
    alive: Callable[[], Sequence[str]] = tuple,
    ready: Callable[[], Sequence[str]] = tuple,
    templates: Path = TEMPLATES,
    now: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The web application: people's pages, `/calendar/{name}`, `/healthz`, `/readyz`, and Slack's own routes.

    `alive` and `ready` name what is wrong, in words without persons; nothing wrong is 200, else 503. `now` in seconds.
    """
    pages = Pages(desk, settings, templates, now)
    return Starlette(
        routes=[
            Route("/healthz", _health(alive)),
            Route("/readyz", _health(ready)),
            *pages.routes(),
            *([Route("/calendar/{name}", _calendar(feed, now))] if feed else []),
            *slack,
        ],
        middleware=[Middleware(Guarded, headers={**HEADERS, "content-security-policy": pages.policy})],
        exception_handlers={404: _nowhere},
    )
