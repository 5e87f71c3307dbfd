"""Vendors' APIs over HTTP: what is tried again, what never is, when it ends, and that nothing personal is said."""

import logging
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.connectors.answer import Answer, Verdict
from bot.connectors.http import LARGEST, TRIES, Client, Vendor, quietly, quietly_each
from bot.errors import Misconfigured, PlanChanged, Refused, SubjectlineError, Temporary, Unclear

ADDRESS, TOKEN = "mara.lindt@example.com", "secret-token"
Handler = Callable[[httpx.Request], httpx.Response]


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


class Far:
    """A far side that answers in this order, the last answer for ever; keeps what it was asked."""

    def __init__(self, *answers: int | Exception | httpx.Response | Handler) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers[min(len(self.asked), len(self._answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        return httpx.Response(answer, json={"status": answer}) if isinstance(answer, int) else answer


def client(far: Handler, clock: Clock, **changes: Any) -> Client:
    vendor = Vendor(**{"label": "Vendor", "in_flight": 2, "request_s": 60.0, **changes})
    return Client(
        vendor, "https://vendor.test/v1/", headers=lambda: {"Authorization": f"Basic {TOKEN}"},
        transport=httpx.MockTransport(far), clock=clock, pause=clock.pause, chance=lambda: 1.0,
    )  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


# -- what is tried again --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [500, 503, 429, 408, httpx.ReadError("x"), httpx.ConnectError("x")])
def test_what_only_reads_is_asked_again(clock: Clock, trouble: Any) -> None:
    """Whatever went wrong, with twice the pause each time."""
    far = Far(trouble, trouble, 200)
    assert client(far, clock).ask("GET", "/people").body == {"status": 200}
    assert len(far.asked) == 3
    assert clock.waits == [0.5, 1.0]


@pytest.mark.parametrize("trouble", [500, 502, httpx.ReadTimeout("x"), httpx.WriteError("x")])
def test_what_changes_something_is_sent_once(clock: Clock, trouble: Any) -> None:
    """It may have had its effect: nobody knows, and only looking settles it."""
    far = Far(trouble)
    with pytest.raises(Unclear):
        client(far, clock).ask("POST", "/people", body={"a": 1})
    assert len(far.asked) == 1
    assert clock.waits == []


def test_what_may_be_done_twice_is_sent_again(clock: Clock) -> None:
    """Where the caller says so: a DELETE by id, a state that is set."""
    far = Far(500, httpx.ReadError("x"), httpx.Response(204))
    assert client(far, clock).ask("DELETE", "/people/{id}", {"id": "7"}, safe=True).status == 204
    assert len(far.asked) == 3


@pytest.mark.parametrize("trouble", [429, httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")])
def test_what_was_never_begun_is_sent_again_and_is_temporary(clock: Clock, trouble: Any) -> None:
    """Turned away at the door, or not even reached it: nothing has happened."""
    far = Far(trouble)
    with pytest.raises(Temporary):
        client(far, clock).ask("POST", "/people", body={"a": 1})
    assert len(far.asked) == TRIES


def test_the_far_side_says_when_to_come_back(clock: Clock) -> None:
    """Retry-After in seconds or as a date; a nonsense is not obeyed."""
    later = format_datetime(datetime.fromtimestamp(time.time() + 9, UTC), usegmt=True)
    answers = [httpx.Response(429, headers={"Retry-After": said}) for said in ("7", later, "soon")]
    client(Far(*answers, 200), clock).ask("GET", "/people")
    assert clock.waits[0] == 7.0
    assert 6.0 < clock.waits[1] <= 9.0
    assert clock.waits[2] == 2.0


def test_nobody_waits_beyond_the_deadline(clock: Clock) -> None:
    """The engine comes back after the time the far side named."""
    far = Far(httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(Temporary) as caught:
        client(far, clock).ask("GET", "/people")
    assert caught.value.retry_after == 3600.0
    assert (len(far.asked), clock.waits) == (1, [])


def test_several_calls_share_one_deadline(clock: Clock) -> None:
    """What a plan asks is over in its time together, however many questions it takes."""
    far = Far(500)
    asking = client(far, clock)
    with asking.within(1.2):
        for _ in range(3):
            with pytest.raises(Temporary):
                asking.ask("GET", "/people")
    assert clock.waits == [0.5, 0.5]  # a third pause would have ended after the deadline
    assert len(far.asked) == 5


# -- what it means --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 301, 307])
def test_a_no_is_refused_at_once(clock: Clock, status: int) -> None:
    """No other 4xx is ever sent again, and a redirect is never followed: it could lead the key elsewhere."""
    far = Far(httpx.Response(status, headers={"Location": "https://elsewhere.test/"}))
    with pytest.raises(Refused) as caught:
        client(far, clock, code=lambda _: "Member Exists").ask("GET", "/people")
    assert str(caught.value) == f"Vendor: GET /people answered {status} (Member Exists)."
    assert len(far.asked) == 1


def test_an_expected_no_is_an_answer(clock: Clock) -> None:
    """404 is how a system says that somebody is not there."""
    answer = client(Far(404), clock).ask("GET", "/people/{id}", {"id": "7"}, expect=(404,))
    assert (answer.status, answer.body) == (404, {"status": 404})


@pytest.mark.parametrize("content", [b"<html>", b'{"people": [', b"\xff\xfe"])
def test_an_answer_cut_short_is_none(clock: Clock, content: bytes) -> None:
    """A look may be repeated; an act may have happened."""
    far = Far(httpx.Response(200, content=content))
    with pytest.raises(Temporary):
        client(far, clock).ask("GET", "/people")
    with pytest.raises(Unclear):
        client(far, clock).ask("POST", "/people")


def test_an_answer_of_another_shape_is_temporary(clock: Clock) -> None:
    """A list where an object is promised is not the vendor's answer."""
    answer = client(Far(httpx.Response(200, json=[1])), clock).ask("GET", "/people")
    with pytest.raises(Temporary):
        answer.record()


def test_no_answer_may_claim_all_memory(clock: Clock) -> None:
    """It is read in pieces and left when it is too large."""
    piece, taken = b" " * (1024 * 1024), [0]

    def endless() -> Iterator[bytes]:
        while taken[0] < 1000:
            taken[0] += 1
            yield piece

    far = Far(lambda _: httpx.Response(200, content=endless()))
    with pytest.raises(Temporary):
        client(far, clock, request_s=0.1).ask("GET", "/people")
    assert taken[0] == LARGEST // len(piece) + 1


def test_a_vendor_may_be_read_in_its_own_way(clock: Clock) -> None:
    """The vendor's judge decides, for good and for bad."""

    def judge(answer: Answer) -> Verdict:
        return Verdict.THROTTLED if answer.status == 403 else Verdict.FINE

    far = Far(403, 500)
    assert client(far, clock, judge=judge).ask("POST", "/people").status == 500
    assert len(far.asked) == 2


# -- what is sent ---------------------------------------------------------------------------------------------------


def test_every_value_of_a_path_is_quoted_whole(clock: Clock) -> None:
    """It cannot lead to another resource; what would be another path is not sent at all."""
    far = Far(200)
    asking = client(far, clock)
    asking.ask("GET", "/people/{id}/notes", {"id": "a/b?c#d%e"}, query={"fields": ("a", "b"), "count": 3, "all": True})
    assert far.asked[0].url.raw_path == b"/v1/people/a%2Fb%3Fc%23d%25e/notes?fields=a%2Cb&count=3&all=true"
    for bad in ("", ".", ".."):
        with pytest.raises(Refused):
            asking.ask("GET", "/people/{id}", {"id": bad})
    assert len(far.asked) == 1


def test_the_token_is_asked_for_before_every_attempt(clock: Clock) -> None:
    """A refreshed one is used at once; a form goes as a form; extra headers win."""
    tokens = iter(["old", "new"])
    far = Far(500, 200)
    vendor = Vendor("Vendor", in_flight=1, request_s=60)
    asking = Client(vendor, "https://vendor.test", headers=lambda: {"X-Token": next(tokens)},
                    transport=httpx.MockTransport(far), clock=clock, pause=clock.pause)  # fmt: skip
    asking.ask("POST", "/token", form={"grant": "x y"}, headers={"X-More": "1"}, safe=True)
    assert [each.headers["X-Token"] for each in far.asked] == ["old", "new"]
    assert far.asked[1].content == b"grant=x+y"
    assert far.asked[1].headers["X-More"] == "1"


@pytest.mark.parametrize("url", ["http://vendor.test", "ftp://vendor.test", "vendor.test", ""])
def test_without_tls_nothing_is_connected(url: str) -> None:
    """Except on this machine, where tests and sandboxes live."""
    vendor = Vendor("Vendor", in_flight=1)
    with pytest.raises(Misconfigured):
        Client(vendor, url)
    Client(vendor, "http://127.0.0.1:9").close()


# -- how many at once -----------------------------------------------------------------------------------------------


def test_no_more_calls_are_in_flight_than_the_vendor_bears() -> None:
    """Threads share the places; whoever gets none in time is temporary; answers keep their order."""
    both, open_, most, lock = threading.Event(), 0, 0, threading.Lock()

    def slow(request: httpx.Request) -> httpx.Response:
        nonlocal open_, most
        with lock:
            open_ += 1
            most = max(most, open_)
            if open_ == 2:
                both.set()
        both.wait(5)
        with lock:
            open_ -= 1
        return httpx.Response(200, json={"n": request.url.params["n"]})

    asking = Client(Vendor("Vendor", in_flight=2), "https://vendor.test", transport=httpx.MockTransport(slow))
    acts = [lambda n=n: asking.ask("GET", "/people", query={"n": n}).body["n"] for n in range(6)]
    assert asking.each(acts) == [str(n) for n in range(6)]
    assert most == 2


def test_whoever_gets_no_place_in_time_comes_again() -> None:
    """Temporary: nothing was sent."""
    inside, leave = threading.Event(), threading.Event()

    def held(_: httpx.Request) -> httpx.Response:
        inside.set()
        leave.wait(5)
        return httpx.Response(200)

    asking = Client(Vendor("Vendor", in_flight=1), "https://vendor.test", transport=httpx.MockTransport(held))
    first = threading.Thread(target=lambda: asking.ask("GET", "/people"))
    first.start()
    inside.wait(5)
    with asking.within(0.05), pytest.raises(Temporary, match="too many calls at once"):
        asking.ask("POST", "/people")
    leave.set()
    first.join()


# -- the wire -------------------------------------------------------------------------------------------------------


@pytest.fixture
def wire() -> Iterator[Callable[[bytes, bytes], str]]:
    """A server that answers with a beginning, and then trickles the rest for ever; its address."""
    over, listening = threading.Event(), []

    def serve(begin: bytes, drop: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        threading.Thread(target=_trickle, args=(server, begin, drop, over), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield serve
    over.set()
    for each in listening:
        each.close()


def _trickle(server: socket.socket, begin: bytes, drop: bytes, over: threading.Event) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        with closing(line):
            line.recv(65536)
            try:
                line.sendall(begin)
                while not over.wait(0.02):
                    line.sendall(drop)
            except OSError:
                continue


@pytest.mark.parametrize(
    ("begin", "drop"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    ],
)
def test_a_trickle_does_not_stretch_a_call(wire: Callable[[bytes, bytes], str], begin: bytes, drop: bytes) -> None:
    """No answer, head or body byte by byte: cut at the deadline, and an act is unclear."""
    asking = Client(Vendor("Vendor", in_flight=2, request_s=0.3), wire(begin, drop))
    for method, fault in (("GET", Temporary), ("POST", Unclear)):
        began = time.monotonic()
        with pytest.raises(fault):
            asking.ask(method, "/people")
        assert time.monotonic() - began < 1.5
    asking.close()


def test_a_call_to_nobody_is_temporary() -> None:
    """A refused connection is no effect, whatever was to be sent."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    waits: list[float] = []
    asking = Client(Vendor("Vendor", in_flight=1), f"http://127.0.0.1:{port}", pause=waits.append)
    with pytest.raises(Temporary, match="could not be reached"):
        asking.ask("POST", "/people")
    assert len(waits) == TRIES - 1
    asking.close()


def test_a_server_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    """The certificate is verified before a byte of the request is sent: no effect, and no key given away."""
    heard: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=_pose, args=(server, _certificate(tmp_path), heard), daemon=True)
        thread.start()
        asking = Client(Vendor("Vendor", in_flight=1), f"https://127.0.0.1:{server.getsockname()[1]}",
                        headers=lambda: {"Authorization": TOKEN}, pause=lambda _: None)  # fmt: skip
        with pytest.raises(Temporary, match="could not be reached"):
            asking.ask("POST", "/people")
        asking.close()
    thread.join(5)
    assert heard == []


def _certificate(folder: Path) -> ssl.SSLContext:
    """Signed by itself, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vendor.test")])
    day = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day.replace(year=2120)).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
    )
    file = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _pose(server: socket.socket, context: ssl.SSLContext, heard: list[bytes]) -> None:
    """Takes as many connections as there are tries, and keeps what it hears after the handshake."""
    for _ in range(TRIES):
        line, _ = server.accept()
        with suppress(ssl.SSLError, ConnectionError), context.wrap_socket(line, server_side=True) as secured:
            heard.append(secured.recv(65536))
        line.close()


# -- downloads ------------------------------------------------------------------------------------------------------


def test_a_download_comes_in_pieces(clock: Clock) -> None:
    """Asked for when the first piece is wanted, never whole in memory."""
    far = Far(lambda _: httpx.Response(200, content=iter([b"a" * 10, b"b" * 10])))
    pieces = client(far, clock).pieces("/files/{id}", {"id": "7"}, seconds=10)
    assert not far.asked
    assert b"".join(pieces) == b"a" * 10 + b"b" * 10


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (httpx.Response(404), Refused),
        (httpx.Response(429, headers={"Retry-After": "5"}), Temporary),
        (httpx.Response(500), Temporary),
        (httpx.ReadError("x"), Temporary),
        (lambda _: httpx.Response(200, content=iter([b"x" * 100])), Refused),
    ],
)
def test_a_download_that_fails_says_why(clock: Clock, answer: Any, fault: type[Exception]) -> None:
    """And its place in flight is free again, also when nobody reads it to its end."""
    asking = client(Far(answer), clock, in_flight=1)
    for _ in range(2):
        with pytest.raises(fault):
            list(asking.pieces("/files/{id}", {"id": "7"}, seconds=10, largest=50))
    half = client(Far(lambda _: httpx.Response(200, content=iter([b"a", b"b"]))), clock, in_flight=1)
    for _ in range(2):
        with closing(half.pieces("/files/{id}", {"id": "7"}, seconds=10)) as pieces:
            assert next(pieces) == b"a"


# -- what is said ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [200, 400, 429, 500, httpx.ReadError(ADDRESS), httpx.ConnectError(ADDRESS)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_personal_is_said(
    clock: Clock, caplog: pytest.LogCaptureFixture, answer: Any, method: str
) -> None:
    """No address, token or body in a log line, an error or its traceback, at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    far = Far(httpx.Response(answer, json={"detail": ADDRESS}) if isinstance(answer, int) else answer)
    said: list[str] = []
    with structlog.testing.capture_logs() as lines:
        try:
            client(far, clock).ask(method, "/people/{id}", {"id": ADDRESS}, query={"q": ADDRESS}, body={"mail": ADDRESS})
        except SubjectlineError as error:
            said = [*traceback.format_exception(error), str(error.__context__)]
    text = "".join([*said, caplog.text, str(lines)])
    assert not [each for each in (ADDRESS, "mara", TOKEN) if each in text]
    assert all("{id}" in line["call"] for line in lines)


class Reader:
    """Something that trips over an answer."""

    @quietly
    def number(self, text: str) -> int:
        if text == "changed":
            raise PlanChanged("changed")
        if text == "tripped":
            try:
                int(ADDRESS)
            except ValueError as error:
                raise Refused("A person has to look.") from error
        return int(text)

    @quietly_each
    def numbers(self, *texts: str) -> Iterator[int]:
        for each in texts:
            yield int(each)


def test_a_strange_answer_is_temporary_and_says_nothing() -> None:
    """Python's own errors repeat the value they trip over; ours pass as they are, without their frames."""
    reader = Reader()
    assert reader.number("7") == 7
    assert list(reader.numbers("1", "2")) == [1, 2]
    for act in (lambda: reader.number(ADDRESS), lambda: list(reader.numbers("1", ADDRESS))):
        with pytest.raises(Temporary) as caught:
            act()
        assert ADDRESS not in "".join(traceback.format_exception(caught.value))
        assert "ValueError" in str(caught.value)
    with pytest.raises(PlanChanged):
        reader.number("changed")
    with pytest.raises(Refused) as caught:
        reader.number("tripped")
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "number" not in frames  # its variables could be printed by somebody
    assert ADDRESS not in "".join(traceback.format_exception(caught.value))
