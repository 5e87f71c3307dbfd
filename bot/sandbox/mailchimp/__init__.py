"""Mailchimp on loopback, as strict as the real one: an account that remembers, behind the Marketing API 3.0.

    mailchimp = Mailchimp(clock)                     # running from `start` to `stop`
    mailchimp.environment()                          # what a bot needs to reach it
    mailchimp.trouble.cause("lost", "delete-permanent")

`account` is its state (`account.py`), `trouble` what goes wrong (`trouble.py`), `rows()` what a visitor may see. A
`judge` may hold every request and answer against the vendor's contract: the stand-in is not marked by its own author.
"""

import asyncio
import base64
import copy
import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.exchange import Exchange
from bot.sandbox.loopback import Loopback
from bot.sandbox.mailchimp import calls, seeds, shown
from bot.sandbox.mailchimp.account import Account, Problem, Record, number
from bot.sandbox.trouble import Trouble

KEY = "0123456789abcdef0123456789abcdef-us21"
HOST_ABROAD = "https://us21.api.mailchimp.com"  # whose part it plays
AT_ONCE = 10  # connections of one account, over all its applications
METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


class Mailchimp:
    """One account. `slow_s` is how long a call takes, `lag` whether the search still sees what was there before.

    `block` is the file with the `[[connectors]]` block of the demo company.
    """

    block = Path(__file__).with_name("mailchimp.toml")

    def __init__(self, clock: Callable[[], datetime], account: Account | None = None) -> None:
        self.account = account or seeds.account(clock)
        self.clock = clock
        self.slow_s = 0.0
        self.most_at_once = 0
        self.judge: Callable[[Exchange], None] = lambda _: None
        self._now_open = 0
        self._lock = threading.Lock()
        self._index: list[calls.Entry] | None = None
        self.trouble = Trouble(Starlette(routes=[Route("/{path:path}", self._take, methods=METHODS)]))
        self._server = Loopback(self.trouble)
        self.url = f"{self._server.url}/3.0"

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self.trouble.over()
        self._server.stop()

    def environment(self) -> dict[str, str]:
        return {"MAILCHIMP_API_KEY": KEY, "MAILCHIMP_API_URL": self.url}

    @property
    def lag(self) -> bool:
        return self._index is not None

    @lag.setter
    def lag(self, behind: bool) -> None:
        """Behind: the search shows the account as it is now, whatever happens from now on."""
        with self._lock:
            self._index = calls.index(self.account) if behind else None

    def rows(self) -> dict[str, list[Record]]:
        """Place → its rows as they stand, ready to be shown."""
        with self._lock:
            return shown.rows(self.account)

    def ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, *, lie: bool = False
    ) -> tuple[int, dict[str, str], bytes]:
        """What the service answers to this request (`target`: path and query): status, headers, content. No wire."""
        path, _, query = target.partition("?")
        status, told, kind = self._answer(method, path.removeprefix("/3.0") or "/", query, headers, body, lie=lie)
        content = b"" if told is None else json.dumps(told, ensure_ascii=False).encode()
        self.judge(Exchange(method, f"{HOST_ABROAD}{target}", dict(headers), body, status, kind, content))
        return status, {"content-type": kind, "x-request-id": f"{number(str(told)):032x}"}, content

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self._now_open += 1
        self.most_at_once = max(self.most_at_once, self._now_open)
        target = request.url.path + ("?" if request.url.query else "") + request.url.query
        try:
            if self._now_open > AT_ONCE:
                told, kind = _told(Problem(429, "Too Many Requests", "You have exceeded the limit of 10 connections."))
                return Response(json.dumps(told), 429, headers={"content-type": kind})
            await asyncio.sleep(self.slow_s)
            lie = bool(request.scope.get("sandbox.lie"))
            status, headers, content = self.ask(request.method, target, request.headers, body, lie=lie)
        finally:
            self._now_open -= 1
        return Response(content, status, headers=headers if content else None)

    def _answer(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, *, lie: bool
    ) -> tuple[int, Any, str]:
        try:
            _check_key(headers.get("authorization", ""))
            given = json.loads(body) if body else {}
            with self._lock:
                account = copy.deepcopy(self.account) if lie else self.account
                call = calls.Call(account, dict(parse_qsl(query)), given, self._index)
                return *calls.answer(call, method, path), "application/json; charset=utf-8"
        except json.JSONDecodeError:
            problem = Problem(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.")
        except Problem as said:
            problem = said
        return problem.status, *_told(problem)


def _check_key(given: str) -> None:
    kind, _, value = given.partition(" ")
    if kind == "Basic":
        value = base64.b64decode(value).decode().partition(":")[2]
    if kind not in {"Basic", "Bearer"} or value != KEY:
        why = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
        raise Problem(401, "API Key Invalid", why)


def _told(problem: Problem) -> tuple[Record, str]:
    told: Record = {
        "type": "https://mailchimp.com/developer/marketing/docs/errors/", "title": problem.title,
        "status": problem.status, "detail": problem.detail, "instance": f"{number(problem.detail):032x}",
    }  # fmt: skip
    return told | ({"errors": problem.errors} if problem.errors else {}), "application/problem+json; charset=utf-8"
