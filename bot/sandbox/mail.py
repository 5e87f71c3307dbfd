"""The sandbox's post office: a real IMAP server and a real SMTP server on loopback, both in one thread.

The IMAP server is pymap with its mailboxes in memory; the SMTP server is aiosmtpd, keeps every letter, and drops those
addressed to our own mailbox into the IMAP server, so that an answer travels the whole way. Faults can be switched on.
"""

import asyncio
import logging
import socket
import ssl
import threading
from argparse import Namespace
from asyncio import AbstractEventLoop, Server
from collections.abc import Callable, Collection, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from imapclient import IMAPClient, SocketTimeout
from pymap.backend.dict import Config, DictBackend, Login
from pymap.imap import IMAPService
from pymap.user import Passwords, UserMetadata

HOST = "127.0.0.1"
T = TypeVar("T")

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd writes whole letters into its log


class _Loop:
    """An event loop in its own thread."""

    def __init__(self) -> None:
        self.loop: AbstractEventLoop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="post-office", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def stop(self) -> None:
        """Nothing runs on it any more, nothing is open."""
        self.run(_end_tasks())
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # transports close in the next round


def _reserved() -> socket.socket:
    """A port that is ours and not listened on: who connects is refused, and our own server may bind it."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((HOST, 0))
    return made


class _Clear:
    """Passwords as they are: nobody steals the password of a sandbox, and hashing takes half a second."""

    def copy(self, **_: Any) -> "_Clear":
        return self

    def hash(self, secret: str) -> str:
        return secret

    def verify(self, secret: str, hash: str) -> bool:  # noqa: A002  (the library's name)
        return secret == hash


class _Config(Config):
    @property
    def greeting(self) -> bytes:
        return b"Sandbox ready"  # pymap asks the resolver for the machine's name, at every connection


class ImapServer:
    """One account with an empty INBOX. `start`, `stop`; in between `away` and `back`, mails and port stay."""

    def __init__(self, user: str = "info", password: str = "sandbox") -> None:
        self.user, self.password = user, password
        self._reserved = _reserved()
        self.port: int = self._reserved.getsockname()[1]
        self._loop: _Loop | None = None
        self._stack = AsyncExitStack()
        self._backend: DictBackend | None = None

    @property
    def url(self) -> str:
        return f"imap://{self.user}:{self.password}@{HOST}:{self.port}/INBOX"

    def start(self) -> None:
        """Returns when connections are taken."""
        self._loop = _Loop()
        self._loop.run(self._open())

    def stop(self) -> None:
        if self._loop:
            self._loop.run(self._stack.aclose())
            self._loop.stop()
            self._loop = None
        self._reserved.close()

    def away(self) -> None:
        """Every connection is cut, new ones are refused."""
        if self._loop:
            self._loop.run(self._close())

    def back(self) -> None:
        if self._loop:
            self._loop.run(self._open())

    def deliver(self, raw: bytes, at: datetime | None = None) -> None:
        """The mail lies in INBOX, with this INTERNALDATE (aware; now, if not given)."""
        with self.client() as client:
            client.append("INBOX", raw, msg_time=at or datetime.now(UTC))

    def client(self) -> IMAPClient:
        """Signed in, to be used with `with`."""
        client = IMAPClient(HOST, self.port, ssl=False, timeout=SocketTimeout(5, 10))  # pyright: ignore[reportArgumentType]
        client.login(self.user, self.password)
        return client

    async def _open(self) -> None:
        self._backend = self._backend or await self._account()
        self._backend.config.apply_context()
        await IMAPService(self._backend, self._backend.config).start(self._stack)

    async def _close(self) -> None:
        await self._stack.aclose()
        await _end_tasks()

    async def _account(self) -> DictBackend:
        arguments = Namespace(
            host=HOST, port=self.port, debug=False, cert=None, key=None, tls=False, inherited_sockets=None,
            passlib_cfg=None, proxy_protocol=None, demo_data=False, demo_user=self.user, demo_password=self.password,
        )  # fmt: skip
        config = _Config.from_args(arguments, hash_context=_Clear())
        login = Login(config)
        password = await Passwords(config).hash_password(self.password)
        await login.demo_user_identity.set(UserMetadata(config, self.user, password=password))
        return DictBackend(login, config)


@dataclass(frozen=True)
class Received:
    """A letter the SMTP server has taken."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)
    at: datetime


class Fault(StrEnum):
    """What happens after the final dot of a letter."""

    NONE = "none"
    LOST = "lost"  # not kept, line cut without an answer
    TAKEN = "taken"  # kept, line cut without an answer
    SILENT = "silent"  # kept, never answered
    ANSWERED = "answered"  # kept, answered, then the line is cut


class SmtpSink:
    """Takes every letter. With `user`, only from who signs in. Letters to `own` addresses land in `mailbox`.

    `answers` holds what to say instead of yes: per recipient (`{"ann@example.org": "550 unknown"}`), to the command
    `MAIL`, or to the whole letter (`DATA`). `fault` is what happens after the final dot.
    With `context` it offers STARTTLS, with `encrypted` besides it speaks TLS from the first byte.
    """

    def __init__(
        self,
        user: str = "",
        password: str = "",
        *,
        mailbox: ImapServer | None = None,
        own: Collection[str] = (),
        context: ssl.SSLContext | None = None,
        encrypted: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.user, self.password = user, password
        self.received: list[Received] = []
        self.answers: dict[str, str] = {}
        self.fault = Fault.NONE
        self.on_letter: Callable[[Received], None] = lambda _: None
        self._mailbox = mailbox
        self._own = {address.lower() for address in own}
        self._context = context
        self._encrypted = encrypted
        self._clock = clock
        self._reserved = _reserved()
        self.port: int = self._reserved.getsockname()[1]
        self._loop: _Loop | None = None
        self._server: Server | None = None

    @property
    def url(self) -> str:
        account = f"{self.user}:{self.password}@" if self.user else ""
        return f"{'smtps' if self._encrypted else 'smtp'}://{account}{HOST}:{self.port}"

    def start(self) -> None:
        """Returns when connections are taken."""
        self._loop = _Loop()
        self._loop.run(self._open(self._loop.loop))

    def stop(self) -> None:
        if self._loop:
            self._loop.run(self._close())
            self._loop.stop()
            self._loop = None
        self._reserved.close()

    def away(self) -> None:
        """Every connection is cut, new ones are refused."""
        if self._loop:
            self._loop.run(self._close())

    def back(self) -> None:
        if self._loop:
            self._loop.run(self._open(self._loop.loop))

    async def _open(self, loop: AbstractEventLoop) -> None:
        context = self._context if self._encrypted else None
        self._server = await loop.create_server(lambda: self._protocol(loop), HOST, self.port, ssl=context)

    def _protocol(self, loop: AbstractEventLoop) -> SMTP:
        return SMTP(
            self,
            hostname="sandbox",
            ident="ready",
            loop=loop,
            tls_context=None if self._encrypted else self._context,
            auth_require_tls=False,
            authenticator=self._authenticate,
        )

    async def _close(self) -> None:
        if self._server:
            self._server.close()
        await _end_tasks()

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        right = isinstance(given, LoginPassword) and given == LoginPassword(self.user.encode(), self.password.encode())
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(  # noqa: N802  (aiosmtpd's name, like the two below)
        self, _server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        if self.user and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        if to in self.answers:
            return self.answers[to]
        envelope.rcpt_tos.append(to)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        if self.fault is not Fault.LOST:
            await self._keep(envelope)
        if self.fault in {Fault.LOST, Fault.TAKEN}:
            _cut(server)
        elif self.fault is Fault.ANSWERED:
            server.loop.call_later(0.02, _cut, server)
        elif self.fault is Fault.SILENT:
            await asyncio.sleep(3600)
        return "250 OK"

    async def _keep(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        letter = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, self._clock())
        if self._mailbox and any(to.lower() in self._own for to in letter.recipients):
            await asyncio.to_thread(self._mailbox.deliver, content, letter.at)
        self.received.append(letter)
        self.on_letter(letter)


def _cut(server: SMTP) -> None:
    transport = server.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
