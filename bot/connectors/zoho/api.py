"""Calls of Zoho CRM's API v8: with the shared token, and with an answer looked into to the last record.

A 2xx is no success: each record in an answer says by itself what became of it. 204 is nothing, without a body. A 401
that means the token is answered by a new one, once; one that means the scope is told with the scope's name.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from bot.connectors.answer import Answer
from bot.connectors.http import Client, Query, Vendor
from bot.connectors.zoho.token import Grant, Tokens
from bot.errors import Refused, Temporary

BASE = "/crm/v8"
PAGE = 200  # records of a search, notes, entries of the recycle bin
UNAUTHORISED = 401
SCOPE_MISMATCH = "OAUTH_SCOPE_MISMATCH"
PASSING = frozenset({"INTERNAL_ERROR", "INTERNAL_SERVER_ERROR", "TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE"})
SCOPES = {  # what a call needs; of the others it is the module's own
    "POST /coql": "ZohoCRM.coql.READ",
    "GET /{module}/search": "ZohoSearch.securesearch.READ",
    "GET /settings/modules": "ZohoCRM.settings.modules.READ",
    "GET /settings/fields": "ZohoCRM.settings.fields.READ",
    "GET /settings/related_lists": "ZohoCRM.settings.related_lists.READ",
    "GET /settings/recycle_bin/{record}": "ZohoCRM.settings.recycle_bin.READ",
    "DELETE /settings/recycle_bin/{record}": "ZohoCRM.settings.recycle_bin.DELETE",
    "GET /org": "ZohoCRM.org.READ",
    "GET /{module}/{record}/Emails": "ZohoCRM.modules.emails.READ",
    "GET /{module}/{record}/Emails/{message}": "ZohoCRM.modules.emails.READ",
    "POST /{module}/{record}/Locking_Information__s": "ZohoCRM.modules.lockinginformation.CREATE",
    "DELETE /{module}/{record}/Locking_Information__s/{lock}": "ZohoCRM.modules.lockinginformation.DELETE",
}
_OF_MODULES = {"GET": "READ", "POST": "CREATE", "PUT": "UPDATE", "DELETE": "DELETE"}
T = TypeVar("T")
R = TypeVar("R")


def code_of(answer: Answer) -> str:
    """Zoho's own word for an error, wherever the answer has it; "" where there is none."""
    body = answer.body
    if isinstance(body, dict) and isinstance(body.get("data"), list) and body["data"]:
        body = body["data"][0]
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and code.isupper() and len(code) < 60 else ""


def vendor(in_flight: int) -> Vendor:
    return Vendor("Zoho CRM", in_flight, request_s=60.0, code=code_of)


class Api:
    """One organisation's API. Safe from any thread."""

    def __init__(self, tokens: Tokens, in_flight: int, client_with: Mapping[str, Any] | None = None) -> None:
        self._tokens = tokens
        self.in_flight = in_flight
        self._client_with = dict(client_with or {})
        self._clients: dict[str, Client] = {}
        self._lock = Lock()

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Everything asked inside, by this thread, is over in so many seconds together."""
        return self._tokens.within(seconds)

    def close(self) -> None:
        """Idle connections are given back."""
        self._tokens.close()
        for each in self._clients.values():
            each.close()

    # -- one call

    def ask(
        self,
        method: str,
        template: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Query | None = None,
        body: Any = None,
        expect: Sequence[int] = (),
        safe: bool | None = None,
    ) -> Answer:
        """The answer, fine or of an expected status. A token that has ended is replaced, and the call made again."""
        grant = self._tokens.current()
        for last in (False, True):
            answer = self.client(grant).ask(
                method, template, path, query=query, body=body, safe=safe, expect=(UNAUTHORISED, *expect),
                headers={"Authorization": f"Zoho-oauthtoken {grant.token}"},
            )  # fmt: skip
            if answer.status != UNAUTHORISED:
                return answer
            code = code_of(answer)
            if code == SCOPE_MISMATCH:
                raise Refused(f"Zoho CRM: {method} {template} needs the scope {scope(method, template)}.")
            if last:
                raise Refused(f"Zoho CRM: {method} {template} answered 401 ({code}), with a new token as well.")
            grant = self._tokens.renewed(grant.token)
        raise AssertionError("unreachable")

    def client(self, grant: Grant) -> Client:
        with self._lock:
            if grant.api not in self._clients:
                made = Client(vendor(self.in_flight), grant.api + BASE, **self._client_with)
                self._clients[grant.api] = made
            return self._clients[grant.api]

    def download(self, template: str, path: Mapping[str, str], *, seconds: float) -> Iterator[bytes]:
        """The bytes of a file, piece by piece, asked for once the first is wanted."""
        grant = self._tokens.current()
        headers = {"Authorization": f"Zoho-oauthtoken {grant.token}"}
        yield from self.client(grant).pieces(template, path, headers=headers, seconds=seconds)

    # -- what is in an answer

    def rows(
        self, method: str, template: str, path: Mapping[str, str] | None = None, *, key: str = "data",
        nothing: Collection[str] = (), **kwargs: Any,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The records of one answer. `nothing`: Zoho's words for an error that means there are none."""
        answer = self.ask(method, template, path, expect=(400,) if nothing else (), **kwargs)
        if answer.status != 400:
            return listed(answer, key)
        if code_of(answer) not in nothing:
            raise Refused(f"Zoho CRM: {method} {template} answered 400 ({code_of(answer)}).")
        return []

    def paged(
        self, method: str, template: str, path: Mapping[str, str] | None = None, *, key: str = "data",
        query: Mapping[str, Any] | None = None, size: str = "per_page", per_page: int = PAGE,
        nothing: Collection[str] = (),
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """The records of every page, by `page_token` where the answer gives one and by number where it does not."""
        asked: dict[str, Any] = {**(query or {}), **({size: per_page} if size else {})}
        for page in range(1, 10_000):
            if page > 1 and "page_token" not in asked:
                asked["page"] = page
            answer = self.ask(method, template, path, query=asked, expect=(400,) if nothing else ())
            if answer.status == 400 and code_of(answer) in nothing:
                return
            if answer.status == 400:
                raise Refused(f"Zoho CRM: {method} {template} answered 400 ({code_of(answer)}).")
            yield from listed(answer, key)
            info = (answer.body or {}).get("info") or {}
            if not info.get("more_records"):
                return
            if info.get("next_page_token"):
                asked["page_token"] = info["next_page_token"]

    def side_by_side(self, ask: Callable[[T], R], of: Iterable[T]) -> list[R]:
        """One answer for each, in order, several asked at once; the deadline of the call holds for each of them."""
        wanted = list(of)
        return self.client(self._tokens.current()).each([partial(ask, each) for each in wanted]) if wanted else []


def listed(answer: Answer, key: str = "data") -> list[dict[str, Any]]:
    """The records in the answer. An error inside a 2xx is one; a list shorter than it says is Temporary.

    So is an empty one: where nothing is, Zoho answers 204, and half an answer must not pass for “nobody”.
    """
    if not answer.content:
        return []
    found = answer.record().get(key)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        check(answer.record(), "the answer")
        raise Temporary(f"Zoho CRM: the answer has no “{key}”.")
    for each in found:
        if each.get("status") == "error" and "code" in each:
            check(each, "the answer")
    count = (answer.record().get("info") or {}).get("count")
    if not found or (isinstance(count, int) and count != len(found)):
        raise Temporary(f"Zoho CRM: a list of {count} came with {len(found)}.")
    return found


def written(answer: Answer, what: str, key: str = "data") -> dict[str, Any]:
    """What became of the one record a call wrote. Refused or Temporary where it did not become what it should."""
    found = answer.record().get(key)
    result = found[0] if isinstance(found, list) and found else answer.record()
    check(result, what)
    return result


def check(result: Mapping[str, Any], what: str) -> None:
    """Nothing, where the result is a success."""
    if result.get("status") == "success" and result.get("code") == "SUCCESS":
        return
    code = str(result.get("code", "no code"))[:60]
    if code in PASSING:
        raise Temporary(f"Zoho CRM: {what}: {code}.")
    raise Refused(f"Zoho CRM: {what}: {code}.")


def scope(method: str, template: str) -> str:
    """The scope a call needs, as it has to be asked for."""
    return SCOPES.get(f"{method} {template}") or f"ZohoCRM.modules.{{module}}.{_OF_MODULES[method]}"
