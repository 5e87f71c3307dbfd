"""Vendors' APIs over HTTP: hard deadlines, few calls in flight, retries where they are safe, nothing personal said.

A call is known by its template (`PATCH /lists/{list}/members/{member}`), in logs and in errors; what is filled in, sent
and answered is never repeated anywhere. An answer is sorted into `Verdict`s, and those into our own errors:

    THROTTLED, no connection          had no effect: tried again, then Temporary
    BROKEN, answer lost or garbled    safe calls are tried again, then Temporary; others are Unclear at once
    DENIED                            Refused, unless the caller `expect`s the status
"""

import functools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import structlog

from bot.connectors.answer import Answer, Verdict, decoded, ordinary, retry_after
from bot.connectors.wire import Wire, deadline
from bot.errors import Misconfigured, Refused, SubjectlineError, Temporary, Unclear

log = structlog.get_logger("connectors.http")
LARGEST = 64 * 1024 * 1024  # bytes of one answer: far above any page of 1,000 records
TRIES = 4
FIRST_PAUSE_S = 0.5  # doubled each time, with chance, as the vendors ask
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
_END: Any = object()
Query = Mapping[str, str | int | bool | Sequence[str]]


def untold(_: Answer) -> str:
    return ""


@dataclass(frozen=True)
class Vendor:
    """How one vendor's API behaves."""

    label: str  # in errors: "Mailchimp"
    in_flight: int  # calls at once, of all threads of this process
    request_s: float = 30.0  # hard limit of one call with all its retries, where no shorter one is set
    judge: Callable[[Answer], Verdict] = ordinary
    code: Callable[[Answer], str] = untold  # the vendor's own word for an error; never a sentence, those hold values


def quietly(call: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """The call, whose errors are ours and hold no value: no context, no frames. A strange answer is Temporary.

    Not for a generator, whose body runs later: see `quietly_each`.
    """

    @functools.wraps(call)
    def quiet(self: S, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(self, *args, **kwargs)
        except SubjectlineError as error:
            fault = error.with_traceback(None)
        except (LookupError, TypeError, ValueError, AttributeError) as error:  # their messages repeat the value
            where = f"{call.__name__}: {type(error).__name__}"
            log.warning("strange answer", call=where)
            fault = Temporary(f"The system's answer has not the shape it should have ({where}).")
        _raise(fault)

    return quiet


def quietly_each(call: Callable[Concatenate[S, P], Iterator[T]]) -> Callable[Concatenate[S, P], Iterator[T]]:
    """The same for a generator, at every step."""

    @functools.wraps(call)
    def quiet(self: S, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        pieces = call(self, *args, **kwargs)

        @quietly
        @functools.wraps(call)
        def step(_: S) -> T:
            return next(pieces, _END)

        while (piece := step(self)) is not _END:
            yield piece

    return quiet


class Client:
    """One API under one address. Safe from any thread; `close` gives its connections back."""

    def __init__(
        self,
        vendor: Vendor,
        url: str,
        *,
        headers: Callable[[], Mapping[str, str]] = dict,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Connects to nothing yet. `headers` is asked before every attempt. Misconfigured where it is not https."""
        parts = urlsplit(url)
        if not parts.hostname or parts.scheme not in {"https", "http"}:
            raise Misconfigured([f"{vendor.label}: its address is not of the form https://…"])
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise Misconfigured([f"{vendor.label}: its address must begin with https://"])
        self.vendor = vendor
        self._url = url.rstrip("/")
        self._headers = headers
        self._transport = transport or Wire(vendor.in_flight)
        self._places = BoundedSemaphore(vendor.in_flight)
        self._clock, self._pause, self._chance = clock, pause, chance

    def close(self) -> None:
        self._transport.close()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Everything asked inside, by this thread, is over in so many seconds together. Not around a `yield`."""
        end = self._clock() + seconds
        token = deadline.set(min(end, deadline.get()))
        try:
            yield
        finally:
            deadline.reset(token)

    def each(self, acts: Sequence[Callable[[], T]]) -> list[T]:
        """What each of these answers, made side by side as far as the limit allows; the first error is raised."""
        if len(acts) < 2:
            return [act() for act in acts]
        with ThreadPoolExecutor(self.vendor.in_flight) as pool:
            return [future.result() for future in [pool.submit(copy_context().run, act) for act in acts]]

    def ask(
        self,
        method: str,
        template: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Query | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Sequence[int] = (),
        safe: bool | None = None,
    ) -> Answer:
        """The answer, FINE or of an expected status. `safe`: may be sent twice; without it, what only reads is.

        Raises Temporary (nothing happened), Unclear (sent, and nobody knows) or Refused (the status and the vendor's
        code are in the message).
        """
        call = _Call(method, template, path or {}, query, body, form, headers or {}, tuple(expect), _safe(method, safe))
        with self.within(self.vendor.request_s):
            for turn in range(TRIES):
                answer, lost = self._attempt(call)
                verdict = self._verdict(call, answer)
                if answer is not None and verdict is Verdict.FINE:
                    return answer
                self._give_up_or_pause(call, answer, lost, verdict, turn)
        raise AssertionError("unreachable")

    def pieces(
        self,
        template: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float,
        largest: int = LARGEST,
    ) -> Iterator[bytes]:
        """The bytes of a download, piece by piece, asked for once the first is wanted. Temporary, Refused."""
        call = _Call("GET", template, path or {}, query, None, None, headers or {}, (), safe=True)
        end = self._clock() + seconds
        fault: Exception | None = None
        with self._place(call, end):
            try:
                answer = self._in_time(end, lambda: self._transport.handle_request(self._request(call)))
                with closing(answer) as response:
                    fault = self._not_fine(call, response)
                    pieces, size = response.iter_bytes(), 0
                    while not fault and (piece := self._in_time(end, lambda: next(pieces, b""))):
                        size += len(piece)
                        if size > largest:
                            fault = Refused(f"{self._name(call)}: the file is larger than what may be taken.")
                        else:
                            yield piece
            except httpx.HTTPError as error:
                fault = Temporary(f"{self._name(call)}: the download was cut ({type(error).__name__}).")
        if fault is not None:
            _raise(fault)

    # -- one attempt ------------------------------------------------------------------------------------------------

    def _attempt(self, call: "_Call") -> tuple[Answer | None, str]:
        """The answer, or none and how it was lost ("" where nothing was ever sent)."""
        with self._place(call, deadline.get()):
            request = self._request(call)
            try:
                with closing(self._transport.handle_request(request)) as response:
                    return decoded(response.status_code, dict(response.headers), self._read(response)), ""
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
                return None, ""
            except httpx.HTTPError as error:
                return None, type(error).__name__

    def _request(self, call: "_Call") -> httpx.Request:
        """The request on the wire. Only here is the template filled in; every value is quoted whole."""
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Subjectline"}
        seconds = min(max(0.0, deadline.get() - self._clock()), 600.0)
        fault = Refused(f"{self._name(call)} cannot be put together.")  # a token with a letter no header may hold …
        with suppress(ValueError, TypeError):
            path = call.template.format_map({name: _quoted(value) for name, value in call.path.items()})
            return httpx.Request(
                call.method, self._url + path, params=call.params(), json=call.body, data=call.form,
                headers={**sent, **self._headers(), **call.headers},
                extensions={"timeout": httpx.Timeout(seconds).as_dict()},
            )  # fmt: skip
        raise fault

    def _read(self, response: httpx.Response) -> bytes:
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > LARGEST:
                raise httpx.ReadError("too large")
            if self._clock() > deadline.get():
                raise httpx.ReadTimeout("too slow")
        return bytes(content)

    @contextmanager
    def _place(self, call: "_Call", end: float) -> Iterator[None]:
        """One of the places in flight is ours inside. Temporary when none comes free in time."""
        if not self._places.acquire(timeout=max(0.0, min(end - self._clock(), 600.0))):
            raise Temporary(f"{self._name(call)}: too many calls at once.")
        try:
            yield
        finally:
            self._places.release()

    def _in_time(self, end: float, act: Callable[[], Any]) -> Any:
        token = deadline.set(end)
        try:
            return act()
        finally:
            deadline.reset(token)

    # -- what it means ----------------------------------------------------------------------------------------------

    def _verdict(self, call: "_Call", answer: Answer | None) -> Verdict:
        if answer is None:
            return Verdict.BROKEN
        verdict = self.vendor.judge(answer)
        if verdict is Verdict.FINE and answer.content and answer.body is None:
            return Verdict.BROKEN  # HTML, or JSON cut short
        return Verdict.FINE if verdict is Verdict.DENIED and answer.status in call.expect else verdict

    def _give_up_or_pause(self, call: "_Call", answer: Answer | None, lost: str, verdict: Verdict, turn: int) -> None:
        said = f"{self._name(call)} {self._said(answer, lost)}"
        if verdict is Verdict.DENIED:
            log.warning("refused", call=self._name(call), status=answer and answer.status)
            _raise(Refused(said))
        had_no_effect = verdict is Verdict.THROTTLED or (answer is None and not lost)
        if not call.safe and not had_no_effect:
            _raise(Unclear(said))
        asked = retry_after(answer)
        wait = asked if asked is not None else FIRST_PAUSE_S * 2**turn * (0.5 + self._chance() / 2)
        if turn + 1 == TRIES or self._clock() + wait >= deadline.get():
            _raise(Temporary(said, asked))
        log.info("trying again", call=self._name(call), status=answer and answer.status, after_s=round(wait, 1))
        self._pause(wait)

    def _not_fine(self, call: "_Call", response: httpx.Response) -> Exception | None:
        """Why this answer is no download; the vendor's own word for it is not read."""
        if response.status_code == httpx.codes.OK:
            return None
        answer = Answer(response.status_code, dict(response.headers), b"")
        said = f"{self._name(call)} {self._said(answer, '')}"
        denied = self.vendor.judge(answer) in {Verdict.DENIED, Verdict.FINE}
        return Refused(said) if denied else Temporary(said, retry_after(answer))

    def _said(self, answer: Answer | None, lost: str) -> str:
        if answer is None:
            return f"gave no answer ({lost})." if lost else "could not be reached."
        code = self.vendor.code(answer)
        return f"answered {answer.status}{f' ({code})' if code else ''}."

    def _name(self, call: "_Call") -> str:
        return f"{self.vendor.label}: {call.method} {call.template}"


@dataclass(frozen=True)
class _Call:
    """One call; only its method and its template may be spoken of."""

    method: str
    template: str
    path: Mapping[str, str] = field(repr=False)
    query: Query | None = field(repr=False)
    body: Any = field(repr=False)
    form: Mapping[str, str] | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    expect: tuple[int, ...]
    safe: bool

    def params(self) -> dict[str, Any] | None:
        """Lists as comma lists, as both vendors write them; nothing where nothing is asked."""
        if not self.query:
            return None
        plain = (str, int, bool)
        return {name: each if isinstance(each, plain) else ",".join(each) for name, each in self.query.items()}


def _safe(method: str, said: bool | None) -> bool:
    return method in {"GET", "HEAD"} if said is None else said


def _quoted(value: str) -> str:
    """One step of a path. ValueError for what would lead elsewhere: nothing, `.`, `..`."""
    if not value.strip("."):
        raise ValueError
    return quote(value, safe="")


def _raise(error: Exception) -> NoReturn:
    """The error alone: what it grew out of holds addresses, tokens and bodies."""
    error.__cause__ = error.__context__ = None
    raise error
