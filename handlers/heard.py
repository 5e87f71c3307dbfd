"""What Slack sends, read once: who pressed or sent what, and from where. A stranger's: reading it never raises."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import NotAllowed
from bot.phrases import say
from handlers.forms import Fields


@dataclass(frozen=True)
class Heard:
    """What came in, read once. `event` is the same for every delivery of the same click."""

    user: str
    event: str = ""
    verb: str = ""
    word: str = ""  # what follows the verb in a button's id: a right, `seen`
    value: str = ""  # ids only; of a command: what was typed after it
    place: str = ""  # the view a form was sent from

    def ids(self, count: int) -> list[str]:
        """The ids in the value. NotAllowed when there are not so many: the button is of another version."""
        parts = self.value.split(":")
        if len(parts) != count or not all(parts):
            raise NotAllowed(say("errors.old_button_earlier"))
        return parts


@dataclass(frozen=True)
class Origin:
    """Where it came from: our workspace, app and channel are compared, never trusted."""

    team: str
    app_id: str
    channel: str
    home: str  # the workspace the user belongs to


def click(body: Mapping[str, Any]) -> Heard:
    """A pressed button as its payload tells (docs.slack.dev/reference/interaction-payloads/block_actions-payload)."""
    pressed = body.get("actions") or [{}]
    action = pressed[0] if isinstance(pressed, list) and isinstance(pressed[0], Mapping) else {}
    user, action_id = word_in(body, "user", "id"), word_in(action, "action_id")
    verb, _, word = action_id.partition(":")
    place = word_in(body, "container", "message_ts") or word_in(body, "container", "view_id")
    event = f"{word_in(body, 'team', 'id')}:{word_in(action, 'action_ts')}:{action_id}:{user}:{place}"
    if len(event) > 255:  # never one of ours; the column is so wide
        event = hashlib.sha256(event.encode()).hexdigest()
    value = word_in(action, "value") or word_in(action, "selected_option", "value")
    return Heard(user, event, verb, word.partition(":")[0], value)


def filled(body: Mapping[str, Any]) -> tuple[Heard, Fields]:
    """A form that was sent (docs.slack.dev/reference/interaction-payloads/view-interactions-payload).

    One form has one effect, however often it is delivered: its event is the view.
    """
    view = word_in(body, "view", "id")
    event = f"{word_in(body, 'team', 'id')}:{view}"
    heard = Heard(
        word_in(body, "user", "id"), event, word_in(body, "view", "callback_id"), "",
        word_in(body, "view", "private_metadata"), view,
    )  # fmt: skip
    return heard, Fields.of(body)


def origin_of(body: Mapping[str, Any]) -> Origin:
    """Where a press or a form came from."""
    channel = word_in(body, "container", "channel_id")
    return Origin(word_in(body, "team", "id"), word_in(body, "api_app_id"), channel, word_in(body, "user", "team_id"))


def word_in(body: Mapping[str, Any], *path: str) -> str:
    """The text at this path, or nothing: what comes in is a stranger's."""
    found: Any = body
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""
