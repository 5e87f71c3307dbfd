"""The workspace the stand-in plays: people, conversations, messages, modals, App Homes, triggers.

Holds state and nothing else: who may call, how often, and over which wire stands in `slack` and `webapi`.
Safe to use from any thread; `changed` is told of every change, so that nobody has to sleep.
"""

import copy
import itertools
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.strict import RESPONSE_URL_S, RESPONSE_URL_USES, TRIGGER_S

TEAM, APP, BOT, BOT_USER = "T0SANDBOX", "A0SUBJECTLINE", "B0SUBJECTLINE", "U0SUBJECTLINE"
DOMAIN = "sandbox"


class SlackError(Exception):
    """An answer with `ok: false`. `messages` are Slack's words with pointers, `more` further fields of the answer."""

    def __init__(self, code: str, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.more = more


@dataclass(frozen=True)
class User:
    id: str
    name: str
    real_name: str
    team: str = TEAM
    restricted: bool = False  # a guest
    deleted: bool = False
    bot: bool = False


@dataclass
class Conversation:
    id: str
    name: str
    members: set[str]
    private: bool = True
    partner: str | None = None  # of a direct message
    shared: bool = False  # with another company
    archived: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Trigger:
    user: str
    at: float
    in_view: str | None
    used: bool = False


@dataclass
class ResponseUrl:
    user: str
    channel: str
    ts: str | None
    at: float
    uses: int = 0


class Workspace:
    """One team with the app installed. `clock` gives message time stamps; triggers run on the real clock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = 0
        self.users: dict[str, User] = {
            BOT_USER: User(BOT_USER, "subjectline", "Subjectline", bot=True),
        }
        self.groups: dict[str, list[str]] = {}  # user group -> who is in it
        self.conversations: dict[str, Conversation] = {}
        self.ephemerals: list[dict[str, Any]] = []
        self.modals: dict[str, list[dict[str, Any]]] = {}  # user -> stack, last on top
        self.homes: dict[str, dict[str, Any]] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self._numbers = itertools.count(1)
        self._last_ts = 0.0

    # --- people and places

    def add_user(self, user: User) -> None:
        with self.lock:
            self.users[user.id] = user

    def add_channel(self, channel: Conversation) -> None:
        with self.lock:
            self.conversations[channel.id] = channel

    def direct(self, user: str) -> Conversation:
        """The direct message between this user and the app; opened if it was not."""
        with self.lock:
            for each in self.conversations.values():
                if each.partner == user:
                    return each
            opened = Conversation(f"D0{user[2:]}", user, {user, BOT_USER}, partner=user)
            self.conversations[opened.id] = opened
            return opened

    def conversation(self, name: str) -> Conversation:
        """By id, by name or, for a direct message, by the user's id; channel_not_found when the app cannot see it."""
        with self.lock:
            if name in self.users and name != BOT_USER:
                return self.direct(name)
            for each in self.conversations.values():
                if each.id == name or each.name == name.removeprefix("#"):
                    if BOT_USER not in each.members:
                        raise SlackError("channel_not_found" if each.private else "not_in_channel")
                    return each
            raise SlackError("channel_not_found")

    # --- messages

    def post(self, channel: Conversation, content: dict[str, Any]) -> dict[str, Any]:
        """The message as the channel keeps it from now on, with its `ts`."""
        with self.changed:
            message = {
                "type": "message",
                "user": BOT_USER,
                "bot_id": BOT,
                "app_id": APP,
                "team": TEAM,
                "text": "",
                **content,
                "ts": self.stamp(),
            }
            channel.messages.append(message)
            self._tell()
            return message

    def message(self, channel: Conversation, ts: str) -> dict[str, Any]:
        with self.lock:
            for each in channel.messages:
                if each["ts"] == ts:
                    return each
            raise SlackError("message_not_found")

    def edit(self, message: dict[str, Any], content: dict[str, Any]) -> None:
        with self.changed:
            message.update(content)
            if message.get("metadata") == {}:  # "to remove previous metadata, include an empty object"
                del message["metadata"]
            message["edited"] = {"user": BOT_USER, "ts": self.stamp()}
            self._tell()

    def remove(self, channel: Conversation, message: dict[str, Any]) -> None:
        with self.changed:
            channel.messages.remove(message)
            self._tell()

    def whisper(self, user: str, channel: str, content: dict[str, Any]) -> dict[str, Any]:
        """A message only this user sees, until they reload."""
        with self.changed:
            note = {"text": "", **content, "user": user, "channel": channel, "ts": self.stamp()}
            self.ephemerals.append(note)
            self._tell()
            return note

    def stamp(self) -> str:
        """A message time stamp nobody else has, never earlier than the one before."""
        with self.lock:
            self._last_ts = max(round(self.clock().timestamp(), 6), round(self._last_ts + 0.000001, 6))
            return f"{self._last_ts:.6f}"

    # --- modals and homes

    def top(self, user: str) -> dict[str, Any] | None:
        """The modal this user looks at."""
        with self.lock:
            stack = self.modals.get(user)
            return stack[-1] if stack else None

    def show(self, user: str, view: dict[str, Any], *, push: bool = False) -> dict[str, Any]:
        """The view as Slack keeps it, on top of the stack (`push`) or alone."""
        with self.changed:
            stack = self.modals.setdefault(user, [])
            if not push:
                stack.clear()
            kept = self.kept_view(view, stack[-1] if stack else None)
            stack.append(kept)
            self._tell()
            return kept

    def replace(self, old: dict[str, Any], view: dict[str, Any]) -> dict[str, Any]:
        """`old` shows `view` from now on, under the same id and a new hash."""
        with self.changed:
            new = self.kept_view(view, None)
            state = old["state"]
            for name in ("id", "root_view_id", "previous_view_id"):
                new[name] = old[name]
            old.clear()
            old.update(new)
            old["state"] = {"values": _kept_values(state["values"], old["blocks"])}
            self._tell()
            return old

    def publish(self, user: str, view: dict[str, Any]) -> dict[str, Any]:
        with self.changed:
            self.homes[user] = self.kept_view(view, None)
            self._tell()
            return self.homes[user]

    def view(self, view_id: str | None, external_id: str | None = None) -> dict[str, Any]:
        with self.lock:
            for each in itertools.chain(*self.modals.values(), self.homes.values()):
                if each["id"] == view_id or (external_id and each["external_id"] == external_id):
                    return each
            raise SlackError("not_found")

    def close(self, user: str, view_id: str | None = None) -> None:
        """The user's view and all above it are gone; all of them without an id."""
        with self.changed:
            stack = self.modals.get(user, [])
            keep = next((n for n, each in enumerate(stack) if each["id"] == view_id), 0)
            del stack[keep:]
            self._tell()

    def kept_view(self, view: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
        """A view as Slack answers it: with id, hash, owner and filled-in fields."""
        view_id = self.id("V")
        empty: dict[str, Any] = {"private_metadata": "", "callback_id": "", "external_id": ""}
        if view["type"] == "modal":
            empty |= {"submit": None, "close": None, "clear_on_close": False, "notify_on_close": False}
        return {
            **empty,
            **copy.deepcopy(view),
            "blocks": kept_blocks(view["blocks"]),
            "id": view_id,
            "team_id": TEAM,
            "state": {"values": {}},
            "hash": f"{int(time.time())}.{secrets.token_hex(4)}",
            "root_view_id": previous["root_view_id"] if previous else view_id,
            "previous_view_id": previous["id"] if previous else None,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }

    # --- triggers and response addresses

    def trigger(self, user: str, in_view: str | None = None) -> str:
        """A trigger id, good for three seconds and one view."""
        with self.lock:
            made = f"{next(self._numbers)}.{time.time_ns()}.{secrets.token_hex(16)}"
            self.triggers[made] = Trigger(user, time.monotonic(), in_view)
            return made

    def exchange(self, trigger_id: str | None) -> Trigger:
        """The trigger, now used up."""
        with self.lock:
            trigger = self.triggers.get(trigger_id or "")
            if trigger is None:
                raise SlackError("invalid_trigger_id")
            if trigger.used:
                raise SlackError("exchanged_trigger_id")
            if time.monotonic() - trigger.at > TRIGGER_S:
                raise SlackError("expired_trigger_id")
            trigger.used = True
            return trigger

    def response_url(self, user: str, channel: str, ts: str | None) -> str:
        """The last part of a response address."""
        with self.lock:
            made = f"{TEAM}/{next(self._numbers)}/{secrets.token_urlsafe(18)}"
            self.response_urls[made] = ResponseUrl(user, channel, ts, time.monotonic())
            return made

    def respond(self, name: str) -> ResponseUrl:
        """The response address, one use poorer."""
        with self.lock:
            found = self.response_urls.get(name)
            if found is None or time.monotonic() - found.at > RESPONSE_URL_S:
                raise SlackError("expired_url")
            if found.uses >= RESPONSE_URL_USES:
                raise SlackError("used_url")
            found.uses += 1
            return found

    def id(self, letter: str) -> str:
        """An id nobody else has."""
        with self.lock:
            return f"{letter}0{next(self._numbers):06d}SB"

    def wait(self, ready: Callable[[], Any], timeout: float = 10.0) -> Any:
        """What `ready` returns as soon as that is true; TimeoutError after `timeout` seconds."""
        with self.changed:
            if not self.changed.wait_for(ready, timeout):
                raise TimeoutError("nothing of the kind happened in the sandbox's Slack")
            return ready()

    def _tell(self) -> None:
        self.version += 1
        self.changed.notify_all()


def kept_blocks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks as Slack gives them back: every block with an id, every text with its defaults."""
    kept = copy.deepcopy(blocks)
    for block in kept:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        _fill(block)
    return kept


def _fill(value: Any) -> None:
    if isinstance(value, list):
        for each in value:
            _fill(each)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for each in value.values():
            _fill(each)


def _kept_values(values: dict[str, Any], blocks: list[dict[str, Any]]) -> dict[str, Any]:
    ids = {block["block_id"] for block in blocks}
    return {block: given for block, given in values.items() if block in ids}
