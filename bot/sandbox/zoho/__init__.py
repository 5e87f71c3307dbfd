"""A stand-in for Zoho CRM's API v8 and its token server: real HTTP on loopback, with state, as strict as the service.

It throttles tokens and calls, forgets old tokens, answers with nothing where nothing is, hides what is marked private,
finds too much and too late, and notes every workflow somebody set off. `trouble` makes it fail on purpose.
"""

import asyncio
import json
import re
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
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
METHODS = ["GET", "POST", "PUT", "DELETE"]
STAMPS = {"Owner", "Created_By", "Modified_By", "Created_Time", "Modified_Time"}
OURS = "@klangfinger.example"
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
    """Running between `start` and `stop`. `book` holds the records, `seen` of `trouble` the requests.

    `block` is the file with the `[[connectors]]` block of the demo company.
    """

    block = Path(__file__).with_name("crm.toml")

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
        self.trouble = Trouble(Starlette(routes=[Route("/{path:path}", self._take, methods=METHODS)]))
        self._server = Loopback(self.trouble)
        self.api_domain = self._server.url
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
        """Module → its records as they stand, what hangs on them counted; mails, and bin. `of` says whose each is."""
        state = self.book.state
        with self.book.lock:
            owners = self.book.owners()
            shown = {name: [self._told(name, row) for row in rows.values()] for name, rows in state.records.items()}
            shown["E-mails"] = [_mail(each, mails) for mails in state.emails.values() for each in mails]
            shown["Recycle bin"] = [
                {"id": key, "module": each.module, **_named(each.module, each.row)} for key, each in state.bin.items()
            ]
        return {
            name: [{**row, "of": row.get("of") or owners.get(row["id"], [])} for row in rows]
            for name, rows in shown.items()
        }

    def by_hand(self, address: str) -> None:
        """What no call can do is done on the web: this person's mails are deleted."""
        self.book.by_hand(address)

    def forget_tokens(self) -> None:
        """Every access token is void, as after the hour."""
        self._tokens.clear()

    def _told(self, module: str, row: Row) -> Row:
        state, number = self.book.state, row["id"]
        held = {"Notes": state.notes, "Attachments": state.attachments}
        counted = {name: len(rows[number]) for name, rows in held.items() if rows.get(number)}
        locked = {"Locked": state.locks[number]["Locked_Reason__s"]} if number in state.locks else {}
        return {"id": number, **_named(module, row), **counted, **locked}

    # -- what is asked

    def ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, *, lie: bool = False
    ) -> tuple[int, dict[str, str], bytes]:
        """What the service answers to this request (`target`: path and query): status, headers, content. No wire."""
        path, _, query = target.partition("?")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        if path == "/oauth/v2/token":
            return _told(self._token({**asked, **dict(parse_qsl(body.decode()))}))
        found = self._found(method, path)
        fault = self._unauthorised(headers.get("authorization", ""), found[0] if found else "")
        answer = fault or self._acted(found, asked, body, lie=lie)
        self.credits -= 1
        status, told, content = _told(answer)
        if self.credits < CREDITS / 2:
            told["x-api-credits-remaining"] = str(self.credits)
        self.judge(Exchange(method, HOST_ABROAD + target, dict(headers), body, status, told["content-type"], content))
        return status, told, content

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        target = request.scope["raw_path"].decode() + ("?" if request.url.query else "") + request.url.query
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            if self._under_way > self.calls_at_once or self.credits <= 0:
                status, headers, content = _told(desk.error(429, "TOO_MANY_REQUESTS", "too many requests"))
            else:
                await asyncio.sleep(self.latency_s)
                lie = bool(request.scope.get("sandbox.lie"))
                status, headers, content = self.ask(request.method, target, request.headers, body, lie=lie)
        finally:
            self._under_way -= 1
        return Response(content, status, headers=headers if content else None)

    def _found(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """The call's name (`GET /{module}/{record}`) and what is filled in."""
        for name, pattern in _PATTERNS:
            match = pattern.fullmatch(f"{method} {path.removeprefix(API)}")
            if match and path.startswith(API):
                return name, {key: unquote(value) for key, value in match.groupdict().items()}
        return None

    def _unauthorised(self, header: str, name: str) -> desk.Answer | None:
        kind, _, token = header.partition(" ")
        live = {each for each, until in self._tokens if until > self.clock()}
        if kind != "Zoho-oauthtoken" or token not in live:
            return desk.error(401, "INVALID_TOKEN", "invalid oauth token")
        if SCOPES.get(name, "") in self.refused_scopes:
            return desk.error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")
        return None

    def _acted(
        self, found: tuple[str, dict[str, str]] | None, query: dict[str, str], body: bytes, *, lie: bool
    ) -> desk.Answer:  # fmt: skip
        if found is None:
            return desk.error(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
        name, parts = found
        if parts.get("module", "Leads") not in MODULES:
            return desk.error(400, "INVALID_MODULE", "the module name given seems to be invalid", resource_path_index=0)
        try:
            given = json.loads(body) if body else None
        except ValueError:
            return desk.error(400, "INVALID_DATA", "body is not JSON")
        with self.book.lock:
            book = self.book.lied_to() if lie else self.book
            return _CALLS[name](desk.Call(book, parts, query, given))

    def _token(self, form: Mapping[str, str]) -> desk.Answer:
        now = self.clock()
        self.token_calls = [each for each in self.token_calls if each > now - WINDOW] + [now]
        if len(self.token_calls) > TOKENS:
            why = "You have made too many requests continuously. Please try again after some time."
            return 400, {"error": "Access Denied", "status": "failure", "error_description": why}
        if form.get("grant_type") != "refresh_token" or form.get("client_id") != self.client_id:
            return 200, {"error": "invalid_client"}  # with status 200, as the service does
        if form.get("client_secret") != self.client_secret:
            return 200, {"error": "invalid_client_secret"}
        if form.get("refresh_token") != self.refresh_token:
            return 200, {"error": "invalid_code"}
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        self._tokens.append((token, now + TOKEN_LIVES))
        return 200, {"access_token": token, "api_domain": self.api_domain, "token_type": "Bearer", "expires_in": 3600}


_CALLS = {**desk.CALLS, **around.CALLS}
_PATTERNS = [  # the plainer first: `/settings/modules` is no module
    (name, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", name)))
    for name in sorted(_CALLS, key=lambda name: (name.count("{"), name))
]


def _told(answer: desk.Answer) -> tuple[int, dict[str, str], bytes]:
    status, body = answer
    if body is None:
        return status, {"content-type": ""}, b""
    if isinstance(body, bytes):
        kind = "image/png" if body.startswith(b"\x89PNG") else "application/octet-stream"
        return status, {"content-type": kind}, body
    content = json.dumps(body, ensure_ascii=False).encode()
    return status, {"content-type": "application/json;charset=UTF-8"}, content


def _named(module: str, row: Row) -> Row:
    """The record's own fields, as far as they are filled in; who changed it when is of no interest to a visitor."""
    return {
        name: value.get("name") if isinstance(value, dict) else value for name, value in row.items()
        if value not in (None, "", [], {}) and name in MODULES[module].by_name and name not in STAMPS
    }  # fmt: skip


def _mail(mail: Row, kept: list[Row]) -> Row:
    """A mail kept with a record: of whoever all the mails there are with."""
    told = ", ".join(each["email"] or "" for each in mail["to"])
    parties = [each["email"] for one in kept for each in (one["from"], *one["to"]) if each["email"]]
    named = dict.fromkeys(each.lower() for each in parties if not each.endswith(OURS))
    shown = {"id": mail["message_id"], "subject": mail["subject"], "from": mail["from"]["email"], "to": told}
    return {**shown, "of": [*named]}
