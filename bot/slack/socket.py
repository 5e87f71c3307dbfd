"""Socket Mode under our own watchdog.

The library reconnects, but goes deaf in ways it does not see (bolt-python #417, #1529). So it may not reconnect by
itself here: whenever the session ends or gives no sign of life, everything is thrown away and built anew.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler

from bot.errors import SubjectlineError, Temporary
from bot.slack.calls import call, client, quiet
from bot.slack.hearing import THREADS

log = structlog.get_logger("slack.socket")

FIRST_PAUSE_S = 1.0
LAST_PAUSE_S = 30.0
CONNECT_S = 20.0  # a session that is not up by then is thrown away
CLOSE_S = 4.0  # patience with a session that is thrown away


class Socket:
    """Hears Slack over Socket Mode from `start` to `stop`, whatever Slack or the network do meanwhile.

    `deaf_s`: a session without ping, pong or message for so long is rebuilt. `ping_s`: how often we ping.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        url: str = "https://slack.com/api/",
        *,
        deaf_s: float = 120.0,
        ping_s: float = 10.0,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._token, self._web = app, app_token, client(app_token, url)
        self._deaf_s, self._ping_s, self._tick = deaf_s, ping_s, tick
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slack-socket", daemon=True)
        self.built = 0  # sessions built so far
        self.heard_at = tick()  # last sign of life

    @property
    def connected(self) -> bool:
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
        pause = FIRST_PAUSE_S
        while not self._stopping.is_set():
            self._wake.clear()
            wait = pause
            try:
                was_up = self._hear(self._address())
                wait = pause = FIRST_PAUSE_S if was_up else min(pause * 2, LAST_PAUSE_S)
            except SubjectlineError as trouble:
                asked = trouble.retry_after if isinstance(trouble, Temporary) else None
                wait, pause = min(asked or wait, LAST_PAUSE_S), min(pause * 2, LAST_PAUSE_S)
                log.warning("slack_socket_waits", reason=str(trouble), seconds=wait)
            except Exception as error:  # noqa: BLE001 -- the watchdog outlives whatever the library throws
                pause = min(pause * 2, LAST_PAUSE_S)
                log.warning("slack_socket_failed", error=type(error).__name__, seconds=wait)
            self._stopping.wait(wait)

    def _address(self) -> str:
        """Where Slack wants us to connect. Temporary, Refused."""
        return str(call(self._web.apps_connections_open, repeatable=True, app_token=self._token)["url"])

    def _hear(self, address: str) -> bool:
        """One session from its beginning to its end: whether it ever was up."""
        session = SocketModeHandler(
            self._app, self._token, logger=quiet(), ping_interval=self._ping_s, concurrency=THREADS
        )
        inner = session.client
        inner.auto_reconnect_enabled = inner.default_auto_reconnect_enabled = False
        inner.wss_uri = address
        inner.on_open_listeners.append(lambda _: self._opened())
        inner.on_message_listeners.append(lambda *_: self._sign())
        inner.on_close_listeners.append(lambda closed: self._closed(closed is inner.current_session))
        try:
            session.connect()
            self.built += 1
            return self._watch(session)
        finally:
            self._up.clear()
            _throw_away(session)

    def _watch(self, session: SocketModeHandler) -> bool:
        """Returns when the session has to be thrown away: whether it ever was up."""
        self._sign()
        signs, was_up = None, False
        while not self._wake.wait(min(1.0, self._deaf_s / 4)):
            if (seen := _signs(session)) != signs:
                signs = seen
                self._sign()
            up = _is_up(session)
            was_up = was_up or up
            if self._tick() - self.heard_at > (self._deaf_s if up else CONNECT_S):
                log.warning("slack_socket_deaf", state="up" if up else "connecting")
                break
        return was_up or self._up.is_set()

    def _opened(self) -> None:
        self._sign()
        self._up.set()
        log.info("slack_socket_connected")

    def _closed(self, current: bool) -> None:
        if current:  # else Slack asked for a refresh, and the next session is on its way
            self._wake.set()

    def _sign(self) -> None:
        self.heard_at = self._tick()


def _signs(session: SocketModeHandler) -> tuple[Any, ...]:
    """What changes whenever a pong comes in or a new session begins."""
    inner = session.client.current_session
    return (id(inner), inner.last_pong_tm if inner else 0.0)


def _is_up(session: SocketModeHandler) -> bool:
    inner = session.client.current_session
    return bool(inner and inner.sock and inner.sock.connected)


def _throw_away(session: SocketModeHandler) -> None:
    """Closed, or left to close by itself: a thread inside a dead connection must not hold us up."""
    closing = threading.Thread(target=session.client.close, name="slack-socket-closing", daemon=True)
    closing.start()
    closing.join(CLOSE_S)
