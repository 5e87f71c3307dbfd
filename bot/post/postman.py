"""Mail out: one letter, one recipient, one connection; and the look into the Sent folder when the answer was lost."""

import imaplib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import structlog
from imapclient.imapclient import SENT

from bot.checkpoints import checkpoint
from bot.errors import Misconfigured, Refused, ShutOut, SubjectlineError, Temporary, Unclear, Unsupported
from bot.grant import Grant, TokenRefused, token
from bot.line import Patience, Place, dial, place
from bot.post.inspection import check_letter

log = structlog.get_logger()

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FIRST_S, LONGEST_S = 60.0, 900.0  # before a password that was refused is shown again: accounts get locked (TRUST, F16)


class Door:
    """How long nobody knocks after we were not let in: half as long again each time. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shut: ShutOut | None = None
        self._wait_s = self._until = 0.0

    def check(self) -> None:
        """ShutOut, as the server said it, while nobody is to knock; `retry_after` says how long."""
        with self._lock:
            left = self._until - monotonic()
            if self._shut and left > 0:
                raise ShutOut(str(self._shut).removeprefix(ShutOut.BEGINS), left)

    def shut(self, fault: ShutOut) -> ShutOut:
        """Nobody knocks for a while; the same fault, with how long."""
        with self._lock:
            if self._until <= monotonic():  # of several that knocked together one counts
                self._wait_s = min(LONGEST_S, self._wait_s * 1.5 or FIRST_S)
                self._until = monotonic() + self._wait_s
            self._shut = fault
            return ShutOut(str(fault).removeprefix(ShutOut.BEGINS), self._wait_s)

    def open(self) -> None:
        """We were let in."""
        with self._lock:
            self._shut, self._wait_s, self._until = None, 0.0, 0.0


class Postman:
    """Carries letters to the server of `smtp_url`. Safe from any thread: every call has its own connection."""

    def __init__(
        self,
        smtp_url: str,
        imap_url: str | None = None,
        *,
        patience: Patience | None = None,
        total_s: float = 60.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._smtp = place(smtp_url)
        self._imap = place(imap_url) if imap_url else None
        self._patience = patience or Patience()
        self._total_s = total_s
        self._context = context
        self._door = Door()

    def send(self, sender: str, to: str, content: bytes) -> None:
        """The server took the letter for exactly this recipient.

        Temporary: it did not, and may later. ShutOut: it lets no letter of ours in until a person has mended that; for
        `retry_after` seconds it is not asked again. Refused: it does not want this one, or it is no letter of ours
        (`inspection`). Unclear: the letter was handed over whole and no answer came. Takes at most `total_s` seconds.
        """
        letter = check_letter(sender, to, content)
        self._door.check()
        server = self._server(sender)
        try:
            with _within(self._total_s, server):
                with _effectless():
                    self._enter(server, sender, letter)
                    _expect("RCPT", server.docmd("RCPT", f"TO:<{to}>")[0], 250, 251)
                    _expect("DATA", server.docmd("DATA")[0], 354)
                    server.send(_stuffed(letter))
                self._finish(server)
        finally:
            _hang_up(server)

    def greet(self, sender: str) -> None:
        """The server lets us in; nothing is sent. Raises as `send` does."""
        server = self._server(sender)
        try:
            with _within(self._total_s, server), _effectless(), self._knocking():
                self._sign_in(server)
        finally:
            _hang_up(server)

    def _server(self, sender: str) -> smtplib.SMTP:
        # The name for EHLO comes from the sender: asking the resolver for our own may take seconds.
        name, wait = sender.rpartition("@")[2], self._patience.read_s
        if self._smtp.security == "tls":
            context = self._context or ssl.create_default_context()
            return smtplib.SMTP_SSL(local_hostname=name, timeout=wait, context=context)
        return smtplib.SMTP(local_hostname=name, timeout=wait)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        where = self._smtp
        # smtplib checks the certificate against this name and sets it only where it connects while being made.
        server._host = where.host  # noqa: SLF001  # pyright: ignore[reportAttributeAccessIssue]
        _expect("greeting", server.connect(where.host, where.port)[0], 220)
        _expect("EHLO", server.ehlo()[0], 250)
        if where.security == "starttls" or (where.security == "offered" and server.has_extn("starttls")):
            if not server.has_extn("starttls"):
                raise Refused("The mail server does not offer STARTTLS.")
            _expect("STARTTLS", server.starttls(context=self._context or ssl.create_default_context())[0], 220)
            _expect("EHLO", server.ehlo()[0], 250)
        if where.user:
            self._show_password(server, where)

    def _show_password(self, server: smtplib.SMTP, where: Place) -> None:
        open_line = not isinstance(server.sock, ssl.SSLSocket) and where.host not in LOOPBACK
        if open_line and where.security != "plain":
            raise Refused("The mail server wants the password in clear. Add ?starttls=0 to SMTP_URL if that is meant.")
        try:
            if where.right:
                self._show_token(server, where, where.right)
            else:
                server.login(where.user, where.password)
        except smtplib.SMTPAuthenticationError as fault:
            raise _said("AUTH", fault.smtp_code) from None
        except (smtplib.SMTPNotSupportedError, UnicodeError):
            raise Refused("The mail server offers no way to sign in that we have.") from None

    def _show_token(self, server: smtplib.SMTP, where: Place, right: Grant) -> None:
        """XOAUTH2, with a token of this moment. A refusal is one of the password: SMTPAuthenticationError."""
        try:
            said = f"user={where.user}\x01auth=Bearer {token(right, self._patience.connect_s)}\x01\x01"
        except TokenRefused:
            raise Refused("The token server refuses us: look at the app and its secret.") from None
        if "XOAUTH2" not in server.esmtp_features.get("auth", "").upper().split():
            raise Refused("The mail server does not offer XOAUTH2.")
        # A refusal is explained in a challenge, which wants an empty answer.
        server.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "", initial_response_ok=True)

    def _enter(self, server: smtplib.SMTP, sender: str, letter: bytes) -> None:
        """Signed in, and the sender accepted."""
        with self._knocking():
            self._sign_in(server)
            checkpoint("letter.connected")
            options = "" if letter.isascii() else " BODY=8BITMIME"
            if options and not server.has_extn("8bitmime"):
                raise Unsupported("The mail server takes only seven-bit letters.")
            _expect("MAIL", server.docmd("MAIL", f"FROM:<{sender}>{options}")[0], 250)

    @contextmanager
    def _knocking(self) -> Iterator[None]:
        """What is refused in here is refused to us, whatever the letter: it waits until a person has mended that."""
        try:
            yield
        except Refused as fault:
            raise self._door.shut(ShutOut(str(fault))) from None
        self._door.open()

    def _finish(self, server: smtplib.SMTP) -> None:
        """The final dot: from here on the letter may be theirs, whatever we hear."""
        try:
            server.send(b".\r\n")
            checkpoint("letter.data_sent")
            code = server.getreply()[0]
        except (OSError, smtplib.SMTPException) as fault:
            raise Unclear(f"The letter was handed over and no answer came ({type(fault).__name__}).") from None
        if 400 <= code < 600:
            raise _said("the letter", code)
        if code != 250:  # smtplib takes what a broken line left behind for a number
            raise Unclear("The letter was handed over and the answer makes no sense.")
        checkpoint("letter.accepted")

    def sent(self, message_id: str) -> bool | None:
        """True if the Sent folder holds this Message-ID. None otherwise: absence proves nothing, nor does silence."""
        if self._imap is None:
            return None
        try:
            line = dial(self._imap, self._patience, self._context)
            try:
                line.select_folder(line.find_special_folder(SENT) or "Sent", readonly=True)
                found = line.uids(["HEADER", "Message-ID", message_id])
            finally:
                line.leave()
        except (imaplib.IMAP4.error, OSError, ValueError) as fault:
            log.info("sent.not_asked", error=type(fault).__name__)
            return None
        return True if found else None


def _expect(step: str, code: int, *wanted: int) -> None:
    if code not in wanted:
        raise _said(step, code)


def _said(step: str, code: int) -> SubjectlineError:
    """What an answer means that is no yes. The server's words stay out: they like to repeat addresses."""
    if 500 <= code < 600:
        return Refused(f"The mail server answered {code} to {step}.")
    return Temporary(f"The mail server answered {code} to {step}.")


@contextmanager
def _effectless() -> Iterator[None]:
    """Whatever breaks in here, the server has no letter: without the final dot it drops it (RFC 5321, 4.1.1.4)."""
    try:
        yield
    except (SubjectlineError, Misconfigured):
        raise
    except (OSError, smtplib.SMTPException, ValueError) as fault:
        raise Temporary(f"The mail server could not be had ({type(fault).__name__}).") from None


@contextmanager
def _within(seconds: float, server: smtplib.SMTP) -> Iterator[None]:
    """One deadline over everything: a socket's own time-out begins anew with each byte of a server that trickles."""

    def cut() -> None:
        if server.sock:
            with suppress(OSError):
                socket.socket.shutdown(server.sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _stuffed(letter: bytes) -> bytes:
    """With a second dot before each dot that begins a line (RFC 5321, 4.5.2)."""
    return letter.replace(b"\r\n.", b"\r\n..")  # the first line is a header's


def _hang_up(server: smtplib.SMTP) -> None:
    with suppress(Exception):
        if server.sock:
            server.sock.settimeout(1.0)
            server.docmd("QUIT")
    server.close()
