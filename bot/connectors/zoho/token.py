"""One access token for all processes: kept sealed, made anew by one of them, and never too often.

It lives an hour. Zoho makes ten in ten minutes for a refresh token and then none for the rest of them, and the eleventh
that lives kills the oldest (accounts/protocol/oauth/token-limits.html): so they are counted, and an eleventh call is
refused here, before it is made.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.connectors import Shelf
from bot.connectors.answer import Answer, Verdict, ordinary
from bot.connectors.http import Client, Vendor
from bot.errors import Refused, Temporary, Unclear

CALLS, WINDOW_S = 10, 610.0  # ten minutes, and ten seconds for answers that were on their way
EARLY_S = 300.0  # a token is made anew so long before it ends: at 55 minutes
ACCOUNTS_S = 20.0  # hard limit of one token call
_OURS = {  # Zoho's word for what is wrong -> the variable to look at
    "invalid_client": "CLIENT_ID", "invalid_client_secret": "CLIENT_SECRET",
    "invalid_code": "REFRESH_TOKEN", "invalid_grant": "REFRESH_TOKEN",
}  # fmt: skip


def _judge(answer: Answer) -> Verdict:
    """Errors come with any status, 200 as well: whatever is JSON is looked at."""
    return Verdict.FINE if isinstance(answer.body, dict) else ordinary(answer)


VENDOR = Vendor("Zoho accounts", in_flight=1, request_s=ACCOUNTS_S, judge=_judge)


@dataclass(frozen=True)
class Credentials:
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    env: str = "ZOHO"  # begins the names of their variables

    @property
    def name(self) -> str:
        """Of the token they make, on the shelf: the same for every block that uses them."""
        held = f"{self.client_id}|{self.refresh_token}"
        return f"zoho:token:{hashlib.sha256(held.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Grant:
    """An access token, and the address of the API it is for."""

    token: str = field(repr=False)
    api: str
    until: float  # used until then, in seconds since 1970
    calls: tuple[float, ...] = ()  # when the last ones were asked for


class Tokens:
    """The token of these credentials. Safe from any thread and any process that shares the shelf."""

    def __init__(
        self, accounts: Client, credentials: Credentials, shelf: Shelf, clock: Callable[[], datetime], api: str = ""
    ) -> None:
        """`api`: where the API is, whatever the token's answer says."""
        self._accounts = accounts
        self._credentials = credentials
        self._shelf = shelf
        self._clock = clock
        self._api = api
        self._held: Grant | None = None

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Everything asked inside, by this thread, is over in so many seconds together."""
        return self._accounts.within(seconds)

    def close(self) -> None:
        self._accounts.close()

    def current(self) -> Grant:
        """A token that is good for five minutes at least. Temporary, Refused."""
        held = self._held
        return held if held is not None and self._good(held, "") else self.renewed("")

    def renewed(self, used: str) -> Grant:
        """A token other than the one that was just turned away; whoever comes second gets what the first one made."""
        with self._shelf.turn(self._credentials.name):
            kept = self._kept()
            if not self._good(kept, used):
                kept = self._made(kept)
        self._held = kept
        return kept

    def _good(self, grant: Grant, used: str) -> bool:
        return bool(grant.token) and grant.token != used and self._now() < grant.until

    def _kept(self) -> Grant:
        kept = self._shelf.get(self._credentials.name)
        try:
            told = json.loads(kept or b"{}")
            return Grant(told["token"], self._api or told["api"], told["until"], tuple(told["calls"]))
        except (ValueError, LookupError, TypeError):
            return Grant("", "", 0.0)

    def _keep(self, grant: Grant) -> None:
        told = {"token": grant.token, "api": grant.api, "until": grant.until, "calls": grant.calls}
        self._shelf.put(self._credentials.name, json.dumps(told).encode())

    def _made(self, kept: Grant) -> Grant:
        """A new token, on the shelf. The call is counted there before it is made."""
        now = self._now()
        calls = tuple(each for each in kept.calls if each > now - WINDOW_S)
        if len(calls) >= CALLS:
            wait = max(1.0, min(calls) + WINDOW_S - now)
            raise Temporary(f"Zoho: {CALLS} access tokens were asked for in ten minutes; no more until then.", wait)
        kept = replace(kept, calls=(*calls, now))
        self._keep(kept)
        told = self._told()
        said = told.get("expires_in")
        lives = float(said) if isinstance(said, int | float) else 3600.0
        until = now + lives - min(EARLY_S, lives / 2)
        grant = Grant(str(told["access_token"]), self._api or _address(told, self._credentials.env), until, kept.calls)
        self._keep(grant)
        return grant

    def _told(self) -> dict[str, Any]:
        """The token server's answer, with a token in it."""
        ours = self._credentials
        form = {"grant_type": "refresh_token", "client_id": ours.client_id, "client_secret": ours.client_secret,
                "refresh_token": ours.refresh_token}  # fmt: skip
        try:
            answer = self._accounts.ask("POST", "/oauth/v2/token", form=form, safe=False)
        except Unclear:
            lost = Temporary("Zoho: the answer to a call for an access token was lost.")
        else:
            return _checked(answer, ours.env)
        raise lost

    def _now(self) -> float:
        return self._clock().timestamp()


def _checked(answer: Answer, env: str) -> dict[str, Any]:
    told = answer.record()
    if told.get("access_token"):
        return told
    code = str(told.get("error", ""))[:40]
    if code in _OURS:
        raise Refused(f"Zoho makes no access token ({code}): look at {env}_{_OURS[code]}, and at the data centre (dc).")
    too_many = code == "Access Denied"
    raise Temporary(f"Zoho makes no access token ({code or answer.status}).", WINDOW_S if too_many else None)


def _address(told: dict[str, Any], env: str) -> str:
    address = told.get("api_domain")
    if not isinstance(address, str) or not address.startswith("https://"):
        raise Refused(f"Zoho: the token's answer does not say where the API is; set {env}_API_URL.")
    return address.rstrip("/")
