"""Socket Mode under our own watchdog.

The library reconnects by itself, but goes deaf in ways it does not see: pings are answered and no event comes
(bolt-python #417, #1529), and when Slack asks for a refresh it hears nothing for ten seconds [measured]. So it may not
reconnect here. A session that ended is replaced. So is one that brought nothing for a while, or that Slack asks to
leave, by a new one that first proved, with Slack's `hello`, that it hears: both hear while they overlap.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from websocket import WebSocket, WebSocketApp
from websocket import _abnf as frames

from bot.errors import SubjectlineError, Temporary
from bot.slack.calls import call, client, quiet

log = structlog.get_logger("slack.socket")

FIRST_PAUSE_S = 1.0
LAST_PAUSE_S = 30.0
HELLO_S = 20.0  # patience with a new session until Slack's first word
FAREWELL_S = 1.0  # for Slack's last words on one that is closed
LISTENERS = 8  # threads that acknowledge: presses wait for nothing there, forms for the desk; a processor is shared
CLOSE_S = 4.0  # patience with one that is thrown away


def _is_utf8(data: bytes) -> bool:
    """Whether these bytes are UTF-8 as RFC 3629 has it: no surrogates, nothing overlong."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


# websocket-client looks at each byte in Python: 2 ms for a press with its card, in the one thread that hears Slack.
frames.validate_utf8 = _is_utf8  # pyright: ignore[reportPrivateImportUsage]


class Socket:
    """Hears Slack over Socket Mode from `start` to `stop`, whatever Slack or the network do meanwhile.

    `deaf_s`: after so long without a message the session is replaced; nights are quiet, and a replacement costs one
    call. A click that crosses our farewell to the old session has its effect, but no acknowledgement.
    `ping_s`: how often we ping.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        url: str = "https://slack.com/api/",
        *,
        deaf_s: float = 90.0,
        ping_s: float = 10.0,
        hello_s: float = HELLO_S,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._token, self._web = app, app_token, client(app_token, url)
        self._deaf_s, self._ping_s, self._hello_s, self._tick = deaf_s, ping_s, hello_s, tick
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slack-socket", daemon=True)
        self.sessions = 0  # that heard Slack's hello so far

    @property
    def connected(self) -> bool:
        """Whether a session stands that has heard Slack."""
        return self._up.is_set()

    def wait(self, timeout: float) -> bool:
        """Whether Slack is connected, now or within `timeout` seconds."""
        return self._up.wait(timeout)

    def start(self) -> None:
        """Hearing begins as soon as Slack answers. Returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 8.0) -> None:
        """Nothing is heard any more."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        pause, session = FIRST_PAUSE_S, None
        while not self._stopping.is_set():
            try:
                fresh = self._open()
            except SubjectlineError as trouble:
                if self._stopping.is_set():
                    break
                asked = trouble.retry_after if isinstance(trouble, Temporary) else None
                log.warning("slack_socket_waits", reason=str(trouble), seconds=asked or pause)
                self._stopping.wait(asked or pause)
                pause = min(pause * 2, LAST_PAUSE_S)
                continue
            _throw_away(session)
            session, pause = fresh, FIRST_PAUSE_S
            self._watch(session)
            if session.ended:  # at once: the library would go on knocking at the old address
                _throw_away(session)
                session = None
        _throw_away(session)
        self._up.clear()

    def _open(self) -> "_Session":
        """A session that has heard Slack's hello. Temporary, Refused."""
        answer = call(self._web.apps_connections_open, repeatable=True, app_token=self._token)
        session = _Session(self._app, self._token, str(answer["url"]), self._ping_s, self._wake.set, self._tick)
        try:
            session.connect()
            self._wake.clear()
            until = self._tick() + self._hello_s
            while not session.hello and not session.ended and self._tick() < until and not self._stopping.is_set():
                self._wake.wait(0.2)
                self._wake.clear()
        except Exception as error:  # noqa: BLE001 -- the watchdog outlives whatever the library throws
            _throw_away(session)
            raise Temporary(f"the socket did not open ({type(error).__name__})") from None
        if not session.hello or session.ended:
            _throw_away(session)
            raise Temporary("the socket brought no hello")
        self.sessions += 1
        self._up.set()
        log.info("slack_socket_connected")
        return session

    def _watch(self, session: "_Session") -> None:
        """Returns when the session has ended, has been asked to leave, or brought nothing for too long."""
        while not self._stopping.is_set():
            if session.ended:
                self._up.clear()
                log.warning("slack_socket_ended")
                return
            if session.leaving:
                return
            if self._tick() - session.heard_at > self._deaf_s:
                log.debug("slack_socket_silent")
                return
            self._wake.wait(min(1.0, self._deaf_s / 4))
            self._wake.clear()


class _Session(SocketModeHandler):
    """One connection of the library, which may not reconnect by itself."""

    def __init__(
        self, app: App, token: str, url: str, ping_s: float, wake: Callable[[], None], tick: Callable[[], float]
    ) -> None:
        super().__init__(app, token, logger=quiet(), ping_interval=ping_s, concurrency=LISTENERS)
        inner = self.client
        inner.auto_reconnect_enabled = inner.default_auto_reconnect_enabled = False
        inner.wss_uri = url
        inner.connect_to_new_endpoint = self._asked_to_leave  # the library calls it on Slack's `disconnect`
        inner.on_open_listeners.append(self._opened)
        inner.on_message_listeners.append(lambda *_: self._heard())
        inner.on_close_listeners.append(lambda _: self._ended())
        self._wake, self._tick = wake, tick
        self._wire: WebSocket | None = None  # the library forgets it unclosed when Slack says farewell first
        self._busy = 0
        self._still = threading.Condition()
        self.heard_at = tick()
        self.hello = self.leaving = self.ended = False

    def handle(self, client: Any, req: Any) -> None:
        """A listener has run and its acknowledgement is sent."""
        with self._still:
            self._busy += 1
        try:
            super().handle(client, req)
        finally:
            with self._still:
                self._busy -= 1
                self._still.notify_all()

    def close(self) -> None:
        """Slack is told, what it had sent is still worked off, and the library's threads end."""
        self._drain()
        wire = self._wire
        raw = wire.sock if wire else None
        if wire and raw:
            with suppress(Exception):
                wire.send_close()
            with self._still:
                self._still.wait_for(lambda: self.ended, FAREWELL_S)
            with suppress(Exception):
                raw.shutdown(SHUT_RDWR)  # else the library would wait for its own next look at the wire
        self._drain()
        with suppress(Exception):
            self.client.close()
        if wire:
            wire.shutdown()

    def _drain(self) -> None:
        with self._still:
            self._still.wait_for(lambda: not self._busy and self.client.message_queue.empty(), FAREWELL_S)

    def _opened(self, session: WebSocketApp) -> None:
        self._wire = session.sock

    def _heard(self) -> None:
        self.heard_at = self._tick()
        if not self.hello:
            self.hello = True
            self._wake()

    def _asked_to_leave(self, force: bool = False) -> None:
        del force
        self.leaving = True
        self._wake()

    def _ended(self) -> None:
        with self._still:
            self.ended = True
            self._still.notify_all()
        self._wake()


def _throw_away(session: _Session | None) -> None:
    """Closed, or left to close by itself: a thread inside a dead connection must not hold us up."""
    if session is None:
        return
    closing = threading.Thread(target=session.close, name="slack-socket-closing", daemon=True)
    closing.start()
    closing.join(CLOSE_S)
