"""A stand-in for Zoho CRM's API v8 and its token server: real HTTP on loopback, with state, as strict as the service.

It throttles tokens and calls, forgets old tokens, answers with nothing where nothing is, hides what is marked private,
finds too much and too late, and notes every workflow somebody set off. `trouble` makes it fail on purpose.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.exchange import Exchange
from bot.sandbox.loopback import Loopback
from bot.sandbox.trouble import Trouble
from bot.sandbox.zoho import around, desk
from bot.sandbox.zoho.book import Book, Row
from bot.sandbox.zoho.fields import MODULES
from bot.sandbox.zoho.seeds import plant

API = "/crm/v8"
HOST_ABROAD = "https://www.zohoapis.eu"  # whose part it plays
TOKEN_LIVES = timedelta(hours=1)
TOKENS = 10  # in ten minutes, for each refresh token; so many live at once, too
WINDOW = timedelta(minutes=10)
CREDITS = 50_000
TOO_MANY = desk.error(429, "TOO_MANY_REQUESTS", "too many requests")
SCOPES = {  # what a call needs beyond the scope of its module
    "POST /coql": "ZohoCRM.coql.READ",
    "GET /{module}/search": "ZohoSearch.securesearch.READ",
    "GET /settings/modules": "ZohoCRM.settings.modules.READ",
    "GET /settings/fields": "ZohoCRM.settings.fields.READ",
    "GET /settings/related_lists": "ZohoCRM.settings.related_lists.READ",
    "GET /settings/recycle_bin/{record}": "ZohoCRM.settings.recycle_bin.READ",
    "DELETE /settings/recycle_bin/{record}": "ZohoCRM.settings.recycle_bin.DELETE",
    "GET /org": "ZohoCRM.org.READ",
    "GET /{module}/{record}/Emails": "ZohoCRM.modules.emails.READ",
    "POST /{module}/{record}/Locking_Information__s": "ZohoCRM.settings.modules.CREATE",
}


class Zoho:
    """Running between `start` and `stop`. `book` holds the records, `seen` of `trouble` the requests."""

    def __init__(self, clock: Callable[[], datetime], *, calls_at_once: int = 20, planted: bool = True) -> None:
        self.clock = clock
        self.calls_at_once = calls_at_once
        self.latency_s = 0.0
        self.judge: Callable[[Exchange], None] = lambda _: None  # holds it all against the vendor's contract
        self.client_id, self.client_secret, self.refresh_token = "1000.SANDBOX", "sandbox", "1000.sandbox-refresh"
        self.refused_scopes: set[str] = set()
        self.credits = CREDITS
        self.most_at_once = 0  # calls under way at the same time, at the worst
        self._under_way = 0
        self._tokens: deque[tuple[str, datetime]] = deque(maxlen=TOKENS)  # the eleventh kills the oldest
        self.token_calls: list[datetime] = []
        self.book = Book(clock)
        if planted:
            plant(self.book)
        self.trouble = Trouble(Starlette(routes=self._routes()))
        self._server = Loopback(self.trouble)
        self.before = self.snapshot()

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self.trouble.over()
        self._server.stop()

    def environment(self) -> dict[str, str]:
        """What a bot must find in its environment to work with this service."""
        return {
            "ZOHO_CLIENT_ID": self.client_id, "ZOHO_CLIENT_SECRET": self.client_secret,
            "ZOHO_REFRESH_TOKEN": self.refresh_token, "ZOHO_ACCOUNTS_URL": self.url, "ZOHO_API_URL": self.url,
        }  # fmt: skip

    def snapshot(self) -> dict[str, list[Row]]:
        """Module → its records as they stand, ready to be shown, with what hangs on them counted; the bin as well."""
        state = self.book.state
        with self.book.lock:
            shown = {name: [self._told(name, row) for row in rows.values()] for name, rows in state.records.items()}
            binned = [{"id": key, "module": each.module, **_plain(each.row)} for key, each in state.bin.items()]
            return {**shown, "Recycle bin": binned}

    def forget_tokens(self) -> None:
        """Every access token is void, as after the hour."""
        self._tokens.clear()

    def _told(self, module: str, row: Row) -> Row:
        state, number = self.book.state, row["id"]
        held = {"Notes": state.notes, "Attachments": state.attachments, "Emails": state.emails}
        counted = {name: len(rows[number]) for name, rows in held.items() if rows.get(number)}
        named = {name: value for name, value in _plain(row).items() if name in MODULES[module].by_name}
        locked = {"Locked": state.locks[number]["Locked_Reason__s"]} if number in state.locks else {}
        return {"id": number, **named, **counted, **locked}

    # -- HTTP

    def _routes(self) -> list[Route]:
        calls = {**desk.CALLS, **around.CALLS}
        routes = [Route("/oauth/v2/token", self._token, methods=["POST"])]
        for name, act in sorted(calls.items(), key=lambda each: each[0].count("{")):
            method, path = name.split(" ")
            routes.append(Route(API + path, self._endpoint(name, act), methods=[method]))
        return routes

    def _endpoint(self, name: str, act: Callable[[desk.Call], desk.Answer]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            try:
                full = self._under_way > self.calls_at_once or self.credits <= 0
                await asyncio.sleep(0 if full else self.latency_s)
                fault = TOO_MANY if full else self._unauthorised(request, name)
                answer = fault or self._acted(request, act, await _json(request))
            finally:
                self._under_way -= 1
            self.credits -= 1
            response = _response(answer)
            if self.credits < CREDITS / 2:
                response.headers["X-API-CREDITS-REMAINING"] = str(self.credits)
            self.judge(await _exchange(request, response))
            return response

        return endpoint

    def _unauthorised(self, request: Request, name: str) -> desk.Answer | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        live = {each for each, until in self._tokens if until > self.clock()}
        if kind != "Zoho-oauthtoken" or token not in live:
            return desk.error(401, "INVALID_TOKEN", "invalid oauth token")
        if SCOPES.get(name, "") in self.refused_scopes:
            return desk.error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")
        return None

    def _acted(self, request: Request, act: Callable[[desk.Call], desk.Answer], body: Any) -> desk.Answer:
        parts = request.path_params
        if parts.get("module", "Leads") not in MODULES:
            return desk.error(400, "INVALID_MODULE", "the module name given seems to be invalid", resource_path_index=0)
        with self.book.lock:
            book = self.book.lied_to() if request.scope.get("sandbox.lie") else self.book
            return act(desk.Call(book, parts, dict(request.query_params), body))

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        now = self.clock()
        self.token_calls = [each for each in self.token_calls if each > now - WINDOW] + [now]
        if len(self.token_calls) > TOKENS:
            told = {"error": "Access Denied", "status": "failure", "error_description":
                    "You have made too many requests continuously. Please try again after some time."}  # fmt: skip
            return JSONResponse(told, status_code=400)
        if form.get("grant_type") != "refresh_token" or form.get("client_id") != self.client_id:
            return JSONResponse({"error": "invalid_client"})  # with status 200, as the service does
        if form.get("client_secret") != self.client_secret:
            return JSONResponse({"error": "invalid_client_secret"})
        if form.get("refresh_token") != self.refresh_token:
            return JSONResponse({"error": "invalid_code"})
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        self._tokens.append((token, now + TOKEN_LIVES))
        return JSONResponse({"access_token": token, "api_domain": self.url, "token_type": "Bearer", "expires_in": 3600})


def _plain(row: Row) -> Row:
    return {
        name: value.get("name") if isinstance(value, dict) else value
        for name, value in row.items() if value not in (None, "", [], {})
    }  # fmt: skip


async def _exchange(request: Request, response: Response) -> Exchange:
    url = f"{HOST_ABROAD}{request.url.path}{'?' if request.url.query else ''}{request.url.query}"
    kind = response.headers.get("content-type", "")
    told = dict(request.headers), await request.body()
    return Exchange(request.method, url, *told, response.status_code, kind, bytes(response.body))


async def _json(request: Request) -> Any:
    try:
        return await request.json() if request.headers.get("content-type", "").startswith("application/json") else None
    except ValueError:
        return None


def _response(answer: desk.Answer) -> Response:
    status, body = answer
    if body is None:
        return Response(status_code=status)
    if isinstance(body, bytes):
        kind = "image/png" if body.startswith(b"\x89PNG") else "application/octet-stream"
        return Response(body, status, media_type=kind)
    return JSONResponse(body, status)
