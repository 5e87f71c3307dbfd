"""The web: looking uses nothing up, refusals look all the same, and a door that is tried too often stays shut a while."""

import asyncio
import base64
import hashlib
import re
import socket
import time
from html import unescape
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.errors import Refused
from bot.package.words import spoken
from bot.sandbox.loopback import Loopback
from bot.settings import load
from handlers import doorstep
from handlers.doorstep import CLIENTS, Tries
from handlers.web import web
from tests.fakes import FakeContent

SETTINGS = load({"SUBJECTLINE_CONFIG": str(Path(__file__).parents[2] / "deploy" / "subjectline.toml")}, needs=())
CODE = "1234 5678"
TOKEN, ANN = "a-token-of-43-characters-000000000000000000", "ann@example.org"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Desk:
    """One package behind one link, for one address, three times."""

    def __init__(self):
        self.asked = []
        self.left = 3

    def send_code(self, token, address):
        self.asked.append((token, address))
        if address == "broken@example.org":
            raise RuntimeError("ann@example.org")
        return (token, address) == (TOKEN, ANN) and self.left > 0

    def download(self, token, address, code):
        if not self.send_code(token, address) or code != CODE:
            return None
        self.left -= 1
        return "DPE-2026-0001-1.zip", FakeContent(b"PK zip")


class Browser:
    """Speaks to the application from one address, without a socket."""

    def __init__(self, app, host):
        self._app, self._host = app, host

    def _ask(self, method, path, **content):
        async def asked():
            transport = httpx.ASGITransport(self._app, client=(self._host, 4711))
            async with httpx.AsyncClient(transport=transport, base_url="https://privacy.test") as client:
                return await client.request(method, path, **content)

        return asyncio.run(asked())

    def get(self, path, **headers):
        return self._ask("GET", path, **headers)

    def head(self, path):
        return self._ask("HEAD", path)

    def put(self, path):
        return self._ask("PUT", path)

    def post(self, path, **content):
        return self._ask("POST", path, **content)


class Minutes:
    """A clock of the test's own."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def minutes():
    return Minutes()


@pytest.fixture
def app(desk, minutes, monkeypatch):
    monkeypatch.setattr(doorstep, "REFUSED_S", 0.05)
    slack = Route("/slack/events", lambda _: PlainTextResponse("slack"), methods=["POST"])
    return web(desk, SETTINGS, [slack], now=minutes, ready=lambda: ["the database"] if minutes.seconds else [])


@pytest.fixture
def browse(app):
    """A client at an address of its own."""
    return lambda host="192.0.2.1": Browser(app, host)


def test_looking_never_uses_a_link_up(browse, desk):
    """T26: fifty link scanners and previews ask the desk nothing, and see the same page for every token."""
    client = browse()
    pages = [client.get(f"/p/{token}") for token in [TOKEN] * 25 + ["unknown", "x" * 500]]
    heads = [client.head(f"/p/{TOKEN}") for _ in range(25)]
    assert {page.status_code for page in [*pages, *heads]} == {200}
    assert len({page.content for page in pages}) == 1
    assert desk.asked == []
    assert TOKEN not in pages[0].text
    assert client.post(f"/p/{TOKEN}", data={"address": ANN, "code": CODE}).content == b"PK zip"


def test_the_right_address_gets_the_file(browse):
    """Address, then code: the download is a file that no cache keeps; after the last one the link is over."""
    client = browse()
    asked = client.post(f"/p/{TOKEN}", data={"address": f"  {ANN} "})
    assert (asked.status_code, "eight digits" in asked.text, f'value="{ANN}"' in asked.text) == (200, True, True)
    for _ in range(3):
        answer = client.post(f"/p/{TOKEN}", data={"address": f"  {ANN} ", "code": CODE})
        assert (answer.status_code, answer.content) == (200, b"PK zip")
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"] == 'attachment; filename="DPE-2026-0001-1.zip"'
        assert answer.headers["cache-control"] == "no-store"
    assert client.post(f"/p/{TOKEN}", data={"address": ANN}).status_code == 404


def test_every_refusal_is_the_same(browse, desk):
    """T27: unknown, used up, wrong address, no address, nonsense: one status, the same bytes, the same headers."""
    desk.left = 0
    client = browse()
    answers = [
        client.post(f"/p/{TOKEN}", data={"address": ANN}),
        client.post(f"/p/{TOKEN}", data={"address": "eve@example.org"}),
        client.post("/p/unknown", data={"address": ANN}),
        client.post(f"/p/{TOKEN}"),
        client.post(f"/p/{TOKEN}", content=b"address=" + b"x" * 100_000, headers=FORM),
        client.post(f"/p/{TOKEN}", content=b"\xff\xfe=%ff", headers=FORM),
        client.post(f"/p/{TOKEN}", content=b"a=1&b=2&c=3&d=4&e=5&f=6", headers=FORM),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers}) == 1
    assert "did not work" in answers[0].text


def test_a_wrong_code_looks_like_an_unknown_link(browse, desk):
    """T27: a wrong code, a used-up link, a link nobody made: the same page with the same field, byte for byte."""
    client = browse()
    answers = [client.post(f"/p/{token}", data={"address": ANN, "code": "0000 0000"}) for token in (TOKEN, "unknown")]
    desk.left = 0
    answers.append(client.post(f"/p/{TOKEN}", data={"address": ANN, "code": CODE}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "not the one of our last mail" in answers[0].text


def test_refusals_take_the_same_time(browse, desk, monkeypatch):
    """T27: whether the desk looked long or not at all cannot be measured from outside (20 ms)."""
    monkeypatch.setattr(doorstep, "REFUSED_S", 0.15)
    slow = desk.send_code
    monkeypatch.setattr(
        desk, "send_code", lambda token, address: time.sleep(0.1 * (token == TOKEN)) or slow(token, address)
    )
    client, spent = browse(), []
    for token in (TOKEN, "unknown") * 4:
        began = time.perf_counter()
        client.post(f"/p/{token}", data={"address": "eve@example.org"})
        spent.append(time.perf_counter() - began)
    known, unknown = sorted(spent[::2]), sorted(spent[1::2])
    assert abs(known[1] - unknown[1]) < 0.02


def test_the_eleventh_try_of_a_minute_waits(browse, desk, minutes):
    """T27: ten a minute for one client, whatever it asks; others are not held up, and the minute passes."""
    client = browse()
    assert [client.post("/p/x", data={"address": ANN}).status_code for _ in range(12)] == [404] * 10 + [429] * 2
    assert client.post("/p/x").headers["retry-after"] == "60"
    assert len(desk.asked) == 10
    assert browse("192.0.2.2").post(f"/p/{TOKEN}", data={"address": ANN}).status_code == 200
    minutes.seconds = 61
    assert client.post(f"/p/{TOKEN}", data={"address": ANN}).status_code == 200


def test_one_household_is_one_client():
    """An IPv6 network of 64 bits belongs to one line; IPv4 in disguise is IPv4."""
    client = doorstep.client
    request = lambda host: type("R", (), {"client": type("C", (), {"host": host})})  # noqa: E731
    assert client(request("2001:db8::1")) == client(request("2001:db8::2"))
    assert client(request("2001:db8:0:1::1")) != client(request("2001:db8::1"))
    assert client(request("::ffff:192.0.2.1")) != client(request("::ffff:192.0.2.2"))
    assert client(request("testclient")) == "testclient"
    assert client(type("R", (), {"client": None})) == ""


def test_a_hundred_tries_a_minute_in_all(minutes):
    """Many clients together are held as well; what is remembered of them stays small."""
    tries = Tries(minutes)
    assert sum(tries.allow(f"192.0.2.{number}") for number in range(200)) == 100
    minutes.seconds = 61
    assert tries.allow("192.0.2.199")
    for number in range(CLIENTS + 50):
        minutes.seconds += 1
        tries.allow(f"client {number}")
    assert len(tries._clients) == CLIENTS


def test_every_answer_carries_the_headers(browse):
    """No cache, no referrer, no index, no script; on Slack's door, on errors and on nothing as well."""
    client = browse()
    answers = [client.get(f"/p/{TOKEN}"), client.post("/p/x"), client.get("/"), client.get("/healthz"),
               client.post("/slack/events"), client.put(f"/p/{TOKEN}")]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 404, 404, 200, 200, 405]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


def test_the_page_stands_alone(browse):
    """No script, nothing from elsewhere; the policy allows exactly the style that is in it."""
    page = browse().get(f"/p/{TOKEN}")
    assert not re.search(r"(?i)<script|<img|<link|<iframe|\bsrc=|url\(|@import|\bon\w+=|\bstyle=|https?://", page.text)
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]
    assert "Muster Instruments AG" in page.text
    assert "works 3 times within 14 days" in page.text


def test_health_and_readiness(browse, minutes):
    """Ready says what is missing, in words without persons."""
    client = browse()
    assert client.get("/healthz").json() == {"ok": True, "faults": []}
    assert client.get("/readyz").status_code == 200
    minutes.seconds = 1
    assert (client.get("/readyz").status_code, client.get("/readyz").json()["faults"]) == (503, ["the database"])


def test_what_breaks_is_told_and_logged_without_anybody(browse):
    """A fault of ours is a page that says so; the log has its class and nothing of the request."""
    with capture_logs() as logs:
        answer = browse().post(f"/p/{TOKEN}", data={"address": "broken@example.org"})
    assert answer.status_code == 503
    assert "our side" in answer.text
    assert logs == [{"event": "page_broken", "error": "RuntimeError", "log_level": "warning"}]


MANY = 12_000_000  # bytes
NARROW = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)]  # else a quick machine holds all of it in its sockets


class Film(FakeContent):
    """More behind the link than the sockets between us hold; read only as far as somebody takes it."""

    def __init__(self, breaks=False):
        super().__init__(bytes(MANY))
        self.breaks, self.taken = breaks, 0

    def __iter__(self):
        for start in range(0, self.size, 100_000):
            if self.breaks and start == 2_000_000:
                raise Refused("The file does not open: another key, or not what was written.")
            self.taken = start + 100_000
            yield self._content[start : start + 100_000]


@pytest.fixture
def film(desk, monkeypatch):
    made = Film()
    monkeypatch.setattr(desk, "download", lambda token, address, code: ("DPE.zip", made))
    return made


@pytest.fixture
def served(app):
    """The application on a port of its own."""
    server = Loopback(app)
    server.start()
    yield server.url
    server.stop()


def test_a_file_that_was_changed_is_never_a_finished_download(served, film):
    """T28: the length is said first; where a piece does not open the connection ends before it."""
    film.breaks = True
    with capture_logs() as logs, httpx.stream("POST", f"{served}/p/x", data={"address": ANN, "code": CODE}) as answer:
        assert answer.headers["content-length"] == str(MANY)
        got = []
        with pytest.raises(httpx.RemoteProtocolError):
            got.extend(answer.iter_bytes())
    assert film.closed
    assert film.taken == 2_000_000
    assert {"event": "page_broken", "error": "Refused", "log_level": "warning"} in logs


def test_a_file_is_read_as_it_is_taken(served, film):
    """Whoever stops taking keeps nothing in our memory, and whoever hangs up closes the file."""
    with (
        httpx.Client(transport=httpx.HTTPTransport(socket_options=NARROW)) as client,
        client.stream("POST", f"{served}/p/x", data={"address": ANN, "code": CODE}) as answer,
    ):
        pieces = answer.iter_bytes(1000)  # kept: a reader that is dropped hangs up
        next(pieces)
        assert not film.closed
    ends = time.monotonic() + 10
    while not film.closed and time.monotonic() < ends:
        httpx.get(f"{served}/healthz")
    assert film.closed
    whole = httpx.post(f"{served}/p/x", data={"address": ANN, "code": CODE})
    assert len(whole.content) == MANY


def _speak(app, chunks):
    """The statuses of one POST whose body arrives as these messages, and then never ends."""

    async def spoken():
        sent, waiting = [], list(chunks)

        async def receive():
            if not waiting:
                await asyncio.Event().wait()
            return waiting.pop(0)

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/p/x", "raw_path": b"/p/x", "query_string": b"",
                 "headers": [], "client": ("192.0.2.1", 1), "server": ("bot", 80), "scheme": "http", "root_path": ""}  # fmt: skip
        await app(scope, receive, send)
        return [each["status"] for each in sent if each["type"] == "http.response.start"]

    return asyncio.run(spoken())


def test_whoever_trickles_is_not_waited_for(app, monkeypatch):
    """T34: one deadline for the whole form; then the refusal everybody gets."""
    monkeypatch.setattr(doorstep, "FORM_S", 0.05)
    assert _speak(app, [{"type": "http.request", "body": b"addr", "more_body": True}]) == [404]


def test_whoever_hangs_up_is_forgotten(app):
    """A client that goes away in the middle is no fault of anybody."""
    with capture_logs() as logs:
        assert _speak(app, [{"type": "http.disconnect"}]) == [400]
    assert logs == []


@pytest.mark.parametrize(("asked", "language"), [("de-CH", "de"), ("fr,en;q=0.5", "fr"), ("it", "it"), ("rm", "en")])
def test_the_page_speaks_as_the_browser_asks(browse, asked, language):
    """Whatever it says, the page says it in the language the visitor reads; what is wrong, too."""
    client, words = browse(), spoken(language).link
    page = client.get(f"/p/{TOKEN}", headers={"accept-language": asked})
    assert page.headers["content-language"] == language
    assert words["lead"] in unescape(page.text)
    code = client.post(f"/p/{TOKEN}", data={"address": ANN}, headers={"accept-language": asked})
    assert [words["get"] in unescape(each.text) for each in (page, code)] == [True, True]
    refused = client.post(f"/p/{TOKEN}", data={"address": "eve@example.org"}, headers={"accept-language": asked})
    assert words["not_this"] in unescape(refused.text)


@pytest.mark.parametrize("path", [f"/p/{TOKEN}", "/p/unknown", "/stop/unknown", "/enquiry/unknown", "/enquiry"])
def test_the_page_speaks_as_the_letter_did(browse, path):
    """The link names the language, whoever's browser it is, and nothing is looked up for it; the four are offered."""
    client = browse()
    for language in ("en", "de", "fr", "it"):
        asked = {"headers": {"accept-language": "en"}}
        page = client.get(f"{path}?{language}&utm_source=x", **asked)
        assert (page.headers["content-language"], f'<html lang="{language}">' in page.text) == (language, True)
        assert re.findall(r'href="[?](\w\w)"', page.text) == ["de", "en", "fr", "it"]
        assert f'hreflang="{language}" aria-current="true"' in page.text
        asked["data"] = {"address": "eve@example.org", "words": "Please tell me."}
        assert client.post(f"{path}?{language}", **asked).headers["content-language"] == language
    assert client.get(f"{path}?xx", headers={"accept-language": "it"}).headers["content-language"] == "it"
