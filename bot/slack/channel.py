"""The team's channel: a message is posted once, found again by its key, and redrawn in place.

It may stand in the channel, in a message's thread, or in the direct messages with one person of the team.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from bot.cards import plainly
from bot.errors import NotAllowed, Refused, Temporary, Unclear
from bot.phrases import say
from bot.slack.calls import call
from bot.slack.checks import let_in
from bot.slack.groups import Groups

EVENT = "subjectline_card"  # event_type of our message metadata
INVALID = "invalid_blocks"  # docs.slack.dev/reference/methods/chat.postMessage
PAGE = 200
PAGES = 10
BELIEVED_S = 600.0  # how long what Slack said of a member is believed
SKEW = timedelta(days=1)  # how wrong our clock, or Slack's, may be


class Channel:
    """One Slack channel by its id. Any thread may call."""

    def __init__(
        self,
        web: WebClient,
        channel: str,
        *,
        every_s: float = 1.0,  # docs.slack.dev/apis/web-api/rate-limits: one post a second per channel
        pause: Callable[[float], None] = time.sleep,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._web, self.id = web, channel
        self._every_s, self._pause, self._tick = every_s, pause, tick
        self._turn = threading.Lock()
        self._next = float("-inf")
        self._plans = True  # this workspace takes `plan` blocks, as far as we know
        self._directs: dict[str, str] = {}  # user → the id of the direct messages with them
        self._links: dict[tuple[str, str], str] = {}

    def post(
        self, blocks: list[dict[str, Any]], text: str, key: str, *, thread: str | None = None,
        broadcast: bool = False, user: str | None = None,
    ) -> tuple[str, str]:  # fmt: skip
        """The message stands in the channel, or in the thread of the message with that ts, once: (channel id, ts).

        `broadcast` shows a word of a thread in the channel, too; `user` gets the message directly, and nobody else.

        `key` travels as message metadata, where `find` looks for it. Temporary: nothing was posted; ShutOut: and will
        not be before a person mends something. Unclear: it may have been. Refused: Slack's error code.
        """
        with let_in():
            place = self._direct(user) if user else self.id
            answering = {"thread_ts": thread, "reply_broadcast": broadcast} if thread else {}
            self._wait()
            answer = self._posted(
                self._web.chat_postMessage,
                blocks,
                repeatable=False,
                channel=place,
                text=text,
                metadata={"event_type": EVENT, "event_payload": {"key": key}},
                unfurl_links=False,
                unfurl_media=False,
                **answering,
            )
        channel, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            raise Unclear("Slack answered without saying where the message stands")
        return channel, ts

    def find(
        self, key: str, since: datetime, *, thread: str | None = None, user: str | None = None
    ) -> tuple[str, str] | None:
        """The message posted with this key since then, where `post` puts it; None when it does not stand there.

        Reads from the newest back, at least one page, a day further than `since`: a clock that is wrong must not make
        a card that stands there invisible. Temporary: cannot be told now.
        """
        place = self._direct(user) if user else self.id
        messages = self._replies(thread) if thread else self._messages(place, (since - SKEW).timestamp())
        for message in messages:
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == EVENT and (metadata.get("event_payload") or {}).get("key") == key:
                return place, str(message["ts"])
        return None

    def link(self, channel: str, ts: str) -> str:
        """The address under which the team opens this message. Temporary; Refused when there is no such message."""
        if (channel, ts) not in self._links:
            answer = call(self._web.chat_getPermalink, repeatable=True, channel=channel, message_ts=ts)
            self._links[channel, ts] = str(answer["permalink"])
        return self._links[channel, ts]

    def update(self, channel: str, ts: str, blocks: list[dict[str, Any]], text: str) -> None:
        """The message shows this. May simply be repeated. Temporary, ShutOut; Refused with Slack's error code."""
        with let_in():
            self._drawn(self._web.chat_update, blocks, repeatable=True, channel=channel, ts=ts, text=text)

    def _posted(self, method: Callable[..., Any], blocks: list[dict[str, Any]], **given: Any) -> Mapping[str, Any]:
        try:
            return self._drawn(method, blocks, **given)
        finally:
            self._paid()

    def _drawn(self, method: Callable[..., Any], blocks: list[dict[str, Any]], **given: Any) -> Mapping[str, Any]:
        """The call with these blocks; in plain ones where this workspace does not take a `plan`, from then on at once.

        A refused message stands nowhere, so it may be sent again.
        """
        if not self._plans:
            return call(method, blocks=plainly(blocks), **given)
        try:
            return call(method, blocks=blocks, **given)
        except Refused as refused:
            if str(refused) != INVALID or not any(each["type"] == "plan" for each in blocks):
                raise
        self._wait()
        answer = call(method, blocks=plainly(blocks), **given)
        self._plans = False
        return answer

    def _direct(self, user: str) -> str:
        """The direct messages with this person (docs.slack.dev/reference/methods/conversations.open)."""
        if user not in self._directs:
            self._directs[user] = call(self._web.conversations_open, repeatable=True, users=user)["channel"]["id"]
        return self._directs[user]

    def _messages(self, channel: str, until: float) -> Iterator[Mapping[str, Any]]:
        """The newest messages back to this moment, a page at a time."""
        for page in self._pages(self._web.conversations_history, channel=channel):
            yield from page
            if not page or float(page[-1]["ts"]) < until:
                return

    def _replies(self, thread: str) -> Iterator[Mapping[str, Any]]:
        """All of a thread, oldest first: no more than a ticket's life writes into it."""
        for page in self._pages(self._web.conversations_replies, channel=self.id, ts=thread):
            yield from page

    def _pages(self, method: Callable[..., Any], **asked: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        cursor = {}
        for _ in range(PAGES):
            answer = call(method, repeatable=True, include_all_metadata=True, limit=PAGE, **asked, **cursor)
            yield answer.get("messages") or []
            cursor = {"cursor": (answer.get("response_metadata") or {}).get("next_cursor") or ""}
            if not cursor["cursor"]:
                return
        raise Temporary("there are too many messages to be looked through")

    def _paid(self) -> None:
        """A second from now on: on its way a post may have lost time that the next one does not lose."""
        with self._turn:
            self._next = max(self._next, self._tick() + self._every_s)

    def _wait(self) -> None:
        """One caller a second goes on, in the order they came."""
        with self._turn:
            now = self._tick()
            if self._next > now:
                self._pause(self._next - now)
            self._next = max(self._next, now) + self._every_s


class Workspace:
    """Whose clicks we take: our workspace, our app, our channel. The workspace is asked of Slack once (auth.test)."""

    def __init__(
        self, web: WebClient, channel: str, app_id: str | None = None, *, roles: Groups | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.channel = channel
        self.app_id = app_id
        self._roles = roles
        self._web, self._tick = web, tick
        self._team: str | None = None
        self._asking = threading.Lock()
        self._looked: dict[str, tuple[float, str]] = {}  # user -> until when this is believed, what speaks against them

    @property
    def team(self) -> str:
        """The workspace's id. Temporary or Refused while it is not known and Slack does not tell."""
        with self._asking:  # fifty first clicks at once ask once
            if self._team is None:
                self._team = str(call(self._web.auth_test, repeatable=True)["team_id"])
            return self._team

    def ours(self, *, team: str, app_id: str, channel: str) -> bool:
        """Whether this came from where our cards are. An empty word was not in the event and is not compared."""
        return (
            team == self.team
            and (not app_id or not self.app_id or app_id == self.app_id)
            and (not channel or channel == self.channel)
        )


    def look_at_roles(self) -> None:
        """Roles that come from user groups are those of now. Temporary or Refused while Slack does not tell."""
        if self._roles is not None:
            self._roles.refresh()

    def check_member(self, user: str) -> None:
        """Nothing, for a full member of our workspace; NotAllowed for a guest, a bot, somebody who has left or of
        another company, whatever role they were given.

        Slack is asked once in ten minutes (users.info). Temporary while it does not tell.
        """  # fmt: skip
        with self._asking:
            until, against = self._looked.get(user, (float("-inf"), ""))
            if until < self._tick():
                against = _against(call(self._web.users_info, repeatable=True, user=user).get("user"), self._team)
                self._looked[user] = (self._tick() + BELIEVED_S, against)
        if against:
            raise NotAllowed(against)


def _against(user: object, team: str | None) -> str:
    """What speaks against this user, as Slack describes them (docs.slack.dev/reference/objects/user-object)."""
    known = user if isinstance(user, Mapping) else {}
    if known.get("is_stranger") or (team and known.get("team_id") not in {None, team}):
        return say("door.other_workspace")
    if known.get("is_restricted") or known.get("is_ultra_restricted"):
        return say("door.guest")
    if known.get("is_bot") or known.get("deleted") or not known:
        return say("door.member")
    return ""


def app_id(app_token: str) -> str | None:
    """The app's id as an app-level token carries it (`xapp-1-A0123-…`)."""
    parts = app_token.split("-")
    return parts[2] if len(parts) > 3 and parts[0] == "xapp" and parts[2].startswith("A") else None
