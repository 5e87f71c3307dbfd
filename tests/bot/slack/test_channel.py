"""The channel: posted once, found again by its key, redrawn in place, one post a second."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.cards import card, card_text
from bot.errors import Refused, Temporary, Unclear
from bot.sandbox.slack import ANN, Slack
from bot.slack import Channel, Workspace, app_id, client
from tests.bot.cards.views import NOW, VIEW
from tests.bot.slack.far_side import FarSide, far_side, no, ok

BLOCKS, TEXT = card(VIEW, NOW), card_text(VIEW)


@pytest.fixture
def side() -> Iterator[FarSide]:
    with far_side() as running:
        yield running


def channel_of(slack: Slack, **more: object) -> Channel:
    return Channel(client(slack.bot_token, slack.api_url), slack.channel, **more)  # type: ignore[arg-type]


def test_a_card_is_posted_with_its_key_and_nothing_unfurls(slack: Slack) -> None:
    """The stand-in takes it; key and text travel, links are not looked up."""
    channel, ts = channel_of(slack).post(BLOCKS, TEXT, "card:t1")
    message = slack.messages()[0]
    assert (channel, ts) == (slack.channel, message["ts"])
    assert message["text"] == TEXT
    assert message["metadata"] == {"event_type": "subjectline_card", "event_payload": {"key": "card:t1"}}
    sent = slack.called("chat.postMessage")[0].arguments
    assert sent["unfurl_links"] in {False, "0"}
    assert sent["unfurl_media"] in {False, "0"}


def test_a_message_to_one_person_is_found_where_it_stands(slack: Slack) -> None:
    """Direct messages are opened once; a lost answer is found there, and not in the channel."""
    channel = channel_of(slack, every_s=0)
    slack.post_every_s = 0
    since = datetime.now(UTC)
    place = channel.post(BLOCKS, TEXT, "to:ann", user=ANN.id)
    assert place[0] == slack.workspace.direct(ANN.id).id
    slack.fault("chat.postMessage", "lost")
    with pytest.raises(Unclear):
        channel.post(BLOCKS, TEXT, "to:ann:2", user=ANN.id)
    assert channel.find("to:ann:2", since, user=ANN.id) is not None
    assert channel.find("to:ann:2", since) is None
    assert len(slack.called("conversations.open")) == 1
    assert slack.messages() == []


def test_a_word_in_a_thread_may_stand_in_the_channel_too(slack: Slack) -> None:
    """Broadcast: an answer to the card, and a message of the channel; found by its key in the thread."""
    channel = channel_of(slack, every_s=0)
    slack.post_every_s = 0
    _, card_ts = channel.post(BLOCKS, TEXT, "card:t1")
    channel.post(BLOCKS, "quiet", "remind:1", thread=card_ts)
    channel.post(BLOCKS, "aloud", "remind:2", thread=card_ts, broadcast=True)
    history = channel._web.conversations_history(channel=slack.channel)["messages"]
    assert [each["text"] for each in history] == ["aloud", TEXT]
    for key in ("remind:1", "remind:2"):
        assert channel.find(key, datetime.now(UTC), thread=card_ts) is not None


def test_a_message_has_an_address(slack: Slack) -> None:
    """Asked of Slack once for each message; Refused for one that is not there."""
    channel = channel_of(slack, every_s=0)
    place = channel.post(BLOCKS, TEXT, "card:t1")
    assert channel.link(*place) == channel.link(*place)
    assert channel.link(*place).endswith(f"/archives/{place[0]}/p{place[1].replace('.', '')}")
    assert len(slack.called("chat.getPermalink")) == 1
    with pytest.raises(Refused, match="message_not_found"):
        channel.link(place[0], "1.0")


def test_an_update_shows_the_new_state_in_place(slack: Slack) -> None:
    """The same message, other blocks; twice is the same as once."""
    channel = channel_of(slack)
    place = channel.post(BLOCKS, TEXT, "card:t1")
    for _ in range(2):
        channel.update(*place, BLOCKS[:1], "changed")
    assert [message["text"] for message in slack.messages()] == ["changed"]


def test_a_workspace_without_plan_blocks_gets_the_same_in_words(side: FarSide) -> None:
    """Refused once, said in plain blocks, and from then on at once; another fault of a message is no matter of plans."""
    channel = Channel(client("xoxb-1", side.url), "C1", every_s=0)
    tasks = [{"type": "task_card", "task_id": "r:1", "title": "our shop: 9 found → 0 left", "status": "complete"}]
    plan = [{"type": "plan", "title": {"type": "plain_text", "text": "1 of 1 system done"}, "tasks": tasks}]
    done = ok(channel="C1", ts="1.0", message={})
    side.answers = [no("invalid_blocks"), done, done]
    assert channel.post(plan, TEXT, "card:t1") == ("C1", "1.0")
    channel.update("C1", "1.0", plan, TEXT)
    sent = [given["blocks"] if isinstance(given["blocks"], str) else json.dumps(given["blocks"]) for _, given in side.calls]
    assert ["task_card" in each for each in sent] == [True, False, False]
    assert all("our shop: 9 found" in each for each in sent)
    assert "\\u2713 our shop" in sent[1] or "✓ our shop" in sent[1]
    side.answers = [no("invalid_blocks")]
    with pytest.raises(Refused, match="invalid_blocks"):
        Channel(client("xoxb-1", side.url), "C1", every_s=0).post(BLOCKS, TEXT, "card:t2")


def test_a_post_whose_answer_was_lost_is_found_by_its_key(slack: Slack) -> None:
    """F21: twenty times accepted and cut; each is found and none is posted twice."""
    slack.post_every_s = 0
    channel = channel_of(slack, every_s=0)
    since = datetime.now(UTC)
    for number in range(20):
        slack.fault("chat.postMessage", "lost")
        with pytest.raises(Unclear):
            channel.post(BLOCKS, TEXT, f"card:{number}")
        found = channel.find(f"card:{number}", since)
        assert found == (slack.channel, slack.messages()[-1]["ts"])
    assert len(slack.messages()) == 20
    assert channel.find("card:20", since) is None


def test_a_word_in_a_thread_is_posted_once_and_found_there(slack: Slack) -> None:
    """Below the card, not beside it; its answer lost, it is found in that thread and in no other place."""
    channel = channel_of(slack, every_s=0)
    slack.post_every_s = 0
    since = datetime.now(UTC)
    _, card_ts = channel.post(BLOCKS, TEXT, "card:t1")
    slack.fault("chat.postMessage", "lost")
    with pytest.raises(Unclear):
        channel.post(BLOCKS[:1], "moved", "note:1", thread=card_ts)
    said = slack.messages()[-1]
    assert said["thread_ts"] == card_ts
    assert channel.find("note:1", since, thread=card_ts) == (slack.channel, said["ts"])
    assert channel.find("note:1", since) is None
    assert channel.find("note:2", since, thread=card_ts) is None


def test_a_post_that_never_arrived_is_not_found(slack: Slack) -> None:
    """Cut before any effect: the channel does not have it, so it may be posted again."""
    channel = channel_of(slack)
    slack.fault("chat.postMessage", "reset")
    with pytest.raises(Unclear):
        channel.post(BLOCKS, TEXT, "card:t1")
    assert channel.find("card:t1", datetime.now(UTC)) is None


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_wrong_clock_does_not_hide_a_card(days: int, slack: Slack) -> None:
    """F40: our clock and Slack's may differ; the newest page is always read."""
    channel = channel_of(slack)
    place = channel.post(BLOCKS, TEXT, "card:t1")
    assert channel.find("card:t1", datetime.now(UTC) + timedelta(days=days)) == place


def test_older_pages_are_read_back_to_the_beginning_and_no_further(side: FarSide) -> None:
    """Pages follow their cursor until they are older than the post can be."""

    def page(ts: float, cursor: str = "", **more: object) -> dict[str, object]:
        message = {"ts": f"{ts:.6f}", **more}
        return {"messages": [message], "response_metadata": {"next_cursor": cursor}}

    since = datetime.fromtimestamp(1_000_000, UTC)
    card_ = {"metadata": {"event_type": "subjectline_card", "event_payload": {"key": "k"}}}
    channel = Channel(client("x", side.url), "C1")
    side.answers = [ok(**page(1_000_500, "a")), ok(**page(1_000_100, "b", **card_))]
    assert channel.find("k", since) == ("C1", "1000100.000000")
    assert side.calls[1][1]["cursor"] == "a"
    side.calls.clear()
    side.answers = [ok(**page(1_000_500, "a")), ok(**page(900_000, "b")), ok(**page(800_000, "c"))]
    assert channel.find("k", since) is None
    assert len(side.calls) == 2


def test_a_channel_with_too_much_news_gives_no_answer_rather_than_a_wrong_one(side: FarSide) -> None:
    """Not found within ten pages is not the same as not there."""
    busy = ok(messages=[{"ts": "2000000.0"}], response_metadata={"next_cursor": "more"})
    side.answers = [busy]
    with pytest.raises(Temporary):
        Channel(client("x", side.url), "C1").find("k", datetime.fromtimestamp(1_000_000, UTC))
    assert len(side.calls) == 10


def test_messages_of_others_are_not_ours(side: FarSide) -> None:
    """Another event type, no metadata, or another key: not found."""
    side.answers = [
        ok(messages=[
            {"ts": "3.0"},
            {"ts": "2.0", "metadata": {"event_type": "other", "event_payload": {"key": "k"}}},
            {"ts": "1.0", "metadata": {"event_type": "subjectline_card", "event_payload": {"key": "kk"}}},
        ])
    ]  # fmt: skip
    assert Channel(client("x", side.url), "C1").find("k", datetime.now(UTC)) is None


def test_an_answer_that_does_not_say_where_is_unclear(side: FarSide) -> None:
    """ok without ts: perhaps it stands somewhere."""
    side.answers = [ok()]
    with pytest.raises(Unclear):
        Channel(client("x", side.url), "C1").post(BLOCKS, TEXT, "k")


def test_posts_take_turns_of_a_second() -> None:
    """Three posts at once: one now, one after a second, one after two; a late one waits for nothing."""
    moment = [100.0]
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        moment[0] += seconds

    with far_side() as side:
        side.answers = [ok(channel="C1", ts="1.0")]
        channel = Channel(client("x", side.url), "C1", pause=pause, tick=lambda: moment[0])
        for _ in range(3):
            channel.post(BLOCKS, TEXT, "k")
        assert pauses == [1.0, 1.0]
        moment[0] += 60
        channel.post(BLOCKS, TEXT, "k")
        assert pauses == [1.0, 1.0]


def test_slack_never_sees_two_posts_within_a_second(slack: Slack) -> None:
    """The real guard against the stand-in's real limit."""
    channel = channel_of(slack)
    for number in range(3):
        channel.post(BLOCKS, TEXT, str(number))
    at = [call.at for call in slack.called("chat.postMessage")]
    assert all(later - earlier >= 0.95 for earlier, later in pairwise(at))
    assert {call.status for call in slack.called("chat.postMessage")} == {200}


def test_the_workspace_is_asked_once(slack: Slack) -> None:
    """auth.test tells the team; then it is known."""
    workspace = Workspace(client(slack.bot_token, slack.api_url), slack.channel, app_id(slack.app_token))
    team = workspace.team
    for _ in range(3):
        assert workspace.ours(team=team, app_id="A0SUBJECTLINE", channel=slack.channel)
    assert len(slack.called("auth.test")) == 1
    assert not workspace.ours(team="T0OTHER", app_id="", channel="")
    assert not workspace.ours(team=team, app_id="A0OTHER", channel="")
    assert not workspace.ours(team=team, app_id="", channel="C0OTHER")


def test_while_the_workspace_is_unknown_nothing_is_ours(slack: Slack) -> None:
    """Slack away: an error rather than a guess; a revoked token: Slack's code."""
    slack.fault("auth.test", "503", times=3)
    workspace = Workspace(client(slack.bot_token, slack.api_url, lambda _: None), slack.channel)
    with pytest.raises(Temporary):
        workspace.ours(team="T0SANDBOX", app_id="", channel="")
    assert workspace.ours(team="T0SANDBOX", app_id="", channel="")
    with pytest.raises(Refused, match="invalid_auth"):
        _ = Workspace(client("xoxb-revoked", slack.api_url), slack.channel).team


def test_the_app_id_stands_in_the_app_token() -> None:
    """xapp-1-A…: nothing else is taken for one."""
    assert app_id("xapp-1-A0SUBJECTLINE-123-abc") == "A0SUBJECTLINE"
    assert app_id("xapp-1-short") is None
    assert app_id("xoxb-1-A0-1") is None
    assert app_id("") is None
