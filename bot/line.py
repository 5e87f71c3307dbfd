"""One line to a mail server: where it is, and an IMAP connection whose reading is in our own hands.

imapclient speaks the protocol. The bytes are read here, because three promises hang on it: a `select()` must not
overlook what already lies in a buffer, a server that trickles must not stretch a command (a socket's time-out starts
anew with each byte), and no answer may claim more memory than a mail is allowed to have.
"""

import imaplib
import logging
import selectors
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError
from imapclient.response_parser import parse_fetch_response
from imapclient.tls import create_default_context

from bot import fetched, grant
from bot.errors import Misconfigured

# Both log what they send and receive, mails and user names included, as soon as somebody switches debug on.
logging.getLogger("imapclient").setLevel(logging.ERROR)

PORTS = {"imap": 143, "imaps": 993, "smtp": 587, "smtps": 465}
LINE_LIMIT = 16 * 1024 * 1024  # bytes: a SEARCH answer is one line, this is some two million mails
LITERAL_LIMIT = 32 * 1024 * 1024  # bytes: three times the largest mail ever asked for whole
FULL = 0.98  # of a quota: what is left is less than many a mail
SLOWEST = 8 * 1024  # bytes a second: whoever sends less than this does not gain time by sending

Security = Literal["tls", "starttls", "offered", "plain"]


@dataclass(frozen=True)
class Place:
    """A mail server and the account on it, as IMAP_URL or SMTP_URL names them."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    folder: str
    security: Security  # offered: STARTTLS where the server has it
    right: grant.Grant | None = field(default=None, repr=False)  # instead of the password


def place(url: str) -> Place:
    """The URL taken apart, `%xx` decoded in user, password and folder.

    `imaps://` and `smtps://` speak TLS from the first byte. `imap://` is plain, `smtp://` uses STARTTLS where it is
    offered; `?starttls=1` demands it, `?starttls=0` forgoes it. Raises Misconfigured without repeating the URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Misconfigured(["The address of the mail server cannot be read as a URL."]) from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Misconfigured(["The address of a mail server looks like imaps://user:password@host:993/INBOX."])
    query = parse_qs(parts.query)
    password = unquote(parts.password or "")
    return Place(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=password,
        folder=unquote(parts.path.lstrip("/")) or "INBOX",
        security=_security(parts.scheme, query.get("starttls", [""])[-1]),
        right=grant.grant({name: values[-1] for name, values in query.items()}, password),
    )


def _security(scheme: str, starttls: str) -> Security:
    if scheme.endswith("s"):
        return "tls"
    if starttls:
        return "plain" if starttls in {"0", "no", "false"} else "starttls"
    return "offered" if scheme == "smtp" else "plain"


@dataclass(frozen=True)
class Patience:
    """How long a mail server is waited for, in seconds."""

    connect_s: float = 10.0
    read_s: float = 30.0  # without a byte
    command_s: float = 60.0  # for one command in all; every SLOWEST bytes received add a second
    leave_s: float = 2.0  # for a polite goodbye


class Wire(imaplib.IMAP4):
    """imaplib with its documented seams (open, read, readline, send, shutdown) filled by our own buffer."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, patience: Patience) -> None:
        self._context = context
        self._patience = patience
        self._held = bytearray()
        self._command_s = patience.command_s
        self._until = 0.0
        super().__init__(host, port, patience.connect_s)

    @property
    def holding(self) -> bool:
        """Whether received bytes wait to be read: `select()` on the socket cannot know."""
        return bool(self._held)

    def hurry(self, seconds: float) -> None:
        """From now on each command must be answered within so many seconds."""
        self._command_s = seconds

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self._until = time.monotonic() + self._command_s
        self.sock = _reach(host, port, timeout, self._context)

    def send(self, data: Any) -> None:
        self._until = time.monotonic() + self._command_s
        self.sock.settimeout(self._patience.read_s)
        self.sock.sendall(data)

    def read(self, size: int) -> bytes:
        if size > LITERAL_LIMIT:
            raise self.abort("literal over the limit")
        while len(self._held) < size:
            self._receive()
        with memoryview(self._held) as view:
            data = bytes(view[:size])
        del self._held[:size]
        return data

    def readline(self) -> bytes:
        looked = 0
        while (end := self._held.find(b"\n", looked)) < 0:
            looked = len(self._held)
            if looked > LINE_LIMIT:
                raise self.abort("line over the limit")
            self._receive()
        line = bytes(self._held[: end + 1])
        del self._held[: end + 1]
        return line

    def _receive(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server did not finish its answer in time")
        self.sock.settimeout(min(left, self._patience.read_s))
        data = self.sock.recv(65536)
        if not data:
            raise self.abort("socket error: EOF")
        self._until += len(data) / SLOWEST
        self._held += data

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Any, list[Any]]:
        typ, data = self._simple_command("STARTTLS")
        if typ != "OK":
            raise self.error("STARTTLS refused")
        if self._held:  # words sent before the encryption must not count as said within it (CVE-2011-0411)
            raise self.abort("text between STARTTLS and the handshake")
        self.sock = _encrypt(self.sock, ssl_context, self.host)
        self._get_capabilities()
        return typ, data

    def start_idle(self) -> bytes:
        """In IDLE; its tag. Lines before the go-ahead are kept (RFC 3501, 7: data may come at any time)."""
        tag = self._command("IDLE")
        while self._get_response() is not None:
            if self.tagged_commands[tag]:
                raise self.abort("IDLE refused")
        return tag

    def shutdown(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


def _reach(host: str, port: int, timeout: float | None, context: ssl.SSLContext | None) -> socket.socket:
    sock = socket.create_connection((host, port), timeout)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # imapclient sends a SEARCH in two pieces; the second would wait 40 ms for the first to be acknowledged.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return _encrypt(sock, context, host) if context else sock


def _encrypt(sock: socket.socket, context: ssl.SSLContext | None, host: str) -> ssl.SSLSocket:
    try:
        return (context or create_default_context()).wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


class Line(IMAPClient):
    """An IMAP connection of one thread. After any error: `drop` it and make a new one."""

    _imap: Wire

    def __init__(self, where: Place, patience: Patience, context: ssl.SSLContext | None = None) -> None:
        self._patience = patience
        encrypted = where.security == "tls"
        super().__init__(
            where.host,
            where.port,
            ssl=encrypted,
            ssl_context=(context or create_default_context()) if encrypted else None,
            timeout=SocketTimeout(patience.connect_s, patience.read_s),  # pyright: ignore[reportArgumentType]
        )
        self.normalise_times = False
        self._imap.debug = 0  # imapclient sets 5, and imaplib then formats every received mail for a log nobody reads

    def _create_IMAP4(self) -> Any:  # noqa: N802  (imapclient's name)
        return Wire(self.host, self.port, self.ssl_context if self.ssl else None, self._patience)

    def announced(self) -> bool:
        """Whether the server named a number of mails (EXISTS) since the last time this was asked.

        A mail that arrives while a SEARCH runs is announced with its answer without being in it, and never again.
        """
        return self._imap.response("EXISTS")[1] != [None]

    def uids(self, criteria: str | Sequence[object]) -> list[int]:
        return list(self.search(criteria))  # pyright: ignore[reportArgumentType]  (typed by its default)

    def parts(self, uids: Sequence[int], *asked: str) -> dict[int, dict[bytes, Any]]:
        """What the server answered of these mails; may lack a mail or a part, and hold what was not asked."""
        if not uids:
            return {}
        typ, data = self._imap.uid("FETCH", ",".join(map(str, uids)), f"({' '.join(asked)})")
        self._checkok("fetch", typ, data)
        found = fetched.plainly(data)
        if found is None:
            found = parse_fetch_response(data, normalise_times=False)
        wanted = set(uids)
        return {uid: parts for uid, parts in found.items() if uid in wanted}

    def full(self) -> bool:
        """Whether the account's quota is used up but for a little (RFC 9208); False where the server says nothing."""
        if not self.has_capability("QUOTA"):
            return False
        try:
            _, found = self.get_quota_root("INBOX")
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, LookupError, TypeError, ValueError):  # some name no root, or speak a dialect
            return False
        return any(each.limit and each.usage >= FULL * each.limit for each in found)

    def idle(self) -> None:
        self._idle_tag = self._imap.start_idle()

    def ready(self, seconds: float) -> bool:
        """Whether the server has said something, waiting up to so many seconds. True as well when it has hung up.

        It may have said it already: in one piece with the go-ahead of IDLE, before it or behind it.
        """
        sock = self.socket()
        if self._imap.holding or "EXISTS" in self._imap.untagged_responses:
            return True
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return bool(selector.select(seconds))

    def interrupt(self) -> None:
        """From another thread: whatever waits on this line fails at once."""
        with suppress(OSError):
            socket.socket.shutdown(self._imap.sock, socket.SHUT_RDWR)

    def drop(self) -> None:
        """Closed without a word; never raises."""
        with suppress(Exception):
            self._imap.shutdown()

    def leave(self) -> None:
        """Logged out if the server answers soon, closed in any case; never raises."""
        with suppress(Exception):
            self._imap.hurry(self._patience.leave_s)
            self.logout()
        self.drop()


def dial(where: Place, patience: Patience, context: ssl.SSLContext | None = None) -> Line:
    """A signed-in line. Raises IMAP4.error (LoginError among them) and OSError, and leaves nothing open then."""
    line = Line(where, patience, context)
    try:
        if where.security == "starttls":
            line.starttls(context or create_default_context())
        if where.right:
            line.oauth2_login(where.user, _token(where.right, patience))
        elif where.password.isascii() and where.user.isascii():
            line.login(where.user, where.password)
        else:
            line.plain_login(where.user, where.password)
    except LoginError as fault:
        line.drop()
        if isinstance(fault.__context__, imaplib.IMAP4.abort):  # imapclient calls a cut line a refused password
            raise fault.__context__ from None
        raise
    except BaseException:
        line.drop()
        raise
    return line


def _token(right: grant.Grant, patience: Patience) -> str:
    """LoginError where the token server refuses: waited for as for a password that is refused."""
    try:
        return grant.token(right, patience.connect_s)
    except grant.TokenRefused as fault:
        raise LoginError(str(fault)) from None
