"""What each kind of failure of the Web API means, and what is tried again by itself."""

import logging
import socket
from collections.abc import Iterator

import pytest

from bot.errors import Refused, SubjectlineError, Temporary, Unclear
from bot.slack.calls import call, client, quiet
from tests.bot.slack.far_side import Answer, FarSide, far_side, no, ok

SECRET = "ann@example.org"


@pytest.fixture
def side() -> Iterator[FarSide]:
    with far_side() as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    return []


def post(side: FarSide, pauses: list[float]) -> object:
    web = client("xoxb-test", side.url, pauses.append)
    return call(web.chat_postMessage, repeatable=False, channel="C1", text="x")


def update(side: FarSide, pauses: list[float]) -> object:
    web = client("xoxb-test", side.url, pauses.append)
    return call(web.chat_update, repeatable=True, channel="C1", ts="1.0", text="x")


def failure(act, side: FarSide, pauses: list[float]) -> SubjectlineError:
    with pytest.raises(SubjectlineError) as caught:
        act(side, pauses)
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None, "the library's error holds the answer and must not hang on ours"
    return caught.value


POSTING = [
    (no("channel_not_found"), Refused, "channel_not_found"),
    (no("not_in_channel"), Refused, "not_in_channel"),
    (no("invalid_auth"), Refused, "invalid_auth"),
    (no("msg_blocks_too_long"), Refused, "msg_blocks_too_long"),
    (no("ratelimited"), Temporary, "slow down"),
    (Answer(429, headers={"Retry-After": "7"}), Temporary, "slow down"),
    (no("service_unavailable"), Temporary, "service_unavailable"),
    (Answer(503, "busy"), Temporary, "503"),
    (no("internal_error"), Unclear, "internal_error"),
    (no("fatal_error"), Unclear, "fatal_error"),
    (Answer(500, "oops"), Unclear, "500"),
    (Answer(502, "oops"), Unclear, "502"),
    (Answer(504, "oops"), Unclear, "504"),
    (Answer(200, f"<html>{SECRET}</html>"), Unclear, "200"),
    (Answer(200, "[]"), Unclear, ""),
    (Answer(200, '{"ok": false, "error": {"not": "a code"}}'), Unclear, "200"),
    (Answer(cut=True), Unclear, "lost"),
]


@pytest.mark.parametrize(("answer", "kind", "said"), POSTING, ids=lambda value: str(value)[:60])
def test_a_post_is_never_repeated_and_each_answer_means_something(
    answer: Answer, kind: type, said: str, side: FarSide, pauses: list[float]
) -> None:
    """Surely not posted: Temporary. Perhaps posted: Unclear, the channel is looked at. Slack said no: its code."""
    side.answers = [answer]
    error = failure(post, side, pauses)
    assert type(error) is kind
    assert said in str(error)
    assert side.methods() == ["chat.postMessage"]
    assert pauses == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_be_repeated_is_tried_three_times(status: int, side: FarSide, pauses: list[float]) -> None:
    """502 and 504 too, which the library's own handler leaves out."""
    side.answers = [Answer(status, "busy"), Answer(status, "busy"), ok()]
    update(side, pauses)
    assert side.methods() == ["chat.update"] * 3
    assert len(pauses) == 2


def test_then_it_is_temporary(side: FarSide, pauses: list[float]) -> None:
    """Three failures in a row: the engine's turn to wait."""
    side.answers = [Answer(502, "busy")]
    assert type(failure(update, side, pauses)) is Temporary
    assert len(side.calls) == 3


def test_retry_after_is_obeyed(side: FarSide, pauses: list[float]) -> None:
    """Two seconds are waited inside the call; a minute is handed to whoever called."""
    side.answers = [Answer(429, headers={"Retry-After": "2"}), ok()]
    update(side, pauses)
    assert 2.0 <= pauses[0] <= 2.3
    side.answers = [Answer(429, headers={"Retry-After": "60"})]
    error = failure(update, side, pauses)
    assert isinstance(error, Temporary)
    assert error.retry_after == 60.0
    assert len(pauses) == 1


@pytest.mark.parametrize("value", ["soon", "", "-1", "99999999999"])
def test_a_nonsense_retry_after_is_a_second(value: str, side: FarSide, pauses: list[float]) -> None:
    """Whatever stands there, we wait a sane time."""
    side.answers = [Answer(429, headers={"Retry-After": value})]
    error = failure(post, side, pauses)
    assert isinstance(error, Temporary)
    assert error.retry_after == 1.0


@pytest.mark.parametrize("act", [post, update])
def test_nobody_there_is_temporary_even_for_a_post(act, side: FarSide, pauses: list[float]) -> None:
    """A refused connection carried nothing: the post may simply be tried again later."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        side.url = f"http://127.0.0.1:{closed.getsockname()[1]}/api"
    assert type(failure(act, side, pauses)) is Temporary
    assert pauses == []


def test_a_lost_answer_of_something_repeatable_is_temporary(side: FarSide, pauses: list[float]) -> None:
    """Drawing a card again does no harm."""
    side.answers = [Answer(cut=True)]
    assert type(failure(update, side, pauses)) is Temporary


def test_nothing_of_a_request_or_an_answer_reaches_a_log(
    side: FarSide, pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """Even at debug level: the library's records are reduced to where they came from."""
    caplog.set_level(logging.DEBUG)
    web = client("xoxb-hidden", side.url, pauses.append)
    side.answers = [Answer(200, f"<html>{SECRET}</html>"), Answer(cut=True)]
    for _ in range(2):
        with pytest.raises(Temporary):
            call(web.views_open, repeatable=True, trigger_id="1", view={"type": "modal", "blocks": [], "x": SECRET})
    quiet().error("Failed with %s", SECRET, exc_info=ValueError(SECRET))
    assert "slack library" in caplog.text
    assert SECRET not in caplog.text
    assert "xoxb-hidden" not in caplog.text


def test_a_client_calls_nobody_by_being_made(side: FarSide) -> None:
    """The bot starts while Slack is away."""
    client("xoxb-test", side.url)
    assert side.calls == []
