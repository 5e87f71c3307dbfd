"""One access token for everybody, never asked for too often."""

import json
import logging
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from bot.connectors import Outside
from bot.connectors.zoho import connector
from bot.connectors.zoho.token import CALLS, WINDOW_S
from bot.errors import Misconfigured, Refused, Temporary
from bot.sandbox.company import MARA
from bot.store import Store
from tests.fixtures.zoho import BLOCK, Service


def test_many_threads_of_many_connectors_share_one_token(zoho: Service) -> None:
    """Eight begin at once with nothing: one of them asks, the others wait for it."""
    connectors = [zoho.connect() for _ in range(4)]
    ready = threading.Barrier(8)
    found: list[int] = []

    def look(each: Any) -> None:
        ready.wait()
        found.append(len(each.find([MARA])))

    threads = [threading.Thread(target=look, args=(each,)) for each in connectors * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [1] * 8
    assert len(zoho.far_side.token_calls) == 1


def test_a_token_is_used_for_fifty_five_minutes(zoho: Service) -> None:
    """Then a new one is made, before the old one ends."""
    crm = zoho.connect()
    crm.find([MARA])
    zoho.clock.forward(minutes=54)
    crm.find([MARA])
    zoho.connect().find([MARA])
    assert len(zoho.far_side.token_calls) == 1
    zoho.clock.forward(minutes=2)
    crm.find([MARA])
    assert len(zoho.far_side.token_calls) == 1  # ten minutes have passed: the first is not remembered
    assert zoho.wire.calls.count("POST /oauth/v2/token") == 2


def test_a_token_that_has_ended_early_is_replaced_and_the_call_made_again(zoho: Service) -> None:
    """One new token, whoever of several connectors meets the first 401; nothing is done twice."""
    first, second = zoho.connect(), zoho.connect()
    first.find([MARA])
    second.find([MARA])
    zoho.far_side.forget_tokens()
    assert len(first.find([MARA])) == 1
    assert len(second.find([MARA])) == 1
    assert zoho.wire.calls.count("POST /oauth/v2/token") == 2


def test_never_more_than_ten_token_calls_in_ten_minutes(zoho: Service) -> None:
    """The eleventh is refused before it is made, by any connector, after any restart; ten minutes later it is not."""
    for _ in range(CALLS):
        zoho.far_side.forget_tokens()
        zoho.connect().find([MARA])
    zoho.far_side.forget_tokens()
    with pytest.raises(Temporary, match="ten minutes") as caught:
        zoho.connect().find([MARA])
    assert len(zoho.far_side.token_calls) == CALLS
    assert caught.value.retry_after == pytest.approx(WINDOW_S)
    zoho.clock.forward(seconds=WINDOW_S + 1)
    assert len(zoho.connect().find([MARA])) == 1


def test_a_scope_that_is_missing_is_named_and_no_token_made_for_it(zoho: Service) -> None:
    """It would not help: the refresh token has to be made anew, with the scope."""
    crm = zoho.connect()
    crm.find([MARA])
    zoho.far_side.refused_scopes.add("ZohoCRM.coql.READ")
    with pytest.raises(Refused, match=r"POST /coql needs the scope ZohoCRM\.coql\.READ"):
        crm.find([MARA])
    assert len(zoho.far_side.token_calls) == 1
    assert "ZohoCRM.coql.READ" in " ".join(crm.lint())


def test_a_new_token_that_is_turned_away_as_well_ends_it(zoho: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """No third call, no eleventh token."""
    monkeypatch.setattr(type(zoho.far_side), "_unauthorised", lambda *_: (401, {"code": "AUTHENTICATION_FAILURE"}))
    zoho.far_side.judge = lambda _: None
    with pytest.raises(Refused, match="401"):
        zoho.connect().find([MARA])
    assert len(zoho.far_side.token_calls) == 2


@pytest.mark.parametrize(
    ("name", "variable"),
    [("client_id", "ZOHO_CLIENT_ID"), ("client_secret", "ZOHO_CLIENT_SECRET"), ("refresh_token", "ZOHO_REFRESH_TOKEN")],
)
def test_credentials_that_are_not_taken_are_refused_by_name(zoho: Service, name: str, variable: str) -> None:
    """The token server says so with status 200."""
    crm = zoho.connect()
    setattr(zoho.far_side, name, "another")
    with pytest.raises(Refused, match=variable):
        crm.find([MARA])


def test_a_server_that_throttles_is_waited_for(zoho: Service) -> None:
    """It counts more calls than we do, of somebody else with the same credentials."""
    zoho.far_side.token_calls = [zoho.clock()] * 10
    with pytest.raises(Temporary, match="Access Denied") as caught:
        zoho.connect().find([MARA])
    assert caught.value.retry_after == WINDOW_S


@pytest.mark.parametrize("kind", ["lost", "garbled", "500", "reset"])
def test_a_token_answer_that_is_lost_is_asked_for_again_and_counted(wired_zoho: Service, kind: str) -> None:
    """Temporary: nothing happened that matters."""
    crm = wired_zoho.connect(wired=True)
    wired_zoho.far_side.trouble.cause(kind, "POST /oauth")
    with pytest.raises(Temporary):
        crm.find([MARA])
    assert len(crm.find([MARA])) == 1
    kept = json.loads(next(iter(wired_zoho.shelf.values.values())))
    assert len(kept["calls"]) == 2


def test_the_token_says_where_the_api_is(zoho: Service) -> None:
    """Without ZOHO_API_URL; and what is no https address is not gone to."""
    zoho.far_side.api_domain = "https://www.zohoapis.eu"
    hosts: list[str] = []

    class Spy(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            hosts.append(request.url.host)
            return zoho.wire.handle_request(request)

    env = {**zoho.far_side.environment(), "ZOHO_API_URL": "", "ZOHO_ACCOUNTS_URL": ""}
    house = Outside(lambda name: env.get(name, ""), zoho.clock, zoho.shelf, lambda _: False)
    assert len(connector({**BLOCK, "dc": "eu"}, house, transport=Spy()).find([MARA])) == 1
    assert hosts[0] == "accounts.zoho.eu"
    assert {*hosts[1:]} == {"www.zohoapis.eu"}
    zoho.far_side.api_domain = "http://elsewhere.example"
    zoho.far_side.forget_tokens()
    with pytest.raises(Refused, match="ZOHO_API_URL"):
        connector({**BLOCK, "dc": "eu"}, house, transport=Spy()).find([MARA])


def test_what_is_missing_is_told_at_once(zoho: Service) -> None:
    """Every variable and the data centre, one sentence each."""
    house = Outside(lambda _: "", zoho.clock, zoho.shelf, lambda _: False)
    with pytest.raises(Misconfigured) as caught:
        connector(BLOCK, house)
    told = " ".join(caught.value.faults)
    assert all(word in told for word in ("ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_REFRESH_TOKEN", "dc is missing"))


def test_the_token_lies_sealed_and_is_never_said(
    zoho: Service, sqlite_store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the database's files, not in a log line, not in an error."""
    caplog.set_level(logging.DEBUG)
    env = zoho.far_side.environment()
    house = Outside(lambda name: env.get(name, ""), zoho.clock, sqlite_store.shelf, lambda _: False)
    with structlog.testing.capture_logs() as lines:
        assert len(connector(BLOCK, house, transport=zoho.wire).find([MARA])) == 1
        zoho.wire.away = True
        with pytest.raises(Temporary) as caught:
            connector(BLOCK, house, transport=zoho.wire, pause=lambda _: None).find([MARA])
    (token,) = (each for each, _ in zoho.far_side._tokens)
    written = b"".join(each.read_bytes() for each in tmp_path.iterdir() if each.is_file())
    assert token.encode() not in written
    assert token not in caplog.text + str(lines) + repr(caught.value)
    assert "sandbox-refresh" not in caplog.text + str(lines)
