"""The Web API client: what is tried again by itself, and what each kind of failure means for us.

Nothing of a request or an answer reaches a log or an exception: the library's own messages hold both (a modal holds
what a person wrote), so they are reduced to the place they come from.
"""

import errno
import logging
import random
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryHandler, RetryState

from bot.errors import Refused, SubjectlineError, Temporary, Unclear

TIMEOUT_S = 10
PATIENCE_S = 5.0  # longest wait inside a call; a longer Retry-After is handed to the caller
TRIES = 2  # more, after the first
AGAIN = frozenset({429, 500, 502, 503, 504})  # the SDK's own handler knows only 500 and 503
ONCE = "chat.postMessage"  # never repeated here: the ledger looks first
_SLOW_DOWN = frozenset({"ratelimited", "rate_limited"})
_NOT_DONE = frozenset({"service_unavailable", "request_timeout", "team_added_to_org"})
# Slack's page of chat.postMessage: with these "some aspect of the operation" may have "succeeded before the error"
_PERHAPS_DONE = frozenset({"fatal_error", "internal_error"})
_NOWHERE = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})


class _Reduced(logging.Filter):
    """Leaves of a library's record only where it came from and the class of the exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        record.msg, record.args = f"slack library, {record.module}:{record.lineno} {kind}".rstrip(), ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def quiet() -> logging.Logger:
    """A logger for the libraries: errors only, and without a word of what they carried."""
    logger = logging.getLogger("subjectline.slack")
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_Reduced())
    return logger


class Again(RetryHandler):
    """Tries 429 and 5xx again: Retry-After obeyed up to `PATIENCE_S`, else 0.5 s and 1 s. A post is never repeated."""

    def __init__(self, pause: Callable[[float], None] = time.sleep) -> None:
        super().__init__(max_retry_count=TRIES)
        self._pause = pause

    def _can_retry(
        self,
        *,
        state: RetryState,  # noqa: ARG002 -- the library's signature
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> bool:
        if response is None or response.status_code not in AGAIN or (request.url or "").endswith(ONCE):
            return False
        return (_retry_after(response.headers) or 0.0) <= PATIENCE_S

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> None:
        named = _retry_after(response.headers) if response else None
        spread = random.uniform(0, 0.2)  # noqa: S311 -- not a secret
        self._pause((named if named is not None else 0.5 * 2**state.current_attempt) + spread)
        state.next_attempt_requested = True
        state.increment_current_attempt()


def client(token: str, url: str = "https://slack.com/api/", pause: Callable[[float], None] = time.sleep) -> WebClient:
    """A client for this token. Calls nobody by being made; safe for any thread."""
    return WebClient(
        token=token,
        base_url=url.rstrip("/") + "/",
        timeout=TIMEOUT_S,
        logger=quiet(),
        retry_handlers=[Again(pause)],  # replaces the SDK's own, which repeats a post whose answer was lost
    )


def call(method: Callable[..., Any], *, repeatable: bool, **arguments: Any) -> Mapping[str, Any]:
    """Slack's answer.

    Temporary: it had no effect, or (`repeatable`) may simply be called again. Unclear: not repeatable and perhaps done.
    Refused: Slack's error code is the text.
    """
    return answered(method, repeatable=repeatable, **arguments).data


def answered(method: Callable[..., Any], *, repeatable: bool, **arguments: Any) -> Any:
    """The same with its headers, whose names are in lower case."""
    try:
        return method(**arguments)
    except SlackApiError as error:
        trouble = _refusal(error, repeatable=repeatable)
    except Exception as error:  # noqa: BLE001 -- urllib, ssl, json: whatever it was, the answer is lost
        trouble = _loss(error, repeatable=repeatable)
    raise trouble  # outside of `except`: the library's error, which holds the answer, is not chained


def _refusal(error: SlackApiError, *, repeatable: bool) -> SubjectlineError:
    status, code = getattr(error.response, "status_code", 0), _code(error)
    if status == 429 or code in _SLOW_DOWN:
        return Temporary("Slack asks to slow down", _retry_after(getattr(error.response, "headers", {})) or 1.0)
    if status == 503 or code in _NOT_DONE:
        return Temporary(f"Slack is not available ({code or status})")
    if status >= 500 or code in _PERHAPS_DONE or not code:
        told = f"Slack failed ({code or status})"
        return Temporary(told) if repeatable else Unclear(told)
    return Refused(code)


def _loss(error: Exception, *, repeatable: bool) -> SubjectlineError:
    reason = error.reason if isinstance(error, URLError) else error
    nowhere = isinstance(reason, _NOWHERE) or (isinstance(reason, OSError) and reason.errno in _NO_ROUTE)
    if nowhere or repeatable:
        return Temporary(f"Slack cannot be reached ({type(reason).__name__})")
    return Unclear(f"Slack's answer was lost ({type(reason).__name__})")


def _code(error: SlackApiError) -> str:
    """Slack's error code, or nothing: whatever else stands there may be a piece of the answer."""
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, Mapping) else None
    return code if isinstance(code, str) and re.fullmatch(r"[a-z0-9_]{2,60}", code) else ""


def _retry_after(headers: Mapping[str, Any]) -> float | None:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            first = value[0] if isinstance(value, list) else value
            return float(first) if re.fullmatch(r"\d{1,6}", str(first)) else None
    return None
