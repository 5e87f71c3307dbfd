"""The Slack stand-in refuses what Slack refuses, and an unchanged Bolt works against it."""

# The SDK types every field of an answer as optional.
# pyright: reportOptionalSubscript=false, reportOptionalMemberAccess=false, reportReturnType=false
# pyright: reportArgumentType=false

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox import delivery, strict, webapi, workspace
from bot.sandbox.delivery import Delivery, signature, signed_request
from bot.sandbox.loopback import Loopback
from bot.sandbox.slack import ANN, BOB, EVE, Slack
from bot.sandbox.strict import BLOCKS_IN_MESSAGE, METHODS
from bot.sandbox.workspace import Conversation, SlackError

# websocket-client leaves the socket of a refused handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

TEXT = {"type": "plain_text", "text": "Deletion planned"}
SECTION = {"type": "section", "text": TEXT}


def button(action_id: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": "Go"},
        "value": "1",
        **more,
    }


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


POINTS = {"name": "a", "data": [{"label": "w", "value": 1}]}


def chart(kind: str, *, title: str = "x", series: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    drawn = {"type": kind, "series": series or [POINTS], "axis_config": {"categories": ["w"]}}
    return {"type": "data_visualization", "title": title, "chart": drawn}


def pie(*segments: dict[str, Any]) -> dict[str, Any]:
    return {"type": "data_visualization", "title": "x", "chart": {"type": "pie", "segments": list(segments)}}


def modal(**more: Any) -> dict[str, Any]:
    field = {
        "type": "input",
        "block_id": "reason",
        "label": TEXT,
        "element": {"type": "plain_text_input", "action_id": "why"},
    }
    return {
        "type": "modal",
        "callback_id": "reject",
        "title": {"type": "plain_text", "text": "Reject"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [field],
        **more,
    }


@pytest.fixture
def client(slack: Slack) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=5)


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return caught.value.response["error"]


def api(slack: Slack, method: str, arguments: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token or slack.bot_token}"} if token != "" else {}
    answer = httpx.post(f"{slack.api_url}{method}", json=arguments, headers=headers, trust_env=False)
    return answer.json()


# --- the door


def test_tokens_and_methods_are_checked(slack: Slack) -> None:
    """No token, a wrong one, the wrong kind and an unknown method each get Slack's own code."""
    assert api(slack, "auth.test", {}, token="")["error"] == "not_authed"
    assert api(slack, "auth.test", {}, token="xoxb-guessed")["error"] == "invalid_auth"
    assert (
        api(slack, "chat.postMessage", {"channel": "C", "text": "x"}, slack.app_token)["error"]
        == "not_allowed_token_type"
    )
    assert api(slack, "apps.connections.open", {})["error"] == "not_allowed_token_type"
    assert api(slack, "chat.shout", {})["error"] == "unknown_method"


def test_unknown_and_missing_arguments_are_refused(slack: Slack) -> None:
    """A misspelt argument is an error, never a silent nothing."""
    answer = api(slack, "chat.postMessage", {"channel": slack.channel, "txt": "x"})
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] unknown argument: txt"]
    assert api(slack, "chat.update", {"text": "x"})["error"] == "invalid_arguments"


def test_json_counts_only_where_slack_reads_it(slack: Slack) -> None:
    """conversations.info takes a form, not JSON."""
    assert api(slack, "conversations.info", {"channel": slack.channel})["error"] == "invalid_arguments"


def test_a_missing_scope_is_named() -> None:
    """Without groups:history the history stays closed."""
    with Slack(scopes=frozenset({"chat:write"})) as slack:
        answer = api(slack, "conversations.history", {"channel": slack.channel})
    assert (answer["error"], answer["provided"]) == ("missing_scope", "chat:write")


def test_one_post_a_second_and_channel(slack: Slack, client: WebClient) -> None:
    """The second post within a second gets 429 and Retry-After; another channel is not held up."""
    client.chat_postMessage(channel=slack.channel, text="one")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=slack.channel, text="two")
    assert caught.value.response.status_code == 429
    assert int(caught.value.response.headers["Retry-After"]) >= 1
    client.chat_postMessage(channel=ANN.id, text="to Ann alone")
    assert [each["text"] for each in slack.messages()] == ["one"]


def test_calls_a_minute_are_counted_per_method(slack: Slack, client: WebClient) -> None:
    """The 51st chat.update within a minute is refused (tier 3)."""
    ts = client.chat_postMessage(channel=slack.channel, text="one")["ts"]
    for number in range(50):
        client.chat_update(channel=slack.channel, ts=ts, text=str(number))
    assert refused(client.chat_update, channel=slack.channel, ts=ts, text="51") == "ratelimited"


@pytest.mark.parametrize("kind", ["500", "502", "503", "504", "429"])
def test_a_fault_of_the_far_side_changes_nothing(slack: Slack, client: WebClient, kind: str) -> None:
    """5xx and 429 have no effect and are over after so many times as asked."""
    slack.fault("chat.postMessage", kind)
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=slack.channel, text="lost")
    assert slack.messages() == []
    client.chat_postMessage(channel=slack.channel, text="kept")
    assert [each["text"] for each in slack.messages()] == ["kept"]


def test_a_cut_before_and_a_cut_after_the_effect(slack: Slack, client: WebClient) -> None:
    """`reset` posts nothing, `lost` posts and loses the answer; the caller cannot tell which."""
    for kind in ("reset", "lost"):
        slack.fault("chat.postMessage", kind)
        with pytest.raises(OSError):  # noqa: PT011 - whatever the network says
            client.chat_postMessage(channel=slack.channel, text=kind)
    assert [each["text"] for each in slack.messages()] == ["lost"]
    assert [call.method for call in slack.calls] == ["chat.postMessage"] * 2


def test_every_call_is_kept_with_its_raw_body(slack: Slack, client: WebClient) -> None:
    """What went over the wire can be searched afterwards, refused calls included."""
    refused(client.chat_postMessage, channel="C0NOWHERE", text="Hannelore Muster")
    assert [each.raw for each in slack.calls if "Hannelore Muster" in each.raw]


# --- messages


def test_a_message_comes_back_as_slack_keeps_it(slack: Slack, client: WebClient) -> None:
    """Blocks get ids, texts their defaults, and the metadata is found in the history when asked for."""
    metadata = {"event_type": "subjectline_card", "event_payload": {"key": "card:1"}}
    sent = client.chat_postMessage(channel=slack.channel, text="one", blocks=[SECTION], metadata=metadata)
    assert sent["message"]["blocks"][0]["block_id"]
    assert "metadata" not in client.conversations_history(channel=slack.channel)["messages"][0]
    found = client.conversations_history(channel=slack.channel, include_all_metadata=True, oldest="0")["messages"]
    assert found[0]["metadata"] == metadata


def test_an_update_keeps_the_metadata_and_replaces_the_rest(slack: Slack, client: WebClient) -> None:
    """chat.update without metadata retains it; an empty object removes it."""
    metadata = {"event_type": "subjectline_card", "event_payload": {"key": "card:1"}}
    ts = client.chat_postMessage(channel=slack.channel, text="one", blocks=[SECTION], metadata=metadata)["ts"]
    client.chat_update(channel=slack.channel, ts=ts, text="two", blocks=[{"type": "divider"}])
    (message,) = slack.messages()
    assert (message["text"], message["blocks"][0]["type"], message["metadata"]) == ("two", "divider", metadata)
    assert refused(client.chat_update, channel=slack.channel, ts="1.000000", text="x") == "message_not_found"
    assert refused(client.chat_update, channel=slack.channel, ts=ts, text="x" * 4001) == "msg_too_long"


def test_history_pages_newest_first(slack: Slack) -> None:
    """Limit and cursor walk through everything once; thread replies are not in it."""
    place = slack.workspace.conversations[slack.channel]
    stamps = [slack.workspace.post(place, {"text": str(number)})["ts"] for number in range(5)]
    slack.workspace.post(place, {"text": "reply", "thread_ts": stamps[0]})
    first = webapi.answer(slack.workspace, "conversations.history", {"channel": slack.channel, "limit": 3})
    cursor = first["response_metadata"]["next_cursor"]
    rest = webapi.answer(slack.workspace, "conversations.history", {"channel": slack.channel, "cursor": cursor})
    assert [each["text"] for each in first["messages"] + rest["messages"]] == ["4", "3", "2", "1", "0"]
    later = {"channel": slack.channel, "oldest": stamps[3]}
    assert len(webapi.answer(slack.workspace, "conversations.history", later)["messages"]) == 1


def test_places_the_app_is_not_in(slack: Slack, client: WebClient) -> None:
    """A private channel without the app does not exist for it; in a public one it may not post."""
    slack.workspace.add_channel(Conversation("C0BOARD", "board", {EVE.id}))
    slack.workspace.add_channel(Conversation("C0LOBBY", "lobby", {EVE.id}, private=False))
    assert refused(client.chat_postMessage, channel="C0BOARD", text="x") == "channel_not_found"
    assert refused(client.chat_postMessage, channel="C0LOBBY", text="x") == "not_in_channel"
    assert refused(client.chat_postEphemeral, channel=slack.channel, user="U0NOBODY", text="x") == "user_not_in_channel"


def test_only_the_one_person_sees_an_ephemeral(slack: Slack, client: WebClient) -> None:
    """It is no message of the channel and nobody else can press its buttons."""
    ts = client.chat_postEphemeral(channel=slack.channel, user=EVE.id, text="Not yours", blocks=[actions(button("x"))])
    assert slack.messages() == []
    with pytest.raises(LookupError):
        slack.click(ANN.id, ts["message_ts"], "x")


# --- blocks and views

WRONG: dict[str, Any] = {
    "unknown block": [{"type": "sparkline"}],
    "no type": [{"text": TEXT}],
    "header in mrkdwn": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "header too long": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
    "empty text": [{"type": "section", "text": {"type": "plain_text", "text": ""}}],
    "section without text": [{"type": "section"}],
    "section too long": [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}],
    "eleven fields": [{"type": "section", "fields": [TEXT] * 11}],
    "field too long": [{"type": "section", "fields": [{"type": "plain_text", "text": "x" * 2001}]}],
    "26 actions": [actions(*[button(str(number)) for number in range(26)])],
    "11 context elements": [{"type": "context", "elements": [TEXT] * 11}],
    "button text in mrkdwn": [actions(button("x", text={"type": "mrkdwn", "text": "x"}))],
    "button text too long": [actions(button("x", text={"type": "plain_text", "text": "x" * 76}))],
    "button value too long": [actions(button("x", value="x" * 2001))],
    "button style": [actions(button("x", style="warning"))],
    "confirm too long": [
        actions(
            button(
                "x",
                confirm={
                    "title": TEXT,
                    "text": TEXT,
                    "confirm": TEXT,
                    "deny": {"type": "plain_text", "text": "x" * 31},
                },
            )
        )
    ],
    "unknown key": [{**SECTION, "colour": "red"}],
    "verbatim in plain text": [{"type": "section", "text": {**TEXT, "verbatim": True}}],
    "emoji in mrkdwn": [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}],
    "task without title": [{"type": "plan", "title": "x", "tasks": [{"task_id": "1"}]}],
    "task status": [{"type": "task_card", "task_id": "1", "title": "x", "status": "done"}],
    "chart title too long": [chart("line", title="x" * 51)],
    "chart of a kind Slack does not draw": [chart("radar")],
    "seven series": [chart("bar", series=[{**POINTS, "name": str(number)} for number in range(7)])],
    "series name too long": [chart("bar", series=[{**POINTS, "name": "x" * 21}])],
    "chart without axis": [{"type": "data_visualization", "title": "x", "chart": {"type": "bar", "series": [POINTS]}}],
    "chart value is no number": [chart("area", series=[{"name": "a", "data": [{"label": "w", "value": "1"}]}])],
    "seven segments": [pie(*({"label": str(number), "value": 1} for number in range(7)))],
    "an empty segment": [pie({"label": "a", "value": 0})],
    "plain input in actions": [actions({"type": "plain_text_input", "action_id": "x"})],
    "six overflow options": [
        actions({"type": "overflow", "action_id": "x", "options": [{"text": TEXT, "value": str(n)} for n in range(6)]})
    ],
}
# What no schema sees.
WRONG_AS_A_WHOLE: dict[str, Any] = {
    "too many blocks": [SECTION] * (BLOCKS_IN_MESSAGE + 1),
    "alert in a message": [{"type": "alert", "text": TEXT}],
    "block_id twice": [{**SECTION, "block_id": "a"}, {**SECTION, "block_id": "a"}],
    "action_id twice in a block": [actions(button("a"), button("a"))],
    "three charts": [chart("line")] * 3,
    "series with one name": [chart("line", series=[POINTS, POINTS])],
    "labels beside the axis": [chart("line", series=[{"name": "a", "data": [{"label": "other", "value": 1}]}])],
    "two tables": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2,
    "12,001 characters of markdown": [{"type": "markdown", "text": "x" * 6001}] * 2,
}


@pytest.mark.parametrize("name", [*WRONG, *WRONG_AS_A_WHOLE])
def test_what_slack_would_not_draw_is_refused(name: str) -> None:
    """Each seeded fault is found and pointed at."""
    faults = strict.message_faults({**WRONG, **WRONG_AS_A_WHOLE}[name])
    assert faults
    assert all("[json-pointer:/blocks" in each for each in faults)


@pytest.mark.shared
@pytest.mark.parametrize("name", WRONG)
def test_slacks_schema_refuses_the_same(shared: Any, slack_judge: Any, name: str) -> None:
    """The stand-in is not stricter by imagination: the Block Kit schema has the same against it."""
    with pytest.raises(AssertionError):
        slack_judge.check_blocks(WRONG[name])


@pytest.mark.shared
def test_slacks_own_examples_are_taken(shared: Any) -> None:
    """Every block array and view in the examples of the methods we play passes."""
    seen = 0
    for method in METHODS:
        contract = json.loads((shared / "specs" / "slack" / "web-api" / f"{method}.json").read_text())
        example = contract["args"]["properties"].get("blocks", {}).get("example")
        if example:
            assert strict.message_faults(json.loads(example)) == []
            seen += 1
    assert seen >= 3


@pytest.mark.shared
def test_methods_are_played_as_the_contract_says(shared: Any) -> None:
    """Arguments, JSON support, rates and scopes of each method are those of Slack's contract file."""
    for name, facts in METHODS.items():
        contract = json.loads((shared / "specs" / "slack" / "web-api" / f"{name}.json").read_text())
        declared = set(contract["args"]["properties"]) - {"token"}
        assert facts.needs == set(contract["args"].get("required", ())) - {"token"}, name
        assert facts.needs | facts.may == declared, name
        assert facts.json == bool(contract.get("json_input_supported")), name
        assert facts.scopes == set((contract.get("scope") or {}).get("bot", ())), name
        assert facts.tier == contract.get("rate_limits", facts.tier), name


def test_the_whole_message_may_be_too_long(slack: Slack, client: WebClient) -> None:
    """Five full sections pass one by one and together are msg_blocks_too_long."""
    full = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}
    assert refused(client.chat_postMessage, channel=slack.channel, text="x", blocks=[full] * 5) == "msg_blocks_too_long"


def test_a_refusal_says_where(slack: Slack, client: WebClient) -> None:
    """invalid_blocks carries the pointer; something that is no list is invalid_blocks_format."""
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=slack.channel, text="x", blocks=WRONG["header too long"])
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["errors"] == ["must be less than 151 characters [json-pointer:/blocks/0/text/text]"]
    answer = api(slack, "chat.postMessage", {"channel": ANN.id, "text": "x", "blocks": "{"})
    assert answer["error"] == "invalid_blocks_format"


def test_modals_have_their_own_rules() -> None:
    """Long titles, a form without a submit button, a plan in a modal, 101 blocks and a table in a home are refused."""
    assert strict.view_faults(modal()) == []
    without = {name: value for name, value in modal().items() if name != "submit"}
    for wrong in (
        modal(title={"type": "plain_text", "text": "x" * 25}),
        without,
        modal(blocks=[{"type": "plan", "title": "x"}]),
        modal(blocks=[SECTION] * 101),
        modal(private_metadata="x" * 3001),
        {"type": "home", "blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}]},
        {"type": "home", "title": TEXT, "blocks": [SECTION]},
        {"type": "window", "blocks": [SECTION]},
    ):
        assert strict.view_faults(wrong)


def test_a_trigger_opens_one_view_within_three_seconds(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Used twice, too late, or made up: three different refusals."""
    space = slack.workspace

    def open_with(trigger: str) -> dict[str, Any]:
        return webapi.answer(space, "views.open", {"view": modal(), "trigger_id": trigger})

    good = space.trigger(ANN.id)
    assert open_with(good)["view"]["id"] == space.modals[ANN.id][0]["id"]
    late = space.trigger(ANN.id)
    for trigger, code in (
        (good, "exchanged_trigger_id"),
        ("1.2.abc", "invalid_trigger_id"),
        (late, "expired_trigger_id"),
    ):
        if trigger == late:
            monkeypatch.setattr(workspace, "TRIGGER_S", 0.0)
        with pytest.raises(SlackError, match=code):
            open_with(trigger)


def test_views_know_their_hash(slack: Slack, client: WebClient) -> None:
    """An update with an old hash is hash_conflict; of a closed view not_found."""
    view = client.views_open(trigger_id=slack.workspace.trigger(ANN.id), view=modal())["view"]
    newer = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(callback_id="second"))["view"]
    assert newer["hash"] != view["hash"]
    assert refused(client.views_update, view_id=view["id"], hash=view["hash"], view=modal()) == "hash_conflict"
    slack.dismiss(ANN.id)
    assert refused(client.views_update, view_id=view["id"], view=modal()) == "not_found"


def test_three_views_on_top_of_each_other_and_no_more(slack: Slack, client: WebClient) -> None:
    """The fourth push is refused."""
    client.views_open(trigger_id=slack.workspace.trigger(ANN.id), view=modal())
    for _ in range(2):
        top = slack.workspace.top(ANN.id)
        assert top
        client.views_push(trigger_id=slack.workspace.trigger(ANN.id, top["id"]), view=modal())
    trigger = slack.workspace.trigger(ANN.id, slack.workspace.modals[ANN.id][-1]["id"])
    assert refused(client.views_push, trigger_id=trigger, view=modal()) == "push_limit_reached"


def test_a_home_belongs_to_its_user(slack: Slack, client: WebClient) -> None:
    """Published for one, empty for the other."""
    client.views_publish(user_id=ANN.id, view={"type": "home", "blocks": [SECTION]})
    assert slack.workspace.homes[ANN.id]["blocks"][0]["type"] == "section"
    assert BOB.id not in slack.workspace.homes
    assert api(slack, "views.publish", {"user_id": "U0NOBODY", "view": {"type": "home", "blocks": [SECTION]}})["error"]


# --- Bolt


class Heard:
    """A little app: what its listeners heard."""

    def __init__(self, slack: Slack, client: WebClient, **more: Any) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.news = threading.Condition()
        self.app = App(client=client, token_verification_enabled=False, **more)
        self.app.action("go")(self.go)
        self.app.action("hold")(self.hold)
        self.app.view("reject")(self.form)
        self.app.command("/dpe")(self.command)
        self.app.event("app_home_opened")(self.home)
        self.let_go = threading.Event()

    def go(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        with self.news:
            self.bodies.append(body)
            self.news.notify_all()
        with contextlib.suppress(SlackApiError):  # a redelivered trigger is used up
            client.views_open(trigger_id=body["trigger_id"], view=modal())

    def wait(self, count: int) -> None:
        with self.news:
            assert self.news.wait_for(lambda: len(self.bodies) >= count, 5)

    def hold(self, ack: Any, body: dict[str, Any]) -> None:
        self.let_go.wait(5)
        ack()

    def form(self, ack: Any, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        why = body["view"]["state"]["values"]["reason"]["why"]["value"]
        if why == "no":
            ack(response_action="errors", errors={"reason": "Say more."})
        elif why == "broken":
            ack(response_action="errors", errors={"elsewhere": "Say more."})
        elif why == "next":
            ack(response_action="update", view=modal(callback_id="second"))
        else:
            ack()

    def command(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        self.bodies.append(body)
        ack(text="Working on it")
        respond(text="Done", response_type="in_channel")

    def home(self, event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [SECTION]})


def hang_up(handler: SocketModeHandler) -> None:
    """Closed from below and only then by the library: its reader notices its own close after ten seconds."""
    closed = threading.Event()
    handler.client.auto_reconnect_enabled = False
    handler.client.on_close_listeners.append(lambda *_: closed.set())
    session = handler.client.current_session
    if session and session.sock:
        with contextlib.suppress(OSError):
            session.sock.sock.shutdown(socket.SHUT_RDWR)
        closed.wait(2)
    handler.close()


@pytest.fixture
def heard(slack: Slack, client: WebClient) -> Iterator[Heard]:
    app = Heard(slack, client)
    handler = SocketModeHandler(app.app, slack.app_token)
    handler.connect()
    slack.sockets.wait_connected()
    yield app
    app.let_go.set()
    hang_up(handler)


@pytest.fixture
def card(slack: Slack, client: WebClient) -> str:
    blocks = [actions(button("go"), button("hold"), button("nobody"))]
    return client.chat_postMessage(channel=slack.channel, text="Card", blocks=blocks)["ts"]


def test_a_click_reaches_bolt_and_opens_a_modal(slack: Slack, heard: Heard, card: str) -> None:
    """Click, modal, form, closed: acknowledged each time."""
    assert slack.click(ANN.id, card, "go").failure is None
    view = slack.workspace.wait(lambda: slack.workspace.top(ANN.id))
    assert slack.submit(ANN.id, view["id"], {"why": "because"}).failure is None
    assert slack.workspace.top(ANN.id) is None
    assert heard.bodies[0]["actions"][0]["value"] == "1"


def test_a_form_may_be_answered_with_errors_or_another_view(slack: Slack, heard: Heard, card: str) -> None:
    """Errors must name fields of the form, else the user is told of trouble connecting."""
    slack.click(ANN.id, card, "go")
    slack.workspace.wait(lambda: slack.workspace.top(ANN.id))
    slack.submit(ANN.id, values={"why": "no"})
    view = slack.workspace.top(ANN.id)
    assert view
    assert view["errors"] == {"reason": "Say more."}
    broken = slack.submit(ANN.id, values={"why": "broken"})
    assert broken.failure
    assert "trouble connecting" in broken.failure
    slack.submit(ANN.id, values={"why": "next"})
    assert view["callback_id"] == "second"
    with pytest.raises(ValueError, match="required"):
        slack.submit(ANN.id, values={"why": ""})


def test_a_command_is_answered_at_once_and_later(slack: Slack, heard: Heard) -> None:
    """The acknowledgement's text is seen by one, the response address may speak to the channel."""
    slack.command(ANN.id, "list")
    assert [each["text"] for each in slack.workspace.ephemerals] == ["Working on it"]
    assert slack.workspace.wait(slack.messages)[0]["text"] == "Done"


def test_five_uses_of_a_response_address(slack: Slack, card: str) -> None:
    """The sixth is refused."""
    url = slack._response_url(ANN.id, slack.channel, card)
    statuses = [httpx.post(url, json={"text": "x"}, trust_env=False).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [404]


def test_an_event_publishes_the_home(slack: Slack, heard: Heard) -> None:
    """The App Home opens and the app fills it."""
    assert slack.open_home(BOB.id).failure is None
    slack.workspace.wait(lambda: slack.workspace.homes.get(BOB.id))


def test_silence_is_an_error_for_the_user(
    slack: Slack, heard: Heard, card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late, unhandled and unconnected: each time the user sees an error; a late answer counts for nothing."""
    monkeypatch.setattr(delivery, "ACK_S", 0.2)
    late = slack.click(ANN.id, card, "hold")
    unhandled = slack.click(ANN.id, card, "nobody")
    assert [late.failure, unhandled.failure] == ["operation_timeout"] * 2
    heard.let_go.set()
    slack.away()
    assert slack.click(ANN.id, card, "go").failure == "no connection"
    assert slack.failures[:2] == [late, unhandled]
    slack.back()


def test_a_deaf_socket_loses_what_is_sent(
    slack: Slack, heard: Heard, card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection stays open, the click is lost; then it hears again."""
    monkeypatch.setattr(delivery, "ACK_S", 0.2)
    slack.deaf(pongs=False)
    assert slack.click(ANN.id, card, "go").failure == "operation_timeout"
    assert slack.sockets.open
    slack.hear()
    monkeypatch.setattr(delivery, "ACK_S", 3.0)
    assert slack.click(ANN.id, card, "go").failure is None


def test_bolt_comes_back_after_a_refresh_and_after_an_outage(slack: Slack, heard: Heard, card: str) -> None:
    """Each time by a new ticket; the next click arrives."""
    made = slack.sockets.connections_made
    slack.sockets.disconnect()
    with slack.sockets.connected:
        assert slack.sockets.connected.wait_for(
            lambda: slack.sockets.connections_made > made and slack.sockets.open, 20
        )
    assert slack.click(ANN.id, card, "go").failure is None
    slack.away()
    slack.back()
    slack.sockets.wait_connected()
    assert slack.click(BOB.id, card, "go").failure is None


def test_the_same_delivery_twice(slack: Slack, heard: Heard, card: str) -> None:
    """A redelivery carries the same payload under another envelope."""
    first = slack.click(ANN.id, card, "go")
    again = slack.redeliver(first)
    assert again.id != first.id
    assert again.failure is None
    heard.wait(2)
    assert heard.bodies[0]["actions"] == heard.bodies[1]["actions"]


def test_two_connections_take_turns(slack: Slack, heard: Heard, card: str, client: WebClient) -> None:
    """With two processes connected, each gets every other click."""
    other = Heard(slack, client)
    handler = SocketModeHandler(other.app, slack.app_token)
    handler.connect()
    slack.sockets.wait_connected(2)
    for _ in range(4):
        slack.click(ANN.id, card, "go")
    heard.wait(2)
    other.wait(2)
    hang_up(handler)
    assert (len(heard.bodies), len(other.bodies)) == (2, 2)


def test_fifty_clicks_at_once(slack: Slack, heard: Heard, card: str) -> None:
    """All of them arrive."""
    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(lambda _: slack.click(ANN.id, card, "go"), range(50)))
    assert [each.failure for each in done] == [None] * 50


def test_a_wrong_ticket_opens_no_socket(slack: Slack) -> None:
    """A ticket is good once."""
    answer = api(slack, "apps.connections.open", {}, slack.app_token)
    assert answer["url"].startswith("ws://127.0.0.1:")
    import websocket

    first = websocket.create_connection(answer["url"])
    assert json.loads(first.recv())["type"] == "hello"
    with pytest.raises(websocket.WebSocketException):
        websocket.create_connection(answer["url"])
    first.close()


def test_clicks_the_card_does_not_offer(slack: Slack, card: str) -> None:
    """The client sends only what it shows; who sees an older card may still press its buttons."""
    with pytest.raises(LookupError):
        slack.click(ANN.id, card, "approve")
    old = workspace.kept_blocks([actions(button("approve"))])
    sent = slack.click(ANN.id, card, "approve", card=old, wait=False)
    assert sent.payload["actions"][0]["action_id"] == "approve"
    slack.workspace.conversations[slack.channel].members.discard(EVE.id)
    with pytest.raises(LookupError):
        slack.click(EVE.id, card, "go")


@pytest.mark.shared
def test_payloads_hold_what_slacks_samples_hold(shared: Any, slack: Slack, card: str) -> None:
    """No field of a click, a form, a closed view, a command or an event is an invention."""
    samples = shared / "specs" / "slack" / "payloads"
    slack.click(ANN.id, card, "go", wait=False)
    slack.command(ANN.id, "list", wait=False)
    slack.workspace.show(ANN.id, modal(notify_on_close=True))
    slack.submit(ANN.id, values={"why": "x"}, wait=False)
    slack.dismiss(ANN.id, wait=False)
    slack.open_home(ANN.id, wait=False)
    names = ("BlockAction", "SlashCommand", "ViewSubmission", "ViewClosed", "AppHomeOpened")
    # Fields Slack sends and its samples leave out.
    known = {"response_url", "response_urls", "channel_id"}
    for sent, name in zip(slack.deliveries, names, strict=True):
        sample = json.loads((samples / f"{name}Payload.json").read_text())
        assert set(sent.payload) - known <= set(sample), name
    click = slack.deliveries[0].payload
    sample = json.loads((samples / "BlockActionPayload.json").read_text())
    assert set(click["container"]) <= set(sample["container"])
    assert set(click["actions"][0]) <= set(sample["actions"][0])


# --- signed HTTP


@pytest.fixture
def door(slack: Slack, client: WebClient) -> Iterator[tuple[Heard, str]]:
    heard = Heard(slack, client, signing_secret=slack.signing_secret)
    handler = SlackRequestHandler(heard.app)

    async def events(request: Request) -> Any:
        return await handler.handle(request)

    server = Loopback(Starlette(routes=[Route("/slack/events", events, methods=["POST"])]))
    server.start()
    yield heard, f"{server.url}/slack/events"
    heard.let_go.set()
    server.stop()


def test_bolt_over_signed_http(slack: Slack, door: tuple[Heard, str], card: str) -> None:
    """The same listeners, by request instead of socket."""
    slack.over_http(door[1])
    assert slack.click(ANN.id, card, "go").failure is None
    slack.workspace.wait(lambda: slack.workspace.top(ANN.id))
    slack.submit(ANN.id, values={"why": "no"})
    slack.workspace.wait(lambda: (slack.workspace.top(ANN.id) or {}).get("errors"))
    assert slack.command(ANN.id, "list").answer["text"] == "Working on it"
    assert slack.open_home(ANN.id).failure is None


def test_bolt_refuses_what_slack_did_not_sign(slack: Slack, door: tuple[Heard, str], card: str) -> None:
    """No signature, another secret, too old, too far ahead, another body: 401 each."""
    sent = slack.click(ANN.id, card, "go", wait=False)
    now = int(time.time())
    good, body = signed_request(slack.signing_secret, sent)
    other, _ = signed_request("another secret", sent)
    old, _ = signed_request(slack.signing_secret, sent, at=now - 301)
    ahead, _ = signed_request(slack.signing_secret, sent, at=now + 302)
    bare = {"Content-Type": good["Content-Type"]}
    for headers, content in ((bare, body), (other, body), (old, body), (ahead, body), (good, body + b"+")):
        assert httpx.post(door[1], content=content, headers=headers, trust_env=False).status_code == 401
    assert httpx.post(door[1], content=body, headers=good, trust_env=False).status_code == 200


def test_the_signature_is_slacks() -> None:
    """The worked example of Slack's page on verifying requests."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    found = signature("8f742231b10e8888abcd99yyyzzz85a5", 1531420618, body)
    assert found == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_a_late_delivery_is_failed_for_good() -> None:
    """An acknowledgement after the three seconds does not take the failure back."""
    brought = Delivery("interactive", ANN.id, {}, sent_at=time.monotonic() - 4)
    brought.ack({"text": "sorry"})
    assert brought.wait().failure == "operation_timeout"
    assert brought.answer == {}
