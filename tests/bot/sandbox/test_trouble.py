"""Trouble on demand: before or after the effect, for so many calls, over a real wire."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.loopback import Loopback
from bot.sandbox.trouble import Trouble


class Counter:
    """A service that counts what was done."""

    def __init__(self) -> None:
        self.done = 0
        self.trouble = Trouble(Starlette(routes=[Route("/{what}", self._take, methods=["GET", "POST"])]))
        self.server = Loopback(self.trouble)

    async def _take(self, request: Request) -> Response:
        if not request.scope.get("sandbox.lie"):
            self.done += 1
        return JSONResponse({"done": "yes", "padding": "x" * 50})

    def ask(self, what: str = "thing") -> httpx.Response:
        return httpx.post(f"{self.server.url}/{what}", timeout=2)


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter()
    made.server.start()
    yield made
    made.trouble.over()
    made.server.stop()


@pytest.mark.parametrize(
    ("kind", "done"),
    [("reset", 0), ("lost", 1), ("hang", 0), ("late", 1)],
)
def test_no_answer_comes(counter: Counter, kind: str, done: int) -> None:
    """And only what happens after the effect has one."""
    rule = counter.trouble.cause(kind, "POST /thing")
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{counter.server.url}/thing", timeout=0.3)
    assert (counter.done, rule.met) == (done, 1)
    counter.trouble.over()
    assert counter.ask().json()["done"] == "yes"


def test_an_answer_trickles_until_it_is_over(counter: Counter) -> None:
    """Byte by byte, each in time: only a limit for the whole call ends it."""
    counter.trouble.cause("trickle")
    with httpx.stream("POST", f"{counter.server.url}/thing", timeout=5) as answer:
        pieces = answer.iter_raw(1)
        assert b"".join(next(pieces) for _ in range(10)).startswith(b'{"done":"y')
        counter.trouble.over()
        with pytest.raises(httpx.TransportError):
            list(pieces)
    assert counter.done == 1


def test_another_answer_comes(counter: Counter) -> None:
    """A status before the effect; half of it, a changed one or a lie after it."""
    counter.trouble.cause("503", body={"code": "AWAY"}, headers={"Retry-After": "7"})
    answer = counter.ask()
    assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (503, {"code": "AWAY"}, "7")
    counter.trouble.cause("500", raw=b"<html>")
    assert counter.ask().content == b"<html>"
    assert counter.done == 0
    counter.trouble.cause("garbled")
    with pytest.raises(ValueError, match=r"."):
        counter.ask().json()
    counter.trouble.cause("changed", change=lambda told: {**told, "done": "no"})
    assert counter.ask().json()["done"] == "no"
    assert counter.done == 2
    counter.trouble.cause("lie")
    assert counter.ask().json()["done"] == "yes"
    assert counter.done == 2


def test_a_rule_is_for_so_many_calls_that_match(counter: Counter) -> None:
    """Others are answered as ever; everything is kept in a list."""
    counter.trouble.cause("429", "POST /thing", times=2)
    assert [counter.ask(what).status_code for what in ("other", "thing", "thing", "thing")] == [200, 429, 429, 200]
    assert counter.trouble.count("POST /thing") == 3
    assert counter.trouble.seen[0] == ("POST", "/other")


def test_whoever_hangs_is_let_go(counter: Counter) -> None:
    """When the trouble is over, not when somebody loses patience."""
    counter.trouble.cause("hang")
    errors: list[Exception] = []

    def wait() -> None:
        try:
            httpx.post(f"{counter.server.url}/thing", timeout=30)
        except httpx.TransportError as error:
            errors.append(error)

    begun = time.monotonic()
    waiting = threading.Thread(target=wait)
    waiting.start()
    while not counter.trouble.seen and time.monotonic() - begun < 10:
        waiting.join(0.01)
    counter.trouble.over()
    waiting.join(10)
    assert len(errors) == 1
    assert time.monotonic() - begun < 10
