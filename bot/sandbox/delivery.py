"""How Slack brings a click, a form, a command or an event to the app: over a socket, or as a signed HTTP request.

Slack waits three seconds for the acknowledgement. Without it the user sees an error: `Delivery.failure` says so.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.strict import ACK_S, SOCKETS
from bot.sandbox.workspace import APP

_TICKET_S = 30.0


@dataclass
class Delivery:
    """One thing brought to the app, and what became of it."""

    kind: str  # interactive, slash_commands, events_api
    user: str
    payload: dict[str, Any]
    answers: bool = False  # whether the acknowledgement may carry an answer
    attempt: int = 0
    reason: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    sent_at: float = field(default_factory=time.monotonic)
    acked_after: float | None = None  # seconds
    answer: dict[str, Any] = field(default_factory=dict)
    failure: str | None = None  # why the user sees an error
    then: Callable[["Delivery"], None] | None = field(default=None, repr=False)
    done: threading.Event = field(default_factory=threading.Event, repr=False)

    def ack(self, answer: Mapping[str, Any] | None, at: float | None = None) -> None:
        """The app answered: `at`, monotonic, or now. Too late is a failure and the answer is lost, as with Slack."""
        if self.acked_after is not None:
            return
        self.acked_after = (time.monotonic() if at is None else at) - self.sent_at
        if self.acked_after > ACK_S:
            self.fail("operation_timeout")
        if self.failure is None:
            self.answer = dict(answer or {})
            if self.then:
                self.then(self)
        self.done.set()

    def fail(self, why: str) -> None:
        self.failure = self.failure or why
        self.done.set()

    def wait(self) -> "Delivery":
        """Acknowledged or failed, after three seconds at most."""
        if not self.done.wait(max(0.0, self.sent_at + ACK_S - time.monotonic())):
            self.fail("operation_timeout")
        return self


class Road(Protocol):
    """A way to the app."""

    def bring(self, delivery: Delivery) -> None: ...


class Sockets:
    """Socket Mode: tickets, up to ten connections, envelopes in turn, acknowledgements.

    `deaf`: connections stay open and nothing comes through. `mute`: not even a pong.
    """

    def __init__(self) -> None:
        self.deaf = False
        self.mute = False
        self.open: list[WebSocket] = []
        self.connected = threading.Condition()
        self.connections_made = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tickets: dict[str, float] = {}
        self._under_way: dict[str, Delivery] = {}
        self._turn = itertools.count()
        self._clerks = ThreadPoolExecutor(8, thread_name_prefix="sandbox-acks")

    def ticket(self) -> str:
        """A ticket for one connection, good for half a minute."""
        made = secrets.token_hex(16)
        self._tickets[made] = time.monotonic()
        return made

    def bring(self, delivery: Delivery) -> None:
        """Sent to one of the connections. Failed at once where there is none."""
        with self.connected:
            connections, loop = list(self.open), self._loop
            self._under_way[delivery.id] = delivery
        if not connections or loop is None:
            delivery.fail("no connection")
            return
        if not self.deaf:
            connection = connections[next(self._turn) % len(connections)]
            text = self._envelope(delivery)
            delivery.sent_at = time.monotonic()
            asyncio.run_coroutine_threadsafe(self._send(connection, delivery, text), loop)

    def _envelope(self, delivery: Delivery) -> str:
        envelope: dict[str, Any] = {
            "envelope_id": delivery.id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.answers,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason or ""}
        return json.dumps(envelope)

    async def _send(self, connection: WebSocket, delivery: Delivery, text: str) -> None:
        try:
            await connection.send_text(text)
        except (RuntimeError, WebSocketDisconnect):
            delivery.fail("connection lost")

    async def endpoint(self, connection: WebSocket) -> None:
        """One connection, from the handshake to its end."""
        given = self._tickets.pop(connection.query_params.get("ticket", ""), None)
        if given is None or time.monotonic() - given > _TICKET_S:
            await connection.close(code=4401)
            return
        await connection.accept()
        if len(self.open) >= SOCKETS:
            await connection.send_text(_disconnect("too_many_websockets"))
            await connection.close()
            return
        await connection.send_text(_hello(len(self.open) + 1))
        self._joined(connection)
        try:
            while True:
                self._heard(await connection.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._left(connection)

    def _joined(self, connection: WebSocket) -> None:
        with self.connected:
            self._loop = asyncio.get_running_loop()
            self.open.append(connection)
            self.connections_made += 1
            self.connected.notify_all()

    def _left(self, connection: WebSocket) -> None:
        with self.connected:
            if connection in self.open:
                self.open.remove(connection)
            self.connected.notify_all()

    def _heard(self, text: str) -> None:
        arrived = time.monotonic()
        if self.deaf or not text.startswith("{"):
            return
        message = json.loads(text)
        delivery = self._under_way.pop(message.get("envelope_id", ""), None)
        if delivery is not None:
            # The effects of an answer take locks that a slow test may hold: not on the loop's thread.
            self._clerks.submit(delivery.ack, message.get("payload"), arrived)

    def wait_connected(self, at_least: int = 1, timeout: float = 15.0) -> None:
        """Returns as soon as so many connections are open; TimeoutError otherwise."""
        with self.connected:
            if not self.connected.wait_for(lambda: len(self.open) >= at_least, timeout):
                raise TimeoutError(f"{len(self.open)} connections, not {at_least}")

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tells every connection to come again, as Slack does every few hours (`warning`, `refresh_requested`)."""
        with self.connected:
            connections, loop = list(self.open), self._loop
        if loop is not None:
            for each in connections:
                asyncio.run_coroutine_threadsafe(_leave(each, reason), loop)


async def _leave(connection: WebSocket, reason: str) -> None:
    try:
        await connection.send_text(_disconnect(reason))
        await asyncio.sleep(0.2)
        await connection.close()
    except (RuntimeError, WebSocketDisconnect):
        return


def _hello(number: int) -> str:
    return json.dumps(
        {
            "type": "hello",
            "num_connections": number,
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18_060},
            "connection_info": {"app_id": APP},
        }
    )


def _disconnect(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})


def signature(secret: str, timestamp: int | str, body: bytes) -> str:
    """X-Slack-Signature: v0, HMAC-SHA256 over `v0:timestamp:body`."""
    return "v0=" + hmac.new(secret.encode(), b"v0:%s:%s" % (str(timestamp).encode(), body), hashlib.sha256).hexdigest()


def signed_request(secret: str, delivery: Delivery, at: int | None = None) -> tuple[dict[str, str], bytes]:
    """Headers and body of the request Slack would send for this delivery."""
    if delivery.kind == "events_api":
        body, kind = json.dumps(delivery.payload).encode(), "application/json"
    else:
        form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
        body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
    timestamp = int(time.time()) if at is None else at
    headers = {
        "Content-Type": kind,
        "User-Agent": "Slackbot 1.0",
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": signature(secret, timestamp, body),
    }
    if delivery.attempt:
        headers |= {"X-Slack-Retry-Num": str(delivery.attempt), "X-Slack-Retry-Reason": delivery.reason or "http_error"}
    return headers, body


class HttpRoad:
    """The signed HTTP alternative: every delivery is a POST to the app's request address."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret

    def bring(self, delivery: Delivery) -> None:
        threading.Thread(target=self._post, args=(delivery,), daemon=True).start()

    def _post(self, delivery: Delivery) -> None:
        headers, body = signed_request(self.secret, delivery)
        try:
            response = httpx.post(self.url, content=body, headers=headers, timeout=ACK_S, trust_env=False)
        except httpx.TimeoutException:
            delivery.fail("operation_timeout")
        except httpx.HTTPError:
            delivery.fail("connection_failed")
        else:
            if response.status_code != httpx.codes.OK:
                delivery.fail(f"http {response.status_code}")
                return
            is_json = response.headers.get("content-type", "").startswith("application/json")
            text = response.text.strip()
            delivery.ack((json.loads(text) if is_json else {"text": text}) if text else None)
