"""Socket Mode under the watchdog, against the strict stand-in."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature

import pytest
from websocket import WebSocketPayloadException
from websocket._abnf import ABNF, continuous_frame

from bot.sandbox.slack import ANN, Slack
from bot.slack import Socket, bolt, close


class Ear:
    """A Bolt app that counts what it heard."""

    def __init__(self, slack: Slack) -> None:
        self.app = bolt(slack.bot_token, "", slack.api_url)
        self.app.command("/dpe")(self.heard)

    def heard(self, ack) -> None:
        ack("heard")


@contextmanager
def listening(slack: Slack, **more: float) -> Iterator[Socket]:
    ear = Ear(slack)
    socket = Socket(ear.app, slack.app_token, slack.api_url, **{"ping_s": 0.5, "hello_s": 3.0} | more)
    socket.start()
    try:
        yield socket
    finally:
        socket.stop()
        close(ear.app)


def until(done: Callable[[], bool], seconds: float = 15.0) -> None:
    gone = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if done():
            return
        gone.wait(0.05)
    raise AssertionError("it did not come to pass")


def test_a_command_is_heard_and_answered(slack: Slack) -> None:
    """Connected, heard, acknowledged with its answer."""
    with listening(slack) as socket:
        assert socket.wait(10)
        slack.sockets.wait_connected()
        delivery = slack.command(ANN.id, "help")
        assert delivery.failure is None
        assert delivery.answer["text"] == "heard"


def test_it_starts_while_slack_is_away_and_comes_when_slack_comes(slack: Slack, monkeypatch) -> None:
    """F22: the bot is up without Slack, and hears it soon after it is back."""
    monkeypatch.setattr("bot.slack.socket.LAST_PAUSE_S", 1.0)
    slack.away()
    with listening(slack) as socket:
        assert not socket.wait(0.5)
        slack.back()
        assert socket.wait(10)
        slack.sockets.wait_connected()
        assert slack.command(ANN.id).failure is None


def test_it_comes_back_when_the_connection_breaks(slack: Slack) -> None:
    """Slack goes and comes: a new session, and clicks are heard again."""
    with listening(slack) as socket:
        assert socket.wait(10)
        slack.sockets.wait_connected()
        slack.away()
        until(lambda: not socket.connected)
        slack.back()
        assert socket.wait(15)
        slack.sockets.wait_connected()
        assert slack.command(ANN.id).failure is None


@pytest.mark.parametrize("pongs", [True, False])
def test_a_deaf_session_is_replaced(pongs: bool, slack: Slack) -> None:
    """F24: connected, nothing comes through, with or without pongs: replaced within its time."""
    with listening(slack, deaf_s=1.0, hello_s=1.0) as socket:
        assert socket.wait(10)
        slack.sockets.wait_connected()
        slack.deaf(pongs=pongs)
        made = slack.sockets.connections_made
        until(lambda: slack.sockets.connections_made > made or slack.called("apps.connections.open")[3:] != [])
        slack.hear()
        heard = socket.sessions
        until(lambda: socket.sessions > heard)
        assert slack.command(ANN.id).failure is None


def test_deafness_is_noticed_in_time_as_the_bot_runs() -> None:
    """F24: within 120 s, with the second between two looks and all the time a new session may take to say hello."""
    figures = signature(Socket).parameters
    assert figures["deaf_s"].default + 1 + figures["hello_s"].default <= 120


def test_a_quiet_night_leaves_no_gap(slack: Slack) -> None:
    """Sessions are replaced while nothing happens: at every moment one hears, and each click of the morning counts."""
    with listening(slack, deaf_s=0.2) as socket:
        assert socket.wait(10)
        slack.sockets.wait_connected()
        heard: list[int] = []

        def replaced() -> bool:
            heard.append(len(slack.sockets.open))
            return socket.sessions >= 4

        until(replaced)
        assert min(heard) >= 1
        socket._deaf_s = 60.0
        until(lambda: len(slack.sockets.open) == 1)
        assert slack.command(ANN.id).failure is None


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
def test_slacks_own_refresh_is_followed(reason: str, slack: Slack) -> None:
    """Every few hours Slack asks to come again: the next session hears before this one is closed."""
    with listening(slack) as socket:
        assert socket.wait(10)
        slack.sockets.wait_connected()
        made = slack.sockets.connections_made
        slack.sockets.disconnect(reason)
        until(lambda: slack.sockets.connections_made > made and len(slack.sockets.open) == 1, 5.0)
        until(lambda: socket.sessions == 2)
        assert slack.command(ANN.id).failure is None


def test_a_revoked_token_is_tried_again_with_patience(slack: Slack, monkeypatch) -> None:
    """invalid_auth is no reason to die: somebody may put in a new token, and the rest of the bot goes on."""
    waits: list[float] = []
    monkeypatch.setattr("bot.slack.socket.log.warning", lambda event, **more: waits.append(more.get("seconds", 0)))
    ear = Ear(slack)
    socket = Socket(ear.app, "xapp-wrong", slack.api_url)
    socket.start()
    until(lambda: len(waits) >= 2)
    socket.stop()
    close(ear.app)
    assert waits[:2] == [1.0, 2.0]


def test_stop_is_clean_and_quick(slack: Slack) -> None:
    """No thread of the socket is left, within its time."""
    before = {thread.name for thread in threading.enumerate()}
    ear = Ear(slack)
    socket = Socket(ear.app, slack.app_token, slack.api_url)
    socket.start()
    assert socket.wait(10)
    socket.stop(8)
    close(ear.app)
    assert not socket.connected
    until(lambda: no_socket_thread(before))


def no_socket_thread(before: set[str]) -> bool:
    left = {thread.name for thread in threading.enumerate()} - before
    return not any(name.startswith("slack") for name in left)


def test_stopping_what_never_connected_does_not_wait(slack: Slack) -> None:
    """Slack away for good: the bot still stops at once."""
    slack.away()
    ear = Ear(slack)
    socket = Socket(ear.app, slack.app_token, slack.api_url)
    socket.start()
    socket.stop(5)
    close(ear.app)
    assert not socket._thread.is_alive()
    slack.back()


def test_a_socket_that_was_not_started_can_be_stopped(slack: Slack) -> None:
    """A bot that fails to start stops all its parts."""
    Socket(Ear(slack).app, slack.app_token, slack.api_url).stop()


@pytest.mark.parametrize("data", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", "Zürich".encode()[:2]])
def test_what_is_not_utf8_is_refused_in_a_frame(data: bytes) -> None:
    """The quick check is the one the library asks, and as strict: no surrogates, nothing overlong, nothing cut."""
    frames = continuous_frame(False, False)
    frames.add(ABNF(1, 0, 0, 0, ABNF.OPCODE_TEXT, 0, data))
    with pytest.raises(WebSocketPayloadException):
        frames.extract(ABNF(1, 0, 0, 0, ABNF.OPCODE_TEXT, 0, data))


def test_a_press_with_its_card_is_read_at_once() -> None:
    """A megabyte of text is checked in less time than the library's own loop needs for ten thousand bytes."""
    data = "Zürich ".encode() * 125_000
    frames = continuous_frame(False, False)
    frames.add(ABNF(1, 0, 0, 0, ABNF.OPCODE_TEXT, 0, data))
    began = time.process_time()
    frames.extract(ABNF(1, 0, 0, 0, ABNF.OPCODE_TEXT, 0, data))
    assert time.process_time() - began < 0.1
