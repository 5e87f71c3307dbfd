"""Slack on loopback, as strict as the real one: Web API, Socket Mode, signed HTTP, response addresses.

An unchanged slack-bolt works against it: set the API address to `Slack.url`. Every call is kept in `calls` (searched
for persons by the tests), every fault can be switched on, and a `judge` may hold each call and answer against Slack's
own contract files: the stand-in is not marked by its own author.
"""

import asyncio
import contextlib
import json
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from bot.sandbox import strict, webapi
from bot.sandbox.delivery import HttpRoad, Sockets
from bot.sandbox.loopback import HOST, Loopback, cut
from bot.sandbox.people import People
from bot.sandbox.workspace import APP, BOT_USER, Conversation, SlackError, User, Workspace

CHANNEL = Conversation("C0DATAPROT", "data-protection", set())
ANN = User("U0ANN", "ann", "Ann Amsler")
BOB = User("U0BOB", "bob", "Bob Brandt")
CEM = User("U0CEM", "cem", "Cem Caduff")
VIC = User("U0VIC", "vic", "Vic Vogel")
EVE = User("U0EVE", "eve", "Eve Egger")
PEOPLE = (ANN, BOB, CEM, VIC, EVE)
FAULTS = frozenset({"429", "500", "502", "503", "504", "reset", "hang", "lost", "slow"})
_TOLERANCE = 0.95  # a post a second, give or take the network


@dataclass(frozen=True)
class Call:
    """One call of the Web API (or of a response address), as it came in and as it was answered."""

    method: str
    arguments: Mapping[str, Any]
    raw: str
    status: int
    answer: Mapping[str, Any]
    at: float  # monotonic seconds


@dataclass
class Fault:
    kind: str
    times: int
    seconds: float


Judge = Callable[[str, Mapping[str, Any], Mapping[str, Any]], None]


class Slack(People):
    """The stand-in. Start it, give `url`, `bot_token`, `app_token` (or `signing_secret`) and `channel` to the bot.

    `clock` gives message time stamps; acknowledgements, triggers and rates run on the real clock. `tiers` switches the
    calls-a-minute limits per method, `post_every_s` the pace of posts in one channel.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        people: Sequence[User] = PEOPLE,
        port: int = 0,
        tiers: bool = True,
        post_every_s: float = strict.POSTS_EVERY_S,
        scopes: frozenset[str] | None = None,
    ) -> None:
        super().__init__()
        self.workspace = Workspace(clock)
        self.channel = CHANNEL.id
        self.workspace.add_channel(
            Conversation(CHANNEL.id, CHANNEL.name, {BOT_USER, *(each.id for each in people)}),
        )
        for each in people:
            self.workspace.add_user(each)
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{APP}-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.scopes = scopes
        self.tiers, self.post_every_s = tiers, post_every_s
        self.calls: list[Call] = []
        self.judge: Judge | None = None
        self.verdicts: list[str] = []  # what the judge said
        self.sockets = Sockets()
        self.road = self.sockets
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._recent: dict[str, deque[float]] = defaultdict(deque)
        self._door = threading.Lock()
        app = Starlette(
            routes=[
                Route("/api/{method}", _Endpoint(self._call), methods=["GET", "POST"]),
                Route("/response/{name:path}", self._respond, methods=["POST"]),
                WebSocketRoute("/link/", self.sockets.endpoint),
            ]
        )
        self._server = Loopback(app, port)
        self.url = f"{self._server.url}/"

    # --- the stand-in's life

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL must be."""
        return f"{self.url}api/"

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def over_http(self, request_url: str) -> None:
        """Deliveries go as signed requests to this address instead of the sockets."""
        self.road = HttpRoad(request_url, self.signing_secret)

    # --- faults

    def away(self) -> None:
        """Slack is gone: connections are cut and refused until `back`."""
        self._server.away()

    def back(self) -> None:
        self._server.back()

    def deaf(self, *, pongs: bool = True) -> None:
        """Sockets stay open and nothing comes through, until `hear`; without `pongs` not even an answer to a ping."""
        self.sockets.deaf, self._server.mute = True, not pongs

    def hear(self) -> None:
        self.sockets.deaf = self._server.mute = False

    def fault(self, method: str, kind: str, *, times: int = 1, seconds: float = 1.0) -> None:
        """The next `times` calls of `method` (or `*`) go wrong.

        429 (with Retry-After `seconds`), 500, 502, 503, 504, reset (cut before any effect), hang (no answer for
        `seconds`, then cut, no effect), lost (the effect happens, the answer is cut), slow (answered `seconds` late).
        """
        if kind not in FAULTS:
            raise ValueError(f"no such fault: {kind}")
        with self._door:
            self._faults[method].append(Fault(kind, times, seconds))

    def mend(self) -> None:
        """No fault is waiting any more."""
        with self._door:
            self._faults.clear()

    def _next_fault(self, method: str) -> Fault | None:
        with self._door:
            for name in (method, "*"):
                for fault in self._faults[name]:
                    if fault.times > 0:
                        fault.times -= 1
                        return fault
        return None

    # --- what tests and the page look at

    def messages(self) -> list[dict[str, Any]]:
        """The messages of the channel, oldest first."""
        with self.workspace.lock:
            return [dict(each) for each in self.workspace.conversations[self.channel].messages]

    def called(self, method: str) -> list[Call]:
        return [each for each in self.calls if each.method == method]

    # --- the door

    async def _call(self, request: Request) -> Response | None:
        method = request.path_params["method"]
        raw = (await request.body()).decode("utf-8", "replace")
        fault = self._next_fault(method)
        if fault and fault.kind in {"reset", "hang"}:
            await asyncio.sleep(fault.seconds if fault.kind == "hang" else 0)
            self._keep(method, {}, raw, 0, {})
            await cut(request.scope)
            return None
        if fault and fault.kind.isdigit():
            self._keep(method, {}, raw, int(fault.kind), {})
            return _refusal(int(fault.kind), fault.seconds)
        status, arguments, answer = self._answer(method, request, raw)
        self._keep(method, arguments, raw, status, answer)
        if fault and fault.kind == "lost":
            await cut(request.scope)
            return None
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if status == 429:
            return _refusal(status, answer["retry_after"])
        return JSONResponse(answer, headers={"x-oauth-scopes": ",".join(sorted(self.scopes or _ALL_SCOPES))})

    def _answer(self, method: str, request: Request, raw: str) -> tuple[int, dict[str, Any], dict[str, Any]]:
        arguments: dict[str, Any] = {}
        try:
            facts = strict.METHODS.get(method)
            if facts is None:
                raise SlackError("unknown_method")  # noqa: TRY301 - one place turns every refusal into an answer
            arguments = _arguments(request, raw, json_allowed=facts.json)
            self._check_token(facts, request, arguments)
            webapi.check_arguments(method, arguments)
            wait = self._too_fast(method, facts, arguments)
            if wait:
                return 429, arguments, {"ok": False, "error": "ratelimited", "retry_after": wait}
            if method == "apps.connections.open":
                link = f"ws://{HOST}:{self._server.port}/link/?ticket={self.sockets.ticket()}&app_id={APP}"
                return 200, arguments, {"ok": True, "url": link}
            return 200, arguments, webapi.answer(self.workspace, method, arguments)
        except SlackError as error:
            messages = {"response_metadata": {"messages": error.messages}} if error.messages else {}
            return 200, arguments, {"ok": False, "error": error.code, **messages, **error.more}

    def _check_token(self, facts: strict.Method, request: Request, arguments: dict[str, Any]) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or arguments.pop("token", "")
        arguments.pop("token", None)
        known = {self.bot_token: "bot", self.app_token: "app"}
        if not given:
            raise SlackError("not_authed")
        if given not in known:
            raise SlackError("invalid_auth")
        if known[given] != facts.token:
            raise SlackError("not_allowed_token_type")
        if self.scopes is not None and facts.scopes and not facts.scopes & self.scopes:
            raise SlackError("missing_scope", needed=min(facts.scopes), provided=",".join(sorted(self.scopes)))

    def _too_fast(self, method: str, facts: strict.Method, arguments: Mapping[str, Any]) -> float:
        """Seconds to wait, or 0."""
        now = time.monotonic()
        waits = [0.0]
        with self._door:
            if method == "chat.postMessage" and self.post_every_s:
                waits.append(self._pace(f"post {arguments['channel']}", now, 1, self.post_every_s * _TOLERANCE))
            most = strict.TIERS[facts.tier]
            if self.tiers and most is not None:
                waits.append(self._pace(method, now, most, 60.0))
        return max(waits)

    def _pace(self, key: str, now: float, most: int, within_s: float) -> float:
        recent = self._recent[key]
        while recent and now - recent[0] >= within_s:
            recent.popleft()
        if len(recent) >= most:
            return within_s - (now - recent[0])
        recent.append(now)
        return 0.0

    def _keep(
        self, method: str, arguments: Mapping[str, Any], raw: str, status: int, answer: Mapping[str, Any]
    ) -> None:
        self.calls.append(Call(method, arguments, raw, status, answer, time.monotonic()))
        if self.judge and status == 200:
            try:
                self.judge(method, arguments, answer)
            except Exception as error:  # noqa: BLE001 - whatever the judge has against it belongs to the test
                self.verdicts.append(f"{method}: {error}")

    async def _respond(self, request: Request) -> Response:
        raw = (await request.body()).decode("utf-8", "replace")
        arguments: dict[str, Any] = {}
        try:
            with contextlib.suppress(ValueError):
                arguments = dict(json.loads(raw))
            place = self.workspace.respond(request.path_params["name"])
            self.said(place.user, place.channel, place.ts, {"replace_original": False, **arguments})
        except SlackError as error:
            answer = {"ok": False, "error": error.code}
            self._keep("response_url", arguments, raw, 404, answer)
            return JSONResponse(answer, status_code=404)
        self._keep("response_url", arguments, raw, 200, {"ok": True})
        return PlainTextResponse("ok")


_ALL_SCOPES = frozenset(scope for facts in strict.METHODS.values() for scope in facts.scopes)


class _Endpoint:
    """An ASGI endpoint that may also cut its connection, which a Starlette function cannot."""

    def __init__(self, call: Callable[[Request], Awaitable[Response | None]]) -> None:
        self._call = call

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = await self._call(Request(scope, receive))
        if response is not None:
            await response(scope, receive, send)


def _arguments(request: Request, raw: str, *, json_allowed: bool) -> dict[str, Any]:
    arguments: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        if json_allowed:
            try:
                arguments |= dict(json.loads(raw or "{}"))
            except (ValueError, TypeError):
                raise SlackError("invalid_json") from None
    elif raw:
        arguments |= dict(parse_qsl(raw, keep_blank_values=True))
    return arguments


def _refusal(status: int, seconds: float) -> Response:
    if status == 429:
        headers = {"Retry-After": str(max(1, round(seconds)))}
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)
    return PlainTextResponse("upstream error", status_code=status)
