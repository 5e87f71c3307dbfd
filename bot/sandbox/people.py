"""What people do in Slack: press a button, fill in a form, type a command, open the App Home.

Each act becomes the payload Slack's client would cause, is brought to the app, and its answer takes effect here.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox import strict, webapi
from bot.sandbox.delivery import Delivery, Road
from bot.sandbox.forms import chosen_state, filled
from bot.sandbox.workspace import APP, BOT_USER, DOMAIN, TEAM, Conversation, SlackError, Workspace

Block = dict[str, Any]
COMMAND = "/dpe"


class People:
    """The users' side of the stand-in. `deliveries` keeps everything that was brought to the app."""

    workspace: Workspace
    road: Road
    channel: str
    url: str

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    @property
    def failures(self) -> list[Delivery]:
        """Deliveries whose user saw an error."""
        return [each for each in self.deliveries if each.failure]

    # --- acts

    def click(
        self,
        user: str,
        ts: str,
        action_id: str,
        *,
        value: str | None = None,
        chosen: Any = None,
        card: list[Block] | None = None,
        forged: Mapping[str, Any] | None = None,
        wait: bool = True,
    ) -> Delivery:
        """The user presses this button of the message and says yes where a dialog asks.

        `value` tells two buttons with one id apart; `chosen` is what a select was set to; `card` are the blocks as the
        user still sees them, if an older state than the channel's; `forged` replaces fields of the payload.
        LookupError, if the user sees no such message or button.
        """
        channel, message = self._message(user, ts)
        block, element = _find(card or message.get("blocks", []), action_id, value)
        ephemeral = message in self.workspace.ephemerals
        container = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        }
        payload = {
            **self._who("block_actions", user),
            "container": container,
            "trigger_id": self.workspace.trigger(user),
            "channel": {"id": channel.id, "name": channel.name if not channel.partner else "directmessage"},
            "message": {**message, "blocks": card or message.get("blocks", [])},
            "state": {"values": {}},
            "response_url": self._response_url(user, channel.id, ts),
            "actions": [_action(block, element, chosen)],
            **(forged or {}),
        }
        return self._bring(Delivery("interactive", user, payload), wait=wait)

    def asked(self, ts: str, action_id: str, value: str | None = None) -> dict[str, Any] | None:
        """The confirmation dialog this button would open, as the user reads it."""
        message = next(each for each in self._all_messages() if each["ts"] == ts)
        return _find(message.get("blocks", []), action_id, value)[1].get("confirm")

    def click_view(
        self, user: str, action_id: str, *, value: str | None = None, chosen: Any = None, wait: bool = True
    ) -> Delivery:
        """The user presses a button inside the modal or App Home before them."""
        view = self.workspace.top(user) or self.workspace.homes.get(user)
        if view is None:
            raise LookupError(f"{user} looks at no view")
        block, element = _find(view["blocks"], action_id, value)
        payload = {
            **self._who("block_actions", user),
            "container": {"type": "view", "view_id": view["id"]},
            "trigger_id": self.workspace.trigger(user, view["id"]),
            "view": dict(view),
            "actions": [_action(block, element, chosen)],
        }
        return self._bring(Delivery("interactive", user, payload), wait=wait)

    def submit(
        self,
        user: str,
        view_id: str | None = None,
        values: Mapping[str, Any] | None = None,
        *,
        forged: Mapping[str, Any] | None = None,
        wait: bool = True,
    ) -> Delivery:
        """The user fills in the form (`values` by action id) and sends it.

        LookupError, if there is no such modal; ValueError, if a required field is empty: the client sends nothing.
        """
        view = self.workspace.top(user)
        if view is None or (view_id and view["id"] != view_id) or not view.get("submit"):
            raise LookupError(f"{user} looks at no such form")
        view["state"] = {"values": filled(view["blocks"], values or {})}
        payload = {
            **self._who("view_submission", user),
            "trigger_id": self.workspace.trigger(user, view["id"]),
            "view": dict(view),
            "response_urls": [],
            **(forged or {}),
        }
        return self._bring(Delivery("interactive", user, payload, answers=True, then=self._submitted), wait=wait)

    def dismiss(self, user: str, *, wait: bool = True) -> Delivery | None:
        """The user closes the modal before them; the app is told where it asked for that."""
        view = self.workspace.top(user)
        if view is None:
            raise LookupError(f"{user} looks at no modal")
        self.workspace.close(user, view["id"])
        if not view.get("notify_on_close"):
            return None
        payload = {**self._who("view_closed", user), "view": view, "is_cleared": False}
        return self._bring(Delivery("interactive", user, payload), wait=wait)

    def command(
        self,
        user: str,
        text: str = "",
        *,
        command: str = COMMAND,
        channel: str | None = None,
        forged: Mapping[str, Any] | None = None,
        wait: bool = True,
    ) -> Delivery:
        """The user types the slash command into the channel."""
        place = self.workspace.conversations[channel or self.channel]
        payload = {
            "token": "sandbox-verification",
            "team_id": TEAM,
            "team_domain": DOMAIN,
            "channel_id": place.id,
            "channel_name": place.name,
            "user_id": user,
            "user_name": self.workspace.users[user].name,
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, place.id, None),
            "trigger_id": self.workspace.trigger(user),
            **(forged or {}),
        }
        return self._bring(Delivery("slash_commands", user, payload, answers=True, then=self._commanded), wait=wait)

    def shortcut(self, user: str, ts: str, callback_id: str, *, wait: bool = True) -> Delivery:
        """The user chooses the app's shortcut in the menu of this message.

        docs.slack.dev/interactivity/implementing-shortcuts: the payload of a message shortcut.
        """
        channel, message = self._message(user, ts)
        payload = {
            **self._who("message_action", user),
            "callback_id": callback_id,
            "action_ts": f"{time.time():.6f}",
            "message_ts": ts,
            "trigger_id": self.workspace.trigger(user),
            "response_url": self._response_url(user, channel.id, ts),
            "channel": {"id": channel.id, "name": channel.name},
            "message": dict(message),
        }
        return self._bring(Delivery("interactive", user, payload), wait=wait)

    def say(self, user: str, text: str, channel: str | None = None) -> str:
        """The user writes into the channel; the time stamp of the message. The app is told of no messages."""
        place = self.workspace.conversations[channel or self.channel]
        return str(self.workspace.post(place, {"user": user, "text": text, "bot_id": "", "app_id": ""})["ts"])

    def open_home(self, user: str, *, wait: bool = True) -> Delivery:
        """The user opens the app's home."""
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.workspace.direct(user).id,
            "tab": "home",
            "event_ts": self.workspace.stamp(),
        }
        if user in self.workspace.homes:
            event["view"] = dict(self.workspace.homes[user])
        return self.event(user, event, wait=wait)

    def event(self, user: str, event: Mapping[str, Any], *, wait: bool = True) -> Delivery:
        """Any event of the Events API, in Slack's wrapper."""
        payload = {
            "token": "sandbox-verification",
            "team_id": TEAM,
            "api_app_id": APP,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event": dict(event),
        }
        return self._bring(Delivery("events_api", user, payload), wait=wait)

    def redeliver(self, delivery: Delivery, reason: str = "timeout", *, wait: bool = True) -> Delivery:
        """The same payload once more under a new envelope, as Slack does with events and a proxy may do with clicks."""
        again = Delivery(
            delivery.kind,
            delivery.user,
            delivery.payload,
            answers=delivery.answers,
            attempt=delivery.attempt + 1,
            reason=reason,
            then=delivery.then,
        )
        return self._bring(again, wait=wait)

    # --- what the answers do

    def _submitted(self, delivery: Delivery) -> None:
        answer, user = delivery.answer, delivery.user
        view_id = delivery.payload["view"]["id"]
        action = answer.get("response_action")
        try:
            if not answer:
                self.workspace.close(user, view_id)
            elif action == "clear":
                self.workspace.close(user)
            elif action == "errors":
                self._refused(view_id, answer.get("errors"))
            else:
                self._next_view(user, view_id, answer)
        except SlackError as error:
            delivery.fail(f"trouble connecting: {error} {error.messages}")

    def _refused(self, view_id: str, errors: Any) -> None:
        view = self.workspace.view(view_id)
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise SlackError("errors must name input blocks of the view")
        with self.workspace.changed:
            view["errors"] = errors
            self.workspace.version += 1
            self.workspace.changed.notify_all()

    def _next_view(self, user: str, view_id: str, answer: dict[str, Any]) -> None:
        view = answer.get("view")
        faults = strict.view_faults(view)
        if faults or not isinstance(view, dict) or answer.get("response_action") not in {"update", "push"}:
            raise SlackError("invalid response", faults)
        if answer["response_action"] == "update":
            self.workspace.replace(self.workspace.view(view_id), view)
        elif len(self.workspace.modals[user]) >= strict.VIEW_STACK:
            raise SlackError("push_limit_reached")
        else:
            self.workspace.show(user, view, push=True)

    def _commanded(self, delivery: Delivery) -> None:
        if delivery.answer:
            try:
                self.said(delivery.user, delivery.payload["channel_id"], None, delivery.answer)
            except SlackError as error:
                delivery.fail(f"invalid answer: {error} {error.messages}")

    def said(self, user: str, channel_id: str, ts: str | None, answer: dict[str, Any]) -> None:
        """An answer to a command or through a response address takes effect. SlackError, if Slack would refuse it."""
        place = self.workspace.conversations[channel_id]
        if answer.get("delete_original") or answer.get("replace_original"):
            found = [each for each in self._all_messages() if each["ts"] == ts]
            if not found:
                raise SlackError("message_not_found")
            if answer.get("delete_original"):
                self._delete(place, found[0])
            else:
                self.workspace.edit(found[0], webapi.content(answer))
            return
        given = webapi.content(answer)
        if answer.get("response_type") == "in_channel":
            self.workspace.post(place, given)
        else:
            self.workspace.whisper(user, channel_id, given)

    def _delete(self, place: Conversation, message: Block) -> None:
        with self.workspace.changed:
            if message in self.workspace.ephemerals:
                self.workspace.ephemerals.remove(message)
                self.workspace.version += 1
                self.workspace.changed.notify_all()
            else:
                self.workspace.remove(place, message)

    # --- small parts

    def _bring(self, delivery: Delivery, *, wait: bool) -> Delivery:
        self.deliveries.append(delivery)
        self.road.bring(delivery)
        return delivery.wait() if wait else delivery

    def _who(self, kind: str, user: str) -> dict[str, Any]:
        person = self.workspace.users[user]
        return {
            "type": kind,
            "token": "sandbox-verification",
            "api_app_id": APP,
            "team": {"id": TEAM, "domain": DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {"id": user, "username": person.name, "name": person.name, "team_id": person.team},
        }

    def _response_url(self, user: str, channel: str, ts: str | None) -> str:
        return f"{self.url}response/{self.workspace.response_url(user, channel, ts)}"

    def _message(self, user: str, ts: str) -> tuple[Conversation, Block]:
        with self.workspace.lock:
            for note in self.workspace.ephemerals:
                if note["ts"] == ts and note["user"] == user:
                    return self.workspace.conversations[note["channel"]], note
            for channel in self.workspace.conversations.values():
                for message in channel.messages:
                    if message["ts"] == ts and user in channel.members:
                        return channel, message
        raise LookupError(f"{user} sees no message {ts}")

    def _all_messages(self) -> Iterator[Block]:
        with self.workspace.lock:
            yield from list(self.workspace.ephemerals)
            for channel in self.workspace.conversations.values():
                yield from list(channel.messages)


def _find(blocks: list[Block], action_id: str, value: str | None) -> tuple[Block, Block]:
    for block, element in strict.elements(blocks):
        if element["action_id"] == action_id and (value is None or element.get("value") == value):
            return block, element
    raise LookupError(f"nothing here has the action id {action_id}")


def _action(block: Block, element: Block, chosen: Any) -> dict[str, Any]:
    copied = ("action_id", "type", "text", "value", "style", "confirm", "placeholder")
    return {
        "block_id": block["block_id"],
        "action_ts": f"{time.time():.6f}",
        **{name: element[name] for name in copied if name in element},
        **(chosen_state(element, chosen) if element["type"] != "button" else {}),
    }
