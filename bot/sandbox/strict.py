"""What Slack takes and what it refuses: methods and their arguments, messages, views, metadata, and the figures.

The figures are those of Slack's reference pages; where one is only known from the field it says so. Pure data and
pure functions: the stand-in asks, tests may ask too. What this page does not know it refuses: a stand-in may be
stricter than the real thing, never milder.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.blockkit import BLOCK, HOME, MARKDOWN_CHARACTERS, MODAL, words

BLOCKS_IN_MESSAGE = 50
BLOCKS_IN_VIEW = 100
CHARTS_IN_MESSAGE = 2
BLOCK_CHARACTERS = 13_200  # undocumented; over all blocks of a message (slackapi/bolt-js issue 2509)
TEXT_UPDATED = 4_000  # chat.update refuses more
TEXT_POSTED = 40_000  # chat.postMessage cuts here
METADATA_CHARACTERS = 16_000  # no figure is published; ours, far above what we send
VIEW_CHARACTERS = 250_000  # "greater than 250kb" is view_too_large
VIEW_STACK = 3

ACK_S = 3.0
TRIGGER_S = 3.0  # and one use
RESPONSE_URL_USES = 5
RESPONSE_URL_S = 1800.0
SOCKETS = 10
POSTS_EVERY_S = 1.0  # chat.postMessage, per channel
TIERS: Mapping[str, int | None] = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "t5": None}  # calls a minute per method


@dataclass(frozen=True)
class Method:
    """One method of the Web API, as far as the sandbox plays it."""

    tier: str
    needs: frozenset[str]
    may: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()  # any one of them
    json: bool = True  # whether arguments may come as JSON
    token: str = "bot"


def _method(
    tier: str, needs: str = "", may: str = "", scope: str = "", *, json: bool = True, token: str = "bot"
) -> Method:
    return Method(tier, *(frozenset(words.split()) for words in (needs, may, scope)), json=json, token=token)


_READ = "groups:history channels:history im:history mpim:history"
_LOOK = "groups:read channels:read im:read mpim:read"
_TEXT = "text blocks attachments markdown_text metadata parse link_names as_user"
_WHO = "icon_emoji icon_url username"
EVERYWHERE = frozenset({"team_id"})  # Bolt's listener client sends it with every call, asked for or not
METHODS: Mapping[str, Method] = {
    "api.test": _method("t4", "", "error"),
    "apps.connections.open": _method("t3", token="app"),
    "auth.test": _method("t5"),
    "blocks.validate": _method("t4", "", "blocks message view"),
    "bots.info": _method("t3", "", "bot team_id", "users:read", json=False),
    "chat.delete": _method("t3", "channel ts", "as_user", "chat:write"),
    "chat.getPermalink": _method("t5", "channel message_ts", json=False),
    "chat.postEphemeral": _method("t4", "channel user", f"{_TEXT} {_WHO} thread_ts", "chat:write"),
    "chat.postMessage": _method(
        "t5",
        "channel",
        f"{_TEXT} {_WHO} thread_ts reply_broadcast unfurl_links unfurl_media mrkdwn current_draft_last_updated_ts",
        "chat:write",
    ),
    "chat.update": _method("t3", "channel ts", f"{_TEXT} unfurled_attachments reply_broadcast file_ids", "chat:write"),
    "conversations.history": _method(
        "t3", "channel", "cursor include_all_metadata inclusive latest limit oldest", _READ
    ),
    "conversations.info": _method("t3", "channel", "include_locale include_num_members", _LOOK, json=False),
    "conversations.members": _method("t4", "channel", "cursor limit", _LOOK, json=False),
    "conversations.open": _method(
        "t3", "", "channel return_im users prevent_creation", "im:write groups:write mpim:write channels:manage"
    ),
    "conversations.replies": _method(
        "t3", "channel ts", "cursor include_all_metadata inclusive latest limit oldest", _READ, json=False
    ),
    "team.info": _method("t3", "", "domain team", "team:read"),
    "usergroups.users.list": _method(
        "t2", "usergroup", "include_disabled team_id", "usergroups:read", json=False
    ),
    "users.info": _method("t4", "user", "include_locale", "users:read", json=False),
    "users.lookupByEmail": _method("t3", "email", "", "users:read.email", json=False),
    "views.open": _method("t4", "view", "trigger_id interactivity_pointer"),
    "views.publish": _method("t4", "user_id view", "hash interactivity_pointer"),
    "views.push": _method("t4", "view", "trigger_id interactivity_pointer"),
    "views.update": _method("t4", "view", "view_id external_id hash"),
}

# Which blocks no surface of this kind shows.
FORBIDDEN: Mapping[str, frozenset[str]] = {
    "message": frozenset({"alert", "file"}),
    "modal": frozenset(
        {"card", "carousel", "context_actions", "data_visualization", "file", "markdown", "plan", "table", "task_card"}
    ),
    "home": frozenset(
        {"alert", "context_actions", "data_visualization", "file", "markdown", "plan", "table", "task_card"}
    ),
}


def message_faults(blocks: Any) -> list[str]:
    """Every fault of the blocks of a message, as Slack words it with a pointer; empty when it would be posted."""
    return list(_surface(blocks, "message", BLOCKS_IN_MESSAGE, "/blocks"))


def view_faults(view: Any) -> list[str]:
    """Every fault of a modal or a home view; empty when Slack would show it."""
    return list(_view(view, "/view"))


def too_long(blocks: Sequence[Any]) -> bool:
    """Whether Slack answers msg_blocks_too_long."""
    return sum(_characters(block) for block in blocks) > BLOCK_CHARACTERS


def metadata_fault(metadata: Any) -> str | None:
    """Slack's error code for this message metadata, or None."""
    if not isinstance(metadata, Mapping):
        return "invalid_metadata_format"
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if set(metadata) != {"event_type", "event_payload"} or not isinstance(payload, Mapping):
        return "invalid_metadata_schema"
    if not isinstance(kind, str) or not re.fullmatch(r"[A-Za-z0-9_.]{1,255}", kind):
        return "invalid_metadata_schema"
    return "metadata_too_large" if _characters(payload) > METADATA_CHARACTERS else None


def elements(blocks: Sequence[Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every interactive element with the block that holds it."""
    for block in blocks:
        inside = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element
        if block.get("type") == "card":
            yield from ((block, button) for button in block.get("actions", ()))


def _surface(blocks: Any, surface: str, most: int, at: str) -> Iterator[str]:
    if not isinstance(blocks, list) or not blocks:
        yield words("must be an array with at least 1 item", at)
        return
    if len(blocks) > most:
        yield words(f"no more than {most} items allowed", at)
    for number, block in enumerate(blocks):
        here = f"{at}/{number}"
        yield from BLOCK(block, here)
        if isinstance(block, dict) and block.get("type") in FORBIDDEN[surface]:
            yield words(f"unsupported type: {block['type']}", f"{here}/type")
        if surface == "message" and isinstance(block, dict) and _is_file_input(block):
            yield words("unsupported type: file_input", f"{here}/element/type")
    sound = [block for block in blocks if isinstance(block, dict)]
    yield from _twice([(block.get("block_id"), f"{at}/{n}/block_id") for n, block in enumerate(sound)], "block_id")
    for number, block in enumerate(sound):
        ids = [(each.get("action_id"), f"{at}/{number}/elements") for _, each in elements([block])]
        yield from _twice(ids, "action_id")
    if sum(block.get("type") == "table" for block in sound) > 1:
        yield words("only one table allowed", at)
    if sum(block.get("type") == "data_visualization" for block in sound) > CHARTS_IN_MESSAGE:
        yield words(f"no more than {CHARTS_IN_MESSAGE} charts allowed", at)
    if sum(len(str(b.get("text", ""))) for b in sound if b.get("type") == "markdown") > MARKDOWN_CHARACTERS:
        yield words(f"must be less than {MARKDOWN_CHARACTERS + 1} characters over all markdown blocks", at)


def _is_file_input(block: Mapping[str, Any]) -> bool:
    element = block.get("element")
    return isinstance(element, dict) and element.get("type") == "file_input"


def _view(view: Any, at: str) -> Iterator[str]:
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in {"modal", "home"}:
        yield words("unsupported view type", f"{at}/type")
        return
    yield from (MODAL if kind == "modal" else HOME)(view, at)
    yield from _surface(view.get("blocks"), str(kind), BLOCKS_IN_VIEW, f"{at}/blocks")
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if kind == "modal" and inputs and "submit" not in view:
        yield words("missing required field: submit", at)


def _twice(ids: Sequence[tuple[Any, str]], word: str) -> Iterator[str]:
    seen: set[str] = set()
    for value, at in ids:
        if isinstance(value, str) and value in seen:
            yield words(f"`{word}` already exists: {value}", at)
        elif isinstance(value, str):
            seen.add(value)


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_characters(each) for key, each in value.items() if key not in {"type", "block_id", "action_id"})
    return sum(_characters(each) for each in value) if isinstance(value, list) else 0
