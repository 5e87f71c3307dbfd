"""What goes wrong at a stand-in of a vendor, on demand (TRUST F30 to F33).

    trouble = Trouble(app)                        # wraps the stand-in's own ASGI application
    trouble.cause("lost", r"DELETE /crm", times=2)

    429 500 503 …   this status, before anything was done; `body` as JSON, `raw` as it stands
    reset           the connection is cut before anything was done
    hang            no answer until `over` is called; nothing was done
    lost            done, and the connection is cut instead of the answer
    late            done, and no answer until `over` is called
    trickle         done, and the answer comes byte by byte, without end
    garbled         done, and the answer is cut in its middle
    changed         done, and `change` makes another answer of it (an empty page, half a list, an error inside a 200)
    lie             the application is told (`scope["sandbox.lie"]`): it answers as if it had done it, and does nothing

A request no rule means is answered as ever.
"""

import asyncio
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.loopback import cut

TRICKLE_S = 0.02  # between two bytes
Message = dict[str, Any]


@dataclass
class Rule:
    """One kind of trouble, for the next `times` requests whose `METHOD /path` matches."""

    kind: str
    pattern: re.Pattern[str]
    times: int
    body: Any = None
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    change: Callable[[Any], Any] | None = None
    met: int = 0  # requests it has hit


class Trouble:
    """An ASGI application around another one. `seen` keeps every request as (method, path)."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.seen: list[tuple[str, str]] = []

    def cause(
        self,
        kind: str,
        pattern: str = "",
        *,
        times: int = 1,
        body: Any = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
        change: Callable[[Any], Any] | None = None,
    ) -> Rule:
        """From now on, `times` matching requests meet this trouble; the rule counts them."""
        rule = Rule(kind, re.compile(pattern), times, body, raw, headers or {}, change)
        with self._lock:
            self._rules.append(rule)
        self._over.clear()
        return rule

    def over(self) -> None:
        """No trouble any more; whoever hangs is cut."""
        with self._lock:
            self._rules.clear()
        self._over.set()

    def count(self, pattern: str) -> int:
        """How many requests so far matched `METHOD /path`."""
        return sum(bool(re.search(pattern, f"{method} {path}")) for method, path in list(self.seen))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.seen.append((scope["method"], scope["path"]))
        rule = self._rule(f"{scope['method']} {scope['path']}")
        if rule is None:
            await self._app(scope, receive, send)
        elif rule.kind.isdigit():
            await _send(send, int(rule.kind), rule.headers, _content(rule))
        elif rule.kind == "lie":
            await self._app({**scope, "sandbox.lie": True}, receive, send)
        else:
            await self._spoil(rule, scope, receive, send)

    def _rule(self, request: str) -> Rule | None:
        with self._lock:
            for rule in self._rules:
                if rule.met < rule.times and rule.pattern.search(request):
                    rule.met += 1
                    return rule
        return None

    async def _spoil(self, rule: Rule, scope: Any, receive: Any, send: Any) -> None:
        answer: list[Message] = []
        if rule.kind not in {"reset", "hang"}:
            await self._app(scope, receive, _keep(answer))
        if rule.kind in {"hang", "late"}:
            await asyncio.to_thread(self._over.wait, 60)
        if rule.kind in {"reset", "hang", "lost", "late"}:
            await cut(scope)
            return
        start, body = answer[0], b"".join(each.get("body", b"") for each in answer[1:])
        if rule.kind == "trickle":
            await self._trickle(start, body, scope, send)
            return
        if rule.kind == "changed" and rule.change is not None:
            body = json.dumps(rule.change(json.loads(body) if body else None)).encode()
        elif rule.kind == "garbled":
            body = body[: len(body) // 2]
        await _send(send, start["status"], {"content-type": "application/json", **rule.headers}, body)

    async def _trickle(self, start: Message, body: bytes, scope: Any, send: Any) -> None:
        """The head at once, then a byte at a time, and blanks for ever where the body is short."""
        await send({**start, "headers": [each for each in start["headers"] if each[0].lower() != b"content-length"]})
        for number in range(3000):
            if self._over.is_set():
                break
            byte = body[number : number + 1] or b" "
            await send({"type": "http.response.body", "body": byte, "more_body": True})
            await asyncio.sleep(TRICKLE_S)
        await cut(scope)


def _keep(answer: list[Message]) -> Any:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep


def _content(rule: Rule) -> bytes:
    if rule.raw is not None:
        return rule.raw
    return b"" if rule.body is None else json.dumps(rule.body).encode()


async def _send(send: Any, status: int, headers: dict[str, str], body: bytes) -> None:
    told = {"content-type": "application/json", **{name.lower(): value for name, value in headers.items()}}
    told["content-length"] = str(len(body))
    await send({
        "type": "http.response.start", "status": status,
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
    })  # fmt: skip
    await send({"type": "http.response.body", "body": body})
