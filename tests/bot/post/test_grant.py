"""A mailbox without its password: tokens, fresh for each connection, from servers that may say no."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote

import httpx
import pytest
from imapclient.exceptions import LoginError

from bot.errors import Misconfigured, ShutOut, Temporary
from bot.grant import Grant, TokenRefused, token
from bot.line import Patience, dial, place
from bot.post import Postman
from tests.fixtures.dovecot import HOST, Dovecot
from tests.fixtures.scripted import FakeSmtp

GRANT = Grant("https://login.example/token", {"client_secret": "canary"})
# Recorded from msal 1.39.0 (`acquire_token_for_client`) and google-auth 2.62.2 (`Credentials.refresh`).
BY_MSAL = Grant("https://login.microsoftonline.com/t/oauth2/v2.0/token", {
    "client_id": "c", "grant_type": "client_credentials", "client_secret": "canary",
    "scope": "https://outlook.office365.com/.default",
})  # fmt: skip
BY_GOOGLE_AUTH = Grant("https://oauth2.googleapis.com/token", {
    "grant_type": "refresh_token", "client_id": "c", "client_secret": "s", "refresh_token": "canary",
})  # fmt: skip
GOOGLE = "imaps://a%40b.example:canary@imap.gmail.com/INBOX?oauth=google&client=c&secret=s"
MICROSOFT = "imaps://info%40lumen.example:canary@outlook.office365.com/INBOX?oauth=microsoft&tenant=t&client=c"


def test_the_address_says_where_tokens_come_from() -> None:
    """The password is the secret of the app, or the refresh token; nothing of it is shown."""
    microsoft, google = place(MICROSOFT), place(GOOGLE)
    assert "canary" not in repr([microsoft, google])
    assert place("imaps://a:b@mail.example/INBOX").right is None


@pytest.mark.parametrize(("address", "theirs"), [(MICROSOFT, BY_MSAL), (GOOGLE, BY_GOOGLE_AUTH)])
def test_what_is_sent_is_what_the_vendors_libraries_send(address: str, theirs: Grant) -> None:
    """To the same server, field for field; msal adds `client_info`, which asks who a user is, and there is none."""
    assert place(address).right == theirs


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("oauth=yahoo", "“microsoft” or “google”"), ("oauth=microsoft&tenant=t", "needs client"),
        ("oauth=google", "needs client and secret"), ("oauth=google&client=c&secret=s&token_url=http://x.example", "not https"),
    ],
)  # fmt: skip
def test_what_is_missing_in_the_address_is_named(query: str, told: str) -> None:
    """In one sentence, without the address."""
    with pytest.raises(Misconfigured) as caught:
        place(f"imaps://a:canary@mail.example/INBOX?{query}")
    assert told in str(caught.value.faults)
    assert "canary" not in str(caught.value.faults)


def answering(status: int, content: str) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(status, text=content))


def test_a_token_is_had_and_a_refusal_told_from_a_failure() -> None:
    """A refused app waits for a person, a server that is away for its return; neither quotes what was said."""
    assert token(GRANT, 1, answering(200, '{"access_token": "abc", "expires_in": 3599}')) == "abc"
    with pytest.raises(TokenRefused) as refused:
        token(GRANT, 1, answering(400, '{"error": "invalid_grant", "error_description": "canary"}'))
    bad = ["<html>canary</html>", "{}", '{"access_token": 1}', '{"access_token": "a\\u0001b"}', "{canary", ""]
    for status, content in [(500, "{}"), (302, "{}"), *((200, each) for each in bad)]:
        with pytest.raises(OSError, match="token server") as away:
            token(GRANT, 1, answering(status, content))
        assert "canary" not in str(away.value)
    assert "canary" not in str(refused.value)


@dataclass
class Tokens:
    """A token server and the introspection Dovecot asks; `good` is what it accepts."""

    good: str = "token-0"
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    port: int = 0

    def answer(self, path: str, form: dict[str, list[str]]) -> tuple[int, dict[str, object]]:
        if path.startswith("/introspect"):
            active = form.get("token", [""])[0] == self.good
            return 200, {"active": active, "username": "info"} if active else {"active": False}
        self.asked.append(form)
        if form["client_secret"] != ["secret"]:
            return 401, {"error": "invalid_client"}
        return 200, {"access_token": self.good}


@pytest.fixture
def tokens() -> Iterator[Tokens]:
    made = Tokens()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, found = made.answer(self.path, parse_qs(body))
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)


def address(scheme: str, port: int, tokens: Tokens, secret: str = "secret") -> str:
    where = quote(f"http://{HOST}:{tokens.port}/token", safe="")
    return f"{scheme}://info:{secret}@{HOST}:{port}/INBOX?oauth=microsoft&tenant=t&client=c&token_url={where}"


class Introspecting(Dovecot):
    """A Dovecot that takes tokens and asks the token server about each."""

    def __init__(self, port: int) -> None:
        self.asks = port
        super().__init__()

    def _text(self) -> str:
        file = self.folder / "oauth2.conf.ext"
        file.write_text(
            f"introspection_mode = post\nintrospection_url = http://{HOST}:{self.asks}/introspect\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        file.chmod(0o644)
        before, _, after = super()._text().partition("passdb {")
        passdb = f"passdb {{\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = {file}\n}}"
        return f"{before}auth_mechanisms = xoauth2 oauthbearer\n{passdb}{after[after.index('}') + 1 :]}"


@pytest.mark.dovecot
def test_each_connection_shows_a_token_of_its_own(tokens: Tokens, dovecot_server: Dovecot) -> None:
    """A token that ran out refuses the line, the next connection has a new one, and a refused app is a refused login."""
    assert dovecot_server  # skips where there is none
    server = Introspecting(tokens.port)
    server.start()
    try:
        url = address("imap", server.port, tokens)
        for number in range(2):
            tokens.good = f"token-{number}"
            line = dial(place(url), Patience())
            assert line.select_folder("INBOX")[b"EXISTS"] == 0
            line.leave()
        assert len(tokens.asked) == 2
        assert tokens.asked[0]["scope"] == ["https://outlook.office365.com/.default"]
        tokens.answer = lambda path, form: (200, {"active": False, "access_token": "old"})  # type: ignore[method-assign]
        with pytest.raises(LoginError):
            dial(place(url), Patience())
    finally:
        server.stop()


def test_an_app_that_is_refused_is_a_login_that_is_refused(tokens: Tokens, fake_imap) -> None:
    """The watcher then waits as for a wrong password, and the words of the token server are in no error."""
    with pytest.raises(LoginError, match="the token server answers 401"):
        dial(place(address("imap", fake_imap.port, tokens, secret="wrong")), Patience())


def test_letters_leave_with_a_token(tokens: Tokens, fake_smtp: FakeSmtp) -> None:
    """Over XOAUTH2, if the server offers it; who is refused hears so."""
    url = address("smtp", fake_smtp.port, tokens)
    with pytest.raises(ShutOut, match="does not offer XOAUTH2"):
        Postman(url).greet("info@lumen.example")
    fake_smtp.answers["EHLO"] = "250-fake\r\n250 AUTH LOGIN XOAUTH2"
    fake_smtp.answers["AUTH"] = "235 welcome"
    Postman(url).greet("info@lumen.example")
    (said,) = [each for each in fake_smtp.commands if each.startswith("AUTH XOAUTH2 ")]
    assert base64.b64decode(said.split()[-1]) == b"user=info\x01auth=Bearer token-0\x01\x01"
    fake_smtp.answers["AUTH"] = "535 no"
    with pytest.raises(ShutOut, match="535"):
        Postman(url).greet("info@lumen.example")
    with pytest.raises(ShutOut, match="look at the app"):
        Postman(address("smtp", fake_smtp.port, tokens, secret="wrong")).greet("info@lumen.example")
    with pytest.raises(Temporary):
        Postman(url.replace(f"%3A{tokens.port}%2F", "%3A1%2F")).greet("info@lumen.example")
