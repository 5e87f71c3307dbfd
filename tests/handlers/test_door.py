"""The signed HTTP door (T05) and what is malformed (F71): refused, and no trace of it in a log."""

import json
import logging
import time
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.delivery import signature
from bot.sandbox.slack import ANN
from bot.sandbox.workspace import APP, TEAM
from handlers.heard import click
from tests.handlers.slack_desk import Floor

COMMAND = {
    "team_id": TEAM, "api_app_id": APP, "user_id": ANN.id, "channel_id": "C0DATAPROT", "command": "/dpe", "text": "list",
    "trigger_id": "1.2.3",
}  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def post(office: Floor, body: bytes, *, at: float = 0, secret: str = "", kind: str = FORM, **headers: str) -> int:
    """The status of a request signed `at` seconds from now."""
    stamp = int(time.time() + at)
    signed = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": signature(secret or office.slack.signing_secret, stamp, body),
    }
    sent = {name: value for name, value in (signed | headers).items() if value}
    return httpx.post(office.url, content=body, headers=sent, trust_env=False).status_code


def command(office: Floor, **more: str) -> bytes:
    response_url = f"{office.slack.url}response/{office.slack.workspace.response_url(ANN.id, office.slack.channel, None)}"
    return urlencode(COMMAND | {"response_url": response_url} | more).encode()


def test_a_signed_request_is_heard(office: Floor) -> None:
    """The way in works, or the refusals below would prove nothing."""
    assert post(office, command(office)) == 200
    assert office.asked("tickets") == (ANN.id, "open")


def test_no_signature(office: Floor) -> None:
    """T05.1: no header, or only one of the two."""
    body = command(office)
    assert post(office, body, **{"X-Slack-Signature": "", "X-Slack-Request-Timestamp": ""}) == 401
    assert post(office, body, **{"X-Slack-Signature": ""}) == 401
    assert post(office, body, **{"X-Slack-Request-Timestamp": ""}) == 401
    assert office.desk.asked == []


def test_wrong_secret(office: Floor) -> None:
    """T05.2: signed by somebody else."""
    assert post(office, command(office), secret="0" * 32) == 401
    assert office.desk.asked == []


@pytest.mark.parametrize("at", [-301, 301])
def test_outside_of_the_window(at: int, office: Floor) -> None:
    """T05.3 and 4: five minutes and a second, in both directions."""
    assert post(office, command(office), at=at - (1 if at < 0 else -1)) == 401
    assert post(office, command(office), at=at * 0.95) == 200


def test_changed_body(office: Floor) -> None:
    """T05.5: one byte, the signature of the original."""
    body, stamp = command(office), int(time.time())
    good = signature(office.slack.signing_secret, stamp, body)
    changed = body.replace(b"text=list", b"text=help")
    assert changed != body
    headers = {"X-Slack-Signature": good, "X-Slack-Request-Timestamp": str(stamp)}
    assert post(office, changed, **headers) == 401
    assert office.desk.asked == []


def test_re_encoded_body(office: Floor) -> None:
    """T05.6: the same fields, other bytes: the signature is over the raw body."""
    body, stamp = command(office), int(time.time())
    headers = {
        "X-Slack-Signature": signature(office.slack.signing_secret, stamp, body),
        "X-Slack-Request-Timestamp": str(stamp),
    }
    assert post(office, body.replace(b"%2F", b"%2f"), **headers) == 401
    assert office.desk.asked == []


@pytest.mark.parametrize("more", [{"api_app_id": "A0OTHER"}, {"team_id": "T0OTHER"}], ids=["other app", "other team"])
def test_signed_for_somebody_else(more: dict[str, str], office: Floor) -> None:
    """T05.7 and 8: well signed, but not from our app or our workspace: taken and forgotten."""
    assert post(office, command(office, **more)) == 200
    assert post(office, command(office, text="health")) == 200
    office.asked("health")
    assert len(office.desk.asked) == 1


def test_replay_inside_the_window(office: Floor) -> None:
    """T05.9: the same click sent again is recognised: one event, one effect."""
    payload = {
        "type": "block_actions", "api_app_id": APP, "team": {"id": TEAM}, "user": {"id": ANN.id, "team_id": TEAM},
        "container": {"type": "message", "message_ts": "1.0", "channel_id": office.slack.channel}, "trigger_id": "1.2.3",
        "actions": [{"action_id": "choose:access", "value": "t1", "action_ts": "2.0", "block_id": "b", "type": "button"}],
    }  # fmt: skip
    body = urlencode({"payload": json.dumps(payload)}).encode()
    assert post(office, body) == 200
    assert post(office, body) == 200
    office.until(lambda: len(office.desk.asked) == 2)
    assert list(office.desk.effects) == [f"{TEAM}:2.0:choose:access:{ANN.id}:1.0"]


def test_oversized_body(office: Floor) -> None:
    """T05.10: more than Slack ever sends is refused before it is read to its end."""
    assert post(office, command(office, text="x" * 1_100_000)) == 413
    assert office.desk.asked == []


def test_other_methods_are_not_for_this_door(office: Floor) -> None:
    """No unverified route: GET shows nothing."""
    assert httpx.get(office.url, trust_env=False).status_code == 405


def test_slacks_check_of_the_address_must_be_signed_too(office: Floor) -> None:
    """url_verification is answered when signed, and only then."""
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"}).encode()
    assert post(office, body, kind="application/json") == 200
    assert post(office, body, kind="application/json", secret="1" * 32) == 401
    assert post(office, urlencode({"ssl_check": "1", "token": "x"}).encode(), secret="1" * 32) == 401


MALFORMED = [
    b"", b"{", b"[]", b"{}", b"payload=", b"payload={", b"payload=[]", b"payload=7", b"payload=%7B%7D", b"\xff\xfe\x00",
    b"payload=null", b'{"event": "text"}', b'{"type": "event_callback", "event": []}', b'{"team": 7, "event": {"type": 3}}',
    b"payload=" + b"%5B" * 100_000, b"payload=" + json.dumps({"type": "block_actions", "actions": "x"}).encode(),
    b"payload=" + json.dumps({"type": "block_actions", "actions": [], "user": 7, "team": "T"}).encode(),
    b"payload=" + json.dumps({"type": "block_actions", "actions": [{"action_id": None}]}).encode(),
    b"payload=" + json.dumps({"type": "block_actions", "actions": [{"action_id": "close"}], "container": "x"}).encode(),
    b"payload=" + json.dumps({"type": "view_submission", "view": {}}).encode(),
    b"payload=" + json.dumps({"type": "shortcut", "callback_id": "x"}).encode(),
    b"command=%2Fdpe", b"command=", b"command=%2Fdpe&user_id=&team_id=T0SANDBOX",
]  # fmt: skip


def test_the_malformed_is_refused_or_forgotten(office: Floor, caplog) -> None:
    """F71: even well signed; never a 5xx, never a trace with what was in it."""
    caplog.set_level(logging.DEBUG, "subjectline")
    for body in MALFORMED:
        kind = "application/json" if body.startswith(b"{") else FORM
        assert post(office, body, kind=kind) in {200, 400}, body[:60]
    office.settle()
    assert "Traceback" not in caplog.text
    assert office.desk.asked == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("type", "team", "user", "container", "actions", "view", "trigger_id", "api_app_id", "channel")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, json_values)))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_reading_a_click_never_fails(body: dict) -> None:
    """Whatever the payload, the event key fits its column and every field is text."""
    heard = click(body)
    assert len(heard.event) <= 255
    assert all(isinstance(part, str) for part in (heard.user, heard.verb, heard.word, heard.value))


def test_an_endless_id_does_not_break_the_key() -> None:
    """Longer than the column: hashed, still the same for the same click."""
    body = {"actions": [{"action_id": "x" * 5000, "action_ts": "1"}]}
    assert len(click(body).event) == 64
    assert click(body).event == click(body).event
