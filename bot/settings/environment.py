"""Secrets and addresses from the environment: read, from a file where NAME_FILE says so, and checked."""

import base64
import binascii
import re
import stat
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

MOUNTED = (Path("/run/secrets"), Path("/var/run/secrets"))  # a container's own: mounted readable, and nobody else there

# Keys from test vectors and examples (FIPS-197 C.3, SP 800-38D, SP 800-38A): everybody has them.
PUBLISHED_KEYS = frozenset({
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
})  # fmt: skip


@dataclass(frozen=True)
class Environment:
    """Every value is checked; an empty one was not set. Nothing here shows in repr."""

    database_url: str = field(default="", repr=False)  # `sqlite:///…` or `postgresql+psycopg://…`
    key: bytes = field(default=b"", repr=False)
    imap_urls: tuple[str, ...] = field(default=(), repr=False)  # every mailbox and folder that is watched
    smtp_url: str = field(default="", repr=False)
    slack_bot_token: str = field(default="", repr=False)
    slack_app_token: str = field(default="", repr=False)
    slack_signing_secret: str = field(default="", repr=False)
    slack_channel: str = ""
    slack_api_url: str = ""  # ends with a slash
    public_url: str = ""  # without a slash at its end
    host: str = "127.0.0.1"  # where the web part listens
    port: int = 8080
    data: Path = Path("var")

    @property
    def imap_url(self) -> str:
        """The first of them, where our own letters lie in the Sent folder; empty when there is none."""
        return self.imap_urls[0] if self.imap_urls else ""


class Reader:
    """Reads names, collects faults."""

    def __init__(self, environ: Mapping[str, str], faults: list[str]) -> None:
        self._environ = environ
        self._faults = faults

    def text(self, name: str, default: str = "") -> str:
        """The value of NAME or the first line of the file in NAME_FILE; `default` where neither is set."""
        value, file = self._environ.get(name, "").strip(), self._environ.get(f"{name}_FILE", "").strip()
        if value and file:
            self._faults.append(f"{name} and {name}_FILE are both set: keep one.")
        if value or not file:
            return value or default
        return self._from_file(name, Path(file)) or default

    def _from_file(self, name: str, path: Path) -> str:
        try:
            open_to_all = path.stat().st_mode & stat.S_IROTH
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self._faults.append(f"{name}_FILE names a file that cannot be read ({type(error).__name__}).")
            return ""
        if open_to_all and not any(path.is_relative_to(folder) for folder in MOUNTED):
            self._faults.append(f"{name}_FILE names a file that everybody on this machine may read: chmod 600 it.")
        if not text:
            self._faults.append(f"{name}_FILE names an empty file.")
        return text

    def checked(self, name: str, check: Callable[[str], str | None], default: str = "") -> str:
        """The value; a fault is collected when `check` finds one (a sentence's end, without the name)."""
        value = self.text(name, default)
        fault = check(value) if value else None
        if fault:
            self._faults.append(f"{name} {fault}")
        return value


def read(environ: Mapping[str, str], needs: Collection[str], faults: list[str]) -> Environment:
    """What the environment holds; `faults` grows by one sentence for each thing that is wrong or missing."""
    reader = Reader(environ, faults)
    found = Environment(
        database_url=_driver(reader.checked("DATABASE_URL", _database_fault, "sqlite:///subjectline.sqlite")),
        key=_key(reader.checked("SUBJECTLINE_KEY", key_fault)),
        imap_urls=tuple(reader.checked("IMAP_URL", _mailboxes_fault).split()),
        smtp_url=reader.checked("SMTP_URL", lambda url: _mail_fault(url, "smtp")),
        slack_bot_token=reader.checked("SLACK_BOT_TOKEN", lambda token: _token_fault(token, "xoxb-", "a bot token")),
        slack_app_token=reader.checked("SLACK_APP_TOKEN", lambda token: _token_fault(token, "xapp-", "an app token")),
        slack_signing_secret=reader.text("SLACK_SIGNING_SECRET"),
        slack_channel=reader.checked("SLACK_CHANNEL", _channel_fault),
        slack_api_url=reader.checked("SLACK_API_URL", _web_fault, "https://slack.com/api/").rstrip("/") + "/",
        public_url=reader.checked("PUBLIC_URL", _web_fault).rstrip("/"),
        host=reader.checked("HOST", _host_fault, "127.0.0.1"),
        port=_port(reader.checked("PORT", _port_fault, "8080")),
        data=Path(reader.checked("SUBJECTLINE_DATA", _folder_fault, "var")),
    )
    faults += _missing(environ, needs)
    return found


def _missing(environ: Mapping[str, str], needs: Collection[str]) -> list[str]:
    def is_set(name: str) -> bool:
        return bool(environ.get(name, "").strip() or environ.get(f"{name}_FILE", "").strip())

    names = ("SUBJECTLINE_KEY", "IMAP_URL", "SMTP_URL", "PUBLIC_URL")
    missing = [name for name in names if name in needs and not is_set(name)]
    if "SLACK" in needs:
        missing += [name for name in ("SLACK_BOT_TOKEN", "SLACK_CHANNEL") if not is_set(name)]
    faults = [f"{name} is not set{_HINTS.get(name, '')}." for name in missing]
    if "SLACK" in needs and not is_set("SLACK_APP_TOKEN") and not is_set("SLACK_SIGNING_SECRET"):
        faults.append("Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set: one is needed.")
    return faults


_HINTS = {
    "SUBJECTLINE_KEY": ": make one with `openssl rand -base64 32` and keep a copy apart from the database",
    "IMAP_URL": ": imaps://user:password@host/INBOX",
    "SMTP_URL": ": smtps://user:password@host",
    "PUBLIC_URL": ": the https address under which people reach this bot's page",
}


def key_fault(text: str) -> str | None:
    """Why this cannot be the main key; None when it can."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return "is not base64: make one with `openssl rand -base64 32`."
    if len(key) != 32:
        return f"holds {len(key)} bytes, 32 are needed: make one with `openssl rand -base64 32`."
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    # 32 bytes of chance hold fewer than 16 different ones, or letters only, less than once in a billion keys
    if len(steps) == 1 or len(set(key)) < 16 or key.hex() in PUBLISHED_KEYS or all(32 <= byte < 127 for byte in key):
        return "is not a key made by chance: anybody could guess it."
    return None


def _key(text: str) -> bytes:
    return b"" if not text or key_fault(text) else base64.b64decode(text)


def _driver(url: str) -> str:
    """The same address with the driver this house uses."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def _database_fault(url: str) -> str | None:
    if re.match(r"(sqlite|postgres|postgresql|postgresql\+psycopg)://", url):
        return None
    return "is neither a sqlite:/// nor a postgresql:// address."


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _mailboxes_fault(urls: str) -> str | None:
    return next((fault for url in urls.split() if (fault := _mail_fault(url, "imap"))), None)


def _mail_fault(url: str, protocol: str) -> str | None:
    parts = _split(url)
    if parts is None or parts.scheme not in {protocol, f"{protocol}s"}:
        return f"is not an address such as {protocol}s://user:password@host:port."
    if protocol == "smtp":  # STARTTLS where it is offered; the postman shows no password on an open line
        return None
    if parts.scheme == "imap" and "starttls" not in parts.query and not _is_here(parts.hostname):
        return "would send the password readable for anybody: use imaps://, or add ?starttls=1."
    if not (parts.username and parts.password):
        return "names no user and password: imaps://user:password@host/INBOX."
    return None


def _web_fault(url: str) -> str | None:
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
        return "is not an address such as https://privacy.company.example."
    if parts.scheme == "http" and not _is_here(parts.hostname):
        return "is not https: what people send there could be read on the way."
    return None


def _token_fault(token: str, prefix: str, what: str) -> str | None:
    return None if token.startswith(prefix) else f"is not {what}: those begin with {prefix}."


def _channel_fault(text: str) -> str | None:
    if re.fullmatch(r"[CG][A-Z0-9]{2,}", text):
        return None
    return "is not a channel id such as C0123456789: names can change (channel details, at the bottom)."


def _port_fault(text: str) -> str | None:
    is_port = re.fullmatch(r"[1-9][0-9]{0,4}", text) and int(text) < 65536
    return None if is_port else "is not a port number from 1 to 65535."


def _port(text: str) -> int:
    return 0 if _port_fault(text) else int(text)


def _folder_fault(text: str) -> str | None:
    return "names a file, a folder is needed." if Path(text).is_file() else None


def _host_fault(text: str) -> str | None:
    try:
        ip_address("127.0.0.1" if text == "localhost" else text)
    except ValueError:
        return "is not an address to listen on, such as 127.0.0.1 or 0.0.0.0."
    return None
