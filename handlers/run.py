"""`subjectline run`: the parts of the bot in one process, started together and stopped within ten seconds."""

import gc
import logging
import signal
import threading
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import structlog
import uvicorn

import handlers
from bot import build
from bot.build import Parts
from bot.desk import diary
from bot.diary import Appointment
from bot.errors import SubjectlineError
from bot.post import Watcher
from bot.settings import Settings
from bot.slack import KEPT, Groups, Socket, Workspace, app_id, bolt, channel_faults, close, routes
from handlers.clock import Ticker
from handlers.feed import Feed
from handlers.mail import Arrivals
from handlers.web import web

STOP_S = 9.0
LOGGED = frozenset({  # T23: names that may stand in a log line; anything else is dropped
    "event", "level", "timestamp", "logger", "error", "state", "kind", "key", "mailbox", "uid", "count", "seconds",
    "tries", "method", "status", "verdict", "ticket", "reason", "size", "fence", "lane", "port", "address",
})  # fmt: skip


class Bot:
    """The running bot: whatever of `web` and `worker` was asked for."""

    def __init__(self, parts: Parts, words: set[str]) -> None:
        self.parts = parts
        self._stops: list[Callable[[], Any]] = []
        self._swept_on: date | None = None
        self.watchers: list[Watcher] = []
        env = parts.settings.env
        self._app = bolt(env.slack_bot_token, env.slack_signing_secret, env.slack_api_url)
        roles = parts.desk.house.roles
        self._groups = roles if isinstance(roles, Groups) else None
        channel = Workspace(self._app.client, env.slack_channel, app_id(env.slack_app_token), roles=self._groups)
        handlers.register(self._app, parts.desk, channel)
        self._starts: list[Callable[[], None]] = []
        if "worker" in words:
            self._starts.append(self._start_worker)
        if "web" in words:
            self._starts.append(self._start_web)

    def _look_at_channel(self) -> None:
        """The log says what is wrong with the channel: who else reads it. Slack may be away; then doctor says it."""
        env = self.parts.settings.env
        log = structlog.get_logger("slack")
        if not self.parts.settings.safety.slack_keeps_days:
            log.warning("slack_channel", reason=KEPT)
        with suppress(SubjectlineError):
            for seen, _ in channel_faults(self._app.client, env.slack_channel):
                log.warning("slack_channel", reason=seen)
        self._look_at_roles()

    def _look_at_roles(self) -> None:
        """Reminders know who is in the user groups, too; while Slack does not tell, a press says so."""
        if self._groups is not None:
            with suppress(SubjectlineError):
                self._groups.refresh()

    def start(self) -> None:
        """Everything runs. Slack, the mailbox and the mail server may be away: they are tried again."""
        for start in self._starts:
            start()
        threading.Thread(target=self._look_at_channel, name="slack-channel", daemon=True).start()

    def stop(self) -> None:
        """Nothing is half done and nothing runs any more; at most about ten seconds."""
        for stop in reversed(self._stops):
            stop()
        close(self._app)
        self.parts.close()

    def _faults(self) -> list[str]:
        """What keeps this process from being of use; for /readyz."""
        return self.parts.store.check()

    def _deadlines(self) -> list[Appointment]:
        with self.parts.store.read() as unit:
            return diary.appointments(unit, self.parts.desk.house.message_domain)

    def _sweep(self) -> None:
        """The post is minded, nothing stands longer than it may, and every date is counted by the rules of today."""
        desk = self.parts.desk
        self._look_at_roles()
        desk.mind([each.condition() for each in self.watchers])
        desk.sweep()
        desk.recount()
        today = desk.clock().date()
        if self._swept_on != today and desk.sweep_systems():
            self._swept_on = today

    def _look(self) -> None:
        """What was erased is looked for, and who uses no account any more."""
        self.parts.desk.watch()
        self.parts.desk.review()

    def _start_worker(self) -> None:
        parts = self.parts
        if parts.store.exclusive():
            parts.engine.recover()
        parts.engine.start()
        self._stops.append(lambda: parts.engine.stop(STOP_S))
        desk, engine = parts.desk, parts.engine
        ticker = Ticker(engine.wake, engine.renew, self._sweep, desk.remind, self._look, desk.clock_jumped)
        ticker.start()
        self._stops.append(ticker.stop)
        env = parts.settings.env
        self.watchers = [self._watcher(url) for url in env.imap_urls]
        for each in self.watchers:
            each.start()
        self._stops.append(self._stop_watchers)
        if env.slack_app_token:
            self.socket = Socket(self._app, env.slack_app_token, env.slack_api_url)
            self.socket.start()
            self._stops.append(self.socket.stop)

    def _watcher(self, url: str) -> Watcher:
        parts = self.parts
        arrivals = Arrivals(parts.desk, parts.opener, parts.rules)
        return build.watcher(parts, url, arrivals.wants, arrivals.expect, arrivals.take, arrivals.give_up)

    def _stop_watchers(self) -> None:
        """None takes a mail any more; all at once, so that several take no longer than one."""
        with ThreadPoolExecutor(len(self.watchers)) as pool:
            list(pool.map(lambda each: each.stop(), self.watchers))

    def _start_web(self) -> None:
        env = self.parts.settings.env
        doors = routes(self._app) if env.slack_signing_secret else ()
        feed = Feed(self.parts.settings, self._deadlines) if self.parts.settings.calendar.on else None
        app = web(self.parts.desk, self.parts.settings, doors, feed=feed, ready=self._faults)
        config = uvicorn.Config(
            app, host=env.host, port=env.port, log_config=None, access_log=False, server_header=False, lifespan="off"
        )
        server = Server(config)
        thread = threading.Thread(target=server.run, name="web", daemon=True)
        thread.start()

        def stop() -> None:
            server.should_exit = True
            thread.join(STOP_S)

        self._stops.append(stop)


class Server(uvicorn.Server):
    """Uvicorn in a thread: signals belong to the main thread."""

    def install_signal_handlers(self) -> None:
        """Nothing."""


def run(settings: Settings, words: set[str], clock: Callable[[], datetime] = build.now) -> None:
    """Runs until SIGTERM or SIGINT, then stops in order."""
    log_plainly()
    parts = build.assemble(settings, clock)
    bot = Bot(parts, words)
    gc.collect()
    gc.freeze()  # what was loaded stays for good: no need to look through it again and again
    over = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: over.set())
    bot.start()
    structlog.get_logger().info("started", state=" ".join(sorted(words)))
    over.wait()
    with suppress(Exception):
        structlog.get_logger().info("stopping")
    bot.stop()


def log_plainly(file: Path | None = None) -> None:
    """One JSON object a line on stdout (or in this file), allowed names only; libraries name only what is broken."""
    logging.basicConfig(level=logging.ERROR, format="%(name)s %(levelname)s", force=True)
    logging.disable(logging.CRITICAL if file else logging.NOTSET)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allowed,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(file.open("a") if file else None),
        cache_logger_on_first_use=False,
    )


def allowed(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> dict[str, Any]:
    """Only names on the list: a person in a log line is a name nobody thought of."""
    return {name: value for name, value in fields.items() if name in LOGGED}
