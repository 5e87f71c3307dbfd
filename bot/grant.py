"""The right to a mailbox without its password: an access token (OAuth 2.0), asked for anew with each connection.

Microsoft takes no passwords over IMAP, Google few. What is shown instead stands in the address of the server:

    imaps://info%40company.example:SECRET@outlook.office365.com/INBOX?oauth=microsoft&tenant=T&client=C
    imaps://info%40company.example:REFRESH_TOKEN@imap.gmail.com/INBOX?oauth=google&client=C&secret=S

Microsoft: client credentials of an app with IMAP.AccessAsApp and SMTP.SendAsApp
(learn.microsoft.com, “Authenticate an IMAP, POP or SMTP connection using OAuth”). Google: a refresh token of the user
(developers.google.com/gmail/imap/xoauth2-protocol). Tokens live about an hour and are kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import httpx

from bot.errors import Misconfigured

_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
_GOOGLE = "https://oauth2.googleapis.com/token"
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class TokenRefused(Exception):
    """The token server says no, and will again: a person has to look at the app or its secret."""


@dataclass(frozen=True)
class Grant:
    """Where tokens come from, and what is shown for one."""

    url: str = field(repr=False)
    form: Mapping[str, str] = field(repr=False)


def grant(asked: Mapping[str, str], secret: str) -> Grant | None:
    """What the query of an address says (`oauth=…`), or None. Misconfigured, naming what is missing."""
    kind = asked.get("oauth", "")
    if not kind:
        return None
    needs = {"microsoft": ("tenant", "client"), "google": ("client", "secret")}.get(kind)
    if needs is None:
        raise Misconfigured(["oauth in the address of a mail server is “microsoft” or “google”."])
    if missing := [name for name in needs if not asked.get(name)]:
        raise Misconfigured([f"oauth={kind} in the address of a mail server needs {' and '.join(missing)}."])
    if kind == "microsoft":
        url = _MICROSOFT.format(tenant=quote(asked["tenant"], safe=""))
        form = {"grant_type": "client_credentials", "client_id": asked["client"], "client_secret": secret,
                "scope": "https://outlook.office365.com/.default"}  # fmt: skip
    else:
        url = _GOOGLE
        form = {"grant_type": "refresh_token", "client_id": asked["client"], "client_secret": asked["secret"],
                "refresh_token": secret}  # fmt: skip
    return Grant(_elsewhere(asked.get("token_url", "")) or url, form)


def _elsewhere(url: str) -> str:
    """Another token server (a national cloud, a test): https, or on this machine."""
    parts = urlsplit(url)
    if url and parts.scheme != "https" and parts.hostname not in _HERE:
        raise Misconfigured(["token_url in the address of a mail server is not https."])
    return url


def token(right: Grant, timeout_s: float, transport: httpx.BaseTransport | None = None) -> str:
    """A fresh access token. TokenRefused where the server says no; OSError where it cannot be had. Quotes nothing."""
    try:
        with httpx.Client(timeout=timeout_s, transport=transport, follow_redirects=False) as client:
            answer = client.post(right.url, data=dict(right.form))
        found = answer.json() if answer.content[:1] == b"{" else {}
    except (httpx.HTTPError, ValueError) as fault:
        raise ConnectionError(f"no answer of the token server ({type(fault).__name__})") from None
    if answer.status_code in {400, 401, 403}:
        raise TokenRefused(f"the token server answers {answer.status_code}")
    access = found.get("access_token") if isinstance(found, dict) else None
    if answer.status_code != 200 or not isinstance(access, str) or not access.isascii() or not access.isprintable():
        raise ConnectionError(f"the token server answers {answer.status_code} without a token")
    return access
